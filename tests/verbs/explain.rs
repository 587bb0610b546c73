//! `explain`, through the binary: golden files of what it says, and proof that it asks no one and
//! changes nothing.

use std::fs;

use super::assert_offline;
use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::one_shell::OneShell;
use crate::scenes::{PRODUCTION, Scene, bastion_at_home, binary, with_user};
use crate::support::golden::assert_golden;
use crate::support::process::Ran;
use crate::support::world::World;

const ACCOUNTS: &str = r#"{
    "production": "123456789012",
    "guarded": {
        "id": "222222222222", "roles": ["read", "admin"], "default_role": "read", "base": "work",
        "region": "eu-central-1", "duration": "4h", "external_id": "none", "session_name": "alice",
        "source_identity": "alice@example.com", "tags": {"team": "ops"}, "mfa_serial": "GAHT12345678",
        "protected": true
    },
    "looked-at": {"id": "333333333333", "read_only": true, "external_id": "abc-123"},
    "gov": {"id": "444444444444", "partition": "aws-us-gov"}
}
"#;

const CONFIG: &str = "\
[default]
region = eu-west-1

[profile middle]
role_arn = arn:aws:iam::123456789012:role/jump
source_profile = work
mfa_serial = arn:aws:iam::999999999999:mfa/alice

[profile deploy]
role_arn = arn:aws:iam::222222222222:role/ops/deploy
source_profile = middle
duration_seconds = 7200
external_id = from-the-profile
role_session_name = deployer
region = eu-west-3

[profile printed]
credential_process = touch ran --token s3cr3t

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1

[profile signed-on]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = ReadOnly
";

const CREDENTIALS: &str = "\
[default]
aws_access_key_id = AKIADEFAULT123456789
aws_secret_access_key = s3cr3t

[work]
aws_access_key_id = AKIAWORK123456789012
aws_secret_access_key = s3cr3t
";

fn world() -> World {
    let mut world = World::new(binary()).unwrap();
    world.set("TZ", "UTC");
    world.accounts(ACCOUNTS).unwrap();
    world.config(CONFIG).unwrap();
    world.credentials(CREDENTIALS).unwrap();
    world
}

/// What was said, with the places of this run under other names.
fn said(world: &World, ran: &Ran) -> String {
    let text =
        format!("{}{}{}", ran.stdout, ran.stderr, if ran.status == 0 { "" } else { "status " });
    let text = if ran.status == 0 { text } else { format!("{text}{}\n", ran.status) };
    assert!(!text.contains("s3cr3t"), "{text}");
    text.replace(&world.home().display().to_string(), "HOME")
}

/// Runs `explain`, holds it against its golden file, and looks that nothing was written.
#[track_caller]
fn check(world: &World, name: &str, words: &str) {
    let before = world.snapshot().unwrap();
    let ran = world.run(["explain"].into_iter().chain(words.split_whitespace())).unwrap();
    assert_golden(
        &format!("explain/{name}.txt"),
        &format!("$ assume-role explain {words}\n{}", said(world, &ran)),
    );
    assert_eq!(world.snapshot().unwrap(), before, "{name}");
}

#[test]
fn roles_of_accounts() {
    let world = world();
    for (name, words) in [
        ("account", "production read"),
        ("words", "production ops/read 123456 us-east-1 --session-name me --external-id none"),
        ("entry", "guarded"),
        (
            "entry-and-options",
            "guarded admin --yes --tag team=dev --duration 1h --region eu-west-2",
        ),
        ("read-only", "looked-at read"),
        ("id", "555555555555 read --base work --mfa-serial GAHT87654321"),
        ("arn", "arn:aws-us-gov:iam::444444444444:role/ops/read us-gov-west-1"),
        ("via", "production admin --via middle --duration 2h"),
        ("unknown", "prodution read"),
    ] {
        check(&world, name, words);
    }
}

#[test]
fn profiles_of_every_kind() {
    let world = world();
    for (name, words) in [
        ("chain", "deploy"),
        ("chain-and-options", "--profile deploy --external-id other --duration 1h us-east-1"),
        ("keys", "--profile work"),
        ("process", "printed"),
        ("single-sign-on", "signed-on"),
    ] {
        check(&world, name, words);
    }
    assert!(!world.home().join("ran").exists(), "the program of a profile was run");
}

