//! A shell as far as its variables go: what the program prints as JSON is applied, and the next
//! call inherits it.

use std::collections::BTreeMap;

use crate::scenes::Scene;
use crate::support::process::{Ran, run};

/// The variables that a shell exports besides those of its world.
pub struct OneShell<'a> {
    scene: &'a Scene,
    pub variables: BTreeMap<String, String>,
}

impl<'a> OneShell<'a> {
    /// A shell without a session.
    pub fn new(scene: &'a Scene) -> Self {
        Self { scene, variables: BTreeMap::new() }
    }

    /// Another shell that inherits everything.
    pub fn child(&self) -> Self {
        Self { scene: self.scene, variables: self.variables.clone() }
    }

    /// Calls the program as the function does, and applies what it prints; what it printed is given
    /// back.
    pub fn does(&mut self, words: &[&str]) -> Ran {
        let mut command =
            self.scene.world.command(["export", "--format", "json"].iter().chain(words));
        command.envs(&self.variables);
        let ran = run(command, b"").unwrap();
        assert!(ran.status == 0 || ran.stdout.is_empty(), "a failure changes nothing: {ran:?}");
        if !ran.stdout.is_empty() {
            let changes: BTreeMap<String, Option<String>> =
                serde_json::from_str(&ran.stdout).unwrap();
            for (name, value) in changes {
                match value {
                    Some(value) => self.variables.insert(name, value),
                    None => self.variables.remove(&name),
                };
            }
        }
        ran
    }

    /// As [`OneShell::does`], without a failure.
    #[track_caller]
    pub fn succeeds(&mut self, words: &[&str]) -> Ran {
        let ran = self.does(words);
        assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
        ran
    }

    /// As [`OneShell::does`], with that failure; what was said is given back.
    #[track_caller]
    pub fn fails(&mut self, status: i32, words: &[&str]) -> String {
        let ran = self.does(words);
        assert_eq!(ran.status, status, "{words:?}: {ran:?}");
        ran.stderr
    }

    /// The value of a variable, empty when it is not set.
    pub fn get(&self, name: &str) -> &str {
        self.variables.get(name).map_or("", String::as_str)
    }

    /// The role, as the prompt shows it.
    pub fn role(&self) -> &str {
        self.get("AWS_ACCOUNT_ROLE")
    }

    /// The access key id of the session.
    pub fn key(&self) -> &str {
        self.get("AWS_ACCESS_KEY_ID")
    }

    /// A variable that holds seconds since 1970, when it is set.
    pub fn moment(&self, name: &str) -> Option<i64> {
        self.variables.get(name).map(|text| text.parse().unwrap())
    }
}
