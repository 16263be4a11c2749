//! Percentiles and medians.

use std::time::Duration;

/// The smallest of `sorted` times that `percent` of them do not exceed (nearest rank); zero if there are none.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The middle one of some figures, or the mean of the two in the middle; not a number if there are none.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_unstable_by(f64::total_cmp);
    let (below, above) = (figures.len().saturating_sub(1) / 2, figures.len() / 2);
    match (figures.get(below), figures.get(above)) {
        (Some(below), Some(above)) => f64::midpoint(*below, *above),
        _ => f64::NAN,
    }
}

/// A count of bytes as a figure; exact below 2^52.
pub(crate) fn figure(count: u64) -> f64 {
    let (high, low) = (count >> 32, count & 0xFFFF_FFFF);
    let half = |half: u64| f64::from(u32::try_from(half).expect("it has 32 bits"));
    half(high) * 4_294_967_296.0 + half(low)
}
