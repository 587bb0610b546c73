//! `accounts import`: each tool's files as that tool writes them, what comes of them, and that the
//! second time changes nothing.

use std::path::{Path, PathBuf};

use crate::scenes::binary;
use crate::support::process::Ran;
use crate::support::world::World;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/import").join(name)
}

/// A home with these files of a tool.
fn home(files: &[(&str, &str)]) -> World {
    let world = World::new(binary()).unwrap();
    for (from, to) in files {
        world.write(to, std::fs::read(fixture(from)).unwrap()).unwrap();
    }
    world
}

fn import(world: &World, words: &[&str]) -> Ran {
    let ran = world.run(["accounts", "import"].iter().chain(words)).unwrap();
    assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
    ran
}

fn accounts(world: &World) -> String {
    std::fs::read_to_string(world.home().join(".aws/accounts")).unwrap_or_default()
}

/// Imports with a dry run before and a second time behind it; gives what was said.
#[track_caller]
fn imported(world: &World, words: &[&str], expected: &str) -> String {
    let before = world.snapshot().unwrap();
    let dry = import(world, &[words, &["--dry-run"]].concat());
    assert_eq!(before, world.snapshot().unwrap(), "a dry run writes nothing");
    let ran = import(world, words);
    assert_eq!(accounts(world), expected);
    assert_eq!(dry.stdout, ran.stdout);
    assert!(ran.stdout.starts_with("--- ~/.aws/accounts\n+++ ~/.aws/accounts\n"), "{ran:?}");
    let after = world.snapshot().unwrap();
    let again = import(world, words);
    assert_eq!((again.stdout.as_str(), after), ("", world.snapshot().unwrap()), "{again:?}");
    assert!(again.stderr.contains("nothing is new"), "{again:?}");
    let told = ran.stdout + &ran.stderr;
    assert!(
        !format!("{told}{expected}").to_lowercase().contains("imported-never"),
        "keys are not taken: {told}"
    );
    told
}

#[test]
fn the_old_script() {
    let world = home(&[]);
    let file = fixture("assume-role/accounts");
    let told = imported(
        &world,
        &["assume-role", file.to_str().unwrap()],
        "{\n  \"default\": \"111111111111\",\n  \"production\": \"333333333333\",\n  \"R&D (eu)\": \"444444444444\"\n}\n",
    );
    assert!(told.contains(":5:11: the number 12345678901 is not an account id"), "{told}");
    assert!(told.contains(":6:2: account name '$(touch x)' is not allowed"), "{told}");
    assert!(told.contains("3 accounts came into the file"), "{told}");
}

#[test]
fn the_old_scripts_file_is_ours() {
    let mut world =
        home(&[("assume-role/accounts", ".aws/accounts"), ("assume-role/accounts", "elsewhere")]);
    let ran = world.run(["accounts", "import", "assume-role"]).unwrap();
    assert!(
        ran.status == 3
            && ran.stderr.contains("~/.aws/accounts is the file that this program uses"),
        "{ran:?}"
    );
    world.set("ACCOUNTS_FILE", world.home().join("elsewhere"));
    let ran = world.run(["accounts", "import", "assume-role"]).unwrap();
    assert!(
        ran.status == 3 && ran.stderr.contains("~/elsewhere is the file that this program uses"),
        "{ran:?}"
    );
}

#[test]
fn granted() {
    let world = home(&[("granted/config", ".aws/config")]);
    imported(
        &world,
        &["granted"],
        "{\n  \"Data-Lake\": {\"id\": \"111111111111\", \"roles\": [\"AWSAdministratorAccess\", \"AWSReadOnlyAccess\"]},\n  \
         \"corp-Sandbox\": {\"id\": \"022222222222\", \"roles\": [\"PowerUser\"]}\n}\n",
    );
}

#[test]
fn aws_vault() {
    let world = home(&[("aws-vault/config", ".aws/config")]);
    let told = imported(
        &world,
        &["aws-vault"],
        "{\n  \"work\": {\"id\": \"333333333333\", \"roles\": [\"Administrator\", \"ReadOnly\"]},\n  \
         \"deploy\": {\"id\": \"222222222222\", \"roles\": [\"ops/Deploy\"]}\n}\n",
    );
    assert!(told.contains("~/.aws/config:33: this profile names no account and role"), "{told}");
    assert!(
        told.contains("left out: ~/.aws/config:27: account 444444444444 has no name there"),
        "{told}"
    );
}

