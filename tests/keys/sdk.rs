//! AWS's own SDK beside a key in a keyring: it asks this program, and never gets the long-lived key.

use std::process::Stdio;

use super::{forget_runs, imported, runs};
use crate::fake_aws::sts::Logged;
use crate::second_opinion::python;

#[test]
fn fifty_sdk_processes_at_once_ask_the_keyring_once() {
    let scene = imported("secret-service");
    let code = scene.code();
    let text = super::config(&scene) + &format!("mfa_process = echo {code}\nregion = eu-west-1\n");
    scene.world.config(&text).unwrap();
    forget_runs(&scene);
    let Some((path, script)) = python("profile_identity.py") else { return };
    let started: Vec<_> = (0..50)
        .map(|_| {
            let mut command = scene.world.command_of(&path);
            command.arg(&script).arg("default").stdout(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for process in started {
        let output = process.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains("arn:aws:iam::999999999999:user/alice"), "{told}");
    }
    assert_eq!(runs(&scene).len(), 1, "{:?}", runs(&scene));
    assert_eq!((scene.sts.count("GetSessionToken"), scene.codes_sent()), (1, 1));
    // Whatever the SDK signed, it signed with the temporary keys.
    let by_key = |asked: &&Logged| asked.key_id.as_deref() == Some(scene.key.id.as_str());
    let requests = scene.sts.requests();
    let mut own: Vec<_> = requests.iter().filter(by_key).map(|asked| &*asked.action).collect();
    own.sort_unstable();
    assert_eq!(own, ["GetCallerIdentity", "GetSessionToken", "ListMFADevices"]);
    assert!(scene.sts.count("GetCallerIdentity") > 50);
}
