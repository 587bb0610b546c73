//! Answers that cannot be right: forged fields, cut, garbled, huge, slow, from another account.

use std::time::Duration;

use crate::fake_aws::listener::Listener;
use crate::fake_aws::sts::{Fault, Role, Trust, User};
use crate::scenes::{BASTION, DEVICE, PRODUCTION, Scene, bastion, with_user};

const READ: [&str; 2] = ["production", "read"];

/// A user without MFA: one call makes a switch.
fn plain() -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene.switch(&READ);
    scene
}

/// Asserts that a switch fails with status 6 and stores no session; gives what was said.
#[track_caller]
fn spoiled(scene: &Scene, fault: Fault) -> String {
    let stored = scene.stored_sessions();
    scene.sts.fail_always("AssumeRole", Some(fault));
    let said = scene.refused(6, &["production", "read", "--refresh"]);
    assert_eq!(scene.stored_sessions(), stored);
    said
}

#[test]
fn code_in_a_field_is_refused_and_never_stored() {
    let scene = plain();
    let canary = scene.world.root().join("canary");
    for payload in ["$(touch C)", "\";touch C;\"", "'; touch C; '", "`touch C`", "a b", "é", ""] {
        let text = payload.replace('C', &canary.to_string_lossy());
        for field in ["AccessKeyId", "SecretAccessKey", "SessionToken"] {
            let said = spoiled(&scene, Fault::replace(field, &text));
            assert!(
                said.contains("malformed reply") && said.contains(field),
                "{field} {payload}: {said}"
            );
            assert!(!said.contains("touch"), "{said}");
        }
    }
    assert!(!canary.exists());
}

#[test]
fn an_end_that_cannot_be_right_is_refused() {
    let scene = plain();
    for end in [
        "2001-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "2026-11-22T10:00:00", "soon", "",
        "9999999999999",
    ] {
        spoiled(&scene, Fault::replace("Expiration", end));
    }
}

#[test]
fn a_session_of_another_account_or_role_is_refused() {
    let scene = plain();
    for arn in [
        "arn:aws:sts::999999999999:assumed-role/read/alice",
        "arn:aws:sts::123456789012:assumed-role/admin/alice",
        "arn:aws-cn:sts::123456789012:assumed-role/read/alice",
        "arn:aws:sts::123456789012:assumed-role/read/a\u{9b}31m",
        "",
    ] {
        let said = spoiled(&scene, Fault::replace("Arn", arn));
        assert!(
            said.contains("malformed reply") && said.contains("AssumedRoleUser"),
            "{arn}: {said}"
        );
    }
}

#[test]
fn a_body_that_is_not_an_aws_response_is_reported() {
    let scene = plain();
    let json = |text: &str| Fault::Body {
        status: 200,
        content_type: "application/json".into(),
        text: text.into(),
    };
    for fault in
        [Fault::garbage(), Fault::empty(), Fault::portal(), json("{}"), json("null"), json("")]
    {
        let said = spoiled(&scene, fault);
        assert!(said.contains("STS at http://127.0.0.1:"), "{said}");
        assert!(!said.contains("null"), "{said}");
    }
    let said = spoiled(&scene, Fault::portal());
    assert!(
        said.contains("not an AWS answer (HTTP 200)") && said.contains("captive portal"),
        "{said}"
    );
}

#[test]
fn keys_in_a_reply_that_does_not_parse_are_not_shown() {
    let scene = plain();
    let text = "<AssumeRoleResponse><AssumeRoleResult><Credentials><SecretAccessKey>S3CR3TCANARY</SecretAccessKey>";
    let said = spoiled(
        &scene,
        Fault::Body { status: 200, content_type: "text/xml".into(), text: text.into() },
    );
    assert!(!said.contains("S3CR3TCANARY"), "{said}");
}

/// At every byte, in shares: most of the time of each run is a wait before the next attempt.
#[test]
fn an_answer_cut_anywhere_gives_nothing() {
    const SHARES: usize = 24;
    std::thread::scope(|scope| {
        for share in 0..SHARES {
            scope.spawn(move || {
                let scene = plain();
                let whole = scene.sts.last("AssumeRole").unwrap().reply_length;
                for length in (share..whole).step_by(SHARES) {
                    spoiled(&scene, Fault::CutAfter(length));
                }
                scene.sts.fail_always("AssumeRole", Some(Fault::CutAfter(whole)));
                scene.switch(&["production", "read", "--refresh"]);
            });
        }
    });
}

#[test]
fn an_answer_without_end_ends_in_time() {
    let mut scene = plain();
    scene.world.set("ASSUME_ROLE_TIMEOUT", "1s");
    for fault in [
        Fault::EndlessHead,
        Fault::Huge(100 << 20),
        Fault::Slow(Duration::from_millis(100)),
        Fault::Hang,
    ] {
        spoiled(&scene, fault);
    }
}

#[test]
fn an_answer_without_end_about_devices_ends_in_time() {
    let scene = bastion();
    for fault in [
        Fault::EndlessHead,
        Fault::Huge(100 << 20),
        Fault::garbage(),
        Fault::portal(),
        Fault::Close,
    ] {
        scene.sts.fail_always("ListMFADevices", Some(fault));
        let code = scene.code();
        // The devices are not known; a guess serves.
        scene.switch(&["production", "read", "--refresh", &code]);
        scene.world.run(["logout", "--all"]).unwrap();
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let scene = plain();
    let elsewhere = Listener::start().unwrap();
    for status in [301, 302, 307, 308] {
        let to = format!("{}/", elsewhere.url());
        spoiled(&scene, Fault::Redirect { status, to: to.clone() });
        let with_mfa = bastion();
        for action in ["GetSessionToken", "GetCallerIdentity", "ListMFADevices"] {
            with_mfa.sts.fail_always(action, Some(Fault::Redirect { status, to: to.clone() }));
            with_mfa.refused(6, &["production", "read", "123456"]);
        }
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn an_identity_that_cannot_be_right_is_refused() {
    for (field, text) in
        [("Account", "$(touch x)"), ("Account", "12"), ("Arn", "x"), ("Arn", "arn:\u{202e}x")]
    {
        let scene = bastion();
        scene.sts.fail_always("GetCallerIdentity", Some(Fault::replace(field, text)));
        let said = scene.refused(6, &["production", "read", "123456"]);
        assert!(said.contains("malformed reply") && said.contains(field), "{said}");
        assert_eq!(scene.codes_sent(), 0);
    }
}

#[test]
fn a_forged_device_serial_is_not_used() {
    let scene = bastion();
    scene.sts.fail_always(
        "ListMFADevices",
        Some(Fault::replace("SerialNumber", "\u{9b}31m\u{202e}$(touch x)")),
    );
    let told = scene.switch_with_code(&READ);
    assert!(!told.stderr.contains('\u{202e}'), "{:?}", told.stderr);
    // The guess served in its place.
    assert_eq!(scene.sts.last("GetSessionToken").unwrap().get("SerialNumber"), Some(DEVICE));
}
