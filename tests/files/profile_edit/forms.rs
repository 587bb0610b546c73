//! The three forms, as they stand in the files.

use serde_json::Value;

use super::{mark, process_section, profile, refused, text};
use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{DEVICE, PRODUCTION, bastion, with_user};

const CONFIG: &str = "# mine\n[default]\nregion = us-east-1   \n\n[profile other]\nrole_arn = x\n";

#[test]
fn the_default_form_asks_this_program() {
    let scene = bastion();
    scene.world.config(CONFIG).unwrap();
    profile(&scene.world, &["add", "prod", "production", "read", "eu-west-1", "--duration", "4h"]);
    let section = process_section(
        &scene.world,
        "prod",
        "--region=eu-west-1 --duration=4h -- production read",
    );
    assert_eq!(
        text(&scene.world, ".aws/config"),
        format!("{CONFIG}\n{section}region = eu-west-1\n")
    );
    assert_eq!(scene.sts.connections(), 0);
    profile(&scene.world, &["remove", "prod"]);
    assert_eq!(text(&scene.world, ".aws/config"), CONFIG);
}

#[test]
fn a_target_that_is_a_profile_or_an_arn() {
    let scene = bastion();
    scene
        .world
        .config("[profile chain]\nrole_arn = arn:aws:iam::1234567890\n[profile keys]\nregion = eu-west-1\n")
        .unwrap();
    let arn = format!("arn:aws:iam::{PRODUCTION}:role/ops/deploy");
    profile(&scene.world, &["add", "by-arn", &arn]);
    assert!(text(&scene.world, ".aws/config").contains(&process_section(
        &scene.world,
        "by-arn",
        &format!("-- {arn}")
    )));
    scene
        .world
        .config(&format!("[profile chain]\nrole_arn = {arn}\nsource_profile = default\n"))
        .unwrap();
    profile(&scene.world, &["add", "by-profile", "chain"]);
    let section = process_section(&scene.world, "by-profile", "--profile=chain");
    assert!(
        text(&scene.world, ".aws/config").ends_with(&section),
        "{}",
        text(&scene.world, ".aws/config")
    );
    let said = refused(&scene, 2, &["add", "chain", "--profile", "chain", "--force"]);
    assert!(said.contains("cannot lead to itself"), "{said}");
}

#[test]
fn files_are_named_from_the_root() {
    let scene = bastion();
    scene.world.write("a policy.json", r#"{"Statement": []}"#).unwrap();
    profile(&scene.world, &["add", "narrow", "production", "read", "--policy", "a policy.json"]);
    let path = scene.world.home().join("a policy.json");
    assert!(
        text(&scene.world, ".aws/config")
            .contains(&format!("'--policy={}' -- production", path.display()))
    );
}

#[test]
fn the_form_for_tools_that_assume_the_role_themselves() {
    let scene = bastion();
    scene.world.config("").unwrap();
    profile(
        &scene.world,
        &["add", "prod", "production", "ops/deploy", "--assume", "--mfa-serial", DEVICE],
    );
    let role = format!("role_arn = arn:aws:iam::{PRODUCTION}:role/ops/deploy\n");
    assert_eq!(
        text(&scene.world, ".aws/config"),
        format!(
            "[profile prod]\n{}{role}source_profile = default\nmfa_serial = {DEVICE}\nexternal_id = {PRODUCTION}\n",
            mark("prod")
        )
    );
    let more = [
        "--duration", "2h", "--session-name", "me", "--external-id", "none", "--base", "env",
        "--region", "eu-west-1",
    ];
    let mut world = scene.world;
    world.set("AWS_ACCESS_KEY_ID", scene.key.id);
    world.set("AWS_SECRET_ACCESS_KEY", scene.key.secret);
    profile(
        &world,
        &[&["add", "prod", "production", "ops/deploy", "--assume"][..], &more].concat(),
    );
    assert_eq!(
        text(&world, ".aws/config"),
        format!(
            "[profile prod]\n{}{role}credential_source = Environment\nduration_seconds = 7200\nrole_session_name = me\nregion = eu-west-1\n",
            mark("prod")
        )
    );
}

#[test]
fn a_remembered_device_goes_into_the_profile() {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    profile(&scene.world, &["add", "prod", "production", "read", "--assume"]);
    assert!(text(&scene.world, ".aws/config").contains(&format!("mfa_serial = {DEVICE}\n")));
}

#[test]
fn a_role_behind_a_profile_has_it_as_its_source() {
    let scene = bastion();
    let arn = |name: &str| format!("arn:aws:iam::{PRODUCTION}:role/{name}");
    let hop = format!("[profile hop]\nrole_arn = {}\nsource_profile = default\n", arn("read"));
    scene.world.config(&hop).unwrap();
    profile(
        &scene.world,
        &["add", "far", "production", "admin", "--via", "hop", "--assume", "--external-id", "none"],
    );
    let section = format!(
        "[profile far]\n{}role_arn = {}\nsource_profile = hop\n",
        mark("far"),
        arn("admin")
    );
    assert_eq!(text(&scene.world, ".aws/config"), format!("{hop}\n{section}"));
    let said = refused(
        &scene,
        2,
        &["add", "x", "production", "admin", "--via", "production:read", "--assume"],
    );
    assert!(said.contains("production:read is no profile"), "{said}");
}

#[test]
fn keys_that_end() {
    let scene = with_user(User::new(PRODUCTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(PRODUCTION)));
    let before = text(&scene.world, ".aws/credentials");
    let ran = profile(
        &scene.world,
        &["add", "prod", "production", "read", "--static", "--region", "eu-west-1"],
    );
    assert!(
        ran.stderr.contains("profile prod holds the keys of production:read for 1h"),
        "{ran:?}"
    );
    let issued = scene.sts.issued().pop().unwrap();
    let written = text(&scene.world, ".aws/credentials");
    let keys = format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n\
         aws_account_id = {PRODUCTION}\n",
        issued.key_id, issued.secret, issued.token
    );
    assert!(written.starts_with(&format!(
        "{before}\n[prod]\n{}{keys}x_security_token_expires = 20",
        mark("prod")
    )));
    assert!(written.ends_with("Z\nregion = eu-west-1\n"), "{written}");
    let backup = scene.world.home().join(".aws/credentials.assume-role-backup");
    assert_eq!(std::fs::read_to_string(&backup).unwrap(), before);
    // Again: new keys in the same place, and the backup is still what was there before any of ours.
    profile(&scene.world, &["add", "prod", "production", "read", "--static", "--refresh"]);
    let again = text(&scene.world, ".aws/credentials");
    assert!(
        again.contains(&scene.sts.issued().pop().unwrap().key_id)
            && !again.contains(&issued.key_id)
    );
    assert_eq!(std::fs::read_to_string(&backup).unwrap(), before);
    profile(&scene.world, &["remove", "prod"]);
    assert_eq!(text(&scene.world, ".aws/credentials"), before);
    assert!(!scene.world.home().join(".aws/config").exists());
}

