//! TLS on the way to PostgreSQL: with `sslmode=verify-full` nobody is spoken to who is not the named server.

use std::path::{Path, PathBuf};
use std::process::Command;

use kirokubo_store::{Clock, Store, StoreError};
use kirokubo_test_cluster::{Cluster, Database, programs};

/// A folder with two roots, and a certificate for `localhost` that the first one signed.
struct Certificates(PathBuf);

impl Certificates {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("kirokubo-tls-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder).unwrap();
        let made = Self(folder);
        for root in ["root", "other"] {
            let subject = format!("/CN={root}");
            made.openssl(&[
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                &subject,
                "-addext",
                "basicConstraints=critical,CA:TRUE",
                "-addext",
                "keyUsage=critical,keyCertSign",
                "-keyout",
                &format!("{root}.key"),
                "-out",
                &format!("{root}.pem"),
            ]);
        }
        made.openssl(&[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-keyout",
            "server.key",
            "-out",
            "server.csr",
        ]);
        std::fs::write(
            made.0.join("names"),
            "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n",
        )
        .unwrap();
        made.openssl(&[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "names",
            "-out",
            "server.pem",
        ]);
        made
    }

    fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What to trust whom by.
    fn verified_by(&self, root: &str) -> String {
        format!("sslmode=verify-full&sslrootcert={}", self.path(root).display())
    }
}

impl Drop for Certificates {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_spoken_to_only_if_it_proves_who_it_is() {
    let Some(programs) = programs(&["initdb", "postgres", "psql"]) else {
        return;
    };
    let certificates = Certificates::new();
    let identity = ["server.pem", "server.key"].map(|name| certificates.path(name));
    let tls = Cluster::on_network(programs.clone(), Some(identity.each_ref().map(PathBuf::as_path)));
    let plain = Cluster::on_network(programs, None);
    let (database, other) = (tls.database(), plain.database());
    let folder = certificates.path("data");
    let right = database.network_url("localhost", &certificates.verified_by("root.pem"));
    let origin = "test.example.jp/ledger".parse().unwrap();
    let store = Store::init(&folder, &right, "試験株式会社", &origin, Clock::system())
        .await
        .unwrap();
    assert_eq!(spoken_in_tls(&database), [["t"]], "and nothing in clear");
    store.close().await.unwrap();

    for (why, url) in [
        (
            "another root",
            database.network_url("localhost", &certificates.verified_by("other.pem")),
        ),
        (
            "another name",
            database.network_url("127.0.0.1", &certificates.verified_by("root.pem")),
        ),
        (
            "no TLS",
            other.network_url("localhost", &certificates.verified_by("root.pem")),
        ),
        (
            "no TLS, whoever it is",
            other.network_url("localhost", "sslmode=require"),
        ),
        (
            "a root that the machine does not know",
            database.network_url("localhost", "sslmode=verify-full"),
        ),
    ] {
        assert!(is_refused(&folder, &url).await, "{why}");
    }
    // Both would serve whoever does not ask who they are.
    for url in [
        database.network_url("localhost", "sslmode=require"),
        database.network_url("localhost", "sslmode=disable"),
    ] {
        let store = Store::open(&folder, &url, Clock::system()).await.unwrap();
        store.close().await.unwrap();
    }
    let plainly = other.network_url("localhost", "sslmode=disable");
    let refused = Store::open(&folder, &plainly, Clock::system()).await;
    assert!(
        matches!(refused, Err(StoreError::Outdated { .. })),
        "it answers, and is empty"
    );
}

/// Whether nothing was said to it but that.
async fn is_refused(folder: &Path, url: &str) -> bool {
    let opened = Store::open(folder, url, Clock::system()).await;
    matches!(opened, Err(StoreError::Unavailable(_)))
}

/// Whether the connections of the store are encrypted.
fn spoken_in_tls(database: &Database<'_>) -> Vec<Vec<String>> {
    database.rows(
        "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = 'kirokubo' AND datname = current_database()",
    )
}
