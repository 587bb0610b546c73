//! TAB in real shells on a real screen: what is inserted arrives byte for byte, and the user's own
//! matching works.

use std::time::Duration;

use assume_role::testing::shell::Shell as Known;
use assume_role::testing::shell::integration::InitOptions;

use super::rows::{ROWS, ROWS_WITHOUT_BACKSLASHES};
use crate::scenes::binary;
use crate::scenes::real_shells::{is_here, run};
use crate::support::shells::Shell;
use crate::support::tmux::Tmux;
use crate::support::tools::find;
use crate::support::world::World;

const ACCOUNTS: &str = r##"{
    "production": {"id": "123456789012", "roles": ["read", "admin", "ops/deploy"], "region": "eu-west-1"},
    "R and D": {"id": "222222222222", "roles": ["power.user"]},
    "it's": {"id": "333333333333", "roles": ["x=y@z,+"]},
    "a&b (c) *": "444444444444",
    "k:d:e": {"id": "555555555555", "roles": ["read"]},
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

/// A shell whose `assume-role` shows its words, with the completion that `init` registers.
pub struct Typist<'a> {
    tmux: Tmux<'a>,
    shell: Shell,
    lines: usize,
}

impl<'a> Typist<'a> {
    pub fn new(world: &'a World, shell: Shell, before: &str, load: &str, after: &str) -> Self {
        let show = match shell {
            Shell::Fish => "function assume-role; printf 'got'; printf '<%s>' $argv; echo .; end",
            Shell::Elvish => {
                "edit:add-var assume-role~ {|@words| print got; each {|word| print '<'$word'>' } $words; echo . }"
            }
            Shell::Yash => "assume_role() { printf 'got'; printf '<%s>' \"$@\"; echo .; }",
            Shell::Xonsh => {
                // What was typed before is not to be seen behind what is.
                "$XONSH_PROMPT_AUTO_SUGGEST = False; aliases['assume-role'] = lambda args: print('got' + ''.join(f'<{arg}>' for arg in args) + '.')"
            }
            // A file that is read after the one that the integration is in.
            Shell::Nu => {
                let show = "@complete __assume_role_candidates\ndef --wrapped assume-role [...words: string] { \
                            print $\"got($words | each {|word| $'<($word)>' } | str join).\" }\n";
                world.write(".config/nushell/autoload/show.nu", show).unwrap();
                ""
            }
            _ => "function assume-role { printf 'got'; printf '<%s>' \"$@\"; echo .; }",
        };
        let prompt = shell.prompts("$ ");
        let rc = format!("{before}\n{load}\n{show}\n{prompt}\n{after}\n");
        Self { tmux: Tmux::start(world, shell, &rc).unwrap(), shell, lines: 0 }
    }

    pub fn in_shell(world: &'a World, shell: Shell) -> Self {
        Self::new(world, shell, compinit(shell), &shell.loads_init(), "")
    }

    /// Types keys and Enter, and gives the line that `assume-role` shows.
    pub fn words_of(&mut self, keys: &str) -> String {
        let is_at_prompt = |screen: &str| screen.trim_end().ends_with('$');
        self.tmux.wait_until("a prompt", is_at_prompt).unwrap();
        self.tmux.type_text("assume-role ").unwrap();
        self.keys(keys);
        self.tmux.press("Enter").unwrap();
        self.lines += 1;
        let wanted = self.lines;
        let shown = |line: &str| {
            line.strip_prefix("got").and_then(|rest| rest.strip_suffix('.')).map(str::to_owned)
        };
        let is_there = |screen: &str| screen.lines().filter_map(shown).count() >= wanted;
        // Once more, where the first one has closed the menu, and taken what is marked there.
        if [Shell::Nu, Shell::Xonsh].contains(&self.shell) {
            let shown = self.tmux.look_for(Duration::from_secs(1), is_there).unwrap();
            if shown.is_err() {
                self.tmux.press("Enter").unwrap();
            }
        }
        let screen = self.tmux.wait_until(keys, is_there).unwrap();
        screen.lines().rev().find_map(shown).unwrap()
    }

    fn keys(&self, keys: &str) {
        for part in keys.split_inclusive(['⇥', '←']) {
            let text = part.trim_end_matches(['⇥', '←']);
            if !text.is_empty() {
                self.tmux.type_text(text).unwrap();
            }
            match part.chars().last() {
                Some('⇥') if self.shell == Shell::Xonsh => self.tab_and_wait(text),
                Some('⇥') => self.tmux.press("Tab").unwrap(),
                Some('←') => self.tmux.press("Left").unwrap(),
                _ => {}
            }
        }
    }

