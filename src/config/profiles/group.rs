//! The sections of one kind, by name and in the order of the files.

use std::ops::Range;

use super::ini::{Block, Ini};
use crate::config::index::ByName;

/// A block of one of the files. The order is the one in which later values win.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub file: usize,
    pub block: usize,
}

pub(super) struct Group {
    /// In the order of the files.
    parts: Vec<Part>,
    by_name: ByName,
    /// The parts again, those of one name together, the names in the order in which they first
    /// appear.
    together: Vec<Part>,
    names: Vec<Range<usize>>,
    /// For the first part of each name, which of the names that is.
    name_of_first: Vec<usize>,
}

impl Group {
    pub(super) fn new(files: &[Ini], wanted: impl Fn(&Block) -> bool) -> Self {
        let blocks = files.iter().enumerate().flat_map(|(file, ini)| {
            ini.blocks.iter().enumerate().map(move |(block, it)| (it, Part { file, block }))
        });
        let parts: Vec<Part> =
            blocks.filter(|(block, _)| wanted(block)).map(|(_, part)| part).collect();
        let name_of = |at| name_of(files, &parts, at);
        let by_name = ByName::new(0..parts.len(), name_of);
        let mut groups: Vec<&[usize]> = vec![&[]; parts.len()];
        for group in by_name.each(name_of) {
            if let Some(slot) = group.first().and_then(|&first| groups.get_mut(first)) {
                *slot = group;
            }
        }
        let (mut together, mut names) = (Vec::with_capacity(parts.len()), Vec::new());
        let mut name_of_first = Vec::with_capacity(parts.len());
        for group in groups {
            name_of_first.push(names.len());
            if !group.is_empty() {
                names.push(together.len()..together.len() + group.len());
                together.extend(group.iter().filter_map(|&at| parts.get(at)));
            }
        }
        Self { parts, by_name, together, names, name_of_first }
    }

    pub(super) fn find(&self, files: &[Ini], name: &str) -> &[Part] {
        let same = self.by_name.find(name, |at| name_of(files, &self.parts, at));
        let first = same.first().and_then(|&first| self.name_of_first.get(first));
        let range = first.and_then(|&first| self.names.get(first));
        range.and_then(|range| self.together.get(range.clone())).unwrap_or_default()
    }

    pub(super) fn in_order(&self) -> impl Iterator<Item = &[Part]> {
        self.names.iter().filter_map(|range| self.together.get(range.clone()))
    }
}

fn name_of<'a>(files: &'a [Ini], parts: &[Part], at: usize) -> &'a str {
    let part = parts.get(at).and_then(|part| Some((files.get(part.file)?, part.block)));
    part.map_or("", |(ini, block)| ini.name_at(block))
}
