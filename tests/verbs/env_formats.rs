//! `env`: its forms as their readers read them back, beside those of the AWS CLI, and where it
//! prints nothing.

use std::collections::BTreeMap;

use assume_role::testing::shell::formats::EnvFormat;
use assume_role::testing::shell::formats::text;
use assume_role::testing::types::sanitize::is_plain;
use serde_json::Value;

use crate::scenes::one_shell::OneShell;
use crate::scenes::real_shells::{self, is_here};
use crate::scenes::switching::Switched;
use crate::scenes::{Scene, bastion};
use crate::second_opinion::python;
use crate::shells::quoting::values;
use crate::support::process::{Ran, run};
use crate::support::shells::{Script, Shell};
use crate::support::tools::aws_cli_2;

const KEYS: [&str; 4] = [
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
];

/// A scene with a stored session of production:read, and what a switch says about it.
fn ready() -> (Scene, Switched) {
    let mut scene = bastion();
    scene.world.set("AWS_REGION", "eu-west-1");
    let told = scene.switch_with_code(&["production", "read"]);
    (scene, told)
}

fn env(scene: &Scene, format: &str) -> Ran {
    let ran = scene.world.run(["env", "production", "read", "--format", format]).unwrap();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    ran
}

#[test]
fn shells_read_back_the_keys() {
    let (scene, told) = ready();
    let print = "printf '%s\\n' \"$AWS_ACCESS_KEY_ID\" \"$AWS_SECRET_ACCESS_KEY\" \"$AWS_SESSION_TOKEN\" \
                 \"$AWS_CREDENTIAL_EXPIRATION\"";
    let expected: String =
        KEYS.iter().map(|name| format!("{}\n", told.get(name).unwrap())).collect();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Dash, Shell::Fish] {
        let load = match shell {
            Shell::Fish => "assume-role env production read --format fish | source",
            _ => "eval \"$(assume-role env production read)\"",
        };
        let exported = format!("{load}\nsh -c '{}'", print.replace('\'', "'\\''"));
        if shell.find().is_some() {
            let ran = Script::new(shell, &exported).run(&scene.world).unwrap();
            assert_eq!(ran.stdout, expected, "{shell:?}: {ran:?}");
        }
    }
    let file = "set -a; assume-role env production read --format env-no-export > keys; . ./keys\n";
    let ran = Script::new(Shell::Dash, &format!("{file}sh -c '{}'", print.replace('\'', "'\\''")))
        .run(&scene.world);
    assert_eq!(ran.unwrap().stdout, expected);
}

#[test]
fn the_forms_are_those_of_the_aws_cli() {
    let (scene, told) = ready();
    let Some(aws) = aws_cli_2() else { return };
    for format in ["process", "env", "env-no-export", "powershell"] {
        let mut command = scene.world.command_of(&aws);
        command.args(["configure", "export-credentials", "--format", format]);
        command.envs(KEYS.iter().map(|name| (name, told.get(name).unwrap())));
        let theirs = run(command, b"").unwrap();
        assert_eq!(theirs.status, 0, "{theirs:?}");
        assert_eq!(env(&scene, format).stdout, theirs.stdout.replace("+00:00", "Z"), "{format}");
    }
}

#[test]
fn json_and_dotenv_also_say_who_and_where() {
    let (scene, told) = ready();
    let json: BTreeMap<String, String> = serde_json::from_str(&env(&scene, "json").stdout).unwrap();
    for name in KEYS.iter().chain(&[
        "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCOUNT_ID", "AWS_ACCOUNT_NAME",
        "AWS_ACCOUNT_ROLE",
    ]) {
        assert_eq!(json.get(*name).map(String::as_str), told.get(name), "{name}");
    }
    assert_eq!(json.len(), 9);
    let Some((python, script)) = python("read_dotenv.py") else { return };
    let mut command = scene.world.command_of(python);
    command.arg(script);
    let read = run(command, env(&scene, "dotenv").stdout.as_bytes()).unwrap();
    assert_eq!(
        serde_json::from_str::<BTreeMap<String, String>>(&read.stdout).unwrap(),
        json,
        "{read:?}"
    );
}

