//! `exec`: what the command gets, what it returns, and that nothing stands between it and the user.

use std::collections::BTreeMap;
use std::process::Command;

use rustix::process::Signal;

use crate::day::Day;
use crate::one_shell::OneShell;
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion};
use crate::second_opinion::python;
use crate::support::process::{Ran, run};
use crate::support::shells::find;
use crate::support::terminal::Terminal;

const READ: &str = "arn:aws:sts::123456789012:assumed-role/read/alice";
const EXEC: [&str; 4] = ["exec", "production", "read", "--"];

/// A scene with a stored session of production:read.
fn ready() -> Scene {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    scene
}

fn exec(scene: &Scene, command: &[&str]) -> Ran {
    scene.world.run(EXEC.iter().chain(command)).unwrap()
}

/// The environment that a command printed with `env -0`.
fn environment(ran: &Ran) -> BTreeMap<String, String> {
    assert_eq!(ran.status, 0, "{ran:?}");
    let pairs = ran.stdout.split_terminator('\0').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn the_command_gets_what_a_switch_sets_and_nothing_that_contradicts_it() {
    let mut scene = bastion();
    for (name, value) in
        [("AWS_PROFILE", "x"), ("AWS_SECURITY_TOKEN", "x"), ("AWS_VAULT", "x"), ("KEPT", "a b\n$c")]
    {
        scene.world.set(name, value);
    }
    scene.world.set("AWS_DEFAULT_REGION", "eu-north-1");
    let code = scene.code();
    let ran = scene.world.run(["exec", "production", "read", &code, "--", "env", "-0"]).unwrap();
    let got = environment(&ran);
    let told = scene.switch(&["production", "read"]);
    for name in assume_role::testing::shell::variables::restored()
        .chain(assume_role::testing::shell::variables::OWN)
    {
        assert_eq!(got.get(name).map(String::as_str), told.get(name), "{name}");
    }
    assert_eq!(got["KEPT"], "a b\n$c");
    assert_eq!(got["AWS_REGION"], "eu-north-1");
    assert_eq!(got["ASSUME_ROLE_KEY_ID"], got["AWS_ACCESS_KEY_ID"]);
    assert_eq!(scene.sts.count("AssumeRole"), 1, "a command is a use of the stored session");
}

#[test]
fn what_the_command_returns_is_returned() {
    let scene = ready();
    for (script, status) in
        [("exit 0", 0), ("exit 1", 1), ("exit 126", 126), ("kill -TERM $$", 143), ("exit 255", 255)]
    {
        let ran = exec(&scene, &["sh", "-c", script]);
        assert_eq!(
            (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
            (status, "", ""),
            "{script}"
        );
    }
}

#[test]
fn a_command_that_cannot_be_run_is_told_before_anybody_is_asked() {
    let scene = bastion();
    let plain = scene.world.write("plain", "").unwrap();
    scene.world.write("bin/no-interpreter", "#!/nowhere/sh\n").unwrap();
    for (command, status) in [
        ("nowhere-to-be-found", 127),
        ("./nowhere", 127),
        ("", 127),
        (plain.to_str().unwrap(), 126),
        ("./plain", 126),
        ("/", 126),
    ] {
        let before = scene.world.snapshot().unwrap();
        let ran = exec(&scene, &[command, "argument"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{command}: {ran:?}");
        assert!(ran.stderr.starts_with("assume-role: "), "{ran:?}");
        assert_eq!(before, scene.world.snapshot().unwrap());
    }
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn env_agrees_about_commands_that_cannot_be_run() {
    let scene = ready();
    let script = scene.world.write("script", "#!/nowhere/sh\n").unwrap();
    let empty = scene.world.write("empty", "\0\0").unwrap();
    for path in [&script, &empty] {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .unwrap();
    }
    for command in [
        "nowhere",
        "./nowhere",
        "/",
        "./script",
        "./empty",
        ".aws/credentials",
        ".aws/credentials/x",
    ] {
        let mut theirs = scene.world.command_of("env");
        theirs.args(["--", command]);
        assert_eq!(exec(&scene, &[command]).status, run(theirs, b"").unwrap().status, "{command}");
    }
}

#[test]
fn streams_arguments_and_the_name_are_as_they_were() {
    let scene = ready();
    let mut command = scene.world.command(EXEC);
    command.args([
        "sh",
        "-c",
        "cat; printf '<%s>' \"$0\" \"$@\"; echo err >&2",
        "zero",
        "",
        "a b",
        "*",
        "--",
        "$x",
    ]);
    let ran = run(command, b"from stdin\n").unwrap();
    assert_eq!(ran.stdout, "from stdin\n<zero><><a b><*><--><$x>");
    assert_eq!(ran.stderr, "err\n");
    // A program that has several names looks at the one it was called by.
    let ran = exec(&scene, &["sh", "-c", "tr '\\0' '\\n' < /proc/$$/cmdline | head -n 1"]);
    assert!(cfg!(not(target_os = "linux")) || ran.stdout == "sh\n", "{ran:?}");
}

/// Open files, signals that are blocked, ignored or caught, and limits.
#[cfg(target_os = "linux")]
#[test]
fn nothing_of_ours_is_left_in_the_process() {
    let scene = bastion();
    let look = r#"ls /proc/self/fd; grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status; ulimit -S -c"#;
    let raise = "ulimit -S -c \"$(ulimit -H -c)\"; exec \"$@\"";
    let mut plain = scene.world.command_of("sh");
    plain.args(["-c", raise, "sh", "sh", "-c", look]);
    let plain = run(plain, b"").unwrap();
    let code = scene.code();
    // The first goes through network, lock and store, the second is served from the store.
    for words in [&["exec", "production", "read", &code, "--"][..], &EXEC] {
        let mut ours = scene.world.command_of("sh");
        ours.args(["-c", raise, "sh", "assume-role"]).args(words).args(["sh", "-c", look]);
        assert_eq!(run(ours, b"").unwrap().stdout, plain.stdout);
    }
}

/// A script starts its background with Ctrl-C ignored.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_ignored_is_ignored_by_the_command() {
    let scene = bastion();
    let code = scene.code();
    for words in [&["exec", "production", "read", &code, "--"][..], &EXEC] {
        let mut ours = scene.world.command_of("sh");
        ours.args(["-c", "trap '' INT TSTP; exec \"$@\"", "sh", "assume-role"]).args(words);
        ours.args(["grep", "^SigIgn", "/proc/self/status"]);
        let ran = run(ours, b"").unwrap();
        let mask =
            u64::from_str_radix(ran.stdout.trim_start_matches("SigIgn:").trim(), 16).unwrap();
        let both = 1 << 1 | 1 << 19;
        assert_eq!(mask & both, both, "{ran:?}");
    }
}

#[test]
fn the_terminal_and_the_process_stay_the_same() {
    let scene = ready();
    let mut terminal = scene
        .world
        .terminal(EXEC.iter().chain(&[
            "sh",
            "-c",
            "test -t 0 && test -t 1 && test -t 2 && echo pid $$.",
        ]))
        .unwrap();
    terminal.wait_for(&format!("pid {}.", terminal.id())).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0);
}

#[test]
fn control_c_reaches_the_command_after_a_question_too() {
    let scene = bastion();
    // No command is started after `ready`: dash loses a signal that comes in the middle of that.
    let script = "sleep 60 & trap 'kill $!; echo caught; exit 7' INT; echo ready; wait";
    let mut terminal = scene.world.terminal(EXEC.iter().chain(&["sh", "-c", script])).unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    terminal.wait_for("ready").unwrap();
    assert!(terminal.is_ordinary().unwrap());
    terminal.press_control('c').unwrap();
    terminal.wait_for("caught").unwrap();
    assert_eq!(terminal.wait().unwrap(), 7);
    let mut terminal = scene
        .world
        .terminal(EXEC.iter().chain(&["sh", "-c", "echo ready; exec sleep 60"]))
        .unwrap();
    terminal.wait_for("ready").unwrap();
    terminal.press_control('c').unwrap();
    assert_eq!(terminal.wait().unwrap(), 130);
}

#[test]
fn control_c_at_the_question_runs_nothing() {
    let scene = bastion();
    let mut terminal = scene.world.terminal(EXEC.iter().chain(&["touch", "ran"])).unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.press_control('c').unwrap();
    assert_eq!(terminal.wait().unwrap(), 130);
    assert!(!scene.world.home().join("ran").exists());
}

#[test]
fn control_z_stops_the_command_and_fg_goes_on() {
    let scene = bastion();
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-i"]);
    let mut terminal = scene.world.terminal_of(bash).unwrap();
    // In two halves, so that the line itself does not show what it will print.
    let script =
        "trap 'echo aga\\in' CONT; echo be\\gun; until read x; do :; done; echo go\\t \\$x";
    terminal
        .type_line(&format!("PS1='$ '; assume-role exec production read -- sh -c \"{script}\""))
        .unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    terminal.wait_for("begun").unwrap();
    terminal.press_control('z').unwrap();
    terminal.wait_for("Stopped").unwrap();
    terminal.type_line("fg").unwrap();
    terminal.wait_for("again").unwrap();
    terminal.type_line("line").unwrap();
    terminal.wait_for("got line").unwrap();
    terminal.type_line("exit 3").unwrap();
    assert_eq!(terminal.wait().unwrap(), 3);
}

#[test]
fn a_signal_to_the_process_is_one_to_the_command() {
    let scene = ready();
    let mut terminal = scene
        .world
        .terminal(EXEC.iter().chain(&[
            "sh",
            "-c",
            "trap 'exit 9' USR1; echo ready; while :; do sleep 0.1; done",
        ]))
        .unwrap();
    terminal.wait_for("ready").unwrap();
    terminal.signal(Signal::USR1).unwrap();
    assert_eq!(terminal.wait().unwrap(), 9);
}

#[test]
fn enough_time_is_made_sure_of() {
    let Some(day) = Day::begin(ready()) else { return };
    let calls = |minimum: &str, status: i32| {
        let words = ["exec", "production", "read", "--min", minimum, "--", "true"];
        let ran = day.scene.world.run(words).unwrap();
        assert_eq!(ran.status, status, "{ran:?}");
        day.scene.sts.count("AssumeRole")
    };
    day.comes_to(25 * 60);
    assert_eq!(calls("30m", 0), 1, "35 minutes are left");
    assert_eq!(calls("45m", 0), 2);
    assert_eq!(calls("45m", 0), 2);
    assert_eq!(calls("2h", 7), 2, "the role gives an hour");
    assert_eq!(calls("soon", 3), 2);
}

#[test]
fn without_a_target_it_is_the_role_of_this_shell() {
    let Some(day) = Day::begin(bastion()) else { return };
    let shell = day.first_shell();
    let here = |shell: &OneShell<'_>, words: &[&str]| {
        let mut command = day.scene.world.command(words);
        command.args(["--", "env", "-0"]).envs(&shell.variables);
        run(command, b"").unwrap()
    };
    let calls = day.scene.sts.requests().len();
    let got = environment(&here(&shell, &["exec"]));
    assert!(shell.variables.iter().all(|(name, value)| got.get(name) == Some(value)));
    assert_eq!(
        environment(&here(&shell, &["exec", "--min", "30m"]))["AWS_ACCESS_KEY_ID"],
        shell.key()
    );
    assert_eq!(
        environment(&here(&shell, &["exec", "--region", "eu-north-1"]))["AWS_REGION"],
        "eu-north-1"
    );
    assert_eq!(day.scene.sts.requests().len(), calls);
    day.comes_to(3590);
    let renewed = environment(&here(&shell, &["exec"]));
    assert_ne!(renewed["AWS_ACCESS_KEY_ID"], shell.key());
    assert_eq!(renewed["AWS_ACCOUNT_ROLE"], "read");
    // Keys of somebody else are not taken for the role that was here before.
    let mut foreign = shell.child();
    foreign.variables.insert("AWS_ACCESS_KEY_ID".to_owned(), "ASIAFOREIGN000000000".to_owned());
    for shell in [foreign, OneShell::new(&day.scene)] {
        let ran = here(&shell, &["exec"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains("this shell holds none of ours"), "{ran:?}");
    }
}

#[test]
fn a_shell_inside_knows_its_role_and_renews_it() {
    let Some(day) = Day::begin(ready()) else { return };
    let script = "eval \"$(assume-role init bash)\"\nbefore=$AWS_ACCESS_KEY_ID\nassume-role ensure 10m\n\
                  test \"$before\" = \"$AWS_ACCESS_KEY_ID\" && assume-role ensure 59m && \
                  test \"$before\" != \"$AWS_ACCESS_KEY_ID\" && assume-role status --prompt && assume-role leave && \
                  echo \"left ${AWS_ACCESS_KEY_ID-nothing}\"";
    day.comes_to(20 * 60);
    let ran = exec(&day.scene, &["bash", "--norc", "-c", script]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(
        ran.stdout.contains("production:read") && ran.stdout.ends_with("left nothing\n"),
        "{ran:?}"
    );
}

#[test]
fn a_target_is_what_it_is_for_a_switch() {
    let scene = ready();
    let accounts = format!(
        r#"{{"default": "{BASTION}", "one": {{"id": "{PRODUCTION}", "default_role": "read"}}}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    let arn = format!("arn:aws:iam::{PRODUCTION}:role/ops/deploy");
    for (target, role) in [("one", "read"), (arn.as_str(), "ops/deploy")] {
        let ran = scene.world.run(["exec", target, "--", "printenv", "AWS_ACCOUNT_ROLE"]).unwrap();
        assert_eq!(ran.stdout, format!("{role}\n"), "{ran:?}");
    }
    let mut command = scene.world.command(["exec", "-", "--", "printenv", "AWS_ACCOUNT_ROLE"]);
    command.env("ASSUME_ROLE_PREVIOUS", "-- one read");
    assert_eq!(run(command, b"").unwrap().stdout, "read\n");
}

#[test]
fn a_protected_account_is_entered_on_purpose() {
    let scene = bastion();
    scene
        .world
        .accounts(&format!(r#"{{"default": "{BASTION}", "production": {{"id": "{PRODUCTION}", "protected": true}}}}"#))
        .unwrap();
    assert_eq!(exec(&scene, &["touch", "ran"]).status, 8);
    assert!(!scene.world.home().join("ran").exists());
    let code = scene.code();
    let ran = scene.world.run([
        "exec",
        "production",
        "read",
        &code,
        "--yes",
        "--",
        "sh",
        "-c",
        "echo $ASSUME_ROLE_PROTECTED",
    ]);
    assert_eq!(ran.unwrap().stdout, "1\n");
}

#[test]
fn words_that_make_no_command_say_how_to_write_one() {
    let scene = bastion();
    for words in [
        &["exec", "production", "read"][..],
        &["exec", "production", "read", "aws", "s3", "ls"],
        &["exec", "--"],
    ] {
        let ran = scene.world.run(words).unwrap();
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{words:?}");
        assert!(ran.stderr.contains("assume-role exec ACCOUNT ROLE -- COMMAND"), "{ran:?}");
    }
}

#[test]
fn no_secret_is_an_argument_and_nothing_else_is_started() {
    let Some(strace) = find("strace") else { return };
    let scene = bastion();
    let log = scene.world.root().join("trace");
    let mut command = scene.world.command_of(strace);
    command.args(["-f", "-qq", "-s", "4096", "-e", "trace=execve,execveat", "-o"]).arg(&log);
    command.arg(scene.world.program()).args([
        "exec",
        "production",
        "read",
        &scene.code(),
        "--",
        "env",
        "-0",
    ]);
    let got = environment(&run(command, b"").unwrap());
    let trace = std::fs::read_to_string(log).unwrap();
    assert_eq!(trace.lines().filter(|line| line.contains("execve")).count(), 2, "{trace}");
    for name in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        assert!(!trace.contains(&got[name]), "{name}");
    }
    assert!(!trace.contains(&scene.key.secret));
}

#[test]
fn boto3_and_the_aws_cli_see_the_role() {
    let Some((python, script)) = python("identity.py") else { return };
    let mut scene = ready();
    scene.world.set("AWS_REGION", "eu-west-1");
    let ran = exec(&scene, &[python.to_str().unwrap(), script.to_str().unwrap()]);
    assert!(ran.stdout.contains(READ), "{ran:?}");
    let aws = python.with_file_name("aws");
    let ran = exec(
        &scene,
        &[
            aws.to_str().unwrap(),
            "sts",
            "get-caller-identity",
            "--query",
            "Arn",
            "--output",
            "text",
        ],
    );
    assert_eq!(ran.stdout.trim(), READ, "{ran:?}");
}

#[test]
fn a_question_is_asked_on_the_terminal_while_the_streams_are_pipes() {
    let scene = bastion();
    let mut command = Command::new(scene.world.program());
    command.args(EXEC).args(["sh", "-c", "echo $AWS_ACCOUNT_ROLE"]);
    command.env_clear().envs(scene.world.environment()).current_dir(scene.world.home());
    let mut terminal = Terminal::start_captured(command).unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0);
    assert_eq!(terminal.stdout(), "read\n");
}
