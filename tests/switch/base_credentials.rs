//! Which keys ask: the base session that all roles share, keys that are temporary already, keys of
//! no user or of root.

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, DEVICE, PRODUCTION, Scene, bastion, with_user};

const READ: [&str; 2] = ["production", "read"];

/// A profile with the temporary keys of a base session that another tool made.
fn temporary_base(scene: &Scene, profile: &str) -> String {
    scene.switch_with_code(&READ);
    let issued =
        scene.sts.issued().into_iter().find(|issued| issued.action == "GetSessionToken").unwrap();
    format!(
        "[{profile}]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n",
        issued.key_id, issued.secret, issued.token
    )
}

#[test]
fn all_roles_and_accounts_share_one_base_session_of_twelve_hours() {
    let scene = bastion();
    scene.sts.add_role(Role::new(BASTION, "audit").trusts(Trust::account(BASTION).mfa()));
    let first = scene.switch_with_code(&READ);
    assert_eq!(scene.who(&first), "arn:aws:sts::123456789012:assumed-role/read/alice");
    for words in [["production", "admin"], ["production", "ops/deploy"], ["default", "audit"]] {
        scene.switch(&words);
    }
    assert_eq!((scene.sts.count("GetSessionToken"), scene.codes_sent()), (1, 1));
    let call = scene.sts.last("GetSessionToken").unwrap();
    assert_eq!(
        (call.get("DurationSeconds"), call.get("SerialNumber")),
        (Some("43200"), Some(DEVICE))
    );
    let renewable: i64 = first.get("ASSUME_ROLE_RENEWABLE").unwrap().parse().unwrap();
    let expires: i64 = first.get("ASSUME_ROLE_EXPIRES").unwrap().parse().unwrap();
    assert!((39_000..=43_200 - 3600).contains(&(renewable - expires)), "{renewable} {expires}");
}

#[test]
fn base_sessions_of_two_users_are_kept_apart() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    let bob = scene.sts.add_user(User::new(BASTION, "bob").mfa("bob"));
    let both = format!(
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n[bob]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        scene.key.id, scene.key.secret, bob.id, bob.secret
    );
    scene.world.credentials(&both).unwrap();
    let code = scene.sts.mfa_code("arn:aws:iam::999999999999:mfa/bob");
    let told = scene.switch(&["production", "read", &code, "--base", "bob"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/read/bob");
    let again = scene.switch(&READ);
    assert_eq!(scene.who(&again), "arn:aws:sts::123456789012:assumed-role/read/alice");
}

#[test]
fn the_base_profile_is_named_by_option_account_variable_in_this_order() {
    let mut scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    let mut credentials = String::new();
    for name in ["default", "variable", "account", "option"] {
        let key = scene.sts.add_user(User::new(BASTION, &format!("user-{name}")));
        credentials += &format!(
            "[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            key.id, key.secret
        );
    }
    scene.world.credentials(&credentials).unwrap();
    let caller = |scene: &Scene, words: &[&str]| {
        let told = scene.switch(words);
        scene.who(&told).rsplit('/').next().unwrap().to_owned()
    };
    assert_eq!(caller(&scene, &READ), "user-default");
    scene.world.set("AWS_PROFILE_ASSUME_ROLE", "variable");
    scene.world.set("AWS_PROFILE", "option");
    assert_eq!(caller(&scene, &READ), "user-variable");
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "base": "account"}}}}"#))
        .unwrap();
    assert_eq!(caller(&scene, &READ), "user-account");
    assert_eq!(caller(&scene, &["production", "read", "--base", "option"]), "user-option");
}

#[test]
fn keys_of_the_shell_are_no_base() {
    let mut scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    let mallory = scene.sts.add_user(User::new(BASTION, "mallory"));
    scene.world.set("AWS_ACCESS_KEY_ID", &mallory.id);
    scene.world.set("AWS_SECRET_ACCESS_KEY", &mallory.secret);
    let told = scene.switch(&READ);
    assert!(scene.who(&told).ends_with("/alice"));
}

