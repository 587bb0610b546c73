//! The three readers, each giving what it read in one form: profiles, keys in lower case, values; a
//! key below another as `s3/addressing_style`. Empty values count as none: AWS's tools treat them
//! so where they use them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use assume_role::testing::config::environment::Environment;
use assume_role::testing::config::profiles::Profiles;
use aws_config::profile::{ProfileSet, load};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};
use serde_json::{Value, json};

use super::files::{CHILDREN, PARENTS};
use crate::second_opinion::python;
use crate::support::process;
use crate::support::world::World;

pub type Values = BTreeMap<String, String>;
pub type Reading = BTreeMap<String, Values>;
/// What was read, or why the file as a whole was refused.
pub type Outcome = Result<Reading, String>;

/// What we read.
pub fn ours(config: &str, credentials: &str) -> Profiles {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
    Profiles::read(&Environment::from_pairs([("HOME", home.path())])).unwrap()
}

/// The values of one of our profiles; `None` when a line of it is broken.
pub fn values_of(profiles: &Profiles, name: &str) -> Option<Values> {
    let section = profiles.get(name).ok().flatten()?;
    let keys: BTreeSet<String> = section.entries().map(|(key, _)| key.to_lowercase()).collect();
    let plain =
        keys.iter().filter_map(|key| Some((key.clone(), section.value(key)?.text.to_owned())));
    let below = PARENTS.iter().flat_map(|parent| CHILDREN.map(|child| (*parent, child)));
    let below = below.filter_map(|(parent, child)| {
        let value = section.nested(parent, child)?;
        Some((format!("{parent}/{child}"), value.text.to_owned()))
    });
    Some(plain.chain(below).collect())
}

/// What botocore reads in each pair; `None` where there is no Python.
pub fn botocore(pairs: &[(String, String)]) -> Option<Vec<Outcome>> {
    let (path, script) = python("read_config.py")?;
    let world = World::new(crate::scenes::binary()).unwrap();
    let mut command = world.command_of(path);
    command.arg(script);
    let ran = process::run(command, json!(pairs).to_string().as_bytes()).unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    let answers: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    Some(answers.iter().map(outcome).collect())
}

fn outcome(answer: &Value) -> Outcome {
    match answer["refused"].as_str() {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(answer["profiles"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, keys)| (name.clone(), flat(keys)))
            .collect()),
    }
}

fn flat(keys: &Value) -> Values {
    let mut values = Values::new();
    for (key, value) in keys.as_object().unwrap() {
        match value {
            Value::Object(below) => {
                values.extend(
                    below.iter().map(|(child, value)| (format!("{key}/{child}"), text(value))),
                );
            }
            value => {
                values.insert(key.clone(), text(value));
            }
        }
    }
    values.retain(|_, value| !value.is_empty());
    values
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What the SDK for Rust reads. It lists no keys, so that those are asked for that `keys` names.
pub fn sdk(config: &str, credentials: &str, keys: &BTreeSet<String>) -> Outcome {
    let files = EnvConfigFiles::builder()
        .with_contents(EnvConfigFileKind::Config, config)
        .with_contents(EnvConfigFileKind::Credentials, credentials)
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let loaded = runtime.block_on(load(&Fs::from_slice(&[]), &Env::from_slice(&[]), &files, None));
    let profiles = loaded.map_err(|error| {
        std::error::Error::source(&error).map_or(String::new(), ToString::to_string)
    })?;
    Ok(profiles
        .profiles()
        .map(|name| (name.to_owned(), values_in(&profiles, name, keys)))
        .collect())
}

fn values_in(profiles: &ProfileSet, name: &str, keys: &BTreeSet<String>) -> Values {
    let profile = profiles.get_profile(name).unwrap();
    let parents = PARENTS.map(str::to_owned);
    let mut values = Values::new();
    for (key, value) in keys.iter().chain(&parents).filter_map(|key| Some((key, profile.get(key)?)))
    {
        if value.starts_with('\n') {
            let lines = value.lines().filter_map(|line| line.split_once('='));
            values.extend(lines.map(|(child, value)| {
                (format!("{key}/{}", child.trim()), value.trim().to_owned())
            }));
        } else {
            values.insert(key.clone(), value.to_owned());
        }
    }
    values.retain(|_, value| !value.is_empty());
    values
}
