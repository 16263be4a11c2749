//! One test for each check that an event passes, named after its code.

mod grounds;
mod persons;
mod texts;
