//! Taking a text or refusing it, with the fault that says why.

use crate::fault::{Code, Fault, Faults};
use crate::given::Given;
use crate::json::{Node, Path};
use crate::text::{self, TextFault, TextRule};

/// The text of `node`, where `rule` allows it. Nothing but white space counts as left out.
pub(crate) fn screen_text<'n>(
    node: &'n Node<'n>,
    path: Path<'_>,
    rule: TextRule,
    faults: &Faults,
) -> Given<&'n str> {
    let Node::Text(text) = node else {
        faults.push(wrong_type(node, path, "string"));
        return Given::Faulty;
    };
    match text::check(text, rule) {
        Ok(()) => {}
        Err(TextFault::TooLong { limit }) => {
            faults.push(Fault::new(Code::TextTooLong, path.pointer()).fill("limit", &limit.to_string()));
            return Given::Faulty;
        }
        Err(TextFault::Unusable { position, character }) => {
            faults.push(Fault::unusable_character(path.pointer(), position, character));
            return Given::Faulty;
        }
    }
    if text::is_garbled(text) {
        faults.push(Fault::new(Code::TextMojibake, path.pointer()));
    }
    if text.trim().is_empty() {
        Given::Absent
    } else {
        Given::Present(text)
    }
}

/// The fault that `node` is not of the JSON type `expected`.
pub(crate) fn wrong_type(node: &Node<'_>, path: Path<'_>, expected: &'static str) -> Fault {
    let expected_ja = match expected {
        "string" => "文字列",
        "boolean" => "true か false",
        "array" => "配列",
        _ => "オブジェクト",
    };
    Fault::new(Code::JsonWrongType, path.pointer())
        .fill("expected_ja", expected_ja)
        .fill("expected", expected)
        .fill("given", node.type_name())
}
