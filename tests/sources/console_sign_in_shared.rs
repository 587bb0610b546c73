//! A console sign-in that botocore uses as well: either reads what the other wrote, also while both
//! renew.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use serde_json::Value;

use super::console_sign_in::{keep, kept, signed_in};
use crate::scenes::Scene;
use crate::second_opinion::python;
use crate::support::process::run;

/// botocore with a profile, told by a line to look for its keys anew.
pub(super) struct Botocore(Child);

impl Botocore {
    pub(super) fn start(scene: &Scene, profile: &str) -> Option<Self> {
        let (path, script) = python("keys_of_profile.py")?;
        let mut command = scene.world.command_of(path);
        command.arg(script).arg(profile).stdin(Stdio::piped()).stdout(Stdio::piped());
        Some(Self(command.spawn().unwrap()))
    }

    pub(super) fn begin(&mut self) {
        self.0.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// The access key id, or the name of an error.
    pub(super) fn answer(&mut self) -> String {
        let mut line = Vec::new();
        // One byte at a time: what follows belongs to the next answer.
        let mut reader = BufReader::with_capacity(1, self.0.stdout.as_mut().unwrap());
        reader.read_until(b'\n', &mut line).unwrap();
        String::from_utf8(line).unwrap().trim().to_owned()
    }
}

impl Drop for Botocore {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn each_reads_what_the_other_renewed() {
    let (mut scene, service) = signed_in();
    scene.world.set("AWS_DEFAULT_REGION", "eu-west-1");
    let Some(mut botocore) = Botocore::start(&scene, "me") else { return };
    keep(&scene, &service.sign_in(-60));
    let ours = scene.switch(&["me"]);
    botocore.begin();
    assert_eq!(botocore.answer(), ours.get("AWS_ACCESS_KEY_ID").unwrap());
    assert_eq!(service.received().len(), 1);
    keep(&scene, &service.sign_in(-60));
    botocore.begin();
    let theirs = botocore.answer();
    assert_eq!(scene.switch(&["me"]).get("AWS_ACCESS_KEY_ID"), Some(theirs.as_str()));
    assert_eq!(service.received().len(), 2);
}

#[test]
fn another_library_verifies_our_proof() {
    let (scene, service) = signed_in();
    keep(&scene, &service.sign_in(-60));
    scene.switch(&["me"]);
    let Some((path, script)) = python("verify_proof.py") else { return };
    let mut command = scene.world.command_of(path);
    command.arg(script).arg(service.received()[0]["dpop"].as_str().unwrap());
    let ran = run(command, b"").unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    let claims: Value = serde_json::from_str(&ran.stdout).unwrap();
    let url = format!("{}/v1/token", service.url());
    assert_eq!((&claims["htm"], &claims["htu"]), (&"POST".into(), &url.into()));
}

#[test]
fn ours_ends_with_keys_in_every_order() {
    let (mut scene, service) = signed_in();
    scene.world.set("AWS_DEFAULT_REGION", "eu-west-1");
    let Some(mut botocore) = Botocore::start(&scene, "me") else { return };
    let mut theirs = 0;
    for round in 0..50 {
        keep(&scene, &service.sign_in(-60));
        botocore.begin();
        // It comes at a different moment of their renewal each time.
        std::thread::sleep(std::time::Duration::from_millis(round % 10 * 2));
        let ours = scene.switch(&["me"]);
        theirs += usize::from(botocore.answer().starts_with("ASIA"));
        assert_eq!(
            kept(&scene)["accessToken"]["accessKeyId"],
            ours.get("AWS_ACCESS_KEY_ID").unwrap()
        );
    }
    assert!(theirs > 0, "they never renewed at the same time");
}
