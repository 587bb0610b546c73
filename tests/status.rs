//! `status`, through the binary: what it says of a shell with a role, without one, and with keys that are not ours.

use serde_json::Value;

use crate::scenes::binary;
use crate::support::world::World;

/// The end of the year 2100: a role that is there for the whole test.
const FAR: &str = "4133894400";

fn world(variables: &[(&str, &str)]) -> World {
    let mut world = World::new(binary()).unwrap();
    for (name, value) in variables {
        world.set(name, *value);
    }
    world
}

const OURS: [(&str, &str); 9] = [
    ("ASSUME_ROLE_KEY_ID", "ASIAEXAMPLE"),
    ("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "s3cr3tcanary"),
    ("AWS_ACCOUNT_ID", "333333333333"),
    ("AWS_ACCOUNT_NAME", "production"),
    ("AWS_ACCOUNT_ROLE", "ops/read"),
    ("ASSUME_ROLE_EXPIRES", FAR),
    ("AWS_REGION", "eu-west-1"),
    ("ASSUME_ROLE_REGION", "eu-west-1"),
];

#[test]
fn a_role_is_told_with_its_end_and_no_secret() {
    let ran = world(&OURS).run(["status"]).unwrap();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    for part in ["production:ops/read ", "333333333333", "2100-12-31T", "eu-west-1  (chosen by the switch)"] {
        assert!(ran.stdout.contains(part), "{part}: {ran:?}");
    }
    assert!(!ran.stdout.contains("s3cr3tcanary"), "{ran:?}");
}

#[test]
fn json_has_the_same_facts() {
    let ran = world(&OURS).run(["status", "--json"]).unwrap();
    let status: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&status["state"], &status["account"]), (&Value::from("calm"), &Value::from("production")));
    assert_eq!(status["expires"], "2100-12-31T00:00:00Z");
}

#[test]
fn the_segment_alone_is_what_a_prompt_shows() {
    let ran = world(&OURS).run(["status", "--prompt"]).unwrap();
    assert!(ran.stdout.starts_with("production:ops/read ") && ran.stdout.lines().count() == 1, "{ran:?}");
    assert_eq!(world(&[]).run(["status", "--prompt"]).unwrap().stdout, "");
}

#[test]
fn no_role_and_foreign_keys_are_told_apart() {
    let none = world(&[]).run(["status"]).unwrap();
    assert_eq!(none.stdout, "This shell holds no role.\n");
    let mut changed = world(&OURS);
    changed.set("AWS_ACCESS_KEY_ID", "ASIAOTHER");
    let ran = changed.run(["status"]).unwrap();
    assert!(ran.stdout.starts_with("The keys were changed since the switch to production:ops/read."), "{ran:?}");
    assert!(!ran.stdout.contains("333333333333"), "the account is no longer known to be right: {ran:?}");
    let mut profile = world(&OURS);
    profile.set("AWS_PROFILE", "other");
    assert!(profile.run(["status"]).unwrap().stdout.starts_with("AWS_PROFILE is set beside"), "a profile");
}

#[test]
fn what_stands_in_a_variable_is_only_shown() {
    let mut hostile = world(&OURS);
    hostile.set("AWS_ACCOUNT_NAME", "a\u{1b}]52;c;cm0=\u{7}");
    hostile.set("ASSUME_ROLE_EXPIRES", "a[$(touch pwned)]");
    let ran = hostile.run(["status"]).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains("ends"), "{ran:?}");
}
