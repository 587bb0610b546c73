//! The history of use: which role of which account, when last and how often. TAB and the picker
//! live on it.
//!
//! A file of lines that only grows by appending, so that a switch writes some 60 bytes and two
//! shells at once cannot lose each other's line; when it has grown long it is folded into one line
//! for each role. A line that makes no sense is passed over. It holds no keys, and `logout` leaves
//! it.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt;

use rustix::fs::OFlags;

use super::directory::Directory;
use super::error::StoreError;
use super::file::Identity;
use crate::types::{AccountId, Moment, Name, RoleName};

pub(super) const NAME: &str = "history";
/// What the first line says before the number of the format.
const TITLE: &str = "assume-role history ";
const VERSION: u64 = 1;
const LONGEST: u64 = 8 << 20;
/// From this length on, in bytes, it is folded: some 10,000 uses, which TAB still reads in a blink.
const FOLDED_FROM: u64 = 1 << 19;
/// What is kept then, the latest roles first. Half as much, so that the next folding is far away.
const KEPT: usize = 1 << 18;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub account: Name,
    pub id: Option<AccountId>,
    pub role: Option<RoleName>,
    /// When last, by this machine's clock.
    pub last: Moment,
    pub count: u32,
}

pub(super) enum Slot {
    Uses(Vec<Use>),
    /// Nothing, or what a newer program wrote.
    Nothing,
    Damaged(Identity),
}

pub(super) fn read(directory: &Directory) -> Result<Slot, StoreError> {
    let Some(content) = directory.read(NAME, LONGEST)? else { return Ok(Slot::Nothing) };
    Ok(match version(&content.bytes) {
        Some(VERSION) if content.whole => {
            Slot::Uses(fold(&String::from_utf8_lossy(&content.bytes)))
        }
        Some(newer) if newer > VERSION => Slot::Nothing,
        _ => Slot::Damaged(content.identity),
    })
}

/// Adds a use (its `last` and `count` say when and how often).
pub(super) fn add(directory: &Directory, used: &Use) -> Result<(), StoreError> {
    let flags = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE;
    let Some((mut file, stat)) = directory.open_file(NAME, flags)? else { return Ok(()) };
    let size = u64::try_from(stat.st_size).unwrap_or_default();
    let lead_in = lead_in(&file, size).map_err(|error| directory.system(error))?;
    let Some(mut text) = lead_in else { return Ok(()) };
    push_line(&mut text, used);
    file.write_all(text.as_bytes()).map_err(|error| directory.system(error))?;
    if size > FOLDED_FROM
        && let Slot::Uses(uses) = read(directory)?
    {
        directory.replace(NAME, folded(&uses).as_bytes(), None)?;
    }
    Ok(())
}

fn first_line() -> String {
    format!("{TITLE}{VERSION}\n")
}

/// What goes before a line that is added: the first line of a new file, or the end of a line that a
/// killed run left half written. `None` when the file is not ours to write: newer, or damaged,
/// which the next reader finds.
fn lead_in(file: &File, size: u64) -> std::io::Result<Option<String>> {
    let Some(last) = size.checked_sub(1) else { return Ok(Some(first_line())) };
    let (mut start, mut end) = ([0; 32], [0; 1]);
    let length = file.read_at(&mut start, 0)?;
    file.read_exact_at(&mut end, last)?;
    let is_ours = version(start.get(..length).unwrap_or_default()) == Some(VERSION);
    Ok(is_ours.then(|| if end == *b"\n" { String::new() } else { "\n".to_owned() }))
}

fn version(bytes: &[u8]) -> Option<u64> {
    let line = bytes.split(|&byte| byte == b'\n').next()?;
    std::str::from_utf8(line).ok()?.strip_prefix(TITLE)?.parse().ok()
}

fn push_line(text: &mut String, used: &Use) {
    let id = used.id.as_ref().map_or("", AccountId::as_str);
    let role = used.role.as_ref().map_or("", RoleName::as_str);
    let _ = writeln!(text, "{}\t{}\t{id}\t{role}\t{}", used.last.0, used.count, used.account);
}

