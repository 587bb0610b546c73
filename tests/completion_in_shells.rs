//! TAB in real shells on a real screen: what is inserted arrives byte for byte, and the user's own matching works.

use std::fs;
use std::path::Path;

use crate::scenes::binary;
use crate::support::shells::{Shell, find};
use crate::support::tmux::Tmux;
use crate::support::world::World;

const ACCOUNTS: &str = r##"{
    "production": {"id": "123456789012", "roles": ["read", "admin", "ops/deploy"], "region": "eu-west-1"},
    "R and D": {"id": "222222222222", "roles": ["power.user"]},
    "it's": {"id": "333333333333", "roles": ["x=y@z,+"]},
    "a&b (c) *": "444444444444",
    "c:d:e": {"id": "555555555555", "roles": ["read"]},
    "日本": "666666666666",
    "#1": "777777777771",
    "~t": "777777777772",
    "wow!": "777777777773",
    "{b}": "777777777774",
    "q=r": "777777777775",
    "[z]?;|<>": "777777777776",
    "100%": "777777777777",
    "-dash": "888888888888",
    "staging-1": "999999999991",
    "staging-2": "999999999992"
}"##;

/// What the shells have in common: what is typed, with `⇥` for TAB and `←` for the cursor, and the words that arrive.
const ROWS: [(&str, &[&str]); 25] = [
    ("pro⇥", &["production"]),
    ("pro⇥re⇥", &["production", "read"]),
    ("pro⇥ops/⇥", &["production", "ops/deploy"]),
    ("R⇥p⇥", &["R and D", "power.user"]),
    ("R\\ a⇥p⇥", &["R and D", "power.user"]),
    ("'R a⇥", &["R and D"]),
    ("\"R a⇥", &["R and D"]),
    ("'R and D' p⇥", &["R and D", "power.user"]),
    ("\"it's\" x⇥", &["it's", "x=y@z,+"]),
    ("it⇥x⇥", &["it's", "x=y@z,+"]),
    ("a⇥", &["a&b (c) *"]),
    ("c⇥re⇥", &["c:d:e", "read"]),
    ("c:⇥re⇥", &["c:d:e", "read"]),
    ("c:d:⇥", &["c:d:e"]),
    ("日⇥", &["日本"]),
    ("\\#⇥", &["#1"]),
    ("\\~⇥", &["~t"]),
    ("w⇥", &["wow!"]),
    ("q⇥", &["q=r"]),
    ("'[⇥", &["[z]?;|<>"]),
    ("10⇥", &["100%"]),
    ("1234⇥", &["123456789012"]),
    ("pro read←←←←←⇥", &["production", "read"]),
    ("--region eu-n⇥pro⇥ad⇥", &["--region", "eu-north-1", "production", "admin"]),
    ("stag⇥2", &["staging-2"]),
];

/// A shell whose `assume-role` shows its words, with the completion that `init` registers.
struct Typist<'a> {
    tmux: Tmux<'a>,
    lines: usize,
}

impl<'a> Typist<'a> {
    fn new(world: &'a World, shell: Shell, before: &str, load: &str, after: &str) -> Self {
        let show = match shell {
            Shell::Fish => "function assume-role; printf 'got'; printf '<%s>' $argv; echo; end",
            _ => "function assume-role { printf 'got'; printf '<%s>' \"$@\"; echo; }",
        };
        let prompt = if shell == Shell::Fish { "function fish_prompt; echo -n '$ '; end" } else { "PS1='$ '" };
        let rc = format!("{before}\n{load}\n{show}\n{prompt}\n{after}\n");
        Self { tmux: Tmux::start(world, shell, &rc).unwrap(), lines: 0 }
    }

    fn in_shell(world: &'a World, shell: Shell) -> Self {
        Self::new(world, shell, compinit(shell), &shell.loads_init(), "")
    }

    /// Types keys and Enter, and gives the line that `assume-role` shows.
    fn words_of(&mut self, keys: &str) -> String {
        self.tmux.type_text("assume-role ").unwrap();
        self.keys(keys);
        self.tmux.press("Enter").unwrap();
        self.lines += 1;
        let wanted = self.lines;
        let is_there = |screen: &str| screen.lines().filter(|line| line.starts_with("got")).count() >= wanted;
        let screen = self.tmux.wait_until(keys, is_there).unwrap();
        screen.lines().rfind(|line| line.starts_with("got")).unwrap().to_owned()
    }

    fn keys(&mut self, keys: &str) {
        for part in keys.split_inclusive(['⇥', '←']) {
            let text = part.trim_end_matches(['⇥', '←']);
            if !text.is_empty() {
                self.tmux.type_text(text).unwrap();
            }
            match part.chars().last() {
                Some('⇥') => self.tmux.press("Tab").unwrap(),
                Some('←') => self.tmux.press("Left").unwrap(),
                _ => {}
            }
        }
    }
}

fn compinit(shell: Shell) -> &'static str {
    if shell == Shell::Zsh { "autoload -Uz compinit; compinit -u -D" } else { "" }
}

fn shown(words: &[&str]) -> String {
    words.iter().fold("got".to_owned(), |line, word| format!("{line}<{word}>"))
}

fn everywhere(test: impl Fn(Shell, &World)) {
    if find("tmux").is_none() {
        return;
    }
    for shell in Shell::INTEGRATED {
        if shell.find().is_some() {
            let world = World::new(binary()).unwrap();
            world.accounts(ACCOUNTS).unwrap();
            test(shell, &world);
        }
    }
}

#[test]
fn what_is_inserted_arrives() {
    everywhere(|shell, world| {
        let mut typist = Typist::in_shell(world, shell);
        for (keys, words) in ROWS {
            assert_eq!(typist.words_of(keys), shown(words), "{shell:?} {keys}");
        }
    });
}
