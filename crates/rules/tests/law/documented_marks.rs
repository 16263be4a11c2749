//! `docs/law.md` says how well each gate is known. It says what the code says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use kirokubo_rules::{
    Basis, Data, Direction, Gate, Interpretation, Place, Question, RecipientView, SelfStatus, Source,
    ThirdPartyStatus, Verdict, judge,
};

/// Gate, verdict and mark, by their names.
type Line = (String, String, String);

#[test]
fn the_page_marks_every_gate_as_the_code_does() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/law.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let documented: BTreeSet<Line> = page.lines().filter_map(line).collect();
    let answered = answered();
    let only = |a: &BTreeSet<Line>, b: &BTreeSet<Line>| a.difference(b).cloned().collect::<Vec<_>>();
    let (unfounded, unsaid) = (only(&documented, &answered), only(&answered, &documented));
    assert!(
        unfounded.is_empty() && unsaid.is_empty(),
        "docs/law.md says what no gate answers: {unfounded:#?}\nand leaves out: {unsaid:#?}"
    );
}

/// A row `| P9 | required | statute | …` of the table of gates.
fn line(row: &str) -> Option<Line> {
    let mut cells = row.strip_prefix("| ")?.split(" | ");
    let (gate, verdict, mark) = (cells.next()?, cells.next()?, cells.next()?);
    Gate::parse(gate)?;
    assert!(
        Verdict::parse(verdict).is_some() && Source::parse(mark).is_some(),
        "{row}"
    );
    Some((gate.to_owned(), verdict.to_owned(), mark.to_owned()))
}

/// What the present law answers to every question in which at most a few facts are out of the ordinary, and what the
/// time before the duty did.
fn answered() -> BTreeSet<Line> {
    let mut lines = BTreeSet::new();
    for date in [NaiveDate::MIN, "2026-11-20".parse().expect("a day")] {
        for direction in Direction::ALL {
            let plain = Question::new(*direction, date);
            for question in parties(&plain)
                .iter()
                .flat_map(grounds)
                .flat_map(|question| flags(&question))
            {
                let answer = judge(&question);
                lines.insert((
                    answer.gate.as_str().to_owned(),
                    answer.verdict.as_str().to_owned(),
                    answer.mark.as_str().to_owned(),
                ));
            }
        }
    }
    lines
}

fn parties(plain: &Question) -> Vec<Question> {
    let mut questions = Vec::new();
    for self_status in SelfStatus::ALL {
        for data in Data::ALL {
            for third_party_status in ThirdPartyStatus::ALL {
                questions.push(Question {
                    self_status: *self_status,
                    data: *data,
                    third_party_status: *third_party_status,
                    ..*plain
                });
            }
        }
    }
    questions
}

fn grounds(plain: &Question) -> Vec<Question> {
    let mut questions = Vec::new();
    for basis in Basis::ALL {
        for place in Place::ALL {
            for interpretation in Interpretation::ALL {
                questions.push(Question {
                    basis: *basis,
                    place: *place,
                    interpretation: *interpretation,
                    ..*plain
                });
            }
        }
    }
    questions
}

/// The question itself and, for an ordinary asker, the question with one flag out of the ordinary.
fn flags(plain: &Question) -> Vec<Question> {
    if plain.self_status != SelfStatus::Handler {
        return vec![*plain];
    }
    let mut questions = vec![*plain; 9];
    questions[1].sensitive = true;
    questions[2].illicit = true;
    questions[3].from_opt_out = true;
    questions[4].filed = false;
    questions[5].as_personal_data = false;
    questions[6].information_given = false;
    questions[7].recipient_view = RecipientView::PersonalInformation;
    questions[8].recipient_view = RecipientView::NotPersonal;
    questions
}
