//! `AssumeRoleWithSAML` and `AssumeRoleWithWebIdentity`: unsigned calls that carry a proof the
//! server knows.

use super::Call;
use super::assume_role::{assumed_role_user, check_duration, keys_of_role};
use crate::fake_aws::sts::model::Proof;
use crate::fake_aws::sts::problem::Problem;
use crate::fake_aws::sts::shape;
use crate::fake_aws::sts::state::State;
use crate::fake_aws::sts::trust::{Question, decide};
use crate::fake_aws::sts::xml::element;

/// Answers either call.
///
/// # Errors
/// What AWS would answer.
pub fn assume(state: &mut State, call: &Call<'_>) -> Result<String, Problem> {
    let saml = call.action == "AssumeRoleWithSAML";
    let arn = shape::required(call.form, "RoleArn")?.to_owned();
    let proof = find(state, call, saml)?;
    let seconds = shape::duration(call.form, 3600, 43200)?;
    let session = if saml {
        proof.session_name.as_str()
    } else {
        shape::required(call.form, "RoleSessionName")?
    };
    shape::text(call.form, "RoleSessionName", 2..=64, "_+=,.@-")?;
    shape::policies_and_tags(call.form)?;
    let action = format!("sts:{}", call.action);
    let question = Question {
        caller: &proof.subject,
        principal: &proof.provider,
        account: "",
        mfa_age: None,
        external_id: None,
        tags: false,
        source_identity: false,
        action: &action,
    };
    let role = state.role(&arn).cloned();
    if decide(role.as_ref(), &arn, &question).is_err() {
        return Err(Problem::denied(format!("Not authorized to perform {action}")));
    }
    check_duration(role.as_ref(), false, seconds)?;
    let role = role.ok_or_else(|| Problem::denied("no such role"))?;
    let mut out = keys_of_role(state, call, &role, session, seconds, None);
    out.push_str(&assumed_role_user(&role, session));
    out.push_str(&if saml {
        [
            element("Subject", &proof.subject),
            element("SubjectType", "persistent"),
            element("Issuer", "https://idp.example.test/metadata"),
            element("Audience", "https://signin.aws.amazon.com/saml"),
        ]
        .concat()
    } else {
        [
            element("SubjectFromWebIdentityToken", &proof.subject),
            element("Audience", "sts.amazonaws.com"),
            element("Provider", &proof.provider),
        ]
        .concat()
    });
    Ok(out)
}

fn find(state: &State, call: &Call<'_>, saml: bool) -> Result<Proof, Problem> {
    let name = if saml { "SAMLAssertion" } else { "WebIdentityToken" };
    let text = shape::required(call.form, name)?;
    let invalid = |why: &str| Problem::new(400, "InvalidIdentityToken", why);
    let proof = state.proofs.iter().find(|proof| proof.text == text);
    let proof = proof.ok_or_else(|| {
        invalid(if saml {
            "Invalid SAML assertion"
        } else {
            "Couldn't retrieve verification key from your identity provider"
        })
    })?;
    if proof.expired {
        let message = if saml {
            "Token must be redeemed within 5 minutes of issuance"
        } else {
            "Token expired"
        };
        return Err(Problem::new(400, "ExpiredTokenException", message));
    }
    if saml && shape::required(call.form, "PrincipalArn")? != proof.provider {
        return Err(invalid("Issuer not present in specified provider"));
    }
    Ok(proof.clone())
}
