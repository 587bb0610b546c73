//! Names in the accounts file: added and removed, while order, unknown keys and the way it is written
//! stay.
//!
//! What is new is written like what is there: on lines of its own or on one, with the blanks of the
//! file. The result is read by our own reader, and every other entry has to be what it was. A name
//! that already means another account is left alone.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::file::lost;
use super::json::{Member, Splice, elements, members, spliced};
use crate::config::accounts::{Account, Accounts};
use crate::config::files::decode;
use crate::config::suggest::meant;
use crate::config::values::Scheme;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name, RoleName};

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    pub name: Name,
    pub id: AccountId,
    pub roles: Vec<RoleName>,
    /// The `[sso-session]` that gives these roles.
    pub sso_session: Option<Name>,
}

impl NewAccount {
    pub fn new(name: Name, id: AccountId, roles: impl IntoIterator<Item = RoleName>) -> Self {
        let mut account = Self { name, id, roles: Vec::new(), sso_session: None };
        account.add_roles(roles);
        account
    }

    pub(crate) fn add_roles(&mut self, roles: impl IntoIterator<Item = RoleName>) {
        for role in roles {
            if !self.roles.contains(&role) {
                self.roles.push(role);
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Added,
    /// The name was there; roles, or the sign-on that gives them, are new.
    Grown(Growth),
    /// All of it was there.
    Known,
    /// The name means another account, and still does.
    Conflict(AccountId),
    /// The entry of that name is wrong, and is left as it is.
    Broken(Error),
}

/// What an entry gets beside what it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    roles: Vec<RoleName>,
    sso_session: Option<Name>,
}

/// The bytes with all accounts that can be added, and what became of each. No two have the same name.
pub fn put(bytes: &[u8], new: &[NewAccount], shown: &str) -> Result<(Vec<u8>, Vec<Outcome>)> {
    let file = AccountsText::new(bytes, shown)?;
    let outcomes: Vec<_> = new.iter().map(|account| outcome(&file.accounts, account)).collect();
    let members: HashMap<&str, &Member> =
        file.members.iter().map(|member| (member.key.as_str(), member)).collect();
    let (mut splices, mut added, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for (account, outcome) in new.iter().zip(&outcomes) {
        match outcome {
            Outcome::Added => added.push(account),
            Outcome::Grown(growth) => {
                let member = members.get(account.name.as_str());
                let grown = member.and_then(|member| file.grown(member, growth));
                splices.extend(grown.ok_or_else(|| lost(shown, "its form"))?);
            }
            _ => continue,
        }
        changed.push(account);
    }
    splices.extend(file.added(&added));
    let names: Vec<&str> = changed.iter().map(|account| account.name.as_str()).collect();
    let after = file.with(splices, &names, shown)?;
    let read = AccountsText::new(&after, shown)?.accounts;
    if changed.iter().any(|account| outcome(&read, account) != Outcome::Known) {
        return Err(lost(shown, "an account that was to be written"));
    }
    Ok((after, outcomes))
}

pub fn remove(bytes: &[u8], name: &str, shown: &str) -> Result<Vec<u8>> {
    let file = AccountsText::new(bytes, shown)?;
    let Some(at) = file.members.iter().position(|member| member.key == name) else {
        return Err(no_such_name(name, &file.accounts, shown));
    };
    let cut = file.cut(at).ok_or_else(|| lost(shown, "its form"))?;
    file.with(vec![Splice { at: cut, text: String::new() }], &[name], shown)
}

fn outcome(accounts: &Accounts, account: &NewAccount) -> Outcome {
    match accounts.find(account.name.as_str()) {
        Ok(None) => Outcome::Added,
        Ok(Some(old)) if old.id != account.id => Outcome::Conflict(old.id),
        Ok(Some(old)) => {
            let is_known = |role: &&RoleName| old.all_roles().any(|known| known == *role);
            let roles: Vec<RoleName> =
                account.roles.iter().filter(|role| !is_known(role)).cloned().collect();
            let sso_session = account.sso_session.clone().filter(|_| goes_by(&old, account));
            match roles.is_empty() && sso_session.is_none() {
                true => Outcome::Known,
                false => Outcome::Grown(Growth { roles, sso_session }),
            }
        }
        Err(error) => Outcome::Broken(error),
    }
}

/// Whether an entry may be reached by the sign-on of `new`: it names no other way, and has no role that
/// the sign-on does not give, since that role would be out of reach then.
fn goes_by(old: &Account, new: &NewAccount) -> bool {
    let says_otherwise = old.sso_session.is_some()
        || old.base.is_some()
        || old.mfa_serial.is_some()
        || old.external_id.is_some()
        || old.scheme.is_some_and(|scheme| scheme != Scheme::IdentityCenter);
    !says_otherwise && old.all_roles().all(|role| new.roles.contains(role))
}

fn no_such_name(name: &str, accounts: &Accounts, shown: &str) -> Error {
    let error = Error::config(format!("no account '{}' in {shown}", escape_up_to(name, 80)));
    match accounts.near(name).as_slice() {
        [] => error.hint("the names there are: assume-role list"),
        near => error.hint(meant(near)),
    }
}

struct AccountsText {
    before: &'static str,
    accounts: Accounts,
    members: Vec<Member>,
    /// The offsets of the braces; `None` for an empty file.
    braces: Option<(usize, usize)>,
}

impl AccountsText {
    fn new(bytes: &[u8], shown: &str) -> Result<Self> {
        let before =
            if bytes.starts_with(BYTE_ORDER_MARK.as_bytes()) { BYTE_ORDER_MARK } else { "" };
        let accounts = Accounts::parse(shown.into(), decode(bytes.to_vec(), shown)?)?;
        let root = accounts.root();
        if root.raw.is_empty() {
            return Ok(Self { before, accounts, members: Vec::new(), braces: None });
        }
        let (members, end) = members(root).ok_or_else(|| lost(shown, "its form"))?;
        let braces = Some((root.range().start, end));
        Ok(Self { before, accounts, members, braces })
    }

    fn text(&self) -> &str {
        self.accounts.root().whole_text()
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text().get(range.clone()).unwrap_or_default()
    }

    /// The file after the splices. Entries other than `names` have to be what they were.
    fn with(&self, splices: Vec<Splice>, names: &[&str], shown: &str) -> Result<Vec<u8>> {
        let text = spliced(self.text(), splices).ok_or_else(|| lost(shown, "its form"))?;
        let after = format!("{}{text}", self.before).into_bytes();
        let read = Self::new(&after, shown)?;
        if self.others(names) == read.others(names) {
            Ok(after)
        } else {
            Err(lost(shown, "another account"))
        }
    }

    fn others(&self, names: &[&str]) -> Vec<(&str, &str)> {
        let names: HashSet<&str> = names.iter().copied().collect();
        let others = self.members.iter().filter(|member| !names.contains(member.key.as_str()));
        others.map(|member| (member.key.as_str(), self.part(&member.value))).collect()
    }

    fn added(&self, new: &[&NewAccount]) -> Option<Splice> {
        if new.is_empty() {
            return None;
        }
        let line_end = if self.text().contains("\r\n") { "\r\n" } else { "\n" };
        let starts: Vec<usize> = self.members.iter().map(|member| member.start).collect();
        let colon = self.members.last().map_or(": ", |member| self.part(&member.colon));
        let entries: Vec<String> = new.iter().map(|account| entry(account, colon)).collect();
        let Some((open, close)) = self.braces else {
            let indent = format!("{line_end}  ");
            let text =
                format!("{{{indent}{}{line_end}}}{line_end}", entries.join(&format!(",{indent}")));
            return Some(Splice { at: 0..self.text().len(), text });
        };
        let Some(last) = self.members.last() else {
            let indent = format!("{line_end}  ");
            let text = format!("{indent}{}{line_end}", entries.join(&format!(",{indent}")));
            return Some(Splice { at: open + 1..close, text });
        };
        let ends: Vec<usize> = self.members.iter().map(|member| member.value.end).collect();
        let between = between(self.text(), open, &starts, &ends, colon);
        let text = entries.iter().map(|entry| format!("{between}{entry}")).collect();
        Some(Splice { at: last.value.end..last.value.end, text })
    }

    fn grown(&self, member: &Member, growth: &Growth) -> Option<Vec<Splice>> {
        let (raw, colon) = (self.part(&member.value), self.part(&member.colon));
        if !raw.starts_with('{') {
            let fields = [vec![format!("\"id\"{colon}{raw}")], growth.fields(colon)].concat();
            let text = format!("{{{}}}", fields.join(", "));
            return Some(vec![Splice { at: member.value.clone(), text }]);
        }
        let (fields, _) = members(self.accounts.root().part(raw))?;
        // An account without an id is no account, so there is a last field.
        let last = fields.last()?;
        let mut splices = Vec::new();
        let mut growth = growth.clone();
        let roles = fields.iter().find(|field| field.key == "roles");
        if let Some(field) = roles.filter(|_| !growth.roles.is_empty()) {
            splices.push(self.longer(field, &growth.roles, colon)?);
            growth.roles.clear();
        }
        let (starts, ends): (Vec<_>, Vec<_>) =
            fields.iter().map(|field| (field.start, field.value.end)).unzip();
        let colon = self.part(&last.colon);
        let between = between(self.text(), member.value.start, &starts, &ends, colon);
        let text = growth.fields(colon).iter().map(|field| format!("{between}{field}")).collect();
        splices.push(Splice { at: last.value.end..last.value.end, text });
        Some(splices)
    }

    /// The list of a field with more roles.
    fn longer(&self, field: &Member, roles: &[RoleName], colon: &str) -> Option<Splice> {
        let (known, close) = elements(self.accounts.root().part(self.part(&field.value)))?;
        let Some(last) = known.last() else {
            return Some(Splice { at: field.value.start..close + 1, text: list(roles) });
        };
        let (starts, ends): (Vec<_>, Vec<_>) =
            known.iter().map(|range| (range.start, range.end)).unzip();
        let between = between(self.text(), field.value.start, &starts, &ends, colon);
        let text = roles.iter().map(|role| format!("{between}\"{role}\"")).collect();
        Some(Splice { at: last.end..last.end, text })
    }

    fn cut(&self, at: usize) -> Option<Range<usize>> {
        let member = self.members.get(at)?;
        if let Some(next) = self.members.get(at + 1) {
            return Some(member.start..next.start);
        }
        match at.checked_sub(1).and_then(|before| self.members.get(before)) {
            Some(before) => Some(before.value.end..member.value.end),
            None => self.braces.map(|(open, close)| open + 1..close),
        }
    }
}

/// What separates two parts: the text before the last one, else before the only one.
fn between(text: &str, open: usize, starts: &[usize], ends: &[usize], colon: &str) -> String {
    let last = starts.last().copied().unwrap_or(open);
    let found = match ends.len().checked_sub(2).and_then(|before| ends.get(before)) {
        Some(&before) => text.get(before..last).map(str::to_owned),
        None => text
            .get(open + 1..last)
            .filter(|blanks| blanks.contains('\n'))
            .map(|blanks| format!(",{blanks}")),
    };
    found.unwrap_or_else(|| if colon.ends_with(' ') { ", ".to_owned() } else { ",".to_owned() })
}

fn entry(account: &NewAccount, colon: &str) -> String {
    let growth = Growth { roles: account.roles.clone(), sso_session: account.sso_session.clone() };
    let fields = growth.fields(colon);
    // A name holds no quote and no backslash.
    let key = format!("\"{}\"{colon}", account.name);
    match fields.as_slice() {
        [] => format!("{key}\"{}\"", account.id),
        fields => format!("{key}{{\"id\": \"{}\", {}}}", account.id, fields.join(", ")),
    }
}

impl Growth {
    fn fields(&self, colon: &str) -> Vec<String> {
        let session =
            self.sso_session.as_ref().map(|name| format!("\"sso_session\"{colon}\"{name}\""));
        let roles =
            (!self.roles.is_empty()).then(|| format!("\"roles\"{colon}{}", list(&self.roles)));
        session.into_iter().chain(roles).collect()
    }
}

fn list(roles: &[RoleName]) -> String {
    let quoted: Vec<String> = roles.iter().map(|role| format!("\"{role}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests;
