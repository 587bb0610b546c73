//! assume-role: the binary that calls the library.

fn main() {}
