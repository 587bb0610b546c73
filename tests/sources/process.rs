//! `credential_process`: what is run, what it may print, and what becomes of one that fails.

use std::os::unix::fs::PermissionsExt;

use super::{chain, configure, role};
use crate::fake_aws::sts::Role;
use crate::scenes::crowd::{Member, ends_with_its_children, lingering};
use crate::scenes::{PRODUCTION, Scene, bastion};
use crate::support::process;

/// A program in the home, as a whole path.
fn program(scene: &Scene, name: &str, script: &str) -> String {
    let path = scene.world.write(name, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.display().to_string()
}

/// What a program prints that hands out keys of a role's session.
fn keys(scene: &Scene, expiration: &str) -> String {
    let issued = scene.sts.issue(&Role::new(PRODUCTION, "first"), "by-process");
    format!(
        r#"{{"Version": 1, "AccessKeyId": "{}", "SecretAccessKey": "{}", "SessionToken": "{}"{expiration}}}"#,
        issued.key_id, issued.secret, issued.token
    )
}

fn expiring(scene: &Scene) -> String {
    format!(r#", "Expiration": "{}""#, scene.sts.now().plus(3600).rfc3339())
}

fn runs(scene: &Scene) -> usize {
    std::fs::read_to_string(scene.world.root().join("runs")).unwrap_or_default().lines().count()
}

#[test]
fn its_keys_are_used_stored_and_chained() {
    let scene = chain();
    let script =
        format!("echo \"$0 $*\" >> ../runs\nprintf '%s' '{}'", keys(&scene, &expiring(&scene)));
    let path = program(&scene, "give me", &script);
    let config = format!("[profile p]\ncredential_process = '{path}' \"a b\" $HOME ~\n");
    configure(&scene, "keys", &(config + &role("second", "source_profile = p")));
    let told = scene.switch(&["p"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/first/by-process");
    assert_eq!(
        (told.get("AWS_ACCOUNT_NAME"), told.get("AWS_ACCOUNT_ROLE")),
        (Some("p"), Some("first"))
    );
    let told = scene.switch(&["second"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/second/by-process");
    let text = std::fs::read_to_string(scene.world.root().join("runs")).unwrap();
    assert_eq!(text, format!("{path} a b $HOME ~\n"), "once, without a shell");
}

#[test]
fn an_account_that_is_not_the_one_of_the_keys_is_reported() {
    let scene = chain();
    let other = "111111111111";
    for (says, line, told) in [
        (PRODUCTION, "", false),
        (other, "", true),
        // What the program says counts.
        (PRODUCTION, other, false),
        ("", other, true),
        ("", "not an id", true),
        ("", PRODUCTION, false),
    ] {
        let account = if says.is_empty() { "" } else { &format!(r#", "AccountId": "{says}""#) };
        let script = format!("printf '%s' '{}'", keys(&scene, account));
        let path = program(&scene, "give", &script);
        let line = if line.is_empty() { "" } else { &format!("aws_account_id = {line}\n") };
        configure(&scene, "keys", &format!("[profile p]\ncredential_process = {path}\n{line}"));
        let ran = scene.export(&["p"]);
        let warned = ran.stderr.contains("and the keys are of 123456789012");
        assert!(ran.status == 0 && warned == told, "{says} {line}: {ran:?}");
        let plan = scene.world.run(["explain", "p"]).unwrap().stdout;
        assert_eq!(plan.contains("account "), !line.is_empty(), "{plan}");
    }
}

#[test]
fn long_lived_keys_of_a_program_never_reach_the_shell() {
    let scene = chain();
    let key = &scene.key;
    let text = format!(
        r#"{{"Version": 1, "AccessKeyId": "{}", "SecretAccessKey": "{}"}}"#,
        key.id, key.secret
    );
    let path = program(&scene, "vault", &format!("printf '%s' '{text}'"));
    configure(&scene, "keys", &format!("[profile p]\ncredential_process = {path}\n"));
    let told = scene.switch_with_code(&["p"]);
    assert_eq!(scene.who(&told), "arn:aws:iam::999999999999:user/alice");
    assert_ne!(told.get("AWS_ACCESS_KEY_ID"), Some(key.id.as_str()));
}

#[test]
fn keys_without_an_end_are_asked_for_each_time() {
    let scene = chain();
    let script = format!("echo >> ../runs\nprintf '%s' '{}'", keys(&scene, ""));
    let path = program(&scene, "give", &script);
    configure(&scene, "keys", &format!("[profile p]\ncredential_process = {path}\n"));
    for count in 1..=2 {
        let told = scene.switch(&["p"]);
        assert!(told.unsets("ASSUME_ROLE_EXPIRES"));
        assert_eq!(runs(&scene), count);
    }
}

#[test]
fn a_program_of_a_profile_that_was_not_asked_for_is_never_run() {
    let scene = chain();
    let path = program(&scene, "touch", "echo >> ../runs; echo '{}'");
    let config = format!(
        "[profile p]\ncredential_process = {path}\n{}",
        role("first", "source_profile = keys")
    );
    configure(&scene, "keys", &config);
    scene.switch(&["first"]);
    assert_eq!(runs(&scene), 0);
}

#[test]
fn invalid_output_is_reported_with_the_programs_own_words() {
    let scene = chain();
    let too_much = "head -c 200000 /dev/zero | tr '\\0' x";
    for (script, status, words) in [
        ("echo 'not today\x1b[2J' >&2; exit 3", 4, "not today\\x1b[2J"),
        ("kill -9 $$", 4, "was killed"),
        ("echo '{\"Version\": 2}'", 6, "did not print keys"),
        ("echo hello", 6, "line 1"),
        (too_much, 6, "more than 64 KiB"),
    ] {
        let path = program(&scene, "bad", script);
        configure(&scene, "keys", &format!("[profile p]\ncredential_process = {path}\n"));
        let said = scene.refused(status, &["p"]);
        assert!(said.contains(words) && !said.contains('\x1b'), "{script}: {said}");
    }
    for (command, words) in [
        ("~/give", "write the whole path"),
        ("'open", "a quote is not closed"),
        ("/nowhere/x", "cannot run"),
    ] {
        configure(&scene, "keys", &format!("[profile p]\ncredential_process = {command}\n"));
        let said = scene.refused(3, &["p"]);
        assert!(said.contains("~/.aws/config:2") && said.contains(words), "{said}");
    }
}

#[test]
fn a_program_that_runs_us_for_the_same_profile_does_not_loop() {
    let scene = chain();
    let ours = scene.world.program();
    let path = program(
        &scene,
        "again",
        &format!("echo >> ../runs\nexec {} export --format json p", ours.display()),
    );
    configure(&scene, "keys", &format!("[profile p]\ncredential_process = {path}\n"));
    let said = scene.refused(4, &["p"]);
    assert!(said.contains("leads back to itself") && said.contains("p → p"), "{said}");
    assert_eq!(runs(&scene), 1);
}

#[test]
fn it_may_ask_on_the_terminal_and_a_long_wait_is_announced() {
    let scene = chain();
    let script = format!(
        "printf 'PIN\\033[2J: ' >&2\nread pin; [ \"$pin\" = 1234 ] || exit 7\nprintf '%s' '{}'",
        keys(&scene, &expiring(&scene))
    );
    let path = program(&scene, "vault", &script);
    configure(&scene, "keys", &format!("[profile p]\ncredential_process = {path}\n"));
    let mut terminal = scene.on_terminal(&["p"]);
    terminal.wait_for("PIN\\x1b[2J: ").unwrap();
    terminal.wait_for("waiting for the program of profile p (~/.aws/config:").unwrap();
    terminal.type_line("1234").unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    let mut terminal = scene.on_terminal(&["p", "--refresh"]);
    terminal.wait_for("PIN").unwrap();
    terminal.type_line("1").unwrap();
    assert_eq!(terminal.wait().unwrap(), 4, "{}", terminal.text());
    assert!(terminal.text().contains("failed with status 7"));
}

#[test]
fn what_it_started_ends_with_it() {
    let scene = chain();
    let path = program(&scene, "agent", &lingering(&scene));
    configure(&scene, "keys", &format!("[profile p]\ncredential_process = {path}\n"));
    ends_with_its_children(&scene, &["p"]);
}

#[test]
fn a_daemon_that_it_leaves_behind_is_not_waited_for() {
    let scene = chain();
    let script = format!(
        "sleep 1000 2> /dev/null & echo $! > ../child\nprintf '%s' '{}'",
        keys(&scene, &expiring(&scene))
    );
    let path = program(&scene, "agent", &script);
    configure(&scene, "keys", &format!("[profile p]\ncredential_process = {path}\n"));
    scene.switch(&["p"]);
    let id = std::fs::read_to_string(scene.world.root().join("child")).unwrap();
    let id = rustix::process::Pid::from_raw(id.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is left alone");
}

/// As bash with `trap '' CHLD` hands it on (other shells do not), or a service.
#[test]
fn its_end_is_seen_though_who_started_us_ignores_that_of_children() {
    let scene = chain();
    let script = format!("sleep 0.1\nprintf '%s' '{}'", keys(&scene, &expiring(&scene)));
    let path = program(&scene, "give", &script);
    configure(&scene, "keys", &format!("[profile p]\ncredential_process = {path}\n"));
    let mut shell = scene.world.command_of("bash");
    shell.args(["-c", "trap '' CHLD; exec assume-role exec p -- echo done"]);
    let ran = process::run(shell, b"").unwrap();
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "done\n"), "{ran:?}");
}

/// A scene whose only base is a program; it prints what `keys` says and counts its runs.
fn only_a_program(scene: &Scene, keys: &str) {
    let path = program(scene, "vault", &format!("echo >> ../runs\nprintf '%s' '{keys}'"));
    scene.world.credentials("").unwrap();
    let profile = format!("[profile p]\ncredential_process = {path}\n");
    scene.world.config(&profile).unwrap();
}

fn long_lived(scene: &Scene) -> String {
    let key = &scene.key;
    format!(r#"{{"Version": 1, "AccessKeyId": "{}", "SecretAccessKey": "{}"}}"#, key.id, key.secret)
}

/// What `explain --json` says is called.
fn foretold(scene: &Scene, words: &[&str]) -> Vec<String> {
    let ran = scene.world.run([&["explain", "--json"], words].concat()).unwrap();
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let calls = told["calls"].as_array().unwrap();
    calls.iter().map(|call| call.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_user_s_keys_of_a_program_are_a_user_s_keys() {
    let mut scene = bastion();
    scene.add_roles(&[("long", 43200)]);
    only_a_program(&scene, &long_lived(&scene));
    scene.world.set("AWS_PROFILE_ASSUME_ROLE", "p");
    // The first time nothing is known about the program, and a long session goes straight all the same.
    let long = ["production", "long", "--duration", "4h"];
    scene.switch_with_code(&long).assert_lasts(4 * 3600);
    let call = scene.sts.last("AssumeRole").unwrap();
    assert_eq!(call.key_id.as_deref(), Some(scene.key.id.as_str()));
    assert!(call.get("TokenCode").is_some());
    assert_eq!((runs(&scene), scene.sts.count("GetSessionToken")), (1, 0));
    // One code, one run for all roles of up to an hour, which renew.
    let expected =
        ["credential_process", "sts:GetCallerIdentity", "sts:GetSessionToken", "sts:AssumeRole"];
    assert_eq!(foretold(&scene, &["production", "read"]), expected);
    let told = scene.switch_with_code(&["production", "read"]);
    assert!(told.get("ASSUME_ROLE_RENEWABLE").is_some());
    assert_eq!((runs(&scene), scene.sts.count("GetSessionToken")), (2, 1));
    assert_eq!(foretold(&scene, &["production", "admin"]), ["sts:AssumeRole"]);
    scene.switch(&["production", "admin"]);
    scene.switch(&["p"]);
    assert_eq!((runs(&scene), scene.sts.count("GetSessionToken")), (2, 1));
    let doctor = scene.world.run(["doctor"]).unwrap();
    let tail = &scene.key.id[scene.key.id.len() - 4..];
    assert!(
        doctor.stdout.contains(&format!("the program gave the long-lived key …{tail}")),
        "{doctor:?}"
    );
    // It is the same user as the keys of a file would be.
    let key = format!(
        "[q]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        scene.key.id, scene.key.secret
    );
    scene.world.credentials(&key).unwrap();
    scene.switch(&["production", "ops/deploy", "--base", "q"]);
    assert_eq!(scene.sts.count("GetSessionToken"), 1);
}

#[test]
fn temporary_keys_of_a_program_give_an_hour() {
    let mut scene = chain();
    let keys = keys(&scene, &expiring(&scene));
    only_a_program(&scene, &keys);
    scene.world.set("AWS_PROFILE_ASSUME_ROLE", "p");
    let long = ["production", "second", "--duration", "4h"];
    for _ in 0..2 {
        let said = scene.refused(3, &long);
        assert!(said.contains("4h is too long") && said.contains("temporary keys"), "{said}");
        assert_eq!(runs(&scene), 1, "the second time it is known");
    }
    let doctor = scene.world.run(["doctor"]).unwrap();
    assert!(doctor.stdout.contains("the program gave temporary keys"), "{doctor:?}");
    // It gives a user's keys from now on.
    only_a_program(&scene, &long_lived(&scene));
    let _ = std::fs::remove_file(scene.world.root().join("runs"));
    scene.world.run(["logout", "--all"]).unwrap();
    scene.switch_with_code(&["p"]);
    assert_eq!(runs(&scene), 1);
}

#[test]
fn fifty_at_once_run_a_program_with_a_user_s_keys_once() {
    let mut scene = bastion();
    only_a_program(&scene, &long_lived(&scene));
    scene.world.set("AWS_PROFILE_ASSUME_ROLE", "p");
    scene.switch_with_code(&["production", "read"]);
    let before = runs(&scene);
    let members: Vec<_> =
        (0..50).map(|at| Member::start(&scene, at, &["production", "admin"])).collect();
    members.into_iter().for_each(Member::succeeds);
    assert_eq!((runs(&scene), scene.sts.count("AssumeRole")), (before, 2));
}
