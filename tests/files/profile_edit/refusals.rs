//! What `profile` does not do, and what it says instead.

use std::os::unix::fs::PermissionsExt;

use super::{mark, profile, refused, text};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion};

#[test]
fn profiles_of_others_are_left_alone() {
    let scene = bastion();
    let config = "[profile prod]\nrole_arn = arn:aws:iam::111111111111:role/x\nsource_profile = default\noutput = json\n";
    scene.world.config(config).unwrap();
    let said = refused(&scene, 8, &["add", "prod", "production", "read"]);
    assert!(
        said.contains("profile 'prod' in ~/.aws/config:1 was not written by this program"),
        "{said}"
    );
    assert!(
        said.contains("--force overwrites it; what is lost: role_arn, source_profile"),
        "{said}"
    );
    let said = refused(&scene, 8, &["remove", "prod"]);
    assert!(said.contains("--force takes it away"), "{said}");
    profile(&scene.world, &["add", "prod", "production", "read", "--force", "--assume"]);
    let now = text(&scene.world, ".aws/config");
    assert!(
        now.starts_with(&format!("[profile prod]\n{}", mark("prod")))
            && now.ends_with("output = json\n"),
        "{now}"
    );
    assert_eq!(text(&scene.world, ".aws/config.assume-role-backup"), config);
}

#[test]
fn long_lived_keys_are_named_before_they_are_lost() {
    let scene = bastion();
    let both =
        "[keys]\naws_access_key_id = AKIA1234567890123456\naws_secret_access_key = long-lived\n";
    let default = text(&scene.world, ".aws/credentials");
    scene.world.credentials(&format!("{default}{both}")).unwrap();
    let said = refused(&scene, 8, &["add", "keys", "production", "read", "--static"]);
    assert!(
        said.contains("it holds a long-lived key (…3456)") && !said.contains("long-lived\n"),
        "{said}"
    );
    // In the other file they would win over the new profile, with --force or without.
    for more in [&[][..], &["--force"]] {
        let said = refused(&scene, 8, &[&["add", "keys", "production", "read"][..], more].concat());
        assert!(said.contains("already says who it is in ~/.aws/credentials:4"), "{said}");
        assert!(said.contains("assume-role profile remove 'keys' --force"), "{said}");
    }
    let dry = profile(&scene.world, &["remove", "keys", "--force", "--dry-run"]);
    assert!(
        dry.stdout.contains("-aws_secret_access_key = ***") && !dry.stdout.contains("long-lived"),
        "{dry:?}"
    );
    profile(&scene.world, &["remove", "keys", "--force"]);
    assert_eq!(text(&scene.world, ".aws/credentials"), default);
    assert_eq!(
        text(&scene.world, ".aws/credentials.assume-role-backup"),
        format!("{default}{both}")
    );
}

#[test]
fn keys_beside_a_role_of_others_are_refused() {
    let scene = bastion();
    scene
        .world
        .config("[profile prod]\nrole_arn = arn:aws:iam::111111111111:role/x\nsource_profile = default\n")
        .unwrap();
    let said = refused(&scene, 8, &["add", "prod", "production", "read", "--static"]);
    assert!(said.contains("already says who it is in ~/.aws/config:1"), "{said}");
    assert_eq!(scene.sts.connections(), 0, "no code is spent on it");
    // Settings that say nothing about who it is may stay.
    scene.world.config("[profile prod]\noutput = json\n").unwrap();
    scene.switch_with_code(&["production", "read"]);
    profile(&scene.world, &["add", "prod", "production", "read", "--static"]);
    profile(&scene.world, &["remove", "prod"]);
    assert_eq!(text(&scene.world, ".aws/config"), "[profile prod]\noutput = json\n");
}

#[test]
fn names_and_targets() {
    let scene = bastion();
    scene.world.config("[profile twice]\n[profile twice]\n").unwrap();
    for (status, words, said) in [
        (8, &["add", "default", "production", "read"][..], "'default' is not changed"),
        (8, &["remove", "default", "--force"], "'default' is not changed"),
        (3, &["add", "a$b", "production", "read"], "profile name 'a$b' is not allowed"),
        (3, &["add", "a]b", "production", "read"], "'a]b' cannot be the name of a profile"),
        (3, &["add", "twice", "production", "read", "--force"], "in line 1 and in line 2"),
        (3, &["add", "x", "prodution", "read"], "did you mean production?"),
        (3, &["remove", "twise"], "did you mean twice?"),
        (
            2,
            &["add", "x", "production", "read", "--assume", "--tag", "a=b"],
            "has tags, which a profile cannot express",
        ),
        (2, &["add", "x", "production", "read", "--assume", "--static"], "exclude each other"),
        (2, &["add", "x", "--profile", "default", "--assume"], "has no role"),
    ] {
        let told = refused(&scene, status, words);
        assert!(told.contains(said), "{words:?}: {told}");
    }
}

#[test]
fn a_protected_account_is_opened_on_purpose_only() {
    let scene = bastion();
    let accounts = format!(
        r#"{{"production": {{"id": "{PRODUCTION}", "protected": true}}, "b": "{BASTION}"}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    for form in [&[][..], &["--assume"], &["--static"]] {
        let said = refused(&scene, 8, &[&["add", "prod", "production", "read"][..], form].concat());
        assert!(said.contains("production is protected") && said.contains("--yes"), "{said}");
    }
    profile(&scene.world, &["add", "prod", "production", "read", "--yes"]);
}

#[test]
fn a_read_only_account_keeps_its_policy() {
    let scene = bastion();
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "read_only": true}}}}"#))
        .unwrap();
    let said = refused(&scene, 2, &["add", "prod", "production", "read", "--assume"]);
    assert!(said.contains("has a session policy"), "{said}");
    profile(&scene.world, &["add", "prod", "production", "read"]);
}

#[test]
fn a_file_that_others_cannot_read_is_not_edited() {
    let scene = bastion();
    scene.world.write(".aws/config", b"[profile a]\nx = \xff\n").unwrap();
    let said = refused(&scene, 3, &["add", "prod", "production", "read"]);
    assert!(said.contains("~/.aws/config:2: this line is not UTF-8"), "{said}");
}

#[test]
fn a_file_that_takes_nothing_stops_the_edit_of_the_other_and_saves_the_code() {
    let only_read = |scene: &Scene, file: &str, mode: u32| {
        let path = scene.world.home().join(".aws").join(file);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let scene = bastion();
    scene.world.config("[default]\n").unwrap();
    let code = scene.code();
    profile(&scene.world, &["add", "q", "production", "read", "--static", "--mfa-code", &code]);
    only_read(&scene, "credentials", 0o400);
    for words in [&["add", "q", "production", "read"][..], &["remove", "q"]] {
        let said = refused(&scene, 9, words);
        assert!(said.contains("~/.aws/credentials is read-only"), "{said}");
    }
    only_read(&scene, "credentials", 0o600);
    profile(&scene.world, &["add", "q", "production", "read"]);
    only_read(&scene, "config", 0o400);
    let asked = scene.sts.connections();
    let said = refused(&scene, 9, &["add", "q", "production", "admin", "--static"]);
    assert!(said.contains("~/.aws/config is read-only"), "{said}");
    assert_eq!(scene.sts.connections(), asked, "before AWS is asked");
}
