//! The shells of this machine: finds them, and runs scripts in them without a terminal.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::failure::{Failure, Outcome};
use super::process::{self, Ran};
use super::tools::find;
use super::world::World;

/// A shell that the program knows, or one that must understand its direct form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// bash.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// dash, for `sh`.
    Dash,
}

impl Shell {
    /// The three with an integration of ours.
    pub const INTEGRATED: [Self; 3] = [Self::Bash, Self::Zsh, Self::Fish];

    /// Its name, of the program and on our command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Dash => "dash",
        }
    }

    /// Where it is.
    pub fn find(self) -> Option<PathBuf> {
        find(self.name())
    }

    /// The option that keeps the files of the user and of the system out.
    pub fn bare(self) -> &'static [&'static str] {
        match self {
            Self::Bash => &["--noprofile", "--norc"],
            Self::Zsh => &["--no-rcs"],
            Self::Fish => &["--no-config"],
            Self::Dash => &[],
        }
    }

    /// The file of the home that an interactive shell reads.
    pub fn rc(self) -> &'static str {
        match self {
            Self::Bash => ".bashrc",
            Self::Zsh => ".zshrc",
            Self::Fish => ".config/fish/config.fish",
            Self::Dash => ".shinit",
        }
    }

    /// The line for the rc file that loads our integration.
    pub fn loads_init(self) -> String {
        match self {
            Self::Fish => "assume-role init fish | source\n".to_owned(),
            _ => format!("eval \"$(assume-role init {})\"\n", self.name()),
        }
    }

    /// The variable that holds the status of the last command.
    pub fn status(self) -> &'static str {
        if self == Self::Fish { "$status" } else { "$?" }
    }
}

/// A script for a shell.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    /// Which shell.
    pub shell: Shell,
    /// Options in front of the script (`-eu`, `-o pipefail`).
    pub options: &'a [&'a str],
    /// Text of a file that the script reads first, as an rc file is read.
    pub rc: &'a str,
    /// The script.
    pub text: &'a str,
}

impl<'a> Script<'a> {
    /// A script without options and without an rc file.
    pub fn new(shell: Shell, text: &'a str) -> Self {
        Self { shell, options: &[], rc: "", text }
    }

    /// The same with options.
    #[must_use]
    pub fn options(self, options: &'a [&'a str]) -> Self {
        Self { options, ..self }
    }

    /// The same with an rc file.
    #[must_use]
    pub fn rc(self, rc: &'a str) -> Self {
        Self { rc, ..self }
    }

    /// Runs it to its end in the given world, without a terminal and without the user's and the
    /// system's files.
    ///
    /// # Errors
    /// When the shell is missing or hangs.
    pub fn run(&self, world: &World) -> Outcome<Ran> {
        let program = self
            .shell
            .find()
            .ok_or_else(|| Failure(format!("{} is missing", self.shell.name())))?;
        let rc = keep(world, "rc", self.rc)?;
        let text = format!(". {}\n{}", rc.path().display(), self.text);
        let script = keep(world, "script", if self.rc.is_empty() { self.text } else { &text })?;
        let mut command = world.command_of(program);
        command.args(self.shell.bare()).args(self.options).arg(script.path());
        process::run(command, b"")
    }
}

fn keep(world: &World, name: &str, text: &str) -> Outcome<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(name).tempfile_in(world.root())?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

/// `text` as one word of sh, bash, zsh and dash.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// `path` as text.
pub fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
