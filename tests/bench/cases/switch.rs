//! Switches: to a session from a store of every size, and to a new one from a server on loopback.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::place::{Place, with};
use crate::measure::{Budget, Case, Prepare};
use crate::support::failure::Outcome;

type Words = &'static [&'static str];

const STORED: Words = &["export", "--shell", "bash", "production", "read"];
const FRESH: Words = &["export", "--shell", "bash", "production", "read", "--refresh"];

/// A shell that runs its arguments fifty times at once.
const AT_ONCE: &str = r#"n=0; while [ $n -lt 50 ]; do "$0" "$@" & n=$((n + 1)); done; wait"#;
/// One that runs the program twice with the words of a switch, the second time without the code.
const IN_A_ROW: &str =
    r#""$0" export --shell bash production read "$1"; "$0" export --shell bash production admin"#;

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for entries in [1, 100, 5_000] {
        let filled = move |program: &Path| {
            let place = Place::used(program)?;
            place.fill(entries)?;
            Ok(place)
        };
        let name = format!("switch to a stored session, {entries} in the store");
        let ours = with(filled, |place| place.run(STORED));
        let case = Case::new(name, ours, version(), Budget::Ratio(1.5)).counted();
        cases.push(if entries == 1 { case.weighed() } else { case });
    }
    let fresh = used(FRESH);
    let on_https = with(Place::used_on_https, |place| place.run(FRESH));
    cases.extend([
        Case::new("switch to a new session", fresh, version(), Budget::Ratio(2.5)).weighed(),
        Case::new("the same on https", on_https, ("on http", used(FRESH)), Budget::None).weighed(),
        Case::new("first switch, new base", with(Place::used, first), version(), Budget::None),
        Case::new(
            "first switch and a second role",
            with(Place::used, in_a_row),
            (
                "`--version` twice",
                with(Place::new, |place| shell(place, r#""$0" --version; "$0" --version"#, &[])),
            ),
            Budget::None,
        ),
        Case::new(
            "50 switches at once, with one call",
            with(Place::used, |place| {
                place.forget_roles();
                shell(place, AT_ONCE, STORED)
            }),
            ("50 × `--version`", with(Place::used, |place| shell(place, AT_ONCE, &["--version"]))),
            Budget::None,
        ),
        Case::new(
            "switch by Identity Center, new",
            with(|program| signed_on(program, Ok), sso),
            version(),
            Budget::None,
        ),
        Case::new(
            "`credential-process`, stored",
            used(&["credential-process", "production", "read"]),
            version(),
            Budget::Ratio(1.5),
        )
        .counted(),
        Case::new("`ensure`, with time enough", with(Place::used, ensure), version(), Budget::None)
            .counted(),
    ]);
    cases
}

fn used(words: Words) -> Prepare {
    with(Place::used, move |place| place.run(words))
}

fn version() -> (&'static str, Prepare) {
    ("`--version`", with(Place::used, |place| place.run(&["--version"])))
}

/// The first switch of the day.
pub fn first(place: &Place) -> Command {
    place.forget();
    place.run(&["export", "--shell", "bash", "production", "read", &place.code()])
}

fn in_a_row(place: &Place) -> Command {
    place.forget();
    shell(place, IN_A_ROW, &[&place.code()])
}

/// A script whose `$0` is the program.
fn shell(place: &Place, script: &str, words: &[&str]) -> Command {
    let mut command = place.command("/bin/sh", &["-c", script]);
    command.arg(place.world.program()).args(words);
    command
}

/// Someone who signed on at a portal, which is reached by the way that is given.
///
/// # Errors
/// When no home or portal can be made.
pub fn signed_on(
    program: &Path,
    way: impl Fn(SocketAddr) -> io::Result<SocketAddr>,
) -> Outcome<Place> {
    let mut place = Place::new(program)?;
    let portal = way(place.sign_on()?)?;
    place.world.set("AWS_ENDPOINT_URL_SSO", format!("http://{portal}"));
    Ok(place)
}

/// A switch to the permission set, as if for the first time.
pub fn sso(place: &Place) -> Command {
    place.run(&["export", "--shell", "bash", "signed-on", "--refresh"])
}

/// In a shell that has switched.
fn ensure(place: &Place) -> Command {
    let mut command = place.run(&["export", "--shell", "bash", "ensure", "45m"]);
    for name in ["ASSUME_ROLE_KEY_ID", "AWS_ACCESS_KEY_ID"] {
        command.env(name, "ASIAEXAMPLEEXAMPLE00");
    }
    command.env("ASSUME_ROLE_EXPIRES", "9999999999");
    command
}
