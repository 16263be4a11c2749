//! The domain from outside: events go in, and records, answers or faults come out.

mod arbitrary;
mod clock;
mod hostile;
mod outcomes;
mod privacy;
mod samples;
mod support;
mod validations;
