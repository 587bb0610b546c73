//! The shells of this machine: finds them, and runs scripts in them without a terminal.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::failure::{Failure, Outcome};
use super::process::{self, Ran};
use super::tools::{find, find_shell, note_shell};
use super::world::World;

/// A shell with an integration of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Nu,
    Xonsh,
    Dash,
    Busybox,
    Ksh93,
    Mksh,
    Yash,
    Elvish,
}

/// What the tests have to know of a shell. A shell that is added here goes through every test that
/// asks for [`Shell::ALL`].
struct Traits {
    /// Its program and the words that make it this shell.
    program: &'static [&'static str],
    /// The options that keep the files of the user and of the system out.
    bare: &'static [&'static str],
    /// The file of the home that an interactive shell reads.
    rc: &'static str,
    /// The line for the rc file that loads our integration.
    load: &'static str,
    /// Makes TEXT the prompt, in the rc file.
    prompt: &'static str,
    /// Gives NAME the VALUE, in the environment.
    export: &'static str,
    /// COMMAND, then a line with the number NUMBER of the command and its status, which looks
    /// otherwise as it is typed.
    line: &'static str,
    /// Writes the environment of a child into the file FILE of the home.
    environment: &'static str,
    /// The status after Ctrl-C at a question.
    interrupted: i32,
}

const SH: Traits = Traits {
    program: &["dash"],
    bare: &[],
    rc: ".shinit",
    load: "eval \"$(assume-role init sh)\"\n",
    prompt: "PS1='TEXT'\n",
    export: "export NAME=VALUE",
    line: "COMMAND; echo end\"\"-NUMBER-$?",
    environment: "command env -0 >$HOME/FILE",
    interrupted: 130,
};

/// Nothing that follows a failed command on its line is run in nushell and xonsh: there a hook that
/// [`super::tmux`] adds says the end.
const SAID_BY_A_HOOK: &str = "COMMAND #end-NUMBER";

impl Shell {
    /// Every shell with an integration.
    pub const ALL: [Self; 11] = [
        Self::Bash,
        Self::Zsh,
        Self::Fish,
        Self::Nu,
        Self::Xonsh,
        Self::Dash,
        Self::Busybox,
        Self::Ksh93,
        Self::Mksh,
        Self::Yash,
        Self::Elvish,
    ];

    /// The three that tests of what only one of them does are about.
    pub const INTEGRATED: [Self; 3] = [Self::Bash, Self::Zsh, Self::Fish];

    fn traits(self) -> Traits {
        match self {
            Self::Bash => Traits {
                program: &["bash"],
                bare: &["--noprofile", "--norc"],
                rc: ".bashrc",
                load: "eval \"$(assume-role init bash)\"\n",
                ..SH
            },
            Self::Zsh => Traits {
                program: &["zsh"],
                bare: &["--no-rcs"],
                rc: ".zshrc",
                load: "eval \"$(assume-role init zsh)\"\n",
                ..SH
            },
            Self::Fish => Traits {
                program: &["fish"],
                bare: &["--no-config"],
                rc: ".config/fish/config.fish",
                load: "assume-role init fish | source\n",
                prompt: "function fish_prompt\n    echo -n 'TEXT'\nend\n",
                export: "set -gx NAME VALUE",
                line: "COMMAND; echo end\"\"-NUMBER-$status",
                ..SH
            },
            Self::Nu => Traits {
                program: &["nu"],
                bare: &["--no-config-file"],
                rc: ".config/nushell/config.nu",
                load: "mkdir ($nu.data-dir | path join vendor autoload); assume-role init nu \
                    | save --force ($nu.data-dir | path join vendor autoload assume-role.nu)\n",
                prompt: "$env.PROMPT_COMMAND = {|| 'TEXT' }; $env.PROMPT_INDICATOR = ''; \
                    $env.PROMPT_COMMAND_RIGHT = ''\n",
                export: "$env.NAME = 'VALUE'",
                line: SAID_BY_A_HOOK,
                environment: "^env -0 | save --raw --force ($env.HOME | path join FILE)",
                ..SH
            },
            Self::Xonsh => Traits {
                program: &["xonsh"],
                bare: &["--no-rc"],
                rc: ".xonshrc",
                load: "exec($(assume-role init xonsh))\n",
                prompt: "$PROMPT = 'TEXT'\n",
                export: "$NAME = 'VALUE'",
                line: SAID_BY_A_HOOK,
                environment: "env -0 > @(f'{$HOME}/FILE')",
                ..SH
            },
            Self::Dash => SH,
            Self::Busybox => Traits { program: &["busybox", "ash"], ..SH },
            Self::Ksh93 => Traits { program: &["ksh93"], ..SH },
            Self::Mksh => Traits { program: &["mksh"], ..SH },
            Self::Elvish => Traits {
                program: &["elvish"],
                bare: &["-norc"],
                rc: ".config/elvish/rc.elv",
                load: "eval (assume-role init elvish | slurp)\n",
                prompt: "set edit:prompt = { put 'TEXT' }\nset edit:rprompt = { }\n",
                export: "set-env NAME VALUE",
                line: "var s = 0; try { COMMAND } catch e { set s = $e[reason][exit-status] }; echo end\"\"-NUMBER-$s",
                environment: "e:env -0 > $E:HOME/FILE",
                ..SH
            },
            // yash does not wait for what is interrupted, and has an answer of its own.
            Self::Yash => Traits { program: &["yash"], rc: ".yashrc", interrupted: 386, ..SH },
        }
    }

