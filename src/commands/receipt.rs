//! What a switch says when it is done: who the shell is now, for how long, where, and with
//! `--verbose` why.
//!
//! A session comes in, lines for standard error go out.

use super::obtain::Obtained;
use super::wall::skew_told;
use crate::plan::Origin;
use crate::types::sanitize::escape;
use crate::types::{Moment, minutes};
use crate::ui::report::Report;

/// What a session may have lost, in seconds, between AWS's clock and the line that tells of it.
const ON_ITS_WAY: i64 = 10;

/// Tells the user what came of a request, in one line and what there is to say about it.
pub(super) fn tell(session: &Obtained, now: Moment, report: &Report) {
    let Obtained { request, granted, actor, store } = session;
    for note in &granted.notes {
        report.note(note);
    }
    if let Some(off) = skew_told(store.skew(now)) {
        report.warn(&format!("this machine's clock is {off} AWS's; the time left is corrected"));
    }
    for note in &request.notes {
        report.note(note);
    }
    let target = &request.target;
    let left = match granted.has_end() {
        // The seconds that an hour spent on its way are no news.
        true => format!("for {}", minutes(session.left(now) + ON_ITS_WAY)),
        false => "until an end that nobody told".to_owned(),
    };
    let id = &actor.account;
    let name = if target.name.as_str() == id.as_str() { String::new() } else { format!(" ({id})") };
    let region =
        request.region.as_ref().map_or("no region".to_owned(), |region| region.value.to_string());
    report.done(&target.to_string(), &format!("{name} {left}, {region}"));
    if let (Some(origin), Some(role)) = (&target.role_origin, &target.role) {
        report.note(&format!("role {}: {origin}", role.name));
    }
    report.detail(&format!("base: {}", request.way.shown()));
    report.detail(&format!("acts as: {}", escape(&granted.role.assumed_role)));
    if let Some(region) = &request.region {
        report.detail(&format!("region: {} from {}", region.value, region.origin));
    }
    if let Origin::Configured(place) = &request.length.origin {
        report
            .detail(&format!("duration: {} from {place}", minutes(request.length.seconds.into())));
    }
}
