//! Time goes by: sessions near their end, `ensure`, and what the shell learns about renewal.

use crate::fake_aws::sts::{AccessKey, Fault, Role, Trust, User};
use crate::scenes::day::{Day, HOUR, YEAR, about};
use crate::scenes::one_shell::OneShell;
use crate::scenes::{BASTION, DEVICE, PRODUCTION, bastion, with_user};

#[test]
fn a_day_takes_one_code() {
    let Some(day) = Day::begin(bastion()) else { return };
    let mut shell = day.first_shell();
    let mut keys = vec![shell.key().to_owned()];
    for hour in 1..12 {
        day.comes_to(hour * HOUR - 600);
        shell.succeeds(&["production", "read"]);
        about(day.left(shell.moment("ASSUME_ROLE_EXPIRES")), HOUR);
        about(day.left(shell.moment("ASSUME_ROLE_RENEWABLE")), 12 * HOUR - hour * HOUR + 600);
        assert!(!keys.contains(&shell.key().to_owned()));
        keys.push(shell.key().to_owned());
    }
    day.comes_to(12 * HOUR + 1);
    let said = shell.fails(5, &["production", "read"]);
    assert!(said.contains("terminal"), "{said}");
    assert_eq!((day.scene.sts.count("GetSessionToken"), day.scene.codes_sent()), (1, 1));
}

#[test]
fn sessions_of_a_base_session_renew_as_long_as_it_lasts() {
    let Some(day) = Day::begin(bastion()) else { return };
    let mut shell = day.first_shell();
    about(day.left(shell.moment("ASSUME_ROLE_RENEWABLE")), 12 * HOUR);
    day.comes_to(600);
    // From the store, and for a second role.
    for role in ["read", "admin"] {
        shell.succeeds(&["production", role]);
        about(day.left(shell.moment("ASSUME_ROLE_RENEWABLE")), 12 * HOUR - 600);
    }
}

#[test]
fn expiry_variables_follow_the_clock_of_this_machine() {
    let Some(day) = Day::begin(bastion()) else { return };
    day.clock.set(2 * HOUR);
    let mut shell = day.first_shell();
    for _ in 0..2 {
        about(day.left(shell.moment("ASSUME_ROLE_EXPIRES")), 3 * HOUR);
        about(day.left(shell.moment("ASSUME_ROLE_RENEWABLE")), 14 * HOUR);
        shell.succeeds(&["production", "read"]);
    }
}

#[test]
fn without_a_device_a_session_renews_without_end() {
    let scene = with_user(User::new(BASTION, "robot"));
    scene.sts.add_role(
        Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)).max_session(4 * HOUR),
    );
    let Some(day) = Day::begin(scene) else { return };
    let mut shell = OneShell::new(&day.scene);
    for words in [&["production", "read"][..], &["production", "read", "--duration", "4h"]] {
        for from in ["AWS", "the store"] {
            shell.succeeds(words);
            assert!(
                day.left(shell.moment("ASSUME_ROLE_RENEWABLE")) > 100 * YEAR,
                "{words:?} from {from}"
            );
        }
    }
    day.comes_to(24 * HOUR);
    shell.succeeds(&["ensure", "45m"]);
    assert_eq!(day.scene.sts.count("AssumeRole"), 3);
}

#[test]
fn a_session_that_took_a_code_of_its_own_does_not_renew() {
    let scene = bastion();
    scene.add_roles(&[("long", 4 * HOUR)]);
    let Some(day) = Day::begin(scene) else { return };
    let mut shell = day.first_shell();
    let long = ["production", "long", "--duration", "4h"];
    shell.succeeds(&[&long[..], &[&day.scene.code()]].concat());
    for _ in 0..2 {
        assert_eq!(shell.moment("ASSUME_ROLE_RENEWABLE"), None);
        about(day.left(shell.moment("ASSUME_ROLE_EXPIRES")), 4 * HOUR);
        shell.succeeds(&long);
    }
    // Back to one that does, and the variable is back.
    shell.succeeds(&["production", "read"]);
    assert!(shell.moment("ASSUME_ROLE_RENEWABLE").is_some());
}

