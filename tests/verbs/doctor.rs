//! `doctor`, through the binary: golden files of what it finds, its exit codes, and proof that it
//! changes nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::assert_offline;
use crate::scenes::binary;
use crate::support::golden::assert_golden;
use crate::support::world::World;

const KEYS: &str =
    "[default]\naws_access_key_id = AKIADEFAULT123456789\naws_secret_access_key = s3cr3t\n";

/// A world with nothing on the `PATH` but the program.
fn world() -> World {
    let mut world = World::new(binary()).unwrap();
    world.set("PATH", world.bin());
    world
}

/// Runs `doctor`, holds what it says against a golden file, and looks that nothing was written.
#[track_caller]
fn check(world: &World, name: &str, status: i32) {
    let before = world.snapshot().unwrap();
    let ran = world.run(["doctor"]).unwrap();
    assert_eq!(ran.status, status, "{ran:?}");
    let text = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!text.contains("s3cr3t"), "{text}");
    // Where the tests of a machine lie on a tmpfs, that is reported as well.
    let lines = text
        .lines()
        .filter(|line| !line.contains("lies on a tmpfs"))
        .map(|line| format!("{line}\n"));
    let text = lines.collect::<String>().replace(&world.root().display().to_string(), "ROOT");
    assert_golden(
        &format!("doctor/{name}.txt"),
        &text.replace(env!("CARGO_PKG_VERSION"), "VERSION"),
    );
    assert_eq!(world.snapshot().unwrap(), before, "{name}");
}

/// What the function of a shell says of a shell in which all is well.
fn loaded(shell: &str) -> String {
    let (version, completion, hooks, prompt) = match shell {
        "bash" => (
            "5.2.15(1)-release",
            "complete -F _assume_role assume-role",
            "__assume_role_hook",
            "${__assume_role_shown-}$ ",
        ),
        "zsh" => {
            ("5.9", "_assume-role compdef: function", "__assume_role_hook", "%(71V.%71v .)%m ")
        }
        _ => (
            "3.6.0",
            "complete assume-role '(__assume_role_candidates)'",
            "",
            "__assume_role_their_prompt",
        ),
    };
    format!(
        "shell={shell} {version}\nflags=i promptvars prompt_percent\nside=auto\nhook=function\n\
         completion={completion}\nothers=\nhooks={hooks}\nprompt={prompt}"
    )
}

