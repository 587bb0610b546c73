//! IAM Identity Center: roles for a kept token, renewal, and `login`.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::PathBuf;

use rustix::fs::{CWD, FileType, mknodat};
use rustix::process::geteuid;
use serde_json::{Value, json};

use super::{chain, role};
use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::{Certificate, Fault, Role, Sts};
use crate::scenes::{PRODUCTION, Scene};
use crate::support::terminal::Terminal;

pub const SOON: &str = "2026-01-01T00:00:00Z";
pub const FAR: &str = "2099-01-01T00:00:00Z";
const START: &str = "https://corp.awsapps.com/start";

/// sha1 of `corp`, and of the start page: how the AWS CLI names its files.
pub(super) const OF_SESSION: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f";

/// A profile `read` that signs on by the session `corp`, and `old` that says everything itself.
pub fn signed() -> (Scene, Sso) {
    let mut scene = chain();
    let sso = Sso::start().unwrap();
    scene.world.set("AWS_ENDPOINT_URL_SSO", sso.url());
    scene.world.set("AWS_ENDPOINT_URL_SSO_OIDC", sso.url());
    let account = format!("sso_account_id = {PRODUCTION}\nsso_role_name = Read+Only\n");
    let place = format!("sso_start_url = {START}\nsso_region = eu-west-1\n");
    let config = format!(
        "[profile read]\nsso_session = corp\n{account}[profile old]\n{place}{account}\
         [sso-session corp]\n{place}sso_registration_scopes = sso:account:access\n"
    );
    scene.world.config(&(config + &role("second", "source_profile = read"))).unwrap();
    let keys = scene.sts.issue(&Role::new(PRODUCTION, "first"), "alice@corp");
    sso.assign(PRODUCTION, "Read%2BOnly", keys);
    (scene, sso)
}

fn cache(scene: &Scene) -> PathBuf {
    scene.world.home().join(".aws/sso/cache")
}

/// Keeps a token as the AWS CLI does.
pub fn keep(scene: &Scene, token: &str, expires: &str, refresh: Option<&str>) {
    let mut text = json!({"startUrl": START, "region": "eu-west-1", "accessToken": token, "expiresAt": expires});
    if let Some(refresh) = refresh {
        text["refreshToken"] = refresh.into();
        text["clientId"] = "client-1".into();
        text["clientSecret"] = "client-secret-1".into();
        text["registrationExpiresAt"] = FAR.into();
    }
    scene.world.write(&format!(".aws/sso/cache/{OF_SESSION}.json"), text.to_string()).unwrap();
}

