//! IAM Identity Center by account and role: the permission set is taken from the sign-on that gives
//! it, and no role of IAM is looked for.

use super::sso::{FAR, keep, signed};
use crate::fake_aws::sso::Sso;
use crate::scenes::{PRODUCTION, Scene};

const ROLE: &str = "Read+Only";

fn signed_on() -> (Scene, Sso) {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    (scene, sso)
}

#[track_caller]
fn gives_the_permission_set(scene: &Scene, sso: &Sso, words: &[&str]) {
    let told = scene.switch(words);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/first/alice@corp");
    assert_eq!(told.get("AWS_ACCOUNT_NAME"), Some("staging"), "{words:?}");
    assert_eq!(told.get("AWS_ACCOUNT_ROLE"), Some(ROLE), "{words:?}");
    assert_eq!(told.get("AWS_REGION"), Some("eu-west-3"), "the alias has its own region");
    assert_eq!(sso.received("/federation/credentials").len(), 1, "{words:?}");
    assert!(scene.sts.last("AssumeRole").is_none(), "{words:?}");
    // The stored session serves, and renews as it was asked for.
    scene.switch(words);
    assert_eq!(sso.received("/federation/credentials").len(), 1, "{words:?}");
}

/// Programs take it when no profile is named to them, as after a switch by account and role.
#[test]
fn the_region_is_that_of_the_profile_that_tells_the_sign_on_or_of_default() {
    let (scene, _sso) = signed_on();
    let config = scene.world.home().join(".aws/config");
    let told = std::fs::read_to_string(&config).unwrap();
    let (profile, session) = told.split_once("[sso-session corp]").unwrap();
    let region = |text: &str, words: &[&str]| {
        std::fs::write(&config, text).unwrap();
        scene.switch(words).get("AWS_REGION").map(str::to_owned)
    };
    let words = [PRODUCTION, ROLE, "--scheme", "sso", "--refresh"];
    let of_default = format!("[default]\nregion = eu-west-2\n[sso-session corp]{session}");
    assert_eq!(region(&of_default, &words).as_deref(), Some("eu-west-2"));
    let named = profile.replacen("[profile read]\n", "[profile read]\nregion = eu-west-3\n", 1);
    let both = format!("{named}{of_default}");
    assert_eq!(region(&both, &words).as_deref(), Some("eu-west-3"));
    assert_eq!(
        region(&both, &[&words[..], &["eu-central-1"]].concat()).as_deref(),
        Some("eu-central-1")
    );
    assert_eq!(region(&format!("[sso-session corp]{session}"), &words), None);
}

