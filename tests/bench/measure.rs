//! One case: a command beside a reference, run by turns so that both see the same machine.

use std::fmt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::failure::{Failure, Outcome};

/// Runs of each command before the first that counts: files get into memory.
const WARM_UP: usize = 10;
/// Runs that count.
const RUNS: usize = 101;
/// So few are enough of a command that takes longer than this for all of them.
const FEW: usize = 11;
const LONG: Duration = Duration::from_secs(10);

/// Makes a command, ready to start.
pub type Make = Box<dyn Fn() -> Command>;

/// A command and what it is compared with.
pub struct Case {
    /// What is done, for people.
    pub name: String,
    /// The command.
    pub command: Make,
    /// What it is compared with, and its name.
    pub beside: (String, Make),
    /// The ratio that is allowed, where one is.
    pub budget: Option<f64>,
}

/// What came out, as one line.
pub struct Line {
    name: String,
    median: Duration,
    beside: (String, Duration),
    budget: Option<f64>,
}

impl Case {
    /// Runs both by turns.
    ///
    /// # Errors
    /// When one of them fails: a failure is quick and would look well.
    pub fn measure(&self) -> Outcome<Line> {
        let (mut times, mut others) = (Vec::new(), Vec::new());
        let began = Instant::now();
        for run in 0..WARM_UP + RUNS {
            if run >= WARM_UP + FEW && began.elapsed() > LONG {
                break;
            }
            others.push(time(&self.beside.0, &self.beside.1)?);
            times.push(time(&self.name, &self.command)?);
        }
        Ok(Line {
            name: self.name.clone(),
            median: median(&mut times),
            beside: (self.beside.0.clone(), median(&mut others)),
            budget: self.budget,
        })
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.median.as_secs_f64() / self.beside.1.as_secs_f64();
        write!(f, "{:<44} {:>9}  {ratio:>6.2} × {}", self.name, shown(self.median), self.beside.0)?;
        write!(f, " ({})", shown(self.beside.1))?;
        match self.budget {
            Some(budget) if ratio > budget => write!(f, ", OVER the budget of {budget}"),
            Some(budget) => write!(f, ", budget {budget}"),
            None => Ok(()),
        }
    }
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn time(name: &str, make: &Make) -> Outcome<Duration> {
    let mut command = make();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let status = command.spawn()?.wait()?;
    let took = began.elapsed();
    if status.success() { Ok(took) } else { Err(Failure(format!("{name}: {status}: {command:?}"))) }
}

fn median(times: &mut Vec<Duration>) -> Duration {
    times.drain(..WARM_UP);
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
