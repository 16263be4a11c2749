//! The one table of answers that are not what was asked for: status, stable code, and what they say.
//!
//! `docs/errors.md` is made from this table. Codes never change their meaning; messages may be worded better.

use axum::http::StatusCode;

/// Makes [`Answer`] and its lookups out of the rows below.
macro_rules! answers {
    ($($name:ident $status:expr, $code:literal, $ja:literal, $en:literal;)+) => {
        /// A kind of refusal or failure.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Answer {
            $(#[doc = $en] $name,)+
        }

        impl Answer {
            pub(super) const fn status(self) -> StatusCode {
                match self { $(Self::$name => $status,)+ }
            }

            pub(super) const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            pub(super) const fn ja(self) -> &'static str {
                match self { $(Self::$name => $ja,)+ }
            }

            pub(super) const fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)+ }
            }
        }
    };
}

answers! {
    AuthRequired StatusCode::UNAUTHORIZED, "auth.required",
        "APIキーが必要です(Authorization: Bearer kk_…)。", "an API key is required (Authorization: Bearer kk_…)";
    InvalidKey StatusCode::UNAUTHORIZED, "auth.invalid_key",
        "APIキーが無効です。", "the API key is unknown, expired or revoked";
    Forbidden StatusCode::FORBIDDEN, "auth.forbidden",
        "このAPIキーの役割では許されていない操作です。", "the role of this API key does not allow this";
    NotFound StatusCode::NOT_FOUND, "request.not_found",
        "見つかりません。", "there is nothing here";
    MethodNotAllowed StatusCode::METHOD_NOT_ALLOWED, "request.method_not_allowed",
        "このメソッドは使えません。", "this method is not allowed here";
    Erased StatusCode::GONE, "record.erased",
        "この記録の内容は消去されています。", "the content of this record was erased";
    TooLarge StatusCode::PAYLOAD_TOO_LARGE, "request.too_large",
        "本文が大きすぎます。", "the body is too large";
    MediaType StatusCode::UNSUPPORTED_MEDIA_TYPE, "request.media_type",
        "Content-Typeが違います。", "the Content-Type is not the expected one";
    Interrupted StatusCode::BAD_REQUEST, "request.interrupted",
        "本文を最後まで読めませんでした。", "the body ended before it was complete";
    Unreadable StatusCode::BAD_REQUEST, "json.malformed",
        "本文を読めません。", "the body could not be read";
    Query StatusCode::BAD_REQUEST, "request.query",
        "クエリパラメータが正しくありません。", "a query parameter is not valid";
    Header StatusCode::BAD_REQUEST, "request.header",
        "ヘッダーが正しくありません。", "a header is not valid";
    Invalid StatusCode::UNPROCESSABLE_ENTITY, "request.invalid",
        "内容に不備があります。", "the content has faults";
    Prohibited StatusCode::UNPROCESSABLE_ENTITY, "event.prohibited",
        "法により認められない提供・受領です。", "the law does not allow this provision or receipt";
    KeyReused StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key.reused",
        "このIdempotency-Keyは別の内容で使われています。", "this Idempotency-Key was used with another body";
    Conflict StatusCode::CONFLICT, "event.conflict",
        "同じ連携番号で内容の異なる記録があります。", "another event was recorded under the same source key";
    Suppressed StatusCode::CONFLICT, "principal.suppressed",
        "第三者提供の停止の求めを受けている本人が含まれます。", "principals who demanded a stop are among them";
    Blocked StatusCode::CONFLICT, "retention.blocked",
        "保存期間内、保留中、または他の記録が引用しているため廃棄できません。",
        "some of these records cannot be erased now: they are within their term, held, or relied on";
    Decided StatusCode::CONFLICT, "approval.decided",
        "すでに決裁されています。", "this was decided before";
    NoAuthority StatusCode::CONFLICT, "timestamp.not_configured",
        "時刻認証局が設定されていません(--tsa-url)。", "no time stamp authority is configured (--tsa-url)";
    NoStamp StatusCode::SERVICE_UNAVAILABLE, "timestamp.unavailable",
        "有効なタイムスタンプを取得できませんでした。理由はサーバーのログにあります。",
        "no authority gave a time stamp that counts; the server's log says why";
    Busy StatusCode::SERVICE_UNAVAILABLE, "server.busy",
        "混み合っています。少し待って同じ内容を送ってください。", "the server is busy; send the same again in a moment";
    Stopping StatusCode::SERVICE_UNAVAILABLE, "server.stopping",
        "停止中です。少し待って同じ内容を送ってください。", "the server is stopping; send the same again in a moment";
    Damaged StatusCode::SERVICE_UNAVAILABLE, "ledger.damaged",
        "保存された台帳に損傷が見つかったため、記録を受け付けていません。管理者が kirokubo verify で確認してください。",
        "the stored ledger was found damaged, so nothing is recorded; `kirokubo verify` says how";
    Unavailable StatusCode::SERVICE_UNAVAILABLE, "store.unavailable",
        "データベースが応答しません。少し待って同じ内容を送ってください。",
        "the store is unavailable; send the same again in a moment";
    EvidenceUnavailable StatusCode::SERVICE_UNAVAILABLE, "evidence.unavailable",
        "証跡ファイルの保管先が応答しません。少し待って同じ内容を送ってください。",
        "the store of evidence files is unavailable; send the same again in a moment";
    Internal StatusCode::INTERNAL_SERVER_ERROR, "server.internal",
        "サーバー内部の誤りです。同じ内容をもう一度送っても二重には記録されません。",
        "an internal error; sending the same again records nothing twice";
}

impl Answer {
    /// Seconds after which to try again, where trying again makes sense.
    pub(super) const fn retry_after(self) -> Option<u32> {
        match self {
            Self::Busy => Some(1),
            Self::NoStamp | Self::Damaged => Some(60),
            Self::Stopping | Self::Unavailable | Self::EvidenceUnavailable => Some(5),
            _ => None,
        }
    }
}
