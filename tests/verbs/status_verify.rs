//! `status --verify`: AWS is asked whose keys a shell has, and says yes, no, someone else, or
//! nothing.

use serde_json::Value;

use crate::fake_aws::sts::Fault;
use crate::scenes::one_shell::OneShell;
use crate::scenes::{Scene, bastion};
use crate::support::process::{Ran, run};

/// A shell in `production:read`.
fn shell(scene: &Scene) -> OneShell<'_> {
    let mut shell = OneShell::new(scene);
    shell.succeeds(&["production", "read", &scene.code()]);
    shell
}

fn status(scene: &Scene, shell: &OneShell<'_>, words: &[&str]) -> Ran {
    let mut command = scene.world.command(["status"].iter().chain(words));
    command.envs(&shell.variables);
    run(command, b"").unwrap()
}

#[test]
fn aws_agrees_with_one_call_and_nothing_is_written() {
    let scene = bastion();
    let shell = shell(&scene);
    let (calls, home) = (scene.sts.requests().len(), scene.world.snapshot().unwrap());
    let ran = status(&scene, &shell, &["--verify"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(
        ran.stdout.contains("arn:aws:sts::123456789012:assumed-role/read/alice  (it agrees)"),
        "{ran:?}"
    );
    assert_eq!(scene.sts.requests().len(), calls + 1);
    assert_eq!(scene.world.snapshot().unwrap(), home);
    let plain = status(&scene, &shell, &[]);
    assert!(!plain.stdout.contains("AWS says"), "AWS was not asked: {plain:?}");
    assert_eq!(scene.sts.requests().len(), calls + 1);
}

#[test]
fn another_identity_than_the_shell_says_is_reported() {
    let scene = bastion();
    let mut shell = shell(&scene);
    shell.variables.insert("AWS_ACCOUNT_ROLE".into(), "admin".into());
    let ran = status(&scene, &shell, &["--verify"]);
    assert_eq!(ran.status, 4, "{ran:?}");
    assert!(ran.stdout.contains("that is not what this shell says"), "{ran:?}");
    assert!(ran.stderr.contains("production:admin (123456789012)"), "{ran:?}");
    let json: Value =
        serde_json::from_str(&status(&scene, &shell, &["--verify", "--json"]).stdout).unwrap();
    assert_eq!(json["verified"], "no");
}

#[test]
fn refused_keys_end_with_4_and_a_dead_network_with_6() {
    let scene = bastion();
    let mut shell = shell(&scene);
    let key = shell.variables.insert("AWS_SECRET_ACCESS_KEY".into(), "wrong".into()).unwrap();
    let ran = status(&scene, &shell, &["--verify", "--porcelain"]);
    assert_eq!(ran.status, 4, "{ran:?}");
    assert!(
        ran.stdout.contains("\nverified=refused\n") && ran.stderr.contains("secret access key"),
        "{ran:?}"
    );
    shell.variables.insert("AWS_SECRET_ACCESS_KEY".into(), key);
    scene.sts.fail_always("GetCallerIdentity", Some(Fault::internal()));
    let ran = status(&scene, &shell, &["--verify", "--porcelain"]);
    assert_eq!(ran.status, 6, "{ran:?}");
    assert!(ran.stdout.contains("\nverified=unknown\n"), "{ran:?}");
}

#[test]
fn a_shell_without_keys_has_nothing_to_verify() {
    let scene = bastion();
    let ran = scene.world.run(["status", "--verify"]).unwrap();
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.stderr.contains("the environment holds no keys"), "{ran:?}");
    assert_eq!(scene.sts.requests().len(), 0);
}
