//! The default form of a profile: `credential_process`, which asks this program for keys whenever they are needed.

use std::ffi::OsStr;
use std::path::Path;

use crate::command::Context;
use crate::error::{Error, Result};
use crate::request::Request;
use crate::shell::integration::binary_path;
use crate::shell::quote;
use crate::shown::shown;

/// Options that name a file: a program is run in any directory.
const OF_FILES: [&str; 3] = ["--policy=", "--saml-response=", "--web-identity-token-file="];

/// The command that gives the keys of a request, quoted for a shell and for those who split it as one would.
///
/// # Errors
/// `Config` when the path of this program is not known, or not UTF-8.
pub(super) fn command(request: &Request, context: &Context) -> Result<String> {
    let first = context.arguments.first().map_or(OsStr::new("assume-role"), |name| name.as_os_str());
    let binary = binary_path(first, &context.directory, context.environment.raw("PATH"), std::env::current_exe().ok())
        .ok_or_else(|| Error::config("the path of this program cannot be found").hint("call it by its full path"))?;
    let path = binary.to_str().ok_or_else(|| {
        Error::config(format!("the path of the program cannot stand in a file: {}", shown(&binary.to_string_lossy())))
            .hint("install it under a path in UTF-8")
    })?;
    let words = request.words.iter().map(|word| absolute(word, &context.directory));
    let mut command = vec![path.to_owned(), "credential-process".to_owned()];
    command.extend(words);
    // Nothing stands behind it when the target is an option.
    command.pop_if(|word| word == "--");
    Ok(command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
}

fn absolute(word: &str, directory: &Path) -> String {
    let Some(option) = OF_FILES.iter().find(|option| word.starts_with(**option)) else { return word.to_owned() };
    let path = word.strip_prefix(option).unwrap_or_default();
    format!("{option}{}", directory.join(path).display())
}

fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) { word.to_owned() } else { quote::sh(word) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_plain() {
        for (word, written) in
            [("--region=eu-west-1", "--region=eu-west-1"), ("a b", "'a b'"), ("o'brien", r"'o'\''brien'"), ("", "''")]
        {
            assert_eq!(quoted(word), written);
        }
    }

    #[test]
    fn files_are_named_from_the_root() {
        let here = Path::new("/work dir");
        assert_eq!(absolute("--policy=p.json", here), "--policy=/work dir/p.json");
        assert_eq!(absolute("--policy=/p.json", here), "--policy=/p.json");
        assert_eq!(absolute("--base=x", here), "--base=x");
    }
}
