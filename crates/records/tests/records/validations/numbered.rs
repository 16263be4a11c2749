//! The checks that users were promised, by their number in that promise: code, level, Japanese text and article, told
//! of the smallest event that has the fault. English is there for each. What the other files of this folder say of the
//! same codes in breadth, this one says in order.
//!
//! 13, 16 to 18 and 33 to 38 are about registers, lists, retention and disclosure, and are tested there; 32 needs a
//! ledger, and is `tests/e2e/validation_32.rs`.

use kirokubo_records::{Code, Fault, Level, Outcome, SearchRequest};
use serde_json::{Value, json};

use crate::support::{CONTEXT, opt_out, post, provision, receipt, referable, with, without};

/// One test a row: cases of a level, the place of the fault, what is posted, the article, and what is said.
macro_rules! row {
    ($name:ident $code:ident: $($level:ident $pointer:literal $law:expr, $event:expr => $said:literal;)+) => {
        #[test]
        fn $name() {
            $(
                let fault = told(&$event, Code::$code, $pointer);
                assert_eq!(fault.level, Level::$level);
                assert_eq!(fault.detail_ja, $said);
                assert_eq!(fault.law, $law);
                assert!(!fault.detail_en.is_empty() && !fault.detail_en.contains('{'), "{}", fault.detail_en);
            )+
        }
    };
}

/// The one fault of this code, which refuses the event if it is an error and not if it is less.
#[track_caller]
fn told(event: &Value, code: Code, pointer: &str) -> Fault {
    let (refused, all) = match post(event) {
        Err(faults) => (true, faults),
        Ok(Outcome::Record(draft)) => (false, draft.warnings().to_vec()),
        Ok(Outcome::NoDuty(answer)) => (false, answer.warnings().to_vec()),
    };
    let is_it = |fault: &&Fault| fault.code == code && fault.pointer == pointer;
    let found = all.iter().find(is_it);
    let fault = found.unwrap_or_else(|| panic!("no {code:?} at {pointer}: {all:#?}"));
    assert_eq!(fault.level == Level::Error, refused, "{all:#?}");
    fault.clone()
}

fn on_day(day: &str) -> Value {
    let event = without(provision(), "/consent/obtained_on");
    with(event, "/provided_on", json!(day))
}

fn named(name: &str) -> Value {
    with(provision(), "/principals", json!([{"name": name}]))
}

