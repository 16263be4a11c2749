//! The report for people: Japanese first, English behind.

use std::fmt;

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::day::format_day;
use kirokubo_verify::{
    BracketedEntries, HeldOutcome, OpeningCounts, Report, Stamps, Values, Verdict, WitnessOutcome,
};

const GREEN: &str = "\x1b[1;32m";
const YELLOW: &str = "\x1b[1;33m";
const RED: &str = "\x1b[1;31m";
const RESET: &str = "\x1b[0m";

/// Brackets of time in the text; all of them are in the JSON.
const BRACKETS_SHOWN: usize = 50;

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
        if let Some(key) = report.later_key() {
            writeln!(f, "署名した鍵（お手元の鍵の後継） / Signed by a later key: {key}")?;
        }
        if let Some(checkpoint) = report.checkpoint() {
            writeln!(f, "署名された件数 / Signed size: {}", checkpoint.size())?;
            writeln!(f, "ルートハッシュ / Root: {}", checkpoint.root())?;
        }
        if let Some(scope) = report.scope() {
            writeln!(f, "範囲 / Scope: {}", scope_text(scope))?;
        }
        if let Some(from) = report.from_size() {
            writeln!(f, "差分（{from} 件の続き） / A delta, from size {from} on")?;
        }
        for (size, outcome) in report.held() {
            let outcome = held_text(outcome);
            writeln!(
                f,
                "お手元のチェックポイント（{size} 件） / The checkpoint you hold ({size} entries): {outcome}"
            )?;
        }
        if let Some(witnesses) = report.witnesses() {
            write_witnesses(f, witnesses)?;
        }
        write_fork(f, report)?;
        writeln!(f, "つながりを確認した項目 / Entries linked: {}", report.entries())?;
        write_recoveries(f, report)?;
        write_openings(f, report)?;
        write_stamps(f, report.stamps())?;
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

/// Between which entries the bundle's history and the auditor's part.
fn write_fork(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    match report.fork() {
        None => Ok(()),
        // Nothing that the auditor holds says how far they are the same.
        Some((Size::ZERO, differs_by)) => writeln!(
            f,
            "分岐点 / Fork: 遅くとも項目 {differs_by} で相違 / the histories part at entry {differs_by} or before"
        ),
        Some((common, differs_by)) => writeln!(
            f,
            "分岐点 / Fork: 先頭の {common} 件は同じ、遅くとも項目 {differs_by} で相違 / the first {common} entries are the same, the histories part at entry {differs_by} or before"
        ),
    }
}

/// What the ledger says itself of restores: they explain a contradiction, and excuse none.
fn write_recoveries(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    for recovery in report.recoveries() {
        let (index, reason) = (recovery.index, &recovery.body.reason);
        writeln!(
            f,
            "復旧項目 / Recovery entry: 通番 {index}（{reason}） / at index {index} ({reason})"
        )?;
        if let Some(lost) = recovery.contents_lost() {
            let (first, last) = (lost.first, lost.last);
            writeln!(
                f,
                "  通番 {first}～{last} の内容は失われた旨の記載 / says that the contents of {first} to {last} are lost"
            )?;
        }
        if let Some(lost) = recovery.lost() {
            let (first, last) = (lost.first, lost.last);
            writeln!(
                f,
                "  通番 {first}～{last} は失われた旨の記載 / says that entries {first} to {last} are lost"
            )?;
        }
        if report.names_held(recovery) {
            writeln!(
                f,
                "  お手元のチェックポイントは、この失われた台帳のものです / the checkpoint you hold is that of the lost history"
            )?;
        }
    }
    Ok(())
}

fn write_openings(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let OpeningCounts {
        records,
        erased,
        opened,
        withheld,
        values,
    } = report.openings();
    let (values_ja, values_en) = match values {
        Values::NotJudged => {
            return writeln!(
                f,
                "記録の内容と保存期間：判定していません / Content and retention of records: not judged"
            );
        }
        Values::NotInScope => ("値は範囲外".to_owned(), "values not in scope".to_owned()),
        Values::Judged => (
            format!("開示値 {opened}、非開示 {withheld}"),
            format!("{opened} values opened, {withheld} withheld"),
        ),
    };
    writeln!(
        f,
        "記録 {records} 件（うち消去 {erased}）、{values_ja} / {records} records ({erased} erased), {values_en}"
    )?;
    let today = format_day(report.today());
    writeln!(f, "保存期間の判定日 / Retention judged for: {today}")
}

fn write_witnesses(f: &mut fmt::Formatter<'_>, outcome: &WitnessOutcome) -> fmt::Result {
    let names: Vec<&str> = outcome.cosigned.iter().map(|by| by.witness.as_str()).collect();
    let (ja, en) = if outcome.reached {
        ("方針を満たす", "enough for your policy")
    } else {
        ("方針に足りない", "not enough for your policy")
    };
    let names = if names.is_empty() {
        "-".to_owned()
    } else {
        names.join(", ")
    };
    writeln!(f, "立会人の署名 / Witnesses: {names}（{ja} / {en}）")?;
    match outcome.through_size {
        Some(size) if !outcome.reached => writeln!(
            f,
            "  {size} 件目までは立会済み / witnessed through size {size} only"
        ),
        _ => Ok(()),
    }
}

fn write_stamps(f: &mut fmt::Formatter<'_>, stamps: &Stamps) -> fmt::Result {
    let present = stamps.present;
    if present == 0 {
        return writeln!(f, "タイムスタンプ：なし / Time stamps: none");
    }
    if !stamps.judged {
        return writeln!(
            f,
            "タイムスタンプ：{present} 件あり、判定していません（--tsa-roots で信頼するルートを指定） / \
             Time stamps: {present} present, not judged (name the roots you trust with --tsa-roots)"
        );
    }
    let good = stamps.good.len();
    writeln!(
        f,
        "タイムスタンプ：{present} 件中 {good} 件が有効 / Time stamps: {good} of {present} count"
    )?;
    for entries in stamps.brackets.iter().take(BRACKETS_SHOWN) {
        let BracketedEntries { first, last, .. } = entries;
        let after = entries.after.as_deref().unwrap_or("…");
        let before = entries.before.as_deref().unwrap_or("…");
        writeln!(
            f,
            "  項目 {first}–{last} の作成 / entries {first} to {last} were made: {after} 〜 {before}"
        )?;
    }
    if stamps.brackets.len() > BRACKETS_SHOWN {
        writeln!(
            f,
            "  （先頭の {BRACKETS_SHOWN} 件のみ表示、全件は --json / only the first {BRACKETS_SHOWN}; all with --json）"
        )?;
    }
    Ok(())
}

const fn held_text(outcome: HeldOutcome) -> &'static str {
    match outcome {
        HeldOutcome::Agrees => "一致 / agrees",
        HeldOutcome::Contradicts => "矛盾 / contradicts",
        HeldOutcome::NotCompared => "照合していません / not compared",
    }
}

const fn verdict(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::ValidWitnessed => ("有効（立会人の署名あり）", "valid and witnessed", GREEN),
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
            "お手元のチェックポイントと矛盾",
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
