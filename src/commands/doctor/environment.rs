//! Variables that change what programs or this one do, without a word elsewhere.

use super::finding::Finding;
use crate::config::accounts::Accounts;
use crate::config::environment::Environment;
use crate::plan::Service;
use crate::types::sanitize::{escape_up_to, escape_url};

/// What there is to say about them; nothing when none is set.
pub(super) fn findings(environment: &Environment) -> Vec<Finding> {
    let value =
        |name: &str| environment.raw(name).map(|value| escape_up_to(&value.to_string_lossy(), 120));
    let is_on = |name: &str| environment.raw(name).is_some_and(|value| value == "1");
    let mut findings = Vec::new();
    if environment.home().is_none() {
        findings.push(
            Finding::broken("HOME names no absolute path: no file of yours can be found")
                .remedy("set HOME"),
        );
    }
    if let (Some(profile), true) = (value("AWS_PROFILE"), environment.has("AWS_ACCESS_KEY_ID")) {
        findings.push(
            Finding::warning(&format!(
                "AWS_PROFILE={profile} is set as well as keys: programs disagree about which to use"
            ))
            .remedy("unset AWS_PROFILE"),
        );
    }
    match Service::of_variables(environment) {
        Ok(all) => findings.extend(all.iter().map(|(service, url)| {
            let what = service.map_or("AWS", |service| service.name);
            let shown = escape_url(&url.value);
            Finding::note(&format!("{what} is asked at {shown}, as {} says", url.origin))
        })),
        Err(error) => findings.push(Finding::broken(&error.message)),
    }
    if is_on("ASSUME_ROLE_ALLOW_HTTP") {
        findings.push(
            Finding::warning(
                "ASSUME_ROLE_ALLOW_HTTP=1: keys and passwords may travel as plain text",
            )
            .remedy("unset ASSUME_ROLE_ALLOW_HTTP"),
        );
    }
    if is_on("ASSUME_ROLE_LEGACY") {
        findings.push(Finding::note(
            "ASSUME_ROLE_LEGACY=1: every program you start gets a key for twelve hours",
        ));
    }
    if let Some(bundle) = environment.path("AWS_CA_BUNDLE").filter(|path| !path.is_file()) {
        let bundle = escape_up_to(&bundle.to_string_lossy(), 120);
        findings.push(
            Finding::broken(&format!(
                "AWS_CA_BUNDLE names {bundle}, which is not a file: AWS cannot be reached"
            ))
            .remedy("unset AWS_CA_BUNDLE, or name the PEM file of your company's proxy"),
        );
    }
    for name in ["ACCOUNTS_FILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "SAML_FILE"] {
        if let Some(path) = environment.path(name).filter(|path| {
            let is_list = name == "ACCOUNTS_FILE" && Accounts::are_several(environment);
            !is_list && !path.starts_with("~") && !path.exists()
        }) {
            let path = escape_up_to(&path.to_string_lossy(), 120);
            findings.push(
                Finding::warning(&format!("{name} names {path}, which is not there"))
                    .remedy(format!("unset {name}")),
            );
        }
    }
    findings
}
