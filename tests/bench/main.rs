//! Times of the release binary, as ratios in one run: what a thing costs beside `assume-role
//! --version`, beside a function that does nothing, or beside another program.
//!
//! `cargo run --release --locked --example bench` builds the program and prints a table; words
//! after `--` choose the paths whose names hold one of them (`cold` builds the program from nothing).
//! `--than PROGRAM` compares with another build of the program instead, `--json` prints what was
//! measured for programs, and `--plot FILE` draws how the paths grow. A slow machine fails nothing:
//! the numbers are for people.

mod cases;
mod counters;
#[path = "../fake_aws/mod.rs"]
mod fake_aws;
mod line;
mod link;
mod measure;
mod plot;
mod references;
#[path = "../support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use line::Line;
use support::failure::{Failure, Outcome};

/// The largest that the binary may be, in bytes.
const LARGEST: u64 = 6_000_000;

fn main() -> Outcome<()> {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    let other = value_of("--than", &mut wanted).map(PathBuf::from);
    let picture = value_of("--plot", &mut wanted);
    let as_json = wanted.iter().any(|word| word == "--json");
    wanted.retain(|word| word != "--json");

    // This program lies in `examples` of a profile's directory.
    let own = std::env::current_exe()?;
    let target = own.ancestors().nth(3).ok_or_else(|| Failure("no build directory".to_owned()))?;
    build(target)?;
    let installed = tempfile::tempdir_in(target)?;
    let install = |build: &Path| install(build, installed.path());
    let program = install(&target.join("release/assume-role"))?;
    let other = other.as_deref().map(install).transpose()?;
    let builds: Vec<&Path> = [program.as_path()].into_iter().chain(other.as_deref()).collect();
    let mut out = std::io::stdout();
    let mut say = |text: &str| if as_json { Ok(()) } else { writeln!(out, "{text}") };
    for build in &builds {
        let size = build.metadata()?.len();
        let met = if size <= LARGEST { "met" } else { "not met" };
        let (size, most) = (size as f64 / 1e6, LARGEST / 1_000_000);
        say(&format!("{}: {size:.2} MB, budget {most} MB, {met}.\n", build.display()))?;
    }
    if wanted.iter().any(|word| word == "cold") {
        say(&format!("A cold build: {} s.\n", cold_build()?.as_secs()))?;
    }
    say(Line::HEAD)?;
    let (mut lines, mut failures) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for case in cases::all() {
        let is_wanted = wanted.is_empty() || wanted.iter().any(|word| case.name.contains(word));
        // Some paths stand beside several programs; another build is one.
        if !is_wanted || (other.is_some() && !seen.insert(case.name.clone())) {
            continue;
        }
        match case.measure(&builds) {
            Ok(line) => {
                say(&line.row())?;
                lines.push(line);
            }
            Err(why) => {
                say(&Line::failed(&case.name, &why))?;
                failures.push(serde_json::json!({"path": case.name, "why": why.0}));
            }
        }
    }
    if as_json {
        let binary = program.metadata()?.len();
        writeln!(
            out,
            "{}",
            serde_json::json!({"binary": binary, "paths": lines, "failed": failures})
        )?;
    }
    if let Some(picture) = picture {
        std::fs::write(picture, plot::svg(&lines))?;
    }
    Ok(())
}

/// Copies a build as an installer does: what a linker wrote piece by piece lies in small pages, which
/// cost each start a few per cent.
fn install(build: &Path, place: &Path) -> Outcome<PathBuf> {
    let directory = tempfile::tempdir_in(place)?.keep();
    let program = directory.join("assume-role");
    std::fs::copy(build, &program)?;
    Ok(program)
}

/// The value of an option, both of which are taken out of the words.
fn value_of(option: &str, words: &mut Vec<String>) -> Option<String> {
    let at = words.iter().position(|word| word == option)?;
    words.drain(at..(at + 2).min(words.len())).nth(1)
}

/// Builds everything from nothing, in a directory of its own.
fn cold_build() -> Outcome<Duration> {
    let target = tempfile::tempdir()?;
    let began = Instant::now();
    build(target.path())?;
    Ok(began.elapsed())
}

/// Brings the release build of the program up to date.
fn build(target: &Path) -> Outcome<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--release", "--locked", "--bin", "assume-role"]);
    command.env("CARGO_TARGET_DIR", target).current_dir(env!("CARGO_MANIFEST_DIR"));
    if command.status()?.success() {
        Ok(())
    } else {
        Err(Failure("the program does not build".to_owned()))
    }
}
