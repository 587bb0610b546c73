//! The pictures of the prompt in `docs/pictures`: one for each shell, from a real session in it,
//! with every state.
//!
//! Only `sleep` is not real: it moves the end of the session, since no test waits an hour for a
//! picture. `tests/run bless pictures` draws them anew; without it the test holds
//! their text to what the session shows.

mod svg;

use std::cell::Cell;
use std::path::Path;

use crate::fake_aws::sts::{Role, Trust};
use crate::scenes::{PRODUCTION, Scene, bastion};
use crate::support::golden::{bless, blessing};
use crate::support::process;
use crate::support::shells::Shell;
use crate::support::tmux::Tmux;
use crate::support::tools::find;

const COLUMNS: u16 = 72;
const ROWS: u16 = 24;
/// An account that asks to be entered on purpose.
const BILLING: &str = "210987654321";

/// What is typed, and what the prompt shows then.
const STORY: [(&str, &str); 6] = [
    ("assume-role production read", "production:read 59m*"),
    ("sleep 50m", "production:read 9m*"),
    ("sleep 8m", "production:read 1m*"),
    ("sleep 2m", "production:read expired"),
    ("assume-role leave", ""),
    ("assume-role billing admin --yes", "billing:admin 59m*"),
];

/// The last thing typed, in the words of the shell: keys that are not those of the switch.
const FOREIGN: (&str, &str) = ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");

#[test]
fn the_pictures_show_what_a_session_shows() {
    if find("tmux").is_none() {
        return;
    }
    std::thread::scope(|scope| {
        for shell in Shell::ALL.into_iter().filter(|shell| shell.find().is_some()) {
            let test = std::thread::current();
            let thread = std::thread::Builder::new().name(test.name().unwrap().to_owned());
            thread.spawn_scoped(scope, move || check(shell)).unwrap();
        }
    });
}

fn check(shell: Shell) {
    let picture = session(shell);
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/pictures/{}.svg", shell.name()));
    if blessing() {
        bless(&path, &picture);
    }
    let drawn = std::fs::read_to_string(&path).unwrap_or_default();
    let (drawn, shown) = (svg::words_of(&drawn), svg::words_of(&picture));
    assert_eq!(drawn, shown, "{}: tests/run bless pictures draws it anew", path.display());
}

/// Whatever fonts there are: see `aligned.html`.
#[test]
fn the_pictures_are_aligned_in_a_browser() {
    let Some(chromium) = find("chromium") else { return };
    let home = tempfile::tempdir().unwrap();
    let pictures = Shell::ALL.map(|shell| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(shell.name());
        (shell.name(), std::fs::read_to_string(path.with_extension("svg")).unwrap())
    });
    let pictures = serde_json::to_string(&pictures).unwrap().replace("</", "<\\/");
    let page = include_str!("aligned.html").replace("PICTURES;", &pictures);
    std::fs::write(home.path().join("page.html"), page).unwrap();
    let mut browser = process::detached(chromium);
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000"]);
    browser.arg(format!("--user-data-dir={}", home.path().display())).arg("--dump-dom");
    browser.arg(home.path().join("page.html")).env("HOME", home.path());
    let page = process::run(browser, b"").unwrap().stdout;
    let (_, seen) = page.split_once("</script>").unwrap();
    assert!(seen.contains("all seen"), "{seen}");
    let wrong =
        |complaint: &&str| complaint.contains(": row at") && !complaint.contains("without lengths");
    assert_eq!(seen.split("; ").find(wrong), None, "{seen}");
    for shell in Shell::ALL {
        let line = format!("{} without lengths: row at", shell.name());
        assert!(seen.contains(&line), "the measure sees nothing: {seen}");
    }
}

