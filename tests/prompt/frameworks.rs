//! The segments for frameworks, in the frameworks themselves: what their prompts show in every
//! state.
//!
//! `tests/run` installs them and names the directory.

use std::path::{Path, PathBuf};

use assume_role::testing::config::settings::PromptSide;
use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::InitOptions;
use assume_role::testing::shell::prompt_style::Look;

use super::{NOW, assign, init, stopped};
use crate::scenes::real_shells::{assert_lints, is_here, run, run_lines};
use crate::support::tools::{find_file, from_environment};

/// Where `tests/run` put starship, pure and spaceship.
fn installed() -> Option<PathBuf> {
    from_environment("ASSUME_ROLE_TEST_PROMPTS")
}

fn segment(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("shell/prompts").join(name);
    std::fs::read_to_string(file).unwrap()
}

/// Each state: its variables, and what a prompt shows of it.
fn states(shell: Shell) -> Vec<(&'static str, String, &'static str)> {
    let left = |seconds: i64| assign(shell, "ASSUME_ROLE_EXPIRES", &(NOW + seconds).to_string());
    let role = super::role(shell, 3540);
    let foreign = assign(shell, "AWS_ACCESS_KEY_ID", "AKIAOTHER");
    vec![
        ("none", String::new(), ""),
        ("calm", role, "production:read 59m"),
        ("warning", left(599), "production:read 9m"),
        ("expired", left(-5), "production:read expired"),
        ("foreign", foreign, "?"),
    ]
}

/// Loads `setup` and takes the shell through the states; the prompt of each shows that state and no
/// other.
fn check(shell: Shell, home: &Path, setup: &str) {
    let variables = [
        ("TERM", "xterm"),
        ("LC_ALL", "C.UTF-8"),
        ("STARSHIP_CACHE", "."),
        ("STARSHIP_CONFIG", "starship.toml"),
        ("LP_ENABLE_LOAD", "0"),
    ];
    let mut lines = format!("{setup}\n{}", stopped(shell));
    for (name, assignments, _) in states(shell) {
        let assignments = assignments.replace('\n', "; ");
        lines.push_str(&match shell {
            Shell::Fish => format!(
                "{assignments}emit fish_prompt; echo from-{name} >&2; fish_prompt >&2; fish_right_prompt >&2\necho to-{name} >&2\n"
            ),
            // The right prompt is not drawn without a terminal.
            Shell::Zsh => format!(
                "{assignments}echo from-{name} >&2\nprint -rP -- \"$RPROMPT\" >&2; echo to-{name} >&2\n"
            ),
            Shell::Bash => format!("{assignments}echo from-{name} >&2\necho to-{name} >&2\n"),
            other => super::not_here(other),
        });
    }
    let outcome = match shell {
        Shell::Fish => run(&["fish", "-i"], home, &variables, &lines),
        _ => run_lines(&[shell.name(), "-i"], home, &variables, &lines),
    };
    for (name, _, expected) in states(shell) {
        let (_, rest) = outcome
            .err
            .split_once(&format!("from-{name}\n"))
            .unwrap_or_else(|| panic!("{name}: {outcome:?}"));
        let (shown, _) = rest
            .split_once(&format!("to-{name}\n"))
            .unwrap_or_else(|| panic!("{name}: {outcome:?}"));
        let times = if expected.is_empty() { 0 } else { shown.matches(expected).count() };
        assert_eq!(times, usize::from(!expected.is_empty()), "{shell:?} {name}: {shown}");
        if !expected.starts_with("production") {
            assert!(!shown.contains("production"), "{shell:?} {name}: {shown}");
        }
    }
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn ours(shell: Shell) -> String {
    init(shell, &InitOptions { no_completions: true, ..InitOptions::default() })
}

#[test]
fn starship() {
    let Some(directory) = installed() else { return };
    let program = directory.join("bin/starship");
    for shell in super::SHELLS.into_iter().filter(|shell| is_here(shell.name())) {
        let home = home();
        let config = format!(
            "format = \"${{env_var.ASSUME_ROLE_PROMPT}}> \"\nadd_newline = false\n{}",
            segment("starship.toml")
        );
        std::fs::write(home.path().join("starship.toml"), config).unwrap();
        std::fs::write(home.path().join("ours"), ours(shell)).unwrap();
        let name = shell.name();
        let load = match shell {
            Shell::Fish => {
                format!(
                    "set -gx ASSUME_ROLE_PROMPT\n{} init fish | source\nsource ./ours",
                    program.display()
                )
            }
            _ => format!(
                "export ASSUME_ROLE_PROMPT=; starship_precmd_user_func=__assume_role_hook\nsource ./ours\neval \"$({} init {name})\"",
                program.display()
            ),
        };
        check(shell, home.path(), &load);
    }
}

/// Beside starship's own prompt the segment has the colour of its state, which starship cannot give.
#[test]
fn beside_starship_the_colour_tells_the_state() {
    let Some(directory) = installed() else { return };
    let program = directory.join("bin/starship");
    for shell in super::SHELLS.into_iter().filter(|shell| is_here(shell.name())) {
        let home = home();
        std::fs::write(home.path().join("starship.toml"), "format = \"star> \"").unwrap();
        let side = if shell == Shell::Bash { PromptSide::Left } else { PromptSide::Right };
        let look = Look { side, ..Look::default() };
        let options = InitOptions { look, no_completions: true, ..InitOptions::default() };
        std::fs::write(home.path().join("ours"), init(shell, &options)).unwrap();
        let load = match shell {
            Shell::Fish => format!("source ./ours\n{} init fish | source", program.display()),
            _ => format!("source ./ours\neval \"$({} init {})\"", program.display(), shell.name()),
        };
        check(shell, home.path(), &load);
    }
}

#[test]
fn starship_shows_the_countdown_by_itself() {
    let Some(directory) = installed() else { return };
    let home = home();
    let soon =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
            + 3540;
    let expires = assume_role::testing::types::Moment(i64::try_from(soon).unwrap()).rfc3339();
    let variables = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "ASIA1"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_CREDENTIAL_EXPIRATION", &expires),
    ];
    let script = format!("{} module aws\n", directory.join("bin/starship").display());
    let outcome = run(&["sh"], home.path(), &variables, &script);
    assert!(outcome.out.contains("eu-west-1") && outcome.out.contains("[5"), "{outcome:?}");
}

