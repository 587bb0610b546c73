//! The corpora of the fuzzer, replayed: each file as it is, cut at each byte, and with bytes changed.

mod drawn;
mod shells;
mod stored;
mod targets;

use std::fs;
use std::path::Path;

use assume_role::testing::offered_roles;
use targets::{TARGETS, Target, read_reply};

/// Bytes that mean something to one reader or another, and some that no one expects.
const OTHERS: [&[u8]; 15] = [
    b"<", b"&", b"\"", b"'", b"\\", b"{", b"[", b"=", b"\n", b"\0", b"$", b"%", b"\xc3",
    b"\xe2\x80\xae", b"",
];

/// Files up to this long are cut and changed everywhere, longer ones at as many places.
const PLACES: usize = 40;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let files = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| fs::read(file).unwrap()).collect()
}

fn replay(name: &str, target: Target) {
    let files = corpus(name);
    assert!(!files.is_empty(), "{name} has no corpus");
    for bytes in files {
        target(&bytes);
        // A shell for each would take minutes.
        if name == "quoting" {
            continue;
        }
        let places = (0..bytes.len()).step_by(bytes.len() / PLACES + 1);
        for (count, at) in places.enumerate() {
            target(&bytes[..at]);
            let other = OTHERS[count % OTHERS.len()];
            target(&[&bytes[..at], other, &bytes[at + 1..]].concat());
        }
    }
}

#[test]
fn no_bytes_break_a_reader_or_an_edit() {
    std::thread::scope(|scope| {
        for (name, target) in TARGETS {
            scope.spawn(move || replay(name, target));
        }
    });
}

#[test]
fn an_answer_that_was_cut_gives_nothing() {
    let mut whole = 0;
    for bytes in corpus("replies") {
        let all = read_reply(&bytes);
        whole += usize::from(all.is_some());
        for at in 0..bytes.len() {
            let found = read_reply(&bytes[..at]).filter(|texts| !texts.is_empty());
            let text = String::from_utf8_lossy(&bytes[..at]);
            assert!(found.is_none() || found == all, "{text}: {found:?}");
        }
    }
    assert!(whole >= 16, "only {whole} of the answers are whole ones");
    for bytes in corpus("saml") {
        let text = String::from_utf8(bytes).unwrap();
        let markup = text.starts_with('<').then_some(&text).into_iter();
        for text in markup.flat_map(|text| (0..text.len() - 1).filter_map(|at| text.get(..at))) {
            assert!(offered_roles(text).is_none_or(|roles| roles.is_empty()), "{text}");
        }
    }
}

#[test]
fn each_target_has_its_program() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/fuzz_targets");
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, TARGETS.map(|(name, _)| name));
}
