//! Trust, durations, chains and the shapes of parameters.

use super::{BASTION, READ, SERIAL, TARGET, assume, bastion, latest, refusal};
use crate::fake_aws::sts::{AccessKey, Proof, Role, Sts, Trust, User, Verdict};
use crate::support::client::{Keys, ask, caller_arn, client};

const DENIED: &str = "AccessDenied: User: arn:aws:iam::111111111111:user/alice is not authorized to perform: \
                      sts:AssumeRole on resource: arn:aws:iam::222222222222:role/read";

fn base_session(sts: &Sts, alice: &AccessKey) -> Keys {
    let call = client(&sts.url(), &Keys::from(alice)).get_session_token();
    ask(call.serial_number(SERIAL).token_code(sts.mfa_code(SERIAL)).send()).unwrap();
    latest(sts)
}

#[test]
fn what_is_issued_is_what_arrives() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    let answer = ask(assume(&sts, &alice).send()).unwrap();
    let (issued, sent) = (sts.issued().remove(0), answer.credentials().unwrap());
    assert_eq!(sent.access_key_id(), issued.key_id);
    assert_eq!(sent.secret_access_key(), issued.secret);
    assert_eq!(sent.session_token(), issued.token);
    assert_eq!(sent.expiration().secs(), issued.expires);
    let arn = "arn:aws:sts::222222222222:assumed-role/read/alice";
    assert_eq!(answer.assumed_role_user().unwrap().arn(), arn);
    assert_eq!(caller_arn(&sts.url(), &Keys::from(&issued)).unwrap(), arn);
    let logged = sts.last("AssumeRole").unwrap();
    assert_eq!(logged.caller.as_deref(), Some("arn:aws:iam::111111111111:user/alice"));
    assert_eq!((logged.get("RoleArn"), logged.region.as_deref()), (Some(READ), Some("eu-west-1")));
    assert!(
        logged.host.starts_with("127.0.0.1:") && logged.user_agent.contains("aws-sdk-rust"),
        "{logged:?}"
    );
}

#[test]
fn trust_decides() {
    let exact = Trust::arn("arn:aws:iam::111111111111:user/alice");
    for (trust, accepts) in [
        (exact, true),
        (Trust::arn("arn:aws:iam::111111111111:user/bob"), false),
        (Trust::account(TARGET), false),
        (Trust::anyone(), true),
        (Trust::account(BASTION).mfa(), false),
        (Trust::account(BASTION).external_id("222222222222"), false),
    ] {
        let (sts, alice) = bastion(trust.clone());
        let outcome = ask(assume(&sts, &alice).send());
        assert_eq!(outcome.is_ok(), accepts, "{trust:?}");
        if !accepts {
            assert_eq!(
                refusal(outcome),
                format!("{DENIED} because no role trust policy allows the sts:AssumeRole action")
            );
        }
    }
}

#[test]
fn an_external_id_must_be_the_one_asked_for() {
    let (sts, alice) = bastion(Trust::account(BASTION).external_id("secret-word"));
    assert!(ask(assume(&sts, &alice).external_id("other").send()).is_err());
    assert!(ask(assume(&sts, &alice).external_id("secret-word").send()).is_ok());
    assert!(
        refusal(ask(assume(&sts, &alice).external_id("a b").send())).starts_with("ValidationError")
    );
}

#[test]
fn mfa_opens_a_role_by_code_or_by_session() {
    let (sts, alice) = bastion(Trust::account(BASTION).mfa().mfa_age(600));
    let code = sts.mfa_code(SERIAL);
    assert!(ask(assume(&sts, &alice).serial_number(SERIAL).token_code(code).send()).is_ok());
    let session = base_session(&sts, &alice);
    assert!(ask(assume(&sts, session.clone()).send()).is_ok());
    sts.set_clock(700);
    assert!(
        refusal(ask(assume(&sts, session).send())).contains("no role trust policy"),
        "the proof is too old"
    );
}

#[test]
fn a_session_of_a_role_hands_no_mfa_on() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    sts.add_role(Role::new(TARGET, "ops/deploy").trusts(Trust::arn(READ).mfa()));
    ask(assume(&sts, base_session(&sts, &alice)).send()).unwrap();
    let deploy = |keys: Keys| {
        ask(assume(&sts, keys).role_arn("arn:aws:iam::222222222222:role/ops/deploy").send())
    };
    assert!(deploy(latest(&sts)).is_err());
    sts.add_role(Role::new(TARGET, "ops/deploy").trusts(Trust::arn(READ)));
    let chained = sts.issued().last().map(Keys::from).unwrap();
    deploy(chained).unwrap();
    assert_eq!(
        sts.issued().last().unwrap().arn,
        "arn:aws:sts::222222222222:assumed-role/deploy/alice"
    );
}

#[test]
fn durations_have_limits() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    let role = Role::new(TARGET, "read").trusts(Trust::account(BASTION));
    let with = |keys: Keys, seconds: i32| ask(assume(&sts, keys).duration_seconds(seconds).send());
    let user = Keys::from(&alice);
    assert!(refusal(with(user.clone(), 899)).contains("greater than or equal to 900"));
    assert!(refusal(with(user.clone(), 43201)).contains("less than or equal to 43200"));
    let long = refusal(with(user.clone(), 7200));
    assert_eq!(
        long,
        "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    sts.add_role(role.max_session(7200));
    let before = sts.now().0;
    with(user, 7200).unwrap();
    assert!((before + 7200..=sts.now().0 + 7200).contains(&sts.issued().last().unwrap().expires));
    let chained = refusal(with(base_session(&sts, &alice), 7200));
    assert!(
        chained.contains("exceeds the 1 hour session limit for roles assumed by role chaining"),
        "{chained}"
    );
}

