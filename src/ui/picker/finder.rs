//! What is typed, what of the list fits it, and what is selected. Keys come in; nothing here knows
//! a terminal.
//!
//! A search of some hundred thousand roles takes a moment, so that keys that arrive together cost
//! one.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::keys::Key;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    pub account: String,
    pub role: String,
    /// The rest of the line; not searched.
    pub detail: String,
    /// What is searched besides, but not shown in the list.
    pub also: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    On,
    Taken,
    Left,
}

/// The longest query, in characters. A paste may be longer than any name.
const LONGEST: usize = 256;

pub(super) struct Finder<'a> {
    items: &'a [Item],
    /// For each item what is searched: account, role, and the rest.
    haystacks: Vec<String>,
    matcher: Matcher,
    pub query: String,
    /// Whether `found` is what fitted an earlier query.
    stale: bool,
    pub found: Vec<usize>,
    pub selected: usize,
}

impl<'a> Finder<'a> {
    pub(super) fn new(items: &'a [Item]) -> Self {
        let haystack = |item: &Item| format!("{} {} {}", item.account, item.role, item.also);
        let mut finder = Self {
            items,
            haystacks: items.iter().map(haystack).collect(),
            matcher: Matcher::new(Config::DEFAULT),
            query: String::new(),
            stale: true,
            found: Vec::new(),
            selected: 0,
        };
        finder.search();
        finder
    }

    pub(super) fn current(&self) -> Option<usize> {
        self.found.get(self.selected).copied()
    }

    pub(super) fn items(&self) -> &'a [Item] {
        self.items
    }

    /// Obeys a key. `page` is how many items a screen holds. What is typed is searched for by
    /// [`Self::search`], or when the next key wants to know what was found.
    pub(super) fn press(&mut self, key: Key, page: usize) -> Step {
        if self.edit(key) {
            return Step::On;
        }
        self.search();
        match key {
            Key::Leave => return Step::Left,
            Key::Enter => return Step::Taken,
            _ => self.go(key, page),
        }
        Step::On
    }

    fn edit(&mut self, key: Key) -> bool {
        match key {
            Key::Char(character) if self.query.chars().count() < LONGEST => {
                self.query.push(character);
            }
            Key::Char(_) => {}
            Key::Backspace => drop(self.query.pop()),
            Key::Clear => self.query.clear(),
            Key::ClearWord => {
                let start = self.query.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.query.truncate(start);
            }
            _ => return false,
        }
        self.stale = true;
        true
    }

    fn go(&mut self, key: Key, page: usize) {
        let last = self.found.len().saturating_sub(1);
        self.selected = match key {
            Key::Up => self.selected.saturating_sub(1),
            Key::Down => (self.selected + 1).min(last),
            Key::PageUp => self.selected.saturating_sub(page),
            Key::PageDown => (self.selected + page).min(last),
            Key::First => 0,
            Key::Last => last,
            _ => self.selected,
        };
    }

    /// Finds what fits: every word of the query has to. Among equals, what was used more stays
    /// first.
    pub(super) fn search(&mut self) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        self.selected = 0;
        let pattern = Pattern::parse(&self.query, CaseMatching::Smart, Normalization::Smart);
        let mut buffer = Vec::new();
        let matcher = &mut self.matcher;
        let mut scored: Vec<(u32, usize)> = (0..)
            .zip(&self.haystacks)
            .filter_map(|(index, text)| {
                Some((pattern.score(Utf32Str::new(text, &mut buffer), matcher)?, index))
            })
            .collect();
        scored.sort_by_key(|&(score, index)| (std::cmp::Reverse(score), index));
        self.found = scored.into_iter().map(|(_, index)| index).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(account: &str, role: &str, also: &str) -> Item {
        Item { account: account.into(), role: role.into(), also: also.into(), ..Item::default() }
    }

    fn items() -> Vec<Item> {
        vec![
            item("staging", "read", "222222222222"),
            item("production", "admin", "111111111111 prod"),
            item("production", "read", "111111111111 prod chain"),
            item("日本", "ops/deploy", "333333333333"),
        ]
    }

    fn typed(keys: &str) -> Vec<usize> {
        let items = items();
        let mut finder = Finder::new(&items);
        for character in keys.chars() {
            finder.press(Key::Char(character), 10);
        }
        finder.search();
        finder.found
    }

    #[test]
    fn words_fit_name_id_role_and_profile() {
        for (query, found) in [
            ("", &[0, 1, 2, 3][..]),
            ("read", &[0, 2]),
            ("prd adm", &[1]),
            ("2222", &[0]),
            ("chain", &[2]),
            ("日", &[3]),
            ("PROD", &[]),
            ("zzz", &[]),
        ] {
            assert_eq!(typed(query), found, "{query}");
        }
    }

    #[test]
    fn keys_move_and_edit() {
        let items = items();
        let mut finder = Finder::new(&items);
        for (key, query, current) in [
            (Key::Down, "", Some(1)),
            (Key::Last, "", Some(3)),
            (Key::Down, "", Some(3)),
            (Key::PageUp, "", Some(1)),
            (Key::First, "", Some(0)),
            (Key::Up, "", Some(0)),
            (Key::Char('d'), "d", Some(3)),
            (Key::Char('x'), "dx", None),
            (Key::Down, "dx", None),
            (Key::Backspace, "d", Some(3)),
            (Key::Char(' '), "d ", Some(3)),
            (Key::Char('é'), "d é", None),
            (Key::ClearWord, "d ", Some(3)),
            (Key::ClearWord, "", Some(0)),
            (Key::Clear, "", Some(0)),
        ] {
            assert_eq!(finder.press(key, 2), Step::On);
            finder.search();
            assert_eq!((finder.query.as_str(), finder.current()), (query, current), "{key:?}");
        }
        assert_eq!(
            (finder.press(Key::Enter, 2), finder.press(Key::Leave, 2)),
            (Step::Taken, Step::Left)
        );
    }

    #[test]
    fn keys_that_arrive_together_do_what_they_do_one_by_one() {
        let items = items();
        let mut finder = Finder::new(&items);
        for key in [Key::Down, Key::Char('r'), Key::Char('d'), Key::Down] {
            finder.press(key, 2);
        }
        assert_eq!((finder.query.as_str(), finder.current()), ("rd", Some(2)));
        for _ in 0..2 * LONGEST {
            finder.press(Key::Char('y'), 2);
        }
        assert_eq!(finder.query.len(), LONGEST);
    }
}
