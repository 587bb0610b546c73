//! Responses of a real SAML library, with a signature over the assertion: one role is taken,
//! several are listed. moto verifies the signature by the certificate of the provider's metadata.

use serde_json::{Value, json};

use super::moto::json_of;
use super::{Story, Variables, trust_of};
use crate::fake_aws::identity_provider::{Answer, Idp};
use crate::sources::saml::{PROVIDER, federated, now};

const ACCOUNT: &str = "123456789012";

/// A signed response for these roles, the pairs that its signature covers, and the provider's
/// metadata.
pub fn signed(roles: &[&str], ago: i64) -> Option<Value> {
    let pairs = roles.iter().map(|role| format!("arn:aws:iam::{ACCOUNT}:role/{role},{PROVIDER}"));
    json_of("assertion.py", std::iter::once((now() - ago).to_string()).chain(pairs))
}

/// Accounts in which the provider is known by its metadata, and these roles trust it.
pub fn accounts(metadata: &str, roles: &[(&str, &str)]) -> Value {
    let trust = trust_of("sts:AssumeRoleWithSAML", &json!({"Federated": PROVIDER}));
    let roles = roles.iter().map(|(path, name)| {
        ((*name).to_owned(), json!({"trust": trust, "path": path, "max": 7200}))
    });
    json!({ACCOUNT: {"saml": {"idp": metadata}, "roles": roles.collect::<serde_json::Map<_, _>>()}})
}

#[test]
fn a_signed_response_of_one_role_needs_no_words() {
    let Some(made) = signed(&["ops/deploy"], 0) else { return };
    assert_eq!(
        made["roles"],
        json!([format!("arn:aws:iam::{ACCOUNT}:role/ops/deploy,{PROVIDER}")])
    );
    let roles = [("/ops/", "deploy")];
    let Some(story) = Story::begin(&accounts(made["metadata"].as_str().unwrap(), &roles)) else {
        return;
    };
    story.world.write("samlresponse.log", made["response"].as_str().unwrap()).unwrap();
    let (ran, session) = story
        .loaded(&Variables::new(), "assume-role --saml-response ~/samlresponse.log --duration 2h");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(
        story.arn(&session),
        "arn:aws:sts::123456789012:assumed-role/deploy/luke@example.com"
    );
    assert_eq!(session["AWS_ACCOUNT_ROLE"], "ops/deploy");
    assert!(story.aws(&session, "sts get-caller-identity").stdout.contains("assumed-role/deploy/"));
}

#[test]
fn a_signed_response_of_several_roles_is_listed_and_each_can_be_named() {
    let Some(made) = signed(&["read", "ops/deploy", "team/admin"], 0) else { return };
    let roles = [("/", "read"), ("/ops/", "deploy"), ("/team/", "admin")];
    let Some(story) = Story::begin(&accounts(made["metadata"].as_str().unwrap(), &roles)) else {
        return;
    };
    story.world.write("samlresponse.log", made["response"].as_str().unwrap()).unwrap();
    let (refused, _) =
        story.loaded(&Variables::new(), "assume-role --saml-response ~/samlresponse.log");
    assert_eq!(refused.status, 2, "{refused:?}");
    let lines: Vec<&str> = refused
        .stderr
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("assume-role arn:"))
        .collect();
    let covered = made["roles"].as_array().unwrap();
    assert_eq!(lines.len(), covered.len());
    for (line, pair) in lines.into_iter().zip(covered) {
        let role = pair.as_str().unwrap().split(',').next().unwrap();
        // It is the command that was typed, with the role.
        let (command, file) = line.split_once(" --saml-response ").unwrap();
        assert!(command == format!("assume-role {role}") && file.ends_with("/samlresponse.log"));
        let (ran, session) = story.loaded(&Variables::new(), line);
        assert_eq!(ran.status, 0, "{ran:?}");
        let name = role.rsplit('/').next().unwrap();
        assert!(story.arn(&session).ends_with(&format!(":assumed-role/{name}/luke@example.com")));
    }
    assert_eq!(story.moto.hits()["AssumeRoleWithSAML"], 3);
}

#[test]
fn the_login_of_the_old_script_gets_a_role_that_moto_gives() {
    let (Some(old), Some(made)) = (signed(&["read"], 900), signed(&["read"], 0)) else { return };
    let Some(mut story) =
        Story::begin(&accounts(made["metadata"].as_str().unwrap(), &[("/", "read")]))
    else {
        return;
    };
    let answer = |made: &Value| Answer::assertion(made["response"].as_str().unwrap());
    let idp = Idp::start(answer(&made));
    story.world.set("AWS_ASSUME_ROLE_AUTH_SCHEME", "saml");
    story.world.set("SAML_IDP_ASSERTION_URL", idp.url());
    story.world.set("SAML_IDP_NAME", "idp");
    let template = r#"{"service": "aws", "email": "$saml_user", "password": "$saml_password"}"#;
    story.world.set("SAML_IDP_REQUEST_BODY_TEMPLATE", template);
    story.world.write(".saml/credentials", "username = luke\npassword = pa\"ss\n").unwrap();
    let (ran, session) =
        story.bash(&Variables::new(), "eval $(assume-role 123456789012 read eu-west-1)");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(story.arn(&session), "arn:aws:sts::123456789012:assumed-role/read/luke@example.com");
    assert_eq!(idp.last()["password"], "pa\"ss");
    // A response that came too late, then one of another key than that of the metadata.
    idp.answers_in_turn(vec![answer(&old), answer(&made)]);
    let (ran, _) = story.loaded(&Variables::new(), "assume-role 123456789012 read --refresh");
    assert!(ran.status == 0 && ran.stderr.contains("a second time"), "{ran:?}");
    let forged = signed(&["read"], 0).unwrap();
    idp.answers(answer(&forged));
    let (ran, _) = story.loaded(&Variables::new(), "assume-role 123456789012 read --refresh");
    assert!(ran.status == 4 && ran.stderr.contains("Response signature invalid"), "{ran:?}");
}

#[test]
fn a_signed_response_reaches_sts_as_it_is() {
    let Some(made) = signed(&["ops/deploy"], 0) else { return };
    let scene = federated();
    let response = made["response"].as_str().unwrap();
    let file = scene.world.write("samlresponse.log", response).unwrap();
    scene.refused(4, &["--saml-response", file.to_str().unwrap()]);
    assert_eq!(scene.sts.last("AssumeRoleWithSAML").unwrap().get("SAMLAssertion"), Some(response));
}
