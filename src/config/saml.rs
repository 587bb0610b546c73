//! `~/.saml/credentials` (or `SAML_FILE`): who logs in at the identity provider, and with what.
//!
//! Lines `username = …` and `password = …` as the old script read them, or `password_command = …`
//! in place of the password. Only exact keys count. Blanks around a value are not part of it.

use zeroize::Zeroizing;

use super::environment::Environment;
use super::files::{others_may_read, read_text};
use super::shlex::command_words;
use crate::error::{Error, Result};
use crate::types::Secret;

const CAP: u64 = 64 << 10;

#[derive(Clone, Debug, Default)]
pub(crate) struct Login {
    pub username: Option<String>,
    pub password: Option<PasswordSource>,
    pub warning: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum PasswordSource {
    Known(Secret),
    /// A program prints it; its words, and where they were read.
    Command(Vec<String>, String),
}

pub(crate) fn read_login(environment: &Environment) -> Result<Login> {
    let home = environment.home();
    let Some(path) = environment.file("SAML_FILE", ".saml/credentials") else {
        return Ok(Login::default());
    };
    let Some(file) = read_text(&path, home.as_deref(), CAP)? else { return Ok(Login::default()) };
    let text = Zeroizing::new(file.text);
    let shown = file.shown;
    let warning = others_may_read(&path, &shown, "a password");
    let (mut username, mut password, mut command) = (None, None, None);
    for (number, line) in text.lines().enumerate() {
        let Some((key, value)) = line.split_once('=') else { continue };
        let place = format!("{shown}:{}", number + 1);
        let value = value.trim();
        let slot = match key.trim() {
            "username" => &mut username,
            "password" => &mut password,
            "password_command" => &mut command,
            _ => continue,
        };
        if slot.replace((value, place.clone())).is_some() {
            return Err(Error::config(format!("{place}: '{}' is set twice", key.trim()))
                .hint("remove one of the lines"));
        }
    }
    let password = match (password, command) {
        (Some(_), Some((_, place))) => {
            return Err(Error::config(format!(
                "{place}: there is a password and a password_command"
            ))
            .hint("keep one of them"));
        }
        (Some((text, _)), None) => {
            some(text).map(|text| PasswordSource::Known(Secret::new(text.to_owned())))
        }
        (None, Some((text, place))) => {
            Some(PasswordSource::Command(command_words(text, &place)?, place))
        }
        (None, None) => None,
    };
    let username = username.and_then(|(text, _)| some(text)).map(str::to_owned);
    Ok(Login { username, password, warning })
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn read(text: &str, mode: u32) -> Result<Login> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("saml");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        read_login(&Environment::from_pairs([
            ("SAML_FILE", path.as_os_str()),
            ("HOME", home.path().as_os_str()),
        ]))
    }

    #[test]
    fn only_exact_keys_count() {
        let login = read(
            "## password = x\nmy_password = y\nusername = luke\npassword = z = \\ \"\n",
            0o600,
        )
        .unwrap();
        assert_eq!(login.username.as_deref(), Some("luke"));
        let Some(PasswordSource::Known(password)) = login.password else { panic!("a password") };
        assert_eq!(password.expose(), "z = \\ \"");
        assert_eq!(login.warning, None);
    }

    #[test]
    fn a_file_that_others_may_read_is_warned_of() {
        for (mode, warned) in
            [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o644, true)]
        {
            let warning = read("username = a\n", mode).unwrap().warning;
            assert_eq!(
                warning.is_some_and(|text| text.contains("chmod 600 ~/saml")),
                warned,
                "{mode:o}"
            );
        }
    }

    #[test]
    fn a_command_has_words() {
        let login = read("password_command = pass show 'my idp'\n", 0o600).unwrap();
        let Some(PasswordSource::Command(words, place)) = login.password else {
            panic!("a command")
        };
        assert_eq!(
            (words, place.as_str()),
            (vec!["pass".into(), "show".into(), "my idp".into()], "~/saml:1")
        );
        for wrong in ["password_command = 'x\n", "password_command =\n", "password_command = ''\n"]
        {
            assert!(read(wrong, 0o600).unwrap_err().message.contains("~/saml:1"), "{wrong}");
        }
    }

    #[test]
    fn what_stands_twice_is_refused_without_showing_it() {
        for text in [
            "password = hunter2\npassword = hunter3\n",
            "password = hunter2\npassword_command = x\n",
        ] {
            let error = read(text, 0o600).unwrap_err().to_string();
            assert!(error.contains("~/saml:2") && !error.contains("hunter"), "{error}");
        }
    }
}
