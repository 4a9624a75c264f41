//! Many measurements in a few numbers.

use serde_json::{Value, json};

/// How measurements are spread, in their own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    /// How many there were.
    pub(crate) count: usize,
    /// The smallest.
    pub(crate) least: f64,
    /// Half of them are not above it.
    pub(crate) median: f64,
    /// 95 of a hundred are not above it.
    pub(crate) p95: f64,
    /// The largest.
    pub(crate) most: f64,
}

impl Spread {
    /// `None` of nothing.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let rank = |share: f64| sorted.get(((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied();
        Some(Self {
            count: sorted.len(),
            least: *sorted.first()?,
            median: rank(0.5)?,
            p95: rank(0.95)?,
            most: *sorted.last()?,
        })
    }

    /// All numbers, for the JSON report.
    pub(crate) fn json(&self) -> Value {
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        json!({
            "count": self.count,
            "min": round(self.least),
            "median": round(self.median),
            "p95": round(self.p95),
            "max": round(self.most),
        })
    }
}

/// The JSON of a spread, or null.
pub(crate) fn json_of(spread: Option<Spread>) -> Value {
    spread.map_or(Value::Null, |spread| spread.json())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_hundred_numbers_have_their_median_and_the_ninety_fifth() {
        let spread = Spread::of((1..=100).rev().map(f64::from)).unwrap();
        assert_eq!(spread, Spread { count: 100, least: 1.0, median: 50.0, p95: 95.0, most: 100.0 });
    }

    #[test]
    fn one_number_is_everything_and_nothing_is_nothing() {
        assert_eq!(Spread::of([7.0]), Some(Spread { count: 1, least: 7.0, median: 7.0, p95: 7.0, most: 7.0 }));
        assert_eq!(Spread::of([]), None);
    }
}
