//! Where secrets are, and that they are nowhere else: each command runs as talkative as it can, and
//! everything that it says, writes and starts is searched.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fake_aws::sts::Fault;
use crate::scenes::{Scene, bastion};
use crate::support::process::{Ran, run};
use crate::support::shells::{Script, Shell};
use crate::support::tools::find;

/// A scene in which everything that could make a program talk is set.
fn talkative() -> Scene {
    let mut scene = bastion();
    for (name, value) in [
        ("RUST_LOG", "trace"),
        ("RUST_BACKTRACE", "full"),
        ("AWS_LOG_LEVEL", "trace"),
        ("AWS_SDK_DEBUG", "1"),
        ("DEBUG_ASSUME_ROLE", "true"),
        ("DEBUG", "1"),
    ] {
        scene.world.set(name, value);
    }
    scene
}

/// Secrets that belong in no output: the user's key, base sessions, MFA codes that were sent.
fn hidden(scene: &Scene) -> Vec<String> {
    let bases = scene.sts.issued().into_iter().filter(|issued| issued.action == "GetSessionToken");
    let codes = scene
        .sts
        .requests()
        .into_iter()
        .filter_map(|logged| logged.get("TokenCode").map(str::to_owned));
    let of_bases = bases.flat_map(|base| [base.secret, base.token]);
    std::iter::once(scene.key.secret.clone()).chain(of_bases).chain(codes).collect()
}

/// Secrets of role sessions, which belong in the shell.
fn of_roles(scene: &Scene) -> Vec<String> {
    let roles = scene.sts.issued().into_iter().filter(|issued| issued.action == "AssumeRole");
    roles.flat_map(|role| [role.secret, role.token]).collect()
}

#[track_caller]
fn assert_tells_nothing(scene: &Scene, ran: &Ran, what: &str) {
    for secret in hidden(scene) {
        assert!(!ran.stdout.contains(&secret), "{what}: standard output");
    }
    for secret in hidden(scene).into_iter().chain(of_roles(scene)) {
        assert!(!ran.stderr.contains(&secret), "{what}: standard error:\n{}", ran.stderr);
    }
}

#[test]
fn no_command_says_a_secret() {
    let scene = talkative();
    let code = scene.code();
    let commands: [&[&str]; 16] = [
        &["export", "--shell", "bash", "production", "read", &code, "-v"],
        &["export", "--shell", "zsh", "production", "read", "-v", "--refresh"],
        &["export", "--shell", "fish", "production", "admin", "-v"],
        &["export", "--format", "json", "production", "ops/deploy", "-v"],
        &["production", "read", "-v"],
        &["export", "--shell", "bash", "production", "no-such", "-v"],
        &["export", "--shell", "bash", "production", "read", "--refresh", "-v", "000000"],
        &["export", "--shell", "bash", "nowhere", "read", "-v"],
        &["export", "--shell", "bash", "production", "read", &code, &code],
        &["export", "--shell", "bash", "leave"],
        &["status"],
        &["init", "bash"],
        &["init", "fish"],
        &["--help"],
        &["logout", "production", "read"],
        &["logout", "--all"],
    ];
    for words in commands {
        let ran = scene.world.run(words).unwrap();
        assert_tells_nothing(&scene, &ran, &format!("{words:?}"));
        if !words.contains(&"production") {
            assert!(
                of_roles(&scene).iter().all(|secret| !ran.stdout.contains(secret)),
                "{words:?}"
            );
        }
    }
    assert!(scene.sts.count("AssumeRole") > 3, "the commands did their work");
}

#[test]
fn no_failure_shows_a_secret() {
    for fault in [
        Fault::garbage(),
        Fault::CutAfter(700),
        Fault::replace("Expiration", "soon"),
        Fault::replace("AccessKeyId", "$(id)"),
        Fault::replace("Arn", "arn:aws:sts::1:assumed-role/x/y"),
        Fault::error(403, "AccessDenied", "no"),
        Fault::internal(),
    ] {
        for action in ["GetCallerIdentity", "GetSessionToken", "AssumeRole"] {
            let scene = talkative();
            scene.sts.fail_always(action, Some(fault.clone()));
            let ran = scene.export(&["production", "read", &scene.code(), "-v"]);
            assert_tells_nothing(&scene, &ran, &format!("{action} {fault:?}"));
            assert!(
                of_roles(&scene)
                    .iter()
                    .all(|secret| ran.status == 0 || !ran.stdout.contains(secret))
            );
        }
    }
}

