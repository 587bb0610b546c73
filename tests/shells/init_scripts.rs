//! What `init` prints, loaded by real shells: silently, twice, under every option people set, from
//! every path.

use std::path::{Path, PathBuf};
use std::process::Command;

use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::{InitOptions, ShortName, script};

use crate::scenes::bastion;
use crate::scenes::real_shells::{assert_lints, is_here, run};
use crate::support::process;
use crate::support::tools::find;
use crate::support::world::World;

/// A home with a stand-in for the program, and the init files that name it.
pub struct Home {
    directory: tempfile::TempDir,
    pub program: PathBuf,
}

/// Writes down how it was called, then answers `export` with the file `code` and anything else with
/// its words. Ends as `ANSWER` says: with that status, or killed once everything is printed.
const STAND_IN: &str = r#"#!/bin/sh
printf '%s\n' "$@" >"$HOME/words"
printf '%s' "${COMPLETE-unset}" >"$HOME/complete"
env >"$HOME/environment"
case "$1 ${2-}" in
'export '*) cat "$HOME/code" ;;
'init sh') ;; # in POSIX mode
*) if [ -e "$HOME/direct" ]; then cat "$HOME/direct"; else echo "printed $*"; fi ;;
esac
case "${ANSWER-0}" in
killed) kill -9 $$ ;;
*) exit "${ANSWER-0}" ;;
esac
"#;

impl Home {
    pub fn new() -> Self {
        Self::with_program("bin/assume-role")
    }

    pub fn with_program(path: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join(path);
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::fs::write(&program, STAND_IN).unwrap();
        let made = Command::new("chmod").arg("+x").arg(&program).status().unwrap();
        assert!(made.success());
        let home = Self { directory, program };
        home.init(&InitOptions::default());
        home
    }

