//! 検証報告書: the report that an auditor files, in Markdown and in Japanese.

use std::fmt::{self, Write as _};

use kirokubo_ledger::bundle::Scope;
use kirokubo_ledger::day::{format_day, japan_day};
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::{RecordedAt, Size};
use kirokubo_verify::{HeldOutcome, Report, Values, Verdict};

/// A report, and what only the program knows.
pub(crate) struct AuditReport<'a> {
    pub(crate) report: &'a Report,
    /// The file that was verified, as it was named.
    pub(crate) bundle: String,
    /// When the verification ended.
    pub(crate) verified_at: RecordedAt,
    /// SHA-256 of this program's own file, if it can be read.
    pub(crate) program: Option<Digest>,
}

impl fmt::Display for AuditReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# 検証報告書\n")?;
        self.write_subject(f)?;
        self.write_when(f)?;
        self.write_method(f)?;
        self.write_result(f)?;
        self.write_findings(f)?;
        self.write_keys(f)?;
        self.write_changes(f)?;
        writeln!(f, "## 8 職務分掌の確認・9 閲覧の概況\n")?;
        writeln!(
            f,
            "このプログラムは台帳の外側から改変の有無だけを調べます。承認者と閲覧については、事業者の記録で確認してください。\n"
        )?;
        f.write_str(LIMITS)
    }
}

