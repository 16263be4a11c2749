//! Taking a list as it arrives.
//!
//! Memory is bounded whatever the length: a few chunks are in work, and of the rows that were written only the right
//! edge of their tree and one number each, to tell duplicates, are remembered. Bytes are decoded and cut into chunks as
//! they come; chunks are checked and sealed in parallel; one after the other they are written.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::RecordSecret;
use kirokubo_ledger::hash::Digest;
use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::list::{ListChunk, ListFindings, ListFormat, ListReader};
use kirokubo_records::seal::{ListSealer, Month, list_key, wrap_secret};
use kirokubo_records::{Basis, IdBytes};
use sha2::{Digest as _, Sha256};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::chunk::{self, Place, Worked, Workshop};
use super::row::{self, state};
use super::row_frontier::RowFrontier;
use super::sweep;
use super::write::{self, Completed, Nodes};
use crate::edge::{WIDTH, stored};
use crate::entity::list;
use crate::error::StoreError;
use crate::random;
use crate::store::Store;

/// Chunks in work at once.
const WINDOW: usize = 3;

/// Rows among which duplicates are looked for; each takes some twenty bytes.
const SEEN: usize = 2_000_000;

/// How a list is to be taken.
#[derive(Clone, Debug)]
pub struct ListOptions {
    /// How it is written.
    pub format: ListFormat,
    /// Whether good rows are kept although others have faults.
    pub skip_faulty: bool,
    /// How many rows the sender says there are.
    pub declared: Option<u64>,
    /// The ground of the provision that the list is for, where those who demanded that it stop are to be left out.
    pub leave_out_for: Option<Basis>,
    /// Who uploads: the id of the API key.
    pub made_by: String,
    /// The caller's `Idempotency-Key`.
    pub idempotency_key: Option<String>,
}

/// Why a list was not taken. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// What is wrong with it.
    #[error("{} fault(s)", .0.len())]
    Refused(Vec<Fault>),
    /// The `Idempotency-Key` went with another list before.
    #[error("the idempotency key was used with another list")]
    KeyReused,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A list that can be cited.
#[derive(Debug)]
pub struct UploadedList {
    /// The bytes behind `lst_`.
    pub id: IdBytes,
    /// Principals kept.
    pub principals: u64,
    /// Rows read, faulty ones included, blank ones and headings not.
    pub rows: u64,
    /// Blank rows passed over.
    pub blank_rows: u64,
    /// Lines of the people who were left out because they demanded a stop.
    pub left_out: Vec<u64>,
    /// Faults of the rows that were left out, and warnings.
    pub findings: ListFindings,
    /// SHA-256 of the bytes that were uploaded.
    pub sha256: [u8; 32],
    /// Whether it was there already: the same upload under the same `Idempotency-Key`.
    pub replayed: bool,
}

/// A list on its way. Dropped, it is swept away at the next start; better to end it by [`ListUpload::discard`].
pub struct ListUpload {
    store: Store,
    options: ListOptions,
    list: list::Model,
    /// The number of the process that it belongs to.
    claim: i64,
    /// Keyed digest of the caller's `Idempotency-Key`.
    idempotency: Option<Vec<u8>>,
    /// The list that was uploaded under the same `Idempotency-Key`: then this upload is only compared with it.
    earlier: Option<list::Model>,
    reader: ListReader,
    hasher: Sha256,
    workshop: Workshop,
    place: Place,
    in_work: VecDeque<JoinHandle<Result<Worked, StoreError>>>,
    findings: ListFindings,
    left_out: Vec<u64>,
    seen: HashSet<u64>,
    tree: RowFrontier,
}

