//! A process of its own for one task, and the ways to start it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assume_role::testing::cache::{BaseSession, RoleSession, Store, Use};
use assume_role::testing::types::{Name, RoleName};

use super::{NOW, base_session, directory, is_root, key, lock, open, role_session};

/// The exit code for an error of the store.
pub const FAILED: i32 = 9;
/// The unprivileged user of most systems; any number without files would do.
const PLAIN_USER: u32 = 65534;

/// The command that does `task` for the store of `home`. Its exit code is the number of warnings,
/// or [`FAILED`].
pub fn command(home: &Path, task: &str) -> Command {
    wrapped(&[], home, task)
}

/// As [`command`], run by other programs: `strace …`, `sh -c …`.
pub fn wrapped(wrapping: &[&str], home: &Path, task: &str) -> Command {
    let itself = std::env::current_exe().unwrap();
    wrapped_program(&itself, wrapping, home, task)
}

/// As [`wrapped`], by a user without privileges who owns the home.
pub fn by_plain_user(wrapping: &[&str], home: &Path, task: &str) -> Command {
    if !is_root() {
        return wrapped(wrapping, home, task);
    }
    // The binary may lie where only root can reach it. Not `fs::copy`: a process forked meanwhile
    // by another test would hold the copy open for writing, and then it cannot be run.
    let program = home.join("program");
    let copied =
        Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&program).status().unwrap();
    assert!(copied.success());
    give(home);
    let mut command = wrapped_program(&program, wrapping, home, task);
    command.uid(PLAIN_USER).gid(PLAIN_USER);
    command
}

fn give(path: &Path) {
    std::os::unix::fs::lchown(path, Some(PLAIN_USER), Some(PLAIN_USER)).unwrap();
    if path.is_dir() && !path.is_symlink() {
        fs::read_dir(path).unwrap().for_each(|entry| give(&entry.unwrap().path()));
    }
}

fn wrapped_program(program: &Path, wrapping: &[&str], home: &Path, task: &str) -> Command {
    let own = ["--exact", "store::child::child", "--ignored", "--test-threads=2"];
    let mut words: Vec<std::ffi::OsString> = wrapping.iter().map(Into::into).collect();
    words.push(program.into());
    words.extend(own.map(Into::into));
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", home);
    command.env("STORE_TASK", task).current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Not a test: what the processes started by other tests do.
#[test]
#[ignore = "the other tests start it as a process of its own"]
#[allow(clippy::exit)]
fn child() {
    let Ok(task) = std::env::var("STORE_TASK") else { return };
    let home = PathBuf::from(std::env::var_os("HOME").unwrap());
    let words: Vec<&str> = task.split(' ').collect();
    let configured = words[0] == "configured";
    let done = open(&home, configured).and_then(|store| {
        do_task(&store, &home, &words[usize::from(configured)..])?;
        Ok(store.take_warnings().len())
    });
    std::process::exit(done.map_or(FAILED, |warnings| i32::try_from(warnings).unwrap()));
}

fn do_task(store: &Store, home: &Path, words: &[&str]) -> assume_role::testing::error::Result<()> {
    match *words {
        ["put", role, secret] => store.put(&key(role), &role_session(secret), NOW),
        ["get", role] => store.get::<RoleSession>(&key(role), NOW).map(drop),
        ["use", account] => store.put_use(&Use {
            account: Name::parse("account", account)?,
            id: None,
            role: Some(RoleName::parse("read")?),
            last: NOW,
            count: 1,
        }),
        // A question asked once for all, then a role of one's own.
        ["switch", role, crowd] => {
            asked_once(store, home, crowd.parse().unwrap())?;
            store.put(&key(role), &role_session(role), NOW)
        }
        ["ask"] => asked_once(store, home, 1),
        // Holds the base as one does who asks, until the process is killed.
        ["hold"] => {
            let lock = lock::<BaseSession>(store, &key("base"), &mut |_| {})?;
            lock.asking(true);
            leave_word(home, "holding", "");
            loop {
                std::thread::park();
            }
        }
        ["wait"] => {
            let tell = &mut |holder| leave_word(home, "waiting", &format!("{holder:?}"));
            lock::<BaseSession>(store, &key("base"), tell).map(drop)
        }
        ["fill"] => {
            for n in 0..200 {
                store.put(&key(&format!("role{n}")), &role_session(&"s".repeat(1000)), NOW)?;
            }
            leave_word(home, "filled", &fs::read_dir(directory(home)).unwrap().count().to_string());
            let first: Option<RoleSession> = store.get(&key("role0"), NOW)?;
            assert_eq!(first, Some(role_session(&"s".repeat(1000))));
            Ok(())
        }
        _ => panic!("no such task: {words:?}"),
    }
}

/// Asks when no other process has, and answers only when the whole crowd has arrived and wants to know.
fn asked_once(store: &Store, home: &Path, crowd: usize) -> assume_role::testing::error::Result<()> {
    add_mark(home, "arrived");
    let lock = lock::<BaseSession>(store, &key("base"), &mut |_| {})?;
    if store.get::<BaseSession>(&key("base"), NOW)?.is_none() {
        lock.asking(true);
        add_mark(home, "asked");
        while fs::read(home.join("arrived")).unwrap().len() < crowd {
            std::thread::yield_now();
        }
        store.put(&key("base"), &base_session("b"), NOW)?;
        lock.asking(false);
    }
    Ok(())
}

fn add_mark(home: &Path, name: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(home.join(name)).unwrap();
    file.write_all(b"?").unwrap();
}

/// A word for the parent, there as a whole or not at all.
fn leave_word(home: &Path, name: &str, word: &str) {
    let unfinished = home.join(format!("{name}.{}", std::process::id()));
    fs::write(&unfinished, word).unwrap();
    fs::rename(unfinished, home.join(name)).unwrap();
}
