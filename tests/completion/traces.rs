//! What TAB touches: the files it is known for, read only, and nothing else of the machine.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use assume_role::testing::cache::{AssertionRoles, Choice, Key, Store, Use};
use assume_role::testing::config::environment::Environment;
use assume_role::testing::types::{AccountId, Moment, Name, RoleName};

use crate::scenes::binary;
use crate::scenes::real_shells::assert_lints;
use crate::support::process::run;
use crate::support::tools::find;
use crate::support::world::World;

const CALLS: &str =
    "trace=%file,%network,openat,open,write,ftruncate,fchmod,fchown,flock,fsync,execve,fork,vfork";

fn world() -> World {
    let world = World::new(binary()).unwrap();
    world.accounts(r#"{"production": {"id": "123456789012", "roles": ["read"]}}"#).unwrap();
    world.config("[profile x]\nrole_arn = arn:aws:iam::123456789012:role/x\n").unwrap();
    world
        .credentials(
            "[default]\naws_access_key_id = AKIA1234567890123456\naws_secret_access_key = x\n",
        )
        .unwrap();
    let environment = Environment::from_pairs([("HOME", world.home())]);
    let used = Use {
        account: Name::parse("account", "production").unwrap(),
        id: AccountId::parse("123456789012"),
        role: RoleName::parse("used").ok(),
        last: Moment(1_795_305_600),
        count: 1,
    };
    let store = Store::open(&environment, Choice::default()).unwrap();
    store.put_use(&used).unwrap();
    let offered = AssertionRoles {
        roles: vec!["arn:aws:iam::123456789012:role/offered".to_owned()],
        learned: used.last,
    };
    store.put(&Key::new(), &offered, used.last).unwrap();
    world
}

/// The answer to a shell, and every line of the trace that names the home or is no reading of a
/// file.
fn traced(world: &World, words: &[&str]) -> (String, Vec<String>) {
    let trace = world.root().join("trace");
    let mut command = world.command_of(find("strace").unwrap());
    command.env("COMPLETE", "zsh").args(["-f", "-e", CALLS, "-o"]).arg(&trace).arg(world.program());
    let ran = run(
        {
            command.arg("--").arg("assume-role").args(words);
            command
        },
        b"",
    )
    .unwrap();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{words:?}");
    let lines = fs::read_to_string(trace).unwrap();
    (ran.stdout, lines.lines().map(str::to_owned).collect())
}

/// The files under the home that were opened, relative to it.
fn opened(world: &World, lines: &[String]) -> BTreeSet<String> {
    let home = format!("{}/", world.home().display());
    let opens = lines.iter().filter(|line| line.contains("open"));
    let mut files = BTreeSet::new();
    for line in opens {
        let path = line.split('"').nth(1).unwrap_or_default();
        if let Some(path) = path.strip_prefix(&home) {
            files.insert(path.to_owned());
        } else if !path.starts_with('/') && path != "." {
            let name = path.split_once('-').map_or(path, |(kind, _)| kind);
            files.insert(format!(".local/state/assume-role/{name}"));
        }
    }
    files
}

#[test]
fn only_the_named_files_are_read_and_nothing_else_happens() {
    if find("strace").is_none() {
        return;
    }
    let world = world();
    let before = world.snapshot().unwrap();
    let common = [
        ".aws/accounts",
        ".aws/config",
        ".config/assume-role/config.toml",
        ".local/state/assume-role",
        ".local/state/assume-role/history",
        ".local/state/assume-role/offers",
    ];
    for (words, found, extra) in [
        (&[""][..], "production:", None),
        (&["production", ""], "used:", None),
        (&["production", ""], "offered:", None),
        (&["production", "read", ""], "eu-west-1", None),
        (&["--base", ""], "default:", Some(".aws/credentials")),
    ] {
        let (answer, lines) = traced(&world, words);
        assert!(answer.contains(found), "{words:?}: {answer}");
        let expected: BTreeSet<String> =
            common.into_iter().chain(extra).map(str::to_owned).collect();
        assert_eq!(opened(&world, &lines), expected, "{words:?}");
        let harmless = [
            "access(", "openat(", "open(", "newfstatat(", "stat(", "lstat(", "statx(", "readlink(",
            "getcwd(", "write(1,", "faccessat2(", "statfs(",
        ];
        for line in lines.iter().filter(|line| !line.contains("+++ exited with 0")) {
            let call = line.split_whitespace().nth(1).unwrap_or_default();
            let starts = call == "execve("
                || line.contains(" execve(") && line.contains("/bin/assume-role\"");
            assert!(
                starts || harmless.iter().any(|name| call.starts_with(name)),
                "{words:?}: {line}"
            );
            assert!(
                !line.contains("O_WRONLY") && !line.contains("O_RDWR") && !line.contains("O_CREAT"),
                "{line}"
            );
            assert!(!line.contains("/dev/tty") && !line.contains("resolv.conf"), "{line}");
        }
    }
    assert_eq!(world.snapshot().unwrap(), before);
}

#[test]
fn files_of_any_kind_leave_it_silent_and_unchanged() {
    let world = world();
    let ask = |words: &[&str], environment: &[(&str, &str)]| {
        let mut command = world.command(["--", "assume-role"]);
        command.args(words).env("COMPLETE", "fish").envs(environment.iter().copied());
        let ran = run(command, b"").unwrap();
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{words:?} {environment:?}");
        ran.stdout
    };
    let fifo = world.root().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    world.write(".local/state/assume-role/history", "damaged").unwrap();
    let before = world.snapshot().unwrap();
    for broken in
        [fifo.to_str().unwrap(), "/dev/zero", "/", "/nonexistent", "/dev/null", "/proc/self/mem"]
    {
        for variable in ["ACCOUNTS_FILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
            for words in [&[""][..], &["production", ""], &["--base", ""]] {
                ask(words, &[(variable, broken)]);
            }
        }
        assert!(ask(&[""], &[("ACCOUNTS_FILE", broken)]).contains("leave\t"));
    }
    for (variable, value) in
        [("HOME", ""), ("HOME", "/nonexistent"), ("XDG_STATE_HOME", "relative"), ("LC_ALL", "C")]
    {
        ask(&["production", ""], &[(variable, value)]);
    }
    ask(&["\u{fffd}", "\u{1b}[31m", ""], &[("ASSUME_ROLE_STORE", "nonsense")]);
    assert_eq!(world.snapshot().unwrap(), before);
}

#[test]
fn the_shims_pass_their_linters() {
    assert_lints(
        "completions",
        &[
            (&["shellcheck"], "assume-role.bash"),
            (&["shfmt", "--diff", "--indent", "4"], "assume-role.bash"),
            (&["bash", "-n"], "assume-role.bash"),
            (&["bash", "--posix", "-n"], "assume-role.bash"),
            (&["zsh", "-n"], "_assume-role"),
            (&["fish", "--no-execute"], "assume-role.fish.in"),
            (&["fish_indent", "--check"], "assume-role.fish.in"),
        ],
    );
}
