//! Where spans go, by the variables that every OpenTelemetry exporter reads (OpenTelemetry, "Environment Variable
//! Specification" and "OTLP Exporter Configuration").

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// A variable holds something else than it should. Its value is not shown: it may be a key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0} の値が読めません / the variable {0} holds something that cannot be used")]
pub(crate) struct SettingsError(pub(super) &'static str);

/// Which traces are told of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sampler {
    /// Whether the caller decides, if he sends a `traceparent`.
    pub(super) asks_parent: bool,
    /// Of traces that begin here, those whose last eight bytes are below it.
    pub(super) below: u64,
}

impl Sampler {
    /// Whether a trace that begins here is told of.
    pub(super) fn takes(&self, trace: &[u8; 16]) -> bool {
        let mut last = [0; 8];
        last.copy_from_slice(&trace[8..]);
        // The highest bit is left out, as the specification's own sampler does.
        u64::from_be_bytes(last) >> 1 < self.below
    }
}

/// Everything that is configured.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) patience: Duration,
    pub(super) service: String,
    pub(super) sampler: Sampler,
}

impl Settings {
    /// Reads the variables; `None` if they name no collector, or turn it off.
    pub(super) fn from_variables(
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, SettingsError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        if variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || variable("OTEL_TRACES_EXPORTER").is_some_and(|value| value != "otlp")
        {
            return Ok(None);
        }
        let either = |of_traces: &'static str, of_all: &'static str| {
            let found = variable(of_traces).map(|value| (of_traces, value));
            found.or_else(|| variable(of_all).map(|value| (of_all, value)))
        };
        let Some(url) = endpoint(&variable)? else {
            return Ok(None);
        };
        let protocol = either(
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
        );
        if let Some((name, value)) = protocol
            && !value.starts_with("http/")
        {
            return Err(SettingsError(name));
        }
        let headers = either("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS");
        let headers = match headers {
            None => HeaderMap::new(),
            Some((name, value)) => read_headers(&value).ok_or(SettingsError(name))?,
        };
        let patience = either("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT");
        let patience = match patience {
            None => 10_000,
            Some((name, value)) => value.parse().map_err(|_| SettingsError(name))?,
        };
        Ok(Some(Self {
            url,
            headers,
            patience: Duration::from_millis(patience),
            service: variable("OTEL_SERVICE_NAME").unwrap_or_else(|| "kirokubo".to_owned()),
            sampler: sampler(&variable)?,
        }))
    }
}

/// The address for traces as it stands, or the one for everything with their path behind it.
fn endpoint(variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<Url>, SettingsError> {
    let (name, text) = if let Some(text) = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", text)
    } else if let Some(text) = variable("OTEL_EXPORTER_OTLP_ENDPOINT") {
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            format!("{}/v1/traces", text.trim_end_matches('/')),
        )
    } else {
        return Ok(None);
    };
    let url = Url::parse(&text).map_err(|_| SettingsError(name))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(SettingsError(name));
    }
    Ok(Some(url))
}

/// `name=value,name=value`, values as in a URL.
fn read_headers(text: &str) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
        let (name, value) = pair.split_once('=')?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
        let mut value = HeaderValue::from_bytes(&decoded(value.trim())?).ok()?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Some(headers)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut out = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        out.push(u8::from_str_radix(digits, 16).ok()?);
        out.extend(rest.as_bytes());
    }
    Some(out)
}

fn sampler(variable: &dyn Fn(&str) -> Option<String>) -> Result<Sampler, SettingsError> {
    let name = variable("OTEL_TRACES_SAMPLER").unwrap_or_else(|| "parentbased_always_on".to_owned());
    let (asks_parent, rest) = match name.strip_prefix("parentbased_") {
        Some(rest) => (true, rest),
        None => (false, name.as_str()),
    };
    let below = match rest {
        "always_on" => 1 << 63,
        "always_off" => 0,
        "traceidratio" => {
            let wrong = SettingsError("OTEL_TRACES_SAMPLER_ARG");
            let ratio = variable("OTEL_TRACES_SAMPLER_ARG").unwrap_or_else(|| "1".to_owned());
            match millionths(&ratio).ok_or(wrong)? {
                1_000_000 => 1 << 63,
                share => share * ((1 << 63) / 1_000_000),
            }
        }
        _ => return Err(SettingsError("OTEL_TRACES_SAMPLER")),
    };
    Ok(Sampler { asks_parent, below })
}

/// A ratio from 0 to 1 in millionths; more places behind its point are left out.
fn millionths(text: &str) -> Option<u64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let rest: String = rest.chars().chain("000000".chars()).take(6).collect();
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let value = whole.checked_mul(1_000_000)?.checked_add(rest.parse().ok()?)?;
    (value <= 1_000_000).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Settings>, SettingsError> {
        Settings::from_variables(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_collector_is_named_as_everywhere() {
        assert!(read(&[]).unwrap().is_none());
        let all = read(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x, a=b"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "500"),
        ]);
        let all = all.unwrap().unwrap();
        assert_eq!(all.url.as_str(), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(all.headers["authorization"], "Bearer x");
        assert_eq!(all.headers["a"], "b");
        assert_eq!(
            (all.patience, all.service.as_str()),
            (Duration::from_millis(500), "kirokubo")
        );
        assert!(all.sampler.asks_parent && all.sampler.takes(&[0xff; 16]));
        let own = read(&[
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://c.example/x"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://other"),
        ]);
        assert_eq!(own.unwrap().unwrap().url.as_str(), "https://c.example/x");
    }

    #[test]
    fn it_is_turned_off_as_everywhere() {
        let on = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
        for off in [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")] {
            assert!(read(&[on, off]).unwrap().is_none());
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_without_its_value() {
        let on = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector:4317"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "geheim"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
            ("OTEL_TRACES_SAMPLER", "mine"),
        ] {
            let refused = read(&[(name, value), on]).unwrap_err();
            assert_eq!(refused.0, name);
            assert!(!refused.to_string().contains(value), "{refused}");
        }
    }

    #[test]
    fn a_ratio_takes_its_share() {
        let sampler = |ratio: &str| {
            let settings = read(&[
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"),
                ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
                ("OTEL_TRACES_SAMPLER_ARG", ratio),
            ]);
            settings.map(|settings| settings.unwrap().sampler)
        };
        let trace = |first: u8| {
            let mut trace = [0; 16];
            trace[8] = first;
            trace
        };
        let half = sampler("0.5").unwrap();
        assert!(half.takes(&trace(0x7f)) && !half.takes(&trace(0x80)));
        assert!(!sampler("0").unwrap().takes(&trace(0)));
        assert!(sampler("1").unwrap().takes(&trace(0xff)));
        assert!(sampler("1.1").is_err() && sampler("x").is_err());
    }
}
