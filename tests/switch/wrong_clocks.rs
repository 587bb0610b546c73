//! A clock that is wrong, that jumps, or that stands in another century: what is left is shown
//! right, and no code is used twice.

use std::collections::HashSet;

use crate::fake_aws::sts::Fault;
use crate::scenes::bastion;
use crate::scenes::crowd::{Member, calls, until};
use crate::scenes::day::{Day, HOUR, about};
use crate::scenes::one_shell::OneShell;

const DAY: i64 = 24 * HOUR;
const QUESTION: &str = "MFA code of";

impl Day {
    /// Asserts that AWS judged each code once: it was taken, or refused for its own sake.
    fn no_code_twice(&self) {
        let judged = self
            .scene
            .sts
            .requests()
            .into_iter()
            .filter(|logged| logged.outcome != "SignatureDoesNotMatch");
        let codes: Vec<String> =
            judged.filter_map(|logged| logged.get("TokenCode").map(str::to_owned)).collect();
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len(), "{codes:?}");
    }

    /// How often AWS refused the time of a call.
    fn refused_for_time(&self) -> usize {
        self.scene
            .sts
            .requests()
            .iter()
            .filter(|logged| logged.outcome == "SignatureDoesNotMatch")
            .count()
    }

    /// Asserts that a shell was told the end by a clock that is `ahead` seconds ahead.
    #[track_caller]
    fn ends_after(&self, seconds: i64, shell: &OneShell<'_>, ahead: i64) {
        about(self.left(shell.moment("ASSUME_ROLE_EXPIRES")) - ahead, seconds);
    }
}

/// A clock that is `ahead` seconds ahead of AWS's, from the first run on.
fn wrong_from_the_start(ahead: i64, told: &str) {
    let Some(day) = Day::begin(bastion()) else { return };
    day.clock.set(ahead);
    let mut shell = OneShell::new(&day.scene);
    let said = shell.succeeds(&["production", "read", &day.scene.code()]).stderr;
    assert!(said.contains(&format!("this machine's clock is {told} AWS's")), "{said}");
    assert!(said.contains("for 59m") || said.contains("for 1h"), "{said}");
    day.ends_after(HOUR, &shell, ahead);
    let refused = day.refused_for_time();
    assert!(refused <= 1, "it is learnt from the first reply");

    let heard = day.heard();
    let said = shell.succeeds(&["production", "read"]).stderr;
    assert!(said.contains(told), "{said}");
    assert_eq!(day.heard(), heard, "from the store");
    day.ends_after(HOUR, &shell, ahead);

    shell.succeeds(&["production", "admin"]);
    assert_eq!(day.refused_for_time(), refused, "it was kept");
    day.ends_after(HOUR, &shell, ahead);
    assert_eq!(day.scene.codes_sent(), 1);
    day.no_code_twice();
}

#[test]
fn two_hours_or_a_quarter_of_one() {
    wrong_from_the_start(2 * HOUR, "2h ahead of");
    wrong_from_the_start(-2 * HOUR, "2h behind");
    wrong_from_the_start(16 * 60, "16m ahead of");
    wrong_from_the_start(-16 * 60, "16m behind");
}

/// Seconds from now until the beginning of a year, roughly.
fn until_year(year: i64) -> i64 {
    let now = crate::fake_aws::sts::Instant::now(0).0;
    (year - 1970) * 31_556_952 + DAY - now
}

#[test]
fn the_first_year_and_the_end_of_the_century() {
    for year in [1970, 2099] {
        let ahead = until_year(year);
        let days = ahead.abs() / DAY;
        let direction = if ahead < 0 { "behind" } else { "ahead of" };
        wrong_from_the_start(ahead, &format!("{days} days {direction}"));
    }
}

#[test]
fn before_1970_nothing_works_and_that_is_said() {
    let Some(day) = Day::begin(bastion()) else { return };
    day.clock.set(until_year(1969));
    let said = OneShell::new(&day.scene).fails(9, &["production", "read", "123456"]);
    assert!(said.contains("before 1970"), "{said}");
}

#[test]
fn a_minute_is_not_worth_a_word() {
    let Some(day) = Day::begin(bastion()) else { return };
    day.clock.set(50);
    let mut shell = OneShell::new(&day.scene);
    let said = shell.succeeds(&["production", "read", &day.scene.code()]).stderr;
    assert!(!said.contains("clock"), "{said}");
    day.ends_after(HOUR, &shell, 50);
}

#[test]
fn a_clock_that_jumps_between_two_runs_is_noticed() {
    for ahead in [2 * HOUR, -2 * HOUR, DAY, -DAY, until_year(2099), until_year(1970)] {
        let Some(day) = Day::begin(bastion()) else { return };
        let mut shell = day.first_shell();
        day.scene.world.run(["logout"]).unwrap();
        day.clock.set(ahead);
        // The call that carries the code is the first that meets the new time.
        let said = shell.succeeds(&["production", "read", &day.scene.code()]).stderr;
        assert!(said.contains("this machine's clock is"), "{said}");
        day.ends_after(HOUR, &shell, ahead);
        assert!(day.refused_for_time() <= 1);
        day.no_code_twice();
        day.clock.set(0);
        let said = shell.succeeds(&["production", "admin"]).stderr;
        assert!(!said.contains("clock"), "{said}");
        day.ends_after(HOUR, &shell, 0);
        assert_eq!(day.scene.sts.count("ListMFADevices"), 1);
    }
}

