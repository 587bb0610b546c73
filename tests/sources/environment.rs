//! Keys in the environment as the base: on request only, and gone once the role's own stand there.

use super::{chain, configure, role};
use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::one_shell::OneShell;
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};
use crate::support::process::run;

#[test]
fn the_environment_as_source_and_as_base() {
    let mut scene = chain();
    configure(&scene, "other", &role("first", "credential_source = Environment"));
    scene.refused_at_once(3, &["first"]);
    scene.refused_at_once(3, &["production", "first", "--base", "env"]);
    let key = scene.key.clone();
    scene.world.set("AWS_ACCESS_KEY_ID", &key.id);
    scene.world.set("AWS_SECRET_ACCESS_KEY", &key.secret);
    let told = scene.switch(&["first"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/first/alice");
    let keys = told.keys();
    scene.world.set("AWS_ACCESS_KEY_ID", &keys.id);
    scene.world.set("AWS_SECRET_ACCESS_KEY", &keys.secret);
    scene.world.set("AWS_SESSION_TOKEN", keys.token.as_deref().unwrap());
    scene.world.set("ASSUME_ROLE_KEY_ID", &keys.id);
    let told = scene.switch(&["production", "second", "--base", "env"]);
    told.assert_says("the role that this shell has");
    assert!(scene.who(&told).contains("assumed-role/second/"));
}

/// A user without a device, whose keys stand in the environment of the first shell, and a role for
/// an hour.
fn in_environment() -> Scene {
    let scene = with_user(User::new(BASTION, "robot"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene.sts.add_role(Role::new(PRODUCTION, "admin").trusts(Trust::account(BASTION)));
    configure(
        &scene,
        "other",
        &format!(
            "[profile sourced]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/read\ncredential_source = Environment\n"
        ),
    );
    scene
}

fn shell(scene: &Scene) -> OneShell<'_> {
    let mut shell = OneShell::new(scene);
    for (name, value) in
        [("AWS_ACCESS_KEY_ID", &scene.key.id), ("AWS_SECRET_ACCESS_KEY", &scene.key.secret)]
    {
        shell.variables.insert(name.to_owned(), value.clone());
    }
    shell
}

#[test]
fn a_session_by_keys_that_it_replaces_is_not_said_to_renew_and_ensure_says_why() {
    let scene = in_environment();
    for words in [&["production", "read", "--base", "env"][..], &["sourced"]] {
        let mut shell = shell(&scene);
        shell.succeeds(words);
        assert_eq!(shell.moment("ASSUME_ROLE_RENEWABLE"), None, "{words:?}");
        // Enough is left: nothing to do.
        shell.succeeds(&["ensure", "45m"]);
        let (before, calls) = (shell.variables.clone(), scene.sts.requests().len());
        let said = shell.fails(7, &["ensure", "2h"]);
        assert!(
            said.contains("the environment keys used to assume ")
                && said.contains("assume-role leave"),
            "{said}"
        );
        assert_eq!((&shell.variables, scene.sts.requests().len()), (&before, calls));
        let mut exec = scene.world.command(["exec", "--min", "2h", "--", "true"]);
        exec.envs(&shell.variables);
        let ran = run(exec, b"").unwrap();
        assert!(ran.status == 4 && ran.stderr.contains("have been replaced"), "{ran:?}");
    }
}

#[test]
fn the_role_of_this_shell_is_not_taken_for_the_keys_that_asked_before() {
    let scene = in_environment();
    let mut shell = shell(&scene);
    shell.succeeds(&["production", "read", "--base", "env"]);
    shell.succeeds(&["production", "admin", "--base", "other"]);
    let calls = scene.sts.requests().len();
    let said = shell.fails(3, &["-"]);
    assert!(said.contains("have been replaced") && shell.role() == "admin", "{said}");
    assert_eq!(scene.sts.requests().len(), calls);
    // The user's own keys in their place are keys to ask with.
    shell.variables.insert("AWS_ACCESS_KEY_ID".to_owned(), scene.key.id.clone());
    shell.variables.insert("AWS_SECRET_ACCESS_KEY".to_owned(), scene.key.secret.clone());
    shell.variables.remove("AWS_SESSION_TOKEN");
    shell.succeeds(&["-"]);
    assert_eq!(shell.role(), "read");
}