#[test]
fn the_environment_decides_too() {
    let mut world = world();
    for (name, value) in [
        ("AWS_PROFILE", "work"),
        ("AWS_PROFILE_ASSUME_ROLE", "env"),
        ("AWS_ACCESS_KEY_ID", "ASIATEMPORARY1234567"),
        ("AWS_SECRET_ACCESS_KEY", "s3cr3t"),
        ("AWS_SESSION_TOKEN", "s3cr3t"),
        ("AWS_REGION", "ap-south-1"),
        ("AWS_ROLE_SESSION_TIMEOUT", "7200"),
        ("AWS_USERNAME", "alice b"),
        ("AWS_ENDPOINT_URL_STS", "https://sts.example.com"),
        ("AWS_CA_BUNDLE", "/etc/corp.pem"),
        ("ASSUME_ROLE_STORE", "none"),
    ] {
        world.set(name, value);
    }
    check(&world, "environment", "production read");
    world.set("AWS_ENDPOINT_URL_STS", "http://sts.example.com");
    check(&world, "endpoint-refused", "production read");
}

#[test]
fn identity_providers() {
    let mut world = world();
    for (name, value) in [
        ("AWS_ASSUME_ROLE_AUTH_SCHEME", "saml"),
        ("SAML_IDP_ASSERTION_URL", "https://idp.example.com/saml"),
        ("SAML_IDP_NAME", "corp"),
        (
            "SAML_IDP_REQUEST_BODY_TEMPLATE",
            r#"{"user": "$saml_user", "password": "$saml_password"}"#,
        ),
    ] {
        world.set(name, value);
    }
    check(&world, "saml", "production read");
    world.write(".saml/credentials", "username = alice\npassword_command = touch ran\n").unwrap();
    check(&world, "saml-known", "production read");
    assert!(!world.home().join("ran").exists(), "the command of the password was run");
    world.set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci");
    world.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token");
    check(&world, "web-identity", "--scheme web-identity");
}

/// What the same home says before, between and after switches.
fn stored(scene: &Scene, name: &str, words: &str) {
    let before = scene.world.snapshot().unwrap();
    let (calls, ran) = (
        scene.sts.requests().len(),
        scene.world.run(["explain"].into_iter().chain(words.split(' '))),
    );
    let mut text = said(&scene.world, &ran.unwrap()).replace(&scene.sts.url(), "STS-URL");
    // A second may have gone by, or not.
    for (now, later) in
        [(&*scene.key.short(), "…KEYS"), ("1h left", "59m left"), ("12h more", "11h59m more")]
    {
        text = text.replace(now, later);
    }
    assert_golden(
        &format!("explain/{name}.txt"),
        &format!("$ assume-role explain {words}\n{text}"),
    );
    assert_eq!(
        (scene.sts.requests().len(), scene.world.snapshot().unwrap()),
        (calls, before),
        "{name}"
    );
}

impl crate::fake_aws::sts::AccessKey {
    fn short(&self) -> String {
        format!("…{}", &self.id[self.id.len() - 4..])
    }
}

#[test]
fn the_store_answers() {
    let scene = bastion_at_home();
    OneShell::new(&scene).succeeds(&["production", "read", &scene.code()]);
    stored(&scene, "stored", "production read");
    stored(&scene, "stored-base", "production admin");
    stored(&scene, "stored-but-longer", "production admin --duration 4h");
    stored(&scene, "stored-but-refreshed", "production read --refresh");
}

#[test]
fn what_an_earlier_answer_of_aws_showed_is_known() {
    let scene = with_user(User::new(crate::scenes::BASTION, "alice"));
    scene.sts.add_role(
        Role::new(PRODUCTION, "short")
            .max_session(7200)
            .trusts(Trust::account(crate::scenes::BASTION)),
    );
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "duration": "8h"}}}}"#))
        .unwrap();
    OneShell::new(&scene).succeeds(&["production", "short"]);
    OneShell::new(&scene).succeeds(&["production", "short"]);
    stored(&scene, "shorter", "production short --refresh");
}

#[test]
fn a_damaged_store_is_left_as_it_is() {
    let scene = bastion_at_home();
    OneShell::new(&scene).succeeds(&["production", "read", &scene.code()]);
    let store = scene.world.home().join(".local/state/assume-role");
    for entry in fs::read_dir(&store).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("role-") {
            fs::write(path, "half").unwrap();
        }
    }
    let before = scene.world.snapshot().unwrap();
    let ran = scene.world.run(["explain", "production", "read"]).unwrap();
    assert!(ran.status == 0 && ran.stderr.contains("is damaged"), "{ran:?}");
    assert_eq!(scene.world.snapshot().unwrap(), before);
}

#[test]
fn it_opens_no_socket_and_runs_nothing() {
    let world = world();
    let known = [
        ".aws/accounts",
        ".aws/config",
        ".aws/credentials",
        ".aws/sso/cache/",
        ".config/assume-role/config.toml",
        ".local/state/assume-role",
    ];
    for words in [&["production", "read"][..], &["deploy"], &["signed-on"], &["printed"]] {
        assert_offline(&world, &[&["explain"], words].concat(), &known);
    }
}
