//! What a person does: every shell in tmux, the integration loaded from the
//! rc file, every command and every code typed.

mod giving_up;
mod guarding;
mod leaving;
mod picking;
mod switches;
mod typing;

use std::collections::BTreeMap;

use crate::scenes::Scene;
use crate::support::client::{Keys, caller_arn};
use crate::support::shells::Shell;
use crate::support::tmux::{Shown, Tmux};
use crate::support::tools::find;

const QUESTION: &str = "MFA code of arn:aws:iam::999999999999:mfa/alice:";
const PROMPT: &str = "here>";
/// What differs from one command to the next: ksh93, nushell and xonsh tell it to programs.
const CHANGING: [&str; 8] = [
    "_", "A__z", "_AST_FEATURES", "CMD_DURATION_MS", "LAST_EXIT_CODE", "LAST_RETURN_CODE",
    "ASSUME_ROLE_PROMPT", "ASSUME_ROLE_PROMPT_STATE",
];

/// A person at a shell.
struct Seat<'a> {
    scene: &'a Scene,
    shell: Shell,
    tmux: Tmux<'a>,
}

/// Runs `check` for each shell that is here.
fn in_each(check: impl Fn(Shell)) {
    if find("tmux").is_some() {
        Shell::ALL.into_iter().filter(|shell| shell.find().is_some()).for_each(check);
    }
}

/// The same for those that evaluate code: the lines that are typed are POSIX's.
fn in_each_that_evaluates(check: impl Fn(Shell)) {
    in_each(|shell| {
        if shell.evaluates() {
            check(shell);
        }
    });
}

impl<'a> Seat<'a> {
    /// A new shell in the scene's home, at its first prompt.
    fn take(scene: &'a Scene, shell: Shell) -> Self {
        Self::with(scene, shell, "")
    }

    /// The same, with more lines at the end of the rc file.
    fn with(scene: &'a Scene, shell: Shell, more: &str) -> Self {
        let prompt = shell.prompts(&format!("{PROMPT} "));
        let rc = format!("{prompt}{}{more}", shell.loads_init());
        let seat = Self { scene, shell, tmux: Tmux::start(&scene.world, shell, &rc).unwrap() };
        seat.at_prompt();
        seat
    }

    /// Waits until the shell has nothing to do.
    fn at_prompt(&self) {
        self.tmux.wait_until("a prompt", |screen| screen.trim_end().ends_with(PROMPT)).unwrap();
    }

    /// The same after a key that gave a question up. yash has its prompt before the last words of the
    /// program.
    fn at_prompt_again(&self, key: &str) {
        if self.shell == Shell::Yash && key == "C-c" {
            self.tmux.wait_for("cancelled").unwrap();
            self.tmux.press("Enter").unwrap();
        }
        self.at_prompt();
    }

    /// Types a command and waits for its end.
    fn types(&mut self, command: &str) -> Shown {
        self.tmux.run(command).unwrap()
    }

    /// The same for a command that has to succeed; gives what it showed.
    #[track_caller]
    fn does(&mut self, command: &str) -> String {
        let said = self.types(command);
        assert_eq!(said.status, 0, "{:?}: {command}\n{}", self.shell, said.text);
        said.text.trim().to_owned()
    }

    /// Types a command that asks for a code, and the code.
    fn types_with_code(&mut self, command: &str) -> Shown {
        self.begins(command);
        self.tmux.type_line(&self.scene.code()).unwrap();
        self.tmux.finish().unwrap()
    }

    /// Types a command that asks for a code, and waits for the question.
    fn begins(&mut self, command: &str) {
        self.tmux.begin(command).unwrap();
        self.tmux.wait_until("a question", |screen| screen.trim_end().ends_with(QUESTION)).unwrap();
    }

    /// The line that exports a variable.
    fn exporting(&self, name: &str, value: &str) -> String {
        self.shell.exports(name, value)
    }

    /// What a child of the shell finds in its environment.
    fn environment(&mut self) -> BTreeMap<String, String> {
        let file = self.scene.world.root().join("environment");
        self.does(&self.shell.writes_environment("../environment"));
        let text = std::fs::read_to_string(file).unwrap();
        let pairs = text.split_terminator('\0').filter_map(|pair| pair.split_once('='));
        // elvish has no variables but those of the environment to keep the role in that was left.
        let mut of_shell = CHANGING.to_vec();
        if self.shell == Shell::Elvish {
            of_shell.push("ASSUME_ROLE_LEFT");
        }
        pairs
            .filter(|(name, _)| !of_shell.contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Who AWS says the keys in the environment are.
    fn who(&mut self) -> String {
        let environment = self.environment();
        let get = |name: &str| {
            environment.get(name).unwrap_or_else(|| panic!("{name} is not set")).clone()
        };
        let keys = Keys {
            id: get("AWS_ACCESS_KEY_ID"),
            secret: get("AWS_SECRET_ACCESS_KEY"),
            token: environment.get("AWS_SESSION_TOKEN").cloned(),
        };
        caller_arn(&self.scene.sts.url(), &keys).unwrap()
    }
}

/// The ARN of a session of the user in a role of the production account.
fn session_of(role: &str) -> String {
    format!("arn:aws:sts::{}:assumed-role/{role}/alice", crate::scenes::PRODUCTION)
}
