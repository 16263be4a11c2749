//! Why a time stamp does not count, in Japanese.

use super::error::{StampError, StampPart};

impl StampError {
    /// The Japanese text, without a full stop.
    #[must_use]
    pub fn ja(&self) -> String {
        let text = match self {
            Self::Malformed(part) => return format!("{}の形式が正しくありません", part.ja()),
            Self::Refused { status } => {
                return format!("時刻認証局が発行を断りました（状態 {status}）");
            }
            Self::NoToken => "応答にタイムスタンプトークンがありません",
            Self::ContentType => "トークンの中身がタイムスタンプではありません",
            Self::Version => "版が不明か、解釈できない必須の拡張があります",
            Self::ImprintAlgorithm => "対象のハッシュ関数が許容されたものではありません",
            Self::Imprint => "このチェックポイントに対するタイムスタンプではありません",
            Self::Nonce => "別の要求に対する応答です",
            Self::Policy(policy) => return format!("別のポリシー（{policy}）で発行されています"),
            Self::Time => "時刻の形式が正しくありません",
            Self::Accuracy => "時刻の精度が一分より粗くなっています",
            Self::Signers(count) => return format!("署名者が {count} あります（一つでなければなりません）"),
            Self::NoSignedAttributes => "署名属性がありません",
            Self::Attribute(_) => "必要な署名属性がないか、重複しているか、形式が正しくありません",
            Self::MessageDigest => "署名されたハッシュ値がタイムスタンプの内容と一致しません",
            Self::OldSigningCertificate => "署名証明書が古いハッシュ関数だけで指定されています",
            Self::SigningCertificate => "署名属性が別の証明書を指しています",
            Self::NoCertificate => "署名者の証明書がトークンにありません",
            Self::KeyPurpose => "署名者の証明書がタイムスタンプ専用（必須指定）ではありません",
            Self::KeyUsage => "署名者の鍵の用途が署名ではありません",
            Self::IssuerKeyUsage => "証明書の発行に使えない鍵が経路にあります",
            Self::AuthorityName => "時刻認証局の名称が証明書と一致しません",
            Self::Algorithm => "署名またはハッシュの方式が許容されたものではありません",
            Self::Signature => "署名が署名者の証明書のものではありません",
            Self::Chain(_) => "発行時刻において、指定された信頼の起点まで証明書がつながりません",
        };
        text.to_owned()
    }
}

impl StampPart {
    const fn ja(self) -> &'static str {
        match self {
            Self::Answer => "応答",
            Self::Token => "トークン",
            Self::Stamp => "タイムスタンプ",
            Self::Signer => "署名者の部分",
            Self::Certificate => "署名者の証明書",
        }
    }
}
