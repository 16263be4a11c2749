//! JSON as it was posted: a tree that keeps order, finds duplicate keys and copies no string it need not copy.

mod duplicates;
mod name;
mod path;
mod read;
mod surrogate;
mod write;

use std::borrow::Cow;
use std::fmt;

pub(crate) use path::Path;
pub use read::read;
pub(crate) use write::{ObjectText, canonical_object, json_text};

/// One JSON value, with the order of its members kept.
///
/// Strings are borrowed from the posted bytes unless they held an escape. What was posted may be anybody's data, names of
/// members included, so the debug text tells shapes only.
#[derive(Clone, PartialEq)]
pub enum Node<'a> {
    /// `null`, which no field of ours accepts.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number; integers beyond 64 bits are read as floats.
    Number(serde_json::Number),
    /// A string, unescaped, with not one code point changed.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Node<'a>>),
    /// An object; [`read`] never gives one with a name twice.
    Object(Vec<Member<'a>>),
}

/// One name and value of an object.
pub type Member<'a> = (Cow<'a, str>, Node<'a>);

impl<'a> Node<'a> {
    /// The value under `name`, where this is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, where this is a string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What this is, in the words of JSON: `"string"`, `"object"` …
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => f.write_str(self.type_name()),
            Self::List(list) => f.debug_list().entries(list).finish(),
            Self::Object(members) => {
                let values = members.iter().map(|(_, value)| value);
                f.debug_set().entries(values).finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_tree_prints_its_shape_and_not_what_was_posted() {
        let node = read(r#"{"山田太郎":["山田太郎",1,null],"b":{}}"#.as_bytes()).unwrap();
        assert_eq!(format!("{node:?}"), "{[string, number, null], {}}");
    }
}
