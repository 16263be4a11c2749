//! Personal data that a log line cannot print by accident.

use std::fmt;

/// A value whose debug text says nothing.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Private<T>(T);

impl<T> Private<T> {
    /// Hides `value` from debug texts.
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub(crate) const fn get(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
