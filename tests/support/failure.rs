//! What a step of a test says when it did not come out: a text of many lines, shown as it is.

use std::fmt;

/// A failed step, with all that is needed to see why (the screen, the output).
pub struct Failure(pub String);

/// The result of a step that can fail with a picture of what was there instead.
pub type Outcome<T> = Result<T, Failure>;

/// As plain text too, since `unwrap` prints `Debug` and a screen full of `\n` helps no reader.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}
