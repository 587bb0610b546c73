//! Every shell shows what `prompt.rs` says.

use assume_role::testing::config::settings::PromptSide;
use assume_role::testing::prompt::{Variables, segment};
use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::InitOptions;
use assume_role::testing::shell::prompt_style::Look;
use assume_role::testing::types::Moment;

use super::{EDITOR, NOW, assign, init, stopped};
use crate::scenes::real_shells::{is_here, run};

const LEFT: [i64; 17] =
    [0, 1, 59, 60, 119, 120, 121, 599, 600, 601, 3540, 3599, 3600, 3660, 7199, 90_000, -1];

/// What is no moment, or not one that fits. Most would run a command in shell arithmetic.
const NO_MOMENTS: [&str; 14] = [
    "", "09", "12345678901234567890123", "a[$(touch pwned)]", "path[$(touch pwned)]", "-5",
    "1 + 1", "1795305700\n", " 1795305700", "0x10", "1e3", "٣", "1795305700.5", "$(touch pwned)",
];

const NAMES: [&str; 22] = [
    "production", "R&D (eu)", "it's", "a*b", "#1", "100%", "%F{$(touch pwned)}x",
    "%{%(?.$(touch pwned).)%}", "$(touch pwned)", "`touch pwned`", "\\$(touch pwned)",
    "\\[\\e]0;x\\a\\]", "\u{1b}]52;c;cm0=\u{7}", "\u{9b}31m", "\u{202e}dorp", "a\nb", "日本語",
    "é", "[x]{y}~!", "a  b ", "-n", "--",
];

/// The variables of one prompt, each owned.
#[derive(Clone)]
struct Case([String; 8]);

const VARIABLES: [&str; 8] = [
    "ASSUME_ROLE_KEY_ID", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ACCOUNT_NAME",
    "AWS_ACCOUNT_ROLE", "ASSUME_ROLE_EXPIRES", "ASSUME_ROLE_RENEWABLE", "ASSUME_ROLE_PROTECTED",
];

impl Case {
    fn of(account: &str, expires: &str) -> Self {
        Self(["ASIA1", "ASIA1", "", account, "ops/read", expires, "", ""].map(str::to_owned))
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        let place = VARIABLES.iter().position(|known| *known == name).unwrap();
        self.0[place] = value.to_owned();
        self
    }

    fn expected(&self, shell: Shell, look: &Look) -> String {
        let [key_id, access_key, profile, account, role, expires, renewable, protected] = &self.0;
        let variables =
            Variables { key_id, access_key, profile, account, role, expires, renewable, protected };
        let segment = segment(&variables, look, Moment(NOW));
        let text = if shell == Shell::Zsh { segment.text.replace('%', "%%") } else { segment.text };
        format!("{text}|{}", segment.state.name())
    }
}