#[test]
fn without_a_device_the_users_keys_ask_directly_and_that_is_remembered() {
    let scene = with_user(User::new(BASTION, "alice"));
    for role in ["read", "admin"] {
        scene.sts.add_role(Role::new(PRODUCTION, role).trusts(Trust::account(BASTION)));
    }
    let told = scene.switch(&READ);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/read/alice");
    assert!(told.get("ASSUME_ROLE_RENEWABLE").is_some());
    scene.switch(&["production", "admin"]);
    assert_eq!((scene.sts.count("ListMFADevices"), scene.sts.count("GetSessionToken")), (1, 0));
    assert_eq!(
        scene.sts.last("AssumeRole").unwrap().key_id.as_deref(),
        Some(scene.key.id.as_str())
    );
}

#[test]
fn temporary_keys_are_used_as_they_are() {
    let scene = bastion();
    let profile = temporary_base(&scene, "default");
    scene.world.credentials(&profile).unwrap();
    let told = scene.switch(&READ);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/read/alice");
    assert_eq!((scene.sts.count("GetSessionToken"), scene.sts.count("ListMFADevices")), (1, 1));
    assert_eq!(told.get("ASSUME_ROLE_RENEWABLE"), None);
}

#[test]
fn temporary_keys_give_an_hour_and_that_is_known_before_the_call() {
    let mut scene = bastion();
    scene.add_roles(&[("long", 43200)]);
    let profile = temporary_base(&scene, "default");
    scene.world.credentials(&profile).unwrap();
    let calls = scene.sts.count("AssumeRole");
    let said = scene.refused(3, &["production", "long", "--duration", "2h"]);
    assert!(said.contains("2h is too long") && said.contains("--duration 1h"), "{said}");
    assert_eq!(scene.sts.count("AssumeRole"), calls);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "7200");
    let told = scene.switch(&["production", "long"]);
    told.assert_lasts(3600);
    told.assert_says("1h instead of 2h");
    assert_eq!(scene.sts.count("AssumeRole"), calls + 1);
}

#[test]
fn a_code_for_temporary_keys_is_not_sent_and_that_is_said() {
    let scene = bastion();
    let profile = temporary_base(&scene, "default");
    scene.world.credentials(&profile).unwrap();
    let sent = scene.codes_sent();
    let told = scene.switch(&["production", "admin", "123456"]);
    told.assert_says("the code was not needed");
    assert_eq!(scene.codes_sent(), sent);
}

#[test]
fn ended_temporary_keys_are_named_with_their_profile() {
    let scene = bastion();
    let profile = temporary_base(&scene, "default");
    scene.world.credentials(&profile).unwrap();
    let base =
        scene.sts.issued().into_iter().find(|issued| issued.action == "GetSessionToken").unwrap();
    scene.sts.expire(&base.key_id);
    let said = scene.refused(4, &["production", "admin"]);
    assert!(said.contains("profile default (~/.aws/credentials:2) have expired"), "{said}");
    assert_eq!(scene.sts.count("GetSessionToken"), 1);
}

#[test]
fn root_keys_are_refused_before_any_question() {
    for user in [User::root(BASTION), User::root(BASTION).mfa("root-account-mfa-device")] {
        let scene = with_user(user);
        scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
        let mut terminal = scene.on_terminal(&READ);
        assert_eq!(terminal.wait().unwrap(), 4, "{}", terminal.text());
        let text = terminal.text();
        assert!(text.contains("holds root keys") && !text.contains("MFA code"), "{text}");
        assert_eq!((terminal.stdout().as_str(), scene.sts.count("AssumeRole")), ("", 0));
    }
}

#[test]
fn keys_that_aws_does_not_know_are_named_with_their_profile() {
    let scene = bastion();
    scene.sts.disable_key(&scene.key.id);
    let said = scene.refused(4, &READ);
    assert!(
        said.contains("AWS does not know the access key of profile default (~/.aws/credentials:2)"),
        "{said}"
    );
}

#[test]
fn a_wrong_secret_is_distinguished_from_a_wrong_clock() {
    let scene = bastion();
    let text = format!(
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        scene.key.id,
        "x".repeat(40)
    );
    scene.world.credentials(&text).unwrap();
    let said = scene.refused(4, &READ);
    assert!(
        said.contains("the secret access key of profile default") && !said.contains("clock"),
        "{said}"
    );
}
