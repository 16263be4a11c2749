//! `kirokubo init`: keys, schema and ledger, once.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kirokubo_ledger::note::Origin;
use kirokubo_store::{Clock, Role, Store, random};
use serde_json::json;

use super::{Outcome, SharedPlace};

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The data folder to make.
    #[arg(long, value_name = "DIR", env = "KIROKUBO_DATA")]
    data: PathBuf,
    #[command(flatten)]
    shared: SharedPlace,
    /// The business operator (事業者名) the ledger belongs to.
    #[arg(
        long,
        value_name = "NAME",
        env = "KIROKUBO_OPERATOR",
        default_value = "(事業者名未設定)"
    )]
    operator: String,
    /// The ledger's name in its checkpoints: a URL without scheme, such as `log.example.jp/kirokubo`. It can
    /// never be changed. One that nobody else has is made up if absent.
    #[arg(long, value_name = "ORIGIN", env = "KIROKUBO_ORIGIN")]
    origin: Option<String>,
    /// `sqlite:` (in the data folder), `sqlite:PATH`, or `postgres://USER@HOST/DATABASE`.
    #[arg(
        long,
        value_name = "URL",
        env = "KIROKUBO_DATABASE_URL",
        default_value = "sqlite:",
        hide_env_values = true
    )]
    database_url: String,
    /// One JSON object on standard output.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

impl Init {
    pub(super) async fn run(self) -> Outcome {
        let made_up = || format!("localhost/kirokubo/{}", random::name::<6>());
        let origin: Origin = self.origin.unwrap_or_else(made_up).parse()?;
        let store = Store::init(
            self.shared.beside(&self.data),
            &self.database_url,
            &self.operator,
            &origin,
            Clock::system(),
        )
        .await?;
        let admin = store.create_key(Role::Admin, "first admin", None).await?;
        let ledger = store.ledger();
        let (id, vkey) = (ledger.ledger_id().to_string(), ledger.verifier().to_string());
        let access = store.access_ledger();
        let access = access.ledger();
        if self.json {
            let made = json!({
                "ledger_id": id, "origin": origin.to_string(), "vkey": vkey, "admin_key": admin.key,
                "access_ledger_id": access.ledger_id().to_string(), "access_vkey": access.verifier().to_string(),
            });
            println!("{made}");
            return Ok(ExitCode::SUCCESS);
        }
        println!(
            "台帳を作成しました / a ledger was made in {}",
            self.data.display()
        );
        println!("  ledger_id  {id}");
        println!("  origin     {origin}");
        println!("  vkey       {vkey}");
        println!("  admin key  {}", admin.key);
        println!("閲覧記録の台帳 / the ledger of who read what");
        println!("  ledger_id  {}", access.ledger_id());
        println!("  vkey       {}", access.verifier());
        println!("この管理者キーは二度と表示されません。二つのvkeyは監査人に渡してください。");
        println!("The admin key is shown only now. Give both vkeys to your auditor.");
        Ok(ExitCode::SUCCESS)
    }
}
