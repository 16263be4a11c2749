//! Gathering every fault of one event, so that its sender can put all of them right at once.

use std::cell::RefCell;

use super::{Code, Fault, Level};

/// Faults kept for one event. A thousand principals with one fault each still fit; beyond that, the answer would be
/// longer than the event, so one last fault says that there are more.
const MAX_FAULTS: usize = 1_000;

/// The faults and warnings found so far.
///
/// Shared by reference among everything that reads one event; an event is read by one thread.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: RefCell<Vec<Fault>>,
}

impl Faults {
    /// Notes one more.
    pub(crate) fn push(&self, fault: Fault) {
        let mut list = self.list.borrow_mut();
        match list.len() {
            ..MAX_FAULTS => list.push(fault),
            MAX_FAULTS => list.push(Fault::new(Code::FaultsMore, String::new())),
            _ => {}
        }
    }

    /// Notes several more.
    pub(crate) fn extend(&self, faults: Vec<Fault>) {
        for fault in faults {
            self.push(fault);
        }
    }

    /// Whether nothing at all was noted.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.borrow().is_empty()
    }

    /// Whether further faults would only be counted as more.
    pub(crate) fn is_full(&self) -> bool {
        self.list.borrow().len() > MAX_FAULTS
    }

    /// Everything noted, in the order of the pointers.
    pub(crate) fn into_sorted(self) -> Vec<Fault> {
        let mut list = self.list.into_inner();
        list.sort_by(|a, b| {
            natural(&a.pointer)
                .cmp(natural(&b.pointer))
                .then(a.code.cmp(&b.code))
        });
        list
    }

    /// The faults that refuse the event.
    pub(crate) fn into_errors(self) -> Vec<Fault> {
        let list = self.into_sorted();
        list.into_iter()
            .filter(|fault| fault.level == Level::Error)
            .collect()
    }

    /// The warnings, or every fault that refuses the event where there is one.
    pub(crate) fn into_warnings(self) -> Result<Vec<Fault>, Vec<Fault>> {
        let refused = self.list.borrow().iter().any(|fault| fault.level == Level::Error);
        if refused {
            Err(self.into_errors())
        } else {
            Ok(self.into_sorted())
        }
    }
}

/// Orders `/principals/2` before `/principals/10`: each step by its length as a number, or as text.
fn natural(pointer: &str) -> impl Iterator<Item = (Option<usize>, &str)> + '_ {
    pointer.split('/').map(|step| (step.parse().ok(), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_in_the_order_of_the_document() {
        let faults = Faults::default();
        for pointer in ["/principals/10/name", "/principals/2/name", "/items"] {
            faults.push(Fault::new(Code::TextEmpty, pointer.into()));
        }
        let pointers: Vec<String> = faults
            .into_sorted()
            .into_iter()
            .map(|fault| fault.pointer)
            .collect();
        assert_eq!(pointers, ["/items", "/principals/2/name", "/principals/10/name"]);
    }

    #[test]
    fn faults_beyond_the_bound_are_counted_as_more() {
        let faults = Faults::default();
        (0..5_000).for_each(|n| faults.push(Fault::new(Code::TextEmpty, format!("/{n}"))));
        let list = faults.into_sorted();
        assert_eq!(list.len(), MAX_FAULTS + 1);
        assert_eq!(list[0].code, Code::FaultsMore);
    }

    #[test]
    fn warnings_alone_do_not_refuse() {
        let faults = Faults::default();
        faults.push(Fault::new(Code::TextMojibake, "/a".into()));
        assert_eq!(faults.into_warnings().unwrap().len(), 1);
        let faults = Faults::default();
        faults.push(Fault::new(Code::TextMojibake, "/a".into()));
        faults.push(Fault::new(Code::TextEmpty, "/b".into()));
        assert_eq!(faults.into_warnings().unwrap_err().len(), 1);
    }
}
