//! Other programs that write the same file meanwhile: nothing that either side wrote is gone.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::fs::XattrFlags;

use super::{profile, text};
use crate::scenes::bastion;

const ADD: [&str; 4] = ["add", "prod", "production", "read"];

fn many_profiles() -> String {
    (0..300).map(|n| format!("[profile p{n}]\nregion = eu-west-1\n\n")).collect()
}

/// Writes a file the way a program does that has it open meanwhile; it calls `open` when it has
/// begun.
type Writer = fn(&Path, &str, &mut dyn FnMut());

fn emptied_first(path: &Path, text: &str, open: &mut dyn FnMut(), pause: u64) {
    let mut file = File::create(path).unwrap();
    open();
    sleep(Duration::from_millis(pause));
    file.write_all(text.as_bytes()).unwrap();
}

fn in_pieces(path: &Path, text: &str, open: &mut dyn FnMut()) {
    let mut file = File::create(path).unwrap();
    let half = text.len() / 2;
    file.write_all(&text.as_bytes()[..half]).unwrap();
    open();
    // Shorter than a file has to be left alone, so that each piece is seen as part of the whole.
    for piece in text.as_bytes()[half..].chunks(text.len() / 16) {
        sleep(Duration::from_millis(20));
        file.write_all(piece).unwrap();
    }
}

const WRITERS: [(&str, Writer); 5] = [
    ("empty for 10 ms", |path, text, open| emptied_first(path, text, open, 10)),
    ("empty for 150 ms", |path, text, open| emptied_first(path, text, open, 150)),
    ("empty for a second", |path, text, open| emptied_first(path, text, open, 1000)),
    ("in pieces", in_pieces),
    ("as an editor saves", |path, text, open| {
        let new = path.with_extension("new");
        fs::write(&new, text).unwrap();
        open();
        sleep(Duration::from_millis(30));
        fs::rename(&new, path).unwrap();
    }),
];

#[test]
fn a_file_that_another_program_is_writing_is_waited_for() {
    std::thread::scope(|scope| {
        for (name, write) in WRITERS {
            scope.spawn(move || {
                let scene = bastion();
                let before = many_profiles();
                let config = scene.world.config(&before).unwrap();
                let theirs = format!("{before}[profile theirs]\nregion = eu-west-2\n");
                let mut ours = None;
                write(&config, &theirs, &mut || {
                    let mut command = scene.world.command(["profile"].iter().chain(&ADD));
                    ours = Some(command.stderr(Stdio::piped()).spawn().unwrap());
                });
                let ran = ours.unwrap().wait_with_output().unwrap();
                assert!(ran.status.success(), "{name}: {ran:?}");
                let after = text(&scene.world, ".aws/config");
                // The editor's file may have come before ours or after it; then ours is not in it.
                assert!(after.starts_with(&theirs), "{name}: {} bytes", after.len());
                let is_whole = after.contains("[profile prod]");
                assert!(is_whole || name.starts_with("as an editor"), "{name}");
            });
        }
    });
}

#[test]
fn a_file_that_never_rests_is_left_alone() {
    let scene = bastion();
    let config = scene.world.config(&many_profiles()).unwrap();
    let mut ours = scene.world.command(["profile"].iter().chain(&ADD));
    let ours = ours.stderr(Stdio::piped()).spawn().unwrap();
    let ran = std::thread::spawn(|| ours.wait_with_output().unwrap());
    let mut file = OpenOptions::new().append(true).open(config).unwrap();
    let mut lines = 0;
    while !ran.is_finished() {
        file.write_all(b"# a line\n").unwrap();
        lines += 1;
        sleep(Duration::from_millis(5));
    }
    let ran = ran.join().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(9), "{said}");
    assert!(said.contains("~/.aws/config keeps being changed by others"), "{said}");
    assert_eq!(text(&scene.world, ".aws/config"), many_profiles() + &"# a line\n".repeat(lines));
}

#[test]
fn much_less_than_before_leaves_the_old_content_beside_it() {
    let scene = bastion();
    scene.world.config(&format!("# {}\n", "x".repeat(20))).unwrap();
    profile(&scene.world, &ADD);
    let with = text(&scene.world, ".aws/config");
    profile(&scene.world, &["remove", "prod"]);
    assert!(text(&scene.world, ".aws/config").len() < with.len() / 2);
    assert_eq!(text(&scene.world, ".aws/config.assume-role-backup"), with);
}

