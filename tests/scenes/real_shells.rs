//! Runs short scripts in the real shells, each from an empty environment, in a home that the caller
//! made; where a world with the program in it is wanted, there is
//! [`crate::support::shells::Script`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::process;
use crate::support::tools::{find, find_shell, note_shell};

/// What a script left behind.
#[derive(Debug)]
pub struct Outcome {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Outcome {
    /// Both streams empty, status 0.
    pub fn assert_silent(&self, what: &str) {
        assert_eq!((self.status, self.out.as_str(), self.err.as_str()), (0, "", ""), "{what}");
    }

    /// The variables of an `env -0` that the script ran after a mark, without those every shell
    /// has.
    pub fn environment(&self, after: &str) -> BTreeMap<String, String> {
        let (_, rest) = self
            .out
            .split_once(&format!("{after}\n"))
            .unwrap_or_else(|| panic!("{after}: {}", self.err));
        let dump = rest.split("\0\n").next().unwrap();
        let pairs = dump.split('\0').filter_map(|pair| pair.split_once('='));
        let own = [
            "_", "SHLVL", "PWD", "OLDPWD", "HOME", "PATH", "LOGNAME", "USER", "A__z",
            "_AST_FEATURES",
        ];
        pairs
            .filter(|(name, _)| !own.contains(name))
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect()
    }
}

/// Prints the environment of children after a mark; see [`Outcome::environment`]. The same words in
/// every shell.
pub fn dump(mark: &str) -> String {
    format!("command echo {mark}; command env -0; command echo; ")
}

/// The words that start a shell without any rc files.
pub fn words(shell: &str) -> Vec<&str> {
    match shell {
        "bash" => vec!["bash", "--norc", "--noprofile"],
        "bash --posix" => vec!["bash", "--posix", "--norc", "--noprofile"],
        "zsh" => vec!["zsh", "-f"],
        "zsh as sh" => vec!["zsh", "--emulate", "sh", "-f"],
        "zsh as ksh" => vec!["zsh", "--emulate", "ksh", "-f"],
        "yash" => vec!["yash", "--norcfile"],
        "busybox" => vec!["busybox", "ash"],
        "fish" => vec!["fish", "--no-config"],
        "fish with configuration" => vec!["fish"],
        "nu" => vec!["nu", "--no-config-file"],
        "xonsh" => vec!["xonsh", "--no-rc"],
        other => vec![other],
    }
}

/// Whether the shell is here. Where it is not, the test says so and passes, except under `CI=true`.
pub fn is_here(shell: &str) -> bool {
    find_program(shell).is_some()
}

fn find_program(shell: &str) -> Option<PathBuf> {
    match words(shell)[0] {
        name @ ("nu" | "xonsh") => find_shell(name),
        // Not its path, since some say in each message how they were called.
        name => find(name).map(|_| name.into()),
    }
}

/// Runs each linter that is here over a file below a directory of the project: it succeeds and says
/// nothing.
pub fn assert_lints(directory: &str, linters: &[(&[&str], &str)]) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    for (words, file) in linters.iter().filter(|(words, _)| is_here(words[0])) {
        let mut linter = Command::new(words[0]);
        let output = linter.args(&words[1..]).arg(directory.join(file)).output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{words:?} {file}:\n{said}");
    }
}

/// Runs `script` in `shell` (a name that [`words`] knows, options after it) with `home` as home and
/// directory, and without a terminal.
pub fn run(shell: &[&str], home: &Path, variables: &[(&str, &str)], script: &str) -> Outcome {
    let file = home.join("script");
    std::fs::write(&file, script).unwrap();
    let program = find_program(shell[0]).unwrap();
    let mut command = prepared(process::detached(program), shell, home, variables);
    command.arg(&file);
    finish(command, b"")
}

/// Types `lines` to `shell`, with a prompt before each, though without a terminal.
pub fn run_lines(shell: &[&str], home: &Path, variables: &[(&str, &str)], lines: &str) -> Outcome {
    finish(
        prepared(process::detached(words(shell[0])[0]), shell, home, variables),
        lines.as_bytes(),
    )
}

/// A shell with an environment of its own, for a terminal.
pub fn command(shell: &[&str], home: &Path, variables: &[(&str, &str)]) -> Command {
    prepared(Command::new(find_program(shell[0]).unwrap()), shell, home, variables)
}

fn prepared(
    mut command: Command,
    shell: &[&str],
    home: &Path,
    variables: &[(&str, &str)],
) -> Command {
    note_shell(words(shell[0])[0]);
    // Else an interactive fish reads all manual pages of the machine.
    std::fs::create_dir_all(home.join(".local/share/fish/generated_completions")).unwrap();
    command.args(&words(shell[0])[1..]).args(&shell[1..]).env_clear();
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin").env("HOME", home);
    command.envs(variables.iter().copied()).current_dir(home);
    command
}

fn finish(command: Command, input: &[u8]) -> Outcome {
    let ran = process::run(command, input).unwrap();
    Outcome { status: ran.status, out: ran.stdout, err: without_job_control(&ran.stderr) }
}

/// An interactive shell of the sh family complains when it has no terminal.
fn without_job_control(text: &str) -> String {
    let complaints = ["terminal process group", "job control", "tty", "no login name"];
    text.split_inclusive('\n')
        .filter(|line| !complaints.iter().any(|complaint| line.contains(complaint)))
        .collect()
}
