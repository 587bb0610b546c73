//! One code for all: many processes at once, shells of every kind, the death and the halt of
//! the process that asks.

use rustix::process::Signal;

use crate::fake_aws::sts::{Fault, Gate};
use crate::scenes::crowd::{Member, calls, until};
use crate::scenes::{Scene, bastion, bastion_at_home};
use crate::support::process::{PATIENCE, detached, run};
use crate::support::shells::{Script, Shell};
use crate::support::terminal::Terminal;

const CROWD: usize = 50;
const QUESTION: &str = "MFA code of";

fn role(number: usize) -> String {
    format!("role{number}")
}

fn with_roles() -> Scene {
    let scene = bastion();
    let names: Vec<String> = (0..CROWD).map(role).collect();
    let roles: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 3600)).collect();
    scene.add_roles(&roles);
    scene
}

/// A terminal that shows the question for the code.
fn asking(scene: &Scene, words: &[&str]) -> Terminal {
    let mut terminal = scene.on_terminal(words);
    terminal.wait_for(QUESTION).unwrap();
    terminal
}

fn answer(scene: &Scene, terminal: &mut Terminal) {
    terminal.type_line(&scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
}

#[test]
fn fifty_terminals_and_fifty_roles_see_one_question() {
    let scene = with_roles();
    let mut crowd: Vec<Terminal> = (0..CROWD)
        .map(|number| scene.on_terminal(&["production", role(number).as_str()]))
        .collect();
    let has = |terminal: &mut Terminal, text: &str| terminal.text().contains(text);
    until("everyone asks or waits", || {
        crowd.iter_mut().all(|one| has(one, QUESTION) || has(one, "waiting for"))
    });
    let asks: Vec<usize> = (0..CROWD).filter(|&number| has(&mut crowd[number], QUESTION)).collect();
    assert_eq!(asks.len(), 1);
    answer(&scene, &mut crowd[asks[0]]);
    for terminal in &mut crowd {
        assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    }
    assert_eq!(crowd.iter_mut().filter_map(|one| has(one, QUESTION).then_some(())).count(), 1);
    assert_eq!(calls(&scene), (1, CROWD, 1));
}

#[test]
fn forty_nine_without_a_terminal_wait_for_the_one_that_has_one() {
    let scene = with_roles();
    let mut terminal = asking(&scene, &["production", "role0"]);
    let mut crowd: Vec<Member> = (1..CROWD)
        .map(|number| Member::start(&scene, number, &["production", &role(number)]))
        .collect();
    crowd.iter_mut().for_each(|member| member.waits_for(terminal.id()));
    answer(&scene, &mut terminal);
    crowd.into_iter().for_each(Member::succeeds);
    assert_eq!(calls(&scene), (1, CROWD, 1));
}

#[test]
fn fifty_processes_for_one_role_call_once() {
    let scene = bastion();
    let mut terminal = asking(&scene, &["production", "read"]);
    let mut crowd: Vec<Member> =
        (1..CROWD).map(|number| Member::start(&scene, number, &["production", "read"])).collect();
    crowd.iter_mut().for_each(|member| member.waits_for(terminal.id()));
    answer(&scene, &mut terminal);
    crowd.into_iter().for_each(Member::succeeds);
    assert_eq!(calls(&scene), (1, 1, 1));
}

#[test]
fn fifty_processes_for_one_role_renew_it_once() {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    scene.world.run(["logout", "production", "read"]).unwrap();
    let gate = Gate::new();
    scene.sts.fail_next("AssumeRole", Fault::Pause(gate.clone()));
    let crowd: Vec<Member> =
        (0..CROWD).map(|number| Member::start(&scene, number, &["production", "read"])).collect();
    assert!(gate.wait_reached(PATIENCE));
    gate.release();
    crowd.into_iter().for_each(Member::succeeds);
    assert_eq!(calls(&scene), (1, 2, 1));
}

#[test]
fn when_the_asking_process_is_killed_the_next_one_asks() {
    for role in ["read", "admin"] {
        let scene = bastion();
        let mut first = asking(&scene, &["production", "read"]);
        let mut second = scene.on_terminal(&["production", role]);
        second.wait_for(&format!("waiting for process {}, which asks", first.id())).unwrap();
        first.signal(Signal::KILL).unwrap();
        second.wait_for(QUESTION).unwrap();
        answer(&scene, &mut second);
        assert_eq!(first.wait().unwrap(), 137);
        assert_eq!(calls(&scene), (1, 1, 1));
    }
}

#[test]
fn when_the_question_is_cancelled_the_next_process_asks() {
    let scene = bastion();
    let mut first = asking(&scene, &["production", "read"]);
    let mut second = scene.on_terminal(&["production", "admin"]);
    second.wait_for("waiting for process").unwrap();
    first.press_control('c').unwrap();
    assert_eq!(first.wait().unwrap(), 130);
    second.wait_for(QUESTION).unwrap();
    answer(&scene, &mut second);
}

#[test]
fn waiting_for_a_stopped_process_can_be_cancelled() {
    let scene = bastion();
    let mut first = asking(&scene, &["production", "read"]);
    first.signal(Signal::STOP).unwrap();
    for role in ["read", "admin"] {
        let mut second = scene.on_terminal(&["production", role]);
        second.wait_for(&format!("waiting for process {}, which asks", first.id())).unwrap();
        second.press_control('c').unwrap();
        assert_eq!(second.wait().unwrap(), 130);
    }
    first.signal(Signal::CONT).unwrap();
    answer(&scene, &mut first);
    assert_eq!(calls(&scene), (1, 1, 1));
}

#[test]
fn waiting_for_a_hung_process_shows_its_id() {
    let scene = bastion();
    scene.switch_with_code(&["production", "admin"]);
    let gate = Gate::new();
    scene.sts.fail_next("AssumeRole", Fault::Pause(gate.clone()));
    let first = Member::start(&scene, 1, &["production", "read"]);
    assert!(gate.wait_reached(PATIENCE));
    let mut second = scene.on_terminal(&["production", "read"]);
    second.wait_for(&format!("waiting for process {}, which fetches", first.child.id())).unwrap();
    gate.release();
    assert_eq!(second.wait().unwrap(), 0);
    first.succeeds();
    assert_eq!(calls(&scene), (1, 2, 1));
}

#[test]
fn waiting_behind_another_terminal_shows_which() {
    let scene = bastion();
    let mut first = asking(&scene, &["production", "read"]);
    let mut second = Member::start(&scene, 2, &["production", "admin"]);
    second.waits_for(first.id());
    let mut third = Member::start(&scene, 3, &["production", "admin"]);
    third.waits_for(first.id());
    answer(&scene, &mut first);
    second.succeeds();
    third.succeeds();
    assert_eq!(calls(&scene), (1, 2, 1));
}

#[test]
fn every_shell_and_every_new_login_uses_the_same_code() {
    let scene = bastion_at_home();
    scene.switch_with_code(&["production", "read"]);
    for shell in Shell::INTEGRATED.into_iter().filter(|shell| shell.find().is_some()) {
        let rc = shell.loads_init();
        for role in ["admin", "read", "ops/deploy"] {
            let text =
                format!("assume-role production {role}; echo {} $AWS_ACCOUNT_ROLE", shell.status());
            let ran = Script::new(shell, &text).rc(&rc).run(&scene.world).unwrap();
            assert_eq!(ran.stdout, format!("0 {role}\n"), "{shell:?}: {ran:?}");
        }
        // As after a new login: nothing is inherited, not even the session of the terminal.
        let home = scene.world.home();
        let path = scene.world.environment()[std::ffi::OsStr::new("PATH")].clone();
        let mut login = detached(shell.find().unwrap());
        let text = format!("{rc}assume-role production admin; echo $AWS_ACCOUNT_ROLE");
        login
            .args(shell.bare())
            .args(["-c", &text])
            .env_clear()
            .env("HOME", &home)
            .env("PATH", path);
        let ran = run(login, b"").unwrap();
        assert_eq!(ran.stdout, "admin\n", "{shell:?}: {ran:?}");
    }
    assert_eq!(calls(&scene), (1, 3, 1));
}
