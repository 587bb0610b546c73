//! The main job, from words to a changed shell: what is asked for is decided, obtained, told to the
//! user, and exported to the shell.

use super::context::Context;
use super::session::{self, ActiveRole};
use super::wall_clock::skew_told;
use crate::error::Result;
use crate::plan::{Origin, Request};
use crate::shell::exports::{self, Form};
use crate::types::sanitize::escape;
use crate::types::{Moment, Secret, minutes};
use crate::ui::report::Report;

/// What a session may have lost, in seconds, between AWS's clock and the line that tells of it.
const ON_ITS_WAY: i64 = 10;

/// Switches: returns what the shell evaluates.
pub(super) fn run(
    request: Request,
    form: Form,
    context: &Context,
    report: &Report,
) -> Result<Secret> {
    let role = session::obtain(request, context, report)?;
    role.remember_use(context.now())?;
    tell(&role, context.now(), report);
    export(&role, form, context)
}

/// As [`run`], for the role in use already, so it counts as no other use of it.
pub(super) fn renew(
    request: Request,
    form: Form,
    context: &Context,
    report: &Report,
) -> Result<Secret> {
    let role = session::renew(request, context, report)?;
    tell(&role, context.now(), report);
    export(&role, form, context)
}

fn export(role: &ActiveRole, form: Form, context: &Context) -> Result<Secret> {
    role.with_switch(context, |switch| exports::switch(form, switch))
}

/// Tells the user who the shell is now, for how long, where, and with `--verbose` why.
fn tell(role: &ActiveRole, now: Moment, report: &Report) {
    let ActiveRole { plan, session, store } = role;
    for note in &session.notes {
        report.note(note);
    }
    if let Some(off) = skew_told(store.skew(now)) {
        report.warn(&format!("this machine's clock is {off} AWS's; the time left is corrected"));
    }
    for note in &plan.notes {
        report.note(note);
    }
    let target = &plan.target;
    let left = if session.has_end() {
        // The seconds that an hour spent on its way are no news.
        format!("for {}", minutes(role.left(now) + ON_ITS_WAY))
    } else {
        "with unknown expiry".to_owned()
    };
    let id = &session.principal.account;
    let name = if target.name.as_str() == id.as_str() { String::new() } else { format!(" ({id})") };
    let region = plan.region.as_ref();
    let shown = region.map_or("no region".to_owned(), |region| region.value.to_string());
    let read_only = if session.read_only { " read-only" } else { "" };
    let base = &plan.base;
    let from = if base.is_found { format!(", from {}", base.description) } else { String::new() };
    report.done(&target.to_string(), &format!("{name}{read_only} {left}, {shown}{from}"));
    if let (Origin::Place(origin), Some(role), Some(_)) =
        (&target.role_origin, &target.role, &target.account)
    {
        report.note(&format!("role {}: {origin}", role.name));
    }
    if let (Origin::Default(why), Some(role)) = (&target.role_origin, &target.role)
        && target.account.is_some()
    {
        report.note(&format!("role {}: {why}", role.name));
    }
    report.detail(&format!("base: {}", plan.keys_description()));
    report.detail(&format!("acts as: {}", escape(&session.role.assumed_role)));
    if let Some(region) = region {
        report.detail(&format!("region: {} from {}", region.value, region.origin));
    }
    if let Some(step) = plan.steps.last().filter(|step| {
        !step.duration.origin.is_command_line() && !step.duration.origin.is_default()
    }) {
        let (seconds, origin) = (step.duration.value, &step.duration.origin);
        report.detail(&format!("duration: {} from {origin}", minutes(seconds.into())));
    }
}
