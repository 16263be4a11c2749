//! Which language a caller reads: Japanese, unless it asks for English first.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// A language of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Japanese,
    English,
}

impl Language {
    /// The better of our two languages by RFC 9110 section 12.5.4 weights; Japanese when neither is preferred.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut best = (Self::Japanese, 0.0_f32);
        let values = headers
            .get_all(ACCEPT_LANGUAGE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        for range in values.flat_map(|value| value.split(',')) {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = parameters
                .trim()
                .strip_prefix("q=")
                .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            let primary = tag
                .trim()
                .split('-')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            let language = match primary.as_str() {
                "ja" => Self::Japanese,
                "en" => Self::English,
                _ => continue,
            };
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }

    /// The text of this language.
    pub(crate) fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Japanese => ja,
            Self::English => en,
        }
    }

    /// Its tag, for `Content-Language`.
    pub(crate) fn tag(self) -> &'static str {
        self.pick("ja", "en")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, value.parse().unwrap());
        Language::of(&headers)
    }

    #[test]
    fn japanese_unless_english_is_preferred() {
        assert_eq!(Language::of(&HeaderMap::new()), Language::Japanese);
        assert_eq!(of("*"), Language::Japanese);
        assert_eq!(of("fr, de;q=0.5"), Language::Japanese);
        assert_eq!(of("en"), Language::English);
        assert_eq!(of("en-GB,en;q=0.9"), Language::English);
        assert_eq!(of("ja,en;q=0.9"), Language::Japanese);
        assert_eq!(of("ja;q=0.3, en;q=0.9"), Language::English);
    }
}
