//! The routes, one file each: extract, convert, one call, convert.

pub(crate) mod duty_check;
pub(crate) mod event;
pub(crate) mod event_shape;
pub(crate) mod event_stream;
pub(crate) mod follow_up;
pub(crate) mod log;
mod mask;
mod master_shape;
mod master_view;
pub(crate) mod opt_out_filing;
pub(crate) mod proof;
pub(crate) mod provision_check;
pub(crate) mod receipt;
pub(crate) mod recipient;
pub(crate) mod record;
pub(crate) mod record_list;
pub(crate) mod record_view;
pub(crate) mod retention_check;
pub(crate) mod search;
pub(crate) mod service;
pub(crate) mod settings;
pub(crate) mod suppression;
pub(crate) mod third_party;
pub(crate) mod third_party_look;
