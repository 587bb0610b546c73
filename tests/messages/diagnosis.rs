//! AWS's refusals, turned into who refused, on which side, and what to do.

use crate::fake_aws::sts::{Fault, Role, Trust, User, Verdict};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, with_user};

const ROLE: &str = "arn:aws:iam::123456789012:role/read";
const ALICE: &str = "arn:aws:iam::999999999999:user/alice";

/// A user without MFA, and `read`, which refuses everyone like this.
fn refusing(verdict: Verdict) -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    scene
        .sts
        .add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)).refuses(verdict));
    scene
}

fn refusal(scene: &Scene) -> String {
    scene.refused(4, &["production", "read"])
}

#[track_caller]
fn assert_says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "{word:?} was not said:\n{said}");
    }
}

#[test]
fn each_policy_that_can_refuse_has_its_own_words() {
    let rows: [(Verdict, &[&str]); 10] = [
        (
            Verdict::IdentityLacks,
            &[
                "your side: no policy of", ALICE, "allows sts:AssumeRole on", ROLE,
                "account that holds your user",
            ],
        ),
        (
            Verdict::IdentityDenies,
            &["your side: a policy of", "denies it", "MFA in this session: no"],
        ),
        (
            Verdict::TrustLacks,
            &["their side: the trust policy of", ROLE, "or there is no such role", "\"Principal\""],
        ),
        (
            Verdict::TrustDenies,
            &["their side: the trust policy of", "denies", "ask the owner of the role"],
        ),
        (
            Verdict::ServiceControlLacks,
            &["a service control policy of the organization", "administrator"],
        ),
        (
            Verdict::ServiceControlDenies,
            &["a service control policy of the organization", "administrator"],
        ),
        (
            Verdict::ResourceControlDenies,
            &["a resource control policy of the organization", "administrator"],
        ),
        (Verdict::BoundaryLacks, &["your side: the permissions boundary of", ALICE]),
        (Verdict::SessionLacks, &["your side: a session policy narrows"]),
        (Verdict::EndpointLacks, &["the policy of the VPC endpoint", "owner of the network"]),
    ];
    for (verdict, words) in rows {
        let said = refusal(&refusing(verdict));
        assert_says(&said, &["assume-role: production:read was refused", "AWS said AccessDenied"]);
        assert_says(&said, words);
    }
}

#[test]
fn where_aws_does_not_say_which_policy_both_sides_are_listed() {
    let scene = refusing(Verdict::TrustLacks);
    scene.sts.use_old_wording();
    let said = refusal(&scene);
    assert_says(
        &said,
        &[
            "either no policy of",
            "or the role's trust policy",
            "compare the name letter by letter",
            ROLE,
        ],
    );
    assert_says(
        &refusal(&refusing(Verdict::Unsaid)),
        &["either no policy of", "or the role's trust policy"],
    );
}

#[test]
fn the_suggested_trust_statement_names_the_principal() {
    let mut scene = refusing(Verdict::TrustLacks);
    scene.world.set("AWS_USERNAME", "alice");
    let statement = format!(
        r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {{"AWS": "{ALICE}"}}}}"#
    );
    assert_says(&refusal(&scene), &[&statement]);
}

#[test]
fn the_parameters_that_were_sent_are_shown() {
    let scene = bastion();
    let said = scene.refused_with_code(4, &["production", "read", "--external-id", "none"]);
    assert_says(&said, &["MFA yes", "external id no"]);
    let said = refusal(&refusing(Verdict::TrustLacks));
    assert_says(&said, &["MFA no", "external id yes"]);
}

#[test]
fn a_role_that_does_not_exist_looks_like_one_that_does_not_trust() {
    let scene = bastion();
    let said = scene.refused_with_code(4, &["production", "raed"]);
    assert_says(&said, &["arn:aws:iam::123456789012:role/raed", "or there is no such role"]);
}

#[test]
fn denied_tags_and_source_identity_are_distinguished_from_a_denied_role() {
    for (field, action, trust) in [
        (r#""tags": {"team": "ops"}"#, "sts:TagSession", Trust::account(BASTION).without_tags()),
        (
            r#""source_identity": "alice""#,
            "sts:SetSourceIdentity",
            Trust::account(BASTION).without_source_identity(),
        ),
    ] {
        let scene = with_user(User::new(BASTION, "alice"));
        scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(trust));
        scene
            .world
            .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", {field}}}}}"#))
            .unwrap();
        assert_says(
            &refusal(&scene),
            &["the trust policy allows sts:AssumeRole but not", action, "leave them out"],
        );
    }
}

