//! A scene in which time goes by for everyone, or for this machine's clock alone.

use crate::scenes::Scene;
use crate::scenes::one_shell::OneShell;
use crate::support::faketime::LocalClock;

pub const HOUR: i64 = 3600;
pub const YEAR: i64 = 365 * 24 * HOUR;

/// A scene in which time goes by for everyone.
pub struct Day {
    pub scene: Scene,
    pub clock: LocalClock,
}

impl Day {
    /// `None` where no clock can be moved.
    pub fn begin(mut scene: Scene) -> Option<Self> {
        let clock = LocalClock::of(&mut scene.world)?;
        Some(Self { scene, clock })
    }

    /// It is so many seconds after the beginning.
    pub fn comes_to(&self, seconds: i64) {
        self.clock.set(seconds);
        self.scene.sts.set_clock(seconds);
    }

    /// A shell in production:read, the first of the day.
    pub fn first_shell(&self) -> OneShell<'_> {
        let mut shell = OneShell::new(&self.scene);
        shell.succeeds(&["production", "read", &self.scene.code()]);
        shell
    }

    /// What AWS heard so far: connections and requests.
    pub fn heard(&self) -> (usize, usize) {
        (self.scene.sts.connections(), self.scene.sts.requests().len())
    }

    /// Seconds that are left of a moment of this world.
    pub fn left(&self, moment: Option<i64>) -> i64 {
        moment.unwrap() - self.scene.sts.now().0
    }
}

/// Asserts that seconds are this many, give or take what a test takes.
#[track_caller]
pub fn about(seconds: i64, expected: i64) {
    assert!((expected - 60..=expected + 2).contains(&seconds), "{seconds}, not {expected}");
}
