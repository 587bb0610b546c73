//! Help, the manual page, and what is said about a word that nearly fits.

use std::collections::BTreeSet;
use std::ffi::OsString;

use assume_role::testing::cli::help::{Length, command, examples_of};
use assume_role::testing::cli::{Parsed, parse, verbs};
use assume_role::testing::error::Kind;

use crate::fake_aws::sts::User;
use crate::scenes::{PRODUCTION, bastion, binary, with_user};
use crate::support::process;
use crate::support::tools::find;
use crate::support::world::World;

/// What the program prints for people.
fn printed(words: &[&str]) -> String {
    let ran = World::new(binary()).unwrap().run(words).unwrap();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{words:?}");
    ran.stdout
}

/// The words that lead to each verb, and to each verb of a verb.
fn paths() -> Vec<Vec<String>> {
    let whole = command(Length::Short);
    let mut paths = Vec::new();
    for verb in whole.get_subcommands() {
        paths.push(vec![verb.get_name().to_owned()]);
        paths.extend(
            verb.get_subcommands()
                .map(|deeper| vec![verb.get_name().to_owned(), deeper.get_name().to_owned()]),
        );
    }
    paths
}

#[track_caller]
fn assert_fits(text: &str, what: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{what}: {line}");
    }
}

#[test]
fn the_short_help_fits_a_screen_and_starts_with_examples() {
    let text = printed(&["-h"]);
    assert_eq!(text.lines().nth(2), Some("Examples:"), "{text}");
    // The prompt behind it is on the screen too.
    assert!(text.lines().count() < 24, "{text}");
    assert_fits(&text, "-h");
    let words: BTreeSet<&str> = text.split_whitespace().collect();
    for verb in verbs() {
        assert!(words.contains(verb.as_str()), "{verb} is not in:\n{text}");
    }
    let options: Vec<&str> =
        words.into_iter().filter(|word| word.starts_with("--") && word.len() > 2).collect();
    let whole = command(Length::Long);
    let known: BTreeSet<String> =
        whole.get_arguments().filter_map(|option| option.get_long().map(str::to_owned)).collect();
    for option in options {
        let is_known = known.contains(&option[2..]) || ["--help", "--version"].contains(&option);
        assert!(is_known, "{option}");
    }
    let on_terminal = {
        let mut terminal = World::new(binary()).unwrap().terminal(["-h"]).unwrap();
        terminal.wait().unwrap();
        terminal.text()
    };
    assert!(on_terminal.contains("\u{1b}[1m\u{1b}[4mExamples:\u{1b}[0m"), "{on_terminal:?}");
}

#[test]
fn the_long_help_tells_everything() {
    let text = printed(&["--help"]);
    assert_fits(&text, "--help");
    for verb in verbs() {
        assert!(text.contains(&format!("\n  {verb} ")), "{verb}");
    }
    let whole = command(Length::Long);
    for option in whole.get_arguments().filter_map(clap::Arg::get_long) {
        assert!(text.contains(&format!("--{option}")), "{option}");
    }
    let kinds = [
        Kind::Usage,
        Kind::Config,
        Kind::Refused,
        Kind::NeedsAnswer,
        Kind::Network,
        Kind::TooShort,
        Kind::Guard,
        Kind::Io,
        Kind::Bug,
        Kind::Cancelled,
    ];
    for kind in kinds {
        assert!(text.contains(&format!("\n  {} ", kind.exit_code())), "{kind:?}");
    }
    for word in
        ["~/.aws/accounts", "AWS_PROFILE_ASSUME_ROLE", "ASSUME_ROLE_CONFIG_<KEY>", "_SIGNIN"]
    {
        assert!(text.contains(word), "{word}");
    }
    assert!(!text.contains("\n\n\n"), "{text}");
}

#[test]
fn every_verb_has_an_example_that_the_program_can_read() {
    for path in paths() {
        let name = path.join(" ");
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["-h"]).collect();
        let text = printed(&words);
        assert_fits(&text, &name);
        let examples = examples_of(&name);
        assert!(!examples.is_empty(), "{name} has no example");
        assert_eq!(text.lines().nth(2), Some("Examples:"), "{text}");
        for example in examples {
            assert!(
                text.contains(example.line) && example.line.contains(&name),
                "{}",
                example.line
            );
        }
    }
}

/// The words behind the program's name in a line of a shell, up to what ends the command.
fn typed(line: &str) -> Vec<OsString> {
    let (_, behind) =
        line.split_once("assume-role ").unwrap_or_else(|| panic!("{line} calls something else"));
    let end = [" | ", " && ", " > ", ")"]
        .iter()
        .filter_map(|end| behind.find(end))
        .min()
        .unwrap_or(behind.len());
    behind[..end].split_whitespace().map(OsString::from).collect()
}

