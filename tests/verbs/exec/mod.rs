//! `exec`: what the command gets, what it returns, and that nothing stands between it and the user.

mod profiles;
mod signals;
mod target;

use std::collections::BTreeMap;

use crate::scenes::{Scene, bastion};
use crate::second_opinion::python;
use crate::support::process::{Ran, run};
use crate::support::tools::find;

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
fn a_command_that_cannot_be_run_is_reported_before_any_question() {
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
        "nowhere", "./nowhere", "/", "./script", "./empty", ".aws/credentials",
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

#[test]
fn words_that_make_no_command_say_how_to_write_one() {
    let scene = bastion();
    for (words, form) in [
        (&["exec", "production", "read"][..], "assume-role exec production read -- COMMAND"),
        (
            &["exec", "production", "read", "aws", "s3", "ls"],
            "assume-role exec production read -- aws s3 ls",
        ),
        (&["exec", "--"], "assume-role exec -- COMMAND"),
    ] {
        let ran = scene.world.run(words).unwrap();
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{words:?}");
        assert!(ran.stderr.contains(form), "{ran:?}");
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
