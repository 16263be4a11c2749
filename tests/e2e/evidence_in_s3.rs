//! Files of evidence in a bucket: the same promises, kept by a real S3 server over HTTP.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;

use axum::Router;
use axum::error_handling::HandleError;
use axum::http::StatusCode;
use kirokubo_tests::{DataFolder, Role, Scratch, Server};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::sync::oneshot;

use crate::evidence::{content, objects, pdf, send};

const BUCKET: &str = "evidence";
const ACCESS_KEY: &str = "AKIATEST";
const SECRET_KEY: &str = "a secret of the tests";

/// An S3 server with one bucket, on a thread of its own. Dropping it stops it.
struct Bucket {
    address: SocketAddr,
    scratch: Scratch,
    _stop: oneshot::Sender<()>,
}

impl Bucket {
    fn new() -> Self {
        let scratch = Scratch::new();
        fs::create_dir(scratch.path().join(BUCKET)).unwrap();
        let root = scratch.path().to_owned();
        let (told, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
                builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
                let service = HandleError::new(builder.build(), async |_| StatusCode::INTERNAL_SERVER_ERROR);
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                let serving = axum::serve(listener, Router::new().fallback_service(service));
                tokio::select! {
                    served = async { serving.await } => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self {
            address: address.recv().unwrap(),
            scratch,
            _stop: stop,
        }
    }

    fn variables(&self, prefix: &str, secret: &str) -> Vec<(String, String)> {
        [
            ("KIROKUBO_EVIDENCE_URL", format!("s3://{BUCKET}/{prefix}")),
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "ap-northeast-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The files of the bucket below a prefix.
    fn objects(&self, prefix: &str) -> Vec<PathBuf> {
        match fs::read_dir(self.scratch.path().join(BUCKET).join(prefix)) {
            Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
            Err(_) => Vec::new(),
        }
    }
}

fn borrowed(variables: &[(String, String)]) -> Vec<(&str, &str)> {
    variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[test]
fn files_go_to_the_bucket_and_come_back() {
    let bucket = Bucket::new();
    let variables = bucket.variables("ledger/one", SECRET_KEY);
    let mut server = Server::with_settings(DataFolder::new(), "info", &borrowed(&variables));
    let client = server.client(Role::Recorder);
    // The second is sent in two parts.
    let files = [pdf(100, 1), pdf(6_000_000, 2)];
    let kept = files
        .each_ref()
        .map(|file| send(&client, "application/pdf", file).expect(201));
    assert_eq!(send(&client, "application/pdf", &files[1]).expect(200), kept[1]);
    for (file, kept) in files.iter().zip(&kept) {
        assert!(content(&client, kept).bytes() == file);
    }
    assert_eq!(bucket.objects("ledger/one").len(), 2);
    assert_eq!(
        objects(server.folder()),
        [""; 0],
        "nothing lies in the data folder"
    );
    for object in bucket.objects("ledger/one") {
        let sealed = fs::read(object).unwrap();
        assert!(!sealed.starts_with(b"%PDF"), "it lies there in clear");
    }

    assert!(server.terminate().success());
    let report = server.folder().verify_with(&borrowed(&variables));
    assert_eq!(
        (&report["exit"], &report["evidence"]),
        (&0.into(), &2.into()),
        "{report:#}"
    );
    server.restart();
    let client = server.client(Role::Officer);
    assert!(content(&client, &kept[0]).bytes() == files[0]);

    fs::remove_file(&bucket.objects("ledger/one")[0]).unwrap();
    let report = server.folder().verify_with(&borrowed(&variables));
    assert_eq!(report["findings"][0]["code"], "EVIDENCE_MISSING", "{report:#}");
}

#[test]
fn a_bucket_that_refuses_is_no_loss_of_ours() {
    let bucket = Bucket::new();
    let variables = bucket.variables("", "not the secret");
    let server = Server::with_settings(DataFolder::new(), "info", &borrowed(&variables));
    let answer = send(&server.client(Role::Recorder), "application/pdf", &pdf(100, 1));
    assert_eq!(answer.expect(503)["code"], "evidence.unavailable");
    assert_eq!(answer.header("retry-after"), "5");
    assert!(!server.log().contains("not the secret"));
    assert_eq!(bucket.objects("").len(), 0);
    let list = server.client(Role::Officer).get("/v1/evidence").expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 0);
}
