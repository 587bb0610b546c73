//! What the playground plays on: an STS with a user and roles, and a home that knows them.

use std::path::Path;
use std::sync::Arc;

use super::custodian::Custodian;
use super::device;
use crate::fake_aws::sts::{Role, Sts, Trust, User};
use crate::support::failure::Outcome;
use crate::support::shells::Shell;
use crate::support::world::World;

/// The account of the user.
pub const BASTION: &str = "111111111111";
/// An account with roles.
pub const STAGING: &str = "222222222222";
/// Another, where `ops/deploy` is not for everyone.
pub const PRODUCTION: &str = "333333333333";

/// A running server and the home in front of it. Gone when dropped, also when this process is
/// killed.
pub struct Stage {
    /// The server.
    pub sts: Arc<Sts>,
    /// The home.
    pub world: World,
    _custodian: Custodian,
}

impl Stage {
    /// Sets everything up, with `program` as `assume-role` on the PATH.
    ///
    /// # Errors
    /// When this machine has no room for it.
    pub fn set(program: &Path) -> Outcome<Self> {
        let sts = Arc::new(Sts::start()?);
        let key = sts.add_user(User::new(BASTION, "alice").mfa("alice"));
        for account in [STAGING, PRODUCTION] {
            let trust = Trust::account(BASTION).mfa().external_id(account);
            for role in ["read", "admin", "ops/deploy"] {
                sts.add_role(Role::new(account, role).trusts(trust.clone()));
            }
        }
        let pipeline = Trust::arn(&format!("arn:aws:iam::{BASTION}:role/pipeline"));
        sts.add_role(Role::new(PRODUCTION, "ops/deploy").trusts(pipeline));

        let mut world = World::with_sts(program, &sts)?;
        let custodian = Custodian::of(world.root())?;
        // What the server does not know it refuses; without this the rest of AWS would be asked.
        world.set("AWS_ENDPOINT_URL", sts.url());
        world.base(&key)?;
        world.config("[default]\nregion = eu-west-1\n")?;
        let roles = r#"["read", "admin", "ops/deploy"]"#;
        world.accounts(&format!(
            r#"{{
  "default": "{BASTION}",
  "staging": {{"id": "{STAGING}", "roles": {roles}}},
  "production": {{"id": "{PRODUCTION}", "roles": {roles}}}
}}
"#
        ))?;
        device::serve(Arc::clone(&sts), &mut world)?;
        Ok(Self { sts, world, _custodian: custodian })
    }

    /// Writes the rc file that loads the integration into `shell`, with a prompt that says where
    /// one is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_rc(&self, shell: Shell) -> Outcome<()> {
        let prompt = match shell {
            Shell::Fish => format!("set -g fish_greeting\n{}", shell.prompts("playground> ")),
            Shell::Zsh => shell.prompts("playground%% ") + "autoload -Uz compinit && compinit -D\n",
            Shell::Nu => {
                format!("$env.config.show_banner = false\n{}", shell.prompts("playground> "))
            }
            Shell::Xonsh => shell.prompts("playground> "),
            _ => shell.prompts("playground$ "),
        };
        self.world.write(shell.rc(), format!("{prompt}{}", shell.loads_init()))?;
        Ok(())
    }
}
