//! The same `~/.aws/config` read by boto3 and by the AWS CLI, versions 1 and 2: each kind of profile stands for the same
//! identity.
//!
//! Where they differ from each other or from us, and why: a name with a blank or in quotes is a profile here, for boto3
//! and the CLI, and none for the SDKs in Rust; a token goes out here without the end of its line, there with it; what a
//! profile without a role gives is a session of the user here, there the long-lived keys themselves, of the same
//! identity; a session's name that nobody chose is made up by each.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{chain, configure, role};
use crate::scenes::{BASTION, DEVICE, PRODUCTION, Scene};
use crate::second_opinion::python;
use crate::support::machine::Machine;
use crate::support::process;
use crate::support::sso::Sso;
use crate::support::sts::{Proof, Role, Trust};
use crate::support::terminal::Terminal;

/// Who boto3 takes the profiles for; `None` where there is no Python.
fn boto3(scene: &Scene, profiles: &[&str]) -> Option<Value> {
    let (path, script) = python("profile_identity.py")?;
    let mut command = scene.world.command_of(path);
    command.arg(script).args(profiles);
    let ran = process::run(command, b"").unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    Some(serde_json::from_str(&ran.stdout).unwrap())
}

/// Who the AWS CLI takes a profile for, with these words before and variables besides.
fn aws(scene: &Scene, program: &Path, words: &[&str], profile: Option<&str>, variables: &[(&str, &str)]) -> String {
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
    command.args(profile.iter().flat_map(|name| ["--profile", name])).envs(variables.iter().copied());
    command
}

/// Version 1, which comes with boto3; `None` where there is no Python.
fn version_1() -> Option<PathBuf> {
    python("profile_identity.py").map(|(path, _)| path.with_file_name("aws"))
}

/// Version 2 as the system's packages have it.
fn version_2(scene: &Scene) -> Option<PathBuf> {
    let candidates = ["/usr/bin/aws", "/usr/local/bin/aws", "/opt/homebrew/bin/aws"].map(PathBuf::from);
    let is_2 = |path: &PathBuf| {
        let mut command = scene.world.command_of(path);
        path.exists()
            && process::run(
                {
                    command.arg("--version");
                    command
                },
                b"",
            )
            .unwrap()
            .stdout
            .starts_with("aws-cli/2")
    };
    let found = candidates.into_iter().find(is_2);
    assert!(found.is_some() || std::env::var("CI").as_deref() != Ok("true"), "no aws-cli/2; run tests/run");
    found
}

/// A session's ARN without the name that each program makes up for it.
fn without_name(arn: &str) -> &str {
    arn.split_once(":assumed-role/").and_then(|_| arn.rsplit_once('/')).map_or(arn, |(role, _)| role)
}

/// A home with a profile of each kind that needs no person.
fn every_kind(sso: &Sso) -> (Scene, Vec<&'static str>) {
    let mut scene = chain();
    scene.world.set("AWS_ENDPOINT_URL_SSO", sso.url());
    scene.world.set("AWS_ENDPOINT_URL_SSO_OIDC", sso.url());
    scene.world.set("AWS_DEFAULT_REGION", "eu-west-1");
    sso.add_token("kept");
    sso.assign(PRODUCTION, "Read", scene.sts.issue(&Role::new(PRODUCTION, "first"), "alice"));
    let start = "https://corp.awsapps.com/start";
    let token = format!(
        r#"{{"startUrl": "{start}", "region": "eu-west-1", "accessToken": "kept", "expiresAt": "2099-01-01T00:00:00Z"}}"#
    );
    for hash in ["ee0bfd2552fbd840c02cc48b6e823320543c450f", "a51746d4aa793ae07b25e90c3a5db96fc7832bd7"] {
        scene.world.write(&format!(".aws/sso/cache/{hash}.json"), &token).unwrap();
    }
    let (id, secret) = (scene.key.id.clone(), scene.key.secret.clone());
    let keys = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    scene.world.credentials(&format!("[plain]\n{keys}[both]\n{keys}[first]\n{keys}")).unwrap();
    let printed = format!(r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "{secret}"}}"#);
    let answer = scene.world.write("answer", printed).unwrap();
    let place = format!("sso_start_url = {start}\nsso_region = eu-west-1\n");
    let account = format!("sso_account_id = {PRODUCTION}\nsso_role_name = Read\n");
    let token = scene.world.write("token", "the.token.text").unwrap();
    let (issuer, text) = ("https://issuer.example".to_owned(), "the.token.text".to_owned());
    let proof =
        Proof { text, provider: issuer, subject: "pod".to_owned(), session_name: String::new(), expired: false };
    scene.sts.add_proof(proof);
    scene.sts.add_role(Role::new(PRODUCTION, "pod").trusts(Trust::arn("https://issuer.example")));
    scene.sts.add_role(Role::new(PRODUCTION, "on-pod").trusts(Trust::arn("arn:aws:iam::123456789012:role/pod")));
    let config = [
        role("pod", &format!("web_identity_token_file = {}\nrole_session_name = of-pod", token.display())),
        role("on-pod", "source_profile = pod"),
        format!("[profile in-config]\n{keys}"),
        format!("[profile process]\ncredential_process = cat {}\n", answer.display()),
        "[profile both]\ncredential_process = false\n".to_owned(),
        role("first", "source_profile = first"),
        role("second", "source_profile = alone"),
        format!("[profile alone]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/first\nsource_profile = plain\n"),
        role("third", "source_profile = second\nexternal_id = some-id\nrole_session_name = of-file"),
        format!(
            "[profile \"with blank\"]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/first\nsource_profile = process\n"
        ),
        format!("[profile sso]\nsso_session = corp\n{account}[sso-session corp]\n{place}"),
        format!("[profile legacy]\n{place}{account}"),
        format!("[profile on-sso]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/second\nsource_profile = sso\n"),
    ];
    scene.world.config(&config.concat()).unwrap();
    let names = [
        "plain",
        "in-config",
        "process",
        "both",
        "first",
        "second",
        "alone",
        "third",
        "with blank",
        "sso",
        "legacy",
        "on-sso",
        "pod",
        "on-pod",
    ];
    (scene, names.to_vec())
}

