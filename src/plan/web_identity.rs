//! The token of an OpenID Connect or OAuth provider as the ground of a session.

use std::fmt;
use std::path::PathBuf;

use super::chosen::{Chosen, Origin, chosen, file_of};
use super::request::Request;
use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::shlex::command_words;
use crate::config::stdin::read_handed_over;
use crate::error::{Error, Result};
use crate::types::Secret;
use crate::types::sanitize::escape;

#[derive(Clone, Debug)]
pub(crate) enum WebIdentity {
    /// A file, which may be rotated at any moment.
    File(Chosen<PathBuf>),
    /// What a program prints, by its words.
    Command(Chosen<Vec<String>>),
    /// One that was handed over once.
    Given(Secret),
}

impl WebIdentity {
    /// Finds the token: option, `AWS_WEB_IDENTITY_TOKEN_FILE`, base profile, the command of the
    /// settings.
    pub(super) fn resolve(
        request: &Request,
        profile: Option<&Section<'_>>,
        config: &Config,
    ) -> Result<Self> {
        let option = "--web-identity-token-file";
        match request.web_identity_token_file.as_deref() {
            Some("-") => return Ok(Self::Given(read_handed_over(option, "-", None)?.0)),
            Some(path) => {
                let path = config.environment.expanded(PathBuf::from(path));
                return Ok(Self::File(Chosen::new(path, option)));
            }
            None => {}
        }
        let variable = "AWS_WEB_IDENTITY_TOKEN_FILE";
        if let Some(path) = config.environment.path(variable) {
            return Ok(Self::File(Chosen::new(path, variable)));
        }
        if let Some(path) = profile.and_then(|profile| chosen(profile, "web_identity_token_file")) {
            return Ok(Self::File(file_of(path, config)));
        }
        match &config.settings.web_identity_command {
            Some(set) => {
                let place = set.origin.to_string();
                let words = command_words(&set.value, &place)?;
                Ok(Self::Command(Chosen::new(words, Origin::Place(place))))
            }
            None => Err(Error::config("the scheme web-identity needs a token")
                .hint("--web-identity-token-file FILE, or AWS_WEB_IDENTITY_TOKEN_FILE")),
        }
    }

    /// Whether the next session takes no answer either.
    pub(crate) fn asks_nothing(&self) -> bool {
        !matches!(self, Self::Given(_))
    }
}

impl fmt::Display for WebIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => {
                let file = escape(&path.value.display().to_string());
                write!(f, "the token in {file} ({})", path.origin)
            }
            Self::Command(words) => write!(f, "the token of the command in {}", words.origin),
            Self::Given(_) => f.write_str("the token on standard input"),
        }
    }
}
