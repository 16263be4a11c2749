//! The routes, one file each: extract, convert, one call, convert.

mod agreement_shape;
pub(crate) mod amendment;
pub(crate) mod duty_check;
pub(crate) mod event;
pub(crate) mod event_shape;
pub(crate) mod event_stream;
pub(crate) mod evidence;
pub(crate) mod evidence_content;
pub(crate) mod evidence_upload;
pub(crate) mod log;
mod mask;
pub(crate) mod principal_list;
pub(crate) mod proof;
pub(crate) mod question_shape;
pub(crate) mod receipt;
mod recipient_shape;
pub(crate) mod record;
pub(crate) mod record_list;
pub(crate) mod record_principals;
pub(crate) mod record_view;
pub(crate) mod retention_check;
pub(crate) mod search;
pub(crate) mod series;
pub(crate) mod service;
