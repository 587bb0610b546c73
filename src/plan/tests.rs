//! What comes next, as tables: plans from files in a throw-away home, snapshots as values.

use super::*;
use crate::cache::{BaseSession, RoleSession};
use crate::config::Config;
use crate::config::environment::Environment;
use crate::types::Secret;
use crate::types::{Credentials, Moment, Session};

const NOW: Moment = Moment(1_795_305_600);
const ACCOUNTS: &str = r#"{"prod": {"id": "111111111111", "duration": "4h"}, "dev": "222222222222",
    "guarded": {"id": "333333333333", "protected": true},
    "staging": {"id": "444444444444", "sso_session": "corp"}}"#;
const CONFIG: &str = "\
[profile chain]\nrole_arn = arn:aws:iam::111111111111:role/end\nsource_profile = middle\n\
[profile middle]\nrole_arn = arn:aws:iam::222222222222:role/jump\nsource_profile = default\n\
[profile printed]\ncredential_process = p\n\
[profile temporary]\naws_access_key_id = ASIAEXAMPLEEXAMPLE00\naws_secret_access_key = s\naws_session_token = t\n\
[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
const KEYS: &str =
    "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = s\n";

fn plan(words: &str) -> Plan {
    let home = tempfile::tempdir().unwrap();
    let aws = home.path().join(".aws");
    std::fs::create_dir(&aws).unwrap();
    for (name, text) in [("accounts", ACCOUNTS), ("config", CONFIG), ("credentials", KEYS)] {
        std::fs::write(aws.join(name), text).unwrap();
    }
    let environment = Environment::from_pairs([("HOME", home.path().to_str().unwrap())]);
    let config = Config::read(&environment).unwrap();
    let mut request = Request::default();
    let mut words = words.split(' ');
    while let Some(word) = words.next() {
        match word {
            "--refresh" => request.refresh = true,
            "--yes" => request.yes = true,
            "--duration" => request.session.duration = words.next().map(str::to_owned),
            "--base" => request.base = words.next().map(str::to_owned),
            word => request.words.push(word.to_owned()),
        }
    }
    resolve_complete(&request, &config).unwrap()
}

fn role_session(granted: u32, left: i64) -> RoleSession {
    let keys = Credentials {
        id: format!("ASIA{granted}"),
        secret: Secret::new("s".to_owned()),
        token: None,
    };
    let session = Session { keys, expires: NOW.plus(left) };
    let assumed_role = "arn:aws:sts::111111111111:assumed-role/read/alice".to_owned();
    RoleSession { session, assumed_role, granted }
}

fn mfa_session(left: i64) -> BaseSession {
    BaseSession {
        session: role_session(0, left).session,
        made: NOW.plus(left - 43_200),
        mfa_serial: None,
    }
}

fn known_user(plan: &Plan) -> Snapshot {
    let device = Device::Known(Chosen::new("GAHT12345678".to_owned(), Origin::Remembered));
    let arn = Some("arn:aws:iam::999999999999:user/alice".to_owned());
    Snapshot { arn, device, ..Snapshot::new(plan) }
}

/// `calls | questions`, or the refusal.
fn foreseen(plan: &Plan, known: &Snapshot, may_ask: bool) -> String {
    let seen = foresee(plan, known, may_ask, NOW);
    if let Some(error) = seen.refused {
        return format!("refused: {}", error.message);
    }
    let short = |name: &str| name.rsplit(':').next().unwrap_or_default().to_owned();
    let calls: Vec<String> = seen.calls.iter().map(|call| short(call.name(plan))).collect();
    let asks: Vec<&str> = seen.questions.iter().map(Question::name).collect();
    format!("{} | {}", calls.join(" "), asks.join(" "))
}

#[test]
fn a_new_user_and_a_known_one() {
    let new = plan("dev read");
    let expected = "ListMFADevices GetCallerIdentity GetSessionToken AssumeRole | mfa_code";
    assert_eq!(foreseen(&new, &Snapshot::new(&new), true), expected);
    for (words, expected) in [
        ("dev read", "GetCallerIdentity GetSessionToken AssumeRole | mfa_code"),
        ("dev read 123456", "GetSessionToken AssumeRole | "),
        ("prod read", "GetCallerIdentity AssumeRole | mfa_code"),
        ("prod read 123456", "AssumeRole | "),
        ("prod read --duration 1h", "GetCallerIdentity GetSessionToken AssumeRole | mfa_code"),
        ("chain", "GetCallerIdentity AssumeRole AssumeRole | "),
        ("guarded read", "GetCallerIdentity GetSessionToken AssumeRole | account_name mfa_code"),
        ("guarded read --yes", "GetCallerIdentity GetSessionToken AssumeRole | mfa_code"),
        ("printed", "credential_process GetCallerIdentity | "),
        ("temporary", "GetCallerIdentity | "),
        ("dev read --base temporary", "AssumeRole | "),
        ("staging Admin", "GetRoleCredentials | sign_on"),
        ("default", "GetCallerIdentity GetSessionToken | mfa_code"),
    ] {
        let plan = plan(words);
        let known = match words {
            // A profile with a role and without mfa_serial goes without MFA.
            "chain" => Snapshot::new(&plan),
            _ => known_user(&plan),
        };
        assert_eq!(foreseen(&plan, &known, true), expected, "{words}");
    }
}

