//! `doctor --online`: what AWS says about the base, its devices and the clock.

use crate::fake_aws::sts::{Fault, Listing, Sts, User};
use crate::scenes::{BASTION, bastion, with_user};
use crate::support::process::Ran;
use crate::support::world::World;

#[track_caller]
fn doctor(world: &World, status: i32) -> String {
    let Ran { stdout, stderr, status: found } = world.run(["doctor", "--online"]).unwrap();
    assert_eq!(found, status, "{stdout}{stderr}");
    let (_, said) = stdout.split_once("AWS\n").unwrap_or_else(|| panic!("{stdout}{stderr}"));
    said.to_owned()
}

#[test]
fn a_base_that_is_well() {
    let scene = bastion();
    let said = doctor(&scene.world, 0);
    for part in [
        "answers: the base is arn:aws:iam::999999999999:user/alice\n",
        "ok       MFA devices with codes: arn:aws:iam::999999999999:mfa/alice\n",
        "ok       the clock agrees with AWS's\n",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!((scene.sts.count("GetCallerIdentity"), scene.sts.count("ListMFADevices")), (1, 1));
    assert!(!scene.world.run(["doctor"]).unwrap().stdout.contains("AWS\n"));
    assert_eq!(scene.sts.requests().len(), 2, "without --online AWS is not asked");
}

#[test]
fn devices_that_are_missing_or_of_no_use() {
    let only_passkey = with_user(User::new(BASTION, "alice").passkey("key"));
    assert!(doctor(&only_passkey.world, 0).contains("only passkeys, which STS cannot take"));
    let none = with_user(User::new(BASTION, "alice"));
    assert!(doctor(&none.world, 0).contains("this user has no MFA device"));
    let denied = bastion();
    denied.sts.set_listing(Listing::Denied);
    assert!(doctor(&denied.world, 0).contains("does not tell this user its MFA devices"));
    let wrong = bastion();
    let key = &wrong.key;
    wrong
        .world
        .credentials(&format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\nmfa_serial = arn:aws:iam::999999999999:mfa/old\n",
            key.id, key.secret
        ))
        .unwrap();
    let said = doctor(&wrong.world, 0);
    assert!(
        said.contains("~/.aws/credentials:4: arn:aws:iam::999999999999:mfa/old is not a device"),
        "{said}"
    );
}

#[test]
fn a_clock_that_is_off_is_reported_and_corrected() {
    let scene = bastion();
    scene.sts.set_clock(1200);
    let said = doctor(&scene.world, 0);
    assert!(
        said.contains("clock is 20m behind AWS's") || said.contains("clock is 19m behind AWS's"),
        "{said}"
    );
    assert!(said.contains("the base is arn:aws:iam"), "{said}");
}

#[test]
fn keys_and_networks_that_do_not_work_are_broken() {
    let scene = bastion();
    scene.sts.disable_key(&scene.key.id);
    assert!(doctor(&scene.world, 1).contains("broken   AWS does not know the access key"));
    let scene = bastion();
    scene.sts.fail_always("GetCallerIdentity", Some(Fault::internal()));
    assert!(doctor(&scene.world, 1).contains("broken"));
    let mut world = World::new(crate::scenes::binary()).unwrap();
    world.set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
    assert!(doctor(&world, 1).contains("broken   cannot reach STS at http://127.0.0.1:1"));
    let root = with_user(User::root(BASTION));
    assert!(doctor(&root.world, 1).contains("root keys"));
}

#[test]
fn without_base_keys_any_answer_will_do() {
    let sts = Sts::start().unwrap();
    let world = World::with_sts(crate::scenes::binary(), &sts).unwrap();
    assert!(doctor(&world, 0).contains("answers; there are no base keys to ask more with"));
}
