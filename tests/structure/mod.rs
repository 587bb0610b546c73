//! The shape of the source: imports flow one way, files stay small, and the shells know the verbs
//! that clap knows.

mod imports;
pub mod source;
mod touched;
mod words;

use std::collections::BTreeSet;
use std::fs;

use assume_role::testing::cli::Cli;
use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::{InitOptions, script};
use clap::CommandFactory;

use source::{files, modules, root};

/// Lines of `src`, unit tests too. It is raised for a feature, never for a change that adds none.
const LINES_OF_SOURCE: usize = 44_770;

#[test]
fn the_source_does_not_grow() {
    let lines: usize = files(&root().join("src"), "rs")
        .iter()
        .map(|file| fs::read_to_string(file).unwrap().lines().count())
        .sum();
    assert!(lines <= LINES_OF_SOURCE, "src has {lines} lines");
}

#[test]
fn readme_names_the_oldest_rust() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let oldest = manifest.split("\nrust-version = \"").nth(1).unwrap().split('"').next().unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains(&format!("[Rust](https://rustup.rs) {oldest} or later")), "{oldest}");
}

/// What the program is built on, by decision and whatever it costs.
const FOUNDATIONS: [&str; 7] =
    ["clap", "clap_complete", "aws-sdk-sts", "aws-config", "tokio", "owo-colors", "which"];

#[test]
fn the_program_keeps_its_foundations() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("\n[dependencies]\n").nth(1).unwrap();
    let dependencies = dependencies.split("\n[").next().unwrap();
    for name in FOUNDATIONS {
        assert!(dependencies.contains(&format!("\n{name} = ")), "{name} is no dependency");
        let path = format!("{}::", name.replace('-', "_"));
        assert!(modules().values().any(|it| it.code.contains(&path)), "{name} is not used");
    }
}

#[test]
fn the_fake_aws_stands_alone() {
    for file in files(&root().join("tests/fake_aws"), "rs") {
        let text = fs::read_to_string(&file).unwrap();
        let others = ["assume_role::testing", "crate::support", "crate::scenes"];
        let found = others.into_iter().find(|import| text.contains(import));
        assert!(found.is_none(), "{} imports {found:?}", file.display());
    }
}

const LONGEST_FILE: usize = 400;

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
    let readers = ["env::var", "var_os(", "env::vars", "ProxyConfig::from_env", "env::home_dir"];
    for (module, source) in modules() {
        let found = readers.into_iter().find(|reader| source.code.contains(reader));
        let may = module == "config::environment";
        assert!(found.is_none() || may, "{module} reads the environment: {found:?}");
    }
}

/// Programs of their own, which `Cargo.toml` names.
const EXAMPLES: [&str; 3] = ["tests/playground", "tests/bench", "tests/fuzz"];

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

/// The words after which the function of a shell calls the program directly: from `init` to
/// `--version`, whatever the shell writes between them.
fn direct_words(script: &str) -> BTreeSet<String> {
    let end = "--version";
    let list = |line: &str| {
        let (from, to) = (line.find("init")?, line.find(end)? + end.len());
        line.get(from..to).map(str::to_owned)
    };
    script
        .lines()
        .find_map(list)
        .expect("a line with the verbs that print")
        .split(|c: char| c != '-' && !c.is_alphanumeric())
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
    for shell in Shell::ALL {
        let text = script(shell, "/assume-role".as_ref(), &InitOptions::default()).unwrap();
        assert_eq!(direct_words(&text), printing_words(), "{shell:?}");
    }
}
