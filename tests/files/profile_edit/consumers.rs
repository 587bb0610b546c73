//! Who reads what was written: boto3 and the AWS CLI see the right identity through each form.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::profile;
use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{PRODUCTION, Scene, binary, with_user};
use crate::second_opinion::python;
use crate::support::process;
use crate::support::world::World;

/// A role that needs no code, so that the AWS CLI can assume it unasked.
fn scene() -> Scene {
    let mut scene = with_user(User::new(PRODUCTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(PRODUCTION)));
    scene.world.set("AWS_DEFAULT_REGION", "eu-west-1");
    scene
}

fn json(command: Command) -> Value {
    let ran = process::run(command, b"").unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

fn of_cli(aws: &Path, world: &World, profile: &str, endpoint: &str) -> Value {
    let mut command = world.command_of(aws);
    command.args([
        "sts", "get-caller-identity", "--output", "json", "--endpoint-url", endpoint, "--profile",
        profile,
    ]);
    json(command)["Arn"].clone()
}

/// Debian's is version 2; its first line says so.
fn version_2() -> Option<&'static Path> {
    let path = Path::new("/usr/bin/aws");
    let output = Command::new(path).arg("--version").output().ok()?;
    String::from_utf8_lossy(&output.stdout).starts_with("aws-cli/2").then_some(path)
}

/// Everybody's answer to who the profile is.
fn everybody(scene: &Scene, name: &str) -> Option<Vec<String>> {
    let (path, script) = python("profile_identity.py")?;
    let mut boto3 = scene.world.command_of(&path);
    boto3.arg(script).arg(name);
    let mut told = vec![json(boto3)[name].clone()];
    let url = scene.sts.url();
    told.push(of_cli(&path.with_file_name("aws"), &scene.world, name, &url));
    match version_2() {
        Some(aws) => told.push(of_cli(aws, &scene.world, name, &url)),
        None => eprintln!("not done: no AWS CLI of version 2 at /usr/bin/aws"),
    }
    Some(told.iter().map(|arn| arn.as_str().unwrap().to_owned()).collect())
}

/// Whether there was a terminal to ask on.
fn assert_read(scene: &Scene, name: &str) -> bool {
    let Some(told) = everybody(scene, name) else { return false };
    for arn in told {
        let role = format!("arn:aws:sts::{PRODUCTION}:assumed-role/read/");
        assert!(arn.starts_with(&role), "{name}: {arn}");
    }
    true
}

#[test]
fn a_profile_that_asks_this_program() {
    let scene = scene();
    let directory = scene.world.root().join("my tools (mine)");
    fs::create_dir(&directory).unwrap();
    let program = directory.join("assume-role");
    symlink(binary(), &program).unwrap();
    for name in ["process", "with blank", "o'brien"] {
        let mut command = scene.world.command_of(&program);
        command.args(["profile", "add", name, "production", "read"]);
        assert_eq!(process::run(command, b"").unwrap().status, 0);
        assert_read(&scene, name);
    }
}

#[test]
fn a_profile_that_is_assumed() {
    let scene = scene();
    profile(
        &scene.world,
        &["add", "assumed", "production", "read", "--assume", "--session-name", "mine"],
    );
    if !assert_read(&scene, "assumed") {
        return;
    }
    assert_eq!(
        scene
            .sts
            .last("AssumeRole")
            .and_then(|call| call.get("ExternalId").map(str::to_owned))
            .as_deref(),
        Some(PRODUCTION)
    );
}

#[test]
fn a_profile_with_keys() {
    let scene = scene();
    profile(&scene.world, &["add", "static keys", "production", "read", "--static"]);
    assert_read(&scene, "static keys");
    assert_eq!(scene.sts.count("AssumeRole"), 1, "no other client asked for the role");
}

#[test]
fn nothing_stays_that_a_program_would_rather_take() {
    let scene = scene();
    let old = "login_session = arn:aws:iam::999999999999:user/eve\nsso_session = corp\n\
               sso_account_id = 999999999999\nsso_role_name = Admin\naws_account_id = 999999999999\n\
               sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\noutput = text\n";
    let names = ["process", "assumed", "keys"];
    let config: String =
        names.iter().take(2).map(|name| format!("[profile {name}]\n{old}")).collect();
    scene.world.config(&config).unwrap();
    let (id, secret) = (&scene.key.id, &scene.key.secret);
    let base = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    scene.world.credentials(&format!("[default]\n{base}[keys]\n{base}{old}")).unwrap();
    for (name, form) in names.into_iter().zip([None, Some("--assume"), Some("--static")]) {
        let words = ["add", name, "production", "read", "--force"].into_iter().chain(form);
        profile(&scene.world, &words.collect::<Vec<_>>());
    }
    let text = ["config", "credentials"]
        .map(|file| fs::read_to_string(scene.world.home().join(".aws").join(file)).unwrap())
        .concat();
    assert!(!text.contains("sso_") && !text.contains("login_session"), "{text}");
    assert!(!text.contains("999999999999") && text.matches("output = text").count() == 3, "{text}");
    let Some((path, script)) = python("credential_method.py") else { return };
    let mut command = scene.world.command_of(path);
    command.arg(script).args(names);
    let told = json(command);
    let method = |name: &str| told[name][0].as_str().unwrap().to_owned();
    assert_eq!(
        names.map(method),
        ["custom-process", "assume-role", "shared-credentials-file"].map(str::to_owned)
    );
    assert_eq!(told["keys"][1], PRODUCTION);
}

#[test]
fn our_own_reader_knows_the_end_of_the_keys() {
    let scene = scene();
    profile(&scene.world, &["add", "keys", "production", "read", "--static"]);
    let told = scene.switch(&["--profile", "keys"]);
    assert_eq!(scene.who(&told), scene.who(&scene.switch(&["production", "read"])));
    let expected = scene.sts.issued()[0].expires;
    assert_eq!(told.get("ASSUME_ROLE_EXPIRES").unwrap().parse::<i64>().unwrap(), expected);
}
