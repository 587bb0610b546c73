//! Keys that go into a file for the AWS CLI: the profile of a login, the role that a further
//! profile takes from it.

use serde_json::json;

use super::saml::{accounts, signed};
use super::{Story, Variables, allow, token, trust};

/// A login's keys become the profile `saml`; a profile that takes a role from it opens once the
/// role trusts that login.
#[test]
fn a_profile_takes_its_role_from_the_profile_of_a_login() {
    let Some(made) = signed(&["PowerUser"], 0) else { return };
    let Some(story) =
        Story::begin(&accounts(made["metadata"].as_str().unwrap(), &[("/", "PowerUser")]))
    else {
        return;
    };
    let role = |trust| {
        json!({"123456789012": {
            "roles": {"encryption-test": {"trust": trust, "policy": allow("s3:*", "*")}},
            "buckets": ["encryption-test1"],
        }})
    };
    story.moto.make(&role(trust(&json!({"Service": "ec2.amazonaws.com"}))));
    story.world.write("samlresponse.log", made["response"].as_str().unwrap()).unwrap();
    story
        .world
        .credentials("[mine]\naws_access_key_id = AKIAMINE\naws_secret_access_key = x\n")
        .unwrap();
    let no_keys = Variables::new();
    let line = "assume-role profile add saml 123456789012 PowerUser --static --saml-response ~/samlresponse.log";
    let (added, _) = story.loaded(&no_keys, line);
    assert_eq!(added.status, 0, "{added:?}");
    let login = "arn:aws:sts::123456789012:assumed-role/PowerUser/luke@example.com";
    let identity = story.aws(&no_keys, "sts get-caller-identity --profile saml");
    assert!(identity.stdout.contains(login), "{identity:?}");

    let config = "[profile encryption-test]\nrole_arn = arn:aws:iam::123456789012:role/encryption-test\n\
                  source_profile = saml\nregion = eu-west-1\n";
    story.world.config(config).unwrap();
    let (denied, _) = story.loaded(&no_keys, "assume-role encryption-test");
    assert_eq!(denied.status, 4, "{denied:?}");
    for name in [login, "role/encryption-test"] {
        assert!(denied.stderr.contains(name), "{denied:?}");
    }
    story.moto.make(&role(trust(&json!({"AWS": login}))));
    let list = "s3api list-objects --bucket encryption-test1";
    let (assumed, session) =
        story.loaded(&no_keys, &format!("assume-role encryption-test && aws {list}"));
    assert_eq!(assumed.status, 0, "{assumed:?}");
    assert!(story.arn(&session).contains(":assumed-role/encryption-test/"));
    let theirs = story.aws(&no_keys, &format!("{list} --profile encryption-test"));
    assert_eq!(theirs.status, 0, "{theirs:?}");
    let denied = story.aws(&no_keys, &format!("{list} --profile saml"));
    assert!(denied.stderr.contains("AccessDenied"), "{denied:?}");
}

/// Keys that a token gave become a profile, beside those of others.
#[test]
fn the_keys_of_a_token_become_a_profile() {
    let Some(made) = token::token("sts.amazonaws.com", 600) else { return };
    let Some(story) = token::story(&made["key"]) else { return };
    story.world.write("token", made["token"].as_str().unwrap()).unwrap();
    let mine = "[mine]\naws_access_key_id = AKIAMINE\naws_secret_access_key = x\n";
    story.world.credentials(mine).unwrap();
    let line = "assume-role profile add ExampleRoleProfile 123456789012 ci/build --static \
                --session-name ExampleSession --web-identity-token-file ~/token";
    let (added, _) = story.loaded(&Variables::new(), line);
    assert_eq!(added.status, 0, "{added:?}");
    let identity =
        story.aws(&Variables::new(), "sts get-caller-identity --profile ExampleRoleProfile");
    assert!(identity.stdout.contains(":assumed-role/build/ExampleSession"), "{identity:?}");
    let file = std::fs::read_to_string(story.world.home().join(".aws/credentials")).unwrap();
    assert!(file.starts_with(mine), "{file}");
}
