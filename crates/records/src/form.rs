//! Walking a posted object field by field, noting every fault on the way and going on.

mod choice;
mod near;
mod screen;

use chrono::NaiveDate;

use crate::day::{self, DayReading};
use crate::fault::{Code, Fault, Faults, Words};
use crate::given::Given;
use crate::json::{Member, Node, Path};
use crate::known::Known;
use crate::my_number;
use crate::text::TextRule;
use crate::wording;

pub(crate) use choice::{Choice, choice};
pub(crate) use screen::{screen_text, wrong_type};

/// One posted object, with the place it stands in and where its faults go.
#[derive(Clone, Copy)]
pub(crate) struct Form<'p, 'n> {
    node: &'n Node<'n>,
    members: &'n [Member<'n>],
    path: Path<'p>,
    faults: &'p Faults,
    known: &'p Known,
}

impl<'p, 'n> Form<'p, 'n> {
    /// Opens `node`, which must be an object with no other fields than `known`.
    pub(crate) fn open(
        node: &'n Node<'n>,
        path: Path<'p>,
        faults: &'p Faults,
        known: &[&[&'static str]],
    ) -> Option<Self> {
        let Node::Object(members) = node else {
            faults.push(wrong_type(node, path, "object"));
            return None;
        };
        let form = Self {
            node,
            members,
            path,
            faults,
            known: Known::NOTHING,
        };
        for (name, _) in members {
            // Looking for the nearest name is dear, so nobody may ask for it without end.
            if faults.is_full() {
                break;
            }
            if !known.iter().any(|known| known.contains(&name.as_ref())) {
                faults.push(form.unknown_field(name, known));
            }
        }
        Some(form)
    }

    /// Goes over an object whose fields were looked at before.
    pub(crate) fn over(node: &'n Node<'n>, path: Path<'p>, faults: &'p Faults) -> Self {
        let members = match node {
            Node::Object(members) => members.as_slice(),
            _ => &[],
        };
        Self {
            node,
            members,
            path,
            faults,
            known: Known::NOTHING,
        }
    }

    /// The same object, whose ids stand for what is in `known`.
    pub(crate) fn citing(self, known: &'p Known) -> Self {
        Self { known, ..self }
    }

    /// What the ids in it stand for.
    pub(crate) fn known(&self) -> &'p Known {
        self.known
    }

    /// The place of the object.
    pub(crate) fn path(&self) -> Path<'p> {
        self.path
    }

    /// The object itself.
    pub(crate) fn node(&self) -> &'n Node<'n> {
        self.node
    }