#[test]
fn examples_are_lines_that_can_be_typed() {
    for path in paths().into_iter().map(|path| path.join(" ")).chain([String::new()]) {
        for example in examples_of(&path) {
            let words = typed(example.line);
            match parse(&words) {
                Ok(Parsed::Words(_)) => {}
                Ok(Parsed::Text(text)) => panic!("{}: {text}", example.line),
                Err(error) => panic!("{}: {error}", example.line),
            }
        }
    }
}

#[test]
fn the_short_help_of_a_verb_shows_the_options_that_matter_and_the_long_one_all() {
    let (short, long) = (printed(&["exec", "-h"]), printed(&["exec", "--help"]));
    for option in ["--min", "--region", "--yes"] {
        assert!(short.contains(option) && long.contains(option), "{option}");
    }
    for option in ["--transitive-tag", "--saml-response", "--color"] {
        assert!(!short.contains(option) && long.contains(option), "{option}");
    }
    assert!(short.contains("All session options: assume-role --help"), "{short}");
    // A word that is not for us asks for nothing.
    assert_eq!(
        printed(&["profile", "add", "-h"]).lines().next(),
        Some("Write a profile that leads to a role")
    );
}

#[test]
fn the_manual_page_is_sound_and_tells_every_verb() {
    let world = World::new(binary()).unwrap();
    let page = world.run(["man"]).unwrap().stdout;
    assert!(page.is_ascii());
    for section in
        ["NAME", "SYNOPSIS", "EXAMPLES", "OPTIONS", "VERBS", "FILES", "VARIABLES", "\"EXIT CODES\""]
    {
        assert!(page.contains(&format!("\n.SH {section}\n")), "{section}");
    }
    let Some(groff) = find("groff") else { return };
    let mut command = world.command_of(groff);
    command.args(["-man", "-ww", "-Tascii", "-P-cbou"]);
    let ran = process::run(command, page.as_bytes()).unwrap();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim).collect();
    for path in paths() {
        assert!(lines.contains(&path.join(" ").as_str()), "{path:?} is not in:\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("AWS IAM role"));
}

#[test]
fn a_word_that_nearly_fits() {
    let scene = bastion();
    scene.world.config("[profile workshop]\nregion = eu-west-1\n").unwrap();
    for (words, status, told) in [
        (&["lsit"][..], 3, "hint: if you mean the verb: assume-role list\n"),
        (&["exce", "production", "read"], 3, "hint: if you mean the verb: assume-role exec\n"),
        (&["prodction", "read"], 3, "hint: did you mean production?"),
        (&["wrokshop"], 3, "hint: did you mean workshop?"),
        (&["--profile", "wrokshop"], 3, "hint: did you mean workshop?"),
        (&["production", "read", "us-east1"], 2, "hint: did you mean us-east-1, us-east-2?"),
        (&["production", "read", "--region", "eu_west_1"], 3, "hint: did you mean eu-west-1"),
        (&["production", "read", "--durration", "2h"], 2, "hint: did you mean --duration?"),
        (&["help", "exec"], 3, "hint: assume-role --help"),
        (&["use", "production"], 3, "hint: assume-role production\n"),
    ] {
        let said = scene.refused_at_once(status, words);
        assert!(said.contains(told), "{words:?}: {said}");
    }
}

#[test]
fn a_role_that_aws_refuses_may_be_a_typo() {
    let scene = with_user(User::new("999999999999", "alice"));
    scene
        .world
        .accounts(&format!(
            r#"{{"production": {{"id": "{PRODUCTION}", "roles": ["read", "deploy"]}}}}"#
        ))
        .unwrap();
    let said = scene.refused(4, &["production", "depoly"]);
    assert!(said.contains("hint: did you mean the role deploy?"), "{said}");
    assert!(!scene.refused(4, &["production", "deploy"]).contains("did you mean"));
    assert!(!scene.refused(4, &["production", "elsewhere"]).contains("did you mean"));
}

#[test]
fn a_region_that_is_not_known_is_not_blamed_for_another_failure() {
    let mut scene = bastion();
    scene.world.set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
    let said = scene.refused(6, &["production", "read", "123456", "eu-wset-1"]);
    assert!(!said.contains("is not known here"), "{said}");
}

#[test]
fn a_newcomer_sees_the_first_step() {
    let world = World::new(binary()).unwrap();
    for words in [["production", "read"], ["list", "read"]] {
        let ran = world.run([&["--"][..], &words].concat()).unwrap();
        assert_eq!(ran.status, 3, "{ran:?}");
        let command = format!("assume-role accounts add {} 123456789012", words[0]);
        for told in [
            "nothing is set up yet",
            command.as_str(),
            "the keys of your IAM user into ~/.aws/credentials",
        ] {
            assert!(ran.stderr.contains(told), "{ran:?}");
        }
    }
    world.config("[profile work]\nregion = eu-west-1\n").unwrap();
    let ran = world.run(["production", "read"]).unwrap();
    assert!(
        ran.stderr.contains("~/.aws/accounts does not exist")
            && ran.stderr.contains("the profiles there: work")
    );
    assert!(!ran.stderr.contains("nothing is set up"), "{ran:?}");
}
