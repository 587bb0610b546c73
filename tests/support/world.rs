//! A world of one's own: a throw-away home, an environment from scratch, and the program on the
//! PATH.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::failure::Outcome;
use super::process::{self, Ran};
use super::snapshot::{Snapshot, snapshot};
use super::terminal::Terminal;
use crate::fake_aws::sts::{AccessKey, Sts};

/// A throw-away home with the program in it; removed when dropped.
pub struct World {
    root: TempDir,
    environment: BTreeMap<OsString, OsString>,
}

impl World {
    /// An empty home; `binary` is reachable as `assume-role` on its PATH.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn new(binary: impl AsRef<Path>) -> io::Result<Self> {
        process::reset_ignored_signals();
        process::allow_many_files();
        let root = tempfile::Builder::new().prefix("assume-role-").tempdir()?;
        let mut world = Self { root, environment: BTreeMap::new() };
        // Without that last one, every interactive fish of a new home reads all manual pages of the
        // machine, in the background and on all its processors.
        let fish = world.home().join(".local/share/fish/generated_completions");
        for directory in [world.home(), world.bin(), world.home().join(".aws"), fish] {
            fs::create_dir_all(directory)?;
        }
        symlink(binary, world.program())?;
        let path =
            format!("{}:/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin", world.bin().display());
        world.set("PATH", path);
        world.set("HOME", world.home());
        world.set("TERM", "xterm-256color");
        world.set("LC_ALL", "C.UTF-8");
        world.set("AWS_EC2_METADATA_DISABLED", "true");
        Ok(world)
    }

    /// A world whose STS and IAM are the given server.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn with_sts(binary: impl AsRef<Path>, sts: &Sts) -> io::Result<Self> {
        let mut world = Self::new(binary)?;
        world.point_at(sts)?;
        Ok(world)
    }

    /// Makes the given server STS and IAM of this world; its authority is trusted through
    /// `AWS_CA_BUNDLE`.
    ///
    /// # Errors
    /// When the authority's certificate cannot be written.
    pub fn point_at(&mut self, sts: &Sts) -> io::Result<()> {
        self.set("AWS_ENDPOINT_URL_STS", sts.url());
        self.set("AWS_ENDPOINT_URL_IAM", sts.url());
        if let Some(authority) = sts.authority() {
            let bundle = self.root().join("ca.pem");
            fs::write(&bundle, authority)?;
            self.set("AWS_CA_BUNDLE", bundle);
        }
        Ok(())
    }

    /// The directory around everything; scratch files of a test may go here.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The home directory.
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// The directory of the program, first on the PATH.
    pub fn bin(&self) -> PathBuf {
        self.root().join("bin")
    }

    /// The program as it lies on the PATH: a symbolic link.
    pub fn program(&self) -> PathBuf {
        self.bin().join("assume-role")
    }

    /// Sets a variable of the environment.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.insert(name.into(), value.into());
    }

    /// Removes a variable of the environment.
    pub fn unset(&mut self, name: &str) {
        self.environment.remove(OsStr::new(name));
    }

    /// The whole environment.
    pub fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.environment
    }

    /// Writes a file under the home, for its owner only, with the directories above it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> io::Result<PathBuf> {
        let path = self.home().join(path);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok(path)
    }

    /// Writes `~/.aws/accounts`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn accounts(&self, json: &str) -> io::Result<PathBuf> {
        self.write(".aws/accounts", json)
    }

    /// Writes `~/.aws/config`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn config(&self, ini: &str) -> io::Result<PathBuf> {
        self.write(".aws/config", ini)
    }

    /// Writes `~/.aws/credentials`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn credentials(&self, ini: &str) -> io::Result<PathBuf> {
        self.write(".aws/credentials", ini)
    }

    /// Writes `~/.aws/credentials` with the given key as `[default]`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn base(&self, key: &AccessKey) -> io::Result<PathBuf> {
        self.credentials(&format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            key.id, key.secret
        ))
    }

    /// The program with these arguments, in this environment, without a terminal.
    pub fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = self.command_of(self.program());
        command.args(arguments);
        command
    }

    /// Any program, in this environment, without a terminal.
    pub fn command_of(&self, program: impl Into<PathBuf>) -> Command {
        let mut command = process::detached(program);
        command.env_clear().envs(&self.environment).current_dir(self.home());
        command
    }

    /// Runs the program with these arguments to its end, with nothing on standard input and no
    /// terminal.
    ///
    /// # Errors
    /// When it cannot be started or hangs.
    pub fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome<Ran> {
        process::run(self.command(arguments), b"")
    }

    /// Starts the program with these arguments on a terminal.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn terminal(
        &self,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Outcome<Terminal> {
        let mut command = Command::new(self.program());
        command.args(arguments);
        self.terminal_of(command)
    }

    /// Starts any command on a terminal, in this environment.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn terminal_of(&self, mut command: Command) -> Outcome<Terminal> {
        command.env_clear().envs(&self.environment).current_dir(self.home());
        Terminal::start(command)
    }

    /// Everything under the home as data.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn snapshot(&self) -> io::Result<Snapshot> {
        snapshot(&self.home())
    }
}
