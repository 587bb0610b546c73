//! The user's browser: what opens a page in it, and where there is none.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::config::Config;
use crate::config::environment::helper;
use crate::config::shlex::command_words;
use crate::error::{Error, Result};
use crate::plan::{BROWSER, Desktop};
use crate::types::sanitize::escape_up_to;

/// Files that container engines put into a container.
const CONTAINER: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// The file that shows that this is a container, where no user could see a browser.
pub(crate) fn in_container() -> Option<&'static str> {
    CONTAINER.into_iter().find(|mark| Path::new(mark).exists())
}

/// The command that opens a page of a sign-on. Its address stands in the list of processes, so it
/// must hold no secret.
pub(crate) fn opener(desktop: &Desktop, url: &str) -> Result<Command> {
    let browser = desktop.browser.as_deref().map(Browser::of_variable).transpose()?;
    browser.unwrap_or_else(Browser::of_system).command(url, Identity { account: "", role: "" })
}

/// `program` is the user's choice, or `None` for the system's way.
fn opener_of(program: Option<&String>, arguments: &[String]) -> Command {
    let system = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = program.map_or_else(|| helper(system), Command::new);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // The browser may be started by this: what is typed at our terminal is not meant for it.
    command.process_group(0);
    command
}

/// The browser of the user: the setting, `BROWSER`, the system's.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    /// Empty for the system's.
    words: Vec<String>,
    /// What names it; `None` for the system's.
    pub origin: Option<String>,
}

/// Who signs in, as a browser may keep accounts apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity<'a> {
    pub account: &'a str,
    pub role: &'a str,
}

impl Browser {
    pub(crate) fn of(config: &Config) -> Result<Self> {
        if let Some(set) = &config.settings.browser {
            let origin = set.origin.to_string();
            return Ok(Self { words: command_words(&set.value, &origin)?, origin: Some(origin) });
        }
        config.environment.text(BROWSER)?;
        let desktop = Desktop::new(&config.environment);
        desktop.browser.as_deref().map_or_else(|| Ok(Self::of_system()), Self::of_variable)
    }

    fn of_variable(text: &str) -> Result<Self> {
        Ok(Self { words: command_words(text, BROWSER)?, origin: Some(BROWSER.to_owned()) })
    }

    fn of_system() -> Self {
        Self { words: Vec::new(), origin: None }
    }

    /// The command that opens a page for someone: each `%s` is the address, `%a` the account, `%r`
    /// the role, `%n` both, each inside its one argument; without `%s` the address comes last. No
    /// shell reads any of it. Beside an address, in one word, names are encoded as in a URL, so that
    /// none of them can name another page.
    pub(crate) fn command(&self, url: &str, identity: Identity<'_>) -> Result<Command> {
        let Identity { account, role } = identity;
        let both = format!("{account}:{role}");
        let mut words = Vec::with_capacity(self.words.len() + 1);
        for pattern in &self.words {
            let is_address = has_address(pattern);
            let name = |text: &str| match is_address {
                true => utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
                false => text.to_owned(),
            };
            let mut word = String::new();
            let mut rest = pattern.as_str();
            while let Some((before, after)) = rest.split_once('%') {
                word.push_str(before);
                let mut characters = after.chars();
                match characters.next() {
                    Some('s') => word.push_str(url),
                    Some('a') => word.push_str(&name(account)),
                    Some('r') => word.push_str(&name(role)),
                    Some('n') => word.push_str(&name(&both)),
                    Some('%') => word.push('%'),
                    other => {
                        word.push('%');
                        word.extend(other);
                    }
                }
                rest = characters.as_str();
            }
            word.push_str(rest);
            if word.starts_with('-') && !pattern.starts_with('-') {
                let origin = self.origin.as_deref().unwrap_or_default();
                let word = escape_up_to(&word, 80);
                return Err(Error::config(format!(
                    "{origin}: '{word}' would be an option of the browser, not a name"
                )));
            }
            words.push(word);
        }
        if !self.words.iter().any(|word| has_address(word)) {
            words.push(url.to_owned());
        }
        Ok(match words.split_first().filter(|_| self.origin.is_some()) {
            Some((program, arguments)) => opener_of(Some(program), arguments),
            None => opener_of(None, &words),
        })
    }
}

/// Whether a word has a place for the address, which `%%s` is not.
fn has_address(word: &str) -> bool {
    word.replace("%%", "").contains("%s")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(words: &[&str], account: &str) -> Result<Vec<String>> {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        let browser = Browser { words, origin: Some("BROWSER".to_owned()) };
        let command =
            browser.command("http://127.0.0.1:1/x", Identity { account, role: "ops/read" })?;
        Ok(command.get_args().map(|word| word.to_str().unwrap().to_owned()).collect())
    }

    #[test]
    fn each_value_stays_inside_its_argument() {
        for (words, account, expected) in [
            (&["b"][..], "prod", &["http://127.0.0.1:1/x"][..]),
            (&["b", "-P", "%a"], "a b; $(x)", &["-P", "a b; $(x)", "http://127.0.0.1:1/x"]),
            (
                &["b", "%s", "%n", "100%%", "%z%"],
                "prod",
                &["http://127.0.0.1:1/x", "prod:ops/read", "100%", "%z%"],
            ),
            (&["b", "%%s"], "prod", &["%s", "http://127.0.0.1:1/x"]),
            (&["b", "%%%s", "%%s%a"], "a&b", &["%http://127.0.0.1:1/x", "%sa&b"]),
            (&["b", "--app=%s"], "prod", &["--app=http://127.0.0.1:1/x"]),
            (
                &["b", "ext+container:name=%a&url=%s"],
                "x&url=https://evil.test",
                &[
                    "ext+container:name=x%26url%3Dhttps%3A%2F%2Fevil%2Etest&url=http://127.0.0.1:1/x",
                ],
            ),
        ] {
            assert_eq!(arguments(words, account).unwrap(), expected, "{words:?}");
        }
        assert!(arguments(&["b", "-P", "%a"], "-remote").is_err());
    }
}
