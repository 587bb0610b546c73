//! Which session the command gets: from the words, or from the role of this shell, with enough time
//! left.

use super::{environment, exec, ready};
use crate::scenes::day::Day;
use crate::scenes::one_shell::OneShell;
use crate::scenes::{BASTION, PRODUCTION, bastion};
use crate::support::process::run;

#[test]
fn enough_time_is_made_sure_of() {
    let Some(day) = Day::begin(ready()) else { return };
    let calls = |minimum: &str, status: i32| {
        let words = ["exec", "production", "read", "--min", minimum, "--", "true"];
        let ran = day.scene.world.run(words).unwrap();
        assert_eq!(ran.status, status, "{ran:?}");
        day.scene.sts.count("AssumeRole")
    };
    day.comes_to(25 * 60);
    assert_eq!(calls("30m", 0), 1, "35 minutes are left");
    assert_eq!(calls("45m", 0), 2);
    assert_eq!(calls("45m", 0), 2);
    assert_eq!(calls("2h", 7), 2, "the role gives an hour");
    assert_eq!(calls("soon", 3), 2);
}

#[test]
fn without_a_target_it_is_the_role_of_this_shell() {
    let Some(day) = Day::begin(bastion()) else { return };
    let shell = day.first_shell();
    let here = |shell: &OneShell<'_>, words: &[&str]| {
        let mut command = day.scene.world.command(words);
        command.args(["--", "env", "-0"]).envs(&shell.variables);
        run(command, b"").unwrap()
    };
    let calls = day.scene.sts.requests().len();
    let got = environment(&here(&shell, &["exec"]));
    assert!(shell.variables.iter().all(|(name, value)| got.get(name) == Some(value)));
    assert_eq!(
        environment(&here(&shell, &["exec", "--min", "30m"]))["AWS_ACCESS_KEY_ID"],
        shell.key()
    );
    assert_eq!(
        environment(&here(&shell, &["exec", "--region", "eu-north-1"]))["AWS_REGION"],
        "eu-north-1"
    );
    assert_eq!(day.scene.sts.requests().len(), calls);
    day.comes_to(3590);
    let renewed = environment(&here(&shell, &["exec"]));
    assert_ne!(renewed["AWS_ACCESS_KEY_ID"], shell.key());
    assert_eq!(renewed["AWS_ACCOUNT_ROLE"], "read");
    // Keys of another tool are not taken for the role that was here before.
    let mut foreign = shell.child();
    foreign.variables.insert("AWS_ACCESS_KEY_ID".to_owned(), "ASIAFOREIGN000000000".to_owned());
    for shell in [foreign, OneShell::new(&day.scene)] {
        let ran = here(&shell, &["exec"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains("this shell has none"), "{ran:?}");
    }
}

#[test]
fn a_shell_inside_knows_its_role_and_renews_it() {
    let Some(day) = Day::begin(ready()) else { return };
    let script = "eval \"$(assume-role init bash)\"\nbefore=$AWS_ACCESS_KEY_ID\nassume-role ensure 10m\n\
                  test \"$before\" = \"$AWS_ACCESS_KEY_ID\" && assume-role ensure 59m && \
                  test \"$before\" != \"$AWS_ACCESS_KEY_ID\" && assume-role status --prompt && assume-role leave && \
                  echo \"left ${AWS_ACCESS_KEY_ID-nothing}\"";
    day.comes_to(20 * 60);
    let ran = exec(&day.scene, &["bash", "--norc", "-c", script]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(
        ran.stdout.contains("production:read") && ran.stdout.ends_with("left nothing\n"),
        "{ran:?}"
    );
}

#[test]
fn a_target_is_what_it_is_for_a_switch() {
    let scene = ready();
    let accounts = format!(
        r#"{{"default": "{BASTION}", "one": {{"id": "{PRODUCTION}", "default_role": "read"}}}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    let arn = format!("arn:aws:iam::{PRODUCTION}:role/ops/deploy");
    for (target, role) in [("one", "read"), (arn.as_str(), "ops/deploy")] {
        let ran = scene.world.run(["exec", target, "--", "printenv", "AWS_ACCOUNT_ROLE"]).unwrap();
        assert_eq!(ran.stdout, format!("{role}\n"), "{ran:?}");
    }
    let mut command = scene.world.command(["exec", "-", "--", "printenv", "AWS_ACCOUNT_ROLE"]);
    command.env("ASSUME_ROLE_PREVIOUS", "-- one read");
    assert_eq!(run(command, b"").unwrap().stdout, "read\n");
}

#[test]
fn a_protected_account_is_entered_on_purpose() {
    let scene = bastion();
    scene
        .world
        .accounts(&format!(r#"{{"default": "{BASTION}", "production": {{"id": "{PRODUCTION}", "protected": true}}}}"#))
        .unwrap();
    assert_eq!(exec(&scene, &["touch", "ran"]).status, 8);
    assert!(!scene.world.home().join("ran").exists());
    let code = scene.code();
    let ran = scene.world.run([
        "exec", "production", "read", &code, "--yes", "--", "sh", "-c",
        "echo $ASSUME_ROLE_PROTECTED",
    ]);
    assert_eq!(ran.unwrap().stdout, format!("{PRODUCTION}\n"));
}
