//! What is taken from the store, and when AWS is asked again.

use crate::scenes::{PRODUCTION, bastion};

const READ: [&str; 2] = ["production", "read"];

#[test]
fn a_stored_role_session_needs_no_network() {
    let mut scene = bastion();
    let first = scene.switch_with_code(&READ);
    let (requests, connections) = (scene.sts.requests().len(), scene.sts.connections());
    let second = scene.switch(&READ);
    assert_eq!((scene.sts.requests().len(), scene.sts.connections()), (requests, connections));
    assert_eq!(second.keys().id, first.keys().id);
    assert_eq!(second.get("ASSUME_ROLE_EXPIRES"), first.get("ASSUME_ROLE_EXPIRES"));
    // No client is made for it: this one could not be.
    scene.world.set("AWS_CA_BUNDLE", "/nonexistent");
    assert_eq!(scene.switch(&READ).keys().id, first.keys().id);
}

#[test]
fn a_code_that_a_stored_session_does_not_need_is_not_sent_and_that_is_said() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    let requests = scene.sts.requests().len();
    scene.switch(&["production", "read", "123456"]).assert_says("the code was not needed");
    assert_eq!(scene.sts.requests().len(), requests);
}

#[test]
fn a_code_that_a_live_base_session_does_not_need_is_not_sent_and_that_is_said() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    let told = scene.switch(&["production", "admin", "123456"]);
    told.assert_says("the code was not needed: the MFA session lasts another");
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn what_has_more_than_a_quarter_of_an_hour_left_is_used() {
    let scene = bastion();
    let first = scene.switch_with_code(&READ);
    scene.sts.set_clock(2_600);
    // A call of another role tells how AWS's clock stands.
    scene.switch(&["production", "admin"]);
    assert_eq!(scene.switch(&READ).keys().id, first.keys().id);
}

#[test]
fn what_has_less_left_is_renewed_without_a_question() {
    let scene = bastion();
    let first = scene.switch_with_code(&READ);
    scene.sts.set_clock(2_800);
    scene.switch(&["production", "admin"]);
    let renewed = scene.switch(&READ);
    assert_ne!(renewed.keys().id, first.keys().id);
    renewed.assert_lasts(3600);
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn a_session_near_its_end_serves_when_aws_cannot_be_reached() {
    let mut scene = bastion();
    let first = scene.switch_with_code(&READ);
    scene.sts.set_clock(2_800);
    scene.switch(&["production", "admin"]);
    for action in ["AssumeRole", "GetCallerIdentity", "GetSessionToken"] {
        scene.sts.fail_always(action, Some(crate::fake_aws::sts::Fault::internal()));
    }
    let told = scene.switch(&READ);
    assert_eq!(told.keys().id, first.keys().id);
    told.assert_says("using the stored one");
    scene.world.set("ASSUME_ROLE_STORE", "none");
    scene.refused(6, &["production", "read", "123456"]);
}

#[test]
fn refresh_renews_the_role_only() {
    let scene = bastion();
    let first = scene.switch_with_code(&READ);
    let told = scene.switch(&["production", "read", "--refresh"]);
    assert_ne!(told.keys().id, first.keys().id);
    assert_eq!(scene.sts.count("GetSessionToken"), 1);
}

#[test]
fn refresh_with_a_code_renews_the_base_session_too() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    scene.switch_with_code(&["production", "read", "--refresh"]);
    assert_eq!((scene.sts.count("GetSessionToken"), scene.codes_sent()), (2, 2));
    let base =
        scene.sts.issued().into_iter().rfind(|issued| issued.action == "GetSessionToken").unwrap();
    scene.switch(&["production", "admin"]);
    assert_eq!(scene.sts.last("AssumeRole").unwrap().key_id, Some(base.key_id));
}

#[test]
fn a_base_session_that_ended_early_is_replaced_once() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    let base = |scene: &crate::scenes::Scene| {
        scene.sts.issued().into_iter().rfind(|issued| issued.action == "GetSessionToken").unwrap()
    };
    scene.sts.expire(&base(&scene).key_id);
    let told = scene.switch_with_code(&["production", "admin"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/admin/alice");
    assert_eq!(scene.sts.count("GetSessionToken"), 2);
    scene.switch(&["production", "ops/deploy"]);
    assert_eq!(scene.sts.count("GetSessionToken"), 2);
}

#[test]
fn a_base_session_that_ended_early_needs_an_answer() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    let base =
        scene.sts.issued().into_iter().find(|issued| issued.action == "GetSessionToken").unwrap();
    scene.sts.expire(&base.key_id);
    scene.refused(5, &["production", "admin"]);
    let calls = scene.sts.count("AssumeRole");
    // The ended one is gone: AWS is not asked with it again.
    scene.refused(5, &["production", "admin"]);
    assert_eq!(scene.sts.count("AssumeRole"), calls);
}

#[test]
fn new_base_sessions_that_have_ended_make_no_loop() {
    let scene = bastion();
    let expired = crate::fake_aws::sts::Fault::error(
        403,
        "ExpiredToken",
        "The security token included is expired",
    );
    scene.sts.fail_always("AssumeRole", Some(expired));
    scene.refused_with_code(4, &READ);
    assert_eq!((scene.sts.count("GetSessionToken"), scene.sts.count("AssumeRole")), (1, 1));
}

#[test]
fn without_a_store_each_switch_takes_a_code() {
    let mut scene = bastion();
    scene.world.set("ASSUME_ROLE_STORE", "none");
    let before = scene.world.snapshot().unwrap();
    scene.switch_with_code(&READ);
    scene.switch_with_code(&READ);
    assert_eq!(scene.sts.count("GetSessionToken"), 2);
    assert_eq!(before, scene.world.snapshot().unwrap());
}

#[test]
fn one_code_serves_every_role() {
    let scene = bastion();
    let first = scene
        .world
        .run(["export", "--shell", "bash", "production", "read", &scene.code()])
        .unwrap();
    assert_eq!(first.status, 0, "{}", first.stderr);
    let second =
        scene.world.run(["export", "--shell", "bash", "production", "ops/deploy"]).unwrap();
    assert_eq!(second.status, 0, "{}", second.stderr);
    assert_eq!(scene.sts.count("GetSessionToken"), 1);
    assert_eq!(scene.sts.count("AssumeRole"), 2);
    assert!(second.stdout.contains("AWS_ACCOUNT_ROLE='ops/deploy'"), "{}", second.stdout);
    let call = scene.sts.last("AssumeRole").unwrap();
    assert_eq!(call.get("ExternalId"), Some(PRODUCTION));
    assert_eq!(call.get("RoleSessionName"), Some("alice"));
}
