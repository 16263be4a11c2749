//! Asking one witness to cosign (C2SP `tlog-witness`). Whatever it answers, it can do no more harm than not to answer:
//! answers are short, timely and verified, or they are failures.

use std::time::Duration;

use kirokubo_ledger::Size;
use kirokubo_ledger::note::{Cosignature, Note, WitnessKey};
use kirokubo_ledger::policy::PolicyWitness;
use kirokubo_ledger::witness::{AddCheckpoint, SIZE_MEDIA_TYPE, origin_hash, parse_size};
use kirokubo_store::{SignedHead, Store, StoreError};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode, redirect};

/// How long a witness may take to take a connection.
const CONNECT: Duration = Duration::from_secs(3);

/// How long one request may take in all.
const REQUEST: Duration = Duration::from_secs(10);

/// Largest answer that is read.
const ANSWER_MAX: usize = 64 << 10;

/// How often a witness is asked again because it named the size it holds: twice is honest, since it may move on meanwhile.
const ROUNDS: usize = 3;

/// How far a witness's clock may be ahead of ours, in seconds.
const AHEAD_MAX: u64 = 3_600;

/// Asks witnesses over HTTP. Redirects are not followed: a witness is where the operator says it is.
#[derive(Clone, Debug)]
pub(super) struct Asker(reqwest::Client);

/// Why a witness did not cosign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection, or it broke.
    Unreachable,
    /// No whole answer in time.
    TooSlow,
    /// The answer is longer than any answer of a witness.
    TooLarge,
    /// A status that the protocol does not know.
    Status(u16),
    /// 404: it does not follow this ledger.
    UnknownLog,
    /// 403: it was given other keys of this ledger.
    KeyRefused,
    /// 400: it does not understand us.
    NotUnderstood,
    /// The answer is not one of the protocol.
    Garbled,
    /// 200 without a cosignature that verifies under the policy's key, or with a time far ahead.
    BadCosignature,
    /// 409 with a size that this ledger does not have: the ledger was rewound, or the witness lies.
    Ahead {
        /// The size it names.
        size: Size,
        /// Whether it showed a checkpoint of such a size that our key signed: then the ledger was rewound.
        is_proven: bool,
    },
    /// 422: what it holds is no beginning of this ledger. Two histories were signed, or the witness lies.
    Contradicts,
}

impl Failure {
    /// Its name in logs, metrics and answers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TooSlow => "too_slow",
            Self::TooLarge => "too_large",
            Self::Status(_) => "status",
            Self::UnknownLog => "unknown_log",
            Self::KeyRefused => "key_refused",
            Self::NotUnderstood => "not_understood",
            Self::Garbled => "garbled",
            Self::BadCosignature => "bad_cosignature",
            Self::Ahead { is_proven: true, .. } => "rewound",
            Self::Ahead { .. } => "ahead",
            Self::Contradicts => "contradicts",
        }
    }

    /// Whether it says that this ledger told two stories, and no patience will mend it.
    pub(crate) const fn is_about_history(self) -> bool {
        matches!(self, Self::Ahead { .. } | Self::Contradicts)
    }
}

/// Why there is no cosignature: the witness, or our own database.
#[derive(Debug)]
pub(super) enum NotCosigned {
    Witness(Failure),
    Store(StoreError),
}

impl From<Failure> for NotCosigned {
    fn from(failure: Failure) -> Self {
        Self::Witness(failure)
    }
}

