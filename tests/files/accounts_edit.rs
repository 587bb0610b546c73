//! `accounts add` and `remove`: the file afterwards, and what is refused.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use crate::scenes::{PRODUCTION, Scene, bastion, binary};
use crate::support::process::Ran;
use crate::support::world::World;

const FILE: &str =
    "{\n    \"b\": \"222222222222\",\n    \"a\": {\"id\": \"111111111111\", \"mine\": null}\n}\n";

fn world(text: &str) -> World {
    let world = World::new(binary()).unwrap();
    world.accounts(text).unwrap();
    world
}

fn accounts(world: &World, words: &[&str]) -> Ran {
    world.run(["accounts"].iter().chain(words)).unwrap()
}

fn text(world: &World) -> String {
    fs::read_to_string(world.home().join(".aws/accounts")).unwrap()
}

#[track_caller]
fn done(world: &World, words: &[&str]) -> Ran {
    let ran = accounts(world, words);
    assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
    ran
}

#[test]
fn added_and_removed() {
    let world = world(FILE);
    let ran = done(
        &world,
        &["add", "R&D (eu)", "012345678901", "--role", "read", "--role", "ops/x", "--role", "read"],
    );
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "R&D (eu) is 012345678901\n"));
    let entry = ",\n    \"R&D (eu)\": {\"id\": \"012345678901\", \"roles\": [\"read\", \"ops/x\"]}";
    assert_eq!(text(&world), FILE.replace("}\n}", &format!("}}{entry}\n}}")));
    done(&world, &["remove", "R&D (eu)"]);
    assert_eq!(text(&world), FILE);
    done(&world, &["add", "a", "111111111111", "--role", "read"]);
    assert_eq!(text(&world), FILE.replace("null}", "null, \"roles\": [\"read\"]}"));
    let ran = done(&world, &["add", "a", "111111111111"]);
    assert!(ran.stderr.contains("a is 111111111111 already"), "{ran:?}");
}

#[test]
fn the_first_account_makes_the_file() {
    let world = World::new(binary()).unwrap();
    done(&world, &["add", "production", PRODUCTION]);
    assert_eq!(text(&world), format!("{{\n  \"production\": \"{PRODUCTION}\"\n}}\n"));
    let mode = fs::metadata(world.home().join(".aws/accounts")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn root_makes_no_file_in_the_home_of_another() {
    let world = World::new(binary()).unwrap();
    let directory = world.home().join(".aws");
    if chown(&directory, Some(65534), None).is_err() {
        return;
    }
    let ran = accounts(&world, &["add", "a", "111111111111"]);
    assert!(ran.status == 8 && ran.stderr.contains("would be root's"), "{ran:?}");
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    world.accounts("{}").unwrap();
    chown(directory.join("accounts"), Some(65534), None).unwrap();
    done(&world, &["add", "a", "111111111111"]);
    assert_eq!(fs::metadata(directory.join("accounts")).unwrap().uid(), 65534);
}

#[test]
fn an_added_account_can_be_entered() {
    let scene: Scene = bastion();
    scene.world.accounts("{}").unwrap();
    done(&scene.world, &["add", "live", PRODUCTION, "--role", "read"]);
    scene.switch_with_code(&["live", "read"]);
    let told = scene.switch(&["live"]);
    assert_eq!(
        (told.get("AWS_ACCOUNT_NAME"), told.get("AWS_ACCOUNT_ROLE")),
        (Some("live"), Some("read"))
    );
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    let world = world(FILE);
    let ran = done(&world, &["add", "c", "333333333333", "--dry-run"]);
    assert_eq!(
        ran.stdout,
        "--- ~/.aws/accounts\n+++ ~/.aws/accounts\n@@ -1,4 +1,5 @@\n {\n     \"b\": \"222222222222\",\n\
         -    \"a\": {\"id\": \"111111111111\", \"mine\": null}\n+    \"a\": {\"id\": \"111111111111\", \"mine\": null},\n\
         +    \"c\": \"333333333333\"\n }\n"
    );
    let ran = done(&world, &["remove", "b", "--dry-run"]);
    assert!(ran.stdout.contains("\n-    \"b\": \"222222222222\",\n"), "{ran:?}");
    assert_eq!((text(&world).as_str(), ran.stderr.as_str()), (FILE, ""));
}

#[test]
fn refusals_change_nothing() {
    let world = world(FILE);
    for (status, words, said) in [
        (8, &["add", "a", "222222222222"][..], "a is 111111111111 already"),
        (2, &["add", "c", "1234-5678-9012"], "without the separators: 123456789012"),
        (2, &["add", "c", "12345678901"], "an id has 12 digits, this has 11"),
        (2, &["add", "333333333333", "333333333333"], "is an account id itself"),
        (3, &["add", "$x", "333333333333"], "account name '$x' is not allowed"),
        (3, &["add", "c", "333333333333", "--role", "a b"], "role 'a b' is not a role name"),
        (3, &["remove", "c"], "no account 'c' in ~/.aws/accounts"),
    ] {
        let ran = accounts(&world, words);
        assert_eq!(
            (ran.status, ran.stdout.as_str(), text(&world).as_str()),
            (status, "", FILE),
            "{words:?}: {ran:?}"
        );
        assert!(ran.stderr.contains(said), "{words:?}: {ran:?}");
    }
    world.accounts("{\"a\": 1,}").unwrap();
    let ran = accounts(&world, &["add", "c", "333333333333"]);
    assert!(ran.status == 3 && ran.stderr.contains("~/.aws/accounts:1:"), "{ran:?}");
    assert_eq!(text(&world), "{\"a\": 1,}");
}

#[test]
fn an_account_named_like_a_verb_is_reported() {
    let ran = done(&world("{}"), &["add", "list", "333333333333"]);
    assert!(ran.stderr.contains("assume-role -- list ROLE"), "{ran:?}");
}

#[test]
fn places_and_modes() {
    let mut world = world("{}");
    let real = world.write("dotfiles/names.json", "{\"a\": \"111111111111\"}").unwrap();
    let link = world.home().join("link");
    symlink(&real, &link).unwrap();
    world.set("ACCOUNTS_FILE", &link);
    fs::set_permissions(&real, fs::Permissions::from_mode(0o664)).unwrap();
    done(&world, &["add", "b", "222222222222"]);
    assert_eq!(
        fs::read_to_string(&real).unwrap(),
        "{\"a\": \"111111111111\", \"b\": \"222222222222\"}"
    );
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o664);
    assert!(link.is_symlink() && text(&world) == "{}");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o444)).unwrap();
    let ran = accounts(&world, &["remove", "b"]);
    assert!(
        ran.status == 9 && ran.stderr.contains("chmod u+w ~/dotfiles/names.json")
            || ran.stderr.contains("chmod u+w ~/link"),
        "{ran:?}"
    );
}

#[test]
fn edits_at_once_lose_nothing() {
    let world = world("{}");
    let add = |number: usize| {
        let (name, id) = (format!("a{number}"), format!("{number:012}"));
        world.command(["accounts", "add", name.as_str(), id.as_str()]).spawn().unwrap()
    };
    for mut child in (1..=12).map(add).collect::<Vec<_>>() {
        assert!(child.wait().unwrap().success());
    }
    for number in 1..=12 {
        assert!(
            text(&world).contains(&format!("\"a{number}\": \"{number:012}\"")),
            "{}",
            text(&world)
        );
    }
}
