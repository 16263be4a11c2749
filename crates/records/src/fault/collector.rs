//! Gathering every fault of one event, so that its sender can put all of them right at once.

use std::cell::RefCell;

use super::{Code, Fault, Level};

/// Faults kept for one event, and as many warnings. A thousand principals with one fault each still fit; beyond that,
/// the answer would be longer than the event, so one last fault says that there are more.
const MAX_FAULTS: usize = 1_000;

/// Bytes of pointers and texts kept, for faults and for warnings. A usual fault has 200 to 300; the bound is met only
/// by long pointers, which a short body can ask for by nesting long names.
const MAX_BYTES: usize = 1_000 * MAX_FAULTS;

/// The faults and warnings found so far.
///
/// Shared by reference among everything that reads one event; an event is read by one thread.
#[derive(Debug, Default)]
pub(crate) struct Faults(RefCell<Kept>);

/// Errors and warnings are counted apart: no number of warnings may refuse an event or hide an error.
#[derive(Debug, Default)]
struct Kept {
    errors: Bounded,
    warnings: Bounded,
}

impl Faults {
    /// Notes one more.
    pub(crate) fn push(&self, fault: Fault) {
        let mut kept = self.0.borrow_mut();
        match fault.level {
            Level::Error => kept.errors.push(fault),
            Level::Approval | Level::Warning => kept.warnings.push(fault),
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
        let kept = self.0.borrow();
        kept.errors.list.is_empty() && kept.warnings.list.is_empty()
    }

    /// Whether something was noted that refuses the event.
    pub(crate) fn has_errors(&self) -> bool {
        !self.0.borrow().errors.list.is_empty()
    }

    /// Whether the event is refused and further errors would only be counted as more, so that looking for them is
    /// work for nothing.
    pub(crate) fn is_full(&self) -> bool {
        self.0.borrow().errors.more
    }

    /// Everything noted, in the order of the pointers.
    pub(crate) fn into_sorted(self) -> Vec<Fault> {
        let Kept { errors, warnings } = self.0.into_inner();
        let mut list = errors.into_list(Code::FaultsMore);
        list.extend(warnings.into_list(Code::WarningsMore));
        sorted(list)
    }

    /// The faults that refuse the event.
    pub(crate) fn into_errors(self) -> Vec<Fault> {
        sorted(self.0.into_inner().errors.into_list(Code::FaultsMore))
    }

    /// The warnings, or every fault that refuses the event where there is one.
    pub(crate) fn into_warnings(self) -> Result<Vec<Fault>, Vec<Fault>> {
        if self.has_errors() {
            Err(self.into_errors())
        } else {
            Ok(self.into_sorted())
        }
    }
}

/// A list that stops growing.
#[derive(Debug, Default)]
struct Bounded {
    list: Vec<Fault>,
    bytes: usize,
    /// Whether something was left out.
    more: bool,
}

impl Bounded {
    fn push(&mut self, fault: Fault) {
        // There is one such fault in an event at most, and it decides how the whole event is answered.
        let indispensable = fault.code == Code::EventProhibited;
        if indispensable || (self.list.len() < MAX_FAULTS && self.bytes < MAX_BYTES) {
            self.bytes += bytes_of(&fault);
            self.list.push(fault);
        } else {
            self.more = true;
        }
    }

    fn into_list(mut self, more: Code) -> Vec<Fault> {
        if self.more {
            self.list.push(Fault::new(more, String::new()));
        }
        self.list
    }
}

fn bytes_of(fault: &Fault) -> usize {
    let hint = fault.hint.as_ref();
    fault.pointer.len()
        + fault.detail_ja.len()
        + fault.detail_en.len()
        + hint.map_or(0, |hint| hint.ja.len() + hint.en.len())
}

fn sorted(mut list: Vec<Fault>) -> Vec<Fault> {
    list.sort_by(|a, b| {
        natural(&a.pointer)
            .cmp(natural(&b.pointer))
            .then(a.code.cmp(&b.code))
    });
    list
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
        assert!(faults.is_full());
        let list = faults.into_sorted();
        assert_eq!(list.len(), MAX_FAULTS + 1);
        assert_eq!(list[0].code, Code::FaultsMore);
    }

    #[test]
    fn long_pointers_are_bounded_by_their_bytes() {
        let faults = Faults::default();
        (0..1_000)
            .for_each(|n| faults.push(Fault::new(Code::TextEmpty, format!("/{}/{n}", "k".repeat(4_000)))));
        let list = faults.into_sorted();
        assert!(list.iter().map(bytes_of).sum::<usize>() < MAX_BYTES + 10_000);
        assert_eq!(list[0].code, Code::FaultsMore);
    }

    #[test]
    fn no_number_of_warnings_refuses_or_hides_an_error() {
        let garbled = |n| Fault::new(Code::TextMojibake, format!("/{n}"));
        let faults = Faults::default();
        (0..5_000).for_each(|n| faults.push(garbled(n)));
        assert!(!faults.is_full());
        let warnings = faults.into_warnings().unwrap();
        assert_eq!(
            (warnings.len(), warnings[0].code),
            (MAX_FAULTS + 1, Code::WarningsMore)
        );
        assert!(warnings.iter().all(|fault| fault.level == Level::Warning));

        let faults = Faults::default();
        (0..5_000).for_each(|n| faults.push(garbled(n)));
        faults.push(Fault::new(Code::TextEmpty, "/x".into()));
        let errors = faults.into_warnings().unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].code, Code::TextEmpty);
    }

    #[test]
    fn a_prohibition_is_told_however_many_faults_there_are() {
        let faults = Faults::default();
        (0..5_000).for_each(|n| faults.push(Fault::new(Code::TextEmpty, format!("/{n}"))));
        faults.push(Fault::new(Code::EventProhibited, "/basis".into()));
        let list = faults.into_errors();
        assert!(list.iter().any(|fault| fault.code == Code::EventProhibited));
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
