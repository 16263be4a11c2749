//! The one table of every check: its stable code, its level, its messages and its article.
//!
//! `docs/errors.md` is made from this table. Codes never change their meaning; messages may be worded better.

/// How grave a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The event is refused.
    Error,
    /// The event is accepted once another person has approved it.
    Approval,
    /// The event is accepted, and this is said.
    Warning,
}

/// Makes [`Code`] and its lookups out of the rows below, so that each code is written down once.
macro_rules! catalogue {
    ($($variant:ident $code:literal $level:ident $law:expr, $ja:literal, $en:literal;)+) => {
        /// A check, by its stable code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $code, "`: ", $en)] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The code as clients see it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// How grave it usually is.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)+ }
            }

            /// The Japanese message, with its slots open.
            #[must_use]
            pub const fn message_ja(self) -> &'static str {
                match self { $(Self::$variant => $ja,)+ }
            }

            /// The English message, with its slots open.
            #[must_use]
            pub const fn message_en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }

            /// The article the check always rests on.
            #[must_use]
            pub const fn law(self) -> Option<&'static str> {
                match self { $(Self::$variant => $law,)+ }
            }
        }
    };
}

catalogue! {
    JsonMalformed "json.malformed" Error None,
        "JSONとして読めません({line}行{column}列)。", "this is not JSON (line {line}, column {column})";
    JsonTooDeep "json.too_deep" Error None,
        "入れ子が深すぎます。", "nested too deeply";
    JsonTooManyValues "json.too_many_values" Error None,
        "値が多すぎます({limit}個まで)。記録を分けてください。", "too many values (at most {limit}); split the record";
    JsonNameTooLong "json.name_too_long" Error None,
        "項目名が長すぎます({limit}バイトまで)。", "the name of a field is too long (at most {limit} bytes)";
    JsonDuplicateField "json.duplicate_field" Error None,
        "同じ項目名が2回あります。", "the same field is given twice";
    JsonWrongType "json.wrong_type" Error None,
        "{expected_ja}で入れてください({given}になっています)。", "must be {expected}, not {given}";
    JsonMissing "json.missing" Error None,
        "必須の項目「{field}」がありません。", "the required field `{field}` is missing";
    JsonUnknownField "json.unknown_field" Error None,
        "不明な項目{field_ja}があります。{near_ja}", "unknown field{field_en}{near_en}";
    ValueUnknown "value.unknown" Error None,
        "使えない値です。{near_ja}", "not one of the values this field takes{near_en}";
    ValueConflict "value.conflict" Error None,
        "「{field}」と食い違っています。", "contradicts `{field}`";
    ReferenceUnknown "reference.unknown" Error None,
        "指定された{what_ja}は登録されていません。", "no such {what_en}";
    WarningsMore "warnings.more" Warning None,
        "ほかにも注意があります。ここに挙げたのは一部です。", "there are more warnings than these";
    FaultsMore "faults.more" Error None,
        "ほかにも誤りがあります。ここまでを直してから送り直してください。",
        "there are more faults; put these right and send it again";

    TextInvalidUtf8 "text.invalid_utf8" Error None,
        "UTF-8として読めません({byte}バイト目)。", "not valid UTF-8 (byte {byte})";
    TextEmpty "text.empty" Error None,
        "空にできません。", "must not be empty";
    TextTooLong "text.too_long" Error None,
        "{limit}文字以内で入れてください。", "must be at most {limit} characters";
    TextUnassigned "text.unassigned" Error None,
        "使えない文字があります({position}、U+{cp})。外字は代替文字で入力してください。",
        "a character that cannot be used ({position}, U+{cp}); replace private-use characters";
    TextMojibake "text.mojibake" Warning None,
        "文字化けの疑いがあります。文字コードを選び直してください。",
        "this looks garbled; check the character encoding it was read with";
    ListTooLong "list.too_long" Error None,
        "{limit}件以内で入れてください。", "must be at most {limit} entries";

    DateFormat "date.format" Error None,
        "日付は YYYY-MM-DD で入れてください。", "dates are written YYYY-MM-DD";
    DateOutOfRange "date.out_of_range" Error None,
        "日付を確かめてください。", "check the date";
    DateEraInvalid "date.era_invalid" Error None,
        "「{given}」はありません。{right_ja}ですか。", "there is no {given}; is it {right_en}?";
    CountryFormat "country.format" Error None,
        "国名は ISO 3166-1 の3文字(例: SGP)で入れてください。",
        "countries are the three capital letters of ISO 3166-1 alpha-3, such as SGP";
    HoujinBangouInvalid "houjin_bangou.invalid" Error None,
        "法人番号が正しくありません(検査用数字が一致しません)。13桁で入力してください。",
        "not a corporate number (the check digit does not agree); give all 13 digits";
    HoujinBangouTwelveDigits "houjin_bangou.twelve_digits" Error None,
        "12桁は会社法人等番号です。法人番号は {candidate} ではありませんか。",
        "12 digits are a company registration number; is the corporate number {candidate}?";
    PostalCodeFormat "postal_code.format" Error None,
        "郵便番号は7桁の数字です(ハイフンは付けても構いません)。",
        "a postal code is 7 digits (a hyphen may be given)";

    FieldRequiredForBasis "field.required_for_basis" Error None,
        "「{basis_ja}」では{item_ja}が必要です({law})。", "{item_en} is required for `{basis_en}` ({law})";
    FieldNotStatutory "field.not_statutory" Warning None,
        "この根拠では{item_ja}は法定記録事項ではありません。任意項目として保存します。",
        "{item_en} is not a statutory item for this basis; it is kept as a voluntary one";
    MethodNotAllowedForOptOut "method.not_allowed_for_opt_out" Error Some("規則19条2項・23条2項"),
        "オプトアウトによる提供・受領は、その都度記録してください(規則19条2項・23条2項)。",
        "a provision or receipt by opt-out is recorded each time";
    MethodOnlyEach "method.only_each" Error None,
        "この場合は、都度の記録(each)にしてください。", "here a record is made each time (`each`)";
    MethodBatchConditions "method.batch_conditions" Error Some("規則19条2項・23条2項・27条2項"),
        "一括の記録は、同じ相手方との継続的または反復的な提供に限ります。期間(period)か基本契約(agreement)を入れてください。",
        "a batch record is for continuous or repeated provision to the same party; give `period` or `agreement`";
    MethodContractConditions "method.contract_conditions" Error Some("規則19条3項・23条3項・27条3項"),
        "契約書で代えるには、本人への物品・役務の提供に関する契約書が必要です。",
        "a contract takes the place of a record only if it concerns goods or services for the principal";
    MethodNotDurable "method.not_durable" Error Some("規則19条1項・23条1項・27条1項"),
        "記録は文書、電磁的記録またはマイクロフィルムで作成してください。口頭の約束は記録に代わりません。",
        "a record is a document, an electronic record or microfilm; word of mouth does not stand for one";
    MethodDelegationUnarranged "method.delegation_unarranged" Error None,
        "相手方に記録を任せるには、自ら作成するのと同じといえる取決めが必要です。記録の義務は移りません。",
        "the other side writes the record only under an arrangement equal to writing it yourself; the duty stays yours";
    AgreementEvidenceMissing "agreement.evidence_missing" Warning Some("規則19条3項・23条3項・27条3項"),
        "記録に代わる契約書そのもの(agreement.evidence)がありません。写しを残してください。",
        "the contract that stands for the record is not attached; keep a copy of it";

    SourceReserved "source.reserved" Error None,
        "この連携元の名前は本システムが使います。別の名前にしてください。",
        "this system name is kept for our own records; choose another";
    AmendmentReasonRequired "amendment.reason_required" Error None,
        "訂正の理由を入れてください。", "say why the record is amended";
    SodSelfApproval "sod.self_approval" Error None,
        "自分の記録は自分で承認できません。", "nobody approves what he recorded or asked for himself";
    RetentionBlocked "retention.blocked" Error Some("法29条2項・30条4項・31条3項"),
        "保存期間内、保留中、または他の記録が引用しているため廃棄できません({why_ja}: {id})。",
        "this record cannot be erased now ({why_en}: {id})";
    RetentionNotLater "retention.not_later" Error None,
        "保存期限は延ばすことしかできません。", "a record is never kept shorter: give a later day";
    RecordErased "record.erased" Error None,
        "この記録は廃棄されています。", "this record is erased";
    RetentionOpen "retention.open" Error Some("規則21条・25条・29条"),
        "継続中の一括の記録には保存期限がありません。終了してから延ばしてください。",
        "the series of this record still runs, so it has no last day yet; close it first";
    RetentionNothing "retention.nothing" Error None,
        "あてはまる記録がありません。", "there is no such record to do this with";
    SeriesNotOpen "series.not_open" Error Some("規則19条2項・23条2項・27条2項"),
        "追加できる一括の記録ではありません(終了しているか、一括の最初の記録ではありません)。",
        "this is no open batch: it has ended, or it is not the record that opened one";
    SeriesLaterEvent "series.later_event" Error None,
        "この日より後の記録があります(最後の記録は{day})。", "an event was recorded for a later day ({day})";
    OmissionBaseUnfit "omission.base_unfit" Error Some("規則20条2項・24条2項・28条2項"),
        "この記録を引いて省略することはできません(適法な方法で作成し、保存している記録に限ります)。",
        "nothing can be left out in reliance on this record: it must be a proper one of the same direction, still kept";
    OmissionDate "omission.date" Error Some("規則20条2項・24条2項・28条2項"),
        "年月日は省略できません。", "the date is recorded for each event";
    OmissionNotInBase "omission.not_in_base" Error Some("規則20条2項・24条2項・28条2項"),
        "引かれた記録に同じ事項がありません。", "the record relied on does not hold this";
    OmissionOtherParty "omission.other_party" Error Some("規則20条2項・22条3項・24条2項"),
        "相手方(またはその代表者・住所)が引かれた記録と異なります。改めて確認し、記録してください。",
        "the third party, its representative or its address is not that of the record relied on; confirm and record it anew";

    PartyNameRequired "party.name_required" Error Some("規則20条1項・24条1項"),
        "相手方の氏名または名称を入れてください。", "give the name of the third party";
    PartyRepresentativeRequired "party.representative_required" Error Some("規則20条1項・22条1項"),
        "相手方が法人のときは代表者の氏名が必要です。", "a legal person or association needs its representative's name";
    PartyAddressIncomplete "party.address_incomplete" Error Some("規則20条1項・22条1項"),
        "相手方の住所が不完全です。", "the address of the third party is incomplete";
    PartyVersionLater "party.version_later" Warning None,
        "この相手方の登録は提供・受領の日より後からのものです。最初の版を使います。",
        "this third party is registered from a later day than the event; its first version is used";
    PartyConfirmationOld "party.confirmation_old" Warning Some("規則22条1項"),
        "相手方の最後の確認から1年を過ぎています。代表者や住所が変わっていないか確かめてください。",
        "this third party was last confirmed more than a year before; check its representative and address";
    PartyPublicBody "party.public_body" Warning Some("法16条2項・29条1項"),
        "国・自治体等への提供は記録義務の対象外です。任意記録にしますか。",
        "provision to a public body is outside the record duty; keep it as a voluntary record?";
    PartyLookAlike "party.look_alike" Warning None,
        "よく似た相手方がすでに登録されています({id})。同じ相手なら、そちらの新しい版にしてください。",
        "a third party that looks the same is registered already ({id}); if it is the same, make a new version of it";
    PartyStatusSuspected "party.status_suspected" Warning Some("法16条2項・別表第二"),
        "名称からは「{status_ja}」のように見えます。種別(status)を確かめてください。",
        "by its name this looks like `{status_en}`; check the status";
    PartyNoEquivalentSystem "party.no_equivalent_system" Error Some("法28条1項・規則16条"),
        "この相手方には基準適合体制(equivalent_system)が登録されていません。",
        "this third party has no `equivalent_system` to look at";

    PrincipalNotIdentifiable "principal.not_identifiable" Error Some("規則20条1項・24条1項"),
        "本人を特定できる事項(氏名、会員番号など)を入れてください。",
        "give something that identifies the principal (a name, a member number)";
    PrincipalCollective "principal.collective" Error Some("規則20条1項・24条1項"),
        "「全ての顧客」等では本人を特定したことになりません。名簿を添付するか番号を入れてください。",
        "words such as 'all customers' identify nobody; attach the list or give their numbers";
    PrincipalSuppressed "principal.suppressed" Error Some("法27条2項・35条"),
        "第三者提供の停止の求めを受けている本人が含まれます({n}名)。",
        "principals who demanded that their data go to no third party are among them ({n})";
    PrincipalNotComparable "principal.not_comparable" Warning None,
        "識別番号(ref)も生年月日もないため、停止の求めと照合できません。",
        "without a ref or a birth date this principal cannot be compared with the demands to stop";
    SuppressionLiftReasonRequired "suppression.lift_reason_required" Error None,
        "停止の求めを解除する理由を入れてください。", "say why the demand to stop is lifted";
    SuppressionLifted "suppression.lifted" Error None,
        "この停止の求めはすでに解除されています。", "this demand to stop was lifted before";
    PrincipalsTooMany "principals.too_many" Error None,
        "1件の記録に入れられる本人は{limit}名までです。多いときは記録を分けてください。",
        "at most {limit} principals in one event; split a longer list into several";
    ItemsEmpty "items.empty" Error Some("規則20条1項・24条1項・28条1項"),
        "項目を具体的に入れてください。「その他」「等」は避けてください。",
        "name the data items; avoid 'other' and 'etc.'";
    ItemsVague "items.vague" Error Some("規則20条1項・24条1項・28条1項"),
        "項目を具体的に入れてください。「その他」「等」は避けてください。",
        "name the data items concretely; avoid 'other' and 'etc.'";
    ItemsSensitiveInOptOut "items.sensitive_in_opt_out" Error Some("法27条2項ただし書"),
        "要配慮個人情報はオプトアウトで提供できません(27条2項ただし書)。",
        "sensitive personal information cannot be provided by opt-out";
    ItemsNotInFiling "items.not_in_filing" Error Some("法27条2項3号"),
        "届出にない項目「{x}」はオプトアウトで提供できません。",
        "the item `{x}` is not in the filing and cannot be provided by opt-out";
    OptOutReProvision "opt_out.re_provision" Error Some("法27条2項ただし書"),
        "オプトアウトで受領した個人データは、オプトアウトで再提供できません。",
        "data received by opt-out cannot be provided by opt-out again";
    OptOutFilingNotEffective "opt_out.filing_not_effective" Error Some("法27条2項"),
        "届出の公表または提供開始予定日の前です。", "the filing is not yet published or in effect";
    OptOutFilingMissing "opt_out.filing_missing" Warning Some("法27条2項"),
        "オプトアウトの根拠となる届出(opt_out_filing)がありません。届出番号を残してください。",
        "the opt-out filing relied on is not named; keep its number";
    OptOutPublicationUnconfirmed "opt_out.publication_unconfirmed" Approval Some("法20条1項・27条4項・規則24条1項1号"),
        "提供元の届出が委員会により公表されているか確認してください。承認されるまで利用できません。",
        "the provider's filing was not found published; what was received may not be used until this is approved";
    ConsentStatementRequired "consent.statement_required" Error Some("規則20条1項2号・24条1項2号"),
        "「本人の同意を得ている旨」を入れてください。", "state that the principal's consent was obtained";
    ConsentAfterProvision "consent.after_provision" Warning None,
        "同意日が提供日より後です。", "the consent is dated after the provision";
    CrossBorderGroundRequired "cross_border.ground_required" Error Some("法28条1項"),
        "外国にある第三者です。根拠(同意・同等国・体制整備)を選んでください。",
        "the third party is abroad; choose the ground (consent, equivalent country, equivalent system)";
    CrossBorderInformationMissing "cross_border.information_missing" Warning Some("法28条2項・31条1項2号・規則17条"),
        "外国の名称、その国の制度、相手方の措置を本人に知らせたこと(information_given)がありません。",
        "it is not said that the principals were told the country, its regime and the recipient's measures";
    CrossBorderCountryMissing "cross_border.country_missing" Warning Some("法28条1項・規則17条"),
        "外国の名称(cross_border.country)がありません。", "the foreign country is not named";
    RelatedInfoConfirmationRequired "related_info.confirmation_required" Error Some("法31条1項・規則28条1項"),
        "本人の同意が得られていることの確認方法を入れてください。",
        "say how it was confirmed that the principal's consent was obtained";
    ConfirmationHistoryRequired "confirmation.history_required" Error Some("規則24条1項"),
        "取得の経緯を入れてください(規則24条1項)。", "say how the third party acquired the data";
    ConfirmationMissing "confirmation.missing" Warning Some("法30条1項・規則22条1項"),
        "提供元の氏名等をどう確認したか(third_party_confirmation)がありません。",
        "how the third party's name and address were confirmed is not given";
    ExemptConflict "exempt.conflict" Error Some("法29条1項・30条1項"),
        "記録義務の対象外の根拠です。任意記録として保存してください。",
        "no record duty exists on this ground; keep it as a voluntary record";
    EventProhibited "event.prohibited" Error None,
        "{explanation_ja}", "{explanation_en}";
    EventConflict "event.conflict" Error None,
        "同じ連携番号で内容の異なる記録があります({id})。",
        "another event with other content has this source and event id ({id})";

    MyNumberForbidden "my_number.forbidden" Error Some("番号法19条"),
        "個人番号は記録できません。特定個人情報の提供は番号法の定めによります。",
        "an Individual Number must not be recorded; its provision is governed by its own act";
    MyNumberSuspected "my_number.suspected" Warning Some("番号法19条"),
        "個人番号の可能性がある12桁の数字があります。会員番号なら確認にチェックしてください。",
        "a 12-digit number that could be an Individual Number; confirm that it is a member number";

    EvidenceTypeMismatch "evidence.type_mismatch" Error None,
        "ファイルの中身が{declared}ではありません。ファイルの種類を確かめてください。",
        "the file is not what its type says ({declared}); check the type";
    EvidenceEmpty "evidence.empty" Error None,
        "ファイルが空です。", "the file is empty";
    ListUsed "list.used" Error None,
        "この名簿は別の記録で使われています。1つの名簿は1件の記録にだけ使えます。もう一度登録してください。",
        "this list belongs to another record; a list is used by one record only, so upload it again";
    ListEmpty "list.empty" Error None,
        "名簿に本人がいません。", "the list names nobody";
    ListHeaderMissing "list.header_missing" Error None,
        "1行目に見出し(氏名、会員番号など)がありません。",
        "the first row must hold headings such as name and ref";
    ListUnknownColumn "list.unknown_column" Error None,
        "使えない列「{column}」があります。", "the column `{column}` is not one that a list may have";
    ListDuplicateColumn "list.duplicate_column" Error None,
        "列「{column}」は、ほかの列と同じ項目です。", "the column `{column}` is the same item as another one";
    ListCellCount "list.cell_count" Error None,
        "列の数が見出しと合いません(見出し{expected}列、この行{found}列)。",
        "this row has {found} cells, the headings are {expected}";
    ListRowTooLong "list.row_too_long" Error None,
        "行が長すぎます。引用符(\")が閉じていないかもしれません。ここから先は読んでいません。",
        "this row is too long; a quotation mark may not be closed; nothing behind it was read";
    ListUndecodable "list.undecodable" Error None,
        "文字コード({charset})として読めない文字があります。",
        "a character cannot be read as {charset}";
    ListCountMismatch "list.count_mismatch" Error None,
        "件数が一致しません(申告 {declared} 件、実際 {found} 件)。",
        "the list has {found} rows, {declared} were declared";
    ListDuplicateRows "list.duplicate_rows" Warning None,
        "同じ内容の行があります。", "rows say the same as earlier ones";
    ListLeadingZeroLost "list.leading_zero_lost" Warning None,
        "先頭の0が失われているかもしれません。表計算ソフトの列の書式を文字列にして保存し直してください。",
        "a leading zero seems to be lost; format the column as text and save it again";

    SearchReasonRequired "search.reason_required" Error None,
        "検索の理由を選んでください。", "choose the reason for the search";
    SearchKeyRequired "search.key_required" Error None,
        "氏名、フリガナ、会員番号、電話番号、メールアドレスのいずれかを入れてください。",
        "give at least one of name, name_kana, ref, phone and email";
    BundleNoCheckpoint "bundle.no_checkpoint" Error None,
        "この件数で署名されたチェックポイントがないか、その後に増えた記録がありません。",
        "no checkpoint was signed at this size, or nothing was appended since";
    SearchSeveralPeople "search.several_people" Error None,
        "複数の人が当てはまります。生年月日か会員番号を加えて、お一人に絞ってください。",
        "more than one person is found; give the birth date or the member number as well";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Code;

    #[test]
    fn no_code_is_used_twice_and_all_are_lower_case_words() {
        let codes: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        let well_formed = |code: &str| {
            code.bytes()
                .all(|b| b.is_ascii_lowercase() || b"._0123456789".contains(&b))
        };
        assert!(codes.into_iter().all(well_formed));
    }
}
