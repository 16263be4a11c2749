//! Reading posted bytes in one pass, with every structural fault found on the way.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::name::NameSeed;
use super::{Member, Node, Path, duplicates, surrogate};
use crate::fault::{Code, Fault, Faults};

/// Levels of nesting that are read. A full event needs five; the bound keeps the stack small whatever is posted.
const MAX_DEPTH: usize = 16;

/// Values that are read. A full event of a thousand principals has some 30,000; in memory each takes up to 200 bytes
/// for the two it takes in a body, so without a bound a body could ask for a hundred times its length.
const MAX_VALUES: usize = 100_000;

/// Reads one JSON document, in time that grows with its length and not with what it holds.
///
/// # Errors
///
/// `text.invalid_utf8`, `text.unassigned` for the escape of a lone surrogate, `json.malformed` (line and column, never
/// the input itself), `json.too_deep`, `json.too_many_values`, `json.name_too_long`, or the first
/// `json.duplicate_field` of each object.
pub fn read(bytes: &[u8]) -> Result<Node<'_>, Vec<Fault>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let byte = error.valid_up_to().saturating_add(1).to_string();
        vec![Fault::new(Code::TextInvalidUtf8, String::new()).fill("byte", &byte)]
    })?;
    let notes = Notes::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Seed {
        path: Path::ROOT,
        depth: 0,
        notes: &notes,
    };
    let node = seed
        .deserialize(&mut deserializer)
        .and_then(|node| deserializer.end().map(|()| node));
    match node {
        Ok(node) if notes.faults.is_empty() => Ok(node),
        Ok(_) => Err(notes.faults.into_sorted()),
        Err(error) => Err(notes.explain(text, &error)),
    }
}

/// What is noticed while the tree is built.
#[derive(Default)]
struct Notes {
    faults: Faults,
    /// Values read so far.
    values: Cell<usize>,
    /// Where reading stopped, set by the innermost value that failed.
    stopped_at: RefCell<Option<String>>,
}

impl Notes {
    fn stop(&self, path: Path<'_>) {
        self.stopped_at.borrow_mut().get_or_insert_with(|| path.pointer());
    }

    fn explain(self, text: &str, error: &serde_json::Error) -> Vec<Fault> {
        if self.faults.is_empty() {
            let pointer = self.stopped_at.into_inner().unwrap_or_default();
            self.faults.push(match surrogate::lone_escape(text) {
                Some(code_unit) => Fault::lone_surrogate(pointer, code_unit),
                None => Fault::new(Code::JsonMalformed, pointer)
                    .fill("line", &error.line().to_string())
                    .fill("column", &error.column().to_string()),
            });
        }
        self.faults.into_sorted()
    }
}

#[derive(Clone, Copy)]
struct Seed<'p> {
    path: Path<'p>,
    depth: usize,
    notes: &'p Notes,
}

impl<'p> Seed<'p> {
    fn below(self, path: Path<'p>) -> Self {
        Self {
            path,
            depth: self.depth + 1,
            notes: self.notes,
        }
    }

    fn check_count<E: Error>(self) -> Result<(), E> {
        let count = self.notes.values.get() + 1;
        self.notes.values.set(count);
        if count <= MAX_VALUES {
            return Ok(());
        }
        let fault = Fault::new(Code::JsonTooManyValues, String::new());
        self.notes
            .faults
            .push(fault.fill("limit", &MAX_VALUES.to_string()));
        Err(E::custom("too many values"))
    }

    fn check_depth<E: Error>(self) -> Result<(), E> {
        if self.depth < MAX_DEPTH {
            return Ok(());
        }
        self.notes
            .faults
            .push(Fault::new(Code::JsonTooDeep, self.path.pointer()));
        Err(E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        self.check_count()?;
        let read = deserializer.deserialize_any(self);
        if read.is_err() {
            self.notes.stop(self.path);
        }
        read
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node<'de>, E> {
        serde_json::Number::from_f64(value)
            .map(Node::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Node<'de>, A::Error> {
        self.check_depth()?;
        let mut list = Vec::new();
        while let Some(node) = array.next_element_seed(self.below(self.path.index(list.len())))? {
            list.push(node);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node<'de>, A::Error> {
        self.check_depth()?;
        let mut members: Vec<Member<'de>> = Vec::new();
        let faults = &self.notes.faults;
        while let Some(name) = object.next_key_seed(NameSeed {
            object: self.path,
            faults,
        })? {
            let value = object.next_value_seed(self.below(self.path.name(&name)))?;
            members.push((name, value));
        }
        duplicates::note(&members, self.path, faults);
        Ok(Node::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(String, &'static str)> {
        let faults = read(text.as_bytes()).unwrap_err();
        faults
            .into_iter()
            .map(|fault| (fault.pointer, fault.code.as_str()))
            .collect()
    }

    #[test]
    fn order_is_kept_and_plain_strings_are_borrowed() {
        let node = read(r#"{"b":1,"a":["\u6771x",null,true]}"#.as_bytes()).unwrap();
        let Node::Object(members) = &node else {
            panic!("an object was posted")
        };
        assert_eq!(members[0].0, "b");
        assert!(matches!(&members[1].0, Cow::Borrowed("a")));
        assert_eq!(
            node.get("a"),
            Some(&Node::List(vec![
                Node::Text("東x".into()),
                Node::Null,
                Node::Bool(true)
            ]))
        );
    }

    #[test]
    fn malformed_input_is_placed_and_never_quoted() {
        let faults = read("{\"name\":\n 山田太郎}".as_bytes()).unwrap_err();
        assert_eq!(faults[0].code, Code::JsonMalformed);
        assert!(faults[0].detail_en.contains("line 2"), "{}", faults[0].detail_en);
        assert!(!faults[0].detail_ja.contains("山田"));
        assert_eq!(self::faults(r#"{"a":1} x"#), [(String::new(), "json.malformed")]);
    }

    #[test]
    fn invalid_utf8_and_lone_surrogates_are_named() {
        assert_eq!(
            read(b"{\"a\":\"\xff\"}").unwrap_err()[0].code,
            Code::TextInvalidUtf8
        );
        let faults = read(br#"{"p":[{"name":"\ud800x"}]}"#).unwrap_err();
        assert_eq!(
            (faults[0].pointer.as_str(), faults[0].code),
            ("/p/0/name", Code::TextUnassigned)
        );
        assert!(faults[0].detail_ja.contains("U+D800"), "{}", faults[0].detail_ja);
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        assert_eq!(read(deep.as_bytes()).unwrap_err()[0].code, Code::JsonTooDeep);
        let allowed = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(read(allowed.as_bytes()).is_ok());
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let list = |values: usize| format!("[{}]", vec!["0"; values - 1].join(","));
        assert!(read(list(MAX_VALUES).as_bytes()).is_ok());
        assert_eq!(
            faults(&list(MAX_VALUES + 1)),
            [(String::new(), "json.too_many_values")]
        );
    }
}
