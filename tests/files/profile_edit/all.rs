//! `profile add --all`: a profile for every role of a sign-on, and only what it wrote is taken away.

use super::text;
use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::Role;
use crate::scenes::{PRODUCTION, Scene, bastion};
use crate::sources::boto3::boto3;
use crate::support::process::Ran;

const CONFIG: &str = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n\n\
    # mine\n[profile Test-Admin]\nregion = eu-west-1\n\n[profile own]\nsso_session = corp\n\
    sso_account_id = 123456789012\nsso_role_name = Gone\n";

fn scene() -> (Scene, Sso) {
    let sso = Sso::start().unwrap();
    let mut scene = bastion();
    scene.world.set("AWS_ENDPOINT_URL_SSO", sso.url());
    scene.world.set("AWS_ENDPOINT_URL_SSO_OIDC", sso.url());
    scene.world.config(CONFIG).unwrap();
    scene
        .world
        .accounts(&format!(r#"{{"live": {{"id": "{PRODUCTION}", "region": "eu-west-3"}}}}"#))
        .unwrap();
    let token = r#"{"startUrl": "https://corp.awsapps.com/start", "region": "eu-west-1", "accessToken": "kept", "expiresAt": "2099-01-01T00:00:00Z"}"#;
    let path = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    scene.world.write(path, token).unwrap();
    sso.add_token("kept");
    for (account, name, roles) in [
        (PRODUCTION, "Production", &["Admin", "Read"][..]),
        ("222222222222", "Test", &["Admin"]),
        ("333333333333", "$(touch x)", &["Admin"]),
    ] {
        sso.name_account(account, name);
        for role in roles {
            sso.assign(account, role, scene.sts.issue(&Role::new(PRODUCTION, "read"), "alice"));
        }
    }
    (scene, sso)
}

fn add(scene: &Scene, words: &[&str]) -> Ran {
    scene.world.run(["profile", "add", "--all"].iter().chain(words)).unwrap()
}

fn section(name: &str, account: &str, role: &str, rest: &str) -> String {
    format!(
        "\n[profile {name}]\n# Written by assume-role; to take it away: assume-role profile remove {name}\n\
         sso_session = corp\nsso_account_id = {account}\nsso_role_name = {role}\n{rest}"
    )
}

#[test]
fn a_profile_for_every_role_and_only_its_own_are_taken_away() {
    let (scene, sso) = scene();
    let dry = add(&scene, &["--session", "corp", "--dry-run"]);
    assert!(dry.status == 0 && dry.stdout.contains("+[profile live-Read]"), "{dry:?}");
    assert_eq!(text(&scene.world, ".aws/config"), CONFIG);
    let ran = add(&scene, &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for words in [
        "left out: Test-Admin stands in ~/.aws/config:6",
        "left out: profile name '$(touch x)-Admin' is not allowed",
        "profiles of corp: 2 written, 0 taken away",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    let live =
        |role: &str| section(&format!("live-{role}"), PRODUCTION, role, "region = eu-west-3\n");
    assert_eq!(
        text(&scene.world, ".aws/config"),
        format!("{CONFIG}{}{}", live("Admin"), live("Read"))
    );
    assert!(add(&scene, &[]).stderr.contains("nothing is new"));
    assert_eq!(scene.switch(&["live-Read"]).get("AWS_ACCOUNT_ROLE"), Some("Read"));
    if let Some(theirs) = boto3(&scene, &["live-Read"]) {
        assert_eq!(theirs["live-Read"], "arn:aws:sts::123456789012:assumed-role/read/alice");
    }
    // The role is assigned no more; what the user wrote stays, and what names one role too.
    let one = ["profile", "add", "single", "live", "read", "--base", "default"];
    assert_eq!(scene.world.run(one).unwrap().status, 0);
    let single =
        text(&scene.world, ".aws/config").split_once("\n[profile single]").unwrap().1.to_owned();
    sso.take_away(PRODUCTION, "Read");
    let ran = add(&scene, &[]);
    assert!(ran.stderr.contains("profiles of corp: 1 written, 1 taken away"), "{ran:?}");
    let left = format!("{CONFIG}{}\n[profile single]{single}", live("Admin"));
    assert_eq!(text(&scene.world, ".aws/config"), left);
}

#[test]
fn names_follow_the_template() {
    let (scene, _sso) = scene();
    let ran = add(&scene, &["--names", "{session}/{id}.{role}", "--region", "us-east-1"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let written = text(&scene.world, ".aws/config");
    let test = section("corp/222222222222.Admin", "222222222222", "Admin", "region = us-east-1\n");
    assert!(written.contains(&test), "{written}");
    // Another template: the names of before go.
    assert_eq!(add(&scene, &["--names", "{id}-{role}"]).status, 0);
    let renamed = text(&scene.world, ".aws/config");
    assert!(
        !renamed.contains("corp/") && renamed.contains("[profile 222222222222-Admin]"),
        "{renamed}"
    );
    for wrong in ["{account}", "{name}-{role}", "{role", "role}-{role}"] {
        let ran = add(&scene, &["--names", wrong]);
        assert!(ran.status == 2 && ran.stderr.contains("--names '{account}-{role}'"), "{ran:?}");
    }
    for wrong in [&["--session", "corp", "prod"][..], &["--assume"], &["--duration", "1h"]] {
        assert_eq!(add(&scene, wrong).status, 2, "{wrong:?}");
    }
}

#[test]
fn protected_accounts_need_a_yes_and_nothing_given_changes_nothing() {
    let (scene, sso) = scene();
    scene
        .world
        .accounts(&format!(r#"{{"live": {{"id": "{PRODUCTION}", "protected": true}}}}"#))
        .unwrap();
    let ran = add(&scene, &[]);
    assert!(
        ran.stderr.contains("live-Read enters a protected account; --yes writes it"),
        "{ran:?}"
    );
    assert!(!text(&scene.world, ".aws/config").contains("live-Read"));
    assert_eq!(add(&scene, &["--yes"]).status, 0);
    let written = text(&scene.world, ".aws/config");
    assert!(written.contains("[profile live-Read]"));
    sso.forget_accounts();
    let ran = add(&scene, &[]);
    assert!(ran.status == 4 && ran.stderr.contains("gives no account"), "{ran:?}");
    assert_eq!(text(&scene.world, ".aws/config"), written);
}
