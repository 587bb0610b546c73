//! The guard of protected and of read-only accounts: what has to be typed, what gives up, and that
//! no way leads around.

use std::process::Command;

use crate::fake_aws::sts::{Issued, Proof, Role, Trust, User};
use crate::scenes::one_shell::OneShell;
use crate::scenes::switching::Switched;
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};
use crate::sources::saml::{AUDIENCE, federated, now, response};
use crate::support::process::run;
use crate::support::terminal::Terminal;

const READ: [&str; 2] = ["production", "read"];
const GUARDED: &str =
    r#"{"production": {"id": "123456789012", "protected": true}, "spare": "123456789012"}"#;
const NARROW: &str =
    r#"{"production": {"id": "123456789012", "read_only": true}, "spare": "123456789012"}"#;
const OIDC: &str = "https://oidc.example.test";

/// A user without MFA, and roles that trust the user's account.
fn scene(accounts: &str) -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    for role in ["read", "admin"] {
        scene.sts.add_role(Role::new(PRODUCTION, role).trusts(Trust::account(BASTION)));
    }
    scene.world.accounts(accounts).unwrap();
    scene
}

/// The switch at its question.
fn asked(scene: &Scene, words: &[&str], question: &str) -> Terminal {
    let mut terminal = scene.on_terminal(words);
    terminal.wait_for(question).unwrap();
    terminal
}

#[track_caller]
fn ended(mut terminal: Terminal, status: i32) -> (String, String) {
    assert_eq!(terminal.wait().unwrap(), status, "{}", terminal.text());
    assert!(terminal.is_ordinary().unwrap());
    (terminal.stdout(), terminal.text())
}

#[test]
fn the_name_of_the_account_opens_it() {
    for typed in ["production", "  production ", "\x1b[200~production\x1b[201~"] {
        let scene = scene(GUARDED);
        let mut terminal = asked(&scene, &READ, "To become production:read, type production:");
        assert!(terminal.text().contains("account production is protected (~/.aws/accounts:1:2)"));
        assert_eq!(scene.sts.connections(), 0);
        terminal.type_line(typed).unwrap();
        let (code, _) = ended(terminal, 0);
        assert!(code.contains("ASSUME_ROLE_PROTECTED='123456789012'"), "{code}");
    }
}

#[test]
fn anything_else_changes_nothing() {
    for typed in
        ["y", "yes", "prod", "Production", "productionproduction", "read", "spare", PRODUCTION]
    {
        let scene = scene(GUARDED);
        let mut terminal = asked(&scene, &READ, "type production:");
        terminal.type_line(typed).unwrap();
        let (code, text) = ended(terminal, 8);
        assert!(
            code.is_empty() && text.contains("that was not production: nothing was changed"),
            "{text}"
        );
        assert_eq!((scene.sts.connections(), scene.stored_sessions().len()), (0, 0), "{typed}");
    }
}

#[test]
fn giving_up_changes_nothing() {
    for typed in ["\u{3}", "\u{4}", "\u{1b}\r", "\r", "production\u{3}", "\u{1b}[Aproduction\r"] {
        let scene = scene(GUARDED);
        let mut terminal = asked(&scene, &READ, "type production:");
        terminal.type_text(typed).unwrap();
        let (code, text) = ended(terminal, 130);
        assert!(code.is_empty(), "{text}");
        assert_eq!((scene.sts.connections(), scene.stored_sessions().len()), (0, 0), "{typed:?}");
    }
}

#[test]
fn yes_skips_the_question_and_no_terminal_refuses() {
    let scene = scene(GUARDED);
    let (code, text) = ended(scene.on_terminal(&["production", "read", "--yes"]), 0);
    assert!(
        code.contains("ASSUME_ROLE_PROTECTED='123456789012'") && !text.contains("type production"),
        "{text}"
    );
    let (_, text) = ended(scene.on_terminal(&["production", "read", "--no-input"]), 8);
    assert!(text.contains("hint: if you mean it: assume-role production read --yes"), "{text}");
    for (words, hint) in [
        (&READ[..], "assume-role production read --yes"),
        (
            &["arn:aws:iam::123456789012:role/read"],
            "assume-role arn:aws:iam::123456789012:role/read --yes",
        ),
        (
            &[PRODUCTION, "read", "eu-west-1"],
            "assume-role 123456789012 read --region eu-west-1 --yes",
        ),
    ] {
        let said = scene.refused_at_once(8, words);
        assert!(said.contains("is protected") && said.contains(hint), "{said}");
    }
}

