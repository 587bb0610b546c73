//! What every run costs before it does anything.

use std::path::Path;
use std::process::Command;

use crate::measure::{Budget, Case, Make};

pub fn cases(program: &Path) -> Vec<Case> {
    let bare = |program: &Path, words: &'static [&'static str]| -> Make {
        let program = program.to_owned();
        Box::new(move || {
            let mut command = Command::new(&program);
            command.args(words).env_clear().env("HOME", "/nonexistent");
            command
        })
    };
    let nothing = bare("/bin/true".as_ref(), &[]);
    let version = bare(program, &["--version"]);
    vec![Case::new("`--version`", version, ("`/bin/true`", nothing), Budget::Ratio(1.5))]
}
