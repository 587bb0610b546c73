//! Sections of one kind, by name and in the order of the files.
//!
//! Files that were read come in; for each name its parts go out, in the order in which later ones win. Sorting once
//! keeps lookups quick without a map of ten thousand strings.

use std::ops::Range;

use super::header::SectionKind;
use super::ini::Ini;

/// A block of one of the files. The order is the one in which later values win.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    /// Which file, counted as they were read.
    pub file: usize,
    /// Which block of the file.
    pub block: usize,
}

/// The sections of some kinds.
pub(super) struct Group {
    /// All parts, sorted by name; those of one name in the order of the files.
    parts: Vec<Part>,
    /// For each name, its parts; sorted by name.
    names: Vec<Range<usize>>,
    /// Indexes into `names`, in the order in which the names first appear.
    in_order: Vec<usize>,
}

impl Group {
    /// Gathers the sections of these kinds.
    pub fn new(files: &[Ini], kinds: &[SectionKind]) -> Self {
        let blocks = files.iter().enumerate().flat_map(|(file, ini)| {
            ini.blocks.iter().enumerate().map(move |(block, found)| (found.kind, Part { file, block }))
        });
        let mut parts: Vec<Part> = blocks.filter(|(kind, _)| kinds.contains(kind)).map(|(_, part)| part).collect();
        parts.sort_by_key(|part| name_of(files, *part));
        let mut names: Vec<Range<usize>> = Vec::new();
        for same in parts.chunk_by(|one, next| name_of(files, *one) == name_of(files, *next)) {
            let start = names.last().map_or(0, |before| before.end);
            names.push(start..start + same.len());
        }
        let mut in_order: Vec<usize> = (0..names.len()).collect();
        in_order.sort_by_key(|&name| names.get(name).and_then(|range| parts.get(range.start)));
        Self { parts, names, in_order }
    }

    /// The parts of one name; none when there is no such section.
    pub fn find(&self, files: &[Ini], name: &str) -> &[Part] {
        let first = |range: &Range<usize>| self.parts.get(range.start).map_or("", |part| name_of(files, *part));
        let found = self.names.binary_search_by(|range| first(range).cmp(name)).ok();
        found.and_then(|index| self.parts_at(index)).unwrap_or_default()
    }

    /// The parts of each name, in the order of the files.
    pub fn in_order(&self) -> impl Iterator<Item = &[Part]> {
        self.in_order.iter().filter_map(|&index| self.parts_at(index))
    }

    fn parts_at(&self, index: usize) -> Option<&[Part]> {
        self.names.get(index).and_then(|range| self.parts.get(range.clone()))
    }
}

fn name_of(files: &[Ini], part: Part) -> &str {
    files.get(part.file).and_then(|ini| ini.blocks.get(part.block).map(|block| ini.name(block))).unwrap_or_default()
}