impl Store {
    /// Begins to take a list.
    pub async fn begin_list(&self, options: ListOptions) -> Result<ListUpload, StoreError> {
        let now = self.clock.now_ms();
        let record = self.record_ref(RecordId::from_bytes(random::uuid_v7(now)));
        let secret = RecordSecret::from_bytes(random::bytes());
        let key = self.keyring.month_to_seal(Month::OPEN)?;
        let caller_key = options.idempotency_key.as_ref();
        let idempotency = caller_key.map(|key| {
            let digest = self.keyring.digest().digest(&list_key(&options.made_by, key));
            digest.as_bytes().to_vec()
        });
        let earlier = match &idempotency {
            Some(key) => write::by_key(&self.db.readers, self.ledger.row, key).await?,
            None => None,
        };
        let list = list::Model {
            ledger: self.ledger.row,
            // Given by the first chunk.
            number: 0,
            list_id: random::uuid_v7(now).to_vec(),
            record_id: record.record_id.as_bytes().to_vec(),
            state: state::UPLOADING,
            principals: 0,
            root: Vec::new(),
            secret: wrap_secret(&key, &secret, random::bytes(), &record).to_vec(),
            idx: None,
            made_at: now,
            made_by: options.made_by.clone(),
            declared: None,
            // Held back until the list is complete: one that is cut off must not keep the next attempt out.
            idempotency: None,
            body_digest: None,
            mac: Vec::new(),
        };
        let (first, place) = oneshot::channel();
        let _told = first.send(0);
        Ok(ListUpload {
            store: self.clone(),
            list,
            claim: self.claims.mine(),
            idempotency,
            earlier,
            reader: ListReader::new(options.format),
            left_out: Vec::new(),
            hasher: Sha256::new(),
            workshop: Workshop {
                sealer: Arc::new(ListSealer::new(&secret, record)),
                keyring: Arc::clone(&self.keyring),
                now_ms: now,
                leave_out: options.leave_out_for.map(|basis| (self.clone(), basis)),
            },
            options,
            place,
            in_work: VecDeque::new(),
            findings: ListFindings::default(),
            seen: HashSet::new(),
            tree: RowFrontier::empty(),
        })
    }
}

