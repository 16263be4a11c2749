//! The report for people: Japanese first, English behind.

use std::fmt;

use kirokubo_ledger::bundle::Scope;
use kirokubo_verify::{Report, Verdict};

const GREEN: &str = "\x1b[1;32m";
const YELLOW: &str = "\x1b[1;33m";
const RED: &str = "\x1b[1;31m";
const RESET: &str = "\x1b[0m";

/// A report as text.
pub(crate) struct Summary<'a> {
    pub(crate) report: &'a Report,
    /// Whether the verdict may be coloured.
    pub(crate) has_colour: bool,
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let (ja, en, colour) = verdict(report.verdict());
        let (on, off) = if self.has_colour {
            (colour, RESET)
        } else {
            ("", "")
        };
        writeln!(
            f,
            "判定 / Verdict: {on}{ja} / {en}{off} ({})",
            report.verdict().exit_status()
        )?;
        writeln!(f, "台帳 / Ledger: {}", report.origin())?;
        if let Some(checkpoint) = report.checkpoint() {
            writeln!(f, "署名された件数 / Signed size: {}", checkpoint.size())?;
            writeln!(f, "ルートハッシュ / Root: {}", checkpoint.root())?;
        }
        if let Some(scope) = report.scope() {
            writeln!(f, "範囲 / Scope: {}", scope_text(scope))?;
        }
        writeln!(
            f,
            "つながりを確認したエントリ / Entries linked: {}",
            report.entries()
        )?;
        let openings = report.openings();
        writeln!(
            f,
            "記録 {} 件（うち消去 {}）、開示値 {}、非開示 {} / {} records ({} erased), {} values opened, {} withheld",
            openings.records,
            openings.erased,
            openings.opened,
            openings.withheld,
            openings.records,
            openings.erased,
            openings.opened,
            openings.withheld
        )?;
        let (listed, total) = (report.findings(), report.findings_total());
        writeln!(f, "指摘 / Findings: {total}")?;
        for finding in listed {
            writeln!(f, "  [{}] {}", finding.code(), finding.ja())?;
            writeln!(f, "      {finding}")?;
        }
        if total > listed.len() {
            writeln!(
                f,
                "  （先頭の {0} 件のみ表示 / only the first {0} are shown）",
                listed.len()
            )?;
        }
        Ok(())
    }
}

const fn verdict(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::ValidUnwitnessed => ("有効（第三者の立会署名なし）", "valid, unwitnessed", GREEN),
        Verdict::ValidIncomplete => (
            "有効（一部の内容は範囲外）",
            "valid, but not everything is in scope",
            GREEN,
        ),
        Verdict::Retention => (
            "改変なし（保存期間の指摘あり）",
            "unaltered, with retention findings",
            YELLOW,
        ),
        Verdict::Contradiction => (
            "お手元の checkpoint と矛盾",
            "contradicts the checkpoint you hold",
            RED,
        ),
        Verdict::Invalid => ("無効", "invalid", RED),
    }
}

const fn scope_text(scope: Scope) -> &'static str {
    match scope {
        Scope::Structure => "構造のみ / structure only",
        Scope::Period => "期間 / period",
        Scope::Principal => "本人 / principal",
        Scope::Full => "全件 / full",
    }
}
