//! An entry as a file: one line of JSON with the version of the format, the key and the value.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::directory::Directory;
use super::entry::Entry;
use super::error::StoreError;
use super::file::Identity;
use super::key::Key;

/// The format written here. A file with a higher one belongs to a newer program and is left alone.
const VERSION: u64 = 1;
/// The longest entry. A real one has about 2,000 bytes.
const LONGEST: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<K, V> {
    version: u64,
    key: K,
    value: V,
}

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

pub(super) enum Slot<T> {
    Nothing,
    Newer,
    Damaged(Identity),
    Entry(Key, T),
}

pub(super) fn name<T: Entry>(key: &Key) -> String {
    format!("{}-{}.json", T::KIND, key.digest())
}

/// Reads what stands under a name. Strict: an entry that is not exactly what we would have written
/// is damage.
pub(super) fn read<T: Entry>(directory: &Directory, name: &str) -> Result<Slot<T>, StoreError> {
    let Some(content) = directory.read(name, LONGEST)? else { return Ok(Slot::Nothing) };
    if !content.whole {
        return Ok(Slot::Damaged(content.identity));
    }
    Ok(match parse::<T>(&content.bytes) {
        Some(found) => found,
        None => Slot::Damaged(content.identity),
    })
}

fn parse<T: Entry>(bytes: &[u8]) -> Option<Slot<T>> {
    let versioned: Versioned = serde_json::from_slice(bytes).ok()?;
    if versioned.version > VERSION {
        return Some(Slot::Newer);
    }
    let record: Record<Key, T> = serde_json::from_slice(bytes).ok()?;
    (record.version == VERSION && record.value.is_possible())
        .then_some(Slot::Entry(record.key, record.value))
}

pub(super) fn text<T: Entry>(key: &Key, value: &T) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(16 * 1024));
    serde_json::to_writer(&mut *bytes, &Record { version: VERSION, key, value })?;
    bytes.push(b'\n');
    Ok(bytes)
}
