//! The accounts file of the bash script: `ACCOUNTS_FILE`, else `~/.aws/accounts`.

use std::path::PathBuf;

use super::lead::{Lead, Leads};
use crate::config::accounts::{Account, Accounts};
use crate::config::environment::Environment;
use crate::config::files::{ACCOUNTS_CAP, read_text, shown_path};
use crate::config::settings::Settings;
use crate::error::{Error, Result};

pub(super) fn read(file: Option<PathBuf>, environment: &Environment) -> Result<Leads> {
    let ours = Accounts::path(environment, Settings::read(environment)?.accounts.as_ref());
    let real = |path: &PathBuf| path.canonicalize().ok();
    let is_ours = file.as_ref().is_none_or(|file| ours.as_ref().and_then(real) == real(file));
    let Some(path) = file.filter(|_| !is_ours) else {
        let home = environment.home();
        let used = ours.map(|path| shown_path(&path, home.as_deref())).unwrap_or_default();
        return Err(Error::config(format!("{used} is the file that this program uses, as the script did"))
            .hint("there is nothing to import; another file: assume-role accounts import assume-role FILE"));
    };
    let home = environment.home();
    let text = read_text(&path, home.as_deref(), ACCOUNTS_CAP)?;
    let (text, shown) = text.map_or_else(Default::default, |file| (file.text, file.shown));
    let accounts = Accounts::parse(shown.clone(), text)?;
    let lead = |account: Account| Lead {
        name: Some(account.name.to_string()),
        roles: account.all_roles().cloned().collect(),
        is_alias: true,
        id: account.id.clone(),
        sso_session: None,
        place: account.place.to_string(),
    };
    let mut leads = Vec::new();
    accounts.for_each(|account| leads.push(lead(account)));
    Ok(Leads {
        accounts: leads,
        problems: accounts.problems().iter().map(|problem| problem.message.clone()).collect(),
        files: vec![shown.to_string()],
    })
}
