//! How figures are written.

use crate::server::Memory;

/// What stands where a figure was not measured.
pub(super) const NONE: &str = "–";

/// A figure that may be missing.
pub(super) fn shown(figure: Option<f64>, show: impl Fn(f64) -> String) -> String {
    figure.map_or_else(|| NONE.to_owned(), show)
}

/// A ratio, with as many decimals as it has a meaning.
pub(super) fn ratio(ratio: f64) -> String {
    if ratio < 10.0 {
        format!("{ratio:.2}")
    } else {
        format!("{ratio:.1}")
    }
}

/// Memory now, and at its highest.
pub(super) fn memory(memory: Memory) -> String {
    let [resident, peak] = [memory.resident, memory.peak].map(|size| mebi(kibibytes(size)));
    format!("{resident}, at most {peak}")
}

/// Bytes of a number of KiB.
pub(super) fn kibibytes(count: u32) -> f64 {
    f64::from(count) * 1024.0
}

pub(super) fn mebi(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / 1_048_576.0)
}

pub(super) fn millis(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1e3)
}

pub(super) fn micros(seconds: f64) -> String {
    format!("{:.0} µs", seconds * 1e6)
}

/// A figure without decimals, its thousands parted by commas.
pub(super) fn whole(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
