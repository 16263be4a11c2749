//! What a duty check costs: reading the posted question and judging it, as `POST /v1/duty-checks` does.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use kirokubo_records::parse_duty_question;
use kirokubo_rules::{Basis, Direction, Place, judge};

/// Passes over all questions; the median of them is told.
const PASSES: usize = 201;

fn main() {
    let questions = questions();
    let today = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day of the calendar");
    let count = u32::try_from(questions.len()).expect("a few hundred");
    let median = |pass: &dyn Fn()| {
        let mut times: Vec<Duration> = (0..PASSES).map(|_| timed(pass) / count).collect();
        times.sort_unstable();
        times[PASSES / 2]
    };
    let parsed: Vec<_> = questions
        .iter()
        .map(|question| parse_duty_question(question.as_bytes(), today).expect("a question"))
        .collect();
    let judging = median(&|| {
        for question in &parsed {
            black_box(judge(black_box(question)));
        }
    });
    let reading_too = median(&|| {
        for question in &questions {
            let question = parse_duty_question(black_box(question.as_bytes()), today).expect("a question");
            black_box(judge(&question));
        }
    });
    println!("{count} questions, median of {PASSES} passes");
    println!("judging one: {judging:?}");
    println!("reading and judging one: {reading_too:?}");
}

/// Every ground at every place, in both directions.
fn questions() -> Vec<String> {
    let mut questions = Vec::new();
    for direction in Direction::ALL {
        for basis in Basis::ALL {
            for place in Place::ALL {
                questions.push(format!(
                    r#"{{"direction":"{}","event_date":"2026-11-20","basis":"{}","place":"{}","sensitive":false}}"#,
                    direction.as_str(),
                    basis.as_str(),
                    place.as_str()
                ));
            }
        }
    }
    questions
}

fn timed(pass: &dyn Fn()) -> Duration {
    let began = Instant::now();
    pass();
    began.elapsed()
}
