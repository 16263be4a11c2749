//! 個人データの項目: the categories of data that went.

use crate::fault::{Code, Fault};
use crate::form::{Form, screen_text};
use crate::given::{Checked, Given};
use crate::my_number;
use crate::private::Private;
use crate::text::ITEM;
use crate::wording::{self, Specificity};

/// Most categories of one event. A list this long names columns one by one; longer ones belong in a file.
const MAX_ITEMS: usize = 500;

/// The data items of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items {
    json: Private<String>,
    sensitive: Vec<String>,
}

impl Items {
    /// The text that is stored: a JSON array of strings.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// JSON pointers to the items that name special-care-required personal information.
    pub(crate) fn sensitive(&self) -> &[String] {
        &self.sensitive
    }
}

/// Reads `items`.
pub(crate) fn read(form: &Form<'_, '_>) -> Given<Checked<Items>> {
    let list = match form.list("items") {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(list) => list,
    };
    let faults = form.faults();
    if list.len() > MAX_ITEMS {
        faults.push(
            form.fault("items", Code::ListTooLong)
                .fill("limit", &MAX_ITEMS.to_string()),
        );
        return Given::Faulty;
    }
    let mut concerns = Vec::new();
    let mut sensitive = Vec::new();
    let mut usable = true;
    let path = form.at("items");
    for (index, node) in list.iter().enumerate() {
        let place = path.index(index);
        let concern = match screen_text(node, place, ITEM, faults) {
            Given::Present(item) => {
                let plain = wording::plain(item);
                if my_number::is_label(&plain) {
                    faults.push(Fault::new(Code::MyNumberForbidden, place.pointer()));
                }
                if wording::is_sensitive_item(&plain) {
                    sensitive.push(place.pointer());
                }
                match wording::item(&plain) {
                    Specificity::Specific => None,
                    Specificity::OpenEnded => {
                        Some(Fault::new(Code::ItemsVague, place.pointer()).as_warning())
                    }
                    Specificity::Vague => Some(Fault::new(Code::ItemsVague, place.pointer())),
                }
            }
            Given::Absent => Some(Fault::new(Code::ItemsEmpty, place.pointer())),
            Given::Faulty => {
                usable = false;
                None
            }
        };
        concerns.extend(concern);
    }
    if list.is_empty() {
        concerns.push(Fault::new(Code::ItemsEmpty, path.pointer()));
    }
    if !usable {
        return Given::Faulty;
    }
    let json = form
        .get("items")
        .map(crate::json::Node::to_json)
        .unwrap_or_default();
    Given::Present(Checked::new(
        Items {
            json: Private::new(json),
            sensitive,
        },
        concerns,
    ))
}
