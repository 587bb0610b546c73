//! `credential_source = EcsContainer` and `Ec2InstanceMetadata`: keys of the machine.

use super::{chain, configure, role};

#[test]
fn a_machine_that_is_none_is_told_soon() {
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
