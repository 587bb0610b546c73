//! The rows of `tests/conformance`, each played through the binary, through real shells and on a terminal,
//! in a world of its own. Whatever a row is about, the same is looked at: the environment and the options
//! of the shell, every file of the home, the bytes that reach the terminal, and the arguments of all
//! processes meanwhile.

mod coverage;
mod watch;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use assume_role::testing::shell::quote;
use assume_role::testing::types::Moment;
use serde::Deserialize;

use crate::fake_aws::sts::{Fault, Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};
use crate::support::shells::{Script, Shell};
use crate::support::snapshot::Snapshot;
use crate::support::terminal::Terminal;
use watch::Watch;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    words: Vec<String>,
    exit: i32,
    accounts: Option<String>,
    config: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// What the reply to a call is.
    reply: Option<Reply>,
    /// What is done in a shell before, by its name; the case is then of these shells.
    #[serde(default)]
    before: BTreeMap<String, String>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    sets: BTreeMap<String, String>,
}

/// Another text in an element of the answer, or an error in its place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    action: String,
    element: Option<String>,
    error: Option<String>,
    #[serde(default = "forbidden")]
    status: u16,
    text: String,
}

fn forbidden() -> u16 {
    403
}

/// A user without MFA and two roles, in the world of one case.
struct Play {
    scene: Scene,
    canary: String,
    watch: Watch,
}

impl Play {
    fn of(case: &Case) -> Self {
        let scene = with_user(User::new(BASTION, "alice"));
        for role in ["read", "ops/read"] {
            scene.sts.add_role(Role::new(PRODUCTION, role).trusts(Trust::account(BASTION)));
        }
        let canary = scene.world.root().join("canary").to_string_lossy().into_owned();
        let mut play = Self { scene, canary, watch: Watch::start() };
        if let Some(accounts) = &case.accounts {
            play.scene.world.accounts(&play.fill(accounts)).unwrap();
        }
        if let Some(config) = &case.config {
            play.scene.world.config(&play.fill(config)).unwrap();
        }
        for (name, value) in &case.variables {
            let value = play.fill(value);
            play.scene.world.set(name, value);
        }
        if let Some(reply) = &case.reply {
            let text = play.fill(&reply.text);
            let fault = match (&reply.element, &reply.error) {
                (Some(element), _) => Fault::replace(element, &text),
                (None, Some(code)) => Fault::error(reply.status, code, &text),
                (None, None) => panic!("{}: a reply has an element or an error", case.id),
            };
            play.scene.sts.fail_always(&reply.action, Some(fault));
        }
        play
    }

    fn fill(&self, text: &str) -> String {
        let within_an_hour = Moment(self.scene.sts.now().0 + 1800).rfc3339();
        let minute = within_an_hour.rsplit_once(':').unwrap().0;
        text.replace("CANARY", &self.canary)
            .replace("KEYID", &self.scene.key.id)
            .replace("SECRET", &self.scene.key.secret)
            .replace("LONG300", &"a".repeat(300))
            .replace("LONG65", &"a".repeat(65))
            .replace("LONG512", &"a".repeat(512))
            .replace("MEGABYTE", &"m".repeat(1 << 20))
            .replace("MINUTE", minute)
            .replace("NEST10000", &"[".repeat(10_000))
            .replace("DEEP10000", &"{\"production\": ".repeat(10_000))
    }

    fn words(&self, case: &Case) -> Vec<String> {
        case.words.iter().map(|word| self.fill(word)).collect()
    }

    /// Every file of the home, but for what fish makes there by itself.
    fn files(&self) -> Snapshot {
        let mut files = self.scene.files_of_the_user();
        files.retain(|path, _| !path.starts_with(".config"));
        files
    }

    /// The user's key, and what the server gave.
    fn secrets(&self) -> impl Iterator<Item = String> {
        let issued = self.scene.sts.issued().into_iter().flat_map(|it| [it.secret, it.token]);
        std::iter::once(self.scene.key.secret.clone()).chain(issued)
    }

