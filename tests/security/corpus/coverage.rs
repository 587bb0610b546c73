//! The table of the corpus, and of what an attack on an earlier version found, made anew from what is there: each row with what plays it. A row without a
//! test, and a test that is gone, are errors.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::Cases;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    about: String,
    /// Files of cases, and tests by their paths.
    #[serde(default)]
    by: Vec<String>,
    /// Why the row is about nothing that exists.
    struck: Option<String>,
}

/// How many rows of a kind there are.
const KINDS: [(&str, usize, usize); 4] = [("H", 115, 3), ("F", 40, 2), ("P", 12, 1), ("A", 22, 2)];

/// The tests under a directory, by path; in the source, by the last word of their file.
fn tests(directory: &Path, path: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let file = entry.path();
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let inner = match stem.as_str() {
            "mod" => path.to_owned(),
            _ => format!("{path}{stem}::"),
        };
        if file.is_dir() {
            tests(&file, &inner, found);
        } else if file.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&file).unwrap();
            let after = text.split("#[test]\n").skip(1);
            let names = after.filter_map(|rest| rest.split_once("fn ")?.1.split_once('('));
            found.extend(names.map(|(name, _)| format!("{inner}{name}")));
        }
    }
}

/// The ids of the cases in a file.
fn cases(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(file);
    let cases: Cases = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    cases.case.into_iter().map(|case| case.id).collect()
}

#[test]
fn every_row_of_the_corpus_is_played() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut known, mut units) = (BTreeSet::new(), BTreeSet::new());
    tests(&root.join("tests"), "", &mut known);
    tests(&root.join("src"), "", &mut units);
    let rows: BTreeMap<String, BTreeMap<String, Row>> =
        toml::from_str(include_str!("../../conformance/coverage.toml")).unwrap();
    let mut wrong = Vec::new();
    let mut table = String::new();
    for (kind, count, digits) in KINDS {
        let rows = &rows[kind];
        let ids: BTreeSet<String> = (1..=count).map(|at| format!("{kind}{at:0digits$}")).collect();
        assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), ids);
        for (id, row) in rows {
            if let Some(why) = &row.struck {
                assert!(row.by.is_empty(), "{id} is struck");
                table.push_str(&format!("{id:5} -  struck: {why}\n"));
                continue;
            }
            let is_there = |by: &&String| match by.strip_prefix("unit::") {
                Some(test) => units.iter().any(|unit| unit.replace("::tests", "").ends_with(test)),
                None if by.ends_with(".toml") => {
                    kind == "P" || cases(by).iter().any(|case| case.starts_with(id.as_str()))
                }
                None => known.contains(by.as_str()),
            };
            wrong.extend(row.by.iter().filter(|by| !is_there(by)).map(|by| format!("{id}: {by}")));
            if row.by.is_empty() || row.about.is_empty() {
                wrong.push(format!("{id}: nothing plays it"));
            }
            table.push_str(&format!("{id:5} E  {}: {}\n", row.about, row.by.join(", ")));
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    // And every case belongs to a row.
    for file in ["names.toml", "accounts.toml", "replies.toml", "shells.toml"] {
        for case in cases(file) {
            let id = case.split(',').next().unwrap_or_default();
            let by = rows["H"].get(id).map(|row| row.by.clone()).unwrap_or_default();
            assert!(by.iter().any(|by| by == file), "{file}: {case} belongs to no row");
        }
    }
}
