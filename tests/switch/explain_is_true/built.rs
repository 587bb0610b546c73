//! Drawn worlds that exist: a fake AWS, a home, and a clock.

use super::drawn::{Asking, Device, Drawn, Serial, SignOn, Step, Target};
use crate::fake_aws::identity_provider::{Answer, Idp};
use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::{Issued, Role, Sts, Trust, User};
use crate::scenes::{BASTION, DEVICE, PRODUCTION, Scene, binary};
use crate::sources::saml::{AUDIENCE, PROVIDER, now, response};
use crate::support::faketime::LocalClock;
use crate::support::world::World;
use assume_role::testing::types::Moment;
use serde_json::json;

impl Drawn {
    fn user(&self) -> User {
        let user = User::new(BASTION, "alice");
        match self.device {
            Device::None => user,
            Device::Passkey => user.passkey("alice/key"),
            Device::Virtual | Device::VirtualThatMayNotBeListed => user.mfa("alice"),
            Device::Two => user.mfa("alice").mfa("phone"),
        }
    }

    fn account(&self) -> serde_json::Value {
        let mut account = json!({"id": PRODUCTION, "roles": ["read", "admin", "second"]});
        if let Some(duration) = self.account_duration {
            account["duration"] = duration.into();
        }
        if self.protected {
            account["protected"] = true.into();
        }
        if self.serial == Serial::Account {
            account["mfa_serial"] = DEVICE.into();
        }
        json!({"production": account, "bastion": BASTION})
    }

    fn config(&self, world: &World) -> String {
        let serial = if self.serial == Serial::Profile {
            format!("mfa_serial = {DEVICE}\n")
        } else {
            String::new()
        };
        let role = |name: &str| format!("role_arn = arn:aws:iam::{PRODUCTION}:role/{name}\n");
        let program = world.home().join("program");
        let token = world.home().join("token");
        format!(
            "[profile first]\n{}source_profile = alice\n{serial}\
             [profile third]\n{}source_profile = first\n\
             [profile environment]\n{}credential_source = Environment\n{serial}\
             [profile printed]\ncredential_process = {}\n\
             [sso-session corp]\nsso_start_url = {START}\nsso_region = eu-west-1\n\
             [profile signed-on]\nsso_session = corp\nsso_account_id = {PRODUCTION}\nsso_role_name = ReadOnly\n\
             [profile behind-sso]\n{}source_profile = signed-on\n\
             [profile token]\n{}web_identity_token_file = {}\n",
            role("first"),
            role("third"),
            role("read"),
            program.display(),
            role("open"),
            role("web"),
            token.display(),
        )
    }
}

const START: &str = "https://corp.awsapps.com/start";
/// sha1 of `corp`: how the AWS CLI names the file of a sign-on.
const TOKEN_FILE: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

/// A drawn world that exists.
pub struct Built {
    pub scene: Scene,
    pub sso: Sso,
    idp: Idp,
    clock: Option<LocalClock>,
    time: i64,
}

impl Built {
    /// # Panics
    /// When it cannot be made.
    pub fn new(drawn: &Drawn) -> Self {
        let sts = Sts::start().unwrap();
        let key = sts.add_user(drawn.user());
        sts.set_listing(drawn.listing);
        let user = Trust::account(BASTION);
        for name in ["read", "admin", "first", "open", "second", "third"] {
            let trust = if name == "open" || name == "second" || name == "third" {
                Trust::anyone()
            } else {
                user.clone()
            };
            sts.add_role(
                Role::new(PRODUCTION, name).trusts(trust).max_session(drawn.longest_session),
            );
        }
        let world = World::with_sts(binary(), &sts).unwrap();
        let scene = Scene { sts, world, key };
        let federated = Trust::arn(PROVIDER);
        scene
            .sts
            .add_role(Role::new(PRODUCTION, "federated").trusts(federated).max_session(43_200));
        let response = scene.accepts(&response(&["federated"], now(), AUDIENCE));
        let idp = Idp::start(Answer::assertion(&response));
        let mut built = Self { scene, sso: Sso::start().unwrap(), idp, clock: None, time: 0 };
        built.write(drawn);
        built.issue(drawn);
        if drawn.moves_time() {
            built.clock = LocalClock::of(&mut built.scene.world);
        }
        built
    }

    /// Writes what has an end.
    fn issue(&self, drawn: &Drawn) {
        let Scene { world, key, sts } = &self.scene;
        let issued = sts.issue(&Role::new(PRODUCTION, "first"), "somewhere");
        let keys = |name: &str| {
            format!(
                "[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
                key.id, key.secret
            )
        };
        let serial = if drawn.serial == Serial::Profile {
            format!("mfa_serial = {DEVICE}\n")
        } else {
            String::new()
        };
        world.credentials(&format!(
            "{}{serial}{}{serial}[temporary]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n",
            keys("default"), keys("alice"), issued.key_id, issued.secret, issued.token
        )).unwrap();
        program(world, &sts.issue(&Role::new(PRODUCTION, "first"), "by-program"));
        self.sso.assign(
            PRODUCTION,
            "ReadOnly",
            sts.issue(&Role::new(PRODUCTION, "first"), "alice@corp"),
        );
    }

