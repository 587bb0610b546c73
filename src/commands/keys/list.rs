//! `keys list`: which profile has a long-lived key, and where it lies. No keyring is opened.

use owo_colors::Style;
use serde_json::{Value, json};

use crate::cli::KeysList;
use crate::commands::context::Context;
use crate::config::profiles::{Profiles, Section};
use crate::error::Result;
use crate::types::sanitize::escape_up_to;
use crate::types::shortened;
use crate::ui::Color;
use crate::ui::report::Report;
use crate::ui::table::{Column, table};

struct Listed {
    profile: String,
    id: String,
    lies_in: String,
    place: String,
}

pub(super) fn run(arguments: KeysList, context: &Context, report: &Report) -> Result<String> {
    let profiles = Profiles::read(&context.environment)?;
    let mut listed = Vec::new();
    for section in profiles.iter() {
        listed.extend(in_keyring(&section, report));
        listed.extend(in_file(&section));
    }
    if arguments.json {
        let keys: Vec<Value> = listed
            .iter()
            .map(|key| {
                json!({"profile": key.profile, "access_key_id": key.id, "lies_in": key.lies_in,
                    "place": key.place})
            })
            .collect();
        return Ok(format!("{}\n", json!({"keys": keys})));
    }
    if listed.is_empty() {
        report.note("no profile has a long-lived key");
        return Ok(String::new());
    }
    let column = Column::new;
    let (plain, quiet) = (Style::new(), Style::new().dimmed());
    let columns = [
        column("PROFILE", plain.bold(), 3, 8),
        column("KEY", plain, 2, 5),
        column("LIES IN", plain.cyan(), 1, 8),
        column("PLACE", quiet, 0, 12),
    ];
    let each_row = |line: &mut dyn FnMut([&str; 4])| {
        for key in &listed {
            let profile = escape_up_to(&key.profile, 80);
            line([&profile, &escape_up_to(&shortened(&key.id), 40), &key.lies_in, &key.place]);
        }
    };
    Ok(table(&columns, each_row, &context.page(Color::Auto)))
}

fn in_keyring(section: &Section<'_>, report: &Report) -> Option<Listed> {
    match section.key_reference()? {
        Ok(key) => Some(Listed {
            profile: section.name().to_owned(),
            lies_in: key.keyring.to_string(),
            id: key.id,
            place: key.place,
        }),
        Err(error) => {
            report.warn(&error.message);
            None
        }
    }
}

fn in_file(section: &Section<'_>) -> Option<Listed> {
    let (id, place) = section.long_lived()?;
    Some(Listed {
        profile: section.name().to_owned(),
        id: id.to_owned(),
        lies_in: "file".to_owned(),
        place: place.to_string(),
    })
}
