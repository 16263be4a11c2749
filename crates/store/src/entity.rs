//! The tables as sea-orm entities, for reads and for rows written once in a while. Appending uses static
//! statements instead (`insert.rs`). Nothing here leaves the crate.

#![expect(
    unreachable_pub,
    reason = "sea-orm's derives want public models; the module itself is private"
)]

use sea_orm::entity::prelude::*;

/// One entity a table: classic sea-orm, without relations or hooks.
macro_rules! table {
    ($name:ident, $table:literal, { $($(#[$key:meta])? $field:ident : $type:ty),+ $(,)? }) => {
        pub(crate) mod $name {
            use super::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model { $($(#[$key])? pub $field: $type),+ }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

table!(ledger, "ledgers", {
    #[sea_orm(primary_key)] id: i32,
    ledger_id: Vec<u8>,
    origin: String,
    operator: String,
    created_at: i64,
    access_of: Option<i32>,
});

table!(entry, "entries", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] idx: i64,
    leaf: Vec<u8>,
    bytes: Vec<u8>,
});

table!(tile, "tiles", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] level: i32,
    #[sea_orm(primary_key, auto_increment = false)] n: i64,
    hashes: Vec<u8>,
});

table!(checkpoint, "checkpoints", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] size: i64,
    note: String,
});

table!(timestamp, "timestamps", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] size: i64,
    anchor: i64,
    answer: Vec<u8>,
    tsa: String,
    earliest: i64,
    latest: i64,
});

table!(published, "published", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] seq: i64,
    size: i64,
    published_at: i64,
    way: i16,
    mac: Vec<u8>,
});

table!(cosignature, "cosignatures", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] size: i64,
    #[sea_orm(primary_key, auto_increment = false)] vkey: String,
    #[sea_orm(primary_key, auto_increment = false)] cosigned_at: i64,
    line: String,
});

table!(witness_size, "witness_sizes", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] vkey: String,
    size: i64,
    seen_at: i64,
    checkpoint: Option<String>,
    mac: Vec<u8>,
});

table!(head, "heads", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    size: i64,
    recorded_at: i64,
    leaf: Vec<u8>,
    frontier: Vec<u8>,
    note: String,
});

table!(record, "records", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] idx: i64,
    record_id: Vec<u8>,
    system: String,
    event_id: String,
    body_digest: Vec<u8>,
    recorded_by: String,
    direction: i16,
    law_case: i16,
    status: i16,
    event_date: i32,
    retain_through: i32,
    third_party: Option<i64>,
    mac: Vec<u8>,
});

table!(record_content, "record_contents", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] idx: i64,
    month: i32,
    secret: Vec<u8>,
    sealed: Vec<u8>,
});

table!(principal_row, "principal_rows", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] idx: i64,
    #[sea_orm(primary_key, auto_increment = false)] n: i64,
    sealed: Vec<u8>,
});

table!(list, "lists", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] number: i64,
    list_id: Vec<u8>,
    record_id: Vec<u8>,
    state: i16,
    principals: i64,
    root: Vec<u8>,
    secret: Vec<u8>,
    idx: Option<i64>,
    made_at: i64,
    made_by: String,
    declared: Option<i64>,
    idempotency: Option<Vec<u8>>,
    body_digest: Option<Vec<u8>>,
    mac: Vec<u8>,
});

table!(list_node, "list_nodes", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] number: i64,
    #[sea_orm(primary_key, auto_increment = false)] n: i64,
    hashes: Vec<u8>,
});

table!(approval, "approvals", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] id: Vec<u8>,
    subject: i16,
    idx: i64,
    asked_by: String,
    asked_at: i64,
    state: i16,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    request: Option<Vec<u8>>,
    note: Option<Vec<u8>>,
    mac: Vec<u8>,
});

table!(idempotency_key, "idempotency_keys", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] digest: Vec<u8>,
    body_digest: Vec<u8>,
});

table!(master, "masters", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] kind: i16,
    #[sea_orm(primary_key, auto_increment = false)] id: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)] version: i32,
    holds_from: i32,
    made_at: i64,
    made_by: String,
    sealed: Vec<u8>,
});

table!(evidence, "evidence", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] id: Vec<u8>,
    digest: Vec<u8>,
    media_type: String,
    size: i64,
    created_at: i64,
    created_by: String,
    month: i32,
    secret: Vec<u8>,
    sealed: Vec<u8>,
});

table!(evidence_link, "evidence_links", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] evidence: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)] idx: i64,
});

table!(access, "accesses", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] idx: i64,
    access_id: Vec<u8>,
    kind: i16,
    actor: String,
    made_at: i64,
    all_below: Option<i64>,
    mac: Vec<u8>,
});

table!(access_record, "access_records", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] record: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)] idx: i64,
});

table!(hold, "holds", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] id: Vec<u8>,
    reason: String,
    review_on: i32,
    set_by: String,
    set_at: i64,
    released_by: Option<String>,
    released_at: Option<i64>,
    mac: Vec<u8>,
});

table!(erasure, "erasures", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] id: Vec<u8>,
    state: i16,
    basis: String,
    proposed_by: String,
    proposed_at: i64,
    first_by: Option<String>,
    first_at: Option<i64>,
    second_by: Option<String>,
    second_at: Option<i64>,
    rejected_by: Option<String>,
    rejected_at: Option<i64>,
    mac: Vec<u8>,
});

table!(erasure_record, "erasure_records", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] erasure: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)] idx: i64,
    entry: Option<i64>,
});

table!(erasing, "erasing", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] place: i64,
    idx: i64,
    month: i32,
    secret: Vec<u8>,
});

table!(month_end, "month_ends", {
    #[sea_orm(primary_key, auto_increment = false)] ledger: i32,
    #[sea_orm(primary_key, auto_increment = false)] month: i32,
    ends: i64,
    mac: Vec<u8>,
});

table!(api_key, "api_keys", {
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    ledger: i32,
    hash: Vec<u8>,
    role: String,
    name: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    mac: Vec<u8>,
});
