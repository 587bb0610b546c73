//! Each verb that changes something, killed at the entry to each of its system calls and at its exit. Then
//! each file is the old one or the new one, no secret is in a file that others may read, no process is left;
//! another program writes meanwhile; and the same words once more end what was begun and clean up.
//!
//! `tests/run kills [VERB…]` does all of them, and prints a table; without it a sample runs, of the calls
//! that change something.

mod tracer;
mod verbs;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use crate::scenes::Scene;
use crate::support::faketime::LocalClock;
use crate::support::process::each;
use tracer::{left_running, traced};
use verbs::Verb;

/// Which verbs are killed at every call: the beginnings of their names, one a line; `all` for all.
const EVERYWHERE: &str = "ASSUME_ROLE_KILLS";
/// How often each is killed otherwise.
const SAMPLE: usize = 6;
/// Most of a run is waiting: for a file to be quiet, for AWS to know a key.
const AT_ONCE: usize = 16;
/// How long the next run may take on a busy machine, and how long an answer.
const SOON: Duration = Duration::from_secs(30);

const OTHERS: [(&str, &str, &str); 2] = [
    (".aws/config", "", "[profile of-another]\nregion = us-east-1\n"),
    (".aws/accounts", "{", "\n  \"of-another\": \"555555555555\","),
];

/// A verb that is killed again and again, and what went wrong.
struct Killed<'a> {
    verb: &'a Verb,
    expected: OnceLock<Expected>,
    kills: AtomicUsize,
    /// After how many of them a file was there that was not finished.
    unfinished: AtomicUsize,
    faults: Mutex<BTreeMap<&'static str, Vec<String>>>,
}

/// The files of a home.
#[derive(Default)]
struct Files {
    /// Those under `~/.aws`, without what differs from run to run.
    whole: BTreeMap<PathBuf, String>,
    /// What a write has not finished, or set aside.
    unfinished: Vec<PathBuf>,
    /// Those that others may read.
    wide: Vec<PathBuf>,
}

impl Files {
    fn of(scene: &Scene) -> Self {
        let mut files = Self::default();
        let root = scene.world.root();
        for directory in [".aws", ".local/state", ".cache", ".config"] {
            files.look(&scene.world.home().join(directory), root);
        }
        files
    }

    fn look(&mut self, directory: &Path, root: &Path) {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(data) = path.symlink_metadata() else { continue };
            if data.is_dir() {
                self.look(&path, root);
                continue;
            }
            let name = entry.file_name().into_string().unwrap();
            if data.permissions().mode() & 0o077 != 0 && name != "CACHEDIR.TAG" {
                self.wide.push(path.clone());
            }
            let marks = [".assume-role-new-", ".assume-role-lock", ".new-", ".damaged-"];
            if marks.iter().any(|mark| name.starts_with(mark)) {
                self.unfinished.push(path);
            } else if !name.starts_with('.') && path.components().any(|it| it.as_os_str() == ".aws")
            {
                let text = fs::read_to_string(&path).unwrap();
                let root = root.display().to_string();
                self.whole.insert(path.strip_prefix(&root).unwrap().into(), same(&text, &root));
            }
        }
    }
}

/// A text without what differs from run to run: of JSON the names; else ports, keys and times.
fn same(text: &str, root: &str) -> String {
    if let Ok(Value::Object(fields)) = serde_json::from_str(text)
        && fields.contains_key("accessToken") | fields.contains_key("clientId")
    {
        return format!("{:?}", fields.keys().collect::<BTreeSet<_>>());
    }
    // The journal of a rotation has a state for each of its steps.
    let journal = ["assume_role_rotation", "assume_role_old_secret"];
    let is_kept = |line: &&str| !journal.iter().any(|key| line.starts_with(key));
    let text: String = text.split_inclusive('\n').filter(is_kept).collect();
    let text = text.replace(root, "ROOT");
    let is_part =
        |character: char| character.is_ascii_alphanumeric() || "+/=_:-".contains(character);
    let mut same = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        let is_random = word.len() >= 16 && word.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_number = (5..12).contains(&word.len()) && word.bytes().all(|it| it.is_ascii_digit());
        same.push_str(if is_random || is_number { "…" } else { word });
        let next = behind.chars().next().map_or(0, char::len_utf8);
        same.push_str(&behind[..next]);
        rest = &behind[next..];
    }
    same
}

