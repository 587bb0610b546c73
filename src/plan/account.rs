//! An account as it was named, and what the accounts file says about entering it.

use super::chosen::{Chosen, Origin};
use crate::config::Config;
use crate::config::accounts::Account;
use crate::error::{Error, Kind, Result};
use crate::types::{AccountId, Name};

/// An account as typed, with what the accounts file knows about it.
#[derive(Clone, Debug)]
pub(crate) struct TargetAccount {
    /// The word typed, an alias or an id; for an ARN the only alias, else the id.
    pub name: Name,
    pub id: AccountId,
    /// The entry of the file; of an id typed in full, the only alias's.
    pub entry: Option<Account>,
    pub protection: Protection,
}

impl TargetAccount {
    /// Finds the account of a word: a 12-digit id always means itself, anything else is looked up
    /// by its exact name.
    pub(super) fn find(word: &str, config: &Config) -> Result<Option<Self>> {
        if let Some(id) = AccountId::parse(word) {
            return Self::of_id(id, config).map(Some);
        }
        let name = Name::parse("account", word)?;
        let Some(account) = config.accounts.find(word)? else { return Ok(None) };
        let protection = Protection::of(&account.id, Some(&account), config)?;
        Ok(Some(Self { name, id: account.id.clone(), entry: Some(account), protection }))
    }

    pub(super) fn of_id(id: AccountId, config: &Config) -> Result<Self> {
        let entry = match config.accounts.aliases_of(&id)?.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        let protection = Protection::of(&id, None, config)?;
        Ok(Self { name: Name::parse("account", id.as_str())?, id, entry, protection })
    }

    /// A value of its entry, with the place of the entry.
    pub(super) fn value<T>(&self, of: impl FnOnce(&Account) -> Option<T>) -> Option<Chosen<T>> {
        let entry = self.entry.as_ref()?;
        Some(Chosen::new(of(entry)?, &entry.place))
    }
}

/// Why an account has to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// This name of it says so.
    Alias(Name),
    /// A file that may say so cannot be read.
    Unknown,
}

/// What the accounts file says about entering an account, each with the alias that says so.
///
/// An account may have several aliases, and one that is marked marks them all: a second name must
/// not be a way around.
#[derive(Clone, Debug, Default)]
pub(crate) struct Protection {
    /// Entering has to be confirmed.
    pub protected: Option<Chosen<Mark>>,
    /// Sessions are read-only unless `--write` is given.
    pub read_only: Option<Chosen<Name>>,
}

impl Protection {
    /// What the aliases of an id say; `own`, the one that was typed, is named before the others.
    /// Where a file of the team cannot be read, what it says about protection is not known.
    pub(crate) fn of(id: &AccountId, own: Option<&Account>, config: &Config) -> Result<Self> {
        let aliases = config.accounts.marking(id)?;
        let says = |is_marked: fn(&Account) -> bool| {
            let marked = own.into_iter().chain(&aliases).find(|account| is_marked(account));
            marked.map(|account| Chosen::new(account.name.clone(), &account.place))
        };
        Ok(Self {
            protected: says(|account| account.protected)
                .map(|alias| Chosen::new(Mark::Alias(alias.value), alias.origin))
                .or_else(|| {
                    let why = config.accounts.unread()?.to_owned();
                    Some(Chosen::new(Mark::Unknown, Origin::Place(why)))
                }),
            read_only: says(|account| account.read_only),
        })
    }
}

/// The refusal of a policy beside the one of a `read_only` account.
pub(super) fn read_only(name: &Name) -> Error {
    Error::new(Kind::Guard, format!("account {name} is read_only"))
        .because("a policy beside the one for reading would allow more, not less")
        .hint("with --write the session has your policies alone")
}
