//! The history of use: which role of which account, when last and how often. TAB and the picker live on it.
//!
//! A file of lines that only grows by appending, so that a switch writes some 60 bytes and two shells at once
//! cannot lose each other's line; when it has grown long it is folded into one line for each role. A line that
//! makes no sense is passed over. It holds no keys, and `logout` leaves it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt;

use rustix::fs::OFlags;

use super::Store;
use super::directory::Directory;
use super::fault::Fault;
use super::file::Content;
use crate::error::Result;
use crate::session::{AccountId, Moment, Name, RoleName};

/// The name of the file.
pub(super) const NAME: &str = "history";
/// What the first line says before the number of the format.
const TITLE: &str = "assume-role history ";
/// The format written here.
const VERSION: u64 = 1;
/// A longer file is damage.
const LONGEST: u64 = 8 << 20;
/// From this length on, in bytes, it is folded.
const FOLDED_FROM: u64 = 3 << 20;
/// What is kept then, the latest first: so many roles, in so many bytes.
const ROLES_KEPT: usize = 20_000;
const BYTES_KEPT: usize = 3 << 19;

/// A role that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The account or profile as the user calls it.
    pub account: Name,
    /// The account's id, where known.
    pub id: Option<AccountId>,
    /// The role; a profile may have none.
    pub role: Option<RoleName>,
    /// When last, by this machine's clock.
    pub last: Moment,
    /// How often.
    pub count: u32,
}

impl Store {
    /// The roles used, the latest first. A history that cannot be read is empty.
    pub fn history(&self) -> Vec<Use> {
        let content = self.look(|directory| self.read_history(directory)).ok().flatten();
        content.map(|content| fold(&String::from_utf8_lossy(&content.bytes))).unwrap_or_default()
    }

    /// Adds a use to the history (its `last` and `count` say when and how often).
    ///
    /// # Errors
    /// `Io` when a configured store cannot be written.
    pub fn put_use(&self, used: &Use) -> Result<()> {
        self.change(|directory| {
            let Some((mut file, stat)) = directory.open_file(NAME, OFlags::RDWR | OFlags::APPEND | OFlags::CREATE)?
            else {
                return Ok(());
            };
            let size = u64::try_from(stat.st_size).unwrap_or_default();
            let Some(mut text) = lead_in(&file, size).map_err(|error| directory.system(error))? else {
                return Ok(());
            };
            push_line(&mut text, used);
            file.write_all(text.as_bytes()).map_err(|error| directory.system(error))?;
            if size > FOLDED_FROM {
                let content = self.read_history(directory)?;
                let uses = content.map(|content| fold(&String::from_utf8_lossy(&content.bytes)));
                directory.replace(NAME, folded(&uses.unwrap_or_default()).as_bytes(), None)?;
            }
            Ok(())
        })
    }

    fn read_history(&self, directory: &Directory) -> std::result::Result<Option<Content>, Fault> {
        let Some(content) = directory.read(NAME, LONGEST)? else { return Ok(None) };
        match version(&content.bytes) {
            Some(VERSION) if content.whole => Ok(Some(content)),
            Some(newer) if newer > VERSION => Ok(None),
            _ => {
                self.set_aside(directory, NAME, content.identity)?;
                Ok(None)
            }
        }
    }
}

fn first_line() -> String {
    format!("{TITLE}{VERSION}\n")
}

/// What goes before a line that is added: the first line of a new file, or the end of a line that a killed run
/// left half written. `None` when the file is not ours to write: newer, or damaged, which the next reader finds.
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

/// One line, its names unchecked.
#[derive(Clone, Copy)]
struct Line<'a> {
    last: i64,
    count: u32,
    id: &'a str,
}

/// One use for each account and role, the latest first. Names are checked after folding: each once.
fn fold(text: &str) -> Vec<Use> {
    let mut roles: HashMap<(&str, &str), Line> = HashMap::new();
    for line in text.lines() {
        let mut fields = line.splitn(5, '\t');
        let mut next = || fields.next();
        let (Some(last), Some(count), Some(id), Some(role), Some(account)) = (next(), next(), next(), next(), next())
        else {
            continue;
        };
        let (Ok(last), Ok(count)) = (last.parse(), count.parse::<u32>()) else { continue };
        let known = roles.entry((account, role)).or_insert(Line { last, count: 0, id });
        known.count = known.count.saturating_add(count);
        if last >= known.last {
            known.last = last;
            known.id = id;
        }
    }
    let mut uses: Vec<Use> =
        roles.into_iter().filter_map(|((account, role), line)| used(account, role, line)).collect();
    uses.sort_by(|a, b| b.last.cmp(&a.last).then_with(|| (&a.account, &a.role).cmp(&(&b.account, &b.role))));
    uses
}

fn used(account: &str, role: &str, line: Line) -> Option<Use> {
    Some(Use {
        account: Name::parse("account", account).ok()?,
        id: AccountId::parse(line.id),
        role: if role.is_empty() { None } else { Some(RoleName::parse(role).ok()?) },
        last: Moment(line.last),
        count: line.count,
    })
}

/// The file for what is kept of these uses.
fn folded(uses: &[Use]) -> String {
    let mut text = first_line();
    for used in uses.iter().take(ROLES_KEPT) {
        let length = text.len();
        push_line(&mut text, used);
        if text.len() > BYTES_KEPT {
            text.truncate(length);
            break;
        }
    }
    text
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
        let uses = [one("a b", "ops/read", 5, 1), one("c", "", 9, 1), one("a b", "ops/read", 7, 2)];
        let text = folded(&uses);
        let together = vec![one("c", "", 9, 1), one("a b", "ops/read", 7, 3)];
        assert_eq!(fold(&text), together);
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
        let name = "n".repeat(120);
        let uses: Vec<Use> = (0..20_500).map(|n| one(&format!("{name}{n}"), "read", 100_000 - n, 1)).collect();
        let text = folded(&uses);
        assert!(text.len() <= BYTES_KEPT && text.len() > BYTES_KEPT - 200);
        assert_eq!(fold(&text)[0], uses[0]);
        let short: Vec<Use> = (0..20_500).map(|n| one(&format!("n{n}"), "read", 100_000 - n, 1)).collect();
        assert_eq!(fold(&folded(&short)), short[..ROLES_KEPT]);
    }

    #[test]
    fn the_title_says_the_version() {
        assert_eq!(version(first_line().as_bytes()), Some(VERSION));
        assert_eq!(version(b"assume-role history 99\nwhatever"), Some(99));
        assert_eq!(version(b"\xff\xfe"), None);
        assert_eq!(version(b""), None);
    }
}
