//! What was posted for one field: nothing, something unusable, or a value.

use crate::fault::{Fault, Faults, Level};

/// What was posted for one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// The field was left out.
    #[default]
    Absent,
    /// Something was there that cannot be used; the fault is noted already.
    Faulty,
    /// A value.
    Present(T),
}

impl<T> Given<T> {
    /// The value, where there is one.
    pub(crate) fn present(self) -> Option<T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent | Self::Faulty => None,
        }
    }

    /// Looks at the value.
    pub(crate) fn as_ref(&self) -> Given<&T> {
        match self {
            Self::Absent => Given::Absent,
            Self::Faulty => Given::Faulty,
            Self::Present(value) => Given::Present(value),
        }
    }

    /// Makes another value of it.
    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> Given<U> {
        match self {
            Self::Absent => Given::Absent,
            Self::Faulty => Given::Faulty,
            Self::Present(value) => Given::Present(make(value)),
        }
    }

    /// Whether the field was left out.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether something was there that cannot be used.
    pub(crate) fn is_faulty(&self) -> bool {
        matches!(self, Self::Faulty)
    }
}

/// A value that could be read, with what would still be wrong with it as a statutory matter.
///
/// The same text is a fault in a record the law asks for and merely worth a warning in any other.
#[derive(Debug, Clone)]
pub(crate) struct Checked<T> {
    value: T,
    concerns: Vec<Fault>,
}

impl<T> Checked<T> {
    /// A value with its concerns.
    pub(crate) fn new(value: T, concerns: Vec<Fault>) -> Self {
        Self { value, concerns }
    }

    /// Looks at the value, complete or not.
    pub(crate) fn value(&self) -> &T {
        &self.value
    }
}

/// A matter that has everything the law asks of it on the day of its event.
///
/// Made only from a value without a grave concern, so a statutory record that holds one cannot lack a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete<T>(T);

impl<T> Complete<T> {
    /// A matter that has no parts it could lack.
    pub(crate) fn whole(value: T) -> Self {
        Self(value)
    }

    /// The matter.
    #[must_use]
    pub const fn get(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> Given<&T> {
    /// Clones the value.
    pub(crate) fn cloned(self) -> Given<T> {
        match self {
            Self::Absent => Given::Absent,
            Self::Faulty => Given::Faulty,
            Self::Present(value) => Given::Present(value.clone()),
        }
    }
}

impl<T: Copy> Given<&T> {
    /// Copies the value out.
    pub(crate) fn copied(self) -> Given<T> {
        match self {
            Self::Absent => Given::Absent,
            Self::Faulty => Given::Faulty,
            Self::Present(value) => Given::Present(*value),
        }
    }
}

impl<T> Given<Checked<T>> {
    /// Demands the matter: notes `missing` where it was left out, and everything that is wrong with it.
    pub(crate) fn complete(self, faults: &Faults, missing: impl FnOnce() -> Fault) -> Option<Complete<T>> {
        match self {
            Self::Absent => {
                faults.push(missing());
                None
            }
            Self::Faulty => None,
            Self::Present(Checked { value, concerns }) => {
                let complete = concerns.iter().all(|concern| concern.level != Level::Error);
                faults.extend(concerns);
                complete.then_some(Complete(value))
            }
        }
    }

    /// Takes the value as it is: what it would lack as a statutory matter does not matter here.
    pub(crate) fn into_value(self) -> Option<T> {
        self.present().map(|checked| checked.value)
    }

    /// Keeps the value as it is: what is wrong with it becomes a warning.
    pub(crate) fn keep(self, faults: &Faults) -> Option<T> {
        let Checked { value, concerns } = self.present()?;
        faults.extend(concerns.into_iter().map(Fault::as_warning).collect());
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Code;

    fn checked(code: Code) -> Given<Checked<u8>> {
        Given::Present(Checked::new(1, vec![Fault::new(code, String::new())]))
    }

    #[test]
    fn a_matter_with_a_grave_concern_is_not_complete() {
        let missing = || Fault::new(Code::JsonMissing, String::new());
        let faults = Faults::default();
        assert_eq!(checked(Code::ItemsEmpty).complete(&faults, missing), None);
        assert_eq!(Given::<Checked<u8>>::Absent.complete(&faults, missing), None);
        let codes: Vec<Code> = faults.into_sorted().into_iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [Code::JsonMissing, Code::ItemsEmpty]);
    }

    #[test]
    fn what_is_only_kept_is_only_warned_about() {
        let faults = Faults::default();
        assert_eq!(checked(Code::ItemsEmpty).keep(&faults), Some(1));
        assert!(faults.into_warnings().is_ok());
    }
}
