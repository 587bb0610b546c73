//! Which MFA device: named, remembered, found out, chosen or guessed.

use crate::fake_aws::sts::{Listing, Role, Trust, User};
use crate::scenes::{BASTION, DEVICE, PRODUCTION, Scene, bastion, with_user};

const READ: [&str; 2] = ["production", "read"];
const PHONE: &str = "arn:aws:iam::999999999999:mfa/phone";

/// A user with these devices, and a role that wants MFA.
fn user_with(devices: impl FnOnce(User) -> User) -> Scene {
    let scene = with_user(devices(User::new(BASTION, "alice")));
    scene.add_roles(&[("read", 3600), ("admin", 3600)]);
    scene
}

fn serial_sent(scene: &Scene) -> String {
    scene.sts.last("GetSessionToken").unwrap().get("SerialNumber").unwrap().to_owned()
}

#[test]
fn the_only_device_is_found_and_remembered() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    assert_eq!(serial_sent(&scene), DEVICE);
    scene.switch_with_code(&["production", "read", "--refresh"]);
    assert_eq!(scene.sts.count("ListMFADevices"), 1);
}

#[test]
fn a_passkey_beside_a_device_is_passed_over() {
    let scene = user_with(|user| user.passkey("alice/key-ABC").mfa("phone"));
    let code = scene.sts.mfa_code(PHONE);
    scene.switch(&["production", "read", &code]);
    assert_eq!(serial_sent(&scene), PHONE);
}

#[test]
fn devices_on_later_pages_of_the_list_count() {
    let scene = user_with(|user| user.passkey("alice/key-ABC").mfa("phone"));
    scene.sts.set_page(1);
    let code = scene.sts.mfa_code(PHONE);
    scene.switch(&["production", "read", &code]);
    assert_eq!(serial_sent(&scene), PHONE);
}

#[test]
fn only_passkeys_mean_no_mfa_and_that_is_said() {
    let scene = user_with(|user| user.passkey("alice/key-ABC"));
    scene.sts.add_role(Role::new(PRODUCTION, "open").trusts(Trust::account(BASTION)));
    let told = scene.switch(&["production", "open"]);
    told.assert_says("only passkeys, which STS cannot take");
    assert_eq!(scene.sts.count("GetSessionToken"), 0);
    let said = scene.refused(4, &READ);
    assert!(said.contains("MFA no"), "{said}");
}

#[test]
fn a_device_made_after_none_was_remembered_is_found() {
    let scene = user_with(|user| user);
    scene.sts.add_role(Role::new(PRODUCTION, "open").trusts(Trust::account(BASTION)));
    scene.switch(&["production", "open"]);
    scene.sts.add_device(&scene.key.id, "alice");
    scene.switch_with_code(&READ);
    assert_eq!((scene.sts.count("ListMFADevices"), serial_sent(&scene).as_str()), (2, DEVICE));
}

#[test]
fn a_refusal_without_a_device_looks_for_one_next_time() {
    let scene = user_with(|user| user);
    scene.refused(4, &READ);
    scene.sts.add_device(&scene.key.id, "alice");
    scene.switch_with_code(&READ);
    assert_eq!(serial_sent(&scene), DEVICE);
}

#[test]
fn a_code_without_any_device_is_not_sent_and_that_is_said() {
    let scene = user_with(|user| user);
    scene.sts.add_role(Role::new(PRODUCTION, "open").trusts(Trust::account(BASTION)));
    scene.switch(&["production", "open", "123456"]).assert_says("the code was not sent");
    assert_eq!(scene.codes_sent(), 0);
}

#[test]
fn several_devices_are_chosen_on_the_terminal_once() {
    let scene = user_with(|user| user.mfa("alice").mfa("phone"));
    let mut terminal = scene.on_terminal(&READ);
    terminal.wait_for("2  arn:aws:iam::999999999999:mfa/phone").unwrap();
    terminal.wait_for("Which MFA device?").unwrap();
    terminal.type_line("3").unwrap();
    terminal.wait_for("a number from 1 to 2").unwrap();
    terminal.wait_for("Which MFA device?").unwrap();
    terminal.type_line("2").unwrap();
    terminal.wait_for(&format!("MFA code of {PHONE}:")).unwrap();
    terminal.type_line(&scene.sts.mfa_code(PHONE)).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert_eq!(serial_sent(&scene), PHONE);
    let code = scene.sts.mfa_code(PHONE);
    scene.switch(&["production", "read", "--refresh", &code]);
    assert_eq!((scene.sts.count("ListMFADevices"), serial_sent(&scene).as_str()), (1, PHONE));
}

