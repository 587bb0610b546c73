//! What logging out forgets, what it keeps, and what it says.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::scenes::crowd::calls;
use crate::scenes::{DEVICE, PRODUCTION, Scene, bastion, bastion_at_home};
use crate::support::shells::{Script, Shell};

/// The names in the store.
fn stored(scene: &Scene) -> Vec<String> {
    let entries = fs::read_dir(scene.world.home().join(".local/state/assume-role")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn logout_of_one_role_keeps_the_others() {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let admin = scene.switch(&["production", "admin"]);
    let ran = scene.world.run(["logout", "production", "read"]).unwrap();
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert!(
        ran.stderr.contains("1 stored session forgotten")
            && ran.stderr.contains("assume-role leave"),
        "{ran:?}"
    );
    assert_eq!(scene.switch(&["production", "admin"]).keys().id, admin.keys().id);
    scene.switch(&["production", "read"]);
    assert_eq!(calls(&scene), (1, 3, 1));
}

#[test]
fn logout_of_an_arn_or_a_profile_is_logout_of_its_role() {
    let scene = bastion();
    let config = format!(
        "[profile p]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/read\nrole_session_name = other\nsource_profile = default\nmfa_serial = {DEVICE}\n\
         external_id = {PRODUCTION}\n[profile deployer]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/ops/deploy\n\
         source_profile = default\nmfa_serial = {DEVICE}\nexternal_id = {PRODUCTION}\n"
    );
    scene.world.config(&config).unwrap();
    let admin = scene.switch_with_code(&["production", "admin"]);
    for target in
        ["p", "arn:aws:iam::123456789012:role/read", "arn:aws:iam::123456789012:role/ops/deploy"]
    {
        scene.switch(&["production", "read"]);
        scene.switch(&["p"]);
        scene.switch(&["deployer"]);
        let before = stored(&scene).len();
        let ran = scene.world.run(["logout", target]).unwrap();
        let forgotten = if target.ends_with("deploy") { 1 } else { 2 };
        assert_eq!(
            (ran.status, before - stored(&scene).len()),
            (0, forgotten),
            "{target}: {ran:?}"
        );
    }
    assert_eq!(scene.switch(&["production", "admin"]).keys().id, admin.keys().id);
    for (target, status) in
        [("no-such", 3), ("arn:aws:iam::123456789012:user/alice", 3), ("production", 2)]
    {
        let ran = scene.world.run(["logout", target]).unwrap();
        assert_eq!(ran.status, status, "{ran:?}");
    }
}

#[test]
fn logout_of_a_profile_without_a_role_forgets_the_users_own_session() {
    let scene = bastion();
    scene.switch_with_code(&["--profile", "default"]);
    let read = scene.switch(&["production", "read"]);
    let ran = scene.world.run(["logout", "--", "default"]).unwrap();
    assert_eq!(ran.status, 2, "default is an account here: {ran:?}");
    scene.world.accounts(&format!(r#"{{"production": "{PRODUCTION}"}}"#)).unwrap();
    let ran = scene.world.run(["logout", "default"]).unwrap();
    assert!(ran.status == 0 && ran.stderr.contains("2 stored sessions forgotten"), "{ran:?}");
    assert_eq!(scene.switch(&["production", "read"]).keys().id, read.keys().id);
    scene.refused(5, &["--profile", "default"]);
}

#[test]
fn after_logout_a_code_is_needed_but_not_the_device() {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    assert_eq!(scene.world.run(["logout"]).unwrap().status, 0);
    assert!(
        !stored(&scene).iter().any(|name| name.starts_with("role-") || name.starts_with("base-"))
    );
    scene.refused(5, &["production", "read"]);
    scene.switch_with_code(&["production", "read"]);
    assert_eq!(scene.sts.count("ListMFADevices"), 1);
}

#[test]
fn after_logout_of_all_only_the_history_is_left() {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let ran = scene.world.run(["logout", "--all"]).unwrap();
    assert!(ran.stderr.contains("the history of use stays"), "{ran:?}");
    assert_eq!(stored(&scene), ["history"]);
    for issued in scene.sts.issued() {
        let history =
            fs::read_to_string(scene.world.home().join(".local/state/assume-role/history"))
                .unwrap();
        assert!(!history.contains(&issued.secret) && !history.contains(&issued.token), "{history}");
    }
    assert!(scene.world.run(["logout", "--all"]).unwrap().stderr.contains("nothing was stored"));
}

#[test]
fn logout_reaches_what_an_earlier_setting_stored() {
    let mut scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let runtime = scene.world.root().join("runtime");
    fs::create_dir(&runtime).unwrap();
    scene.world.set("XDG_RUNTIME_DIR", &runtime);
    scene.world.set("ASSUME_ROLE_STORE", "runtime");
    scene.switch_with_code(&["production", "read"]);
    scene.world.set("ASSUME_ROLE_STORE", "none");
    assert_eq!(scene.world.run(["logout", "--all"]).unwrap().status, 0);
    assert_eq!(stored(&scene), ["history"]);
    assert_eq!(fs::read_dir(runtime.join("assume-role")).unwrap().count(), 1);
}

#[test]
fn logout_fails_where_keys_stay_behind() {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let store = scene.world.home().join(".local/state/assume-role");
    fs::set_permissions(&store, PermissionsExt::from_mode(0o755)).unwrap();
    let ran = scene.world.run(["logout"]).unwrap();
    assert_eq!(ran.status, 9, "{ran:?}");
    assert!(ran.stderr.contains("chmod 700"), "{ran:?}");
}

#[test]
fn logout_in_a_shell_with_a_session_names_leave() {
    let scene = bastion_at_home();
    scene.switch_with_code(&["production", "read"]);
    for shell in Shell::INTEGRATED.into_iter().filter(|shell| shell.find().is_some()) {
        let text =
            "assume-role production read\nassume-role logout --all\necho $AWS_ACCOUNT_ROLE\n";
        let rc = shell.loads_init();
        scene.switch_with_code(&["production", "read"]);
        let ran = Script::new(shell, text).rc(&rc).run(&scene.world).unwrap();
        assert_eq!(ran.stdout, "read\n", "{shell:?}: {ran:?}");
        assert!(ran.stderr.contains("this shell still holds its keys"), "{shell:?}: {ran:?}");
        assert!(ran.stderr.contains("assume-role leave"), "{shell:?}: {ran:?}");
    }
}
