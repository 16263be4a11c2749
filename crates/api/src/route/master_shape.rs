//! The shapes of what is posted about masters, for the contract only: see `event_shape.rs`.

#![expect(
    dead_code,
    reason = "these structs are read by the contract's generator alone"
)]

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_shape::{CrossBorder, Principal, ThirdParty};

/// A third party to register, or the particulars of a new version.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "kind": "corporation", "name": "株式会社サンプル物流", "address": "東京都千代田区千代田1-1", "country": "JPN",
    "representative": {"title": "代表取締役", "name": "見本 太郎"}, "holds_from": "2026-11-21",
    "last_confirmed_on": "2026-11-20", "confirmed_by": "registry"
}))]
pub(crate) struct ThirdPartyMaster {
    #[serde(flatten)]
    particulars: ThirdParty,
    /// First day on which this holds; today if absent.
    holds_from: Option<String>,
    /// When somebody last looked whether it is right.
    last_confirmed_on: Option<String>,
    /// How, in one word: `declaration`, `registry`, `corporate_number_site` …
    confirmed_by: Option<String>,
    /// For a recipient abroad: its 基準適合体制 (規則16条).
    equivalent_system: Option<System>,
    note: Option<String>,
}

/// A recipient's 基準適合体制.
#[derive(Deserialize, ToSchema)]
pub(crate) struct System {
    /// `contract`, `group_rules` or `cbpr`.
    kind: String,
    since: String,
    last_checked_on: Option<String>,
}

/// That the particulars of a third party were confirmed.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"confirmed_on": "2026-11-20", "method": "registry"}))]
pub(crate) struct Confirmed {
    confirmed_on: String,
    method: Option<String>,
}

/// What a look at a recipient abroad found.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"checked_on": "2026-11-20", "result": "措置は続いている。法制度に変更なし。"}))]
pub(crate) struct SystemChecked {
    checked_on: String,
    result: String,
    note: Option<String>,
}

/// An opt-out filing to register, or a new version of one.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "owner": "own", "number": "2026-000123", "filed_on": "2026-03-01", "published_on": "2026-03-20",
    "starts_on": "2026-04-01", "items": ["氏名", "住所"]
}))]
pub(crate) struct FilingMaster {
    /// `own` or `provider`.
    owner: String,
    /// The provider's id, where it is a provider's.
    third_party: Option<String>,
    /// 届出番号.
    number: String,
    filed_on: Option<String>,
    /// When the Commission published it; until then it carries nothing.
    published_on: Option<String>,
    /// 提供開始予定日.
    starts_on: Option<String>,
    /// The day on which provision under it ended.
    ended_on: Option<String>,
    /// The data items it names.
    items: Vec<String>,
    /// How data is provided under it.
    methods: Option<Vec<String>>,
    url: Option<String>,
    /// When the publication was looked up.
    checked_on: Option<String>,
    /// First day on which this version holds; today if absent.
    holds_from: Option<String>,
    note: Option<String>,
}

/// A demand to stop.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "principal": {"name": "髙橋 花子", "birth_date": "1985-04-02"}, "basis": "all", "received_on": "2026-11-20",
    "channel": "post"
}))]
pub(crate) struct Suppressing {
    /// `ref`, or a name together with `birth_date`.
    principal: Stopped,
    /// First day on which it holds; today if absent.
    from: Option<String>,
    /// `all` (default), or the one ground it is about.
    basis: Option<String>,
    received_on: Option<String>,
    /// `post`, `counter`, `web`, `email`, `phone` …
    channel: Option<String>,
    reason: Option<String>,
}

/// Who demands a stop.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Stopped {
    r#ref: Option<String>,
    name: Option<String>,
    name_kana: Option<String>,
    former_names: Option<Vec<String>>,
    birth_date: Option<String>,
}

/// The end of a demand.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"reason": "本人から撤回の申し出があった"}))]
pub(crate) struct Lifted {
    /// First day on which it holds no more; today if absent.
    on: Option<String>,
    reason: String,
}

/// A provision before it takes place.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "basis": "consent_27", "items": ["氏名", "住所"], "principals": [{"ref": "crm:000123"}]
}))]
pub(crate) struct ProvisionQuestion {
    /// The day of the provision; today if absent.
    on: Option<String>,
    /// The ground, as in an event.
    basis: String,
    /// The recipient, inline or as `{"id": "pty_…"}`.
    third_party: Option<ThirdParty>,
    items: Option<Vec<String>>,
    /// At most 1,000.
    principals: Option<Vec<Principal>>,
    /// The id of the filing relied on, `flg_…`.
    opt_out_filing: Option<String>,
    sensitive: Option<bool>,
    from_opt_out: Option<bool>,
    place: Option<String>,
    data: Option<String>,
    interpretation: Option<String>,
    cross_border: Option<CrossBorder>,
}

/// The settings; what is left out has its default.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "amendments_need_approval": true, "receipts_need_approval": "opt_out",
    "confirmed_numbers": [{"system": "crm", "field": "ref"}]
}))]
pub(crate) struct SettingsBody {
    amendments_need_approval: Option<bool>,
    /// `opt_out`, `all` or `none`.
    receipts_need_approval: Option<String>,
    confirmed_numbers: Option<Vec<ConfirmedNumber>>,
}

/// A field of one sending system whose twelve-digit numbers are known to be no Individual Numbers.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ConfirmedNumber {
    /// `source.system`.
    pub(super) system: String,
    /// `ref`.
    pub(super) field: String,
}
