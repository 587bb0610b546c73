//! What a user may ask for: a session about to end is renewed before it is used, and an idle prompt
//! is drawn anew.

use std::time::{SystemTime, UNIX_EPOCH};

use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::InitOptions;
use assume_role::testing::shell::prompt_style::Look;

use super::{NOW, assign, init, role, stopped};
use crate::scenes::real_shells::{Outcome, command, is_here, run, run_lines};
use crate::shells::init_scripts::Home;
use crate::support::terminal::Terminal;

/// Runs `typed` in an interactive shell with renewal before `aws` and `terraform`, that many
/// seconds before the end of a session which renews for `renewable` seconds. The stand-in renews by
/// an hour.
fn with(shell: Shell, left: i64, renewable: i64, typed: &[&str]) -> (Home, Outcome) {
    let home = Home::new();
    let renew = vec!["aws".to_owned(), "terraform".to_owned()];
    home.init(&InitOptions { look: Look { renew, ..Look::default() }, ..InitOptions::default() });
    home.write(
        "code",
        &match shell {
            Shell::Fish => {
                format!("begin; builtin set -gx ASSUME_ROLE_EXPIRES {}; end\n", NOW + 3540)
            }
            _ => format!("{{ \\builtin \\export ASSUME_ROLE_EXPIRES={}; }}\n", NOW + 3540),
        },
    );
    let setup = format!(
        "source ./init.{}\n{}{}{}",
        shell.name(),
        stopped(shell),
        role(shell, left),
        assign(shell, "ASSUME_ROLE_RENEWABLE", &(NOW + renewable).to_string())
    );
    let aws = match shell {
        Shell::Fish => "function aws; echo ran with (math $ASSUME_ROLE_EXPIRES - NOW); end\n",
        _ => "aws() { echo ran with $((ASSUME_ROLE_EXPIRES - NOW)); }\n",
    };
    let aws = aws.replace("NOW", &NOW.to_string());
    let outcome = match shell {
        Shell::Fish => {
            let lines: String =
                typed.iter().map(|line| format!("emit fish_preexec '{line}'\n{line}\n")).collect();
            run(&["fish", "-i"], home.path(), &[("TERM", "dumb")], &format!("{setup}{aws}{lines}"))
        }
        _ => {
            // One line, so that no prompt comes in between.
            let setup = setup.replace('\n', "; ");
            run_lines(
                &[shell.name(), "-i"],
                home.path(),
                &[("TERM", "dumb")],
                &format!("{aws}{setup}\n{}\n", typed.join("\n")),
            )
        }
    };
    (home, outcome)
}

const ENSURE: &str = "ensure\n600s\n--no-input\n";

#[test]
fn a_chosen_command_finds_a_renewed_session() {
    for shell in super::SHELLS.into_iter().filter(|shell| is_here(shell.name())) {
        for left in [599, 5, -5] {
            let (home, outcome) = with(shell, left, 40_000, &["aws s3 ls"]);
            assert_eq!(outcome.out, "ran with 3540\n", "{shell:?} {left}: {}", outcome.err);
            assert!(home.read("words").ends_with(ENSURE), "{shell:?}: {}", home.read("words"));
        }
    }
}

#[test]
fn nothing_is_renewed_that_has_time_or_would_ask() {
    for shell in super::SHELLS.into_iter().filter(|shell| is_here(shell.name())) {
        for (left, renewable) in [(600, 40_000), (300, 0), (300, -5)] {
            let (home, outcome) = with(shell, left, renewable, &["aws s3 ls"]);
            assert_eq!(outcome.out, format!("ran with {left}\n"), "{shell:?}: {}", outcome.err);
            assert_eq!(home.read("words"), "", "{shell:?}");
        }
    }
}

#[test]
fn other_commands_wait() {
    for shell in [Shell::Zsh, Shell::Fish].into_iter().filter(|shell| is_here(shell.name())) {
        for line in ["echo aws", "true aws", "echo \"| aws\" | cat", "awsx=1 true"] {
            let (home, _) = with(shell, 300, 40_000, &[line]);
            assert_eq!(home.read("words"), "", "{shell:?} {line}");
        }
        for line in ["true | aws s3 ls", "true; aws s3 ls", "A=1 aws s3 ls"] {
            let (home, outcome) = with(shell, 300, 40_000, &[line]);
            assert!(home.read("words").ends_with(ENSURE), "{shell:?} {line}: {outcome:?}");
        }
    }
}

#[test]
fn bash_asks_once_for_each_threshold() {
    if is_here("bash") {
        let (home, outcome) = with(Shell::Bash, 300, 40_000, &["true"]);
        assert!(home.read("words").ends_with(ENSURE), "{outcome:?}");
        // A renewal that brings nothing is not tried at every prompt.
        let again = "rm words; ASSUME_ROLE_EXPIRES=EXPIRES; __assume_role_renewed=EXPIRESwarning"
            .replace("EXPIRES=EXPIRES", "EXPIRES=5");
        let (home, outcome) = with(
            Shell::Bash,
            300,
            40_000,
            &[&again.replace("EXPIRESwarning", "5expired"), ":", ":"],
        );
        assert_eq!(home.read("words"), "", "{outcome:?}");
    }
}

#[test]
fn an_idle_prompt_of_zsh_is_drawn_anew_at_a_threshold() {
    if !is_here("zsh") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let now =
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let look = Look { repaint: true, warning: 3600, ..Look::default() };
    let rc =
        init(Shell::Zsh, &InitOptions { look, ..InitOptions::default() }) + &role(Shell::Zsh, 0);
    let expires = assign(Shell::Zsh, "ASSUME_ROLE_EXPIRES", &(now + 3602).to_string());
    std::fs::write(home.path().join("rc"), rc + &expires + "PROMPT='> '\n").unwrap();
    let variables = [("TERM", "xterm"), ("LC_ALL", "C.UTF-8")];
    let mut terminal = Terminal::start(command(&["zsh", "-i"], home.path(), &variables)).unwrap();
    terminal.type_line("source ./rc").unwrap();
    terminal.wait_for("1h00m").unwrap();
    terminal.type_text("echo ab").unwrap();
    terminal.press_control('b').unwrap();
    terminal.wait_for("59m").unwrap();
    // The line and the cursor are where they were.
    terminal.type_line("X").unwrap();
    terminal.wait_for("\naXb").unwrap();
}
