//! What `logout` is asked to forget: the sessions of a role, however they were had, or a profile's own.

use super::chain::{Chain, Root};
use super::subject::{self, Subject};
use crate::cli;
use crate::error::Result;
use crate::input::Input;
use crate::session::RoleArn;

/// What is forgotten.
#[derive(Clone, Debug)]
pub enum SignOff {
    /// Every session of a role.
    Role(RoleArn),
    /// The session that a profile without a role gives, by what the profile begins with.
    Own(Box<Root>),
}

impl SignOff {
    /// Finds out what the words mean: as for a switch, an account and a role, the ARN of a role, or a profile.
    ///
    /// # Errors
    /// `Config` and `Usage` as for a switch.
    pub fn resolve(words: &[String], input: &Input) -> Result<Self> {
        match subject::find(&cli::Target { words: words.to_vec(), ..cli::Target::default() }, None, input)? {
            Subject::Role(meant) => Ok(Self::Role(meant.target(None)?.1)),
            Subject::Profile(name, _) => {
                let chain = Chain::resolve(&name, input)?;
                Ok(match chain.assumed() {
                    Some(role) => Self::Role(role),
                    None => Self::Own(Box::new(chain.root)),
                })
            }
        }
    }
}
