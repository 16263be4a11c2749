//! The shapes of request bodies, for the contract only: bodies are read by `kirokubo-records`, which reports
//! every fault at once. A test posts an example of every shape, so that the two cannot drift apart unseen.

#![expect(
    dead_code,
    reason = "these structs are read by the contract's generator alone"
)]

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::agreement_shape::Agreement;
use super::recipient_shape::RecipientConfirmation;

/// A provision (提供).
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "source": {"system": "crm", "event_id": "2026-11-20/000981"},
    "basis": "consent_27", "provided_on": "2026-11-20",
    "third_party": {"kind": "corporation", "name": "株式会社サンプル物流", "address": "東京都千代田区千代田1-1",
                    "representative": {"title": "代表取締役", "name": "見本 太郎"}},
    "principals": [{"ref": "crm:000123", "name": "髙橋 花子"}],
    "items": ["氏名", "住所"],
    "consent": {"statement": "会員規約第8条による同意を得ている"}
}))]
pub(crate) struct Provision {
    /// Day of the provision, `YYYY-MM-DD` in Japan.
    provided_on: String,
    #[serde(flatten)]
    event: Event,
    /// Provision of 個人関連情報: how consent was confirmed.
    consent_confirmation: Option<ConsentConfirmation>,
    /// The opt-out filing relied on: the id of one that is registered, `flg_…`, or its `number` and `published_on`.
    opt_out_filing: Option<Value>,
    /// Provision by opt-out: who the recipient is and what it wants the data for. No law in force asks for it.
    recipient_confirmation: Option<RecipientConfirmation>,
}

/// A receipt (受領).
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "source": {"system": "crm", "event_id": "2026-11-20/000982"},
    "basis": "consent_27", "received_on": "2026-11-20",
    "third_party": {"kind": "corporation", "name": "株式会社サンプル紹介", "address": "東京都千代田区千代田1-1",
                    "representative": {"name": "見本 太郎"}},
    "principals": [{"ref": "hr:42", "name": "山田 太郎"}],
    "items": ["氏名", "職歴"],
    "consent": {"statement": "応募時に本人の同意を得ている"},
    "acquisition": {"history": "紹介会社が本人から応募書類で直接取得", "method": "contract_shown"},
    "third_party_confirmation": {"method": "declaration"}
}))]
pub(crate) struct Receipt {
    /// Day of the receipt, `YYYY-MM-DD` in Japan.
    received_on: String,
    #[serde(flatten)]
    event: Event,
    /// 取得の経緯, and how it was confirmed.
    acquisition: Option<Acquisition>,
    /// How the third party's name and address were confirmed (規則22条1項).
    third_party_confirmation: Option<Confirmation>,
    /// Receipt by opt-out: that the provider's filing is published.
    ppc_publication: Option<PpcPublication>,
}

/// A line of an event stream: a provision or receipt with its type.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EventLine {
    /// `provision` or `receipt`.
    r#type: String,
    /// All other members are those of the provision or receipt.
    #[serde(flatten)]
    event: Value,
}

/// What provisions and receipts have in common.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Event {
    /// The natural key, unique for ever.
    source: Source,
    /// `consent_27`, `consent_28`, `consent_31`, `opt_out`, `exempt_27_1_1` … `exempt_27_1_7`, `entrustment`,
    /// `succession`, `joint_use` or `none`; a day of a batch has that of the batch.
    basis: Option<String>,
    /// `each` (default), `batch` or `contract`.
    recording_method: Option<String>,
    /// The other side; may be left out with `same_as` or `series`.
    third_party: Option<ThirdParty>,
    /// Whose data it was; at most 1,000.
    principals: Option<Vec<Principal>>,
    /// An uploaded list (`POST /v1/principal-lists`) that names them instead.
    #[schema(example = "lst_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    principal_list: Option<String>,
    /// Which data, in concrete words.
    items: Option<Vec<String>>,
    /// That the principals consented.
    consent: Option<Consent>,
    /// `japan` (default), `equivalent_country`, `equivalent_system` or `other_foreign`.
    place: Option<String>,
    /// `personal_data` (default), `personally_referable` …; see the duty check.
    data: Option<String>,
    /// `none` (default), `by_principal`, `on_behalf` …; see the duty check.
    interpretation: Option<String>,
    /// Whether 要配慮個人情報 is among it.
    sensitive: Option<bool>,
    /// Whether 特定生体個人情報 is among it; the law in force asks nothing of it.
    biometric: Option<bool>,
    /// The country abroad, and what the principals were told.
    cross_border: Option<CrossBorder>,
    /// What is left out because an earlier record holds it (省略, 規則20条2項・24条2項・28条2項).
    same_as: Option<SameAs>,
    /// The record, `rec_…`, that opened the batch to which this day and its principals are added.
    series: Option<String>,
    /// Files that show what the record says, `evd_…`.
    evidence: Option<Vec<String>>,
    /// First and last day of a series.
    period: Option<Period>,
    /// The contract that shows a continuing provision, or stands for the record.
    agreement: Option<Agreement>,
    /// Who writes the record: `none` (default, you do), `arranged` (the other side, under an arrangement equal to
    /// writing it yourself) or `unarranged`.
    delegation: Option<String>,
    /// Whether the record is made before its event, which may then be up to a year ahead.
    beforehand: Option<bool>,
    /// Whatever else is worth keeping.
    voluntary: Option<Voluntary>,
    /// Record it although there is no duty, marked so.
    keep_voluntarily: Option<bool>,
    /// Record what happened although the law forbids it, marked so.
    non_conforming: Option<bool>,
    /// Numbers of twelve digits in this event are no Individual Numbers (個人番号): do not warn of them again.
    not_my_number: Option<bool>,
}

