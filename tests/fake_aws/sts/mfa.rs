//! MFA on a call: the device of the caller, the code within a step of the clock, each code once.

use super::caller::{Caller, Kind};
use super::form::Form;
use super::problem::Problem;
use super::shape;
use super::state::State;
use super::totp;

/// A code that was right and is not used up yet.
pub struct Accepted {
    serial: String,
    step: i64,
}

/// Judges `SerialNumber` and `TokenCode` of a call; `None` when it carries neither.
///
/// # Errors
/// AWS's refusals of a wrong code or a wrong device.
pub fn judge(state: &mut State, caller: &Caller, form: &Form) -> Result<Option<Accepted>, Problem> {
    shape::text(form, "SerialNumber", 9..=256, "_+=/:,.@-")?;
    shape::text(form, "TokenCode", 6..=6, "")?;
    let (serial, code) = match (form.get("SerialNumber"), form.get("TokenCode")) {
        (None, None) => return Ok(None),
        (Some(serial), Some(code)) => (serial, code),
        _ => {
            return Err(Problem::denied(
                "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
            ));
        }
    };
    let (now, patience) = (state.now(), state.settings.patience);
    let own = state
        .user(&caller.principal)
        .is_some_and(|user| user.devices.iter().any(|d| d.serial == serial));
    let device =
        state.device(serial).filter(|_| own && matches!(caller.kind, Kind::User | Kind::Root));
    let Some((device, seed)) =
        device.and_then(|device| device.seed.clone().map(|seed| (device, seed)))
    else {
        return Err(Problem::wrong_device());
    };
    let current = now.0.div_euclid(totp::STEP) + device.drift;
    (current - patience..=current + 1)
        .find(|&step| totp::code(&seed, step) == code && !device.used.contains(&step))
        .map(|step| Some(Accepted { serial: serial.to_owned(), step }))
        .ok_or_else(Problem::wrong_code)
}

impl Accepted {
    /// Uses the code up.
    pub fn spend(&self, state: &mut State) {
        if let Some(device) = state.device(&self.serial) {
            device.used.push(self.step);
        }
    }
}

/// Uses the code up unless the call ended in a `ValidationError`, which AWS answers before it takes
/// the code.
pub fn settle(state: &mut State, code: Option<&Accepted>, outcome: Option<&Problem>) {
    let kept = outcome.is_some_and(|problem| problem.code == "ValidationError")
        && !state.settings.spend_always;
    if let Some(code) = code.filter(|_| !kept) {
        code.spend(state);
    }
}
