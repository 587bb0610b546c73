//! How the paths grow, as a picture: both axes in powers of ten, a line for each path.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::measure::Line;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
/// Around the field; the names of the paths stand on the right.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 300.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 50.0;
const COLOURS: [&str; 10] = [
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22",
    "#17becf", "#ff7f0e",
];

/// An SVG of the lines that have a size. Beside each path stands what one more thing costs.
pub fn svg(lines: &[Line]) -> String {
    let mut paths: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for line in lines {
        if let Some((path, size)) = &line.size {
            paths.entry(path.replace('`', "")).or_default().push((*size as f64, line.median));
        }
    }
    let all = || paths.values().flatten();
    let powers = |of: fn(&(f64, f64)) -> f64| {
        let logs = || all().map(move |point| of(point).log10());
        (logs().fold(f64::MAX, f64::min).floor(), logs().fold(f64::MIN, f64::max).ceil())
    };
    let ((x0, x1), (y0, y1)) = (powers(|point| point.0), powers(|point| point.1));
    let x = |size: f64| LEFT + (size.log10() - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT);
    let y = |time: f64| HEIGHT - BOTTOM - (time.log10() - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for power in x0 as i32..=x1 as i32 {
        let (at, size) = (x(10f64.powi(power)), 10f64.powi(power));
        let _ = writeln!(
            svg,
            "<path d=\"M{at:.1} {TOP}V{:.1}\" stroke=\"#ddd\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{size}</text>",
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 16.0
        );
    }
    for power in y0 as i32..=y1 as i32 {
        let (at, time) = (y(10f64.powi(power)), 10f64.powi(power));
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {at:.1}H{:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{time} ms</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0
        );
    }
    for (at, (path, points)) in paths.iter().enumerate() {
        let colour = COLOURS.get(at % COLOURS.len()).copied().unwrap_or_default();
        let line: Vec<String> =
            points.iter().map(|&(size, time)| format!("{:.1},{:.1}", x(size), y(time))).collect();
        let top = TOP + 14.0 + at as f64 * 18.0;
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{:.1}\" y=\"{top:.1}\" fill=\"{colour}\">{path}: {}</text>",
            line.join(" "),
            WIDTH - RIGHT + 12.0,
            slope(points)
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">accounts (with 8 roles each), or profiles</text>\n</svg>",
        (LEFT + WIDTH - RIGHT) / 2.0,
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