row! { row_01_a_field_the_ground_asks_for_is_missing FieldRequiredForBasis:
    Error "/items" Some("規則20(1)(ii)"), without(provision(), "/items") =>
        "「提供・本人の同意」では個人データの項目が必要です(規則20(1)(ii))。";
}
row! { row_02_a_field_the_ground_does_not_ask_for FieldNotStatutory:
    Warning "/acquisition" None, with(provision(), "/acquisition", json!({"history": "本人から直接", "method": "pledge"})) =>
        "この根拠では取得の経緯は法定記録事項ではありません。任意項目として保存します。";
}
row! { row_03_one_record_for_many_provisions_by_opt_out MethodNotAllowedForOptOut:
    Error "/recording_method" Some("規則19条2項・23条2項"), with(opt_out(), "/recording_method", json!("batch")) =>
        "オプトアウトによる提供・受領は、その都度記録してください(規則19条2項・23条2項)。";
    Error "/recording_method" Some("規則19条2項・23条2項"), with(opt_out(), "/recording_method", json!("contract")) =>
        "オプトアウトによる提供・受領は、その都度記録してください(規則19条2項・23条2項)。";
}
row! { row_04_a_contract_that_is_no_record MethodContractConditions:
    Error "/recording_method" Some("規則19条3項・23条3項・27条3項"), with(provision(), "/recording_method", json!("contract")) =>
        "契約書で代えるには、本人への物品・役務の提供に関する契約書が必要です。";
}
row! { row_05_a_company_without_its_representative PartyRepresentativeRequired:
    Error "/third_party/representative/name" Some("規則20条1項・22条1項"), without(provision(), "/third_party/representative") =>
        "相手方が法人のときは代表者の氏名が必要です。";
}
row! { row_06_an_address_that_is_none_or_a_prefecture PartyAddressIncomplete:
    Error "/third_party/address" Some("規則20条1項・22条1項"), with(provision(), "/third_party/address", json!("")) =>
        "相手方の住所が不完全です。";
    Warning "/third_party/address" Some("規則20条1項・22条1項"), with(provision(), "/third_party/address", json!("東京都")) =>
        "相手方の住所が不完全です。";
}
row! { row_07_a_corporate_number_that_is_none HoujinBangouInvalid:
    Error "/third_party/corporate_number" None, with(provision(), "/third_party/corporate_number", json!("5130620278684")) =>
        "法人番号が正しくありません(検査用数字が一致しません)。13桁で入力してください。";
    Error "/third_party/corporate_number" None, with(provision(), "/third_party/corporate_number", json!("9999999999999")) =>
        "法人番号が正しくありません(検査用数字が一致しません)。13桁で入力してください。";
    Error "/third_party/corporate_number" None, with(provision(), "/third_party/corporate_number", json!("51306202786")) =>
        "法人番号が正しくありません(検査用数字が一致しません)。13桁で入力してください。";
}
row! { row_08_twelve_digits_with_the_thirteenth_at_hand HoujinBangouTwelveDigits:
    Error "/third_party/corporate_number" None, with(provision(), "/third_party/corporate_number", json!("130620278683")) =>
        "12桁は会社法人等番号です。法人番号は 5130620278683 ではありませんか。";
}
row! { row_09_a_postal_code_of_other_than_seven_digits PostalCodeFormat:
    Error "/third_party/postal_code" None, with(provision(), "/third_party/postal_code", json!("100-000")) =>
        "郵便番号は7桁の数字です(ハイフンは付けても構いません)。";
}
row! { row_10_a_principal_that_nothing_identifies PrincipalNotIdentifiable:
    Error "/principals/0" Some("規則20条1項・24条1項"), with(provision(), "/principals", json!([{"address": "東京都港区1-1"}])) =>
        "本人を特定できる事項(氏名、会員番号など)を入れてください。";
}
row! { row_11_a_crowd_for_a_principal PrincipalCollective:
    Error "/principals/0/name" Some("規則20条1項・24条1項"), named("全員") =>
        "「全ての顧客」等では本人を特定したことになりません。名簿を添付するか番号を入れてください。";
    Error "/principals/0/name" Some("規則20条1項・24条1項"), named("全顧客") =>
        "「全ての顧客」等では本人を特定したことになりません。名簿を添付するか番号を入れてください。";
    Error "/principals/0/name" Some("規則20条1項・24条1項"), named("一式") =>
        "「全ての顧客」等では本人を特定したことになりません。名簿を添付するか番号を入れてください。";
}
row! { row_12_items_that_are_none ItemsEmpty:
    Error "/items" Some("規則20条1項・24条1項・28条1項"), with(provision(), "/items", json!([])) =>
        "項目を具体的に入れてください。「その他」「等」は避けてください。";
}
row! { row_12_items_that_say_too_little ItemsVague:
    Error "/items/0" Some("規則20条1項・24条1項・28条1項"), with(provision(), "/items", json!(["当社が有するいずれかの情報"])) =>
        "項目を具体的に入れてください。「その他」「等」は避けてください。";
    Error "/items/0" Some("規則20条1項・24条1項・28条1項"), with(provision(), "/items", json!(["その他"])) =>
        "項目を具体的に入れてください。「その他」「等」は避けてください。";
    Warning "/items/0" Some("規則20条1項・24条1項・28条1項"), with(provision(), "/items", json!(["氏名等"])) =>
        "項目を具体的に入れてください。「その他」「等」は避けてください。";
}
row! { row_14_sensitive_data_by_opt_out ItemsSensitiveInOptOut:
    Error "/items/1" Some("法27(2)ただし書"), with(opt_out(), "/items", json!(["氏名", "病歴"])) =>
        "要配慮個人情報はオプトアウトで提供できません(27条2項ただし書)。";
}
row! { row_15_data_that_came_by_opt_out_itself OptOutReProvision:
    Error "/from_opt_out" Some("法27(2)ただし書"), with(opt_out(), "/from_opt_out", json!(true)) =>
        "オプトアウトで受領した個人データは、オプトアウトで再提供できません。";
}
row! { row_19_consent_that_nobody_states ConsentStatementRequired:
    Error "/consent/statement" Some("規則20条1項2号・24条1項2号"), with(provision(), "/consent/statement", json!(" ")) =>
        "「本人の同意を得ている旨」を入れてください。";
}
row! { row_20_consent_after_the_provision ConsentAfterProvision:
    Warning "/consent/obtained_on" None, with(provision(), "/consent/obtained_on", json!("2026-11-21")) =>
        "同意日が提供日より後です。";
}
row! { row_21_a_foreign_country_without_its_ground CrossBorderGroundRequired:
    Error "/third_party/country" Some("法28(1)"), with(provision(), "/third_party/country", json!("SGP")) =>
        "外国にある第三者です。根拠(同意・同等国・体制整備)を選んでください。";
}
row! { row_22_referable_information_without_how_consent_was_confirmed RelatedInfoConfirmationRequired:
    Error "/consent_confirmation/method" Some("法31条1項・規則28条1項"), without(referable(), "/consent_confirmation/method") =>
        "本人の同意が得られていることの確認方法を入れてください。";
}
row! { row_23_a_history_that_is_asked_for_and_missing ConfirmationHistoryRequired:
    Error "/acquisition/history" Some("規則24条1項"), with(receipt(), "/acquisition/history", json!("")) =>
        "取得の経緯を入れてください(規則24条1項)。";
}
row! { row_23_a_history_that_nobody_asks_for FieldNotStatutory:
    Warning "/acquisition" None, with(provision(), "/acquisition", json!({"history": "本人から直接", "method": "pledge"})) =>
        "この根拠では取得の経緯は法定記録事項ではありません。任意項目として保存します。";
}
row! { row_24_a_public_body_on_the_other_side PartyPublicBody:
    Warning "/third_party/status" Some("法16条2項・29条1項"), with(provision(), "/third_party/status", json!("public_body")) =>
        "国・自治体等への提供は記録義務の対象外です。任意記録にしますか。";
}
row! { row_25_no_duty_and_yet_called_statutory ExemptConflict:
    Error "/statutory" Some("法29条1項・30条1項"),
        with(with(provision(), "/basis", json!("entrustment")), "/statutory", json!(true)) =>
        "記録義務の対象外の根拠です。任意記録として保存してください。";
}
row! { row_26_a_day_that_cannot_be DateOutOfRange:
    Error "/provided_on" None, on_day("2026-11-22") => "日付を確かめてください。";
    Error "/provided_on" None, on_day("2017-05-29") => "日付を確かめてください。";
    Error "/period/to" None, with(provision(), "/period", json!({"from": "2026-04-01", "to": "2026-03-31"})) =>
        "日付を確かめてください。";
}
row! { row_27_a_year_that_its_era_does_not_have DateEraInvalid:
    Error "/provided_on" None, on_day("平成33年4月1日") => "「平成33年」はありません。令和3年(2021年)ですか。";
    Error "/provided_on" None, on_day("平成３３年") => "「平成33年」はありません。令和3年(2021年)ですか。";
    Error "/provided_on" None, on_day("令和元年4月") => "「令和元年4月」はありません。平成31年(2019年)4月ですか。";
    Error "/provided_on" None, on_day("令和1年4月30日") => "「令和元年4月」はありません。平成31年(2019年)4月ですか。";
}
row! { row_28_a_label_that_says_individual_number MyNumberForbidden:
    Error "/principals/0/個人番号" Some("番号法19条"), with(provision(), "/principals/0/個人番号", json!("1")) =>
        "個人番号は記録できません。特定個人情報の提供は番号法の定めによります。";
    Error "/items/0" Some("番号法19条"), with(provision(), "/items", json!(["マイナンバー"])) =>
        "個人番号は記録できません。特定個人情報の提供は番号法の定めによります。";
}
row! { row_29_twelve_digits_that_could_be_one MyNumberSuspected:
    Warning "/principals/0/ref" Some("番号法19条"), with(provision(), "/principals/0/ref", json!("123456789018")) =>
        "個人番号の可能性がある12桁の数字があります。会員番号なら確認にチェックしてください。";
    Warning "/voluntary/note" Some("番号法19条"), with(provision(), "/voluntary", json!({"note": "番号 123456789018"})) =>
        "個人番号の可能性がある12桁の数字があります。会員番号なら確認にチェックしてください。";
}
row! { row_30_a_character_that_nobody_can_use TextUnassigned:
    Error "/principals/0/name" None, named("山\u{E000}田") =>
        "使えない文字があります(2文字目、U+E000)。外字は代替文字で入力してください。";
    Error "/principals/0/name" None, named("山田\u{7}") =>
        "使えない文字があります(3文字目、U+0007)。外字は代替文字で入力してください。";
    Error "/principals/0/name" None, named("\u{2FFFE}田") =>
        "使えない文字があります(1文字目、U+2FFFE)。外字は代替文字で入力してください。";
    Error "/principals/0/name" None, named("\u{0378}") =>
        "使えない文字があります(1文字目、U+0378)。外字は代替文字で入力してください。";
}
row! { row_31_text_that_was_read_in_the_wrong_encoding TextMojibake:
    Warning "/principals/0/name" None, named("縺溘↑縺九") => "文字化けの疑いがあります。文字コードを選び直してください。";
    Warning "/principals/0/name" None, named("繧ｵ繝ｳ繝励Ν") => "文字化けの疑いがあります。文字コードを選び直してください。";
    Warning "/principals/0/name" None, named("ï¿½ï¿½") => "文字化けの疑いがあります。文字コードを選び直してください。";
    Warning "/principals/0/name" None, named("螻ｱ逕ｰ") => "文字化けの疑いがあります。文字コードを選び直してください。";
}
row! { row_40_a_field_that_nobody_knows JsonUnknownField:
    Error "/principle" None, with(provision(), "/principle", json!([])) =>
        "不明な項目「principle」があります。「principals」ですか。";
}

