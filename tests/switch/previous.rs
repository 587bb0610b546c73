//! `assume-role -`: back to this shell's previous role; and words in variables that any program may
//! have written.

use std::fs;

use crate::scenes::one_shell::OneShell;
use crate::scenes::{PRODUCTION, Scene, bastion_at_home};
use crate::support::process::run;
use crate::support::shells::{Script, Shell};

/// A scene with stored sessions of read and admin.
fn with_two_roles() -> Scene {
    let scene = bastion_at_home();
    scene.switch_with_code(&["production", "read"]);
    scene.switch(&["production", "admin", "us-east-2"]);
    scene
}

#[test]
fn there_and_back_without_the_network() {
    let scene = with_two_roles();
    let mut shell = OneShell::new(&scene);
    let heard = (scene.sts.connections(), scene.sts.requests().len());
    shell.succeeds(&["production", "read"]);
    shell.succeeds(&["production", "admin", "us-east-2"]);
    let admin = shell.variables.clone();
    for (role, region) in
        [("read", ""), ("admin", "us-east-2"), ("read", ""), ("admin", "us-east-2")]
    {
        shell.succeeds(&["-"]);
        assert_eq!((shell.role(), shell.get("AWS_REGION")), (role, region));
        assert_eq!(shell.get("AWS_DEFAULT_REGION"), region);
    }
    assert_eq!(shell.variables, admin);
    assert_eq!((scene.sts.connections(), scene.sts.requests().len()), heard);
}

#[test]
fn the_same_role_again_is_no_step() {
    let scene = with_two_roles();
    let mut shell = OneShell::new(&scene);
    for role in ["read", "admin", "admin", "admin"] {
        shell.succeeds(&["production", role]);
    }
    shell.succeeds(&["production", "admin", "--refresh"]);
    shell.succeeds(&["-"]);
    assert_eq!(shell.role(), "read");
}

#[test]
fn each_shell_has_its_own_previous_role() {
    let scene = with_two_roles();
    let mut one = OneShell::new(&scene);
    one.succeeds(&["production", "read"]);
    let mut child = one.child();
    one.succeeds(&["production", "admin"]);
    child.succeeds(&["production", "ops/deploy"]);
    one.succeeds(&["-"]);
    child.succeeds(&["-"]);
    assert_eq!((one.role(), child.role()), ("read", "read"));
    one.succeeds(&["-"]);
    child.succeeds(&["-"]);
    assert_eq!((one.role(), child.role()), ("admin", "ops/deploy"));
}

#[test]
fn options_typed_with_it_count() {
    let scene = with_two_roles();
    scene.add_roles(&[("long", 4 * 3600)]);
    let mut shell = OneShell::new(&scene);
    shell.succeeds(&["production", "admin", "us-east-2"]);
    shell.succeeds(&["production", "read"]);
    shell.succeeds(&[
        "-", "--region", "eu-central-1", "--duration", "30m", "--session-name", "back",
    ]);
    assert_eq!((shell.role(), shell.get("AWS_REGION")), ("admin", "eu-central-1"));
    let call = scene.sts.last("AssumeRole").unwrap();
    assert_eq!(
        (call.get("DurationSeconds"), call.get("RoleSessionName")),
        (Some("1800"), Some("back"))
    );
    let calls = scene.sts.count("AssumeRole");
    shell.succeeds(&["-", "--refresh"]);
    assert_eq!((shell.role(), scene.sts.count("AssumeRole")), ("read", calls + 1));
}

#[test]
fn without_a_previous_role_it_is_refused() {
    let scene = with_two_roles();
    let mut shell = OneShell::new(&scene);
    assert!(shell.fails(2, &["-"]).contains("no other role before"));
    shell.succeeds(&["production", "read"]);
    assert!(shell.fails(2, &["-"]).contains("no other role before"));
    assert_eq!(shell.role(), "read");
}

#[test]
fn a_protected_account_takes_consent_each_time() {
    let scene = with_two_roles();
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "protected": true}}}}"#))
        .unwrap();
    let mut shell = OneShell::new(&scene);
    shell.succeeds(&["production", "read", "--yes"]);
    assert_eq!(shell.get("ASSUME_ROLE_PROTECTED"), PRODUCTION);
    assert!(!shell.get("ASSUME_ROLE_TARGET").contains("yes"));
    // The id of that account is as protected as its name.
    shell.fails(8, &[PRODUCTION, "admin"]);
    shell.variables.insert("ASSUME_ROLE_PREVIOUS".to_owned(), "-- production admin".to_owned());
    assert!(shell.fails(8, &["-"]).contains("protected"));
    // A variable cannot consent.
    shell
        .variables
        .insert("ASSUME_ROLE_PREVIOUS".to_owned(), "--yes -- production admin".to_owned());
    shell.fails(8, &["-"]);
    shell.succeeds(&["-", "--yes"]);
    assert_eq!(shell.role(), "admin");
}

