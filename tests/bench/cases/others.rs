//! What other programs take for the same on the same server.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::place::{Place, with};
use super::switch::first;
use crate::measure::{Budget, Case, Prepare, Task};
use crate::references;
use crate::support::failure::{Failure, Outcome};

type Words = &'static [&'static str];

/// The profile's role wants no code: awsume would ask for it on its terminal.
const STORED: Words = &["export", "--shell", "bash", "machine"];
const FRESH: Words = &["export", "--shell", "bash", "machine", "--refresh"];
const CLI_STORED: Words = &["configure", "export-credentials", "--profile", "machine"];
const CLI_FRESH: Words = &[
    "sts",
    "assume-role",
    "--role-arn",
    "arn:aws:iam::123456789012:role/machine",
    "--role-session-name",
    "bench",
];
const BOTO3: Words = &[
    "-c",
    "import boto3\nboto3.Session(profile_name='machine').get_credentials().get_frozen_credentials()",
];

const OLD_SCRIPT: Budget = Budget::Ratio(1.0 / 300.0);
/// The old script, of which the user says where a copy is.
const OLD: &str = "ASSUME_ROLE_OLD";

pub fn cases() -> Vec<Case> {
    let profile = |words| with(Place::used, move |place| place.run(words));
    let beside = |name, words| (references::title(name), theirs(name, words));
    let stored = profile(&["credential-process", "machine"]);
    let fresh = || profile(&["credential-process", "machine", "--refresh"]);
    let old = ("the old script", Box::new(old_script) as Prepare);
    vec![
        Case::new("first switch, new base", with(Place::used, first), old, OLD_SCRIPT),
        Case::new(
            "switch to a stored session of a profile",
            profile(STORED),
            beside("awsume", &["machine"]),
            Budget::None,
        ),
        Case::new(
            "switch to a new session of a profile",
            profile(FRESH),
            beside("awsume", &["-r", "machine"]),
            Budget::None,
        ),
        Case::new("`credential-process`, stored", stored, beside("aws2", CLI_STORED), Budget::None),
        Case::new("`credential-process`, new", fresh(), beside("aws1", CLI_FRESH), Budget::None),
        Case::new("`credential-process`, new", fresh(), beside("boto3", BOTO3), Budget::None),
    ]
}

fn theirs(name: &'static str, words: Words) -> Prepare {
    Box::new(move |program| {
        let other = references::find(name)?;
        let place = Place::used(program)?;
        if words == CLI_STORED {
            // The second version in Debian knows no other address of STS. Both have one cache.
            let first = references::find("aws1")?;
            let whoami = ["sts", "get-caller-identity", "--profile", "machine"];
            place.command(first, &whoami).output()?;
        }
        Ok(Task::Command(Box::new(move || Ok(place.command(&other, words)))))
    })
}

/// The old script with the AWS CLI that it was written for. It keeps its sessions in variables, so
/// that every run is the first of the day.
fn old_script(program: &Path) -> Outcome<Task> {
    let script = std::env::var_os(OLD).map(PathBuf::from);
    let script = script.ok_or_else(|| Failure(format!("{OLD} names no copy of it")))?;
    let aws = references::find("aws1")?;
    let place = Place::used(program)?;
    let mut path = aws.parent().unwrap_or(&aws).as_os_str().to_owned();
    path.push(":/usr/local/bin:/usr/bin:/bin");
    Ok(Task::Command(Box::new(move || Ok(run_old(&place, &script, &path)))))
}

fn run_old(place: &Place, script: &Path, path: &OsString) -> Command {
    let mut command = place.command("bash", &[]);
    command.arg(script).args(["production", "read", &place.code(), "us-east-1"]);
    command.env("PATH", path).env("AWS_USERNAME", "alice").env("OUTPUT_TO_EVAL", "true");
    command
}
