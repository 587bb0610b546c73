//! `credential-process`: what SDKs get, how often AWS is asked for it, and what a failure says.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::fake_aws::sts::{Fault, Gate};
use crate::scenes::crowd::calls;
use crate::scenes::day::{Day, HOUR};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion};
use crate::second_opinion::python;
use crate::support::client::{Keys, caller_arn};
use crate::support::process::{PATIENCE, Ran, run};
use crate::support::terminal::Terminal;
use crate::support::tools::aws_cli_2;

const READ: &str = "arn:aws:sts::123456789012:assumed-role/read/alice";
const WORDS: [&str; 3] = ["credential-process", "production", "read"];

/// A scene with a base session and the profile `p`, which gets its keys from us.
fn ready() -> Scene {
    let mut scene = bastion();
    scene.world.set("AWS_DEFAULT_REGION", "eu-west-1");
    scene.switch_with_code(&["production", "admin"]);
    let program = scene.world.program();
    let config =
        format!("[profile p]\ncredential_process = {} {}\n", program.display(), WORDS.join(" "));
    scene.world.config(&config).unwrap();
    scene
}

fn answer(scene: &Scene) -> Value {
    let ran = scene.world.run(WORDS).unwrap();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

fn key(answer: &Value) -> String {
    answer["AccessKeyId"].as_str().unwrap().to_owned()
}

#[test]
fn sdks_get_the_session_with_its_end_by_the_clock_of_aws() {
    let scene = ready();
    scene.sts.set_clock(400);
    let answer = answer(&scene);
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    let keys = Keys {
        id: text("AccessKeyId"),
        secret: text("SecretAccessKey"),
        token: Some(text("SessionToken")),
    };
    assert_eq!(caller_arn(&scene.sts.url(), &keys).unwrap(), READ);
    assert_eq!(answer["Version"], 1);
    let issued = scene.sts.issued().into_iter().find(|issued| issued.key_id == keys.id).unwrap();
    assert_eq!(text("Expiration"), assume_role::testing::types::Moment(issued.expires).rfc3339());
    assert_eq!(text("AccountId"), crate::scenes::PRODUCTION);
}

#[test]
fn a_session_is_handed_out_with_more_than_fifteen_minutes_left() {
    let Some(day) = Day::begin(ready()) else { return };
    let first = key(&answer(&day.scene));
    day.comes_to(HOUR - 15 * 60 - 30);
    assert_eq!(key(&answer(&day.scene)), first);
    day.comes_to(HOUR - 15 * 60);
    let second = key(&answer(&day.scene));
    assert_ne!(second, first);
    // Where no new one is available, what is left still serves.
    day.comes_to(2 * HOUR - 15 * 60 - 10 * 60);
    day.scene.sts.fail_always("AssumeRole", Some(Fault::internal()));
    day.comes_to(2 * HOUR - 15 * 60 - 5 * 60);
    assert_eq!(key(&answer(&day.scene)), second);
}

#[track_caller]
fn fails(ran: &Ran, status: i32, said: &str) {
    assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    assert!(ran.stderr.starts_with("assume-role: ") && ran.stderr.contains(said), "{ran:?}");
}

#[test]
fn a_failure_is_one_line() {
    let scene = bastion();
    let run = |words: &[&str]| scene.world.run(["credential-process"].iter().chain(words)).unwrap();
    fails(
        &run(&["production", "read"]),
        5,
        "in a terminal: assume-role exec production read -- true",
    );
    fails(
        &run(&["production", "read", "--no-input"]),
        5,
        "in a terminal: assume-role exec production read -- true",
    );
    assert_eq!(scene.sts.count("AssumeRole"), 0);
    fails(&run(&["nowhere", "read"]), 3, "there is no account 'nowhere'");
    fails(&run(&["production", "read", "--profil", "x"]), 2, "--profil");
    fails(&run(&[]), 2, "which account and role?");
    fails(&run(&["-"]), 2, "no other role");
    fails(&run(&["production", "no-such", "--mfa-code", &scene.code()]), 4, "no-such");
    scene.sts.fail_always("AssumeRole", Some(Fault::garbage()));
    fails(&run(&["production", "read"]), 6, "");
    scene.world.write(".aws/accounts", "{").unwrap();
    fails(&run(&["production", "read"]), 3, "~/.aws/accounts");
}

#[test]
fn warnings_stay_out_of_outputs_that_are_compared_byte_by_byte() {
    let scene = ready();
    let accounts = scene.world.home().join(".aws/accounts");
    std::fs::set_permissions(accounts, std::os::unix::fs::PermissionsExt::from_mode(0o666))
        .unwrap();
    scene.sts.set_clock(4000);
    answer(&scene);
}

#[test]
fn keys_are_not_shown_on_a_terminal() {
    let scene = ready();
    let mut terminal = scene.world.terminal(WORDS).unwrap();
    assert_eq!(terminal.wait().unwrap(), 2);
    assert!(!terminal.text().contains("AccessKeyId"));
    assert_eq!(scene.sts.count("AssumeRole"), 1);
}

#[test]
fn questions_go_to_the_terminal_and_the_answer_to_the_sdk() {
    let scene = bastion();
    let mut command = Command::new(scene.world.program());
    command.args(WORDS).env_clear().envs(scene.world.environment()).current_dir(scene.world.home());
    command.stdin(Stdio::null());
    let mut terminal = Terminal::start_captured(command).unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0);
    let answer: Value = serde_json::from_str(&terminal.stdout()).unwrap();
    assert_eq!(answer["Version"], 1);
}

