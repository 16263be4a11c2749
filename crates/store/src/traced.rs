//! The target of spans that are told to a collector of traces; `kirokubo`'s `traces.rs` collects them.

pub(crate) const TARGET: &str = "kirokubo::trace";
