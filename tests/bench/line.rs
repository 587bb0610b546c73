//! What came out of a path: a row of the table, or an object for programs.

use serde::Serialize;

use crate::measure::Budget;
use crate::support::failure::{Failure, Outcome};

/// What may be resident.
const MOST_MEGABYTES: f64 = 15.0;

/// Times are in milliseconds, or in the unit of the budget.
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
    /// Nothing where the reference could not be run.
    pub beside_median: Option<f64>,
    pub ratio: Option<f64>,
    pub budget: Option<String>,
    pub met: Option<bool>,
    /// In millions, of ours and of the other build's.
    pub instructions: [Option<f64>; 2],
    /// The most that was resident.
    pub megabytes: [Option<f64>; 2],
}

impl Line {
    /// The head of the table that [`Line::row`] is a row of.
    pub const HEAD: &str = "| path | median | half of the runs | beside | ratio | budget | met | M instructions | MB |\n\
                            |---|---|---|---|---|---|---|---|---|";

    pub fn new(
        path: &str,
        [low, median, high]: [f64; 3],
        (beside, theirs): (String, Outcome<[f64; 3]>),
        budget: Budget,
    ) -> Self {
        let (beside, theirs) = match theirs {
            Ok([_, median, _]) => (beside, Some(median)),
            Err(Failure(why)) => (format!("{beside}: {}", cell(&why)), None),
        };
        let ratio = theirs.map(|theirs| median / theirs);
        let (unit, of, taken_off) = match budget {
            Budget::Left { unit, of, .. } => (unit, of, theirs.unwrap_or_default()),
            _ => ("ms", 1.0, 0.0),
        };
        let scaled = |time: f64| (time - taken_off) / of;
        let (budget, met) = match budget {
            Budget::None => (None, None),
            Budget::Ratio(most) => (Some(times(most)), ratio.map(|ratio| ratio <= most)),
            Budget::Time(most) => (Some(format!("{most} ms")), Some(median <= most)),
            Budget::Left { most, noise, .. } => {
                let most_here = most.filter(|_| theirs.is_some());
                let met = most_here.map(|most| scaled(median) <= most + noise);
                (most.map(|most| format!("{most} {unit}")), met)
            }
        };
        Self {
            path: path.to_owned(),
            size: None,
            unit,
            median: scaled(median),
            quartiles: [scaled(low), scaled(high)],
            beside,
            beside_median: theirs,
            ratio: ratio.filter(|_| unit == "ms"),
            budget,
            met,
            instructions: [None; 2],
            megabytes: [None; 2],
        }
    }

    pub fn row(&self) -> String {
        let [low, high] = self.quartiles;
        let beside = self.beside_median.map_or_else(String::new, |time| format!(", {time:.2} ms"));
        let ratio = self.ratio.map(times).unwrap_or_default();
        let met = self.met.map_or("", |met| if met { "yes" } else { "**no**" });
        format!(
            "| {} | {:.2} {} | {low:.2}–{high:.2} | {}{beside} | {ratio} | {} | {met} | {} | {} |",
            self.path,
            self.median,
            self.unit,
            self.beside,
            self.budget.as_deref().unwrap_or_default(),
            both(self.instructions.map(|it| it.map(|millions| format!("{millions:.1}")))),
            both(self.megabytes.map(|it| it.map(megabytes))),
        )
    }

    /// The row of a path that did not run.
    pub fn failed(path: &str, Failure(why): &Failure) -> String {
        format!("| {path} | {} | | | | | **no** | | |", cell(why))
    }
}

/// `1.25 ×`, or `1/300` where ours is much faster.
fn times(ratio: f64) -> String {
    match ratio {
        ..0.1 => format!("1/{:.0}", 1.0 / ratio),
        _ => format!("{ratio:.2} ×"),
    }
}

/// Ours, and behind a slash the other build's.
fn both(numbers: [Option<String>; 2]) -> String {
    numbers.into_iter().flatten().collect::<Vec<_>>().join(" / ")
}

fn megabytes(number: f64) -> String {
    if number <= MOST_MEGABYTES { format!("{number:.1}") } else { format!("**{number:.1}**") }
}

/// What fits into a table.
fn cell(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().replace('|', "/");
    line.chars().take(120).collect()
}
