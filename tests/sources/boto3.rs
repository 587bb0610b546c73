//! The same `~/.aws/config` read by boto3 and by the AWS CLI: each kind of profile stands for the
//! same identity.
//!
//! Where they differ from each other or from us, and why: a name with a blank or in quotes is a
//! profile here, for boto3 and the CLI, and none for the SDKs in Rust; a token is sent here
//! without the end of its line, there with it; what a profile without a role gives is a session of
//! the user here, there the long-lived keys themselves, of the same identity; a session's name that
//! no one chose is made up by each.

use serde_json::Value;

use super::{chain, role};
use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::{Proof, Role, Trust};
use crate::scenes::{PRODUCTION, Scene};
use crate::second_opinion::python;
use crate::support::process;

/// Who boto3 takes the profiles for, or the AWS CLI with `--cli` in front; `None` where there is no
/// Python.
pub fn boto3(scene: &Scene, profiles: &[&str]) -> Option<Value> {
    let (path, script) = python("profile_identity.py")?;
    let mut command = scene.world.command_of(path);
    command.arg(script).args(profiles);
    let ran = process::run(command, b"").unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    Some(serde_json::from_str(&ran.stdout).unwrap())
}

/// A session's ARN without the name that each program makes up for it.
pub(super) fn without_name(arn: &str) -> &str {
    arn.split_once(":assumed-role/")
        .and_then(|_| arn.rsplit_once('/'))
        .map_or(arn, |(role, _)| role)
}

/// A home with a profile of each kind that needs no person.
pub fn every_kind(sso: &Sso) -> (Scene, Vec<&'static str>) {
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
    for hash in
        ["ee0bfd2552fbd840c02cc48b6e823320543c450f", "a51746d4aa793ae07b25e90c3a5db96fc7832bd7"]
    {
        scene.world.write(&format!(".aws/sso/cache/{hash}.json"), &token).unwrap();
    }
    let (id, secret) = (scene.key.id.clone(), scene.key.secret.clone());
    let keys = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    scene.world.credentials(&format!("[plain]\n{keys}[both]\n{keys}[first]\n{keys}")).unwrap();
    let printed =
        format!(r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "{secret}"}}"#);
    let answer = scene.world.write("answer", printed).unwrap();
    let place = format!("sso_start_url = {start}\nsso_region = eu-west-1\n");
    let account = format!("sso_account_id = {PRODUCTION}\nsso_role_name = Read\n");
    let token = scene.world.write("token", "the.token.text").unwrap();
    let (issuer, text) = ("https://issuer.example".to_owned(), "the.token.text".to_owned());
    let proof = Proof {
        text,
        provider: issuer,
        subject: "pod".to_owned(),
        session_name: String::new(),
        expired: false,
    };
    scene.sts.add_proof(proof);
    scene.sts.add_role(Role::new(PRODUCTION, "pod").trusts(Trust::arn("https://issuer.example")));
    scene.sts.add_role(
        Role::new(PRODUCTION, "on-pod").trusts(Trust::arn("arn:aws:iam::123456789012:role/pod")),
    );
    let config = [
        role(
            "pod",
            &format!("web_identity_token_file = {}\nrole_session_name = of-pod", token.display()),
        ),
        role("on-pod", "source_profile = pod"),
        format!("[profile in-config]\n{keys}"),
        format!("[profile process]\ncredential_process = cat {}\n", answer.display()),
        "[profile both]\ncredential_process = false\n".to_owned(),
        role("first", "source_profile = first"),
        role("second", "source_profile = alone"),
        format!(
            "[profile alone]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/first\nsource_profile = plain\n"
        ),
        role(
            "third",
            "source_profile = second\nexternal_id = some-id\nrole_session_name = of-file",
        ),
        format!(
            "[profile \"with blank\"]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/first\nsource_profile = process\n"
        ),
        format!("[profile sso]\nsso_session = corp\n{account}[sso-session corp]\n{place}"),
        format!("[profile legacy]\n{place}{account}"),
        format!(
            "[profile on-sso]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/second\nsource_profile = sso\n"
        ),
    ];
    scene.world.config(&config.concat()).unwrap();
    let names = [
        "plain", "in-config", "process", "both", "first", "second", "alone", "third", "with blank",
        "sso", "legacy", "on-sso", "pod", "on-pod",
    ];
    (scene, names.to_vec())
}

#[test]
fn boto3_and_the_aws_cli_give_the_same_identity_for_every_kind() {
    let sso = Sso::start().unwrap();
    let (scene, names) = every_kind(&sso);
    let with_cli = [&["--cli"], names.as_slice()].concat();
    let (Some(boto3), Some(cli)) = (boto3(&scene, &names), boto3(&scene, &with_cli)) else {
        return;
    };
    // The user has a device, which this program wants a code of before it gives the user's own
    // session.
    let code = scene.code();
    scene.switch(&["plain", &code]);
    for name in names {
        let told = scene.switch(&[name]);
        let ours = scene.who(&told);
        for theirs in [&boto3[name], &cli[name]].map(|theirs| theirs.as_str().unwrap()) {
            assert_eq!(without_name(&ours), without_name(theirs), "{name}");
            let is_named = ["third", "pod"].contains(&name);
            assert!(!is_named || ours == theirs, "{name}: {ours}, {theirs}");
        }
    }
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
