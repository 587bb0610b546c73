//! The session of a plan: from the store while it serves, else by carrying the plan out.

use std::rc::Rc;

use super::run::{LITTLE, Runner, Surroundings, note_of_duration};
use super::runtime::Runtime;
use super::{load, suggest};
use crate::aws::Endpoints;
use crate::cache::RoleSession;
use crate::error::{Error, Kind, Result};
use crate::plan::{
    Next, Plan, Protection, SIGN_IN_SECONDS, Snapshot, next, renewable, seconds_left,
};
use crate::types::sanitize::escape;
use crate::types::{Moment, Principal, minutes};
use crate::ui::terminal::Terminal;

#[derive(Debug)]
pub(crate) struct ActiveSession {
    /// As it is stored; `granted` is 0 when its end is not known.
    pub role: RoleSession,
    /// Until when it renews without a question, by AWS's clock.
    pub renewable: Option<Moment>,
    pub notes: Vec<String>,
    /// Whose keys they are: the role of the plan, or the user that a profile without a role stands
    /// for.
    pub principal: Principal,
    pub protected: bool,
    /// Whether it was narrowed to reading, as its account wants it.
    pub read_only: bool,
    /// Whether it is the session of a user that proves MFA.
    pub proves_mfa: bool,
}

impl ActiveSession {
    pub(crate) fn has_end(&self) -> bool {
        self.role.granted > 0
    }

    fn new(plan: &Plan, known: &Snapshot, role: RoleSession, notes: Vec<String>) -> Result<Self> {
        let principal = match &plan.target.role {
            Some(role) => {
                Some(Principal { account: role.account.clone(), name: role.name.to_string() })
            }
            None => Principal::parse(&role.assumed_role),
        };
        let principal = principal.ok_or_else(|| {
            Error::network(format!(
                "'{}' is not the ARN of a principal",
                escape(&role.assumed_role)
            ))
        })?;
        let of_principal = known.principal.as_ref();
        let of_principal = |mark: fn(&Protection) -> bool| of_principal.is_some_and(mark);
        let protected = plan.target.protection.protected.is_some()
            || of_principal(|found| found.protected.is_some());
        let read_only =
            plan.is_read_only() || !plan.write && of_principal(|found| found.read_only.is_some());
        let renewable = renewable(plan, known, &role);
        let proves_mfa = known.mfa_session.as_ref().is_some_and(|base| {
            base.mfa_serial.is_some() && base.session.keys.id == role.session.keys.id
        });
        Ok(Self { renewable, role, notes, principal, protected, read_only, proves_mfa })
    }
}

/// The session of a plan: from the store while enough of it is left, else from AWS.
pub(crate) fn session(plan: &Plan, with: Surroundings<'_>) -> Result<ActiveSession> {
    let of_sign_in = plan.base.sign_in().map(|_| SIGN_IN_SECONDS);
    let longest = plan.steps.last().map_or(of_sign_in, |step| Some(step.duration.value));
    if let Some(longest) = longest.filter(|longest| i64::from(*longest) < plan.min_left) {
        return Err(too_short(plan, longest.into()));
    }
    let now = (with.clock)();
    let mut known = Snapshot::new(plan);
    load::refresh(plan, with.config, with.store, now, &mut known)?;
    let terminal = Terminal { may_ask: plan.may_ask };
    // Only where a question decides the duration is the terminal looked at before the store.
    let is_long = plan.steps.iter().any(|step| step.duration.value > crate::plan::ONE_HOUR);
    let may_ask = is_long && terminal.can_ask();
    match next(plan, &known, may_ask, now) {
        Next::Done(role) => {
            let notes = notes_of_stored(plan, &known, &role, may_ask);
            return ActiveSession::new(plan, &known, *role, notes);
        }
        Next::Refuse(error) => return Err(error),
        Next::Ask(_) | Next::Call(_) | Next::Wait(_) => {}
    }
    // Judged before anything is written: an endpoint that may not be asked is no reason for a lock.
    let endpoints = endpoints(plan)?;
    let runtime = Runtime::new()?;
    let mut runner = Runner::new(plan, with, endpoints, known, terminal);
    let is_spending = Rc::clone(&runner.is_spending);
    let made = runtime.run_unless(&is_spending, async {
        let outcome = runner.run().await;
        Ok((runner, outcome))
    });
    let (runner, outcome) = made?;
    let role = match outcome {
        Ok(role) => role,
        Err(error) => match plan.fallback(&runner.known, error.kind, (with.clock)()).cloned() {
            Some(role) => {
                with.report.warn(&format!(
                    "cannot get a new session, using the stored one: {}",
                    error.message
                ));
                role
            }
            None => return Err(suggest::with_suggestion(error, plan, with.config, now)),
        },
    };
    let left = seconds_left(&role, with.store.skew((with.clock)()), (with.clock)());
    if role.granted > 0 && left < plan.min_left - LITTLE {
        return Err(too_short(plan, left));
    }
    ActiveSession::new(plan, &runner.known, role, runner.notes)
}

fn notes_of_stored(
    plan: &Plan,
    known: &Snapshot,
    role: &RoleSession,
    may_ask: bool,
) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(last) = plan.steps.len().checked_sub(1) {
        let goal = plan.goal(last, known, may_ask);
        if role.granted == goal.seconds {
            notes.extend(note_of_duration(plan, last, &goal, true));
        }
    }
    if plan.mfa.code.is_some() {
        notes.push("the code was not needed: a stored session serves".to_owned());
    }
    notes
}

pub(crate) fn endpoints(plan: &Plan) -> Result<Endpoints> {
    let connection = &plan.connection;
    let endpoints = Endpoints::of(connection)?;
    match plan.base.sso_role() {
        Some(role) => endpoints.with_sso(&role.session, &connection.endpoints),
        None => Ok(endpoints),
    }
}

fn too_short(plan: &Plan, longest: i64) -> Error {
    let target = &plan.target;
    let error = Error::new(
        Kind::TooShort,
        format!("a new session of {target} lasts only {}", minutes(longest)),
    );
    if plan.base.sign_in().is_some() && plan.steps.is_empty() {
        return error.because("AWS gives the keys of a console sign-in no more");
    }
    error.hint(plan.command_with(&["--duration", &minutes(plan.min_left)]))
}
