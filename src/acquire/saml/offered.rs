//! What a response says about itself: how old it is, for whom it is meant, which roles it offers by
//! which provider.
//!
//! AWS looks at the same and refuses with fewer words.

use crate::config::saml_response::Response;
use crate::error::{Error, Result};
use crate::plan::Saml;
use crate::plan::saml::{Proof, listed};
use crate::types::sanitize::escape;
use crate::types::{Moment, RoleArn};

/// How long AWS takes a response, in seconds (IAM user guide, "Troubleshoot SAML federation").
const REDEEMABLE: i64 = 5 * 60;
/// How far the provider's clock may be off, in seconds.
const SLACK: i64 = 60;

/// Where a new response comes from, as a hint.
pub(super) fn again(saml: &Saml) -> &'static str {
    match saml.proof {
        Proof::Login(_) => {
            "the provider sent an expired response twice: check its clock and its cache"
        }
        Proof::Captured(_) => {
            "log in again in the browser and capture the new response within five minutes"
        }
    }
}

/// Whether it can still be redeemed.
pub(super) fn check_time(saml: &Saml, response: &Response, now: Moment) -> Result<()> {
    let by_issue = response.issued.map(|issued| issued.plus(REDEEMABLE));
    let Some(end) = [response.ends, by_issue].into_iter().flatten().min() else { return Ok(()) };
    if now > end.plus(SLACK) {
        return Err(Error::refused(format!(
            "the SAML response expired at {}: {saml}",
            end.rfc3339()
        ))
        .because("AWS accepts a response for five minutes")
        .hint(again(saml)));
    }
    Ok(())
}

/// AWS takes a response that is meant for it, and no other.
pub(super) fn check_audience(saml: &Saml, response: &Response) -> Result<()> {
    let is_aws = |audience: &String| {
        let host = audience
            .strip_prefix("https://")
            .and_then(|rest| rest.split('/').next())
            .unwrap_or_default();
        let is_sign_in = format!(".{host}").contains(".signin.") && host.contains("amazon");
        is_sign_in || audience.starts_with("urn:amazon:webservices")
    };
    if response.audiences.is_empty() || response.audiences.iter().any(is_aws) {
        return Ok(());
    }
    let audiences: Vec<String> =
        response.audiences.iter().map(|audience| escape(audience)).collect();
    Err(Error::refused(format!("{saml} is not meant for AWS"))
        .because(format!("its audience is {}", audiences.join(", ")))
        .hint("AWS wants the audience https://signin.aws.amazon.com/saml"))
}

/// The ARN of the SAML provider: the configured one, else the one that the response names for the
/// role.
pub(super) fn provider_of(saml: &Saml, response: &Response, role: &RoleArn) -> Result<String> {
    let configured = saml.provider.as_ref().map(|name| {
        format!("arn:{}:iam::{}:saml-provider/{}", role.partition, role.account, name.value)
    });
    let offer = response.offer(role);
    match (configured, offer) {
        (Some(configured), Some(offer)) if configured != offer.provider => {
            Err(Error::refused(format!("the response offers {role} by another provider"))
                .because(format!("offered: {}", escape(&offer.provider)))
                .because(format!("SAML_IDP_NAME: {configured}"))
                .hint("unset SAML_IDP_NAME, and the provider is taken from the response"))
        }
        (Some(configured), Some(_)) => Ok(configured),
        (Some(configured), None) if response.offers.is_empty() => Ok(configured),
        (None, Some(offer)) => Ok(offer.provider.clone()),
        (None, None) if response.offers.is_empty() => {
            Err(Error::config(format!("{saml} names no provider"))
                .hint("export SAML_IDP_NAME=NAME"))
        }
        (_, None) => {
            let error = Error::refused(format!("{saml} does not offer {role}; it offers"));
            Err(listed(error, response.offers.iter()))
        }
    }
}
