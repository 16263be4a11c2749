//! What is told of a span, and the W3C context by which spans of several programs belong together.

/// Who a span is: its trace, itself, and whether it is told of. W3C Trace Context, level 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) trace: [u8; 16],
    pub(crate) span: [u8; 8],
    pub(crate) is_sampled: bool,
}

impl Context {
    /// Reads a `traceparent`; `None` if it is not one. A version that is not known yet is read as far as this one goes.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let mut parts = header.trim().split('-');
        let [version] = bytes::<1>(parts.next()?)?;
        let trace = bytes::<16>(parts.next()?)?;
        let span = bytes::<8>(parts.next()?)?;
        let [flags] = bytes::<1>(parts.next()?)?;
        let is_whole = version != 0 || parts.next().is_none();
        let is_one = version != 0xff && trace != [0; 16] && span != [0; 8];
        (is_whole && is_one).then_some(Self {
            trace,
            span,
            is_sampled: flags & 1 == 1,
        })
    }

    /// The trace's id, in hexadecimal.
    pub(crate) fn trace_hex(&self) -> String {
        hex::encode(self.trace)
    }
}

/// Hexadecimal digits, small ones only, as the recommendation asks.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_small = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let mut out = [0; N];
    (is_small && hex::decode_to_slice(text, &mut out).is_ok()).then_some(out)
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
}

/// A span that has ended.
#[derive(Clone, Debug)]
pub(super) struct Finished {
    pub(super) context: Context,
    pub(super) parent: Option<[u8; 8]>,
    pub(super) name: String,
    /// Whether it answers somebody's request.
    pub(super) is_server: bool,
    /// Unix nanoseconds.
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) attributes: Vec<(&'static str, Value)>,
    /// Spans of other traces that this one worked for.
    pub(super) links: Vec<Context>,
    pub(super) has_failed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_as_the_recommendation_says() {
        let context = Context::parse(PARENT).unwrap();
        assert_eq!(context.trace_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.span, [0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]);
        assert!(context.is_sampled);
        assert!(!Context::parse(&PARENT.replace("-01", "-00")).unwrap().is_sampled);
        assert!(Context::parse(&format!("{}-more", PARENT.replacen("00", "01", 1))).is_some());
    }

    #[test]
    fn what_is_no_traceparent_is_left() {
        for bad in [
            String::new(),
            "nonsense".to_owned(),
            PARENT.to_uppercase(),
            PARENT.replacen("00", "ff", 1),
            format!("{PARENT}-more"),
            PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            PARENT.replace("00f067aa0ba902b7", &"0".repeat(16)),
            PARENT.replace("-01", ""),
        ] {
            assert_eq!(Context::parse(&bad), None, "{bad}");
        }
    }
}
