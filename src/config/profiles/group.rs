//! The sections of one kind, by name and in the order of the files.

use super::ini::{Block, Ini};
use crate::config::index::ByName;

/// A block of one of the files. The order is the one in which later values win.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub file: u32,
    pub block: u32,
    /// The first one of its name.
    first: usize,
}

pub(super) struct Group {
    /// In the order of the files, but those of one name together.
    parts: Vec<Part>,
    by_name: ByName,
}

impl Group {
    pub(super) fn new(files: &[Ini], wanted: impl Fn(&Block) -> bool) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for (ini, file) in files.iter().zip(0..) {
            for (_, block) in ini.blocks.iter().zip(0..).filter(|(block, _)| wanted(block)) {
                parts.push(Part { file, block, first: parts.len() });
            }
        }
        let by_name = |parts: &[Part]| ByName::new(0..parts.len(), |at| name_of(files, parts, at));
        let mut sorted = by_name(&parts);
        let same = sorted.each(|at| name_of(files, &parts, at)).filter(|same| same.len() > 1);
        let twice: Vec<&[usize]> = same.collect();
        if !twice.is_empty() {
            for same in twice {
                for &at in same {
                    if let (Some(part), Some(&first)) = (parts.get_mut(at), same.first()) {
                        part.first = first;
                    }
                }
            }
            parts.sort_by_key(|part| part.first);
            sorted = by_name(&parts);
        }
        Self { parts, by_name: sorted }
    }

    pub(super) fn find(&self, files: &[Ini], name: &str) -> &[Part] {
        let same = self.by_name.find(name, |at| name_of(files, &self.parts, at));
        let (Some(&first), Some(&last)) = (same.first(), same.last()) else { return &[] };
        self.parts.get(first..=last).unwrap_or_default()
    }

    pub(super) fn in_order(&self) -> impl Iterator<Item = &[Part]> {
        self.parts.chunk_by(|one, other| one.first == other.first)
    }
}

fn name_of<'a>(files: &'a [Ini], parts: &[Part], at: usize) -> &'a str {
    let part =
        parts.get(at).and_then(|part| Some((files.get(part.file as usize)?, part.block as usize)));
    part.map_or("", |(ini, block)| ini.name_at(block))
}
