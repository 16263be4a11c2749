//! Who follows a verification: hears how far it is and what was found so far, and may hold it back.

use super::AuditFinding;

/// Told after every page and after every file.
pub(crate) trait Follower: Send {
    /// Whether a torn chain is only named where it is torn. To find out what happened to it takes memory for every entry.
    const IS_BRIEF: bool;

    /// `done` of `total` steps are done, two for each entry.
    fn step(&mut self, done: u64, total: u64, found: &[AuditFinding]) -> impl Future<Output = ()> + Send;

    /// A file of evidence of so many bytes was read.
    fn file(&mut self, bytes: u64, found: &[AuditFinding]) -> impl Future<Output = ()> + Send;
}

/// One who only wants to know how far it is.
pub(crate) struct Told<'a>(pub(crate) &'a mut (dyn FnMut(u64, u64) + Send));

impl Follower for Told<'_> {
    const IS_BRIEF: bool = false;

    async fn step(&mut self, done: u64, total: u64, _: &[AuditFinding]) {
        (self.0)(done, total);
    }

    async fn file(&mut self, _: u64, _: &[AuditFinding]) {}
}
