//! `profile add`, `remove` and `list`: what is written, what is refused, what survives, and who
//! reads it.

pub mod all;
mod consumers;
mod faults;
mod forms;
mod places;
mod refusals;
mod writers;

use crate::scenes::Scene;
use crate::support::process::Ran;
use crate::support::world::World;

/// What the mark below a header says.
fn mark(name: &str) -> String {
    format!("# Written by assume-role; to take it away: assume-role profile remove {name}\n")
}

/// The section that `profile add NAME production read` writes, with the region that the arguments
/// had.
fn process_section(world: &World, name: &str, words: &str) -> String {
    let program = world.program();
    format!(
        "[profile {name}]\n{}credential_process = {} credential-process {words}\n",
        mark(name),
        program.display()
    )
}

#[track_caller]
fn profile(world: &World, words: &[&str]) -> Ran {
    let ran = world.run(["profile"].iter().chain(words)).unwrap();
    assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
    ran
}

/// A refusal, which changes no file.
#[track_caller]
fn refused(scene: &Scene, status: i32, words: &[&str]) -> String {
    let before = scene.files_of_the_user();
    let ran = scene.world.run(["profile"].iter().chain(words)).unwrap();
    assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{words:?}: {ran:?}");
    assert_eq!(before, scene.files_of_the_user(), "{words:?}");
    ran.stderr
}

fn text(world: &World, path: &str) -> String {
    std::fs::read_to_string(world.home().join(path)).unwrap()
}
