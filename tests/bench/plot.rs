//! How the paths grow, as a picture: both axes in powers of ten, a line for each path.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::line::Line;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
/// The edges of the field; the names of the paths stand on its right.
const LEFT: f64 = 60.0;
const RIGHT: f64 = WIDTH - 300.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = HEIGHT - 50.0;
const COLOURS: [&str; 10] = [
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22",
    "#17becf", "#ff7f0e",
];

/// Whole powers of ten, and where the first and the last of them lie.
struct Axis {
    powers: std::ops::RangeInclusive<i32>,
    from: f64,
    to: f64,
}

impl Axis {
    fn new(values: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Self {
        let lowest = values.clone().fold(f64::MAX, f64::min).log10().floor() as i32;
        let highest = values.fold(f64::MIN_POSITIVE, f64::max).log10().ceil() as i32;
        Self { powers: lowest..=highest.max(lowest + 1), from, to }
    }

    fn at(&self, value: f64) -> f64 {
        let (first, last) = (f64::from(*self.powers.start()), f64::from(*self.powers.end()));
        self.from + (value.log10() - first) / (last - first) * (self.to - self.from)
    }

    /// A line across the field at each power, and its number at the edge.
    fn grid(&self, svg: &mut String, line: impl Fn(f64) -> String, number: impl Fn(f64) -> String) {
        for power in self.powers.clone() {
            let value = 10f64.powi(power);
            let at = self.at(value);
            let _ = writeln!(svg, "<path d=\"{}\" stroke=\"#ddd\"/>", line(at));
            let _ = writeln!(svg, "<text {}{value}</text>", number(at));
        }
    }
}

/// An SVG of the lines that have a size. Beside each path stands what one more thing costs.
pub fn svg(lines: &[Line]) -> String {
    let mut paths: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for line in lines {
        if let Some((path, size)) = &line.size {
            paths.entry(path.replace('`', "")).or_default().push((*size as f64, line.median));
        }
    }
    let points = || paths.values().flatten();
    let x = Axis::new(points().map(|point| point.0), LEFT, RIGHT);
    let y = Axis::new(points().map(|point| point.1), BOTTOM, TOP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    let below = BOTTOM + 16.0;
    x.grid(
        &mut svg,
        |at| format!("M{at:.1} {TOP}V{BOTTOM}"),
        |at| format!("x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">"),
    );
    y.grid(
        &mut svg,
        |at| format!("M{LEFT} {at:.1}H{RIGHT}"),
        |at| format!("x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">", LEFT - 6.0, at + 4.0),
    );
    for (number, (path, points)) in paths.iter().enumerate() {
        let colour = COLOURS.get(number % COLOURS.len()).copied().unwrap_or_default();
        let line: Vec<String> = points
            .iter()
            .map(|&(size, time)| format!("{:.1},{:.1}", x.at(size), y.at(time)))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"{colour}\">{path}: {}</text>",
            line.join(" "),
            RIGHT + 12.0,
            TOP + 14.0 + number as f64 * 18.0,
            slope(points)
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">ms, for accounts (with 8 roles each) or profiles</text>\n</svg>",
        (LEFT + RIGHT) / 2.0,
        HEIGHT - 12.0
    );
    svg
}

/// What one more costs between the two largest sizes.
fn slope(points: &[(f64, f64)]) -> String {
    match points {
        [.., one, other] => {
            format!("{:.2} µs each", (other.1 - one.1) * 1e3 / (other.0 - one.0))
        }
        _ => String::new(),
    }
}
