//! The manifest, its signature, and every file against it.

use std::io::{self, Read, Seek};

use kirokubo_ledger::bundle::{BundleFile, MANIFEST, Manifest};
use kirokubo_ledger::checkpoint::CheckpointError;
use kirokubo_ledger::hash::{Digest, Hasher};
use kirokubo_ledger::note::open_note;
use kirokubo_ledger::verify::{Fault, FileFault, Finding};

use crate::{Audit, Step};

/// Largest manifest that is read: some two million files, a ledger of 250 million entries.
pub(crate) const MANIFEST_BYTES_MAX: u64 = 256 << 20;
/// How much of a file is read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// What the manifest says of the files, by their place, and what is known of them.
#[derive(Debug, Default)]
pub(crate) struct ManifestCheck {
    /// The hashes of the files that are still to be compared, and of those that were.
    expected: Vec<Option<Digest>>,
    is_hashed: Vec<bool>,
    faults: Vec<(usize, FileFault)>,
}

impl ManifestCheck {
    /// The hashes that the manifest gives, by the place of their file.
    pub(crate) fn split(&mut self) -> (&[Option<Digest>], HashedFiles<'_>) {
        let Self {
            expected,
            is_hashed,
            faults,
        } = self;
        (expected, HashedFiles { is_hashed, faults })
    }
}

/// Takes note of files that were hashed on the way.
pub(crate) struct HashedFiles<'a> {
    is_hashed: &'a mut [bool],
    faults: &'a mut Vec<(usize, FileFault)>,
}

impl HashedFiles<'_> {
    /// The file at this place was hashed, and is the one of the manifest or not.
    pub(crate) fn note(&mut self, place: usize, is_same: bool) {
        self.is_hashed[place] = true;
        self.faults
            .extend((!is_same).then_some((place, FileFault::Changed)));
    }
}

impl<R: Read + Seek> Audit<'_, R> {
    /// Opens the manifest with the key, and compares what it lists with what there is, all but the hashes.
    pub(crate) fn read_manifest(&mut self) -> io::Result<ManifestCheck> {
        let Some(note) = self.read_file(MANIFEST, MANIFEST_BYTES_MAX)? else {
            return Ok(ManifestCheck::default());
        };
        let text = match open_note(&note, &self.signer) {
            Ok(text) => text,
            Err(error) => {
                let (path, error) = (MANIFEST.to_owned(), CheckpointError::Note(error));
                self.findings.add(Finding::CheckpointSignature { path, error });
                return Ok(ManifestCheck::default());
            }
        };
        let Ok(manifest) = Manifest::parse(text) else {
            self.file_fault(MANIFEST, FileFault::Malformed);
            return Ok(ManifestCheck::default());
        };
        let mut check = ManifestCheck::default();
        let mut lines = manifest.lines().iter().peekable();
        // Both lists are sorted by path.
        for (place, file) in self.bundle.files().iter().enumerate() {
            while let Some(line) = lines.next_if(|line| line.path < *file.path()) {
                let path = line.path.as_str().to_owned();
                self.findings.add(missing(path));
            }
            let line = lines.next_if(|line| line.path == *file.path());
            let fault = match line {
                _ if file.path().as_str() == MANIFEST => None,
                None => Some(FileFault::NotListed),
                Some(line) if line.size != file.size() => Some(FileFault::Changed),
                Some(_) => None,
            };
            check.faults.extend(fault.map(|fault| (place, fault)));
            check
                .expected
                .push(line.filter(|_| fault.is_none()).map(|line| line.sha256));
        }
        self.findings
            .extend(lines.map(|line| missing(line.path.as_str().to_owned())));
        check.is_hashed = vec![false; check.expected.len()];
        Ok(check)
    }

    /// Hashes the files that nobody hashed on the way, and names all that are not those of the manifest.
    pub(crate) fn finish_manifest(&mut self, mut check: ManifestCheck) -> io::Result<()> {
        let files = self.bundle.files().iter().enumerate();
        let hashes = check.expected.iter().zip(&check.is_hashed);
        let left: Vec<(usize, BundleFile, Digest)> = files
            .zip(hashes)
            .filter_map(|((place, file), (expected, is_hashed))| {
                let expected = (*expected).filter(|_| !is_hashed)?;
                Some((place, file.clone(), expected))
            })
            .collect();
        let total = left.iter().map(|(_, file, _)| file.size()).sum();
        let mut done = 0;
        for (place, file, expected) in &left {
            if self.digest(file)? != *expected {
                check.faults.push((*place, FileFault::Changed));
            }
            done += file.size();
            self.tell(Step::Manifest, done, total);
        }
        check.faults.sort_by_key(|(place, _)| *place);
        for (place, fault) in check.faults {
            let path = self.bundle.files()[place].path().as_str().to_owned();
            self.file_fault(&path, fault);
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

fn missing(path: String) -> Finding {
    let fault = FileFault::Missing;
    Finding::Schema {
        index: None,
        fault: Fault::File { path, fault },
    }
}
