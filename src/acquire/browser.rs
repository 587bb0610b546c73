//! The user's browser: what opens a page in it, and where there is none.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Files that container engines put into a container.
const CONTAINER: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// The file that shows that this is a container, where no user could see a browser.
pub(crate) fn in_container() -> Option<&'static str> {
    CONTAINER.into_iter().find(|mark| Path::new(mark).exists())
}

/// The command that opens a page. Its address stands in the list of processes, so it must hold no
/// secret.
pub(crate) fn opener(url: &str) -> Command {
    let mut command = Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" });
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // The browser may be started by this: what is typed at our terminal is not meant for it.
    command.process_group(0);
    command
}
