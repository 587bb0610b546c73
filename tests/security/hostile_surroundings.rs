//! The environment, the streams and the PATH around the program.

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, with_user};
use crate::support::process::{self, code};
use crate::support::shells::{Script, Shell};

const READ: [&str; 2] = ["production", "read"];

fn plain() -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene
}

#[test]
fn h017_words_that_are_not_utf_8_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let scene = plain();
    for words in [[b"\xff\xfe".as_slice(), b"read"], [b"production", b"\xff"]] {
        let words = words.map(std::ffi::OsStr::from_bytes);
        let export = ["export", "--shell", "bash"].map(std::ffi::OsStr::new);
        let ran = scene.world.run(export.iter().chain(&words)).unwrap();
        assert!([2, 3].contains(&ran.status) && ran.stdout.is_empty(), "{ran:?}");
        assert!(ran.stderr.contains("UTF-8") && !ran.stderr.contains("panicked"), "{ran:?}");
    }
}

#[test]
fn h093_a_profile_set_before_goes_on_success_only() {
    let mut scene = plain();
    scene.world.set("AWS_PROFILE", "old");
    let told = scene.switch(&READ);
    assert!(
        told.unsets("AWS_PROFILE")
            && told.unsets("AWS_DEFAULT_PROFILE")
            && told.unsets("AWS_SECURITY_TOKEN")
    );
    scene.refused(4, &["production", "no-such"]);
}

#[test]
fn h094_without_a_home_only_the_store_is_missing() {
    for home in [None, Some("relative"), Some("/nonexistent"), Some("/a\nb")] {
        let mut scene = plain();
        for (variable, file) in [
            ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
            ("ACCOUNTS_FILE", ".aws/accounts"),
        ] {
            let path = scene.world.home().join(file);
            scene.world.set(variable, path);
        }
        match home {
            Some(home) => scene.world.set("HOME", home),
            None => scene.world.unset("HOME"),
        }
        let before = scene.world.snapshot().unwrap();
        let told = scene.switch(&READ);
        told.assert_says("the store is not used");
        assert_eq!(told.stderr.matches("the store is not used").count(), 1, "{}", told.stderr);
        assert_eq!(before, scene.world.snapshot().unwrap());
    }
}

#[test]
fn h094_a_relative_state_directory_is_ignored() {
    let mut scene = plain();
    scene.world.set("XDG_STATE_HOME", "relative");
    scene.switch(&READ);
    assert!(scene.world.home().join(".local/state/assume-role").exists());
    assert!(!scene.world.home().join("relative").exists());
}

#[test]
fn h095_odd_terminals_and_locales_change_nothing() {
    for (name, value) in [
        ("COLUMNS", "0"),
        ("TERM", "dumb"),
        ("TERM", ""),
        ("NO_COLOR", "1"),
        ("LC_ALL", "C"),
        ("LANG", "xx"),
    ] {
        let mut scene = plain();
        scene.world.set(name, value);
        scene.switch(&READ);
        assert_eq!(scene.world.run(["--help"]).unwrap().status, 0, "{name}={value}");
    }
}

/// Runs a switch with the given streams; gives its exit code and what it printed, where that was
/// kept.
fn with_streams(scene: &Scene, out: Stdio, err: Stdio) -> (i32, String) {
    let mut command = scene.world.command(["export", "--shell", "bash", "production", "read"]);
    let child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    (code(output.status), String::from_utf8(output.stdout).unwrap())
}

fn full() -> Option<File> {
    OpenOptions::new().write(true).open("/dev/full").ok()
}