impl AuditReport<'_> {
    fn write_subject(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        writeln!(f, "## 1 対象\n")?;
        writeln!(f, "- 台帳（オリジン）：`{}`", report.origin())?;
        writeln!(f, "- バンドル：`{}`", self.bundle.replace('`', "'"))?;
        if let Some(identity) = report.facts().identity {
            writeln!(
                f,
                "- 大きさ {} バイト、manifest の SHA-256 `{}`",
                identity.bytes, identity.manifest
            )?;
        }
        match report.checkpoint() {
            Some(checkpoint) => {
                let (size, root) = (checkpoint.size(), checkpoint.root());
                writeln!(f, "- 署名された件数：{size} 件、ルートハッシュ `{root}`")?;
                let numbers = size.last_index();
                writeln!(
                    f,
                    "- 通番範囲：{}",
                    numbers.map_or("なし".to_owned(), |last| format!("0 ～ {last}"))
                )?;
            }
            None => writeln!(f, "- 署名された件数：確認できません")?,
        }
        if let Some((first, last)) = report.facts().recorded_at {
            writeln!(
                f,
                "- 期間（台帳の主張する記録時刻、日本時間）：{} ～ {}",
                moment(first),
                moment(last)
            )?;
        }
        writeln!(f, "- 範囲：{}\n", scope(report.scope()))
    }

    fn write_when(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## 2 検証日時と検証プログラム\n")?;
        writeln!(f, "- 検証日時（日本時間）：{}", moment(self.verified_at))?;
        writeln!(f, "- 保存期間の判定日：{}", format_day(self.report.today()))?;
        let program = self
            .program
            .map_or("（読めません）".to_owned(), |hash| format!("`{hash}`"));
        writeln!(
            f,
            "- プログラム：kirokubo-verify {}、実行ファイルの SHA-256 {program}\n",
            env!("CARGO_PKG_VERSION")
        )
    }

    fn write_method(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## 3 方法\n")?;
        writeln!(
            f,
            "- 検証鍵：`{}`（バンドルからではなく、検証者が指定したもの）",
            self.report.vkey()
        )?;
        for line in [
            "バンドルの全ファイルを、署名された目録（manifest）の大きさと SHA-256 に照合した。",
            "全項目を先頭から順に復号なしで解析し、通番・時刻・直前の項目のハッシュ（連鎖）を確かめ、木のルートを署名されたチェックポイントと照合した。",
            "過去のチェックポイント、ハッシュのタイル、鍵の履歴を同じ木と照合した。",
        ] {
            writeln!(f, "- {line}")?;
        }
        writeln!(
            f,
            "- 値の開示と台帳の照合：{}",
            values(self.report.openings().values)
        )?;
        for (size, outcome) in self.report.held() {
            writeln!(
                f,
                "- 検証者が保管するチェックポイント（{size} 件）：{}",
                match outcome {
                    HeldOutcome::Agrees => "一致",
                    HeldOutcome::Contradicts => "矛盾",
                    HeldOutcome::NotCompared => "照合できず",
                }
            )?;
        }
        if self.report.held().next().is_none() {
            writeln!(
                f,
                "- 検証者が保管するチェックポイント：指定なし。巻き戻しと分岐は調べていません"
            )?;
        }
        writeln!(
            f,
            "- 同じ形式の独立した検証プログラム verify.py（Python）がバンドルに入っています。使うときは、バンドルとは別の経路で入手したものを使ってください。\n"
        )
    }

    fn write_result(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let (verdict, meaning) = verdict(report.verdict());
        writeln!(f, "## 4 結果\n")?;
        writeln!(
            f,
            "**{verdict}**（終了コード {}）：{meaning}\n",
            report.verdict().exit_status()
        )?;
        let counts = report.openings();
        writeln!(f, "| 項目 | 件数 |\n|---|---|")?;
        writeln!(f, "| つながりを確認した項目 | {} |", report.entries())?;
        writeln!(f, "| 記録 | {} |", counts.records)?;
        writeln!(f, "| うち消去済み | {} |", counts.erased)?;
        writeln!(f, "| 台帳と一致した開示値 | {} |", counts.opened)?;
        writeln!(f, "| 非開示とされた項目 | {} |", counts.withheld)?;
        writeln!(f, "| 指摘 | {} |\n", report.findings_total())
    }

    fn write_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        writeln!(f, "## 5 例外\n")?;
        if report.findings().is_empty() {
            return writeln!(f, "ありません。\n");
        }
        writeln!(f, "| 通番 | コード | 内容 | 影響 |\n|---|---|---|---|")?;
        for finding in report.findings() {
            let index = finding.index().map_or("―".to_owned(), |index| index.to_string());
            let effect = if finding.is_about_retention() {
                "保存期間のみ。改変ではない"
            } else if finding.contradicts_held() {
                "保管しているチェックポイントと両立しない"
            } else {
                "このバンドルをそのまま信用できない"
            };
            let text = finding.ja().replace('|', "\\|");
            writeln!(f, "| {index} | {} | {text} | {effect} |", finding.code())?;
        }
        let (listed, total) = (report.findings().len(), report.findings_total());
        if total > listed {
            writeln!(f, "\n全 {total} 件のうち先頭の {listed} 件です。")?;
        }
        if let Some((common, differs_by)) = report.fork() {
            let same = if common == Size::ZERO {
                String::new()
            } else {
                format!("先頭の {common} 件は同じで、")
            };
            writeln!(f, "\n{same}遅くとも項目 {differs_by} で履歴が分かれます。")?;
        }
        writeln!(f)
    }

    fn write_keys(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## 6 鍵の一覧と交代履歴\n")?;
        let keys = &self.report.facts().keys;
        if keys.is_empty() {
            return writeln!(f, "台帳から読み取れませんでした。\n");
        }
        writeln!(f, "| 署名する件数 | 検証鍵 |\n|---|---|")?;
        for key in keys {
            writeln!(f, "| {} 件以上 | `{}` |", key.first_size, key.vkey)?;
        }
        writeln!(f)
    }

    fn write_changes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        writeln!(f, "## 7 追記・廃棄・訂正の件数\n")?;
        writeln!(f, "- 消去（廃棄）された記録：{} 件", report.openings().erased)?;
        writeln!(f, "- 訂正の項目：{} 件", report.facts().amended)?;
        let mut added = String::new();
        for (size, _) in report.held() {
            let since = report.entries().checked_sub(size.get());
            if let Some(since) = since {
                write!(added, " {size} 件の時点から {since} 件。")?;
            }
        }
        if added.is_empty() {
            added.push_str(" 前回のチェックポイントの指定がないため、数えていません。");
        }
        writeln!(f, "- 前回からの追記：{}\n", added.trim_start())
    }
}

