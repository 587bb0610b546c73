//! What is asked again, how often, and what never is.

use std::time::Duration;

use crate::fake_aws::sts::{Fault, Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, with_user};

const READ: [&str; 2] = ["production", "read"];

fn plain() -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene
}

/// Every way in which a call can fail without AWS saying no.
fn failures() -> Vec<Fault> {
    let body = |status, text: &str| Fault::Body {
        status,
        content_type: "text/html".into(),
        text: text.into(),
    };
    vec![
        Fault::Close,
        Fault::Hang,
        Fault::CutAfter(0),
        Fault::CutAfter(20),
        Fault::CutAfter(400),
        Fault::Slow(Duration::from_millis(100)),
        Fault::EndlessHead,
        Fault::garbage(),
        Fault::empty(),
        Fault::portal(),
        Fault::throttle(),
        Fault::internal(),
        Fault::error(503, "ServiceUnavailable", "try later"),
        body(429, "slow down"),
        body(502, "<html>bad gateway</html>"),
        body(503, ""),
        Fault::Redirect { status: 307, to: "/".into() },
        Fault::Header("Retry-After".into(), "0".into()),
    ]
}

/// Shortens the wait for what never comes, and leaves a busy machine time for what does.
fn wait_less(scene: &mut Scene, fault: &Fault) {
    if matches!(fault, Fault::Hang | Fault::Slow(_)) {
        scene.world.set("ASSUME_ROLE_TIMEOUT", "2s");
    }
}

#[test]
fn a_code_is_sent_once_whatever_becomes_of_the_call() {
    for (number, fault) in failures().into_iter().enumerate() {
        let mut scene = bastion();
        wait_less(&mut scene, &fault);
        let spoils_nothing = matches!(fault, Fault::Header(..));
        scene.sts.fail_always("GetSessionToken", Some(fault.clone()));
        let code = scene.code();
        let ran = scene.export(&["production", "read", &code]);
        assert_eq!(ran.status, if spoils_nothing { 0 } else { 6 }, "{number} {fault:?}: {ran:?}");
        assert_eq!(scene.codes_sent(), 1, "{number} {fault:?}");
        if !spoils_nothing {
            assert!(ran.stderr.contains("each code works once"), "{fault:?}: {ran:?}");
        }
    }
}

#[test]
fn a_code_that_goes_straight_to_the_role_is_sent_once_too() {
    for (number, fault) in failures().into_iter().enumerate() {
        let mut scene = bastion();
        scene.add_roles(&[("long", 43200)]);
        wait_less(&mut scene, &fault);
        let status = if matches!(fault, Fault::Header(..)) { 0 } else { 6 };
        scene.sts.fail_always("AssumeRole", Some(fault.clone()));
        let code = scene.code();
        let ran = scene.export(&["production", "long", "--duration", "2h", &code]);
        assert_eq!((ran.status, scene.codes_sent()), (status, 1), "{number} {fault:?}: {ran:?}");
    }
}

#[test]
fn a_late_answer_to_a_code_is_waited_for() {
    let scene = bastion();
    scene.sts.fail_next("GetSessionToken", Fault::Delay(Duration::from_millis(3500)));
    scene.switch_with_code(&READ);
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn a_lost_answer_to_a_code_does_not_lose_what_came_before() {
    let scene = bastion();
    scene.sts.fail_next("AssumeRole", Fault::internal());
    scene.sts.fail_next("AssumeRole", Fault::internal());
    scene.sts.fail_next("AssumeRole", Fault::internal());
    scene.refused_with_code(6, &READ);
    // The base session was made and stays: the role takes no second code.
    scene.switch(&READ);
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn a_call_without_a_code_is_repeated_three_times_in_all() {
    for fault in [Fault::throttle(), Fault::internal(), Fault::Close, Fault::CutAfter(20)] {
        let scene = plain();
        for _ in 0..2 {
            scene.sts.fail_next("AssumeRole", fault.clone());
        }
        scene.switch(&READ);
        assert_eq!(scene.sts.count("AssumeRole"), 3, "{fault:?}");
        let scene = plain();
        scene.sts.fail_always("AssumeRole", Some(fault.clone()));
        scene.refused(6, &READ);
        assert_eq!(scene.sts.count("AssumeRole"), 3, "{fault:?}");
    }
}

#[test]
fn a_refusal_is_not_asked_for_again() {
    let scene = plain();
    scene.sts.fail_always("AssumeRole", Some(Fault::error(403, "AccessDenied", "no")));
    scene.refused(4, &READ);
    assert_eq!(scene.sts.count("AssumeRole"), 1);
}

#[test]
fn a_long_wait_says_which_setting_to_change() {
    let mut scene = plain();
    scene.world.set("ASSUME_ROLE_TIMEOUT", "1s");
    scene.sts.fail_always("AssumeRole", Some(Fault::Hang));
    let said = scene.refused(6, &READ);
    assert!(
        said.contains("no answer from STS at http://127.0.0.1:")
            && said.contains("ASSUME_ROLE_TIMEOUT"),
        "{said}"
    );
}

#[test]
fn a_refused_connection_names_the_endpoint() {
    let mut scene = plain();
    scene.world.set("AWS_ENDPOINT_URL_STS", closed_port());
    let said = scene.refused(6, &READ);
    assert!(
        said.contains("cannot reach STS at http://127.0.0.1:") && said.contains("refused"),
        "{said}"
    );
}

#[test]
fn a_host_that_does_not_exist_asks_whether_the_region_is_right() {
    let mut scene = plain();
    // No label of a name may have more than 63 characters: the resolver says no without asking
    // any user.
    scene.world.set("AWS_ENDPOINT_URL_STS", format!("https://{}.test", "x".repeat(64)));
    let said = scene.refused(6, &["production", "read", "mars-north-1"]);
    assert!(
        said.contains("cannot reach") && said.contains("is the region mars-north-1 right"),
        "{said}"
    );
}

/// A port of this machine where no server listens.
pub fn closed_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
