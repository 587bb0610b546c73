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

/// The lines, with a title line first. A page without a width cuts nothing. The rows come twice, so
/// that a hundred thousand of them need not be kept: `each_row` calls what it gets with each of them.
pub(crate) fn table<const N: usize>(
    columns: &[Column; N],
    each_row: impl Fn(&mut dyn FnMut([&str; N])),
    page: &Page,
) -> String {
    let mut widths = [0; N];
    each_row(&mut |row| {
        // No text is wider than it has bytes.
        for (widest, cell) in
            widths.iter_mut().zip(row).filter(|(widest, cell)| cell.len() > **widest)
        {
            *widest = width_of(cell).max(*widest);
        }
    });
    for (width, column) in widths.iter_mut().zip(columns).filter(|(width, _)| **width > 0) {
        *width = width_of(column.title).max(*width);
    }
    fit(&mut widths, columns, page.width);
    let layout = Layout { widths, blanks: " ".repeat(total(&widths)), coloured: page.coloured };
    let mut text = String::new();
    let (titles, styles) = (columns.map(|column| column.title), columns.map(|column| column.style));
    layout.push_line(&mut text, &titles, &[Style::new().dimmed(); N]);
    each_row(&mut |row| layout.push_line(&mut text, &row, &styles));
    text
}

/// A column without text has no width.
fn fit(widths: &mut [usize], columns: &[Column], available: Option<usize>) {
    let Some(available) = available else { return };
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&index| columns.get(index).map(|column| column.importance));
    for index in order {
        let excess = total(widths).saturating_sub(available);
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

struct Layout<const N: usize> {
    widths: [usize; N],
    /// As many as a line can have.
    blanks: String,
    coloured: bool,
}

impl<const N: usize> Layout<N> {
    fn push_line(&self, text: &mut String, cells: &[&str; N], styles: &[Style; N]) {
        let mut blanks = 0;
        let columns = self.widths.iter().zip(cells).zip(styles);
        for ((&width, &cell), style) in columns.filter(|((width, _), _)| **width > 0) {
            let (mut cell, mut taken) = (cell, width_of(cell));
            let shortened;
            if taken > width {
                shortened = cut(cell, width);
                (cell, taken) = (&shortened, width_of(&shortened));
            }
            if taken > 0 {
                // Blanks are written before the next cell, so that no line ends in them.
                text.push_str(self.blanks.get(..blanks).unwrap_or_default());
                blanks = 0;
                if self.coloured {
                    let _ = write!(text, "{}", cell.style(*style));
                } else {
                    text.push_str(cell);
                }
            }
            blanks += width.saturating_sub(taken) + GAP;
        }
        text.push('\n');
    }
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

    fn columns() -> [Column; 4] {
        let style = Style::new().bold();
        let column = |title, importance, least| Column::new(title, style, importance, least);
        [
            column("ACCOUNT", 9, 6),
            column("ROLE", 8, 4),
            column("REGION", 1, 6),
            column("SOURCE", 0, 8),
        ]
    }

    fn each_row(line: &mut dyn FnMut([&str; 4])) {
        line(["production", "read", "", "~/.aws/accounts:2"]);
        line(["日本", "", "", ""]);
        line(["staging", "ops/deploy", "", "profile x"]);
    }

    #[test]
    fn columns_are_aligned_and_empty_ones_left_out() {
        assert_eq!(
            table(&columns(), each_row, &Page::default()),
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
            for line in table(&columns(), each_row, &wide(width)).lines() {
                assert!(line.width() <= width.max(2), "{width}: {line}");
            }
        }
        assert!(
            table(&columns(), each_row, &wide(34)).contains("production  read        ~/.aws/ac…\n")
        );
        assert!(table(&columns(), each_row, &wide(24)).contains("staging     ops/deploy\n"));
        assert!(table(&columns(), each_row, &wide(18)).contains("staging     ops/d…\n"));
        assert!(table(&columns(), each_row, &wide(8)).contains("product…\n"));
    }

    #[test]
    fn colour_changes_no_width() {
        let coloured = table(&columns(), each_row, &Page { coloured: true, width: None });
        assert!(
            coloured.contains("\u{1b}[1mproduction\u{1b}[0m  \u{1b}[1mread\u{1b}[0m"),
            "{coloured:?}"
        );
    }
}
