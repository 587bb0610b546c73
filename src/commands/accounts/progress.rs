//! One line that says how far a long run is, for the user; gone when it is over.

use std::io::{IsTerminal, Write};

/// The line. Where standard error is no terminal there is none.
pub(super) struct Progress {
    is_watched: bool,
}

impl Progress {
    pub(super) fn begin() -> Self {
        Self { is_watched: std::io::stderr().is_terminal() }
    }

    /// Says something in place of what was said before. It must be short: a line that breaks cannot
    /// be taken back.
    pub(super) fn tell(&self, text: &str) {
        self.write(&format!("\r\x1b[K{text}"));
    }

    fn write(&self, text: &str) {
        if self.is_watched {
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.write("\r\x1b[K");
    }
}