/// What a verb does when nothing disturbs it.
struct Expected {
    was: BTreeMap<PathBuf, String>,
    is: BTreeMap<PathBuf, String>,
    stops: Vec<bool>,
}

impl Expected {
    fn of(verb: &Verb) -> Self {
        let scene = (verb.home)();
        let was = Files::of(&scene).whole;
        let words = (verb.words)(&scene);
        let ran = traced(&scene.world, &words, &(verb.input)(&scene), None);
        assert_eq!(ran.status, 0, "{}: {}", verb.name, ran.stderr);
        assert!((verb.is_safe)(&scene), "{}: {}", verb.name, ran.stderr);
        assert_eq!(left_running(ran.session), Vec::<String>::new(), "{}", verb.name);
        let is = Files::of(&scene);
        assert!(is.wide.is_empty() && is.unfinished.is_empty(), "{}: {:?}", verb.name, is.wide);
        Self { was, is: is.whole, stops: ran.stops }
    }
}

impl<'a> Killed<'a> {
    fn new(verb: &'a Verb) -> Self {
        let (kills, unfinished) = Default::default();
        Self { verb, expected: OnceLock::new(), kills, unfinished, faults: Mutex::default() }
    }

    fn row(&self) -> String {
        let faults = self.faults.lock().unwrap();
        let count = |kind| faults.get(kind).map_or(0, Vec::len).to_string();
        let cells = [
            self.verb.name.to_owned(),
            (self.expected.get().unwrap().stops.len() / 2).to_string(),
            self.kills.load(Ordering::Relaxed).to_string(),
            ["torn", "lost", "wide", "next"].map(count).join(" | "),
            self.unfinished.load(Ordering::Relaxed).to_string(),
            ["left", "running"].map(count).join(" | "),
        ];
        format!("| {} |", cells.join(" | "))
    }

    /// Kills it once, and looks at everything; not where it came to its end before.
    fn kill_at(&self, at: usize) {
        let (verb, expected) = (self.verb, self.expected.get().unwrap());
        let mut scene = (verb.home)();
        scene.world.set("ASSUME_ROLE_TIMEOUT", "30s");
        let words = (verb.words)(&scene);
        let input = (verb.input)(&scene);
        let ran = traced(&scene.world, &words, &input, Some(at));
        let Some(call) = ran.killed_at else { return };
        self.kills.fetch_add(1, Ordering::Relaxed);
        let fault = |kind, what: String| {
            let what = format!("{} at {at} ({call}): {what}", verb.name);
            self.faults.lock().unwrap().entry(kind).or_default().push(what);
        };
        let running = left_running(ran.session);
        if !running.is_empty() {
            fault("running", format!("{running:?}"));
        }
        let left = Files::of(&scene);
        self.unfinished.fetch_add(usize::from(!left.unfinished.is_empty()), Ordering::Relaxed);
        for (path, text) in &left.whole {
            if ![expected.was.get(path), expected.is.get(path)].contains(&Some(text)) {
                fault("torn", format!("{}: {text}", path.display()));
            }
        }
        for path in expected.was.keys().filter(|path| !left.whole.contains_key(*path)) {
            if expected.is.contains_key(path) {
                fault("lost", path.display().to_string());
            }
        }
        if !(verb.is_safe)(&scene) {
            fault("lost", format!("{:?}", left.whole));
        }
        if !left.wide.is_empty() {
            fault("wide", format!("{:?}", left.wide));
        }
        let was_done = left.whole == expected.is;

        for (path, before, added) in OTHERS {
            let path = scene.world.home().join(path);
            if let Ok(text) = fs::read_to_string(&path) {
                let at =
                    if before.is_empty() { text.len() } else { text.find(before).unwrap() + 1 };
                fs::write(path, format!("{}{added}{}", &text[..at], &text[at..])).unwrap();
            }
        }
        let began = Instant::now();
        let words = (verb.words)(&scene);
        let ran = traced(&scene.world, &words, &input, Some(usize::MAX));
        if began.elapsed() > SOON {
            fault("next", format!("took {:?}", began.elapsed()));
        }
        if ran.status != 0 && !was_done {
            fault("next", format!("{}: {}", ran.status, ran.stderr));
        }
        let mut now = Files::of(&scene);
        for (path, _, added) in OTHERS {
            let text = now.whole.get(&Path::new("home").join(path));
            if let Some(text) = text.filter(|text| !text.contains(added)) {
                fault("lost", format!("what another wrote into {path}: {text}"));
            }
            for text in now.whole.values_mut() {
                *text = text.replacen(added, "", 1);
            }
        }
        if now.whole != expected.is || !(verb.is_safe)(&scene) {
            fault("next", format!("{:?} is not {:?}: {}", now.whole, expected.is, ran.stderr));
        }
        let is_of_edit = |path: &Path| path.to_string_lossy().contains("/.aws/.assume-role-new-");
        let swept = left.unfinished.iter().find(|it| is_of_edit(it) && !it.exists());
        if swept.is_some() && !ran.stderr.contains("left by an edit that was killed") {
            fault("next", format!("{swept:?} went without a word"));
        }
        if !now.unfinished.is_empty() {
            clean_up(verb, &mut scene, &now.unfinished);
            now = Files::of(&scene);
        }
        for path in now.unfinished.iter().chain(&now.wide) {
            fault("left", path.display().to_string());
        }
    }
}

