//! Spans as OTLP says them in JSON: `ExportTraceServiceRequest`, ids in hexadecimal, 64-bit numbers as texts, enumerations
//! as numbers (OTLP specification 1.x, "JSON Protobuf Encoding").

use serde_json::{Value as Json, json};

use super::span::{Context, Finished, Value};

/// `SPAN_KIND_INTERNAL` and `SPAN_KIND_SERVER`.
const KINDS: [u8; 2] = [1, 2];

/// `STATUS_CODE_ERROR`.
const FAILED: u8 = 2;

/// The body of a request that tells these spans, of this instance of this service.
pub(super) fn request(service: &str, instance: &str, spans: &[Finished]) -> Json {
    let version = env!("CARGO_PKG_VERSION");
    let resource = [
        ("service.name", service),
        ("service.version", version),
        ("service.instance.id", instance),
    ];
    let resource = resource.map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}));
    json!({"resourceSpans": [{
        "resource": {"attributes": resource},
        "scopeSpans": [{
            "scope": {"name": "kirokubo", "version": version},
            "spans": spans.iter().map(span).collect::<Vec<_>>(),
        }],
    }]})
}

fn span(span: &Finished) -> Json {
    let mut told = json!({
        "traceId": span.context.trace_hex(),
        "spanId": hex::encode(span.context.span),
        "flags": 1,
        "name": span.name,
        "kind": KINDS[usize::from(span.is_server)],
        "startTimeUnixNano": span.start.to_string(),
        "endTimeUnixNano": span.end.to_string(),
        "attributes": span.attributes.iter().map(attribute).collect::<Vec<_>>(),
    });
    if let Some(parent) = span.parent {
        told["parentSpanId"] = hex::encode(parent).into();
    }
    if !span.links.is_empty() {
        told["links"] = span.links.iter().map(link).collect();
    }
    if span.has_failed {
        told["status"] = json!({"code": FAILED});
    }
    told
}

fn link(to: &Context) -> Json {
    json!({"traceId": to.trace_hex(), "spanId": hex::encode(to.span), "flags": 1})
}

fn attribute((key, value): &(&'static str, Value)) -> Json {
    let value = match value {
        Value::Text(text) => json!({"stringValue": text}),
        Value::Whole(number) => json!({"intValue": number.to_string()}),
    };
    json!({"key": key, "value": value})
}