#[test]
fn a_name_that_a_shell_would_not_take_is_quoted_in_the_hint() {
    let scene = scene(r#"{"the shop": {"id": "123456789012", "protected": true}}"#);
    let said = scene.refused_at_once(8, &["the shop", "read"]);
    assert!(said.contains("assume-role 'the shop' read --yes"), "{said}");
}

#[test]
fn another_name_of_the_account_is_as_protected() {
    let scene = scene(GUARDED);
    let said = scene.refused_at_once(8, &["spare", "read"]);
    assert!(
        said.contains("spare leads to account 123456789012, which is protected as production"),
        "{said}"
    );
    assert!(said.contains("~/.aws/accounts:1:2"), "{said}");
    let said = scene.refused_at_once(8, &[PRODUCTION, "read"]);
    assert!(said.contains("account 123456789012 is protected as production"), "{said}");
    let mut terminal = asked(&scene, &["spare", "read"], "To become spare:read, type spare:");
    terminal.type_line("spare").unwrap();
    assert!(ended(terminal, 0).0.contains("ASSUME_ROLE_PROTECTED='123456789012'"));
    let told = scene.switch(&["spare", "read", "--yes"]);
    assert_eq!(
        (told.get("ASSUME_ROLE_PROTECTED"), told.get("AWS_ACCOUNT_NAME")),
        (Some(PRODUCTION), Some("spare"))
    );
}

#[test]
fn going_back_is_guarded_and_a_renewal_is_not() {
    let scene = scene(GUARDED);
    let mut shell = OneShell::new(&scene);
    shell.succeeds(&["production", "read", "--yes"]);
    shell.succeeds(&["production", "admin", "--yes"]);
    assert!(shell.fails(8, &["-"]).contains("protected"));
    shell.succeeds(&["ensure", "59m"]);
    let mut command = Command::new(scene.world.program());
    command.args(["export", "--shell", "bash", "-"]).env_clear();
    command.envs(scene.world.environment()).envs(&shell.variables).current_dir(scene.world.home());
    let mut terminal = Terminal::start_captured(command).unwrap();
    terminal.wait_for("To become production:read, type production:").unwrap();
    terminal.type_line("production").unwrap();
    assert!(ended(terminal, 0).0.contains("AWS_ACCOUNT_ROLE='read'"));
}

#[test]
fn a_request_planted_in_the_environment_is_not_a_renewal() {
    let scene = scene(GUARDED);
    let forged = |words: &[&str]| {
        let mut command = scene.world.command(words);
        let key = "ASIAFORGED0000000000";
        command.envs([
            ("AWS_ACCESS_KEY_ID", key),
            ("ASSUME_ROLE_KEY_ID", key),
            ("ASSUME_ROLE_EXPIRES", "1"),
        ]);
        command.env("ASSUME_ROLE_TARGET", "-- production read");
        run(command, b"").unwrap()
    };
    for words in [
        &["export", "--shell", "bash", "ensure", "45m"][..],
        &["exec", "--", "true"],
        &["env"],
        &["console"],
    ] {
        let ran = forged(words);
        assert_eq!((ran.status, ran.stdout.as_str()), (8, ""), "{words:?}: {ran:?}");
    }
    assert_eq!(scene.sts.connections(), 0);
}

/// A profile `handed` with keys that say nothing of their account; they are those of a role.
fn handed(accounts: &str) -> Scene {
    let scene = scene(accounts);
    let Issued { key_id, secret, token, .. } =
        scene.sts.issue(&Role::new(PRODUCTION, "read"), "alice");
    scene
        .world
        .config(&format!(
            "[profile handed]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\naws_session_token = {token}\n"
        ))
        .unwrap();
    scene
}

#[test]
fn an_account_that_is_known_only_afterwards_is_guarded_before_anything_is_changed() {
    let scene = handed(GUARDED);
    let said = scene.refused(8, &["handed"]);
    assert!(said.contains("handed leads to the account production, which is protected"), "{said}");
    assert!(said.contains("assume-role --profile handed --yes"), "{said}");
    assert_eq!(scene.switch(&["handed", "--yes"]).get("ASSUME_ROLE_PROTECTED"), Some(PRODUCTION));
    let mut terminal = asked(&scene, &["handed"], "To become handed, type handed:");
    terminal.type_line("handed").unwrap();
    ended(terminal, 0);
}

/// The policies of the last session, however it was asked for.
fn policies(scene: &Scene, action: &str) -> String {
    scene.sts.last(action).unwrap().form.members("PolicyArns", ".arn").join(" ")
}

/// What a shell says that took a switch.
fn status(scene: &Scene, told: &Switched) -> String {
    let mut command = scene.world.command(["status"]);
    command.envs(told.variables.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))));
    run(command, b"").unwrap().stdout
}

