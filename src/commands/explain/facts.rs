//! Each decision of a plan with what made it: an option, a file and line, a variable, a default.

use crate::acquire::sso::RENEWED_BELOW;
use crate::plan::{
    Call, CredentialSource, Foresight, Goal, Mark, Origin, Plan, Question, Service, Shorter,
    SignOn, Snapshot, Step, Trust, With,
};
use crate::types::sanitize::{escape_up_to, escape_url};
use crate::types::{Moment, Partition, minutes};
use crate::ui::page::Fact;

pub(super) fn of_plan(
    plan: &Plan,
    known: &Snapshot,
    foresight: &Foresight,
    now: Moment,
) -> Vec<Fact> {
    let target = &plan.target;
    let mut facts = Vec::new();
    if let Some(role) = &target.role {
        facts.push(fact("account", role.account.as_str(), &target.account_origin));
        facts.push(fact("role", role.name.as_str(), &target.role_origin));
        if role.partition != Partition::default() {
            facts.push(Fact::new("partition", role.partition.as_str(), ""));
        }
    } else {
        let told = plan.base.told_account.as_ref();
        facts
            .extend(told.map(|told| fact("account", &escape_up_to(&told.value, 20), &told.origin)));
        facts.push(Fact::new("role", "none: the session is that of the keys' own user", ""));
    }
    facts.push(match &plan.region {
        Some(region) => fact("region", region.value.as_str(), &region.origin),
        None if foresight.calls.iter().any(|call| call.name(plan).starts_with("sts:")) => {
            let why = format!("none is named; STS is asked in {}", plan.connection.region);
            Fact::new("region", "none", &why)
        }
        None => Fact::new("region", "none", ""),
    });
    if let Some(step) = plan.steps.last() {
        facts.push(duration(step, &foresight.goal));
    }
    facts.push(question(plan, known, foresight, now));
    if let Some(step) = plan.steps.last() {
        parameters(step, plan.base.source.gives_role() && plan.steps.len() == 1, plan, &mut facts);
    }
    for protected in &plan.protected {
        let answer = match plan.consents {
            true => "--yes answers",
            false => "a switch asks for the name; --yes skips it",
        };
        let is_known = protected.alias.value != Mark::Unknown;
        let state = if is_known { "protected" } else { "may be protected" };
        let value = format!("{state}: {answer}");
        facts.push(fact("guard", &value, &protected.alias.origin));
    }
    if plan.is_read_only() {
        facts.push(Fact::new("access", "read-only", "--write lifts it"));
    }
    if let Some(policy) = plan.narrowing(known) {
        facts.push(fact("policy", &policy.value, &policy.origin));
    }
    if let Trust::Bundle(bundle) = &plan.connection.trust {
        facts.push(fact("trusts", &bundle.value.to_string_lossy(), &bundle.origin));
    }
    steps(plan, foresight, &mut facts);
    facts
}

fn fact(label: &str, value: &str, origin: &Origin) -> Fact {
    Fact::new(label, value, &origin.to_string())
}

fn duration(step: &Step, goal: &Goal) -> Fact {
    let (asked, origin) = (minutes(step.duration.value.into()), &step.duration.origin);
    let why = match goal.shorter {
        None => return fact("lasts", &asked, origin),
        Some(Shorter::Chained) => "AWS gives a role assumed from temporary keys no more",
        Some(Shorter::Remembered) => "the role allows no more, as an earlier switch found out",
        Some(Shorter::NoQuestion) => "a longer session takes a code, and no question may be asked",
    };
    let value = format!("{} in place of {asked} from {origin}", minutes(goal.seconds.into()));
    Fact::new("lasts", &value, why)
}

pub(super) fn sends_code(foresight: &Foresight) -> bool {
    foresight.calls.iter().any(|call| {
        matches!(
            call,
            Call::SessionToken { code: true } | Call::AssumeRole { with: With::KeysAndCode, .. }
        )
    })
}

pub(super) fn runs_mfa_program(foresight: &Foresight) -> bool {
    foresight.calls.contains(&Call::MfaProgram)
}

fn question(plan: &Plan, known: &Snapshot, foresight: &Foresight, now: Moment) -> Fact {
    if foresight.stored.is_some() {
        return Fact::new("asks", "nothing", "the stored session is used");
    }
    let is_long = foresight
        .calls
        .iter()
        .any(|call| matches!(call, Call::AssumeRole { with: With::KeysAndCode, .. }));
    let why = match is_long {
        true => "more than 1h takes a code of its own each time",
        false => "once for 12h, for all roles and shells",
    };
    for question in &foresight.questions {
        return match question {
            Question::AccountName(_) => continue,
            Question::MfaCode(_) | Question::Device(_) if foresight.device_is_open => Fact::new(
                "asks",
                "an MFA code, if the user has a device",
                "AWS is asked for the user's devices (iam:ListMFADevices)",
            ),
            Question::MfaCode(device) => {
                let serial = escape_up_to(&device.value, 200);
                Fact::new(
                    "asks",
                    &format!("a code of the MFA device {serial} ({})", device.origin),
                    why,
                )
            }
            Question::Device(_) => Fact::new("asks", "which MFA device, and its code", why),
            Question::Password => Fact::new("asks", "user and password", "no file says both"),
            Question::SignOn => Fact::new("asks", "a sign-on in the browser", "not signed on"),
        };
    }
    if let Some(program) = plan.mfa_program(known).filter(|_| runs_mfa_program(foresight)) {
        let value = format!("nothing: a program prints the MFA code ({})", program.origin);
        return Fact::new("asks", &value, why);
    }
    if sends_code(foresight) {
        return Fact::new("asks", "nothing: the MFA code was given", why);
    }
    if let CredentialSource::Process(_) = plan.base.source
        && (plan.user_key_id(known).is_none() || foresight.calls.contains(&Call::Source))
    {
        return Fact::new("asks", "what the program of the profile asks", "");
    }
    let reason = plan.base.source.asks_nothing_since(known.sign_on, now);
    let reason = reason.unwrap_or_else(|| of_user(plan, known, foresight, now));
    Fact::new("asks", "nothing", &reason)
}

