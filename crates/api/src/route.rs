//! The routes, one file each: extract, convert, one call, convert.

pub(crate) mod duty_check;
pub(crate) mod event;
pub(crate) mod event_shape;
pub(crate) mod event_stream;
pub(crate) mod log;
mod mask;
pub(crate) mod principal_list;
pub(crate) mod proof;
pub(crate) mod receipt;
pub(crate) mod record;
pub(crate) mod record_list;
pub(crate) mod record_principals;
pub(crate) mod record_view;
pub(crate) mod retention_check;
pub(crate) mod search;
pub(crate) mod service;
