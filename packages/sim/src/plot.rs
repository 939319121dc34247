//! `replay --plot` and `--html`: price, coverage in its bands, the layers of the fund, and what the fund makes of the
//! markets (premium, open-interest cap) over time, with claims and deleveraging as marks. One SVG that follows the
//! reader's light or dark mode.

use std::fs;
use std::path::Path;

use plotters::prelude::*;

use crate::clock::format_minute;
use crate::engine::Outcome;
use crate::error::{SimError, SimResult};
use crate::listing::QUOTE_UNIT;
use crate::rules::RulesTrack;
use crate::table;

/// What is kept of every bar for the plot.
#[derive(Debug, Clone)]
pub struct Sample {
    /// End of the bar, seconds since the Unix epoch.
    pub time: u64,
    /// Price of each market over its first one.
    pub prices: Vec<f64>,
    /// Coverage, 1 = 100 %.
    pub coverage: f64,
    /// Layers of the fund in the order of the waterfall, quote units: reserves, mutual, stake, emergency facility.
    pub layers: [f64; 4],
    /// What the fund makes of each market.
    pub rules: Vec<DrawnRules>,
    /// Claims so far.
    pub claims: u64,
    /// Positions deleveraged so far.
    pub deleveraged: u64,
}

/// Rules of a market, for drawing.
#[derive(Debug, Clone, Copy)]
pub struct DrawnRules {
    /// Premium a year, 1 = 100 %.
    pub premium: f64,
    /// Open-interest cap over the one listed; 0 while open interest may not grow.
    pub open_interest_cap: f64,
}

/// Thresholds of coverage between levels, 1 = 100 %: surplus, healthy, watch, deficient.
pub type Bands = [f64; 4];

const WIDTH: u32 = 1_100;
const HEIGHT: u32 = 1_340;

/// Colours as they are drawn; each is replaced by a variable that the reader's mode sets.
const INK: RGBColor = RGBColor(1, 2, 3);
const FAINT: RGBColor = RGBColor(2, 3, 4);
const PAPER: RGBColor = RGBColor(3, 4, 5);
const MARKETS: [RGBColor; 4] = [
    RGBColor(4, 5, 6),
    RGBColor(5, 6, 7),
    RGBColor(6, 7, 8),
    RGBColor(7, 8, 9),
];
const LAYERS: [(&str, RGBColor); 4] = [
    ("market reserves", RGBColor(8, 9, 10)),
    ("mutual reserve", RGBColor(9, 10, 11)),
    ("underwriters", RGBColor(10, 11, 12)),
    ("emergency facility", RGBColor(11, 12, 13)),
];
const BANDS: [(&str, RGBColor); 5] = [
    ("surplus", RGBColor(12, 13, 14)),
    ("healthy", RGBColor(13, 14, 15)),
    ("watch", RGBColor(14, 15, 16)),
    ("deficient", RGBColor(15, 16, 17)),
    ("critical", RGBColor(16, 17, 18)),
];
const CLAIM: RGBColor = RGBColor(17, 18, 19);
const DELEVERAGED: RGBColor = RGBColor(18, 19, 20);

/// Drawn colour, and what it is in light and in dark mode.
const MODES: [(RGBColor, &str, &str); 18] = [
    (INK, "#1b1f24", "#e6e8ea"),
    (FAINT, "#c9ced4", "#3d444d"),
    (PAPER, "#ffffff", "#14171a"),
    (MARKETS[0], "#0b62b8", "#6cb6ff"),
    (MARKETS[1], "#8a4fbf", "#c69cf0"),
    (MARKETS[2], "#0f7a62", "#5fd0b3"),
    (MARKETS[3], "#8a6d00", "#e0c254"),
    (LAYERS[0].1, "#2a6fb0", "#3f86c9"),
    (LAYERS[1].1, "#6fa8d8", "#7fb6e3"),
    (LAYERS[2].1, "#8f7cc3", "#a595d6"),
    (LAYERS[3].1, "#c9a24a", "#d9b765"),
    (BANDS[0].1, "#cfe8d5", "#1e3b28"),
    (BANDS[1].1, "#e3f2e1", "#33503b"),
    (BANDS[2].1, "#fbf0cd", "#3c3619"),
    (BANDS[3].1, "#fbdcc4", "#45291a"),
    (BANDS[4].1, "#f6c6c6", "#4a1f22"),
    (CLAIM, "#b4410e", "#ff9a5c"),
    (DELEVERAGED, "#b3123f", "#ff6f91"),
];