/// What any program might put into a variable that the program reads words from.
const HOSTILE: [&str; 22] = [
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    "a[$(touch canary)]",
    "production read; touch canary",
    "production read\ntouch canary",
    "production%20read",
    "production%0Aread x",
    "production%24%28touch%20canary%29 read",
    "production $%28touch%29",
    "-",
    "--",
    "-- -",
    "--help",
    "--version",
    "init bash",
    "export --shell bash production read",
    "logout --all",
    "leave",
    "ensure 45m",
    "%2D%2Dhelp",
    "production read extra words here",
];

#[test]
fn words_in_variables_are_checked_like_typed_ones() {
    let scene = with_two_roles();
    let heard = scene.sts.connections();
    for text in HOSTILE {
        for (variable, words) in
            [("ASSUME_ROLE_PREVIOUS", &["-"][..]), ("ASSUME_ROLE_TARGET", &["ensure", "45m"])]
        {
            let mut shell = OneShell::new(&scene);
            for name in ["ASSUME_ROLE_KEY_ID", "AWS_ACCESS_KEY_ID"] {
                shell.variables.insert(name.to_owned(), "ASIAOURSOURSOURS0000".to_owned());
            }
            shell.variables.insert(variable.to_owned(), text.to_owned());
            let ran = shell.does(words);
            assert!(
                matches!(ran.status, 2 | 3) && ran.stdout.is_empty(),
                "{variable}={text:?}: {ran:?}"
            );
            assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
        }
    }
    assert!(!scene.world.home().join("canary").exists());
    assert_eq!(scene.sts.connections(), heard);
    // No session was forgotten.
    scene.switch(&["production", "read"]);
    assert_eq!(scene.sts.connections(), heard);
}

#[test]
fn a_hostile_variable_runs_nothing_in_any_shell() {
    let scene = with_two_roles();
    for shell in Shell::INTEGRATED.into_iter().filter(|shell| shell.find().is_some()) {
        let rc = shell.loads_init();
        let set = |name: &str, file: &str| match shell {
            Shell::Fish => format!("set -gx {name} (cat {file} | string collect)\n"),
            _ => format!("export {name}=\"$(cat {file})\"\n"),
        };
        let mut text = "assume-role production read\n".to_owned();
        for (number, hostile) in HOSTILE.iter().enumerate() {
            let file = scene.world.root().join(format!("value-{number}")).display().to_string();
            fs::write(&file, hostile).unwrap();
            // A switch keeps the present request as the previous one, whatever it is.
            text.push_str(&set("ASSUME_ROLE_TARGET", &file));
            text.push_str("assume-role production admin; assume-role -; assume-role ensure 2h\n");
            text.push_str(&set("ASSUME_ROLE_PREVIOUS", &file));
            text.push_str("assume-role -\n");
        }
        text.push_str("echo $AWS_ACCOUNT_ROLE\n");
        let ran = Script::new(shell, &text).rc(&rc).run(&scene.world).unwrap();
        assert_eq!(ran.stdout, "admin\n", "{shell:?}: {ran:?}");
        assert!(!scene.world.home().join("canary").exists(), "{shell:?}");
    }
}

#[test]
fn there_and_back_in_every_shell() {
    let scene = with_two_roles();
    let heard = scene.sts.connections();
    for shell in Shell::INTEGRATED.into_iter().filter(|shell| shell.find().is_some()) {
        let show = r#"sh -c 'echo "$AWS_ACCOUNT_ROLE $AWS_REGION"'"#;
        let text = format!(
            "assume-role production read\nassume-role production admin us-east-2\n\
             assume-role -\n{show}\nassume-role -\n{show}\nassume-role -\n{show}\n"
        );
        let ran = Script::new(shell, &text).rc(&shell.loads_init()).run(&scene.world).unwrap();
        assert_eq!(ran.stdout, "read \nadmin us-east-2\nread \n", "{shell:?}: {ran:?}");
    }
    assert_eq!(scene.sts.connections(), heard);
}

#[test]
fn what_narrows_a_session_narrows_that_of_this_shell_and_the_one_before() {
    let scene = bastion_at_home();
    let mut shell = OneShell::new(&scene);
    shell.succeeds(&["production", "read", &scene.code()]);
    shell.variables.insert("ASSUME_ROLE_PREVIOUS".to_owned(), "-- production admin".to_owned());
    let policy = scene.world.write("policy.json", r#"{"Statement": []}"#).unwrap();
    let policy = format!("--policy={}", policy.display());
    for words in [&["exec", &policy][..], &["exec", &policy, "-"]] {
        for (option, field, sent) in [
            (
                "--policy-arn=arn:aws:iam::aws:policy/X",
                "PolicyArns.member.1.arn",
                "arn:aws:iam::aws:policy/X",
            ),
            ("--tag=k=v", "Tags.member.1.Key", "k"),
            ("--source-identity=bob", "SourceIdentity", "bob"),
        ] {
            let mut command = scene.world.command(words.iter().chain(&[option, "--", "true"]));
            command.envs(&shell.variables);
            let ran = run(command, b"").unwrap();
            assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
            let form = scene.sts.last("AssumeRole").unwrap().form;
            assert_eq!(
                (form.get("Policy"), form.get(field)),
                (Some(r#"{"Statement":[]}"#), Some(sent)),
                "{words:?}"
            );
        }
    }
}
