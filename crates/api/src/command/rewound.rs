//! What a person is told, and can do, when the ledger does not continue what was signed before.

use kirokubo_store::HighWaterFault;
use serde_json::{Value, json};

/// Exit status: contradicts a checkpoint already held, as with `kirokubo-verify`.
pub(super) const CONTRADICTS: u8 = 30;

/// What is wrong and what to do, in two languages.
pub(super) fn explain(fault: &HighWaterFault) -> String {
    let (ja, en) = match fault {
        HighWaterFault::Behind { have, expected, path } => (
            format!(
                "台帳は {expected} 件まで署名されましたが、いま {have} 件しかありません（{}）。通番 {have} から {} までが失われています。",
                path.display(),
                expected.get().saturating_sub(1)
            ),
            format!(
                "The ledger was signed up to {expected} entries and has {have} now. Entries {have} to {} are lost.",
                expected.get().saturating_sub(1)
            ),
        ),
        HighWaterFault::Forked { size, path } => (
            format!(
                "先頭の {size} 件が、署名されたものと異なります（{}）。",
                path.display()
            ),
            format!("The first {size} entries are not those that were signed."),
        ),
        HighWaterFault::Missing { path } => (
            format!(
                "最高到達点の記録がありません（{}）。失われた記録の有無が分かりません。",
                path.display()
            ),
            "The high-water mark is gone. Nobody can tell whether records are lost.".to_owned(),
        ),
        HighWaterFault::Unreadable { path } => (
            format!(
                "最高到達点の記録が、この台帳の鍵で署名されたものではありません（{}）。",
                path.display()
            ),
            "The high-water mark is not one that this ledger's key signed.".to_owned(),
        ),
    };
    format!(
        "{ja}\nこのままでは署名しません。次のいずれかを行ってください。\n\
         \x20 1. より新しいバックアップを戻す: kirokubo restore\n\
         \x20 2. 失われた範囲を台帳に明記して続ける: kirokubo recover\n\
         {en}\nNothing is signed as it is. Do one of these:\n\
         \x20 1. put a newer backup back: kirokubo restore\n\
         \x20 2. go on, declaring in the ledger what is lost: kirokubo recover"
    )
}

/// The same for programs.
pub(super) fn as_json(fault: &HighWaterFault) -> Value {
    match fault {
        HighWaterFault::Behind { have, expected, .. } => json!({
            "code": "behind",
            "have": have.get(),
            "expected": expected.get(),
            "first": have.get(),
            "last": expected.get().saturating_sub(1),
        }),
        HighWaterFault::Forked { size, .. } => json!({"code": "forked", "size": size.get()}),
        HighWaterFault::Missing { .. } => json!({"code": "missing"}),
        HighWaterFault::Unreadable { .. } => json!({"code": "unreadable"}),
    }
}