pub(super) fn kept(scene: &Scene) -> Value {
    let path = cache(scene).join(format!("{OF_SESSION}.json"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn on_terminal(scene: &Scene, words: &[&str]) -> Terminal {
    scene.on_terminal(words)
}

#[test]
fn a_stored_sign_on_gives_roles_and_chains() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    let told = scene.switch(&["read"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/first/alice@corp");
    let named =
        (told.get("AWS_ACCOUNT_NAME"), told.get("AWS_ACCOUNT_ROLE"), told.get("AWS_ACCOUNT_ID"));
    assert_eq!(named, (Some("read"), Some("Read+Only"), Some(PRODUCTION)));
    scene.switch(&["read"]);
    assert_eq!(sso.received("/federation/credentials").len(), 1, "the session is kept");
    let told = scene.switch(&["second"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/second/alice@corp");
}

#[test]
fn without_a_sign_on_or_a_terminal_login_is_named() {
    let (scene, sso) = signed();
    let said = scene.refused(5, &["read"]);
    assert!(
        said.contains("not signed on to corp") && said.contains("assume-role login corp"),
        "{said}"
    );
    keep(&scene, "ended", SOON, None);
    scene.refused(5, &["read"]);
    keep(&scene, "revoked", FAR, None);
    let said = scene.refused(5, &["read"]);
    assert!(said.contains("assume-role login corp"), "{said}");
    assert_eq!(sso.received("/client/register").len(), 0);
}

#[test]
fn what_is_wrong_with_the_file_of_a_sign_on_is_reported() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    let file = cache(&scene).join(format!("{OF_SESSION}.json"));
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    scene.switch(&["read"]).assert_says("others may read");
    for (text, mode, why) in
        [("{", 0o600, "is not what aws sso login writes"), ("{}", 0o602, "everyone may write")]
    {
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        let said = scene.refused(5, &["read", "--refresh"]);
        assert!(said.contains("not signed on to corp") && said.contains(why), "{said}");
        let explain = scene.world.run(["explain", "read", "--refresh", "--no-input"]).unwrap();
        assert!(explain.status == 5 && explain.stderr.contains(why), "{explain:?}");
    }
}

#[test]
fn a_sign_on_renews_itself_where_the_session_allows_it() {
    let (scene, sso) = signed();
    sso.add_refresh_token("refresh-0");
    keep(&scene, "ended", SOON, Some("refresh-0"));
    let told = scene.switch(&["read"]);
    assert_eq!(told.get("AWS_ACCOUNT_ROLE"), Some("Read+Only"));
    let text = kept(&scene);
    assert_eq!(
        (text["accessToken"].as_str(), text["refreshToken"].as_str()),
        (Some("access-1"), Some("refresh-1"))
    );
    keep(&scene, "ended", SOON, Some("used up"));
    assert_eq!(scene.export(&["read", "--refresh"]).status, 5);
}

#[test]
fn a_token_file_that_is_no_file_or_not_the_users_own_is_no_sign_on() {
    let mut kinds = vec!["fifo", "directory", "link to a fifo", "written by everyone"];
    if geteuid().is_root() {
        kinds.push("of another user");
    }
    for kind in kinds {
        let (scene, sso) = signed();
        sso.add_token("planted");
        keep(&scene, "planted", FAR, None);
        let file = cache(&scene).join(format!("{OF_SESSION}.json"));
        let fifo = |path: &PathBuf| mknodat(CWD, path, FileType::Fifo, 0o600.into(), 0).unwrap();
        match kind {
            "written by everyone" => {
                fs::set_permissions(&file, Permissions::from_mode(0o666)).unwrap();
            }
            "of another user" => chown(&file, Some(54321), None).unwrap(),
            _ => {
                fs::remove_file(&file).unwrap();
                match kind {
                    "fifo" => fifo(&file),
                    "directory" => fs::create_dir(&file).unwrap(),
                    _ => {
                        let target = scene.world.home().join("fifo");
                        fifo(&target);
                        symlink(target, &file).unwrap();
                    }
                }
            }
        }
        for words in [&["read"][..], &["read", "--refresh"]] {
            let ran = scene.export(words);
            assert!(ran.status != 0 && ran.stdout.is_empty(), "{kind}: {ran:?}");
        }
        assert_eq!(scene.world.run(["explain", "read", "--no-input"]).unwrap().status, 5, "{kind}");
        assert!(sso.received("/federation/credentials").is_empty(), "{kind}");
    }
}

#[test]
fn tokens_and_sessions_as_other_tools_and_other_places_have_them() {
    let no_more = "2026-01-01T00:00:00Z";
    for (start, region, fields, status, renewals) in [
        ("https://corp.awsapps.com/start#/", "eu-west-1", json!({"ofAnotherTool": [1]}), 0, 0),
        ("https://corp.awsapps.com/start/", "eu-west-1", json!({"startUrl": null}), 0, 0),
        (START, "us-gov-west-1", json!({"expiresAt": "2099-01-01T00:00:00UTC"}), 0, 0),
        (START, "cn-north-1", json!({"expiresAt": no_more}), 0, 1),
        (START, "eu-west-1", json!({"registrationExpiresAt": no_more}), 0, 0),
        (START, "eu-west-1", json!({"registrationExpiresAt": "99999-01-01T00:00:00Z"}), 0, 0),
        (START, "eu-west-1", json!({"expiresAt": no_more, "registrationExpiresAt": no_more}), 5, 0),
        (START, "eu-west-1", json!({"expiresAt": no_more, "clientSecret": null}), 5, 0),
        (START, "eu-west-1", json!({"startUrl": "https://other.awsapps.com/start"}), 5, 0),
    ] {
        let (scene, sso) = signed();
        let config = std::fs::read_to_string(scene.world.home().join(".aws/config")).unwrap();
        let twin = format!("[sso-session twin]\nsso_start_url = {start}\nsso_region = {region}\n");
        let config = config.replace(START, start).replace("eu-west-1", region) + &twin;
        scene.world.config(&config).unwrap();
        sso.add_token("kept");
        sso.add_refresh_token("refresh");
        let mut text = json!({"startUrl": start, "region": region, "accessToken": "kept", "expiresAt": FAR,
            "refreshToken": "refresh", "clientId": "client-1", "clientSecret": "client-secret-1",
            "registrationExpiresAt": FAR});
        text.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let file = format!(".aws/sso/cache/{OF_SESSION}.json");
        scene.world.write(&file, text.to_string()).unwrap();
        let ran = scene.export(&["read"]);
        let asked = sso.received("/token").len();
        assert_eq!((ran.status, asked), (status, renewals), "{start} {region} {fields}: {ran:?}");
    }
}

#[test]
fn login_prints_page_and_code_and_keeps_what_the_aws_cli_reads() {
    let (scene, sso) = signed();
    sso.answer(&["authorization_pending"]);
    let ran = scene.world.run(["login", "corp"]).unwrap();
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{ran:?}");
    for words in [
        "ABCD-EFGH",
        "https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH",
        "signed on to corp",
    ] {
        assert!(ran.stderr.contains(words), "{ran:?}");
    }
    assert!(!ran.stderr.contains("access-1") && !ran.stderr.contains("client-secret-1"), "{ran:?}");
    let registered = &sso.received("/client/register")[0];
    assert_eq!(registered["scopes"], json!(["sso:account:access"]));
    assert_eq!(sso.received("/device_authorization")[0]["startUrl"], START);
    assert_eq!(sso.received("/token").len(), 2);
    let text = kept(&scene);
    assert_eq!(
        (text["startUrl"].as_str(), text["region"].as_str()),
        (Some(START), Some("eu-west-1"))
    );
    assert_eq!(text["accessToken"], "access-1");
    scene.switch(&["read"]);
    let old = scene.world.run(["login", "old"]).unwrap();
    assert_eq!(old.status, 0, "{old:?}");
    assert!(sso.received("/client/register")[1].get("scopes").is_none());
    scene.switch(&["old"]);
}

#[test]
fn a_start_page_of_the_organization_s_own_is_followed_to_that_of_aws() {
    let (mut scene, sso) = signed();
    let page = Sts::start_tls(Certificate::Good).unwrap();
    let bundle = scene.world.write("ca.pem", page.authority().unwrap()).unwrap();
    scene.world.set("AWS_CA_BUNDLE", bundle);
    let own = format!("{}/start", page.url());
    let config = std::fs::read_to_string(scene.world.home().join(".aws/config")).unwrap();
    scene.world.config(&config.replace(START, &own)).unwrap();
    let leads_to = |to: &str| {
        page.fail_next("", Fault::Redirect { status: 302, to: to.to_owned() });
    };
    let login = || scene.world.run(["login", "corp", "--device"]).unwrap();
    leads_to("https://ssoins-1.portal.eu-west-1.app.aws/");
    let ran = login();
    assert_eq!(ran.status, 0, "{ran:?}");
    let asked = |at: usize| sso.received("/device_authorization")[at]["startUrl"].clone();
    assert_eq!(asked(0), "https://ssoins-1.portal.eu-west-1.app.aws");
    // The token is kept for the page that the file names, as the AWS CLI keeps it.
    assert_eq!(kept(&scene)["startUrl"], own);
    scene.switch(&["read"]);
    // Nothing but AWS's own page takes its place.
    leads_to("https://evil.test/");
    assert_eq!(login().status, 0);
    assert_eq!(asked(1), own);
    leads_to("https://ssoins-1.portal.us-east-1.app.aws/");
    let moved = login();
    assert!(
        moved.status == 3 && moved.stderr.contains("hint: sso_region = us-east-1"),
        "{moved:?}"
    );
    assert_eq!(sso.received("/device_authorization").len(), 2);
    // Where no line tells the region, the page does when someone signs on, and then what is kept.
    let silent = config.replace(START, &own).replace("sso_region = eu-west-1\n", "");
    scene.world.config(&silent).unwrap();
    scene.switch(&["read"]);
    assert_eq!(scene.world.run(["logout", "corp"]).unwrap().status, 0);
    let said = scene.refused(5, &["read"]);
    assert!(said.contains("hint: assume-role login corp"), "{said}");
    for (to, why) in [
        ("https://evil.test/", "its start page leads to https://evil.test/, which tells none"),
        ("https://corp.awsapps.com/start", "which tells none"),
    ] {
        leads_to(to);
        let ran = login();
        assert!(ran.status == 3 && ran.stderr.contains("'corp' has no sso_region"), "{ran:?}");
        assert!(ran.stderr.contains(why), "{ran:?}");
    }
    for _ in 0..2 {
        leads_to("https://ssoins-1.portal.ap-south-1.app.aws/");
    }
    let ran = login();
    assert_eq!((ran.status, kept(&scene)["region"].as_str()), (0, Some("ap-south-1")), "{ran:?}");
    scene.switch(&["read"]);
}

#[test]
fn sessions_of_another_user_are_forgotten_at_a_new_sign_on() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    scene.switch(&["second"]);
    assert_eq!(scene.world.run(["login", "corp"]).unwrap().status, 0);
    scene.switch(&["second"]);
    assert_eq!(
        (sso.received("/federation/credentials").len(), scene.sts.count("AssumeRole")),
        (2, 2)
    );
}

#[test]
fn a_declined_or_expired_sign_on_is_reported() {
    let (scene, sso) = signed();
    for (error, words) in [
        ("access_denied", "was denied"),
        ("expired_token", "not confirmed in time"),
        ("invalid_grant", "refused"),
    ] {
        sso.answer(&["authorization_pending", error]);
        let ran = scene.world.run(["login"]).unwrap();
        assert!(ran.status == 4 && ran.stderr.contains(words), "{error}: {ran:?}");
    }
    assert!(!cache(&scene).exists());
    let unknown = scene.world.run(["login", "no-such"]).unwrap();
    assert!(unknown.status == 3 && unknown.stderr.contains("known: corp"), "{unknown:?}");
}

/// The one test that waits: a service may ask for five seconds more (RFC 8628, section 3.5).
#[test]
fn a_service_that_wants_to_be_asked_less_often_is() {
    let (scene, sso) = signed();
    sso.answer(&["authorization_pending", "slow_down"]);
    let began = std::time::Instant::now();
    let ran = scene.world.run(["login", "corp"]).unwrap();
    assert_eq!((ran.status, sso.received("/token").len()), (0, 3), "{ran:?}");
    assert!(began.elapsed() >= std::time::Duration::from_secs(5));
}

#[test]
fn a_code_that_has_ended_is_asked_for_no_more() {
    let (scene, sso) = signed();
    sso.codes_last(0);
    let ran = scene.world.run(["login", "corp"]).unwrap();
    assert!(ran.status == 4 && ran.stderr.contains("not confirmed in time"), "{ran:?}");
    assert_eq!((sso.received("/token").len(), cache(&scene).exists()), (0, false));
}

#[test]
fn waiting_for_a_sign_on_can_be_cancelled() {
    let (scene, sso) = signed();
    sso.answer(&["authorization_pending"; 600]);
    let mut terminal = on_terminal(&scene, &["read"]);
    terminal.wait_for("ABCD-EFGH").unwrap();
    scene.wait_until("the service is asked", || !sso.received("/token").is_empty());
    terminal.press_control('c').unwrap();
    assert_eq!(terminal.wait().unwrap(), 130, "{}", terminal.text());
    assert!(!cache(&scene).exists() && terminal.stdout().is_empty());
}

#[test]
fn a_sign_on_declined_during_a_switch_changes_nothing() {
    let (scene, sso) = signed();
    sso.answer(&["authorization_pending", "access_denied"]);
    let mut terminal = on_terminal(&scene, &["read"]);
    assert_eq!(terminal.wait().unwrap(), 4, "{}", terminal.text());
    assert!(terminal.text().contains("the sign-on was denied") && terminal.stdout().is_empty());
}

#[test]
fn a_switch_on_a_terminal_signs_on() {
    let (scene, sso) = signed();
    sso.answer(&["authorization_pending"]);
    let mut terminal = on_terminal(&scene, &["read"]);
    terminal.wait_for("ABCD-EFGH").unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert!(terminal.stdout().contains("AWS_ACCESS_KEY_ID"));
    scene.switch(&["read"]);
}

#[test]
fn a_permission_set_that_is_not_assigned_is_reported() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    let config = std::fs::read_to_string(scene.world.home().join(".aws/config")).unwrap();
    scene.world.config(&config.replace("Read+Only", "Admin")).unwrap();
    let said = scene.refused(4, &["read"]);
    assert!(
        said.contains("no role Admin in account 123456789012") && said.contains(START),
        "{said}"
    );
}

#[test]
fn tokens_travel_over_https_only() {
    let (mut scene, _) = signed();
    keep(&scene, "kept", FAR, None);
    scene.world.set("AWS_ENDPOINT_URL_SSO", "http://198.51.100.1");
    let said = scene.refused(8, &["read"]);
    assert!(said.contains("AWS_ENDPOINT_URL_SSO is plain http"), "{said}");
}
