//! The verbs that change something, each with the home that it runs in.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::fake_aws::loopback::{try_visit, visit};
use crate::fake_aws::sts::organizations::Organization;
use crate::files::profile_edit::all;
use crate::keys::rotate::works;
use crate::keys::rotate_kills::elsewhere;
use crate::keys::{credentials, imported, keys, with_keyrings};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion};
use crate::sources::{console_sign_in, sso};
use crate::support::process::Ran;

pub struct Verb {
    /// As it is asked for, and stands in the table.
    pub name: &'static str,
    pub home: fn() -> Scene,
    pub words: fn(&Scene) -> Vec<String>,
    /// What it reads from standard input.
    pub input: fn(&Scene) -> String,
    /// Whether nothing is lost that no file of the home shows.
    pub is_safe: fn(&Scene) -> bool,
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// A home with files that others wrote to as well.
fn edited() -> Scene {
    let scene = bastion();
    let accounts = "{\n  \"production\": \"123456789012\",\n  \"old\": \"210987654321\"\n}\n";
    scene.world.accounts(accounts).unwrap();
    scene.world.config("# mine\n[default]\nregion = eu-west-1\n").unwrap();
    scene
}

fn with_profile() -> Scene {
    let scene = edited();
    let ran = scene.world.run(words("profile add p production read")).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    scene
}

fn switched() -> Scene {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    scene
}

/// A sign-on that is kept, for a role and for all of them.
fn signed_on() -> Scene {
    let (scene, sso) = sso::signed();
    sso.add_token("kept");
    sso::keep(&scene, "kept", sso::FAR, None);
    scene
}

/// Someone who goes to each page that is named, and from there where it leads.
fn signs_in() -> Scene {
    let (mut scene, _) = console_sign_in::signed_in();
    scene.world.set("DISPLAY", ":0");
    let said = scene.world.root().join("err");
    let mut visited = String::new();
    std::thread::spawn(move || {
        while said.parent().is_some_and(Path::exists) {
            let text = fs::read_to_string(&said).unwrap_or_default();
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let mut pages = lines.iter().filter_map(|line| line.strip_suffix('\n')).map(str::trim);
            let page =
                pages.find(|line| line.starts_with("http") && line.contains("/v1/authorize?"));
            if let Some(page) = page.filter(|page| *page != visited) {
                page.clone_into(&mut visited);
                let answer = visit(page);
                let leads = answer.lines().find_map(|line| line.strip_prefix("Location: "));
                // Nothing listens there any more when the program was killed.
                let _ = try_visit(leads.unwrap().trim());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    scene
}

fn organization() -> Scene {
    let mut scene = edited();
    scene.world.set("AWS_ENDPOINT_URL_ORGANIZATIONS", scene.sts.url());
    scene.world.set("AWS_ACCESS_KEY_ID", scene.key.id.clone());
    scene.world.set("AWS_SECRET_ACCESS_KEY", scene.key.secret.clone());
    let organization = Organization::of(BASTION);
    let organization = organization.account(BASTION, "Root", "ACTIVE");
    scene.sts.set_organization(organization.account(PRODUCTION, "Production", "ACTIVE"));
    scene
}

fn of_another_tool() -> Scene {
    let scene = edited();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/import/aws-config/config");
    scene.world.config(&fs::read_to_string(file).unwrap()).unwrap();
    scene
}

fn key_to_add() -> Scene {
    let scene = with_keyrings();
    scene.world.credentials("").unwrap();
    scene.world.config("# mine\n").unwrap();
    scene
}

fn key_in_file() -> Scene {
    let scene = with_keyrings();
    scene.world.config("# mine\n").unwrap();
    scene
}

fn key_in_keyring() -> Scene {
    imported("pass")
}

fn rotated() -> Scene {
    let scene = imported("pass");
    let code = scene.code();
    let ran: Ran = keys(&scene, &["rotate", "default", "--mfa-code", &code]);
    assert_eq!(ran.status, 0, "{ran:?}");
    scene
}

/// No secret of a user's key is in a file of the home that is not meant for it.
fn is_nowhere_else(scene: &Scene) -> bool {
    let keys = scene.sts.access_keys();
    keys.iter().all(|(key, _)| elsewhere(scene, &key.secret, true).is_empty())
}

/// The profile has a key that AWS takes.
fn has_key_of_aws(scene: &Scene) -> bool {
    works(scene) && is_nowhere_else(scene)
}

/// The key is in its file, or whole in the keyring.
fn has_key(scene: &Scene) -> bool {
    let item = scene.world.root().join("items").join(&scene.key.id);
    let item = fs::read_to_string(item).unwrap_or_default();
    let is_somewhere = credentials(scene).contains(&scene.key.secret)
        || item.contains(&scene.key.secret) && item.trim_end().ends_with('}');
    is_somewhere && is_nowhere_else(scene)
}

fn printed_key(scene: &Scene) -> String {
    let (id, secret) = (&scene.key.id, &scene.key.secret);
    format!(r#"{{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"{secret}"}}"#)
}

fn rotation(scene: &Scene, how: &str) -> Vec<String> {
    words(&format!("keys rotate default --mfa-code {} {how}", scene.code()))
}

/// Asks for a code only where no base session was kept: that is the most that a kill may cost.
fn first_switch(scene: &Scene) -> Vec<String> {
    let has_base = scene.stored_sessions().iter().any(|name| name.starts_with("base-"));
    let code = if has_base { String::new() } else { scene.code() };
    words(&format!("export --shell bash production read {code}"))
}

fn verb(name: &'static str, home: fn() -> Scene, words: fn(&Scene) -> Vec<String>) -> Verb {
    Verb { name, home, words, input: |_| String::new(), is_safe: |_| true }
}

impl Verb {
    fn keeps(self, is_safe: fn(&Scene) -> bool) -> Self {
        Self { is_safe, ..self }
    }
}

pub fn all() -> Vec<Verb> {
    vec![
        verb("switch first", bastion, first_switch).keeps(|scene| scene.codes_sent() <= 2),
        verb("switch stored", switched, |_| words("export --shell bash production read"))
            .keeps(|scene| scene.sts.count("AssumeRole") == 1),
        verb("switch renewed", switched, |_| {
            words("export --shell bash production read --refresh")
        })
        .keeps(|scene| scene.codes_sent() == 1),
        verb("switch sso", signed_on, |_| words("export --shell bash read")),
        verb("login device", || sso::signed().0, |_| words("login --device corp")),
        verb("login console", signs_in, |_| words("login me")),
        verb("logout", signed_on, |_| words("logout corp")),
        Verb {
            input: printed_key,
            ..verb("keys add", key_to_add, |_| words("keys add default --keyring pass --stdin"))
                .keeps(is_nowhere_else)
        },
        verb("keys import", key_in_file, |_| words("keys import default --keyring pass"))
            .keeps(has_key),
        verb("keys export", key_in_keyring, |_| words("keys export default --write"))
            .keeps(has_key),
        verb("keys remove", key_in_keyring, |_| words("keys remove default --yes")),
        verb("keys rotate", key_in_keyring, |scene| rotation(scene, "")).keeps(has_key_of_aws),
        verb("keys rotate file", key_in_file, |scene| rotation(scene, "")).keeps(has_key_of_aws),
        verb("keys rotate undo", rotated, |scene| rotation(scene, "--undo")).keeps(has_key_of_aws),
        verb("keys rotate delete", rotated, |scene| rotation(scene, "--delete"))
            .keeps(has_key_of_aws),
        verb("profile add", edited, |_| words("profile add p production read")),
        verb("profile add assume", edited, |_| words("profile add p production read --assume")),
        verb("profile add static", edited, |scene| {
            words(&format!("profile add p production read --static --mfa-code {}", scene.code()))
        }),
        verb("profile remove", with_profile, |_| words("profile remove p")),
        verb("profile add all", || all::scene().0, |_| words("profile add --all --session corp")),
        verb("accounts add", edited, |_| words("accounts add new 333333333333")),
        verb("accounts remove", edited, |_| words("accounts remove old")),
        verb("accounts import", of_another_tool, |_| words("accounts import aws-config")),
        verb("accounts sync", organization, |_| words("accounts sync")),
    ]
}