/// Later, a run that writes to the same place takes away what was left there.
fn clean_up(verb: &Verb, scene: &mut Scene, unfinished: &[PathBuf]) {
    let long_ago = SystemTime::now() - Duration::from_secs(120);
    for path in unfinished {
        fs::File::open(path).unwrap().set_modified(long_ago).unwrap();
    }
    let Some(clock) = LocalClock::of(&mut scene.world) else { return };
    clock.set(120);
    scene.sts.set_clock(120);
    for line in ["profile add q production admin", "accounts add q 444444444444"] {
        scene.world.run(line.split(' ')).unwrap();
    }
    let code = scene.code();
    scene.export(&["production", "admin", &code, "--refresh"]);
    let words = (verb.words)(scene);
    traced(&scene.world, &words, &(verb.input)(scene), Some(usize::MAX));
}

/// The stops at which a verb is killed: all, or some of those that change something.
fn chosen(stops: &[bool], everywhere: bool, verb: usize) -> Vec<usize> {
    let stops = stops.iter().zip(1..);
    if everywhere {
        return stops.map(|(_, at)| at).collect();
    }
    let changes: Vec<usize> = stops.filter(|(changes, _)| **changes).map(|(_, at)| at).collect();
    // Not the same part of each.
    let step = (changes.len() / SAMPLE).max(1);
    changes.into_iter().skip(verb % step).step_by(step).collect()
}

#[test]
fn each_verb_can_be_killed_at_any_system_call() {
    let asked = std::env::var(EVERYWHERE).unwrap_or_default();
    let asked: Vec<&str> = asked.lines().collect();
    let is_asked = |name: &str| {
        asked.is_empty() || asked.iter().any(|word| *word == "all" || name.starts_with(word))
    };
    let verbs: Vec<Verb> = verbs::all().into_iter().filter(|verb| is_asked(verb.name)).collect();
    assert!(!verbs.is_empty(), "no verb begins with {asked:?}");
    println!(
        "| verb | system calls | kills | torn | lost | wide | next run fails | unfinished | left over | running |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let (mut faults, mut told) = (Vec::new(), 0);
    // One after the other where each takes long, so that the table grows.
    for verbs in verbs.chunks(if asked.is_empty() { verbs.len() } else { 1 }) {
        let killed: Vec<Killed<'_>> = verbs.iter().map(Killed::new).collect();
        each(AT_ONCE, &killed, |one| drop(one.expected.set(Expected::of(one.verb))));
        let stops = killed.iter().enumerate().flat_map(|(number, one)| {
            chosen(&one.expected.get().unwrap().stops, !asked.is_empty(), number)
                .into_iter()
                .map(move |at| (one, at))
        });
        each(AT_ONCE, &stops.collect::<Vec<_>>(), |(one, at)| one.kill_at(*at));
        for one in &killed {
            println!("{}", one.row());
            for (kind, whats) in one.faults.lock().unwrap().iter() {
                faults.extend(whats.iter().take(3).map(|what| format!("{kind}: {what}")));
            }
        }
        faults.iter().skip(told).for_each(|fault| println!("{fault}"));
        told = faults.len();
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
