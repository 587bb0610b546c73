//! Where password, assertion and token are, and that they are nowhere else; and that a reply makes
//! the program open no file and ask no other host.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::fake_aws::identity_provider::Answer;
use crate::fake_aws::listener::Listener;
use crate::fake_aws::sts::Proof;
use crate::scenes::Scene;
use crate::sources::saml::{AUDIENCE, federated, now, response, with_login};
use crate::support::process::run;
use crate::support::shells::{Script, Shell};
use crate::support::tools::find;

const READ: [&str; 2] = ["production", "read"];
/// The part of the password that no escaping changes.
const PASSWORD: &str = "canary-Pa55word";
const TOKEN: &str = "eyJhbGciOiJub25lIn0.canary-of-the-token.c2lnbmF0dXJl";

fn assert_clean(what: &str, said: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!said.contains(secret), "{what} holds {secret}:\n{said}");
    }
}

/// Everything that is kept below the home, but the files in which the user keeps the secret.
fn assert_kept_clean(scene: &Scene, secrets: &[&str]) {
    let kept = walk(&scene.world.home().join(".local"));
    assert!(kept.len() >= 2, "a session and what else is known are kept");
    for path in kept {
        let text = std::fs::read(&path).unwrap();
        assert_clean(&path.display().to_string(), &String::from_utf8_lossy(&text), secrets);
    }
}

fn walk(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn neither_password_nor_assertion_is_left_behind() {
    let (mut scene, idp) = with_login();
    scene.world.set("RUST_LOG", "trace");
    let encoded = scene.accepts(&response(&["read"], now(), AUDIENCE));
    let secrets = [PASSWORD, &encoded[..40], &encoded[encoded.len() - 40..]];
    idp.answers(Answer::assertion(&encoded));
    let told = scene.switch(&["production", "read", "--verbose"]);
    assert_clean("standard error", &told.stderr, &secrets);
    for answer in [Answer::text(500, "x"), Answer::json(401, &json!({})), Answer::assertion("x")] {
        idp.answers(answer);
        let ran = scene.export(&["production", "read", "--refresh", "--verbose"]);
        assert!(ran.status != 0 && ran.stdout.is_empty(), "{ran:?}");
        assert_clean("standard error", &ran.stderr, &secrets);
    }
    assert_kept_clean(&scene, &secrets);
    for (name, value) in scene.world.environment() {
        assert_clean("the environment", &format!("{name:?}={value:?}"), &secrets);
    }
}

#[test]
fn a_captured_response_and_a_token_are_not_stored_or_shown() {
    let scene = federated();
    let encoded = scene.accepts(&response(&["read"], now(), AUDIENCE));
    let token = TOKEN.to_owned();
    scene.sts.add_role(
        crate::fake_aws::sts::Role::new(crate::scenes::PRODUCTION, "build")
            .trusts(crate::fake_aws::sts::Trust::arn("https://issuer.example")),
    );
    scene.sts.add_proof(Proof {
        text: token,
        provider: "https://issuer.example".to_owned(),
        subject: "me".to_owned(),
        session_name: String::new(),
        expired: false,
    });
    for (role, option, text, secret) in [
        ("read", "--saml-response", encoded.as_str(), &encoded[..40]),
        ("build", "--web-identity-token-file", TOKEN, "canary-of-the-token"),
    ] {
        let words = ["export", "--shell", "bash", "production", role, option, "-", "-v"];
        let ran = run(scene.world.command(words), text.as_bytes()).unwrap();
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_clean(option, &(ran.stdout + &ran.stderr), &[secret]);
        assert_kept_clean(&scene, &[secret]);
    }
}

/// What a shell that traces itself prints, and what its children inherit.
#[test]
fn a_shell_that_traces_itself_shows_neither() {
    let (scene, idp) = with_login();
    let encoded = scene.accepts(&response(&["read"], now(), AUDIENCE));
    idp.answers(Answer::assertion(&encoded));
    for (shell, trace) in
        [(Shell::Bash, "set -x"), (Shell::Zsh, "setopt xtrace"), (Shell::Fish, "set fish_trace 1")]
    {
        if shell.find().is_none() {
            continue;
        }
        let rc = shell.loads_init();
        let text = format!("{trace}\nassume-role production read --refresh -v\nenv");
        let ran = Script::new(shell, &text).rc(&rc).run(&scene.world).unwrap();
        assert!(ran.stdout.contains("AWS_ACCOUNT_ROLE=read"), "{shell:?}: {ran:?}");
        assert_clean(shell.name(), &(ran.stdout + &ran.stderr), &[PASSWORD, &encoded[..40]]);
    }
}

/// Paths, URLs and options in place of a response: seen from outside, no such file is opened, no
/// other program is run, and the provider is the only host that is asked.
#[test]
fn nothing_that_a_reply_names_is_opened_or_contacted() {
    if find("strace").is_none() {
        return;
    }
    let (scene, idp) = with_login();
    let elsewhere = Listener::start().unwrap();
    let url = format!("{}/latest/meta-data/passwd", elsewhere.url());
    let hostile = [
        "file:///etc/passwd",
        "/etc/passwd",
        "@/etc/passwd",
        "--endpoint-url=passwd",
        url.as_str(),
    ];
    for (at, reply) in hostile.into_iter().enumerate() {
        idp.answers(Answer::assertion(reply));
        let trace = scene.world.root().join("trace");
        let mut command = scene.world.command_of("strace");
        command.args(["-f", "-qq", "-s", "4096", "-e", "trace=open,openat,execve,connect", "-o"]);
        command
            .arg(&trace)
            .arg(scene.world.program())
            .args(["export", "--shell", "bash"])
            .args(READ);
        let ran = run(command, b"").unwrap();
        assert_eq!(ran.status, 6, "{ran:?}");
        let trace = std::fs::read_to_string(trace).unwrap();
        let after = trace.split_once("connect(").expect("a connection").1;
        assert!(!after.contains("passwd"), "{reply}: {trace}");
        // The arguments of every program that was started are in it.
        assert_clean("the trace", &trace, &[PASSWORD]);
        assert_eq!(
            (trace.matches("execve(").count(), trace.matches("connect(").count()),
            (1, 1),
            "{trace}"
        );
        assert_eq!(
            (idp.received().len(), elsewhere.connections(), scene.sts.connections()),
            (at + 1, 0, 0)
        );
    }
}
