//! Invented people and companies. A person's number decides who it is, so that one met twice is the same one.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// How many people there are to be met.
pub(crate) const POPULATION: u64 = 200_000;

/// Everything an event could say of a person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    number: u64,
    name: String,
    name_kana: String,
    birth_date: String,
    address: String,
    phone: String,
}

impl Person {
    /// The person of a number below [`POPULATION`].
    pub(crate) fn of(number: u64) -> Self {
        // Spread, or neighbours would share the beginning of one sequence of random numbers.
        let mut random = Random::new(number.wrapping_mul(0xD134_2543_DE82_EF95));
        let ((last, last_kana), (given, given_kana)) = (*random.pick(&FAMILIES), given(&mut random));
        Self {
            number,
            name: format!("{last} {given}"),
            name_kana: format!("{last_kana} {given_kana}"),
            birth_date: day(&mut random, 1940, 66),
            address: address(&mut random),
            phone: format!("090-{:04}-{:04}", random.below(10_000), random.below(10_000)),
        }
    }

    /// The sender's own number of the person.
    pub(crate) fn reference(&self) -> String {
        format!("crm:{:08}", self.number)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The person as a principal of an event: reference, name, and some of the rest.
    pub(crate) fn principal(&self, random: &mut Random) -> Value {
        let rest = [
            ("name_kana", self.name_kana.clone()),
            ("birth_date", self.birth_date.clone()),
            ("address", self.address.clone()),
            ("phone", self.phone.clone()),
            ("email", format!("user{}@example.jp", self.number)),
        ];
        let count = 1 + usize::from(random.chance(70)) + usize::from(random.chance(40));
        let mut principal = Map::new();
        principal.insert("ref".to_owned(), self.reference().into());
        principal.insert("name".to_owned(), self.name.clone().into());
        for (key, value) in random.sample(&rest, count) {
            principal.insert(key.to_owned(), value.into());
        }
        if random.chance(10) {
            let (last, _) = random.pick(&FAMILIES);
            let given = self.name.split(' ').next_back().unwrap_or_default();
            principal.insert("former_names".to_owned(), json!([format!("{last} {given}")]));
        }
        Value::Object(principal)
    }
}

/// A company as third party, with a corporate number whose check digit is right.
pub(crate) fn company(random: &mut Random) -> Value {
    let (family, _) = random.pick(&FAMILIES);
    let name = format!(
        "{}{family}{}",
        random.pick(&["株式会社", "有限会社", "合同会社"]),
        random.pick(&["物流", "印刷", "食品", "電機", "商事", "通信", "保険", "旅行"]),
    );
    json!({
        "kind": "corporation", "name": name, "address": address(random), "country": "JPN", "status": "handler",
        "corporate_number": corporate_number(random),
        "representative": {"title": "代表取締役", "name": Person::of(random.below(POPULATION)).name()},
    })
}

/// A private person as third party.
pub(crate) fn individual(random: &mut Random) -> Value {
    json!({
        "kind": "individual", "name": Person::of(random.below(POPULATION)).name(), "address": address(random),
        "country": "JPN", "status": "non_handler",
    })
}

/// A day of the `years` that begin with `first`, as `YYYY-MM-DD`.
pub(crate) fn day(random: &mut Random, first: u64, years: u64) -> String {
    let (year, month) = (first + random.below(years), 1 + random.below(12));
    format!("{year}-{month:02}-{:02}", 1 + random.below(28))
}

fn given(random: &mut Random) -> (String, String) {
    let ((first, first_kana), (second, second_kana)) = (random.pick(&BEGINNINGS), random.pick(&ENDINGS));
    (format!("{first}{second}"), format!("{first_kana}{second_kana}"))
}

fn address(random: &mut Random) -> String {
    let place = random.pick(&PLACES);
    let (chome, ban, go) = (random.below(9) + 1, random.below(40) + 1, random.below(20) + 1);
    let mut address = format!("{place}{chome}丁目{ban}番{go}号");
    if random.chance(50) {
        let house = random.pick(&["ハイツ見本", "コーポ例", "パレス架空", "メゾン仮"]);
        address = format!("{address} {house}{}", 101 + random.below(800));
    }
    address
}

/// Twelve digits, and before them 9 minus the remainder by 9 of their sum, every second one doubled
/// (法人番号の指定等に関する省令 2条).
fn corporate_number(random: &mut Random) -> String {
    let digits: Vec<u64> = std::iter::once(1 + random.below(9))
        .chain((0..11).map(|_| random.below(10)))
        .collect();
    let weights = [1, 2].into_iter().cycle();
    let sum: u64 = digits
        .iter()
        .rev()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    std::iter::once(9 - sum % 9)
        .chain(digits)
        .map(|digit| digit.to_string())
        .collect()
}

const FAMILIES: [(&str, &str); 60] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("髙橋", "タカハシ"),
    ("田中", "タナカ"),
    ("伊藤", "イトウ"),
    ("渡邊", "ワタナベ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("吉田", "ヨシダ"),
    ("山田", "ヤマダ"),
    ("佐々木", "ササキ"),
    ("山口", "ヤマグチ"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("木村", "キムラ"),
    ("林", "ハヤシ"),
    ("齋藤", "サイトウ"),
    ("清水", "シミズ"),
    ("山﨑", "ヤマザキ"),
    ("森", "モリ"),
    ("池田", "イケダ"),
    ("橋本", "ハシモト"),
    ("阿部", "アベ"),
    ("石川", "イシカワ"),
    ("前田", "マエダ"),
    ("藤田", "フジタ"),
    ("小川", "オガワ"),
    ("後藤", "ゴトウ"),
    ("岡田", "オカダ"),
    ("長谷川", "ハセガワ"),
    ("村上", "ムラカミ"),
    ("近藤", "コンドウ"),
    ("石井", "イシイ"),
    ("遠藤", "エンドウ"),
    ("青木", "アオキ"),
    ("坂本", "サカモト"),
    ("西村", "ニシムラ"),
    ("福田", "フクダ"),
    ("太田", "オオタ"),
    ("三浦", "ミウラ"),
    ("藤井", "フジイ"),
    ("岡本", "オカモト"),
    ("松田", "マツダ"),
    ("中川", "ナカガワ"),
    ("中野", "ナカノ"),
    ("原田", "ハラダ"),
    ("小野", "オノ"),
    ("田村", "タムラ"),
    ("竹内", "タケウチ"),
    ("金子", "カネコ"),
    ("和田", "ワダ"),
    ("中山", "ナカヤマ"),
    ("石田", "イシダ"),
    ("上田", "ウエダ"),
    ("森田", "モリタ"),
    ("柴田", "シバタ"),
    ("酒井", "サカイ"),
    ("宮崎", "ミヤザキ"),
];

const BEGINNINGS: [(&str, &str); 20] = [
    ("真", "マ"),
    ("千", "チ"),
    ("美", "ミ"),
    ("沙", "サ"),
    ("奈", "ナ"),
    ("里", "リ"),
    ("由", "ユ"),
    ("亜", "ア"),
    ("佳", "カ"),
    ("知", "トモ"),
    ("明", "アキ"),
    ("広", "ヒロ"),
    ("正", "マサ"),
    ("直", "ナオ"),
    ("和", "カズ"),
    ("義", "ヨシ"),
    ("春", "ハル"),
    ("夏", "ナツ"),
    ("文", "フミ"),
    ("幸", "ユキ"),
];

const ENDINGS: [(&str, &str); 20] = [
    ("希", "キ"),
    ("子", "コ"),
    ("也", "ヤ"),
    ("人", "ト"),
    ("香", "カ"),
    ("恵", "エ"),
    ("樹", "キ"),
    ("斗", "ト"),
    ("男", "オ"),
    ("代", "ヨ"),
    ("乃", "ノ"),
    ("治", "ハル"),
    ("彦", "ヒコ"),
    ("介", "スケ"),
    ("郎", "ロウ"),
    ("実", "ミ"),
    ("太", "タ"),
    ("平", "ヘイ"),
    ("音", "ネ"),
    ("雄", "オ"),
];

const PLACES: [&str; 20] = [
    "北海道見本市中央区北一条",
    "青森県架空市本町",
    "宮城県例示市青葉",
    "福島県仮名郡見本町",
    "茨城県架空市学園",
    "埼玉県例示市浦町",
    "千葉県見本市海浜",
    "東京都架空区丸の外",
    "東京都見本市南町",
    "神奈川県例示市港南",
    "新潟県架空市中央",
    "長野県見本郡例示村",
    "静岡県仮名市富士見",
    "愛知県見本市錦",
    "京都府架空市上京",
    "大阪府例示市北浜",
    "兵庫県見本市山手",
    "広島県架空市紙屋",
    "香川県例示市番町",
    "福岡県見本市天神",
];
