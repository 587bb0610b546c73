//! The scene most tests play in: a bastion account with a user, and roles in another account that
//! trust it.

pub mod crowd;
pub mod day;
pub mod one_shell;
pub mod real_shells;
pub mod switching;

use crate::fake_aws::sts::{AccessKey, Role, Sts, Trust, User};
use crate::support::world::World;

/// The account that holds the users.
pub const BASTION: &str = "999999999999";
/// The account that holds the roles.
pub const PRODUCTION: &str = "123456789012";
/// The MFA device of the user.
pub const DEVICE: &str = "arn:aws:iam::999999999999:mfa/alice";

/// A server, a home and the user's key.
pub struct Scene {
    pub sts: Sts,
    pub world: World,
    pub key: AccessKey,
}

/// The binary under test.
pub fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_assume-role")
}

/// A user with an MFA device; `production` has roles `read`, `admin` and `ops/deploy` that want MFA
/// and the account's id as external id, as roles of the old script did.
pub fn bastion() -> Scene {
    bastion_at(Sts::start().unwrap())
}

/// The same with a server of one's own.
pub fn bastion_at(sts: Sts) -> Scene {
    let scene = with_user_at(sts, User::new(BASTION, "alice").mfa("alice"));
    for role in ["read", "admin", "ops/deploy"] {
        scene.sts.add_role(
            Role::new(PRODUCTION, role)
                .trusts(Trust::account(BASTION).mfa().external_id(PRODUCTION)),
        );
    }
    scene
}

/// A scene whose home says everything, so that a shell needs nothing but HOME and PATH.
pub fn bastion_at_home() -> Scene {
    let mut scene = bastion();
    scene.world.config(&format!("[default]\nendpoint_url = {}\n", scene.sts.url())).unwrap();
    scene.world.unset("AWS_ENDPOINT_URL_STS");
    scene.world.unset("AWS_ENDPOINT_URL_IAM");
    scene
}

/// A scene with that user and no roles.
pub fn with_user(user: User) -> Scene {
    with_user_at(Sts::start().unwrap(), user)
}

fn with_user_at(sts: Sts, user: User) -> Scene {
    let key = sts.add_user(user);
    let world = World::with_sts(binary(), &sts).unwrap();
    world.base(&key).unwrap();
    world
        .accounts(&format!(r#"{{"default": "{BASTION}", "production": "{PRODUCTION}"}}"#))
        .unwrap();
    Scene { sts, world, key }
}

impl Scene {
    /// The code that the user's device shows.
    pub fn code(&self) -> String {
        self.sts.mfa_code(DEVICE)
    }
}
