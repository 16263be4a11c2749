//! Whole lists, from their bytes to their principals.

use chrono::NaiveDate;
use encoding_rs::SHIFT_JIS;

use super::*;
use crate::fault::Fault;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

fn check(format: ListFormat, bytes: &[u8], piece: usize) -> Result<(Vec<String>, ListFindings), Vec<Fault>> {
    let mut reader = ListReader::new(format);
    let (mut rows, mut findings) = (Vec::new(), ListFindings::default());
    let mut check = |chunk: ListChunk| {
        let checked = chunk.check(today());
        findings.append(checked.findings);
        rows.extend(checked.rows.iter().map(|row| row.row.json().to_owned()));
    };
    for piece in bytes.chunks(piece) {
        reader.push(piece)?;
        while let Some(chunk) = reader.take() {
            check(chunk);
        }
    }
    reader.finish()?;
    while let Some(chunk) = reader.take().or_else(|| reader.take_rest()) {
        check(chunk);
    }
    Ok((rows, findings))
}

fn csv(text: &str) -> (Vec<String>, ListFindings) {
    check(ListFormat::Csv(Charset::Detect), text.as_bytes(), 4_096).unwrap()
}

fn faults(text: &str) -> Vec<(String, Option<u64>, &'static str)> {
    let told = |fault: Fault| (fault.pointer, fault.line, fault.code.as_str());
    csv(text).1.faults().into_iter().map(told).collect()
}

fn warnings(text: &str) -> Vec<(&'static str, String, Vec<u64>)> {
    let (_, findings) = csv(text);
    assert!(findings.is_sound(), "{:?}", findings.faults());
    let told = |warning: &ListWarning| {
        (
            warning.fault.code.as_str(),
            warning.fault.pointer.clone(),
            warning.lines.clone(),
        )
    };
    findings.warnings().iter().map(told).collect()
}

#[test]
fn a_spreadsheet_becomes_principals_in_either_encoding_and_in_any_pieces() {
    let text = "会員番号,氏名,ﾌﾘｶﾞﾅ,旧姓,生年月日,郵便番号,都道府県,住所1,TEL,E-mail\r\n\
        \"crm:1\",髙橋 花子,タカハシ ハナコ,鈴木,昭和60年4月2日,〒100-0001,東京都,\"千代田区千代田1-1, 2階\",=\"03-1234-5678\",h@example.jp\r\n\
        ,,,,,,,,,\r\n\
        crm:2,山田　太郎,,,1990/1/31,,,,,\r\n";
    let expected = [
        r#"{"ref":"crm:1","name":"髙橋 花子","name_kana":"タカハシ ハナコ","birth_date":"1985-04-02","postal_code":"〒100-0001","address":"東京都千代田区千代田1-1, 2階","phone":"03-1234-5678","email":"h@example.jp","former_names":["鈴木 花子"]}"#,
        r#"{"ref":"crm:2","name":"山田　太郎","birth_date":"1990-01-31"}"#,
    ];
    let (cp932, ..) = SHIFT_JIS.encode(text);
    let bom = format!("\u{FEFF}{text}");
    for piece in [1, 3, 64, 4_096] {
        for (format, bytes) in [
            (Charset::Detect, text.as_bytes()),
            (Charset::Detect, bom.as_bytes()),
            (Charset::Utf8, bom.as_bytes()),
            (Charset::Detect, &*cp932),
            (Charset::Cp932, &*cp932),
        ] {
            let (rows, findings) = check(ListFormat::Csv(format), bytes, piece).unwrap();
            assert!(findings.is_sound(), "{:?}", findings.faults());
            assert_eq!(rows, expected);
        }
    }
}

#[test]
fn names_in_two_columns_are_joined() {
    let (rows, _) = csv("姓,名,セイ,メイ\n髙橋,花子,タカハシ,ハナコ\n渡邉,,,\n");
    assert_eq!(
        rows,
        [
            r#"{"name":"髙橋 花子","name_kana":"タカハシ ハナコ"}"#,
            r#"{"name":"渡邉"}"#
        ]
    );
}

#[test]
fn a_household_is_several_principals_and_shares_its_address_alone() {
    let (rows, _) = csv(
        "会員番号,氏名,配偶者氏名,住所,電話番号\nk1,髙橋 一,髙橋 花子,東京都港区1,0311112222\nk2,山田 太郎,,大阪府,\n",
    );
    assert_eq!(
        rows,
        [
            r#"{"ref":"k1","name":"髙橋 一","address":"東京都港区1","phone":"0311112222"}"#,
            r#"{"name":"髙橋 花子","address":"東京都港区1"}"#,
            r#"{"ref":"k2","name":"山田 太郎","address":"大阪府"}"#,
        ]
    );
}

#[test]
fn a_long_list_comes_in_chunks_whose_rows_keep_their_order() {
    let rows: Vec<String> = (0..5_000).map(|n| format!("{n},a\n")).collect();
    let text = format!("ref,name\n{}", rows.concat());
    for piece in [1_000, 1 << 20] {
        let (rows, _) = check(ListFormat::Csv(Charset::Utf8), text.as_bytes(), piece).unwrap();
        assert_eq!(rows.len(), 5_000);
        assert!(
            (0..)
                .zip(&rows)
                .all(|(n, row)| row.starts_with(&format!("{{\"ref\":\"{n}\"")))
        );
    }
    let mut reader = ListReader::new(ListFormat::Csv(Charset::Utf8));
    reader.push(text.as_bytes()).unwrap();
    assert_eq!(reader.take().unwrap().check(today()).rows.len(), 2_048);
}

