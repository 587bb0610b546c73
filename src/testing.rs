//! What the integration tests call directly; everything else is private, so that the compiler finds
//! what is dead.

pub mod prompt {
    pub use crate::prompt::{Variables, segment};
}
pub mod cache {
    pub use crate::cache::{
        AssertionRoles, BaseFacts, BaseSession, Choice, Entry, Holder, Key, Kind, LegalDuration,
        Lock, MfaDevice, RoleSession, Store, Use,
    };
}
pub mod cli {
    pub use crate::cli::{Cli, Parsed, parse, verbs};
    pub mod help {
        pub use crate::cli::help::{Length, command, examples_of};
    }
}
pub mod completion {
    pub use crate::completion::answer;
}
pub mod config {
    pub use crate::config::Config;
    pub mod edit {
        pub mod accounts {
            pub use crate::config::edit::accounts::{NewAccount, put, remove};
        }
        pub mod profiles {
            pub use crate::config::edit::profiles::{NewProfile, amend, edit};
        }
    }
    pub mod environment {
        pub use crate::config::environment::Environment;
    }
    pub mod location {
        pub use crate::config::location::Location;
    }
    pub mod profiles {
        pub use crate::config::profiles::{FileKind, Profiles};
    }
    pub mod settings {
        pub use crate::config::settings::{PickerKind, PromptSide};
    }
}
pub mod error {
    pub use crate::error::{Error, Kind, Result};
}
pub mod shell {
    pub use crate::shell::Shell;
    pub mod exports {
        pub use crate::shell::exports::*;
    }
    pub mod formats {
        pub use crate::shell::formats::{EnvFormat, text};
    }
    pub mod integration {
        pub use crate::shell::integration::{InitOptions, ShortName, script};
    }
    pub mod prompt_style {
        pub use crate::shell::prompt_style::Look;
    }
    pub mod quote {
        pub use crate::shell::quote::*;
    }
    pub mod variables {
        pub use crate::shell::variables::{Legacy, OWN, Switch, restored};
    }
    pub mod words {
        pub use crate::shell::words::*;
    }
}
pub mod types {
    pub use crate::types::{
        AccountId, Credentials, Moment, Name, Region, RoleName, Secret, Session, known_regions,
    };
    pub mod sanitize {
        pub use crate::types::sanitize::is_plain;
    }
}
pub mod ui {
    pub mod picker {
        pub use crate::ui::picker::{Choice, Item};
    }
}

/// The roles that a SAML response offers, however it was captured.
pub fn offered_roles(response: &str) -> Option<Vec<String>> {
    let response = crate::config::saml_response::Response::of_captured(response).ok()?;
    Some(response.offers.into_iter().map(|offer| offer.role.to_string()).collect())
}

/// How many calls of AWS are read in the room `aws`.
const OF_AWS: u8 = 13;

/// What the reader of one of AWS's answers makes of any bytes: the texts that it gives away as good,
/// or that it gives none. `None` behind the last reader.
pub async fn reply(call: u8, status: u16, body: &[u8]) -> Option<Result<Vec<String>, ()>> {
    use crate::{acquire::sso::replies, aws::Client};
    let client = Client::hearing(status.try_into().ok()?, body).ok()?;
    let outcome = match call.checked_sub(OF_AWS) {
        Some(call) => replies::read(&client, call).await,
        None => client.read(call).await,
    };
    outcome.map(|texts| texts.map_err(|_| ()))
}
