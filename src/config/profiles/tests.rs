use proptest::prelude::*;

use super::*;
use crate::config::files::TextFile;
use crate::config::values::parse_mfa_serial;

fn ini(kind: FileKind, shown: &str, text: &str) -> Ini {
    Ini::new(kind, TextFile { shown: shown.into(), text: text.to_owned(), warning: None })
}

fn both(config: &str, credentials: &str) -> Profiles {
    let files = vec![
        ini(FileKind::Config, "~/.aws/config", config),
        ini(FileKind::Credentials, "~/.aws/credentials", credentials),
    ];
    Profiles::new(files, vec!["~/.aws/config".into(), "~/.aws/credentials".into()], Vec::new())
}

fn config(text: &str) -> Profiles {
    both(text, "")
}

/// What a profile holds, as `key=value@line` words in order.
fn dump(profiles: &Profiles) -> String {
    let section = |profile: Section<'_>| {
        let entries = profile
            .entries()
            .map(|(key, value)| format!(" {key}={}@{}", value.text, value.place().line));
        format!("{}:{}", profile.name(), entries.collect::<String>())
    };
    profiles.iter().map(section).collect::<Vec<_>>().join(" | ")
}

#[test]
fn sound_files() {
    for (text, dumped) in [
        ("", ""),
        ("[profile a]", "a:"),
        ("[profile a.b/c%d@e_f:g+h-i]\n[profile foo!bar]", "a.b/c%d@e_f:g+h-i: | foo!bar:"),
        (
            "\t \n[profile a]\r\n\t\r\nname \t=  \tvalue \t\r\n[profile b]\r\n \t",
            "a: name=value@4 | b:",
        ),
        ("[profile a]\nx = y=z:w", "a: x=y=z:w@2"),
        ("[profile a]\nx: y=z", "a: x=y=z@2"),
        ("[profile a]\nx = ð🐱", "a: x=ð🐱@2"),
        ("[profile a]\nx =\ny=", "a: x=@2 y=@3"),
        ("# c\n ; c\n[profile a] # c\nx = 1\n#y = 2\n;z = 3", "a: x=1@4"),
        ("[profile a]; c\n[profile b]# c", "a: | b:"),
        ("[profile a]\nx = y # c\nz = a ; b", "a: x=y # c@2 z=a ; b@3"),
        ("[profile a]\nx = y\n -z # c\n\n \t more \t \nw=1", "a: x=y\n-z # c\nmore@2 w=1@6"),
        ("[profile a]\n  x = 1\n  y = 2\n    more\nz = 3", "a: x=1@2 y=2\nmore@3 z=3@5"),
        ("[profile a]\ns3 =\n  b = c\n\n  d = e\nx = 1", "a: s3=@2 x=1@6"),
        ("[profile a]\nin valid = 1", "a: in valid=1@2"),
        ("[DEFAULT]\nx = 1\n[profile a]", "a:"),
        ("[profile a]\nx = 1\n[profile b]\n[profile a]\nX = 2", "a: x=1@2 X=2@5 | b:"),
        ("[default]\nx = 1\n[profile a]", "default: x=1@2 | a:"),
        (
            "[profile default]\nx = 1\n[default]\ny = 2\n[profile default]\nz = 3",
            "default: x=1@2 z=3@6",
        ),
        ("[default]\ny = 2\n[profile default]\nx = 1", "default: x=1@4"),
        ("[a]\nx = 1\n[profilea]\n[preview]\n[profile b]\nx = 2", "b: x=2@6"),
        (
            "[profile \"a b\"]\n[profile 'c d']\n[profile e f]\n[profile 日本]",
            "a b: | c d: | e f: | 日本:",
        ),
        (
            "[profile None]\n[profile null]\n[profile true]\n[profile $(touch x)]",
            "None: | null: | true: | $(touch x):",
        ),
        ("[sso-session s]\nx = 1\n[services v]\n[profile a]", "a:"),
        ("[profile a]\n  [profile b]\nx = 1", "a: | b: x=1@3"),
        (
            "[profile a]\nx = [1\n  [2]\n # c\n [profile b]\ny = 3",
            "a: x=[1\n[2]\n[profile b]@2 y=3@6",
        ),
        ("[profile a]\n  x = 1\n [profile b]\n  y =\n   [z] = 2", "a: x=1@2 | b: y=@4"),
    ] {
        let profiles = config(text);
        assert_eq!(dump(&profiles), dumped, "{text:?}");
        assert_eq!(profiles.problems().count(), 0, "{text:?}");
    }
}