impl ListUpload {
    /// Takes the next bytes. After an error the upload can only be discarded.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), ListError> {
        self.hasher.update(bytes);
        let read = self.reader.push(bytes);
        self.work(WINDOW).await?;
        read.map_err(|fatal| self.refused(fatal))
    }

    /// Ends the list and makes it citable. After an error the upload can only be discarded.
    pub async fn finish(&mut self) -> Result<UploadedList, ListError> {
        let read = self.reader.finish();
        self.work(WINDOW).await?;
        if let Some(rest) = self.reader.take_rest() {
            self.start(rest);
        }
        self.settle(0).await?;
        let sha256: [u8; 32] = self.hasher.finalize_reset().into();
        let body = self.body_digest(&sha256);
        if self
            .earlier
            .as_ref()
            .is_some_and(|list| list.body_digest.as_ref() != Some(&body))
        {
            return Err(ListError::KeyReused);
        }
        read.map_err(|fatal| self.refused(fatal))?;
        self.check_whole()?;
        let (list, replayed) = match self.earlier.take() {
            Some(earlier) => (earlier, true),
            None => self.complete(body).await?,
        };
        Ok(UploadedList {
            id: row::list_id(&list)?,
            principals: row::count(&list)?,
            rows: self.reader.rows(),
            blank_rows: self.reader.blank_rows(),
            findings: std::mem::take(&mut self.findings),
            left_out: std::mem::take(&mut self.left_out),
            sha256,
            replayed,
        })
    }

    /// Lets go of a list that will not be completed. Its rows are removed in the background.
    pub fn discard(self) {
        if self.list.number > 0 {
            tokio::spawn(sweep::remove_in_background(self.store, self.list.number));
        }
    }

    /// Starts the work on every full chunk, and settles what is done while more than `window` are in work.
    async fn work(&mut self, window: usize) -> Result<(), StoreError> {
        while let Some(chunk) = self.reader.take() {
            self.start(chunk);
            self.settle(window).await?;
        }
        Ok(())
    }

    fn start(&mut self, chunk: ListChunk) {
        let place = std::mem::replace(&mut self.place, oneshot::channel().1);
        let (started, following) = chunk::start(self.workshop.clone(), chunk, place);
        self.place = following;
        self.in_work.push_back(started);
    }

    async fn settle(&mut self, window: usize) -> Result<(), StoreError> {
        while self.in_work.len() > window {
            let Some(oldest) = self.in_work.pop_front() else {
                break;
            };
            let worked = oldest
                .await
                .map_err(|_| row::damaged("a chunk of a list that could not be worked on"))?;
            self.take(worked?).await?;
        }
        Ok(())
    }

    /// Takes a chunk in its order: notes what is wrong, grows the tree, and writes the rows unless they are refused
    /// anyway.
    async fn take(&mut self, worked: Worked) -> Result<(), StoreError> {
        self.findings.append(worked.findings);
        self.left_out.extend(worked.left_out);
        for (line, likeness) in worked.likenesses {
            if self.seen.len() < SEEN && !self.seen.insert(likeness) {
                self.findings.duplicate(line);
            }
        }
        let refused = !self.findings.is_sound() && !self.options.skip_faulty;
        if refused || self.earlier.is_some() || worked.sealed.rows.is_empty() {
            return Ok(());
        }
        let nodes = self.grow(&worked.sealed.leaves);
        self.list = write::chunk(&self.store, self.list.clone(), self.claim, worked.sealed, nodes).await?;
        Ok(())
    }

    /// Adds leaves to the tree; gives the complete subtrees of 256 that they make.
    fn grow(&mut self, leaves: &[Digest]) -> Nodes {
        let first = self.tree.count() / WIDTH;
        let hashes = leaves.iter().filter_map(|leaf| self.tree.push(*leaf)).collect();
        Nodes { first, hashes }
    }

    /// What can only be said at the end.
    fn check_whole(&self) -> Result<(), ListError> {
        let mut faults = if self.options.skip_faulty {
            Vec::new()
        } else {
            self.findings.faults()
        };
        let found = self.reader.rows();
        if let Some(declared) = self.options.declared.filter(|declared| *declared != found) {
            let fault = Fault::new(Code::ListCountMismatch, String::new());
            let fault = fault.fill("declared", &declared.to_string());
            faults.push(fault.fill("found", &found.to_string()));
        }
        if faults.is_empty() && self.earlier.is_none() && self.list.number == 0 {
            // Every row was skipped: what was wrong with them is what is wrong with the list.
            faults = self.findings.faults();
            faults.push(Fault::new(Code::ListEmpty, String::new()));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(ListError::Refused(faults))
        }
    }

    async fn complete(&mut self, body: Vec<u8>) -> Result<(list::Model, bool), ListError> {
        let list = list::Model {
            principals: stored(self.tree.count())?,
            root: self.tree.root().as_bytes().to_vec(),
            declared: self.options.declared.map(stored).transpose()?,
            body_digest: self.idempotency.as_ref().map(|_| body.clone()),
            idempotency: self.idempotency.clone(),
            ..self.list.clone()
        };
        match write::complete(&self.store, list, self.claim).await? {
            Completed::Done(list) => {
                // It is no longer ours to discard.
                self.list.number = 0;
                Ok((list, false))
            }
            Completed::Overtaken(other) if other.body_digest.as_ref() == Some(&body) => Ok((other, true)),
            Completed::Overtaken(_) => Err(ListError::KeyReused),
        }
    }

    /// What a repeated upload must agree in: the bytes, and how they are to be taken.
    fn body_digest(&self, sha256: &[u8; 32]) -> Vec<u8> {
        let ListOptions {
            format,
            skip_faulty,
            declared,
            leave_out_for,
            ..
        } = &self.options;
        let mut body =
            format!("list\n{format:?}\n{skip_faulty}\n{declared:?}\n{leave_out_for:?}\n").into_bytes();
        body.extend(sha256);
        self.store.keyring.digest().digest(&body).as_bytes().to_vec()
    }

    /// Everything that is wrong, once nothing more can be read.
    fn refused(&self, fatal: Vec<Fault>) -> ListError {
        let mut faults = self.findings.faults();
        faults.extend(fatal);
        ListError::Refused(faults)
    }
}
