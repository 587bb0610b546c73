//! SAML, from the words to the role: the login of the old script, and responses captured in a
//! browser.

use std::process::Command;

use assume_role::testing::types::Moment;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::fake_aws::identity_provider::{Answer, Idp};
use crate::fake_aws::sts::{AccessKey, Proof, Role, Sts, Trust};
use crate::scenes::crowd::until;
use crate::scenes::{PRODUCTION, Scene, binary};
use crate::support::terminal::Terminal;
use crate::support::world::World;

pub const PASSWORD: &str = "canary-Pa55word \"x\\y$saml_user&é🔑";
pub const PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/idp";
const READ: [&str; 2] = ["production", "read"];

/// The response of a provider, without a signature: the server of the tests compares it as a whole.
pub fn response(roles: &[&str], issued: i64, audience: &str) -> String {
    let values: String = roles
        .iter()
        .map(|role| {
            format!("<saml:AttributeValue>arn:aws:iam::{PRODUCTION}:role/{role},{PROVIDER}</saml:AttributeValue>")
        })
        .collect();
    let (issued, ends) = (Moment(issued).rfc3339(), Moment(issued + 300).rfc3339());
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" IssueInstant=\"{issued}\">\
         <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>\
         <saml:Assertion IssueInstant=\"{issued}\"><saml:Conditions NotOnOrAfter=\"{ends}\"><saml:AudienceRestriction>\
         <saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AttributeStatement>\
         <saml:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/Role\">{values}</saml:Attribute>\
         </saml:AttributeStatement></saml:Assertion></samlp:Response>"
    )
}

pub const AUDIENCE: &str = "https://signin.aws.amazon.com/saml";

pub fn now() -> i64 {
    let since =
        std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// A scene without any key: a provider that both sides know, and roles that trust it.
pub fn federated() -> Scene {
    let sts = Sts::start().unwrap();
    for role in ["read", "ops/deploy"] {
        sts.add_role(Role::new(PRODUCTION, role).trusts(Trust::arn(PROVIDER)));
    }
    let mut world = World::with_sts(binary(), &sts).unwrap();
    world.accounts(&format!(r#"{{"production": "{PRODUCTION}"}}"#)).unwrap();
    world.set("NO_COLOR", "1");
    Scene { sts, world, key: AccessKey { id: String::new(), secret: String::new() } }
}

impl Scene {
    /// Makes the server accept a response, and gives its base64.
    pub fn accepts(&self, xml: &str) -> String {
        let text = STANDARD.encode(xml);
        self.sts.add_proof(Proof {
            text: text.clone(),
            provider: PROVIDER.to_owned(),
            subject: "luke".to_owned(),
            session_name: "luke@example.com".to_owned(),
            expired: false,
        });
        text
    }
}

/// A scene whose user logs in as with the old script.
pub fn with_login() -> (Scene, Idp) {
    let mut scene = federated();
    let text = scene.accepts(&response(&["read", "ops/deploy"], now(), AUDIENCE));
    let idp = Idp::start(Answer::assertion(&text));
    scene.world.set("AWS_ASSUME_ROLE_AUTH_SCHEME", "saml");
    scene.world.set("SAML_IDP_ASSERTION_URL", idp.url());
    scene.world.set("SAML_IDP_NAME", "idp");
    let template = r#"{"service": "aws", "email": "$saml_user", "password": "$saml_password"}"#;
    scene.world.set("SAML_IDP_REQUEST_BODY_TEMPLATE", template);
    scene
        .world
        .write(".saml/credentials", format!("username = luke\npassword = {PASSWORD}\n"))
        .unwrap();
    (scene, idp)
}

#[test]
fn the_credentials_file_of_the_old_script() {
    let (scene, idp) = with_login();
    let told = scene.switch(&READ);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/read/luke@example.com");
    assert_eq!(
        idp.last(),
        serde_json::json!({"service": "aws", "email": "luke", "password": PASSWORD})
    );
    let call = scene.sts.last("AssumeRoleWithSAML").unwrap();
    assert_eq!((call.get("PrincipalArn"), call.key_id.is_none()), (Some(PROVIDER), true));
    assert!(told.get("ASSUME_ROLE_RENEWABLE").is_some());
    // A stored session serves; another role logs in again.
    assert_eq!(scene.switch(&READ).keys().id, told.keys().id);
    scene.switch(&["production", "ops/deploy", "eu-west-1"]);
    assert_eq!((idp.received().len(), scene.sts.count("AssumeRoleWithSAML")), (2, 2));
}

#[test]
fn six_digits_are_no_word_of_this_scheme() {
    let (scene, idp) = with_login();
    let said = scene.refused_at_once(2, &["production", "read", "123456"]);
    assert!(
        said.contains("takes no MFA code") && said.contains("assume-role production read"),
        "{said}"
    );
    assert!(idp.received().is_empty());
}

#[test]
fn the_scheme_may_come_from_option_and_account() {
    let (mut scene, idp) = with_login();
    scene.world.unset("AWS_ASSUME_ROLE_AUTH_SCHEME");
    scene.switch(&["production", "read", "--scheme", "saml"]);
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "scheme": "saml"}}}}"#))
        .unwrap();
    scene.switch(&["production", "ops/deploy"]);
    assert_eq!(idp.received().len(), 2);
}