    /// Where faults go.
    pub(crate) fn faults(&self) -> &'p Faults {
        self.faults
    }

    /// The place of the field `name`.
    pub(crate) fn at<'s>(&'s self, name: &'s str) -> Path<'s> {
        self.path.name(name)
    }

    /// The fault `code` of the field `name`, not yet noted.
    pub(crate) fn fault(&self, name: &str, code: Code) -> Fault {
        Fault::new(code, self.at(name).pointer())
    }

    /// The fault that the field `name` is missing, not yet noted.
    pub(crate) fn missing(&self, name: &str) -> Fault {
        self.fault(name, Code::JsonMissing).fill("field", name)
    }

    /// The value of the field `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&'n Node<'n>> {
        self.members
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// A text. One of nothing but white space counts as left out.
    pub(crate) fn text(&self, name: &str, rule: TextRule) -> Given<&'n str> {
        let Some(node) = self.get(name) else {
            return Given::Absent;
        };
        screen_text(node, self.at(name), rule, self.faults)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Given<bool> {
        match self.get(name) {
            None => Given::Absent,
            Some(Node::Bool(value)) => Given::Present(*value),
            Some(other) => self.refuse(name, other, "boolean"),
        }
    }

    /// An array.
    pub(crate) fn list(&self, name: &str) -> Given<&'n [Node<'n>]> {
        match self.get(name) {
            None => Given::Absent,
            Some(Node::List(list)) => Given::Present(list),
            Some(other) => self.refuse(name, other, "array"),
        }
    }

    /// An object with no other fields than `known`.
    pub(crate) fn object<'s>(&'s self, name: &'s str, known: &[&'static str]) -> Given<Form<'s, 'n>>
    where
        'p: 's,
    {
        let Some(node) = self.get(name) else {
            return Given::Absent;
        };
        match Form::open(node, self.at(name), self.faults, &[known]) {
            Some(form) => Given::Present(form.citing(self.known)),
            None => Given::Faulty,
        }
    }

    /// One word of a closed list.
    pub(crate) fn choice<T: Choice>(&self, name: &str) -> Given<T> {
        match self.get(name) {
            None => Given::Absent,
            Some(Node::Text(text)) => {
                if let Some(value) = T::parse_word(text) {
                    return Given::Present(value);
                }
                let near = near::nearest(text, T::words().into_iter());
                self.faults
                    .push(near::suggest(self.fault(name, Code::ValueUnknown), near));
                Given::Faulty
            }
            Some(other) => self.refuse(name, other, "string"),
        }
    }

    /// A day that is no one's personal data: faults may repeat it.
    pub(crate) fn day(&self, name: &str) -> Given<NaiveDate> {
        self.day_with(name, |reading| {
            let fault = self.fault(name, Code::DateFormat);
            match reading {
                DayReading::Otherwise(day) => fault.hint(Words::made(
                    format!("{day} ではありませんか。"),
                    format!("is it {day}?"),
                )),
                DayReading::NotInEra { given, right, day } => {
                    let fault = self.fault(name, Code::DateEraInvalid).fill("given", &given);
                    let fault = fault
                        .fill_words("right_ja", &right, &right)
                        .fill("right_en", &right);
                    match day {
                        Some(day) => fault.hint(Words::made(
                            format!("正しければ {day} と入れてください。"),
                            format!("if so, give {day}"),
                        )),
                        None => fault,
                    }
                }
                DayReading::Impossible => self.fault(name, Code::DateOutOfRange).hint(NO_SUCH_DAY),
                DayReading::Exact(_) | DayReading::Unreadable => fault,
            }
        })
    }

    /// A principal's birth date: faults do not repeat it.
    pub(crate) fn birth_date(&self, name: &str, today: NaiveDate) -> Given<NaiveDate> {
        let given = self.day_with(name, |reading| match reading {
            DayReading::Impossible => self.fault(name, Code::DateOutOfRange).hint(NO_SUCH_DAY),
            _ => self.fault(name, Code::DateFormat),
        });
        match given {
            Given::Present(day) if day > today => {
                self.faults.push(self.fault(name, Code::DateOutOfRange));
                Given::Faulty
            }
            given => given,
        }
    }

    /// Notes that the ids under `name` name nothing: no `what` can be registered yet.
    pub(crate) fn refuse_references(&self, name: &str, what: &Words) {
        let refuse = |path: Path<'_>| {
            let fault = Fault::new(Code::ReferenceUnknown, path.pointer());
            self.faults
                .push(fault.fill("what_ja", &what.ja).fill("what_en", &what.en));
        };
        match self.get(name) {
            None => {}
            Some(Node::Text(_)) => refuse(self.at(name)),
            Some(Node::List(ids)) => {
                let list = self.at(name);
                for (index, id) in ids.iter().enumerate().take_while(|_| !self.faults.is_full()) {
                    match id {
                        Node::Text(_) => refuse(list.index(index)),
                        other => self.faults.push(wrong_type(other, list.index(index), "string")),
                    }
                }
            }
            Some(other) => {
                self.refuse::<()>(name, other, "string");
            }
        }
    }

    fn day_with(&self, name: &str, fault: impl FnOnce(DayReading) -> Fault) -> Given<NaiveDate> {
        match self.get(name) {
            None => Given::Absent,
            Some(Node::Text(text)) => match day::read(text) {
                DayReading::Exact(day) => Given::Present(day),
                reading => {
                    self.faults.push(fault(reading));
                    Given::Faulty
                }
            },
            Some(other) => self.refuse(name, other, "string"),
        }
    }

    fn refuse<T>(&self, name: &str, node: &Node<'_>, expected: &'static str) -> Given<T> {
        self.faults.push(wrong_type(node, self.at(name), expected));
        Given::Faulty
    }

    fn unknown_field(&self, name: &str, known: &[&[&'static str]]) -> Fault {
        let label: String = wording::plain(name)
            .chars()
            .filter(|c| !matches!(c, '_' | '-'))
            .collect();
        if my_number::is_label(&label) {
            return self.fault(name, Code::MyNumberForbidden);
        }
        let fault = self.fault(name, Code::JsonUnknownField);
        let fault = if near::is_plain_name(name) {
            fault
                .fill("field_ja", &format!("「{name}」"))
                .fill("field_en", &format!(" `{name}`"))
        } else {
            fault.fill("field_ja", "").fill("field_en", "")
        };
        near::suggest(
            fault,
            near::nearest(name, known.iter().copied().flatten().copied()),
        )
    }
}

const NO_SUCH_DAY: Words = Words::of("暦にない日付です。", "the calendar has no such day");
