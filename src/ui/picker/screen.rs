//! A search as a picture of the terminal's size. Nothing here writes it.
//!
//! Without colour the selected line is marked all the same, so that the picture reads on any
//! terminal.

use unicode_width::UnicodeWidthStr;

use super::finder::{Finder, Item};
use crate::ui::table::cut;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub rows: usize,
    pub columns: usize,
}

pub(super) struct Around<'a> {
    pub prompt: &'a str,
    /// What would happen with the selected item; several lines.
    pub preview: &'a str,
    pub coloured: bool,
}

const HELP: &str = "Enter takes it, Esc leaves everything as it is";
const GAP: &str = "  ";

pub(super) fn page(size: Size, preview: &str) -> usize {
    size.rows.saturating_sub(1 + below(size, preview)).max(1)
}

/// How many lines stand below the list: the preview and the help, where there is room for more than
/// the list.
fn below(size: Size, preview: &str) -> usize {
    let wanted = preview.lines().count() + 2;
    if size.rows >= wanted + 4 { wanted } else { 0 }
}

/// The picture, line by line, as what a terminal in raw mode is sent.
pub(super) fn picture(finder: &Finder<'_>, around: &Around<'_>, size: Size) -> String {
    let style = Style { coloured: around.coloured };
    let page = page(size, around.preview);
    let first = finder.selected.saturating_sub(page.saturating_sub(1));
    let shown: Vec<(usize, &Item)> =
        (first..).take(page).map_while(|at| Some((at, item_at(finder, at)?))).collect();
    let widths = widths(&shown, size.columns);
    let typed = format!("{} {}", around.prompt, finder.query);
    let count = format!("{}/{}", finder.found.len(), finder.items().len());
    let mut lines = vec![prompt_line(&typed, &count, size.columns, style)];
    lines.extend(
        shown
            .iter()
            .map(|(at, item)| item_line(item, *at == finder.selected, widths, size.columns, style)),
    );
    if below(size, around.preview) > 0 {
        lines.resize(page + 1, String::new());
        lines.push(style.quiet(&"-".repeat(size.columns)));
        lines.extend(around.preview.lines().map(|line| cut(line, size.columns).into_owned()));
        lines.push(style.quiet(&cut(HELP, size.columns)));
    }
    let cursor = typed.width().min(size.columns.saturating_sub(1)) + 1;
    // Each line ends by erasing what stood there before; below the last, everything.
    format!("\x1b[?25l\x1b[H{}\x1b[K\x1b[J\x1b[1;{cursor}H\x1b[?25h", lines.join("\x1b[K\r\n"))
}

fn item_at<'a>(finder: &Finder<'a>, at: usize) -> Option<&'a Item> {
    finder.items().get(*finder.found.get(at)?)
}

/// The widths of account and role: as wide as the widest on the screen, unless that leaves too
/// little for the other.
fn widths(shown: &[(usize, &Item)], columns: usize) -> (usize, usize) {
    let widest = |text: fn(&Item) -> &str| {
        shown.iter().map(|(_, item)| text(item).width()).max().unwrap_or(0)
    };
    let (account, role) = (widest(|item| &item.account), widest(|item| &item.role));
    let room = columns.saturating_sub(2 + GAP.len());
    let role = role.min((room / 2).max(room.saturating_sub(account)));
    (account.min(room.saturating_sub(role)), role)
}

fn prompt_line(typed: &str, count: &str, columns: usize, style: Style) -> String {
    let free = columns.saturating_sub(typed.width() + count.width() + 1);
    if free == 0 {
        // What was typed last matters more than the beginning.
        let start = typed
            .char_indices()
            .rev()
            .map(|(at, _)| at)
            .take_while(|at| typed.get(*at..).is_some_and(|end| end.width() < columns));
        return start.last().and_then(|at| typed.get(at..)).unwrap_or_default().to_owned();
    }
    format!("{typed}{}{}", " ".repeat(free), style.quiet(count))
}

