//! Every state a file of the store can be in: never a crash, never a wait, never someone else's
//! keys.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use assume_role::testing::cache::{BaseSession, RoleSession};
use assume_role::testing::error::Kind;
use rustix::fs::{CWD, Mode};

use super::{NOW, World, base_session, is_root, key, lock, role_session, skip};

/// A store with one entry and the way to its file.
fn with_entry() -> (World, std::path::PathBuf) {
    let world = World::new();
    world.store().put(&key("read"), &role_session("old"), NOW).unwrap();
    let file = world.file_of("role-");
    (world, file)
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

/// Damage: a miss, set aside, one warning, and the next session is kept again.
fn is_damage(what: &str, spoil: impl Fn(&Path)) {
    let (world, file) = with_entry();
    spoil(&file);
    let store = world.configured().unwrap();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None, "{what}");
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None, "{what}");
    let warnings = store.take_warnings();
    assert_eq!(warnings.len(), 1, "{what}: {warnings:?}");
    assert!(warnings[0].contains(".damaged-role-"), "{what}: {warnings:?}");
    assert_eq!(world.names_with(".damaged-").len(), 1, "{what}");
    store.put(&key("read"), &role_session("new"), NOW).unwrap();
    assert_eq!(world.store().get(&key("read"), NOW).unwrap(), Some(role_session("new")), "{what}");
}

#[test]
fn damaged_files_are_set_aside() {
    is_damage("empty", |file| write(file, b""));
    is_damage("half", |file| write(file, &fs::read(file).unwrap()[..100]));
    is_damage("bytes", |file| write(file, &[0xFF; 300]));
    is_damage("10 MiB", |file| write(file, &vec![b' '; 10 << 20]));
    is_damage("two entries", |file| write(file, &fs::read(file).unwrap().repeat(2)));
    is_damage("deep", |file| write(file, "[".repeat(100_000).as_bytes()));
}

#[test]
fn values_without_sense_are_damage() {
    let replace = |from: &'static str, to: &'static str| {
        is_damage(to, move |file| {
            let text = fs::read_to_string(file).unwrap();
            assert!(text.contains(from), "{text}");
            write(file, text.replace(from, to).as_bytes());
        });
    };
    replace("\"expires\":1795309200", "\"expires\":-1");
    replace("\"expires\":1795309200", "\"expires\":NaN");
    replace("\"expires\":1795309200", "\"expires\":\"1795309200\"");
    replace(",\"expires\":1795309200", "");
    replace("\"granted\":3600", "\"granted\":0");
    replace("\"granted\":3600", "\"granted\":129601");
    replace("\"granted\":3600", "\"granted\":3600,\"surplus\":1");
    replace("\"version\":1", "\"version\":0");
    replace("\"version\":1", "\"version\":\"1\"");
}

#[test]
fn an_end_in_the_year_9999_is_not_served() {
    let world = World::new();
    world.store().put(&key("read"), &role_session("r"), NOW).unwrap();
    world.store().put(&key("base"), &base_session("b"), NOW).unwrap();
    for (start, end) in [("role-", "1795309200"), ("base-", "1795348800")] {
        let file = world.file_of(start);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(end), "{text}");
        write(&file, text.replace(end, "253402214400").as_bytes());
    }
    let store = world.store();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None);
    assert_eq!(store.take_warnings(), Vec::<String>::new(), "it may be the clock");
    assert_eq!(store.get::<BaseSession>(&key("base"), NOW).unwrap(), None);
    assert_eq!(store.take_warnings().len(), 1, "it cannot be the clock: the start is there too");
}

#[test]
fn at_most_three_damaged_files_are_kept() {
    let world = World::new();
    for n in 0..6 {
        let key = key(&format!("role{n}"));
        world.store().put(&key, &role_session("s"), NOW).unwrap();
        write(&world.file_of("role-"), b"{");
        world.store().get::<RoleSession>(&key, NOW).unwrap();
    }
    assert_eq!(world.names_with(".damaged-").len(), 3);
}

#[test]
fn an_entry_under_the_name_of_another_is_ignored() {
    let (world, file) = with_entry();
    world.store().put(&key("admin"), &role_session("admin"), NOW).unwrap();
    let admin = world
        .names_with("role-")
        .into_iter()
        .map(|name| world.directory().join(name))
        .find(|path| *path != file);
    fs::rename(admin.unwrap(), &file).unwrap();
    let store = world.store();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None);
    assert_eq!(store.take_warnings(), Vec::<String>::new());
}

#[test]
fn a_newer_format_is_left_alone() {
    let (world, file) = with_entry();
    write(&file, b"{\"version\":99,\"sealed\":\"x\"}");
    let store = world.configured().unwrap();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None);
    assert_eq!(store.take_warnings(), Vec::<String>::new());
    store.put(&key("read"), &role_session("new"), NOW.plus(7200)).unwrap();
    assert!(store.take_warnings()[0].contains("newer"));
    store.put(&key("other"), &role_session("other"), NOW.plus(7200)).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"{\"version\":99,\"sealed\":\"x\"}");
}

