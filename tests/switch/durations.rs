//! How long a role session lasts: what is asked for, what AWS allows, and which way leads there.

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, with_user};

fn scene_with(roles: &[(&str, i64)]) -> Scene {
    let scene = bastion();
    scene.add_roles(roles);
    scene
}

fn seconds_sent(scene: &Scene) -> Vec<String> {
    let calls = scene.sts.requests();
    let of_roles = calls.iter().filter(|logged| logged.action == "AssumeRole");
    of_roles.map(|logged| logged.get("DurationSeconds").unwrap().to_owned()).collect()
}

#[test]
fn an_hour_by_default() {
    let scene = scene_with(&[("long", 43200)]);
    scene.switch_with_code(&["production", "long"]).assert_lasts(3600);
    assert_eq!(seconds_sent(&scene), ["3600"]);
}

#[test]
fn option_account_variable_in_this_order() {
    let mut scene = scene_with(&[("long", 43200)]);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "1800");
    scene.switch_with_code(&["production", "long"]).assert_lasts(1800);
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "duration": "20m"}}}}"#))
        .unwrap();
    scene.switch(&["production", "long"]).assert_lasts(1200);
    scene.switch(&["production", "long", "--duration", "900s"]).assert_lasts(900);
}

#[test]
fn more_than_an_hour_goes_straight_on_the_users_keys_with_the_code() {
    let mut scene = scene_with(&[("long", 43200)]);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "43200");
    let told = scene.switch_with_code(&["production", "long"]);
    told.assert_lasts(43200);
    let call = scene.sts.last("AssumeRole").unwrap();
    assert_eq!(call.key_id.as_deref(), Some(scene.key.id.as_str()));
    assert!(call.get("TokenCode").is_some());
    assert_eq!((scene.sts.count("GetSessionToken"), told.get("ASSUME_ROLE_RENEWABLE")), (0, None));
}

#[test]
fn a_long_role_takes_its_own_code_though_a_base_session_lives() {
    let scene = scene_with(&[("long", 43200)]);
    scene.switch_with_code(&["production", "read"]);
    scene.switch_with_code(&["production", "long", "--duration", "2h"]).assert_lasts(7200);
    assert_eq!((scene.codes_sent(), scene.sts.count("GetSessionToken")), (2, 1));
}

#[test]
fn without_a_terminal_a_stored_mfa_session_gives_an_hour_with_a_note() {
    for words in [&["production", "long"][..], &["production", "long", "--no-input"]] {
        let mut scene = scene_with(&[("long", 43200)]);
        scene.switch_with_code(&["production", "read"]);
        scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "7200");
        let told = scene.switch(words);
        told.assert_lasts(3600);
        told.assert_says("1h instead of 2h");
        assert_eq!(scene.codes_sent(), 1);
    }
}

#[test]
fn a_fallback_hour_is_not_reused_where_a_code_can_be_asked_for() {
    let mut scene = scene_with(&[("long", 43200)]);
    scene.switch_with_code(&["production", "read"]);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "7200");
    scene.switch(&["production", "long"]);
    scene.switch_with_code(&["production", "long"]).assert_lasts(7200);
}

#[test]
fn a_fallback_hour_is_reused_without_a_terminal() {
    let mut scene = scene_with(&[("long", 43200)]);
    scene.switch_with_code(&["production", "read"]);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "7200");
    let first = scene.switch(&["production", "long"]);
    assert_eq!(scene.switch(&["production", "long"]).keys().id, first.keys().id);
}

#[test]
fn without_a_terminal_or_a_stored_session_the_exit_code_is_5() {
    let scene = scene_with(&[("long", 43200)]);
    scene.refused(5, &["production", "long", "--duration", "2h"]);
}