fn cases() -> Vec<Case> {
    let left = |seconds: i64| (NOW + seconds).to_string();
    let long = "A".repeat(5000);
    let plain = Case::of("production", &left(3540));
    let mut all: Vec<Case> =
        LEFT.iter().map(|&seconds| Case::of("production", &left(seconds))).collect();
    all.extend(NO_MOMENTS.iter().map(|expires| Case::of("production", expires)));
    all.extend(NAMES.iter().map(|name| Case::of(name, &left(3540))));
    all.extend(NAMES.iter().map(|name| plain.clone().with("AWS_ACCOUNT_ROLE", name)));
    all.extend(
        [&long, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA日本語日本語"]
            .map(|name| Case::of(name, &left(90_000))),
    );
    all.extend([
        Case::of(&long, ""),
        Case::of("", &left(60)),
        plain.clone().with("AWS_ACCOUNT_ROLE", ""),
    ]);
    for renewable in
        [3541, 3540, 3539, 1, 0, -1].map(left).iter().map(String::as_str).chain(NO_MOMENTS)
    {
        all.push(plain.clone().with("ASSUME_ROLE_RENEWABLE", renewable));
        all.push(Case::of("production", &left(-5)).with("ASSUME_ROLE_RENEWABLE", renewable));
        all.push(Case::of("production", "").with("ASSUME_ROLE_RENEWABLE", renewable));
    }
    for seconds in [-1, 60, 300, 3540] {
        all.push(Case::of("production", &left(seconds)).with("ASSUME_ROLE_PROTECTED", "1"));
    }
    all.extend([
        plain.clone().with("AWS_ACCESS_KEY_ID", "AKIAOTHER"),
        plain.clone().with("AWS_ACCESS_KEY_ID", ""),
        plain.clone().with("AWS_ACCESS_KEY_ID", "*"),
        plain.clone().with("AWS_ACCESS_KEY_ID", "-n"),
        plain.clone().with("ASSUME_ROLE_KEY_ID", "ASIA*"),
        plain
            .clone()
            .with("ASSUME_ROLE_KEY_ID", "a = a -o x")
            .with("AWS_ACCESS_KEY_ID", "a = a -o x"),
        plain.clone().with("ASSUME_ROLE_KEY_ID", ""),
        plain.clone().with("AWS_PROFILE", "work"),
        plain.clone().with("ASSUME_ROLE_KEY_ID", "").with("AWS_ACCOUNT_NAME", ""),
        plain
            .clone()
            .with("ASSUME_ROLE_KEY_ID", "")
            .with("AWS_ACCOUNT_NAME", "")
            .with("AWS_PROFILE", "work"),
    ]);
    all
}

fn check(words: &[&str], shell: Shell, init: &str, look: &Look, locale: &str) {
    if !is_here(words[0]) {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let show = match shell {
        Shell::Elvish => "var text state = (look); print $text'|'$state\"\\x00\"\n",
        Shell::Nu => {
            "__assume_role_hook\nprint --no-newline $\"($env.ASSUME_ROLE_PROMPT?)|($env.ASSUME_ROLE_PROMPT_STATE?)(char nul)\"\n"
        }
        Shell::Xonsh => {
            "hook(); print(${...}.get('ASSUME_ROLE_PROMPT', '') + '|' + ${...}.get('ASSUME_ROLE_PROMPT_STATE', ''), end='\\0')\n"
        }
        Shell::Fish => {
            "__assume_role_hook\nprintf '%s|%s\\0' \"$ASSUME_ROLE_PROMPT\" \"$ASSUME_ROLE_PROMPT_STATE\"\n"
        }
        _ => {
            "__assume_role_hook\nprintf '%s|%s\\0' \"$ASSUME_ROLE_PROMPT\" \"$ASSUME_ROLE_PROMPT_STATE\"\n"
        }
    };
    let cases = cases();
    let mut script = init.to_owned() + &stopped(shell);
    if shell == Shell::Xonsh {
        script.push_str("hook, = events.on_pre_prompt_format\n");
    }
    for case in &cases {
        for (name, value) in VARIABLES.iter().zip(&case.0) {
            script.push_str(&assign(shell, name, value));
        }
        script.push_str(show);
    }
    let outcome = run(words, home.path(), &[("TERM", "dumb"), ("LC_ALL", locale)], &script);
    // busybox greets.
    let out =
        outcome.out.split_once("built-in commands.\n\n").map_or(&*outcome.out, |(_, rest)| rest);
    let shown: Vec<&str> = out.split_terminator('\0').collect();
    // dash shows a prompt for a script as well.
    let err = outcome.err.trim_matches(['#', '$', ' ', '\n']);
    assert_eq!((shown.len(), err), (cases.len(), ""), "{words:?}");
    for (case, shown) in cases.iter().zip(shown) {
        let expected = case.expected(shell, look);
        if locale == "C" && !expected.is_ascii() {
            assert!(shown.is_ascii(), "{words:?} {:?}: {shown}", case.0);
        } else if case.0.iter().all(|value| value.is_ascii()) || locale != "C" {
            assert_eq!(shown, expected, "{words:?} {:?}", case.0);
        }
    }
    assert!(!home.path().join("pwned").exists(), "{words:?}");
}

#[test]
fn bash_agrees() {
    let look = Look::default();
    let text = init(Shell::Bash, &InitOptions::default());
    for locale in ["C.UTF-8", "C"] {
        check(&["bash", "-i"], Shell::Bash, &text, &look, locale);
        check(&["bash", "-i", "-eu", "-o", "pipefail"], Shell::Bash, &text, &look, locale);
        check(&["bash --posix", "-i", "-f", "-a"], Shell::Bash, &text, &look, locale);
    }
}

#[test]
fn old_bash_agrees() {
    let text = init(Shell::Bash, &InitOptions::default());
    for version in ["3 2", "4 4"] {
        let old =
            format!("TEST_VERSION=({version})\n{}", text.replace("BASH_VERSINFO", "TEST_VERSION"));
        check(&["bash", "-i", "-u"], Shell::Bash, &old, &Look::default(), "C.UTF-8");
    }
}

#[test]
fn zsh_agrees() {
    let look = Look::default();
    let text = init(Shell::Zsh, &InitOptions::default());
    for locale in ["C.UTF-8", "C"] {
        check(&["zsh", "-i"], Shell::Zsh, &text, &look, locale);
        check(&["zsh", "-i", "-eu"], Shell::Zsh, &text, &look, locale);
        let options = [
            "-o", "ksh_arrays", "-o", "sh_word_split", "-o", "warn_create_global", "-o",
            "octal_zeroes",
        ];
        check(&[&["zsh", "-i"], &options[..]].concat(), Shell::Zsh, &text, &look, locale);
        check(&["zsh as sh", "-i"], Shell::Zsh, &text, &look, locale);
    }
}

#[test]
fn fish_agrees() {
    let text = init(Shell::Fish, &InitOptions::default());
    for locale in ["C.UTF-8", "C"] {
        check(&["fish", "-i"], Shell::Fish, &text, &Look::default(), locale);
    }
}

/// Those of them that count bytes show no letters but those of ASCII.
#[test]
fn the_shells_of_sh_agree() {
    let look = Look { side: PromptSide::None, ..Look::default() };
    let text = "PS1='' PS2=''\n".to_owned()
        + &init(Shell::Sh, &InitOptions { look, ..InitOptions::default() });
    // yash reads no script with a letter that its locale does not have.
    assert!(text.is_ascii());
    for (shell, locales) in [
        ("dash", &["C"][..]),
        ("busybox", &["C"]),
        ("ksh93", &["C"]),
        ("mksh", &["C"]),
        ("yash", &["C.UTF-8"]),
    ] {
        for options in [&["-i"][..], &["-i", "-u"], &["-i", "-e"]] {
            for locale in locales {
                check(&[&[shell], options].concat(), Shell::Sh, &text, &Look::default(), locale);
            }
        }
    }
}

#[test]
fn elvish_agrees() {
    let text = EDITOR.to_owned() + &init(Shell::Elvish, &InitOptions::default());
    check(&["elvish"], Shell::Elvish, &text, &Look::default(), "C.UTF-8");
}

#[test]
fn nushell_and_xonsh_agree() {
    for shell in [Shell::Nu, Shell::Xonsh] {
        let text = init(shell, &InitOptions::default());
        for locale in ["C.UTF-8", "C"] {
            check(&[shell.name()], shell, &text, &Look::default(), locale);
        }
    }
}

#[test]
fn thresholds_and_mark_come_from_the_settings() {
    let look =
        Look { warning: 1800, alarm: 601, renewable_mark: "%↻!".to_owned(), ..Look::default() };
    for shell in [&super::SHELLS[..], &[Shell::Nu, Shell::Xonsh]].concat() {
        let options = InitOptions { look: look.clone(), ..InitOptions::default() };
        let interactive = super::SHELLS.contains(&shell).then_some("-i");
        let words: Vec<&str> = std::iter::once(shell.name()).chain(interactive).collect();
        check(&words, shell, &init(shell, &options), &look, "C.UTF-8");
    }
}
