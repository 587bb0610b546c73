//! A real interactive shell in tmux: types what a person types and reads the screen that a person
//! sees.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::failure::{Failure, Outcome};
use super::process::{PATIENCE, run};
use super::shells::{Shell, quoted, text_of};
use super::tools::{find, note_shell};
use super::world::World;

const GLANCE: Duration = Duration::from_millis(20);
/// The file that appears when the shell has ended.
const ENDED: &str = "ended";
/// The file with the process id of the shell.
const ID: &str = "id";
/// What says the end of a command in nushell. No program gets to see a list.
const NU_SAYS_THE_END: &str = r#"
$env.config.show_banner = false
$env.config.hooks.pre_execution = [{|| $env.TYPED = [(commandline)] }]
$env.config.hooks.pre_prompt = [{||
    let mark = $env.TYPED? | default [''] | first | parse --regex ' #(?<mark>end-\d+)$'
    if ($mark | is-not-empty) { print $"($mark.0.mark)-($env.LAST_EXIT_CODE)" }
    $env.TYPED = null
}]
"#;

const XONSH_SAYS_THE_END: &str = r#"
@events.on_postcommand
def _say_the_end(cmd, rtn, **_):
    import re
    for mark in re.findall(r" #(end-\d+)\s*\Z", cmd):
        print(f"{mark}-{rtn}")
"#;

/// A shell in a tmux server of its own, which is killed when this is dropped.
pub struct Tmux<'a> {
    world: &'a World,
    shell: Shell,
    program: PathBuf,
    scratch: TempDir,
    commands: u32,
}

/// What a command showed, and its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The status that the shell had after it.
    pub status: i32,
    /// The lines between what was typed and the end.
    pub text: String,
}

impl<'a> Tmux<'a> {
    /// Starts an interactive `shell` in the given world, whose rc file holds `rc`, and waits until
    /// it shows something.
    ///
    /// # Errors
    /// When tmux or the shell is missing (see [`Shell::find`]) or does not come up.
    pub fn start(world: &'a World, shell: Shell, rc: &str) -> Outcome<Self> {
        Self::start_sized(world, shell, rc, (200, 50))
    }

