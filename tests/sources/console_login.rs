//! `login` for a profile with `login_session`: a person in a browser, here or elsewhere.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::console_sign_in::{ALICE, file, keep, kept, signed_in};
use crate::fake_aws::console_sign_in::{CROSS_DEVICE, SAME_DEVICE};
use crate::fake_aws::loopback::visit;
use crate::scenes::Scene;
use crate::support::terminal::Terminal;

/// Begins a sign-in by a browser elsewhere; the page to open.
fn remote(scene: &Scene, words: &[&str]) -> (Terminal, String) {
    let words = ["login"].iter().chain(words).chain(&["--remote"]);
    let mut command = Command::new("env");
    command.arg("NO_COLOR=1").arg(scene.world.program()).args(words);
    let mut terminal = scene.world.terminal_of(command).unwrap();
    let text = terminal.wait_for("What the page shows:").unwrap();
    let page =
        text.split_whitespace().find(|word| word.contains("/v1/authorize?")).unwrap().to_owned();
    (terminal, page)
}

/// What the page shows.
fn shown(page: &str) -> String {
    let answer = visit(page);
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
        ("AUTHCODE_EXPIRED", "has expired"),
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

/// A desktop, whose browser does nothing by itself.
fn desktop(scene: &mut Scene) {
    scene.world.set("DISPLAY", ":0");
    scene.world.set("NO_COLOR", "1");
    let path = scene.world.bin().join("xdg-open");
    std::fs::write(&path, "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
}

/// The page that a terminal shows.
fn page_on(terminal: &mut Terminal) -> String {
    let text = terminal.wait_for("With a browser of another machine:").unwrap();
    text.split_whitespace().find(|word| word.contains("/v1/authorize?")).unwrap().to_owned()
}

/// Where the page sends the browser.
fn sent_to(page: &str) -> String {
    let answer = visit(page);
    let line = answer.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap();
    line.trim().to_owned()
}

#[test]
fn the_browser_of_this_machine_comes_back_by_itself() {
    let (mut scene, service) = signed_in();
    desktop(&mut scene);
    let mut terminal = scene.world.terminal(["login", "me"]).unwrap();
    let back = sent_to(&page_on(&mut terminal));
    // What others send here is no answer.
    let (address, _) = back.split_once("?").unwrap();
    for other in ["?state=x&code=y", "?error=access_denied", "", "/favicon.ico"] {
        assert!(visit(&format!("{address}{other}")).starts_with("HTTP/1.1 404"));
    }
    let answer = visit(&back);
    assert!(answer.contains("You can close this window"), "{answer}");
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    let told = scene.switch(&["me"]);
    assert_eq!((scene.who(&told).as_str(), service.received().len()), (ALICE, 1));
    assert_eq!(kept(&scene)["clientId"], SAME_DEVICE);
}

#[test]
fn a_sign_in_that_is_declined_or_cancelled_changes_nothing() {
    let (mut scene, service) = signed_in();
    desktop(&mut scene);
    let mut terminal = scene.world.terminal(["login", "me"]).unwrap();
    let back = sent_to(&page_on(&mut terminal));
    let (address, query) = back.split_once("?").unwrap();
    let state = query.split('&').next().unwrap();
    let declined = format!("{address}?error=access_denied&{state}");
    assert!(visit(&declined).contains("The terminal says why"));
    assert_eq!(terminal.wait().unwrap(), 4, "{}", terminal.text());
    assert!(terminal.text().contains("the page said access_denied"), "{}", terminal.text());
    let mut terminal = scene.world.terminal(["login", "me"]).unwrap();
    page_on(&mut terminal);
    terminal.press_control('c').unwrap();
    assert_eq!(terminal.wait().unwrap(), 130, "{}", terminal.text());
    assert!(!file(&scene).exists() && service.received().is_empty());
}

#[test]
fn a_switch_on_a_terminal_signs_in() {
    let (mut scene, service) = signed_in();
    desktop(&mut scene);
    for round in 0..2 {
        let mut terminal = scene.on_terminal(&["first", "--refresh"]);
        let back = sent_to(&page_on(&mut terminal));
        visit(&back);
        assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
        assert!(terminal.stdout().contains("AWS_ACCESS_KEY_ID"));
        // The second time the sign-in has ended.
        keep(&scene, &service.sign_in(-60));
        service.refuse_next("TOKEN_EXPIRED");
        assert_eq!(scene.sts.count("AssumeRole"), round + 1);
    }
}

#[test]
fn logout_forgets_it() {
    let (scene, service) = signed_in();
    keep(&scene, &service.sign_in(600));
    scene.switch(&["me"]);
    let all = scene.world.run(["logout", "--all"]).unwrap();
    assert!(all.stderr.contains("still signed in as") && file(&scene).exists(), "{all:?}");
    let ran = scene.world.run(["logout", "me"]).unwrap();
    let told = format!("the console sign-in of {ALICE} is forgotten");
    assert!(ran.status == 0 && ran.stderr.contains(&told), "{ran:?}");
    assert!(!file(&scene).exists());
    scene.refused(5, &["me"]);
    let again = scene.world.run(["logout", "me"]).unwrap();
    assert!(again.status == 0 && again.stderr.contains("not signed in as"), "{again:?}");
}

#[test]
fn remote_is_for_the_console() {
    let (scene, _) = signed_in();
    scene.world.config("[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n").unwrap();
    let ran = scene.world.run(["login", "corp", "--remote"]).unwrap();
    assert!(ran.status == 2 && ran.stderr.contains("login_session"), "{ran:?}");
}
