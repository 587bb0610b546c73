//! `credential_source = EcsContainer` and `Ec2InstanceMetadata`: keys of the machine.

use super::{chain, configure, role};

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
