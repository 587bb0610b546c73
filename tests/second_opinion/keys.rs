//! `keys rotate` against moto's IAM, and the AWS CLI says what has become of the keys.

use serde_json::{Value, json};

use super::Story;
use crate::support::process::{self, Ran};

const ACCOUNT: &str = "999999999999";

impl Story {
    fn rotate(&self, words: &[&str]) -> Ran {
        self.world.run([&["keys", "rotate", "default"], words].concat()).unwrap()
    }

    /// The id of the profile's key, and whether each key of the user is active, as AWS's own tool
    /// lists them with that key.
    fn listed(&self) -> (String, Vec<(String, bool)>) {
        let mut command = self.world.command_of(self.world.bin().join("aws"));
        command.args(["iam", "list-access-keys", "--user-name", "alice", "--region", "us-east-1"]);
        let ran = process::run(command, b"").unwrap();
        assert_eq!(ran.status, 0, "{ran:?}");
        let listed: Value = serde_json::from_str(&ran.stdout).unwrap();
        let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
        let keys = listed["AccessKeyMetadata"].as_array().unwrap().iter();
        let keys = keys.map(|key| (text(key, "AccessKeyId"), text(key, "Status") == "Active"));
        let file = std::fs::read_to_string(self.world.home().join(".aws/credentials")).unwrap();
        let id = file.lines().find_map(|line| line.strip_prefix("aws_access_key_id = ")).unwrap();
        (id.to_owned(), keys.collect())
    }
}

#[test]
fn a_key_is_changed_and_the_limit_of_two_is_kept() {
    // As a refusal prints it; moto fills in no names.
    let actions = [
        "ListAccessKeys", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey",
        "GetAccessKeyLastUsed",
    ];
    let actions = actions.map(|action| format!("iam:{action}"));
    let resource = "arn:aws:iam::*:user/alice";
    let allowed = json!({"Effect": "Allow", "Resource": resource, "Action": actions});
    let users = json!({"alice": {"mfa": true, "policy": {"Statement": [allowed]}}});
    let Some(story) = Story::begin(&json!({ACCOUNT: {"users": users}})) else { return };
    let alice = story.users[ACCOUNT]["alice"].clone();
    story.keys("default", &alice);
    let old = alice["id"].as_str().unwrap().to_owned();
    let code = story.moto.code(&alice, 0);
    for (words, keys) in [
        (&["--mfa-code", &code][..], 2),
        (&["--undo"], 2),
        (&["--undo"], 2),
        (&[], 2),
        (&["--delete"], 1),
    ] {
        let ran = story.rotate(words);
        assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
        let (used, listed) = story.listed();
        assert_eq!(listed.len(), keys, "{words:?}: {listed:?}");
        let active: Vec<_> = listed.iter().filter(|(_, active)| *active).collect();
        assert_eq!(active, [&(used.clone(), true)], "{words:?}: {listed:?}");
    }
    assert!(!story.listed().1.iter().any(|(id, _)| *id == old));
    // The first was made with the user.
    let hits = story.moto.hits();
    assert_eq!((&hits["CreateAccessKey"], &hits["GetSessionToken"]), (&json!(1 + 3), &json!(1)));
    // One more than the user may have.
    let mut command = story.world.command_of(story.world.bin().join("aws"));
    command.args(["iam", "create-access-key", "--user-name", "alice", "--region", "us-east-1"]);
    assert_eq!(process::run(command, b"").unwrap().status, 0);
    let ran = story.rotate(&[]);
    assert_eq!(ran.status, 8, "{ran:?}");
    assert_eq!(story.moto.hits()["CreateAccessKey"], json!(1 + 3 + 1));
}
