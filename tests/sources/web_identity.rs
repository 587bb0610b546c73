//! Web identity: tokens of files, variables, commands and standard input, and what AWS says about
//! them.

use crate::fake_aws::sts::{Proof, Role, Trust};
use crate::scenes::{PRODUCTION, Scene};
use crate::sources::saml::federated;
use crate::support::process;

const ISSUER: &str = "https://oidc.example.test";
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.sig-canary";

fn scene() -> Scene {
    let scene = federated();
    scene
        .sts
        .add_role(Role::new(PRODUCTION, "ci/build").trusts(Trust::arn(ISSUER)).max_session(7200));
    accepts(&scene, TOKEN, false);
    scene
}

fn accepts(scene: &Scene, text: &str, expired: bool) {
    scene.sts.add_proof(Proof {
        text: text.to_owned(),
        provider: ISSUER.to_owned(),
        subject: "repo:me".to_owned(),
        session_name: String::new(),
        expired,
    });
}

fn token_file(scene: &Scene, text: &str) -> String {
    scene.world.write("token", text).unwrap().to_str().unwrap().to_owned()
}

const BUILD: [&str; 2] = ["production", "ci/build"];

#[test]
fn a_token_of_a_file_without_its_line_end() {
    let scene = scene();
    for text in [TOKEN.to_owned(), format!("{TOKEN}\n"), format!(" {TOKEN}\r\n")] {
        let file = token_file(&scene, &text);
        let told = scene
            .switch(&[&BUILD[..], &["--refresh", "--web-identity-token-file", &file]].concat());
        assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/build/assume-role");
        assert!(told.get("ASSUME_ROLE_RENEWABLE").is_some() && !told.stderr.contains("canary"));
        let call = scene.sts.last("AssumeRoleWithWebIdentity").unwrap();
        assert_eq!((call.get("WebIdentityToken"), call.key_id.is_none()), (Some(TOKEN), true));
    }
    let file = token_file(&scene, TOKEN);
    scene.switch(&[&BUILD[..], &["--web-identity-token-file", &file]].concat());
    assert_eq!(scene.sts.count("AssumeRoleWithWebIdentity"), 3);
}

#[test]
fn the_variables_of_a_pod_need_no_words() {
    let mut scene = scene();
    scene.world.set("AWS_WEB_IDENTITY_TOKEN_FILE", token_file(&scene, TOKEN));
    scene.refused_at_once(2, &["--scheme", "web-identity"]);
    scene.world.set("AWS_ROLE_ARN", format!("arn:aws:iam::{PRODUCTION}:role/ci/build"));
    let told = scene.switch(&["--scheme", "web-identity"]);
    assert_eq!(
        (told.get("AWS_ACCOUNT_NAME"), told.get("AWS_ACCOUNT_ROLE")),
        (Some("production"), Some("ci/build"))
    );
    scene.world.set("AWS_ASSUME_ROLE_AUTH_SCHEME", "web-identity");
    assert_eq!(scene.switch(&[]).keys().id, told.keys().id);
    scene.world.set("AWS_ROLE_SESSION_NAME", "pod-7");
    assert!(scene.who(&scene.switch(&[])).ends_with(":assumed-role/build/pod-7"));
    scene.world.set("AWS_ROLE_SESSION_NAME", "a b");
    assert!(scene.refused_at_once(3, &[]).contains("AWS_ROLE_SESSION_NAME"));
    scene.world.set("AWS_ROLE_ARN", "read");
    assert!(scene.refused_at_once(3, &[]).contains("AWS_ROLE_ARN"));
}

#[test]
fn standard_input_and_a_command_give_a_token() {
    let mut scene = scene();
    let command = scene.world.command(
        [
            &["export", "--format", "json"],
            &BUILD[..],
            &["--web-identity-token-file", "-", "--session-name", "ci-7"],
        ]
        .concat(),
    );
    let ran = process::run(command, TOKEN.as_bytes()).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    let call = scene.sts.last("AssumeRoleWithWebIdentity").unwrap();
    assert_eq!(call.get("RoleSessionName"), Some("ci-7"));
    scene.world.set("ASSUME_ROLE_CONFIG_WEB_IDENTITY_COMMAND", format!("echo '{TOKEN}'"));
    let told =
        scene.switch(&[&BUILD[..], &["--scheme", "web-identity", "--duration", "2h"]].concat());
    told.assert_lasts(7200);
    scene.world.set("ASSUME_ROLE_CONFIG_WEB_IDENTITY_COMMAND", "false");
    scene.refused(4, &[&BUILD[..], &["--scheme", "web-identity", "--refresh"]].concat());
    scene.world.unset("ASSUME_ROLE_CONFIG_WEB_IDENTITY_COMMAND");
    let said = scene.refused_at_once(3, &[&BUILD[..], &["--scheme", "web-identity"]].concat());
    assert!(said.contains("--web-identity-token-file"), "{said}");
}

#[test]
fn files_that_hold_no_token() {
    let scene = scene();
    for text in ["a b", "", "x", &"t".repeat(20_001)] {
        let file = token_file(&scene, text);
        let said = scene.refused(3, &[&BUILD[..], &["--web-identity-token-file", &file]].concat());
        assert!(said.contains("token"), "{said}");
    }
    scene.refused(3, &[&BUILD[..], &["--web-identity-token-file", "/nonexistent"]].concat());
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn the_words_of_aws_about_a_token() {
    let scene = scene();
    accepts(&scene, "old-token", true);
    for (token, role, status, words) in [
        ("old-token", "ci/build", 4, "has expired"),
        ("unknown-token", "ci/build", 4, "does not accept the token in"),
        (TOKEN, "read", 4, "trust policy of arn:aws:iam::123456789012:role/read"),
    ] {
        let file = token_file(&scene, token);
        let said = scene.refused(status, &["production", role, "--web-identity-token-file", &file]);
        assert!(said.contains(words) && !said.contains("canary"), "{said}");
    }
}

/// The file changes while AWS looks at the old token.
#[test]
fn a_file_that_was_rotated_is_read_once_more() {
    let scene = scene();
    accepts(&scene, "old-token", true);
    let file = token_file(&scene, "old-token");
    let gate = crate::fake_aws::sts::Gate::new();
    scene
        .sts
        .fail_next("AssumeRoleWithWebIdentity", crate::fake_aws::sts::Fault::Pause(gate.clone()));
    std::thread::scope(|scope| {
        let switching = scope
            .spawn(|| scene.switch(&[&BUILD[..], &["--web-identity-token-file", &file]].concat()));
        assert!(gate.wait_reached(process::PATIENCE));
        token_file(&scene, TOKEN);
        gate.release();
        switching.join().unwrap();
    });
    assert_eq!(scene.sts.count("AssumeRoleWithWebIdentity"), 2);
}

#[test]
fn no_code_and_no_session_tag_goes_with_a_token() {
    let scene = scene();
    let file = token_file(&scene, TOKEN);
    for more in [
        &["123456"][..],
        &["--tag", "a=b"],
        &["--source-identity", "me"],
        &["--external-id", "xy"],
        &["--scheme", "saml"],
    ] {
        scene.refused_at_once(
            2,
            &[&BUILD[..], &["--web-identity-token-file", &file], more].concat(),
        );
    }
}