/// A background job that reads its terminal is stopped, and the SDK would wait for ever.
#[test]
fn a_background_job_asks_no_question() {
    let scene = bastion();
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-i"]);
    let mut terminal = scene.world.terminal_of(bash).unwrap();
    terminal
        .type_line(&format!(
            "assume-role {} >out 2>err & wait $!; echo status $?.",
            WORDS.join(" ")
        ))
        .unwrap();
    terminal.wait_for("status 5.").unwrap();
    let said = std::fs::read_to_string(scene.world.home().join("err")).unwrap();
    assert!(said.contains("a background job may not ask") && said.lines().count() == 1, "{said}");
}

#[test]
fn a_protected_account_is_guarded_where_it_is_entered_and_not_at_each_renewal() {
    let scene = ready();
    let accounts = format!(
        r#"{{"default": "{BASTION}", "production": {{"id": "{PRODUCTION}", "protected": true}}}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    answer(&scene);
}

#[test]
fn it_never_runs_itself_in_a_circle() {
    let scene = bastion();
    let program = scene.world.program();
    std::fs::remove_file(scene.world.home().join(".aws/credentials")).unwrap();
    let process = |words: &str| {
        format!("credential_process = {} credential-process {words}\n", program.display())
    };
    let config = format!(
        "[default]\n{}[profile a]\n{}[profile b]\n{}",
        process("production read"),
        process("b"),
        process("a")
    );
    scene.world.config(&config).unwrap();
    for words in [&["production", "read"][..], &["a"], &["b"]] {
        let ran = scene.world.run(["credential-process"].iter().chain(words)).unwrap();
        fails(&ran, 4, "leads back to itself");
    }
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn an_account_alone_is_enough_when_it_has_one_role() {
    let scene = ready();
    let accounts = format!(
        r#"{{"default": "{BASTION}", "production": {{"id": "{PRODUCTION}", "roles": ["read", "admin"]}}, "one": {{"id": "{PRODUCTION}", "default_role": "read"}}}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    assert_eq!(scene.world.run(["credential-process", "one"]).unwrap().status, 0);
    fails(
        &scene.world.run(["credential-process", "production"]).unwrap(),
        5,
        "which role in production?",
    );
}

/// Processes that begin while the first is held up at AWS.
#[test]
fn fifty_at_once_are_one_call() {
    let scene = ready();
    let before = calls(&scene);
    let gate = Gate::new();
    scene.sts.fail_next("AssumeRole", Fault::Pause(gate.clone()));
    let start =
        || scene.world.command(WORDS).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let first = start();
    assert!(gate.wait_reached(PATIENCE));
    let crowd: Vec<Child> =
        std::iter::once(first).chain(std::iter::repeat_with(start).take(49)).collect();
    gate.release();
    let answers: Vec<Value> = crowd
        .into_iter()
        .map(|child| serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap())
        .collect();
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    assert_eq!(calls(&scene), (before.0, before.1 + 1, before.2));
}

#[test]
fn fifty_clients_of_boto3_at_once_are_one_call() {
    let Some((python, script)) = python("identities_at_once.py") else { return };
    let scene = ready();
    let before = calls(&scene);
    let start = || {
        let mut command = scene.world.command_of(&python);
        command.arg(&script).args(["p"; 10]).stdin(Stdio::null()).stdout(Stdio::piped());
        command.spawn().unwrap()
    };
    let crowd: Vec<Child> = std::iter::repeat_with(start).take(5).collect();
    for child in crowd {
        let told: Vec<String> =
            serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
        assert_eq!(told, [READ; 10]);
    }
    assert_eq!(calls(&scene), (before.0, before.1 + 1, before.2));
}

#[test]
fn boto3_and_both_versions_of_the_aws_cli_take_the_profile() {
    let Some((python, script)) = python("profile_identity.py") else { return };
    let scene = ready();
    let mut command = scene.world.command_of(&python);
    command.arg(script).arg("p");
    let told: Value = serde_json::from_str(&run(command, b"").unwrap().stdout).unwrap();
    assert_eq!(told["p"], READ);
    for aws in std::iter::once(python.with_file_name("aws")).chain(aws_cli_2()) {
        let mut command = scene.world.command_of(aws);
        // Older versions take an endpoint from nowhere else.
        command.args(["--endpoint-url", &scene.sts.url(), "--profile", "p"]);
        command.args(["sts", "get-caller-identity", "--query", "Arn", "--output", "text"]);
        let ran = run(command, b"").unwrap();
        assert_eq!(ran.stdout.trim(), READ, "{ran:?}");
    }
}

/// A program that goes on all day asks again by itself before its keys end.
#[test]
fn boto3_refreshes_by_itself_across_an_expiry() {
    let Some((python, script)) = python("keys_in_use.py") else { return };
    let Some(day) = Day::begin(ready()) else { return };
    let mut command = day.scene.world.command_of(python);
    command.arg(script).arg("p").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut lines = BufReader::new(stdout).lines();
    let mut asked = |seconds: i64| {
        day.comes_to(seconds);
        writeln!(stdin).unwrap();
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(line["Arn"], READ);
        line["Key"].as_str().unwrap().to_owned()
    };
    let first = asked(0);
    assert_eq!(asked(30 * 60), first);
    let second = asked(HOUR - 9 * 60);
    assert_ne!(second, first, "before they end");
    let third = asked(4 * HOUR);
    assert!(third != second && third != first, "after they ended");
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert_eq!(day.scene.codes_sent(), 1);
}