#[test]
fn a_session_of_this_shell_needs_no_target() {
    let (scene, _) = ready();
    let mut shell = OneShell::new(&scene);
    shell.succeeds(&["production", "read"]);
    let calls = scene.sts.requests().len();
    let mut command = scene.world.command(["env", "--format", "process"]);
    command.envs(&shell.variables).env("ASSUME_ROLE_STORE", "none");
    let ran = run(command, b"").unwrap();
    let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed["AccessKeyId"], shell.key(), "{ran:?}");
    assert_eq!(printed["Expiration"], shell.get("AWS_CREDENTIAL_EXPIRATION"));
    assert_eq!(scene.sts.requests().len(), calls);
    let ran = scene.world.run(["env"]).unwrap();
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.contains("this shell has none"), "{ran:?}");
}

#[test]
fn keys_are_not_shown_on_a_terminal() {
    let (scene, told) = ready();
    for format in ["process", "env", "dotenv"] {
        let mut terminal =
            scene.world.terminal(["env", "production", "read", "--format", format]).unwrap();
        terminal.wait_for("assume-role exec production read -- COMMAND").unwrap();
        assert_eq!(terminal.wait().unwrap(), 2);
        assert!(KEYS.iter().all(|name| !terminal.text().contains(told.get(name).unwrap())));
    }
}

#[test]
fn a_file_that_others_may_read_is_warned_of() {
    let (scene, _) = ready();
    let line = |mask: &str| {
        let mut command = scene.world.command_of("sh");
        command
            .args(["-c", &format!("umask {mask}; assume-role env production read >~/keys-{mask}")]);
        run(command, b"").unwrap()
    };
    assert_eq!(line("077").stderr, "");
    let wide = line("022");
    assert!(wide.status == 0 && wide.stderr.contains("others may read the file"), "{wide:?}");
}

/// One form of a secret that is `value`.
fn form(format: EnvFormat, value: &str) -> assume_role::testing::error::Result<String> {
    let variable = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some("ASIA"),
        "AWS_SECRET_ACCESS_KEY" => Some(value),
        _ => None,
    };
    text(format, variable).map(|text| text.expose().to_owned())
}

/// No key of AWS's holds such characters, but programs that print keys may.
#[test]
fn what_no_key_holds_comes_back_too() {
    let kept =
        |value: &str| !value.is_empty() && value.chars().all(|c| is_plain(c) || "\n\t".contains(c));
    for (shell, format) in [
        ("bash", EnvFormat::Env),
        ("zsh", EnvFormat::Env),
        ("dash", EnvFormat::EnvNoExport),
        ("fish", EnvFormat::Fish),
    ] {
        let mut values = values(kept);
        values.extend(["=ls", "~", "a:~", "-n", "a\\", "'", "{a,b}"].map(str::to_owned));
        if !is_here(shell) {
            continue;
        }
        let home = tempfile::tempdir().unwrap();
        let print = "printf '%s\\0' \"$AWS_SECRET_ACCESS_KEY\"\n";
        let script: String =
            values.iter().map(|value| form(format, value).unwrap() + print).collect();
        let outcome = real_shells::run(&[shell], home.path(), &[("LC_ALL", "C.UTF-8")], &script);
        let printed: Vec<&str> = outcome.out.split_terminator('\0').collect();
        assert_eq!(printed.len(), values.len(), "{shell}: {}", outcome.err);
        for (value, printed) in values.iter().zip(printed) {
            assert_eq!(value, printed, "{shell}: {}", form(format, value).unwrap());
        }
    }
}

/// What a reader would not give back as it was is refused when it is written.
#[test]
fn a_dotenv_file_says_what_it_was_given() {
    let Some((python, script)) = python("read_dotenv.py") else { return };
    let values = values(|value| !value.is_empty() && value.chars().all(is_plain));
    let written: Vec<(&String, String)> = values
        .iter()
        .filter_map(|value| Some((value, form(EnvFormat::Dotenv, value).ok()?)))
        .collect();
    assert!(written.len() > 20 && written.len() < values.len());
    let text: String = written
        .iter()
        .zip(0..)
        .map(|((_, text), number)| {
            text.replace("AWS_SECRET_ACCESS_KEY", &format!("SECRET_{number}"))
        })
        .collect();
    let mut command = crate::support::process::detached(python);
    command.arg(script).env_clear().env("PYTHONDONTWRITEBYTECODE", "1");
    let ran = run(command, text.as_bytes()).unwrap();
    let read: BTreeMap<String, String> = serde_json::from_str(&ran.stdout).unwrap();
    for ((value, text), number) in written.iter().zip(0..) {
        assert_eq!(&read[&format!("SECRET_{number}")], *value, "{text}");
    }
}
