//! TAB with names and paths made to run something: nothing does, and what arrives is the name or
//! nothing.

use std::fs;
use std::os::unix::fs::symlink;

use super::in_shells::{Typist, compinit, everywhere};
use crate::scenes::binary;
use crate::support::shells::Shell;

/// Names of accounts, and whether they may be offered at all. No verb holds their letter.
const NAMES: [(&str, bool); 15] = [
    ("q$(touch pwned)", false),
    ("q`touch pwned`", false),
    ("q;touch pwned", true),
    ("q>pwned", true),
    ("q&touch pwned&", true),
    ("q|touch pwned", true),
    ("q y", true),
    ("*", true),
    ("q\"y", false),
    ("q'y", true),
    ("q:y", true),
    ("-q", false),
    ("q\x1b]0;y\x07", false),
    ("q\ny", false),
    ("q\\y", false),
];

/// What is typed before TAB, and what arrives when nothing is offered.
const PREFIXES: [(&str, &str); 4] = [("q", "q"), ("\"q", "q"), ("'q", "q"), ("q\\ ", "q ")];

/// A second TAB lists in some shells, and chooses in the others.
fn tab(shell: Shell) -> &'static str {
    if [Shell::Nu, Shell::Xonsh].contains(&shell) { "⇥" } else { "⇥⇥" }
}

/// Whether a word may begin so: a backslash quotes nothing in nushell, and in xonsh each TAB that
/// finds nothing is waited for.
fn takes(shell: Shell, prefix: &str) -> bool {
    match shell {
        Shell::Nu => !prefix.contains('\\'),
        Shell::Xonsh => prefix == "q",
        _ => true,
    }
}

#[test]
fn no_name_runs_anything() {
    everywhere(|shell, world| {
        let mut typist = Typist::in_shell(world, shell);
        for (name, offered) in NAMES {
            let quoted = serde_json::to_string(name).unwrap();
            world.accounts(&format!("{{{quoted}: \"123456789012\"}}")).unwrap();
            for (prefix, bare) in PREFIXES.into_iter().filter(|(text, _)| takes(shell, text)) {
                let fits = offered && name.starts_with(bare);
                let closing = prefix.chars().next().filter(|first| !fits && "'\"".contains(*first));
                let keys = format!(
                    "{prefix}{}{}",
                    tab(shell),
                    closing.map(String::from).unwrap_or_default()
                );
                let got = typist.words_of(&keys);
                let whole = format!("<{name}>");
                // fish also takes what has the letters in their order.
                let is_right = if fits { got == whole } else { got == format!("<{bare}>") };
                let by_letters = shell == Shell::Fish && offered && got == whole;
                assert!(is_right || by_letters, "{shell:?} {name:?} {prefix}: {got}");
            }
        }
        assert!(!world.home().join("pwned").exists(), "{shell:?}");
    });
}

#[test]
fn no_profile_name_runs_anything() {
    everywhere(|shell, world| {
        let keys = "aws_access_key_id = AKIA1234567890123456\n";
        let section = |name: &str| format!("[{name}]\n{keys}");
        let mut typist = Typist::in_shell(world, shell);
        for (name, offered) in
            NAMES.into_iter().filter(|(name, _)| !name.contains(['\n', '\\', '"', '\'', '-', '*']))
        {
            world.credentials(&section(name)).unwrap();
            let word = if offered { name } else { "q" };
            assert_eq!(
                typist.words_of(&format!("--base q{}", tab(shell))),
                format!("<--base><{word}>"),
                "{shell:?} {name:?}"
            );
        }
        assert!(!world.home().join("pwned").exists(), "{shell:?}");
    });
}

#[test]
fn no_path_of_the_program_runs_anything() {
    everywhere(|shell, world| {
        for directory in [
            "with space", "q'u\"ote", "$(touch pwned)", "`touch pwned`", "a;b&c", "日本",
            "back\\slash",
        ] {
            let directory = world.root().join(directory);
            fs::create_dir(&directory).unwrap();
            let program = directory.join("assume-role");
            symlink(binary(), &program).unwrap();
            let script = crate::support::process::run(
                {
                    let mut command = world.command_of(&program);
                    command.args(["init", shell.name()]);
                    command
                },
                b"",
            );
            let (file, load) = match shell {
                Shell::Fish => ("init", "source ~/init"),
                Shell::Nu => (".local/share/nushell/vendor/autoload/assume-role.nu", ""),
                Shell::Xonsh => ("init", "exec(open('init').read())"),
                _ => ("init", ". ~/init"),
            };
            world.write(file, script.unwrap().stdout).unwrap();
            let mut typist = Typist::new(world, shell, compinit(shell), load, "");
            let got = typist.words_of("prod⇥re⇥");
            assert_eq!(got, "<production><read>", "{shell:?} {directory:?}");
        }
        assert!(!world.home().join("pwned").exists(), "{shell:?}");
    });
}