    /// Writes `init.bash`, `init.zsh` and `init.fish`.
    pub fn init(&self, options: &InitOptions) {
        for shell in Shell::ALL {
            self.write(
                &format!("init.{}", shell.name()),
                &script(shell, &self.program, options).unwrap(),
            );
        }
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Ways in which people set up the shells that have an integration, and how each loads it.
pub const SHELLS: [(&[&str], &str); 16] = [
    (&["bash"], BASH),
    (&["bash", "-eu", "-o", "pipefail"], BASH),
    (&["bash", "-f", "-a", "-o", "noclobber"], BASH),
    (&["bash", "-i"], BASH),
    (&["zsh"], ZSH),
    (&["zsh", "-eu"], ZSH),
    (&["zsh", "-i", "-u"], ZSH),
    (&["zsh", "-o", "ksh_arrays", "-o", "no_unset"], ZSH),
    (&["zsh", "-o", "sh_word_split", "-o", "extended_glob", "-o", "all_export"], ZSH),
    (&["zsh", "-o", "warn_create_global", "-o", "err_return"], ZSH),
    (&["zsh", "-o", "no_prompt_subst", "-o", "no_prompt_percent", "-o", "rc_quotes"], ZSH),
    (&["zsh", "-o", "csh_junkie_quotes", "-o", "no_rcs", "-o", "glob_subst"], ZSH),
    (&["zsh as sh"], ZSH),
    (&["zsh as ksh", "-i"], ZSH),
    (&["fish"], FISH),
    (&["fish", "-i"], FISH),
];

/// The same for those that take the script of sh, where the function is `assume_role`.
pub const OF_SH: [(&[&str], &str); 10] = [
    (&["dash"], SH),
    (&["dash", "-eu"], SH),
    (&["busybox"], SH),
    (&["busybox", "-u"], SH),
    (&["ksh93"], SH),
    (&["ksh93", "-i", "-u"], SH),
    (&["mksh"], SH),
    (&["mksh", "-f", "-a"], SH),
    (&["yash"], SH),
    (&["yash", "-eu"], SH),
];

const SH: &str = "eval \"$(cat init.sh)\"\n";
const BASH: &str = "eval \"$(cat init.bash)\"\n";
const ZSH: &str = "eval \"$(cat init.zsh)\"\n";
const FISH: &str = "cat init.fish | source\n";

#[test]
fn loading_twice_is_silent() {
    let home = Home::new();
    for (shell, load) in SHELLS.iter().chain(&OF_SH).filter(|(shell, _)| is_here(shell[0])) {
        let variables = [("TERM", "dumb"), ("LC_ALL", "C.UTF-8")];
        run(shell, home.path(), &variables, &load.repeat(2)).assert_silent(&format!("{shell:?}"));
    }
    run(&["bash --posix", "-eu"], home.path(), &[], &BASH.repeat(2)).assert_silent("POSIX mode");
}

/// A user who mistypes a setting still gets the function in the next shell, and the reason why it
/// looks as it does.
#[test]
fn wrong_settings_are_told_and_the_script_is_that_without_any() {
    let scene = bastion();
    let plain = scene.world.run(["init", "bash"]).unwrap();
    for wrong in ["prompt = 'up'", "timout = '8s'", "prompt = "] {
        scene.world.write(".config/assume-role/config.toml", wrong).unwrap();
        let ran = scene.world.run(["init", "bash"]).unwrap();
        assert_eq!((ran.status, ran.stdout), (0, plain.stdout.clone()), "{wrong}");
        assert!(ran.stderr.contains("~/.config/assume-role/config.toml:1"), "{}", ran.stderr);
    }
}

#[test]
fn an_alias_of_that_name_does_not_win() {
    let home = Home::new();
    home.write("code", "{ \\export GOT=it; }\n");
    for (shell, more, load) in
        [("bash", "shopt -s expand_aliases\n", BASH), ("zsh", "alias -g return=GLOBAL\n", ZSH)]
    {
        let mut aliases = more.to_owned();
        for word in [
            "local", "eval", "command", "return", "set", "setopt", "builtin", "unalias",
            "assume-role",
        ] {
            aliases.push_str(&format!("\\alias {word}='echo ALIAS'\n"));
        }
        let call = "\\builtin eval 'assume-role a r; echo \"$GOT $?\"'\n";
        let outcome = run(
            &[shell],
            home.path(),
            &[],
            &(aliases + &load.replace("eval", "\\builtin eval").repeat(2) + call),
        );
        assert_eq!((outcome.out.as_str(), outcome.err.as_str()), ("it 0\n", ""), "{shell}");
    }
}

#[test]
fn any_path_works_and_none_is_run() {
    for directory in [
        "with space", "q\"u", "s'q", "$(touch pwned)", "`touch pwned`", "!!", "日本", "-dash",
        "tab\t", "a;touch pwned;", "back\\slash", "star*", "%d %s", "#", "~", "&",
    ] {
        let home = Home::with_program(&format!("{directory}/assume-role"));
        for (shell, load) in [("bash", BASH), ("zsh", ZSH), ("fish", FISH)] {
            home.write(
                "code",
                if shell == "fish" {
                    "begin; set -gx GOT it; end\n"
                } else {
                    "{ \\export GOT=it; }\n"
                },
            );
            let script =
                format!("{}assume-role a r\nassume-role logout\necho \"$GOT\"\n", load.repeat(2));
            let outcome = run(&[shell], home.path(), &[("LC_ALL", "C.UTF-8")], &script);
            let got = (outcome.out.as_str(), outcome.err.as_str());
            assert_eq!(got, ("printed logout\nit\n", ""), "{shell} {directory}");
            assert!(!home.path().join("pwned").exists(), "{shell} {directory}");
        }
    }
}

#[test]
fn a_short_name_calls_the_long_one() {
    let home = Home::new();
    home.init(&InitOptions {
        cmd: Some(ShortName::parse("a-r").unwrap()),
        ..InitOptions::default()
    });
    for (shell, load) in [("bash", BASH), ("zsh", ZSH), ("fish", FISH)] {
        home.write("code", "");
        let outcome = run(&[shell], home.path(), &[], &format!("{}a-r x 'y z'\n", load.repeat(2)));
        outcome.assert_silent(shell);
        assert_eq!(home.read("words"), format!("export\n--shell\n{shell}\nx\ny z\n"));
    }
    run(&["bash --posix", "-eu"], home.path(), &[], &BASH.repeat(2)).assert_silent("POSIX mode");
}

#[test]
fn without_quotes_it_says_that_they_are_needed() {
    for shell in ["bash", "zsh", "dash", "busybox", "ksh93", "mksh", "yash"] {
        if !is_here(shell) {
            continue;
        }
        let home = Home::new();
        let name = if matches!(shell, "bash" | "zsh") { shell } else { "sh" };
        let script = format!("eval $(cat init.{name})\necho \"$?\"; command -v assume_role\n");
        let outcome = run(&[shell], home.path(), &[], &script);
        assert_eq!(outcome.out, "127\n", "{shell}: {}", outcome.err);
        let said = format!("quotes are needed: eval \"$(assume-role init {name})\"");
        assert!(outcome.err.contains(&said), "{shell}: {}", outcome.err);
    }
}

#[test]
fn the_scripts_pass_their_linters() {
    assert_lints(
        "shell",
        &[
            (&["shellcheck"], "init.bash"),
            (&["shfmt", "--diff", "--indent", "4"], "init.bash"),
            (&["bash", "-n"], "init.bash"),
            (&["shellcheck"], "init.sh"),
            (&["shfmt", "--diff", "--indent", "4"], "init.sh"),
            (&["dash", "-n"], "init.sh"),
            (&["yash", "-n"], "init.sh"),
            (&["zsh", "-n"], "init.zsh"),
            (&["zsh", "-n"], "../assume-role.plugin.zsh"),
            (&["fish", "--no-execute"], "../conf.d/assume-role.fish"),
            (&["fish_indent", "--check"], "../conf.d/assume-role.fish"),
            (&["fish", "--no-execute"], "init.fish"),
            (&["fish_indent", "--check"], "init.fish"),
        ],
    );
}

#[test]
fn the_file_for_plugin_managers_of_zsh_loads_what_is_there() {
    if !is_here("zsh") {
        return;
    }
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("assume-role.plugin.zsh");
    let home = Home::new();
    let load = format!("source '{}'; whence -w assume-role\n", plugin.display());
    let without = run(&["zsh"], home.path(), &[("PATH", "/usr/bin:/bin")], &load);
    assert_eq!((without.out.as_str(), without.err.as_str()), ("assume-role: none\n", ""));
    let program = Path::new(crate::scenes::binary()).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", program.display());
    let with = run(&["zsh"], home.path(), &[("PATH", &path)], &load);
    assert_eq!((with.out.as_str(), with.err.as_str()), ("assume-role: function\n", ""));
}

/// fisher copies these files of a plugin into the directories of the same names, and no others.
#[test]
fn what_plugin_managers_of_fish_copy_loads_what_is_there() {
    let Some(fish) = find("fish") else { return };
    let mut world = World::new(crate::scenes::binary()).unwrap();
    world.accounts(r#"{"production": "123456789012"}"#).unwrap();
    let mut copied = 0;
    for directory in ["completions", "conf.d", "functions", "themes"] {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
        let files = std::fs::read_dir(place).into_iter().flatten().map(|entry| entry.unwrap());
        for file in files.filter(|file| file.path().extension().is_some_and(|ext| ext == "fish")) {
            let name = file.file_name().into_string().unwrap();
            let text = std::fs::read_to_string(file.path()).unwrap();
            world.write(&format!(".config/fish/{directory}/{name}"), text).unwrap();
            copied += 1;
        }
    }
    assert_eq!(copied, 1);
    let look = "type -t assume-role; complete --do-complete 'assume-role prod'";
    let looked = |world: &World| {
        let mut command = world.command_of(fish.clone());
        command.args(["-i", "-c", look]);
        process::run(command, b"").unwrap()
    };
    let with = looked(&world);
    assert_eq!(with.stdout, "function\nproduction\t123456789012\n", "{with:?}");
    world.set("PATH", "/usr/bin:/bin");
    let without = looked(&world);
    assert!(without.stdout.is_empty() && !without.stderr.contains("conf.d"), "{without:?}");
}