    /// As [`Self::start`], in a window of so many columns and rows.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_sized(
        world: &'a World,
        shell: Shell,
        rc: &str,
        (columns, rows): (u16, u16),
    ) -> Outcome<Self> {
        let missing = |name: &str| Failure(format!("{name} is missing"));
        let program = find("tmux").ok_or_else(|| missing("tmux"))?;
        let shell_program = shell.find().ok_or_else(|| missing(shell.name()))?;
        note_shell(shell.name());
        let greeting = match shell {
            Shell::Fish => "set -g fish_greeting\n",
            Shell::Nu => NU_SAYS_THE_END,
            Shell::Xonsh => XONSH_SAYS_THE_END,
            _ => "",
        };
        world.write(shell.rc(), format!("{greeting}{rc}"))?;
        let scratch = tempfile::Builder::new().prefix("t").tempdir_in(world.root())?;
        let launch = scratch.path().join("launch");
        let mut variables = world.environment().clone();
        variables.insert("TERM".into(), "screen".into());
        if let Some(variable) = shell.names_its_rc() {
            variables.insert(variable.into(), world.home().join(shell.rc()).into());
        }
        let variables: Vec<String> = variables
            .iter()
            .map(|(name, value)| {
                quoted(&format!("{}={}", name.to_string_lossy(), value.to_string_lossy()))
            })
            .collect();
        // The trap keeps this script alive, not the shell (elvish leaves Ctrl-C to both), until the
        // shell has ended and written its history.
        let line = format!(
            "trap : HUP INT\nsh -c 'echo $$ >{}; exec \"$@\"' - env -i {} {} {} -i\n: >{}\n",
            text_of(&scratch.path().join(ID)),
            variables.join(" "),
            quoted(&text_of(&shell_program)),
            shell.program()[1..].join(" "),
            quoted(&text_of(&scratch.path().join(ENDED)))
        );
        std::fs::write(&launch, line)?;
        let tmux = Self { world, shell, program, scratch, commands: 0 };
        let launch = format!("/bin/sh {}", quoted(&text_of(&launch)));
        let (columns, rows) = (columns.to_string(), rows.to_string());
        tmux.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", &columns, "-y", &rows, &launch])?;
        tmux.wait_until("a first prompt", |screen| !screen.trim().is_empty())?;
        Ok(tmux)
    }

    /// Types text without Enter.
    ///
    /// # Errors
    /// When tmux is gone.
    pub fn type_text(&self, text: &str) -> Outcome<()> {
        // tmux takes a semicolon at the end of a word for its own.
        let escaped = text.strip_suffix(';').map(|front| format!("{front}\\;"));
        self.tmux(&["send-keys", "-l", "--", escaped.as_deref().unwrap_or(text)]).map(drop)
    }

    /// Types text and Enter.
    ///
    /// # Errors
    /// When tmux is gone.
    pub fn type_line(&self, text: &str) -> Outcome<()> {
        self.type_text(text)?;
        self.press("Enter")
    }

    /// Presses a key by its name in tmux: `Enter`, `Tab`, `C-c`, `Up`.
    ///
    /// # Errors
    /// When tmux is gone.
    pub fn press(&self, key: &str) -> Outcome<()> {
        self.tmux(&["send-keys", key]).map(drop)
    }

    /// Makes the window larger or smaller.
    ///
    /// # Errors
    /// When tmux is gone.
    pub fn resize(&self, columns: u16, rows: u16) -> Outcome<()> {
        self.tmux(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]).map(drop)
    }

    /// Pastes text as a terminal does, with the escapes of a bracketed paste where the program asked
    /// for them.
    ///
    /// # Errors
    /// When tmux is gone.
    pub fn paste(&self, text: &str) -> Outcome<()> {
        self.tmux(&["set-buffer", "--", text])?;
        self.tmux(&["paste-buffer", "-p", "-r"]).map(drop)
    }

    /// Types a command, waits until the shell is through with it, and gives what it showed and its
    /// status.
    ///
    /// # Errors
    /// With the screen, when it does not end.
    pub fn run(&mut self, command: &str) -> Outcome<Shown> {
        self.begin(command)?;
        self.finish()
    }

    /// Types a command that will ask something; [`Self::finish`] waits for its end.
    ///
    /// # Errors
    /// When tmux is gone.
    pub fn begin(&mut self, command: &str) -> Outcome<()> {
        self.commands += 1;
        let (before, behind) = self.shell.around(self.commands);
        self.type_line(&format!("{before}{command}{behind}"))
    }

    /// Waits for the end of the command begun last.
    ///
    /// # Errors
    /// With the screen, when it does not end.
    pub fn finish(&self) -> Outcome<Shown> {
        let mark = format!("\nend-{}-", self.commands);
        // It stands in the first line where the command has cleared the screen.
        let complete = |text: &str| {
            let text = format!("\n{text}");
            text.split_once(&mark).is_some_and(|(_, rest)| rest.contains('\n'))
        };
        let all = format!("\n{}", self.wait_until(mark.trim(), complete)?);
        let (before, after) = all.split_once(&mark).unwrap_or_default();
        let status = after.lines().next().and_then(|line| line.trim().parse().ok());
        let (_, behind) = self.shell.around(self.commands);
        let shown = before.rsplit_once(&behind).map_or(before, |(_, shown)| shown);
        Ok(Shown {
            status: status.ok_or_else(|| Failure(format!("no status after {mark}:\n{all}")))?,
            text: shown.trim_start_matches('\n').to_owned(),
        })
    }

    /// Waits until the screen holds `text`, and gives the screen.
    ///
    /// # Errors
    /// With the screen, when it does not appear.
    pub fn wait_for(&self, text: &str) -> Outcome<String> {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits until the screen and what scrolled off it satisfies `ready`; `what` names it in the
    /// failure.
    ///
    /// # Errors
    /// With the screen, when it does not come about.
    pub fn wait_until(&self, what: &str, ready: impl Fn(&str) -> bool) -> Outcome<String> {
        self.look_for(PATIENCE, ready)?.map_err(|screen| {
            Failure(format!("{what:?} did not appear; the screen was:\n{screen}"))
        })
    }

    /// Looks for so long whether the screen satisfies `ready`, which decides nothing: the last screen
    /// is an error where it did not.
    ///
    /// # Errors
    /// When tmux is gone.
    pub fn look_for(
        &self,
        patience: Duration,
        ready: impl Fn(&str) -> bool,
    ) -> Outcome<Result<String, String>> {
        let deadline = Instant::now() + patience;
        loop {
            let screen = self.screen()?;
            if ready(&screen) {
                return Ok(Ok(screen));
            }
            if Instant::now() > deadline {
                return Ok(Err(screen));
            }
            // Each look is a process, and others want the processor.
            std::thread::sleep(GLANCE);
        }
    }

    /// The screen and what scrolled off it; wrapped lines are one line.
    ///
    /// # Errors
    /// When tmux is gone.
    pub fn screen(&self) -> Outcome<String> {
        self.tmux(&["capture-pane", "-p", "-J", "-S", "-"])
    }

    /// The screen alone, row by row, with the sequences that colour it.
    ///
    /// # Errors
    /// When tmux is gone.
    pub fn picture(&self) -> Outcome<String> {
        self.tmux(&["capture-pane", "-p", "-e", "-N"])
    }

    fn tmux(&self, arguments: &[&str]) -> Outcome<String> {
        let mut command = self.world.command_of(&self.program);
        command.arg("-u").arg("-S").arg(self.scratch.path().join("s")).args(arguments);
        let ran = run(command, b"")?;
        if ran.status == 0 {
            Ok(ran.stdout)
        } else {
            Err(Failure(format!("tmux {arguments:?}: {ran:?}")))
        }
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]);
        // nushell goes on without its terminal, with all that a processor has.
        if self.shell == Shell::Nu
            && let Ok(id) = std::fs::read_to_string(self.scratch.path().join(ID))
        {
            let _ = std::process::Command::new("kill").args(["-9", id.trim()]).status();
        }
        // A shell writes its history when it ends, into a home that is about to go.
        let deadline = Instant::now() + PATIENCE;
        while !self.scratch.path().join(ENDED).exists() && Instant::now() < deadline {
            std::thread::sleep(GLANCE);
        }
    }
}
