//! What logging out forgets, what it keeps, and what it says.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::scenes::crowd::calls;
use crate::scenes::{DEVICE, PRODUCTION, Scene, bastion, bastion_at_home};
use crate::sources::console_sign_in::{self, ALICE, signed_in};
use crate::sources::sso::{self, signed};
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
        ran.stderr.contains("1 stored session of production:read forgotten")
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
}

#[test]
fn logout_of_a_profile_without_a_role_forgets_the_users_own_session() {
    let scene = bastion();
    scene.switch_with_code(&["--profile", "default"]);
    let read = scene.switch(&["production", "read"]);
    let ran = scene.world.run(["logout", "--profile", "default"]).unwrap();
    assert!(
        ran.status == 0 && ran.stderr.contains("2 stored sessions of default forgotten"),
        "{ran:?}"
    );
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

#[test]
fn each_word_says_what_is_forgotten_or_why_nothing() {
    let (mut scene, sso) = signed();
    let service = signed_in().1;
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", service.url());
    let config = fs::read_to_string(scene.world.home().join(".aws/config")).unwrap();
    let more = format!(
        "[profile me]\nlogin_session = {ALICE}\n[profile tok]\nsso_session = corp\n[profile production]\n\
         role_arn = arn:aws:iam::{PRODUCTION}:role/third\nsource_profile = second\n[sso-session default]\n\
         sso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n"
    );
    scene.world.config(&(config + &more)).unwrap();
    let sign_on = |token: &str| {
        sso.add_token(token);
        sso::keep(&scene, token, sso::FAR, None);
    };
    sign_on("first");
    console_sign_in::keep(&scene, &service.sign_in(600));
    scene.switch_with_code(&["production", "first"]);
    for profile in ["read", "second", "me"] {
        scene.switch(&["--profile", profile]);
    }
    let live = "shells that hold a session keep it";
    let mfa = "note: 1 other session stays: assume-role logout\n";
    let rows: &[(&[&str], i32, &[&str])] = &[
        (
            &["production", "none"],
            0,
            &[
                "no session of production:none was stored\nnote: 4 other sessions stay: assume-role logout\n",
            ],
        ),
        (&["production:first"], 0, &["1 stored session of production:first forgotten\n", live]),
        (
            &["read"],
            0,
            &[
                "1 stored session of read forgotten\n",
                live,
                "note: still signed on to corp: assume-role logout corp\n",
            ],
        ),
        (
            &["read"],
            0,
            &[
                "no session of read was stored\nnote: 2 other sessions stay",
                "still signed on to corp",
            ],
        ),
        (
            &["production"],
            0,
            &[
                "note: 'production' is an account and a profile; for the profile: assume-role logout --profile production\n1 stored session of production forgotten\n",
            ],
        ),
        (&["--profile", "production"], 0, &["no session of production was stored\n", mfa]),
        (&[PRODUCTION], 0, &["no session of 123456789012 was stored\n", mfa]),
        (
            &["arn:aws:iam::123456789012:role/first"],
            0,
            &["no session of arn:aws:iam::123456789012:role/first was stored\n", mfa],
        ),
        (
            &["me"],
            0,
            &[
                "the console sign-in of arn:aws:iam::999999999999:user/alice is forgotten, for AWS's tools too\n",
                mfa,
            ],
        ),
        (&["me"], 0, &["not signed in as arn:aws:iam::999999999999:user/alice\n", mfa]),
        (&["tok"], 0, &["signed off from corp\n", mfa]),
        (&["corp"], 0, &["not signed on to corp\n", mfa]),
        (&["old"], 0, &["not signed on to https://corp.awsapps.com/start\n", mfa]),
        (
            &["default"],
            0,
            &[
                "not signed on to default\n",
                "note: 'default' is a sign-on and an account; for the account: assume-role logout 999999999999\n",
                mfa,
            ],
        ),
        (&["--profile", "default"], 0, &["1 stored session of default forgotten\n", live]),
        (&["--profile", "default"], 0, &["no session of default was stored\n"]),
        (
            &["corq"],
            3,
            &["there is no account or profile 'corq'\n", "hint: assume-role logout corp\n"],
        ),
        (&["nosuch"], 3, &["there is no account or profile 'nosuch'\n"]),
        (&["--profile", "nosuch"], 3, &["nosuch"]),
        (&["arn:aws:iam::123456789012:user/alice"], 3, &["arn:aws:iam::123456789012:user/alice"]),
        (&[], 0, &["nothing was stored\n"]),
    ];
    for (words, status, told) in rows {
        let ran = scene.world.run(["logout"].iter().chain(*words)).unwrap();
        assert_eq!((ran.status, ran.stdout.as_str()), (*status, ""), "{words:?}: {ran:?}");
        for line in *told {
            assert!(ran.stderr.contains(line), "{words:?}: {line:?} is not in\n{}", ran.stderr);
        }
        let stays = told.concat().contains(" stay");
        assert_eq!(ran.stderr.contains(" stay"), stays, "{words:?}: {}", ran.stderr);
    }
}
