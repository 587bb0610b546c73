//! `credential_source = EcsContainer` and `Ec2InstanceMetadata`: keys of the machine.

use std::time::{Duration, Instant};

use super::{chain, configure, role};
use crate::fake_aws::machine::Machine;
use crate::fake_aws::sts::{Role, Trust};
use crate::scenes::{BASTION, Scene};

/// A profile for each kind of machine, and the machine itself.
pub fn on_a_machine() -> (Scene, Machine) {
    let mut scene = chain();
    configure(
        &scene,
        "keys",
        &[
            role("first", "credential_source = EcsContainer"),
            role("first", "credential_source = Ec2InstanceMetadata")
                .replace("profile first", "profile second"),
        ]
        .concat(),
    );
    let of_machine = Role::new(BASTION, "machine").trusts(Trust::account(BASTION));
    scene.sts.add_role(of_machine.clone());
    let machine = Machine::start(scene.sts.issue(&of_machine, "machine"));
    for (name, value) in machine.variables() {
        scene.world.set(name, value);
    }
    scene.world.unset("AWS_EC2_METADATA_DISABLED");
    (scene, machine)
}

#[test]
fn without_instance_metadata_the_refusal_is_quick() {
    let scene = chain();
    configure(
        &scene,
        "keys",
        &[
            role("first", "credential_source = EcsContainer"),
            role("second", "credential_source = Ec2InstanceMetadata"),
        ]
        .concat(),
    );
    for (profile, words) in
        [("first", "the container gives no keys"), ("second", "the instance gives no keys")]
    {
        let said = scene.refused(4, &[profile]);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn container_and_instance_give_their_keys() {
    let (scene, machine) = on_a_machine();
    for (number, profile) in (1..).zip(["first", "second"]) {
        scene.switch(&[profile]);
        assert_eq!(machine.received(), number, "{profile}");
    }
}

/// The SDK's provider opens such a file and waits for its other end for ever, or reads it until the
/// memory is full.
#[test]
fn a_token_file_that_is_no_file_is_refused_at_once() {
    let (mut scene, machine) = on_a_machine();
    let fifo = scene.world.home().join("fifo");
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, kind, 0o600.into(), 0).unwrap();
    for path in [fifo.as_path(), "/dev/zero".as_ref()] {
        scene.world.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path.display().to_string());
        let began = Instant::now();
        let said = scene.refused(4, &["first"]);
        assert!(said.contains("is not a regular file"), "{said}");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    let token = scene.world.home().join("token");
    std::fs::write(&token, "token-of-the-container\n").unwrap();
    scene.world.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.display().to_string());
    scene.switch(&["first"]);
    assert_eq!(machine.received(), 1);
}

#[test]
fn the_profile_says_where_its_instance_is() {
    let (mut scene, machine) = on_a_machine();
    let [(endpoint, url), ..] = machine.variables();
    scene.world.unset(endpoint);
    let key =
        format!("credential_source = Ec2InstanceMetadata\nec2_metadata_service_endpoint = {url}");
    configure(&scene, "keys", &role("first", &key));
    scene.switch(&["first"]);
    assert_eq!(machine.received(), 1);
}
