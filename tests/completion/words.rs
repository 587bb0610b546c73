//! What each shell sends at TAB, and what it gets: the breadth, without the shells.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use assume_role::testing::cache::{Choice, Store, Use};
use assume_role::testing::completion::answer;
use assume_role::testing::config::environment::Environment;
use assume_role::testing::types::{AccountId, Moment, Name, RoleName};

const NOW: Moment = Moment(1_795_305_600);
/// The word breaks of bash 3.2 and of bash 5.
const BREAKS: &str = " \t\n\"'@><=;|&(:";

const ACCOUNTS: &str = r#"{
    "production": {"id": "111111111111", "roles": ["read", "admin"], "default_role": "admin", "region": "eu-west-1"},
    "prod:eu": {"id": "222222222222", "roles": ["a=b", "a@c"], "protected": true},
    "R and D": "333333333333",
    "Rest": "333333333334",
    "china": {"id": "444444444444", "partition": "aws-cn"},
    "logout": {"id": "555555555555", "roles": ["init"]},
    "-x": "666666666666",
    "$(bad)": "777777777777"
}"#;
const CONFIG: &str = "[profile chain]\nrole_arn = arn:aws:iam::111111111111:role/ops/deploy\nsource_profile = keys\n\
    mfa_serial = arn:aws:iam::111111111111:mfa/me\n\
    [profile sso]\nsso_account_id = 888888888888\nsso_role_name = Admin\n\
    [profile gov]\nrole_arn = arn:aws-us-gov:iam::999999999999:role/gov\n\
    [profile production]\nrole_arn = arn:aws:iam::111111111111:role/read\n[sso-session corp]\n";
const CREDENTIALS: &str = "[keys]\naws_access_key_id = AKIA1234567890123456\naws_secret_access_key = x\n\
    [a b]\naws_access_key_id = AKIA1234567890123457\n[none]\nregion = eu-west-1\n";

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for (file, text) in
            [("accounts", ACCOUNTS), ("config", CONFIG), ("credentials", CREDENTIALS)]
        {
            home.write(file, text);
        }
        home
    }

    fn write(&self, file: &str, text: &str) {
        fs::create_dir_all(self.0.path().join(".aws")).unwrap();
        fs::write(self.0.path().join(".aws").join(file), text).unwrap();
    }

    fn used(&self, account: &str, id: &str, role: &str, ago: i64) {
        let (account, role) =
            (Name::parse("account", account).unwrap(), RoleName::parse(role).ok());
        let used = Use { account, id: AccountId::parse(id), role, last: NOW.plus(-ago), count: 1 };
        Store::open(&self.environment("fish"), Choice::default()).unwrap().put_use(&used).unwrap();
    }

    fn environment(&self, shell: &str) -> Environment {
        Environment::from_pairs([("HOME", self.0.path().as_os_str()), ("COMPLETE", shell.as_ref())])
    }

    fn ask(&self, shell: &str, sent: &[&str]) -> String {
        let words = ["/opt/assume-role", "--"].into_iter().chain(sent.iter().copied());
        let words: Vec<OsString> = words.map(OsString::from).collect();
        String::from_utf8(answer(&words, &self.environment(shell), NOW, Path::new("/")).unwrap())
            .unwrap()
    }

    /// The values that fish is offered behind `assume-role`.
    fn values(&self, words: &[&str]) -> Vec<String> {
        let sent: Vec<&str> = ["assume-role"].into_iter().chain(words.iter().copied()).collect();
        self.ask("fish", &sent)
            .lines()
            .map(|line| line.split('\t').next().unwrap().to_owned())
            .collect()
    }

    fn in_bash(&self, line: &str) -> Vec<String> {
        self.ask("bash", &[line, BREAKS]).lines().map(str::to_owned).collect()
    }
}

/// Accounts with names, profiles, ids without a name.
const NAMES: usize = 10;
const NAMED: [&str; 5] = ["china", "prod:eu", "production", "R and D", "Rest"];

#[test]
fn accounts_come_first_and_verbs_behind_them() {
    let home = Home::new();
    let values = home.values(&[""]);
    assert_eq!(values[..5], NAMED);
    assert_eq!(values[5..NAMES], ["chain", "sso", "gov", "888888888888", "999999999999"]);
    assert!(values[NAMES..].iter().any(|value| value == "leave"), "{values:?}");
    assert!(
        !values
            .iter()
            .any(|value| value.starts_with('-') || value == "export" || value == "$(bad)"),
        "{values:?}"
    );
    home.used("R and D", "333333333333", "x", 60);
    assert_eq!(home.values(&[""])[0], "R and D");
}

