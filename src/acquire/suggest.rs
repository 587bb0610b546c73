//! What a failed session may owe to a typo: a role or a region that is not known here but looks
//! like one that is.

use crate::catalog::{Catalogue, Reach};
use crate::config::Config;
use crate::config::suggest::near;
use crate::error::{Error, Kind};
use crate::plan::{Plan, Service, near_regions};
use crate::types::{Moment, known_regions};

/// The error with what may have been meant. AWS alone knows what there is, so nothing is refused
/// for its looks.
pub(super) fn with_suggestion(error: Error, plan: &Plan, config: &Config, now: Moment) -> Error {
    let suggestion = match error.kind {
        Kind::Refused => role(plan, config, now),
        Kind::Network if is_unresolved(&error) => region(plan),
        _ => None,
    };
    // A typo is likelier than a trust policy that someone has to change.
    Error { hints: suggestion.into_iter().chain(error.hints).collect(), ..error }
}

fn role(plan: &Plan, config: &Config, now: Moment) -> Option<String> {
    let role = plan.target.role.as_ref()?;
    let known =
        Catalogue::read(&config.environment, Reach::Full, now).account(role.account.as_str())?;
    let names: Vec<&str> = known.roles.iter().map(|known| known.name.as_str()).collect();
    if names.contains(&role.name.as_str()) {
        return None;
    }
    let near = near(role.name.as_str(), names);
    (!near.is_empty()).then(|| format!("did you mean the role {}?", near.join(", ")))
}

fn region(plan: &Plan) -> Option<String> {
    let region = &plan.connection.region;
    if plan.connection.endpoints.of(Service::STS).is_some() {
        return None;
    }
    if known_regions().any(|known| known == region.as_str()) {
        return None;
    }
    near_regions(region.as_str()).map(|near| format!("region {region} is not known here; {near}"))
}

/// Whether a host has no address, which alone may be the region's fault.
fn is_unresolved(error: &Error) -> bool {
    let says = |cause: &String| {
        let cause = cause.to_ascii_lowercase();
        ["lookup", "dns", "resolve"].iter().any(|word| cause.contains(word))
    };
    error.causes.iter().any(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_without_an_address_is_the_fault_of_a_region() {
        for (reason, is_it) in [
            ("dns error: failed to lookup address information: Name or service not known", true),
            ("tcp connect error: Connection refused (os error 111)", false),
            ("invalid peer certificate: UnknownIssuer", false),
        ] {
            let error = Error::network("cannot reach STS").because(reason);
            assert_eq!(is_unresolved(&error), is_it, "{reason}");
        }
    }
}
