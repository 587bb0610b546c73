//! What roles are assumed from where nothing names a base: `[default]`, else what AWS's own tools
//! would find.

use super::configure;
use crate::fake_aws::machine::Machine;
use crate::fake_aws::sts::{Proof, Role, Trust, User};
use crate::scenes::one_shell::OneShell;
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};

const READ: [&str; 2] = ["production", "read"];
const PROVIDER: &str = "arn:aws:iam::999999999999:oidc-provider/ci.example.com";

/// A user without a device whose keys are in no file, and roles that trust the account.
fn without_files() -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    for name in ["read", "admin"] {
        scene.sts.add_role(Role::new(PRODUCTION, name).trusts(Trust::account(BASTION)));
    }
    scene.world.credentials("").unwrap();
    scene
}

fn in_environment(scene: &mut Scene) {
    scene.world.set("AWS_ACCESS_KEY_ID", scene.key.id.clone());
    scene.world.set("AWS_SECRET_ACCESS_KEY", scene.key.secret.clone());
}

fn section(scene: &Scene, name: &str) -> String {
    let key = &scene.key;
    format!("[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n", key.id, key.secret)
}

fn explained(scene: &Scene) -> String {
    let told = scene.world.run(["explain", "production", "read"]).unwrap();
    assert_eq!(told.status, 0, "{told:?}");
    told.stdout
}

fn doctor(scene: &Scene) -> String {
    scene.world.run(["doctor"]).unwrap().stdout
}

#[test]
fn keys_in_the_environment_serve_and_are_told() {
    let mut scene = without_files();
    in_environment(&mut scene);
    scene.switch(&READ).assert_says("no region, from the environment (AWS_ACCESS_KEY_ID)");
    assert!(explained(&scene).contains("base: AWS_ACCESS_KEY_ID"));
    assert!(doctor(&scene).contains("from the environment (AWS_ACCESS_KEY_ID)"));
}

#[test]
fn the_default_profile_comes_first_when_it_leads_to_credentials() {
    let mut scene = without_files();
    scene.world.set("AWS_ACCESS_KEY_ID", "AKIAWRONGWRONGWRONG0");
    scene.world.set("AWS_SECRET_ACCESS_KEY", "wrong");
    scene.world.credentials(&section(&scene, "default")).unwrap();
    scene.switch(&READ).assert_silent_about(", from ");
    // One that names a region only leads nowhere, and its region counts all the same.
    let mut scene = without_files();
    in_environment(&mut scene);
    scene.world.config("[default]\nregion = eu-west-3\n").unwrap();
    scene.switch(&READ).assert_says("eu-west-3, from the environment");
}

