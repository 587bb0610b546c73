//! The sections of one kind, by name and in the order of the files.

use std::ops::Range;

use super::ini::{Block, Ini};
use crate::config::index::ByName;

/// A block of one of the files. The order is the one in which later values win.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub file: usize,
    pub block: usize,
}

pub(super) struct Group {
    by_name: ByName<Part>,
    /// The parts again, those of one name together, the names in the order in which they first
    /// appear.
    parts: Vec<Part>,
    names: Vec<Range<usize>>,
}

impl Group {
    pub(super) fn new(files: &[Ini], wanted: impl Fn(&Block) -> bool) -> Self {
        let blocks = files.iter().enumerate().flat_map(|(file, ini)| {
            ini.blocks
                .iter()
                .enumerate()
                .map(move |(block, section)| (ini, section, Part { file, block }))
        });
        let wanted = blocks.filter(|(_, section, _)| wanted(section));
        let by_name = ByName::new(wanted.map(|(ini, section, part)| (ini.name(section), part)));
        let mut groups: Vec<&[Part]> = by_name.each(|part| name_of(files, part)).collect();
        groups.sort_unstable_by_key(|parts| parts.first().copied());
        let (mut parts, mut names) = (Vec::new(), Vec::with_capacity(groups.len()));
        for group in groups {
            names.push(parts.len()..parts.len() + group.len());
            parts.extend_from_slice(group);
        }
        Self { by_name, parts, names }
    }

    pub(super) fn find(&self, files: &[Ini], name: &str) -> &[Part] {
        self.by_name.find(name, |part| name_of(files, part))
    }

    pub(super) fn in_order(&self) -> impl Iterator<Item = &[Part]> {
        self.names.iter().filter_map(|range| self.parts.get(range.clone()))
    }
}

fn name_of(files: &[Ini], part: Part) -> &str {
    files
        .get(part.file)
        .and_then(|ini| ini.blocks.get(part.block).map(|block| ini.name(block)))
        .unwrap_or_default()
}
