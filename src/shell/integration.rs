//! What `init` prints: the script of a shell with the path of this binary in it.
//!
//! The scripts are real files under `shell/`, fit for editors and linters; the one placeholder in
//! them is replaced here by the quoted path. What TAB needs is appended, see
//! [`super::completion_scripts`].

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::Shell;
use super::completion_scripts::{PLACEHOLDER, shim};
use super::prompt_style::Look;
use crate::error::{Error, Result};
use crate::types::sanitize::{escape, escape_up_to};

#[derive(Clone, Debug, Default)]
pub struct InitOptions {
    pub cmd: Option<ShortName>,
    pub look: Look,
    /// TAB is left to others.
    pub no_completions: bool,
}

/// The script that a shell evaluates in its rc file. Silent when loaded, and the same when loaded
/// twice.
pub fn script(shell: Shell, binary: &Path, options: &InitOptions) -> Result<String> {
    let path = binary.to_str().filter(|path| !path.contains(['\n', '\r'])).ok_or_else(|| {
        Error::config(format!(
            "the path of the program cannot stand in a script: {}",
            escape(&binary.to_string_lossy())
        ))
        .hint("install it under a path without line breaks, in UTF-8")
    })?;
    let definition = shell.definition();
    let quoted = shell.quoted(path);
    // Without quotes around it all of this is one line, whose first comment would hide the rest.
    let refusal = format!("assume-role: quotes are needed: {}", definition.load);
    let guard = format!("case x\\\ny in xy) ;; x\\ y) '{refusal}' ;; esac #\n");
    let guard = if definition.load.starts_with("eval \"") { guard } else { String::new() };
    let init = definition.init.replace(PLACEHOLDER, &quoted);
    let mut script = guard + &options.look.assignments(shell) + &init;
    if let Some(name) = &options.cmd {
        script.push_str(&(definition.short_name)(&name.0));
    }
    if options.no_completions {
        script = script.replace(definition.asks_at_tab, "");
    } else {
        let names =
            ["assume-role"].into_iter().chain(options.cmd.iter().map(|name| name.0.as_str()));
        script.push_str(&shim(shell, &quoted, &names.collect::<Vec<_>>()));
    }
    Ok(script)
}

/// Where the binary is, as the user calls it: links unresolved, so that the path outlives an
/// upgrade that moves what they point to. `first` is `argv[0]`, `search` the value of `PATH`; `own`
/// is what the system says, the last resort.
pub(crate) fn binary_path(
    first: &OsStr,
    cwd: &Path,
    search: Option<&OsStr>,
    own: Option<PathBuf>,
) -> Option<PathBuf> {
    let has_slash = first.as_encoded_bytes().contains(&b'/');
    let called = has_slash.then(|| cwd.join(first)).filter(|path| path.is_absolute());
    called.or_else(|| which::which_in(first, search, cwd).ok().map(|path| cwd.join(path))).or(own)
}

/// A short name that is safe to define as a function in every shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortName(String);

/// Words that mean something to a shell or that our own function needs.
const TAKEN: &str = " alias and assume-role autoload begin bg bind break builtin case cd chdir command complete \
    continue coproc declare dirs disown do done echo elif else emulate enable end esac eval exec exit export false \
    fc fg fi float for foreach function functions getopts hash help history if in integer jobs kill let local logout \
    nocorrect noglob not or popd print printf private pushd pwd read readonly repeat return select set setopt \
    shift source status string switch test then time times trap true type typeset ulimit umask unalias unset until \
    wait whence where which while zmodload ";

impl ShortName {
    /// Letters, digits, `_` and `-`, a letter or `_` first; not a word of a shell.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |why: &str| {
            Err(Error::usage(format!(
                "--cmd '{}' cannot be the name of a function: {why}",
                escape_up_to(text, 40)
            )))
        };
        let plain = |character: char| {
            character.is_ascii_alphanumeric() || character == '_' || character == '-'
        };
        if text.is_empty() || text.len() > 40 || !text.chars().all(plain) {
            return refuse("letters, digits, _ and - only");
        }
        if !text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            return refuse("it starts with neither a letter nor _");
        }
        if TAKEN.contains(&format!(" {text} ")) {
            return refuse("the name is taken");
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_the_one_that_was_called() {
        let cwd = Path::new("/home/u");
        let path = |first: &str, search: Option<&str>| {
            binary_path(first.as_ref(), cwd, search.map(OsStr::new), None)
        };
        assert_eq!(path("/opt/bin/assume-role", None), Some("/opt/bin/assume-role".into()));
        assert_eq!(path("./assume-role", None), Some("/home/u/./assume-role".into()));
        assert_eq!(path("assume-role", None), None);
        let own = Some(PathBuf::from("/proc/x"));
        assert_eq!(binary_path("assume-role".as_ref(), cwd, None, own.clone()), own);
    }

    #[test]
    fn links_stay_links() {
        let home = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/bin/sh", home.path().join("assume-role")).unwrap();
        let found = binary_path(
            "assume-role".as_ref(),
            Path::new("/"),
            Some(home.path().as_os_str()),
            None,
        );
        assert_eq!(found, Some(home.path().join("assume-role")));
    }

    #[test]
    fn paths_with_line_breaks_are_refused() {
        for path in ["/a\nb/assume-role", "/a\rb/assume-role"] {
            assert!(script(Shell::Bash, Path::new(path), &InitOptions::default()).is_err());
        }
    }

    #[test]
    fn every_placeholder_is_replaced() {
        for shell in Shell::ALL {
            let text = script(shell, Path::new("/b/assume-role"), &InitOptions::default()).unwrap();
            assert!(text.contains("'/b/assume-role'") && !text.contains(PLACEHOLDER), "{shell:?}");
        }
    }

    #[test]
    fn short_names() {
        assert!(ShortName::parse("ar").is_ok());
        for wrong in ["", "1a", "-a", "a b", "a;b", "$(x)", "eval", "assume-role", "if", "a\n", "é"]
        {
            assert!(ShortName::parse(wrong).is_err(), "{wrong}");
        }
    }
}