fn item_line(
    item: &Item,
    selected: bool,
    (account, role): (usize, usize),
    columns: usize,
    style: Style,
) -> String {
    let padded = |text: &str, width: usize| {
        let text = cut(text, width);
        let blanks = width.saturating_sub(text.width());
        text.into_owned() + &" ".repeat(blanks)
    };
    let names = format!("{}{GAP}{}", padded(&item.account, account), padded(&item.role, role));
    let marked =
        cut(&format!("{} {names}", if selected { '>' } else { ' ' }), columns).into_owned();
    let room = columns.saturating_sub(marked.width() + GAP.len());
    let detail = if room < 8 {
        String::new()
    } else {
        format!("{GAP}{}", style.quiet(&cut(&item.detail, room)))
    };
    if selected {
        style.strong(marked.trim_end()) + &blanks_lost(&marked) + &detail
    } else {
        marked + &detail
    }
}

fn blanks_lost(text: &str) -> String {
    " ".repeat(text.len() - text.trim_end().len())
}

#[derive(Clone, Copy)]
struct Style {
    coloured: bool,
}

impl Style {
    fn strong(self, text: &str) -> String {
        self.wrapped("1;36", text)
    }

    fn quiet(self, text: &str) -> String {
        self.wrapped("2", text)
    }

    fn wrapped(self, code: &str, text: &str) -> String {
        if self.coloured && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::Key;
    use super::*;

    fn items() -> Vec<Item> {
        let item = |account: &str, role: &str| Item {
            account: account.into(),
            role: role.into(),
            detail: "used 2h ago, ~/.aws/accounts:2".into(),
            also: String::new(),
        };
        let many = (0..40).map(|number| item(&format!("account-{number}"), "read"));
        [item("production", "read"), item("日本のアカウント", "ops/deploy-everything-everywhere")]
            .into_iter()
            .chain(many)
            .collect()
    }

    fn shown(finder: &Finder<'_>, size: Size, coloured: bool) -> Vec<String> {
        let around = Around { prompt: "role:", preview: "one\ntwo", coloured };
        let mut parser = vt100::Parser::new(
            u16::try_from(size.rows).unwrap(),
            u16::try_from(size.columns).unwrap(),
            0,
        );
        parser.process(picture(finder, &around, size).as_bytes());
        parser.screen().rows(0, u16::try_from(size.columns).unwrap()).collect()
    }

    #[test]
    fn a_screen_of_the_usual_size() {
        let items = items();
        let mut finder = Finder::new(&items);
        finder.press(Key::Down, 10);
        let rows = shown(&finder, Size { rows: 24, columns: 80 }, true);
        assert!(rows[0].starts_with("role:") && rows[0].ends_with("42/42"), "{rows:#?}");
        assert!(rows[1].starts_with("  production        read   "), "{rows:#?}");
        assert!(
            rows[2]
                .starts_with("> 日本のアカウント  ops/deploy-everything-everywhere  used 2h ago"),
            "{rows:#?}"
        );
        assert_eq!(rows[20..], ["-".repeat(80), "one".into(), "two".into(), HELP.into()]);
    }

    #[test]
    fn the_selected_line_is_always_on_the_screen_and_nothing_is_wider() {
        let items = items();
        for rows in 1..12 {
            for columns in 1..60 {
                let size = Size { rows, columns };
                let mut finder = Finder::new(&items);
                finder.press(Key::PageDown, 7);
                let lines = shown(&finder, size, false);
                if rows > 1 && columns > 20 {
                    assert!(
                        lines.iter().any(|line| line.starts_with("> account-5")),
                        "{size:?}: {lines:#?}"
                    );
                }
                for character in "a long query that is longer".chars() {
                    finder.press(Key::Char(character), 7);
                }
                finder.search();
                let around = Around { prompt: "role:", preview: "one\ntwo", coloured: false };
                let text = picture(&finder, &around, size);
                for line in text.split("\r\n") {
                    let bare = line.replace("\x1b[K", "").replace("\x1b[?25l\x1b[H", "");
                    let bare = bare.split("\x1b[J").next().unwrap();
                    assert!(bare.width() <= columns, "{size:?}: {bare:?}");
                }
            }
        }
    }

    #[test]
    fn without_colour_there_is_none() {
        let items = items();
        let around = Around { prompt: "role:", preview: "one", coloured: false };
        let text = picture(&Finder::new(&items), &around, Size { rows: 24, columns: 80 });
        let is_letter = |character: &char| character.is_ascii_alphabetic();
        let ends: Vec<char> =
            text.split("\x1b[").skip(1).filter_map(|rest| rest.chars().find(is_letter)).collect();
        assert!(!ends.contains(&'m'), "{text:?}");
        assert!(text.contains("> production"));
    }
}
