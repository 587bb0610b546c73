//! `exec --profile-as`: several roles as profiles of one command, as a Terraform run with several
//! providers wants them.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use serde_json::Value;

use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, binary};
use crate::second_opinion::python;
use crate::support::process::{Ran, run};

const STAGING: &str = "222222222222";

/// A scene with a base session, and roles in two accounts.
fn ready() -> Scene {
    let mut scene = bastion();
    use crate::fake_aws::sts::{Role, Trust};
    scene.sts.add_role(Role::new(STAGING, "read").trusts(Trust::account(BASTION).mfa()));
    scene.world.set("AWS_DEFAULT_REGION", "eu-west-1");
    let accounts = format!(
        r#"{{"default": "{BASTION}", "production": "{PRODUCTION}", "staging": "{STAGING}"}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    scene.switch_with_code(&["production", "read"]);
    scene
}

fn arn(account: &str, role: &str) -> String {
    format!("arn:aws:sts::{account}:assumed-role/{role}/alice")
}

/// `exec` with each of these as a profile, and options or a target before the command.
fn exec(scene: &Scene, profiles: &[&str], rest: &[&str]) -> Ran {
    let options = profiles.iter().flat_map(|profile| ["--profile-as", profile]);
    scene.world.run(["exec"].into_iter().chain(options).chain(rest.iter().copied())).unwrap()
}

/// The config file that the command gets.
fn config(scene: &Scene, profiles: &[&str]) -> (PathBuf, String) {
    let ran = exec(scene, profiles, &["--", "sh", "-c", "printf %s \"$AWS_CONFIG_FILE\""]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let path = PathBuf::from(ran.stdout);
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

/// Who boto3 takes the profiles of the command for; `None` where there is no Python.
fn boto3(
    scene: &Scene,
    profiles: &[&str],
    target: &[&str],
    names: &[&str],
) -> Option<BTreeMap<String, String>> {
    let (python, script) = python("profile_identity.py")?;
    let command = ["--", python.to_str().unwrap(), script.to_str().unwrap()];
    let ran = exec(scene, profiles, &[target, &command, names].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    Some(serde_json::from_str(&ran.stdout).unwrap())
}

#[test]
fn three_profiles_at_once_are_three_identities() {
    let scene = ready();
    let profiles = ["network=production:ops/deploy", "audit=staging:read", "app=production:read"];
    let Some((python_path, script)) = python("identities_at_once.py") else { return };
    let command = [
        "--",
        python_path.to_str().unwrap(),
        script.to_str().unwrap(),
        "network",
        "audit",
        "app",
        "network",
    ];
    let ran = exec(&scene, &profiles, &command);
    let told: Vec<String> = serde_json::from_str(&ran.stdout).unwrap();
    let network = arn(PRODUCTION, "deploy");
    assert_eq!(told, [network.clone(), arn(STAGING, "read"), arn(PRODUCTION, "read"), network]);
    let calls = scene.sts.count("AssumeRole");
    assert_eq!(calls, 3);
    // With a target its keys are there besides, for whatever names no profile.
    let told =
        boto3(&scene, &profiles[..2], &["production", "admin"], &["network", "audit"]).unwrap();
    assert_eq!(
        (told["network"].clone(), told["audit"].clone()),
        (arn(PRODUCTION, "deploy"), arn(STAGING, "read"))
    );
    let (python, script) = python("identity.py").unwrap();
    let words = ["production", "admin", "--", python.to_str().unwrap(), script.to_str().unwrap()];
    let ran = exec(&scene, &profiles[..2], &words);
    assert!(ran.stdout.contains(&arn(PRODUCTION, "admin")), "{ran:?}");
    assert_eq!(scene.sts.count("AssumeRole"), calls + 1, "admin alone was not stored yet");
}

#[test]
fn the_aws_cli_takes_them_too() {
    let Some((python, _)) = python("identity.py") else { return };
    let scene = ready();
    let aws = python.with_file_name("aws");
    let call = [
        "--",
        aws.to_str().unwrap(),
        "sts",
        "get-caller-identity",
        "--query",
        "Arn",
        "--output",
        "text",
    ];
    let ran = exec(&scene, &["audit=staging:read"], &[&call[..], &["--profile", "audit"]].concat());
    assert_eq!(ran.stdout.trim(), arn(STAGING, "read"), "{ran:?}");
}

#[test]
fn without_a_target_there_are_no_keys_and_no_names() {
    let mut scene = ready();
    for name in
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"]
    {
        scene.world.set(name, "x");
    }
    for name in [
        "AWS_ACCOUNT_NAME", "AWS_VAULT", "ASSUME_ROLE_KEY_ID", "ASSUME_ROLE_TARGET",
        "AWS_CREDENTIAL_EXPIRATION",
    ] {
        scene.world.set(name, "x");
    }
    scene.world.set("AWS_PROFILE", "audit");
    scene.world.set("AWS_REGION", "eu-west-1");
    scene.world.set("ASSUME_ROLE_REGION", "eu-west-1");
    let ran = exec(&scene, &["audit=staging:read"], &["--", "env"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let mut left: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with("AWS_") || line.starts_with("ASSUME_"))
        .collect();
    left.retain(|line| {
        !line.starts_with("AWS_CONFIG_FILE=") && !line.starts_with("AWS_ENDPOINT_URL_")
    });
    left.sort_unstable();
    let expected = [
        "ASSUME_ROLE_REGION=eu-west-1",
        "AWS_DEFAULT_REGION=eu-west-1",
        "AWS_EC2_METADATA_DISABLED=true",
        "AWS_PROFILE=audit",
        "AWS_REGION=eu-west-1",
        "AWS_SDK_LOAD_CONFIG=1",
    ];
    assert_eq!(left, expected);
}

#[test]
fn the_users_own_profiles_stay_and_those_of_the_same_name_give_way() {
    let scene = ready();
    let own = "# mine\n[default]\noutput = json\n[profile audit]\nrole_arn = x\n  s3 =\n    a = b\n[profile other]\nregion = eu-north-1";
    scene.world.config(own).unwrap();
    let (path, text) = config(&scene, &["audit=staging:read"]);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(
        path.starts_with(scene.world.home().join(".local/state/assume-role")),
        "{}",
        path.display()
    );
    let (_, rest) = text.split_once("# mine\n").unwrap();
    let own_config = scene.world.home().join(".aws/config");
    let line = format!(
        "env AWS_CONFIG_FILE={} {} credential-process -- staging read",
        own_config.display(),
        scene.world.program().display()
    );
    let expected = format!(
        "[default]\noutput = json\n[profile other]\nregion = eu-north-1\n[profile audit]\ncredential_process = {line}\nregion = eu-west-1\n"
    );
    assert_eq!(rest, expected);
    assert_eq!(std::fs::read_to_string(own_config).unwrap(), own);
    // The same profiles are the same file.
    assert_eq!(config(&scene, &["audit=staging:read"]).0, path);
    assert_ne!(config(&scene, &["audit=staging:read", "b=production:read"]).0, path);
}

#[test]
fn the_file_holds_no_secret() {
    let scene = ready();
    let (_, text) = config(&scene, &["audit=staging:read", "app=production:read"]);
    let secrets = scene
        .sts
        .issued()
        .into_iter()
        .flat_map(|issued| [issued.secret, issued.token, issued.key_id]);
    for secret in secrets.chain([scene.key.secret.clone(), scene.key.id.clone()]) {
        assert!(!text.contains(&secret));
    }
}

/// A profile may stand on the very profile whose name the command uses for something else.
#[test]
fn the_base_is_found_where_the_user_has_it() {
    let mut scene = ready();
    std::fs::remove_file(scene.world.home().join(".aws/credentials")).unwrap();
    let printed = format!(
        r#"{{"Version": 1, "AccessKeyId": "{}", "SecretAccessKey": "{}"}}"#,
        scene.key.id, scene.key.secret
    );
    let answer = scene.world.write("answer", printed).unwrap();
    scene
        .world
        .config(&format!("[profile hub]\ncredential_process = cat {}\n", answer.display()))
        .unwrap();
    scene.world.set("AWS_PROFILE_ASSUME_ROLE", "hub");
    let (code, profiles) = (scene.code(), ["hub=staging:read"]);
    let told = boto3(&scene, &profiles, &["--mfa-code", &code], &["hub"]);
    assert!(told.is_none_or(|told| told["hub"] == arn(STAGING, "read")));
}

/// Where names and paths hold what shells, Python's reader and readers of comments care about.
#[test]
fn odd_names_mean_themselves_to_every_reader() {
    let mut scene = ready();
    let odd = ["R&D's #1; (eu) *", "a:b=c", "-x", "é %s ~", "x]y [z", "a = b", "# y"];
    let accounts: BTreeMap<&str, &str> =
        odd.iter().map(|name| (*name, STAGING)).chain([("default", BASTION)]).collect();
    scene.world.accounts(&serde_json::to_string(&accounts).unwrap()).unwrap();
    let directory = scene.world.root().join("a b'c #d;e $(touch canary)");
    std::fs::create_dir(&directory).unwrap();
    symlink(binary(), directory.join("assume-role")).unwrap();
    let path = format!("{}:/usr/bin:/bin", directory.display());
    scene.world.set("PATH", path);
    for account in odd {
        // A name has no equals sign: there the account begins.
        let name = account.replace('=', "-");
        let profile = format!("--profile-as={name}={account}:read");
        let words = ["exec", &profile, "--", "sh", "-c", "cat \"$AWS_CONFIG_FILE\""];
        let ours = run(command(&scene, &directory, &words), b"").unwrap();
        assert_eq!(ours.status, 0, "{account}: {ours:?}");
        let line = ours
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix("credential_process = "))
            .unwrap();
        assert!(!line.contains(" #") && !line.contains(" ;"), "{line}");
        let mut shell = scene.world.command_of("sh");
        shell.args(["-c", line]);
        let ran = run(shell, b"").unwrap();
        assert!(serde_json::from_str::<Value>(&ran.stdout).is_ok(), "{line}: {ran:?}");
        if let Some((python, script)) = python("profile_identity.py") {
            let words =
                ["exec", &profile, "--", python.to_str().unwrap(), script.to_str().unwrap(), &name];
            let ran = run(command(&scene, &directory, &words), b"").unwrap();
            let told: BTreeMap<String, String> = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!(told[&name], arn(STAGING, "read"), "{line}");
        }
        // This program reads its own file as well.
        let config = scene.world.write("config", &ours.stdout).unwrap();
        let option = format!("--profile={name}");
        let words = ["exec", &option, "--", "true"];
        let mut ours = command(&scene, &directory, &words);
        ours.env("AWS_CONFIG_FILE", config);
        assert_eq!(run(ours, b"").unwrap().status, 0, "{line}");
    }
    assert!(!scene.world.home().join("canary").exists());
}

fn command(scene: &Scene, directory: &std::path::Path, words: &[&str]) -> std::process::Command {
    let mut command = scene.world.command_of(directory.join("assume-role"));
    command.args(words);
    command
}

#[test]
fn what_cannot_become_a_profile_is_refused_before_the_command_runs() {
    let scene = ready();
    let refused = |status: i32, profiles: &[&str], options: &[&str], said: &str| {
        let ran = exec(&scene, profiles, &[options, &["--", "touch", "ran"]].concat());
        assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{profiles:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{said}: {ran:?}");
        assert!(!scene.world.home().join("ran").exists());
    };
    for wrong in ["audit", "audit=staging", "audit=:read", "audit=staging:"] {
        refused(2, &[wrong], &[], "is not NAME=ACCOUNT:ROLE");
    }
    refused(2, &["a=staging:read", "a=production:read"], &[], "twice");
    for name in ["a$b", "a`b", "a\"b", "a\\b", " a", "a\nb", "\u{202E}a", ""] {
        refused(3, &[&format!("{name}=staging:read")], &[], "profile name");
    }
    refused(3, &["a=nowhere:read"], &[], "there is no account 'nowhere'");
    refused(3, &["a=staging:re ad"], &[], "re ad");
    refused(4, &["a=staging:read", "b=staging:no-such"], &[], "it was to become the profile b");
    refused(
        3,
        &["default=staging:read"],
        &[],
        "~/.aws/credentials:1: the profile default has keys there",
    );
    scene.world.config("[profile x]\naws_secret_access_key = abc\n").unwrap();
    refused(3, &["a=staging:read"], &[], "~/.aws/config:2: keys in this file would be copied");
}

#[test]
fn keys_that_the_command_does_not_get_are_no_base_of_its_profiles() {
    let mut scene = ready();
    let key = scene.key.clone();
    scene.world.set("AWS_ACCESS_KEY_ID", key.id);
    scene.world.set("AWS_SECRET_ACCESS_KEY", key.secret);
    let ran = exec(&scene, &["a=staging:read"], &["--base", "env", "--", "true"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.stderr.contains("--base PROFILE"), "{ran:?}");
}

#[test]
fn options_hold_for_every_profile() {
    let scene = ready();
    let (_, text) = config(&scene, &["a=staging:read"]);
    assert!(text.contains("credential-process -- staging read\nregion = eu-west-1\n"), "{text}");
    let words = [
        "--region", "eu-north-1", "--duration", "30m", "--", "sh", "-c", "cat \"$AWS_CONFIG_FILE\"",
    ];
    let ran = exec(&scene, &["a=staging:read"], &words);
    let line = "credential-process --region=eu-north-1 --duration=30m -- staging read\nregion = eu-north-1\n";
    assert!(ran.stdout.contains(line), "{ran:?}");
    assert_eq!(scene.sts.last("AssumeRole").unwrap().get("DurationSeconds"), Some("1800"));
}