#[test]
fn tags_that_ones_own_policy_forbids_are_no_matter_of_trust() {
    let scene = bastion();
    let words = format!(
        "User: {ALICE} is not authorized to perform: sts:TagSession on resource: {ROLE} because no identity-based policy allows the sts:TagSession action"
    );
    scene.sts.fail_always("AssumeRole", Some(Fault::error(403, "AccessDenied", &words)));
    let said = scene.refused_with_code(4, &["production", "read"]);
    assert_says(&said, &["your side", "sts:TagSession"]);
    assert!(!said.contains("the trust policy allows"), "{said}");
}

#[test]
fn other_refusals_of_aws_have_their_exit_code_and_a_remedy() {
    let rows = [
        (
            "Roles may not be assumed by root accounts.",
            "AccessDenied",
            403,
            4,
            "these are root keys",
        ),
        (
            "the policy is not in the valid JSON format",
            "MalformedPolicyDocument",
            400,
            3,
            "session policies or tags",
        ),
        ("Packed size exceeds", "PackedPolicyTooLarge", 400, 3, "session policies or tags"),
        (
            "something does not hold",
            "ValidationError",
            400,
            3,
            "AWS did not accept the request for production:read",
        ),
        (
            "not activated in this region",
            "RegionDisabledException",
            403,
            3,
            "STS is switched off in us-east-1",
        ),
        (
            "The security token is invalid",
            "InvalidClientTokenId",
            403,
            4,
            "does not know the access key of profile",
        ),
        ("something new", "NobodyKnowsThis", 400, 4, "production:read was refused"),
        ("try later", "ServiceUnavailable", 503, 6, "has an internal error"),
        ("Rate exceeded", "Throttling", 400, 6, "AWS is throttling"),
    ];
    for (words, code, status, exit, told) in rows {
        let scene = with_user(User::new(BASTION, "alice"));
        scene.sts.fail_always("AssumeRole", Some(Fault::error(status, code, words)));
        let said = scene.refused(exit, &["production", "read"]);
        assert_says(&said, &[told, &format!("AWS said {code}: {words}")]);
    }
}

#[test]
fn a_fault_of_aws_comes_with_the_request_id() {
    let scene = with_user(User::new(BASTION, "alice"));
    scene.sts.fail_always("AssumeRole", Some(Fault::internal()));
    assert_says(&scene.refused(6, &["production", "read"]), &["request id "]);
}

#[test]
fn a_refusal_does_not_ask_for_a_second_code() {
    let scene = bastion();
    let mut terminal = scene.on_terminal(&["production", "no-such"]);
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 4, "{}", terminal.text());
    assert_eq!(scene.codes_sent(), 1);
    // The code was good: the base session stays.
    scene.switch(&["production", "read"]);
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn words_of_aws_reach_the_terminal_as_text_only() {
    let long = "x".repeat(1 << 19);
    for words in
        ["a\u{9b}31mb", "a\r\nb", "\u{202e}dorp", "%s%n%s", "{role} {trust}", long.as_str()]
    {
        let scene = with_user(User::new(BASTION, "alice"));
        scene.sts.fail_always("AssumeRole", Some(Fault::error(403, "AccessDenied", words)));
        let said = refusal(&scene);
        let bad = said
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
        assert_eq!(bad, None, "{said:?}");
        assert!(said.len() < 4000, "{} bytes", said.len());
    }
}

#[test]
fn a_name_in_an_answer_reaches_the_terminal_as_text_only() {
    let hostile = "arn:aws:iam::999999999999:user/\u{202e}ecila\u{9b}31m";
    for field in ["Arn", "Account"] {
        let scene = refusing(Verdict::TrustLacks);
        scene.sts.fail_always("GetCallerIdentity", Some(Fault::replace(field, hostile)));
        let said = scene.refused(6, &["production", "read", "-v"]);
        assert!(!said.contains('\u{202e}') && !said.contains('\u{9b}'), "{said:?}");
    }
}

#[test]
fn on_a_terminal_lines_break_between_words() {
    let scene = refusing(Verdict::TrustLacks);
    let whole = refusal(&scene);
    let mut terminal = scene.on_terminal(&["production", "read"]);
    terminal.wait().unwrap();
    let text = terminal.text();
    assert!(whole.lines().any(|line| line.len() > 120), "{whole}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&text), words(&whole));
}
