//! `accounts sync`: what AWS says about accounts and roles, into the file that has names already.

use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::organizations::Organization;
use crate::fake_aws::sts::{Fault, Listing, Role};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion};
use crate::support::process::Ran;
use crate::support::terminal::Terminal;

const FILE: &str = "{\n  \"live\": \"123456789012\",\n  \"gone\": \"777777777777\",\n  \"Sandbox\": \"888888888888\"\n}\n";

/// A shell with the user's keys, and an organization whose accounts they may list.
fn scene() -> Scene {
    let mut scene = bastion();
    scene.world.set("AWS_ENDPOINT_URL_ORGANIZATIONS", scene.sts.url());
    scene.world.set("AWS_ACCESS_KEY_ID", scene.key.id.clone());
    scene.world.set("AWS_SECRET_ACCESS_KEY", scene.key.secret.clone());
    scene.world.accounts(FILE).unwrap();
    let organization = Organization::of(BASTION)
        .account(BASTION, "Root of all", "ACTIVE")
        .account(PRODUCTION, "Production", "ACTIVE")
        .account("222222222222", "Sandbox", "ACTIVE")
        .account("333333333333", "Data Lake", "ACTIVE")
        .account("444444444444", "$(touch x)", "ACTIVE")
        .account("555555555555", "Old", "SUSPENDED")
        .account("666666666666", "\u{1b}]0;owned\u{7}\n\u{202e}", "ACTIVE");
    scene.sts.set_organization(organization);
    scene.sts.set_alias(BASTION, "corp-root");
    scene
}

fn sync(scene: &Scene, words: &[&str]) -> Ran {
    scene.world.run(["accounts", "sync"].iter().chain(words)).unwrap()
}

