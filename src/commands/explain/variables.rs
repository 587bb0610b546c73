//! Which variables a switch would set and unset: the very list that it works by, with nothing in
//! it.

use crate::config::environment::Environment;
use crate::error::Result;
use crate::plan::Plan;
use crate::shell::variables::{Legacy, OWN, Switch};
use crate::types::{AccountId, Credentials, Moment, Secret};
use crate::ui::page::Fact;

/// The names, our own left out.
pub(super) fn facts(plan: &Plan, environment: &Environment) -> Result<Vec<Fact>> {
    let blank = || Secret::new("x".to_owned());
    let keys = Credentials { id: "x".to_owned(), secret: blank(), token: Some(blank()) };
    let Some(placeholder) = AccountId::parse("000000000000") else { return Ok(Vec::new()) };
    let asks_by_itself = plan.base.source.long_term_id().is_some() && plan.steps.len() == 1;
    let legacy = environment.turns_on("ASSUME_ROLE_LEGACY")?;
    let switch = Switch {
        keys: &keys,
        account_id: &placeholder,
        account_name: plan.target.name.as_str(),
        role: "x",
        region: plan.region.as_ref().map(|region| &region.value),
        region_is_ours: true,
        expires_aws: Some(Moment(0)),
        expires_local: Some(Moment(0)),
        renewable: Some(Moment(0)),
        target: "x".to_owned(),
        previous: Some("x".to_owned()),
        protected: true,
        read_only: true,
        bridge: environment.turns_on("ASSUME_ROLE_BRIDGE")?,
        legacy: legacy.then_some(Legacy {
            base: asks_by_itself.then_some((&keys, Moment(0))),
            base_profile: None,
            role_started: Moment(0),
        }),
        environment,
    };
    let (mut set, mut unset) = (Vec::new(), Vec::new());
    for change in switch.changes().iter().filter(|change| !OWN.contains(&change.name)) {
        if change.value.is_some() { set.push(change.name) } else { unset.push(change.name) }
    }
    set.push("ASSUME_ROLE_…");
    let standing: Vec<&str> = unset.iter().copied().filter(|name| environment.has(name)).collect();
    let now = match standing.as_slice() {
        [] => "none of them is set now".to_owned(),
        names => format!("set now: {}", names.join(" ")),
    };
    Ok(vec![Fact::new("sets", &set.join(" "), ""), Fact::new("unsets", &unset.join(" "), &now)])
}
