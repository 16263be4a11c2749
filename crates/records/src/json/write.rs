//! Writing a tree back: in the order received for what is stored, sorted for the digest of a body.

use std::fmt::{self, Write};

use super::{Member, Node};

/// Digits of `\u00XX`.
const HEX: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

impl Node<'_> {
    /// Compact JSON with members in the order received and strings unchanged: what is stored and hashed.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Order::Received);
        out
    }

    /// Compact JSON with the names of every object sorted by their UTF-8 bytes, so that two bodies that differ only
    /// in order or white space are the same bytes.
    #[must_use]
    pub fn to_canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Order::Sorted);
        out
    }

    fn write(&self, out: &mut String, order: Order) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(number) => push_display(out, number),
            Self::Text(text) => push_text(out, text),
            Self::List(list) => {
                out.push('[');
                for (count, node) in list.iter().enumerate() {
                    push_comma(out, count);
                    node.write(out, order);
                }
                out.push(']');
            }
            Self::Object(members) => write_object(out, members.iter(), order),
        }
    }
}

/// The canonical form of `members` without the member `left_out`, with `added` in its place.
pub(crate) fn canonical_object(members: &[Member<'_>], left_out: &str, added: &Member<'_>) -> String {
    let mut out = String::new();
    let kept = members.iter().filter(|(name, _)| name != left_out);
    write_object(&mut out, kept.chain(std::iter::once(added)), Order::Sorted);
    out
}

/// Builds the text of one object member by member, for stored values that join several posted ones.
#[derive(Debug, Default)]
pub(crate) struct ObjectText {
    text: String,
}

impl ObjectText {
    /// Adds `name` with a value that is JSON text already.
    pub(crate) fn json(&mut self, name: &str, json: &str) -> &mut Self {
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        push_text(&mut self.text, name);
        self.text.push(':');
        self.text.push_str(json);
        self
    }

    /// Adds `name` with a string.
    pub(crate) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.json(name, &json_text(value))
    }

    /// Adds `name` with a truth value.
    pub(crate) fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.json(name, if value { "true" } else { "false" })
    }

    /// Adds every member of `node`, where it is an object.
    pub(crate) fn members(&mut self, node: &Node<'_>) -> &mut Self {
        if let Node::Object(members) = node {
            for (name, value) in members {
                self.json(name, &value.to_json());
            }
        }
        self
    }

    /// The object, or `None` where nothing was added.
    pub(crate) fn finish(mut self) -> Option<String> {
        if self.text.is_empty() {
            return None;
        }
        self.text.push('}');
        Some(self.text)
    }
}

/// The JSON string of `text`: only what RFC 8259 section 7 demands is escaped.
pub(crate) fn json_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_text(&mut out, text);
    out
}

#[derive(Clone, Copy)]
enum Order {
    Received,
    Sorted,
}

fn write_object<'m>(out: &mut String, members: impl Iterator<Item = &'m Member<'m>>, order: Order) {
    out.push('{');
    match order {
        Order::Received => write_members(out, members, order),
        Order::Sorted => {
            let mut sorted: Vec<_> = members.collect();
            sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            write_members(out, sorted.into_iter(), order);
        }
    }
    out.push('}');
}

fn write_members<'m>(out: &mut String, members: impl Iterator<Item = &'m Member<'m>>, order: Order) {
    for (count, (name, value)) in members.enumerate() {
        push_comma(out, count);
        push_text(out, name);
        out.push(':');
        value.write(out, order);
    }
}

fn push_comma(out: &mut String, count: usize) {
    if count > 0 {
        out.push(',');
    }
}

fn push_display(out: &mut String, value: &dyn fmt::Display) {
    write!(out, "{value}").expect("writing to a string cannot fail");
}

fn push_text(out: &mut String, text: &str) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[plain_from..at]);
        plain_from = at + 1;
        out.push('\\');
        match byte {
            b'"' => out.push('"'),
            b'\\' => out.push('\\'),
            b'\n' => out.push('n'),
            b'\r' => out.push('r'),
            b'\t' => out.push('t'),
            control => {
                out.push_str("u00");
                out.push(HEX[usize::from(control >> 4)]);
                out.push(HEX[usize::from(control & 0x0F)]);
            }
        }
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read;
    use super::*;

    #[test]
    fn stored_text_keeps_order_and_every_code_point() {
        let posted = "{ \"b\" : \"神\\u795e\\n\\u0001\" , \"a\" : [ 1.5 , null ] }";
        let node = read(posted.as_bytes()).unwrap();
        assert_eq!(node.to_json(), "{\"b\":\"神神\\n\\u0001\",\"a\":[1.5,null]}");
        assert_eq!(node.to_canonical(), "{\"a\":[1.5,null],\"b\":\"神神\\n\\u0001\"}");
    }

    #[test]
    fn an_object_is_built_member_by_member() {
        let mut object = ObjectText::default();
        object
            .text("名", "値\"")
            .flag("b", true)
            .members(&read(br#"{"c":{"d":1}}"#).unwrap());
        assert_eq!(object.finish().unwrap(), r#"{"名":"値\"","b":true,"c":{"d":1}}"#);
        assert_eq!(ObjectText::default().finish(), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in any::<String>()) {
            let json = json_text(&text);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text.clone());
            let node = read(json.as_bytes()).unwrap();
            prop_assert_eq!(node.as_text().unwrap(), text);
        }

        #[test]
        fn the_canonical_form_does_not_depend_on_order(
            members in prop::collection::btree_map(any::<String>(), any::<i64>(), 0..8),
        ) {
            let forward: Vec<String> = members.iter().map(|(k, v)| format!("{}:{v}", json_text(k))).collect();
            let backward: Vec<String> = forward.iter().rev().cloned().collect();
            let forward = format!("{{{}}}", forward.join(","));
            let backward = format!("{{ {} }}", backward.join(" , "));
            prop_assert_eq!(
                read(forward.as_bytes()).unwrap().to_canonical(),
                read(backward.as_bytes()).unwrap().to_canonical()
            );
        }
    }
}