impl From<StoreError> for NotCosigned {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Asker {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        // Already installed is as good; object storage installs the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(REQUEST)
            .user_agent(concat!("kirokubo/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    /// Asks a witness to cosign `head`, from the size that it is believed to hold. The size it names instead is kept.
    pub(super) async fn ask(
        &self,
        store: &Store,
        witness: &PolicyWitness,
        head: &SignedHead,
        believed: Size,
    ) -> Result<Cosignature, NotCosigned> {
        let url = witness.url().ok_or(Failure::Unreachable)?.trim_end_matches('/');
        let mut old = believed.min(head.size);
        for _ in 0..ROUNDS {
            // From nothing there is no proof, and none is needed.
            let proof = if old == Size::ZERO {
                Vec::new()
            } else {
                store.consistency_proof(old, head.size).await?
            };
            let request = AddCheckpoint {
                old,
                proof,
                checkpoint: &head.note,
            };
            let request = self
                .0
                .post(format!("{url}/add-checkpoint"))
                .body(request.to_string());
            let answer = request.send().await.map_err(|error| of_transport(&error))?;
            let status = answer.status();
            let is_size = media_type(&answer) == SIZE_MEDIA_TYPE;
            let body = read(answer).await?;
            match status {
                StatusCode::OK => return Ok(cosignature(store, &head.note, &body, witness.key())?),
                StatusCode::CONFLICT => {}
                status => return Err(of_status(status).into()),
            }
            let held = parse_size(&body).filter(|_| is_size).ok_or(Failure::Garbled)?;
            if held > head.size {
                return Err(self.ahead(store, witness, url, held).await?.into());
            }
            store.note_witness_size(witness.key(), held, None).await?;
            if held == old {
                return Err(Failure::Garbled.into());
            }
            old = held;
        }
        Err(Failure::Garbled.into())
    }

    /// A witness names a size that we do not have. If it can show what we signed there, this ledger was rewound.
    async fn ahead(
        &self,
        store: &Store,
        witness: &PolicyWitness,
        url: &str,
        size: Size,
    ) -> Result<Failure, StoreError> {
        let proof = self.newest(store, url).await.ok().flatten();
        let (size, note) = match &proof {
            Some((proven, note)) if *proven > store.head().await?.size => (*proven, Some(note.as_str())),
            _ => (size, None),
        };
        store.note_witness_size(witness.key(), size, note).await?;
        let is_proven = note.is_some();
        Ok(Failure::Ahead { size, is_proven })
    }

    /// The newest checkpoint that a witness shows of this ledger, if our key of its size signed it.
    async fn newest(&self, store: &Store, url: &str) -> Result<Option<(Size, String)>, Failure> {
        let url = format!("{url}/{}/checkpoint", origin_hash(store.ledger().origin()));
        let answer = self
            .0
            .get(url)
            .send()
            .await
            .map_err(|error| of_transport(&error))?;
        if answer.status() != StatusCode::OK {
            return Ok(None);
        }
        let note = String::from_utf8(read(answer).await?).ok();
        let signers = store.ledger().signers();
        Ok(note.and_then(|note| Some((signers.open(&note).ok()?.size(), note))))
    }
}

/// The witness's line of an answer, read as C2SP advises: behind the checkpoint, as one note.
fn cosignature(store: &Store, note: &str, body: &[u8], key: &WitnessKey) -> Result<Cosignature, Failure> {
    let note = [note.as_bytes(), body].concat();
    let note = Note::parse(&note).map_err(|_| Failure::Garbled)?;
    let cosignature = note.cosignature(key).map_err(|_| Failure::BadCosignature)?;
    let now = u64::try_from(store.clock().now_ms() / 1_000).unwrap_or(0);
    if cosignature.time() > now.saturating_add(AHEAD_MAX) {
        return Err(Failure::BadCosignature);
    }
    Ok(cosignature)
}

async fn read(mut answer: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| of_transport(&error))? {
        if body.len() + chunk.len() > ANSWER_MAX {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn media_type(answer: &Response) -> &str {
    let value = answer.headers().get(CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

fn of_transport(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        Failure::TooSlow
    } else {
        Failure::Unreachable
    }
}

const fn of_status(status: StatusCode) -> Failure {
    match status {
        StatusCode::NOT_FOUND => Failure::UnknownLog,
        StatusCode::FORBIDDEN => Failure::KeyRefused,
        StatusCode::BAD_REQUEST => Failure::NotUnderstood,
        StatusCode::UNPROCESSABLE_ENTITY => Failure::Contradicts,
        status => Failure::Status(status.as_u16()),
    }
}
