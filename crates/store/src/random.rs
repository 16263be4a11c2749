//! The one place that draws random bytes, from the operating system.

/// `N` fresh random bytes.
///
/// # Panics
/// When the operating system cannot give random bytes: nothing secret can be made then, and no caller has a
/// better answer than to stop.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the random module")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    getrandom::fill(&mut out).expect("the operating system gives random bytes");
    out
}

/// `N` random bytes as `2 N` hexadecimal digits: a name that nobody else has.
#[must_use]
pub fn name<const N: usize>() -> String {
    hex::encode(bytes::<N>())
}

/// A fresh UUIDv7 of a moment, Unix milliseconds; one before 1970 counts as 1970.
#[must_use]
pub fn uuid_v7(unix_ms: i64) -> [u8; 16] {
    kirokubo_records::new_uuid_v7(u64::try_from(unix_ms).unwrap_or(0), bytes())
}