#[test]
fn pure() {
    let Some(directory) = installed() else { return };
    let home = home();
    let package = directory.join("node_modules/pure-prompt");
    for (from, to) in [("pure.zsh", "prompt_pure_setup"), ("async.zsh", "async")] {
        std::fs::copy(package.join(from), home.path().join(to)).unwrap();
    }
    std::fs::write(home.path().join("ours"), ours(Shell::Zsh) + &segment("pure.zsh")).unwrap();
    let load = "fpath=(. $fpath); autoload -U promptinit; promptinit; prompt pure\nsource ./ours\nsource ./ours";
    check(Shell::Zsh, home.path(), load);
}

#[test]
fn spaceship() {
    let Some(directory) = installed() else { return };
    let home = home();
    let theirs = directory.join("node_modules/spaceship-prompt/spaceship.zsh");
    std::fs::write(home.path().join("ours"), ours(Shell::Zsh) + &segment("spaceship.zsh")).unwrap();
    let load = format!(
        "SPACESHIP_PROMPT_ORDER=(dir char)\nsource {}\nsource ./ours\nspaceship add --before char assume_role",
        theirs.display()
    );
    check(Shell::Zsh, home.path(), &load);
}

#[test]
fn liquidprompt() {
    let Some(theirs) = find_file("/usr/share/liquidprompt/liquidprompt") else { return };
    for shell in [Shell::Bash, Shell::Zsh] {
        let home = home();
        let prefix = segment(&format!("liquidprompt.{}", shell.name()));
        std::fs::write(home.path().join("ours"), ours(shell) + &prefix).unwrap();
        check(shell, home.path(), &format!("source ./ours\nsource {}", theirs.display()));
        if shell == Shell::Bash {
            let load = format!("source ./ours\nsource {}\nshopt -u promptvars", theirs.display());
            check(shell, home.path(), &load);
        }
    }
}

/// A stand-in for liquidprompt 2.0, which draws from the first element of `PROMPT_COMMAND`, or calls
/// from there what stood in it before, and turns `promptvars` off.
#[test]
fn liquidprompt_without_promptvars() {
    let home = home();
    std::fs::write(home.path().join("ours"), ours(Shell::Bash) + &segment("liquidprompt.bash"))
        .unwrap();
    let draw = "shopt -u promptvars\ndraw() { PS1=\"${LP_PS1_PREFIX}> \"; }\n";
    for hooks in ["PROMPT_COMMAND=draw", "PROMPT_COMMAND=(\"${PROMPT_COMMAND[@]}\" draw)"] {
        check(Shell::Bash, home.path(), &format!("source ./ours\n{draw}{hooks}"));
    }
}