#[test]
fn credentials_name_profiles_without_a_word_before() {
    let profiles =
        both("[profile b]", "[a]\nx = 1\n[ my prod ]\ny = 2\n[default]\n[profile c]\nz = 3");
    assert_eq!(dump(&profiles), "b: | a: x=1@2 | my prod: y=2@4 | default:");
    assert_eq!(
        profiles
            .ignored()
            .map(|section| format!("{} {}", section.header, section.place))
            .collect::<Vec<_>>(),
        ["profile c ~/.aws/credentials:6"]
    );
}

#[test]
fn the_last_value_of_the_file_and_the_credentials_file_win() {
    let profiles = both("[profile a]\nx = 1\ny = 1\n[profile a]\nX = 2", "[a]\ny = 3\nz =");
    let a = profiles.get("a").unwrap().unwrap();
    let shown = |key| a.value(key).map(|value| format!("{} {}", value.text, value.place()));
    assert_eq!(shown("x").as_deref(), Some("2 ~/.aws/config:5"));
    assert_eq!(shown("Y").as_deref(), Some("3 ~/.aws/credentials:2"));
    assert_eq!((shown("z"), shown("w")), (None, None));
    assert_eq!(a.places().map(|place| place.line).collect::<Vec<_>>(), [1, 4, 1]);
    assert_eq!(a.place().unwrap().to_string(), "~/.aws/config:1");
}

#[test]
fn default_merges_with_the_credentials_whichever_way_it_is_written() {
    for text in ["[default]\nx = 1", "[default]\nx = 0\n[profile default]\nx = 1"] {
        let profiles = both(text, "[default]\naws_access_key_id = AKIA");
        let default = profiles.require("default").unwrap();
        assert_eq!(default.value("x").unwrap().text, "1");
        assert_eq!(default.value("aws_access_key_id").unwrap().text, "AKIA");
    }
}

#[test]
fn settings_below_a_key() {
    let profiles = config(
        "[services v]\nsts =\n  endpoint_url = http://127.0.0.1:1\n  a =\nsts =\n  endpoint_url = x\n[profile a]\nservices = v",
    );
    let services = profiles.services("v").unwrap().unwrap();
    assert_eq!(services.nested("STS", "endpoint_url").unwrap().text, "x");
    assert_eq!(services.nested("sts", "endpoint_url").unwrap().place().line, 6);
    assert!(services.nested("sts", "a").is_none() && services.value("endpoint_url").is_none());
    assert!(profiles.sso_session("v").unwrap().is_none());
    let sso = config("[sso-session  \"my org\"]\nsso_region = eu-west-1");
    assert_eq!(
        sso.sso_session("my org").unwrap().unwrap().value("sso_region").unwrap().place().line,
        2
    );
    assert_eq!(sso.sso_sessions().count(), 1);
}

#[test]
fn a_broken_line_breaks_its_section_only() {
    for (broken, line, what) in [
        ("key", 3, "this line has no '='"),
        ("= value", 3, "no name before '='"),
        ("x = 1\ns3 =\n  broken", 5, "this indented line is not NAME = VALUE"),
        ("s3 =\n  = value", 4, "this indented line is not NAME = VALUE"),
    ] {
        let profiles =
            both(&format!("[profile a]\nx = 0\n{broken}\n[profile b]\ny = 1"), "[a]\nz = 1");
        let error = profiles.get("a").unwrap_err();
        assert!(error.to_string().contains(&format!("~/.aws/config:{line}: ")), "{error}");
        assert!(error.to_string().contains(what) && !error.hints.is_empty(), "{error}");
        assert_eq!(error.kind, crate::error::Kind::Config);
        assert_eq!(profiles.require("b").unwrap().value("y").unwrap().text, "1");
        assert_eq!(profiles.problems().collect::<Vec<_>>(), [&error]);
        assert_eq!(profiles.names().collect::<Vec<_>>(), ["a", "b"]);
    }
}

#[test]
fn an_open_header_keeps_its_keys_from_the_section_above() {
    let profiles = config("[profile a]\nx = 1\n[profile b\nx = 2\n[profile c]");
    assert_eq!(profiles.require("a").unwrap().value("x").unwrap().text, "1");
    assert!(
        profiles.get("b").unwrap_err().message.starts_with("~/.aws/config:3: this section header")
    );
    assert!(profiles.get("c").unwrap().is_some());
}

#[test]
fn a_line_above_all_headers_is_reported_and_breaks_no_section() {
    let profiles = config("region = eu-west-1\n -continued\n[profile a]\nx = 1");
    assert_eq!(profiles.problems().count(), 2);
    assert!(
        profiles
            .problems()
            .next()
            .unwrap()
            .message
            .contains("~/.aws/config:1: this line belongs to no section")
    );
    assert!(profiles.get("a").unwrap().is_some());
}

