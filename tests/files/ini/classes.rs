//! Why a reader may differ from ours: the table at the head of `src/config/profiles/mod.rs`, as
//! conditions.
//!
//! A difference comes in with the lines that it is about; its class is returned, or none: then it is a
//! fault of ours.

use assume_role::testing::config::location::Location;
use assume_role::testing::config::profiles::Profiles;

/// Who differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    Botocore,
    Sdk,
}

/// In what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    NoteBehindValue,
    OddName,
    BlankInBrackets,
    NoteBehindHeader,
    JunkBehindHeader,
    OddKey,
    IndentedKey,
    Colon,
    Twice,
    BrokenLine,
    AboveAllHeaders,
    ByteOrderMark,
    BothDefaults,
    DefaultOfPython,
    InsideValue,
    OtherFile,
    Prefix,
    CarriageReturn,
    OtherBlank,
}

/// One difference between a reader and ours.
pub enum Difference<'a> {
    /// The files as a whole are refused.
    Refused(&'a str),
    /// A profile that only we have.
    Ours(&'a str),
    /// A profile that only the other has.
    Theirs(&'a str),
    /// Another value.
    Value { profile: &'a str, key: &'a str, ours: Option<&'a str>, theirs: Option<&'a str> },
}

/// What a difference is about.
pub struct Case<'a> {
    pub config: &'a str,
    pub credentials: &'a str,
    pub profiles: &'a Profiles,
}

impl Case<'_> {
    /// The class of a difference.
    pub fn class(&self, reader: Reader, difference: &Difference<'_>) -> Option<Class> {
        match *difference {
            Difference::Refused(why) => self.refused(why),
            Difference::Ours(name) => self.only_ours(reader, name),
            Difference::Theirs(name) => self.only_theirs(name),
            Difference::Value { profile, key, ours, theirs } => {
                let place = self.place_of(profile, key);
                place.and_then(|place| self.passed_over(reader, &place)).or_else(|| match reader {
                    Reader::Botocore => self.in_botocore(profile, key, ours, theirs),
                    Reader::Sdk => self.in_sdk(key, ours, theirs),
                })
            }
        }
    }

    fn refused(&self, why: &str) -> Option<Class> {
        let broken = self.profiles.problems().next().is_some();
        let has = |text: &str| why.contains(text);
        let above = self.config.starts_with("region = above");
        Some(match () {
            () if has("DuplicateSection") || has("DuplicateOption") => Class::Twice,
            () if self.config.contains("\routput") => Class::CarriageReturn,
            () if self.config.starts_with('\u{feff}') => Class::ByteOrderMark,
            () if above
                && broken
                && (has("MissingSectionHeader") || has("a profile definition")) =>
            {
                Class::AboveAllHeaders
            }
            () if has("end with ']'") && self.any_header(|line| line.ends_with("junk")) => {
                Class::JunkBehindHeader
            }
            () if has("end with ']'") && self.any_header(|line| line.contains("see [b]")) => {
                Class::NoteBehindHeader
            }
            () if has("found continuation") && self.any_line("  indented") => Class::IndentedKey,
            () if has("definition") && self.any_line("  [") => Class::IndentedKey,
            () if has("a sub-property") && self.any_line("  #") => Class::InsideValue,
            () if has("a property") && self.any_line("output: text") => Class::Colon,
            () if broken => Class::BrokenLine,
            () => return None,
        })
    }

    /// Every header of the profile is one that the reader passes over.
    fn only_ours(&self, reader: Reader, name: &str) -> Option<Class> {
        let section = self.profiles.iter().find(|section| section.name() == name)?;
        let classes: Option<Vec<Class>> =
            section.places().map(|place| self.passed_over(reader, &place)).collect();
        classes?.first().copied()
    }

    /// Why a reader passes over the section that a place is in.
    fn passed_over(&self, reader: Reader, place: &Location) -> Option<Class> {
        let is_config = !place.file.ends_with("credentials");
        let text = if is_config { self.config } else { self.credentials };
        let lines: Vec<&str> = text.lines().take(usize::try_from(place.line).unwrap()).collect();
        let header =
            lines.iter().rev().map(|line| line.trim()).find(|line| line.starts_with('['))?;
        let name =
            header.trim_start_matches(['[', ' ']).split(']').next().unwrap_or_default().trim_end();
        let name = if is_config && name != "default" {
            name.strip_prefix("profile")?.trim_start()
        } else {
            name
        };
        let quoted = name.starts_with(['"', '\'']);
        match reader {
            Reader::Botocore if header.starts_with("[ ") => Some(Class::BlankInBrackets),
            Reader::Botocore if header.contains("see [b]") => Some(Class::NoteBehindHeader),
            // A name of several words needs its quotes in one file, and may have none in the other.
            Reader::Botocore if quoted != is_config && (quoted || name.contains(' ')) => {
                Some(Class::OddName)
            }
            Reader::Sdk if !name.chars().all(is_identifier) => Some(Class::OddName),
            _ => None,
        }
    }

    fn only_theirs(&self, name: &str) -> Option<Class> {
        let credentials =
            |header: &str| self.credentials.lines().any(|line| line.starts_with(header));
        if name.starts_with("profile ") && credentials(&format!("[{name}]")) {
            return Some(Class::OtherFile);
        }
        if name == "other" && self.config.contains("[profilefoo other]") {
            return Some(Class::Prefix);
        }
        let blank = name.starts_with(' ') && credentials(&format!("[{name}]"));
        let quoted = name.starts_with('"') && credentials(&format!("[{name}]"));
        if blank { Some(Class::BlankInBrackets) } else { quoted.then_some(Class::OddName) }
    }

    fn in_botocore(
        &self,
        profile: &str,
        key: &str,
        ours: Option<&str>,
        theirs: Option<&str>,
    ) -> Option<Class> {
        let without_gaps = |text: &str| {
            text.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
        };
        match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours != theirs && without_gaps(theirs) == ours => {
                Some(Class::InsideValue)
            }
            (Some(ours), theirs)
                if ours.contains('\r') && theirs.is_none_or(|theirs| ours.starts_with(theirs)) =>
            {
                Some(Class::CarriageReturn)
            }
            (None, Some(_)) if self.config.contains("\routput") && key == "output" => {
                Some(Class::CarriageReturn)
            }
            _ if profile == "default" && self.has_both_defaults() => Some(Class::BothDefaults),
            (None, Some(_)) if self.config.contains("[DEFAULT]") => Some(Class::DefaultOfPython),
            // With and without quotes they are two sections, the later of which is taken alone.
            (Some(_), _) if self.headers_in_config(profile) > 1 => Some(Class::Twice),
            _ => None,
        }
    }

    fn place_of(&self, profile: &str, key: &str) -> Option<Location> {
        let section = self.profiles.get(profile).ok().flatten()?;
        let value = match key.split_once('/') {
            Some((parent, child)) => section.nested(parent, child),
            None => section.value(key),
        };
        value.map(|value| value.place())
    }

    fn in_sdk(&self, key: &str, ours: Option<&str>, theirs: Option<&str>) -> Option<Class> {
        if ours.is_none() && key.contains("/# ") {
            return Some(Class::InsideValue);
        }
        if key.contains('\r') {
            return Some(Class::CarriageReturn);
        }
        if !key.chars().all(is_identifier) {
            return theirs.is_none().then_some(Class::OddKey);
        }
        let ours = ours?;
        let notes_cut = cut(ours);
        let theirs = theirs.unwrap_or_default();
        let (first, rest) = theirs.split_once('\n').unwrap_or((theirs, ""));
        let lines: Vec<&str> = rest.lines().filter(|line| !line.starts_with('#')).collect();
        let without_notes = std::iter::once(first).chain(lines).collect::<Vec<_>>().join("\n");
        let with_colon =
            || self.lines().any(|line| line.to_lowercase().starts_with(&format!("{key}:")));
        match () {
            () if theirs.replace('\u{a0}', "") == ours && theirs != ours => Some(Class::OtherBlank),
            () if without_notes == ours => Some(Class::InsideValue),
            () if notes_cut == without_notes && notes_cut != ours => Some(Class::NoteBehindValue),
            () if with_colon() => Some(Class::Colon),
            () => None,
        }
    }

    fn headers_in_config(&self, profile: &str) -> usize {
        let section = self.profiles.iter().find(|section| section.name() == profile);
        section.map_or(0, |section| {
            section.places().filter(|place| place.file.ends_with("config")).count()
        })
    }

    fn has_both_defaults(&self) -> bool {
        self.config.contains("[default]") && self.config.contains("[profile default]")
    }

    fn any_header(&self, is_so: impl Fn(&str) -> bool) -> bool {
        self.lines().any(|line| line.starts_with('[') && is_so(line.trim()))
    }

    fn any_line(&self, start: &str) -> bool {
        self.lines().any(|line| line.starts_with(start))
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.config.lines().chain(self.credentials.lines())
    }
}

/// What the SDKs let a name hold.
fn is_identifier(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-/.%@:+".contains(character)
}

/// A value without the note behind its first line.
fn cut(value: &str) -> String {
    let (first, rest) = value.split_once('\n').unwrap_or((value, ""));
    let note = [" #", " ;", "\t#", "\t;"].iter().filter_map(|start| first.find(start)).min();
    let first = note.map_or(first, |at| first[..at].trim_end());
    if rest.is_empty() { first.to_owned() } else { format!("{first}\n{rest}") }
}