/// A stand-in for tide, which draws in a process of its own: it reads the configuration once more,
/// sees exported variables only, and the item's colours as such.
#[test]
fn tide() {
    if !is_here("fish") {
        return;
    }
    let home = home();
    std::fs::write(home.path().join("tide"), segment("tide.fish")).unwrap();
    let print = "function _tide_print_item\n    set -l colour (env | string replace --filter tide_assume_role_color= '')\n    printf '%s %s' $colour $argv[2]\nend\n";
    let item = format!("{print}source ./tide\n_tide_item_assume_role\n");
    std::fs::write(home.path().join("item"), item).unwrap();
    let load = format!(
        "{}source ./tide\nfunction fish_prompt; : _tide_; fish --no-config ./item; end\nfunction fish_right_prompt; end",
        ours(Shell::Fish)
    );
    check(Shell::Fish, home.path(), &load);
    let coloured = format!(
        "{load}\n{}{}emit fish_prompt\nfish_prompt\n",
        stopped(Shell::Fish),
        super::role(Shell::Fish, 3540)
    );
    let outcome = run(&["fish", "-i"], home.path(), &[("TERM", "xterm")], &coloured);
    assert_eq!(outcome.out, "cyan production:read 59m", "{}", outcome.err);
}

#[test]
fn a_theme_of_oh_my_zsh() {
    let home = home();
    std::fs::write(home.path().join("ours"), segment("oh-my-zsh.zsh") + &ours(Shell::Zsh)).unwrap();
    let theme = "source ./ours\nsetopt prompt_subst\nPROMPT='$(assume_role_prompt_info)> '";
    if is_here("zsh") {
        check(Shell::Zsh, home.path(), theme);
    }
}

#[test]
fn the_files_pass_their_linters() {
    assert_lints(
        "shell/prompts",
        &[
            (&["shellcheck"], "liquidprompt.bash"),
            (&["shellcheck"], "tmux.bash"),
            (&["shfmt", "--diff", "--indent", "4"], "liquidprompt.bash"),
            (&["shfmt", "--diff", "--indent", "4"], "tmux.bash"),
            (&["zsh", "-n"], "powerlevel10k.zsh"),
            (&["zsh", "-n"], "oh-my-zsh.zsh"),
            (&["zsh", "-n"], "pure.zsh"),
            (&["zsh", "-n"], "spaceship.zsh"),
            (&["zsh", "-n"], "tmux.zsh"),
            (&["zsh", "-n"], "liquidprompt.zsh"),
            (&["fish", "--no-execute"], "tide.fish"),
            (&["fish", "--no-execute"], "tmux.fish"),
            (&["fish_indent", "--check"], "tide.fish"),
            (&["fish_indent", "--check"], "tmux.fish"),
        ],
    );
    serde_json::from_str::<serde_json::Value>(&segment("oh-my-posh.json")).unwrap();
    toml::from_str::<toml::Table>(&segment("starship.toml")).unwrap();
}

#[test]
fn the_status_line_of_tmux() {
    if !is_here("tmux") {
        return;
    }
    let program = which::which("tmux").unwrap();
    for shell in super::SHELLS.into_iter().filter(|shell| is_here(shell.name())) {
        let home = home();
        let title = segment(&format!("tmux.{}", shell.name()));
        // Once more a name that tmux would run, if it looked at it.
        let role =
            super::role(shell, 3540) + &assign(shell, "AWS_ACCOUNT_NAME", "#(touch pwned)%H");
        std::fs::write(home.path().join("rc"), ours(shell) + &stopped(shell) + &title + &role)
            .unwrap();
        std::fs::write(home.path().join("tmux.conf"), segment("tmux.conf")).unwrap();
        let tmux = |arguments: &[&str]| {
            let mut command = std::process::Command::new(&program);
            command
                .args(["-u", "-S"])
                .arg(home.path().join("s"))
                .arg("-f")
                .arg(home.path().join("tmux.conf"));
            command
                .args(arguments)
                .env_clear()
                .env("HOME", home.path())
                .env("PATH", "/usr/local/bin:/usr/bin:/bin");
            command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm").current_dir(home.path());
            String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned()
        };
        let start = crate::scenes::real_shells::words(shell.name()).join(" ") + " -i";
        tmux(&["new-session", "-d", "-x", "120", "-y", "20", &start]);
        tmux(&["send-keys", "source ./rc", "Enter"]);
        let format = "#{T:status-right}";
        let shown = (0..500).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            Some(tmux(&["display-message", "-p", format]))
                .filter(|shown| shown.contains(":read 59m"))
        });
        let screen = tmux(&["capture-pane", "-p"]);
        tmux(&["kill-server"]);
        assert!(shown.unwrap_or(screen).contains("#(touch pwned)%H:read 59m"), "{shell:?}");
        assert!(!home.path().join("pwned").exists(), "{shell:?}");
    }
}
