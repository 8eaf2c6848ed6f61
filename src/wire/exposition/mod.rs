//! Prometheus' text exposition format, version 0.0.4: what a scrape and node_exporter's textfile collector read.
//!
//! Written here, because it is a hundred lines: the crates for it bring a registry of their own, and the lightest of
//! them writes another format (OpenMetrics).

mod gates;

use std::fmt::{self, Write};

pub use gates::{GateLabels, write_gates};

/// The media type of a scrape's answer.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What kind of figures a family holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only ever rises, but for a restart.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Counts by upper bounds.
    Histogram,
}

/// A figure. Whole numbers are written as such.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// A whole number.
    Whole(u64),
    /// Any number.
    Float(f64),
}

/// A page of figures as it is written.
#[derive(Debug, Clone, Default)]
pub struct Exposition {
    text: String,
}

/// A family of figures: one name, told apart by labels.
#[derive(Debug)]
pub struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
}

/// Observations counted by upper bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    bounds: &'static [f64],
    /// Observations up to each bound and above the one before; the last is above all.
    counts: Vec<u64>,
    sum: f64,
}

impl Exposition {
    /// Begins a family. `name` is of letters, digits and underscores, with its unit last, and `_total` for a counter.
    pub fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(self.text, "# HELP {name} {}", Escaped(help, false));
        let _ = writeln!(self.text, "# TYPE {name} {kind}");
        Family {
            text: &mut self.text,
            name,
        }
    }

    /// The page.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}

impl Family<'_> {
    /// Writes one figure.
    pub fn figure(&mut self, labels: &[(&str, &str)], figure: impl Into<Figure>) -> &mut Self {
        self.line("", labels, None, figure.into());
        self
    }

    /// Writes a histogram.
    pub fn histogram(&mut self, labels: &[(&str, &str)], histogram: &Histogram) -> &mut Self {
        let mut total = 0_u64;
        let bounds = histogram.bounds.iter().map(ToString::to_string);
        let bounds = bounds.chain(std::iter::once("+Inf".to_owned()));
        for (bound, count) in bounds.zip(&histogram.counts) {
            total = total.saturating_add(*count);
            self.line("_bucket", labels, Some(("le", &bound)), total.into());
        }
        self.line("_sum", labels, None, histogram.sum.into());
        self.line("_count", labels, None, total.into());
        self
    }

    fn line(&mut self, ending: &str, labels: &[(&str, &str)], last: Option<(&str, &str)>, figure: Figure) {
        let _ = write!(self.text, "{}{ending}", self.name);
        let mut opening = '{';
        for (label, value) in labels.iter().copied().chain(last) {
            let _ = write!(self.text, "{opening}{label}=\"{}\"", Escaped(value, true));
            opening = ',';
        }
        let closing = if opening == ',' { "}" } else { "" };
        let _ = writeln!(self.text, "{closing} {figure}");
    }
}

impl Histogram {
    /// An empty one with these upper bounds, rising.
    #[must_use]
    pub fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            counts: vec![0; bounds.len() + 1],
            sum: 0.0,
        }
    }

    /// Counts an observation.
    pub fn observe(&mut self, value: f64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.saturating_add(1);
        }
        self.sum += value;
    }
}

impl From<u64> for Figure {
    fn from(whole: u64) -> Self {
        Self::Whole(whole)
    }
}

impl From<bool> for Figure {
    fn from(so: bool) -> Self {
        Self::Whole(u64::from(so))
    }
}

impl From<f64> for Figure {
    fn from(float: f64) -> Self {
        Self::Float(float)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(whole) => write!(f, "{whole}"),
            Self::Float(float) if float.is_nan() => f.write_str("NaN"),
            Self::Float(float) if float.is_infinite() => {
                f.write_str(if *float > 0.0 { "+Inf" } else { "-Inf" })
            }
            Self::Float(float) => write!(f, "{float}"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

/// A help text, or with `true` a label's value, where quotes are escaped too.
struct Escaped<'a>(&'a str, bool);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '"' if self.1 => f.write_str("\\\"")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_with_their_labels_escaped() {
        let mut page = Exposition::default();
        page.family("a_total", Kind::Counter, "back\\slash\nand \"quote\"")
            .figure(&[], 3_u64)
            .figure(&[("path", "C:\\\n\"x\""), ("b", "")], 0.5);
        assert_eq!(
            page.finish(),
            "# HELP a_total back\\\\slash\\nand \"quote\"\n# TYPE a_total counter\na_total 3\n\
             a_total{path=\"C:\\\\\\n\\\"x\\\"\",b=\"\"} 0.5\n"
        );
    }

    #[test]
    fn a_histogram_counts_up_to_and_including_each_bound() {
        let mut histogram = Histogram::new(&[0.5, 1.0]);
        for value in [0.25, 0.5, 0.75, 2.0] {
            histogram.observe(value);
        }
        let mut page = Exposition::default();
        page.family("t_seconds", Kind::Histogram, "t")
            .histogram(&[("route", "/")], &histogram);
        let text = page.finish();
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "t_seconds_bucket{route=\"/\",le=\"0.5\"} 2",
                "t_seconds_bucket{route=\"/\",le=\"1\"} 3",
                "t_seconds_bucket{route=\"/\",le=\"+Inf\"} 4",
                "t_seconds_sum{route=\"/\"} 3.5",
                "t_seconds_count{route=\"/\"} 4",
            ]
        );
    }

    #[test]
    fn numbers_beyond_all_bounds_have_names() {
        for (float, name) in [
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (1.5, "1.5"),
        ] {
            assert_eq!(Figure::from(float).to_string(), name);
        }
    }
}