/// Refused: neither read nor written, one warning with the remedy; an error for a configured store.
fn is_refused(what: &str, remedy: &str, spoil: impl Fn(&Path)) {
    let (world, file) = with_entry();
    spoil(&file);
    let before = fs::symlink_metadata(&file).unwrap();
    let store = world.store();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None, "{what}");
    store.put(&key("read"), &role_session("new"), NOW).unwrap();
    let warnings = store.take_warnings();
    assert_eq!(warnings.len(), 1, "{what}: {warnings:?}");
    assert!(warnings[0].contains(remedy), "{what}: {warnings:?}");
    let after = fs::symlink_metadata(&file).unwrap();
    assert_eq!(
        (before.modified().unwrap(), before.permissions()),
        (after.modified().unwrap(), after.permissions())
    );

    let store = world.configured().unwrap();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap_err().kind, Kind::Io, "{what}");
    let refusal = store.put(&key("read"), &role_session("new"), NOW).unwrap_err();
    assert!(refusal.kind == Kind::Io && refusal.hints[0].contains(remedy), "{what}: {refusal}");
}

#[test]
fn files_that_are_not_ours_alone_are_refused() {
    for mode in [0o644, 0o640, 0o606, 0o610] {
        is_refused("wide", "chmod 600 /", |file| {
            fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
        });
    }
    is_refused("a link", "rm -r /", |file| {
        let moved = file.with_extension("moved");
        fs::rename(file, &moved).unwrap();
        symlink(&moved, file).unwrap();
    });
    is_refused("a link to nothing", "rm -r /", |file| {
        fs::remove_file(file).unwrap();
        symlink("/nonexistent", file).unwrap();
    });
    is_refused("a directory", "rm -r /", |file| {
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
    });
    is_refused("a pipe", "rm -r /", |file| {
        fs::remove_file(file).unwrap();
        rustix::fs::mkfifoat(CWD, file, Mode::RUSR | Mode::WUSR).unwrap();
    });
    if is_root() {
        is_refused("of another user", "owner", |file| {
            std::os::unix::fs::chown(file, Some(65534), None).unwrap();
        });
    } else {
        skip("a file of another user needs root");
    }
}

/// A directory that is refused costs the cache only; nothing under it changes.
fn directory_is_refused(what: &str, remedy: &str, spoil: impl Fn(&Path)) {
    let (world, _) = with_entry();
    spoil(&world.directory());
    let names = world.names();
    let store = world.store();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None, "{what}");
    store.put(&key("other"), &role_session("new"), NOW).unwrap();
    lock::<RoleSession>(&store, &key("read"), &mut |_| {}).unwrap();
    assert_eq!(world.names(), names, "{what}");
    let warnings = store.take_warnings();
    assert_eq!(warnings.len(), 1, "{what}: {warnings:?}");
    assert!(warnings[0].contains(remedy), "{what}: {warnings:?}");
    let refusal = world.configured().unwrap_err();
    assert!(refusal.kind == Kind::Io && refusal.hints[0].contains(remedy), "{what}: {refusal}");
}

#[test]
fn directories_that_are_not_ours_alone_are_refused() {
    for mode in [0o755, 0o750, 0o701, 0o777] {
        directory_is_refused("wide", "chmod 700 /", |path| {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        });
    }
    directory_is_refused("a link", "rm /", |path| {
        let moved = path.with_extension("moved");
        fs::rename(path, &moved).unwrap();
        symlink(&moved, path).unwrap();
    });
    directory_is_refused("a file", "rm /", |path| {
        fs::remove_dir_all(path).unwrap();
        write(path, b"");
    });
    if is_root() {
        directory_is_refused("of another user", "sudo -H", |path| {
            std::os::unix::fs::chown(path, Some(65534), None).unwrap();
        });
    } else {
        skip("a directory of another user needs root");
    }
}

#[test]
fn the_history_has_the_same_states() {
    let world = World::new();
    let store = world.store();
    world.store().put(&key("read"), &role_session("s"), NOW).unwrap();
    let history = world.directory().join("history");
    write(&history, b"\xff\xfe not a history");
    fs::set_permissions(&history, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(store.history(), []);
    assert!(store.take_warnings()[0].contains(".damaged-history"));
    write(&history, b"assume-role history 99\nsealed");
    fs::set_permissions(&history, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(store.history(), []);
    assert!(history.exists());
    fs::set_permissions(&history, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(store.history(), []);
    assert!(store.take_warnings()[0].contains("chmod 600"));
}