#[test]
fn every_source_gets_a_read_only_session_in_a_read_only_account() {
    const POLICY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let scene = scene(NARROW);
    scene
        .world
        .config(&format!(
            "[profile led]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/admin\nsource_profile = default\nregion = eu-west-1\n"
        ))
        .unwrap();
    for words in [
        &READ[..],
        &["spare", "read"],
        &[PRODUCTION, "read"],
        &["arn:aws:iam::123456789012:role/read"],
        &["led"],
    ] {
        let told = scene.switch(&[words, &["--refresh"]].concat());
        assert_eq!(policies(&scene, "AssumeRole"), POLICY, "{words:?}");
        assert!(status(&scene, &told).contains("read-only  (--write on the next switch lifts it)"));
        let told = scene.switch(&[words, &["--refresh", "--write"]].concat());
        assert_eq!(policies(&scene, "AssumeRole"), "", "{words:?}");
        assert!(told.unsets("ASSUME_ROLE_READ_ONLY"));
        assert!(!status(&scene, &told).contains("read-only"), "{words:?}");
        let said = scene.refused_at_once(
            8,
            &[words, &["--policy-arn", "arn:aws:iam::aws:policy/PowerUserAccess"]].concat(),
        );
        assert!(said.contains("read_only"), "{said}");
    }
}

#[test]
fn federated_sessions_are_read_only_too() {
    const POLICY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let scene = federated();
    scene.world.accounts(NARROW).unwrap();
    let captured = scene.accepts(&response(&["read"], now(), AUDIENCE));
    let file = scene.world.write("response", captured).unwrap();
    let option = format!("--saml-response={}", file.display());
    scene.switch(&["spare", "read", &option]);
    assert_eq!(policies(&scene, "AssumeRoleWithSAML"), POLICY);
    scene.switch(&["spare", "read", &option, "--write"]);
    assert_eq!(policies(&scene, "AssumeRoleWithSAML"), "");

    scene.sts.add_role(Role::new(PRODUCTION, "build").trusts(Trust::arn(OIDC)));
    let proof = Proof {
        text: "token".to_owned(),
        provider: OIDC.to_owned(),
        subject: "me".to_owned(),
        session_name: String::new(),
        expired: false,
    };
    scene.sts.add_proof(proof);
    let option = format!(
        "--web-identity-token-file={}",
        scene.world.write("token", "token").unwrap().display()
    );
    scene.switch(&["spare", "build", &option]);
    assert_eq!(policies(&scene, "AssumeRoleWithWebIdentity"), POLICY);
    scene.switch(&["spare", "build", &option, "--write"]);
    assert_eq!(policies(&scene, "AssumeRoleWithWebIdentity"), "");
}

#[test]
fn every_verb_that_prints_keys_is_guarded() {
    let scene = scene(GUARDED);
    for words in [
        &["exec", "production", "read", "--", "true"][..],
        &["exec", "--profile-as", "p=spare:read", "--", "true"],
        &["env", "production", "read"],
        &["console", "production", "read"],
        &["profile", "add", "p", "production", "read"],
        &["profile", "add", "p", "spare", "read", "--static"],
    ] {
        let before = scene.world.snapshot().unwrap();
        let ran = scene.world.run(words).unwrap();
        assert_eq!((ran.status, ran.stdout.as_str()), (8, ""), "{words:?}: {ran:?}");
        assert!(
            ran.stderr.contains("protected") && ran.stderr.contains("--yes"),
            "{words:?}: {ran:?}"
        );
        assert_eq!(
            (scene.sts.connections(), scene.world.snapshot().unwrap()),
            (0, before),
            "{words:?}"
        );
    }
    let ran = scene.world.run(["exec", "production", "read", "--yes", "--", "true"]).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    let ran = scene.world.run(["exec", "production", "read", "--", "true"]).unwrap();
    assert!(ran.stderr.contains("assume-role exec production read --yes -- true"), "{ran:?}");
    // An SDK only renews what the user wrote into a file.
    let ran = scene.world.run(["credential-process", "production", "read"]).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
}
