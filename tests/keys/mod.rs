//! Long-lived keys in keyrings. A fake program plays each keyring and writes a line each time that it
//! runs; the real ones that run here are tried too.

mod files;
mod kills;
mod real;
pub mod rotate;
mod rotate_and_move;
pub mod rotate_kills;
mod sdk;
mod switching;
mod verbs;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::scenes::{Scene, bastion};
use crate::support::process::{self, Ran};

/// The kinds of keyring and the program of each.
const KINDS: [(&str, &str); 4] = [
    ("secret-service", "secret-tool"),
    ("keychain", "security"),
    ("pass", "pass"),
    ("helper:fake", "docker-credential-fake"),
];

/// What each program does with `$items`, a directory with a file for each key.
const SECRET_TOOL: &str = r#"
case $1 in
    search) [ ! -f "$items/$5" ] || { printf '[/1]\nlabel = x\nsecret = '; cat "$items/$5"; echo; } ;;
    lookup) cat "$items/$5" ;;
    store) cat >"$items/$6" ;;
    clear) rm -f "$items/$5" ;;
esac"#;
const SECURITY: &str = r#"
case $1 in
    find-generic-password) [ -f "$items/$5" ] || exit 44; cat "$items/$5" ;;
    -i) read -r line; set -- $line; printf '%s\n' "${10}" >"$items/$6" ;;
    delete-generic-password) [ -f "$items/$5" ] || exit 44; rm "$items/$5" ;;
esac"#;
const PASS: &str = r#"
missing() { echo "Error: $1 is not in the password store." >&2; exit 1; }
case $1 in
    show) [ -f "$items/${2#*/}" ] || missing "$2"; cat "$items/${2#*/}" ;;
    insert) cat >"$items/${4#*/}" ;;
    rm) [ -f "$items/${3#*/}" ] || missing "$3"; rm "$items/${3#*/}" ;;
esac"#;
const HELPER: &str = r#"
input=$(cat)
id=${input#*https://}
id=${id%%.*}
missing() { echo 'credentials not found in native keychain'; exit 1; }
case $1 in
    store) printf '%s' "$input" >"$items/$id" ;;
    get) [ -f "$items/$id" ] || missing; cat "$items/$id" ;;
    erase) [ -f "$items/$id" ] || missing; rm "$items/$id" ;;
esac"#;

/// A bastion whose machine has a fake of every keyring.
pub fn with_keyrings() -> Scene {
    let scene = bastion();
    fs::create_dir(scene.world.root().join("items")).unwrap();
    for ((_, program), script) in KINDS.iter().zip([SECRET_TOOL, SECURITY, PASS, HELPER]) {
        install(&scene, program, script);
    }
    scene
}

/// Makes a program of that name on the PATH; `before` comes first in each run.
fn install(scene: &Scene, program: &str, script: &str) {
    let root = scene.world.root().display();
    let text = format!(
        "#!/bin/sh\nitems='{root}/items'\nprintf '%s\\n' \"${{0##*/}} $*\" >>'{root}/runs'\n[ ! -f '{root}/mode' ] || . '{root}/mode'\n{script}\n"
    );
    // By another process: what another thread starts meanwhile would hold the file open for writing, and no
    // program is run that is.
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "cat >\"$0\" && chmod 700 \"$0\""]).arg(scene.world.bin().join(program));
    assert_eq!(process::run(command, text.as_bytes()).unwrap().status, 0);
}

/// What each run of a keyring does before anything else.
fn mode(scene: &Scene, script: &str) {
    fs::write(scene.world.root().join("mode"), script).unwrap();
}

/// The command lines of the keyrings so far.
fn runs(scene: &Scene) -> Vec<String> {
    let text = fs::read_to_string(scene.world.root().join("runs")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn forget_runs(scene: &Scene) {
    let _ = fs::remove_file(scene.world.root().join("runs"));
}

pub fn keys(scene: &Scene, words: &[&str]) -> Ran {
    scene.world.run(["keys"].iter().chain(words)).unwrap()
}

/// A scene whose base key has been moved into that keyring.
pub fn imported(kind: &str) -> Scene {
    let scene = with_keyrings();
    let ran = keys(&scene, &["import", "default", "--keyring", kind]);
    assert_eq!(ran.status, 0, "{ran:?}");
    forget_runs(&scene);
    scene
}

fn config(scene: &Scene) -> String {
    fs::read_to_string(scene.world.home().join(".aws/config")).unwrap_or_default()
}

pub fn credentials(scene: &Scene) -> String {
    fs::read_to_string(scene.world.home().join(".aws/credentials")).unwrap_or_default()
}

/// The files under the home that hold a text.
fn files_with(scene: &Scene, text: &str) -> Vec<PathBuf> {
    fn look(directory: &std::path::Path, text: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap().flatten() {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                look(&path, text, found);
            } else if fs::read(&path).is_ok_and(|bytes| {
                bytes.windows(text.len()).any(|window| window == text.as_bytes())
            }) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    look(&scene.world.home(), text, &mut found);
    found
}
