//! One case: a command beside a reference, run by turns so that both see the same machine.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

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
    /// What it is done with, and how many of them there are: a point of the plot.
    pub size: Option<(String, usize)>,
    pub command: Make,
    /// What it is compared with, and its name.
    pub beside: (String, Make),
    pub budget: Budget,
}

/// What is allowed.
#[derive(Clone, Copy)]
pub enum Budget {
    None,
    /// So many times the reference.
    Ratio(f64),
    /// So many milliseconds.
    Time(f64),
    /// So many microseconds for each of the times that the command does it and the reference does
    /// nothing instead.
    Each {
        times: u32,
        micros: Option<f64>,
    },
}

/// What came out. Times are in milliseconds, or in microseconds for one of many.
#[derive(Serialize)]
pub struct Line {
    pub path: String,
    #[serde(skip)]
    pub size: Option<(String, usize)>,
    pub unit: &'static str,
    pub median: f64,
    /// A quarter of the runs took less, a quarter took more.
    pub quartiles: [f64; 2],
    pub beside: String,
    pub beside_median: f64,
    pub ratio: f64,
    pub budget: Option<String>,
    pub met: Option<bool>,
}

impl Case {
    pub fn new(
        name: impl Into<String>,
        command: Make,
        beside: (&str, Make),
        budget: Budget,
    ) -> Self {
        let beside = (beside.0.to_owned(), beside.1);
        Self { name: name.into(), size: None, command, beside, budget }
    }

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
        let [low, median, high] = quartiles(&mut times);
        let [_, beside_median, _] = quartiles(&mut others);
        let ratio = median / beside_median;
        let (unit, scale, taken_off) = match self.budget {
            Budget::Each { times, .. } => ("µs", 1e3 / f64::from(times), beside_median),
            _ => ("ms", 1.0, 0.0),
        };
        let scaled = |time: f64| (time - taken_off) * scale;
        let (budget, met) = match self.budget {
            Budget::None => (None, None),
            Budget::Ratio(most) => (Some(format!("{most} ×")), Some(ratio <= most)),
            Budget::Time(most) => (Some(format!("{most} ms")), Some(median <= most)),
            Budget::Each { micros, .. } => {
                (micros.map(|most| format!("{most} µs")), micros.map(|most| scaled(median) <= most))
            }
        };
        Ok(Line {
            path: self.name.clone(),
            size: self.size.clone(),
            unit,
            median: scaled(median),
            quartiles: [scaled(low), scaled(high)],
            beside: self.beside.0.clone(),
            beside_median,
            ratio,
            budget,
            met,
        })
    }
}

impl Line {
    /// The head of the table that [`Line::row`] is a row of.
    pub const HEAD: &str = "| path | median | half of the runs | beside | ratio | budget | met |\n\
                            |---|---|---|---|---|---|---|";

    pub fn row(&self) -> String {
        let [low, high] = self.quartiles;
        let met = self.met.map_or("", |met| if met { "yes" } else { "**no**" });
        // What is left when the reference is taken off has no ratio to it.
        let ratio = if self.unit == "ms" { format!("{:.2} ×", self.ratio) } else { String::new() };
        format!(
            "| {} | {:.2} {} | {low:.2}–{high:.2} | {}, {:.2} ms | {ratio} | {} | {met} |",
            self.path,
            self.median,
            self.unit,
            self.beside,
            self.beside_median,
            self.budget.as_deref().unwrap_or_default()
        )
    }
}

fn time(name: &str, make: &Make) -> Outcome<Duration> {
    let mut command = make();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let status = command.spawn()?.wait()?;
    let took = began.elapsed();
    if status.success() { Ok(took) } else { Err(Failure(format!("{name}: {status}: {command:?}"))) }
}

/// In milliseconds.
fn quartiles(times: &mut Vec<Duration>) -> [f64; 3] {
    times.drain(..WARM_UP);
    times.sort_unstable();
    let at = |quarter: usize| times.get(times.len() * quarter / 4).copied().unwrap_or_default();
    [1, 2, 3].map(|quarter| at(quarter).as_secs_f64() * 1e3)
}