/// Writes the plot of a replay.
///
/// # Errors
/// The file cannot be written; the run ended before its first bar did.
pub fn write_svg(file: &Path, outcome: &Outcome) -> SimResult<()> {
    let svg = svg(outcome)?;
    fs::write(file, svg)
        .map_err(|error| SimError::file(file, format!("cannot be written: {error}")))
}

/// Writes one page with the plot and the table, which needs nothing else.
///
/// # Errors
/// As [`write_svg`].
pub fn write_html(file: &Path, outcome: &Outcome) -> SimResult<()> {
    let (svg, table) = (svg(outcome)?, escaped(&table::summary(outcome)));
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Ballast replay</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>\n\
         :root {{ color-scheme: light dark }}\n\
         body {{ max-width: 1140px; margin: 1rem auto; padding: 0 1rem; font: 15px/1.4 system-ui, sans-serif; \
         background: light-dark(#ffffff, #14171a); color: light-dark(#1b1f24, #e6e8ea) }}\n\
         svg {{ width: 100%; height: auto }}\npre {{ overflow-x: auto; font-size: 13px }}\n</style></head>\n\
         <body>\n{svg}\n<pre>{table}</pre>\n</body></html>\n"
    );
    fs::write(file, page)
        .map_err(|error| SimError::file(file, format!("cannot be written: {error}")))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The plot as a document.
fn svg(outcome: &Outcome) -> SimResult<String> {
    if outcome.history.len() < 2 {
        return Err(SimError::Usage("a plot needs at least two bars".to_owned()));
    }
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, (WIDTH, HEIGHT)).into_drawing_area();
        let failed =
            |error: DrawingAreaErrorKind<_>| SimError::internal(format!("plot: {error:?}"));
        area.fill(&PAPER).map_err(failed)?;
        let (price, rest) = area.split_vertically(360);
        let (coverage, rest) = rest.split_vertically(290);
        let (layers, rest) = rest.split_vertically(330);
        let (premium, cap) = rest.split_vertically(180);
        draw_prices(&price, outcome).map_err(failed)?;
        draw_coverage(&coverage, outcome).map_err(failed)?;
        draw_layers(&layers, outcome).map_err(failed)?;
        let title = "premium a year on open interest, set by coverage";
        draw_rules(&premium, outcome, title, |rules| rules.premium).map_err(failed)?;
        let title = "open-interest cap, as listed = 100 % · 0: reduce-only";
        draw_rules(&cap, outcome, title, |rules| rules.open_interest_cap).map_err(failed)?;
        area.present().map_err(failed)?;
    }
    Ok(with_modes(&drawn))
}

/// Colours become variables, which a style sheet in the document sets for both modes.
fn with_modes(drawn: &str) -> String {
    let mut text = drawn.to_owned();
    let (mut light, mut dark) = (String::new(), String::new());
    for (place, (colour, in_light, in_dark)) in MODES.iter().enumerate() {
        let hex = format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2);
        text = text.replace(&hex, &format!("var(--c{place})"));
        light.push_str(&format!("--c{place}:{in_light};"));
        dark.push_str(&format!("--c{place}:{in_dark};"));
    }
    // Attributes know no variables, styles do.
    for attribute in ["fill", "stroke"] {
        text = text.replace(
            &format!("{attribute}=\"var("),
            &format!("style=\"{attribute}:var("),
        );
    }
    let style = format!(
        "<style>svg{{{light}}}@media (prefers-color-scheme: dark){{svg{{{dark}}}}}</style>"
    );
    match text.find("<svg").and_then(|start| {
        let open = text.get(start..)?.find('>')?;
        Some(start + open + 1)
    }) {
        Some(after) => {
            text.insert_str(after, &style);
            text
        }
        None => text,
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn text_style(size: i32, colour: &RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(colour)
}

fn span(outcome: &Outcome) -> std::ops::Range<i64> {
    let at = |sample: Option<&Sample>| {
        sample.map_or(0, |sample| i64::try_from(sample.time).unwrap_or(i64::MAX))
    };
    at(outcome.history.first())..at(outcome.history.last()).max(1)
}

fn time(sample: &Sample) -> i64 {
    i64::try_from(sample.time).unwrap_or(i64::MAX)
}

fn clock(time: &i64) -> String {
    let text = format_minute(u64::try_from(*time).unwrap_or(0));
    text.get(5..).unwrap_or_default().to_owned()
}

/// A chart with its title, axes and grid.
macro_rules! chart {
    ($area:expr, $outcome:expr, $title:expr, $most:expr, $format:expr) => {{
        let mut chart = ChartBuilder::on($area)
            .caption($title, text_style(17, &INK))
            .margin(8)
            .margin_right(120)
            .x_label_area_size(28)
            .y_label_area_size(70)
            .build_cartesian_2d(span($outcome), 0f64..$most)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(FAINT)
            .axis_style(FAINT)
            .x_labels(8)
            .x_label_formatter(&clock)
            .y_label_formatter(&$format)
            .label_style(text_style(13, &INK))
            .draw()?;
        chart
    }};
}

/// A text to the right of a point.
macro_rules! label {
    ($chart:expr, $at:expr, $text:expr, $colour:expr) => {
        $chart
            .plotting_area()
            .draw(&(EmptyElement::at($at) + Text::new($text, (6, -7), text_style(13, $colour))))?
    };
}

fn draw_prices<'a>(area: &Area<'a>, outcome: &Outcome) -> Drawn<'a> {
    let history = &outcome.history;
    let all = history.iter().flat_map(|sample| &sample.prices);
    let most = all.fold(1.0f64, |most, price| most.max(*price)) * 1.1;
    let title = "price, first = 100 % · ▲ a claim · ✕ counterparties deleveraged";
    let percent = |value: &f64| format!("{:.0} %", value * 100.0);
    let mut chart = chart!(area, outcome, title, most, percent);
    for (market, report) in outcome.report.markets.iter().enumerate() {
        let colour = market_colour(market);
        let points = history
            .iter()
            .filter_map(|sample| Some((time(sample), *sample.prices.get(market)?)));
        let last = points.clone().next_back();
        chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?;
        if let Some(at) = last {
            label!(chart, at, report.symbol.clone(), &colour);
        }
    }
    for pair in history.windows(2) {
        let [before, now] = pair else { continue };
        let lowest = now.prices.iter().copied().fold(f64::MAX, f64::min);
        if now.claims > before.claims {
            let mark = TriangleMarker::new((time(now), lowest * 0.93), 5, CLAIM.filled());
            chart.plotting_area().draw(&mark)?;
        }
        if now.deleveraged > before.deleveraged {
            let mark = Cross::new((time(now), lowest * 0.86), 4, DELEVERAGED.stroke_width(2));
            chart.plotting_area().draw(&mark)?;
        }
    }
    Ok(())
}

