//! What a third party's name says of its legal status, as dated data.
//!
//! Source: 法16条2項1号–4号 (public bodies), 別表第二 (bodies of 2条9項 and 11項 that are handlers all the same), read in
//! the Act as of 2026-07-20; 58条1項2号 for 地方独立行政法人. The days on which 福島国際研究教育機構 and
//! 国立健康危機管理研究機構 joined the table are [from memory]. The words by which a name is recognised are ours: a name
//! is a hint and never decides.

use chrono::NaiveDate;

use crate::vocabulary::ThirdPartyStatus;

/// How a name is recognised.
enum Sign {
    /// It holds this.
    Holds(&'static str),
    /// It ends with this, has something before it, and is no company's or association's.
    Ends(&'static str),
    /// It is this.
    Is(&'static str),
}

/// A sign, the status it speaks for, and since when.
struct Row {
    sign: Sign,
    status: ThirdPartyStatus,
    from: NaiveDate,
}

const fn row(sign: Sign, status: ThirdPartyStatus, from: (i32, u32, u32)) -> Row {
    Row {
        sign,
        status,
        from: NaiveDate::from_ymd_opt(from.0, from.1, from.2).expect("a day written out in the table exists"),
    }
}

/// The day the duty began: public bodies were outside it from the first.
const ALWAYS: (i32, u32, u32) = (2017, 5, 30);

/// 別表第二 took effect with the unified Act.
const UNIFIED: (i32, u32, u32) = (2022, 4, 1);

/// First match wins: bodies of 別表第二 are 独立行政法人等 by name, too.
const ROWS: &[Row] = &[
    row(Sign::Holds("国立大学法人"), ThirdPartyStatus::Schedule2, UNIFIED),
    row(
        Sign::Holds("大学共同利用機関法人"),
        ThirdPartyStatus::Schedule2,
        UNIFIED,
    ),
    row(
        Sign::Holds("国立研究開発法人"),
        ThirdPartyStatus::Schedule2,
        UNIFIED,
    ),
    row(Sign::Holds("国立病院機構"), ThirdPartyStatus::Schedule2, UNIFIED),
    row(
        Sign::Holds("地域医療機能推進機構"),
        ThirdPartyStatus::Schedule2,
        UNIFIED,
    ),
    row(
        Sign::Holds("沖縄科学技術大学院大学学園"),
        ThirdPartyStatus::Schedule2,
        UNIFIED,
    ),
    row(Sign::Holds("放送大学学園"), ThirdPartyStatus::Schedule2, UNIFIED),
    row(
        Sign::Holds("福島国際研究教育機構"),
        ThirdPartyStatus::Schedule2,
        (2023, 4, 1),
    ),
    row(
        Sign::Holds("国立健康危機管理研究機構"),
        ThirdPartyStatus::Schedule2,
        (2025, 4, 1),
    ),
    row(Sign::Holds("独立行政法人"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("省"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("庁"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Is("東京都"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Is("北海道"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Is("大阪府"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Is("京都府"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("県"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("市"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("市役所"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("区役所"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("町役場"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("村役場"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("警察署"), ThirdPartyStatus::PublicBody, ALWAYS),
    row(Sign::Ends("税務署"), ThirdPartyStatus::PublicBody, ALWAYS),
];

/// The status that a third party's name speaks for on a day in Japan; `None` where it says nothing.
///
/// A 地方独立行政法人 is named as a public body although those for research, universities and hospitals are not: its
/// name does not tell which it is.
#[must_use]
pub fn suspected_status(name: &str, on: NaiveDate) -> Option<ThirdPartyStatus> {
    let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let speaks = |row: &&Row| {
        row.from <= on
            && match row.sign {
                Sign::Holds(sign) => name.contains(sign),
                Sign::Ends(sign) => is_of_an_office(&name, sign),
                Sign::Is(sign) => name == sign,
            }
    };
    ROWS.iter().find(speaks).map(|row| row.status)
}

fn is_of_an_office(name: &str, end: &str) -> bool {
    let private = ["会社", "法人", "組合", "協会"]
        .iter()
        .any(|form| name.contains(form));
    !private && name.strip_suffix(end).is_some_and(|before| !before.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(name: &str, day: &str) -> Option<ThirdPartyStatus> {
        suspected_status(name, day.parse().unwrap())
    }

    #[test]
    fn names_of_schedule_2_come_before_those_of_public_bodies() {
        for (name, status) in [
            ("国立大学法人 見本大学", Some(ThirdPartyStatus::Schedule2)),
            (
                "独立行政法人国立病院機構見本医療センター",
                Some(ThirdPartyStatus::Schedule2),
            ),
            ("国立研究開発法人見本研究所", Some(ThirdPartyStatus::Schedule2)),
            ("独立行政法人見本機構", Some(ThirdPartyStatus::PublicBody)),
            ("見本省", Some(ThirdPartyStatus::PublicBody)),
            ("見本県", Some(ThirdPartyStatus::PublicBody)),
            ("見本市役所", Some(ThirdPartyStatus::PublicBody)),
            ("東京都", Some(ThirdPartyStatus::PublicBody)),
            ("株式会社東京都市開発", None),
            ("株式会社楽市", None),
            ("株式会社見本物流", None),
            ("省", None),
        ] {
            assert_eq!(on(name, "2026-11-20"), status, "{name}");
        }
    }

    #[test]
    fn a_body_speaks_for_its_status_only_since_it_is_on_the_list() {
        assert_eq!(on("国立健康危機管理研究機構", "2025-03-31"), None);
        assert_eq!(
            on("国立健康危機管理研究機構", "2025-04-01"),
            Some(ThirdPartyStatus::Schedule2)
        );
    }
}
