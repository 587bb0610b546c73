//! Quoting, proven by the shells themselves: what they print is what went in.

use assume_role::testing::shell::quote;
use assume_role::testing::types::sanitize::is_plain;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::scenes::real_shells::{is_here, run};

/// Values for one process of a shell.
const VALUES: usize = 500;

/// Text out of everything shells care about, and anything else.
fn hostile() -> impl Strategy<Value = String> {
    let sharp = prop::sample::select(
        " '\"\\$`!#%&*?[](){}<>|;~^=@+-,:/\t\nabé日\u{1f600}".chars().collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![4 => sharp, 1 => any::<char>()], 0..24).prop_map(
        |characters| characters.into_iter().filter(|character| *character != '\0').collect(),
    )
}

/// The same values at each run, as many as are kept.
pub fn values(keep: impl Fn(&str) -> bool) -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let mut drawn = || hostile().new_tree(&mut runner).unwrap().current();
    std::iter::repeat_with(&mut drawn).filter(|value| keep(value)).take(VALUES).collect()
}

fn check(
    shell: &[&str],
    values: &[String],
    quote: impl Fn(&str) -> String,
    wrap: impl Fn(String) -> String,
) {
    if !is_here(shell[0]) {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let script: String = values
        .iter()
        .map(|value| wrap(format!("printf '%s\\0' {}", quote(value))) + "\n")
        .collect();
    let outcome = run(shell, home.path(), &[("LC_ALL", "C.UTF-8")], &script);
    let printed: Vec<&str> = outcome.out.split_terminator('\0').collect();
    assert_eq!(printed.len(), values.len(), "{shell:?}: {}", outcome.err);
    for (value, printed) in values.iter().zip(printed) {
        assert_eq!(value, printed, "{shell:?}: {}", quote(value));
    }
}

#[test]
fn the_sh_family_gives_back_every_byte() {
    let values = values(|_| true);
    let zsh_options = [
        "zsh", "-o", "ksh_arrays", "-o", "sh_word_split", "-o", "rc_quotes", "-o", "extended_glob",
    ];
    for shell in [&["bash"][..], &["bash --posix"], &["dash"], &["zsh"], &zsh_options] {
        check(shell, &values, quote::sh, |line| line);
        check(shell, &values[..100], quote::sh_without_patterns, |line| line);
    }
}

#[test]
fn fish_gives_back_every_byte() {
    // fish keeps characters of the private use area for itself.
    let values = values(|value| {
        value.chars().all(|character| is_plain(character) || "\n\t".contains(character))
    });
    check(&["fish"], &values, quote::fish, |line| line);
}

#[test]
fn words_without_patterns_survive_an_unquoted_eval() {
    // Blanks at an end or doubled, tabs and line breaks cannot survive there; no name holds them.
    let values = values(|value| {
        value.chars().all(is_plain)
            && !value.contains("  ")
            && !value.starts_with(' ')
            && !value.ends_with(' ')
    });
    let through = |line: String| format!("eval $(cat <<'.'\n{line}\n.\n)");
    for shell in [
        &["bash"][..],
        &["bash", "-O", "nullglob"],
        &["bash", "-O", "failglob", "-O", "extglob"],
        &["bash --posix"],
        &["dash"],
        &["zsh"],
        &["zsh", "-o", "sh_word_split", "-o", "extended_glob", "-o", "csh_null_glob"],
    ] {
        check(shell, &values, quote::sh_without_patterns, through);
    }
}