#[test]
fn temporary_base_keys_have_no_known_expiry() {
    let Some(day) = Day::begin(bastion()) else { return };
    day.first_shell();
    let base = day
        .scene
        .sts
        .issued()
        .into_iter()
        .find(|issued| issued.action == "GetSessionToken")
        .unwrap();
    day.scene.world.base(&AccessKey { id: base.key_id, secret: base.secret }).unwrap();
    let path = day.scene.world.home().join(".aws/credentials");
    let keys = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, format!("{keys}aws_session_token = {}\n", base.token)).unwrap();
    let mut shell = OneShell::new(&day.scene);
    for _ in 0..2 {
        shell.succeeds(&["production", "admin"]);
        assert_eq!(shell.moment("ASSUME_ROLE_RENEWABLE"), None);
    }
    assert_eq!((day.scene.sts.count("GetSessionToken"), day.scene.sts.count("AssumeRole")), (1, 2));
}

#[test]
fn a_named_device_is_asked_for_its_code_whatever_was_remembered() {
    let scene = with_user(User::new(BASTION, "alice").mfa("alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene.world.config(&format!("[default]\nmfa_serial = {DEVICE}\n")).unwrap();
    let mut shell = OneShell::new(&scene);
    shell.succeeds(&["production", "read", &scene.code()]);
    assert!(shell.moment("ASSUME_ROLE_RENEWABLE").unwrap() - scene.sts.now().0 < YEAR);
}

#[test]
fn ensure_does_nothing_while_there_is_time() {
    let Some(day) = Day::begin(bastion()) else { return };
    let mut shell = day.first_shell();
    let (heard, files) = (day.heard(), day.scene.world.snapshot().unwrap());
    day.comes_to(800);
    let ran = shell.succeeds(&["ensure", "45m"]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert_eq!((day.heard(), day.scene.world.snapshot().unwrap()), (heard, files));
    // Not even files that could not be read.
    day.scene.world.accounts("{").unwrap();
    shell.succeeds(&["ensure", "45m"]);
}

#[test]
fn ensure_renews_when_less_is_left() {
    let Some(day) = Day::begin(bastion()) else { return };
    let mut shell = day.first_shell();
    shell.succeeds(&["production", "admin"]);
    let uses = || {
        std::fs::read_to_string(day.scene.world.home().join(".local/state/assume-role/history"))
            .unwrap()
    };
    let (before, history) = (shell.child(), uses());
    day.comes_to(1000);
    let ran = shell.succeeds(&["ensure", "45m"]);
    assert!(ran.stderr.contains("production:admin"), "{ran:?}");
    about(day.left(shell.moment("ASSUME_ROLE_EXPIRES")), HOUR);
    assert_ne!(shell.key(), before.key());
    let same = [
        "AWS_ACCOUNT_ID", "AWS_ACCOUNT_NAME", "AWS_ACCOUNT_ROLE", "ASSUME_ROLE_TARGET",
        "ASSUME_ROLE_PREVIOUS",
    ];
    for name in same {
        assert_eq!(shell.get(name), before.get(name), "{name}");
    }
    assert_eq!(uses(), history, "a renewal is no other use");
    assert_eq!(day.scene.codes_sent(), 1);
}

#[test]
fn ensure_takes_what_another_shell_has_renewed() {
    let Some(day) = Day::begin(bastion()) else { return };
    let mut one = day.first_shell();
    let mut other = one.child();
    day.comes_to(2000);
    one.succeeds(&["ensure", "45m"]);
    let heard = day.heard();
    other.succeeds(&["ensure", "45m"]);
    assert_eq!(day.heard(), heard, "without the network");
    assert_eq!(one.variables, other.variables);
}

#[test]
fn ensure_fails_when_it_cannot() {
    let scene = bastion();
    let Some(day) = Day::begin(scene) else { return };
    let mut shell = day.first_shell();
    day.comes_to(2000);
    let heard = day.heard();
    let said = shell.fails(7, &["ensure", "2h"]);
    assert!(said.contains("lasts only 1h") && said.contains("--duration 2h"), "{said}");
    assert_eq!(day.heard(), heard, "that was clear before");

    day.scene.sts.fail_always("AssumeRole", Some(Fault::internal()));
    let said = shell.fails(7, &["ensure", "45m"]);
    assert!(said.contains("cannot ensure 45m") && said.contains("internal error"), "{said}");
    day.scene.sts.fail_always(
        "AssumeRole",
        Some(Fault::error(403, "AccessDenied", "User is not authorized")),
    );
    assert!(shell.fails(7, &["ensure", "45m"]).contains("cannot ensure 45m"));
    day.scene.sts.fail_always("AssumeRole", None);

    day.comes_to(12 * HOUR + 1);
    let said = shell.fails(7, &["ensure", "45m"]);
    assert!(said.contains("cannot ensure 45m") && said.contains("terminal"), "{said}");
    assert!(shell.fails(7, &["ensure", "45m", "--no-input"]).contains("--no-input forbids"));
    shell.succeeds(&["ensure", "45m", "--mfa-code", &day.scene.code()]);
}

#[test]
fn ensure_asks_on_a_terminal_unless_that_is_forbidden() {
    let Some(mut day) = Day::begin(bastion()) else { return };
    let shell = day.first_shell();
    day.comes_to(12 * HOUR + 1);
    for (name, value) in shell.variables.clone() {
        day.scene.world.set(&name, value);
    }
    let mut terminal = day.scene.on_terminal(&["ensure", "45m", "--no-input"]);
    assert_eq!(terminal.wait().unwrap(), 7, "{}", terminal.text());
    let mut terminal = day.scene.on_terminal(&["ensure", "45m"]);
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&day.scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert!(terminal.stdout().contains("AWS_SESSION_TOKEN="));
}

#[test]
fn ensure_leaves_foreign_keys_alone() {
    let scene = bastion();
    let mut shell = OneShell::new(&scene);
    for (ours, theirs) in
        [("", ""), ("", "ASIAFOREIGNFOREIGN00"), ("ASIAOURSOURSOURS0000", "ASIAFOREIGNFOREIGN00")]
    {
        shell.variables.insert("ASSUME_ROLE_KEY_ID".to_owned(), ours.to_owned());
        shell.variables.insert("AWS_ACCESS_KEY_ID".to_owned(), theirs.to_owned());
        shell.variables.insert("ASSUME_ROLE_EXPIRES".to_owned(), "9999999999".to_owned());
        let said = shell.fails(7, &["ensure", "45m"]);
        assert!(said.contains("this shell has no role to renew"), "{said}");
    }
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn an_expiry_that_is_not_a_number_is_looked_up_in_the_store() {
    let Some(day) = Day::begin(bastion()) else { return };
    let mut shell = day.first_shell();
    let key = shell.key().to_owned();
    let heard = day.heard();
    for text in ["", "soon", "99999999999999999999", "a[$(touch canary)]", "-5", "0x10"] {
        shell.variables.insert("ASSUME_ROLE_EXPIRES".to_owned(), text.to_owned());
        shell.succeeds(&["ensure", "45m"]);
        assert_eq!(shell.key(), key, "using the stored one");
        about(day.left(shell.moment("ASSUME_ROLE_EXPIRES")), HOUR);
    }
    assert_eq!(day.heard(), heard);
    assert!(!day.scene.world.home().join("canary").exists());
}

#[test]
fn a_protected_account_is_renewed_without_consent() {
    let Some(day) = Day::begin(bastion()) else { return };
    day.scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "protected": true}}}}"#))
        .unwrap();
    let mut shell = OneShell::new(&day.scene);
    shell.fails(8, &["production", "read"]);
    shell.succeeds(&["production", "read", "--yes", &day.scene.code()]);
    day.comes_to(2000);
    shell.succeeds(&["ensure", "45m"]);
    about(day.left(shell.moment("ASSUME_ROLE_EXPIRES")), HOUR);
    assert_eq!(shell.get("ASSUME_ROLE_PROTECTED"), PRODUCTION);
}
