//! With `--online`: whether STS answers, whose keys the base's are, whether its clock agrees, and
//! which MFA devices there are. Two calls at most; nothing is asked for that would cost a code.

use super::files::FilesRead;
use super::finding::{Finding, Level};
use crate::acquire::Runtime;
use crate::acquire::keyring::keys_of;
use crate::aws::{
    Attempt, AwsError, Client, Device, FailureKind, caller_identity, diagnose, mfa_devices,
};
use crate::commands::wall_clock::skew_told;
use crate::error::Result;
use crate::plan::{BaseAtHand, Chosen, KeysAtHand, plain_connection};
use crate::types::sanitize::escape;
use crate::types::{Credentials, Secret};
use crate::ui::report::Report;

pub(super) fn findings(read: &FilesRead) -> Result<Vec<Finding>> {
    let Some(config) = read.config() else {
        return Ok(vec![Finding::note("AWS was not asked, since a file cannot be read")]);
    };
    let at_hand = BaseAtHand::resolve(config).ok().filter(|found| found.base.key_id().is_some());
    let (at_hand, mfa_serial) = match at_hand {
        Some(BaseAtHand { base, mfa_serial, connection }) => {
            let report = Report::silent();
            let keys = keys_of(&base, &config.environment, &report);
            let keys = Runtime::new().and_then(|runtime| runtime.run(keys));
            let description = base.description.clone();
            (keys.map(|keys| KeysAtHand { keys, description, connection }), Some(mfa_serial))
        }
        None => {
            let description = "no keys".to_owned();
            let at_hand = plain_connection(config).map(|connection| KeysAtHand {
                keys: placeholder(),
                description,
                connection,
            });
            (at_hand, None)
        }
    };
    let at_hand = match at_hand {
        Ok(at_hand) => at_hand,
        Err(error) if error.kind.ends_the_run() => return Err(error),
        Err(error) => return Ok(vec![Finding::of_error(Level::Broken, &error)]),
    };
    let client = match Client::of(&at_hand.connection, &Report::silent()) {
        Ok(client) => client,
        Err(error) => return Ok(vec![Finding::of_error(Level::Broken, &error)]),
    };
    let asked = Runtime::new()
        .and_then(|runtime| runtime.run(async { Ok(ask(&at_hand, mfa_serial, &client).await) }));
    let mut findings = match asked {
        Ok(findings) => findings,
        Err(error) if error.kind.ends_the_run() => return Err(error),
        Err(error) => vec![Finding::of_error(Level::Broken, &error)],
    };
    findings.extend(clock(&client));
    Ok(findings)
}

/// Keys that do not exist: AWS's refusal of them shows that it can be reached.
fn placeholder() -> Credentials {
    Credentials {
        id: "AKIAXXXXXXXXXXXXXXXX".to_owned(),
        secret: Secret::new("not-a-secret".to_owned()),
        token: None,
    }
}

/// `mfa_serial` is `None` where there are no base keys, else what their profile says.
async fn ask(
    at_hand: &KeysAtHand,
    mfa_serial: Option<Option<Chosen<String>>>,
    client: &Client,
) -> Vec<Finding> {
    let sts = client.endpoints().sts_shown();
    let identity = match caller_identity(client, &at_hand.keys).await {
        Ok(identity) => identity,
        Err(failure)
            if mfa_serial.is_none() && matches!(failure.trouble, FailureKind::Answer { .. }) =>
        {
            return vec![Finding::fine(&format!(
                "{sts} answers; there are no base keys to ask more with"
            ))];
        }
        Err(failure) => {
            let error = diagnose(&failure, &Attempt::to_ask_whose(&at_hand.description), client);
            return vec![Finding::of_error(Level::Broken, &error)];
        }
    };
    if identity.is_root() {
        return vec![
            Finding::broken(&format!(
                "{} are root keys: AWS does not let root assume roles",
                at_hand.description
            ))
            .remedy("create an IAM user with keys of its own, and delete the root keys"),
        ];
    }
    let mut findings =
        vec![Finding::fine(&format!("{sts} answers: the base is {}", escape(&identity.arn)))];
    if !at_hand.keys.are_temporary() {
        findings
            .push(devices(mfa_devices(client, &at_hand.keys).await, mfa_serial.flatten().as_ref()));
    }
    findings
}

fn devices(
    answer: std::result::Result<Vec<Device>, AwsError>,
    mfa_serial: Option<&Chosen<String>>,
) -> Finding {
    let devices = match answer {
        Ok(devices) => devices,
        Err(failure) if failure.is_denial() => {
            let told = "AWS does not tell this user its MFA devices; the name is guessed";
            return Finding::note(told).remedy("name it: mfa_serial in the profile or the account");
        }
        Err(_) => return Finding::warning("IAM did not say which MFA devices there are"),
    };
    let serials = |shows_codes: bool| {
        let wanted = devices.iter().filter(move |device| device.shows_codes() == shows_codes);
        wanted.map(|device| escape(&device.serial)).collect::<Vec<_>>()
    };
    let (with_codes, passkeys) = (serials(true), serials(false));
    if let Some(named) = mfa_serial
        && !devices.iter().any(|device| device.serial == named.value)
    {
        return Finding::warning(&format!(
            "{}: {} is not a device of this user",
            named.origin,
            escape(&named.value)
        ))
        .remedy(if with_codes.is_empty() {
            "remove the line".to_owned()
        } else {
            format!("it has {}", with_codes.join(", "))
        });
    }
    match (with_codes.as_slice(), passkeys.is_empty()) {
        ([], true) => Finding::note("this user has no MFA device: no code is ever asked"),
        ([], false) => Finding::warning("this user has only passkeys, which STS cannot take")
            .remedy("add a virtual MFA device (an authenticator app) for command lines"),
        (serials, _) => Finding::fine(&format!("MFA devices with codes: {}", serials.join(", "))),
    }
}

fn clock(client: &Client) -> Option<Finding> {
    let skew = client.skew()?;
    Some(match skew_told(skew) {
        None => Finding::fine("the clock agrees with AWS's"),
        Some(off) => Finding::warning(&format!("this machine's clock is {off} AWS's"))
            .remedy("set it, best by NTP"),
    })
}
