//! Shells that stay open: when one renews a role, the others take its keys from the store.

use std::process::Command;

use crate::scenes::bastion_at_home;
use crate::scenes::day::{Day, HOUR, about};
use crate::support::shells::Shell;
use crate::support::terminal::Terminal;

/// An interactive shell with the integration.
fn open(day: &Day, shell: Shell) -> Option<Terminal> {
    let mut command = Command::new(shell.find()?);
    match shell {
        Shell::Bash => command.args(["--noprofile", "-i"]),
        _ => command.args(["--no-globalrcs", "-i"]),
    };
    day.scene.world.write(shell.rc(), shell.loads_init()).unwrap();
    Some(day.scene.world.terminal_of(command).unwrap())
}

/// The value of a variable of that shell, which is not empty.
fn value(shell: &mut Terminal, name: &str) -> String {
    // What is typed is echoed, and must not look like the answer.
    shell.type_line(&format!("echo val''ue=${name}")).unwrap();
    shell.wait_for("value=").unwrap();
    shell.wait_for("\r\n").unwrap()
}

fn open_shells(kinds: [Shell; 2]) {
    let Some(mut day) = Day::begin(bastion_at_home()) else { return };
    day.scene.world.set("NO_COLOR", "1");
    let mut shells: Vec<Terminal> = kinds.into_iter().filter_map(|kind| open(&day, kind)).collect();
    if shells.len() < kinds.len() {
        return;
    }
    day.scene.switch_with_code(&["production", "admin"]);
    for shell in &mut shells {
        shell.type_line("assume-role production read").unwrap();
        shell.wait_for("production:read (123456789012) for").unwrap();
    }
    let old = value(&mut shells[0], "AWS_ACCESS_KEY_ID");
    assert_eq!(value(&mut shells[1], "AWS_ACCESS_KEY_ID"), old);

    day.comes_to(2000);
    shells[0].type_line("assume-role ensure 45m").unwrap();
    shells[0].wait_for("production:read (123456789012) for").unwrap();
    let new = value(&mut shells[0], "AWS_ACCESS_KEY_ID");
    assert_ne!(new, old);
    assert_eq!(value(&mut shells[1], "AWS_ACCESS_KEY_ID"), old, "no shell is changed from outside");

    let heard = day.heard();
    shells[1].type_line("assume-role ensure 45m").unwrap();
    shells[1].wait_for("production:read (123456789012) for").unwrap();
    for name in
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ASSUME_ROLE_EXPIRES"]
    {
        let values: Vec<String> = shells.iter_mut().map(|shell| value(shell, name)).collect();
        assert_eq!(values[0], values[1], "{name}");
    }
    about(day.left(value(&mut shells[1], "ASSUME_ROLE_EXPIRES").parse().ok()), HOUR);
    assert_eq!(day.heard(), heard, "without the network");
    assert_eq!((day.scene.sts.count("AssumeRole"), day.scene.codes_sent()), (3, 1));
}

#[test]
fn two_open_shells_share_a_renewal() {
    open_shells([Shell::Bash, Shell::Bash]);
    open_shells([Shell::Bash, Shell::Zsh]);
}
