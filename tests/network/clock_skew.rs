//! AWS's clock and this machine's: which one signs, which one judges, what is said.

use crate::fake_aws::sts::Fault;
use crate::scenes::{Scene, bastion};

const READ: [&str; 2] = ["production", "read"];

fn with_clock(offset: i64) -> Scene {
    let scene = bastion();
    scene.sts.set_clock(offset);
    scene
}

#[test]
fn a_clock_that_is_hours_off_is_corrected_and_reported() {
    for (offset, told) in [(7380, "2h03m behind"), (-7380, "2h03m ahead of")] {
        let scene = with_clock(offset);
        let told_once = scene.switch_with_code(&READ);
        told_once.assert_says(&format!("this machine's clock is {told} AWS's"));
        // By this machine's clock it is an hour from now.
        told_once.assert_lasts(3600);
        let ends = told_once.get("AWS_CREDENTIAL_EXPIRATION").unwrap();
        assert_eq!(ends, scene.sts.issued().last().map(|issued| at(issued.expires)).unwrap());
    }
}

fn at(seconds: i64) -> String {
    assume_role::testing::types::Moment(seconds).rfc3339()
}

#[test]
fn the_stored_clock_offset_signs_the_first_call() {
    let scene = with_clock(7200);
    scene.switch_with_code(&READ);
    let calls = scene.sts.requests().len();
    scene.switch(&["production", "admin"]);
    assert_eq!(
        scene.sts.requests()[calls..]
            .iter()
            .map(|logged| logged.outcome.as_str())
            .collect::<Vec<_>>(),
        ["ok"]
    );
}

#[test]
fn a_code_in_a_call_that_was_refused_for_its_time_is_still_good() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    scene.sts.set_clock(7200);
    let calls = scene.sts.requests().len();
    scene.switch_with_code(&["production", "read", "--refresh"]);
    // AWS looks at a code only after the signature.
    let outcomes: Vec<String> =
        scene.sts.requests()[calls..].iter().map(|logged| logged.outcome.clone()).collect();
    assert_eq!(outcomes, ["SignatureDoesNotMatch", "ok", "ok"]);
}

#[test]
fn a_clock_that_cannot_be_corrected_is_reported_after_two_calls_at_most() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    let words = "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z (20260101T011500Z - 15 min.)";
    scene.sts.fail_always("AssumeRole", Some(Fault::error(403, "SignatureDoesNotMatch", words)));
    let calls = scene.sts.count("AssumeRole");
    let said = scene.refused(4, &["production", "admin"]);
    assert!(said.contains("the clock of this machine and AWS's differ"), "{said}");
    assert!(scene.sts.count("AssumeRole") - calls <= 2);
}

#[test]
fn a_small_clock_difference_is_not_reported() {
    let scene = with_clock(50);
    scene.switch_with_code(&READ).assert_silent_about("clock");
}

#[test]
fn an_invalid_date_header_changes_nothing() {
    for date in ["yesterday", "", "Thu, 01 Jan 1970 00:00:00 +0200"] {
        let scene = bastion();
        for action in ["ListMFADevices", "GetCallerIdentity", "GetSessionToken", "AssumeRole"] {
            scene.sts.fail_always(action, Some(Fault::Date(date.to_owned())));
        }
        let told = scene.switch_with_code(&READ);
        told.assert_lasts(3600);
        told.assert_silent_about("clock");
    }
}

#[test]
fn a_wrong_date_of_one_answer_is_not_kept() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    scene.sts.fail_next("AssumeRole", Fault::Date("Thu, 01 Jan 1970 00:00:00 GMT".to_owned()));
    scene.refused(6, &["production", "admin"]);
    let told = scene.switch(&["production", "admin"]);
    told.assert_silent_about("clock");
    told.assert_lasts(3600);
}

#[test]
fn a_stored_session_is_judged_by_awss_clock() {
    let scene = bastion();
    let first = scene.switch_with_code(&READ);
    scene.sts.set_clock(3700);
    scene.switch(&["production", "admin"]);
    let renewed = scene.switch(&READ);
    assert_ne!(renewed.keys().id, first.keys().id);
    renewed.assert_lasts(3600);
}
