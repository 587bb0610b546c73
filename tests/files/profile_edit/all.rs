//! `profile add --all`: a profile for every role of a sign-on, and only what it wrote is taken away.

use std::fs;

use super::text;
use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::Role;
use crate::scenes::{PRODUCTION, Scene, bastion};
use crate::sources::boto3::boto3;
use crate::support::process::{self, Ran};
use crate::support::tools::find;

const CONFIG: &str = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n\n\
    # mine\n[profile Test-Admin]\nregion = eu-west-1\n\n[profile own]\nsso_session = corp\n\
    sso_account_id = 123456789012\nsso_role_name = Gone\n";

pub fn scene() -> (Scene, Sso) {
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
        "profiles of corp: 2 written, 0 removed",
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
    assert!(ran.stderr.contains("profiles of corp: 1 written, 1 removed"), "{ran:?}");
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

/// Two accounts of one name, listed by the portal in this order.
fn twins(scene: &Scene, sso: &Sso, order: [&str; 2]) {
    sso.forget_accounts();
    for account in order {
        sso.name_account(account, "Twin");
        sso.assign(account, "Admin", scene.sts.issue(&Role::new(PRODUCTION, "read"), "alice"));
    }
}

#[test]
fn a_name_keeps_its_role_whatever_the_portal_lists_first() {
    let (scene, sso) = scene();
    let (one, other) = ("444444444444", "555555555555");
    twins(&scene, &sso, [one, other]);
    // Neither was there first, so neither gets the name.
    let ran = add(&scene, &[]);
    for account in [one, other] {
        let line = format!("Twin-Admin is the name of two roles, so Admin of {account} has none");
        assert!(ran.stderr.contains(&line), "{ran:?}");
    }
    assert!(!text(&scene.world, ".aws/config").contains("Twin-Admin"));
    sso.forget_accounts();
    sso.name_account(one, "Twin");
    assert_eq!(add(&scene, &[]).status, 0);
    let first = section("Twin-Admin", one, "Admin", "");
    let kept = text(&scene.world, ".aws/config");
    assert!(kept.contains(&first), "{kept}");
    // A second one comes, in either order, with and without force; then the first is given no more.
    for (order, words) in [
        ([one, other], &[][..]),
        ([other, one], &[]),
        ([other, one], &["--force"]),
        ([other, other], &[]),
    ] {
        twins(&scene, &sso, order);
        let ran = add(&scene, words);
        assert!(ran.status == 0 && ran.stderr.contains("left out: Twin-Admin "), "{ran:?}");
        let now = text(&scene.world, ".aws/config");
        assert!(now.contains(&first), "{order:?} {words:?}: {now}");
    }
    let told = format!(
        "Twin-Admin stands for Admin of {one} in ~/.aws/config:14; --force makes it Admin of {other}"
    );
    let ran = add(&scene, &[]);
    assert!(ran.stderr.contains(&told), "{ran:?}");
    assert_eq!(add(&scene, &["--force"]).status, 0);
    let now = text(&scene.world, ".aws/config");
    assert!(
        now.contains(&section("Twin-Admin", other, "Admin", "")) && !now.contains(one),
        "{now}"
    );
}

#[test]
fn a_name_of_one_sign_on_is_not_taken_by_another() {
    let (scene, sso) = scene();
    sso.forget_accounts();
    sso.name_account(PRODUCTION, "Twin");
    assert_eq!(add(&scene, &["--session", "corp"]).status, 0);
    let kept = text(&scene.world, ".aws/config");
    let other = "\n[sso-session other]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    scene.world.config(&format!("{kept}{other}")).unwrap();
    let token = text(&scene.world, ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    // printf other | sha1sum
    let path = ".aws/sso/cache/d0941e68da8f38151ff86a61fc59f7c5cf9fcaa2.json";
    scene.world.write(path, &token).unwrap();
    let ran = add(&scene, &["--session", "other"]);
    assert!(ran.stderr.contains("live-Admin stands for Admin of 123456789012 in"), "{ran:?}");
    assert_eq!(text(&scene.world, ".aws/config"), format!("{kept}{other}"));
}

#[test]
fn a_name_that_no_profile_can_have_costs_its_own_profile_only() {
    let (scene, sso) = scene();
    for (name, account) in
        ["a [b]", "a]b", "a #b", "a;b", "a\u{202e}b", "a\\b", "", " a", "default"]
            .into_iter()
            .zip(600_000_000_000_u64..)
    {
        sso.name_account(&account.to_string(), name);
        sso.assign(
            &account.to_string(),
            "Admin",
            scene.sts.issue(&Role::new(PRODUCTION, "read"), "alice"),
        );
    }
    let twice = "\n[profile Twice-Admin]\nregion = eu-west-1\n";
    scene.world.config(&format!("{CONFIG}{twice}{twice}")).unwrap();
    sso.name_account("700000000000", "Twice");
    sso.assign("700000000000", "Admin", scene.sts.issue(&Role::new(PRODUCTION, "read"), "alice"));
    let ran = add(&scene, &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.stderr.matches("left out: ").count(), 10, "{ran:?}");
    for words in
        ["left out: 'a #b-Admin' cannot be the name of a profile", "'Twice-Admin' is defined twice"]
    {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    let written = text(&scene.world, ".aws/config");
    assert!(written.contains(&section("live-Read", PRODUCTION, "Read", "region = eu-west-3\n")));
}

#[test]
fn hundreds_of_roles_are_read_and_written_at_once() {
    let Some(strace) = find("strace") else { return };
    let (scene, sso) = scene();
    for role in 0..400 {
        let keys = scene.sts.issue(&Role::new(PRODUCTION, "read"), "alice");
        sso.assign(PRODUCTION, &format!("R{role}"), keys);
    }
    let trace = scene.world.root().join("trace");
    let mut command = scene.world.command_of(&strace);
    command.args(["-f", "-e", "trace=openat,open", "-o"]).arg(&trace).arg(scene.world.program());
    command.args(["profile", "add", "--all"]);
    let ran = process::run(command, b"").unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(text(&scene.world, ".aws/config").contains("[profile live-R399]"));
    let lines = fs::read_to_string(&trace).unwrap();
    let is_of_profiles = |line: &&str| {
        [".aws/config\"", ".aws/credentials\""].iter().any(|file| line.contains(file))
    };
    // A young file is looked at until it has been quiet for a while: ten times, not once a role.
    let opens = lines.lines().filter(is_of_profiles).count();
    assert!(opens < 40, "{opens} opens");
}
