//! The code that switches and leaves, evaluated by real shells.

use std::path::Path;

use assume_role::input::environment::Environment;
use assume_role::session::{AccountId, Keys, Moment, Region, Secret};
use assume_role::shell::exports::{self, Form};
use assume_role::shell::variables::{Legacy, Switch};
use assume_role::shell::{Shell, quote, words as target};

use crate::real_shells::{Outcome, dump, is_here, run, words};

const SECRET: &str = "SECRETsecret/+=0123456789";
const TOKEN: &str = "TOKENtoken/+=0123456789";

/// A session in the account of that name.
pub struct Session {
    keys: Keys,
    account: AccountId,
    name: String,
    region: Option<Region>,
    environment: Environment,
}

impl Session {
    pub fn named(id: &str, name: &str) -> Self {
        let (secret, token) = (Secret::new(SECRET.to_owned()), Some(Secret::new(TOKEN.to_owned())));
        Self {
            keys: Keys { id: id.to_owned(), secret, token },
            account: AccountId::parse("123456789012").unwrap(),
            name: name.to_owned(),
            region: Some(Region::parse("a test", "eu-west-1").unwrap()),
            environment: Environment::default(),
        }
    }

    fn started_with(mut self, variables: &[(&str, &str)]) -> Self {
        self.environment = Environment::from_pairs(variables.iter().copied());
        self
    }

    fn switch(&self) -> Switch<'_> {
        Switch {
            keys: &self.keys,
            account_id: &self.account,
            account_name: &self.name,
            role: "ops/read",
            region: self.region.as_ref(),
            expires_aws: Moment(1_795_305_600),
            expires_local: Moment(1_795_305_590),
            renewable: Some(Moment(1_795_340_000)),
            target: target::encode_words(&[&self.name, "ops/read"]),
            previous: None,
            protected: false,
            legacy: None,
            environment: &self.environment,
        }
    }

    pub fn text(&self, form: Form) -> String {
        exports::switch(form, &self.switch()).expose().to_owned()
    }
}

/// A shell, the form made for it, and how that shell evaluates a file.
struct Way {
    shell: &'static [&'static str],
    form: Form,
    eval: &'static str,
}