#[test]
fn a_clock_that_jumps_costs_no_code() {
    for ahead in [2 * HOUR, -2 * HOUR, DAY, -DAY, until_year(2099), until_year(1970)] {
        let Some(day) = Day::begin(bastion()) else { return };
        let mut shell = day.first_shell();
        for ahead in [ahead, 0] {
            day.clock.set(ahead);
            for role in ["read", "admin", "ops/deploy"] {
                shell.succeeds(&["production", role]);
                day.ends_after(HOUR, &shell, ahead);
            }
        }
        assert_eq!(day.scene.codes_sent(), 1);
    }
}

#[test]
fn the_machine_sleeps_while_it_asks() {
    for slept in [8 * HOUR, 36 * HOUR] {
        let Some(day) = Day::begin(bastion()) else { return };
        let mut terminal = day.scene.on_terminal(&["production", "read"]);
        terminal.wait_for(QUESTION).unwrap();
        day.comes_to(slept);
        terminal.type_line(&day.scene.code()).unwrap();
        assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
        let said = terminal.text();
        assert!(said.contains("for 59m") || said.contains("for 1h,"), "{said}");
        assert!(!said.contains("clock"), "{said}");
        assert_eq!(day.refused_for_time(), 0);
    }
}

#[test]
fn the_clock_is_set_while_it_asks() {
    for ahead in [-DAY, DAY] {
        let Some(day) = Day::begin(bastion()) else { return };
        let mut terminal = day.scene.on_terminal(&["production", "read"]);
        terminal.wait_for(QUESTION).unwrap();
        day.clock.set(ahead);
        terminal.type_line(&day.scene.code()).unwrap();
        assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
        let said = terminal.text();
        assert!(said.contains("for 59m") || said.contains("for 1h,"), "{said}");
        day.no_code_twice();
        let mut shell = OneShell::new(&day.scene);
        shell.succeeds(&["production", "read"]);
        day.ends_after(HOUR, &shell, ahead);
    }
}

#[test]
fn who_waits_for_a_slow_answer_uses_it() {
    let Some(day) = Day::begin(bastion()) else { return };
    let mut terminal = day.scene.on_terminal(&["production", "read"]);
    terminal.wait_for(QUESTION).unwrap();
    let mut crowd: Vec<Member> =
        (0..5).map(|number| Member::start(&day.scene, number, &["production", "read"])).collect();
    crowd.iter_mut().for_each(|member| member.waits_for(terminal.id()));
    day.comes_to(5 * 60);
    terminal.type_line(&day.scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    crowd.into_iter().for_each(Member::succeeds);
    assert_eq!(calls(&day.scene), (1, 1, 1));
}

#[test]
fn a_waiting_process_uses_the_clock_offset_of_the_one_before() {
    for ahead in [2 * HOUR, -2 * HOUR] {
        let Some(day) = Day::begin(bastion()) else { return };
        day.scene.add_roles(&[
            ("role0", 3600),
            ("role1", 3600),
            ("role2", 3600),
            ("role3", 3600),
            ("role4", 3600),
        ]);
        day.clock.set(ahead);
        let mut terminal = day.scene.on_terminal(&["production", "read"]);
        terminal.wait_for(QUESTION).unwrap();
        let mut crowd: Vec<Member> = (0..10)
            .map(|number| {
                Member::start(&day.scene, number, &["production", &format!("role{}", number % 5)])
            })
            .collect();
        until("all wait", || {
            crowd.iter_mut().all(|member| member.said().contains("waiting for process"))
        });
        terminal.type_line(&day.scene.code()).unwrap();
        assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
        let said: Vec<String> = crowd.iter_mut().map(Member::ends).collect();
        assert_eq!(calls(&day.scene), (1, 6, 1), "{said:#?}");
    }
}

#[test]
fn a_refusal_for_time_makes_no_loop() {
    let Some(day) = Day::begin(bastion()) else { return };
    let words = "Signature expired: 20261122T000000Z is now earlier than 20261122T010000Z (20261122T011500Z - 15 min.)";
    day.first_shell();
    for (action, role) in
        [("AssumeRole", &["admin"][..]), ("GetSessionToken", &["admin", "--refresh", "123456"])]
    {
        let before = day.scene.sts.count(action);
        day.scene.sts.fail_always(action, Some(Fault::error(403, "SignatureDoesNotMatch", words)));
        let said = OneShell::new(&day.scene).fails(4, &[&["production"], role].concat());
        assert!(said.contains("the clock of this machine and AWS's differ"), "{said}");
        assert!(day.scene.sts.count(action) - before <= 2);
        day.scene.sts.fail_always(action, None);
    }
}

#[test]
fn later_centuries_are_times_like_others() {
    for year in [2038, 2106] {
        let Some(day) = Day::begin(bastion()) else { return };
        day.comes_to(until_year(year) + 20 * DAY);
        let mut shell = day.first_shell();
        day.ends_after(HOUR, &shell, 0);
        assert!(
            shell.get("AWS_CREDENTIAL_EXPIRATION").starts_with(&year.to_string()),
            "{:?}",
            shell.variables
        );
        let heard = day.heard();
        shell.succeeds(&["production", "read"]);
        assert_eq!(day.heard(), heard);
    }
}