/// What no verification of this kind shows, in the words of users.
const LIMITS: &str = "## 10 限界（この検証が示さないこと）\n
- 示すのは、チェックポイントが渡された後に、それ以前の項目が気付かれずに変更・削除・追加・並べ替えされていないことだけです。
- 記録された内容が、記録された時点で**事実であったこと**は示しません。
- 記録すべきことが**すべて記録されたこと**（網羅性）は示しません。これは原本や送信元との突合で確かめる事柄です。
- 項目の時刻は台帳自身の主張です。タイムスタンプ局の証明は、それを検証したと上に書いてある場合に限って裏付けになります。
- 署名鍵の持ち主は、別の履歴に署名することができます。分かるのは、以前のチェックポイントを保管している者、または立会人（witness）の署名がある場合だけです。
- 「範囲」にない値については何も示しません。構造のみの場合、記録の中身は一切見ていません。
- 消去は、台帳に消去の項目があり、このバンドルに値がないことを示します。他所の写しが残っていないことは示しません。
- 検証プログラムと検証鍵は、バンドルとは別の経路で入手したものでなければ意味がありません。

監査責任者　　　　　　　　　　　　　　　　（署名）
";

const fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::ValidWitnessed => (
            "適合",
            "改変は見つかりません。検証者の方針を満たす立会署名があります",
        ),
        Verdict::ValidUnwitnessed => ("適合", "改変は見つかりません。第三者の立会署名はありません"),
        Verdict::ValidIncomplete => ("適合（範囲内）", "改変は見つかりません。一部の内容は範囲外です"),
        Verdict::Retention => (
            "適合（保存期間の指摘あり）",
            "改変は見つかりませんが、保存期間の指摘があります",
        ),
        Verdict::Contradiction => (
            "不適合",
            "検証者が保管するチェックポイントと矛盾します（分岐または巻き戻し）",
        ),
        Verdict::Invalid => ("不適合", "このバンドルは正しくありません"),
    }
}

const fn scope(scope: Option<Scope>) -> &'static str {
    match scope {
        Some(Scope::Structure) => "構造のみ（個人データなし）",
        Some(Scope::Period) => "期間",
        Some(Scope::Principal) => "本人",
        Some(Scope::Full) => "全件",
        None => "確認できません",
    }
}

const fn values(values: Values) -> &'static str {
    match values {
        Values::NotJudged => "していません（台帳の構造に問題があるか、範囲が不明です）",
        Values::NotInScope => "していません（範囲外）。保存期間は判定しました",
        Values::Judged => "しました。保存期間も判定しました",
    }
}

/// A moment in Japan, to the second.
fn moment(at: RecordedAt) -> String {
    let day = i32::try_from(japan_day(at)).map_or("―".to_owned(), format_day);
    let seconds = (at.as_millis().div_euclid(1_000) % 86_400 + 9 * 3_600).rem_euclid(86_400);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{day} {hours:02}:{minutes:02}:{:02}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_japan() {
        assert_eq!(moment(RecordedAt::from_millis(0)), "1970-01-01 09:00:00");
        assert_eq!(
            moment(RecordedAt::from_millis(15 * 3_600_000 - 1)),
            "1970-01-01 23:59:59"
        );
        assert_eq!(
            moment(RecordedAt::from_millis(15 * 3_600_000)),
            "1970-01-02 00:00:00"
        );
        assert_eq!(moment(RecordedAt::from_millis(-1)), "1970-01-01 08:59:59");
        assert_eq!(
            moment(RecordedAt::from_millis(-10 * 3_600_000)),
            "1969-12-31 23:00:00"
        );
    }
}
