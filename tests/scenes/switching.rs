//! A switch as a test sees it: the variables that come out, or the refusal and what it left alone.

use std::collections::BTreeMap;
use std::process::Command;

use crate::scenes::Scene;
use crate::support::client::{Keys, caller_arn};
use crate::support::process::Ran;
use crate::support::snapshot::Snapshot;
use crate::support::terminal::Terminal;

/// The variables of a switch, and what was said about it.
pub struct Switched {
    pub variables: BTreeMap<String, Option<String>>,
    pub stderr: String,
}

impl Switched {
    /// The value of a variable that the switch sets.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).and_then(Option::as_deref)
    }

    /// Whether the switch takes the variable away.
    pub fn unsets(&self, name: &str) -> bool {
        self.variables.get(name) == Some(&None)
    }

    /// The session's keys.
    pub fn keys(&self) -> Keys {
        let text = |name| self.get(name).unwrap_or_else(|| panic!("{name} is not set")).to_owned();
        Keys {
            id: text("AWS_ACCESS_KEY_ID"),
            secret: text("AWS_SECRET_ACCESS_KEY"),
            token: Some(text("AWS_SESSION_TOKEN")),
        }
    }

    /// How long the session lasts, in seconds from now on.
    pub fn seconds_left(&self) -> i64 {
        let ends: i64 = self.get("ASSUME_ROLE_EXPIRES").unwrap().parse().unwrap();
        let now =
            std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
        ends - i64::try_from(now.as_secs()).unwrap()
    }

    /// Asserts that the session lasts `seconds`, give or take what this test took, and the second
    /// that is lost where two clocks are compared in whole seconds.
    pub fn assert_lasts(&self, seconds: i64) {
        let left = self.seconds_left();
        assert!(
            (seconds - 120..=seconds + 1).contains(&left),
            "{left} s left, not {seconds}: {}",
            self.stderr
        );
    }

    /// Asserts that something was said.
    #[track_caller]
    pub fn assert_says(&self, words: &str) {
        assert!(self.stderr.contains(words), "{words:?} was not said:\n{}", self.stderr);
    }

    /// Asserts that something was not said.
    #[track_caller]
    pub fn assert_silent_about(&self, words: &str) {
        assert!(!self.stderr.contains(words), "{words:?} was said:\n{}", self.stderr);
    }
}

impl Scene {
    /// `export --shell bash` with these words, without a terminal.
    pub fn export(&self, words: &[&str]) -> Ran {
        self.world.run(["export", "--shell", "bash"].iter().chain(words)).unwrap()
    }

    /// A switch that has to succeed, without a terminal.
    #[track_caller]
    pub fn switch(&self, words: &[&str]) -> Switched {
        let ran = self.world.run(["export", "--format", "json"].iter().chain(words)).unwrap();
        assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
        Switched { variables: serde_json::from_str(&ran.stdout).unwrap(), stderr: ran.stderr }
    }

    /// The first switch of a test, with a code: afterwards there is a base session.
    #[track_caller]
    pub fn switch_with_code(&self, words: &[&str]) -> Switched {
        let code = self.code();
        self.switch(&[words, &[code.as_str()]].concat())
    }

    /// A switch that has to fail with `status`: nothing on standard output, no file of the user
    /// changed. What was said comes back.
    #[track_caller]
    pub fn refused(&self, status: i32, words: &[&str]) -> String {
        let before = self.files_of_the_user();
        let ran = self.export(words);
        assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{words:?}: {ran:?}");
        assert!(
            ran.stderr.starts_with("assume-role: ") || ran.stderr.contains("\nassume-role: "),
            "{ran:?}"
        );
        assert_eq!(before, self.files_of_the_user(), "{words:?}");
        ran.stderr
    }

    /// As [`Scene::refused`], with a code that is good.
    #[track_caller]
    pub fn refused_with_code(&self, status: i32, words: &[&str]) -> String {
        let code = self.code();
        self.refused(status, &[words, &[code.as_str()]].concat())
    }

    /// A refusal without a question: no connection, nothing written at all.
    #[track_caller]
    pub fn refused_at_once(&self, status: i32, words: &[&str]) -> String {
        let before = (self.world.snapshot().unwrap(), self.sts.connections());
        let said = self.refused(status, words);
        assert_eq!(before, (self.world.snapshot().unwrap(), self.sts.connections()), "{words:?}");
        said
    }

    /// Everything under the home but the store.
    pub fn files_of_the_user(&self) -> Snapshot {
        let mut files = self.world.snapshot().unwrap();
        files.retain(|path, _| !path.starts_with(".local"));
        files
    }

    /// `export --shell bash` with these words on a terminal, as the function calls it: only
    /// standard output is caught.
    pub fn on_terminal(&self, words: &[&str]) -> Terminal {
        let mut command = Command::new(self.world.program());
        command.args(["export", "--shell", "bash"]).args(words);
        command
            .env_clear()
            .envs(self.world.environment())
            .env("NO_COLOR", "1")
            .current_dir(self.world.home());
        Terminal::start_captured(command).unwrap()
    }

    /// Who the server says that these keys are.
    pub fn who(&self, switched: &Switched) -> String {
        caller_arn(&self.sts.url(), &switched.keys()).unwrap()
    }

    /// The names of the stored sessions, base sessions too.
    pub fn stored_sessions(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.world.home().join(".local/state/assume-role"))
        else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("base-") || name.starts_with("role-")).collect()
    }

    /// Waits until `action` was called so often in all.
    pub fn wait_for_call(&self, action: &str, times: usize) {
        self.wait_until(&format!("{action} is called {times} times"), || {
            self.sts.count(action) >= times
        });
    }

    /// Waits until something is true; `what` is said when it does not become so.
    pub fn wait_until(&self, what: &str, is_true: impl Fn() -> bool) {
        let deadline = std::time::Instant::now() + crate::support::process::PATIENCE;
        while !is_true() {
            assert!(
                std::time::Instant::now() < deadline,
                "{what}: not within {:?}",
                crate::support::process::PATIENCE
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// How many calls carried an MFA code.
    pub fn codes_sent(&self) -> usize {
        self.sts.requests().iter().filter(|logged| logged.get("TokenCode").is_some()).count()
    }

    /// Roles of the production account that trust the bastion with MFA, each with its longest
    /// session in seconds.
    pub fn add_roles(&self, roles: &[(&str, i64)]) {
        use crate::fake_aws::sts::{Role, Trust};
        use crate::scenes::{BASTION, PRODUCTION};
        for (name, seconds) in roles {
            let trust = Trust::account(BASTION).mfa();
            self.sts.add_role(Role::new(PRODUCTION, name).trusts(trust).max_session(*seconds));
        }
    }
}