#[test]
fn a_second_word_depends_on_the_first() {
    let home = Home::new();
    home.used("Rest", "333333333334", "used-once", 60);
    home.used("production", "111111111111", "read", 60);
    for (words, values) in [
        (&["production", ""][..], &["read", "admin", "ops/deploy"][..]),
        (&["111111111111", ""], &["read", "admin", "ops/deploy"]),
        (&["prod:eu", "a"], &["a=b", "a@c"]),
        (&["R and D", ""], &[]),
        (&["Rest", ""], &["used-once"]),
        (&["888888888888", ""], &["Admin"]),
        (&["unknown", ""], &[]),
        (&["$(bad)", ""], &[]),
        (&["--", "logout", ""], &["init"]),
        (&["--", "-x", ""], &[]),
        (&["--region", "eu-west-1", "production", ""], &["read", "admin", "ops/deploy"]),
        (
            &["--region=x", "--yes", "production", "--no-input", ""],
            &["read", "admin", "ops/deploy"],
        ),
        (&["logout", "production", ""], &["read", "admin", "ops/deploy"]),
        (&["export", "--shell", "zsh", "production", ""], &["read", "admin", "ops/deploy"]),
        (&["export", "--shell=zsh", "--", "production", ""], &["read", "admin", "ops/deploy"]),
        (&["export", "--format", "json", "production", ""], &["read", "admin", "ops/deploy"]),
    ] {
        assert_eq!(home.values(words), values, "{words:?}");
    }
}

#[test]
fn regions_follow_the_role_once_and_codes_never() {
    let home = Home::new();
    for (words, first, count) in [
        (&["production", "read", ""][..], Some("eu-west-1"), 36),
        (&["production", "read", "123456", ""], Some("eu-west-1"), 36),
        (&["china", "x", ""], Some("cn-north-1"), 2),
        (&["999999999999", "gov", ""], Some("us-gov-east-1"), 2),
        (&["unknown", "x", ""], Some("af-south-1"), 36),
        (&["production", "read", "eu-west-1", ""], None, 0),
        (&["--region", "eu-west-1", "production", "read", ""], None, 0),
        (&["--region", ""], Some("af-south-1"), 36),
        (&["china", "--region", ""], Some("cn-north-1"), 2),
        (&["logout", "production", "read", ""], None, 0),
    ] {
        let values = home.values(words);
        assert_eq!((values.first().map(String::as_str), values.len()), (first, count), "{words:?}");
    }
}

#[test]
fn options_and_their_values() {
    let home = Home::new();
    for (words, values) in [
        (&["--base", ""][..], &["keys", "a b"][..]),
        (&["--base="], &["--base=keys", "--base=a b"]),
        (&["--color", ""], &["auto", "always", "never"]),
        (&["production", "--color", ""], &["auto", "always", "never"]),
        (&["--scheme", ""], &["bastion", "sso", "saml", "web-identity", "profile"]),
        (&["--profile", ""], &["chain", "sso", "gov", "production", "keys", "a b"]),
        (&["--mfa-serial", ""], &["arn:aws:iam::111111111111:mfa/me"]),
        (&["login", ""], &["corp"]),
        (
            &["--policy-arn=x"],
            &[
                "--policy-arn=arn:aws:iam::aws:policy/ReadOnlyAccess",
                "--policy-arn=arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
                "--policy-arn=arn:aws:iam::aws:policy/SecurityAudit",
                "--policy-arn=arn:aws:iam::aws:policy/PowerUserAccess",
            ],
        ),
        (&["--policy", "x"], &[""]),
        (&["--policy=x"], &[""]),
        (&["--tag", ""], &[]),
        (&["--external-id", ""], &["none"]),
        (&["--session-name", ""], &[]),
        (&["--mfa-code", ""], &[]),
        (&["init", ""], &["bash", "zsh", "fish", "elvish", "nu", "xonsh", "sh"]),
        (&["completions", ""], &["bash", "zsh", "fish", "elvish", "nu", "xonsh", "sh"]),
        (&["leave", ""], &[]),
        (&["export", "--shell", ""], &["bash", "zsh", "fish", "elvish", "nu", "xonsh", "sh"]),
        (&["export", "--format", ""], &["json"]),
        (&["export", "-"], &["--shell", "--format"]),
        (&["export", "--shell", "zsh", "ensure", "--"], &["--mfa-code", "--no-input", "--help"]),
    ] {
        assert_eq!(home.values(words), values, "{words:?}");
    }
    let hops = home.values(&["production", "read", "--via", ""]);
    assert!(
        hops.contains(&"production:read".to_owned()) && hops.contains(&"sso".to_owned()),
        "{hops:?}"
    );
    assert!(home.values(&["--duration", ""]).contains(&"1h".to_owned()));
    assert!(home.values(&["ensure", ""]).contains(&"45m".to_owned()));
    let options = home.values(&["production", "-"]);
    assert!(
        options.contains(&"--region".to_owned())
            && options.iter().all(|option| option.starts_with("--"))
    );
}

#[test]
fn only_shell_verbs_are_offered_after_export() {
    let home = Home::new();
    let values = home.values(&["export", "--shell", "fish", ""]);
    assert_eq!(
        (&values[..5], &values[NAMES..]),
        (&NAMED.map(str::to_owned)[..], &["leave", "ensure"].map(str::to_owned)[..])
    );
}