#[test]
fn the_profile_of_the_tools_of_aws_serves_and_renewal_finds_it_again() {
    for variable in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        let scene = without_files();
        scene.world.credentials(&section(&scene, "work")).unwrap();
        let mut shell = OneShell::new(&scene);
        shell.variables.insert(variable.to_owned(), "work".to_owned());
        shell.succeeds(&READ);
        assert!(!shell.variables.contains_key(variable), "a switch takes it away");
        shell.succeeds(&["production", "read", "--refresh"]);
        assert!(shell.variables["ASSUME_ROLE_TARGET"].contains("--base=work"));
    }
    let mut scene = without_files();
    scene.world.set("AWS_PROFILE", "wrok");
    scene.world.credentials(&section(&scene, "work")).unwrap();
    let said = scene.refused_at_once(3, &READ);
    for words in ["no profile 'wrok'", "AWS_PROFILE", "work"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn the_keys_of_a_switch_are_no_base() {
    let scene = without_files();
    let mut shell = OneShell::new(&scene);
    for (name, value) in
        [("AWS_ACCESS_KEY_ID", &scene.key.id), ("AWS_SECRET_ACCESS_KEY", &scene.key.secret)]
    {
        shell.variables.insert(name.to_owned(), value.clone());
    }
    shell.succeeds(&READ);
    let said = shell.fails(3, &["production", "admin"]);
    assert!(said.contains("AWS_ACCESS_KEY_ID: the keys of a switch"), "{said}");
    assert!(said.contains("assume-role leave"), "{said}");
}

#[test]
fn the_token_of_a_workload_serves() {
    let mut scene = without_files();
    scene.sts.add_proof(Proof {
        text: "token-of-ci".to_owned(),
        provider: PROVIDER.to_owned(),
        subject: "repo:me".to_owned(),
        session_name: String::new(),
        expired: false,
    });
    let runner = Role::new(BASTION, "runner").trusts(Trust::arn(PROVIDER));
    scene.sts.add_role(runner);
    let token = scene.world.write("token", "token-of-ci").unwrap();
    scene.world.set("AWS_WEB_IDENTITY_TOKEN_FILE", token);
    scene.world.set("AWS_ROLE_ARN", format!("arn:aws:iam::{BASTION}:role/runner"));
    let told = scene.switch(&READ);
    told.assert_says("AWS_WEB_IDENTITY_TOKEN_FILE");
    assert!(scene.who(&told).contains(":assumed-role/read/"), "{}", scene.who(&told));
    assert!(explained(&scene).contains("base: AWS_WEB_IDENTITY_TOKEN_FILE"));
    assert!(doctor(&scene).contains("roles of accounts are assumed from the token in"));
}

#[test]
fn a_container_and_an_instance_that_says_so_serve() {
    for (wanted, told_as) in [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "from the container ("),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "from the instance ("),
    ] {
        let mut scene = without_files();
        let machine_role = Role::new(BASTION, "machine").trusts(Trust::account(BASTION));
        scene.sts.add_role(machine_role.clone());
        let machine = Machine::start(scene.sts.issue(&machine_role, "machine"));
        for (name, value) in machine.variables() {
            let is_container = name.contains("CONTAINER");
            if is_container == wanted.contains("CONTAINER") {
                scene.world.set(name, value);
            }
        }
        scene.world.unset("AWS_EC2_METADATA_DISABLED");
        let told = scene.switch(&READ);
        told.assert_says(told_as);
        assert_eq!(machine.received(), 1);
        assert!(doctor(&scene).contains("roles of accounts are assumed from the"));
    }
}

#[test]
fn where_nothing_is_there_the_error_lists_what_was_looked_at() {
    let scene = without_files();
    let said = scene.refused_at_once(3, &READ);
    for words in [
        "no profile 'default'",
        "AWS_PROFILE: not set",
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: not set",
        "AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN: not set",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI: not set",
        "does not say that it is an instance",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    configure(&scene, "other", "[default]\nregion = eu-west-1\n");
    let said = scene.refused_at_once(3, &READ);
    assert!(said.contains("profile 'default' (~/.aws/config:1) holds no keys"), "{said}");
    assert!(said.contains("[sso-session corp]"), "{said}");
    let signs_on = "sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    configure(&scene, "other", &format!("[default]\n[sso-session corp]\n{signs_on}"));
    let said = scene.refused_at_once(3, &READ);
    assert!(said.contains("gives the role: assume-role production read --scheme sso\n"), "{said}");
}

#[test]
fn the_old_name_of_the_token_counts_and_a_missing_one_is_refused() {
    let mut scene = without_files();
    let issued =
        scene.sts.issue(&Role::new(BASTION, "first").trusts(Trust::account(BASTION)), "session");
    scene.world.set("AWS_ACCESS_KEY_ID", issued.key_id.clone());
    scene.world.set("AWS_SECRET_ACCESS_KEY", issued.secret.clone());
    let said = scene.refused_at_once(3, &READ);
    assert!(said.contains("AWS_ACCESS_KEY_ID holds a temporary key (ASIA…) without"), "{said}");
    scene.world.set("AWS_SECURITY_TOKEN", issued.token.clone());
    scene.switch(&READ);
}