#[test]
fn user_and_password_are_asked_for_and_the_password_is_not_shown() {
    let (scene, idp) = with_login();
    std::fs::remove_file(scene.world.home().join(".saml/credentials")).unwrap();
    let mut terminal = scene.on_terminal(&READ);
    terminal.wait_for("Username at 127.0.0.1:").unwrap();
    terminal.wait_for(": ").unwrap();
    terminal.type_line("luke").unwrap();
    terminal.wait_for("Password of luke at").unwrap();
    terminal.wait_for(": ").unwrap();
    assert!(!terminal.is_ordinary().unwrap());
    terminal.type_line("  spaced \"out\" ").unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert!(
        terminal.is_ordinary().unwrap() && !terminal.text().contains("spaced"),
        "{}",
        terminal.text()
    );
    assert_eq!(idp.last()["password"], "  spaced \"out\" ");
    assert!(!terminal.stdout().contains("ASSUME_ROLE_RENEWABLE="));
}

#[test]
fn whatever_ends_the_question_gives_the_terminal_its_echo_back() {
    use rustix::process::Signal;
    for (signal, status) in
        [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)]
    {
        let (scene, idp) = with_login();
        scene.world.write(".saml/credentials", "username = luke\n").unwrap();
        let mut terminal = scene.on_terminal(&READ);
        terminal.wait_for("Password of luke at").unwrap();
        assert!(!terminal.is_ordinary().unwrap());
        terminal.signal(signal).unwrap();
        assert_eq!(terminal.wait().unwrap(), status, "{}", terminal.text());
        assert!(terminal.is_ordinary().unwrap(), "{signal:?}");
        assert_eq!((terminal.stdout().as_str(), idp.received().len()), ("", 0), "{signal:?}");
    }
}

#[test]
fn ctrl_z_neither_stops_the_question_nor_shows_the_answer() {
    let (scene, idp) = with_login();
    scene.world.write(".saml/credentials", "username = luke\n").unwrap();
    let mut terminal = scene.on_terminal(&READ);
    terminal.wait_for("Password of luke at").unwrap();
    terminal.wait_for(": ").unwrap();
    terminal.press_control('z').unwrap();
    terminal.type_line("hunter2").unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert!(!terminal.text().contains("hunter2"), "{}", terminal.text());
    assert_eq!(idp.last()["password"], "hunter2");
}

#[test]
fn a_stop_in_between_shows_no_password() {
    use rustix::process::Signal;
    let (scene, idp) = with_login();
    scene.world.write(".saml/credentials", "username = luke\n").unwrap();
    let mut terminal = scene.on_terminal(&READ);
    terminal.wait_for("Password of luke at").unwrap();
    terminal.wait_for(": ").unwrap();
    terminal.signal(Signal::STOP).unwrap();
    terminal.wait_stopped().unwrap();
    terminal.make_ordinary().unwrap();
    terminal.signal(Signal::CONT).unwrap();
    until("the echo is off again", || !terminal.is_ordinary().unwrap());
    terminal.type_line("hunter2").unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert!(!terminal.text().contains("hunter2"), "{}", terminal.text());
    assert_eq!(idp.last()["password"], "hunter2");
}

