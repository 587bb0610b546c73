//! The picker on a terminal: what is shown, what is taken, and how the terminal is left.

mod leaving;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::scenes::{BASTION, PRODUCTION, Scene, bastion};
use crate::support::terminal::Terminal;

const HELP: &str = "Esc leaves everything as it is";

/// Roles known from the accounts file, the config file and earlier use.
fn scene() -> Scene {
    let scene = bastion();
    let accounts = format!(
        r#"{{
    "production": {{"id": "{PRODUCTION}", "roles": ["read", "admin"], "region": "eu-west-1", "protected": true}},
    "prod": "{PRODUCTION}",
    "bastion": "{BASTION}",
    "single": {{"id": "333333333333", "roles": ["only"]}}
}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    let config = format!(
        "[profile chain]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/ops/deploy\nsource_profile = default\n"
    );
    scene.world.config(&config).unwrap();
    scene
}

/// The picker, drawn.
fn picker(scene: &Scene, words: &[&str]) -> Terminal {
    let mut terminal = scene.on_terminal(words);
    terminal.wait_for(HELP).unwrap();
    terminal
}

/// Waits until the screen holds a text. The preview has words of the questions: "an MFA code if".
fn until(terminal: &mut Terminal, text: &str) -> String {
    while !terminal.screen().contains(text) {
        terminal
            .wait_for("\x1b[?25h")
            .unwrap_or_else(|failure| panic!("{text}: {failure}\n{}", terminal.screen()));
    }
    terminal.screen()
}

#[track_caller]
fn left(mut terminal: Terminal, status: i32) -> String {
    let code = terminal.wait().unwrap();
    assert_eq!(code, status, "{}", terminal.text());
    assert!(terminal.is_ordinary().unwrap());
    assert!(terminal.text().contains("\x1b[?1049l"), "the screen was not put back");
    terminal.stdout()
}

#[test]
fn letters_find_a_role_and_enter_takes_it() {
    let scene = scene();
    let mut terminal = picker(&scene, &["--yes"]);
    let screen = until(&mut terminal, "known from");
    assert!(screen.lines().next().unwrap().trim_end().ends_with("8/8"), "{screen}");
    for row in [
        "production  admin", "production  read", "production  ops/deploy", "single      only",
        "bastion     ?",
    ] {
        assert!(screen.contains(row), "{row}: {screen}");
    }
    terminal.type_text("prodn depl").unwrap();
    let screen = until(&mut terminal, "production:ops/deploy in");
    assert!(screen.contains("known from profile chain"), "{screen}");
    assert!(screen.contains("profile default (~/.aws/credentials:2)"), "{screen}");
    assert!(screen.contains("an MFA code if the user has a device\n"), "{screen}");
    assert!(screen.contains("for 1h, eu-west-1, protected"), "{screen}");
    terminal.type_text("\r").unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    let stdout = left(terminal, 0);
    assert!(stdout.contains("AWS_ACCOUNT_ROLE='ops/deploy'"), "{stdout}");
    assert!(stdout.contains("AWS_ACCOUNT_NAME='production'"), "{stdout}");
}

#[test]
fn the_role_of_an_account_is_picked_by_arrows() {
    let scene = scene();
    scene.switch_with_code(&["production", "read", "--yes"]);
    let mut terminal = picker(&scene, &["production", "--yes"]);
    let screen = until(&mut terminal, "role in production:");
    assert!(screen.contains("> production  read") && !screen.contains("single"), "{screen}");
    terminal.type_text("\x1b[B").unwrap();
    until(&mut terminal, "> production  admin");
    terminal.type_text("\x1b[B\x1b[A\r").unwrap();
    assert!(left(terminal, 0).contains("AWS_ACCOUNT_ROLE='admin'"));
}

#[test]
fn an_unknown_role_is_typed() {
    let scene = scene();
    let mut terminal = picker(&scene, &[]);
    terminal.type_text("bastion\r").unwrap();
    until(&mut terminal, "name of the role in bastion:");
    terminal.type_text("\rno blank").unwrap();
    until(&mut terminal, "no blank");
    terminal.type_text("\x15nobody\r").unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.press_control('c').unwrap();
    assert_eq!(left(terminal, 130), "");
}

#[test]
fn only_the_terminal_is_read_and_drawn_on() {
    let scene = scene();
    let program = scene.world.program();
    for redirected in ["</dev/null", "2>/dev/null", "<words"] {
        scene.world.write("words", "production\nread\n").unwrap();
        let mut command = Command::new("sh");
        let line = format!("'{}' export --shell bash {redirected}; exit $?", program.display());
        command
            .args(["-c", &line])
            .env_clear()
            .envs(scene.world.environment())
            .current_dir(scene.world.home());
        let mut terminal = Terminal::start_captured(command).unwrap();
        terminal.wait_for(HELP).unwrap();
        terminal.type_text("\x1b").unwrap();
        assert_eq!(left(terminal, 130), "", "{redirected}");
    }
}

#[test]
fn a_screen_that_changes_its_size_is_drawn_anew() {
    let scene = scene();
    let mut terminal = picker(&scene, &[]);
    until(&mut terminal, "production  ops/deploy");
    terminal.resize(10, 40).unwrap();
    terminal.wait_for(&format!("{}\r\n", "-".repeat(40) + "\x1b[K")).unwrap();
    terminal.type_text("\x1b").unwrap();
    left(terminal, 130);
}

