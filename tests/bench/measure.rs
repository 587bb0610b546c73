//! One path: what is done beside a reference, by turns so that both see the same machine.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::counters;
use crate::line::Line;
use crate::support::failure::{Failure, Outcome};

/// Runs of each before the first that counts: files get into memory.
const WARM_UP: usize = 10;
/// Runs that count.
const RUNS: usize = 101;
/// So few are enough of what takes longer than this for all of them.
const FEW: usize = 11;
const LONG: Duration = Duration::from_secs(5);
/// Beside another build: what may come of noise.
const NO_SLOWER: Budget = Budget::Ratio(1.05);

/// What is done, ready to be done again and again.
pub enum Task {
    /// A command from its start to its end. What goes before it is not counted.
    Command(Box<dyn Fn() -> Outcome<Command>>),
    /// What tells itself how long it took.
    Timed(Box<dyn Fn() -> Outcome<Duration>>),
}

/// Makes everything that a task needs, a home or a server, for a build of the program.
pub type Prepare = Box<dyn Fn(&Path) -> Outcome<Task>>;

/// A path, and what it is compared with.
pub struct Case {
    /// What is done, for people.
    pub name: String,
    /// What it is done with, and how many of them there are: a point of the plot.
    pub size: Option<(String, usize)>,
    pub ours: Prepare,
    /// What it is compared with, and its name.
    pub beside: (String, Prepare),
    pub budget: Budget,
    /// Whether its instructions are counted: those of a path without a server repeat.
    pub counted: bool,
    /// Whether its memory is.
    pub weighed: bool,
}

/// What is allowed.
#[derive(Clone, Copy)]
pub enum Budget {
    None,
    /// So many times the reference.
    Ratio(f64),
    /// So many milliseconds.
    Time(f64),
    /// What is left when the reference is taken off, in a unit of so many milliseconds; the most that
    /// it may be, and what of that unit may be noise.
    Left {
        unit: &'static str,
        of: f64,
        most: Option<f64>,
        noise: f64,
    },
}

impl Case {
    pub fn new(
        name: impl Into<String>,
        ours: Prepare,
        beside: (impl Into<String>, Prepare),
        budget: Budget,
    ) -> Self {
        let beside = (beside.0.into(), beside.1);
        Self { name: name.into(), size: None, ours, beside, budget, counted: false, weighed: false }
    }

    pub fn counted(self) -> Self {
        Self { counted: true, ..self }
    }

    pub fn weighed(self) -> Self {
        Self { weighed: true, ..self }
    }

    /// Runs both by turns. A reference that cannot be installed is shown in the line.
    ///
    /// # Errors
    /// When ours fails: a failure is quick and would look well.
    pub fn measure(&self, builds: &[&Path]) -> Outcome<Line> {
        let [program, others @ ..] = builds else { return Err(Failure("no program".to_owned())) };
        let ours = (self.ours)(program)?;
        ours.time()?;
        let (beside, theirs) = match others {
            [] => (self.beside.0.clone(), (self.beside.1)(program)),
            [other, ..] => ("the other build".to_owned(), (self.ours)(other)),
        };
        let theirs = theirs.and_then(|task| task.time().map(|_| task));
        let (mut times, mut references) = (Vec::new(), Vec::new());
        for warm in [true, false] {
            let began = Instant::now();
            let (runs, few, long) = if warm { (WARM_UP, 1, LONG / 10) } else { (RUNS, FEW, LONG) };
            times.clear();
            references.clear();
            for run in 0..runs {
                if run >= few && began.elapsed() > long {
                    break;
                }
                if let Ok(theirs) = &theirs {
                    references.push(theirs.time()?);
                }
                times.push(ours.time()?);
            }
        }
        let count = |counter: fn(&Command) -> Outcome<f64>| {
            [Some(&ours), others.first().and(theirs.as_ref().ok())].map(|task| match task? {
                Task::Command(make) => make().and_then(|command| counter(&command)).ok(),
                Task::Timed(_) => None,
            })
        };
        let instructions = if self.counted { count(counters::instructions) } else { [None; 2] };
        let megabytes = if self.weighed { count(counters::megabytes) } else { [None; 2] };
        let beside = (beside, theirs.map(|_| quartiles(&mut references)));
        let budget = if others.is_empty() { self.budget } else { NO_SLOWER };
        let line = Line::new(&self.name, quartiles(&mut times), beside, budget);
        Ok(Line { size: self.size.clone(), instructions, megabytes, ..line })
    }
}

impl Task {
    fn time(&self) -> Outcome<Duration> {
        let mut command = match self {
            Self::Timed(time) => return time(),
            Self::Command(make) => make()?,
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let status = command.spawn()?.wait()?;
        let took = began.elapsed();
        if status.success() {
            Ok(took)
        } else {
            Err(Failure(format!("{status}: {}", words(&command))))
        }
    }
}

/// A command without its environment.
fn words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// In milliseconds.
fn quartiles(times: &mut [Duration]) -> [f64; 3] {
    times.sort_unstable();
    let at = |quarter: usize| times.get(times.len() * quarter / 4).copied().unwrap_or_default();
    [1, 2, 3].map(|quarter| at(quarter).as_secs_f64() * 1e3)
}