fn accounts(scene: &Scene, fields: &str) {
    let entry = format!(r#"{{"id": "{PRODUCTION}", "region": "eu-west-3"{fields}}}"#);
    scene.world.accounts(&format!(r#"{{"staging": {entry}}}"#)).unwrap();
}

#[test]
fn the_account_names_the_session_or_one_profile_knows_the_role_or_the_scheme_is_typed() {
    for (fields, words) in [
        (r#", "sso_session": "corp""#, &["staging", ROLE][..]),
        ("", &["staging", ROLE]),
        ("", &["staging", ROLE, "--scheme", "sso"]),
        (r#", "scheme": "sso""#, &["staging", ROLE]),
        ("", &["staging:Read+Only"]),
    ] {
        let (scene, sso) = signed_on();
        accounts(&scene, fields);
        gives_the_permission_set(&scene, &sso, words);
    }
}

#[test]
fn the_only_role_that_is_known_goes_by_the_sign_on_that_gives_it() {
    let (scene, sso) = signed_on();
    let config = scene.world.home().join(".aws/config");
    let text = std::fs::read_to_string(&config).unwrap();
    let (before, _) = text.split_once("[profile second]").unwrap();
    std::fs::write(&config, before).unwrap();
    accounts(&scene, "");
    gives_the_permission_set(&scene, &sso, &["staging"]);
}

#[test]
fn what_is_said_otherwise_wins() {
    let (scene, sso) = signed_on();
    accounts(&scene, "");
    for words in [["--base", "default"], ["--scheme", "bastion"]] {
        // The user's own keys want a code.
        let said = scene.refused(5, &[&["staging", ROLE], &words[..]].concat());
        assert!(said.contains("an answer is needed"), "{said}");
    }
    assert!(sso.received("/federation/credentials").is_empty());
}

#[test]
fn two_sign_ons_that_give_the_role_are_both_named() {
    let (scene, sso) = signed_on();
    accounts(&scene, "");
    let config = scene.world.home().join(".aws/config");
    let text = std::fs::read_to_string(&config).unwrap();
    let other = format!(
        "[profile other]\nsso_start_url = https://other.awsapps.com/start\nsso_region = eu-west-1\n\
         sso_account_id = {PRODUCTION}\nsso_role_name = {ROLE}\n"
    );
    std::fs::write(&config, text + &other).unwrap();
    let said = scene.refused_at_once(3, &["staging", ROLE]);
    assert!(said.contains("assume-role --profile read"), "{said}");
    assert!(said.contains("assume-role --profile other"), "{said}");
    assert!(sso.received("/federation/credentials").is_empty());
}

#[test]
fn neither_a_code_nor_parameters_of_a_role_fit() {
    let (scene, _) = signed_on();
    accounts(&scene, r#", "sso_session": "corp""#);
    let said = scene.refused_at_once(2, &["staging", ROLE, "123456"]);
    assert!(said.contains("takes no MFA code"), "{said}");
    let said = scene.refused_at_once(2, &["staging", ROLE, "--duration", "2h"]);
    assert!(said.contains("--duration is a parameter of AssumeRole"), "{said}");
}

#[test]
fn a_profile_that_only_signs_on_gives_a_token_and_no_keys() {
    let (scene, sso) = signed();
    let config = "[profile tool]\nsso_session = corp\n\
        [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    scene.world.config(config).unwrap();
    for words in [["--profile", "tool"].as_slice(), &["tool"]] {
        let said = scene.refused_at_once(3, words);
        assert!(
            said.contains("~/.aws/config:2: profile 'tool' signs on and names no role"),
            "{said}"
        );
        assert!(said.contains("sso_role_name"), "{said}");
    }
    let doctor = scene.world.run(["doctor"]).unwrap();
    assert!(!(doctor.stdout + &doctor.stderr).contains("tool"));
    let ran = scene.world.run(["login", "tool"]).unwrap();
    assert!(ran.status == 0 && ran.stderr.contains("signed on to corp"), "{ran:?}");
    assert_eq!(sso.received("/token").len(), 1);
}

#[test]
fn a_start_page_that_tells_its_region_needs_no_other() {
    let (scene, sso) = signed();
    let start = "https://ssoins-72230123456789ab.portal.eu-west-1.app.aws";
    let config = format!(
        "[profile read]\nsso_session = corp\nsso_account_id = {PRODUCTION}\nsso_role_name = {ROLE}\n\
         [sso-session corp]\nsso_start_url = {start}\n"
    );
    scene.world.config(&config).unwrap();
    assert_eq!(scene.world.run(["login", "corp"]).unwrap().status, 0);
    assert_eq!(sso.received("/device_authorization")[0]["startUrl"], start);
    assert_eq!(scene.switch(&["read"]).get("AWS_ACCOUNT_ROLE"), Some(ROLE));
    let corp = config.replace(start, "https://corp.awsapps.com/start");
    scene.world.config(&corp).unwrap();
    let said = scene.refused_at_once(3, &["read"]);
    assert!(said.contains("'corp' has no sso_region"), "{said}");
}

#[test]
fn a_chain_and_the_profile_it_begins_with_share_one_session() {
    for words in [["read", "second"], ["second", "read"]] {
        let (scene, sso) = signed_on();
        for word in words {
            scene.switch(&[word]);
        }
        assert_eq!(sso.received("/federation/credentials").len(), 1, "{words:?}");
    }
}

#[test]
fn fifty_at_once_ask_once() {
    let (scene, sso) = signed_on();
    accounts(&scene, r#", "sso_session": "corp""#);
    let children: Vec<_> = (0..50)
        .map(|_| {
            let mut command = scene.world.command(["export", "--shell", "bash", "staging", ROLE]);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let asked = (sso.requests(), scene.sts.requests().len());
    assert_eq!(asked, (1, 0));
    scene.switch(&["staging", ROLE]);
    assert_eq!(sso.requests(), 1, "the store serves");
}
