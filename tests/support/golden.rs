//! Golden files: what the program said once and a person found right.

use std::path::Path;

/// Holds `text` against `tests/golden/NAME`. With `ASSUME_ROLE_GOLDEN=write` in the environment of
/// the tests the file is written anew, to be read by a person before it is kept.
///
/// # Panics
/// When they differ, with both.
#[track_caller]
pub fn assert_golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var("ASSUME_ROLE_GOLDEN").as_deref() == Ok("write") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{name} differs; it was:\n{kept}\nand now is:\n{text}");
}
