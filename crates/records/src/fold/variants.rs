//! Variant kanji of Japanese names: characters that registers write differently and people take for the same.
//!
//! Our own list, from what family registers and name lists commonly mix. NFKC joins none of these. A character that
//! makes another name is not here: 埼 is not 崎, 大 is not 太, 阪 is not 坂, 椙 is not 杉.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One class a line; its first character stands for all of it.
const CLASSES: &[&str] = &[
    "高髙",
    "崎﨑嵜碕",
    "辺邊邉",
    "斎齋斉齊",
    "吉𠮷",
    "浜濱濵",
    "沢澤",
    "島嶋嶌",
    "国國圀",
    "広廣",
    "桜櫻",
    "竜龍",
    "恵惠",
    "栄榮",
    "柳栁",
    "徳德",
    "静靜",
    "真眞",
    "富冨",
    "関關",
    "鉄鐵",
    "曽曾",
    "条條",
    "滝瀧",
    "与與",
    "宝寶",
    "実實",
    "寿壽",
    "黒黑",
    "弥彌",
    "円圓",
    "蔵藏",
    "館舘",
    "亀龜",
    "桧檜",
    "槙槇",
    "尭堯",
    "遥遙",
    "瑶瑤",
    "児兒",
    "双雙",
    "塩鹽",
    "声聲",
    "壱壹",
    "学學",
    "宮宫",
    "将將",
    "岳嶽",
    "峰峯",
    "巌巖",
    "帯帶",
    "応應",
    "慎愼",
    "戸戶",
    "摂攝",
    "晃晄",
    "暁曉",
    "来來",
    "楽樂",
    "横橫",
    "歩步",
    "浅淺",
    "涼凉",
    "満滿",
    "温溫",
    "湾灣",
    "瀬瀨",
    "灯燈",
    "焼燒",
    "画畫",
    "穂穗",
    "竈竃",
    "糸絲",
    "経經",
    "緑綠",
    "緒緖",
    "総總",
    "縄繩",
    "聡聰",
    "芦蘆",
    "芸藝",
    "荘莊",
    "園薗",
    "万萬",
    "薫薰",
    "蛍螢",
    "蛎蠣",
    "覚覺",
    "観觀",
    "豊豐",
    "遅遲",
    "郎郞",
    "郷鄕",
    "釈釋",
    "鋳鑄",
    "錬鍊",
    "隠隱",
    "霊靈",
    "頼賴",
    "顕顯",
    "鴎鷗",
    "鶏鷄",
    "麦麥",
    "麹麴",
    "祷禱",
    "祢禰",
    "籠篭",
    "礼禮",
    "桑桒",
    "藪薮籔",
    "鰺鯵",
    "兎兔",
    "凛凜",
    "秋龝",
    "彦彥",
    "寛寬",
    "内內",
    "呉吳",
    "暦曆",
    "歴歷",
    "清淸",
    "黄黃",
    "青靑",
    "衛衞",
    "恒恆",
    "悦悅",
    "絵繪",
    "粋粹",
    "諌諫",
    "録錄",
    "鎮鎭",
    "隣鄰",
    "杯盃",
    "松枩",
    "梅楳",
    "船舩",
    "喜㐂",
    "橋槗",
    "留畄",
    "野埜",
    "哲喆",
    "剣劍劒",
    "勲勳",
    "亘亙",
    "伝傳",
    "会會",
    "仏佛",
    "余餘",
    "体體",
    "団團",
    "図圖",
    "壮壯",
    "奥奧",
    "嬢孃",
    "巣巢",
    "巻卷",
    "弾彈",
    "当當",
    "従從",
    "懐懷",
    "晋晉",
    "栃杤",
    "様樣",
    "権權",
    "気氣",
    "沖冲",
    "浄淨",
    "渋澁",
    "渓溪",
    "焔焰",
    "為爲",
    "珍珎",
    "県縣",
    "砺礪",
    "禅禪",
    "秘祕",
    "称稱",
    "穏穩",
    "継繼",
    "続續",
    "肇肈",
    "莱萊",
    "装裝",
    "迩邇",
    "銭錢",
    "齢齡",
    "亜亞",
    "侠俠",
    "単單",
    "厳嚴",
    "台臺",
];

/// The character that stands for the class of `c`, or `c` itself.
pub(super) fn representative(c: char) -> char {
    static REPRESENTATIVES: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let pairs = CLASSES
            .iter()
            .filter_map(|class| class.chars().next().map(|first| (class, first)));
        pairs
            .flat_map(|(class, first)| class.chars().skip(1).map(move |variant| (variant, first)))
            .collect()
    });
    if matches!(c, '\0'..='\u{33FF}') {
        return c;
    }
    REPRESENTATIVES.get(&c).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn no_character_is_in_two_classes_and_every_class_has_two() {
        let mut seen = HashSet::new();
        for class in CLASSES {
            assert!(class.chars().count() > 1, "{class}");
            assert!(class.chars().all(|c| seen.insert(c)), "{class}");
        }
    }

    #[test]
    fn the_table_holds_only_what_normalisation_leaves_apart() {
        assert!(CLASSES.iter().all(|class| class.nfkc().eq(class.chars())));
    }

    #[test]
    fn a_name_of_its_own_is_no_variant() {
        for (one, other) in [
            ('埼', '崎'),
            ('太', '大'),
            ('坂', '阪'),
            ('杉', '椙'),
            ('土', '士'),
        ] {
            assert_ne!(representative(one), representative(other));
        }
    }
}