#[test]
fn a_wrong_duration_costs_no_code_and_a_denial_does() {
    let (sts, alice) = bastion(Trust::account(BASTION).mfa());
    let code = sts.mfa_code(SERIAL);
    let with = |seconds: i32| {
        ask(assume(&sts, &alice)
            .serial_number(SERIAL)
            .token_code(&code)
            .duration_seconds(seconds)
            .send())
    };
    assert!(refusal(with(7200)).starts_with("ValidationError"));
    with(3600).unwrap();
    assert!(refusal(with(3600)).contains("invalid MFA one time pass code"));
    sts.spend_codes_always();
    let next = sts.mfa_code(SERIAL);
    let strict = |seconds| {
        ask(assume(&sts, &alice)
            .serial_number(SERIAL)
            .token_code(&next)
            .duration_seconds(seconds)
            .send())
    };
    assert!(refusal(strict(7200)).starts_with("ValidationError"));
    assert!(refusal(strict(3600)).contains("invalid MFA one time pass code"));
}

#[test]
fn refusals_name_the_policy() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    for (verdict, clause) in [
        (
            Verdict::IdentityLacks,
            " because no identity-based policy allows the sts:AssumeRole action",
        ),
        (Verdict::IdentityDenies, " with an explicit deny in an identity-based policy"),
        (Verdict::TrustDenies, " with an explicit deny in the role trust policy"),
        (Verdict::ServiceControlDenies, " with an explicit deny in a service control policy"),
        (Verdict::Unsaid, ""),
    ] {
        sts.add_role(Role::new(TARGET, "read").trusts(Trust::anyone()).refuses(verdict));
        assert_eq!(refusal(ask(assume(&sts, &alice).send())), format!("{DENIED}{clause}"));
    }
    sts.add_role(Role::new(TARGET, "read"));
    sts.use_old_wording();
    assert_eq!(refusal(ask(assume(&sts, &alice).send())), DENIED);
}

#[test]
fn root_may_not_assume() {
    let sts = Sts::start().unwrap();
    let root = sts.add_user(User::root(BASTION));
    assert_eq!(
        caller_arn(&sts.url(), &Keys::from(&root)).unwrap(),
        "arn:aws:iam::111111111111:root"
    );
    let text = refusal(ask(assume(&sts, &root).send()));
    assert_eq!(text, "AccessDenied: Roles may not be assumed by root accounts.");
}

#[test]
fn parameters_have_shapes() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    for name in ["a", "a b", "a/b", &"x".repeat(65)] {
        assert!(
            refusal(ask(assume(&sts, &alice).role_session_name(name).send()))
                .starts_with("ValidationError")
        );
    }
    assert!(
        refusal(ask(assume(&sts, &alice).policy("{not json").send()))
            .starts_with("MalformedPolicyDocument")
    );
    assert!(
        refusal(ask(assume(&sts, &alice).policy("x".repeat(2049)).send()))
            .starts_with("ValidationError")
    );
    assert!(
        refusal(ask(assume(&sts, &alice).role_arn("arn:aws:iam::1:user/x").send()))
            .contains("is invalid")
    );
    let tag = aws_sdk_sts::types::Tag::builder().key("team").value("a&b").build().unwrap();
    let call = assume(&sts, &alice)
        .tags(tag.clone())
        .transitive_tag_keys("team")
        .source_identity("alice@x");
    assert_eq!(ask(call.send()).unwrap().source_identity(), Some("alice@x"));
    let logged = sts.last("AssumeRole").unwrap();
    assert_eq!(logged.form.members("Tags", ".Value"), ["a&b"]);
    assert_eq!(logged.form.members("TransitiveTagKeys", ""), ["team"]);
    sts.add_role(Role::new(TARGET, "read").trusts(Trust::anyone().without_tags()));
    assert!(refusal(ask(assume(&sts, &alice).tags(tag).send())).contains("sts:TagSession"));
}

#[test]
fn federation_knows_its_proofs() {
    let sts = Sts::start().unwrap();
    let provider = "arn:aws:iam::222222222222:saml-provider/corp";
    sts.add_role(Role::new(TARGET, "read").trusts(Trust::arn(provider)));
    let proof = Proof {
        text: "PHg+".to_owned(),
        provider: provider.to_owned(),
        subject: "alice".to_owned(),
        session_name: "alice@corp".to_owned(),
        expired: false,
    };
    sts.add_proof(proof.clone());
    sts.add_proof(Proof { text: "b2xk".to_owned(), expired: true, ..proof });
    let no_keys = Keys { id: "x".to_owned(), secret: "x".to_owned(), token: None };
    let with = |assertion: &str| {
        let call = client(&sts.url(), &no_keys).assume_role_with_saml();
        ask(call.role_arn(READ).principal_arn(provider).saml_assertion(assertion).send())
    };
    let user = with("PHg+").unwrap();
    assert_eq!(
        user.assumed_role_user().unwrap().arn(),
        "arn:aws:sts::222222222222:assumed-role/read/alice@corp"
    );
    assert!(refusal(with("b2xk")).starts_with("ExpiredTokenException"));
    assert!(refusal(with("eA==")).starts_with("InvalidIdentityToken"));
}
