//! Answers of Identity Center and of the sign-in to the console that are cut, garbled or framed wrongly: an
//! error that names the service, no panic, and the files of the sign-on stay as they were.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::fake_aws::console_sign_in::ConsoleSignIn;
use crate::fake_aws::loopback::Wire;
use crate::fake_aws::sign_in::SignIn;
use crate::fake_aws::sts::http::Reply;
use crate::fake_aws::sts::{Role, Trust, User};
use crate::files::profile_edit::all;
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};
use crate::sources::{console_sign_in, sso};
use crate::support::process::each;

const AT_ONCE: usize = 12;
const ENDED: &str = "2026-01-01T00:00:00Z";

type Prepare = Box<dyn Fn(&Scene, Comes) + Send>;

/// A home, the wire of the service that it asks, and what makes the next run ask it.
struct Asking {
    scene: Scene,
    wire: Wire,
    prepare: Prepare,
}

/// A path of a service, and words that ask it.
struct Endpoint {
    path: &'static str,
    words: &'static str,
    home: fn() -> Asking,
}

/// A code of `login` is good for a second where no answer is: a network that is away is asked until then.
fn identity_center() -> Asking {
    let (scene, sso) = sso::signed();
    sso.add_token("kept");
    sso::keep(&scene, "kept", sso::FAR, None);
    let wire = sso.wire.clone();
    let prepare = move |_: &Scene, comes| sso.codes_last(if comes == ToAll { 600 } else { 1 });
    Asking { scene, wire, prepare: Box::new(prepare) }
}

fn every_role() -> Asking {
    let (scene, sso) = all::scene();
    Asking { scene, wire: sso.wire, prepare: Box::new(|_, _| ()) }
}

/// A token that ended and can be renewed, each time again.
fn ended() -> Asking {
    let (scene, sso) = sso::signed();
    let wire = sso.wire.clone();
    let prepare = move |scene: &Scene, _| {
        sso.add_refresh_token("refresh");
        sso::keep(scene, "ended", ENDED, Some("refresh"));
    };
    Asking { scene, wire, prepare: Box::new(prepare) }
}

fn console_sign_in() -> Asking {
    let (scene, service): (Scene, ConsoleSignIn) = console_sign_in::signed_in();
    let wire = service.wire.clone();
    let prepare = move |scene: &Scene, _| console_sign_in::keep(scene, &service.sign_in(-60));
    Asking { scene, wire, prepare: Box::new(prepare) }
}

fn federation() -> Asking {
    let mut scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    let service = SignIn::start().unwrap();
    scene.world.set("AWS_ENDPOINT_URL_SIGNIN", service.url());
    scene.switch(&["production", "read"]);
    Asking { scene, wire: service.wire, prepare: Box::new(|_, _| ()) }
}

const SWITCH: &str = "export --shell bash read --refresh";
const ALL: &str = "profile add --all --session corp";
static ENDPOINTS: [Endpoint; 10] = [
    Endpoint { path: "/federation/credentials", words: SWITCH, home: identity_center },
    Endpoint { path: "/assignment/accounts", words: ALL, home: every_role },
    Endpoint { path: "/assignment/roles", words: ALL, home: every_role },
    Endpoint { path: "/client/register", words: "login --device corp", home: identity_center },
    Endpoint { path: "/device_authorization", words: "login --device corp", home: identity_center },
    Endpoint { path: "/token", words: "login --device corp", home: identity_center },
    Endpoint { path: "/token", words: SWITCH, home: ended },
    Endpoint { path: "/logout", words: "logout corp", home: identity_center },
    Endpoint { path: "/v1/token", words: "export --shell bash me", home: console_sign_in },
    Endpoint { path: "/federation", words: "console production read", home: federation },
];

/// What a spoiled answer has to come to.
#[derive(Clone, Copy, PartialEq)]
enum Comes {
    ToNothing,
    ToAll,
}
use Comes::{ToAll, ToNothing};

type Spoil = fn(&Reply) -> Vec<u8>;

fn head(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {status}\r\n{headers}\r\n").as_bytes(), body].concat()
}

fn length(of: &Reply, length: usize) -> Vec<u8> {
    head("200 OK", &format!("Content-Length: {length}\r\n"), &of.body)
}

fn chunked(body: &[u8]) -> Vec<u8> {
    head("200 OK", "Transfer-Encoding: chunked\r\n", body)
}

fn body(body: impl Into<Vec<u8>>) -> Vec<u8> {
    Reply::new(200, "application/json", body).bytes()
}

