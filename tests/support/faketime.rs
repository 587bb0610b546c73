//! The clock that the programs of a world see, moved away from this machine's, also while they run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tools::find;
use super::world::World;

/// A clock for all programs that a world starts from now on.
pub struct LocalClock {
    file: PathBuf,
}

impl LocalClock {
    /// A clock that is right. `None` where libfaketime is missing; see [`find`].
    ///
    /// # Panics
    /// When it is missing under `CI=true`.
    pub fn of(world: &mut World) -> Option<Self> {
        let output = Command::new(find("faketime")?)
            .args(["-f", "+0", "printenv", "LD_PRELOAD"])
            .output()
            .ok()?;
        let library = String::from_utf8(output.stdout).ok()?;
        sweep();
        let clock = Self { file: world.root().join("clock") };
        clock.set(0);
        world.set("LD_PRELOAD", library.trim());
        world.set("FAKETIME_TIMESTAMP_FILE", &clock.file);
        world.set("FAKETIME_NO_CACHE", "1");
        world.set("DONT_FAKE_MONOTONIC", "1");
        Some(clock)
    }

    /// Moves it so many seconds ahead of this machine's.
    pub fn set(&self, seconds: i64) {
        // Renamed into place: a reader finds the old or the new one.
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{seconds:+}\n")).unwrap();
        fs::rename(new, &self.file).unwrap();
    }
}

/// The library leaves shared memory behind under the id of each process. A later process of that id
/// would take it over, another test's clock with it, so what belongs to no living process is
/// removed.
fn sweep() {
    let Ok(entries) = fs::read_dir("/dev/shm") else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let process =
            name.strip_prefix("faketime_shm_").or_else(|| name.strip_prefix("sem.faketime_sem_"));
        if process.is_some_and(|id| !Path::new("/proc").join(id).exists()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
