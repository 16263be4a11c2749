//! JSON objects that are read as objects only.
//!
//! serde reads a struct from a list of its values, too. The format names members, and another reader would refuse the
//! list: so do we.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A `T` that stands there as an object with its members.
pub(crate) struct JsonObject<T>(pub(crate) T);

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for JsonObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

/// A list of objects, for `#[serde(deserialize_with)]`.
pub(crate) fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(list: D) -> Result<Vec<T>, D::Error> {
    let objects: Vec<JsonObject<T>> = Vec::deserialize(list)?;
    Ok(objects.into_iter().map(|JsonObject(object)| object).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Pair {
        a: u64,
        b: String,
    }

    #[test]
    fn a_list_of_the_values_is_no_object() {
        let read = |text| serde_json::from_str::<JsonObject<Pair>>(text).map(|JsonObject(pair)| pair);
        let (a, b) = (1, "x".to_owned());
        assert_eq!(read(r#"{"b":"x","a":1}"#).unwrap(), Pair { a, b });
        for text in [
            r#"[1,"x"]"#,
            r#"{"a":1}"#,
            r#"{"a":1,"a":1,"b":"x"}"#,
            "1",
            "null",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
