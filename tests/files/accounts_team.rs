//! `ACCOUNTS_FILE` with the user's own file and those of a team.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::scenes::{PRODUCTION, Scene, bastion, binary};
use crate::support::process::Ran;
use crate::support::world::World;

const OWN: &str = "{\n\"mine\": \"111111111111\",\n\"both\": \"222222222222\"\n}\n";
const TEAM: &str = "{\n\"both\": \"333333333333\",\n\"theirs\": {\"id\": \"444444444444\", \"protected\": true},\n\"$(touch x)\": \"555555555555\",\n\"\\u001b[31m\": \"666666666666\"\n}\n";

/// A world with the user's own file and, where there is a text for it, that of a team.
fn world(team: Option<&str>) -> World {
    let mut world = World::new(binary()).unwrap();
    world.accounts(OWN).unwrap();
    if let Some(text) = team {
        world.write("infra/accounts.json", text).unwrap();
    }
    world.set("ACCOUNTS_FILE", "~/.aws/accounts:~/infra/accounts.json");
    world.set("AWS_ACCESS_KEY_ID", "AKIADEFAULT123456789");
    world.set("AWS_SECRET_ACCESS_KEY", "s3cr3t");
    world
}

fn said(ran: &Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

#[track_caller]
fn says(world: &World, words: &[&str], expected: &[&str]) {
    let text = said(&world.run(words).unwrap());
    assert!(!text.contains('\x1b'), "{text:?}");
    for part in expected {
        assert!(text.contains(part), "{words:?}, {part}: {text}");
    }
}

#[test]
fn an_earlier_name_wins_and_both_places_are_told() {
    let world = world(Some(TEAM));
    says(&world, &["explain", "both", "read"], &["222222222222  (~/.aws/accounts:3:1)"]);
    says(&world, &["explain", "theirs", "read"], &["444444444444  (~/infra/accounts.json:3:1)"]);
    let clash =
        "~/infra/accounts.json:2: account both is named in ~/.aws/accounts:3 too, which wins";
    let hostile = "~/infra/accounts.json:4:1: account name '$(touch x)' is not allowed";
    says(&world, &["doctor"], &[clash, hostile, "~/.aws/accounts: 2 accounts", "only read"]);
    let listed = world.run(["list"]).unwrap();
    let names: Vec<_> =
        listed.stdout.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["both", "mine", "theirs"], "{listed:?}");
    assert!(!listed.stdout.contains("333333333333"), "{listed:?}");
    assert!(listed.stderr.contains(clash), "{listed:?}");
    let unknown = world.run(["explain", "nowhere", "read"]).unwrap();
    assert_eq!(unknown.status, 3, "{unknown:?}");
    assert!(unknown.stderr.contains("~/.aws/accounts, ~/infra/accounts.json name"), "{unknown:?}");
}

