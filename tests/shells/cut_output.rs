//! Output that was cut, at every byte: all of it applies or none.

use assume_role::testing::shell::Shell;
use assume_role::testing::shell::exports::Form;

use super::evaluating::Session;
use crate::scenes::real_shells::{is_here, run};

/// Evaluates every proper beginning of the file `code`, with the bytes of its end dropped one by
/// one, and names the lengths after which any of the session's variables was there. Each cut runs
/// in a subshell: a syntax error ends dash.
const SH: &str = r#"
LC_ALL=C
code=$(cat code)
full=${#code}
while code=${code%?}; [ -n "$code" ]; do
    ( trap '[ -z "${AWS_ACCESS_KEY_ID+x}${AWS_SECRET_ACCESS_KEY+x}${AWS_REGION+x}${ASSUME_ROLE_KEY_ID+x}" ] || echo "cut at ${#code}" >&3' EXIT
      [ -n "$AWS_PROFILE" ] || echo "unset at ${#code}" >&3
      eval "$code" ) 2>/dev/null
done 3>&1
eval "$(cat code)"
echo "$full bytes, then $AWS_ACCESS_KEY_ID"
"#;

const FISH: &str = r#"
set code (cat code)
set full (string length $code)
for length in (seq (math $full - 1))
    eval (string sub --length $length -- $code)
    if set -q AWS_ACCESS_KEY_ID; or set -q AWS_REGION; or set -q ASSUME_ROLE_KEY_ID; or not set -q AWS_PROFILE
        echo cut at $length
    end
end 2>/dev/null
eval (cat code)
echo $full bytes, then $AWS_ACCESS_KEY_ID
"#;

fn check(shell: &str, form: Form, script: &str) {
    if is_here(shell) {
        let home = tempfile::tempdir().unwrap();
        let text = Session::named("ASIAFIRST", "it's").text(form);
        std::fs::write(home.path().join("code"), &text).unwrap();
        let outcome = run(&[shell], home.path(), &[("AWS_PROFILE", "old")], script);
        let expected = format!("{} bytes, then ASIAFIRST\n", text.trim_end().len());
        assert_eq!(outcome.out, expected, "{shell}: {}", outcome.err);
    }
}

#[test]
fn in_bash_through_the_function() {
    check("bash", Form::function(Shell::Bash), SH);
}

#[test]
fn in_zsh_through_the_function() {
    check("zsh", Form::function(Shell::Zsh), SH);
}

#[test]
fn in_the_others() {
    for shell in ["busybox", "ksh93", "mksh", "yash"] {
        check(shell, Form::function(Shell::Sh), SH);
    }
}

#[test]
fn in_fish() {
    check("fish", Form::function(Shell::Fish), FISH);
}

#[test]
fn direct_in_bash() {
    check("bash", Form::Direct, SH);
}

#[test]
fn direct_in_zsh() {
    check("zsh", Form::Direct, SH);
}

#[test]
fn direct_in_dash() {
    check("dash", Form::Direct, SH);
}