#[test]
fn several_devices_without_a_terminal_are_named() {
    let scene = user_with(|user| user.mfa("alice").mfa("phone"));
    let said = scene.refused(5, &READ);
    assert!(
        said.contains("--mfa-serial") && said.contains(DEVICE) && said.contains(PHONE),
        "{said}"
    );
    let code = scene.sts.mfa_code(PHONE);
    scene.refused(5, &["production", "read", &code]);
    assert_eq!(scene.codes_sent(), 0);
}

#[test]
fn option_account_and_profile_name_the_device_in_this_order() {
    let scene = user_with(|user| user.mfa("of-option").mfa("of-account").mfa("of-profile"));
    let serial = |name: &str| format!("arn:aws:iam::999999999999:mfa/{name}");
    let switch = |words: &[&str], device: &str| {
        let code = scene.sts.mfa_code(&serial(device));
        scene.switch(&[&["production", "read", "--refresh", &code], words].concat());
        assert_eq!(serial_sent(&scene), serial(device));
    };
    scene.world.config(&format!("[default]\nmfa_serial = {}\n", serial("of-profile"))).unwrap();
    switch(&[], "of-profile");
    let account = format!(
        r#"{{"production": {{"id": "{PRODUCTION}", "mfa_serial": "{}"}}}}"#,
        serial("of-account")
    );
    scene.world.accounts(&account).unwrap();
    switch(&[], "of-account");
    switch(&["--mfa-serial", &serial("of-option")], "of-option");
    assert_eq!(scene.sts.count("ListMFADevices"), 0);
}

#[test]
fn where_listing_is_denied_a_guess_is_shown_in_the_question() {
    for listing in [Listing::Denied, Listing::DeniedWithoutMfa] {
        let scene = bastion();
        scene.sts.set_listing(listing);
        let mut terminal = scene.on_terminal(&READ);
        terminal.wait_for(&format!("MFA code of {DEVICE} (a guess):")).unwrap();
        terminal.type_line(&scene.code()).unwrap();
        assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
        assert_eq!(serial_sent(&scene), DEVICE);
    }
}

#[test]
fn a_guess_that_worked_is_remembered() {
    let scene = bastion();
    scene.sts.set_listing(Listing::Denied);
    scene.switch_with_code(&READ);
    scene.switch_with_code(&["production", "read", "--refresh"]);
    assert_eq!(scene.sts.count("ListMFADevices"), 1);
}

#[test]
fn a_guess_that_is_wrong_takes_no_second_code_and_is_not_remembered() {
    let scene = user_with(|user| user.mfa("phone"));
    scene.sts.set_listing(Listing::Denied);
    let said = scene.refused(4, &["production", "read", "123456"]);
    assert!(
        said.contains(DEVICE) && said.contains("a guess") && said.contains("--mfa-serial"),
        "{said}"
    );
    assert_eq!(scene.codes_sent(), 1);
    scene.sts.set_listing(Listing::Allowed);
    let code = scene.sts.mfa_code(PHONE);
    scene.switch(&["production", "read", &code]);
}

#[test]
fn a_named_device_of_another_user_takes_no_second_code() {
    let scene = bastion();
    scene.sts.add_user(User::new(BASTION, "bob").mfa("bob"));
    let words = ["production", "read", "--mfa-serial", "arn:aws:iam::999999999999:mfa/bob"];
    let mut terminal = scene.on_terminal(&words);
    terminal.wait_for("mfa/bob:").unwrap();
    terminal.type_line("123456").unwrap();
    assert_eq!(terminal.wait().unwrap(), 4, "{}", terminal.text());
    let text = terminal.text();
    assert!(
        text.contains("mfa/bob (--mfa-serial)") && text.contains("does not belong to the user"),
        "{text}"
    );
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn a_remembered_device_that_was_replaced_is_found_anew() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    scene.sts.replace_devices(&scene.key.id, "phone");
    scene.refused(4, &["production", "read", "--refresh", "123456"]);
    let code = scene.sts.mfa_code(PHONE);
    scene.switch(&["production", "read", "--refresh", &code]);
    assert_eq!(serial_sent(&scene), PHONE);
}

#[test]
fn an_mfa_serial_of_a_base_profile_that_is_not_one_is_refused() {
    let scene = bastion();
    scene
        .world
        .config("[default]\nmfa_serial = arn:aws:iam::999999999999:mfa/a\"; touch x\n")
        .unwrap();
    let said = scene.refused_at_once(3, &READ);
    assert!(said.contains("~/.aws/config:2: MFA serial"), "{said}");
}
