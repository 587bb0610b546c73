//! A sign-in to the console (`aws login`): used, renewed and shared with AWS's own tools.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::{chain, role};
use crate::fake_aws::console_sign_in::ConsoleSignIn;
use crate::fake_aws::sts::Trust;
use crate::fake_aws::sts::{Gate, Role};
use crate::scenes::crowd::Member;
use crate::scenes::{BASTION, PRODUCTION, Scene};
use crate::support::process::{PATIENCE, run};
use crate::support::tools::find;

pub const ALICE: &str = "arn:aws:iam::999999999999:user/alice";
/// sha256 of it, as the AWS CLI names the file.
const FILE: &str = "f7661c0571936dbb3232f72eaf74113d139d4a38fc79ac7113095dc74693f24c.json";

/// A profile `me` that signed in as the user, and the roles of a chain; the `[default]` has no keys.
pub fn signed_in() -> (Scene, ConsoleSignIn) {
    let mut scene = chain();
    let keys: Vec<_> = (0..300).map(|_| scene.sts.issue_sign_in(ALICE, BASTION)).collect();
    let service = ConsoleSignIn::start(keys).unwrap();
    service.user_is(ALICE);
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", service.url());
    scene.world.credentials("").unwrap();
    let me = format!("[profile me]\nlogin_session = {ALICE}\n");
    scene.world.config(&(me + &role("first", "source_profile = me"))).unwrap();
    (scene, service)
}

pub(super) fn file(scene: &Scene) -> PathBuf {
    scene.world.home().join(".aws/login/cache").join(FILE)
}

pub fn keep(scene: &Scene, kept: &Value) {
    scene.world.write(&format!(".aws/login/cache/{FILE}"), kept.to_string()).unwrap();
}