fn market_colour(market: usize) -> RGBColor {
    MARKETS.get(market % MARKETS.len()).copied().unwrap_or(INK)
}

/// One rule of every market, which changes in steps.
fn draw_rules<'a>(
    area: &Area<'a>,
    outcome: &Outcome,
    title: &str,
    rule: fn(&DrawnRules) -> f64,
) -> Drawn<'a> {
    let history = &outcome.history;
    let all = history.iter().flat_map(|sample| &sample.rules).map(rule);
    let most = all.fold(0.01f64, f64::max) * 1.15;
    let percent = |value: &f64| format!("{:.0} %", value * 100.0);
    let mut chart = chart!(area, outcome, title, most, percent);
    for (market, report) in outcome.report.markets.iter().enumerate() {
        let colour = market_colour(market);
        let mut points: Vec<(i64, f64)> = vec![];
        for sample in history {
            let Some(now) = sample.rules.get(market).map(rule) else {
                continue;
            };
            let before = points.last().map_or(now, |(_, value)| *value);
            points.extend([(time(sample), before), (time(sample), now)]);
        }
        let last = points.last().copied();
        chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?;
        if let Some(at) = last {
            label!(chart, at, report.symbol.clone(), &colour);
        }
    }
    Ok(())
}

fn draw_coverage<'a>(area: &Area<'a>, outcome: &Outcome) -> Drawn<'a> {
    let [surplus, healthy, watch, deficient] = outcome.bands;
    // What is far above surplus says no more than surplus.
    let most = surplus * 1.6;
    let percent = |value: &f64| format!("{:.0} %", value * 100.0);
    let title = "coverage: capital over what is required";
    let mut chart = chart!(area, outcome, title, most, percent);
    let span = span(outcome);
    let edges = [most, surplus, healthy, watch, deficient, 0.0];
    for ((name, colour), pair) in BANDS.iter().zip(edges.windows(2)) {
        let [upper, lower] = pair else { continue };
        let corners = [(span.start, *upper), (span.end, *lower)];
        chart.draw_series([Rectangle::new(corners, colour.filled())])?;
        let middle = (upper + lower) / 2.0;
        label!(chart, (span.end, middle), (*name).to_owned(), &INK);
    }
    let points = outcome
        .history
        .iter()
        .map(|sample| (time(sample), sample.coverage.min(most)));
    chart.draw_series(LineSeries::new(points, INK.stroke_width(2)))?;
    Ok(())
}

