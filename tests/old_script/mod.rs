//! What the old script did wrong, one test for each fault that people met, named by what it should
//! have done.
//!
//! Everything runs the program in the shells that people used it from: through the function that
//! `init` defines, and in the old form `eval "$(assume-role …)"`.

mod shell_state;

use crate::fake_aws::sts::{Fault, Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, with_user};
use crate::support::process::Ran;
use crate::support::shells::{Script, Shell};

/// How the old script was called by those who did not source it.
const OLD: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Dash];

/// Prints after a word: the status, who the shell says that it is, and its keys.
fn look(shell: Shell, word: &str) -> String {
    let names =
        "$AWS_ACCOUNT_NAME/$AWS_ACCOUNT_ROLE/$AWS_ACCESS_KEY_ID/$AWS_SESSION_TOKEN/$AWS_REGION";
    format!("echo \"{word} {} {names}\"\n", shell.status())
}

/// What [`look`] printed after `word`: the status and the rest.
#[track_caller]
fn seen(ran: &Ran, word: &str) -> (String, String) {
    let line = ran.stdout.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    let (status, rest) = line.unwrap_or_else(|| panic!("{word}: {ran:?}")).split_once(' ').unwrap();
    (status.to_owned(), rest.to_owned())
}

/// Runs a script after `init`, in each shell that there is.
fn loaded(
    scene: impl Fn() -> Scene,
    script: impl Fn(&Scene, Shell) -> String,
    check: impl Fn(&Scene, &Ran),
) {
    for shell in Shell::INTEGRATED.into_iter().filter(|shell| shell.find().is_some()) {
        let scene = scene();
        let text = script(&scene, shell);
        check(
            &scene,
            &Script::new(shell, &text).rc(&shell.loads_init()).run(&scene.world).unwrap(),
        );
    }
}

/// Runs a script of `eval "$(assume-role …)"` lines without `init`.
fn evaluated(
    scene: impl Fn() -> Scene,
    script: impl Fn(&Scene, Shell) -> String,
    check: impl Fn(&Scene, &Ran),
) {
    for shell in OLD.into_iter().filter(|shell| shell.find().is_some()) {
        let scene = scene();
        let text = script(&scene, shell);
        check(&scene, &Script::new(shell, &text).run(&scene.world).unwrap());
    }
}

/// A good switch, then one that fails by `words`.
fn then(words: &'static str) -> impl Fn(&Scene, Shell) -> String {
    move |scene, shell| {
        let first = format!(
            "assume-role production read {} eu-west-1\n{}",
            scene.code(),
            look(shell, "first")
        );
        format!("{first}assume-role {words}\n{}", look(shell, "second"))
    }
}

#[track_caller]
fn assert_second_failed(ran: &Ran, status: &str) {
    let (first, second) = (seen(ran, "first"), seen(ran, "second"));
    assert_eq!(first.0, "0", "{ran:?}");
    assert!(first.1.starts_with("production/read/ASIA"), "{ran:?}");
    assert_eq!(second, (status.to_owned(), first.1), "{ran:?}");
}

#[test]
fn b2_a_refused_role_fails_and_leaves_the_role_before_it() {
    loaded(bastion, then("production no-such"), |_, ran| assert_second_failed(ran, "4"));
    let script = |scene: &Scene, shell| {
        let first = format!("eval \"$(assume-role production read {} eu-west-1)\"\n", scene.code());
        let second =
            format!("eval \"$(assume-role production no-such)\"\n{}", look(shell, "second"));
        format!("{first}{}{second}", look(shell, "first"))
    };
    evaluated(bastion, script, |_, ran| assert_second_failed(ran, "4"));
}

#[test]
fn b3_a_typo_in_the_account_leaves_the_shell_as_it_was() {
    loaded(bastion, then("prodution read"), |_, ran| assert_second_failed(ran, "3"));
    loaded(bastion, then("production 'no role'"), |_, ran| assert_second_failed(ran, "3"));
    loaded(bastion, then("production read 12345"), |_, ran| assert_second_failed(ran, "2"));
}

#[test]
fn b4_a_second_role_works_in_the_old_form_and_its_session_has_the_users_name() {
    let script = |scene: &Scene, shell| {
        let first = format!(
            "eval \"$(assume-role production read {})\"\n{}",
            scene.code(),
            look(shell, "first")
        );
        format!("{first}eval \"$(assume-role production admin)\"\n{}", look(shell, "second"))
    };
    evaluated(bastion, script, |scene, ran| {
        assert_eq!(
            (seen(ran, "first").0, seen(ran, "second").0),
            ("0".into(), "0".into()),
            "{ran:?}"
        );
        let names = scene.sts.requests().into_iter().filter(|logged| logged.action == "AssumeRole");
        let names: Vec<String> =
            names.map(|logged| logged.get("RoleSessionName").unwrap().to_owned()).collect();
        assert_eq!(names, ["alice", "alice"]);
    });
}

#[test]
fn b6_a_timeout_above_an_hour_is_kept() {
    let long = || {
        let mut scene = bastion();
        scene.add_roles(&[("long", 43200)]);
        scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "43200");
        scene
    };
    let script = |scene: &Scene, shell| {
        format!("assume-role production long {}\n{}", scene.code(), look(shell, "it"))
    };
    loaded(long, script, |scene, ran| {
        assert_eq!(seen(ran, "it").0, "0", "{ran:?}");
        let issued = scene.sts.issued().pop().unwrap();
        assert!(issued.expires - scene.sts.now().0 > 43_000, "{issued:?}");
    });
}