const KINDS: [(&str, Spoil, Comes); 33] = [
    ("a length too small", |reply| length(reply, reply.body.len() / 2), ToNothing),
    ("a length too large", |reply| length(reply, reply.body.len() + 9), ToNothing),
    ("a length that is no number", |_| head("200 OK", "Content-Length: 0x9\r\n", b"{}"), ToNothing),
    (
        "two lengths",
        |_| head("200 OK", "Content-Length: 2\r\nContent-Length: 3\r\n", b"{} "),
        ToNothing,
    ),
    ("a chunk of no size", |_| chunked(b"zz\r\n{}\r\n0\r\n\r\n"), ToNothing),
    ("a chunk without an end", |_| chunked(b"9\r\n{}"), ToNothing),
    ("no last chunk", |_| chunked(b"2\r\n{}\r\n"), ToNothing),
    ("a chunk beyond all numbers", |_| chunked(b"ffffffffffffffff1\r\n{}"), ToNothing),
    (
        "whole chunks",
        |reply| {
            let size = format!("{:x}\r\n", reply.body.len());
            chunked(&[size.as_bytes(), &reply.body, b"\r\n0\r\n\r\n"].concat())
        },
        ToAll,
    ),
    (
        "compressed, as was not asked",
        |_| {
            head(
                "200 OK",
                "Content-Encoding: gzip\r\nContent-Length: 9\r\n",
                b"\x1f\x8b\x08\0\0\0\0\0\0",
            )
        },
        ToNothing,
    ),
    (
        "a head of a megabyte",
        |reply| head("200 OK", &format!("X: {}\r\n", "x".repeat(1 << 20)), &reply.body),
        ToNothing,
    ),
    (
        "ten thousand headers",
        |reply| head("200 OK", &"X: y\r\n".repeat(10_000), &reply.body),
        ToNothing,
    ),
    ("a head without an end", |_| b"HTTP/1.1 200 OK\r\nX: y\r\n".to_vec(), ToNothing),
    ("no content", |_| head("204 No Content", "", b""), ToNothing),
    ("not modified", |_| head("304 Not Modified", "", b""), ToNothing),
    (
        "another protocol from here on",
        |_| head("101 Switching Protocols", "Upgrade: x\r\n", b""),
        ToNothing,
    ),
    ("go on, and nothing more", |_| head("100 Continue", "", b"").repeat(1000), ToNothing),
    (
        "go on, and the answer",
        |reply| [head("100 Continue", "", b""), reply.bytes()].concat(),
        ToAll,
    ),
    ("a status that there is not", |_| head("999 x", "Content-Length: 2\r\n", b"{}"), ToNothing),
    ("no head", |reply| reply.body.clone(), ToNothing),
    ("TLS", |_| b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00".to_vec(), ToNothing),
    ("nothing", |_| Vec::new(), ToNothing),
    ("an empty body", |_| body(""), ToNothing),
    ("null", |_| body("null"), ToNothing),
    ("an object of nothing", |_| body("{}"), ToNothing),
    ("an object of something else", |_| body(r#"{"message":"hello","nextToken":null}"#), ToNothing),
    ("a list", |_| body("[]"), ToNothing),
    ("a text", |_| body("\"\\ud800\""), ToNothing),
    ("a hundred thousand lists", |_| body("[".repeat(100_000)), ToNothing),
    ("bytes that are no text", |_| body(*b"{\"a\":\"\xff\xfe\"}"), ToNothing),
    ("ten megabytes", |_| body(format!("{{\"a\":\"{}\"}}", "x".repeat(10 << 20))), ToNothing),
    ("a page", |_| Reply::new(200, "text/html", "<html>Welcome</html>").bytes(), ToNothing),
    ("two answers in one", |reply| body([&reply.body[..], b"{}"].concat()), ToNothing),
];

/// The secrets of an answer.
fn secrets(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body).into_owned();
    let names = [
        "secretAccessKey", "sessionToken", "accessToken", "refreshToken", "clientSecret",
        "SigninToken",
    ];
    let value = |name: &&str| {
        let (_, rest) = text.split_once(&format!("\"{name}\":\""))?;
        Some(rest.split('"').next()?.to_owned())
    };
    names.iter().filter_map(value).filter(|value| value.len() > 5).collect()
}

fn files(scene: &Scene) -> BTreeMap<PathBuf, String> {
    let files = scene.files_of_the_user().into_iter().filter(|(_, entry)| entry.size > 0);
    files.map(|(path, entry)| (path, entry.contents)).collect()
}

impl Endpoint {
    /// Spoils the answers in a home of its own, and gives how long one is.
    fn check(
        &self,
        what: &str,
        spoil: impl Fn(&Reply) -> Vec<u8> + Send + 'static,
        comes: Comes,
    ) -> usize {
        let asking = (self.home)();
        (asking.prepare)(&asking.scene, comes);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let of_wire = Arc::clone(&sent);
        asking.wire.spoil(self.path, move |reply| {
            of_wire.lock().unwrap().clone_from(&reply.body);
            (spoil(reply), comes == ToNothing)
        });
        let (before, began) = (files(&asking.scene), Instant::now());
        let ran = asking.scene.world.run(self.words.split(' ')).unwrap();
        let what = format!("{} for {}, {what}: {ran:?}", self.path, self.words);
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        let body = sent.lock().unwrap().clone();
        for secret in secrets(&body) {
            assert!(!ran.stderr.contains(&secret), "{what}");
        }
        if comes == ToAll {
            assert_eq!(ran.status, 0, "{what}");
        } else if self.path == "/logout" {
            // Nothing of that answer is needed; the token goes in any case.
            assert!([0, 6].contains(&ran.status), "{what}");
        } else {
            let is_code_that_ended = ran.status == 4 && self.words.starts_with("login");
            assert!(ran.status == 6 || is_code_that_ended, "{what}");
            assert_eq!((ran.stdout.as_str(), &before), ("", &files(&asking.scene)), "{what}");
            assert!(ran.stderr.contains("\nassume-role: "), "{what}");
        }
        body.len()
    }
}

#[test]
fn a_refusal_that_repeats_a_token_does_not_show_it() {
    each(AT_ONCE, &ENDPOINTS, |endpoint| {
        let token = "aB3".repeat(20);
        let refusal = format!(r#"{{"__type":"Odd","error":"odd","message":"not yours: {token}"}}"#);
        let asking = (endpoint.home)();
        (asking.prepare)(&asking.scene, ToNothing);
        asking.wire.spoil(endpoint.path, move |_| {
            (Reply::new(400, "application/json", refusal.as_bytes()).bytes(), true)
        });
        let ran = asking.scene.world.run(endpoint.words.split(' ')).unwrap();
        let what = format!("{} for {}: {ran:?}", endpoint.path, endpoint.words);
        assert!(ran.status != 0 || endpoint.path == "/logout", "{what}");
        assert!(!ran.stderr.contains(&token), "{what}");
    });
}

#[test]
fn an_answer_of_json_that_is_cut_or_garbled_gives_nothing() {
    let checks: Vec<(usize, usize)> =
        (0..ENDPOINTS.len()).flat_map(|at| (0..KINDS.len()).map(move |kind| (at, kind))).collect();
    each(AT_ONCE, &checks, |(at, kind)| {
        let (what, spoil, comes) = KINDS[*kind];
        ENDPOINTS[*at].check(what, spoil, comes);
    });
    // Cut at each of its bytes in turn, head and body: all of them where `ASSUME_ROLE_CUTS` is 1.
    let step = std::env::var("ASSUME_ROLE_CUTS").map_or(23, |step| step.parse().unwrap());
    let cuts = Mutex::new(Vec::new());
    each(AT_ONCE, &ENDPOINTS.each_ref(), |endpoint| {
        let endpoint: &'static Endpoint = endpoint;
        let whole = Arc::new(Mutex::new(0));
        let of_wire = Arc::clone(&whole);
        endpoint.check(
            "whole",
            move |reply| {
                *of_wire.lock().unwrap() = reply.bytes().len();
                reply.bytes()
            },
            ToAll,
        );
        let whole = *whole.lock().unwrap();
        let chosen = (0..whole).step_by(step).chain([whole - 1]);
        cuts.lock().unwrap().extend(chosen.map(|cut| (endpoint, cut)));
    });
    let cuts = cuts.into_inner().unwrap();
    each(AT_ONCE, &cuts, |(endpoint, cut)| {
        let cut = *cut;
        endpoint.check(
            &format!("cut at {cut}"),
            move |reply| {
                let bytes = reply.bytes();
                bytes[..cut.min(bytes.len() - 1)].to_vec()
            },
            ToNothing,
        );
    });
    println!("{} answers garbled, {} cut", checks.len(), cuts.len());
}