#[test]
fn a_stranger_cannot_hold_the_lock() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not done: only root can be another user");
        return;
    }
    let scene = bastion();
    let directory = scene.world.home().join(".aws");
    let lock = directory.join(".assume-role-lock");
    // A lock of their own, and one on whatever they may read.
    fs::write(&lock, "").unwrap();
    std::os::unix::fs::chown(&lock, Some(65534), Some(65534)).unwrap();
    let held: Vec<File> = [&lock, &directory].map(|path| File::open(path).unwrap()).into();
    for file in &held {
        file.try_lock().unwrap();
    }
    profile(&scene.world, &ADD);
    assert!(text(&scene.world, ".aws/config").contains("[profile prod]"));
}

#[test]
fn what_is_no_lock_is_named_itself() {
    let scene = bastion();
    scene.world.config("[default]\n").unwrap();
    let lock = scene.world.home().join(".aws/.assume-role-lock");
    for script in ["mkdir $0", "ln -s config $0", "ln -s /nowhere/lock $0"] {
        let made = Command::new("sh").args(["-c", script]).arg(&lock).status().unwrap();
        assert!(made.success(), "{script}");
        let said = super::refused(&scene, 9, &ADD);
        let named = format!("{} cannot be the lock for ~/.aws/config", lock.display());
        assert!(said.contains(&named), "{said}");
        let remedy = said.split_once("move it away: ").unwrap().1.lines().next().unwrap();
        let moved = Command::new("sh").args(["-c", remedy]).status().unwrap();
        assert!(moved.success() && !lock.exists(), "{remedy}");
        profile(&scene.world, &ADD);
        profile(&scene.world, &["remove", "prod"]);
    }
}

#[test]
fn a_stopped_holder_is_named() {
    let scene = bastion();
    scene.world.config("[default]\n").unwrap();
    let lock = scene.world.home().join(".aws/.assume-role-lock");
    fs::write(&lock, "4711      \n").unwrap();
    let held = File::open(&lock).unwrap();
    held.try_lock().unwrap();
    let said = super::refused(&scene, 9, &ADD);
    assert!(said.contains("process 4711 is still changing ~/.aws/config"), "{said}");
    assert!(said.contains("if it is stopped, end it: kill 4711"), "{said}");
    drop(held);
    profile(&scene.world, &ADD);
    assert!(!lock.exists(), "a lock that a dead process left goes with the next edit");
}

/// `setfacl -m u:54321:r,g::-` of a file with mode 0600, as the kernel keeps it: version 2, then tag,
/// permissions and user of each entry.
fn access_list() -> Vec<u8> {
    let none = u32::MAX;
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, none), (2, 4, 54321), (4, 0, none), (0x10, 4, none), (0x20, 0, none)];
    let mut bytes = 2u32.to_le_bytes().to_vec();
    for (tag, permissions, user) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(permissions.to_le_bytes());
        bytes.extend(user.to_le_bytes());
    }
    bytes
}

#[test]
fn the_access_list_and_attributes_stay() {
    let scene = bastion();
    let config = scene.world.config("[default]\n").unwrap();
    let wanted: [(&str, Vec<u8>); 2] =
        [("system.posix_acl_access", access_list()), ("user.note", b"mine".to_vec())];
    for (name, value) in &wanted {
        if rustix::fs::setxattr(&config, *name, value, XattrFlags::empty()).is_err() {
            eprintln!("not done: no {name} on this file system");
            return;
        }
    }
    let mode = fs::metadata(&config).unwrap().mode();
    profile(&scene.world, &ADD);
    for (name, value) in wanted {
        let mut found = Vec::with_capacity(1024);
        rustix::fs::getxattr(&config, name, spare_capacity(&mut found)).unwrap();
        assert_eq!(found, value, "{name}");
    }
    assert_eq!(fs::metadata(&config).unwrap().mode(), mode);
}

#[test]
fn a_backup_has_the_owner_of_its_file() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not done: only root can give a file away");
        return;
    }
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let file = scene.world.home().join(".aws/credentials");
    std::os::unix::fs::chown(&file, Some(65534), Some(65534)).unwrap();
    profile(&scene.world, &[&ADD[..], &["--static"]].concat());
    let backup = fs::metadata(file.with_extension("assume-role-backup")).unwrap();
    assert_eq!((backup.uid(), backup.gid(), backup.mode() & 0o777), (65534, 65534, 0o600));
}
