//! Names and expiries that would run or reach the terminal, in every way of writing a prompt, on a
//! real terminal.

use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::InitOptions;

use super::{init, role, stopped};
use crate::scenes::real_shells::{command, is_here};
use crate::support::terminal::Terminal;

const NAMES: [&[u8]; 16] = [
    b"$(touch pwned)",
    b"`touch pwned`",
    b"%F{$(touch pwned)}x",
    b"%{%(?.$(touch pwned).)%}",
    b"\\$(touch pwned)",
    b"\\[\\e]0;x\\a\\]",
    b"\x1b]52;c;cm0=\x07",
    b"\xc2\x9b31m",
    b"\xe2\x80\xaedorp",
    b"a\nb",
    b"100%",
    b"\x9b31m",
    b"\xff\xfe",
    "日本語".as_bytes(),
    &[b'A'; 5000],
    b"';touch pwned;'",
];

const EXPIRIES: [&str; 7] = [
    "a[$(touch pwned)]", "path[$(touch pwned)]", "09", "12345678901234567890123", "-5", "1 + 1",
    "1795309140",
];

/// Six ways to show the segment: the automatic one, and what people write themselves.
fn ways(shell: Shell) -> Vec<&'static str> {
    match shell {
        Shell::Bash => vec![
            "PS1='> '",
            "PS1='${ASSUME_ROLE_PROMPT}> '",
            "PS1='$(printf %s \"$ASSUME_ROLE_PROMPT\")> '",
            "PS1='> '; shown() { echo \"$ASSUME_ROLE_PROMPT\"; }; PROMPT_COMMAND+=(shown)",
            "baked() { PS1=\"$ASSUME_ROLE_PROMPT> \"; }; PROMPT_COMMAND+=(baked)",
            "PS1='> '; PS0='${ASSUME_ROLE_PROMPT}'",
        ],
        Shell::Zsh => vec![
            "PROMPT='> '",
            "setopt prompt_subst; PROMPT='${ASSUME_ROLE_PROMPT}> '",
            "setopt prompt_subst; PROMPT='$(print -r -- \"$ASSUME_ROLE_PROMPT\")> '",
            "PROMPT='> '; shown() { print -rP -- \"$ASSUME_ROLE_PROMPT\" }; precmd_functions+=(shown)",
            "setopt prompt_subst; baked() { PROMPT=\"$ASSUME_ROLE_PROMPT> \" }; precmd_functions+=(baked)",
            "setopt prompt_subst; PROMPT='> ' RPROMPT='$ASSUME_ROLE_PROMPT'",
        ],
        Shell::Fish => vec![
            "function fish_prompt; printf '> '; end",
            "function fish_prompt; echo -n \"$ASSUME_ROLE_PROMPT> \"; end",
            "function fish_prompt; printf '%s> ' $ASSUME_ROLE_PROMPT; end",
            "function fish_prompt; string join '' -- $ASSUME_ROLE_PROMPT '> '; end",
            "function fish_prompt; printf '> '; end; function fish_right_prompt; echo $ASSUME_ROLE_PROMPT; end",
            "function fish_prompt; set_color red; echo -ns $ASSUME_ROLE_PROMPT; set_color normal; echo '> '; end",
        ],
        other => super::not_here(other),
    }
}

/// A script that sets one variable to these bytes, from a file, so that they are never typed or
/// echoed.
fn set(shell: Shell, name: &str, file: &str) -> String {
    match shell {
        Shell::Bash | Shell::Zsh => format!("{name}=$(cat {file})"),
        Shell::Fish => format!("set -g {name} (cat {file} | string collect)"),
        other => super::not_here(other),
    }
}

