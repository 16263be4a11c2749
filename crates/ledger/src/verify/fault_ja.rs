//! Faults of form in Japanese.

use super::fault::{Fault, FileFault};
use crate::checkpoint::CheckpointError;
use crate::entry::{EntryError, Kind};
use crate::note::NoteError;

impl Fault {
    /// The Japanese text, a sentence without its full stop.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::Entry(error) => format!("形式に合いません（{}）", of_entry(error)),
            Self::Index { found } => format!("自らを番号 {found} と称しています"),
            Self::OtherLedger => "別の台帳のものです".to_owned(),
            Self::Link => "直前の項目のハッシュ値を引き継いでいません".to_owned(),
            Self::NoGenesis => "台帳の最初の項目ではありません".to_owned(),
            Self::SecondGenesis => "台帳の開始が二度記録されています".to_owned(),
            Self::Body(kind) => format!("「{}」に必要な内容が本文にありません", name_of(*kind)),
            Self::Key => "鍵の交代の記録が正しくありません".to_owned(),
            Self::Target { target } => {
                format!("対象の {target} は、それより前の、まだ消去されていない記録ではありません")
            }
            Self::MovedEarlier { target } => format!("記録 {target} の保存期限を早めています"),
            Self::Principals => "第4欄（本人）の形式が正しくありません".to_owned(),
            Self::OpeningOrder => "開示値が重複しているか、順序どおりに並んでいません".to_owned(),
            Self::OpeningOfNoRecord => "開示値が、記録ではない項目に付いています".to_owned(),
            Self::OpeningsOutOfScope => "範囲外の開示値が含まれています".to_owned(),
            Self::Value => "開示値に使えない文字（ヌル文字）が含まれています".to_owned(),
            Self::OpeningLine { path, line } => format!("{path} の {line} 行目を読めません"),
            Self::Undivided { path } => format!("{path} を、ここから先は項目に区切れません"),
            Self::File { path, fault } => format!("ファイル {path} {}", fault.ja()),
            Self::Container(fault) => format!("バンドル（tar）を読めません（{}）", fault.ja()),
            Self::DisclosureLine { line } => format!("{line} 行目は、開示証明のその位置に置けない行です"),
            Self::DisclosureCut => "開示証明が最後までそろっていません".to_owned(),
        }
    }
}

impl FileFault {
    const fn ja(self) -> &'static str {
        match self {
            Self::Missing => "がありません",
            Self::Unknown => "は、バンドルにあるはずのないファイルです",
            Self::NotListed => "は、ファイルの一覧（manifest）に載っていません",
            Self::Changed => "の内容が、ファイルの一覧（manifest）と一致しません",
            Self::Malformed => "の形式が正しくありません",
            Self::Contradicts => "の内容が、チェックポイントまたは台帳の項目と矛盾します",
        }
    }
}

/// Why a checkpoint or the manifest is refused.
pub(super) const fn of_checkpoint(error: &CheckpointError) -> &'static str {
    match error {
        CheckpointError::Note(error) => of_note(error),
        CheckpointError::Origin(_) => "台帳の名前が正しくありません",
        CheckpointError::OtherOrigin => "検証鍵とは別の台帳の名前です",
        CheckpointError::Lines => "本文が三行ではありません",
        CheckpointError::Size => "件数が正しい十進数ではありません",
        CheckpointError::Root => "ルートハッシュの書き方が正しくありません",
        CheckpointError::EmptyRoot => "空の台帳のルートハッシュではありません",
    }
}

pub(super) const fn of_note(error: &NoteError) -> &'static str {
    match error {
        NoteError::NotUtf8 => "文字コードが正しくありません",
        NoteError::Character { .. } => "使えない文字が含まれています",
        NoteError::NoFinalNewline => "改行で終わっていません",
        NoteError::NoSignatures => "署名の行がありません",
        NoteError::TooManySignatures => "署名の行が多すぎます",
        NoteError::MalformedSignature { .. } => "署名の行の形式が正しくありません",
        NoteError::RepeatedSignature { .. } => "同じ署名の行が繰り返されています",
        NoteError::RepeatedKey => "同じ鍵の署名が二つ以上あります",
        NoteError::BadSignature => "署名が検証鍵に合いません",
        NoteError::NotSigned => "検証鍵による署名がありません",
    }
}

fn of_entry(error: &EntryError) -> String {
    match error {
        EntryError::TooShort { found } => format!("{found} バイトでは短すぎます"),
        EntryError::TooLong { found } => format!("{found} バイトでは長すぎます"),
        EntryError::Magic => "書式の目印がありません".to_owned(),
        EntryError::Kind(found) => format!("種別 {found} はありません"),
        EntryError::Case(found) => format!("場合 {found} はありません"),
        EntryError::CaseOfKind { kind, .. } => format!("場合が「{}」に合いません", name_of(*kind)),
        EntryError::RetentionClass(found) => format!("保存区分 {found} はありません"),
        EntryError::ClassOfKind { kind, .. } => format!("保存区分が「{}」に合いません", name_of(*kind)),
        EntryError::Schema { kind, found } => {
            format!("書式の版 {found} が「{}」に合いません", name_of(*kind))
        }
        EntryError::Index(found) => format!("番号 {found} は大きすぎます"),
        EntryError::RecordId(kind) => format!("記録の識別子の有無が「{}」に合いません", name_of(*kind)),
        EntryError::RetainThrough(kind) => format!("「{}」に保存期限はありません", name_of(*kind)),
        EntryError::BodyLength { declared, found } => {
            format!("本文は {declared} バイトのはずですが、{found} バイトあります")
        }
        EntryError::BodySize { expected, found, .. } => {
            format!("本文は {expected} バイトと決まっていますが、{found} バイトあります")
        }
        EntryError::BodyJson | EntryError::NotJson(_) => "本文の書き方が種別に合いません".to_owned(),
    }
}

const fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Genesis => "台帳の開始",
        Kind::Record => "記録",
        Kind::Amend => "記録の訂正",
        Kind::Erase => "消去",
        Kind::Extend => "保存の延長",
        Kind::Hold => "保留",
        Kind::Release => "保留の解除",
        Kind::Key => "鍵の交代",
        Kind::Anchor => "外部への控え",
        Kind::Recovery => "復旧",
        Kind::Access => "閲覧の記録",
        Kind::Rules => "規則",
    }
}
