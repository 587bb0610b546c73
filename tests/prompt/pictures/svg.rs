//! A terminal's screen as SVG: text with its colours, cut to what is used. No fonts, no scripts, no
//! links.

use std::fmt::Write;

use vt100::{Cell, Color, Parser};

/// The size of a character cell and of the margin, in pixels; fonts differ, so each run of text is
/// given its length.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 19.0;
const MARGIN: f32 = 14.0;

const BACKGROUND: &str = "#1b1f27";
const FOREGROUND: &str = "#d5dae3";
/// The sixteen colours of terminals, dim ones first.
const PALETTE: [&str; 16] = [
    "#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d5dae3",
    "#5c6370", "#ff7b86", "#a9d98a", "#ffd68a", "#7cc0ff", "#da8df0", "#6fd0dc", "#ffffff",
];

/// Draws a screen that was captured row by row, with the sequences that colour it.
pub fn draw(captured: &str, (rows, columns): (u16, u16), title: &str) -> String {
    let mut terminal = Parser::new(rows, columns, 0);
    terminal.process(captured.trim_end().replace('\n', "\r\n").as_bytes());
    let screen = terminal.screen();
    let lines: Vec<String> = screen.rows(0, columns).collect();
    let used = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    let (width, height) =
        (f32::from(columns) * WIDTH + 2.0 * MARGIN, used as f32 * HEIGHT + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" \
         fill=\"{FOREGROUND}\">\n<title>{}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n",
        escaped(title)
    );
    for row in 0..u16::try_from(used).unwrap() {
        for (column, text, cell) in
            runs((0..columns).filter_map(|column| Some((column, screen.cell(row, column)?))))
        {
            let (x, y) =
                (MARGIN + f32::from(column) * WIDTH, MARGIN + (f32::from(row) + 0.75) * HEIGHT);
            let length = text.chars().count() as f32 * WIDTH;
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\"{} xml:space=\"preserve\">{}</text>",
                style(&cell),
                escaped(&text)
            );
        }
    }
    out + "</svg>\n"
}

/// Neighbours that look alike, without the blanks around them: column, text, and a cell of their
/// look.
fn runs<'a>(cells: impl Iterator<Item = (u16, &'a Cell)>) -> Vec<(u16, String, Cell)> {
    let mut runs: Vec<(u16, String, Cell)> = Vec::new();
    for (column, cell) in cells {
        let text = if cell.has_contents() { cell.contents() } else { " " };
        match runs.last_mut() {
            Some((_, run, last)) if style(last) == style(cell) => run.push_str(text),
            _ => runs.push((column, text.to_owned(), cell.clone())),
        }
    }
    for (column, text, _) in &mut runs {
        *column += u16::try_from(text.len() - text.trim_start().len()).unwrap();
        *text = text.trim().to_owned();
    }
    runs.retain(|(_, text, _)| !text.is_empty());
    runs
}

fn style(cell: &Cell) -> String {
    let colour = match cell.fgcolor() {
        Color::Default => String::new(),
        Color::Idx(index) if index < 16 => format!(" fill=\"{}\"", PALETTE[usize::from(index)]),
        Color::Idx(index) => panic!("colour {index} is not one of the sixteen"),
        Color::Rgb(red, green, blue) => format!(" fill=\"#{red:02x}{green:02x}{blue:02x}\""),
    };
    if cell.bold() { colour + " font-weight=\"bold\"" } else { colour }
}

/// The words of a picture, however they are coloured: that differs between versions of a shell.
pub fn words_of(picture: &str) -> Vec<&str> {
    let runs = picture.lines().filter_map(|line| line.strip_prefix("<text ")?.split_once('>'));
    runs.flat_map(|(_, rest)| rest.trim_end_matches("</text>").split_whitespace()).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
