//! What the hot paths cost, counted: processes, connections, requests, files, reads, bytes, instructions.
//! Times are for the bench; a count that grows fails here, and one that shrinks is written down here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::fake_aws::sts::{Certificate, Role, Sts, Trust};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, bastion_at};
use crate::sources::sso::{FAR, keep, signed};
use crate::support::process;
use crate::support::tools::find;

const CALLS: &str = "trace=execve,clone,?clone3,?fork,?vfork,open,openat,read,pread64,readv,mmap,socket,fsync,fdatasync";

const TAB: [(&str, &str); 1] = [("COMPLETE", "zsh")];

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

    let (mut programs, mut others, mut sockets, mut waits) = (0, 0, 0, 0);
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
            ("fsync" | "fdatasync", _) => waits += 1,
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
    let counts =
        [(others, "processes or threads"), (sockets, "sockets"), (waits, "waits for the disk")];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(text, "{count} {what} ");
    }
    Some(text.trim_end().to_owned())
}

/// Millions of instructions of the program as the tests build it. They repeat within a thousandth.
fn instructions(scene: &Scene, words: &[&str], variables: &[(&str, &str)]) -> Option<f64> {
    let mut command = scene.world.command_of(find("valgrind")?);
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(scene.world.program()).args(words).envs(variables.iter().copied());
    let ran = process::run(command, b"").unwrap();
    assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
    let count = ran.stderr.lines().find_map(|line| line.split_once("Collected : "));
    Some(count.unwrap().1.parse::<f64>().unwrap() / 1e6)
}

/// The same of a hundred and of three hundred things that `with` writes.
fn of_few_and_many(
    scene: &Scene,
    words: &[&str],
    variables: &[(&str, &str)],
    with: impl Fn(usize),
) -> Option<[f64; 2]> {
    let count = |size| {
        with(size);
        instructions(scene, words, variables)
    };
    Some([count(100)?, count(300)?])
}

fn write_accounts(scene: &Scene, size: usize, roles: &str) {
    let account =
        |number| format!("\"a{number}\": {{\"id\": \"{number:012}\", \"roles\": [{roles}]}}");
    let accounts: Vec<String> = (0..size).map(account).collect();
    scene.world.accounts(&format!("{{{}}}", accounts.join(","))).unwrap();
}

/// A home after the first switch of the day, with a profile.
fn scene() -> Scene {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let profile = "[profile x]\nrole_arn = arn:aws:iam::123456789012:role/x\n";
    scene.world.config(profile).unwrap();
    scene
}

/// A config file of roles.
fn profiles(size: usize) -> String {
    let profile = |number| {
        format!(
            "[profile p{number}]\nrole_arn = arn:aws:iam::{number:012}:role/x\nsource_profile = default\n"
        )
    };
    (0..size).map(profile).collect()
}

#[test]
fn each_hot_path_reads_what_it_needs_and_once() {
    for (words, variables, expected) in [
        ("--version", &[][..], ""),
        ("init zsh", &[], ""),
        ("status", &[], ""),
        ("-- assume-role ", &TAB, "accounts assume*4 config history"),
        ("-- assume-role production ", &TAB, "accounts assume*4 config history"),
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
            ".new accounts assume*16 base*2 clock*3 config credentials facts*2 history:33/2 lock AssumeRole 1 sockets 1 waits for the disk",
        ),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let Some(cost) = cost(&scene(), &words, variables) else { return };
        assert_eq!(cost, expected, "{words:?}");
    }
}

#[test]
fn only_sessions_are_waited_for() {
    let scene = bastion();
    let words = ["export", "--shell", "bash", "production", "read", &scene.code()];
    let Some(cost) = cost(&scene, &words, &[]) else { return };
    assert!(cost.ends_with(" GetSessionToken AssumeRole 1 sockets 2 waits for the disk"), "{cost}");
}

/// A fifth is left for another compiler or another C library.
#[test]
#[cfg(target_arch = "x86_64")]
fn each_hot_path_takes_no_more_instructions_than_it_took() {
    let scene = scene();
    for (words, variables, most) in [
        ("--version", &[][..], 4.9),
        ("-- assume-role ", &TAB, 15.4),
        ("-- assume-role production ", &TAB, 5.9),
        ("list", &[], 2.6),
        ("explain production read", &[], 5.6),
        ("credential-process production read", &[], 5.2),
        ("export --shell bash production read", &[], 6.9),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let Some(count) = instructions(&scene, &words, variables) else { return };
        assert!(count <= most * 1.2, "{words:?} takes {count:.1} million instructions, not {most}");
    }
}

