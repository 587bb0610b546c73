//! Homes with a server behind them.

use std::fs::{self, File, FileTimes, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::{Certificate, Role, Sts, Trust, User};
use crate::measure::{Prepare, Task};
use crate::support::failure::{Failure, Outcome};
use crate::support::world::World;

const BASTION: &str = "999999999999";
const PRODUCTION: &str = "123456789012";
const DEVICE: &str = "arn:aws:iam::999999999999:mfa/alice";

/// Makes a place for a build, and a command in it for each run.
pub fn with(
    place: impl Fn(&Path) -> Outcome<Place> + 'static,
    command: impl Fn(&Place) -> Command + Copy + 'static,
) -> Prepare {
    Box::new(move |program| {
        let place = place(program)?;
        Ok(Task::Command(Box::new(move || Ok(command(&place)))))
    })
}

/// A user with an MFA device, and the roles `read`, `admin` and, without MFA, `machine`.
pub struct Place {
    pub world: World,
    pub sts: Sts,
}

impl Place {
    /// A home that was never used, and a server on http.
    ///
    /// # Errors
    /// When no home or server can be made.
    pub fn new(program: &Path) -> Outcome<Self> {
        Self::with_server(program, Sts::start()?)
    }

    /// The same on https.
    ///
    /// # Errors
    /// When no home or server can be made.
    pub fn on_https(program: &Path) -> Outcome<Self> {
        Self::with_server(program, Sts::start_tls(Certificate::Good)?)
    }

    fn with_server(program: &Path, sts: Sts) -> Outcome<Self> {
        let key = sts.add_user(User::new(BASTION, "alice").mfa("alice"));
        for role in ["read", "admin"] {
            let trust = Trust::account(BASTION).mfa();
            sts.add_role(Role::new(PRODUCTION, role).max_session(43_200).trusts(trust));
        }
        sts.add_role(Role::new(PRODUCTION, "machine").trusts(Trust::account(BASTION)));
        let world = World::with_sts(program, &sts)?;
        world.base(&key)?;
        world.accounts(&format!(r#"{{"production": "{PRODUCTION}"}}"#))?;
        world.config(&format!(
            "[default]\nregion = us-east-1\n[profile machine]\nsource_profile = default\n\
             role_arn = arn:aws:iam::{PRODUCTION}:role/machine\nregion = us-east-1\n"
        ))?;
        Ok(Self { world, sts })
    }

    /// A home after the first switch of the day.
    ///
    /// # Errors
    /// As [`Place::new`], and when the switch fails.
    pub fn used(program: &Path) -> Outcome<Self> {
        Self::new(program)?.after_the_first()
    }

    /// The same on https.
    ///
    /// # Errors
    /// As [`Place::used`].
    pub fn used_on_https(program: &Path) -> Outcome<Self> {
        Self::on_https(program)?.after_the_first()
    }

    fn after_the_first(self) -> Outcome<Self> {
        let ran =
            self.world.run(["export", "--shell", "bash", "production", "read", &self.code()])?;
        if ran.status == 0 { Ok(self) } else { Err(Failure(ran.stderr)) }
    }

    /// Signs on at a portal, and gives where it listens: the profile `signed-on` has its role there.
    ///
    /// # Errors
    /// When no portal can be made.
    pub fn sign_on(&self) -> Outcome<SocketAddr> {
        let portal = Sso::start()?;
        portal.add_token("kept");
        let keys = self.sts.issue(&Role::new(PRODUCTION, "portal"), "alice@corp");
        portal.assign(PRODUCTION, "Portal", keys);
        let start = "https://corp.awsapps.com/start";
        self.world.config(&format!(
            "[profile signed-on]\nsso_session = corp\nsso_account_id = {PRODUCTION}\n\
             sso_role_name = Portal\n[sso-session corp]\nsso_start_url = {start}\nsso_region = eu-west-1\n"
        ))?;
        self.world.write(
            // The name is the SHA-1 of the session's.
            ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
            format!(
                r#"{{"startUrl": "{start}", "region": "eu-west-1", "accessToken": "kept", "expiresAt": "2099-01-01T00:00:00Z"}}"#
            ),
        )?;
        Ok(portal.url().trim_start_matches("http://").parse().map_err(io::Error::other)?)
    }

    /// The code that the user's device shows: a new one each time.
    pub fn code(&self) -> String {
        self.sts.mfa_code(DEVICE)
    }

    fn store(&self) -> PathBuf {
        self.world.home().join(".local/state/assume-role")
    }

    /// Forgets all sessions, as a night does: what was remembered about the device stays.
    pub fn forget(&self) {
        self.remove(&["role-", "base-"]);
    }

    /// Forgets the sessions of roles, and keeps that of the base.
    pub fn forget_roles(&self) {
        self.remove(&["role-"]);
    }

    fn remove(&self, kinds: &[&str]) {
        for path in kinds.iter().flat_map(|kind| self.stored(kind)) {
            // Someone else may have removed it.
            let _ = fs::remove_file(path);
        }
    }

    fn stored(&self, kind: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(self.store()).into_iter().flatten().flatten();
        let of_kind = |file: &fs::DirEntry| file.file_name().to_string_lossy().starts_with(kind);
        files.filter(of_kind).map(|file| file.path()).collect()
    }

    /// Adds role sessions until there are so many.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn fill(&self, entries: usize) -> Outcome<()> {
        let roles = self.stored("role-");
        let text = fs::read(roles.first().ok_or_else(|| Failure("no role".to_owned()))?)?;
        let ends = FileTimes::new().set_modified(SystemTime::now() + Duration::from_secs(3600));
        for number in 1..entries {
            let path = self.store().join(format!("role-{number:064x}.json"));
            fs::write(&path, &text)?;
            fs::set_permissions(&path, Permissions::from_mode(0o600))?;
            File::options().write(true).open(&path)?.set_times(ends)?;
        }
        Ok(())
    }

    /// The program in this home.
    pub fn run(&self, words: &[&str]) -> Command {
        self.command(self.world.program(), words)
    }

    /// A program in this home, without a wrapper around it, whose start would count.
    pub fn command(&self, program: impl AsRef<Path>, words: &[&str]) -> Command {
        let mut command = Command::new(program.as_ref());
        command.args(words).env_clear().envs(self.world.environment());
        command.current_dir(self.world.home());
        command
    }
}