#[test]
fn a_line_without_end_is_refused_and_never_shown() {
    let profiles =
        config(&format!("[profile a]\nx = {}\n[profile b]\nAKIASECRET", "y".repeat(10 << 20)));
    assert!(profiles.get("a").unwrap_err().message.contains(":2: this line is longer than 64 KiB"));
    assert!(!profiles.get("b").unwrap_err().to_string().contains("AKIASECRET"));
}

#[test]
fn a_section_that_is_almost_a_profile_gets_the_remedy_of_its_file() {
    for (config, credentials, name, remedy) in [
        ("[corp]", "", "corp", "~/.aws/config:1: [corp] is not a profile; write [profile corp]"),
        ("\n[a b]", "", "a b", "~/.aws/config:2: [a b] is not a profile; write [profile \"a b\"]"),
        ("[profil dev]", "", "dev", "[profil dev] is not a profile; write [profile dev]"),
        ("[profilefoo]", "", "profilefoo", "write [profile profilefoo]"),
        ("", "[profile x]", "x", "~/.aws/credentials:1: [profile x] is not a profile; write [x]"),
        ("", "[profile default]", "default", "write [default]"),
    ] {
        let error = both(config, credentials).require(name).unwrap_err();
        assert!(error.hints.iter().any(|hint| hint.contains(remedy)), "{config}: {error}");
    }
    for (text, remedy) in [("[sso-sesion x]", "[sso-session x]"), ("[profile]", "[profile NAME]")] {
        assert_eq!(config(text).ignored().next().unwrap().remedy, remedy, "{text}");
    }
    assert_eq!(config("[plugins]\ncli = x\n[preview]\ncloudfront = true").ignored().count(), 0);
}

#[test]
fn a_missing_name_is_met_with_those_there_are() {
    let profiles = both("[profile staging]", "");
    for (name, hint) in
        [("stagign", "did you mean staging?"), ("zzz", "the profiles there: staging")]
    {
        let error = profiles.require(name).unwrap_err();
        let message = format!("no profile '{name}' in ~/.aws/config or ~/.aws/credentials");
        assert_eq!(error.message, message);
        assert!(error.hints.iter().any(|line| line.contains(hint)), "{error}");
    }
}

/// Each search reads every name: one for each of thousands of mistakes would take the square of that.
#[test]
fn of_many_missing_names_the_first_are_guessed_at() {
    let profiles = config("[profile production]\n");
    let errors = (0..1_000).map(|_| profiles.require("prodution").err().unwrap());
    let guessed = errors.filter(|error| !error.hints.is_empty()).count();
    assert_eq!(guessed, SEARCHES);
}

#[test]
fn temporary_keys_need_their_token() {
    for (text, is_wrong) in [
        ("aws_access_key_id = ASIAX", true),
        ("aws_access_key_id = ASIAX\naws_session_token =", true),
        ("aws_access_key_id = ASIAX\naws_session_token = t", false),
        ("aws_access_key_id = ASIAX\naws_security_token = t", false),
        ("aws_access_key_id = AKIAX", false),
        ("region = x", false),
    ] {
        let profiles = both("", &format!("[a]\n{text}"));
        let error = profiles.require("a").unwrap().temporary_without_token();
        assert_eq!(error.is_some(), is_wrong, "{text}");
        let place = "~/.aws/credentials:2: a temporary key (ASIA…) without aws_session_token";
        assert!(error.is_none_or(|error| error.message == place));
    }
}

#[test]
fn a_note_behind_a_refused_value_is_explained() {
    let profiles =
        config("[profile a]\nmfa_serial = arn:aws:iam::123456789012:mfa/me # mine\nrole_arn = a b");
    let a = profiles.require("a").unwrap();
    let refused = a
        .value("mfa_serial")
        .unwrap()
        .read(|place, text| parse_mfa_serial(place, text))
        .unwrap_err();
    assert!(refused.message.starts_with("~/.aws/config:2: MFA serial"), "{refused}");
    assert!(refused.hints.iter().any(|hint| hint.contains("a line of its own")), "{refused}");
    let plain =
        a.value("role_arn").unwrap().read(|place, text| parse_mfa_serial(place, text)).unwrap_err();
    assert!(!plain.hints.iter().any(|hint| hint.contains("a line of its own")), "{plain}");
}

#[test]
fn debug_shows_no_value() {
    let profiles = both("", "[a]\naws_secret_access_key = s3cr3t");
    let a = profiles.require("a").unwrap();
    assert!(!format!("{a:?}{:?}", a.value("aws_secret_access_key")).contains("s3cr3t"));
}

