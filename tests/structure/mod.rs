//! The shape of the source: imports flow one way, files stay small, and the shells know the verbs
//! that clap knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assume_role::testing::cli::Cli;
use clap::CommandFactory;

/// The layers, each importing only what stands before it. Modules of one line may know each other.
const LAYERS: [&[&str]; 13] = [
    &["error"],
    &["types"],
    &["cli"],
    &["config"],
    &["ui"],
    &["cache"],
    &["catalog"],
    &["plan"],
    &["aws"],
    &["acquire"],
    &["shell", "prompt", "completion"],
    &["commands"],
    &["lib", "main"],
];

/// The layers that TAB must not reach: no network by construction.
const NETWORK: [&str; 2] = ["aws", "acquire"];

const LONGEST_FILE: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}

fn layer_of(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&module))
        .unwrap_or_else(|| panic!("the module {module} belongs to no layer"))
}

/// The top-level modules that a file names behind `crate::`.
fn imported(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .filter_map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next())
        .filter(|module| !module.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn imports_flow_one_way() {
    let source = root().join("src");
    for file in files(&source, "rs") {
        let relative = file.strip_prefix(&source).unwrap();
        let module = relative
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs");
        for other in imported(&fs::read_to_string(&file).unwrap()) {
            let name = relative.display();
            assert!(
                layer_of(&other) <= layer_of(module),
                "{name} imports {other}, which stands to its right"
            );
            assert!(
                module != "completion" || !NETWORK.contains(&other.as_str()),
                "{name} imports {other}: a network"
            );
            assert!(
                module != "shell" || !NETWORK.contains(&other.as_str()),
                "{name} imports {other}: the SDK"
            );
        }
    }
}

#[test]
fn files_stay_small() {
    for directory in ["src", "tests"] {
        for file in files(&root().join(directory), "rs") {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(
                lines <= LONGEST_FILE,
                "{} has {lines} lines: is there a second idea in it?",
                file.display()
            );
        }
    }
}

#[test]
fn only_one_place_reads_the_environment() {
    let source = root().join("src");
    for file in files(&source, "rs") {
        let reads = fs::read_to_string(&file).unwrap().contains("env::var");
        assert!(
            !reads || file.ends_with("config/environment.rs"),
            "{} reads the environment",
            file.display()
        );
    }
}

/// Programs of their own, which `Cargo.toml` names.
const EXAMPLES: [&str; 2] = ["tests/playground", "tests/bench"];

#[test]
fn every_test_file_is_part_of_the_one_binary() {
    for file in files(&root().join("tests"), "rs") {
        let relative = file.strip_prefix(root()).unwrap();
        if EXAMPLES.iter().any(|example| relative.starts_with(example))
            || relative == "tests/main.rs"
        {
            continue;
        }
        let own = if file.ends_with("mod.rs") { file.parent().unwrap() } else { &file };
        let parent = own.parent().unwrap();
        let declares = [parent.join("mod.rs"), parent.join("main.rs"), parent.with_extension("rs")];
        let name = own.file_stem().unwrap().to_str().unwrap();
        let is_declared = declares.iter().any(|declaring| {
            let text = fs::read_to_string(declaring).unwrap_or_default();
            text.lines().any(|line| line.trim_start_matches("pub ") == format!("mod {name};"))
        });
        assert!(is_declared, "{} is part of no module", relative.display());
    }
}

/// The words after which the function of a shell calls the program directly.
fn direct_words(script: &str) -> BTreeSet<String> {
    let line = script
        .lines()
        .map(str::trim)
        .find(|line| line.contains("--version") && line.contains("init"))
        .expect("a line with the verbs that print");
    line.trim_start_matches("case ")
        .trim_end_matches(')')
        .split(|c: char| c == '|' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// First words that print and change no shell: clap's verbs without those that change it, help and
/// version.
pub fn printing_words() -> BTreeSet<String> {
    let shell_verbs = ["leave", "ensure"];
    let verbs = Cli::command()
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned())
        .collect::<BTreeSet<_>>();
    let options = ["-h", "--help", "-V", "--version"].map(str::to_owned);
    verbs.into_iter().filter(|name| !shell_verbs.contains(&name.as_str())).chain(options).collect()
}

#[test]
fn the_shells_know_the_verbs_that_print() {
    for script in ["init.bash", "init.zsh", "init.fish"] {
        let text = fs::read_to_string(root().join("shell").join(script)).unwrap();
        assert_eq!(direct_words(&text), printing_words(), "{script}");
    }
}