const WAYS: [Way; 14] = [
    Way { shell: &["bash"], form: Form::Function(Shell::Bash), eval: r#"eval "$(cat F)""# },
    Way { shell: &["bash", "-eu", "-o", "pipefail"], form: Form::Function(Shell::Bash), eval: r#"eval "$(cat F)""# },
    Way { shell: &["bash --posix", "-f"], form: Form::Function(Shell::Bash), eval: r#"eval "$(cat F)""# },
    Way { shell: &["zsh"], form: Form::Function(Shell::Zsh), eval: r#"eval "$(cat F)""# },
    Way { shell: &["zsh", "-eu"], form: Form::Function(Shell::Zsh), eval: r#"eval "$(cat F)""# },
    Way {
        shell: &["zsh", "-o", "ksh_arrays", "-o", "sh_word_split", "-o", "warn_create_global", "-o", "rc_quotes"],
        form: Form::Function(Shell::Zsh),
        eval: r#"f() { eval "$(cat F)"; }; f"#,
    },
    Way { shell: &["fish"], form: Form::Function(Shell::Fish), eval: "eval (cat F)" },
    Way { shell: &["dash", "-eu"], form: Form::Direct, eval: r#"eval "$(cat F)""# },
    Way { shell: &["dash"], form: Form::Direct, eval: "eval $(cat F)" },
    Way { shell: &["bash", "-eu", "-O", "nullglob", "-O", "extglob"], form: Form::Direct, eval: "eval $(cat F)" },
    Way { shell: &["bash --posix"], form: Form::Direct, eval: r#"eval "$(cat F)""# },
    Way { shell: &["zsh"], form: Form::Direct, eval: "eval $(cat F)" },
    Way { shell: &["zsh", "-eu"], form: Form::Direct, eval: r#"eval "$(cat F)""# },
    Way { shell: &["sh"], form: Form::Direct, eval: "eval $(cat F)" },
];

impl Way {
    fn is_fish(&self) -> bool {
        self.form == Form::Function(Shell::Fish)
    }

    fn eval(&self, file: &str) -> String {
        format!("{}\n", self.eval.replace('F', file))
    }

    /// `NAME=value`, exported or not, in the shell's own words.
    fn set(&self, exported: bool, name: &str, value: &str) -> String {
        match (self.is_fish(), exported) {
            (true, true) => format!("set -gx {name} '{value}'\n"),
            (true, false) => format!("set -gu {name} '{value}'\n"),
            (false, true) => format!("export {name}='{value}'\n"),
            (false, false) => format!("{name}='{value}'\n"),
        }
    }

    /// Runs `script` in a child of the same shell.
    fn in_a_child(&self, script: &str) -> String {
        let mut all = words(self.shell[0]);
        all.extend(&self.shell[1..]);
        let quoted = if self.is_fish() { quote::fish(script) } else { quote::sh(script) };
        format!("{} -c {quoted}\n", all.join(" "))
    }

    fn name(&self) -> String {
        format!("{:?} {}", self.shell, self.eval)
    }
}

/// Runs `body` in every way, in a home with the files `first`, `second` (switches) and `leave`.
fn in_every_way(body: impl Fn(&Way) -> String, check: impl Fn(&Way, &Outcome)) {
    for way in &WAYS {
        if is_here(way.shell[0]) {
            let home = tempfile::tempdir().unwrap();
            let exported = [("AWS_PROFILE", "old"), ("AWS_ACCESS_KEY_ID", "AKIAMINE")];
            let first = Session::named("ASIAFIRST", "R&D a*b (eu)").started_with(&exported);
            let second = Session { region: None, ..Session::named("ASIASECOND", "it's") };
            write(home.path(), "first", &first.text(way.form));
            write(home.path(), "second", &second.text(way.form));
            write(home.path(), "leave", &exports::leave(way.form, false));
            check(way, &run(way.shell, home.path(), &exported, &body(way)));
        }
    }
}

fn write(home: &Path, name: &str, text: &str) {
    assert!(text.ends_with('\n') && text.matches('\n').count() == 1, "{name}: one line");
    std::fs::write(home.join(name), text).unwrap();
}

#[test]
fn a_switch_sets_and_unsets() {
    in_every_way(
        |way| way.eval("first") + &dump("AFTER"),
        |way, outcome| {
            let environment = outcome.environment("AFTER");
            let expected = [
                ("AWS_REGION", "eu-west-1"),
                ("AWS_DEFAULT_REGION", "eu-west-1"),
                ("AWS_ACCESS_KEY_ID", "ASIAFIRST"),
                ("AWS_SECRET_ACCESS_KEY", SECRET),
                ("AWS_SESSION_TOKEN", TOKEN),
                ("AWS_ACCOUNT_ID", "123456789012"),
                ("AWS_ACCOUNT_NAME", "R&D a*b (eu)"),
                ("AWS_ACCOUNT_ROLE", "ops/read"),
                ("AWS_CREDENTIAL_EXPIRATION", "2026-11-22T00:00:00Z"),
                ("AWS_SESSION_EXPIRATION", "2026-11-22T00:00:00Z"),
                ("ASSUME_ROLE_KEY_ID", "ASIAFIRST"),
                ("ASSUME_ROLE_EXPIRES", "1795305590"),
                ("ASSUME_ROLE_RENEWABLE", "1795340000"),
                ("ASSUME_ROLE_TARGET", "R%26D%20a%2Ab%20%28eu%29 ops/read"),
                ("ASSUME_ROLE_REGION", "eu-west-1"),
            ];
            let ours: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(ours, expected, "{}: {}", way.name(), outcome.err);
            assert_eq!((outcome.status, outcome.err.as_str()), (0, ""), "{}", way.name());
        },
    );
}

#[test]
fn a_second_switch_leaves_nothing_of_the_first() {
    in_every_way(
        |way| way.eval("first") + &way.eval("second") + &dump("AFTER"),
        |way, outcome| {
            let environment = outcome.environment("AFTER");
            assert_eq!(environment["AWS_ACCOUNT_NAME"], "it's", "{}", way.name());
            for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "ASSUME_ROLE_REGION", "AWS_PROFILE"] {
                assert!(!environment.contains_key(name), "{}: {name}", way.name());
            }
        },
    );
}

#[test]
fn leave_restores_what_stood_before() {
    in_every_way(
        |way| {
            let before = way.set(false, "AWS_REGION", "eu-central-1") + &way.set(true, "GEO_ENV", "geo");
            let steps = way.eval("first") + &way.eval("second") + &way.eval("leave");
            let region = if way.is_fish() {
                "echo; echo REGION $AWS_REGION\nset --names | string match '*assume_role*'; true\n"
            } else {
                "echo; echo REGION $AWS_REGION\nset | grep -a ^__assume_role || true\n"
            };
            before + &dump("BEFORE") + &steps + &dump("AFTER") + region
        },
        |way, outcome| {
            assert_eq!(outcome.environment("BEFORE"), outcome.environment("AFTER"), "{}", way.name());
            assert!(outcome.out.ends_with("\nREGION eu-central-1\n"), "{}: {}", way.name(), outcome.out);
            assert_eq!((outcome.status, outcome.err.as_str()), (0, ""), "{}", way.name());
        },
    );
}

#[test]
fn a_child_shell_only_unsets_and_says_so() {
    in_every_way(
        |way| way.eval("first") + &way.in_a_child(&(way.eval("leave") + &dump("CHILD"))),
        |way, outcome| {
            let environment = outcome.environment("CHILD");
            let names: Vec<&str> = environment.keys().map(String::as_str).collect();
            assert!(names.is_empty(), "{}: {names:?} {}", way.name(), outcome.err);
            assert!(outcome.err.contains("known only to the shell that switched"), "{}", way.name());
        },
    );
}

#[test]
fn a_child_shell_keeps_what_is_not_ours() {
    in_every_way(
        |way| {
            let own = way.set(true, "AWS_ACCESS_KEY_ID", "AKIAOTHER") + &way.set(true, "AWS_REGION", "us-west-2");
            way.eval("first") + &way.in_a_child(&(own + &way.eval("leave") + &dump("CHILD")))
        },
        |way, outcome| {
            let environment = outcome.environment("CHILD");
            assert_eq!(environment["AWS_ACCESS_KEY_ID"], "AKIAOTHER", "{}: {}", way.name(), outcome.err);
            assert_eq!(environment["AWS_REGION"], "us-west-2", "{}", way.name());
            assert!(!environment.keys().any(|name| name.starts_with("ASSUME_ROLE")), "{}", way.name());
            assert!(!environment.contains_key("AWS_ACCOUNT_NAME"), "{}", way.name());
        },
    );
}

#[test]
fn with_nothing_to_leave_it_says_so_and_succeeds() {
    in_every_way(
        |way| dump("BEFORE") + &way.eval("leave") + &dump("AFTER"),
        |way, outcome| {
            assert_eq!(outcome.environment("BEFORE"), outcome.environment("AFTER"), "{}", way.name());
            assert_eq!(outcome.status, 0, "{}", way.name());
            assert_eq!(outcome.err, "assume-role: no session to leave in this shell\n", "{}", way.name());
        },
    );
}

#[test]
fn a_read_only_variable_is_named_and_nothing_changes() {
    for name in ["AWS_REGION", "AWS_PROFILE", "ASSUME_ROLE_PREVIOUS", "AWS_SESSION_TOKEN"] {
        for (file, kind) in [("first", "switch"), ("leave", "leave")] {
            in_every_way(
                |way| {
                    if way.is_fish() {
                        return String::new();
                    }
                    let dumps = dump("AFTER");
                    format!(
                        "readonly {name}=mine\n{}set +e\n{{ {} }}; status=$?\n{dumps}exit $status\n",
                        dump("BEFORE"),
                        way.eval(file)
                    )
                    .replace("status", "code")
                },
                |way, outcome| {
                    if !way.is_fish() {
                        let what = format!("{kind} {name} {}", way.name());
                        assert_eq!(outcome.environment("BEFORE"), outcome.environment("AFTER"), "{what}");
                        assert_eq!(outcome.status, 9, "{what}: {}", outcome.err);
                        assert!(outcome.err.contains(&format!("{name} is read-only")), "{what}: {}", outcome.err);
                    }
                },
            );
        }
    }
}

#[test]
fn what_is_kept_is_never_exported() {
    in_every_way(
        |way| {
            let all = if way.is_fish() { "" } else { "set -a\n" };
            format!("{all}{}{}", way.eval("first"), dump("AFTER"))
        },
        |way, outcome| {
            // dash cannot take a variable out of the environment again.
            if way.shell[0] != "dash" && way.shell[0] != "sh" {
                let names = outcome.environment("AFTER");
                assert!(!names.keys().any(|name| name.starts_with("__")), "{}: {names:?}", way.name());
            }
        },
    );
}

#[test]
fn aliases_functions_and_attributes_do_not_get_in_between() {
    for way in WAYS.iter().filter(|way| !way.is_fish() && is_here(way.shell[0])) {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), "first", &Session::named("ASIAFIRST", "production").text(way.form));
        let mut setup = String::new();
        if matches!(way.form, Form::Function(_)) && way.shell[0] != "bash --posix" {
            for word in ["export", "unset", "test", "printf", "typeset"] {
                setup.push_str(&format!("function {word} {{ echo HIJACKED; }}\n"));
            }
        }
        setup.push_str(match way.shell[0] {
            "zsh" => "builtin typeset -i AWS_ACCOUNT_ROLE\nalias -g AWS_REGION=HIJACKED export=HIJACKED\n",
            "bash" => "declare -i AWS_ACCOUNT_ROLE\ndeclare -a AWS_REGION=(a b)\nshopt -s expand_aliases\n",
            _ => "",
        });
        for word in ["export", "unset", "test", "printf", "exit", "typeset", "builtin"] {
            setup.push_str(&format!("\\alias {word}='echo HIJACKED '\n"));
        }
        if !way.eval.contains("eval $") {
            setup.push_str("IFS=x\n");
        }
        let outcome = run(way.shell, home.path(), &[], &(setup + &way.eval("first") + &dump("AFTER")));
        let environment = outcome.environment("AFTER");
        assert_eq!(environment["AWS_ACCOUNT_ROLE"], "ops/read", "{}: {}", way.name(), outcome.err);
        assert_eq!(environment["AWS_ACCOUNT_NAME"], "production", "{}", way.name());
        assert_eq!(environment["AWS_REGION"], "eu-west-1", "{}", way.name());
        assert!(!outcome.out.contains("HIJACKED"), "{}: {}", way.name(), outcome.out);
    }
}

#[test]
fn an_unquoted_eval_takes_no_file_name_for_a_value() {
    let name = "a*b";
    for way in WAYS.iter().filter(|way| way.form == Form::Direct && is_here(way.shell[0])) {
        let home = tempfile::tempdir().unwrap();
        let text = Session::named("ASIAFIRST", name).text(way.form);
        write(home.path(), "first", &text);
        std::fs::write(home.path().join("AWS_ACCOUNT_NAME='a';touch pwned;'b'"), "").unwrap();
        let outcome = run(way.shell, home.path(), &[], &(way.eval("first") + &dump("AFTER")));
        assert_eq!(outcome.environment("AFTER")["AWS_ACCOUNT_NAME"], name, "{}", way.name());
        assert!(!home.path().join("pwned").exists(), "{}", way.name());
        assert!(!text.contains(['*', '?', '[', '#']), "{text}");
    }
}

#[test]
fn a_universal_variable_of_fish_is_named() {
    if !is_here("fish") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let session = Session::named("ASIAFIRST", "production");
    write(home.path(), "first", &session.text(Form::Function(Shell::Fish)));
    write(home.path(), "leave", &exports::leave(Form::Function(Shell::Fish), false));
    let script = "set -Ux AWS_PROFILE old\nset -Ux AWS_REGION us-west-2\neval (cat first)\necho status $status\n";
    let rest = format!("{}eval (cat leave)\necho $AWS_PROFILE $AWS_REGION\n", dump("AFTER"));
    let outcome = run(&["fish with configuration"], home.path(), &[], &(script.to_owned() + &rest));
    assert!(outcome.err.contains("set -e -U AWS_PROFILE") && !outcome.err.contains("AWS_REGION"), "{}", outcome.err);
    assert!(outcome.out.contains("status 0"), "{}", outcome.out);
    assert_eq!(outcome.environment("AFTER")["AWS_REGION"], "eu-west-1");
    assert!(outcome.out.ends_with("old us-west-2\n"), "{}", outcome.out);
}

#[test]
fn the_old_names_come_in_the_old_order() {
    let base = Keys {
        id: "ASIABASE".into(),
        secret: Secret::new("b-secret".into()),
        token: Some(Secret::new("b-token".into())),
    };
    let session = Session::named("ASIAFIRST", "production");
    let legacy = Legacy {
        base: Some((&base, Moment(1_795_300_000))),
        base_profile: Some("work"),
        role_started: Moment(1_795_302_000),
    };
    let switch = Switch { legacy: Some(legacy), ..session.switch() };
    let set: Vec<(&str, String)> = switch
        .changes()
        .into_iter()
        .filter_map(|change| Some((change.name, change.value?.into_owned())))
        .take(17)
        .collect();
    let expected = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "ASIAFIRST"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", TOKEN),
        ("AWS_ACCOUNT_ID", "123456789012"),
        ("AWS_ACCOUNT_NAME", "production"),
        ("AWS_ACCOUNT_ROLE", "ops/read"),
        ("AWS_SESSION_ACCESS_KEY_ID", "ASIABASE"),
        ("AWS_SESSION_SECRET_ACCESS_KEY", "b-secret"),
        ("AWS_SESSION_SESSION_TOKEN", "b-token"),
        ("AWS_SESSION_SECURITY_TOKEN", "b-token"),
        ("AWS_SESSION_START", "1795300000"),
        ("GEO_ENV", "production"),
        ("AWS_PROFILE_ASSUME_ROLE", "work"),
        ("AWS_SECURITY_TOKEN", TOKEN),
        ("ROLE_SESSION_START", "1795302000"),
    ];
    assert_eq!(set, expected.map(|(name, value)| (name, value.to_owned())));
}

#[test]
fn json_unsets_with_null() {
    let session = Session::named("ASIAFIRST", "production");
    let text = exports::switch_json(&session.switch());
    let json: serde_json::Value = serde_json::from_str(text.expose()).unwrap();
    assert_eq!(json["AWS_ACCESS_KEY_ID"], "ASIAFIRST");
    assert!(json["AWS_PROFILE"].is_null() && json.as_object().unwrap().contains_key("AWS_PROFILE"));
    let left: serde_json::Value = serde_json::from_str(&exports::leave_json()).unwrap();
    assert!(left.as_object().unwrap().values().all(serde_json::Value::is_null));
}

#[test]
fn a_failure_reaches_the_status() {
    for shell in ["sh", "dash", "bash", "zsh"] {
        if is_here(shell) {
            let home = tempfile::tempdir().unwrap();
            let script = format!("eval \"$(printf %s '{}')\"; echo $?", exports::failure(4).trim_end());
            assert_eq!(run(&[shell], home.path(), &[], &script).out, "4\n", "{shell}");
        }
    }
}
