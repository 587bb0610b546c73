//! Responses and tokens that are not taken: what is tried once more, what never is, and what is
//! told.

use crate::fake_aws::identity_provider::Answer;
use crate::fake_aws::sts::{Fault, Proof};
use crate::scenes::Scene;
use crate::sources::saml::{AUDIENCE, PASSWORD, PROVIDER, federated, now, response, with_login};

const READ: [&str; 2] = ["production", "read"];

/// A response for the role, issued so many seconds ago, that the server takes.
fn issued(scene: &Scene, ago: i64) -> Answer {
    Answer::assertion(&scene.accepts(&response(&["read"], now() - ago, AUDIENCE)))
}

#[test]
fn an_old_response_is_fetched_once_more_with_the_same_words() {
    let (scene, idp) = with_login();
    idp.answers_in_turn(vec![issued(&scene, 900), issued(&scene, 0)]);
    let told = scene.switch(&READ);
    told.assert_says("logged in a second time");
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/read/luke@example.com");
    let bodies: Vec<Vec<u8>> = idp.received().into_iter().map(|asked| asked.body).collect();
    assert_eq!((bodies.len(), &bodies[0]), (2, &bodies[1]));
    assert_eq!(scene.sts.count("AssumeRoleWithSAML"), 1);
}

#[test]
fn one_that_aws_calls_expired_is_fetched_once_more() {
    let (scene, idp) = with_login();
    let expired = response(&["read", "ended"], now(), AUDIENCE);
    let text = scene.accepts(&response(&["read"], now() - 1, AUDIENCE));
    let old = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &expired);
    scene.sts.add_proof(Proof {
        text: old.clone(),
        provider: PROVIDER.to_owned(),
        subject: "luke".to_owned(),
        session_name: "luke@example.com".to_owned(),
        expired: true,
    });
    idp.answers_in_turn(vec![Answer::assertion(&old), Answer::assertion(&text)]);
    scene.switch(&READ);
    assert_eq!((idp.received().len(), scene.sts.count("AssumeRoleWithSAML")), (2, 2));
    idp.answers(Answer::assertion(&old));
    let said = scene.refused(4, &["production", "read", "--refresh"]);
    assert!(said.contains("too late") && said.contains("an expired response twice"), "{said}");
    assert_eq!((idp.received().len(), scene.sts.count("AssumeRoleWithSAML")), (4, 4));
}

#[test]
fn a_provider_that_gives_old_ones_only_is_asked_twice_and_no_more() {
    let (scene, idp) = with_login();
    idp.answers(issued(&scene, 900));
    let said = scene.refused(4, &READ);
    assert!(said.contains("expired at") && said.contains("check its clock"), "{said}");
    assert_eq!((idp.received().len(), scene.sts.connections()), (2, 0));
}

#[test]
fn the_second_login_asks_no_second_question() {
    let (scene, idp) = with_login();
    scene.world.write(".saml/credentials", "username = luke\n").unwrap();
    idp.answers_in_turn(vec![issued(&scene, 900), issued(&scene, 0)]);
    let mut terminal = scene.on_terminal(&READ);
    terminal.wait_for("Password of luke at").unwrap();
    terminal.wait_for(": ").unwrap();
    terminal.type_line("hunter2").unwrap();
    assert_eq!(terminal.wait().unwrap(), 0, "{}", terminal.text());
    assert_eq!(terminal.text().matches("Password of").count(), 1);
    assert_eq!((idp.received().len(), idp.last()["password"].as_str()), (2, Some("hunter2")));
}

#[test]
fn what_is_refused_for_another_reason_is_never_sent_twice() {
    let (scene, idp) = with_login();
    let wrong = [
        (Answer::json(401, &serde_json::json!({"message": "one try left"})), 4),
        (Answer::json(403, &serde_json::json!({})), 4),
        (Answer::text(200, "<html>log in</html>"), 4),
        (Answer::redirect(302, "/login"), 4),
        (Answer::redirect(307, "/login"), 6),
        (Answer::text(503, ""), 6),
        (
            Answer::assertion(&scene.accepts(&response(
                &["read"],
                now(),
                "https://sp.example.com",
            ))),
            4,
        ),
        (Answer::assertion(&scene.accepts(&response(&["ops/deploy"], now(), AUDIENCE))), 4),
    ];
    for (at, (answer, status)) in wrong.into_iter().enumerate() {
        idp.answers_in_turn(vec![answer.clone(), issued(&scene, 0)]);
        scene.refused(status, &READ);
        assert_eq!(idp.received().len(), at + 1, "{answer:?}");
    }
}

#[test]
fn a_captured_response_is_not_fetched_again() {
    let (scene, idp) = with_login();
    let old = scene.world.write("r", response(&["read"], now() - 900, AUDIENCE)).unwrap();
    let said = scene.refused(4, &["production", "read", "--saml-response", old.to_str().unwrap()]);
    assert!(said.contains("capture the new response within five minutes"), "{said}");
    assert!(idp.received().is_empty());
}

/// AWS's words about a proof, each with its exit code and a way out.
#[test]
fn each_refused_assertion_or_token_has_its_exit_code_and_a_remedy() {
    let rows = [
        ("ExpiredTokenException", 400, 4, "has expired", "new"),
        ("InvalidIdentityToken", 400, 4, "AWS does not accept", "present certificate or keys"),
        ("IDPRejectedClaim", 403, 4, "the identity provider rejects", "the provider's log"),
        ("AccessDenied", 403, 4, "was refused", "compare the name letter by letter"),
        (
            "RegionDisabledException",
            403,
            3,
            "STS is switched off in",
            "AWS_STS_REGIONAL_ENDPOINTS=legacy",
        ),
        (
            "PackedPolicyTooLarge",
            400,
            3,
            "session policies or tags",
            "AWS said PackedPolicyTooLarge",
        ),
        (
            "MalformedPolicyDocument",
            400,
            3,
            "session policies or tags",
            "AWS said MalformedPolicyDocument",
        ),
        ("IDPCommunicationError", 400, 6, "cannot reach the identity provider", "try again"),
    ];
    let scene = federated();
    let captured = scene.world.write("r", response(&["read"], now(), AUDIENCE)).unwrap();
    let token = scene.world.write("token", "a.token.that-is-not-read").unwrap();
    for (action, option, file) in [
        ("AssumeRoleWithSAML", "--saml-response", captured),
        ("AssumeRoleWithWebIdentity", "--web-identity-token-file", token),
    ] {
        for (code, http, exit, told, way_out) in rows {
            scene.sts.fail_always(action, Some(Fault::error(http, code, "in AWS's own words")));
            let said = scene.refused(exit, &["production", "read", option, file.to_str().unwrap()]);
            for words in [told, way_out, "in AWS's own words"] {
                assert!(said.contains(words), "{action} {code}: {said}");
            }
            assert!(!said.contains(PASSWORD) && !said.contains("a.token.that"), "{said}");
        }
    }
}