#[test]
fn b7_the_external_id_is_the_accounts_own_another_one_or_none() {
    let scene = with_user(User::new(BASTION, "alice"));
    let account = |id: &str, fields: &str| format!(r#""a{id}": {{"id": "{id}"{fields}}}"#);
    for (id, trust) in [
        ("111111111111", Trust::account(BASTION).external_id("111111111111")),
        ("222222222222", Trust::account(BASTION).external_id("theirs")),
        ("333333333333", Trust::account(BASTION)),
    ] {
        scene.sts.add_role(Role::new(id, "read").trusts(trust));
    }
    let accounts = [
        account("111111111111", ""),
        account("222222222222", r#", "external_id": "theirs""#),
        account("333333333333", r#", "external_id": "none""#),
    ];
    scene.world.accounts(&format!("{{{}}}", accounts.join(","))).unwrap();
    for (account, sent) in [
        ("a111111111111", Some("111111111111")),
        ("a222222222222", Some("theirs")),
        ("a333333333333", None),
    ] {
        scene.switch(&[account, "read"]);
        assert_eq!(scene.sts.last("AssumeRole").unwrap().get("ExternalId"), sent);
    }
}

#[test]
fn b8_the_device_is_one_that_shows_codes_and_none_is_not_a_name() {
    let scene = with_user(User::new(BASTION, "alice").passkey("alice/key").mfa("alice"));
    scene.add_roles(&[("read", 3600)]);
    scene.switch_with_code(&["production", "read"]);
    let scene = with_user(User::new(BASTION, "bob"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene.switch(&["production", "read"]);
    assert!(scene.sts.requests().iter().all(|logged| logged.get("SerialNumber").is_none()));
}

#[test]
fn b9_another_shell_needs_no_second_code() {
    let shells: Vec<Shell> =
        Shell::INTEGRATED.into_iter().filter(|shell| shell.find().is_some()).collect();
    let scene = bastion();
    scene.switch_with_code(&["production", "admin"]);
    for shell in shells {
        let script = format!("assume-role production read\n{}", look(shell, "it"));
        let ran = Script::new(shell, &script).rc(&shell.loads_init()).run(&scene.world).unwrap();
        assert_eq!(seen(&ran, "it").0, "0", "{ran:?}");
    }
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn b10_a_user_without_mfa_is_served() {
    let open = || {
        let scene = with_user(User::new(BASTION, "alice"));
        scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
        scene
    };
    let script = |_: &Scene, shell| format!("assume-role production read\n{}", look(shell, "it"));
    loaded(open, script, |_, ran| assert_eq!(seen(ran, "it").0, "0", "{ran:?}"));
}

#[test]
fn b13_roles_have_paths_and_accounts_partitions() {
    let china = || {
        let scene = with_user(User::new(BASTION, "alice").partition("aws-cn"));
        scene.sts.add_role(
            Role::new(PRODUCTION, "ops/read").partition("aws-cn").trusts(Trust::account(BASTION)),
        );
        scene
    };
    let script = |_: &Scene, shell| {
        format!("assume-role production ops/read cn-north-1\n{}", look(shell, "it"))
    };
    loaded(china, script, |scene, ran| {
        assert!(seen(ran, "it").1.starts_with("production/ops/read/ASIA"), "{ran:?}");
        let call = scene.sts.last("AssumeRole").unwrap();
        assert_eq!(call.get("RoleArn"), Some("arn:aws-cn:iam::123456789012:role/ops/read"));
    });
}

#[test]
fn b16_the_profile_and_the_identity_in_use_can_be_seen() {
    let scene = bastion();
    let told = scene.switch_with_code(&["production", "read", "-v"]);
    told.assert_says("base: profile default (~/.aws/credentials:2)");
    told.assert_says("acts as: arn:aws:sts::123456789012:assumed-role/read/alice");
}

#[test]
fn ctrl_c_at_the_question_leaves_the_role_before_it() {
    if Shell::Bash.find().is_some() {
        let mut scene = bastion();
        scene.add_roles(&[("long", 43200)]);
        scene.world.set("PS1", "ready> ");
        let mut command = std::process::Command::new("bash");
        command.args(["--norc", "--noprofile", "-i"]);
        let mut terminal = scene.world.terminal_of(command).unwrap();
        let mut enter = |line: &str, shows: &str| {
            terminal.type_line(line).unwrap();
            terminal.wait_for(shows).unwrap()
        };
        enter("eval \"$(assume-role init bash)\"; echo load''ed", "loaded");
        enter(
            &format!("assume-role production read {}; echo sta''tus $?", scene.code()),
            "status 0",
        );
        enter("assume-role production long --duration 2h", "MFA code of");
        terminal.press_control('c').unwrap();
        terminal.wait_for("ready> ").unwrap();
        let mut enter = |line: &str, shows: &str| {
            terminal.type_line(line).unwrap();
            terminal.wait_for(shows).unwrap()
        };
        enter(
            "echo sta''tus $? $AWS_ACCOUNT_NAME/$AWS_ACCOUNT_ROLE end",
            "status 130 production/read end",
        );
        let read =
            scene.sts.issued().into_iter().find(|issued| issued.action == "AssumeRole").unwrap();
        enter("echo \"<$AWS_ACCESS_KEY_ID>\"", &format!("<{}>", read.key_id));
    }
}

#[test]
fn an_answer_without_keys_is_a_failure() {
    let empty = || {
        let scene = bastion();
        scene.switch_with_code(&["production", "admin"]);
        scene.sts.fail_always("AssumeRole", Some(Fault::empty()));
        scene
    };
    let script = |_: &Scene, shell| format!("assume-role production read\n{}", look(shell, "it"));
    loaded(empty, script, |_, ran| {
        assert_eq!(seen(ran, "it"), ("6".to_owned(), "////".to_owned()), "{ran:?}");
        assert!(!ran.stdout.contains("null") && !ran.stderr.contains("Success"), "{ran:?}");
    });
}
