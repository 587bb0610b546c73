//! Responses of a real SAML library, with a signature over the assertion: one role is taken, several are listed.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::moto::{python_path, script};
use crate::saml::{PROVIDER, federated, now};

/// A signed response for these roles, and the pairs that its signature covers.
fn signed(roles: &[&str]) -> Option<(String, Vec<String>)> {
    let pairs = roles.iter().map(|role| format!("arn:aws:iam::123456789012:role/{role},{PROVIDER}"));
    let mut command = Command::new(python_path()?);
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(script("assertion.py")).arg(now().to_string()).args(pairs);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let covered = made["roles"].as_array().unwrap().iter().map(|pair| pair.as_str().unwrap().to_owned());
    Some((made["response"].as_str().unwrap().to_owned(), covered.collect()))
}

#[test]
fn a_signed_response_of_one_role() {
    let Some((response, covered)) = signed(&["ops/deploy"]) else { return };
    assert_eq!(covered, [format!("arn:aws:iam::123456789012:role/ops/deploy,{PROVIDER}")]);
    let scene = federated();
    scene.accepts(&String::from_utf8(STANDARD.decode(&response).unwrap()).unwrap());
    let file = scene.world.write("samlresponse.log", &response).unwrap();
    let told = scene.switch(&["--saml-response", file.to_str().unwrap()]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/deploy/luke@example.com");
    assert_eq!(scene.sts.last("AssumeRoleWithSAML").unwrap().get("SAMLAssertion"), Some(response.as_str()));
}

#[test]
fn a_signed_response_of_several_roles() {
    let Some((response, covered)) = signed(&["read", "ops/deploy", "team/admin"]) else { return };
    let scene = federated();
    let file = scene.world.write("samlresponse.log", &response).unwrap();
    let said = scene.refused_at_once(2, &["--saml-response", file.to_str().unwrap()]);
    let listed: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("assume-role arn:")).collect();
    let offered: Vec<&str> =
        covered.iter().map(|pair| pair.split(',').next().unwrap().strip_prefix("arn:").unwrap()).collect();
    assert_eq!(listed, offered);
}