    /// xonsh drops candidates when more is typed before they are there: waits until the line has
    /// changed, or nothing can fit.
    fn tab_and_wait(&self, typed: &str) {
        let is_typed = |screen: &str| screen.trim_end().ends_with(typed.trim_end());
        self.tmux.wait_until(typed, is_typed).unwrap();
        self.tmux.press("Tab").unwrap();
        let has_changed = |screen: &str| !is_typed(screen);
        let _ = self.tmux.look_for(Duration::from_secs(4), has_changed).unwrap();
    }
}

/// What zsh needs before anything completes.
pub fn compinit(shell: Shell) -> &'static str {
    if shell == Shell::Zsh { "autoload -Uz compinit; compinit -u -D" } else { "" }
}

fn shown(words: &[&str]) -> String {
    words.iter().map(|word| format!("<{word}>")).collect()
}

/// Runs a test in each shell that is here, each time with its own home.
pub fn everywhere(test: impl Fn(Shell, &World)) {
    if find("tmux").is_none() {
        return;
    }
    for shell in [&Shell::INTEGRATED[..], &[Shell::Nu, Shell::Xonsh]].concat() {
        if shell.find().is_some() {
            let world = World::new(binary()).unwrap();
            world.accounts(ACCOUNTS).unwrap();
            test(shell, &world);
        }
    }
}

/// yash needs no quote before it quotes, and leaves one that was typed.
#[test]
fn what_yash_inserts_arrives() {
    if find("tmux").is_none() || Shell::Yash.find().is_none() {
        return;
    }
    let world = World::new(binary()).unwrap();
    world.accounts(ACCOUNTS).unwrap();
    let mut typist = Typist::in_shell(&world, Shell::Yash);
    for (keys, words) in [
        ("prod⇥", &["production"][..]),
        ("prod⇥re⇥", &["production", "read"]),
        ("R⇥p⇥", &["R and D", "power.user"]),
        ("'R a⇥", &["R and D"]),
        ("it⇥x⇥", &["it's", "x=y@z,+"]),
        ("a\\&⇥", &["a&b (c) *"]),
        ("k:⇥re⇥", &["k:d:e", "read"]),
        ("w⇥", &["wow!"]),
        ("'[⇥", &["[z]?;|<>"]),
        ("--region eu-n⇥prod⇥ad⇥", &["--region", "eu-north-1", "production", "admin"]),
        ("stag⇥2", &["staging-2"]),
        ("exec production read -- ech⇥", &["exec", "production", "read", "--", "echo"]),
    ] {
        assert_eq!(typist.words_of(keys), shown(words), "{keys}");
    }
}

/// elvish matches and quotes. It inserts the only candidate at once where that begins with what is typed;
/// else, as where quotes are missing, it shows it first.
#[test]
fn what_elvish_inserts_arrives() {
    if find("tmux").is_none() || Shell::Elvish.find().is_none() {
        return;
    }
    let world = World::new(binary()).unwrap();
    world.accounts(ACCOUNTS).unwrap();
    let mut typist = Typist::in_shell(&world, Shell::Elvish);
    for (keys, words) in [
        ("prod⇥", &["production"][..]),
        ("prod⇥re⇥", &["production", "read"]),
        ("'R⇥pow⇥", &["R and D", "power.user"]),
        ("'R a⇥", &["R and D"]),
        ("'it⇥'x⇥", &["it's", "x=y@z,+"]),
        ("'a&⇥", &["a&b (c) *"]),
        ("'日⇥", &["日本"]),
        ("'w⇥", &["wow!"]),
        ("'[⇥", &["[z]?;|<>"]),
        ("--region eu-n⇥prod⇥ad⇥", &["--region", "eu-north-1", "production", "admin"]),
        ("1234⇥", &["123456789012"]),
        ("exec production read -- mkfif⇥", &["exec", "production", "read", "--", "mkfifo"]),
    ] {
        assert_eq!(typist.words_of(keys), shown(words), "{keys}");
    }
}

#[test]
fn what_is_inserted_arrives() {
    everywhere(|shell, world| {
        let mut typist = Typist::in_shell(world, shell);
        let rows = match shell {
            Shell::Nu | Shell::Xonsh => &ROWS_WITHOUT_BACKSLASHES[..],
            _ => &ROWS,
        };
        for &(keys, words) in rows {
            assert_eq!(typist.words_of(keys), shown(words), "{shell:?} {keys}");
        }
    });
}

