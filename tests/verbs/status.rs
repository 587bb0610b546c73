//! `status`, through the binary: what it says of a shell with a role, without one, and with keys
//! that are not ours.

use serde_json::Value;

use crate::scenes::binary;
use crate::support::world::World;

/// The end of the year 2100: a role that is there for the whole test.
const FAR: &str = "4133894400";

fn world(variables: &[(&str, &str)]) -> World {
    let mut world = World::new(binary()).unwrap();
    world.set("TZ", "UTC");
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
fn a_role_is_shown_with_its_expiry_and_no_secret() {
    let ran = world(&OURS).run(["status"]).unwrap();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    for part in [
        "production:ops/read ",
        "333333333333",
        "2100-12-31 00:00",
        "eu-west-1  (chosen by the switch)",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {ran:?}");
    }
    assert!(!ran.stdout.contains("s3cr3tcanary"), "{ran:?}");
}

#[test]
fn json_has_the_same_facts() {
    let ran = world(&OURS).run(["status", "--json"]).unwrap();
    let status: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&status["state"], &status["account"]),
        (&Value::from("calm"), &Value::from("production"))
    );
    assert_eq!(status["expires"], "2100-12-31T00:00:00Z");
}

#[test]
fn the_segment_alone_is_what_a_prompt_shows() {
    let ran = world(&OURS).run(["status", "--prompt"]).unwrap();
    assert!(
        ran.stdout.starts_with("production:ops/read ") && ran.stdout.lines().count() == 1,
        "{ran:?}"
    );
    assert_eq!(world(&[]).run(["status", "--prompt"]).unwrap().stdout, "");
}

#[test]
fn no_role_and_foreign_keys_are_distinguished() {
    let none = world(&[]).run(["status"]).unwrap();
    assert_eq!(none.stdout, "This shell holds no role.\n");
    let profile = world(&[("AWS_PROFILE", "work")]).run(["status"]).unwrap();
    assert!(profile.stdout.contains("take profile work of ~/.aws (AWS_PROFILE)"), "{profile:?}");
    let mut changed = world(&OURS);
    changed.set("AWS_ACCESS_KEY_ID", "ASIAOTHER");
    let ran = changed.run(["status"]).unwrap();
    assert!(ran.stdout.starts_with("These keys are not those of production:ops/read."), "{ran:?}");
    assert!(
        !ran.stdout.contains("333333333333"),
        "the account is no longer known to be right: {ran:?}"
    );
    let mut profile = world(&OURS);
    profile.set("AWS_PROFILE", "other");
    assert!(
        profile.run(["status"]).unwrap().stdout.contains(", but AWS_PROFILE is set as well: unset"),
        "a profile"
    );
}

#[test]
fn the_value_of_a_variable_is_only_shown() {
    let mut hostile = world(&OURS);
    hostile.set("AWS_ACCOUNT_NAME", "a\u{1b}]52;c;cm0=\u{7}");
    hostile.set("ASSUME_ROLE_EXPIRES", "a[$(touch pwned)]");
    let ran = hostile.run(["status"]).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains("ends"), "{ran:?}");
}

#[test]
fn the_expiry_is_shown_in_local_time() {
    for (zone, wall) in
        [("Europe/Berlin", "2100-12-31 01:00"), ("America/New_York", "2100-12-30 19:00")]
    {
        let mut world = world(&OURS);
        world.set("TZ", zone);
        let ran = world.run(["status"]).unwrap();
        assert!(ran.stdout.contains(wall), "{zone}: {ran:?}");
        let porcelain = world.run(["status", "--porcelain"]).unwrap().stdout;
        assert!(
            porcelain.contains("\nexpires=2100-12-31T00:00:00Z\n"),
            "programs get UTC: {porcelain}"
        );
    }
}

#[test]
fn what_was_asked_for_can_be_typed_again() {
    for (target, line) in [
        (
            "--region=eu-west-1 -- staging%20admin read",
            "assume-role 'staging admin' read --region=eu-west-1\n",
        ),
        ("-- list read", "assume-role -- list read\n"),
        ("--profile=work --", "assume-role --profile=work\n"),
    ] {
        let mut world = world(&OURS);
        world.set("ASSUME_ROLE_TARGET", target);
        let ran = world.run(["status"]).unwrap();
        assert!(ran.stdout.contains(&format!("asked as   {line}")), "{ran:?}");
    }
    let mut broken = world(&OURS);
    broken.set("ASSUME_ROLE_TARGET", "%%% $(touch pwned)");
    assert!(!broken.run(["status"]).unwrap().stdout.contains("asked as"));
}

#[test]
fn who_set_what_and_what_programs_take() {
    let mut world = world(&OURS);
    world.set("AWS_DEFAULT_REGION", "us-east-1");
    world.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/token");
    let ran = world.run(["status"]).unwrap();
    for part in [
        "set by us  AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_ACCOUNT_ID AWS_ACCOUNT_NAME AWS_ACCOUNT_ROLE AWS_REGION\n",
        "changed    AWS_DEFAULT_REGION\n",
        "but AWS_DEFAULT_REGION is us-east-1",
        "take the keys in the environment, not AWS_WEB_IDENTITY_TOKEN_FILE\n",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {ran:?}");
    }
    let json: Value =
        serde_json::from_str(&world.run(["status", "--json"]).unwrap().stdout).unwrap();
    assert_eq!(
        (&json["variables"]["AWS_REGION"], &json["credentials"]),
        (&"ours".into(), &"keys".into())
    );
    assert_eq!(json["credentials_in_vain"], serde_json::json!(["AWS_WEB_IDENTITY_TOKEN_FILE"]));
}

#[test]
fn lines_for_scripts_hold_one_fact_each() {
    let mut world = world(&OURS);
    world.set("AWS_ACCOUNT_NAME", "a=b\nstate=none");
    let ran = world.run(["status", "--porcelain"]).unwrap();
    let lines: Vec<(&str, &str)> =
        ran.stdout.lines().map(|line| line.split_once('=').unwrap()).collect();
    let value = |name: &str| {
        lines.iter().filter(|(key, _)| *key == name).map(|(_, value)| *value).collect::<Vec<_>>()
    };
    assert_eq!(
        (value("state"), value("account")),
        (vec!["calm"], vec!["a=b\\nstate=none"]),
        "{ran:?}"
    );
    assert_eq!(value("variables.AWS_REGION"), ["ours"]);
    assert_eq!(world.run(["status", "--porcelain", "--json"]).unwrap().status, 2);
    let none = World::new(binary()).unwrap().run(["status", "--porcelain"]).unwrap();
    assert_eq!(none.stdout, "state=none\nprompt=\n");
}
