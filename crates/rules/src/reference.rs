//! Article references inside texts.
//!
//! A template names a place as `{29(1)}` (the Act) or `{r20(1)(ii)}` (the Enforcement Rules), in
//! present numbers. Three more names depend on the direction of the event: `{duty}` is the article of the
//! record duty, `{retention}` that of the retention periods, `{event}` the word for provision or receipt.

use crate::numbering::{Renumbered, number_then};
use crate::source::Source;
use crate::vocabulary::Direction;

/// Who will read the rendered text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Short, for lists: `法29(1)`, `規則20(1)(ii)`.
    Citation,
    /// Japanese prose: `法29条1項`, `規則20条1項2号`.
    Japanese,
    /// English prose: `Article 29(1)`, `Rule 20(1)(ii)`.
    English,
}

/// Renders templates for one direction in the numbers of one period.
pub(crate) struct Renderer {
    pub(crate) numbering: &'static [Renumbered],
    pub(crate) direction: Direction,
}

impl Renderer {
    /// The text, and how well the numbers of the articles it names are known.
    pub(crate) fn render(&self, template: &str, style: Style) -> (String, Source) {
        let mut text = String::with_capacity(template.len());
        let mut source = Source::Statute;
        let mut rest = template;
        while let Some((before, name, after)) = next_name(rest) {
            text.push_str(before);
            let (rendered, known) = self.name(name, style);
            text.push_str(&rendered);
            source = source.max(known);
            rest = after;
        }
        text.push_str(rest);
        (text, source)
    }

    fn name(&self, name: &str, style: Style) -> (String, Source) {
        match (name, self.direction) {
            ("event", Direction::Provision) => (event_word("提供", "provision", style), Source::Statute),
            ("event", Direction::Receipt) => (event_word("受領", "receipt", style), Source::Statute),
            ("duty", Direction::Provision) => self.article("29(1)", style),
            ("duty", Direction::Receipt) => self.article("30(1)", style),
            ("retention", Direction::Provision) => self.article("r21", style),
            ("retention", Direction::Receipt) => self.article("r25", style),
            (reference, _) => self.article(reference, style),
        }
    }

    fn article(&self, reference: &str, style: Style) -> (String, Source) {
        let (number, source) = number_then(self.numbering, reference);
        let (of_the_rules, number) = match number.strip_prefix('r') {
            Some(number) => (true, number),
            None => (false, number.as_str()),
        };
        let text = match (style, of_the_rules) {
            (Style::Citation, false) => format!("法{number}"),
            (Style::Citation, true) => format!("規則{number}"),
            (Style::Japanese, false) => format!("法{}", spelled_out(number)),
            (Style::Japanese, true) => format!("規則{}", spelled_out(number)),
            (Style::English, false) => format!("Article {number}"),
            (Style::English, true) => format!("Rule {number}"),
        };
        (text, source)
    }
}

fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, opened) = text.split_once('{')?;
    let (name, after) = opened.split_once('}')?;
    Some((before, name, after))
}

fn event_word(japanese: &str, english: &str, style: Style) -> String {
    match style {
        Style::Citation | Style::Japanese => japanese.to_owned(),
        Style::English => english.to_owned(),
    }
}

/// `27(5)(iii)` as `27条5項3号`, `11の2` as `11条の2`.
fn spelled_out(number: &str) -> String {
    let mut parts = number.split('(').map(|part| part.trim_end_matches(')'));
    let article = parts.next().unwrap_or_default();
    // After a branch number 第 keeps the figures apart: 11条の2第2号.
    let (mut text, mut joint) = match article.split_once('の') {
        Some((main, branch)) => (format!("{main}条の{branch}"), "第"),
        None => (format!("{article}条"), ""),
    };
    for part in parts {
        text.push_str(joint);
        let spelled = match ROMAN.iter().position(|roman| *roman == part) {
            Some(item) => format!("{}号", item + 1),
            None => format!("{part}項"),
        };
        text.push_str(&spelled);
        joint = "";
    }
    text
}

/// Item numbers as the templates write them.
const ROMAN: [&str; 7] = ["i", "ii", "iii", "iv", "v", "vi", "vii"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbering::{FROM_2017, PRESENT};

    fn rendered(numbering: &'static [Renumbered], template: &str, style: Style) -> String {
        Renderer {
            numbering,
            direction: Direction::Receipt,
        }
        .render(template, style)
        .0
    }

    #[test]
    fn each_style_has_its_spelling() {
        let template = "{27(5)(iii)}、{r20(1)(ii)}";
        assert_eq!(
            rendered(PRESENT, template, Style::Citation),
            "法27(5)(iii)、規則20(1)(ii)"
        );
        assert_eq!(
            rendered(PRESENT, template, Style::Japanese),
            "法27条5項3号、規則20条1項2号"
        );
        assert_eq!(
            rendered(PRESENT, template, Style::English),
            "Article 27(5)(iii)、Rule 20(1)(ii)"
        );
    }

    #[test]
    fn earlier_periods_have_their_numbers() {
        assert_eq!(
            rendered(FROM_2017, "{duty}ただし書", Style::Citation),
            "法26(1)ただし書"
        );
        assert_eq!(
            rendered(FROM_2017, "{r16(ii)}", Style::Japanese),
            "規則11条の2第2号"
        );
    }

    #[test]
    fn the_event_is_named_by_direction() {
        assert_eq!(rendered(PRESENT, "{event}", Style::Japanese), "受領");
        assert_eq!(
            rendered(PRESENT, "this {event}.", Style::English),
            "this receipt."
        );
    }
}
