//! `login` in the browser of this machine: authorization code with PKCE. The test is the browser:
//! what opens pages writes the address down, and the test goes there.

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::boto3::boto3;
use super::sso::{FAR, OF_SESSION, keep, kept, signed};
use crate::fake_aws::loopback::visit;
use crate::fake_aws::sso::Sso;
use crate::scenes::Scene;
use crate::support::terminal::Terminal;
use crate::support::tools::find;

/// sha1 of what Python writes for the session `corp`: where the AWS CLI keeps its registration.
const REGISTRATION: &str = ".aws/sso/cache/787ef34d0a944c01385765faa28b5e67d1c08f33.json";
const CONTAINER: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// A desktop, whose browser ends with this status.
fn desktop(status: u8) -> (Scene, Sso) {
    let (mut scene, sso) = signed();
    scene.world.set("DISPLAY", ":0");
    for opener in ["xdg-open", "open"] {
        let path = scene.world.bin().join(opener);
        let text = format!(
            "#!/bin/sh\nprintf %s \"$1\" >\"$HOME/new\" && mv \"$HOME/new\" \"$HOME/opened\"\nexit {status}\n"
        );
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    (scene, sso)
}

/// The program on a terminal; in a container, with the traces of one hidden from it.
pub(super) fn start(scene: &Scene, words: &[&str]) -> Option<Terminal> {
    let _ = std::fs::remove_file(scene.world.home().join("opened"));
    let mut command = if CONTAINER.iter().any(|mark| Path::new(mark).exists()) {
        let mut command = Command::new(find("strace")?);
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=%file"]);
        command.args(["-e", "inject=%file:error=ENOENT"]);
        command.args(CONTAINER.iter().flat_map(|mark| ["-P", mark])).arg(scene.world.program());
        command
    } else {
        Command::new(scene.world.program())
    };
    command.args(words).env_clear().envs(scene.world.environment());
    command.env("NO_COLOR", "1").current_dir(scene.world.home());
    Some(Terminal::start_captured(command).unwrap())
}

/// The page that was opened.
fn opened(scene: &Scene) -> String {
    let path = scene.world.home().join("opened");
    scene.wait_until("a page is opened", || path.exists());
    std::fs::read_to_string(path).unwrap()
}

/// Where the page of the service leads.
fn led(url: &str) -> String {
    let answer = visit(url);
    let location = answer.lines().find_map(|line| line.strip_prefix("Location: "));
    location.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn file(scene: &Scene, path: &str) -> Option<Value> {
    let text = std::fs::read(scene.world.home().join(path)).ok()?;
    Some(serde_json::from_slice(&text).unwrap())
}

fn has_token(scene: &Scene) -> bool {
    scene.world.home().join(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json").exists()
}

/// Signs on as a person does; `false` where that cannot be tried.
fn signs_on(scene: &Scene) -> bool {
    let Some(mut terminal) = start(scene, &["login", "corp"]) else { return false };
    let back = visit(&led(&opened(scene)));
    assert!(back.starts_with("HTTP/1.1 200 ") && back.contains("close this window"), "{back}");
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert!(terminal.text().contains("signed on to corp"), "{}", terminal.text());
    true
}

#[test]
fn the_browser_brings_the_code_and_the_registration_is_used_again() {
    let (scene, sso) = desktop(0);
    if !signs_on(&scene) {
        return;
    }
    let registered = &sso.received("/client/register")[0];
    assert_eq!(registered["redirectUris"], json!(["http://127.0.0.1/oauth/callback"]));
    assert_eq!(registered["grantTypes"], json!(["authorization_code", "refresh_token"]));
    let text = kept(&scene);
    assert_eq!((&text["accessToken"], &text["clientId"]), (&json!("access-1"), &json!("client-1")));
    assert_eq!(text["refreshToken"], "refresh-1");
    let registration = file(&scene, REGISTRATION).unwrap();
    assert_eq!(
        registration,
        json!({
            "clientId": "client-1", "clientSecret": "client-secret-1", "expiresAt": "2100-01-01T00:00:00Z",
            "scopes": ["sso:account:access"], "grantTypes": ["authorization_code", "refresh_token"],
        })
    );
    scene.switch(&["read"]);
    assert!(signs_on(&scene));
    assert_eq!(sso.received("/client/register").len(), 1);
    // What the CLI registered for codes, and what is about to end, is no use here.
    for (field, value) in
        [("grantTypes", json!(["refresh_token"])), ("expiresAt", json!("2026-01-01T00:00:00Z"))]
    {
        let mut other = registration.clone();
        other[field] = value;
        scene.world.write(REGISTRATION, other.to_string()).unwrap();
        let before = sso.received("/client/register").len();
        assert!(signs_on(&scene));
        assert_eq!(sso.received("/client/register").len(), before + 1, "{field}");
    }
}

#[test]
fn the_browser_is_that_of_the_variable_also_without_a_screen() {
    let (mut scene, _sso) = desktop(0);
    scene.world.unset("DISPLAY");
    let bin = scene.world.bin();
    std::fs::rename(bin.join("xdg-open"), bin.join("my browser")).unwrap();
    let own = format!("'{}' %s:other", bin.join("my browser").display());
    scene.world.set("BROWSER", own);
    assert!(signs_on(&scene) || find("strace").is_none());
}

#[test]
fn an_opener_in_the_working_directory_is_not_run() {
    let (mut scene, _sso) = desktop(0);
    let canary = scene.world.root().join("canary");
    for opener in ["xdg-open", "open"] {
        let path = scene.world.home().join(opener);
        std::fs::write(&path, format!("#!/bin/sh\n>{}\n", canary.display())).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    let path = format!(".:{}:/usr/bin:/bin", scene.world.bin().display());
    scene.world.set("PATH", path);
    assert!(signs_on(&scene) || find("strace").is_none());
    assert!(!canary.exists());
}

#[test]
fn an_answer_to_another_sign_on_is_not_heard() {
    let (scene, sso) = desktop(0);
    let Some(mut terminal) = start(&scene, &["login", "corp"]) else { return };
    let back = led(&opened(&scene));
    let stray = visit(&back.replace("&state=", "&state=x"));
    assert!(stray.starts_with("HTTP/1.1 404 "), "{stray}");
    assert!(!has_token(&scene) && sso.received("/token").is_empty());
    visit(&back);
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
}

#[test]
fn a_refusal_in_the_browser_leaves_nothing() {
    let (scene, sso) = desktop(0);
    sso.refuse_with("access_denied");
    let Some(mut terminal) = start(&scene, &["login", "corp"]) else { return };
    let page = visit(&led(&opened(&scene)));
    assert!(page.contains("The terminal says why"), "{page}");
    assert_eq!(terminal.wait().unwrap(), 4, "{}", terminal.text());
    assert!(terminal.text().contains("the sign-on was denied"), "{}", terminal.text());
    assert!(!has_token(&scene) && sso.received("/token").is_empty());
}

#[test]
fn connections_that_say_nothing_and_later_ones_do_no_harm() {
    let (scene, _sso) = desktop(0);
    let Some(mut terminal) = start(&scene, &["login", "corp"]) else { return };
    let back = led(&opened(&scene));
    let (place, _) = back.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let silent = TcpStream::connect(place).unwrap();
    assert!(visit(&format!("http://{place}/favicon.ico")).starts_with("HTTP/1.1 404 "));
    assert!(visit(&back).starts_with("HTTP/1.1 200 "));
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert!(TcpStream::connect(place).is_err(), "no one listens any more");
    drop(silent);
}

#[test]
fn waiting_for_the_browser_can_be_cancelled() {
    let (scene, sso) = desktop(0);
    let Some(mut terminal) = start(&scene, &["login", "corp"]) else { return };
    opened(&scene);
    terminal.wait_for("go on in the browser").unwrap();
    terminal.press_control('c').unwrap();
    assert_eq!(terminal.wait().unwrap(), 130, "{}", terminal.text());
    assert!(!has_token(&scene) && sso.received("/token").is_empty());
}

#[test]
fn a_switch_signs_on_in_the_browser_too() {
    let (scene, _sso) = desktop(0);
    let words = ["export", "--shell", "bash", "read"];
    let Some(mut terminal) = start(&scene, &words) else { return };
    visit(&led(&opened(&scene)));
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert!(terminal.stdout().contains("AWS_ACCESS_KEY_ID"));
}

#[test]
fn a_browser_that_fails_is_reported_and_the_page_can_be_opened_by_hand() {
    let (scene, _sso) = desktop(3);
    let Some(mut terminal) = start(&scene, &["login", "corp"]) else { return };
    terminal.wait_for("assume-role login corp --device").unwrap();
    visit(&led(&opened(&scene)));
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
}

#[test]
fn a_code_is_shown_on_request_and_for_profiles_without_a_session() {
    for words in [["login", "corp", "--device"].as_slice(), &["login", "old"]] {
        let (scene, sso) = desktop(0);
        let Some(mut terminal) = start(&scene, words) else { return };
        assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
        assert!(terminal.text().contains("ABCD-EFGH"), "{}", terminal.text());
        assert!(sso.received("/client/register")[0].get("redirectUris").is_none());
        assert!(file(&scene, REGISTRATION).is_none());
    }
}

#[test]
fn botocore_uses_and_renews_the_sign_on_and_what_it_renewed_serves_here() {
    let (mut scene, sso) = desktop(0);
    scene.world.set("AWS_DEFAULT_REGION", "eu-west-1");
    if !signs_on(&scene) {
        return;
    }
    let who = "arn:aws:sts::123456789012:assumed-role/first/alice@corp";
    let Some(theirs) = boto3(&scene, &["read"]) else { return };
    assert_eq!((theirs["read"].as_str(), sso.received("/token").len()), (Some(who), 1));
    let ended = |scene: &Scene| {
        let mut text = kept(scene);
        text["expiresAt"] = "2026-01-01T00:00:00Z".into();
        let path = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
        scene.world.write(path, text.to_string()).unwrap();
    };
    // Renewed there, used here.
    ended(&scene);
    assert_eq!(boto3(&scene, &["read"]).unwrap()["read"], who);
    assert_eq!(sso.received("/token").len(), 2);
    assert_eq!(scene.who(&scene.switch(&["read", "--refresh"])), who);
    assert_eq!(sso.received("/token").len(), 2);
    // Renewed here, used there.
    ended(&scene);
    assert_eq!(scene.who(&scene.switch(&["read", "--refresh"])), who);
    assert_eq!(boto3(&scene, &["read"]).unwrap()["read"], who);
    assert_eq!(sso.received("/token").len(), 3);
}

#[test]
fn logout_signs_off_at_the_portal_and_forgets_what_the_sign_on_gave() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    scene.switch(&["read"]);
    let all = scene.world.run(["logout", "--all"]).unwrap();
    assert!(all.stderr.contains("still signed on to corp: assume-role logout corp"), "{all:?}");
    assert!(has_token(&scene) && sso.knows("kept"));
    scene.switch(&["read"]);
    let ran = scene.world.run(["logout", "corp"]).unwrap();
    assert!(ran.status == 0 && ran.stderr.contains("signed off from corp"), "{ran:?}");
    assert!(!has_token(&scene) && !sso.knows("kept"));
    scene.refused(5, &["read"]);
    let again = scene.world.run(["logout", "corp"]).unwrap();
    assert!(again.status == 0 && again.stderr.contains("not signed on to corp"), "{again:?}");
    assert!(!again.stderr.contains("nothing was stored"), "{again:?}");
    let all = scene.world.run(["logout", "--all"]).unwrap();
    assert!(!all.stderr.contains("still signed on"), "{all:?}");
    assert_eq!(sso.received("/logout").len(), 1);
}

#[test]
fn a_portal_that_does_not_answer_costs_its_part_of_the_sign_off() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    scene.switch(&["read"]);
    sso.portal_down();
    let ran = scene.world.run(["logout", "corp"]).unwrap();
    assert!(ran.status != 0 && ran.stderr.contains("stays good at the portal"), "{ran:?}");
    assert!(!has_token(&scene) && sso.knows("kept"));
    scene.refused(5, &["read"]);
    // A sign-on that has ended there is no fault.
    let (scene, _sso) = signed();
    keep(&scene, "ended", FAR, None);
    let ran = scene.world.run(["logout", "corp"]).unwrap();
    assert!(ran.status == 0 && ran.stderr.contains("the sign-on to corp had ended"), "{ran:?}");
    assert!(!has_token(&scene));
    // Nor is a file that holds none.
    scene.world.write(&format!(".aws/sso/cache/{OF_SESSION}.json"), "{").unwrap();
    let ran = scene.world.run(["logout", "corp"]).unwrap();
    let told = "not signed on to corp; what was kept of it is removed";
    assert!(ran.status == 0 && ran.stderr.contains(told) && !has_token(&scene), "{ran:?}");
}
