//! From what others know to what shall stand in the accounts file.
//!
//! Leads come in, wishes go out: one for each name. An account that has a name keeps it, and what
//! it has there; a name that stands for another account is reported and left.

use std::collections::HashMap;

use crate::config::accounts::Accounts;
use crate::config::edit::accounts::{NewAccount, Outcome};
use crate::config::import::Lead;
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name};
use crate::ui::report::Report;

/// What is wished for, and where each wish comes from.
#[derive(Default)]
pub(super) struct Takeover {
    /// One wish for each name.
    pub wanted: Vec<NewAccount>,
    places: Vec<String>,
    by_name: HashMap<String, usize>,
    by_id: HashMap<AccountId, usize>,
    left_out: Vec<String>,
}

impl Takeover {
    pub(super) fn of(leads: Vec<Lead>, accounts: &Accounts) -> Self {
        let mut names: HashMap<AccountId, String> = HashMap::new();
        for (name, id) in accounts.listed() {
            names.entry(id).or_insert_with(|| name.to_owned());
        }
        let mut takeover = Self::default();
        let mut sign_ons: HashMap<AccountId, Option<String>> = HashMap::new();
        for lead in leads.iter().filter(|lead| lead.sso_session.is_some()) {
            let first = sign_ons.entry(lead.id.clone()).or_insert(lead.sso_session.clone());
            // The roles of each are its own: an account of two sign-ons has no one way to all.
            if *first != lead.sso_session {
                *first = None;
            }
        }
        for mut lead in leads {
            lead.sso_session = sign_ons.get(&lead.id).cloned().flatten();
            let known = names.get(&lead.id).cloned();
            let name = if lead.is_alias && lead.name.is_some() { lead.name.clone() } else { known };
            takeover.follow(lead, name);
        }
        takeover
    }

    fn follow(&mut self, lead: Lead, name: Option<String>) {
        let told = name.is_some();
        let Some(name) = name.or(lead.name) else {
            // Without a name of its own it goes with the one that another lead had for it.
            match self.by_id.get(&lead.id).and_then(|&at| self.wanted.get_mut(at)) {
                Some(wish) => wish.add_roles(lead.roles),
                None => self
                    .left_out
                    .push(format!("{}: account {} has no name there", lead.place, lead.id)),
            }
            return;
        };
        let at = match (self.by_name.get(&name), self.by_id.get(&lead.id)) {
            (Some(&at), _) => Some(at),
            (None, Some(&at)) if !told => Some(at),
            _ => None,
        };
        if let Some(wish) = at.and_then(|at| self.wanted.get_mut(at)) {
            if wish.id == lead.id {
                wish.add_roles(lead.roles);
            } else {
                let shown = escape_up_to(&name, 80);
                self.left_out.push(format!(
                    "{}: {shown} is {} there, and {} before",
                    lead.place, lead.id, wish.id
                ));
            }
            return;
        }
        match Name::parse("account", &name) {
            Ok(_) if AccountId::parse(&name).is_some() => {
                self.left_out
                    .push(format!("{}: account {} has no name there", lead.place, lead.id));
            }
            Ok(valid) => {
                self.by_name.insert(name, self.wanted.len());
                self.by_id.entry(lead.id.clone()).or_insert(self.wanted.len());
                let session = lead.sso_session;
                let session = session.and_then(|name| Name::parse("sso-session", &name).ok());
                let wish = NewAccount::new(valid, lead.id, lead.roles);
                self.wanted.push(NewAccount { sso_session: session, ..wish });
                self.places.push(lead.place);
            }
            Err(error) => self.left_out.push(format!("{}: {}", lead.place, error.message)),
        }
    }

    /// Tells what became of the wishes: how many, and each that was not followed.
    pub(super) fn tell(&self, outcomes: &[Outcome], dry: bool, report: &Report) {
        for line in &self.left_out {
            report.warn(&format!("left out: {line}"));
        }
        for ((wish, place), outcome) in self.wanted.iter().zip(&self.places).zip(outcomes) {
            match outcome {
                Outcome::Conflict(id) => {
                    report.warn(&format!("{} stays {id}; {place} says {}", wish.name, wish.id));
                }
                Outcome::Broken(error) => {
                    report.warn(&format!("{} stays as it is: {}", wish.name, error.message));
                }
                _ => {}
            }
        }
        let count =
            |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
        let added = count(|outcome| *outcome == Outcome::Added);
        let grown = count(|outcome| matches!(outcome, Outcome::Grown(_)));
        if added + grown == 0 {
            report.note("nothing is new");
        } else {
            let would = if dry { " would come" } else { " came" };
            let more = if grown == 1 { "gets" } else { "get" };
            let accounts = if added == 1 { "account" } else { "accounts" };
            let rest = format!("{would} into the file, {grown} {more} more");
            report.done(&format!("{added} {accounts}"), &rest);
        }
    }
}