#[test]
fn the_name_that_matched_is_entered_with_its_own_settings() {
    let scene = scene();
    let accounts = format!(
        r#"{{"prod-us": {{"id": "{PRODUCTION}", "roles": ["read"], "region": "us-east-1"}},
            "prod-eu": {{"id": "{PRODUCTION}", "roles": ["read"], "region": "eu-central-1"}}}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    let mut terminal = picker(&scene, &[]);
    terminal.type_text("prod-eu read").unwrap();
    until(&mut terminal, "> prod-eu  read");
    terminal.type_text("\r").unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    let code = left(terminal, 0);
    assert!(code.contains("AWS_ACCOUNT_NAME='prod-eu'"), "{code}");
    assert!(code.contains("AWS_REGION='eu-central-1'"), "{code}");
}

#[test]
fn what_is_pasted_takes_nothing_before_enter_is_pressed() {
    let scene = scene();
    let mut terminal = picker(&scene, &["--yes"]);
    assert!(terminal.text().contains("\x1b[?2004h"));
    terminal.type_text("\x1b[200~single\r\nonly\n\x1b[201~").unwrap();
    until(&mut terminal, "single  only");
    terminal.type_text("\x15").unwrap();
    until(&mut terminal, "8/8");
    terminal.type_text("\x1b").unwrap();
    assert_eq!(left(terminal, 130), "");
}

#[test]
fn a_name_that_is_not_ascii_is_found_and_taken() {
    let scene = scene();
    scene
        .world
        .accounts(&format!(
            r#"{{"日本 (東京)": {{"id": "{PRODUCTION}", "roles": ["read", "admin"]}}}}"#
        ))
        .unwrap();
    let mut terminal = picker(&scene, &[]);
    terminal.type_text("東京 adm").unwrap();
    until(&mut terminal, "> 日本 (東京)  admin");
    terminal.type_text("\r").unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    assert!(left(terminal, 0).contains("AWS_ACCOUNT_NAME='日本 (東京)'"));
}

#[test]
fn every_size_and_no_colour() {
    let scene = scene();
    for (rows, columns) in [(24, 80), (6, 24), (2, 12), (1, 1)] {
        let mut command = Command::new("sh");
        let program = scene.world.program();
        let line = format!(
            "stty rows {rows} cols {columns}; '{}' export --shell bash; exit $?",
            program.display()
        );
        command.args(["-c", &line]).env_clear().envs(scene.world.environment());
        command.env("NO_COLOR", "1").current_dir(scene.world.home());
        let mut terminal = Terminal::start_captured(command).unwrap();
        terminal.wait_for("\x1b[?25h").unwrap();
        assert!(!terminal.text().contains("\x1b[0m"), "{}", terminal.text());
        if columns > 20 {
            until(&mut terminal, "> ");
            let screen = terminal.screen();
            assert!(screen.lines().all(|line| line.chars().count() <= columns), "{screen}");
        }
        terminal.type_text("\x1b").unwrap();
        left(terminal, 130);
    }
}

#[test]
fn without_a_terminal_the_picker_says_so() {
    let mut scene = scene();
    for words in [&[][..], &["--no-input"]] {
        assert!(scene.refused_at_once(2, words).contains("which account and role?"));
    }
    let said = scene.refused_at_once(5, &["production"]);
    assert!(
        said.contains("which role in production?") && said.contains("admin, ops/deploy, read"),
        "{said}"
    );
    scene.refused_at_once(5, &["bastion"]);
    for (words, term, status) in [
        (&["production", "--no-input"][..], "xterm", 5),
        (&["production"], "dumb", 5),
        (&[], "dumb", 2),
        (&["--no-input"], "xterm", 2),
    ] {
        scene.world.set("TERM", term);
        let mut terminal = scene.on_terminal(words);
        assert_eq!(terminal.wait().unwrap(), status, "{words:?} {term}");
        assert!(!terminal.text().contains('\x1b'), "{}", terminal.text());
    }
    let said = scene.refused(5, &["single"]);
    assert!(said.contains("role only: the only one known there, ~/.aws/accounts"), "{said}");
}

#[test]
fn fzf_is_used_where_set() {
    let scene = scene();
    let mut world = scene.world;
    world.set("ASSUME_ROLE_CONFIG_PICKER", "fzf");
    let fake = world.bin().join("fzf");
    let scene = Scene { world, ..scene };
    for (answer, status, told) in [
        (
            "cat >\"$HOME/list\"; printf '%s\\n' \"$@\" >\"$HOME/options\"; grep admin \"$HOME/list\"",
            0,
            "role='admin'",
        ),
        ("cat >/dev/null; exit 130", 130, ""),
        ("exit 1", 130, ""),
        ("cat >/dev/null; echo nonsense", 9, ""),
        ("exit 2", 9, ""),
    ] {
        fs::write(&fake, format!("#!/bin/sh\n{answer}\n")).unwrap();
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        let mut terminal = scene.on_terminal(&["production", "--yes"]);
        if status == 0 {
            terminal.wait_for("MFA code of").unwrap();
            terminal.type_line(&scene.code()).unwrap();
        }
        assert_eq!(terminal.wait().unwrap(), status, "{}", terminal.text());
        assert!(terminal.stdout().to_lowercase().contains(told), "{answer}");
    }
    let list = fs::read_to_string(scene.world.home().join("list")).unwrap();
    assert_eq!(list.lines().count(), 3, "{list}");
    let options = fs::read_to_string(scene.world.home().join("options")).unwrap();
    assert!(options.contains("--with-nth=2..") && !options.contains("preview"), "{options}");
    fs::remove_file(&fake).unwrap();
    let mut terminal = scene.on_terminal(&["production", "--yes"]);
    assert_eq!(terminal.wait().unwrap(), 3);
    assert!(terminal.text().contains("not installed"), "{}", terminal.text());
}
