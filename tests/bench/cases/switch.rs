//! Switches: to a session from a store of every size, and to a new one from a server on loopback.

use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use crate::fake_aws::sts::{Role, Sts, Trust, User};
use crate::measure::{Budget, Case, Make};
use crate::support::failure::{Failure, Outcome};
use crate::support::world::World;

const BASTION: &str = "999999999999";
const PRODUCTION: &str = "123456789012";

/// A home after the first switch of the day, and the server behind it.
struct Place {
    world: World,
    _sts: Sts,
}

/// The cases for a program.
///
/// # Errors
/// When no home or server can be made.
pub fn cases(program: &Path) -> Outcome<Vec<Case>> {
    let mut cases = Vec::new();
    for entries in [1, 100, 5_000] {
        let place = Rc::new(Place::new(program)?);
        place.fill(entries)?;
        let stored = place.command(&["export", "--shell", "bash", "production", "read"]);
        cases.push(Case::new(
            format!("switch to a stored session, {entries} in the store"),
            stored,
            ("`--version`", place.command(&["--version"])),
            Budget::Ratio(1.5),
        ));
    }
    let place = Rc::new(Place::new(program)?);
    let paths: [(&str, Make, Budget); 3] = [
        (
            "switch to a new session on loopback",
            place.command(&["export", "--shell", "bash", "production", "read", "--refresh"]),
            Budget::Ratio(2.5),
        ),
        (
            "`credential-process`, stored",
            place.command(&["credential-process", "production", "read"]),
            Budget::Ratio(1.5),
        ),
        (
            "`ensure`, with time enough",
            place.in_a_session(&["export", "--shell", "bash", "ensure", "45m"]),
            Budget::None,
        ),
    ];
    for (name, command, budget) in paths {
        cases.push(Case::new(
            name,
            command,
            ("`--version`", place.command(&["--version"])),
            budget,
        ));
    }
    Ok(cases)
}

impl Place {
    fn new(program: &Path) -> Outcome<Self> {
        let sts = Sts::start()?;
        let key = sts.add_user(User::new(BASTION, "alice").mfa("alice"));
        sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION).mfa()));
        let world = World::with_sts(program, &sts)?;
        world.base(&key)?;
        world.accounts(&format!(r#"{{"production": "{PRODUCTION}"}}"#))?;
        let code = sts.mfa_code(&format!("arn:aws:iam::{BASTION}:mfa/alice"));
        let ran = world.run(["export", "--shell", "bash", "production", "read", code.as_str()])?;
        if ran.status != 0 {
            return Err(Failure(format!("the first switch failed: {ran:?}")));
        }
        Ok(Self { world, _sts: sts })
    }

    /// Adds role sessions until there are so many.
    fn fill(&self, entries: usize) -> Outcome<()> {
        let store = self.world.home().join(".local/state/assume-role");
        let files = fs::read_dir(&store)?.filter_map(Result::ok).map(|entry| entry.path());
        let is_role = |path: &std::path::PathBuf| path.to_string_lossy().contains("/role-");
        let text =
            fs::read(files.filter(is_role).last().ok_or_else(|| Failure("no role".to_owned()))?)?;
        let ends = FileTimes::new().set_modified(SystemTime::now() + Duration::from_secs(3600));
        for number in 1..entries {
            let path = store.join(format!("role-{number:064x}.json"));
            fs::write(&path, &text)?;
            fs::set_permissions(&path, Permissions::from_mode(0o600))?;
            File::options().write(true).open(&path)?.set_times(ends)?;
        }
        Ok(())
    }

    fn command(self: &Rc<Self>, arguments: &'static [&'static str]) -> Make {
        let place = Rc::clone(self);
        Box::new(move || {
            let mut command = std::process::Command::new(place.world.program());
            command
                .args(arguments)
                .env_clear()
                .envs(place.world.environment())
                .current_dir(place.world.home());
            command
        })
    }

    /// The same in a shell that has switched.
    fn in_a_session(self: &Rc<Self>, arguments: &'static [&'static str]) -> Make {
        let make = self.command(arguments);
        Box::new(move || {
            let mut command = make();
            for name in ["ASSUME_ROLE_KEY_ID", "AWS_ACCESS_KEY_ID"] {
                command.env(name, "ASIAEXAMPLEEXAMPLE00");
            }
            command.env("ASSUME_ROLE_EXPIRES", "9999999999");
            command
        })
    }
}
