//! Times of the release binary, as ratios in one run: what a thing costs beside `assume-role
//! --version`.
//!
//! `cargo run --release --locked --example bench` builds the program and prints medians; words
//! after `--` choose the cases whose names hold one of them, and `--than PROGRAM` compares with
//! another build of the program instead. A slow machine fails nothing: the numbers are for people,
//! and the budgets are printed beside them.

mod cases;
#[path = "../fake_aws/mod.rs"]
mod fake_aws;
mod measure;
#[path = "../support/mod.rs"]
mod support;

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use support::failure::{Failure, Outcome};

/// What may come of noise, beside another build.
const NO_SLOWER: f64 = 1.05;

fn main() -> Outcome<()> {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    let than = wanted.iter().position(|word| word == "--than");
    let other = than.and_then(|at| wanted.drain(at..(at + 2).min(wanted.len())).nth(1));
    let other = other.map(PathBuf::from);
    let program = build()?;
    let size = program.metadata()?.len();
    let mut out = std::io::stdout();
    writeln!(out, "the binary: {:.2} MB, budget 5", size as f64 / 1e6)?;
    let is_wanted =
        |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    for group in [cases::switch::cases, cases::init::cases, cases::tab::cases] {
        let mut cases = group(&program)?;
        if let Some(other) = &other {
            for (case, theirs) in cases.iter_mut().zip(group(other)?) {
                case.beside = (other.display().to_string(), theirs.command);
                case.budget = Some(NO_SLOWER);
            }
        }
        for case in cases.into_iter().filter(|case| is_wanted(&case.name)) {
            writeln!(out, "{}", case.measure()?)?;
        }
    }
    Ok(())
}

/// The release build of the program, up to date.
fn build() -> Outcome<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["build", "--quiet", "--release", "--locked", "--bin", "assume-role"];
    let status =
        Command::new(cargo).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    if !status.success() {
        return Err(Failure("the program does not build".to_owned()));
    }
    let own = std::env::current_exe()?;
    let directory = own.parent().and_then(std::path::Path::parent);
    Ok(directory.ok_or_else(|| Failure("no build directory".to_owned()))?.join("assume-role"))
}
