//! How well the text behind a statement is known.

use crate::closed_list::closed_list;

closed_list! {
    /// How well the law text behind an answer is known. Ordered from best to least.
    #[derive(PartialOrd, Ord)]
    Source {
        /// Read in the text of the Act, its Rules or the PPC's guidelines.
        Statute = "statute";
        /// Not written in one sentence anywhere: our reading of such texts, no authority.
        Derived = "derived";
        /// Known, but the text was not at hand: check it before relying on it.
        FromMemory = "from_memory";
    }
}
