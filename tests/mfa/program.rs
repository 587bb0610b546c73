//! `mfa_process`: a program that prints the code, in place of the question.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::crowd::{Member, calls, ends_with_its_children, lingering, until};
use crate::scenes::day::Day;
use crate::scenes::{BASTION, DEVICE, PRODUCTION, Scene, bastion, with_user};
use crate::support::process::run;
use crate::support::tools::find;

const READ: [&str; 2] = ["production", "read"];

/// Makes a script the program of the base profile; `CODE` in it is the code of the user's device.
fn prints(scene: &Scene, script: &str) {
    let script = script.replace("CODE", &scene.code());
    let path = scene.world.write("code", format!("#!/bin/sh\necho >> ../runs\n{script}\n"));
    let path = path.unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    configure(scene, &format!("\"$HOME/{}\"", path.file_name().unwrap().to_str().unwrap()));
}

fn configure(scene: &Scene, command: &str) {
    scene.world.config(&format!("[default]\nmfa_process = {command}\n")).unwrap();
}

fn runs(scene: &Scene) -> usize {
    std::fs::read_to_string(scene.world.root().join("runs")).unwrap_or_default().lines().count()
}

#[test]
fn a_program_prints_the_code_in_place_of_the_question() {
    let scene = bastion();
    prints(&scene, "echo \"$ASSUME_ROLE_MFA_SERIAL\" > ../serial; echo \"aws:alice  CODE\"");
    let told = scene.switch(&[&READ[..], &["--no-input"]].concat());
    assert_eq!(told.get("AWS_ACCOUNT_ROLE"), Some("read"));
    let serial = std::fs::read_to_string(scene.world.root().join("serial")).unwrap();
    assert_eq!(serial.trim(), DEVICE);
    scene.switch(&["production", "admin"]);
    assert_eq!((runs(&scene), calls(&scene)), (1, (1, 2, 1)), "once for all roles");
    // More than an hour takes a code of its own.
    prints(&scene, "echo CODE");
    scene.sts.add_role(
        Role::new(PRODUCTION, "long").max_session(7200).trusts(Trust::account(BASTION).mfa()),
    );
    scene.switch(&["production", "long", "--duration", "2h"]);
    assert_eq!(runs(&scene), 2);
}

#[test]
fn the_nearest_to_the_keys_wins_and_the_settings_come_last() {
    let scene = bastion();
    let code = scene.code();
    let role = format!(
        "[profile r]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/read\nsource_profile = default\n\
         mfa_serial = {DEVICE}\nexternal_id = {PRODUCTION}\nmfa_process = echo {code}\n"
    );
    scene.world.config(&format!("[default]\nmfa_process = echo no\n{role}")).unwrap();
    scene.switch(&["r"]);
    let mut scene = bastion();
    let code = scene.code();
    scene.world.set("ASSUME_ROLE_CONFIG_MFA_PROCESS", format!("printf '%s\\n' {code} | cat"));
    scene.switch(&READ);
}

#[test]
fn explain_and_doctor_tell_it() {
    let scene = bastion();
    scene.switch_with_code(&["production", "admin"]);
    prints(&scene, "echo CODE");
    scene.world.run(["logout", "--all"]).unwrap();
    let told = scene.world.run(["explain", "production", "read", "--no-input"]).unwrap();
    assert_eq!(told.status, 0, "{told:?}");
    let page = told.stdout;
    assert!(page.contains("a program prints the MFA code (~/.aws/config:2)"), "{page}");
    let json = scene.world.run(["explain", "--json", "production", "read"]).unwrap().stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["asks"], serde_json::json!([]));
    let calls: Vec<&str> =
        json["calls"].as_array().unwrap().iter().filter_map(|call| call.as_str()).collect();
    assert!(calls.contains(&"mfa_process"), "{calls:?}");
    let doctor = scene.world.run(["doctor"]).unwrap().stdout;
    assert!(doctor.contains("the programs of mfa_process: ~/.aws/config:2"), "{doctor}");
    assert_eq!(runs(&scene), 0, "neither runs it");
}

#[test]
fn fifty_processes_run_it_once() {
    let scene = bastion();
    let names: Vec<String> = (0..50).map(|number| format!("role{number}")).collect();
    let roles: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 3600)).collect();
    scene.add_roles(&roles);
    prints(&scene, "while ! [ -e ../go ]; do read line < ../wait; done; echo CODE");
    let wait = scene.world.root().join("wait");
    rustix::fs::mknodat(rustix::fs::CWD, &wait, rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    let mut crowd: Vec<Member> = (0..50)
        .map(|number| Member::start(&scene, number, &["production", &names[number]]))
        .collect();
    until("one runs the program, and the others wait", || {
        crowd.iter().filter(|one| one.said().contains("waiting for process")).count() == 49
    });
    std::fs::write(scene.world.root().join("go"), "").unwrap();
    std::fs::write(&wait, "go\n").unwrap();
    crowd.iter_mut().for_each(|member| {
        member.ends();
    });
    assert_eq!((runs(&scene), calls(&scene)), (1, (1, 50, 1)));
}

#[test]
fn a_used_code_waits_for_the_next_one_once() {
    let Some(day) = Day::begin(bastion()) else { return };
    let scene = &day.scene;
    let first = scene.code();
    scene.switch(&[&READ[..], &[first.as_str()]].concat());
    scene.world.run(["logout", "--all"]).unwrap();
    let second = scene.code();
    prints(scene, &format!("[ -e ../next ] && echo {second} || echo {first}"));
    let mut member = Member::start(scene, 0, &READ);
    until("it waits", || member.said().contains("that code was used; the next one comes in"));
    std::fs::write(scene.world.root().join("next"), "").unwrap();
    // This machine's clock goes on, and the server's keeps to the step of both codes.
    day.clock.set(31);
    member.ends();
    assert_eq!((runs(scene), scene.sts.count("GetSessionToken")), (2, 3));
}

