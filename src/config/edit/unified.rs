//! The unified diff between two texts, given as lines.
//!
//! Lines come in, text goes out. What begins and ends both texts is set aside first; the rest is
//! small in any edit of ours, and is compared line with line.

use std::iter::once;

/// How many pairs of lines are compared at most. Beyond, all old lines go and all new ones come.
const MOST_PAIRS: usize = 1_000_000;

/// A line of the diff behind its sign: `' '`, `'-'` or `'+'`.
type Line<'a> = (char, &'a str);

/// What turns `old` into `new`, with `context` unchanged lines around each change, under the name
/// of the file.
///
/// The format is that of `diff -U` (POSIX `diff`, "Diff -u or -U Output Format").
pub(super) fn unified(name: &str, old: &[String], new: &[String], context: usize) -> String {
    let script = script(old, new);
    let mut out = format!("--- {name}\n+++ {name}\n");
    let (mut old_line, mut new_line) = (0, 0);
    let mut rest = script.as_slice();
    while let Some(first) = rest.iter().position(|(sign, _)| *sign != ' ') {
        let (skipped, from_here) = rest.split_at(first.saturating_sub(context));
        old_line += skipped.len();
        new_line += skipped.len();
        let (hunk, behind) = from_here.split_at(hunk_length(from_here, context));
        let (olds, news) = (lines_of('-', hunk), lines_of('+', hunk));
        out += &format!("@@ -{} +{} @@\n", range(old_line, olds), range(new_line, news));
        hunk.iter().for_each(|(sign, line)| out += &format!("{sign}{line}\n"));
        old_line += olds;
        new_line += news;
        rest = behind;
    }
    out
}

/// Up to the last change that is near enough to the one before it, and the context behind.
fn hunk_length(lines: &[Line], context: usize) -> usize {
    let mut changes =
        lines.iter().enumerate().filter(|(_, (sign, _))| *sign != ' ').map(|(index, _)| index);
    let first = changes.next().unwrap_or(0);
    let last = changes
        .try_fold(
            first,
            |last, next| if next - last - 1 <= 2 * context { Ok(next) } else { Err(last) },
        )
        .unwrap_or_else(|last| last);
    (last + 1 + context).min(lines.len())
}

fn lines_of(sign: char, hunk: &[Line]) -> usize {
    hunk.iter().filter(|line| line.0 == sign || line.0 == ' ').count()
}

/// Line numbers count from 1; a range of no lines names the line before it, one of a single line
/// has no length.
fn range(before: usize, length: usize) -> String {
    match length {
        0 => format!("{before},0"),
        1 => format!("{}", before + 1),
        _ => format!("{},{length}", before + 1),
    }
}

/// All lines of both texts, in the order of a diff: what goes stands before what comes.
fn script<'a>(old: &'a [String], new: &'a [String]) -> Vec<Line<'a>> {
    let same = |(one, other): &(&String, &String)| one == other;
    let start = old.iter().zip(new).take_while(same).count();
    let (begin, old) = old.split_at(start);
    let (_, new) = new.split_at(start);
    let end = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let (old, finish) = old.split_at(old.len() - end);
    let (new, _) = new.split_at(new.len() - end);
    signed(' ', begin).chain(middle(old, new)).chain(signed(' ', finish)).collect()
}

fn signed(sign: char, lines: &[String]) -> impl Iterator<Item = Line<'_>> {
    lines.iter().map(move |line| (sign, line.as_str()))
}

/// The longest common subsequence stays, found from the end.
fn middle<'a>(old: &'a [String], new: &'a [String]) -> Vec<Line<'a>> {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return signed('-', old).chain(signed('+', new)).collect();
    }
    let common = common_lengths(old, new);
    let common = |olds: &[String], news: &[String]| {
        common.get(olds.len()).and_then(|row| row.get(news.len()))
    };
    let mut lines = Vec::new();
    let (mut old, mut new) = (old, new);
    loop {
        let line: Line = match (old.split_last(), new.split_last()) {
            (Some((line, olds)), Some((other, news))) if line == other => {
                (old, new) = (olds, news);
                (' ', line)
            }
            (Some((line, olds)), Some((_, news))) if common(olds, new) > common(old, news) => {
                old = olds;
                ('-', line)
            }
            (_, Some((line, news))) => {
                new = news;
                ('+', line)
            }
            (Some((line, olds)), None) => {
                old = olds;
                ('-', line)
            }
            (None, None) => break,
        };
        lines.push(line);
    }
    lines.reverse();
    lines
}

/// How many lines the first i of `old` and the first j of `new` have in common: row i, column j.
fn common_lengths(old: &[String], new: &[String]) -> Vec<Vec<u32>> {
    let mut rows = vec![vec![0; new.len() + 1]];
    for line in old {
        let above = rows.last().map(Vec::as_slice).unwrap_or_default();
        let along = new.iter().zip(above).zip(above.iter().skip(1));
        let row = along.scan(0, |left, ((other, corner), up)| {
            *left = if line == other { corner + 1 } else { *up.max(left) };
            Some(*left)
        });
        let row = once(0).chain(row).collect();
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[track_caller]
    fn reads(old: &str, new: &str, context: usize, hunks: &str) {
        assert_eq!(
            unified("f", &lines(old), &lines(new), context),
            format!("--- f\n+++ f\n{hunks}")
        );
    }

    #[test]
    fn as_diff_writes_it() {
        reads("a b c", "a x c", 1, "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
        reads("a b c", "a x c", 0, "@@ -2 +2 @@\n-b\n+x\n");
        reads("", "a", 3, "@@ -0,0 +1 @@\n+a\n");
        reads("a", "", 3, "@@ -1 +0,0 @@\n-a\n");
        reads("a b", "a b c d", 0, "@@ -2,0 +3,2 @@\n+c\n+d\n");
    }

    #[test]
    fn changes_join_where_their_context_meets() {
        reads("a 1 2 b", "x 1 2 y", 1, "@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n-b\n+y\n");
        reads(
            "a 1 2 3 b",
            "x 1 2 3 y",
            1,
            "@@ -1,2 +1,2 @@\n-a\n+x\n 1\n@@ -4,2 +4,2 @@\n 3\n-b\n+y\n",
        );
    }

    #[test]
    fn what_is_too_long_to_compare_goes_and_comes_whole() {
        let (old, new): (Vec<_>, Vec<_>) =
            (0..1_200).map(|line| (line.to_string(), (line + 1).to_string())).unzip();
        let old: Vec<_> = once("start".to_owned()).chain(old).collect();
        let new: Vec<_> = once("start".to_owned()).chain(new).collect();
        assert!(unified("f", &old, &new, 0).contains("@@ -2,1200 +2,1200 @@\n-0\n"));
    }

    proptest! {
        #[test]
        fn each_text_can_be_read_back(old in "([a-d] ){0,12}", new in "([a-d] ){0,12}") {
            let (old, new) = (lines(&old), lines(&new));
            let script = script(&old, &new);
            let side = |gone: char| -> Vec<&str> {
                script.iter().filter(|line| line.0 != gone).map(|line| line.1).collect()
            };
            prop_assert_eq!(side('+'), old.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(side('-'), new.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
