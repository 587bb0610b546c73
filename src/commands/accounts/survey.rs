//! The questions of `accounts sync`: whose these keys are, which accounts their organization has,
//! what a sign-on gives.
//!
//! A survey comes in; leads and what could not be learnt go out. That the user may not ask is an
//! answer too.

use super::progress::Progress;
use crate::acquire::sso::SignOnClient;
use crate::aws::{
    AwsError, Client, Endpoints, FailureKind, account_aliases, caller_identity,
    organization_accounts, unanswered,
};
use crate::cache::Store;
use crate::config::import::Lead;
use crate::error::{Kind, Result};
use crate::plan::chain::SsoSession;
use crate::plan::{AccountSurvey, Service};
use crate::types::sanitize::{escape, escape_up_to};
use crate::types::{AccountId, Clock, Credentials};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

#[derive(Default)]
pub(super) struct Learnt {
    /// Accounts with names and roles, the best name of each first.
    pub leads: Vec<Lead>,
    /// The accounts of the organization, when it told all of them, and whether each can be entered.
    pub members: Option<Vec<(AccountId, bool)>>,
    /// Who did not answer, and why.
    pub silent: Vec<String>,
}

pub(super) async fn ask(
    survey: &AccountSurvey,
    store: &Store,
    clock: Clock,
    report: &Report,
) -> Result<Learnt> {
    let mut learnt = Learnt::default();
    let progress = Progress::begin();
    if let Some(keys) = &survey.keys {
        ask_aws(survey, keys, &progress, &mut learnt, report).await?;
    }
    for session in &survey.sign_ons {
        ask_portal(survey, session, store, clock, &progress, &mut learnt, report).await?;
    }
    Ok(learnt)
}

async fn ask_aws(
    survey: &AccountSurvey,
    keys: &Credentials,
    progress: &Progress,
    learnt: &mut Learnt,
    report: &Report,
) -> Result<()> {
    let connection = &survey.connection;
    let endpoints = Endpoints::of(connection)?;
    let client = Client::new(
        endpoints.with_organizations(&connection.endpoints)?,
        &connection.trust,
        connection.timeout,
        None,
        report,
    )?;
    // A line of progress is written over.
    let asked = [Service::STS, Service::IAM, Service::ORGANIZATIONS];
    asked.into_iter().for_each(|service| client.tell(service));
    progress.tell("asking AWS whose keys these are");
    let identity = caller_identity(&client, keys).await.map_err(|failure| {
        unanswered(&failure, "STS")
            .hint("the keys of this shell are asked with; renew them, or switch again")
    })?;
    match account_aliases(&client, keys).await {
        Ok(aliases) => learnt
            .leads
            .extend(aliases.into_iter().map(|alias| lead(alias, &identity.account, "IAM"))),
        Err(failure) => learnt.did_not("IAM", &failure)?,
    }
    progress.tell("asking for the accounts of the organization");
    let told = |count| progress.tell(&format!("{count} accounts of the organization"));
    match organization_accounts(&client, keys, &told).await {
        Ok(members) => {
            let active = members.iter().filter(|member| member.is_active);
            learnt.leads.extend(
                active.map(|member| lead(member.name.clone(), &member.id, "Organizations")),
            );
            learnt.members =
                Some(members.into_iter().map(|member| (member.id, member.is_active)).collect());
        }
        Err(failure) => learnt.did_not("Organizations", &failure)?,
    }
    Ok(())
}

async fn ask_portal(
    survey: &AccountSurvey,
    session: &SsoSession,
    store: &Store,
    clock: Clock,
    progress: &Progress,
    learnt: &mut Learnt,
    report: &Report,
) -> Result<()> {
    let client = Client::of_sign_on(session, &survey.connection, report)?;
    // Without a sign-on a line says so; a survey is no reason to sign on.
    let sign_on =
        SignOnClient::new(session, &client, store, Terminal { may_ask: false }, clock, report)?;
    let name = escape_up_to(session.name.as_deref().unwrap_or(&session.start_url), 40);
    client.tell(Service::PORTAL);
    progress.tell(&format!("asking {name} for accounts"));
    let told = |done, all| progress.tell(&format!("{name}: roles of {done} of {all} accounts"));
    match sign_on.assignments(&told).await {
        Ok(assignments) => learnt.leads.extend(assignments.into_iter().map(|assignment| Lead {
            roles: assignment.roles,
            sso_session: session.name.clone(),
            ..lead(assignment.account.name, &assignment.account.id, &name)
        })),
        Err(error) if matches!(error.kind, Kind::NeedsAnswer | Kind::Refused) => {
            let hint = error.hints.first().map(|hint| format!(" ({hint})")).unwrap_or_default();
            learnt.silent.push(format!("{}{hint}", error.message));
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

impl Learnt {
    /// Notes who may not ask; anything else ends the survey.
    fn did_not(&mut self, whom: &str, failure: &AwsError) -> Result<()> {
        let is_nowhere = failure.code() == "AWSOrganizationsNotInUseException";
        if !failure.is_denial() && !is_nowhere {
            let error = unanswered(failure, whom);
            return Err(match failure.trouble {
                FailureKind::Connect(_) | FailureKind::Timeout => {
                    error.hint("check the network and the proxy variables")
                }
                _ => error,
            });
        }
        let why = if is_nowhere {
            "the account is in no organization".to_owned()
        } else {
            escape(failure.words())
        };
        self.silent.push(format!("{whom} lists no accounts: {why}"));
        Ok(())
    }
}

/// A name from AWS. An account that has one of the user's keeps that.
fn lead(name: String, id: &AccountId, whom: &str) -> Lead {
    let name = Some(name).filter(|name| !name.is_empty());
    let (roles, place) = (Vec::new(), whom.to_owned());
    Lead { name, is_alias: false, id: id.clone(), roles, sso_session: None, place }
}