    /// Whether it evaluates code, and so what POSIX or fish would write.
    pub fn evaluates(self) -> bool {
        ![Self::Elvish, Self::Nu, Self::Xonsh].contains(&self)
    }

    /// Its name, of the program and on our command line.
    pub fn name(self) -> &'static str {
        self.traits().program[0]
    }

    /// The words that start it.
    pub fn program(self) -> &'static [&'static str] {
        self.traits().program
    }

    /// Where it is.
    pub fn find(self) -> Option<PathBuf> {
        match self {
            Self::Nu | Self::Xonsh => find_shell(self.name()),
            _ => find(self.name()),
        }
    }

    /// The options that keep the files of the user and of the system out.
    pub fn bare(self) -> &'static [&'static str] {
        self.traits().bare
    }

    /// The file of the home that an interactive shell reads.
    pub fn rc(self) -> &'static str {
        self.traits().rc
    }

    /// The variable that names that file, where the shell has no place of its own for it.
    pub fn names_its_rc(self) -> Option<&'static str> {
        [Self::Dash, Self::Busybox, Self::Ksh93, Self::Mksh].contains(&self).then_some("ENV")
    }

    /// The line for the rc file that loads our integration.
    pub fn loads_init(self) -> String {
        self.traits().load.to_owned()
    }

    /// The lines of the rc file that set the prompt.
    pub fn prompts(self, prompt: &str) -> String {
        self.traits().prompt.replace("TEXT", prompt)
    }

    /// The line that puts a variable into the environment.
    pub fn exports(self, name: &str, value: &str) -> String {
        self.traits().export.replace("NAME", name).replace("VALUE", value)
    }

    /// What is typed before and behind a command whose number and status are to be shown.
    pub fn around(self, number: u32) -> (&'static str, String) {
        let (before, behind) = self.traits().line.split_once("COMMAND").unwrap();
        (before, behind.replace("NUMBER", &number.to_string()))
    }

    /// The command that writes the environment of a child into a file of the home.
    pub fn writes_environment(self, file: &str) -> String {
        self.traits().environment.replace("FILE", file)
    }

    /// The variable that holds the status of the last command.
    pub fn status(self) -> &'static str {
        match self {
            Self::Fish => "$status",
            Self::Nu => "$env.LAST_EXIT_CODE",
            Self::Xonsh => "@($LAST_RETURN_CODE)",
            _ => "$?",
        }
    }

    /// What shows a variable between `<` and `>`, with nothing between them when it is unset.
    pub fn showing(self, name: &str) -> String {
        match self {
            Self::Elvish => format!("echo '<'$E:{name}'>'"),
            Self::Nu => format!("print $\"<($env.{name}? | default '')>\""),
            Self::Xonsh => format!("echo @('<' + ${{...}}.get('{name}', '') + '>')"),
            _ => format!("echo \"<${name}>\""),
        }
    }

    /// The status after Ctrl-C at a question.
    pub fn interrupted(self) -> i32 {
        self.traits().interrupted
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
        note_shell(self.shell.name());
        let rc = keep(world, "rc", self.rc)?;
        let text = format!(". {}\n{}", rc.path().display(), self.text);
        let script = keep(world, "script", if self.rc.is_empty() { self.text } else { &text })?;
        let mut command = world.command_of(program);
        command
            .args(&self.shell.program()[1..])
            .args(self.shell.bare())
            .args(self.options)
            .arg(script.path());
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