#[test]
fn h103_output_that_cannot_be_written_is_a_failure() {
    let scene = plain();
    if let Some(full) = full() {
        assert_eq!(with_streams(&scene, full.into(), Stdio::null()).0, 9);
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(with_streams(&scene, writer.into(), Stdio::null()).0, 141);
}

#[test]
fn h103_a_closed_output_is_named_before_a_code_is_spent() {
    let scene = bastion();
    let run = |words: &str| {
        let mut shell = scene.world.command_of("sh");
        shell.args(["-c", &format!("exec assume-role {words}")]);
        process::run(shell, b"").unwrap()
    };
    let of_a_role = |form: &str, code: &str| format!("{form} production read --mfa-code={code}");
    let forms = ["", "export --shell fish", "export --format json", "env", "credential-process"];
    let verbs = forms.map(|form| of_a_role(form, &scene.code()));
    let verbs = verbs.iter().map(String::as_str).chain([
        "console production read", "keys export default", "init bash", "init nu",
        "completions zsh", "man",
    ]);
    for verb in verbs {
        let ran = run(&format!("{verb} >&-"));
        assert_eq!(ran.status, 9, "{verb}: {ran:?}");
        assert!(ran.stderr.contains("standard output is closed"), "{verb}: {ran:?}");
    }
    assert_eq!(scene.sts.requests().len(), 0);
    for (output, status) in [(" <>/dev/null 1<&0", 9), (" >/dev/null", 0)] {
        let ran = run(&(of_a_role("env", &scene.code()) + output));
        assert_eq!((ran.status, ran.stderr.contains("closed")), (status, status == 9), "{ran:?}");
    }
    // A service, or a script that wants no output: no one is asked and no code is spent.
    let Ok(setsid) = which::which("setsid") else { return };
    let mut service = scene.world.command_of(setsid);
    service.args(["-w", "sh", "-c", "exec assume-role env production read <>/dev/null 1<&0"]);
    let ran = process::run(service, b"").unwrap();
    assert_eq!((ran.status, ran.stderr.contains("closed")), (0, false), "{ran:?}");
}

/// Python and Node open /dev/null for reading, too, where an output is to be thrown away.
#[test]
fn h103_a_caller_that_wants_the_status_alone_gets_it() {
    let scene = plain();
    let null = OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
    for verb in ["--version", "status", "list", "explain production read", "init --help"] {
        let mut command = scene.world.command(verb.split(' '));
        let status = command.stdout(null.try_clone().unwrap()).status().unwrap();
        assert_eq!(code(status), 0, "{verb}");
    }
}

#[test]
fn h104_messages_that_cannot_be_written_are_no_failure() {
    let scene = plain();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    // A socket whose other end is open and unread, and one whose other end is gone.
    let (socket, _unread) = UnixStream::pair().unwrap();
    let (lonely, _) = UnixStream::pair().unwrap();
    let sockets = [socket, lonely].map(|socket| Some(Stdio::from(OwnedFd::from(socket))));
    let streams = [full().map(Stdio::from), Some(writer.into()), Some(Stdio::null())];
    let streams = streams.into_iter().chain(sockets);
    for err in streams.flatten() {
        let (status, out) = with_streams(&scene, Stdio::piped(), err);
        assert!(status == 0 && out.contains("AWS_SESSION_TOKEN="), "{status} {out}");
    }
    let closed = Script::new(
        Shell::Bash,
        "eval \"$(assume-role production read 2>&-)\"; echo $AWS_ACCOUNT_NAME $?\n",
    );
    assert_eq!(closed.run(&scene.world).unwrap().stdout, "production 0\n");
}

#[test]
fn h106_options_of_the_shell_and_aliases_do_not_get_in_between() {
    let hostile = [
        (Shell::Bash, "set -euf; IFS=x", ""),
        (Shell::Bash, "set -o posix", ""),
        (
            Shell::Bash,
            "shopt -s expand_aliases; alias export='echo export' eval='echo eval' local='echo'",
            "",
        ),
        (
            Shell::Bash,
            "unset() { echo unset; }; test() { echo test; }; printf() { echo; }; export() { echo; }",
            "",
        ),
        (
            Shell::Zsh,
            "setopt ksh_arrays sh_word_split rc_quotes csh_junkie_quotes no_unset err_return",
            "",
        ),
        (Shell::Zsh, "alias -g AWS=ls; alias export='echo export' local=echo", ""),
        (Shell::Fish, "function test; echo test; end; function set_color; end; alias ls=false", ""),
    ];
    for (shell, before, after) in hostile.into_iter().filter(|(shell, ..)| shell.find().is_some()) {
        let scene = plain();
        let load = if before.contains("posix") { String::new() } else { shell.loads_init() };
        let call = if load.is_empty() {
            "eval \"$(assume-role production read)\""
        } else {
            "assume-role production read"
        };
        let text = format!(
            "{load}{before}\n{call}\n{after}command env | command grep -c '^AWS_SESSION_TOKEN='\n"
        );
        let ran = Script::new(shell, &text).run(&scene.world).unwrap();
        assert_eq!(ran.stdout, "1\n", "{shell:?} {before}: {ran:?}");
    }
}

/// The shells that take `init sh`.
const OF_SH: [Shell; 5] = [Shell::Dash, Shell::Busybox, Shell::Ksh93, Shell::Mksh, Shell::Yash];

#[test]
fn the_field_separators_of_the_caller_change_nothing() {
    let posix = OF_SH.into_iter().chain([Shell::Bash, Shell::Zsh]);
    for shell in posix.filter(|shell| shell.find().is_some()) {
        let scene = plain();
        scene.switch(&READ);
        let call = if OF_SH.contains(&shell) { "assume_role" } else { "assume-role" };
        let mut text = shell.loads_init();
        for separators in [",", ":", "", "\n", "0123456789", "A1:", " 1"] {
            text.push_str(&format!(
                "IFS='{separators}'\n{call} production read\necho \"$? $AWS_ACCOUNT_ROLE\"\n{call} leave\n"
            ));
        }
        let ran = Script::new(shell, &text).run(&scene.world).unwrap();
        assert_eq!(ran.stdout, "0 read\n".repeat(7), "{shell:?}: {ran:?}");
    }
}

#[test]
fn the_version_of_another_shell_in_the_environment_is_not_believed() {
    for shell in OF_SH.into_iter().filter(|shell| shell.find().is_some()) {
        for (name, value) in [
            ("KSH_VERSION", "@(#)KIND 93u+m"),
            ("KSH_VERSION", "@(#)MIRBSD KSH R59"),
            ("YASH_VERSION", "2.52"),
        ] {
            let mut scene = plain();
            scene.world.set(name, value);
            let text = format!(
                "{}assume_role production read\necho \"$? $AWS_ACCOUNT_ROLE\"\n",
                shell.loads_init()
            );
            let ran = Script::new(shell, &text).run(&scene.world).unwrap();
            assert_eq!(ran.stdout, "0 read\n", "{shell:?} {name}={value}: {ran:?}");
        }
    }
}

#[test]
fn a_clock_that_others_set_is_no_code_and_no_lie() {
    for shell in OF_SH.into_iter().filter(|shell| shell.find().is_some()) {
        for value in ["a[$(>canary)]", "0", "1 + 1", "$(>canary)"] {
            let mut scene = plain();
            scene.world.set("EPOCHSECONDS", value);
            scene.world.set("EPOCHREALTIME", value);
            scene.world.write("rc", shell.loads_init()).unwrap();
            let text = ". ./rc\nassume_role production read\nassume_role_prompt\n";
            let ran = Script::new(shell, text).options(&["-i"]).run(&scene.world).unwrap();
            assert!(
                ran.stdout.contains("production:read 59m")
                    || ran.stdout.contains("production:read 1h00m"),
                "{shell:?} {value}: {ran:?}"
            );
            assert!(!scene.world.home().join("canary").exists(), "{shell:?} {value}");
        }
    }
}

#[test]
fn bash_in_posix_mode_takes_the_function_of_sh() {
    let scene = plain();
    for (options, init, call) in [
        (&["--posix"][..], "sh", "assume_role"),
        (&["--posix"], "bash", "assume_role"),
        (&["--posix", "-i"], "bash", "assume-role"),
        (&["--posix", "-i", "-eu"], "bash --cmd a-r", "a-r"),
    ] {
        let load = format!("eval \"$(assume-role init {init})\"\n").repeat(2);
        let text = format!("{load}{call} production read\necho $AWS_ACCOUNT_ROLE\n");
        let ran = Script::new(Shell::Bash, &text).options(options).run(&scene.world).unwrap();
        assert_eq!(ran.stdout, "read\n", "{options:?} {init}: {ran:?}");
    }
}

#[test]
fn h110_programs_of_the_working_directory_are_not_run() {
    let mut scene = plain();
    for name in
        ["aws", "jq", "curl", "ps", "sh", "stty", "date", "uname", "fzf", "xdg-open", "pass"]
    {
        let path = scene.world.home().join(name);
        fs::write(&path, format!("#!/bin/sh\n>{}\n", scene.world.root().join("canary").display()))
            .unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    let path =
        format!(".:{}:{}:/usr/bin:/bin", scene.world.home().display(), scene.world.bin().display());
    scene.world.set("PATH", path);
    scene.switch(&READ);
    assert_eq!(scene.world.run(["init", "bash"]).unwrap().status, 0);
    // Where fzf is installed, it is that one.
    scene.world.set("PATH", format!(".::{}", scene.world.bin().display()));
    scene.world.set("ASSUME_ROLE_CONFIG_PICKER", "fzf");
    let mut terminal = scene.on_terminal(&[]);
    terminal.wait_for("fzf, which is not installed").unwrap();
    assert!(!scene.world.root().join("canary").exists());
}

#[test]
fn h115_too_much_of_everything_is_refused() {
    let scene = plain();
    let long = "x".repeat(100_000);
    let said = scene.refused_at_once(3, &[&long, "read"]);
    assert!(said.len() < 2000, "{} bytes", said.len());
    scene.refused_at_once(2, &["production", "read", &long]);
    let many: Vec<&str> =
        ["production", "read"].into_iter().chain(std::iter::repeat_n("x", 10_000)).collect();
    scene.refused_at_once(2, &many);
}

#[test]
fn words_mean_the_same_through_the_function() {
    for shell in Shell::INTEGRATED.into_iter().filter(|shell| shell.find().is_some()) {
        let scene = plain();
        scene
            .world
            .accounts(&format!(r#"{{"leave": "{PRODUCTION}", "-x": "{PRODUCTION}"}}"#))
            .unwrap();
        for (words, account) in [
            ("-- leave read", "leave"),
            ("-- -x read", "-x"),
            ("--region eu-west-1 -- leave read", "leave"),
        ] {
            let text =
                format!("assume-role {words}\necho \"{} $AWS_ACCOUNT_NAME\"\n", shell.status());
            let ran = Script::new(shell, &text).rc(&shell.loads_init()).run(&scene.world).unwrap();
            assert_eq!(ran.stdout, format!("0 {account}\n"), "{words}: {ran:?}");
        }
        for words in
            ["--format json leave read", "--shell zsh -- leave read", "--format=json -- leave read"]
        {
            let text = format!("assume-role {words}\necho {}\n", shell.status());
            let ran = Script::new(shell, &text).rc(&shell.loads_init()).run(&scene.world).unwrap();
            assert_eq!(ran.stdout, "2\n", "{words}: {ran:?}");
            let issued = scene.sts.issued().into_iter().next_back().unwrap();
            assert!(!ran.stderr.contains(&issued.secret), "{words}: {ran:?}");
        }
    }
}
