//! Words that do not fit, and how a failure reaches the caller.

use crate::scenes::{Scene, bastion};

#[track_caller]
fn assert_refused(scene: &Scene, status: i32, words: &[&str], told: &str) {
    let said = scene.refused_at_once(status, words);
    assert!(said.contains(told), "{told:?} was not said:\n{said}");
}

#[test]
fn words_that_are_not_understood() {
    let scene = bastion();
    for (words, told) in [
        (&[][..], "which account and role?"),
        (&["", "read"], "the account is empty"),
        (&["production", ""], "the role is empty"),
        (&["production", "read", "12345"], "'12345' is neither a six-digit MFA code nor a region"),
        (&["production", "read", "１２３４５６"], "neither a six-digit MFA code nor a region"),
        (&["production", "read", "x y"], "'x y' is neither"),
        (&["production", "read", "123456", "654321"], "there are two MFA codes"),
        (&["production", "read", "eu-west-1", "eu-west-2"], "'eu-west-2' is a second region"),
        (
            &["production", "read", "--region", "eu-west-1", "eu-west-2"],
            "the region is given twice",
        ),
        (&["production", "read", "123456", "--mfa-code", "654321"], "the MFA code is given twice"),
        (&["production", "read", "--mfa-code", "12345"], "--mfa-code is not six digits"),
        (
            &["production", "read", "--regoin", "eu-west-1"],
            "there is no option '--regoin'\nhint: did you mean --region?",
        ),
        (&["production", "read", "--region"], "--region REGION needs a value"),
        (&["--region", "eu-west-1", "--region", "eu-west-1"], "--region REGION is given twice"),
        (
            &["--color", "x\u{1b}[31m"],
            "unknown value 'x\\x1b[31m' for --color WHEN\nhint: one of auto, always, never",
        ),
        (&["ensure"], "DURATION is missing\nhint: assume-role ensure DURATION"),
        (
            &["ensure", "45"],
            "'45' from the command line: seconds or minutes?\nhint: write 45s or 45m",
        ),
        (&["profile"], "a subcommand is missing\nhint: assume-role profile add|remove|list"),
        (
            &["accounts", "list"],
            "unknown subcommand 'list'\nhint: assume-role accounts add|remove|import|sync",
        ),
        (&["accounts", "imprt"], "hint: did you mean import?"),
        (&["leave", "production"], "unexpected argument 'production'\nhint: assume-role leave"),
        (&["--region", "eu-west-1", "leave"], "'leave' has to come before its options"),
    ] {
        assert_refused(&scene, 2, words, told);
    }
    assert_refused(&scene, 5, &["production"], "which role in production?");
}

