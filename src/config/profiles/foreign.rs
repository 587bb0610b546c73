//! Keys of a profile that only another tool reads: what they ask for is not done here.

use super::section::Section;
use crate::config::location::Location;
use crate::types::sanitize::escape_up_to;

/// Each key, or the beginning of one, and the tool that reads it.
const KEYS: [(&str, &str); 7] = [
    ("include_profile", "aws-vault"),
    ("parent_profile", "aws-vault"),
    ("session_tags", "aws-vault"),
    ("transitive_session_tags", "aws-vault"),
    ("source_identity", "aws-vault"),
    ("web_identity_token_process", "aws-vault"),
    ("granted_", "Granted"),
];

/// A key that has no effect here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForeignKey {
    pub key: String,
    pub tool: &'static str,
    pub place: Location,
}

impl ForeignKey {
    /// What there is to say about such a key, wherever it stands.
    pub(crate) fn said(key: &str, tool: &str, places: &str) -> String {
        let key = escape_up_to(key, 80);
        format!("{places}: {key} has no effect here, only {tool} reads it")
    }
}

/// The keys of a profile that only another tool reads.
pub(crate) fn foreign_keys(profile: &Section<'_>) -> Vec<ForeignKey> {
    let known = |key: &str| {
        let key = key.to_ascii_lowercase();
        let is_it = |name: &str| key == name || name.ends_with('_') && key.starts_with(name);
        KEYS.iter().find(|(name, _)| is_it(name)).map(|&(_, tool)| (key.clone(), tool))
    };
    let entries = profile.entries().filter_map(|(key, value)| {
        known(key).map(|(key, tool)| ForeignKey { key, tool, place: value.place() })
    });
    entries.collect()
}
