//! `login` for a profile with `login_session`: a person in a browser, here or elsewhere.

use std::process::Command;

use super::console_sign_in::{ALICE, file, keep, kept, signed_in};
use crate::fake_aws::console_sign_in::{CROSS_DEVICE, ConsoleSignIn};
use crate::scenes::Scene;
use crate::support::terminal::Terminal;

/// Begins a sign-in by a browser elsewhere; the page to open.
fn remote(scene: &Scene, words: &[&str]) -> (Terminal, String) {
    let words = ["login"].iter().chain(words).chain(&["--remote"]);
    let mut command = Command::new("env");
    command.arg("NO_COLOR=1").arg(scene.world.program()).args(words);
    let mut terminal = scene.world.terminal_of(command).unwrap();
    let text = terminal.wait_for("What the page shows:").unwrap();
    let page = text.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned();
    (terminal, page)
}

/// What the page shows.
fn shown(page: &str) -> String {
    let answer = ConsoleSignIn::visit(page);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn a_code_from_a_browser_elsewhere_is_pasted() {
    let (scene, service) = signed_in();
    for name in ["me", "first"] {
        let (mut terminal, page) = remote(&scene, &[name]);
        terminal.type_line(&shown(&page)).unwrap();
        assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
        let text = terminal.text();
        assert!(text.contains(&format!("signed in as {ALICE}, renews for about 12h")), "{text}");
        let new = kept(&scene);
        assert_eq!(
            (&new["clientId"], &new["tokenType"]),
            (&CROSS_DEVICE.into(), &"aws_sigv4".into())
        );
        assert_eq!(
            (&new["signInRegion"], &new["accessToken"]["accountId"]),
            (&"us-east-1".into(), &"999999999999".into())
        );
        let told = scene.switch(&["me"]);
        assert_eq!(scene.who(&told), ALICE);
        // And it renews.
        let mut old = kept(&scene);
        old["accessToken"]["expiresAt"] = "2026-01-01T00:00:00Z".into();
        keep(&scene, &old);
        scene.switch(&["me"]);
        assert_ne!(kept(&scene)["refreshToken"], old["refreshToken"]);
        assert!(!text.contains("refresh-canary"), "{text}");
    }
    assert_eq!(service.received().len(), 4);
}

#[test]
fn what_does_not_belong_to_it_is_refused_and_the_old_sign_in_stays() {
    let (scene, service) = signed_in();
    let old = service.sign_in(600);
    keep(&scene, &old);
    let (mut first, page) = remote(&scene, &["me"]);
    let (mut second, _) = remote(&scene, &["me"]);
    let of_first = shown(&page);
    second.type_line(&of_first).unwrap();
    assert_eq!(second.wait().unwrap(), 4, "{}", second.text());
    assert!(second.text().contains("not what the page of this sign-in shows"));
    assert_eq!(service.received().len(), 0, "a code of someone else goes nowhere");
    // Who signed in is another.
    service.user_is("arn:aws:iam::999999999999:user/bob");
    first.type_line(&of_first).unwrap();
    assert_eq!(first.wait().unwrap(), 4, "{}", first.text());
    assert!(first.text().contains("signed in as arn:aws:iam::999999999999:user/bob, not as"));
    assert_eq!(kept(&scene), old);
    for (code, words) in [
        ("AUTHCODE_EXPIRED", "came too late"),
        ("INSUFFICIENT_PERMISSIONS", "SignInLocalDevelopmentAccess"),
    ] {
        let (mut terminal, page) = remote(&scene, &["me"]);
        service.refuse_next(code);
        terminal.type_line(&shown(&page)).unwrap();
        assert_eq!(terminal.wait().unwrap(), 4, "{}", terminal.text());
        assert!(terminal.text().contains(words), "{}", terminal.text());
    }
    assert_eq!(kept(&scene), old);
    let none = scene.world.run(["login", "me", "--remote", "--no-input"]).unwrap();
    assert_eq!(none.status, 5, "{none:?}");
    let directory = file(&scene).parent().unwrap().to_owned();
    assert_eq!(std::fs::read_dir(directory).unwrap().count(), 1, "nothing is left beside the file");
}

#[test]
fn remote_is_for_the_console() {
    let (scene, _) = signed_in();
    scene.world.config("[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n").unwrap();
    let ran = scene.world.run(["login", "corp", "--remote"]).unwrap();
    assert!(ran.status == 2 && ran.stderr.contains("login_session"), "{ran:?}");
}
