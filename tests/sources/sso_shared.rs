//! A sign-on to Identity Center that AWS's own tools use as well, while both renew it. Its refresh
//! token is good once, and they take no lock: the second is refused, and finds what the first
//! one got in the file.

use std::time::Duration;

use serde_json::Value;

use super::console_sign_in_shared::Botocore;
use super::sso::{FAR, OF_SESSION, SOON, keep, kept, signed};
use crate::fake_aws::sso::Sso;
use crate::fake_aws::sts::{Gate, Instant};
use crate::scenes::Scene;
use crate::support::process::PATIENCE;

/// Another tool renews with the same token just before us, and writes its file after a while.
fn renewed_elsewhere(scene: &Scene, sso: &Sso, written_after: Option<u64>) {
    let file = scene.world.home().join(format!(".aws/sso/cache/{OF_SESSION}.json"));
    sso.meanwhile(move |service, body| {
        let (_, answer) = service.token(body);
        let mut text: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for name in ["accessToken", "refreshToken"] {
            text[name] = answer[name].clone();
        }
        text["expiresAt"] = FAR.into();
        let write = move |after| {
            std::thread::sleep(Duration::from_millis(after));
            std::fs::write(file, text.to_string()).unwrap();
        };
        match written_after {
            Some(0) => write(0),
            Some(after) => drop(std::thread::spawn(move || write(after))),
            None => {}
        }
    });
}

#[test]
fn what_another_tool_renewed_meanwhile_is_taken() {
    let soon = Instant::now(300).rfc3339();
    for (expires, written_after, token, status) in [
        (SOON, Some(0), "access-1", 0),
        (SOON, Some(200), "access-1", 0),
        // It died with what it got.
        (SOON, None, "kept", 5),
        // Its keys are good for some minutes, so the file is not waited for.
        (&soon, Some(0), "access-1", 0),
        (&soon, None, "kept", 0),
    ] {
        let (scene, sso) = signed();
        sso.add_token("kept");
        sso.add_refresh_token("refresh");
        keep(&scene, "kept", expires, Some("refresh"));
        renewed_elsewhere(&scene, &sso, written_after);
        let ran = scene.export(&["read"]);
        assert_eq!((ran.status, &kept(&scene)["accessToken"]), (status, &token.into()), "{ran:?}");
        assert_eq!(sso.received("/token").len(), 1, "{ran:?}");
    }
}

#[test]
fn ctrl_c_does_not_lose_what_a_renewal_spent() {
    let (scene, sso) = signed();
    sso.add_refresh_token("refresh");
    keep(&scene, "ended", SOON, Some("refresh"));
    let gate = Gate::new();
    let of_service = gate.clone();
    sso.meanwhile(move |_, _| {
        of_service.arrive();
        of_service.pass_within(PATIENCE);
    });
    let mut terminal = scene.on_terminal(&["read"]);
    assert!(gate.wait_reached(PATIENCE));
    terminal.press_control('c').unwrap();
    terminal.wait_for("^C").unwrap();
    gate.release();
    assert_eq!(terminal.wait().unwrap(), 130, "{}", terminal.text());
    assert_eq!(kept(&scene)["refreshToken"], "refresh-1");
    scene.switch(&["read"]);
    assert_eq!(sso.received("/token").len(), 1);
}

#[test]
fn ours_ends_with_keys_in_every_order() {
    let (mut scene, sso) = signed();
    scene.world.set("AWS_DEFAULT_REGION", "eu-west-1");
    let Some(mut botocore) = Botocore::start(&scene, "read") else { return };
    let key_of = |scene: &Scene| {
        let ours = scene.switch(&["read", "--refresh"]);
        ours.get("AWS_ACCESS_KEY_ID").unwrap().to_owned()
    };
    let mut at_once = 0;
    for round in 0..50 {
        let refresh = format!("of-round-{round}");
        sso.add_refresh_token(&refresh);
        keep(&scene, "ended", SOON, Some(&refresh));
        botocore.begin();
        // It comes at a different moment of their renewal each time.
        std::thread::sleep(Duration::from_millis(round % 10 * 4));
        let ours = key_of(&scene);
        let answer = botocore.answer();
        assert!(answer == ours || answer.ends_with("Error"), "{round}: {answer}, {ours}");
        assert!(sso.knows(kept(&scene)["accessToken"].as_str().unwrap()), "{round}");
        let asked = sso.received("/token");
        let renewals = asked.iter().filter(|body| body["refreshToken"] == refresh.as_str()).count();
        at_once += usize::from(renewals == 2);
    }
    assert!(at_once > 0, "they never renewed at the same time");
    botocore.begin();
    assert_eq!(botocore.answer(), key_of(&scene));
}