#[derive(Clone, Copy)]
struct Line<'a> {
    last: i64,
    count: u32,
    id: &'a str,
    /// The role and the account, with a tab between.
    names: &'a str,
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(4, '\t');
        Some(Self {
            last: fields.next()?.parse().ok()?,
            count: fields.next()?.parse().ok()?,
            id: fields.next()?,
            names: fields.next()?,
        })
    }

    fn to_use(self) -> Option<Use> {
        let (role, account) = self.names.split_once('\t')?;
        Some(Use {
            account: Name::parse("account", account).ok()?,
            id: AccountId::parse(self.id),
            role: if role.is_empty() { None } else { Some(RoleName::parse(role).ok()?) },
            last: Moment(self.last),
            count: self.count,
        })
    }
}

/// One use for each account and role, the latest first. Goes backwards, so that the order is right
/// already except where a clock was set back; names are checked once for each role, not for each
/// line.
fn fold(text: &str) -> Vec<Use> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut roles: Vec<Line> = Vec::new();
    for line in text.lines().rev().filter_map(Line::read) {
        let place = *places.entry(line.names).or_insert(roles.len());
        match roles.get_mut(place) {
            Some(role) => {
                role.count = role.count.saturating_add(line.count);
                role.last = role.last.max(line.last);
            }
            None => roles.push(line),
        }
    }
    let mut uses: Vec<Use> = roles.into_iter().filter_map(Line::to_use).collect();
    uses.sort_by_key(|used| Reverse(used.last));
    uses
}

/// The file for what is kept of these uses, which come and are kept the latest first and are
/// written in the order of appending.
fn folded(uses: &[Use]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for used in uses {
        let mut line = String::new();
        push_line(&mut line, used);
        length += line.len();
        if length > KEPT {
            break;
        }
        lines.push(line);
    }
    lines.push(first_line());
    lines.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(account: &str, role: &str, last: i64, count: u32) -> Use {
        Use {
            account: Name::parse("account", account).unwrap(),
            id: AccountId::parse("123456789012"),
            role: RoleName::parse(role).ok(),
            last: Moment(last),
            count,
        }
    }

    #[test]
    fn uses_of_one_role_become_one() {
        let uses = [one("a b", "ops/read", 7, 2), one("c", "", 9, 1), one("a b", "ops/read", 5, 1)];
        let together = vec![one("c", "", 9, 1), one("a b", "ops/read", 7, 3)];
        assert_eq!(fold(&folded(&uses)), together);
        assert_eq!(fold(&folded(&together)), together);
    }

    #[test]
    fn a_line_without_sense_is_passed_over() {
        let text = "assume-role history 1\n17\t1\t\tread\tprod\n18\t1\t12345\n\u{fffd}\nx\t1\t\tread\tprod\n\
                    19\t1\t\tread\t$(id)\n20\t1\t\tr`x`\tprod\n21\t-1\t\tread\tprod\n";
        let uses = fold(text);
        assert_eq!(uses.len(), 1);
        assert_eq!((uses[0].last, uses[0].count), (Moment(17), 1));
    }

    #[test]
    fn folding_keeps_the_latest_within_bounds() {
        let uses: Vec<Use> =
            (0..20_000).map(|n| one(&format!("account{n}"), "read", 100_000 - n, 1)).collect();
        let text = folded(&uses);
        assert!((KEPT - 100..KEPT + 100).contains(&text.len()), "{}", text.len());
        let kept = fold(&text);
        assert_eq!(kept, uses[..kept.len()]);
    }

    #[test]
    fn the_title_says_the_version() {
        assert_eq!(version(first_line().as_bytes()), Some(VERSION));
        assert_eq!(version(b"assume-role history 99\nwhatever"), Some(99));
        assert_eq!(version(b"\xff\xfe"), None);
        assert_eq!(version(b""), None);
    }
}
