//! What the accounts file says about entering an account, under whichever of its names.
//!
//! An account may have several aliases, and one that is marked marks them all: a second name must
//! not be a way around.

use super::target::Chosen;
use crate::config::Config;
use crate::config::accounts::Account;
use crate::error::{Error, Kind, Result};
use crate::types::{AccountId, Name};

/// The marks of an account, each with the alias that says so and its place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// Whoever enters has to confirm it.
    pub protected: Option<Chosen<Name>>,
    /// Sessions are read-only unless `--write` is given.
    pub read_only: Option<Chosen<Name>>,
}

impl Marks {
    /// What the aliases of an id say; `own`, the one that was typed, is named before the others.
    pub(crate) fn of(id: &AccountId, own: Option<&Account>, config: &Config) -> Result<Self> {
        let aliases = config.accounts.aliases_of(id)?;
        let says = |is_marked: fn(&Account) -> bool| {
            let marked = own.into_iter().chain(&aliases).find(|account| is_marked(account));
            marked.map(|account| Chosen::new(account.name.clone(), account.place.to_string()))
        };
        Ok(Self {
            protected: says(|account| account.protected),
            read_only: says(|account| account.read_only),
        })
    }

    /// Refuses a session that no policy of ours narrows, where the account wants it narrow. `kind`
    /// says what session it is.
    pub(crate) fn refuse_wide(&self, kind: &str) -> Result<()> {
        match &self.read_only {
            None => Ok(()),
            Some(alias) => {
                Err(Error::new(Kind::Guard, format!("account {} is read_only", alias.value))
                    .because(format!("{}, and {kind} cannot be narrowed", alias.origin))
                    .hint("with --write the session has all the rights of its keys"))
            }
        }
    }
}
