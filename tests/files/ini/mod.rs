//! Our reader of `~/.aws/config` and `~/.aws/credentials` beside botocore's and the SDK's, on
//! hundreds of files: where the three differ, it is in one of the ways that
//! `src/config/profiles/mod.rs` lists and argues, and in no other.

mod classes;
mod files;
mod readers;

use std::collections::{BTreeMap, BTreeSet};

use classes::{Case, Class, Difference, Reader};
use readers::{Outcome, Reading, Values, botocore, ours, sdk, values_of};

const PAIRS: u64 = 800;

/// Each way in which each reader may differ, and does.
const KNOWN: [(Reader, Class); 25] = [
    (Reader::Botocore, Class::OddName),
    (Reader::Botocore, Class::BlankInBrackets),
    (Reader::Botocore, Class::NoteBehindHeader),
    (Reader::Botocore, Class::Twice),
    (Reader::Botocore, Class::BrokenLine),
    (Reader::Botocore, Class::AboveAllHeaders),
    (Reader::Botocore, Class::ByteOrderMark),
    (Reader::Botocore, Class::BothDefaults),
    (Reader::Botocore, Class::DefaultOfPython),
    (Reader::Botocore, Class::InsideValue),
    (Reader::Botocore, Class::OtherFile),
    (Reader::Botocore, Class::Prefix),
    (Reader::Botocore, Class::CarriageReturn),
    (Reader::Sdk, Class::NoteBehindValue),
    (Reader::Sdk, Class::OddName),
    (Reader::Sdk, Class::JunkBehindHeader),
    (Reader::Sdk, Class::OddKey),
    (Reader::Sdk, Class::IndentedKey),
    (Reader::Sdk, Class::Colon),
    (Reader::Sdk, Class::BrokenLine),
    (Reader::Sdk, Class::AboveAllHeaders),
    (Reader::Sdk, Class::ByteOrderMark),
    (Reader::Sdk, Class::InsideValue),
    (Reader::Sdk, Class::CarriageReturn),
    (Reader::Sdk, Class::OtherBlank),
];

/// A difference that was found, by its class, with an example.
type Differences = BTreeMap<(Reader, Class), String>;

#[test]
fn three_readers_differ_only_as_is_written_down() {
    let pairs: Vec<(String, String)> = (0..PAIRS).map(files::files).collect();
    let Some(answers) = botocore(&pairs) else { return };
    let mut found = Differences::new();
    let mut unexplained = Vec::new();
    for (number, ((config, credentials), of_botocore)) in pairs.iter().zip(&answers).enumerate() {
        let profiles = ours(config, credentials);
        let read: BTreeMap<&str, Option<Values>> =
            profiles.names().map(|name| (name, values_of(&profiles, name))).collect();
        let case = Case { config, credentials, profiles: &profiles };
        let of_sdk = sdk(config, credentials, &keys_of(&read, of_botocore));
        for (reader, outcome) in [(Reader::Botocore, of_botocore), (Reader::Sdk, &of_sdk)] {
            for (difference, shown) in differences(&read, outcome) {
                match case.class(reader, &difference) {
                    Some(class) => {
                        found
                            .entry((reader, class))
                            .or_insert_with(|| format!("{number}: {shown}"));
                    }
                    None => unexplained
                        .push(format!("{reader:?} {shown}\n{config}----\n{credentials}====")),
                }
            }
        }
        if number % 5 == 0 {
            let plain: Reading = read
                .iter()
                .map(|(name, keys)| ((*name).to_owned(), keys.clone().unwrap()))
                .collect();
            assert_eq!(
                (of_botocore, &of_sdk),
                (&Ok(plain.clone()), &Ok(plain)),
                "{config}----\n{credentials}"
            );
        }
    }
    assert!(
        unexplained.is_empty(),
        "{}: {}",
        unexplained.len(),
        unexplained[..unexplained.len().min(5)].join("\n")
    );
    let ways: Vec<(Reader, Class)> = found.keys().copied().collect();
    assert_eq!(ways, KNOWN, "{found:#?}");
}

/// Every key that any reader saw.
fn keys_of(read: &BTreeMap<&str, Option<Values>>, other: &Outcome) -> BTreeSet<String> {
    let ours = read.values().flatten().flat_map(BTreeMap::keys);
    let theirs = other.iter().flat_map(BTreeMap::values).flat_map(BTreeMap::keys);
    ours.chain(theirs).cloned().collect()
}

/// Where another reading differs from ours. What we refuse has to be refused by the others too.
fn differences<'a>(
    read: &'a BTreeMap<&str, Option<Values>>,
    other: &'a Outcome,
) -> Vec<(Difference<'a>, String)> {
    let theirs = match other {
        Ok(theirs) => theirs,
        Err(why) => return vec![(Difference::Refused(why), why.clone())],
    };
    let mut found = Vec::new();
    for (&name, values) in read {
        match (values, theirs.get(name)) {
            (_, None) => found.push((Difference::Ours(name), format!("lacks {name}"))),
            (None, Some(_)) => {
                found.push((Difference::Theirs(name), format!("finds nothing wrong in {name}")));
            }
            (Some(ours), Some(theirs)) => {
                let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
                for key in keys.into_iter().filter(|key| ours.get(*key) != theirs.get(*key)) {
                    let (ours, theirs) =
                        (ours.get(key).map(String::as_str), theirs.get(key).map(String::as_str));
                    let shown = format!("{name} {key}: {ours:?} here, {theirs:?} there");
                    found.push((Difference::Value { profile: name, key, ours, theirs }, shown));
                }
            }
        }
    }
    let only_theirs = theirs.keys().filter(|name| !read.contains_key(name.as_str()));
    found.extend(only_theirs.map(|name| (Difference::Theirs(name), format!("has {name} besides"))));
    found
}