#[test]
fn awsume() {
    let world = home(&[
        ("awsume/config", ".aws/config"),
        ("awsume/credentials", ".aws/credentials"),
        ("awsume/config.yaml", ".awsume/config.yaml"),
    ]);
    imported(
        &world,
        &["awsume"],
        "{\n  \"client\": {\"id\": \"111111111111\", \"roles\": [\"admin\", \"read\"]},\n  \
         \"old-style\": {\"id\": \"222222222222\", \"roles\": [\"ops\"]}\n}\n",
    );
}

#[test]
fn aws_sso_cli() {
    for place in [".config/aws-sso/config.yaml", ".aws-sso/config.yaml"] {
        let world = home(&[("aws-sso-cli/config.yaml", place)]);
        let told = imported(
            &world,
            &["aws-sso-cli"],
            "{\n  \"Production\": {\"id\": \"111111111111\", \"roles\": [\"Admin\", \"ops/Deploy\"]},\n  \
             \"Leading Zero\": \"012345678901\",\n  \"Staging\": \"444444444444\"\n}\n",
        );
        for line in [
            format!("left out: ~/{place}:20: account 333333333333 has no name there"),
            format!("~/{place}:25: role 'Read Only' is not a role name"),
            format!("~/{place}:26: 'not-an-id' is not an account id"),
        ] {
            assert!(told.contains(&line), "{line}: {told}");
        }
    }
    let ran = home(&[]).run(["accounts", "import", "aws-sso-cli"]).unwrap();
    assert!(
        ran.status == 3 && ran.stderr.contains("there is no file ~/.config/aws-sso/config.yaml"),
        "{ran:?}"
    );
}

#[test]
fn aws_config() {
    let world = home(&[("aws-config/config", ".aws/config")]);
    imported(
        &world,
        &["aws-config"],
        "{\n  \"prod\": {\"id\": \"111111111111\", \"roles\": [\"ops/deploy\", \"read\"]},\n  \
         \"sandbox\": {\"id\": \"022222222222\", \"roles\": [\"PowerUser\"]},\n  \
         \"gov\": {\"id\": \"333333333333\", \"roles\": [\"read\"]}\n}\n",
    );
    let other = home(&[]);
    let file = fixture("aws-config/config");
    import(&other, &["aws-config", file.to_str().unwrap()]);
    assert_eq!(accounts(&other), accounts(&world));
}

#[test]
fn what_is_there_stays() {
    let world = home(&[
        ("aws-config/config", ".aws/config"),
        ("aws-sso-cli/config.yaml", ".aws-sso/config.yaml"),
    ]);
    world
        .accounts("{\n  \"live\": \"111111111111\", \"gov\": \"999999999999\", \"Staging\": \"888888888888\"\n}")
        .unwrap();
    let told = import(&world, &["aws-config"]).stderr;
    assert!(told.contains("gov stays 999999999999; ~/.aws/config:21 says 333333333333"), "{told}");
    let with = "{\n  \"live\": {\"id\": \"111111111111\", \"roles\": [\"ops/deploy\", \"read\"]}, \"gov\": \"999999999999\", \
                \"Staging\": \"888888888888\", \"sandbox\": {\"id\": \"022222222222\", \"roles\": [\"PowerUser\"]}\n}";
    assert_eq!(accounts(&world), with, "an account that has a name keeps it");
    let told = import(&world, &["aws-sso-cli"]).stderr;
    assert!(
        told.contains("Staging stays 888888888888; ~/.aws-sso/config.yaml:22 says 444444444444"),
        "{told}"
    );
    assert!(
        accounts(&world).contains("\"Production\": {\"id\": \"111111111111\""),
        "an alias is a name of its own"
    );
}

#[test]
fn files_that_are_not_there_or_not_right() {
    let world = home(&[]);
    world.write("bad.yaml", "SSOConfig: {a: [\n").unwrap();
    world.write("bad.json", "[]").unwrap();
    for (words, said) in [
        (&["aws-config", "/nonexistent"][..], "there is no file /nonexistent"),
        (&["aws-sso-cli", "bad.yaml"], "this is not YAML"),
        (&["assume-role", "bad.json"], "the file is a list, not an object"),
    ] {
        let ran = world.run(["accounts", "import"].iter().chain(words)).unwrap();
        assert!(ran.status == 3 && ran.stderr.contains(said), "{words:?}: {ran:?}");
    }
    let ran = import(&world, &["aws-config"]);
    assert!(ran.stderr.contains("no account in ~/.aws/config or ~/.aws/credentials"), "{ran:?}");
}
