//! Whatever the umask: no file is ever open to others, and the owner can use it.

use std::fs;
use std::os::unix::fs::MetadataExt;

use super::{World, child, crashes, held};

/// The octal mode at the end of a traced call's arguments: `openat(3, "x", O_CREAT, 0600) = 4`.
fn mode_of(line: &str) -> &str {
    line.rsplit_once(") ").and_then(|(call, _)| call.rsplit_once(", ")).map_or("", |(_, mode)| mode)
}

fn is_mark_of_test(line: &str) -> bool {
    line.contains("/asked\"") || line.contains("/arrived\"")
}

fn with_umask(umask: &str) {
    let world = World::new();
    let log = world.path().join("log");
    // What the test itself writes in the child must not suffer from the umask.
    for name in ["log", "asked", "arrived"] {
        fs::write(world.path().join(name), "").unwrap();
    }
    let script = format!("umask {umask}; exec \"$@\"");
    let calls = "trace=?open,openat,?creat,?mkdir,?mkdirat,?chmod,fchmod,?fchmodat";
    let tracing =
        ["strace", "-f", "-e", calls, "-o", log.to_str().unwrap(), "sh", "-c", &script, "sh"];
    for task in ["ask", "switch read 1", "use account", "put read new"] {
        let status = child::by_plain_user(&tracing, world.path(), task).status().unwrap();
        assert_eq!(status.code(), Some(0), "umask {umask}, {task}");
        for line in fs::read_to_string(&log).unwrap().lines().filter(|line| !is_mark_of_test(line))
        {
            let is_directory =
                line.contains("mkdir") || line.contains(" chmod(") || line.contains("fchmodat(");
            let makes = is_directory
                || line.contains("O_CREAT")
                || line.contains("creat(")
                || line.contains("fchmod(");
            let right = if is_directory { "0700" } else { "0600" };
            assert!(!makes || mode_of(line) == right, "umask {umask}, {task}: {line}");
        }
    }
    assert_eq!(fs::metadata(world.directory()).unwrap().mode() & 0o777, 0o700);
    let names = world.names();
    for name in &names {
        assert_eq!(
            fs::metadata(world.directory().join(name)).unwrap().mode() & 0o777,
            0o600,
            "umask {umask}: {name}"
        );
    }
    for start in ["CACHEDIR.TAG", "base-", "history", "lock-base-", "role-"] {
        assert!(names.iter().any(|name| name.starts_with(start)), "{start} is not among {names:?}");
    }
    if !super::is_root() {
        assert_eq!(held(world.path(), "read").as_deref(), Some("new"));
    }
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    if !crashes::has_strace() {
        return;
    }
    for umask in ["000", "022", "077", "777"] {
        with_umask(umask);
    }
}
