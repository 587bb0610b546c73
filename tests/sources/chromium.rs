//! A real browser goes through the pages of a sign-on, of a console sign-in and of a refusal. In the
//! other tests the test itself is the browser.

use std::os::unix::fs::PermissionsExt;

use super::console_sign_in::{ALICE, signed_in};
use super::pkce::start;
use super::sso::signed;
use crate::scenes::Scene;
use crate::support::tools::find;

/// Makes Chromium the browser, which reaches this machine alone, and keeps the page that it ends at.
fn browses(scene: &mut Scene) -> bool {
    let Some(chromium) = find("chromium") else { return false };
    let script = format!(
        "#!/bin/sh\nexec {} --headless --no-sandbox --disable-gpu --no-first-run --disable-sync \\\n\
         --disable-background-networking --disable-component-update --user-data-dir=\"$HOME/chromium\" \\\n\
         --host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1' --dump-dom \"$1\" >\"$HOME/page\" 2>/dev/null\n",
        chromium.display()
    );
    let path = scene.world.write("browser", script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    scene.world.set("BROWSER", format!("'{}' %s", path.display()));
    true
}

/// Logs in; the status, what the terminal shows, and the page that the browser ended at. `None` where
/// that cannot be tried.
fn login(scene: &Scene, name: &str) -> Option<(i32, String, String)> {
    let mut terminal = start(scene, &["login", name])?;
    let status = terminal.wait().unwrap();
    let page = scene.world.home().join("page");
    let ends = |page: &str| page.contains("</html>");
    let read = || std::fs::read_to_string(&page).unwrap_or_default();
    scene.wait_until("the browser ends", || ends(&read()));
    Some((status, terminal.text(), read()))
}

#[test]
fn chromium_signs_on_to_identity_center() {
    let (mut scene, sso) = signed();
    if !browses(&mut scene) {
        return;
    }
    let Some((status, text, page)) = login(&scene, "corp") else { return };
    assert!(status == 0 && text.contains("signed on to corp"), "{text}");
    assert!(page.contains("close this window"), "{page}");
    assert_eq!(scene.switch(&["read"]).get("AWS_ACCOUNT_ROLE"), Some("Read+Only"));
    sso.refuse_with("access_denied");
    let (status, text, page) = login(&scene, "corp").unwrap();
    assert!(status == 4 && text.contains("the sign-on was denied"), "{text}");
    assert!(page.contains("The terminal says why"), "{page}");
}

#[test]
fn chromium_signs_in_to_the_console() {
    let (mut scene, service) = signed_in();
    if !browses(&mut scene) {
        return;
    }
    let Some((status, text, page)) = login(&scene, "me") else { return };
    assert!(status == 0 && text.contains(&format!("signed in as {ALICE}")), "{text}");
    assert!(page.contains("close this window"), "{page}");
    let told = scene.switch(&["me"]);
    assert_eq!((scene.who(&told).as_str(), service.received().len()), (ALICE, 1));
}
