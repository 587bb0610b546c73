//! What `logout` is asked to forget: the sessions of a role, however they were had, or a profile's
//! own.

use super::chain::{Chain, Root};
use super::subject::{self, Subject};
use crate::cli;
use crate::config::Config;
use crate::error::Result;
use crate::types::RoleArn;

/// What is forgotten.
#[derive(Clone, Debug)]
pub(crate) enum SignOff {
    /// Every session of a role.
    Role(RoleArn),
    /// The session that a profile without a role gives, by what the profile begins with.
    Own(Box<Root>),
}

impl SignOff {
    /// Finds out what the words mean: as for a switch, an account and a role, the ARN of a role, or
    /// a profile.
    pub(crate) fn resolve(words: &[String], config: &Config) -> Result<Self> {
        match subject::find(
            &cli::Target { words: words.to_vec(), ..cli::Target::default() },
            None,
            config,
        )? {
            Subject::Role(meant) => Ok(Self::Role(meant.target(None)?.1)),
            Subject::Profile(name, _) => {
                let chain = Chain::resolve(&name, config)?;
                Ok(match chain.assumed() {
                    Some(role) => Self::Role(role),
                    None => Self::Own(Box::new(chain.root)),
                })
            }
        }
    }
}