#[test]
fn the_same_code_again_is_not_sent_again() {
    let Some(day) = Day::begin(bastion()) else { return };
    let scene = &day.scene;
    let used = scene.code();
    scene.switch(&[&READ[..], &[used.as_str()]].concat());
    scene.world.run(["logout", "--all"]).unwrap();
    prints(scene, &format!("echo {used}"));
    let before = scene.sts.count("GetSessionToken");
    let mut command = scene.world.command(["env", "production", "read", "--no-input"]);
    command.stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    until("it ran once", || scene.sts.count("GetSessionToken") == before + 1);
    day.clock.set(31);
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(4), "{said}");
    assert!(said.contains("the program of mfa_process (~/.aws/config:2)"), "{said}");
    assert_eq!((runs(scene), scene.sts.count("GetSessionToken")), (2, before + 1));
}

#[test]
fn a_program_that_fails_is_an_error_or_leads_to_the_question() {
    let scene = bastion();
    for (script, words) in [
        ("echo 'touch me' >&2; exit 3", "failed with status 3"),
        ("echo nothing", "printed no code"),
        ("echo 111111 222222", "printed more than one code"),
    ] {
        prints(&scene, script);
        let said = scene.refused(4, &READ);
        let place = "the program of mfa_process (~/.aws/config:2)";
        assert!(said.contains(words) && said.contains(place), "{script}: {said}");
        assert!(!said.contains("222222"), "its output is never shown: {said}");
    }
    assert_eq!(scene.codes_sent(), 0);
    let mut terminal = scene.on_terminal(&READ);
    terminal.wait_for("printed more than one code").unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
}

#[test]
fn it_has_the_terminal_and_a_given_code_spares_it() {
    let scene = bastion();
    prints(&scene, "[ -t 0 ] && [ -t 2 ] && echo 'touch the key' >&2 && read line && echo CODE");
    let mut terminal = scene.on_terminal(&READ);
    terminal.wait_for("touch the key").unwrap();
    terminal.type_line("touched").unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    let scene = bastion();
    prints(&scene, "exit 1");
    scene.switch_with_code(&READ);
    assert_eq!(runs(&scene), 0);
}

#[test]
fn what_it_started_ends_with_it() {
    let scene = bastion();
    prints(&scene, &lingering(&scene));
    ends_with_its_children(&scene, &READ);
}

#[test]
fn a_daemon_that_it_leaves_is_not_waited_for() {
    let scene = bastion();
    prints(&scene, "sleep 1000 2> /dev/null & echo $! > ../child; echo CODE");
    scene.switch(&READ);
    let id = std::fs::read_to_string(scene.world.root().join("child")).unwrap();
    let id = rustix::process::Pid::from_raw(id.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is left alone");
}

/// A user whose device's seed is known to other programs.
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn with_seed() -> Scene {
    let scene = with_user(
        User::new(BASTION, "alice").mfa_with_seed("alice", b"12345678901234567890".into()),
    );
    let trust = Trust::account(BASTION).mfa().external_id(PRODUCTION);
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(trust));
    scene
}

/// The recipes of the page, each with its program.
fn recipes() -> Vec<(String, String)> {
    let page = include_str!("../../docs/hardware-keys.md");
    let recipe = |line: &str| {
        let (_, command) = line.split_once("| `mfa_process = ")?;
        let command = command.strip_suffix("` |")?.replace("\\|", "|");
        Some((command.split(' ').next()?.to_owned(), command))
    };
    page.lines().filter_map(recipe).collect()
}

#[test]
fn the_recipes_of_the_page_print_codes() {
    let recipes = recipes();
    assert!(recipes.len() >= 8, "{recipes:?}");
    for (program, command) in recipes {
        let scene = with_seed();
        match program.as_str() {
            "oathtool" => {
                if find("oathtool").is_none() {
                    continue;
                }
                scene.world.write(".aws-seed", SEED).unwrap();
            }
            "pass" => {
                if find("pass").is_none() || !has_pass(&scene) {
                    continue;
                }
            }
            // What these print is what their manuals say; a program of the same name stands in.
            other => {
                let code = scene.code();
                let printed = match other {
                    "ykman" => format!("{code}\n"),
                    _ => code,
                };
                let path = scene.world.bin().join(other);
                std::fs::write(&path, format!("#!/bin/sh\nprintf '%s' '{printed}'\n")).unwrap();
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
            }
        }
        configure(&scene, &command);
        let told = scene.switch(&READ);
        assert_eq!(told.get("AWS_ACCOUNT_ROLE"), Some("read"), "{command}: {}", told.stderr);
    }
}

/// A password store with the seed in it; false where its extension is missing.
fn has_pass(scene: &Scene) -> bool {
    let bash = |script: &str, input: &str| {
        let mut command: Command = scene.world.command_of("bash");
        command.args(["-c", script]);
        run(command, input.as_bytes()).unwrap()
    };
    if bash("pass otp --help", "").status != 0 {
        return find("/usr/lib/password-store/extensions/otp.bash").is_some();
    }
    let key = "gpg --batch --quiet --passphrase '' --quick-generate-key me default default never";
    assert_eq!(bash(&format!("{key} && pass init me"), "").status, 0);
    let address = format!("otpauth://totp/aws?secret={SEED}&issuer=aws\n");
    let inserted = bash("pass otp insert aws && gpgconf --kill all", &address);
    assert_eq!(inserted.status, 0, "{inserted:?}");
    true
}
