//! What a team in the house would write: axum, entities, one transaction a request, and a hash chain of its own.
//!
//! Each row holds SHA-256 over the hash before it and its own contents, so rows are appended one after the other,
//! behind a mutex. WAL and `synchronous=FULL`, as durable as we are. It knows no law, keys, encryption or proofs.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use kirokubo_tests::Scratch;
use sea_orm::entity::prelude::*;
use sea_orm::{
    ActiveValue, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Schema, TransactionTrait,
};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::over_http::{BUSY, answer, measure, myself, open_to_all, runtime, serve};
use super::{Load, Measured, Peer, Who};
use crate::Outcome;
use crate::columns::Columns;
use crate::server::Server;

/// The argument by which this program becomes the peer.
pub(super) const ARGUMENT: &str = "naive";

/// A fresh table for each load.
pub(super) struct Naive;

impl Peer for Naive {
    fn who(&self) -> Who {
        Who::Naive
    }

    fn take(&self, load: Load) -> Outcome<Measured> {
        let scratch = Scratch::new();
        let folder = scratch.path().join("naive");
        std::fs::create_dir(&folder)?;
        let mut command = myself(ARGUMENT, &folder.join("naive.db"))?;
        let server = Server::start(&mut command, &scratch.path().join("log"))?;
        let target = open_to_all(&server);
        measure(server, target, &folder, load)
    }
}

/// The peer itself, until SIGTERM.
pub(super) fn run(database: &Path) -> Outcome<()> {
    runtime()?.block_on(async {
        let database = connect(database).await?;
        let events = Events {
            database: database.clone(),
            head: Mutex::new(Vec::new()),
        };
        let app = Router::new()
            .route("/v1/provisions", post(record))
            .route("/v1/receipts", post(record))
            .with_state(Arc::new(events));
        serve(app).await?;
        // Or its write-ahead log would be weighed as well.
        Ok(database.close().await?)
    })
}

/// The table.
#[expect(
    unreachable_pub,
    reason = "the library's derives want public models; the module itself is private"
)]
mod event {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "events")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(unique)]
        pub event_id: String,
        #[sea_orm(indexed)]
        pub third_party: Option<String>,
        #[sea_orm(indexed)]
        pub principal: Option<String>,
        #[sea_orm(column_type = "Text")]
        pub body: String,
        pub hash: Vec<u8>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

struct Events {
    database: DatabaseConnection,
    /// The last row's hash; whoever holds it is the one who appends.
    head: Mutex<Vec<u8>>,
}

async fn connect(file: &Path) -> Outcome<DatabaseConnection> {
    let file = file.to_owned();
    let mut options = ConnectOptions::new("sqlite://naive.db");
    options.sqlx_logging(false).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&file)
            .create_if_missing(true)
            .busy_timeout(BUSY)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
    });
    let database = Database::connect(options).await?;
    let schema = Schema::new(database.get_database_backend());
    database
        .execute(&schema.create_table_from_entity(event::Entity))
        .await?;
    for index in schema.create_index_from_entity(event::Entity) {
        database.execute(&index).await?;
    }
    Ok(database)
}

async fn record(State(events): State<Arc<Events>>, body: String) -> Response {
    answer(events.append(body).await)
}

impl Events {
    async fn append(&self, body: String) -> Outcome<i64> {
        let columns = Columns::of(&body)?;
        let mut head = self.head.lock().await;
        let hash = Sha256::new()
            .chain_update(&*head)
            .chain_update(&columns.event_id)
            .chain_update(&body)
            .finalize()
            .to_vec();
        let row = event::ActiveModel {
            id: ActiveValue::NotSet,
            event_id: ActiveValue::Set(columns.event_id),
            third_party: ActiveValue::Set(columns.third_party),
            principal: ActiveValue::Set(columns.principal),
            body: ActiveValue::Set(body),
            hash: ActiveValue::Set(hash.clone()),
        };
        let transaction = self.database.begin().await?;
        let row = row.insert(&transaction).await?;
        transaction.commit().await?;
        *head = hash;
        Ok(row.id)
    }
}