#[test]
fn without_a_terminal_the_file_is_named() {
    let (scene, idp) = with_login();
    scene.world.write(".saml/credentials", "username = luke\n").unwrap();
    let said = scene.refused(5, &READ);
    assert!(said.contains("~/.saml/credentials"), "{said}");
    assert!(idp.received().is_empty());
}

#[test]
fn a_command_may_give_the_password_and_no_shell_reads_it() {
    let (scene, idp) = with_login();
    let write = |command: &str| {
        scene
            .world
            .write(".saml/credentials", format!("username = luke\npassword_command = {command}\n"))
            .unwrap();
    };
    write("printf '%s\\n' 'a $HOME  b'");
    scene.switch(&READ);
    assert_eq!(idp.last()["password"], "a $HOME  b");
    for (command, status, said) in [
        ("false", 4, "failed with status 1"),
        ("true", 4, "printed nothing"),
        ("no-such-program-here x", 3, "cannot run 'no-such-program-here'"),
        ("'", 3, "~/.saml/credentials:2"),
    ] {
        write(command);
        let text = scene.refused(status, &["production", "read", "--refresh"]);
        assert!(text.contains(said), "{command}: {text}");
    }
    assert_eq!(idp.received().len(), 1);
}

#[test]
fn a_wide_file_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let (scene, _idp) = with_login();
    let path = scene.world.home().join(".saml/credentials");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    scene.switch(&READ).assert_says("chmod 600 ~/.saml/credentials");
}

#[test]
fn captured_responses_in_every_form() {
    let scene = federated();
    let xml = response(&["read", "ops/deploy"], now(), AUDIENCE);
    let base64 = scene.accepts(&xml);
    let form = format!(
        "SAMLResponse={}&RelayState=",
        base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    );
    for text in [&base64, &xml, &form] {
        scene.world.write("samlresponse.log", text).unwrap();
        let file = scene.world.home().join("samlresponse.log");
        let told = scene.switch(&[
            "production",
            "read",
            "--refresh",
            "--saml-response",
            file.to_str().unwrap(),
        ]);
        assert_eq!(
            scene.who(&told),
            "arn:aws:sts::123456789012:assumed-role/read/luke@example.com"
        );
        assert_eq!(
            scene.sts.last("AssumeRoleWithSAML").unwrap().get("PrincipalArn"),
            Some(PROVIDER)
        );
        assert_eq!(told.get("ASSUME_ROLE_RENEWABLE"), None);
    }
    let command = scene
        .world
        .command(["export", "--format", "json", "production", "read", "--saml-response", "-"]);
    let ran = crate::support::process::run(command, base64.as_bytes()).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn roles_on_offer_are_listed_or_taken() {
    let scene = federated();
    let file = |xml: &str| {
        scene.accepts(xml);
        scene.world.write("r", xml).unwrap().to_str().unwrap().to_owned()
    };
    let several = file(&response(&["read", "ops/deploy"], now(), AUDIENCE));
    for (status, words) in [(2, &[][..]), (5, &["production"]), (4, &["production", "admin"])] {
        let said = scene.refused(status, &[words, &["--saml-response", &several]].concat());
        for role in ["role/read", "role/ops/deploy"] {
            assert!(
                said.contains(&format!("assume-role arn:aws:iam::123456789012:{role}")),
                "{said}"
            );
        }
    }
    let one = file(&response(&["ops/deploy"], now(), AUDIENCE));
    for words in [&[][..], &["production"]] {
        let told = scene.switch(&[words, &["--refresh", "--saml-response", &one]].concat());
        assert_eq!(
            (told.get("AWS_ACCOUNT_NAME"), told.get("AWS_ACCOUNT_ROLE")),
            (Some("production"), Some("ops/deploy"))
        );
    }
    assert_eq!(scene.sts.count("AssumeRoleWithSAML"), 2);
}

#[test]
fn one_of_several_on_offer_is_picked() {
    let scene = federated();
    let xml = response(&["read", "ops/deploy"], now(), AUDIENCE);
    scene.accepts(&xml);
    scene.world.write("r", xml).unwrap();
    let program = scene.world.program();
    for (words, prompt) in [
        ("--saml-response ~/r", "role on offer:"),
        ("production --refresh --saml-response ~/r", "role on offer in production:"),
        ("--refresh --saml-response - <~/r", "role on offer:"),
    ] {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("'{}' export --shell bash {words}; exit $?", program.display())]);
        command.env_clear().envs(scene.world.environment()).current_dir(scene.world.home());
        let mut terminal = Terminal::start_captured(command).unwrap();
        terminal.wait_for(prompt).unwrap();
        terminal.type_text("deploy\r").unwrap();
        assert_eq!(terminal.wait().unwrap(), 0, "{words}: {}", terminal.text());
        let stdout = terminal.stdout();
        assert!(stdout.contains("AWS_ACCOUNT_NAME='production'"), "{words}: {stdout}");
        assert!(stdout.contains("AWS_ACCOUNT_ROLE='ops/deploy'"), "{words}: {stdout}");
    }
    assert_eq!(scene.sts.count("AssumeRoleWithSAML"), 3);
    let list = scene.world.run(["list", "--json"]).unwrap().stdout;
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let roles = list["accounts"][0]["roles"].as_array().unwrap();
    assert_eq!(roles.iter().map(|role| &role["role"]).collect::<Vec<_>>(), ["ops/deploy", "read"]);
    assert_eq!(roles[1]["sources"], serde_json::json!([{"kind": "saml"}]));
}

