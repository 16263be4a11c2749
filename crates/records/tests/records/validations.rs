//! One test for each check that an event passes, named after its code.

mod abroad;
mod grounds;
mod methods;
mod numbered;
mod persons;
mod texts;
