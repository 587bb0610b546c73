//! `mfa_process`: a program that prints the code, in place of the question.

use std::time::Duration;

use super::program::{Program, Voice, code_in_output};
use super::roles::serial_of;
use super::run::Runner;
use crate::error::{Error, Kind, Result};
use crate::plan::{Chosen, Service};
use crate::types::Moment;

/// The variable that tells the program which device is meant.
const SERIAL: &str = "ASSUME_ROLE_MFA_SERIAL";
/// A device shows a new code at each multiple of that, in seconds (RFC 6238).
const STEP: i64 = 30;
/// How often the clock is looked at while the next code is waited for.
const PAUSE: Duration = Duration::from_millis(200);
/// A clock that is set back makes no one wait longer than that.
const LONGEST_WAIT: Duration = Duration::from_secs(31);

/// What messages call the program.
pub(super) fn whose(program: &Chosen<String>) -> String {
    format!("the program of mfa_process ({})", program.origin)
}

impl Runner<'_> {
    /// Has the program print a code. Meanwhile the connection opens and the keys are proved. Where
    /// it fails, a person is asked.
    pub(super) async fn printed_code(&mut self) -> Result<()> {
        let program = self.plan.mfa_program(&self.known).cloned();
        let program = program.ok_or_else(|| Error::new(Kind::Bug, "no program prints a code"))?;
        if self.mfa.printed > 0 {
            self.next_code().await;
        }
        self.mfa.printed += 1;
        self.client()?.tell(Service::STS);
        let (serial, report) = (serial_of(&self.known.device), self.with.report);
        let printed = async {
            let (place, whose) = (program.origin.to_string(), whose(&program));
            let words = ["/bin/sh", "-c", &program.value].map(str::to_owned);
            let variables = [(SERIAL, serial.as_str())];
            let program = Program {
                words: &words,
                place: &place,
                whose: &whose,
                variables: &variables,
                voice: Voice::Terminal,
            };
            let output = program.output(report).await;
            output.and_then(|output| code_in_output(&output, &whose))
        };
        // A keyring may ask for its own password first, on the same terminal.
        self.keys().await?;
        self.tell_asking(true);
        let printed = match self.known.is_proved {
            true => Ok(printed.await),
            false => {
                let printed = async { Ok(printed.await) };
                tokio::try_join!(printed, self.prove_keys()).map(|(printed, ())| printed)
            }
        };
        self.tell_asking(false);
        match (printed?, &self.mfa.refused) {
            (Ok(code), Some((last, refusal))) if *last == code => Err(refusal.clone()),
            (Ok(code), _) => {
                self.known.code = Some(code);
                Ok(())
            }
            (Err(error), _) if self.terminal.can_ask() => {
                report.warn(&error.message);
                self.known.mfa_program_failed = true;
                Ok(())
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn next_code(&self) {
        let now = self.now();
        let next = Moment(now.0 - now.0.rem_euclid(STEP) + STEP + 1);
        let left = next.since(now);
        self.with.report.text(&format!("that code was used; the next one comes in {left}s"));
        let waited = async {
            while self.now() < next {
                tokio::time::sleep(PAUSE).await;
            }
        };
        let _ = tokio::time::timeout(LONGEST_WAIT, waited).await;
    }
}
