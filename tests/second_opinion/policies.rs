//! The policies that docs/iam.md recommends, held to AWS's rules as they stand in the page.

use serde_json::{Value, json};

use super::moto::json_of;
use super::{Story, Variables};
use crate::docs::blocks;
use crate::sources::saml::now;

const USERS: &str = "111111111111";
const PRODUCTION: &str = "333333333333";

/// The policy of the page with this name; the server knows no policy variables.
fn policy(name: &str) -> Value {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/iam.md"));
    let wanted = format!("policy: {name}");
    let blocks = blocks::of(&page.unwrap());
    let block = blocks.iter().find(|block| block.remark.as_ref() == Some(&wanted)).unwrap();
    let text = block.lines.join("\n").replace("${aws:username}", "alice");
    serde_json::from_str(&text).unwrap()
}

/// Members of the group have `read` with a code and nothing else; without MFA no user has it.
#[test]
fn the_policies_for_users_in_one_account_allow_what_the_page_says() {
    let trust = policy("trust");
    let Some(story) = Story::begin(&json!({
        USERS: {
            "groups": {"readers": policy("group")},
            "users": {
                "alice": {"mfa": true, "groups": ["readers"]},
                "bob": {"groups": ["readers"]},
                "carol": {"mfa": true},
            },
        },
        PRODUCTION: {"roles": {"read": {"trust": trust}, "admin": {"trust": trust}}},
    })) else {
        return;
    };
    let users = &story.users[USERS];
    let none = Variables::new();

    story.keys("default", &users["alice"]);
    let read = format!("assume-role {PRODUCTION} read");
    let first = format!("{read} {}", story.moto.code(&users["alice"], 0));
    let (assumed, session) = story.loaded(&none, &first);
    assert_eq!(assumed.status, 0, "{assumed:?}");
    assert_eq!(story.arn(&session), "arn:aws:sts::333333333333:assumed-role/read/alice");
    assert_eq!(story.moto.hits()["ListMFADevices"], 1, "the group may look its device up");
    let (refused, _) = story.loaded(&none, &format!("assume-role {PRODUCTION} admin"));
    assert_eq!(refused.status, 4, "{refused:?}");

    story.world.run(["logout", "--all"]).unwrap();
    story.keys("default", &users["bob"]);
    let (refused, _) = story.loaded(&none, &read);
    assert_eq!(refused.status, 4, "{refused:?}");

    story.keys("default", &users["carol"]);
    let code = story.moto.code(&users["carol"], 0);
    let (refused, _) = story.loaded(&none, &format!("{read} {code}"));
    assert_eq!(refused.status, 4, "{refused:?}");
}

#[test]
fn the_policy_for_saml_allows_the_provider_and_its_audience() {
    let pair =
        format!("arn:aws:iam::{PRODUCTION}:role/read,arn:aws:iam::{PRODUCTION}:saml-provider/idp");
    let Some(made) = json_of("assertion.py", [now().to_string(), pair]) else { return };
    let Some(story) = Story::begin(&json!({PRODUCTION: {
        "saml": {"idp": made["metadata"]},
        "roles": {"read": {"trust": policy("saml")}},
    }})) else {
        return;
    };
    story.world.write("response", made["response"].as_str().unwrap()).unwrap();
    let (assumed, session) =
        story.loaded(&Variables::new(), "assume-role --saml-response ~/response");
    assert_eq!(assumed.status, 0, "{assumed:?}");
    assert!(story.arn(&session).starts_with("arn:aws:sts::333333333333:assumed-role/read/"));
}