    fn write(&mut self, drawn: &Drawn) {
        let Scene { world, key, sts } = &mut self.scene;
        world.accounts(&drawn.account().to_string()).unwrap();
        world.config(&drawn.config(world)).unwrap();
        world.write("token", "a.web.token").unwrap();
        for (name, value) in
            [("AWS_ACCESS_KEY_ID", &key.id), ("AWS_SECRET_ACCESS_KEY", &key.secret)]
        {
            if drawn.steps.iter().any(|step| step.target == Target::Environment) {
                world.set(name, value);
            }
        }
        world.set("NO_COLOR", "1");
        world.set("SAML_IDP_ASSERTION_URL", self.idp.url());
        world.set("SAML_IDP_NAME", "idp");
        world.set(
            "SAML_IDP_REQUEST_BODY_TEMPLATE",
            r#"{"user": "$saml_user", "password": "$saml_password"}"#,
        );
        world.write(".saml/credentials", drawn.saml_file).unwrap();
        world.set("AWS_ENDPOINT_URL_SSO", self.sso.url());
        world.set("AWS_ENDPOINT_URL_SSO_OIDC", self.sso.url());
        if !drawn.stores {
            world.set("ASSUME_ROLE_STORE", "none");
        }
        sts.add_proof(crate::fake_aws::sts::Proof {
            text: "a.web.token".to_owned(),
            provider: "arn:aws:iam::123456789012:oidc-provider/example.com".to_owned(),
            subject: "robot".to_owned(),
            session_name: "robot".to_owned(),
            expired: false,
        });
        sts.add_role(
            Role::new(PRODUCTION, "web")
                .max_session(43_200)
                .trusts(Trust::arn("arn:aws:iam::123456789012:oidc-provider/example.com")),
        );
        self.sso.assign(
            PRODUCTION,
            "ReadOnly",
            sts.issue(&Role::new(PRODUCTION, "first"), "alice@corp"),
        );
        sign_on(world, &self.sso, drawn.sign_on);
    }

    /// Whether time can go by in it.
    pub fn has_clock(&self) -> bool {
        self.clock.is_some()
    }

    /// How often the program of the profile ran.
    pub fn program_runs(&self) -> usize {
        let runs = self.scene.world.root().join("runs");
        std::fs::read_to_string(runs).map_or(0, |text| text.lines().count())
    }

    /// Lets time go by, for AWS and for this machine; nothing where no clock can be moved.
    pub fn wait(&mut self, drawn: &Drawn, seconds: i64) {
        if let Some(clock) = self.clock.as_ref().filter(|_| seconds > 0) {
            self.time += seconds;
            clock.set(self.time);
            self.scene.sts.set_clock(self.time);
            self.issue(drawn);
        }
    }

    pub fn words(&self, step: &Step) -> Vec<String> {
        let mut words: Vec<String> =
            step.target.words().iter().map(|&word| word.to_owned()).collect();
        let mut add = |more: &[&str]| words.extend(more.iter().map(|&word| word.to_owned()));
        if step.gives_code && self.scene.sts.has_device(DEVICE) {
            add(&["--mfa-code", &self.scene.sts.mfa_code(DEVICE)]);
        }
        if let Some(duration) = step.duration {
            add(&["--duration", duration]);
        }
        if step.refresh {
            add(&["--refresh"]);
        }
        if step.consents {
            add(&["--yes"]);
        }
        if step.serial_option && step.target.takes_code() {
            add(&["--mfa-serial", DEVICE]);
        }
        if step.asking == Asking::NoInput {
            add(&["--no-input"]);
        }
        words
    }
}

fn program(world: &World, issued: &Issued) {
    use std::os::unix::fs::PermissionsExt;
    let keys = json!({
        "Version": 1, "AccessKeyId": issued.key_id, "SecretAccessKey": issued.secret,
        "SessionToken": issued.token, "Expiration": Moment(issued.expires).rfc3339(),
    });
    let path = world
        .write("program", format!("#!/bin/sh\necho >> ../runs\nprintf '%s' '{keys}'\n"))
        .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
}

fn sign_on(world: &World, sso: &Sso, state: SignOn) {
    let ends = if state == SignOn::Valid { "2099-01-01T00:00:00Z" } else { "2020-01-01T00:00:00Z" };
    let mut file =
        json!({"startUrl": START, "region": "eu-west-1", "accessToken": "kept", "expiresAt": ends});
    if state == SignOn::EndedAndRenewable {
        sso.add_refresh_token("refresh-0");
        file["refreshToken"] = "refresh-0".into();
        file["clientId"] = "client-1".into();
        file["clientSecret"] = "client-secret-1".into();
        file["registrationExpiresAt"] = "2099-01-01T00:00:00Z".into();
    }
    if state == SignOn::Valid {
        sso.add_token("kept");
    }
    if state != SignOn::None {
        world.write(TOKEN_FILE, file.to_string()).unwrap();
    }
}