/// Plays the story in a shell and draws the screen at its end.
fn session(shell: Shell) -> String {
    let scene = scene();
    let tmux = Tmux::start_sized(&scene.world, shell, &rc(shell), (COLUMNS, ROWS)).unwrap();
    let at_prompt = |segment: &str| {
        let line = if segment.is_empty() {
            prompt(shell).to_owned()
        } else {
            format!("{segment} {}", prompt(shell))
        };
        // busybox asks the terminal where the cursor is, and drops what is typed before the answer:
        // it gets some more looks.
        let looks = Cell::new(if shell == Shell::Busybox { 10 } else { 1 });
        let stands = |screen: &str| screen.trim_end().lines().last() == Some(&line);
        tmux.wait_until(&line, |screen| {
            looks.update(|looks| looks - u8::from(stands(screen)));
            looks.get() == 0
        })
        .unwrap();
    };
    at_prompt("");
    let foreign = shell.exports(FOREIGN.0, FOREIGN.1);
    for (typed, segment) in STORY.into_iter().chain([(foreign.as_str(), "?")]) {
        tmux.type_line(typed).unwrap();
        tmux.wait_until(&format!("{shell:?}: {typed}"), |screen| {
            screen.lines().any(|line| line.trim_end().ends_with(typed))
        })
        .unwrap();
        at_prompt(segment);
    }
    let title = format!(
        "The prompt in {}: calm, warning, alarm, expired, protected, foreign",
        shell.name()
    );
    svg::draw(&tmux.picture().unwrap(), (ROWS, COLUMNS), &title)
}

/// Sessions of both roles are in the store, so that nothing is asked and no address of this machine
/// is shown.
fn scene() -> Scene {
    let scene = bastion();
    let trust = Trust::arn("arn:aws:iam::999999999999:user/alice").mfa();
    scene.sts.add_role(Role::new(BILLING, "admin").trusts(trust));
    scene.world.config("[default]\nregion = eu-west-1\n").unwrap();
    // Half a minute off a full one, so that the minutes shown do not depend on how long the story
    // takes.
    let accounts = format!(
        r#"{{"production": {{"id": "{PRODUCTION}", "duration": "3570s"}},
            "billing": {{"id": "{BILLING}", "duration": "3570s", "protected": true}}}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    scene.switch_with_code(&["production", "read"]);
    scene.switch(&["billing", "admin", "--yes"]);
    scene
}

fn rc(shell: Shell) -> String {
    let own = match shell {
        Shell::Fish => {
            "function fish_prompt\n    echo -n '~ > '\nend\n\
             function sleep\n    set -gx ASSUME_ROLE_EXPIRES (math $ASSUME_ROLE_EXPIRES - 60 x (string trim -c m $argv))\nend\n"
        }
        Shell::Nu => {
            "def --env sleep [time: string] {\n    $env.ASSUME_ROLE_EXPIRES = ($env.ASSUME_ROLE_EXPIRES | into int) \
             - 60 * ($time | str trim --char m | into int) | into string\n}\n"
        }
        Shell::Xonsh => {
            "@aliases.register\ndef _sleep(args):\n    \
             $ASSUME_ROLE_EXPIRES = str(int($ASSUME_ROLE_EXPIRES) - 60 * int(args[0].strip('m')))\n"
        }
        Shell::Elvish => {
            "fn sleep {|time|\n    set-env ASSUME_ROLE_EXPIRES \
             (to-string (- $E:ASSUME_ROLE_EXPIRES (* 60 $time[..-1])))\n}\n"
        }
        _ => "sleep() { ASSUME_ROLE_EXPIRES=$((ASSUME_ROLE_EXPIRES - 60 * ${1%m})); }\n",
    };
    let set = match shell {
        Shell::Fish => String::new(),
        Shell::Zsh => shell.prompts("~ %% "),
        _ => shell.prompts(&format!("{} ", prompt(shell))),
    };
    // Where no hook runs before a prompt, someone has asked for it; busybox greets with its version.
    let asked = match shell {
        Shell::Dash | Shell::Busybox => {
            "PS1='$(assume_role_prompt)'\"$PS1\"; printf '\\033[H\\033[2J'\n"
        }
        _ => "",
    };
    set + own + &shell.loads_init() + asked
}

fn prompt(shell: Shell) -> &'static str {
    match shell {
        Shell::Fish | Shell::Nu | Shell::Elvish => "~ >",
        Shell::Xonsh => "~ @",
        Shell::Zsh => "~ %",
        _ => "~ $",
    }
}
