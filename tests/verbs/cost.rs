//! What the hot paths cost, counted: processes, connections, requests, files, reads, bytes. Times are
//! for the bench; a count that grows fails here, and one that shrinks is written down here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::scenes::{Scene, bastion};
use crate::support::process;
use crate::support::tools::find;

const CALLS: &str =
    "trace=execve,clone,?clone3,?fork,?vfork,open,openat,read,pread64,readv,mmap,socket";

/// A file under the home, by the part of its name that says what it is.
#[derive(Default)]
struct File {
    path: PathBuf,
    opens: usize,
    reads: usize,
    bytes: u64,
}

/// What the program did with these words: `FILE` was opened once and read from its beginning to its
/// end in one go, `FILE*2` twice, `FILE:33/2` gave 33 bytes in two reads.
fn cost(scene: &Scene, words: &[&str], variables: &[(&str, &str)]) -> Option<String> {
    let world = &scene.world;
    let log = world.root().join("log");
    let requests = scene.sts.requests().len();
    let mut command = world.command_of(find("strace")?);
    command.args(["-f", "-qq", "-y", "-s", "0", "-e", CALLS, "-o"]);
    command.arg(&log).arg(world.program()).args(words).envs(variables.iter().copied());
    let ran = process::run(command, b"").unwrap();
    assert_eq!(ran.status, 0, "{words:?}: {ran:?}");

    let (mut programs, mut others, mut sockets) = (0, 0, 0);
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    let home = format!("<{}/", world.home().display());
    for line in fs::read_to_string(log).unwrap().lines() {
        let call = line.split_once(char::is_whitespace).unwrap().1.trim_start();
        let Some((name, rest)) = call.split_once('(') else { continue };
        let Some((arguments, result)) = rest.rsplit_once(" = ") else { continue };
        // strace shows a descriptor with its path.
        let opens = name.starts_with("open");
        let shown = if opens { result } else { arguments };
        let path = shown.split_once(&home).and_then(|(_, path)| path.split_once('>'));
        match (name, path) {
            ("execve", _) => programs += 1,
            ("clone" | "clone3" | "fork" | "vfork", _) => others += 1,
            ("socket", _) => sockets += 1,
            ("mmap", Some((path, _))) => panic!("{words:?} maps {path}"),
            (_, Some((path, _))) => {
                let name = path.rsplit('/').next().unwrap();
                let file = files.entry(name.split('-').next().unwrap().to_owned()).or_default();
                file.path = world.home().join(path);
                let bytes = result.split(' ').next().unwrap().parse().unwrap_or(0);
                if opens {
                    file.opens += 1;
                } else if bytes > 0 {
                    file.reads += 1;
                    file.bytes += bytes;
                }
            }
            _ => {}
        }
    }
    assert_eq!(programs, 1, "{words:?} runs programs");
    let mut text = String::new();
    for (name, file) in files {
        let size = fs::metadata(&file.path).map_or(0, |it| if it.is_dir() { 0 } else { it.len() });
        text += &name;
        if file.opens > 1 {
            let _ = write!(text, "*{}", file.opens);
        }
        if file.bytes > 0 && (file.bytes, file.reads) != (size * file.opens as u64, file.opens) {
            let _ = write!(text, ":{}/{}", file.bytes, file.reads);
        }
        text.push(' ');
    }
    for request in scene.sts.requests().into_iter().skip(requests) {
        text += &request.action;
        text.push(' ');
    }
    let counts = [(others, "processes or threads"), (sockets, "sockets")];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(text, "{count} {what} ");
    }
    Some(text.trim_end().to_owned())
}

/// A home after the first switch of the day, with a profile.
fn scene() -> Scene {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let profile = "[profile x]\nrole_arn = arn:aws:iam::123456789012:role/x\n";
    scene.world.config(profile).unwrap();
    scene
}

#[test]
fn each_hot_path_reads_what_it_needs_and_once() {
    let tab = [("COMPLETE", "zsh")];
    for (words, variables, expected) in [
        ("--version", &[][..], ""),
        ("init zsh", &[], ""),
        ("status", &[], ""),
        ("-- assume-role ", &tab, "accounts assume*4 config history"),
        ("-- assume-role production ", &tab, "accounts assume*4 config history"),
        ("list", &[], "accounts assume*4 config credentials history"),
        (
            "explain production read",
            &[],
            "accounts assume*5 base clock config credentials facts role",
        ),
        (
            "credential-process production read",
            &[],
            "accounts assume*5 base clock config credentials facts role",
        ),
        (
            "export --shell bash production read",
            &[],
            "accounts assume*6 base clock config credentials facts history:33/2 role",
        ),
        (
            "export --shell bash production admin",
            &[],
            ".new accounts assume*16 base*2 clock*3 config credentials facts*2 history:33/2 lock AssumeRole 1 sockets",
        ),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let Some(cost) = cost(&scene(), &words, variables) else { return };
        assert_eq!(cost, expected, "{words:?}");
    }
}

/// What a store or a file of thousands holds is not opened one by one.
#[test]
fn what_is_opened_does_not_grow_with_what_is_there() {
    let words = ["export", "--shell", "bash", "production", "read"];
    let scene = scene();
    let Some(before) = cost(&scene, &words, &[]) else { return };
    let store = scene.world.home().join(".local/state/assume-role");
    let entries = fs::read_dir(&store).unwrap().map(|entry| entry.unwrap().path());
    let is_role = |path: &PathBuf| path.to_string_lossy().contains("/role-");
    let role = entries.into_iter().find(is_role).unwrap();
    for number in 0..100 {
        fs::copy(&role, store.join(format!("role-{number:064x}.json"))).unwrap();
    }
    let profiles: String =
        (0..100).map(|number| format!("[profile p{number}]\nregion = eu-west-1\n")).collect();
    scene.world.config(&profiles).unwrap();
    assert_eq!(cost(&scene, &words, &[]).as_deref(), Some(before.as_str()));
}
