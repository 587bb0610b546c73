//! Times of the release binary, as ratios in one run: what a thing costs beside `assume-role
//! --version`, beside a function that does nothing, or beside another program.
//!
//! `cargo run --release --locked --example bench` builds the program and prints a table; words
//! after `--` choose the paths whose names hold one of them. `--than PROGRAM` compares with another
//! build of the program instead, `--json` prints what was measured for programs, and `--plot FILE`
//! draws how the paths grow. A slow machine fails nothing: the numbers are for people.

mod cases;
#[path = "../fake_aws/mod.rs"]
mod fake_aws;
mod measure;
mod plot;
#[path = "../support/mod.rs"]
mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use measure::{Budget, Case, Line};
use support::failure::{Failure, Outcome};

/// What may come of noise, beside another build.
const NO_SLOWER: Budget = Budget::Ratio(1.05);
/// The largest that the binary may be, in bytes.
const LARGEST: u64 = 6_000_000;

fn main() -> Outcome<()> {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    let other = value_of("--than", &mut wanted).map(PathBuf::from);
    let picture = value_of("--plot", &mut wanted);
    let as_json = wanted.iter().any(|word| word == "--json");
    wanted.retain(|word| word != "--json");
    let program = build()?;
    let size = program.metadata()?.len();
    let mut out = std::io::stdout();
    if !as_json {
        let met = if size <= LARGEST { "met" } else { "not met" };
        let (size, most) = (size as f64 / 1e6, LARGEST / 1_000_000);
        writeln!(out, "The binary: {size:.2} MB, budget {most} MB, {met}.\n\n{}", Line::HEAD)?;
    }
    let is_wanted =
        |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let mut lines = Vec::new();
    let theirs = other.as_deref().map(all).transpose()?;
    let mut theirs = theirs.map(Vec::into_iter);
    for mut case in all(&program)? {
        if let (Some(theirs), Some(other)) = (&mut theirs, &other) {
            let Some(their) = theirs.find(|their| their.name == case.name) else { continue };
            case.beside = (other.display().to_string(), their.command);
            case.budget = NO_SLOWER;
        }
        if !is_wanted(&case.name) {
            continue;
        }
        let line = match case.measure() {
            Ok(line) => line,
            Err(Failure(why)) if other.is_some() => {
                writeln!(std::io::stderr(), "not compared: {why}")?;
                continue;
            }
            Err(why) => return Err(why),
        };
        if !as_json {
            writeln!(out, "{}", line.row())?;
        }
        lines.push(line);
    }
    if as_json {
        writeln!(out, "{}", serde_json::json!({"binary": size, "paths": lines}))?;
    }
    if let Some(picture) = picture {
        std::fs::write(picture, plot::svg(&lines))?;
    }
    Ok(())
}

/// The value of an option, both of which are taken out of the words.
fn value_of(option: &str, words: &mut Vec<String>) -> Option<String> {
    let at = words.iter().position(|word| word == option)?;
    words.drain(at..(at + 2).min(words.len())).nth(1)
}

/// Every case for a program.
fn all(program: &Path) -> Outcome<Vec<Case>> {
    let mut all = cases::start::cases(program);
    for group in
        [cases::init::cases, cases::prompt::cases, cases::switch::cases, cases::verbs::cases]
    {
        all.extend(group(program)?);
    }
    Ok(all)
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
    let directory = own.parent().and_then(Path::parent);
    Ok(directory.ok_or_else(|| Failure("no build directory".to_owned()))?.join("assume-role"))
}
