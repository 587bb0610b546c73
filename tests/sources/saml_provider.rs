//! What the identity provider gets, what it may answer, and what no other host ever sees.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::fake_aws::identity_provider::{Answer, Idp};
use crate::fake_aws::listener::Listener;
use crate::scenes::Scene;
use crate::sources::saml::{AUDIENCE, PASSWORD, federated, now, response};

const READ: [&str; 2] = ["production", "read"];
const TEMPLATE: &str = r#"{"password": "$saml_password", "email": "$saml_user"}"#;

fn with(answer: Answer) -> (Scene, Idp) {
    let mut scene = federated();
    let idp = Idp::start(answer);
    scene.world.set("AWS_ASSUME_ROLE_AUTH_SCHEME", "saml");
    scene.world.set("SAML_IDP_ASSERTION_URL", idp.url());
    scene.world.set("SAML_IDP_REQUEST_BODY_TEMPLATE", TEMPLATE);
    scene
        .world
        .write(".saml/credentials", format!("username = luke\npassword = {PASSWORD}\n"))
        .unwrap();
    (scene, idp)
}

#[test]
fn the_provider_gets_the_exact_bytes_of_any_password() {
    let (scene, idp) = with(Answer::json(401, &json!({})));
    let arrives = |password: &str| {
        scene
            .world
            .write(".saml/credentials", format!("username = luke\npassword = {password}\n"))
            .unwrap();
        scene.refused(4, &READ);
        let body = idp.last();
        assert_eq!(body, json!({"password": password, "email": "luke"}));
    };
    for password in [
        "hun\"ter2",
        "pa\\ss",
        "pa\\ntwo",
        "a\tb",
        "fish&chips",
        "abc$saml_user",
        "x\",\"role\":\"admin\",\"z\":\"",
        "@/etc/hostname",
        "🔑é日本",
        "= # ; '",
        &"p".repeat(4096),
    ] {
        arrives(password);
    }
    // Any line of text that has no blank at an end, which a file cannot keep.
    let lines = "[^\\x00\\r\\n\\p{White_Space}][^\\x00\\r\\n]{0,30}[^\\x00\\r\\n\\p{White_Space}]";
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(
            &lines.prop_filter("a line of its own", |text| text.lines().count() == 1),
            |password| {
                arrives(&password);
                Ok(())
            },
        )
        .unwrap();
}

#[test]
fn a_nul_is_in_no_password() {
    let (scene, idp) = with(Answer::json(401, &json!({})));
    scene.world.write(".saml/credentials", "username = luke\npassword = a\0b\n").unwrap();
    scene.refused(3, &READ);
    assert!(idp.received().is_empty());
}

#[test]
fn no_second_host_sees_the_password() {
    let elsewhere = Listener::start().unwrap();
    for status in [301, 302, 303, 307, 308] {
        let (scene, idp) = with(Answer::redirect(status, &elsewhere.url()));
        let said = scene.refused(if matches!(status, 302 | 303) { 4 } else { 6 }, &READ);
        assert!(said.contains("which is not followed"), "{said}");
        assert_eq!(
            (idp.received().len(), elsewhere.connections(), scene.sts.connections()),
            (1, 0, 0)
        );
    }
}

#[test]
fn answers_that_are_no_assertion() {
    let (scene, idp) = with(Answer::text(200, ""));
    let good = response(&["read"], now(), AUDIENCE);
    let encoded = scene.accepts(&good);
    let huge = vec![b' '; 2 << 20];
    for (answer, status, words) in [
        (
            Answer::json(200, &json!({"saml_response": null, "message": "locked \u{1b}[2Kout"})),
            4,
            "locked \\x1b[2Kout",
        ),
        (Answer::json(200, &json!({"error": "no such user"})), 4, "no such user"),
        (Answer::json(200, &json!({"saml_response": 42})), 4, "gave no saml_response"),
        (Answer::json(200, &json!({"saml_response": []})), 4, "gave no saml_response"),
        (
            Answer::json(200, &json!({"saml_response": ""})),
            4,
            "incorrect endpoint, username or password",
        ),
        (Answer::json(200, &json!([])), 4, "gave no saml_response"),
        (Answer::text(502, "<html>"), 6, "HTTP 502"),
        (Answer::json(500, &json!({"saml_response": encoded})), 6, "HTTP 500"),
        (Answer::text(204, ""), 6, "did not answer with JSON"),
        (Answer::json(401, &json!({"message": "two tries left"})), 4, "two tries left"),
        (Answer::text(403, "<html>"), 4, "refused the user name or the password"),
        (Answer::json(429, &json!({})), 4, "HTTP 429"),
        // What repeats the password, or a part of it, is not passed on.
        (
            Answer::json(500, &json!({"error": format!("a\nno {PASSWORD}?")})),
            6,
            "may hold a secret",
        ),
        (Answer::json(400, &json!({"message": &PASSWORD[1..]})), 4, "may hold a secret"),
        (Answer::text(200, "\n<!doctype html>log in"), 4, "a page for people"),
        (Answer::text(200, "log in"), 6, "did not answer with JSON"),
        (Answer::text(200, huge), 6, "too large"),
        (Answer::assertion("file:///etc/passwd"), 6, "not base64"),
        (Answer::assertion("http://127.0.0.1/latest/meta-data"), 6, "not base64"),
        (Answer::assertion("--endpoint-url=x"), 6, "not base64"),
        (Answer::assertion("@/etc/passwd"), 6, "not base64"),
        (Answer::assertion("PGh0bWwvPg=="), 6, "not a SAML response"),
        (Answer::assertion(&"QUJD".repeat(30_000)), 6, "longer than AWS takes"),
    ] {
        idp.answers(answer.clone());
        let said = scene.refused(status, &READ);
        assert!(said.contains(words) && !said.contains('\u{1b}'), "{answer:?}: {said}");
        assert!(!said.contains(&PASSWORD[1..]), "{answer:?}: {said}");
    }
    assert_eq!((scene.sts.connections(), idp.received().len()), (0, 23));
}