#[test]
fn what_is_shown_says_what_it_is() {
    everywhere(|shell, world| {
        let typist = Typist::in_shell(world, shell);
        typist.tmux.type_text("assume-role production ").unwrap();
        typist.keys("⇥⇥");
        let screen = typist.tmux.wait_for("ops/deploy").unwrap();
        assert!(screen.contains("admin") && !screen.contains("power.user"), "{shell:?}: {screen}");
        if shell != Shell::Bash {
            assert!(screen.contains("~/.aws/accounts:2"), "{shell:?}: {screen}");
        }
        typist.tmux.press("C-u").unwrap();
        typist.tmux.type_text("assume-role stag").unwrap();
        // bash lists once a TAB had nothing to add.
        typist.keys(if shell == Shell::Bash { "⇥⇥⇥" } else { "⇥⇥" });
        let screen = typist.tmux.wait_for("staging-2").unwrap();
        // xonsh describes the one that is marked.
        let described = if shell == Shell::Xonsh { "999999999991" } else { "999999999992" };
        assert!(shell == Shell::Bash || screen.contains(described), "{shell:?}: {screen}");
    });
}

#[test]
fn the_matching_of_the_user_is_the_one_that_counts() {
    let matchers = "zstyle ':completion:*' matcher-list '' 'm:{a-zA-Z}={A-Za-z}' 'l:|=* r:|=*'";
    for (shell, setting, rows) in [
        (Shell::Bash, "", &["PROD⇥", "duct⇥"][..]),
        (Shell::Bash, "bind 'set completion-ignore-case on'", &["PROD⇥"]),
        (Shell::Zsh, matchers, &["PROD⇥", "duct⇥"]),
        (Shell::Zsh, "zstyle ':completion:*' matcher-list 'r:|?=**'", &["pdctn⇥"]),
        (Shell::Fish, "", &["PROD⇥", "duct⇥", "pdctn⇥"]),
    ] {
        if find("tmux").is_none() || shell.find().is_none() {
            continue;
        }
        let world = World::new(binary()).unwrap();
        world.accounts(ACCOUNTS).unwrap();
        let mut typist = Typist::new(&world, shell, compinit(shell), &shell.loads_init(), setting);
        for keys in rows {
            assert_eq!(typist.words_of(keys), "<production>", "{shell:?} {keys}");
        }
    }
}

#[test]
fn loaded_in_another_order_or_twice_or_under_a_short_name_or_not_at_all() {
    everywhere(|shell, world| {
        let load = shell.loads_init();
        let mut twice = Typist::new(world, shell, "", &load.repeat(2), compinit(shell));
        assert_eq!(twice.words_of("prod⇥re⇥"), "<production><read>", "{shell:?}");
        drop(twice);
        let short = load
            .replace(&format!("init {}", shell.name()), &format!("init {} --cmd ar", shell.name()));
        let typist = Typist::new(world, shell, compinit(shell), &short, "");
        typist.tmux.type_text("ar ").unwrap();
        typist.keys("prod⇥re⇥");
        typist.tmux.wait_for("ar production read").unwrap();
        // In nushell a function goes on calling the one that it was defined beside.
        if shell == Shell::Nu {
            return;
        }
        typist.tmux.press("Enter").unwrap();
        typist.tmux.wait_for("got<production><read>.").unwrap();
        drop(typist);
        let without = load.replace(
            &format!("init {}", shell.name()),
            &format!("init {} --no-completions", shell.name()),
        );
        let mut typist = Typist::new(world, shell, compinit(shell), &without, "");
        assert_eq!(typist.words_of("prod⇥"), "<prod>", "{shell:?}");
    });
}

#[test]
fn the_packaged_file_works_where_packages_put_it() {
    everywhere(|shell, world| {
        // For these two there is no place from which it would be loaded by itself.
        if [Shell::Nu, Shell::Xonsh].contains(&shell) {
            return;
        }
        let file = world.run(["completions", shell.name()]).unwrap().stdout;
        let (place, before, load) = match shell {
            Shell::Bash => ("site/assume-role", "", ". ~/site/assume-role"),
            Shell::Zsh => (
                "site/_assume-role",
                "fpath=(~/site $fpath); autoload -Uz compinit; compinit -u -D",
                "",
            ),
            _ => (".config/fish/completions/assume-role.fish", "", ""),
        };
        world.write(place, file).unwrap();
        let mut typist = Typist::new(world, shell, before, load, "");
        assert_eq!(typist.words_of("prod⇥re⇥"), "<production><read>", "{shell:?}");
        assert_eq!(typist.words_of("prod⇥ad⇥"), "<production><admin>", "{shell:?}");
    });
}

/// ble.sh quotes what it inserts unless it hears that it is quoted; a stand-in for its `compopt`
/// tells what it was told.
#[test]
fn ble_sh_hears_that_names_are_quoted() {
    if !is_here("bash") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let init = crate::prompt::init(Known::Bash, &InitOptions::default());
    let script =
        format!("{init}compopt() {{ echo \"$*\"; }}\n_assume_role\nBLE_ATTACHED=1\n_assume_role\n");
    let outcome = run(&["bash", "-i"], home.path(), &[], &script);
    assert_eq!(outcome.out, "-o ble/syntax-raw\n", "{}", outcome.err);
}
