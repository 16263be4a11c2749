//! The closed lists a question about the record duty is put in.

use crate::closed_list::closed_list;

closed_list! {
    /// Which side of the event asks.
    Direction {
        /// 提供: the asker gave the data (art. 29).
        Provision = "provision", "提供";
        /// 受領: the asker took the data (art. 30).
        Receipt = "receipt", "受領";
    }
}

closed_list! {
    /// What the asker is under arts. 16(2), 57 and 58.
    SelfStatus {
        /// 個人情報取扱事業者.
        Handler = "handler", "個人情報取扱事業者";
        /// 別表第二法人 or a body of art. 58(1)(ii): a handler as far as records go.
        Schedule2 = "schedule2", "別表第二法人等";
        /// Art. 58(2), such as a municipal hospital: taken for a handler.
        DeemedHandler = "deemed_handler", "みなし事業者（58条2項）";
        /// A body of art. 16(2)(i)–(iv).
        PublicBody = "public_body", "国の機関・地方公共団体等";
        /// Press, author, religious or political body acting for that purpose (art. 57(1)).
        Exempt57 = "exempt_57", "適用除外（57条1項）";
        /// Uses no database of personal information in business.
        NonHandler = "non_handler", "事業者でない者";
    }
}

closed_list! {
    /// What the data is, seen from the provider.
    Data {
        /// 個人データ: part of a database.
        PersonalData = "personal_data", "個人データ";
        /// Personal information outside any database (散在情報).
        PersonalInformation = "personal_information", "個人情報（散在情報）";
        /// 個人関連情報, such as a browsing history.
        PersonallyReferable = "personally_referable", "個人関連情報";
        /// 仮名加工情報 that is personal data.
        PseudonymizedPersonalData = "pseudonymized_personal_data", "仮名加工情報である個人データ";
        /// 仮名加工情報 that is not personal information.
        PseudonymizedNonPersonal = "pseudonymized_non_personal", "個人情報でない仮名加工情報";
        /// 匿名加工情報.
        Anonymized = "anonymized", "匿名加工情報";
        /// Figures about groups.
        Statistics = "statistics", "統計情報";
    }
}

closed_list! {
    /// What the other side is.
    ThirdPartyStatus {
        /// 個人情報取扱事業者.
        Handler = "handler", "個人情報取扱事業者";
        /// 別表第二法人 or a body of art. 58(1)(ii): no public body in art. 16(2).
        Schedule2 = "schedule2", "別表第二法人等";
        /// A body of art. 16(2)(i)–(iv).
        PublicBody = "public_body", "国の機関・地方公共団体等";
        /// Art. 58(2), such as a municipal hospital.
        DeemedHandler = "deemed_handler", "みなし事業者（58条2項）";
        /// 私人など: no database used in business.
        NonHandler = "non_handler", "事業者でない者（私人など）";
        /// A foreign provider that is not under the Act (receipts only).
        Overseas = "overseas", "法の適用を受けない外国事業者";
        /// The principal.
        Principal = "principal", "本人";
        /// The same legal person: another department, an overseas branch.
        SameEntity = "same_entity", "同一法人内";
        /// 不特定かつ多数の者 (provisions only).
        UnspecifiedMany = "unspecified_many", "不特定かつ多数の者";
    }
}

closed_list! {
    /// Where the other side is, in the terms of art. 28(1).
    Place {
        /// Japan.
        Japan = "japan", "日本";
        /// A country on the equal-level list: not a 外国 of art. 28(1).
        EquivalentCountry = "equivalent_country", "同等水準国";
        /// A recipient with a 基準適合体制 (規則16): not a 第三者 of art. 28(1).
        EquivalentSystem = "equivalent_system", "基準適合体制のある外国の者";
        /// Any other foreign country.
        OtherForeign = "other_foreign", "その他の外国";
    }
}

