//! On a full disk, or where a call fails: the old file or the new one, and nothing else.

use std::fs;

use super::text;
use crate::scenes::{Scene, bastion};
use crate::store::crashes::has_strace;
use crate::support::process::{self, Ran};

const BEFORE: &str = "[default]\nregion = eu-west-1\n";
fn scene() -> Scene {
    let scene = bastion();
    scene.world.config(BEFORE).unwrap();
    scene
}

fn add_under(scene: &Scene, inject: &str) -> Ran {
    let mut command = scene.world.command_of("strace");
    command.args(["-f", "-o", "/dev/null", "-e", &format!("inject={inject}")]);
    command
        .arg(scene.world.program())
        .args(["profile", "add", "prod", "production", "read", "--region", "eu-west-1"]);
    process::run(command, b"").unwrap()
}

fn leftovers(scene: &Scene) -> Vec<String> {
    let names = fs::read_dir(scene.world.home().join(".aws")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !matches!(name.as_str(), "config" | "credentials" | "accounts")).collect()
}

#[test]
fn a_file_system_that_refuses() {
    if !has_strace() {
        return;
    }
    for (inject, said) in [
        ("write,pwrite64:error=ENOSPC:when=1", "free some space there"),
        ("fsync:error=EIO:when=1", "~/.aws/config cannot be written"),
        ("?rename,?renameat,?renameat2:error=EACCES", "~/.aws/config cannot be written"),
        ("?rename,?renameat,?renameat2:error=EROFS", "~/.aws/config cannot be written"),
        // As a container does with a file of its host.
        ("?rename,?renameat,?renameat2:error=EBUSY", "it is mounted by itself"),
        ("?chmod,?fchmod,?fchmodat:error=EPERM", "~/.aws/config cannot be written"),
    ] {
        let scene = scene();
        let ran = add_under(&scene, inject);
        assert_eq!(
            (ran.status, text(&scene.world, ".aws/config")),
            (9, BEFORE.to_owned()),
            "{inject}: {ran:?}"
        );
        assert!(ran.stderr.contains(said), "{inject}: {ran:?}");
        assert_eq!(leftovers(&scene), Vec::<String>::new(), "{inject}");
    }
}

#[test]
fn a_file_system_without_locks_is_written_all_the_same() {
    if !has_strace() {
        return;
    }
    let scene = scene();
    let ran = add_under(&scene, "flock:error=ENOLCK");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(text(&scene.world, ".aws/config").contains("[profile prod]"));
}