fn with_state(state: &str) -> World {
    let mut world = world();
    world.set("ASSUME_ROLE_SHELL_STATE", state);
    world.accounts(r#"{"production": "123456789012", "staging": "222222222222"}"#).unwrap();
    world.credentials(KEYS).unwrap();
    world
}

#[test]
fn a_newcomer_and_a_good_set_up() {
    check(&world(), "newcomer", 0);
    check(&with_state(&loaded("zsh")), "good", 0);
}

#[test]
fn what_is_wrong_in_files() {
    let world = with_state(&loaded("fish"));
    world
        .accounts("{\n  \"bad\": 7,\n  \"x\": {\"id\": \"333333333333\", \"rols\": []},\n  \"y\": {\"id\": \"444444444444\", \"colour\": []}\n}\n")
        .unwrap();
    world
        .config(
            "[profile lost]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = nope\n[oops]\n\
             [profile twice]\nregion = eu-west-1\n[profile twice]\noutput = json\n[profile half\n",
        )
        .unwrap();
    world.write(".config/assume-role/config.toml", "stor = \"none\"\n").unwrap();
    check(&world, "files", 1);
    world.accounts("{\"a\": \"123456789012\"\n").unwrap();
    world.write(".config/assume-role/config.toml", "").unwrap();
    check(&world, "not-json", 1);
}

#[test]
fn who_else_may_touch_files() {
    let world = with_state(&loaded("fish"));
    world.write(".saml/credentials", "username = alice\npassword = s3cr3t\n").unwrap();
    for name in ["sso", "login"] {
        world.write(&format!(".aws/{name}/cache/0a1b.json"), "{}").unwrap();
    }
    for (path, mode) in [
        (".aws/sso/cache/0a1b.json", 0o644),
        (".aws/login/cache/0a1b.json", 0o620),
        (".aws/credentials", 0o644),
        (".aws/config", 0o666),
        (".aws/accounts", 0o664),
        (".saml/credentials", 0o640),
    ] {
        if path == ".aws/config" {
            world.config("").unwrap();
        }
        fs::set_permissions(world.home().join(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let store = world.home().join(".local/state/assume-role");
    fs::create_dir_all(&store).unwrap();
    fs::set_permissions(&store, fs::Permissions::from_mode(0o755)).unwrap();
    check(&world, "modes", 0);
    let mut configured = world;
    configured.set("ASSUME_ROLE_STORE", "file");
    assert_eq!(
        configured.run(["doctor"]).unwrap().status,
        1,
        "a store that was asked for and cannot be used"
    );
}

#[test]
fn names_that_hide_each_other() {
    let world = with_state(&loaded("bash"));
    world
        .accounts(
            r#"{
    "list": "111111111111",
    "production": {"id": "222222222222", "protected": true},
    "prod": "222222222222",
    "1234-5678-9012": "123456789012",
    "333333333333": "333333333333",
    "work": "444444444444",
    "-x": "555555555555"
}"#,
        )
        .unwrap();
    world
        .config("[profile work]\nregion = eu-west-1\n[profile a$b]\nregion = eu-west-1\n")
        .unwrap();
    check(&world, "names", 0);
}

#[test]
fn shells_that_are_half_set_up() {
    for (name, shell, from, to) in [
        (
            "zsh-without-compinit",
            "zsh",
            "completion=_assume-role compdef: function",
            "completion= compdef: none",
        ),
        (
            "bash-hooks-behind",
            "bash",
            "hooks=__assume_role_hook",
            "hooks=__assume_role_hook update_title",
        ),
        ("bash-hook-lost", "bash", "hooks=__assume_role_hook", "hooks=update_title"),
        ("bash-prompt-lost", "bash", "prompt=${__assume_role_shown-}", "prompt="),
        (
            "bash-own-prompt",
            "bash",
            "prompt=${__assume_role_shown-}",
            "prompt=${ASSUME_ROLE_PROMPT}",
        ),
        (
            "zsh-framework",
            "zsh",
            "prompt=%(71V.%71v .)%m",
            "segments=prompt_assume_role: none\nprompt=${_p9k_t}",
        ),
        ("fish-universal", "fish", "others=", "others=\nuniversal=AWS_PROFILE AWS_REGION"),
        ("old-script", "bash", "others=", "others=function\nalias awsume='. awsume'"),
        ("not-interactive", "bash", "flags=i", "flags=hB"),
    ] {
        let state = loaded(shell);
        assert!(state.contains(from), "{name}");
        let world = with_state(&state.replace(from, to));
        let ran = world.run(["doctor"]).unwrap();
        let (_, rest) = ran.stdout.split_once("shell\n").unwrap();
        assert_golden(&format!("doctor/shell/{name}.txt"), rest.split_once("files\n").unwrap().0);
    }
}

#[test]
fn the_path_and_other_variables() {
    let mut world = with_state(&loaded("fish"));
    let open = world.root().join("open");
    let other = world.root().join("other");
    for directory in [&open, &other] {
        fs::create_dir(directory).unwrap();
        fs::write(directory.join("assume-role"), "#!/bin/sh\n").unwrap();
        fs::set_permissions(directory.join("assume-role"), fs::Permissions::from_mode(0o755))
            .unwrap();
    }
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    world
        .set("PATH", format!(".:{}:{}:{}", open.display(), world.bin().display(), other.display()));
    for (name, value) in [
        ("AWS_PROFILE", "work"),
        ("AWS_ACCESS_KEY_ID", "ASIA1"),
        ("AWS_ENDPOINT_URL", "https://aws.example.com"),
        ("ASSUME_ROLE_ALLOW_HTTP", "1"),
        ("ASSUME_ROLE_LEGACY", "1"),
        ("ASSUME_ROLE_STORE", "none"),
        ("AWS_CA_BUNDLE", "/nowhere.pem"),
        ("SAML_FILE", "/nowhere"),
    ] {
        world.set(name, value);
    }
    check(&world, "environment", 1);
}

#[test]
fn what_was_said_by_others_is_only_shown() {
    let mut world = with_state(
        "shell=zsh \u{1b}]0;x\u{7}\nhooks=__assume_role_hook \u{1b}[31m$(touch pwned)\nflags=i\nhook=function",
    );
    world.set("AWS_PROFILE", "\u{1b}[2J");
    world.set("AWS_ACCESS_KEY_ID", "x");
    let ran = world.run(["doctor"]).unwrap();
    assert!(!ran.stdout.contains('\u{1b}') && ran.stdout.contains("$(touch pwned)"), "{ran:?}");
    assert!(!world.home().join("pwned").exists());
}

#[test]
fn a_line_that_sources_the_old_script_is_named_with_what_replaces_it() {
    let mut world = with_state(&loaded("zsh"));
    world.write(".bashrc", "# mine\nsource $(which assume-role)\n").unwrap();
    world.write("zsh/.zshrc", "alias ar='. $(which assume-role)'\n").unwrap();
    world.set("ZDOTDIR", world.home().join("zsh"));
    let ran = world.run(["doctor"]).unwrap();
    for (place, line) in [
        ("~/.bashrc:2 sources assume-role", "eval \"$(assume-role init bash)\""),
        ("~/zsh/.zshrc:1 sources assume-role", "eval \"$(assume-role init zsh)\""),
    ] {
        let (_, after) = ran.stdout.split_once(place).unwrap_or_else(|| panic!("{ran:?}"));
        assert!(after.lines().nth(1).unwrap().contains(line), "{ran:?}");
    }
}

#[test]
fn who_signs_on_needs_no_keys_in_a_file() {
    let world = World::new(binary()).unwrap();
    let section = "[sso-session my corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    world.config(section).unwrap();
    let ran = world.run(["doctor"]).unwrap();
    let (_, after) = ran.stdout.split_once("  note     no credentials to assume").expect("a note");
    let remedy = after.lines().nth(1).unwrap();
    assert!(remedy.ends_with("need none: assume-role login 'my corp'"), "{ran:?}");
}

#[test]
fn without_a_word_it_opens_no_socket() {
    let world = with_state(&loaded("zsh"));
    world.config("[profile p]\ncredential_process = touch ran\n").unwrap();
    let known = [
        ".bash",
        ".kshrc",
        ".profile",
        ".z",
        ".aws",
        ".saml/credentials",
        ".config/assume-role/config.toml",
        ".local/state/assume-role",
    ];
    assert_offline(&world, &["doctor"], &known);
}

#[test]
fn lines_fit_a_terminal() {
    let world = with_state(&loaded("bash"));
    world
        .accounts(r#"{"production": "123456789012", "a name that is long enough to fill lines": "123456789012"}"#)
        .unwrap();
    let mut command = std::process::Command::new("/bin/sh");
    command.args([
        "-c",
        "/bin/stty cols 60 2>/dev/null || /usr/bin/stty cols 60; assume-role doctor; echo done",
    ]);
    let mut terminal = world.terminal_of(command).unwrap();
    terminal.wait_for("done").unwrap();
    let screen = terminal.screen();
    assert!(terminal.text().contains("\u{1b}[32mok"), "{}", terminal.text());
    let row = screen.lines().find(|line| line.contains("has several names")).unwrap();
    assert!(row.trim_end().chars().count() <= 60, "{screen}");
}

#[test]
fn keys_that_only_another_tool_reads_are_named() {
    let scene = crate::scenes::bastion();
    scene
        .world
        .config(
            "[profile common]\nregion = eu-west-1\n[profile dev]\ninclude_profile = common\n\
             granted_sso_region = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/read\n\
             source_profile = default\nsession_tags = a=b\n",
        )
        .unwrap();
    let page = scene.world.run(["doctor"]).unwrap().stdout;
    let explained = scene.world.run(["explain", "dev"]).unwrap().stderr;
    for words in [
        "~/.aws/config:4: include_profile has no effect here, only aws-vault reads it",
        "~/.aws/config:5: granted_sso_region has no effect here, only Granted reads it",
        "~/.aws/config:8: session_tags has no effect here, only aws-vault reads it",
    ] {
        assert!(page.contains(words), "{words}: {page}");
        assert!(explained.contains(words), "{words}: {explained}");
    }
}
