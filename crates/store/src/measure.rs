//! What the sequencer's transactions take, told to whoever counts.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// One transaction of the sequencer, committed or not.
#[derive(Clone, Copy, Debug)]
pub struct BatchTook<'a> {
    /// From its first attempt to its outcome.
    pub seconds: f64,
    /// For each of its records: from being handed in to its outcome, in seconds.
    pub records: &'a [f64],
}

type Told = Box<dyn Fn(&BatchTook<'_>) + Send + Sync>;

/// Who is told, if anybody.
#[derive(Clone, Default)]
pub(crate) struct Measures(Arc<OnceLock<Told>>);

impl Measures {
    /// Tells this one from now on; whoever was named first stays.
    pub(crate) fn tell(&self, told: Told) {
        drop(self.0.set(told));
    }

    /// A batch that began then, of records that were handed in at these times, is settled now.
    pub(crate) fn settled(&self, began: Instant, handed_in: &[Instant]) {
        let Some(told) = self.0.get() else { return };
        let records: Vec<f64> = handed_in.iter().map(Instant::elapsed).map(seconds).collect();
        told(&BatchTook {
            seconds: seconds(began.elapsed()),
            records: &records,
        });
    }
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

impl fmt::Debug for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Measures")
    }
}