#[test]
fn a_provider_that_is_not_there_is_named() {
    let (mut scene, _idp) = with(Answer::text(200, ""));
    scene.world.set("SAML_IDP_ASSERTION_URL", crate::network::closed_port());
    let said = scene.refused(6, &READ);
    assert!(
        said.contains("cannot reach http://127.0.0.1:") && said.contains("SAML_IDP_ASSERTION_URL"),
        "{said}"
    );
    assert_eq!(scene.sts.connections(), 0);
}

#[test]
fn urls_that_are_no_place_for_a_password() {
    let (mut scene, idp) = with(Answer::text(200, ""));
    for (url, status) in [
        ("http://idp.example.test/sso", 8),
        ("https.localhost:18080", 3),
        ("http://localhost.evil.test", 8),
        ("https://user:hunter2@idp.example.test", 3),
        ("file:///x", 3),
        ("-K/tmp/x", 3),
        ("https://idp:99999", 3),
    ] {
        scene.world.set("SAML_IDP_ASSERTION_URL", url);
        let said = scene.refused_at_once(status, &READ);
        assert!(said.contains("SAML_IDP_ASSERTION_URL") && !said.contains("hunter2"), "{said}");
    }
    assert!(idp.received().is_empty());
}

#[test]
fn plain_http_that_is_allowed_is_warned_of() {
    let (mut scene, _idp) = with(Answer::text(200, ""));
    scene.world.set("SAML_IDP_ASSERTION_URL", "http://idp.invalid/sso");
    scene.world.set("ASSUME_ROLE_ALLOW_HTTP", "1");
    let said = scene.refused(6, &READ);
    assert!(said.contains("warning: SAML_IDP_ASSERTION_URL is a non-https URL"), "{said}");
}

#[test]
fn templates() {
    let (mut scene, idp) = with(Answer::json(401, &json!({})));
    scene.world.write(".saml/credentials", "username = luke\npassword = pw\n").unwrap();
    for (template, sent) in [
        (r#"{"a": "$saml_password", "b": ["$saml_password"]}"#, json!({"a": "pw", "b": ["pw"]})),
        (r#"{"$saml_user": 1}"#, json!({"$saml_user": 1})),
        (r#""$saml_password""#, json!("pw")),
        (r#"["@file", "$saml_password_hash"]"#, json!(["@file", "$saml_password_hash"])),
    ] {
        scene.world.set("SAML_IDP_REQUEST_BODY_TEMPLATE", template);
        scene.refused(4, &READ);
        assert_eq!(idp.last(), sent);
    }
    for template in [r#"{"pin": $saml_password}"#, "user=$saml_user", "{"] {
        scene.world.set("SAML_IDP_REQUEST_BODY_TEMPLATE", template);
        let said = scene.refused_at_once(3, &READ);
        assert!(said.contains("SAML_IDP_REQUEST_BODY_TEMPLATE is not JSON"), "{said}");
    }
    for variable in ["SAML_IDP_REQUEST_BODY_TEMPLATE", "SAML_IDP_ASSERTION_URL"] {
        scene.world.unset(variable);
        assert!(scene.refused_at_once(3, &READ).contains(&format!("needs {variable}")));
    }
}

/// Refused before AWS is asked, and before a second has passed on an idle machine.
#[test]
fn a_document_that_is_a_trap_is_refused_without_a_call() {
    let (scene, idp) = with(Answer::text(200, ""));
    let good = response(&["read"], now(), AUDIENCE);
    let of_admin = response(&["admin"], now(), AUDIENCE);
    let assertion = &of_admin
        [of_admin.find("<saml:Assertion").unwrap()..of_admin.find("</samlp:Response").unwrap()];
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
        .to_owned();
    for trap in [
        bomb + &good,
        good.replace("<samlp:Status>", &("<x>".repeat(10_000) + "<samlp:Status>")),
        good.replace("</samlp:Response>", &format!("{assertion}</samlp:Response>")),
        good.replace(
            "<samlp:Status>",
            &format!("<Extensions>{assertion}</Extensions><samlp:Status>"),
        ),
        format!(
            "<samlp:Response {}/>",
            (0..100_000).map(|n| format!("a{n}='' ")).collect::<String>()
        ),
    ] {
        let began = std::time::Instant::now();
        idp.answers(Answer::assertion(&STANDARD.encode(trap)));
        let ran = scene.export(&READ);
        assert!([4, 6].contains(&ran.status) && ran.stdout.is_empty(), "{ran:?}");
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
    }
    assert_eq!(scene.sts.requests().len(), 0);
}