#[test]
fn files_come_from_the_environment() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), "\u{FEFF}[profile a]").unwrap();
    std::fs::write(home.path().join("mine"), "[b]").unwrap();
    let read = |pairs: &[(&str, &str)]| {
        let home = ("HOME", home.path().to_str().unwrap());
        Profiles::read(&Environment::from_pairs(pairs.iter().copied().chain([home])))
    };
    assert_eq!(dump(&read(&[]).unwrap()), "a:");
    assert_eq!(dump(&read(&[("AWS_SHARED_CREDENTIALS_FILE", "~/mine")]).unwrap()), "a: | b:");
    let none = read(&[("AWS_CONFIG_FILE", "/dev/null")]).unwrap();
    assert_eq!(
        (dump(&none).as_str(), none.paths()),
        ("", ["/dev/null".to_owned(), "~/.aws/credentials".to_owned()].as_slice())
    );
    std::fs::write(home.path().join("mine"), b"[a]\n\xFF").unwrap();
    let error = read(&[("AWS_CONFIG_FILE", "~/mine")]).err().unwrap().to_string();
    assert!(error.contains("~/mine:2: this line is not UTF-8"), "{error}");
    for (pairs, cause) in [
        (
            &[("AWS_CONFIG_FILE", "~/nowhere")][..],
            "AWS_CONFIG_FILE names ~/nowhere, which does not exist",
        ),
        (&[("HOME", "/proc/nowhere")], "HOME is /proc/nowhere, which does not exist"),
        (&[("HOME", "x")], "HOME is 'x', which is not an absolute path"),
    ] {
        let pairs =
            [("HOME", home.path().to_str().unwrap())].into_iter().chain(pairs.iter().copied());
        let profiles = Profiles::read(&Environment::from_pairs(pairs)).unwrap();
        assert_eq!(profiles.missing(), [cause]);
        assert!(profiles.require("zzz").unwrap_err().to_string().contains(cause));
    }
    let error = Profiles::read(&Environment::default()).unwrap().require("x").err().unwrap();
    assert_eq!(error.to_string(), "assume-role: no profile 'x'\n  HOME is not set");
}

/// Sections with keys: names, and for each key its value and how far it is indented.
fn sections() -> impl Strategy<Value = Vec<(String, Vec<(String, String)>)>> {
    let name = "[a-zA-Z0-9日é.@&(*-]{1,8}( [a-z']{1,4}[a-z'])?";
    let key = "[a-z_]{1,12}";
    let value = "[a-z0-9/:=#;%日\"'\\\\-]{1,10}( [#;a-z0-9]{1,9})?";
    prop::collection::vec((name, prop::collection::vec((key, value), 0..5)), 0..8)
}

proptest! {
    #[test]
    fn what_was_written_is_read_with_its_lines(sections in sections(), fill in "(|\n|# note\n|  ; x = y\n|\t\r\n)") {
        let mut text = String::new();
        let mut expected: Vec<(String, String, u32)> = Vec::new();
        for (name, entries) in &sections {
            text.push_str(&fill);
            text.push_str(&if name.contains('\'') { format!("[profile \"{name}\"]\n") } else { format!("[profile {name}]\n") });
            for (key, value) in entries {
                text.push_str(&fill);
                expected.push((name.clone(), format!("{key}={value}"), u32::try_from(text.lines().count()).unwrap() + 1));
                text.push_str(&format!("{key} = {value}\r\n"));
            }
        }
        let profiles = config(&text);
        let mut found: Vec<(String, String, u32)> = profiles
            .iter()
            .flat_map(|section| section.entries().map(move |(key, value)| {
                (section.name().to_owned(), format!("{key}={}", value.text), value.place().line)
            }))
            .collect();
        found.sort_by_key(|&(_, _, line)| line);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(profiles.problems().count(), 0);
    }
}

#[test]
fn a_section_mentions_what_its_own_lines_hold_in_either_file() {
    let profiles = both(
        "[profile a]\nx = 111\ny =\n  z = 222\n[profile b]\n# 222\n[profile c]\nx = 333\n",
        "[b]\nx = 444\n",
    );
    for (word, names) in
        [("111", &["a"][..]), ("222", &["a", "b"]), ("333", &["c"]), ("444", &["b"]), ("555", &[])]
    {
        let finder = memchr::memmem::Finder::new(word);
        let found = profiles.iter().filter(|section| section.mentions(&finder));
        assert_eq!(found.map(|section| section.name()).collect::<Vec<_>>(), names, "{word}");
    }
}
