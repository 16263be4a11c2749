//! Spans as they open and close, made into what is told of them.

use std::time::Instant;

use kirokubo_store::{Clock, random};
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context as Scope;
use tracing_subscriber::registry::LookupSpan;

use super::settings::Sampler;
use super::span::{Context, Finished, Value};
use super::{COUNTS, TARGET};

/// What may be told of a span. Nothing of it comes from what somebody sent: a route is its pattern.
const ATTRIBUTES: [&str; 6] = [
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "kirokubo.batch.records",
    "kirokubo.batch.rows",
    "kirokubo.verdict",
];

/// The `traceparent` of a request, which is no attribute.
const PARENT: &str = "traceparent";

/// Requests that a batch is linked to at most.
const LINKS: usize = 64;

/// Collects the spans of [`TARGET`].
pub(crate) struct SpanLayer {
    out: mpsc::Sender<Finished>,
    sampler: Sampler,
    /// When this began, Unix nanoseconds, and by the clock that never goes back.
    began: (u64, Instant),
}

/// A span that is open.
struct Open {
    context: Context,
    parent: Option<[u8; 8]>,
    start: u64,
    fields: Fields,
    links: Vec<Context>,
}

/// What was said of it.
#[derive(Default)]
struct Fields {
    attributes: Vec<(&'static str, Value)>,
    parent: Option<Context>,
}

impl SpanLayer {
    pub(super) fn new(out: mpsc::Sender<Finished>, sampler: Sampler, clock: &Clock) -> Self {
        let millis = u64::try_from(clock.now_ms()).unwrap_or(0);
        Self {
            out,
            sampler,
            began: (millis * 1_000_000, Instant::now()),
        }
    }

    fn now(&self) -> u64 {
        let (at, since) = self.began;
        at + u64::try_from(since.elapsed().as_nanos()).unwrap_or(0)
    }

    /// Who a new span is, below `parent` or the first of a trace.
    fn context(&self, parent: Option<Context>) -> Context {
        let trace = parent.map_or_else(random::bytes, |parent| parent.trace);
        Context {
            trace,
            span: random::bytes(),
            is_sampled: parent.map_or_else(|| self.sampler.takes(&trace), |parent| parent.is_sampled),
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SpanLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, scope: Scope<'_, S>) {
        let Some(span) = scope.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let above = span
            .parent()
            .and_then(|parent| parent.extensions().get::<Open>().map(|open| open.context));
        let parent = above.or(fields.parent);
        // A caller's trace goes on under its id, also where he does not decide whether it is told of.
        let mut context = self.context(parent);
        if above.is_none() && !self.sampler.asks_parent {
            context.is_sampled = self.sampler.takes(&context.trace);
        }
        span.extensions_mut().insert(Open {
            context,
            parent: parent.map(|parent| parent.span),
            start: self.now(),
            fields,
            links: Vec::new(),
        });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, scope: Scope<'_, S>) {
        if let Some(span) = scope.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            values.record(&mut open.fields);
        }
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, scope: Scope<'_, S>) {
        let link = scope
            .span(follows)
            .and_then(|span| span.extensions().get::<Open>().map(|open| open.context));
        if let Some(link) = link.filter(|link| link.is_sampled)
            && let Some(span) = scope.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
            && open.links.len() < LINKS
        {
            open.links.push(link);
        }
    }

    fn on_close(&self, id: Id, scope: Scope<'_, S>) {
        let Some(span) = scope.span(&id) else { return };
        let Some(open) = span.extensions_mut().remove::<Open>() else {
            return;
        };
        if !open.context.is_sampled {
            return;
        }
        if self
            .out
            .try_send(open.finished(span.metadata(), self.now()))
            .is_err()
        {
            COUNTS.dropped(1);
        }
    }
}

impl Open {
    fn finished(self, metadata: &Metadata<'_>, end: u64) -> Finished {
        let Fields { attributes, .. } = self.fields;
        let said = |name: &str| {
            attributes
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value)
        };
        let name = match (said("http.request.method"), said("http.route")) {
            (Some(Value::Text(method)), Some(Value::Text(route))) => format!("{method} {route}"),
            _ => metadata.name().to_owned(),
        };
        let has_failed = matches!(said("http.response.status_code"), Some(Value::Whole(500..)));
        Finished {
            is_server: said("http.route").is_some(),
            name,
            context: self.context,
            parent: self.parent,
            start: self.start,
            end,
            attributes,
            links: self.links,
            has_failed,
        }
    }
}

impl Fields {
    fn keep(&mut self, field: &Field, value: Value) {
        if ATTRIBUTES.contains(&field.name()) {
            self.attributes.push((field.name(), value));
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == PARENT {
            self.parent = Context::parse(value);
        } else {
            self.keep(field, Value::Text(value.to_owned()));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, Value::Whole(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, Value::Whole(value));
    }

    /// Whatever has no plain type is not told.
    fn record_debug(&mut self, _field: &Field, _value: &dyn std::fmt::Debug) {}
}

/// Whether a span is one of those that are told.
pub(crate) fn is_told(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target() == TARGET
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::filter::filter_fn;
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn spans_are_told_with_their_parents_links_and_nothing_that_somebody_sent() {
        let (out, mut inbox) = mpsc::channel(8);
        let sampler = Sampler {
            asks_parent: true,
            below: 1 << 63,
        };
        let layer = SpanLayer::new(out, sampler, &Clock::manual(1_700_000_000_000));
        let subscriber = tracing_subscriber::registry().with(layer.with_filter(filter_fn(is_told)));
        tracing::subscriber::with_default(subscriber, || {
            let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
            let request = tracing::debug_span!(
                target: TARGET, "request", traceparent = parent, http.request.method = "POST", http.route = "/v1/x",
                http.response.status_code = tracing::field::Empty, name = "山田 太郎"
            );
            request.in_scope(|| {
                let ours = tracing::info_span!("request", request_id = "r");
                ours.in_scope(|| {
                    drop(tracing::debug_span!(target: TARGET, "judge", kirokubo.verdict = "none"));
                });
            });
            request.record("http.response.status_code", 503_u64);
            let batch =
                tracing::debug_span!(target: TARGET, parent: None, "append", kirokubo.batch.records = 3_u64);
            batch.follows_from(&request);
            drop(batch);
        });
        let told: Vec<Finished> = std::iter::from_fn(|| inbox.try_recv().ok()).collect();
        let [judge, batch, request] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!(
            (request.name.as_str(), request.is_server, request.has_failed),
            ("POST /v1/x", true, true)
        );
        assert_eq!(request.context.trace_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(
            request.parent,
            Some([0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7])
        );
        assert_eq!(request.attributes.len(), 3, "{request:?}");
        assert!(request.start >= 1_700_000_000_000_000_000 && request.end >= request.start);
        assert_eq!(
            judge.parent,
            Some(request.context.span),
            "what lies between is of the log"
        );
        assert_eq!((batch.parent, &batch.links), (None, &vec![request.context]));
        assert_eq!(batch.attributes, [("kirokubo.batch.records", Value::Whole(3))]);
    }

    #[test]
    fn what_the_caller_does_not_sample_is_not_told() {
        let (out, mut inbox) = mpsc::channel(8);
        let sampler = Sampler {
            asks_parent: true,
            below: 1 << 63,
        };
        let layer = SpanLayer::new(out, sampler, &Clock::manual(0));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
            let request = tracing::debug_span!(target: TARGET, "request", traceparent = parent);
            request.in_scope(|| drop(tracing::debug_span!(target: TARGET, "judge")));
        });
        assert!(inbox.try_recv().is_err());
    }
}
