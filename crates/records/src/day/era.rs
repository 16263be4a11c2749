//! The eras since 1868: their names, first days and years.

use chrono::{Datelike, NaiveDate};

/// One era, as an index into [`TABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Era(&'static Row);

#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: &'static str,
    letter: char,
    /// First day: year, month, day.
    from: (i32, u32, u32),
    /// Last day, where the era has ended. A day of change belongs to the later era.
    to: Option<(i32, u32, u32)>,
}

/// Newest first: most dates are of the newest.
const TABLE: &[Row] = &[
    Row {
        name: "令和",
        letter: 'R',
        from: (2019, 5, 1),
        to: None,
    },
    Row {
        name: "平成",
        letter: 'H',
        from: (1989, 1, 8),
        to: Some((2019, 4, 30)),
    },
    Row {
        name: "昭和",
        letter: 'S',
        from: (1926, 12, 25),
        to: Some((1989, 1, 7)),
    },
    Row {
        name: "大正",
        letter: 'T',
        from: (1912, 7, 30),
        to: Some((1926, 12, 24)),
    },
    Row {
        name: "明治",
        letter: 'M',
        from: (1868, 1, 25),
        to: Some((1912, 7, 29)),
    },
];

impl Era {
    /// Splits the name or letter of an era off the front of `text`.
    pub(super) fn strip(text: &str) -> Option<(Self, &str)> {
        TABLE.iter().find_map(|row| {
            let rest = text
                .strip_prefix(row.name)
                .or_else(|| text.strip_prefix(row.letter))
                .or_else(|| text.strip_prefix(row.letter.to_ascii_lowercase()))?;
            Some((Self(row), rest))
        })
    }

    /// The era `day` falls in.
    pub(super) fn of(day: NaiveDate) -> Option<Self> {
        TABLE.iter().map(Self).find(|era| era.holds(day))
    }

    /// Its name: `令和`.
    pub(super) fn name(self) -> &'static str {
        self.0.name
    }

    /// The Gregorian year of its year `year`, counted from 1.
    pub(super) fn western_year(self, year: u32) -> u32 {
        self.first_year() + year - 1
    }

    /// The year of this era that `western` is.
    pub(super) fn year_of(self, western: u32) -> u32 {
        western + 1 - self.first_year()
    }

    /// Whether `day` is one of its days.
    pub(super) fn holds(self, day: NaiveDate) -> bool {
        let here = (day.year(), day.month(), day.day());
        self.0.from <= here && self.0.to.is_none_or(|to| here <= to)
    }

    /// Whether any day of the year `western` is one of its days.
    pub(super) fn holds_year(self, western: u32) -> bool {
        let from = self.first_year();
        let to = self.0.to.map_or(u32::MAX, |to| to.0.unsigned_abs());
        (from..=to).contains(&western)
    }

    fn first_year(self) -> u32 {
        self.0.from.0.unsigned_abs()
    }
}