#[test]
fn another_form_takes_the_place_of_the_first() {
    let scene = with_user(User::new(PRODUCTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(PRODUCTION)));
    let before = text(&scene.world, ".aws/credentials");
    profile(&scene.world, &["add", "prod", "production", "read", "--static"]);
    profile(&scene.world, &["add", "prod", "production", "read"]);
    assert_eq!(text(&scene.world, ".aws/credentials"), before, "never both kinds");
    assert!(text(&scene.world, ".aws/config").contains("credential_process"));
    profile(&scene.world, &["add", "prod", "production", "read", "--assume"]);
    let config = text(&scene.world, ".aws/config");
    assert!(config.contains("role_arn") && !config.contains("credential_process"), "{config}");
    profile(&scene.world, &["add", "prod", "production", "read", "--static"]);
    assert_eq!(text(&scene.world, ".aws/config"), "");
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    let scene = bastion();
    scene.world.config(CONFIG).unwrap();
    let before = scene.world.snapshot().unwrap();
    let ran =
        profile(&scene.world, &["add", "prod", "production", "read", "--assume", "--dry-run"]);
    let expected = format!(
        "--- ~/.aws/config\n+++ ~/.aws/config\n@@ -6,0 +7,6 @@\n+\n+[profile prod]\n+{}+role_arn = arn:aws:iam::{PRODUCTION}:role/read\n\
         +source_profile = default\n+external_id = {PRODUCTION}\n+region = us-east-1\n",
        mark("prod")
    );
    assert_eq!(ran.stdout, expected.replace("+7,6", "+7,7"));
    let ran =
        profile(&scene.world, &["add", "prod", "production", "read", "--static", "--dry-run"]);
    assert!(
        ran.stdout.contains("+aws_secret_access_key = ***\n+aws_session_token = ***\n"),
        "{ran:?}"
    );
    assert_eq!((before, 0), (scene.world.snapshot().unwrap(), scene.sts.connections()));
}

#[test]
fn the_list() {
    let scene = bastion();
    let arn = format!("arn:aws:iam::{PRODUCTION}:role/ops/deploy");
    let others = format!(
        "[profile chain]\nrole_arn = {arn}\nsource_profile = default\n[profile sso]\nsso_account_id = {PRODUCTION}\nsso_role_name = Read\n\
         [profile theirs]\ncredential_process = show --password x\n"
    );
    scene.world.config(&others).unwrap();
    profile(&scene.world, &["add", "prod", "production", "read", "eu-west-1"]);
    let ran = profile(&scene.world, &["list"]);
    let tail = &scene.key.id[scene.key.id.len() - 4..];
    let expected = format!(
        "PROFILE  LEADS TO                 HOW      REGION     BY  PLACE\n\
         chain    123456789012:ops/deploy  role                    ~/.aws/config:1\n\
         sso      123456789012:Read        sso                     ~/.aws/config:4\n\
         theirs                            process                 ~/.aws/config:7\n\
         prod     production read          process  eu-west-1  us  ~/.aws/config:10\n\
         default  key …{tail}                keys                    ~/.aws/credentials:1\n"
    );
    assert_eq!(ran.stdout, expected);
    let json: Value =
        serde_json::from_str(&profile(&scene.world, &["list", "--json"]).stdout).unwrap();
    let prod = &json["profiles"][3];
    assert_eq!(
        (&prod["profile"], &prod["ours"], &prod["how"]),
        (&"prod".into(), &true.into(), &"process".into())
    );
    assert!(!json.to_string().contains("--password"), "{json}");
}