fn files_under(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

#[test]
fn files_hold_temporary_keys_only_in_the_store_and_for_the_owner_only() {
    let scene = talkative();
    let shared = scene.world.root().to_owned();
    scene.switch_with_code(&["production", "read", "-v"]);
    scene.switch(&["production", "admin"]);
    scene.refused(4, &["production", "no-such"]);
    let store = scene.world.home().join(".local/state/assume-role");
    let (codes, key): (Vec<String>, String) = {
        let sent = scene
            .sts
            .requests()
            .into_iter()
            .filter_map(|logged| logged.get("TokenCode").map(str::to_owned));
        (sent.collect(), scene.key.secret.clone())
    };
    let temporary: Vec<String> =
        scene.sts.issued().into_iter().flat_map(|issued| [issued.secret, issued.token]).collect();
    let mut kept = 0;
    for path in files_under(&shared).into_iter().filter(|path| path.is_file()) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let holds = temporary.iter().filter(|secret| text.contains(*secret)).count();
        kept += holds;
        assert!(holds == 0 || path.starts_with(&store), "{}", path.display());
        assert!(!text.contains(&key) || path.ends_with(".aws/credentials"), "{}", path.display());
        // The path of the program's own binary is the only thing here that is not ours to search
        // for digits.
        let is_ours = path.starts_with(scene.world.home());
        assert!(
            !is_ours || codes.iter().all(|code| !holds_code(&text, code)),
            "{}",
            path.display()
        );
        if path.starts_with(&store) {
            assert_eq!(
                path.metadata().unwrap().permissions().mode() & 0o777,
                0o600,
                "{}",
                path.display()
            );
        }
    }
    assert!(kept >= 4, "the store was looked at");
    assert_eq!(store.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

/// Whether six digits stand in a text on their own, not inside a longer number.
fn holds_code(text: &str, code: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    text.match_indices(code).any(|(at, _)| {
        let bytes = text.as_bytes();
        !digit(at.checked_sub(1).and_then(|before| bytes.get(before)))
            && !digit(bytes.get(at + code.len()))
    })
}

#[test]
fn after_logout_no_file_holds_a_secret() {
    let scene = talkative();
    scene.switch_with_code(&["production", "read"]);
    assert_eq!(scene.world.run(["logout"]).unwrap().status, 0);
    let temporary: Vec<String> =
        scene.sts.issued().into_iter().flat_map(|issued| [issued.secret, issued.token]).collect();
    for path in files_under(&scene.world.home()) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(temporary.iter().all(|secret| !text.contains(secret)), "{}", path.display());
    }
}

#[test]
fn a_trace_of_the_shell_shows_no_secret() {
    for (shell, trace) in
        [(Shell::Bash, "set -x"), (Shell::Zsh, "setopt xtrace"), (Shell::Fish, "set fish_trace 1")]
    {
        if shell.find().is_some() {
            let scene = talkative();
            scene.switch_with_code(&["production", "admin"]);
            let text = format!("{trace}\nassume-role production read -v\nassume-role leave\n");
            let ran = Script::new(shell, &text).rc(&shell.loads_init()).run(&scene.world).unwrap();
            assert_eq!(ran.status, 0, "{ran:?}");
            assert_tells_nothing(&scene, &ran, shell.name());
            assert!(of_roles(&scene).iter().all(|secret| !ran.stdout.contains(secret)), "{ran:?}");
        }
    }
}

#[test]
fn no_program_is_started_and_no_secret_is_an_argument() {
    let Some(strace) = find("strace") else { return };
    let scene = talkative();
    let log = scene.world.root().join("trace");
    let mut command = scene.world.command_of(strace);
    command.args(["-f", "-qq", "-s", "4096", "-e", "trace=execve,execveat", "-o"]).arg(&log);
    command
        .arg(scene.world.program())
        .args(["export", "--shell", "bash", "production", "read", "-v"]);
    command.args(["--mfa-code", &scene.code()]);
    let ran = run(command, b"").unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    let trace = fs::read_to_string(log).unwrap();
    assert_eq!(trace.lines().filter(|line| line.contains("execve")).count(), 1, "{trace}");
    for secret in of_roles(&scene).into_iter().chain([scene.key.secret.clone()]) {
        assert!(!trace.contains(&secret));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_crash_leaves_no_memory_behind() {
    let scene = talkative();
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "ulimit -c unlimited 2>/dev/null; exec assume-role export --shell bash production read",
    ]);
    command.env_clear().envs(scene.world.environment()).current_dir(scene.world.home());
    let mut terminal = crate::support::terminal::Terminal::start_captured(command).unwrap();
    terminal.wait_for("MFA code of").unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", terminal.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}