#[test]
fn a_live_mfa_session_saves_the_code_for_up_to_an_hour() {
    for (words, may_ask, expected) in [
        ("dev read", true, "AssumeRole | "),
        ("dev read", false, "AssumeRole | "),
        ("dev read 123456", true, "AssumeRole | "),
        ("dev read 123456 --refresh", true, "GetSessionToken AssumeRole | "),
        ("prod read", true, "GetCallerIdentity AssumeRole | mfa_code"),
        // A configured duration settles for an hour where no question may be asked.
        ("prod read", false, "AssumeRole | "),
    ] {
        let plan = plan(words);
        let known = Snapshot { mfa_session: Some(mfa_session(7200)), ..known_user(&plan) };
        assert_eq!(foreseen(&plan, &known, may_ask), expected, "{words} {may_ask}");
    }
    // One that was typed does not.
    let plan = plan("dev read --duration 4h");
    let known = Snapshot { mfa_session: Some(mfa_session(7200)), ..known_user(&plan) };
    assert!(foreseen(&plan, &known, false).starts_with("refused: "));
    assert_eq!(foreseen(&plan, &known, true), "GetCallerIdentity AssumeRole | mfa_code");
}

#[test]
fn a_stored_session_serves_while_enough_of_it_is_left() {
    for (words, granted, left, serves) in [
        ("dev read", 3600, 901, true),
        ("dev read", 3600, 900, false),
        ("dev read --refresh", 3600, 3000, false),
        ("dev read --duration 15m", 900, 61, true),
        ("dev read --duration 15m", 900, 60, false),
        ("prod read", 14_400, 2000, true),
        ("prod read", 3600, 2000, false),
    ] {
        let plan = plan(words);
        let mut known = known_user(&plan);
        known.steps[0].stored.push(role_session(granted, left));
        let is_done = matches!(next(&plan, &known, true, NOW), Next::Done(_));
        assert_eq!(is_done, serves, "{words} {granted} {left}");
        // AWS's clock is what counts.
        known.skew = left;
        assert!(!matches!(next(&plan, &known, true, NOW), Next::Done(_)), "{words}");
    }
    let mut wanted = plan("dev read");
    wanted.min_left = 2700;
    let mut known = known_user(&wanted);
    known.steps[0].stored.push(role_session(3600, 2000));
    assert!(!matches!(next(&wanted, &known, true, NOW), Next::Done(_)));
}

#[test]
fn one_shell_asks_while_the_others_wait() {
    let plan = plan("dev read");
    let mut known = known_user(&plan);
    for lock in [LockOf::Step(0), LockOf::Mfa] {
        match next(&plan, &known, true, NOW) {
            Next::Wait(wanted) => assert_eq!(wanted, lock),
            other => panic!("{lock:?}: {other:?}"),
        }
        known.locks.push(lock);
    }
    assert!(matches!(next(&plan, &known, true, NOW), Next::Ask(Question::MfaCode(_))));
    // What the shell before us made is found once the lock is held.
    known.mfa_session = Some(mfa_session(7200));
    let with = With::MfaSession;
    assert!(matches!(
        next(&plan, &known, true, NOW),
        Next::Call(Call::AssumeRole { step: 0, with: found }) if found == with
    ));
}

#[test]
fn a_chain_goes_on_from_the_step_that_is_stored() {
    let plan = plan("chain");
    let mut known = Snapshot::new(&plan);
    known.steps[0].stored.push(role_session(3600, 3000));
    assert_eq!(foreseen(&plan, &known, true), "AssumeRole | ");
    assert_eq!(renewable(&plan, &known, &role_session(3600, 3000)), Some(Moment(253_402_300_799)));
}

#[test]
fn a_device_that_is_not_known_is_tried_without_before_a_code_is_asked() {
    let plan = plan("dev read");
    for (device, refused, expected) in [
        (Device::RememberedNone, false, "AssumeRole | "),
        (Device::None, false, "AssumeRole | "),
        (Device::Guessed("x".to_owned()), false, "AssumeRole | "),
        (
            Device::Guessed("x".to_owned()),
            true,
            "GetCallerIdentity GetSessionToken AssumeRole | mfa_code",
        ),
        (
            Device::Several(vec!["a".to_owned()]),
            false,
            "GetCallerIdentity GetSessionToken AssumeRole | mfa_device mfa_code",
        ),
    ] {
        let mut known = Snapshot { device, ..known_user(&plan) };
        known.steps[0].refused_without_mfa = refused;
        assert_eq!(foreseen(&plan, &known, true), expected);
    }
}

#[test]
fn until_when_a_session_renews_itself() {
    let forever = Some(Moment(253_402_300_799));
    for (words, device, mfa, granted, expected) in [
        ("dev read", None, Some(7200), 3600, Some(NOW.plus(7200))),
        ("dev read", None, None, 3600, None),
        ("prod read", None, Some(7200), 14_400, None),
        ("dev read", Some(Device::RememberedNone), None, 3600, forever),
        ("printed", None, None, 3600, None),
        ("temporary", None, None, 0, None),
    ] {
        let plan = plan(words);
        let known = known_user(&plan);
        let known = Snapshot {
            mfa_session: mfa.map(mfa_session),
            device: device.unwrap_or(known.device.clone()),
            ..known
        };
        let session = role_session(granted, 3000);
        assert_eq!(renewable(&plan, &known, &session), expected, "{words}");
    }
}

/// Two plans share a stored session exactly when AWS would give them the same one.
#[test]
fn keys_of_stored_sessions() {
    let key = |words: &str| {
        let plan = plan(words);
        plan.session_key(plan.steps.len() - 1, plan.steps.last().unwrap().duration.value).text()
    };
    for same in ["dev read 123456", "dev read eu-west-1", "dev:read", "dev read --refresh"] {
        assert_eq!(key("dev read"), key(same), "{same}");
    }
    for other in ["dev admin", "prod read", "dev read --duration 2h", "dev read --base temporary"] {
        assert_ne!(key("dev read"), key(other), "{other}");
    }
    assert_ne!(key("chain"), key("prod end"), "the way to a role marks its session");
}