#[test]
fn a_configured_duration_steps_down_with_one_code_and_is_remembered() {
    let mut scene = scene_with(&[("four", 4 * 3600)]);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "43200");
    let told = scene.switch_with_code(&["production", "four"]);
    told.assert_lasts(4 * 3600);
    told.assert_says("4h instead of 12h (AWS_ROLE_SESSION_TIMEOUT)");
    assert_eq!(seconds_sent(&scene), ["43200", "28800", "14400"]);
    let again = scene.switch_with_code(&["production", "four", "--refresh"]);
    again.assert_lasts(4 * 3600);
    again.assert_silent_about("instead of");
    assert_eq!(seconds_sent(&scene)[3..], ["14400"]);
}

#[test]
fn a_duration_that_steps_down_to_an_hour_is_remembered_too() {
    let mut scene = scene_with(&[]);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "7200");
    scene.switch_with_code(&["production", "read"]).assert_says("1h instead of 2h");
    let calls = seconds_sent(&scene).len();
    scene.switch_with_code(&["production", "read", "--refresh"]).assert_lasts(3600);
    assert_eq!(seconds_sent(&scene)[calls..], ["3600"]);
}

#[test]
fn another_role_is_not_held_to_what_was_remembered() {
    let mut scene = scene_with(&[("four", 4 * 3600), ("long", 43200)]);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "43200");
    scene.switch_with_code(&["production", "four"]);
    scene.switch_with_code(&["production", "long"]).assert_lasts(43200);
}

#[test]
fn a_duration_on_the_command_line_is_refused_with_the_largest_one_which_then_takes_no_code() {
    let scene = scene_with(&[("four", 4 * 3600)]);
    let said = scene.refused_with_code(3, &["production", "four", "--duration", "12h"]);
    assert!(
        said.contains("12h is longer than production:four allows")
            && said.contains("--duration 4h"),
        "{said}"
    );
    let calls = scene.sts.requests().len();
    scene.switch(&["production", "four", "--duration", "4h"]).assert_lasts(4 * 3600);
    assert_eq!(scene.sts.requests().len(), calls);
}

#[test]
fn a_duration_on_the_command_line_is_refused_without_a_device_too() {
    let scene = with_user(User::new(BASTION, "alice"));
    scene
        .sts
        .add_role(Role::new(PRODUCTION, "two").trusts(Trust::account(BASTION)).max_session(7200));
    let said = scene.refused(3, &["production", "two", "--duration", "12h"]);
    assert!(said.contains("--duration 2h"), "{said}");
    scene.switch(&["production", "two", "--duration", "2h"]).assert_lasts(7200);
}

#[test]
fn a_remembered_duration_does_not_shorten_what_the_command_line_asks() {
    let mut scene = scene_with(&[("grows", 3600)]);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "7200");
    scene.switch_with_code(&["production", "grows"]).assert_lasts(3600);
    scene.add_roles(&[("grows", 43200)]);
    scene.switch_with_code(&["production", "grows", "--duration", "2h"]).assert_lasts(7200);
}

#[test]
fn where_a_refused_duration_spends_the_code_the_next_one_is_asked_for() {
    let scene = scene_with(&[("four", 4 * 3600)]);
    scene.sts.spend_codes_always();
    let mut terminal = scene.on_terminal(&["production", "four", "--duration", "4h"]);
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());

    let mut scene = scene_with(&[("four", 4 * 3600)]);
    scene.sts.spend_codes_always();
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "28800");
    let mut terminal = scene.on_terminal(&["production", "four"]);
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    terminal.wait_for("each code works once").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert_eq!(seconds_sent(&scene), ["28800", "14400", "14400"]);
}

#[test]
fn durations_outside_what_sts_takes_are_refused_with_their_place() {
    let mut scene = bastion();
    for duration in ["899", "43201", "-1", "1e9", "0x10", "٣٦٠٠", "13h", "soon", ""] {
        let option = format!("--duration={duration}");
        let said = scene.refused_at_once(3, &["production", "read", &option]);
        assert!(said.contains("--duration"), "{duration}: {said}");
    }
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "60");
    let said = scene.refused_at_once(3, &["production", "read"]);
    assert!(said.contains("AWS_ROLE_SESSION_TIMEOUT") && said.contains("900 to 43200"), "{said}");
}
