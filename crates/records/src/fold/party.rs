//! The loose form in which spellings of one company's name meet.

use super::name;

/// Words for the legal form, which people write, shorten and leave out. NFKC has taken `㈱` apart before.
const LEGAL_FORMS: &[&str] = &[
    "株式会社",
    "(株)",
    "有限会社",
    "(有)",
    "合同会社",
    "(同)",
    "合資会社",
    "(資)",
    "合名会社",
    "(名)",
    "一般社団法人",
    "(一社)",
    "公益社団法人",
    "(公社)",
    "一般財団法人",
    "(一財)",
    "公益財団法人",
    "(公財)",
];

/// Folds the name of a third party: as a person's name, without its legal form. A name that is nothing but its legal
/// form stays as it is.
#[must_use]
pub(crate) fn party_name(text: &str) -> String {
    let folded = name::name(text);
    let mut bare = folded.clone();
    for form in LEGAL_FORMS {
        bare = bare.replace(&name::name(form), "");
    }
    if bare.is_empty() { folded } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_company_meet() {
        for other in [
            "㈱サンプル物流",
            "サンプル物流（株）",
            "株式会社 ｻﾝﾌﾟﾙ物流",
            "さんぷる物流",
        ] {
            assert_eq!(party_name("株式会社サンプル物流"), party_name(other), "{other}");
        }
        assert_ne!(
            party_name("株式会社サンプル物流"),
            party_name("株式会社サンプル商事")
        );
        assert_ne!(party_name("株式会社"), "");
    }
}