/// Why a user with long-term keys is asked nothing.
fn of_user(plan: &Plan, known: &Snapshot, foresight: &Foresight, now: Moment) -> String {
    if let Some(before) = plan.steps.len().checked_sub(2).and_then(|at| plan.steps.get(at))
        && foresight.calls.len() == 1
    {
        return format!("the session of {} on the way is stored", before.name);
    }
    match &known.mfa_session {
        Some(session) if session.session.expires > now.plus(known.skew) => {
            let left = session.session.expires.since(now.plus(known.skew));
            format!("your MFA session is stored, for {} more", minutes(left))
        }
        _ if !plan.mfa.discovers && plan.mfa.serial.is_none() => {
            "no profile on the way names an mfa_serial".to_owned()
        }
        _ => "this user has no MFA device, as AWS said before".to_owned(),
    }
}

fn parameters(step: &Step, gives_role: bool, plan: &Plan, facts: &mut Vec<Fact>) {
    let (shape, origins) = (&step.parameters, &step.origins);
    let is_saml = matches!(plan.base.source, CredentialSource::Saml(_)) && gives_role;
    if !is_saml {
        facts.push(match &shape.session_name {
            Some(name) => fact("session name", name, &origins.session_name),
            None => Fact::new("session name", "your user name", "default"),
        });
    }
    if !gives_role {
        let id = shape.external_id.as_deref().unwrap_or("none");
        facts.push(fact("external id", id, &origins.external_id));
    }
    if !shape.policy_arns.is_empty() {
        facts.push(fact("policies", &shape.policy_arns.join(" "), &origins.policies));
    }
    if let Some(policy) = &shape.policy {
        facts.push(Fact::new("policy", policy, "--policy"));
    }
    if !shape.tags.is_empty() {
        let tags: Vec<String> =
            shape.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        facts.push(fact("tags", &tags.join(" "), &origins.tags));
    }
    if let Some(identity) = &shape.source_identity {
        facts.push(fact("source identity", identity, &origins.source_identity));
    }
}

/// Where the first credentials come from, each role that is assumed, and what is called for it.
fn steps(plan: &Plan, foresight: &Foresight, facts: &mut Vec<Fact>) {
    let chosen_by = plan.base.chosen_by.as_ref();
    let by = chosen_by.map(|by| format!("{}: {}", by.value, by.origin)).unwrap_or_default();
    let mut lines = vec![(plan.base.source.told(&plan.base.profile, &plan.base.description), by)];
    for (at, step) in plan.steps.iter().enumerate() {
        let is_last = at + 1 == plan.steps.len();
        let seconds = match is_last {
            true => foresight.goal.seconds,
            false => step.duration.value.min(crate::plan::ONE_HOUR),
        };
        let profile = step.profile.as_ref().map(|name| format!("profile {name}"));
        let what = format!("{}, {}", step.role, minutes(seconds.into()));
        lines.push((what, profile.unwrap_or_default()));
    }
    for (at, (what, origin)) in lines.iter().enumerate() {
        let label = if at == 0 { "steps" } else { "" };
        facts.push(Fact::new(label, &format!("{}. {what}", at + 1), origin));
    }
    let calls: Vec<&str> = foresight.calls.iter().map(|call| call.name(plan)).collect();
    let calls = if calls.is_empty() { "none".to_owned() } else { calls.join(", ") };
    facts.push(Fact::new("calls", &calls, ""));
}

/// Where the services are asked that a new session takes: STS, and whatever is asked elsewhere than at
/// AWS.
pub(super) fn services(plan: &Plan, calls: &[Call], known: &Snapshot, now: Moment) -> Vec<Fact> {
    let overrides = &plan.connection.endpoints;
    let keys = calls.iter().filter_map(|call| Some(call.name(plan).split_once(':')?.0));
    let mut keys: Vec<&str> = keys.collect();
    let is_new = matches!(known.sign_on, SignOn::Live(ends) if ends.since(now) > RENEWED_BELOW);
    if keys.contains(&Service::PORTAL.key) && !is_new {
        keys.push(Service::SIGN_ON.key);
    }
    let asked = Service::ALL.into_iter().filter(|service| keys.contains(&service.key));
    let told = asked.filter_map(|service| match overrides.of(service) {
        Some(url) => Some(fact(service.name, &escape_url(&url.value), &url.origin)),
        None if service == Service::STS => {
            let kinds = [(overrides.fips, " FIPS"), (overrides.dual_stack, " dual-stack")];
            let kind: String =
                kinds.into_iter().filter(|(is_on, _)| *is_on).map(|(_, kind)| kind).collect();
            let place = format!("AWS's{kind} endpoint in {}", plan.connection.region);
            Some(Fact::new("STS", &place, ""))
        }
        None => None,
    });
    told.collect()
}
