//! A switch, through the binary: what is asked of AWS, what comes out, what a failure leaves.

use crate::scenes::{PRODUCTION, bastion};

#[test]
fn one_code_serves_every_role() {
    let scene = bastion();
    let first = scene
        .world
        .run(["export", "--shell", "bash", "production", "read", &scene.code()])
        .unwrap();
    assert_eq!(first.status, 0, "{}", first.stderr);
    let second =
        scene.world.run(["export", "--shell", "bash", "production", "ops/deploy"]).unwrap();
    assert_eq!(second.status, 0, "{}", second.stderr);
    assert_eq!(scene.sts.count("GetSessionToken"), 1);
    assert_eq!(scene.sts.count("AssumeRole"), 2);
    assert!(second.stdout.contains("AWS_ACCOUNT_ROLE='ops/deploy'"), "{}", second.stdout);
    let call = scene.sts.last("AssumeRole").unwrap();
    assert_eq!(call.get("ExternalId"), Some(PRODUCTION));
    assert_eq!(call.get("RoleSessionName"), Some("alice"));
}
