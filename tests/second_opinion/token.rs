//! Web identity tokens with a real signature, which moto verifies by their issuer's key.

use serde_json::{Value, json};

use super::moto::json_of;
use super::{Story, Variables, trust_of};
use crate::sources::saml::now;

const ACCOUNT: &str = "123456789012";
const ISSUER: &str = "https://oidc.example.test";

/// A token for `repo:me`, and its issuer's key.
pub fn token(audience: &str, seconds: i64) -> Option<Value> {
    let words =
        [ISSUER, audience, "repo:me", &(now() - 60).to_string(), &(60 + seconds).to_string()];
    json_of("web_token.py", words.map(str::to_owned))
}

/// A server that knows the issuer and trusts its tokens for `repo:me` with the role `ci/build`.
pub fn story(key: &Value) -> Option<Story> {
    let provider =
        json!({"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.example.test")});
    let mut trust = trust_of("sts:AssumeRoleWithWebIdentity", &provider);
    trust["Statement"][0]["Condition"] = json!({"StringEquals": {
        "oidc.example.test:sub": "repo:me", "oidc.example.test:aud": "sts.amazonaws.com",
    }});
    let by_build =
        trust_of("sts:AssumeRole", &json!({"AWS": "arn:aws:iam::123456789012:role/ci/build"}));
    let roles = json!({"build": {"trust": trust, "path": "/ci/"}, "next": {"trust": by_build}});
    let story =
        Story::begin(&json!({ACCOUNT: {"oidc": {ISSUER: ["sts.amazonaws.com"]}, "roles": roles}}))?;
    story.moto.tell("/_issuer", &json!({"url": ISSUER, "key": key}));
    Some(story)
}

#[test]
fn a_token_gives_the_role_and_the_role_another() {
    let Some(made) = token("sts.amazonaws.com", 600) else { return };
    let Some(mut story) = story(&made["key"]) else { return };
    let file =
        story.world.write("token", format!("{}\n", made["token"].as_str().unwrap())).unwrap();
    story.world.set("AWS_WEB_IDENTITY_TOKEN_FILE", &file);
    story.world.set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci/build");
    let (ran, session) =
        story.loaded(&Variables::new(), "assume-role --scheme web-identity --session-name ci-7");
    assert_eq!(ran.status, 0, "{ran:?}");
    let arn = "arn:aws:sts::123456789012:assumed-role/build/ci-7";
    assert_eq!(
        (story.arn(&session).as_str(), session["AWS_ACCOUNT_ROLE"].as_str()),
        (arn, "ci/build")
    );
    let via = "assume-role 123456789012 next --via 123456789012:ci/build --scheme web-identity";
    let (ran, session) = story.loaded(&Variables::new(), via);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(story.arn(&session).contains(":assumed-role/next/"));
    // botocore sends the end of the line too.
    story.world.write("token", made["token"].as_str().unwrap()).unwrap();
    let config = format!(
        "[profile pod]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/ci/build\nweb_identity_token_file = {}\n\
         role_session_name = of-pod\nregion = eu-west-1\n[profile next]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/next\nsource_profile = pod\nregion = eu-west-1\n",
        file.display()
    );
    story.world.config(&config).unwrap();
    for variable in ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"] {
        story.world.unset(variable);
    }
    for (profile, role) in [("pod", "build/of-pod"), ("next", "next/")] {
        let (ran, session) = story.loaded(&Variables::new(), &format!("assume-role {profile}"));
        assert_eq!(ran.status, 0, "{ran:?}");
        let theirs =
            story.aws(&Variables::new(), &format!("sts get-caller-identity --profile {profile}"));
        for identity in [&story.arn(&session), &theirs.stdout] {
            assert!(
                identity.contains(&format!(":assumed-role/{role}")),
                "{profile}: {identity} {theirs:?}"
            );
        }
    }
}

#[test]
fn tokens_that_moto_refuses() {
    let Some(made) = token("sts.amazonaws.com", 600) else { return };
    let Some(story) = story(&made["key"]) else { return };
    for (token, words) in
        [(token("sts.amazonaws.com", 600), "InvalidIdentityToken"), (Some(made.clone()), "")]
    {
        story.world.write("token", token.unwrap()["token"].as_str().unwrap()).unwrap();
        let line = "assume-role 123456789012 ci/build --web-identity-token-file ~/token --refresh";
        let (ran, _) = story.loaded(&Variables::new(), line);
        assert!(
            ran.status == if words.is_empty() { 0 } else { 4 } && ran.stderr.contains(words),
            "{ran:?}"
        );
    }
    for (audience, seconds, words) in
        [("other", 600, "Incorrect token audience"), ("sts.amazonaws.com", -1, "expired")]
    {
        let made = token(audience, seconds).unwrap();
        story.moto.tell("/_issuer", &json!({"url": ISSUER, "key": made["key"]}));
        story.world.write("token", made["token"].as_str().unwrap()).unwrap();
        let line = "assume-role 123456789012 ci/build --web-identity-token-file ~/token --refresh";
        let (ran, _) = story.loaded(&Variables::new(), line);
        assert!(ran.status == 4 && ran.stderr.contains(words), "{ran:?}");
    }
}