    fn assert_unharmed(&self, case: &Case) {
        assert!(!std::path::Path::new(&self.canary).exists(), "{}: the canary is there", case.id);
        assert!(!self.scene.world.home().join("canary").exists());
        let of_words = case.words.join(" ");
        for secret in self.secrets().filter(|secret| !of_words.contains(secret)) {
            let seen = self.watch.seen_with(&secret);
            assert!(seen.is_none(), "{}: an argument holds a secret: {seen:?}", case.id);
        }
    }

    /// What a terminal gets of it: our own colours, and nothing else that it would obey.
    fn assert_plain_on_a_terminal(&self, case: &Case, words: &[String]) {
        let mut command = Command::new(self.scene.world.program());
        command.args(["export", "--shell", "bash", "--no-input"]).args(words);
        command.env_clear().envs(self.scene.world.environment());
        command.current_dir(self.scene.world.home());
        let mut terminal = Terminal::start_captured(command).unwrap();
        assert_eq!(terminal.wait().unwrap(), case.exit, "{}: {}", case.id, terminal.text());
        let text = terminal.text();
        let mut rest = text.as_str();
        let mut shown = String::new();
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            let end = after.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(0);
            assert!(after[end..].starts_with('m'), "{}: {text:?}", case.id);
            shown.push_str(before);
            rest = &after[end + 1..];
        }
        shown.push_str(rest);
        let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r') || is_direction(c);
        assert!(!shown.contains(odd), "{}: {text:?}", case.id);
    }
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A shell before and after: its environment, and its options, aliases and functions.
struct Around {
    status: String,
    environments: [BTreeSet<String>; 2],
    states: [String; 2],
}

impl Around {
    fn play(play: &Play, case: &Case, shell: Shell) -> Self {
        let root = play.scene.world.root();
        let state = match shell {
            Shell::Bash => "set +o; shopt -p; alias; compgen -A function; trap",
            Shell::Zsh => "setopt; unsetopt; alias; builtin print -l ${(ok)functions}; trap",
            _ => "functions -n; bind",
        };
        let look = |when: &str| {
            let at = root.display();
            match shell {
                Shell::Fish => format!(
                    "/usr/bin/env -0 >{at}/env.{when}; begin; {state}; end >{at}/state.{when}\n"
                ),
                _ => {
                    format!("/usr/bin/env -0 >{at}/env.{when}; {{ {state}; }} >{at}/state.{when}\n")
                }
            }
        };
        let quote = if shell == Shell::Fish { quote::fish } else { quote::sh };
        let words: Vec<String> = play.words(case).iter().map(|word| quote(word)).collect();
        let before = case.before.get(shell.name()).map(|text| play.fill(text)).unwrap_or_default();
        let keep = if shell == Shell::Fish { "set -l ended $status" } else { "ended=$?" };
        let text = format!(
            "{before}\n{}assume-role {}\n{keep}\n{}echo $ended\n",
            look("before"),
            words.join(" "),
            look("after")
        );
        let ran = Script::new(shell, &text).rc(&shell.loads_init()).run(&play.scene.world).unwrap();
        let environment = |when: &str| {
            let bytes = fs::read(root.join(format!("env.{when}"))).unwrap();
            let pairs = String::from_utf8_lossy(&bytes).into_owned();
            pairs.split('\0').filter(|pair| !pair.starts_with("_=")).map(str::to_owned).collect()
        };
        let state = |when: &str| fs::read_to_string(root.join(format!("state.{when}"))).unwrap();
        let leaked = play.secrets().find(|secret| ran.stderr.contains(secret));
        assert!(leaked.is_none(), "{}: {ran:?}", case.id);
        Self {
            status: ran.stdout.lines().last().unwrap_or_default().to_owned(),
            environments: [environment("before"), environment("after")],
            states: [state("before"), state("after")],
        }
    }

    #[track_caller]
    fn assert_the_shell_is_the_same(&self, case: &Case, shell: Shell) {
        let [before, after] = &self.states;
        assert!(!before.is_empty() && before == after, "{}, {shell:?}: {before}\n{after}", case.id);
    }
}

/// The shells in which a case is played.
fn shells(case: &Case) -> impl Iterator<Item = Shell> {
    let named: Vec<Shell> = Shell::INTEGRATED
        .into_iter()
        .filter(|shell| case.before.is_empty() || case.before.contains_key(shell.name()))
        .collect();
    assert!(!named.is_empty(), "{}: no such shell", case.id);
    named.into_iter().filter(|shell| shell.find().is_some())
}

