//! The text of each setting and where it was read, from the variables and the file.

use std::fmt;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::config::environment::Environment;
use crate::config::files::{CONFIG_CAP, TextFile, read_text};
use crate::config::location::{Lines, Location};
use crate::config::suggest::{meant, near};
use crate::error::{Error, Result};
use crate::types::sanitize::{escape, escape_up_to};

const KEYS: [&str; 17] = [
    "store", "timeout", "region", "duration", "base", "mfa_process", "web_identity_command",
    "prompt", "warning", "alarm", "renewable_mark", "picker", "repaint", "browser",
    "console_logout", "renew", "accounts",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    Variable(String),
    File(Location),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::Variable(name) => f.write_str(name),
            Self::File(place) => place.fmt(f),
        }
    }
}

pub(super) struct RawSettings<'a> {
    environment: &'a Environment,
    file: Vec<(String, String, Location)>,
}

impl<'a> RawSettings<'a> {
    pub(super) fn read(environment: &'a Environment) -> Result<Self> {
        let home = environment.home();
        let file = match config_path(environment) {
            Some(path) => read_text(&path, home.as_deref(), CONFIG_CAP)?,
            None => None,
        };
        Ok(Self { environment, file: file.map_or(Ok(Vec::new()), read_keys)? })
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<(Origin, &str)>> {
        let upper = key.to_ascii_uppercase();
        let short = ["store", "timeout"].contains(&key).then(|| format!("ASSUME_ROLE_{upper}"));
        for variable in short.into_iter().chain([format!("ASSUME_ROLE_CONFIG_{upper}")]) {
            if let Some(text) = self.environment.text(&variable)? {
                return Ok(Some((Origin::Variable(variable), text)));
            }
        }
        let line = self.file.iter().find(|(name, ..)| name == key);
        Ok(line.map(|(_, text, place)| (Origin::File(place.clone()), text.as_str())))
    }
}

pub(super) fn config_path(environment: &Environment) -> Option<PathBuf> {
    let configured = environment.path("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let directory = configured.or_else(|| environment.home().map(|home| home.join(".config")))?;
    Some(directory.join("assume-role/config.toml"))
}

fn read_keys(file: TextFile) -> Result<Vec<(String, String, Location)>> {
    let lines = Lines::new(file.shown, file.text);
    let table = DeTable::parse(lines.text()).map_err(|error| {
        let place = lines.place(error.span().map_or(0, |span| span.start));
        Error::config(format!("{place}: this is not TOML: {}", escape(error.message())))
            .hint("a setting looks like timeout = \"8s\"")
    })?;
    let mut keys = Vec::new();
    for (key, value) in table.get_ref() {
        let place = Location { column: None, ..lines.place(key.span().start) };
        let name: &str = key.get_ref();
        if !KEYS.contains(&name) {
            return Err(unknown(&place, name));
        }
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Boolean(yes) => yes.to_string(),
            DeValue::Array(paths) if name == "accounts" => joined(paths, &place)?,
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            other => {
                return Err(Error::config(format!(
                    "{place}: '{name}' takes a string, not a value of type {}",
                    other.type_str()
                ))
                .hint(format!("put the value in quotes: {name} = \"…\"")));
            }
        };
        keys.push((name.to_owned(), text, place));
    }
    Ok(keys)
}

/// A list of paths as the variable would have it.
fn joined(paths: &DeArray<'_>, place: &Location) -> Result<String> {
    let path = |path: &Spanned<DeValue<'_>>| match path.get_ref() {
        DeValue::String(text) if !text.contains(':') => Ok(text.to_string()),
        _ => Err(Error::config(format!(
            "{place}: 'accounts' is a list of something else than paths"
        ))
        .hint("each is a string without ':': [\"~/.aws/accounts\", \"~/infra/accounts.json\"]")),
    };
    Ok(paths.iter().map(path).collect::<Result<Vec<_>>>()?.join(":"))
}

fn unknown(place: &Location, name: &str) -> Error {
    let error =
        Error::config(format!("{place}: the setting '{}' is not known", escape_up_to(name, 80)));
    match near(name, KEYS).as_slice() {
        [] => error.hint(format!("known settings: {}", KEYS.join(", "))),
        near => error.hint(meant(near)),
    }
}