fn check(shell: Shell) {
    if !is_here(shell.name()) {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let rc = init(shell, &InitOptions::default()) + &stopped(shell) + &role(shell, 3540);
    let mut steps = Vec::new();
    for (number, name) in NAMES.iter().enumerate() {
        std::fs::write(path(&format!("name{number}")), name).unwrap();
        steps.push(set(shell, "AWS_ACCOUNT_NAME", &format!("name{number}")));
    }
    for (number, expires) in EXPIRIES.iter().enumerate() {
        std::fs::write(path(&format!("expires{number}")), expires).unwrap();
        steps.push(set(shell, "ASSUME_ROLE_EXPIRES", &format!("expires{number}")));
    }
    for (number, step) in steps.iter().enumerate() {
        std::fs::write(path(&format!("step{number}")), format!("{step}\necho did-{number}-\n"))
            .unwrap();
    }
    for way in ways(shell) {
        // fish writes titles, which are control functions of its own.
        let quiet = if shell == Shell::Fish { "function fish_title; end\n" } else { "" };
        std::fs::write(path("rc"), format!("{rc}{quiet}{way}\n")).unwrap();
        let variables = [("TERM", "xterm"), ("LC_ALL", "C.UTF-8"), ("PS1", "> ")];
        let mut terminal =
            Terminal::start(command(&[shell.name(), "-i"], home.path(), &variables)).unwrap();
        terminal.type_line("source ./rc; echo load''ed").unwrap();
        terminal.wait_for("loaded").unwrap();
        for number in 0..steps.len() {
            terminal.type_line(&format!("source ./step{number}")).unwrap();
            terminal.wait_for(&format!("did-{number}-")).unwrap();
        }
        terminal.type_line("exit").unwrap();
        terminal.wait().unwrap();
        let bytes = terminal.bytes().to_vec();
        let start = bytes.windows(6).position(|window| window == b"loaded").unwrap();
        let text = String::from_utf8_lossy(&bytes[start..]).into_owned();
        assert!(std::str::from_utf8(&bytes[start..]).is_ok(), "{way}: {text:?}");
        for control in ["\u{1b}]", "\u{7}", "\u{9b}", "\u{202e}"] {
            assert!(!text.contains(control), "{way}: {control:?} in {text:?}");
        }
        assert!(!path("pwned").exists(), "{way}");
        assert!(text.contains("日本語:read 59m"), "{way}: {text}");
    }
}

#[test]
fn in_bash() {
    check(Shell::Bash);
}

#[test]
fn in_zsh() {
    check(Shell::Zsh);
}

#[test]
fn in_fish() {
    check(Shell::Fish);
}

/// Types a line longer than the screen is wide, goes to its start and inserts there. A shell that
/// counts the colours as characters wraps in the wrong place.
#[test]
fn the_line_editor_knows_how_wide_it_is() {
    const LINE: usize = 150;
    for shell in super::SHELLS.into_iter().filter(|shell| is_here(shell.name())) {
        let home = tempfile::tempdir().unwrap();
        let rc = init(shell, &InitOptions::default()) + &stopped(shell) + &role(shell, 3540);
        let prompt = match shell {
            Shell::Bash => "PS1='> '\nclear\n",
            Shell::Zsh => "PROMPT='> '\nclear\n",
            Shell::Fish => {
                "function fish_prompt; printf '> '; end\nfunction fish_greeting; end\nset fish_color_autosuggestion\nclear\n"
            }
            other => super::not_here(other),
        };
        std::fs::write(home.path().join("rc"), rc + prompt).unwrap();
        let variables = [("TERM", "xterm"), ("LC_ALL", "C.UTF-8")];
        let mut terminal =
            Terminal::start(command(&[shell.name(), "-i"], home.path(), &variables)).unwrap();
        terminal.type_line("source ./rc").unwrap();
        terminal.wait_for("59m").unwrap();
        terminal.type_text(&"a".repeat(LINE)).unwrap();
        terminal.press_control('a').unwrap();
        terminal.type_text("XYZ").unwrap();
        terminal.wait_for("Z").unwrap();
        let expected = format!("production:read 59m > XYZ{}", "a".repeat(LINE));
        let mut shown = String::new();
        // The rest of the line is drawn after what was waited for.
        for _ in 0..200 {
            shown = terminal.screen().split_whitespace().collect::<Vec<_>>().join("");
            if shown == expected.replace(' ', "") {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(shown, expected.replace(' ', ""), "{shell:?}: {}", terminal.screen());
    }
}
