//! The contract as one plain page: no script, no style sheet from elsewhere, readable in a closed network.

use std::fmt::Write;

use serde_json::Value;

/// Renders the page from the contract.
pub(crate) fn render(contract: &Value) -> String {
    let mut page = String::from(HEAD);
    for (path, methods) in contract["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            section(&mut page, method, path, operation);
        }
    }
    page.push_str("</main></body></html>\n");
    page
}

const HEAD: &str = "<!doctype html><html lang=\"ja\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Kirokubo API</title><style>\
body{font-family:sans-serif;line-height:1.6;margin:0;color:#1a1a1c;background:#fff}\
main{max-width:60rem;margin:0 auto;padding:1rem}\
section{border-top:1px solid #d8d8db;padding:.5rem 0}h2{font-size:1.1rem;margin:.5rem 0}\
code,pre{font-family:monospace;background:#f1f1f4}pre{padding:.75rem;overflow:auto}\
.method{display:inline-block;min-width:4rem;font-weight:bold}table{border-collapse:collapse}\
td{padding:.1rem 1rem .1rem 0;vertical-align:top}</style></head><body><main>\
<h1>Kirokubo(記録簿)API</h1><p>契約の全文 / the whole contract: <a href=\"/openapi.yaml\">openapi.yaml</a>。\
認証は <code>Authorization: Bearer kk_…</code>。誤りは RFC 9457 の問題詳細で返ります\
(<code>Accept-Language: en</code> で英語)。</p>";

fn section(page: &mut String, method: &str, path: &str, operation: &Value) {
    let text = |name: &str| escape(operation[name].as_str().unwrap_or_default());
    let write = |page: &mut String, text: std::fmt::Arguments<'_>| {
        page.write_fmt(text).expect("writing to a string cannot fail");
    };
    write(
        page,
        format_args!(
            "<section><h2><span class=\"method\">{}</span> <code>{}</code></h2><p>{}</p><p>{}</p>",
            method.to_uppercase(),
            escape(path),
            text("summary"),
            text("description"),
        ),
    );
    if let Some(schema) = operation
        .pointer("/requestBody/content")
        .and_then(|content| content.as_object())
    {
        let names = schema.iter().map(|(media, body)| {
            let reference = body
                .pointer("/schema/$ref")
                .and_then(Value::as_str)
                .unwrap_or("(any)");
            format!("{} — {}", media, reference.rsplit('/').next().unwrap_or_default())
        });
        write(
            page,
            format_args!(
                "<p>body: <code>{}</code></p>",
                escape(&names.collect::<Vec<_>>().join(", "))
            ),
        );
    }
    page.push_str("<table>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let description = escape(response["description"].as_str().unwrap_or_default());
        write(
            page,
            format_args!("<tr><td>{}</td><td>{description}</td></tr>", escape(status)),
        );
    }
    page.push_str("</table></section>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
