//! Reading the name of a member: borrowed where it can be, and refused where it is too long to be one.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

use super::Path;
use crate::fault::{Code, Fault, Faults};

/// Bytes a name may have. Ours stay below 32; the bound is what keeps every pointer short, however deep it leads.
pub(super) const MAX_NAME_BYTES: usize = 128;

/// Reads one name of the object at `object`.
pub(super) struct NameSeed<'p> {
    pub(super) object: Path<'p>,
    pub(super) faults: &'p Faults,
}

impl NameSeed<'_> {
    /// Stops the reading at a name that is too long. The fault does not repeat it.
    fn check<E: Error>(&self, name: &str) -> Result<(), E> {
        if name.len() <= MAX_NAME_BYTES {
            return Ok(());
        }
        let fault = Fault::new(Code::JsonNameTooLong, self.object.pointer());
        self.faults.push(fault.fill("limit", &MAX_NAME_BYTES.to_string()));
        Err(E::custom("a name is too long"))
    }
}

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameSeed<'_> {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        self.check(name).map(|()| Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        self.check(name).map(|()| Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn a_name_that_is_too_long_is_refused_and_not_repeated() {
        for name in [
            "k".repeat(MAX_NAME_BYTES + 1),
            "\\u00e9".repeat(65),
            "東".repeat(43),
        ] {
            let faults = read(format!(r#"{{"a":[{{"{name}":1}}]}}"#).as_bytes()).unwrap_err();
            assert_eq!(faults.len(), 1);
            assert_eq!(
                (faults[0].pointer.as_str(), faults[0].code),
                ("/a/0", Code::JsonNameTooLong)
            );
            assert!(faults[0].detail_en.contains("128"), "{}", faults[0].detail_en);
        }
        let longest = "k".repeat(MAX_NAME_BYTES);
        assert!(read(format!(r#"{{"{longest}":1}}"#).as_bytes()).is_ok());
    }
}
