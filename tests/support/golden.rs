//! Golden files: what the program said once and a person found right.

use std::path::Path;

/// Holds `text` against `tests/golden/NAME`, or writes that file where [`blessing`].
///
/// # Panics
/// When they differ, with both.
#[track_caller]
pub fn assert_golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if blessing() {
        bless(&path, text);
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{name} differs; it was:\n{kept}\nand now is:\n{text}");
}

/// Whether files are to be written anew, to be read by a person before they are committed:
/// `tests/run bless` sets `ASSUME_ROLE_GOLDEN=write`.
pub fn blessing() -> bool {
    std::env::var("ASSUME_ROLE_GOLDEN").as_deref() == Ok("write")
}

/// Writes a file, with the directories above it.
pub fn bless(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