#[test]
fn what_aws_would_refuse_is_explained_before_the_call() {
    let mut scene = federated();
    let path = |scene: &Scene, xml: &str| {
        scene.world.write("r", xml).unwrap().to_str().unwrap().to_owned()
    };
    let old = path(&scene, &response(&["read"], now() - 900, AUDIENCE));
    let said = scene.refused(4, &["production", "read", "--saml-response", &old]);
    assert!(said.contains("response expired") && said.contains("five minutes"), "{said}");
    let foreign = path(&scene, &response(&["read"], now(), "https://sp.example.com/acs"));
    let said = scene.refused(4, &["production", "read", "--saml-response", &foreign]);
    assert!(said.contains("https://sp.example.com/acs") && said.contains(AUDIENCE), "{said}");
    scene.world.set("SAML_IDP_NAME", "other");
    let good = path(&scene, &response(&["read"], now(), AUDIENCE));
    let said = scene.refused(4, &["production", "read", "--saml-response", &good]);
    assert!(said.contains(PROVIDER) && said.contains("saml-provider/other"), "{said}");
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn the_words_of_aws_about_a_response() {
    let scene = federated();
    let xml = response(&["read", "no-such"], now(), AUDIENCE);
    let file = scene.world.write("r", &xml).unwrap().to_str().unwrap().to_owned();
    let said = scene.refused(4, &["production", "read", "--saml-response", &file]);
    assert!(
        said.contains("InvalidIdentityToken")
            && said.contains("sent: arn:aws:iam::123456789012:role/read"),
        "{said}"
    );
    scene.accepts(&xml);
    let said = scene.refused(4, &["production", "no-such", "--saml-response", &file]);
    assert!(said.contains("trust policy of arn:aws:iam::123456789012:role/no-such"), "{said}");
}

#[test]
fn an_invalid_response_is_refused_at_once() {
    let scene = federated();
    for text in
        ["", "hello", "file:///etc/passwd", "<html/>", "PGE+PC9hPg==", "<!DOCTYPE x><Response/>"]
    {
        let file = scene.world.write("r", text).unwrap().to_str().unwrap().to_owned();
        let said = scene.refused_at_once(3, &["production", "read", "--saml-response", &file]);
        assert!(said.contains("~/r"), "{said}");
    }
    scene.refused_at_once(3, &["production", "read", "--saml-response", "/nonexistent"]);
}