#[test]
fn names_that_mean_something_else_stand_behind_dashes_only() {
    let home = Home::new();
    let hidden = ["logout", "-x"];
    let (plain, escaped) = (home.values(&[""]), home.values(&["--", ""]));
    for name in hidden {
        assert!(escaped.iter().any(|value| value == name), "{name}");
    }
    assert!(
        !escaped.iter().any(|value| value == "leave") && !plain.iter().any(|value| value == "-x")
    );
    // The verb, once.
    assert_eq!(plain.iter().filter(|value| *value == "logout").count(), 1);
    assert_eq!(home.values(&["--yes", ""]), plain[..NAMES]);
}

#[test]
fn digits_ask_for_ids() {
    let home = Home::new();
    assert_eq!(home.in_bash("assume-role 3333"), ["333333333333", "333333333334"]);
    assert_eq!(home.in_bash("assume-role 1"), ["111111111111"]);
}

#[test]
fn bash_gets_what_fits_its_line() {
    let home = Home::new();
    for (line, lines) in [
        ("assume-role prod", &["prod:eu", "production"][..]),
        ("assume-role prod:", &["eu"]),
        ("assume-role prod\\:", &["prod:eu"]),
        ("assume-role 'prod:", &["prod:eu"]),
        ("assume-role PROD", &["prod:eu", "production"]),
        ("assume-role PROD:", &[]),
        ("assume-role duct", &["production"]),
        ("assume-role r", &["R\\ and\\ D", "Rest"]),
        ("assume-role R\\ ", &["R\\ and\\ D"]),
        ("assume-role \"R ", &["R and D"]),
        ("assume-role 'R and D' ", &[]),
        ("assume-role prod:eu a", &["a=b", "a@c"]),
        ("assume-role prod:eu a=", &["b"]),
        ("assume-role prod:eu a@", &["c"]),
        ("assume-role production read eu-n", &["eu-north-1"]),
        ("assume-role production --region=eu-n", &["eu-north-1"]),
        ("assume-role production --reg", &["--region"]),
        ("A=1 B='x y' assume-role production re", &["read"]),
        ("ar production re", &["read"]),
        ("cd /tmp && assume-role production re", &["read"]),
        ("assume-role --base ", &["keys", "a\\ b"]),
        ("assume-role -- lo", &["logout"]),
        ("assume-role", &[]),
        ("assume-role production re\u{0}", &[]),
    ] {
        assert_eq!(home.in_bash(line), lines, "{line}");
    }
    assert_eq!(home.ask("bash", &["assume-role prod:", " \t\n"]), "prod:eu\n");
    assert_eq!(home.ask("bash", &["assume-role prod:"]), "");
    assert_eq!(home.ask("bash", &[]), "");
}

#[test]
fn zsh_and_fish_get_descriptions() {
    let home = Home::new();
    home.used("prod:eu", "222222222222", "a=b", 2 * 3600);
    let zsh = home.ask("zsh", &["assume-role", "pro"]);
    assert_eq!(zsh.lines().next(), Some("prod\\:eu:222222222222, protected, used 2h ago"));
    assert!(zsh.contains("\nproduction:111111111111, eu-west-1\n"), "{zsh}");
    let fish = home.ask("fish", &["assume-role", "production", ""]);
    assert_eq!(
        fish,
        "admin\tdefault, ~/.aws/accounts:2:5\nops/deploy\tprofile chain\nread\t~/.aws/accounts:2:5\n"
    );
}

#[test]
fn broken_files_cost_only_themselves() {
    let home = Home::new();
    home.write("accounts", "{\"production\": ");
    assert_eq!(home.values(&[""])[..1], ["chain"]);
    home.write("config", "\u{fffd}[[[");
    assert_eq!(home.values(&["--base", ""]), ["keys", "a b"]);
    home.write("credentials", "=");
    assert!(home.values(&["--base", ""]).is_empty());
    assert!(home.values(&[""]).contains(&"leave".to_owned()));
    let nowhere = Environment::from_pairs([("COMPLETE", "zsh")]);
    let words = ["assume-role", "--", "assume-role", ""].map(OsString::from);
    assert!(answer(&words, &nowhere, Moment(0), Path::new("/")).is_some());
}

#[test]
fn only_a_question_is_answered() {
    let home = Home::new();
    let asked = |shell: &str, words: &[&str]| {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        answer(&words, &home.environment(shell), NOW, Path::new("/")).is_some()
    };
    assert!(asked("zsh", &["assume-role", "--", "assume-role", ""]));
    assert!(asked("/bin/zsh", &["assume-role", "--", "assume-role", ""]));
    assert!(asked("bash", &["/opt/assume-role"]));
    for (shell, words) in [
        ("", &["assume-role", "--", "assume-role", ""][..]),
        ("1", &["assume-role", "--", "assume-role", ""]),
        ("tcsh", &["assume-role"]),
        ("zsh", &["assume-role", "credential-process", "production", "read"]),
        ("zsh", &["assume-role", "production", "read"]),
    ] {
        assert!(!asked(shell, words), "{shell} {words:?}");
    }
}
