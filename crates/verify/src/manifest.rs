//! The manifest, its signature, and every file against it.

use std::io::{self, Read, Seek};

use kirokubo_ledger::bundle::{BundleFile, MANIFEST, Manifest, ManifestLine};
use kirokubo_ledger::checkpoint::CheckpointError;
use kirokubo_ledger::hash::{Digest, Hasher};
use kirokubo_ledger::note::open_note;
use kirokubo_ledger::verify::{FileFault, Finding};

use crate::{Audit, Step};

/// Largest manifest that is read: some two million files, a ledger of 250 million entries.
const MANIFEST_BYTES_MAX: u64 = 256 << 20;
/// How much of a file is read at a time.
const CHUNK_BYTES: usize = 64 << 10;

impl<R: Read + Seek> Audit<'_, R> {
    /// Checks that the key has signed the manifest, and that the files are those it lists.
    pub(crate) fn check_manifest(&mut self) -> io::Result<()> {
        let Some(note) = self.read_file(MANIFEST, MANIFEST_BYTES_MAX)? else {
            return Ok(());
        };
        let text = match open_note(&note, &self.options.vkey) {
            Ok(text) => text,
            Err(error) => {
                let (path, error) = (MANIFEST.to_owned(), CheckpointError::Note(error));
                self.findings.add(Finding::CheckpointSignature { path, error });
                return Ok(());
            }
        };
        let Ok(manifest) = Manifest::parse(text) else {
            self.file_fault(MANIFEST, FileFault::Malformed);
            return Ok(());
        };
        for line in manifest.lines() {
            if self.bundle.find(line.path.as_str()).is_none() {
                self.file_fault(line.path.as_str(), FileFault::Missing);
            }
        }
        let files = self.bundle.files().to_vec();
        let total = files.iter().map(BundleFile::size).sum();
        let mut done = 0;
        for file in files.iter().filter(|file| file.path().as_str() != MANIFEST) {
            match listed(&manifest, file) {
                None => self.file_fault(file.path().as_str(), FileFault::NotListed),
                Some(line) if line.size != file.size() || line.sha256 != self.digest(file)? => {
                    self.file_fault(file.path().as_str(), FileFault::Changed);
                }
                Some(_) => {}
            }
            done += file.size();
            self.tell(Step::Manifest, done, total);
        }
        Ok(())
    }

    fn digest(&mut self, file: &BundleFile) -> io::Result<Digest> {
        let mut hasher = Hasher::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut content = self.bundle.stream(file)?;
        loop {
            let read = content.read(&mut chunk)?;
            if read == 0 {
                return Ok(hasher.finish());
            }
            hasher.update(&chunk[..read]);
        }
    }
}

fn listed<'a>(manifest: &'a Manifest, file: &BundleFile) -> Option<&'a ManifestLine> {
    let lines = manifest.lines();
    lines
        .binary_search_by(|line| line.path.cmp(file.path()))
        .ok()
        .map(|place| &lines[place])
}
