//! What a file system can answer. A store that is there by default costs the cache and one warning;
//! a configured one fails; the old entry survives both.

use std::fs;
use std::process::Command;

use super::child::FAILED;
use super::{NOW, World, child, crashes, held, is_root, key, role_session, skip};

const RENAME: &str = "?rename,?renameat,?renameat2";

fn with_old() -> World {
    let world = World::new();
    world.store().put(&key("read"), &role_session("old"), NOW).unwrap();
    world
}

/// Runs a task while some calls fail; on `path` only, where one is given.
fn run(world: &World, inject: &str, path: Option<&str>, task: &str) -> i32 {
    let inject = format!("inject={inject}");
    let mut strace = vec!["strace", "-f", "-o", "/dev/null", "-e", &inject];
    if let Some(path) = path {
        strace.extend(["-P", path]);
    }
    child::wrapped(&strace, world.path(), task).status().unwrap().code().unwrap_or(-1)
}

fn costs_the_cache_only(inject: &str, on_directory: bool) {
    let world = with_old();
    let directory = world.directory();
    let path = on_directory.then(|| directory.to_str().unwrap());
    assert_eq!(run(&world, inject, path, "put read new"), 1, "{inject}: one warning");
    assert_eq!(run(&world, inject, path, "configured put read new"), FAILED, "{inject}");
    assert_eq!(held(world.path(), "read").as_deref(), Some("old"), "{inject}");
    assert_eq!(world.names_with(".new-"), Vec::<String>::new(), "{inject}");
    assert_eq!(world.names_with(".damaged-"), Vec::<String>::new(), "{inject}");
}

#[test]
fn failing_writes_keep_the_old_entry() {
    if !crashes::has_strace() {
        return;
    }
    for error in ["ENOSPC", "EDQUOT", "EIO"] {
        costs_the_cache_only(&format!("pwrite64:error={error}"), false);
    }
    costs_the_cache_only("fsync:error=EIO", false);
    costs_the_cache_only("fchmod:error=EPERM", false);
    for error in ["EXDEV", "EACCES", "EROFS", "ENOSPC", "ESTALE"] {
        costs_the_cache_only(&format!("{RENAME}:error={error}"), false);
    }
    for error in ["EROFS", "EMFILE", "ENFILE", "EACCES", "EIO"] {
        costs_the_cache_only(&format!("openat:error={error}"), true);
    }
}

#[test]
fn a_directory_that_cannot_be_made_costs_the_cache_only() {
    if !crashes::has_strace() {
        return;
    }
    for error in ["EROFS", "ENOSPC", "EACCES"] {
        let world = World::new();
        let inject = format!("?mkdir,?mkdirat:error={error}");
        assert_eq!(run(&world, &inject, None, "put read new"), 1, "{error}");
        assert_eq!(
            run(&world, &inject, None, "switch read 1"),
            1,
            "{error}: the same warning once"
        );
        assert_eq!(run(&world, &inject, None, "configured put read new"), FAILED, "{error}");
        assert_eq!(world.names(), Vec::<String>::new());
    }
}

#[test]
fn too_many_open_files_are_no_damage() {
    if !crashes::has_strace() {
        return;
    }
    let world = with_old();
    let directory = world.directory();
    // The first call opens the directory, the second the file.
    for call in 1..=2 {
        let inject = format!("openat:error=EMFILE:when={call}");
        assert_eq!(run(&world, &inject, directory.to_str(), "get read"), 1, "{inject}");
    }
    assert_eq!(held(world.path(), "read").as_deref(), Some("old"));
}

#[test]
fn a_stale_handle_is_tried_once_more() {
    if !crashes::has_strace() {
        return;
    }
    for calls in ["fsync", RENAME, "pwrite64"] {
        let world = with_old();
        assert_eq!(
            run(&world, &format!("{calls}:error=ESTALE:when=1"), None, "put read new"),
            0,
            "{calls}"
        );
        assert_eq!(held(world.path(), "read").as_deref(), Some("new"), "{calls}");
        assert_eq!(world.names_with(".new-"), Vec::<String>::new(), "{calls}");
    }
}

#[test]
fn a_file_system_without_locks_goes_on_without() {
    if !crashes::has_strace() {
        return;
    }
    for error in ["ENOLCK", "EOPNOTSUPP", "ESTALE"] {
        let world = World::new();
        assert_eq!(run(&world, &format!("flock:error={error}"), None, "ask"), 0, "{error}");
        assert_eq!(fs::read_to_string(world.path().join("asked")).unwrap(), "?", "{error}");
        assert_eq!(world.names_with("base-").len(), 1, "{error}");
    }
}

#[test]
fn a_full_disk_keeps_what_is_there() {
    if !is_root()
        || Command::new("unshare")
            .args(["-m", "true"])
            .status()
            .is_ok_and(|status| !status.success())
    {
        return skip("a small file system needs root");
    }
    let world = World::new();
    let state = world.path().join(".local/state");
    fs::create_dir_all(&state).unwrap();
    let script = "mount -t tmpfs -o size=64k,mode=700 none \"$HOME/.local/state\" && exec \"$@\"";
    let status = child::wrapped(&["unshare", "-m", "sh", "-c", script, "sh"], world.path(), "fill")
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1), "one warning, and the first entry is still there");
    let files: usize = fs::read_to_string(world.path().join("filled")).unwrap().parse().unwrap();
    assert!((5..100).contains(&files), "{files}");
}

#[test]
fn the_home_of_another_user_gets_no_files() {
    if !is_root() {
        return skip("a home of another user needs root");
    }
    let world = World::new();
    std::os::unix::fs::chown(world.path(), Some(65534), None).unwrap();
    assert_eq!(child::command(world.path(), "switch read 1").status().unwrap().code(), Some(1));
    assert_eq!(
        child::command(world.path(), "configured put read new").status().unwrap().code(),
        Some(FAILED)
    );
    assert!(!world.path().join(".local").exists());
}