#[test]
fn ndjson_is_read_as_events_name_principals() {
    let text =
        "{\"ref\":\"1\",\"name\":\"髙橋 花子\",\"former_names\":[\"鈴木 花子\"]}\n\n{\"name\":\"山田\"}";
    let (rows, findings) = check(ListFormat::Ndjson, text.as_bytes(), 5).unwrap();
    assert!(findings.is_sound());
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1], r#"{"name":"山田"}"#);

    let bad = "{\"name\":\"山田\"}\n{\"nmae\":\"x\"}\n{\"name\"\n{\"ref\":\"1\",\"birth_date\":\"H1.1.8\"}\n{\"マイナンバー\":\"1\",\"name\":\"a\"}\n";
    let (rows, findings) = check(ListFormat::Ndjson, bad.as_bytes(), 5).unwrap();
    assert_eq!(rows.len(), 1);
    let told: Vec<_> = findings
        .faults()
        .into_iter()
        .map(|fault| (fault.line, fault.code.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some(2), "principal.not_identifiable"),
            (Some(2), "json.unknown_field"),
            (Some(3), "json.malformed"),
            (Some(4), "date.format"),
            (Some(5), "my_number.forbidden"),
        ]
    );
}

#[test]
fn every_fault_is_told_by_its_line() {
    let long = "山".repeat(300);
    let text = format!(
        "会員番号,氏名,生年月日,郵便番号\n1,山田,1990-02-30,\n,,1990-01-01,\n2,全員,,\n3,{long},,\n4,佐藤,昭和99年1月1日,\n5,加藤,,12\n6,高木\n7,\u{E000},,\n8,良,,1000001\n"
    );
    let line = |line: u64, field: &str| (format!("/{line}{field}"), Some(line));
    let expected = [
        (line(2, "/birth_date"), "date.out_of_range"),
        (line(3, ""), "principal.not_identifiable"),
        (line(4, "/name"), "principal.collective"),
        (line(5, "/name"), "text.too_long"),
        (line(6, "/birth_date"), "date.format"),
        (line(7, "/postal_code"), "postal_code.format"),
        (line(8, ""), "list.cell_count"),
        (line(9, "/name"), "text.unassigned"),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|((pointer, line), code)| (pointer, line, code))
        .collect();
    assert_eq!(faults(&text), expected);
    let (rows, findings) = csv(&text);
    assert_eq!((rows.len(), findings.faulty_rows()), (1, 8));
}

#[test]
fn bytes_that_do_not_decode_are_faults_of_their_line_and_never_replaced() {
    let bytes = [b"ref,name\n1,a\n2,\x82\xA0\xFF\n3,b\n".as_slice()].concat();
    for format in [Charset::Cp932, Charset::Detect] {
        let (rows, findings) = check(ListFormat::Csv(format), &bytes, 4).unwrap();
        assert_eq!(rows.len(), 2);
        let fault = &findings.faults()[0];
        assert_eq!((fault.pointer.as_str(), fault.line), ("/3/name", Some(3)));
        assert_eq!(fault.code.as_str(), "list.undecodable");
        assert!(fault.detail_ja.contains("CP932"));
    }
}

#[test]
fn lost_zeros_and_suspicious_numbers_are_said_once_a_column() {
    let text = "会員番号,氏名,郵便番号,電話番号\n123456789018,a,600001,312345678\n123456789018,b,1000001,9012345678\nx,c,,0312345678\n";
    assert_eq!(
        warnings(text),
        [
            ("list.leading_zero_lost", "/phone".to_owned(), vec![2, 3]),
            ("list.leading_zero_lost", "/postal_code".to_owned(), vec![2]),
            ("my_number.suspected", "/ref".to_owned(), vec![2, 3]),
        ]
    );
}

#[test]
fn rows_that_say_the_same_are_alike() {
    let chunk = |text: &str| {
        let mut reader = ListReader::new(ListFormat::Csv(Charset::Utf8));
        reader.push(text.as_bytes()).unwrap();
        reader.finish().unwrap();
        let rows = reader.take_rest().unwrap().check(today()).rows;
        rows.iter().map(|row| row.likeness).collect::<Vec<_>>()
    };
    let likeness = chunk("ref,name\n1,a\n1,b\n1, a\n");
    assert_eq!(likeness[0], likeness[2]);
    assert_ne!(likeness[0], likeness[1]);
}

#[test]
fn a_list_of_nobody_is_refused() {
    for text in ["", "\n\n", "氏名\n", "氏名,住所\n,\n"] {
        let refused = check(ListFormat::Csv(Charset::Detect), text.as_bytes(), 10)
            .err()
            .unwrap();
        assert_eq!(refused[0].code.as_str(), "list.empty", "{text:?}");
    }
}

#[test]
fn what_a_fault_says_repeats_nobody() {
    let text = "会員番号,氏名,生年月日\n1,髙橋 全員,2030-01-01\n2,\u{E000}髙橋,髙橋\n";
    let told = format!("{:?}", csv(text).1);
    assert!(!told.contains("髙橋"), "{told}");
}
