//! Options as AWS's own commands and documents spell them.

use crate::scenes::{PRODUCTION, Scene, bastion};
use crate::support::process::{Ran, run};

#[test]
fn a_command_of_the_aws_documents_is_understood() {
    let policy = r#"{"Version": "2012-10-17", "Statement": []}"#;
    let arn = format!("arn:aws:iam::{PRODUCTION}:role/read");
    for path in
        ["policy.json", "file://policy.json", "file://~/policy.json", "file://HOME/policy.json"]
    {
        let scene = bastion();
        scene.world.write("policy.json", policy).unwrap();
        let path = &path.replace("HOME", scene.world.home().to_str().unwrap());
        let code = scene.code();
        let told = scene.switch(&[
            "--role-arn",
            &arn,
            "--role-session-name",
            "me@example.com",
            "--duration-seconds",
            "900",
            "--serial-number",
            crate::scenes::DEVICE,
            "--token-code",
            &code,
            "--policy",
            path,
            "--refresh",
        ]);
        told.assert_lasts(900);
        let sent = scene.sts.last("AssumeRole").unwrap();
        let [role, name, document] =
            ["RoleArn", "RoleSessionName", "Policy"].map(|parameter| sent.get(parameter).unwrap());
        assert_eq!((role, name), (arn.as_str(), "me@example.com"));
        assert_eq!(document, r#"{"Statement":[],"Version":"2012-10-17"}"#);
        // What renews it is in this program's own words.
        let kept = told.get("ASSUME_ROLE_TARGET").unwrap();
        assert!(kept.contains("--session-name=me@example.com") && kept.contains("--duration=900"));
    }
}

#[test]
fn a_role_by_its_arn_is_nothing_else() {
    let scene = bastion();
    for (words, told) in [
        (&["--role-arn", "read"][..], "'read' for '--role-arn ARN': it is not the ARN of a role"),
        (&["--role-arn", "arn:aws:iam::1:role/read"], "arn:aws:iam::1:role/read"),
        (
            &["--role-arn", "arn:aws:iam::123456789012:role/read", "production", "read"],
            "'production' is neither a six-digit MFA code nor a region\n\
             hint: assume-role arn:aws:iam::123456789012:role/read\n",
        ),
        (
            &["--role-arn", "arn:aws:iam::123456789012:role/read", "--profile", "x"],
            "exclude each other",
        ),
        (
            &["production", "read", "--duration", "1h", "--duration-seconds", "900"],
            "exclude each other",
        ),
        (&["production", "read", "--duration-seconds", "45m"], "--duration-seconds"),
    ] {
        let ran = scene.export(words);
        assert!(matches!(ran.status, 2 | 3) && ran.stderr.contains(told), "{words:?}: {ran:?}");
    }
}

/// A switch that reads its code from standard input.
fn with_code_from(scene: &Scene, input: &str) -> Ran {
    let words =
        ["export", "--format", "json", "production", "read", "--mfa-code", "-", "--refresh"];
    run(scene.world.command(words), input.as_bytes()).unwrap()
}

#[test]
fn a_code_may_come_from_standard_input() {
    for input in ["CODE\n", " CODE \r\nand more\n", "CODE"] {
        let scene = bastion();
        let input = input.replace("CODE", &scene.code());
        let ran = with_code_from(&scene, &input);
        assert_eq!(ran.status, 0, "{ran:?}");
    }
    let scene = bastion();
    let before = scene.sts.connections();
    for input in ["", "12345\n", "1234567\n", "\n123456\n", "１２３４５６\n"] {
        let ran = with_code_from(&scene, input);
        assert_eq!(ran.status, 2, "{input:?}: {ran:?}");
        assert!(ran.stderr.contains("the first line of standard input is not six digits"));
    }
    assert_eq!(scene.sts.connections(), before);
    let said = scene
        .refused_at_once(2, &["production", "read", "--mfa-code", "-", "--saml-response", "-"]);
    assert!(said.contains("would both read standard input"), "{said}");
}
