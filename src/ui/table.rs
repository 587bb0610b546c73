//! A table for people: rows come in, lines that fit the terminal go out.
//!
//! What does not fit is cut or left out, the least important column first. A column without any
//! text is left out too.

use std::borrow::Cow;
use std::fmt::Write as _;

use owo_colors::{OwoColorize, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::ui::page::Page;

const GAP: usize = 2;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub title: &'static str,
    pub style: Style,
    /// What is lowest is cut first, and goes first.
    pub importance: u8,
    /// Below this width, in columns of the terminal, it is of no use.
    pub least: usize,
}

impl Column {
    pub(crate) fn new(title: &'static str, style: Style, importance: u8, least: usize) -> Self {
        Self { title, style, importance, least }
    }
}

pub(crate) type Row<'a> = Vec<Cow<'a, str>>;

/// The lines, with a title line first. A page without a width cuts nothing.
pub(crate) fn table(columns: &[Column], rows: &[Row<'_>], page: &Page) -> String {
    let widths = fitted(columns, natural(columns, rows), page.width);
    let titles: Row<'_> = columns.iter().map(|column| Cow::Borrowed(column.title)).collect();
    let mut text = String::with_capacity(rows.len() * 100);
    push_line(
        &mut text,
        &titles,
        &widths,
        &[Style::new().dimmed()].repeat(columns.len()),
        page.coloured,
    );
    let styles: Vec<Style> = columns.iter().map(|column| column.style).collect();
    for row in rows {
        push_line(&mut text, row, &widths, &styles, page.coloured);
    }
    text
}

/// How wide each column would like to be; 0 for one without text.
fn natural(columns: &[Column], rows: &[Row<'_>]) -> Vec<usize> {
    let widest = |index: usize| {
        rows.iter().filter_map(|row| row.get(index)).map(|cell| width_of(cell)).max()
    };
    let wished =
        columns.iter().enumerate().map(|(index, column)| match widest(index).unwrap_or(0) {
            0 => 0,
            cells => cells.max(width_of(column.title)),
        });
    wished.collect()
}

fn fitted(columns: &[Column], mut widths: Vec<usize>, available: Option<usize>) -> Vec<usize> {
    let Some(available) = available else { return widths };
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&index| columns.get(index).map(|column| column.importance));
    for index in order {
        let excess = total(&widths).saturating_sub(available);
        let last = widths.iter().filter(|width| **width > 0).count() == 1;
        if let (Some(width), Some(column)) = (widths.get_mut(index), columns.get(index)) {
            let least = column.least.min(*width);
            *width = match width.saturating_sub(excess) {
                enough if enough >= least => enough,
                rest if last => rest.max(1),
                _ => 0,
            };
        }
    }
    widths
}

/// How many columns of the terminal a text takes.
pub(crate) fn width_of(text: &str) -> usize {
    // What nothing would obey is all that comes into a table.
    if text.is_ascii() { text.len() } else { text.width() }
}

fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown.map(|width| width + GAP).sum::<usize>().saturating_sub(GAP)
}

fn push_line(
    text: &mut String,
    cells: &Row<'_>,
    widths: &[usize],
    styles: &[Style],
    coloured: bool,
) {
    let mut blanks = 0;
    for ((cell, &width), style) in
        cells.iter().zip(widths).zip(styles).filter(|((_, width), _)| **width > 0)
    {
        let (cut, taken) = match width_of(cell) {
            fits if fits <= width => (Cow::Borrowed(cell.as_ref()), fits),
            _ => {
                let cut = cut(cell, width);
                let taken = width_of(&cut);
                (cut, taken)
            }
        };
        if taken > 0 {
            // Blanks are written before the next cell, so that no line ends in them.
            text.extend(std::iter::repeat_n(' ', blanks));
            blanks = 0;
            if coloured {
                let _ = write!(text, "{}", cut.style(*style));
            } else {
                text.push_str(&cut);
            }
        }
        blanks += width.saturating_sub(taken) + GAP;
    }
    text.push('\n');
}

/// `text` in at most `width` columns, an ellipsis at the end when something is missing.
pub(crate) fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if width_of(text) <= width {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut taken = 1;
    for character in text.chars() {
        taken += character.width().unwrap_or(0);
        if taken > width {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let column = |title, importance, least| Column {
            title,
            style: Style::new().bold(),
            importance,
            least,
        };
        vec![
            column("ACCOUNT", 9, 6),
            column("ROLE", 8, 4),
            column("REGION", 1, 6),
            column("SOURCE", 0, 8),
        ]
    }

    fn rows() -> Vec<Row<'static>> {
        let row = |cells: [&'static str; 4]| cells.map(Cow::Borrowed).to_vec();
        vec![
            row(["production", "read", "", "~/.aws/accounts:2"]),
            row(["日本", "", "", ""]),
            row(["staging", "ops/deploy", "", "profile x"]),
        ]
    }

    #[test]
    fn columns_are_aligned_and_empty_ones_left_out() {
        assert_eq!(
            table(&columns(), &rows(), &Page::default()),
            "ACCOUNT     ROLE        SOURCE\n\
             production  read        ~/.aws/accounts:2\n\
             日本\n\
             staging     ops/deploy  profile x\n"
        );
    }

    fn wide(width: usize) -> Page {
        Page { coloured: false, width: Some(width) }
    }

    #[test]
    fn every_width_is_kept() {
        for width in 1..60 {
            for line in table(&columns(), &rows(), &wide(width)).lines() {
                assert!(line.width() <= width.max(2), "{width}: {line}");
            }
        }
        assert!(
            table(&columns(), &rows(), &wide(34)).contains("production  read        ~/.aws/ac…\n")
        );
        assert!(table(&columns(), &rows(), &wide(24)).contains("staging     ops/deploy\n"));
        assert!(table(&columns(), &rows(), &wide(18)).contains("staging     ops/d…\n"));
        assert!(table(&columns(), &rows(), &wide(8)).contains("product…\n"));
    }

    #[test]
    fn colour_changes_no_width() {
        let coloured = table(&columns(), &rows(), &Page { coloured: true, width: None });
        assert!(
            coloured.contains("\u{1b}[1mproduction\u{1b}[0m  \u{1b}[1mread\u{1b}[0m"),
            "{coloured:?}"
        );
    }
}