#[test]
fn clashes_by_the_hundred_are_one_line_of_a_list() {
    let mut world = world(Some(TEAM));
    let many: Vec<String> = (0..900).map(|n| format!(r#""n{n}": "{n:012}""#)).collect();
    for file in ["own", "team"] {
        world.write(file, format!("{{{}}}", many.join(","))).unwrap();
    }
    world.set("ACCOUNTS_FILE", "~/own:~/team");
    let listed = world.run(["list"]).unwrap();
    assert_eq!(listed.stderr.lines().count(), 1, "{listed:?}");
    assert!(listed.stderr.contains("too, which wins; so are 899 more"), "{listed:?}");
}

#[test]
fn a_clash_is_reported_where_the_name_is_used() {
    let world = world(Some(TEAM));
    let clash = "~/infra/accounts.json:2 gives the name both to another account";
    says(&world, &["explain", "both", "read"], &[clash]);
    let ran = world.run(["explain", "theirs", "read"]).unwrap();
    assert!(!said(&ran).contains("another account"), "{ran:?}");
    let mut scene = bastion();
    let team = scene.world.write("team", r#"{"production": "333333333333"}"#).unwrap();
    scene.world.set("ACCOUNTS_FILE", format!("~/.aws/accounts:{}", team.display()));
    let told = scene.switch_with_code(&["production", "read"]);
    told.assert_says("~/team:1 gives the name production to another account");
}

#[test]
fn no_edit_reaches_a_file_of_the_team() {
    let mut world = world(Some(TEAM));
    let team = world.home().join("infra/accounts.json");
    let path = team.display();
    let edits =
        [&["accounts", "add", "new", "777777777777"][..], &["accounts", "remove", "theirs"]];
    for value in [format!("{path}:{path}"), format!("{path}:~/infra/./accounts.json")] {
        world.set("ACCOUNTS_FILE", value);
        for edit in edits {
            let ran = world.run(edit).unwrap();
            assert!(ran.status == 8 && ran.stderr.contains("is a team's file"), "{ran:?}");
        }
    }
    fs::remove_file(world.home().join(".aws/accounts")).unwrap();
    std::os::unix::fs::symlink(&team, world.home().join(".aws/accounts")).unwrap();
    world.set("ACCOUNTS_FILE", format!(":{path}"));
    assert_eq!(world.run(edits[1]).unwrap().status, 8);
    world.unset("HOME");
    for edit in edits {
        let ran = world.run(edit).unwrap();
        assert!(ran.status == 3 && ran.stderr.contains("HOME is not set"), "{ran:?}");
    }
    assert_eq!(fs::read_to_string(&team).unwrap(), TEAM);
}

#[test]
fn what_may_protect_an_account_is_not_passed_over() {
    for (own, team) in [
        (r#"{"333333333333": {"protected": true}}"#, TEAM),
        (r#"{"p": {"id": "3333-3333-3333", "protected": true}}"#, TEAM),
        (r#"{"p": {"id": "333 333 333 333", "protected": true}}"#, TEAM),
        ("{}", ""),
        ("{}", " \n"),
        ("{}", "\u{feff}"),
    ] {
        let world = world(Some(team));
        world.accounts(own).unwrap();
        let ran = world.run(["export", "--shell", "bash", "333333333333", "read"]).unwrap();
        assert!(matches!(ran.status, 3 | 8), "{own} {team:?}: {ran:?}");
    }
}

#[test]
fn edits_go_to_the_own_file_and_the_team_s_may_be_read_only() {
    let world = world(Some(TEAM));
    let team = world.home().join("infra/accounts.json");
    fs::set_permissions(&team, fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(world.home().join("infra"), fs::Permissions::from_mode(0o555)).unwrap();
    let added = world.run(["accounts", "add", "new", "777777777777"]).unwrap();
    let removed = world.run(["accounts", "remove", "both"]).unwrap();
    let others = world.run(["accounts", "remove", "theirs"]).unwrap();
    fs::set_permissions(world.home().join("infra"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!((added.status, removed.status), (0, 0), "{added:?} {removed:?}");
    assert_ne!(others.status, 0, "{others:?}");
    assert_eq!(fs::read_to_string(&team).unwrap(), TEAM);
    let own = fs::read_to_string(world.home().join(".aws/accounts")).unwrap();
    assert_eq!(own, "{\n\"mine\": \"111111111111\",\n\"new\": \"777777777777\"\n}\n");
    assert!(removed.stderr.contains("~/infra/accounts.json:2:1 names it too"), "{removed:?}");
    assert!(
        others.stderr.contains("~/infra/accounts.json:3:1 names it, in a file of a team"),
        "{others:?}"
    );
    // Without a name of one's own, the team's counts; one that hides it is named.
    says(&world, &["explain", "both", "read"], &["333333333333  (~/infra/accounts.json:2:1)"]);
    let clash = "~/infra/accounts.json:2 gives the name both to another account";
    says(&world, &["accounts", "add", "both", "222222222222"], &["both is 222222222222", clash]);
}

/// Files of the team that cannot be read, and what is said about each.
const UNREAD: [(Option<&str>, &str); 3] = [
    (None, "~/infra/accounts.json, which does not exist"),
    (Some("{\"a\": \n,,\u{1b}"), "~/infra/accounts.json:2:1: this is not JSON"),
    (Some("[]"), "~/infra/accounts.json:1:1: the file is a list, not an object"),
];

#[test]
fn a_missing_or_broken_file_of_the_team_leaves_the_own_names() {
    for (team, why) in UNREAD {
        let world = world(team);
        let known = world.run(["explain", "mine", "read"]).unwrap();
        assert_eq!(known.status, 0, "{known:?}");
        assert!(known.stderr.contains(why), "{known:?}");
        says(&world, &["doctor"], &[why, "~/.aws/accounts: 2 accounts"]);
        says(&world, &["explain", "theirs", "read"], &["there is no account 'theirs'", why]);
        says(&world, &["list"], &["mine  "]);
    }
}

/// A scene that can switch, with two names of its own for the account, and a file of the team.
fn scene(team: Option<&str>) -> Scene {
    let mut scene = bastion();
    if let Some(text) = team {
        scene.world.write("infra/accounts.json", text).unwrap();
    }
    scene.world.set("ACCOUNTS_FILE", ":~/infra/accounts.json");
    scene
}

#[test]
fn what_a_file_that_cannot_be_read_may_protect_is_asked_about() {
    for (team, why) in UNREAD {
        let scene = scene(team);
        let profile = format!(
            "[profile p]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/read\nsource_profile = default\n"
        );
        scene.world.config(&profile).unwrap();
        let arn = format!("arn:aws:iam::{PRODUCTION}:role/read");
        for words in [&["production", "read"][..], &[PRODUCTION, "read"], &["p"], &[&arn]] {
            let said = scene.refused_at_once(8, words);
            let sentence = format!("whether {PRODUCTION} is protected is not known");
            assert!(said.contains(&sentence) && said.contains(why), "{said}");
            assert!(said.contains("--yes"), "{said}");
        }
        says(&scene.world, &["explain", "production", "read"], &["may be protected", why]);
        let switched = scene.switch_with_code(&["production", "read", "--yes"]);
        assert_eq!(switched.get("ASSUME_ROLE_PROTECTED"), Some(PRODUCTION));
        let mut terminal = scene.on_terminal(&["production", "read"]);
        terminal.wait_for("type production:").unwrap();
        terminal.type_line("production").unwrap();
        assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    }
}

#[test]
fn a_name_that_is_hidden_protects_its_account_all_the_same() {
    // The same id under the same name; another id under a name that stands for something else.
    let other = "222222222222";
    for (own, team, words) in [
        (
            format!(r#"{{"production": "{PRODUCTION}"}}"#),
            format!(r#"{{"production": {{"id": "{PRODUCTION}", "protected": true}}}}"#),
            ["production", "read"],
        ),
        (
            format!(r#"{{"prod": "{PRODUCTION}", "x": "{other}"}}"#),
            format!(r#"{{"x": {{"id": "{PRODUCTION}", "protected": true}}}}"#),
            ["prod", "read"],
        ),
    ] {
        let scene = scene(Some(&team));
        scene.world.accounts(&own).unwrap();
        let said = scene.refused_at_once(8, &words);
        assert!(said.contains("protected") && said.contains("~/infra/accounts.json:1:2"), "{said}");
        says(&scene.world, &["list"], &["protected"]);
        let listed = scene.world.run(["list", "--json"]).unwrap();
        let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
        let accounts = listed["accounts"].as_array().unwrap();
        let account = accounts.iter().find(|account| account["id"] == PRODUCTION).unwrap();
        assert_eq!(account["protected"], true);
    }
    let read_only = format!(r#"{{"production": {{"id": "{PRODUCTION}", "read_only": true}}}}"#);
    let scene = scene(Some(&read_only));
    says(&scene.world, &["explain", "production", "read"], &["read-only"]);
}

#[test]
fn the_setting_names_the_files_and_the_variable_wins() {
    let mut world = world(Some(TEAM));
    world.unset("ACCOUNTS_FILE");
    for list in ["'~/.aws/accounts:~/infra/accounts.json'", "['', '~/infra/accounts.json']"] {
        world.write(".config/assume-role/config.toml", format!("accounts = {list}\n")).unwrap();
        says(
            &world,
            &["explain", "theirs", "read"],
            &["444444444444  (~/infra/accounts.json:3:1)"],
        );
        says(
            &world,
            &["doctor"],
            &["~/.aws/accounts: 2 accounts", "~/infra/accounts.json: 2 accounts, only read"],
        );
        says(&world, &["list"], &["mine", "theirs"]);
    }
    let added = world.run(["accounts", "add", "new", "777777777777"]).unwrap();
    assert_eq!(added.status, 0, "{added:?}");
    assert_eq!(fs::read_to_string(world.home().join("infra/accounts.json")).unwrap(), TEAM);
    assert!(fs::read_to_string(world.home().join(".aws/accounts")).unwrap().contains("\"new\""));
    world.write(".config/assume-role/config.toml", "\naccounts = ['', '~/gone.json']\n").unwrap();
    says(
        &world,
        &["doctor"],
        &["~/.config/assume-role/config.toml:2 names ~/gone.json, which does not exist"],
    );
    world.set("ACCOUNTS_FILE", "~/infra/accounts.json");
    says(&world, &["explain", "theirs", "read"], &["444444444444"]);
    assert_eq!(world.run(["explain", "mine", "read"]).unwrap().status, 3);
}