/// What an event leaves to an earlier record.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SameAs {
    /// The earlier record, `rec_…`: proper, of the same direction and third party, and still kept.
    record: String,
    /// `third_party`, `principals`, `items`, `consent`, `consent_confirmation`, `acquisition`, `ppc_publication`; if
    /// absent, all that the record holds and the event does not say.
    fields: Option<Vec<String>>,
}

/// The natural key of an event.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Source {
    /// The system that sends it.
    system: String,
    /// Its id there. It is kept for ever, so it must not identify a person.
    event_id: String,
}

/// The other side of an event.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ThirdParty {
    /// One that is registered, `pty_…`, and then nothing else: the record pins the version of the event's day.
    id: Option<String>,
    /// `corporation`, `association`, `individual` or `unspecified_many`.
    kind: Option<String>,
    name: Option<String>,
    address: Option<String>,
    /// ISO 3166-1 alpha-3.
    country: Option<String>,
    representative: Option<Representative>,
    /// 法人番号, 13 digits.
    corporate_number: Option<String>,
    /// `handler` (default), `schedule2`, `public_body`, `non_handler` …; see the duty check.
    status: Option<String>,
    /// For `unspecified_many`: how it was made available.
    described: Option<String>,
}

/// Who represents an organisation.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Representative {
    title: Option<String>,
    name: String,
}

/// A principal (本人): at least one member that identifies.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Principal {
    /// An id with the space it belongs to, such as `crm:000123`.
    r#ref: Option<String>,
    name: Option<String>,
    name_kana: Option<String>,
    former_names: Option<Vec<String>>,
    birth_date: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

/// That the principals consented.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Consent {
    statement: String,
    obtained_on: Option<String>,
}

/// How consent was confirmed with the recipient (規則26条).
#[derive(Deserialize, ToSchema)]
pub(crate) struct ConsentConfirmation {
    method: String,
    described: Option<String>,
    confirmed_on: Option<String>,
    /// Abroad: that the information of art. 31(1)(ii) was confirmed as well.
    information_given: Option<bool>,
}

/// 取得の経緯.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Acquisition {
    history: String,
    method: Option<String>,
}

/// How something was confirmed.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Confirmation {
    method: String,
    /// An earlier receipt, `rec_…`, whose confirmation is enough once it is seen that nothing has changed (規則22条3項).
    same_as: Option<String>,
}

/// That the provider's opt-out filing is published by the 個人情報保護委員会.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PpcPublication {
    number: Option<String>,
    url: Option<String>,
    checked_on: String,
    /// `false`: the filing was looked up and not found. What was received then waits for a person's decision.
    found: Option<bool>,
}

/// The country abroad.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CrossBorder {
    /// ISO 3166-1 alpha-3.
    country: String,
    /// `consent_28`, `equivalent_country` or `equivalent_system` (基準適合体制).
    ground: Option<String>,
    /// Whether the principals were given the information of art. 28(2).
    information_given: Option<bool>,
    /// What they were told: the country, its regime, the recipient's measures.
    information: Option<String>,
    /// The recipient's measures, where the ground is 基準適合体制.
    measures: Option<String>,
}

/// First and last day.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Period {
    from: String,
    to: Option<String>,
}

/// Voluntary additions.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Voluntary {
    note: Option<String>,
    purpose: Option<String>,
    medium: Option<String>,
}

/// Who is looked for, and why.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"reason": {"kind": "disclosure_request"}, "principal": {"name": "高橋花子"}}))]
pub(crate) struct SearchQuestion {
    reason: SearchReason,
    principal: Principal,
    /// First event day.
    from: Option<String>,
    /// Last event day.
    to: Option<String>,
    /// Rows a page, 1 to 500.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Why a person is looked for.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SearchReason {
    /// `disclosure_request`, `suppression`, `correction`, `inquiry`, `audit` …
    kind: String,
    /// The request's id, where there is one.
    id: Option<String>,
}