#[track_caller]
fn synced(scene: &Scene) -> String {
    let ran = sync(scene, &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    ran.stdout + &ran.stderr
}

fn text(scene: &Scene) -> String {
    std::fs::read_to_string(scene.world.home().join(".aws/accounts")).unwrap()
}

/// Without keys, and with an Identity Center that knows no token yet.
fn with_identity_center() -> (Scene, Sso) {
    let sso = Sso::start().unwrap();
    let mut scene = scene();
    scene.world.unset("AWS_ACCESS_KEY_ID");
    scene.world.unset("AWS_SECRET_ACCESS_KEY");
    scene.world.set("AWS_ENDPOINT_URL_SSO", sso.url());
    scene.world.set("AWS_ENDPOINT_URL_SSO_OIDC", sso.url());
    (scene, sso)
}

#[test]
fn names_from_the_organization_and_iam() {
    let scene = scene();
    let dry = sync(&scene, &["--dry-run"]);
    assert_eq!((dry.status, text(&scene).as_str()), (0, FILE), "{dry:?}");
    assert_eq!(scene.sts.count("ListAccounts"), 4, "seven accounts, two on a page");
    let told = synced(&scene);
    let expected = FILE.replace(
        "\"\n}",
        "\",\n  \"corp-root\": \"999999999999\",\n  \"Data Lake\": \"333333333333\"\n}",
    );
    assert_eq!(text(&scene), expected, "an account that has a name keeps it");
    assert!(
        told.starts_with(&dry.stdout)
            && dry.stdout.contains("\n+  \"Data Lake\": \"333333333333\"\n"),
        "{told}"
    );
    for line in [
        "not in this organization, or not any more; kept: gone, Sandbox\n",
        "Sandbox stays 888888888888; Organizations says 222222222222\n",
        "left out: Organizations: account name '$(touch x)' is not allowed",
        "2 accounts came into the file",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let said = told.strip_prefix(dry.stdout.as_str()).unwrap();
    assert!(said.contains("owned") && !said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said:?}");
    assert!(!text(&scene).contains("666666666666"));
    assert!(!text(&scene).contains("555555555555"), "a suspended account cannot be entered");
    let again = synced(&scene);
    assert!(again.contains("nothing is new") && text(&scene) == expected, "{again}");
}

#[test]
fn names_and_roles_from_the_sign_on() {
    let (scene, sso) = with_identity_center();
    let config = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    scene.world.config(config).unwrap();
    let ran = sync(&scene, &[]);
    assert!(ran.status == 4 && ran.stderr.contains("assume-role login corp"), "{ran:?}");
    let token = r#"{"startUrl": "https://corp.awsapps.com/start", "region": "eu-west-1", "accessToken": "kept", "expiresAt": "2099-01-01T00:00:00Z"}"#;
    scene
        .world
        .write(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", token)
        .unwrap();
    sso.add_token("kept");
    let keys = || scene.sts.issue(&Role::new(PRODUCTION, "read"), "alice");
    for (account, name, roles) in [
        (PRODUCTION, "Production", &["Admin", "Read", "Billing"][..]),
        ("222222222222", "Test", &["Admin"]),
        ("333333333333", "Data Lake", &[]),
        ("444444444444", "Four", &["Admin"]),
        ("555555555555", "Five", &["Read"]),
    ] {
        sso.name_account(account, name);
        roles.iter().for_each(|role| sso.assign(account, role, keys()));
    }
    let told = synced(&scene);
    assert!(told.contains("4 accounts came into the file, 1 gets more"), "{told}");
    let expected = FILE.replace("\"123456789012\"", r#"{"id": "123456789012", "sso_session": "corp", "roles": ["Admin", "Read", "Billing"]}"#).replace(
        "\"\n}",
        "\",\n  \"Test\": {\"id\": \"222222222222\", \"sso_session\": \"corp\", \"roles\": [\"Admin\"]},\n  \"Data Lake\": {\"id\": \"333333333333\", \"sso_session\": \"corp\"},\n  \
         \"Four\": {\"id\": \"444444444444\", \"sso_session\": \"corp\", \"roles\": [\"Admin\"]},\n  \"Five\": {\"id\": \"555555555555\", \"sso_session\": \"corp\", \"roles\": [\"Read\"]}\n}",
    );
    assert_eq!(text(&scene), expected);
    assert_eq!(
        (sso.received("/assignment/accounts").len(), sso.received("/assignment/roles").len()),
        (3, 6)
    );
    assert!(synced(&scene).contains("nothing is new"));
    // The words of `list` are words of a switch now, and nothing is asked but the portal.
    let told = scene.switch(&["live", "Read"]);
    assert_eq!(told.get("AWS_ACCOUNT_ROLE"), Some("Read"));
    scene.switch(&["live", "Read"]);
    let asked = (sso.received("/federation/credentials").len(), sso.received("/token").len());
    assert_eq!((asked, scene.sts.count("AssumeRole")), ((1, 0), 0));
}

#[test]
fn an_account_of_two_sign_ons_names_neither() {
    let (scene, sso) = with_identity_center();
    let mut config = String::new();
    for (name, hash) in [
        ("corp", "ee0bfd2552fbd840c02cc48b6e823320543c450f"),
        ("other", "d0941e68da8f38151ff86a61fc59f7c5cf9fcaa2"),
    ] {
        let start = format!("https://{name}.awsapps.com/start");
        config +=
            &format!("[sso-session {name}]\nsso_start_url = {start}\nsso_region = eu-west-1\n");
        let token = format!(
            r#"{{"startUrl": "{start}", "accessToken": "kept", "expiresAt": "2099-01-01T00:00:00Z"}}"#
        );
        scene.world.write(&format!(".aws/sso/cache/{hash}.json"), token).unwrap();
    }
    scene.world.config(&config).unwrap();
    sso.add_token("kept");
    sso.name_account(PRODUCTION, "Production");
    sso.assign(PRODUCTION, "Read", scene.sts.issue(&Role::new(PRODUCTION, "read"), "alice"));
    synced(&scene);
    let live = r#""live": {"id": "123456789012", "roles": ["Read"]}"#;
    assert!(text(&scene).contains(live), "{}", text(&scene));
}

#[test]
fn an_access_denied_source_is_reported_and_the_others_are_read() {
    let scene = scene();
    scene.sts.set_organization(Organization::default());
    let told = synced(&scene);
    assert!(told.contains("Organizations lists no accounts: You don't have permissions"), "{told}");
    assert!(
        text(&scene).contains("\"corp-root\": \"999999999999\"")
            && !told.contains("not in this organization"),
        "{told}"
    );
    scene.sts.set_listing(Listing::Denied);
    let ran = sync(&scene, &[]);
    assert!(ran.status == 4 && ran.stderr.contains("no accounts were found"), "{ran:?}");
    assert!(
        ran.stderr.contains("IAM lists no accounts")
            && ran.stderr.contains("Organizations lists no accounts"),
        "{ran:?}"
    );
}

#[test]
fn throttling_is_waited_out() {
    let scene = scene();
    for _ in 0..2 {
        let message = "You have exceeded the rate".to_owned();
        let code = "TooManyRequestsException".to_owned();
        scene.sts.fail_next("ListAccounts", Fault::Error { status: 400, code, message });
    }
    synced(&scene);
    assert_eq!(scene.sts.count("ListAccounts"), 6, "four pages, two of them twice");
}

#[test]
fn keys_that_are_not_taken() {
    let mut scene = scene();
    scene.world.set("AWS_SECRET_ACCESS_KEY", "0123456789012345678901234567890123456789");
    let ran = sync(&scene, &[]);
    assert!(ran.status == 4 && ran.stderr.contains("STS refused"), "{ran:?}");
    scene.world.unset("AWS_ACCESS_KEY_ID");
    let ran = sync(&scene, &[]);
    assert!(ran.status == 3 && ran.stderr.contains("sync needs AWS keys in this shell"), "{ran:?}");
    scene.world.set("AWS_ACCESS_KEY_ID", "AKIA1234567890123456");
    scene.world.set("AWS_ENDPOINT_URL_ORGANIZATIONS", "http://198.51.100.1");
    let ran = sync(&scene, &[]);
    assert!(
        ran.status == 8 && ran.stderr.contains("AWS_ENDPOINT_URL_ORGANIZATIONS is plain http"),
        "{ran:?}"
    );
    assert_eq!(text(&scene), FILE);
}

fn on_terminal(scene: &Scene) -> Terminal {
    scene.world.terminal(["accounts", "sync"]).unwrap()
}

#[test]
fn on_a_terminal_a_question_comes_first() {
    for (answer, status, is_written) in [("y", 0, true), ("n", 130, false), ("", 130, false)] {
        let scene = scene();
        let mut terminal = on_terminal(&scene);
        terminal.wait_for("Write it? [y/N]").unwrap();
        assert_eq!(text(&scene), FILE, "the diff comes before the file changes");
        assert!(
            terminal.screen().contains("+  \"Data Lake\": \"333333333333\""),
            "{}",
            terminal.screen()
        );
        terminal.type_line(answer).unwrap();
        assert_eq!(terminal.wait().unwrap(), status, "{answer:?}: {}", terminal.screen());
        assert_eq!(text(&scene) != FILE, is_written, "{answer:?}");
    }
}
