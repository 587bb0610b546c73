//! Chains, against the rules of botocore.

use super::*;
use crate::config::environment::Environment;

fn chain(config: &str, credentials: &str, name: &str) -> Result<Chain> {
    let home = tempfile::tempdir().unwrap();
    let aws = home.path().join(".aws");
    std::fs::create_dir(&aws).unwrap();
    std::fs::write(aws.join("config"), config).unwrap();
    std::fs::write(aws.join("credentials"), credentials).unwrap();
    let pairs = [
        ("HOME", home.path().to_str().unwrap()),
        ("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00000"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];
    Chain::resolve(name, &Config::read(&Environment::from_pairs(pairs)).unwrap())
}

fn keys(name: &str) -> String {
    format!("[{name}]\naws_access_key_id = AKIA{name}EXAMPLE00000\naws_secret_access_key = s\n")
}

fn role(name: &str, rest: &str) -> String {
    format!("[profile {name}]\nrole_arn = arn:aws:iam::123456789012:role/{name}\n{rest}\n")
}

/// The name of the arm.
fn kind(chain: &Chain) -> String {
    let shown = format!("{:?}", chain.base.source);
    shown.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn names(chain: &Chain) -> Vec<&str> {
    chain.hops.iter().map(|hop| hop.profile.as_str()).collect()
}

#[test]
fn hops_stand_in_the_order_in_which_they_are_assumed() {
    let config =
        [role("c", "source_profile = b\nregion = eu-west-1"), role("b", "source_profile = a")]
            .concat();
    let chain = chain(&config, &keys("a"), "c").unwrap();
    assert_eq!(
        (names(&chain), kind(&chain).as_str(), chain.base.profile.as_str()),
        (vec!["b", "c"], "Keys", "a")
    );
    assert_eq!(chain.role().unwrap().role.origin.to_string(), "~/.aws/config:2");
    assert_eq!(chain.base.description, "profile a (~/.aws/credentials:2)");
    assert_eq!(chain.region.unwrap().value.as_str(), "eu-west-1");
}

#[test]
fn every_kind_of_beginning() {
    let token = "web_identity_token_file = ~/token";
    let sso = "[profile s]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Read\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    let console = "[profile c]\nlogin_session = arn:aws:iam::123456789012:user/alice\n";
    for (config, name, expected, hops) in [
        (role("w", token), "w", "WebIdentity", 1),
        (sso.to_owned(), "s", "IdentityCenter", 0),
        (format!("{sso}{}", role("r", "source_profile = s")), "r", "IdentityCenter", 1),
        (console.to_owned(), "c", "ConsoleSignIn", 0),
        (format!("{console}{}", role("r", "source_profile = c")), "r", "ConsoleSignIn", 1),
        (format!("{console}credential_process = p\n"), "c", "ConsoleSignIn", 0),
        ("[profile p]\ncredential_process = p a\n".to_owned(), "p", "Process", 0),
        (role("e", "credential_source = Environment"), "e", "Keys", 1),
        (role("i", "credential_source = Ec2InstanceMetadata"), "i", "Instance", 1),
        (role("k", "credential_source = EcsContainer"), "k", "Container", 1),
    ] {
        let chain = chain(&config, "", name).unwrap();
        assert_eq!((kind(&chain).as_str(), chain.hops.len()), (expected, hops), "{config}");
    }
}

#[test]
fn a_source_with_keys_is_taken_for_its_keys() {
    let own = role("a", "source_profile = a");
    let of_itself = chain(&own, &keys("a"), "a").unwrap();
    assert_eq!((names(&of_itself), kind(&of_itself).as_str()), (vec!["a"], "Keys"));
    let config = [role("b", "source_profile = a"), role("a", "source_profile = z")].concat();
    let of_other = chain(&config, &keys("a"), "b").unwrap();
    assert_eq!((names(&of_other), kind(&of_other).as_str()), (vec!["b"], "Keys"));
}

#[test]
fn keys_of_the_credentials_file_come_before_a_process_and_that_before_keys_of_the_config_file() {
    let process = "credential_process = p\n";
    let config = format!("[profile a]\n{process}");
    assert_eq!(kind(&chain(&config, &keys("a"), "a").unwrap()), "Keys");
    let config = format!(
        "[profile a]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = s\n{process}"
    );
    assert_eq!(kind(&chain(&config, "", "a").unwrap()), "Process");
}

#[test]
fn circles_and_long_ways_are_shown() {
    let circle = [role("a", "source_profile = b"), role("b", "source_profile = a")].concat();
    let error = chain(&circle, "", "a").unwrap_err();
    assert!(
        error.message.starts_with("~/.aws/config:6: ") && error.to_string().contains("a → b → a"),
        "{error}"
    );
    let itself = chain(&role("a", "source_profile = a"), "", "a").unwrap_err();
    assert!(itself.to_string().contains("a → a"), "{itself}");
    let long: String =
        (0..9).map(|n| role(&format!("p{n}"), &format!("source_profile = p{}", n + 1))).collect();
    let error = chain(&long, &keys("p9"), "p0").unwrap_err();
    assert!(error.to_string().contains("p6 → p7 → p8"), "{error}");
    assert_eq!(chain(&long, &keys("p9"), "p2").unwrap().hops.len(), 7);
}

#[test]
fn what_does_not_hold_is_named_with_its_line() {
    let base = "source_profile = a";
    for (config, message) in [
        (role("x", ""), "~/.aws/config:2: profile 'x' has role_arn without"),
        (
            role("x", "source_profile = a\ncredential_source = Environment"),
            "source_profile (~/.aws/config:3) and credential_source (~/.aws/config:4)",
        ),
        (role("x", "credential_source = Moon"), "~/.aws/config:3: credential_source 'Moon'"),
        (role("x", "source_profile = nowhere"), "no profile 'nowhere'"),
        (
            role("x", &format!("{base}\nduration_seconds = 999999")),
            "~/.aws/config:4: duration 999999 is out of range",
        ),
        (
            role("x", &format!("{base}\nmfa_serial = arn\"; touch x;")),
            "~/.aws/config:4: MFA serial",
        ),
        (role("x", &format!("{base}\nrole_session_name = $(x)")), "~/.aws/config:4: session name"),
        (
            role("x", &format!("{base}\nregion = $(touch x)")),
            "region '$(touch x)' from ~/.aws/config:4",
        ),
        (
            "[profile x]\nrole_arn = arn:aws:iam::1:role/x\n".to_owned(),
            "from ~/.aws/config:2 is not the ARN",
        ),
        (
            "[profile x]\nregion = eu-west-1\n".to_owned(),
            "profile 'x' (~/.aws/config:1) holds no keys",
        ),
        ("[profile x]\nsso_account_id = 123456789012\n".to_owned(), "has no sso_role_name"),
        (
            "[profile x]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = r\n"
                .to_owned(),
            "no [sso-session corp]",
        ),
    ] {
        let error = chain(&config, &keys("a"), "x").unwrap_err();
        assert_eq!(error.kind, crate::error::Kind::Config, "{error}");
        assert!(error.message.contains(message), "{config}: {error}");
    }
}

#[test]
fn the_device_is_the_roles_own_or_that_of_the_keys() {
    let serial = |text: &str| format!("mfa_serial = arn:aws:iam::123456789012:mfa/{text}\n");
    let config = role("r", &format!("source_profile = a\n{}", serial("own")));
    let credentials = keys("a") + &serial("keys");
    let found =
        |config: &str| chain(config, &credentials, "r").unwrap().mfa().serial.unwrap().value;
    assert!(found(&config).ends_with("/own"));
    assert!(found(&role("r", "source_profile = a")).ends_with("/keys"));
}

#[test]
fn a_keyring_comes_after_the_credentials_file_and_before_a_program() {
    let line = "assume_role_keys = pass AKIAIOSFODNN7EXAMPLE\n";
    let process = "credential_process = x\n";
    for (config, credentials, expected) in [
        (format!("[profile k]\n{line}{process}"), String::new(), "Keyring"),
        (format!("[profile k]\n{line}{process}"), keys("k"), "Keys"),
        (
            format!("[profile k]\n{line}aws_access_key_id = AKIAkEXAMPLE00000\n"),
            String::new(),
            "Keyring",
        ),
    ] {
        let chain = chain(&config, &credentials, "k").unwrap();
        assert_eq!(kind(&chain), expected, "{config}");
    }
}