/// A row is a few words of the file: beside reading it, to show it costs little. Instructions for each role.
#[test]
#[cfg(target_arch = "x86_64")]
fn a_role_costs_a_list_little() {
    let scene = bastion();
    let roles: Vec<String> = (0..8).map(|number| format!("\"role-{number}\"")).collect();
    for (words, most) in
        [(&["list"][..], 26_000.0), (&["list", "--json"], 70_900.0), (&["doctor"], 11_400.0)]
    {
        let with = |size| write_accounts(&scene, size, &roles.join(", "));
        let Some([few, many]) = of_few_and_many(&scene, words, &[], with) else { return };
        let each = (many - few) * 1e6 / 1600.0;
        assert!(
            each <= most * 1.2,
            "{words:?} takes {each:.0} instructions for a role, not {most}"
        );
    }
}

/// Three times as much to look at costs no more than three times as much: nothing is looked at once for
/// each of the others.
#[test]
fn work_grows_as_what_is_there_grows() {
    let scene = bastion();
    let with = |size: usize| {
        write_accounts(&scene, size, "\"r\"");
        scene.world.config(&profiles(size)).unwrap();
    };
    for (words, variables) in
        [("-- assume-role ", &TAB[..]), ("list", &[]), ("profile list", &[]), ("doctor", &[])]
    {
        let words: Vec<&str> = words.split(' ').collect();
        let Some([few, many]) = of_few_and_many(&scene, &words, variables, with) else { return };
        assert!(many <= 3.1 * few, "{words:?}: {few:.1} million for 100, {many:.1} for 300");
        // What is slow from the first one on grows no faster.
        assert!(many <= 150.0, "{words:?}: {many:.1} million for 300");
    }
}

/// Thousands of instructions for each, with a fifth to spare. Of one that is not asked for only the
/// header is read.
#[test]
#[cfg(target_arch = "x86_64")]
fn each_of_many_profiles_takes_no_more_instructions_than_it_took() {
    let scene = bastion();
    for (words, variables, most) in [
        ("explain p1", &[][..], 16.0),
        ("-- assume-role 000000000001 ", &TAB, 25.4),
        ("-- assume-role ", &TAB, 64.2),
        ("profile list", &[], 71.1),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let with = |size| {
            scene.world.config(&profiles(size)).unwrap();
        };
        let Some([few, many]) = of_few_and_many(&scene, &words, variables, with) else { return };
        let each = (many - few) * 1e3 / 200.0;
        assert!(each <= most * 1.2, "{words:?} takes {each:.1} thousand instructions, not {most}");
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

/// A round trip each: the connection stands, TLS and all, before the code is typed.
#[test]
fn what_follows_the_last_keystroke_goes_over_a_connection_that_stands() {
    for certificate in [None, Some(Certificate::Good)] {
        for (words, expected) in [
            (&["production", "read", "--duration", "2h"][..], &["AssumeRole"][..]),
            (&["production", "read"], &["GetSessionToken", "AssumeRole"]),
        ] {
            let sts = certificate.map_or_else(Sts::start, Sts::start_tls).unwrap();
            let scene = bastion_at(sts);
            let two_hours = Role::new(PRODUCTION, "read").max_session(7200);
            scene.sts.add_role(two_hours.trusts(Trust::account(BASTION).mfa()));
            // The device is known from an earlier day.
            scene.switch_with_code(&["production", "read"]);
            assert_eq!(scene.world.run(["logout"]).unwrap().status, 0);
            let (connections, proofs) =
                (scene.sts.connections(), scene.sts.count("GetCallerIdentity"));
            let mut terminal = scene.on_terminal(words);
            terminal.wait_for("MFA code").unwrap();
            scene.wait_for_call("GetCallerIdentity", proofs + 1);
            let before = scene.sts.requests().len();
            terminal.type_line(&scene.code()).unwrap();
            assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
            let requests = scene.sts.requests();
            let after: Vec<&str> =
                requests[before..].iter().map(|request| request.action.as_str()).collect();
            assert_eq!(after, expected, "{words:?}");
            assert_eq!(scene.sts.connections(), connections + 1, "{words:?}: {certificate:?}");
        }
    }
}

#[test]
fn a_switch_by_identity_center_is_one_request() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    let words = ["export", "--shell", "bash", "read"];
    let Some(cost) = cost(&scene, &words, &[]) else { return };
    assert!(
        cost.starts_with(".new*2 ") && cost.ends_with(" 1 sockets 1 waits for the disk"),
        "{cost}"
    );
    assert_eq!((sso.requests(), scene.sts.requests().len()), (1, 0));
}
