//! `keys import`, `add`, `list`, `export`, `remove`.

use super::{KINDS, config, credentials, files_with, imported, keys, mode, runs, with_keyrings};
use crate::support::process::run;

#[test]
fn import_moves_a_key_and_export_brings_it_back() {
    for (kind, _) in KINDS {
        let scene = with_keyrings();
        let (id, secret) = (scene.key.id.clone(), scene.key.secret.clone());
        scene.world.config("# mine\n[default]\nregion = eu-west-1\n").unwrap();
        let before = credentials(&scene);
        let ran = keys(&scene, &["import", "default", "--keyring", kind]);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(!ran.stderr.contains(&secret) && ran.stdout.is_empty(), "{ran:?}");
        assert_eq!(credentials(&scene), "", "{kind}");
        let program = scene.world.program().display().to_string();
        assert_eq!(
            config(&scene),
            format!(
                "# mine\n[default]\nassume_role_keys = {kind} {id}\ncredential_process = {program} credential-process --profile=default\nregion = eu-west-1\n"
            )
        );
        assert_eq!(files_with(&scene, &secret), Vec::<std::path::PathBuf>::new(), "{kind}");
        assert!(!runs(&scene).iter().any(|run| run.contains(&secret)), "{kind}");

        let again = keys(&scene, &["import", "default", "--keyring", kind]);
        assert!(again.status == 0 && again.stderr.contains("already"), "{again:?}");
        let printed = keys(&scene, &["export", "default"]);
        assert!(printed.stdout.contains(&secret), "{printed:?}");
        let back = keys(&scene, &["export", "default", "--write"]);
        assert_eq!(back.status, 0, "{back:?}");
        assert_eq!(credentials(&scene), before);
        assert_eq!(config(&scene), "# mine\n[default]\nregion = eu-west-1\n");
        let items = std::fs::read_dir(scene.world.root().join("items")).unwrap().count();
        assert_eq!(items, 0, "{kind}");
    }
}