closed_list! {
    /// The ground the provision rests on.
    Basis {
        /// Consent under art. 27(1).
        Consent27 = "consent_27", "本人の同意（27条1項）";
        /// Consent to provision abroad under art. 28(1).
        Consent28 = "consent_28", "外国提供の同意（28条1項）";
        /// Consent confirmed under art. 31(1)(i).
        Consent31 = "consent_31", "個人関連情報の同意（31条1項）";
        /// Opt-out under art. 27(2).
        OptOut = "opt_out", "オプトアウト（27条2項）";
        /// Art. 27(1)(i).
        Exempt27_1_1 = "exempt_27_1_1", "法令に基づく場合（27条1項1号）";
        /// Art. 27(1)(ii).
        Exempt27_1_2 = "exempt_27_1_2", "生命・身体・財産の保護（27条1項2号）";
        /// Art. 27(1)(iii).
        Exempt27_1_3 = "exempt_27_1_3", "公衆衛生・児童の育成（27条1項3号）";
        /// Art. 27(1)(iv).
        Exempt27_1_4 = "exempt_27_1_4", "国等の事務への協力（27条1項4号）";
        /// Art. 27(1)(v).
        Exempt27_1_5 = "exempt_27_1_5", "学術研究成果の公表・教授（27条1項5号）";
        /// Art. 27(1)(vi).
        Exempt27_1_6 = "exempt_27_1_6", "共同学術研究（27条1項6号）";
        /// Art. 27(1)(vii).
        Exempt27_1_7 = "exempt_27_1_7", "学術研究機関への提供（27条1項7号）";
        /// 委託, art. 27(5)(i).
        Entrustment = "entrustment", "委託（27条5項1号）";
        /// 事業承継, art. 27(5)(ii).
        Succession = "succession", "事業の承継（27条5項2号）";
        /// 共同利用, art. 27(5)(iii).
        JointUse = "joint_use", "共同利用（27条5項3号）";
        /// No ground.
        None = "none", "根拠なし";
    }
}

impl Basis {
    /// Whether the principal is said to have consented.
    #[must_use]
    pub const fn is_consent(self) -> bool {
        matches!(self, Self::Consent27 | Self::Consent28 | Self::Consent31)
    }

    /// Whether this is one of the items of art. 27(1).
    #[must_use]
    pub const fn is_exempt_item(self) -> bool {
        matches!(
            self,
            Self::Exempt27_1_1
                | Self::Exempt27_1_2
                | Self::Exempt27_1_3
                | Self::Exempt27_1_4
                | Self::Exempt27_1_5
                | Self::Exempt27_1_6
                | Self::Exempt27_1_7
        )
    }

    /// Whether the other side is, by art. 27(5), not regarded as a third party.
    #[must_use]
    pub const fn is_within_article_27_5(self) -> bool {
        matches!(self, Self::Entrustment | Self::Succession | Self::JointUse)
    }
}

closed_list! {
    /// The cases the PPC's record guideline (2-2) reads out of the duty.
    Interpretation {
        /// None of them.
        None = "none", "該当なし";
        /// 本人による提供.
        ByPrincipal = "by_principal", "本人による提供";
        /// 本人に代わって提供.
        OnBehalf = "on_behalf", "本人に代わって提供";
        /// 本人側への提供.
        PrincipalSide = "principal_side", "本人側への提供";
        /// The recipient only carries it to the principal.
        ViaToPrincipal = "via_to_principal", "本人に届けるための提供";
        /// 不特定多数の者が取得できる公開情報.
        PublicSource = "public_source", "公開情報の提供";
        /// 単に閲覧する (recipient only).
        ViewOnly = "view_only", "単なる閲覧";
        /// 一方的に提供された (recipient only).
        Unsolicited = "unsolicited", "一方的な提供";
    }
}

closed_list! {
    /// What the data is for the recipient.
    RecipientView {
        /// 個人データ.
        PersonalData = "personal_data", "受領者にとって個人データ";
        /// Personal information it puts in no database.
        PersonalInformation = "personal_information", "受領者にとって個人情報（個人データでない）";
        /// Not personal information: it cannot tell whose it is.
        NotPersonal = "not_personal", "受領者にとって個人情報でない";
    }
}