fn draw_layers<'a>(area: &Area<'a>, outcome: &Outcome) -> Drawn<'a> {
    let history = &outcome.history;
    let whole = |sample: &Sample| sample.layers.iter().sum::<f64>();
    let most = history.iter().map(whole).fold(1.0f64, f64::max) * 1.1;
    let units = |value: &f64| format!("{value:.0}");
    let title = "the fund, quote units, in the order in which layers pay (from below)";
    let mut chart = chart!(area, outcome, title, most, units);
    for (layer, (name, colour)) in LAYERS.iter().enumerate() {
        let below = |sample: &Sample, layers: usize| sample.layers.iter().take(layers).sum::<f64>();
        let upper = history
            .iter()
            .map(|sample| (time(sample), below(sample, layer + 1)));
        let lower = history
            .iter()
            .rev()
            .map(|sample| (time(sample), below(sample, layer)));
        if history
            .iter()
            .all(|sample| sample.layers.get(layer).map_or(true, |held| *held <= 0.0))
        {
            continue;
        }
        let outline: Vec<(i64, f64)> = upper.chain(lower).collect();
        chart.draw_series([Polygon::new(outline, colour.filled())])?;
        if let Some(last) = history.last() {
            let middle = (below(last, layer) + below(last, layer + 1)) / 2.0;
            label!(chart, (time(last), middle), (*name).to_owned(), &INK);
        }
    }
    Ok(())
}

/// Quote atoms as units, for drawing.
#[must_use]
pub fn drawn_units(atoms: u128) -> f64 {
    atoms as f64 / QUOTE_UNIT as f64
}

/// The rules of a market now, for drawing.
#[must_use]
pub fn drawn_rules(track: &RulesTrack) -> DrawnRules {
    let listed = track.listed_cap.max(1) as f64;
    DrawnRules {
        premium: track.now.premium_rate_ppm as f64 / 1_000_000.0,
        open_interest_cap: if track.now.reduce_only {
            0.0
        } else {
            track.now.open_interest_cap as f64 / listed
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_has_two_modes() {
        let drawn = "<svg width=\"1\"><rect fill=\"#010203\" stroke=\"#0C0D0E\"/></svg>";
        let text = with_modes(drawn);
        assert!(
            text.starts_with("<svg width=\"1\"><style>svg{--c0:#1b1f24;"),
            "{text}"
        );
        assert!(text.contains("prefers-color-scheme: dark"));
        assert!(text.contains("style=\"fill:var(--c0)\""), "{text}");
        assert!(!text.contains("#010203"));
    }
}
