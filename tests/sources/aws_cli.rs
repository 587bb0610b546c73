//! The AWS CLI, versions 1 and 2, beside us where it takes a person, a machine, or a program of its
//! own.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::boto3::{boto3, every_kind, without_name};
use super::{chain, configure, role};
use crate::fake_aws::machine::Machine;
use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::{Role, Trust};
use crate::scenes::{BASTION, DEVICE, PRODUCTION, Scene};
use crate::second_opinion::python;
use crate::support::process;
use crate::support::terminal::Terminal;
use crate::support::tools::aws_cli_2;

/// Who the AWS CLI takes a profile for, with these words before and variables besides.
fn aws(
    scene: &Scene,
    program: &Path,
    words: &[&str],
    profile: Option<&str>,
    variables: &[(&str, &str)],
) -> String {
    let ran = process::run(aws_command(scene, program, words, profile, variables), b"").unwrap();
    assert_eq!(ran.status, 0, "{profile:?}: {ran:?}");
    ran.stdout.trim().to_owned()
}

fn aws_command(
    scene: &Scene,
    program: &Path,
    words: &[&str],
    profile: Option<&str>,
    variables: &[(&str, &str)],
) -> Command {
    let mut command = scene.world.command_of(program);
    command.args(words).args(["sts", "get-caller-identity", "--output", "text", "--query", "Arn"]);
    command
        .args(profile.iter().flat_map(|name| ["--profile", name]))
        .envs(variables.iter().copied());
    command
}

/// Version 1, which comes with boto3; `None` where there is no Python.
fn version_1() -> Option<PathBuf> {
    python("profile_identity.py").map(|(path, _)| path.with_file_name("aws"))
}

/// What is in Debian 12 knows no variables for endpoints.
#[test]
fn version_2_of_the_aws_cli_takes_keys_and_programs_for_the_same() {
    let sso = Sso::start().unwrap();
    let (scene, _) = every_kind(&sso);
    let Some(cli) = aws_cli_2() else { return };
    let (code, url) = (scene.code(), scene.sts.url());
    scene.switch(&["plain", &code]);
    for name in ["plain", "in-config", "process", "both"] {
        let told = scene.switch(&[name]);
        let theirs = aws(&scene, &cli, &["--endpoint-url", &url], Some(name), &[]);
        assert_eq!(scene.who(&told), theirs, "{name}");
        if name != "process" {
            continue;
        }
        let keys = told.keys();
        let variables = [
            ("AWS_ACCESS_KEY_ID", keys.id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", &keys.secret),
            ("AWS_SESSION_TOKEN", keys.token.as_deref().unwrap()),
        ];
        assert_eq!(
            aws(&scene, &cli, &["--endpoint-url", &url], None, &variables),
            theirs,
            "{name}: what we export"
        );
    }
}

#[test]
fn profiles_with_a_device_are_the_same_after_the_same_question() {
    let scene = chain();
    let (Some(cli), Some((path, script))) = (version_1(), python("profile_identity.py")) else {
        return;
    };
    scene.sts.add_role(Role::new(PRODUCTION, "guarded").trusts(Trust::account(BASTION).mfa()));
    scene.sts.add_role(
        Role::new(PRODUCTION, "behind")
            .trusts(Trust::arn("arn:aws:iam::123456789012:role/guarded")),
    );
    let device = format!(
        "source_profile = keys\nmfa_serial = {DEVICE}\nduration_seconds = 1800\nregion = eu-west-1"
    );
    let config =
        [role("guarded", &device), role("behind", "source_profile = guarded\nregion = eu-west-1")];
    configure(&scene, "keys", &config.concat());
    for name in ["guarded", "behind"] {
        let told = scene.switch_with_code(&[name, "--refresh"]);
        let ours = scene.who(&told);
        assert!(name == "behind" || told.seconds_left() <= 1800);
        let mut boto3 = scene.world.command_of(&path);
        boto3.arg(&script).arg(name);
        for command in [aws_command(&scene, &cli, &[], Some(name), &[]), boto3] {
            // The CLI keeps what it got.
            let _ = std::fs::remove_dir_all(scene.world.home().join(".aws/cli"));
            // Without `setsid`, which would take the terminal away.
            let words: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
            let mut command = Command::new(&words[0]);
            command
                .args(&words[1..])
                .env_clear()
                .envs(scene.world.environment())
                .current_dir(scene.world.home());
            let mut terminal = Terminal::start_captured(command).unwrap();
            terminal.wait_for(&format!("Enter MFA code for {DEVICE}: ")).unwrap();
            terminal.type_line(&scene.code()).unwrap();
            assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
            let said = terminal.stdout();
            let theirs =
                said.split(['"', '\n']).find(|part| part.starts_with("arn:")).expect("an ARN");
            assert_eq!(without_name(&ours), without_name(theirs), "{name}");
        }
    }
}

#[test]
fn keys_of_the_environment_and_of_the_machine_lead_to_the_same_role() {
    let mut scene = chain();
    let Some(cli) = version_1() else { return };
    let machine =
        Machine::start(scene.sts.issue(&Role::new(PRODUCTION, "first"), "i-0123456789abcdef0"));
    scene.world.unset("AWS_EC2_METADATA_DISABLED");
    for (name, value) in machine.variables() {
        scene.world.set(name, value);
    }
    let sourced = |name: &str, source: &str, role: &str| {
        format!(
            "[profile {name}]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/{role}\ncredential_source = {source}\n\
             region = eu-west-1\n"
        )
    };
    let config = [
        sourced("by-environment", "Environment", "first"),
        sourced("by-instance", "Ec2InstanceMetadata", "second"),
        sourced("by-container", "EcsContainer", "second"),
    ];
    configure(&scene, "other", &config.concat());
    let (id, secret) = (scene.key.id.clone(), scene.key.secret.clone());
    let theirs =
        |name: &str, variables: &[(&str, &str)]| aws(&scene, &cli, &[], Some(name), variables);
    let environment = [("AWS_ACCESS_KEY_ID", id.as_str()), ("AWS_SECRET_ACCESS_KEY", &secret)];
    let cli_says = ["by-environment", "by-instance", "by-container"]
        .map(|name| (name, theirs(name, &environment)));
    for (name, value) in environment {
        scene.world.set(name, value);
    }
    let names = cli_says.each_ref().map(|(name, _)| *name);
    let boto3 = boto3(&scene, &names).unwrap();
    for (name, arn) in cli_says {
        let asked = machine.received();
        let told = scene.switch(&[name]);
        assert_eq!(machine.received() > asked, name != "by-environment", "{name}");
        for theirs in [arn.as_str(), boto3[name].as_str().unwrap()] {
            assert_eq!(without_name(&scene.who(&told)), without_name(theirs), "{name}");
        }
    }
}

#[test]
fn a_token_in_the_environment_gives_the_same_identity() {
    let sso = Sso::start().unwrap();
    let (mut scene, _) = every_kind(&sso);
    let Some(cli) = version_1() else { return };
    let token = scene.world.home().join("token");
    scene.world.set("AWS_WEB_IDENTITY_TOKEN_FILE", &token);
    scene.world.set("AWS_ROLE_ARN", format!("arn:aws:iam::{PRODUCTION}:role/pod"));
    scene.world.set("AWS_ROLE_SESSION_NAME", "of-variable");
    let told = scene.switch(&["--scheme", "web-identity"]);
    assert_eq!(scene.who(&told), aws(&scene, &cli, &[], None, &[]));
}
