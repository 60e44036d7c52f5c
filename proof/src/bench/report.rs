//! What was measured, as a table, as JSON and as a picture.

use super::load::Sample;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Rounds of one measure beside those of its baseline, taken in turns.
#[derive(Debug, Clone)]
pub struct Compared {
    pub engine: &'static str,
    pub measure: &'static str,
    pub baseline: &'static str,
    pub connections: usize,
    /// The ratio that is asked for, if one is.
    pub bar: Option<f64>,
    pub rounds: Vec<(Sample, f64)>,
}

impl Compared {
    /// Median of the rounds' rates.
    pub fn rate(&self) -> f64 {
        median(self.rounds.iter().map(|(sample, _)| sample.rate))
    }

    pub fn baseline_rate(&self) -> f64 {
        median(self.rounds.iter().map(|(_, baseline)| *baseline))
    }

    /// Median of the rounds' own ratios: noise of the machine falls on both sides of a round.
    pub fn ratio(&self) -> f64 {
        median(self.rounds.iter().map(|(sample, baseline)| sample.rate / baseline))
    }

    fn milliseconds(&self, of: impl Fn(&Sample) -> std::time::Duration) -> f64 {
        median(self.rounds.iter().map(|(sample, _)| of(sample).as_secs_f64() * 1000.0))
    }

    pub fn holds(&self) -> bool {
        self.bar.is_none_or(|bar| self.ratio() >= bar)
    }

    pub fn json(&self) -> Value {
        let rounds: Vec<Value> = self
            .rounds
            .iter()
            .map(|(sample, baseline)| {
                json!({ "rate": tenths(sample.rate), "baselineRate": tenths(*baseline),
                        "p50Microseconds": sample.p50.as_micros(), "p99Microseconds": sample.p99.as_micros() })
            })
            .collect();
        json!({
            "engine": self.engine, "measure": self.measure, "baseline": self.baseline,
            "connections": self.connections, "bar": self.bar, "ratio": thousandths(self.ratio()),
            "rate": tenths(self.rate()), "baselineRate": tenths(self.baseline_rate()),
            "p50Milliseconds": thousandths(self.milliseconds(|sample| sample.p50)),
            "p99Milliseconds": thousandths(self.milliseconds(|sample| sample.p99)),
            "rounds": rounds,
        })
    }
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn thousandths(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

pub fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => sorted[odd / 2],
        even => f64::midpoint(sorted[even / 2 - 1], sorted[even / 2]),
    }
}

pub const HEAD: &str = "  engine    measure             conns      rate/s   baseline/s  ratio    bar    p50 ms    p99 ms  baseline";

pub fn row(compared: &Compared) -> String {
    let bar = compared.bar.map_or_else(|| "     -".to_owned(), |bar| format!("{bar:>6.2}"));
    format!(
        "  {:<9} {:<19} {:>5} {:>11.1} {:>12.1} {:>6.2} {bar} {:>9.2} {:>9.2}  {}{}",
        compared.engine,
        compared.measure,
        compared.connections,
        compared.rate(),
        compared.baseline_rate(),
        compared.ratio(),
        compared.milliseconds(|sample| sample.p50),
        compared.milliseconds(|sample| sample.p99),
        compared.baseline,
        if compared.holds() { "" } else { "  BELOW THE BAR" },
    )
}

const WIDTH: usize = 860;
const LEFT: usize = 300;
const LINE: usize = 34;

/// One picture: each measure a bar against its baseline, which is 1.
pub fn svg(all: &[Compared]) -> String {
    let most = all.iter().map(Compared::ratio).fold(1.2, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "pixels")]
    let x = |ratio: f64| LEFT as f64 + ratio / most * (WIDTH - LEFT - 70) as f64;
    let height = 50 + LINE * all.len();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"12\" y=\"22\" font-size=\"15\">OneWindow against its baselines (1 = the baseline of the same run)</text>\n"
    );
    for (place, compared) in all.iter().enumerate() {
        let y = 40 + LINE * place;
        let ratio = compared.ratio();
        let colour = if compared.holds() { "#2f6f9f" } else { "#b5482a" };
        let name =
            format!("{} · {} · {} connections", compared.engine, compared.measure, compared.connections);
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>\n\
             <rect x=\"{LEFT}\" y=\"{}\" width=\"{:.1}\" height=\"18\" fill=\"{colour}\"/>\n\
             <text x=\"{:.1}\" y=\"{}\">{ratio:.2}</text>",
            LEFT - 10,
            y + 17,
            y + 4,
            x(ratio) - x(0.0),
            x(ratio) + 6.0,
            y + 17,
        );
        if let Some(bar) = compared.bar {
            let at = x(bar);
            let _ = writeln!(
                out,
                "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{}\" y2=\"{}\" stroke=\"#000\" stroke-width=\"2\"/>",
                y + 1,
                y + 25
            );
        }
    }
    let one = x(1.0);
    let _ = writeln!(
        out,
        "<line x1=\"{one:.1}\" x2=\"{one:.1}\" y1=\"34\" y2=\"{}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>\n</svg>",
        height - 6
    );
    out
}