#[test]
fn a_dry_run_shows_both_files_and_no_secret() {
    let scene = with_keyrings();
    let before = (credentials(&scene), config(&scene));
    let ran = keys(&scene, &["import", "default", "--dry-run"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("+assume_role_keys = secret-service"), "{ran:?}");
    assert!(ran.stdout.contains("-aws_access_key_id = "), "{ran:?}");
    assert!(!ran.stdout.contains(&scene.key.secret), "{ran:?}");
    assert_eq!((credentials(&scene), config(&scene)), before);
    assert_eq!(runs(&scene), Vec::<String>::new());
}

#[test]
fn a_keyring_that_fails_or_forgets_changes_no_file() {
    for (kind, script, status) in [
        ("secret-service", "[ \"$1\" != store ] || exit 1", 9),
        ("secret-service", "[ \"$1\" != store ] || { cat >/dev/null; exit 0; }", 9),
        ("pass", "[ \"$1\" != insert ] || { tr a-z b-za >\"$items/${4#*/}\"; exit 0; }", 9),
        ("keychain", "exit 51", 5),
        ("helper:fake", "kill -9 $$", 9),
        ("helper:nothing", "", 9),
    ] {
        let scene = with_keyrings();
        mode(&scene, script);
        let before = (credentials(&scene), config(&scene));
        let ran = keys(&scene, &["import", "default", "--keyring", kind]);
        assert_eq!(ran.status, status, "{kind} {script}: {ran:?}");
        assert!(ran.stderr.contains("nothing has changed"), "{ran:?}");
        assert!(!ran.stderr.contains(&scene.key.secret), "{ran:?}");
        assert_eq!((credentials(&scene), config(&scene)), before);
    }
}

#[test]
fn what_cannot_be_imported_says_why() {
    let scene = with_keyrings();
    let (id, secret) = (&scene.key.id, &scene.key.secret);
    scene
        .world
        .credentials(&format!(
            "[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n[temp]\naws_access_key_id = ASIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\naws_session_token = y\n[half]\naws_access_key_id = {id}\n[other]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"
        ))
        .unwrap();
    scene
        .world
        .config("[profile other]\ncredential_process = /bin/mine\n[profile sso]\nregion = x\n")
        .unwrap();
    for (words, status, says) in [
        (&["import", "defalt"][..], 3, "default"),
        (&["import", "temp"], 3, "temporary keys"),
        (&["import", "half"], 3, "half a key"),
        (&["import", "sso"], 3, "assume-role keys add sso"),
        (&["import", "other"], 8, "has a credential_process"),
        (&["import", "default", "--keyring", "vault"], 3, "secret-service, keychain, pass"),
        (&["remove", "default"], 3, "assume-role keys import default"),
        (&["export", "sso"], 3, "assume-role keys list"),
        (&["add", "default", "--env"], 8, "assume-role keys import default"),
    ] {
        let ran = keys(&scene, words);
        assert_eq!(ran.status, status, "{words:?}: {ran:?}");
        assert!(ran.stderr.contains(says), "{words:?}: {ran:?}");
    }
    assert_eq!(runs(&scene), Vec::<String>::new());
}

#[test]
fn another_secret_under_the_same_id_is_never_written_over() {
    let scene = imported("pass");
    let id = &scene.key.id;
    let other = format!(
        "[default]\naws_access_key_id = {id}\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLE\n"
    );
    scene.world.credentials(&other).unwrap();
    let ran = keys(&scene, &["import", "default", "--keyring", "pass"]);
    assert_eq!(ran.status, 8, "{ran:?}");
    assert_eq!(credentials(&scene), other);
    let printed = keys(&scene, &["export", "default"]).stdout;
    assert!(printed.contains(&scene.key.secret), "{printed}");
}

#[test]
fn a_key_of_the_config_file_moves_too() {
    let scene = with_keyrings();
    let (id, secret) = (&scene.key.id, &scene.key.secret);
    scene.world.credentials("").unwrap();
    scene
        .world
        .config(&format!(
            "[profile w]\naws_access_key_id = {id}\nregion = eu-west-1\naws_secret_access_key = {secret}\n"
        ))
        .unwrap();
    let ran = keys(&scene, &["import", "w", "--keyring", "pass", "--no-process"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(
        config(&scene),
        format!("[profile w]\nassume_role_keys = pass {id}\nregion = eu-west-1\n")
    );
}

/// Under each name in turn, in a state that a kill leaves: the reference is there, the key still in its
/// file. The line that asks this program is replaced by one that asks it under its name of now.
#[test]
fn the_line_that_asks_this_program_is_known_under_any_name_and_path() {
    let scene = with_keyrings();
    let before = credentials(&scene);
    let root = scene.world.root();
    std::fs::create_dir(root.join("a 'b' #c")).unwrap();
    let names = ["bin/ar", "a 'b' #c/ar", "bin/assume-role", "moved"].map(|name| root.join(name));
    for (name, next) in names.iter().zip(names.iter().cycle().skip(1)) {
        for name in [name, next] {
            let _ = std::os::unix::fs::symlink(crate::scenes::binary(), name);
            scene.world.credentials(&before).unwrap();
            let mut command = scene.world.command_of(name);
            command.args(["keys", "import", "default", "--keyring", "pass"]);
            let ran = run(command, b"").unwrap();
            assert_eq!(ran.status, 0, "{name:?}: {ran:?}");
            assert!(!credentials(&scene).contains(&scene.key.secret), "{name:?}");
            let written = config(&scene);
            let program = name.to_str().unwrap().rsplit('/').next().unwrap();
            let ours = format!("{program} credential-process --profile=default\n");
            assert!(written.replace('\'', "").contains(&ours), "{name:?}: {written}");
        }
    }
    for (line, stays) in [
        ("ar credential-process '--profile=default'", false),
        ("/gone/assume-role credential-process --profile default", false),
        ("granted credential-process --profile default", true),
        ("assume-role credential-process production read", true),
        ("ar credential-process --profile=other", true),
    ] {
        let text = format!("[default]\ncredential_process = {line}\n");
        scene.world.config(&text).unwrap();
        scene.world.credentials(&before).unwrap();
        let import = ["import", "default", "--keyring", "pass"];
        let ran = keys(&scene, &import);
        assert_eq!(ran.status, if stays { 8 } else { 0 }, "{line}: {ran:?}");
        if stays {
            assert_eq!(config(&scene), text);
            assert_eq!(keys(&scene, &[&import[..], &["--no-process"]].concat()).status, 0);
        }
        assert_eq!(keys(&scene, &["export", "default", "--write"]).status, 0, "{line}");
        assert_eq!(config(&scene).contains(line), stays, "{line}: {}", config(&scene));
        assert_eq!(config(&scene).contains("credential_process"), stays, "{line}");
    }
}

#[test]
fn the_reference_alone_makes_a_base_and_a_target() {
    let scene = with_keyrings();
    let ran = keys(&scene, &["import", "default", "--keyring", "pass", "--no-process"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!config(&scene).contains("credential_process"), "{}", config(&scene));
    let told = scene.switch_with_code(&["production", "read"]);
    assert!(scene.who(&told).contains("assumed-role/read/"));
    let told = scene.switch(&["--profile", "default"]);
    assert!(scene.who(&told).ends_with("user/alice"));
    let listed = scene.world.run(["profile", "list"]).unwrap().stdout;
    assert!(listed.contains("keyring") && listed.contains("key …"), "{listed}");
}

#[test]
fn add_takes_the_environment_or_standard_input_and_proves_the_key() {
    for from in ["--env", "--stdin"] {
        let mut scene = with_keyrings();
        let (id, secret) = (scene.key.id.clone(), scene.key.secret.clone());
        scene.world.credentials("").unwrap();
        let line = format!(r#"{{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"{secret}"}}"#);
        if from == "--env" {
            scene.world.set("AWS_ACCESS_KEY_ID", &id);
            scene.world.set("AWS_SECRET_ACCESS_KEY", &secret);
        }
        let command = scene.world.command(["keys", "add", "default", "--keyring", "pass", from]);
        let ran = run(command, line.as_bytes()).unwrap();
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.stderr.contains("user/alice"), "{ran:?}");
        assert_eq!(scene.sts.count("GetCallerIdentity"), 1);
        assert!(config(&scene).contains(&format!("assume_role_keys = pass {id}")));
        assert_eq!(files_with(&scene, &secret).len(), 0);
    }
}

#[test]
fn add_stores_nothing_that_aws_refuses() {
    let scene = with_keyrings();
    scene.world.credentials("").unwrap();
    for (line, status) in [
        (
            r#"{"Version":1,"AccessKeyId":"AKIANOBODYNOBODY1234","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG"}"#,
            4,
        ),
        (
            r#"{"Version":1,"AccessKeyId":"ASIANOBODYNOBODY1234","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG"}"#,
            3,
        ),
        ("hello", 3),
    ] {
        let command = scene.world.command(["keys", "add", "w", "--keyring", "pass", "--stdin"]);
        let ran = run(command, line.as_bytes()).unwrap();
        assert_eq!(ran.status, status, "{line}: {ran:?}");
        assert!(!ran.stderr.contains("wJalr"), "{ran:?}");
    }
    assert_eq!(runs(&scene), Vec::<String>::new());
    assert_eq!(config(&scene), "");
}

#[test]
fn add_asks_on_the_terminal_and_shows_no_secret() {
    let scene = with_keyrings();
    scene.world.credentials("").unwrap();
    let mut terminal =
        scene.world.terminal(["keys", "add", "default", "--keyring", "pass"]).unwrap();
    terminal.wait_for("Access key id:").unwrap();
    terminal.type_line(&scene.key.id).unwrap();
    terminal.wait_for("Secret access key:").unwrap();
    terminal.type_line(&scene.key.secret).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert!(!terminal.text().contains(&scene.key.secret));
    assert!(config(&scene).contains("assume_role_keys = pass "));
}

#[test]
fn remove_wants_the_name_typed() {
    let scene = imported("pass");
    let ran = keys(&scene, &["remove", "default"]);
    assert_eq!(ran.status, 8, "{ran:?}");
    assert!(ran.stderr.contains("the only copy known here"), "{ran:?}");
    assert_eq!(runs(&scene), Vec::<String>::new());
    for (typed, status) in [("production", 8), ("default", 0)] {
        let mut terminal = scene.world.terminal(["keys", "remove", "default"]).unwrap();
        terminal.wait_for("type default:").unwrap();
        terminal.type_line(typed).unwrap();
        assert_eq!(terminal.wait().unwrap(), status, "{}", terminal.text());
    }
    assert!(!config(&scene).contains("assume_role_keys"), "{}", config(&scene));
    assert_eq!(std::fs::read_dir(scene.world.root().join("items")).unwrap().count(), 0);
}

#[test]
fn list_and_doctor_say_where_a_key_lies() {
    let scene = with_keyrings();
    let listed = keys(&scene, &["list"]).stdout;
    assert!(listed.contains("file") && listed.contains("~/.aws/credentials:2"), "{listed}");
    let doctor = || scene.world.run(["doctor"]).unwrap().stdout;
    let told = doctor();
    assert!(told.contains("is in plain text (~/.aws/credentials:2)"), "{told}");
    assert!(told.contains("assume-role keys import default"), "{told}");
    let file = credentials(&scene);
    keys(&scene, &["import", "default", "--keyring", "pass"]);
    assert!(!doctor().contains("plain text"));
    let bin = scene.world.bin();
    std::fs::rename(bin.join("pass"), bin.join("away")).unwrap();
    let mut alone = scene.world.command(["doctor"]);
    alone.env("PATH", &bin);
    let told = run(alone, b"").unwrap();
    assert_eq!(told.status, 1, "{told:?}");
    assert!(told.stdout.contains("and pass is not installed"), "{told:?}");
    std::fs::rename(bin.join("away"), bin.join("pass")).unwrap();
    let listed = keys(&scene, &["list", "--json"]).stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["keys"][0]["lies_in"], "pass");
    assert_eq!(listed["keys"][0]["access_key_id"], *scene.key.id);
    scene.world.credentials(&file).unwrap();
    let told = doctor();
    assert!(told.contains("the file's is used"), "{told}");
    scene.world.credentials("").unwrap();
    scene.world.config("[default]\nassume_role_keys = vault AKIAIOSFODNN7EXAMPLE\n").unwrap();
    assert!(doctor().contains("no keyring is called 'vault'"));
}

#[test]
fn copies_of_the_old_file_are_named_and_left() {
    let scene = with_keyrings();
    scene.world.write(".aws/credentials.bak", "old").unwrap();
    let ran = keys(&scene, &["import", "default"]);
    assert!(ran.stderr.contains("~/.aws/credentials.bak may still hold it"), "{ran:?}");
    assert!(scene.world.home().join(".aws/credentials.bak").exists());
}