#[test]
fn the_remedy_is_this_request_without_what_was_wrong() {
    let scene = bastion();
    let profile = "[profile ops]\nrole_arn = arn:aws:iam::123456789012:role/ops/read\nsource_profile = default\n";
    scene.world.config(profile).unwrap();
    for (status, words, remedy) in [
        (2, "production read foo", "assume-role production read"),
        (2, "production read eu-west-1 us-east-1", "assume-role production read eu-west-1"),
        (2, "production read 123456 eu-west-1 x", "assume-role production read eu-west-1"),
        (2, "production read 123456 123457", "assume-role production read"),
        (2, "--profile ops foo", "assume-role --profile ops"),
        (
            2,
            "arn:aws:iam::123456789012:role/read foo",
            "assume-role arn:aws:iam::123456789012:role/read",
        ),
        (3, "use production read", "assume-role production read"),
        (3, "use production read 123456 eu-west-1", "assume-role production read eu-west-1"),
        (3, "switch production:read", "assume-role production:read"),
        (3, "assume ops", "assume-role ops"),
        (3, "get 123456789012 read", "assume-role 123456789012 read"),
        (3, "open production read", "assume-role console production read"),
        (3, "run production read", "assume-role exec production read -- \"$SHELL\""),
        (3, "use nothing read", "assume-role --help"),
        (3, "use", "assume-role --help"),
        (3, "whoami", "assume-role status"),
        (3, "roles", "assume-role list"),
        (3, "deactivate", "assume-role leave"),
        (3, "back", "assume-role -"),
        (3, "sso", "assume-role login"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let said = scene.refused_at_once(status, &words);
        assert!(said.ends_with(&format!("hint: {remedy}\n")), "{words:?}: {said}");
    }
    for (verb, behind, remedy) in [
        ("explain", "use production read", "assume-role explain production read"),
        (
            "env",
            "production read foo --format json",
            "assume-role env production read --format json",
        ),
        (
            "console",
            "prodution read",
            "did you mean production? assume-role console production read",
        ),
    ] {
        let ran = scene.world.run([verb].into_iter().chain(behind.split(' '))).unwrap();
        assert!(ran.stderr.ends_with(&format!("hint: {remedy}\n")), "{ran:?}");
    }
}

#[test]
fn the_remedy_has_the_options_that_were_typed() {
    let scene = bastion();
    scene.world.write("p.json", r#"{"Version": "2012-10-17", "Statement": []}"#).unwrap();
    let accounts = r#"{"production": "123456789012", "list": "123456789012", "-x": "123456789012",
        "--yes": {"id": "123456789013", "protected": true}}"#;
    scene.world.accounts(accounts).unwrap();
    for (words, remedy) in [
        (
            "export --shell bash prodution read --policy p.json --duration 20m --write",
            "production read --duration 20m --policy p.json --write",
        ),
        (
            "export --shell bash production read foo --tag a=b --base default",
            "production read --base default --tag 'a=b'",
        ),
        ("export --shell bash -- list read foo", "-- list read"),
        ("export --shell bash --duration 1h -- -x read foo", "--duration 1h -- -x read"),
        (
            "exec --policy p.json --min 20m production read -- ll -a",
            "exec production read --min 20m --policy p.json -- bash -ic 'll -a'",
        ),
        (
            "exec prodution read --region eu-west-1 -- ls",
            "exec production read --region eu-west-1 -- ls",
        ),
        ("env prodution read --format json", "env production read --format json"),
        (
            "profile add q prodution read --static --force",
            "profile add q production read --static --force",
        ),
        (
            "export --shell bash run production read --region eu-west-1",
            "exec production read --region eu-west-1 -- \"$SHELL\"",
        ),
        ("export --shell bash -- --yes read", "--yes -- --yes read"),
    ] {
        let ran = scene.world.run(words.split(' ')).unwrap();
        assert!(ran.stderr.ends_with(&format!("assume-role {remedy}\n")), "{words}: {ran:?}");
    }
}

#[test]
fn a_remedy_is_one_line_and_holds_nothing_that_a_terminal_obeys() {
    let scene = bastion();
    for words in [
        &["prodution", "re\u{1b}]0;x\u{7}\nX"][..],
        &["use", "production", "\u{1b}[31m"],
        &["1234-5678-9012", "\u{202e}dear"],
    ] {
        let said = scene.export(words).stderr;
        let hint = said.lines().last().unwrap();
        assert!(hint.starts_with("hint: "), "{said:?}");
        assert!(!said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said:?}");
    }
    let ran = scene.world.run(["exec", "production", "read", "--", "a\u{1b}]0;x\u{7}\nb"]).unwrap();
    assert!(!ran.stderr.contains(['\u{1b}', '\u{7}']), "{ran:?}");
}

#[test]
fn a_refused_code_is_never_shown() {
    let scene = bastion();
    let said = scene.refused_at_once(2, &["production", "read", "--mfa-code", "9876543"]);
    assert!(!said.contains("9876543"), "{said}");
}

#[test]
fn the_direct_form_prints_its_status_as_code() {
    let scene = bastion();
    for (words, status) in [
        (&["nowhere", "read"][..], 3),
        (&["production", "read"], 5),
        (&["production", ""], 2),
        (&["production", "read", "--regoin", "eu-west-1"], 2),
        (&["--region"], 2),
        (&["leave", "it"], 2),
        (&["ensure"], 2),
    ] {
        let ran = scene.world.run(words).unwrap();
        assert_eq!((ran.status, ran.stdout), (status, format!("(exit {status})\n")));
    }
}

#[test]
fn on_a_terminal_the_load_line_is_printed_instead_of_keys() {
    let scene = bastion();
    for words in [&["production", "read"][..], &["export", "--shell", "bash", "production", "read"]]
    {
        let mut terminal = scene.world.terminal(words).unwrap();
        assert_eq!(terminal.wait().unwrap(), 2, "{}", terminal.text());
        let text = terminal.text();
        assert!(text.contains("eval \"$(assume-role init") && !text.contains("AWS_"), "{text}");
    }
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn help_is_for_people_and_never_for_eval() {
    let scene = bastion();
    for words in [["export", "--shell", "bash", "--help"], ["export", "--shell", "bash", "-V"]] {
        let ran = scene.world.run(words).unwrap();
        assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{ran:?}");
    }
    let ran = scene.world.run(["--help"]).unwrap();
    assert!(ran.status == 0 && ran.stdout.contains("assume-role production read"), "{ran:?}");
}

#[test]
fn an_unknown_shell_is_refused_with_those_there_are() {
    let scene = bastion();
    let ran = scene.world.run(["export", "--shell", "tcsh", "production", "read"]).unwrap();
    assert!(
        ran.status == 2 && ran.stderr.contains("bash, zsh, fish") && ran.stdout.is_empty(),
        "{ran:?}"
    );
    let ran = scene.world.run(["export", "production", "read"]).unwrap();
    assert!(ran.status == 2 && ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn there_is_nothing_before_the_first_role() {
    assert_refused(&bastion(), 2, &["-"], "no other role before");
}

#[test]
fn a_name_that_is_not_known_comes_with_those_that_are() {
    let scene = bastion();
    for (words, told) in [
        (["prodction", "read"], "hint: did you mean production?"),
        (
            ["elsewhere", "read"],
            "hint: ~/.aws/accounts names default, production; a 12-digit id works without a name",
        ),
        (["logut", "read"], "hint: if you mean the verb: assume-role logout"),
    ] {
        assert_refused(&scene, 3, &words, told);
    }
}
