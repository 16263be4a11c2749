//! Events as internal systems post them: of every legal case, about 700 bytes, 1.6 principals on average.
//!
//! People, companies and numbers are invented. Every event is one that the law of its day accepts, so an answer
//! other than 201 is a fault of the program that answers, or of this file.

use serde_json::{Map, Value, json};

use crate::people::{POPULATION, Person, company, day, individual};
use crate::random::Random;

/// The seed of every run: all rounds, ours and the peers', post the same events.
const SEED: u64 = 20_230_401;

/// Third parties that a business operator deals with.
const PARTIES: usize = 60;

/// An endless row of events.
pub(crate) struct Events {
    random: Random,
    parties: Vec<Value>,
    made: u64,
}

/// One event.
pub(crate) struct Event {
    /// Where it is posted alone.
    pub(crate) direction: Direction,
    /// Whom it is about.
    pub(crate) people: Vec<Person>,
    number: u64,
    body: Map<String, Value>,
}

/// Which way the data went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Provision,
    Receipt,
}

impl Events {
    pub(crate) fn new() -> Self {
        let mut random = Random::new(SEED);
        let parties = (0..PARTIES).map(|_| company(&mut random)).collect();
        Self {
            random,
            parties,
            made: 0,
        }
    }
}

impl Event {
    /// The sender's number of the event.
    pub(crate) fn id(&self) -> String {
        event_id(self.number)
    }

    /// The body of a single post.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(&self.body).expect("a JSON value can be written")
    }

    /// The body of a single post that cites a list instead of naming anybody.
    pub(crate) fn citing(&self, list: &str) -> String {
        let mut body = self.body.clone();
        body.remove("principals");
        body.insert("principal_list".to_owned(), list.into());
        Value::Object(body).to_string()
    }

    /// A line of an event stream, with its newline.
    pub(crate) fn to_line(&self) -> String {
        let mut body = self.body.clone();
        let direction = match self.direction {
            Direction::Provision => "provision",
            Direction::Receipt => "receipt",
        };
        body.insert("type".to_owned(), direction.into());
        format!("{}\n", Value::Object(body))
    }
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let (case, number) = (self.case(), self.made);
        let random = &mut self.random;
        let on = day(random, 2024, 1);
        let (direction, date_key) = match case {
            Case::ReceiptConsent | Case::ReceiptOptOut | Case::ReceiptReferable | Case::ReceiptPrivate => {
                (Direction::Receipt, "received_on")
            }
            _ => (Direction::Provision, "provided_on"),
        };
        let count = 1 + random.below(5);
        let count = usize::try_from(count).expect("it is 5 at most");
        let people = people(random, case);
        let mut body = object(json!({
            "source": {"system": random.pick(&["crm", "ma", "hr", "sales"]), "event_id": event_id(number)},
            "third_party": random.pick(&self.parties),
            "items": random.sample(&ITEMS, count),
        }));
        body.insert(date_key.to_owned(), on.clone().into());
        body.append(&mut matters(case, &on, random));
        if !people.is_empty() {
            let principals = people.iter().map(|person| person.principal(random)).collect();
            body.insert("principals".to_owned(), Value::Array(principals));
        }
        self.made += 1;
        Some(Event {
            direction,
            people,
            number,
            body,
        })
    }
}

/// The sender's number of its n-th event. Every one is equally long.
pub(crate) fn event_id(number: u64) -> String {
    format!("bench/{number:010}")
}

/// The legal cases, provisions first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Consent,
    OptOut,
    Foreign,
    Referable,
    UnspecifiedMany,
    ReceiptConsent,
    ReceiptOptOut,
    ReceiptReferable,
    ReceiptPrivate,
}

