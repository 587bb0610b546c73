//! A real login: the page of an identity provider is filled in as in a browser, and the response
//! that the browser would post to AWS is handed over. moto knows the provider by the metadata that
//! it publishes.
//!
//! The provider is npm's saml-idp, which `tests/run` installs and names by `ASSUME_ROLE_TEST_IDP`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::moto::{python_path, script};
use super::saml::accounts;
use super::{Story, Variables};
use crate::sources::saml::{AUDIENCE, PROVIDER};
use crate::support::tools::from_environment;

/// The running provider.
struct Provider {
    child: Child,
    port: u16,
}

impl Provider {
    /// Starts it with a key of its own in `directory`; `None` (and a word on standard error) where
    /// there is none.
    fn start(directory: &Path) -> Option<Self> {
        let root: PathBuf = from_environment("ASSUME_ROLE_TEST_IDP")?;
        let mut key = Command::new(python_path()?);
        key.env("PYTHONDONTWRITEBYTECODE", "1")
            .arg(script("assertion.py"))
            .arg("--key")
            .arg(directory);
        assert!(key.status().unwrap().success());
        let mut command = Command::new("node");
        command
            .arg(root.join("node_modules/saml-idp/bin/run.js"))
            .args(["--host", "127.0.0.1", "--port", "0"]);
        command.args(["--acsUrl", AUDIENCE, "--audience", AUDIENCE, "--configFile"]);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/idp/config.js"));
        command
            .arg("--key")
            .arg(directory.join("key.pem"))
            .arg("--cert")
            .arg(directory.join("certificate.pem"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines =
            lines.map(Result::unwrap).skip_while(|line| !line.contains("IdP server ready at"));
        let url = lines.nth(1).unwrap();
        // What it says later has to go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { port: url.trim().rsplit(':').next().unwrap().parse().unwrap(), child })
    }

    fn ask(&self, request: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close";
        write!(
            stream,
            "{request} HTTP/1.0\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{request}: {answer}");
        body.to_owned()
    }

    /// Fills in the page and sends it off; gives the response that the next page holds for AWS.
    fn log_in(&self, roles: &[&str]) -> String {
        let page = self.ask("GET /", "");
        let action = attribute(&page, "<form action=").expect("a form to log in");
        let inputs = page.split("<input ").skip(1).filter_map(|input| {
            let input = &input[..input.find('>')?];
            Some((attribute(input, " name=")?, attribute(input, " value=").unwrap_or_default()))
        });
        let form = page.split("</form>").next().unwrap();
        let kept = inputs.filter(|(name, _)| form.contains(name) && !name.ends_with("/Role"));
        let chosen = roles.iter().map(|role| {
            let value = format!("arn:aws:iam::123456789012:role/{role},{PROVIDER}");
            ("https://aws.amazon.com/SAML/Attributes/Role".to_owned(), value)
        });
        let encoded = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let pairs = kept
            .chain(chosen)
            .map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value)));
        let answer = self.ask(&format!("POST {action}"), &pairs.collect::<Vec<_>>().join("&"));
        let field = answer
            .split("<input ")
            .find(|input| input.contains("name=\"SAMLResponse\""))
            .expect("a response");
        attribute(field, " value=").unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The quoted text behind a mark, as a browser reads it.
fn attribute(text: &str, mark: &str) -> Option<String> {
    let (_, behind) = text.split_once(mark)?;
    let text = behind.strip_prefix('"')?.split('"').next()?;
    Some(
        [("&#x3D;", "="), ("&#x2B;", "+"), ("&amp;", "&")]
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to)),
    )
}

#[test]
fn a_login_in_the_browser_gives_the_roles_that_the_provider_names() {
    let directory = tempfile::tempdir().unwrap();
    let Some(provider) = Provider::start(directory.path()) else { return };
    let metadata = provider.ask("GET /metadata", "");
    let Some(story) = Story::begin(&accounts(&metadata, &[("/", "read"), ("/ops/", "deploy")]))
    else {
        return;
    };
    let one = provider.log_in(&["ops/deploy"]);
    story.world.write("samlresponse.log", &one).unwrap();
    let (ran, session) =
        story.loaded(&Variables::new(), "assume-role --saml-response ~/samlresponse.log");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(
        story.arn(&session),
        "arn:aws:sts::123456789012:assumed-role/deploy/luke@example.com"
    );

    // As the developer tools show the form that is posted.
    let form = format!(
        "SAMLResponse={}&RelayState=",
        provider.log_in(&["read", "ops/deploy"]).replace('+', "%2B").replace('=', "%3D")
    );
    story.world.write("samlresponse.log", &form).unwrap();
    let (ran, _) =
        story.loaded(&Variables::new(), "assume-role --saml-response ~/samlresponse.log");
    assert!(ran.status == 2 && ran.stderr.matches("assume-role arn:").count() == 2, "{ran:?}");
    let (ran, session) = story.loaded(
        &Variables::new(),
        "assume-role 123456789012 read --saml-response - < ~/samlresponse.log",
    );
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(story.arn(&session), "arn:aws:sts::123456789012:assumed-role/read/luke@example.com");
}