#[test]
fn boto3_and_the_aws_cli_give_the_same_identity_for_every_kind() {
    let sso = Sso::start().unwrap();
    let (scene, names) = every_kind(&sso);
    let (Some(boto3), Some(cli)) = (boto3(&scene, &names), version_1()) else { return };
    // The user has a device, which this program wants a code of before it gives the user's own session.
    let code = scene.code();
    scene.switch(&["plain", &code]);
    for name in names {
        let told = scene.switch(&[name]);
        let ours = scene.who(&told);
        for theirs in [boto3[name].as_str().unwrap(), &aws(&scene, &cli, &[], Some(name), &[])] {
            assert_eq!(without_name(&ours), without_name(theirs), "{name}");
            let is_named = ["third", "pod"].contains(&name);
            assert!(!is_named || ours == theirs, "{name}: {ours}, {theirs}");
        }
    }
}

/// What is in Debian 12 knows no variables for endpoints.
#[test]
fn version_2_of_the_aws_cli_takes_keys_and_programs_for_the_same() {
    let sso = Sso::start().unwrap();
    let (scene, _) = every_kind(&sso);
    let Some(cli) = version_2(&scene) else { return };
    let (code, url) = (scene.code(), scene.sts.url());
    scene.switch(&["plain", &code]);
    for name in ["plain", "in-config", "process", "both"] {
        let told = scene.switch(&[name]);
        let theirs = aws(&scene, &cli, &["--endpoint-url", &url], Some(name), &[]);
        assert_eq!(scene.who(&told), theirs, "{name}");
        let keys = told.keys();
        let variables = [
            ("AWS_ACCESS_KEY_ID", keys.id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", &keys.secret),
            ("AWS_SESSION_TOKEN", keys.token.as_deref().unwrap()),
        ];
        assert_eq!(aws(&scene, &cli, &["--endpoint-url", &url], None, &variables), theirs, "{name}: what we export");
    }
}

#[test]
fn profiles_with_a_device_are_the_same_after_the_same_question() {
    let scene = chain();
    let (Some(cli), Some((path, script))) = (version_1(), python("profile_identity.py")) else { return };
    scene.sts.add_role(Role::new(PRODUCTION, "guarded").trusts(Trust::account(BASTION).mfa()));
    scene.sts.add_role(Role::new(PRODUCTION, "behind").trusts(Trust::arn("arn:aws:iam::123456789012:role/guarded")));
    let device = format!("source_profile = keys\nmfa_serial = {DEVICE}\nduration_seconds = 1800\nregion = eu-west-1");
    let config = [role("guarded", &device), role("behind", "source_profile = guarded\nregion = eu-west-1")];
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
            command.args(&words[1..]).env_clear().envs(scene.world.environment()).current_dir(scene.world.home());
            let mut terminal = Terminal::start_captured(command).unwrap();
            terminal.wait_for(&format!("Enter MFA code for {DEVICE}: ")).unwrap();
            terminal.type_line(&scene.code()).unwrap();
            assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
            let said = terminal.stdout();
            let theirs = said.split(['"', '\n']).find(|part| part.starts_with("arn:")).expect("an ARN");
            assert_eq!(without_name(&ours), without_name(theirs), "{name}");
        }
    }
}

#[test]
fn keys_of_the_environment_and_of_the_machine_lead_to_the_same_role() {
    let mut scene = chain();
    let Some(cli) = version_1() else { return };
    let machine = Machine::start(scene.sts.issue(&Role::new(PRODUCTION, "first"), "i-0123456789abcdef0"));
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
    let theirs = |name: &str, variables: &[(&str, &str)]| aws(&scene, &cli, &[], Some(name), variables);
    let environment = [("AWS_ACCESS_KEY_ID", id.as_str()), ("AWS_SECRET_ACCESS_KEY", &secret)];
    let cli_says = ["by-environment", "by-instance", "by-container"].map(|name| (name, theirs(name, &environment)));
    for (name, value) in environment {
        scene.world.set(name, value);
    }
    let names = cli_says.each_ref().map(|(name, _)| *name);
    let boto3 = boto3(&scene, &names).unwrap();
    for (name, arn) in cli_says {
        let asked = machine.asked();
        let told = scene.switch(&[name]);
        assert_eq!(machine.asked() > asked, name != "by-environment", "{name}");
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

#[test]
fn boto3_refuses_what_we_refuse() {
    let scene = chain();
    let config = [
        role("circle-a", "source_profile = circle-b"),
        role("circle-b", "source_profile = circle-a"),
        role("itself", "source_profile = itself"),
        role("two", "source_profile = plain\ncredential_source = Environment"),
        role("none", ""),
        role("nowhere", "source_profile = missing"),
        "[profile version]\ncredential_process = echo {\\\"Version\\\":2}\n".to_owned(),
        "[profile empty]\nregion = eu-west-1\n".to_owned(),
    ];
    scene.world.config(&config.concat()).unwrap();
    let names = ["circle-a", "itself", "two", "none", "nowhere", "version", "empty"];
    let Some(theirs) = boto3(&scene, &names) else { return };
    for name in names {
        assert!(!theirs[name].as_str().unwrap().starts_with("arn:"), "{name}: {theirs}");
        let ran = scene.export(&[name]);
        assert!(matches!(ran.status, 3 | 6), "{name}: {ran:?}");
    }
}