/// How many of a hundred events are of each case.
const SHARES: [(Case, u64); 9] = [
    (Case::Consent, 40),
    (Case::OptOut, 8),
    (Case::Foreign, 5),
    (Case::Referable, 6),
    (Case::UnspecifiedMany, 2),
    (Case::ReceiptConsent, 20),
    (Case::ReceiptOptOut, 6),
    (Case::ReceiptReferable, 5),
    (Case::ReceiptPrivate, 8),
];

const ITEMS: [&str; 8] = [
    "氏名",
    "住所",
    "電話番号",
    "メールアドレス",
    "生年月日",
    "商品購入履歴",
    "契約内容",
    "勤務先",
];

impl Events {
    fn case(&mut self) -> Case {
        let mut at = self.random.below(100);
        for (case, share) in SHARES {
            if at < share {
                return case;
            }
            at -= share;
        }
        Case::Consent
    }
}

/// One person nine times out of ten; a small list otherwise.
fn people(random: &mut Random, case: Case) -> Vec<Person> {
    if case == Case::Referable {
        return Vec::new();
    }
    let count = if random.chance(90) {
        1
    } else {
        2 + random.below(13)
    };
    (0..count).map(|_| Person::of(random.below(POPULATION))).collect()
}

/// What an event of a case says besides who, what and when.
fn matters(case: Case, on: &str, random: &mut Random) -> Map<String, Value> {
    let consent = json!({"statement": "会員規約第8条により本人の同意を得ている", "obtained_on": on});
    let declaration = json!({"method": "declaration"});
    let filing = format!("2024{:06}", random.below(1_000_000));
    object(match case {
        Case::Consent => json!({"basis": "consent_27", "consent": consent}),
        Case::OptOut => json!({
            "basis": "opt_out", "opt_out_filing": {"number": filing, "published_on": "2023-06-01"},
        }),
        Case::Foreign => json!({
            "basis": "consent_28", "place": "other_foreign", "consent": consent,
            "cross_border": {"country": "SGP", "information_given": true},
            "third_party": {
                "kind": "corporation", "name": "Example Holdings Pte. Ltd.", "address": "1 Example Road, Singapore",
                "country": "SGP", "status": "handler", "representative": {"name": "A. Tan"},
            },
        }),
        Case::Referable => json!({
            "basis": "consent_31", "data": "personally_referable", "items": ["ウェブサイトの閲覧履歴", "広告ID"],
            "consent_confirmation": {
                "method": "written_pledge", "described": "提供先が会員登録画面で同意を得た旨の誓約書",
            },
        }),
        Case::UnspecifiedMany => json!({
            "basis": "consent_27", "consent": consent,
            "third_party": {"kind": "unspecified_many", "described": "自社サイトの受賞者一覧に掲載"},
        }),
        Case::ReceiptConsent => json!({
            "basis": "consent_27", "consent": consent, "acquisition": acquisition(random),
            "third_party_confirmation": declaration,
        }),
        Case::ReceiptOptOut => json!({
            "basis": "opt_out", "acquisition": acquisition(random),
            "third_party_confirmation": {"method": "public_register"},
            "ppc_publication": {"number": filing, "url": "https://example.jp/optout", "checked_on": on},
        }),
        Case::ReceiptReferable => json!({
            "basis": "consent_31", "data": "personally_referable", "items": ["閲覧履歴"],
            "consent": {"statement": "当社の会員登録画面で同意を得ている"}, "third_party_confirmation": declaration,
        }),
        Case::ReceiptPrivate => json!({
            "basis": "none", "third_party": individual(random), "third_party_confirmation": declaration,
            "acquisition": {"history": "友人として本人から聞いた連絡先", "method": "declaration"},
        }),
    })
}

fn acquisition(random: &mut Random) -> Value {
    let history = [
        "本人から申込書で直接取得",
        "本人から応募書類で直接取得",
        "別の事業者から売買契約により取得",
    ];
    let method = ["contract_shown", "pledge", "consent_form_shown"];
    json!({"history": random.pick(&history), "method": random.pick(&method)})
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
