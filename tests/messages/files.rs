//! Files and names that do not hold: the place, the reason, the nearest names, and that the rest
//! stays usable.

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, with_user};

const READ: [&str; 2] = ["production", "read"];

/// A user without MFA and a role, so that what is right works at once.
fn plain() -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene
}

#[track_caller]
fn assert_says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "{word:?} was not said:\n{said}");
    }
}

#[test]
fn an_unknown_account_brings_the_nearest_names() {
    let scene = bastion();
    let said = scene.refused_at_once(3, &["prodution", "read"]);
    assert_says(&said, &["there is no account 'prodution'", "did you mean production?"]);
    let said = scene.refused_at_once(3, &["PRODUCTION", "read"]);
    assert_says(&said, &["did you mean production?"]);
    let said = scene.refused_at_once(3, &["zzz", "read"]);
    assert_says(&said, &["there is no account 'zzz'", "~/.aws/accounts", "12-digit id"]);
}

#[test]
fn a_name_that_only_looks_the_same_is_never_proposed() {
    let scene = bastion();
    scene.world.accounts(&format!(r#"{{"pr\u043ed": "{PRODUCTION}"}}"#)).unwrap();
    let said = scene.refused_at_once(3, &["prod", "read"]);
    assert!(!said.contains("did you mean"), "{said}");
}

#[test]
fn without_an_accounts_file_a_name_is_refused_and_an_id_works() {
    let scene = plain();
    std::fs::remove_file(scene.world.home().join(".aws/accounts")).unwrap();
    let said = scene.refused_at_once(3, &READ);
    assert_says(
        &said,
        &["there is no account 'production'", "~/.aws/accounts does not exist", "12-digit id"],
    );
    scene.switch(&[PRODUCTION, "read"]);
}

#[test]
fn what_is_nearly_an_id_is_counted() {
    let scene = bastion();
    for (id, told) in [
        ("12345678901", "this has 11 digits"),
        ("1234567890123", "this has 13 digits"),
        ("123 456 789 012", "assume-role 123456789012 read"),
        ("1234-5678-9012", "assume-role 123456789012 read"),
    ] {
        let said = scene.refused_at_once(3, &[id, "read"]);
        assert_says(&said, &["12 digits and nothing else", told]);
    }
}

#[test]
fn a_broken_accounts_file_is_refused_with_line_and_column() {
    let scene = plain();
    for (text, place) in [
        ("{\n  \"production\": \"123456789012\",,\n}", "~/.aws/accounts:2:32: this is not JSON"),
        ("{\"production\": 012345678901}", "quote ids that start with 0: \"012345678901\""),
        ("[]", "~/.aws/accounts:1:1: the file is a list, not an object"),
        (
            "{\"a\": \"123456789012\",\n\"a\": \"999999999999\"}",
            "~/.aws/accounts:2:1: 'a' is already defined in line 1",
        ),
    ] {
        scene.world.accounts(text).unwrap();
        let said = scene.refused_at_once(3, &READ);
        assert_says(&said, &[place]);
    }
}

#[test]
fn a_wrong_entry_is_refused_only_when_it_is_used() {
    let scene = plain();
    scene
        .world
        .accounts(&format!("{{\"production\": \"{PRODUCTION}\",\n \"broken\": \"12\"}}"))
        .unwrap();
    scene.switch(&READ);
    let said = scene.refused_at_once(3, &["broken", "read"]);
    assert_says(&said, &["~/.aws/accounts:2:12: '12' is not an account id: it has 2 digits"]);
}

#[test]
fn an_accounts_file_elsewhere_is_named_where_it_is() {
    let mut scene = plain();
    scene.world.write("elsewhere.json", "{").unwrap();
    scene.world.set("ACCOUNTS_FILE", "~/elsewhere.json");
    assert_says(&scene.refused_at_once(3, &READ), &["~/elsewhere.json:1:"]);
}

#[test]
fn a_missing_base_profile_says_what_named_it() {
    let mut scene = plain();
    let said = scene.refused_at_once(3, &["production", "read", "--base", "defualt"]);
    assert_says(&said, &["no profile 'defualt'", "is named by --base", "did you mean default?"]);
    scene.world.set("AWS_PROFILE_ASSUME_ROLE", "x --endpoint-url http://evil.test");
    let said = scene.refused_at_once(3, &READ);
    assert_says(
        &said,
        &["no profile 'x --endpoint-url http://evil.test'", "is named by AWS_PROFILE_ASSUME_ROLE"],
    );
    scene.world.unset("AWS_PROFILE_ASSUME_ROLE");
    std::fs::remove_file(scene.world.home().join(".aws/credentials")).unwrap();
    assert_says(&scene.refused_at_once(3, &READ), &["no profile 'default'", "~/.aws/credentials"]);
}

#[test]
fn keys_that_are_none_are_refused_with_their_place() {
    let scene = plain();
    let id = &scene.key.id;
    for (text, told) in [
        (
            format!("[default]\naws_access_key_id = {id}\n"),
            "holds half a key (~/.aws/credentials:2)",
        ),
        (
            "[default]\naws_secret_access_key = x\n".to_owned(),
            "holds half a key (~/.aws/credentials:2)",
        ),
        (
            "[default]\nregion = eu-west-1\n".to_owned(),
            "profile 'default' (~/.aws/credentials:1) holds no keys",
        ),
        (
            "[default]\naws_access_key_id = $(id)\naws_secret_access_key = x\n".to_owned(),
            "~/.aws/credentials:2",
        ),
        (
            format!("[default]\naws_access_key_id {id}\n"),
            "~/.aws/credentials:2: this line has no '='",
        ),
    ] {
        scene.world.credentials(&text).unwrap();
        let said = scene.refused_at_once(3, &READ);
        assert_says(&said, &[told]);
    }
}

#[test]
fn a_line_that_is_wrong_harms_its_own_profile_only() {
    let scene = plain();
    scene.world.config("[profile other]\nbroken\n[default]\nregion = eu-west-1\n").unwrap();
    assert_eq!(scene.switch(&READ).get("AWS_REGION"), Some("eu-west-1"));
    scene.world.config("[default]\nbroken\n").unwrap();
    assert_says(&scene.refused_at_once(3, &READ), &["~/.aws/config:2: this line has no '='"]);
}

#[test]
fn wrong_values_of_profile_account_and_settings_are_refused_with_their_place() {
    let scene = plain();
    scene.world.config("[default]\nregion = EU-WEST-1\n").unwrap();
    assert_says(&scene.refused_at_once(3, &READ), &["~/.aws/config:2", "lower case: eu-west-1"]);
    scene.world.config("").unwrap();
    scene
        .world
        .accounts(&format!(
            "{{\"production\": {{\"id\": \"{PRODUCTION}\",\n\"duration\": \"9m\"}}}}"
        ))
        .unwrap();
    assert_says(&scene.refused_at_once(3, &READ), &["~/.aws/accounts:2:13", "900 to 43200"]);
    scene.world.accounts(&format!(r#"{{"production": "{PRODUCTION}"}}"#)).unwrap();
    scene
        .world
        .write(".config/assume-role/config.toml", "region = \"eu-west-1\"\nstore = \"cloud\"\n")
        .unwrap();
    assert_says(&scene.refused_at_once(3, &READ), &["~/.config/assume-role/config.toml:2"]);
}

#[test]
fn a_file_that_others_may_write_is_used_with_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let scene = plain();
    let path = scene.world.home().join(".aws/accounts");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    scene.switch(&READ).assert_says("everyone may write ~/.aws/accounts");
}

#[test]
fn an_unusable_store_is_an_error_where_set_and_a_warning_by_default() {
    use std::os::unix::fs::PermissionsExt;
    let mut scene = plain();
    scene.switch(&READ);
    let store = scene.world.home().join(".local/state/assume-role");
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o755)).unwrap();
    scene.switch(&READ).assert_says("the store is not used");
    scene.world.set("ASSUME_ROLE_STORE", "file");
    assert_says(&scene.refused_at_once(9, &READ), &["the store cannot be used", "chmod 700"]);
}

#[test]
fn a_section_that_is_almost_a_profile_is_named_with_its_remedy() {
    let scene = plain();
    scene
        .world
        .config("[corp]\nregion = eu-west-1\n[plugins]\ncli_legacy_plugin_path = /x\n")
        .unwrap();
    let said = scene.refused_at_once(3, &["corp"]);
    assert_says(&said, &["~/.aws/config:1: [corp] is not a profile; write [profile corp]"]);
    scene
        .world
        .credentials("[profile default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n")
        .unwrap();
    let said = scene.refused_at_once(3, &READ);
    assert_says(
        &said,
        &["~/.aws/credentials:1: [profile default] is not a profile; write [default]"],
    );
}

#[test]
fn temporary_keys_without_their_token_are_refused_offline() {
    let scene = plain();
    let keys = "aws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = s3cr3t\n";
    scene.world.credentials(&format!("[default]\n{keys}")).unwrap();
    let said = scene.refused_at_once(3, &READ);
    assert_says(
        &said,
        &["~/.aws/credentials:2: a temporary key (ASIA…) without aws_session_token"],
    );
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn a_home_or_a_variable_that_leads_nowhere_is_named_first() {
    for (variable, value, cause) in [
        ("HOME", "", "HOME is not set"),
        ("HOME", "here", "HOME is 'here', which is not an absolute path"),
        ("HOME", "/nonexistent/me", "HOME is /nonexistent/me, which does not exist"),
        ("ACCOUNTS_FILE", "~/nowhere", "ACCOUNTS_FILE names ~/nowhere, which does not exist"),
        ("AWS_CONFIG_FILE", "/nowhere", "AWS_CONFIG_FILE names /nowhere, which does not exist"),
    ] {
        let mut scene = plain();
        scene.world.set(variable, value);
        let said = scene.refused_at_once(3, &["unknown", "read"]);
        let message = format!("there is no account 'unknown'\n  {cause}\n");
        assert_says(&said, &[&message]);
        scene.world.set("AWS_PROFILE_ASSUME_ROLE", "unknown");
        let said = scene.refused_at_once(3, &[PRODUCTION, "read"]);
        assert!(variable == "ACCOUNTS_FILE" || said.contains(cause), "{said}");
    }
}

#[test]
fn a_misspelt_key_of_an_account_does_not_switch_its_protection_off() {
    let scene = plain();
    let account = format!(r#"{{"production": {{"id": "{PRODUCTION}", "protectde": true}}}}"#);
    scene.world.accounts(&account).unwrap();
    let said = scene.refused_at_once(3, &READ);
    assert_says(
        &said,
        &["~/.aws/accounts:1:", "'protectde' is not known", "did you mean protected?"],
    );
}
