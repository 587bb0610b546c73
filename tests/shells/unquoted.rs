//! The direct form under an `eval` without quotes, where the shell splits it at what IFS has.

use assume_role::testing::shell::exports::Form;

use super::evaluating::{SECRET, Session, TOKEN};
use crate::scenes::real_shells::{is_here, run};

#[test]
fn an_unquoted_eval_is_whole_or_refused_whatever_ifs_is() {
    // What the shell splits at without harm, and what would become a blank in a name or a value.
    let harmless = ["IFS=", "unset IFS", "IFS=' '", "IFS='\n'", "IFS='\t'", ":"];
    let harmful = ":0TeUA_-/=+;}'\"\\$%>&|()!xifto@.{".chars().map(|split| match split {
        '\'' => "IFS=\\'".to_owned(),
        split => format!("IFS='{split}'"),
    });
    let all: Vec<String> = harmless.map(str::to_owned).into_iter().chain(harmful).collect();
    let session = Session::named("ASIA0FIRST", "it's a (b) & c*");
    for shell in ["dash", "busybox", "bash", "ksh93", "mksh", "yash", "zsh"] {
        if !is_here(shell) {
            continue;
        }
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("code"), session.text(Form::Direct)).unwrap();
        let values = "$AWS_ACCESS_KEY_ID|$AWS_SECRET_ACCESS_KEY|$AWS_SESSION_TOKEN|$AWS_CREDENTIAL_EXPIRATION|$AWS_ACCOUNT_NAME";
        let script: String = all
            .iter()
            .enumerate()
            .map(|(number, set)| {
                // A trap says how it ended, since an error of syntax ends some shells.
                format!("(trap 'echo \"{number} $? {values}\"' EXIT; {set}\neval $(cat code); ended=$?; IFS=' '; exit $ended) 2>>said\n")
            })
            .collect();
        let outcome = run(&[shell], home.path(), &[], &script);
        let whole = format!(" 0 ASIA0FIRST|{SECRET}|{TOKEN}|2026-11-22T00:00:00Z|it's a (b) & c*");
        for (number, set) in all.iter().enumerate() {
            let line = outcome.out.lines().find(|line| line.starts_with(&format!("{number} ")));
            let Some(line) = line else {
                // It ends there without its trap.
                assert_eq!((shell, set.as_str()), ("ksh93", "IFS='_'"), "{outcome:?}");
                continue;
            };
            let is_whole = line == format!("{number}{whole}");
            // ksh93 says nothing of a brace that closes nothing, and reads one word without blanks as a pattern.
            let is_refused = line.ends_with(" ||||")
                && (!line.starts_with(&format!("{number} 0 ")) || set.contains('{'));
            let is_one_word = shell == "ksh93" && set.starts_with("IFS=") && !set.contains("' '");
            let is_harmless = number < harmless.len();
            let is_right = is_harmless && is_whole || is_refused && (!is_harmless || is_one_word);
            assert!(is_right, "{shell} {set}: {line}");
        }
        let said = std::fs::read_to_string(home.path().join("said")).unwrap();
        assert!(said.contains("quotes are needed"), "{shell}: {said}");
        let files = std::fs::read_dir(home.path()).unwrap();
        let files = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<_> = files.filter(|name| !name.starts_with('.')).collect();
        files.sort();
        assert_eq!(files, ["code", "said", "script"], "{shell}");
    }
}
