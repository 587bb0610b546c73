//! `man`.

/// Not there yet.
pub fn run() -> String {
    String::new()
}