fn refuse(case: &Case) {
    let play = Play::of(case);
    let words = play.words(case);
    let said = {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        play.scene.refused(case.exit, &words)
    };
    for word in &case.says {
        assert!(said.contains(&play.fill(word)), "{}: {word:?} was not said:\n{said}", case.id);
    }
    for word in &case.never {
        assert!(!said.contains(&play.fill(word)), "{}: {word:?} was said:\n{said}", case.id);
    }
    assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{}: {said:?}", case.id);
    assert!(said.len() < 2500, "{}: {} bytes", case.id, said.len());
    let before = play.files();
    play.assert_plain_on_a_terminal(case, &words);
    let quoted: Vec<String> = words.iter().map(|word| quote::sh(word)).collect();
    let text =
        format!("eval \"$(assume-role {})\"; echo \"$?$AWS_ACCESS_KEY_ID\"\n", quoted.join(" "));
    let ran = Script::new(Shell::Bash, &text).run(&play.scene.world).unwrap();
    assert_eq!(ran.stdout, format!("{}\n", case.exit), "{}: {ran:?}", case.id);
    for shell in shells(case) {
        let around = Around::play(&play, case, shell);
        let [was, is] = &around.environments;
        assert_eq!(
            (around.status.as_str(), was),
            (case.exit.to_string().as_str(), is),
            "{}",
            case.id
        );
        around.assert_the_shell_is_the_same(case, shell);
    }
    assert_eq!(play.files(), before, "{}", case.id);
    play.assert_unharmed(case);
}

fn admit(case: &Case) {
    for shell in shells(case) {
        let play = Play::of(case);
        let before = play.files();
        let around = Around::play(&play, case, shell);
        let [was, is] = &around.environments;
        assert_eq!(around.status, "0", "{}, {shell:?}", case.id);
        for (name, value) in &case.sets {
            let line = format!("{name}={}", play.fill(value));
            assert!(is.contains(&line), "{}: {line} in {is:?}", case.id);
        }
        let ours = |pair: &&String| pair.starts_with("AWS_") || pair.starts_with("ASSUME_ROLE_");
        let others: Vec<&String> =
            was.symmetric_difference(is).filter(|pair| !ours(pair)).collect();
        assert!(others.is_empty(), "{}, {shell:?}: {others:?}", case.id);
        around.assert_the_shell_is_the_same(case, shell);
        play.assert_plain_on_a_terminal(case, &play.words(case));
        assert_eq!(play.files(), before, "{}", case.id);
        play.assert_unharmed(case);
    }
}

fn play_all(text: &str) {
    let cases: Cases = toml::from_str(text).unwrap();
    for case in &cases.case {
        if case.exit == 0 { admit(case) } else { refuse(case) }
    }
}

#[test]
fn names() {
    play_all(include_str!("../../conformance/names.toml"));
}

#[test]
fn accounts_files() {
    play_all(include_str!("../../conformance/accounts.toml"));
}

#[test]
fn replies() {
    play_all(include_str!("../../conformance/replies.toml"));
}

#[test]
fn shells_of_every_kind() {
    play_all(include_str!("../../conformance/shells.toml"));
}

#[test]
fn h015_a_name_that_looks_like_another_is_marked() {
    let scene = with_user(User::new(BASTION, "alice"));
    let accounts = "{\"prod\": \"123456789012\", \"pr\u{43e}d\": \"210987654321\"}";
    scene.world.accounts(accounts).unwrap();
    scene.world.config("[profile \u{ff50}rod]\nregion = eu-west-1\n").unwrap();
    let list = scene.world.run(["list"]).unwrap().stdout;
    let marked: Vec<&str> = list.lines().filter(|line| line.contains("looks like prod")).collect();
    assert!(matches!(marked.as_slice(), [line] if line.contains("pr\\u{43e}d")), "{list}");
    let page = scene.world.run(["doctor"]).unwrap().stdout;
    for spelt in ["pr\\u{43e}d", "\\u{ff50}rod"] {
        assert!(page.contains(&format!("looks like prod: {spelt}")), "{page}");
    }
    assert!(!page.contains("no name hides another"), "{page}");
}