#[test]
fn row_27_the_first_year_is_written_either_way() {
    for day in ["令和元年5月1日", "令和1年5月1日", "R1.5.1", "Ｒ元.5.1"] {
        let fault = told(&on_day(day), Code::DateFormat, "/provided_on");
        let hint = fault.hint.expect("the day is plain").ja;
        assert!(hint.contains("2019-05-01"), "{day}: {hint}");
    }
}

#[test]
fn row_29_is_answered_once_for_the_event() {
    let principals = json!([{"ref": "123456789018"}, {"ref": "crm:123456789018"}]);
    let event = with(provision(), "/principals", principals);
    let event = with(event, "/voluntary", json!({"note": "123456789018"}));
    let warned = |event: &Value| match post(event) {
        Ok(Outcome::Record(draft)) => draft.warnings().len(),
        other => panic!("{other:#?}"),
    };
    assert_eq!(warned(&event), 3);
    assert_eq!(warned(&with(event.clone(), "/not_my_number", json!(true))), 0);
    assert_eq!(warned(&with(event.clone(), "/not_my_number", json!(false))), 3);
    let faults = post(&with(event, "/not_my_number", json!("yes"))).expect_err("it is no answer");
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert_eq!(
        (faults[0].code, faults[0].pointer.as_str()),
        (Code::JsonWrongType, "/not_my_number")
    );
}

#[test]
fn row_30_half_of_a_surrogate_pair_is_no_character() {
    let event = named("印").to_string().replace('印', "\\ud842");
    let faults = kirokubo_records::parse_event(event.as_bytes(), kirokubo_records::Expect::Line, &CONTEXT);
    let faults = faults.expect_err("the text is broken");
    assert_eq!(faults[0].code, Code::TextUnassigned);
    assert_eq!(faults[0].pointer, "/principals/0/name");
    assert!(faults[0].detail_ja.contains("U+D842"), "{}", faults[0].detail_ja);
}

#[test]
fn row_39_a_search_without_its_reason() {
    let request = json!({"principal": {"name": "山田 太郎"}}).to_string();
    let faults = SearchRequest::parse(request.as_bytes(), CONTEXT.today).expect_err("there is no reason");
    let [fault] = faults.as_slice() else {
        panic!("{faults:#?}")
    };
    assert_eq!(
        (fault.code, fault.level),
        (Code::SearchReasonRequired, Level::Error)
    );
    assert_eq!(fault.detail_ja, "検索の理由を選んでください。");
}