pub(super) fn kept(scene: &Scene) -> Value {
    let path = file(scene);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_sign_in_serves_as_it_is_kept() {
    let (scene, service) = signed_in();
    keep(&scene, &service.sign_in(600));
    let switched = scene.switch(&["me"]);
    assert_eq!(
        (switched.get("AWS_ACCOUNT_ROLE"), switched.get("AWS_ACCOUNT_ID")),
        (Some("alice"), Some(BASTION))
    );
    switched.assert_lasts(600);
    assert_eq!((scene.sts.requests().len(), service.received().len()), (0, 0));
    assert_eq!(scene.who(&switched), ALICE);
    assert_eq!(scene.stored_sessions(), Vec::<String>::new(), "the file of the AWS CLI is enough");
}

#[test]
fn roles_are_assumed_with_it_for_an_hour_and_without_mfa() {
    let (scene, service) = signed_in();
    keep(&scene, &service.sign_in(600));
    let arn = "arn:aws:sts::123456789012:assumed-role/first/alice";
    let switched = scene.switch(&["first"]);
    assert_eq!(scene.who(&switched), arn);
    switched.assert_lasts(3600);
    let config = format!("[default]\nlogin_session = {ALICE}\n");
    scene.world.config(&config).unwrap();
    let switched = scene.switch(&["production", "first", "--external-id", "none"]);
    assert_eq!(scene.who(&switched), arn);
    assert_eq!(scene.sts.count("AssumeRole"), 1, "one session, whatever asks for it");
    assert_eq!((scene.sts.count("GetSessionToken"), scene.sts.count("ListMFADevices")), (0, 0));
    let said = scene.refused(3, &["production", "first", "--duration", "2h"]);
    assert!(said.contains("one hour at most (role chaining)"), "{said}");
}

#[test]
fn below_five_minutes_it_is_renewed_and_the_rest_of_its_file_stays() {
    let (scene, service) = signed_in();
    let old = service.sign_in(200);
    keep(&scene, &old);
    let switched = scene.switch(&["me"]);
    assert_eq!(scene.who(&switched), ALICE);
    switched.assert_lasts(900);
    let new = kept(&scene);
    assert_ne!(new["refreshToken"], old["refreshToken"]);
    assert_eq!(new["accessToken"]["accessKeyId"], switched.get("AWS_ACCESS_KEY_ID").unwrap());
    for name in ["idToken", "dpopKey", "clientId", "signInRegion", "ofAnotherTool", "tokenType"] {
        assert_eq!(new[name], old[name], "{name}");
    }
    assert_eq!(new["accessToken"]["accountId"], old["accessToken"]["accountId"]);
    scene.switch(&["me"]);
    scene.switch(&["first"]);
    assert_eq!(service.received().len(), 1);
    scene.switch(&["me", "--refresh"]);
    assert_eq!(service.received().len(), 2);
}

#[test]
fn fifty_at_once_renew_once() {
    let (scene, service) = signed_in();
    keep(&scene, &service.sign_in(-60));
    let all: Vec<Member> = (0..50)
        .map(|number| {
            Member::start(&scene, number, &[if number % 2 == 0 { "me" } else { "first" }])
        })
        .collect();
    all.into_iter().for_each(Member::succeeds);
    assert_eq!((service.received().len(), scene.sts.count("AssumeRole")), (1, 1));
}

#[test]
fn what_another_tool_renewed_meanwhile_is_taken() {
    let (scene, service) = signed_in();
    let old = service.sign_in(-60);
    keep(&scene, &old);
    let path = file(&scene);
    service.meanwhile(move |state| {
        let new = state.renewed_elsewhere(old);
        std::fs::write(path, new.to_string()).unwrap();
    });
    let switched = scene.switch(&["me"]);
    assert_eq!(scene.who(&switched), ALICE);
    assert_eq!(kept(&scene)["refreshToken"], "refresh-canary-2");
    assert_eq!(service.received().len(), 1);
    // Without a lock of ours it is the same.
    let mut scene = scene;
    scene.world.set("ASSUME_ROLE_STORE", "none");
    let mut old = kept(&scene);
    old["accessToken"]["expiresAt"] = "2026-01-01T00:00:00Z".into();
    keep(&scene, &old);
    let all: Vec<Member> = (0..5).map(|number| Member::start(&scene, number, &["me"])).collect();
    all.into_iter().for_each(Member::succeeds);
}

#[test]
fn a_file_that_is_half_written_is_waited_for() {
    let (scene, service) = signed_in();
    let whole = service.sign_in(600).to_string();
    let (half, rest) = whole.split_at(whole.len() / 2);
    scene.world.write(&format!(".aws/login/cache/{FILE}"), half).unwrap();
    let member = Member::start(&scene, 0, &["me"]);
    std::fs::write(file(&scene), format!("{half}{rest}")).unwrap();
    member.succeeds();
}

#[test]
fn each_refusal_has_its_remedy() {
    let (scene, service) = signed_in();
    for (code, status, words) in [
        (
            "TOKEN_EXPIRED",
            5,
            "the console sign-in of arn:aws:iam::999999999999:user/alice has ended",
        ),
        ("USER_CREDENTIALS_CHANGED", 5, "has changed since the sign-in"),
        ("INSUFFICIENT_PERMISSIONS", 4, "SignInLocalDevelopmentAccess"),
        ("INVALID_REQUEST", 4, "in the region where it was made"),
        ("SOMETHING_NEW", 4, "AWS Sign-In refused"),
    ] {
        keep(&scene, &service.sign_in(-60));
        service.refuse_next(code);
        let ran = scene.export(&["me"]);
        let said = ran.stderr;
        assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{code}: {said}");
        assert!(said.contains(words) && said.contains(code), "{code}: {said}");
        assert!(!said.contains("canary"), "{said}");
        let names_login = said.contains("login");
        assert!(names_login || status == 4, "{said}");
    }
    keep(&scene, &service.sign_in(200));
    service.refuse_next("TOKEN_EXPIRED");
    scene.switch(&["me"]).assert_says("its keys work until they expire");
}

#[test]
fn without_a_sign_in_the_way_to_one_is_named() {
    let (mut scene, service) = signed_in();
    let said = scene.refused_at_once(5, &["me"]);
    assert!(said.contains(&format!("not signed in as {ALICE}")), "{said}");
    assert!(said.contains("~/.aws/config:2") && said.contains("assume-role login me"), "{said}");
    keep(&scene, &service.sign_in(600));
    fs::set_permissions(file(&scene), Permissions::from_mode(0o666)).unwrap();
    let said = scene.refused(5, &["me"]);
    assert!(said.contains("everyone may write"), "{said}");
    let kept = service.sign_in(600);
    scene.world.write(&format!("elsewhere/{FILE}"), kept.to_string()).unwrap();
    scene.world.set("AWS_LOGIN_CACHE_DIRECTORY", "$HOME/elsewhere");
    scene.switch(&["me"]);
    let long = scene.world.run(["exec", "--min", "20m", "me", "--", "true"]).unwrap();
    assert!(long.status == 7 && long.stderr.contains("lasts only 15m"), "{long:?}");
}

/// A file that was written a while ago.
fn settle(path: &Path) {
    let long_ago = SystemTime::now() - Duration::from_secs(60);
    File::open(path).unwrap().set_modified(long_ago).unwrap();
}

#[test]
fn a_file_that_cannot_be_used_renews_nothing() {
    let (scene, service) = signed_in();
    let mut kept = service.sign_in(600);
    kept["accessToken"]["expiresAt"] = "2026-01-01T00:00:00Z".into();
    let mut without_key = kept.clone();
    without_key["dpopKey"] = "?".into();
    let mut of_yesterday = kept.clone();
    // {"iat":1767225600}: 2026-01-01
    of_yesterday["idToken"] = "h.eyJpYXQiOjE3NjcyMjU2MDB9.s".into();
    for (text, mode, why) in [
        ("{".to_owned(), 0o600, "is not what aws login writes"),
        (String::new(), 0o600, "is not what aws login writes"),
        ("x".repeat(300 << 10), 0o600, "is larger than 256 KiB"),
        (kept.to_string(), 0o606, "everyone may write"),
        (without_key.to_string(), 0o600, ""),
        (of_yesterday.to_string(), 0o600, ""),
    ] {
        scene.world.write(&format!(".aws/login/cache/{FILE}"), text).unwrap();
        settle(&file(&scene));
        fs::set_permissions(file(&scene), Permissions::from_mode(mode)).unwrap();
        let said = scene.refused_at_once(5, &["me"]);
        assert!(
            said.contains(&format!("not signed in as {ALICE}")) && said.contains(why),
            "{said}"
        );
        let explain = scene.world.run(["explain", "me", "--no-input"]).unwrap();
        assert!(explain.status == 5 && explain.stderr.contains(why), "{explain:?}");
        assert!(!explain.stdout.contains("renews itself"), "{explain:?}");
        let doctor = scene.world.run(["doctor"]).unwrap();
        assert!(!doctor.stdout.contains("renews itself"), "{doctor:?}");
    }
    assert_eq!(service.received().len(), 0);
}

#[test]
fn a_file_that_others_may_read_is_reported_until_it_is_written_anew() {
    let (scene, service) = signed_in();
    keep(&scene, &service.sign_in(600));
    for mode in [0o644, 0o640, 0o604] {
        fs::set_permissions(file(&scene), Permissions::from_mode(mode)).unwrap();
        let switched = scene.switch(&["me"]);
        switched.assert_says(&format!(
            "others may read {0}, which holds a sign-on; chmod 600 {0}",
            file(&scene).display()
        ));
        let explain = scene.world.run(["explain", "me"]).unwrap();
        assert!(explain.stderr.contains("others may read"), "{explain:?}");
    }
    keep(&scene, &service.sign_in(100));
    fs::set_permissions(file(&scene), Permissions::from_mode(0o644)).unwrap();
    scene.switch(&["me"]).assert_says("others may read");
    scene.switch(&["me"]).assert_silent_about("others may read");
}

#[test]
fn root_assumes_no_role_and_hears_so_offline() {
    let (scene, _) = signed_in();
    let root = format!("arn:aws:iam::{BASTION}:root");
    let me = format!("[profile me]\nlogin_session = {root}\n");
    scene.world.config(&(me + &role("first", "source_profile = me"))).unwrap();
    for words in [&["first"][..], &["production", "first", "--base", "me"]] {
        let said = scene.refused_at_once(4, words);
        assert!(said.contains("AWS does not let root assume roles"), "{said}");
    }
}

#[test]
fn it_can_be_killed_anywhere_while_it_renews() {
    if find("strace").is_none() {
        return;
    }
    let (scene, service) = signed_in();
    for calls in ["write", "?rename,?renameat,?renameat2", "?fchmod,openat"] {
        let mut when = 1;
        loop {
            let old = service.sign_in(-60);
            keep(&scene, &old);
            let mut command = scene.world.command_of("strace");
            let inject = format!("inject={calls}:signal=KILL:when={when}");
            command.args(["-f", "-o", "/dev/null", "-e", &inject]);
            command.arg(scene.world.program()).args(["export", "--shell", "bash", "me"]);
            let ran = run(command, b"").unwrap();
            let new = kept(&scene);
            assert!(new["dpopKey"] == old["dpopKey"], "{calls} {when}: {ran:?}");
            let is_new = new["refreshToken"] != old["refreshToken"];
            assert_eq!(is_new, new["accessToken"] != old["accessToken"], "{calls} {when}");
            if ran.status == 0 {
                assert!(is_new && when > 1, "{calls} {when}");
                break;
            }
            if is_new {
                scene.switch(&["me"]);
            }
            when += 1;
        }
    }
}

#[test]
fn ctrl_c_does_not_lose_what_a_renewal_spent() {
    let (scene, service) = signed_in();
    let old = service.sign_in(-60);
    keep(&scene, &old);
    let gate = Gate::new();
    let of_service = gate.clone();
    service.meanwhile(move |_| {
        of_service.arrive();
        of_service.pass_within(PATIENCE);
    });
    let mut terminal = scene.on_terminal(&["me"]);
    assert!(gate.wait_reached(PATIENCE));
    terminal.press_control('c').unwrap();
    terminal.wait_for("^C").unwrap();
    assert!(!terminal.has_ended().unwrap(), "it waits for the answer");
    gate.release();
    assert_eq!(terminal.wait().unwrap(), 130, "{}", terminal.text());
    assert_ne!(kept(&scene)["refreshToken"], old["refreshToken"]);
    scene.switch(&["me"]);
    assert_eq!(service.received().len(), 1);
}

#[test]
fn a_role_that_trusts_the_user_and_a_sign_in_that_aws_ended() {
    let (scene, service) = signed_in();
    let arn = format!("arn:aws:iam::{PRODUCTION}:role/narrow");
    scene.sts.add_role(Role::new(PRODUCTION, "narrow").trusts(Trust::arn(ALICE)));
    keep(&scene, &service.sign_in(600));
    let ended = kept(&scene)["accessToken"]["accessKeyId"].as_str().unwrap().to_owned();
    scene.sts.expire(&ended);
    let config = format!(
        "[profile me]\nlogin_session = {ALICE}\n[profile narrow]\nrole_arn = {arn}\nsource_profile = me\n"
    );
    scene.world.config(&config).unwrap();
    let switched = scene.switch(&["narrow"]);
    assert_eq!(scene.who(&switched), "arn:aws:sts::123456789012:assumed-role/narrow/alice");
    assert_eq!((service.received().len(), scene.sts.count("AssumeRole")), (1, 2));
}

#[test]
fn every_verb_knows_the_kind() {
    let (scene, service) = signed_in();
    let default = format!("[default]\nlogin_session = {ALICE}\n");
    scene.world.config(&default).unwrap();
    let run = |words: &[&str]| scene.world.run(words).unwrap();
    let doctor = run(&["doctor"]);
    assert!(doctor.stdout.contains(&format!("not signed in as {ALICE}")), "{doctor:?}");
    let explain = run(&["explain", "production", "first"]);
    assert_eq!(explain.status, 0, "{explain:?}");
    assert!(explain.stdout.contains("a sign-on in the browser"), "{explain:?}");
    let explain = run(&["explain", "production", "first", "--no-input"]);
    assert_eq!(explain.status, 5, "{explain:?}");
    keep(&scene, &service.sign_in(600));
    let doctor = run(&["doctor"]);
    let told = format!("the base is the console sign-in of {ALICE} (~/.aws/config:2)");
    assert!(doctor.stdout.contains(&told), "{doctor:?}");
    let calls = |words: &[&str]| {
        let ran = run(&[&["explain", "--json"], words].concat());
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&told["asks"], ran.status), (&serde_json::json!([]), 0), "{ran:?}");
        told["calls"].clone()
    };
    assert_eq!(calls(&["--profile", "default"]), serde_json::json!([]));
    assert_eq!(calls(&["production", "first"]), serde_json::json!(["sts:AssumeRole"]));
    keep(&scene, &service.sign_in(100));
    let renewed = serde_json::json!(["signin:CreateOAuth2Token", "sts:AssumeRole"]);
    assert_eq!(calls(&["production", "first"]), renewed);
    let listed = run(&["profile", "list"]);
    assert!(listed.stdout.contains("sign-in") && listed.stdout.contains(ALICE), "{listed:?}");
    let known: Value = serde_json::from_str(&run(&["list", "--json"]).stdout).unwrap();
    assert_eq!(known["profiles"][0]["kind"], "sign-in");
    assert_eq!(service.received().len(), 0);
}

#[test]
fn its_account_is_guarded_like_any_other() {
    let (scene, service) = signed_in();
    keep(&scene, &service.sign_in(600));
    let accounts = format!(r#"{{"home": {{"id": "{BASTION}", "protected": true}}}}"#);
    scene.world.accounts(&accounts).unwrap();
    assert!(scene.refused_at_once(8, &["me"]).contains("is protected"));
    scene.switch(&["me", "--yes"]);
}
