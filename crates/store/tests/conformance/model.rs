//! Sequencer and recovery against the simplest model there is: a list of (event, body), in order.
//!
//! Batches of new, repeated and conflicting events are handed in; the store is stopped, or dropped in the middle of a batch,
//! and opened again. What was acknowledged stays; of the rest a beginning may be there, since a batch is taken in its order.

use futures_util::FutureExt;
use kirokubo_store::{HandedIn, Recorded};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use super::ledger::{TestLedger, event};

/// An event by its number, and which of its bodies.
type Post = (usize, bool);

#[derive(Clone, Debug)]
enum Step {
    /// Events handed in together, all of them waited for.
    Batch(Vec<Post>),
    /// Events handed in together, and the end of everything after so many turns of the scheduler.
    Crash(Vec<Post>, usize),
    /// An orderly stop.
    Restart,
    MoveClock(i64),
}

fn posts() -> impl Strategy<Value = Vec<Post>> {
    // Few numbers: many events meet themselves, in one batch or in another.
    vec((0..40_usize, prop::bool::weighted(0.8)), 1..30)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => posts().prop_map(Step::Batch),
        3 => (posts(), 0..60_usize).prop_map(|(posts, turns)| Step::Crash(posts, turns)),
        1 => Just(Step::Restart),
        1 => (-5_000..5_000_i64).prop_map(Step::MoveClock),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_sequence_of_batches_and_crashes_keeps_the_model(steps in vec(step(), 1..12)) {
        let mut drill = Drill::new();
        for step in steps {
            match step {
                Step::Batch(posts) => drill.batch(&posts),
                Step::Crash(posts, turns) => drill.crash(&posts, turns),
                Step::Restart => drill.restart(),
                Step::MoveClock(by) => drill.ledger.clock.set(drill.ledger.clock.now_ms() + by),
            }
        }
        drill.finish();
    }
}

/// The model: what the ledger holds, in order, but for the genesis entry.
#[derive(Clone, Debug, Default)]
struct Model(Vec<Post>);

/// What the model answers: which of the three, and the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    New(u64),
    Replayed(u64),
    Conflict(u64),
}

impl Model {
    fn post(&mut self, post: Post) -> Expected {
        let index = |at: usize| u64::try_from(at).unwrap() + 1;
        match self.0.iter().position(|known| known.0 == post.0) {
            None => {
                self.0.push(post);
                Expected::New(index(self.0.len() - 1))
            }
            Some(at) if self.0[at] == post => Expected::Replayed(index(at)),
            Some(at) => Expected::Conflict(index(at)),
        }
    }
}

struct Drill {
    runtime: Option<Runtime>,
    ledger: TestLedger,
    model: Model,
}

impl Drill {
    fn new() -> Self {
        let runtime = runtime();
        Self {
            ledger: runtime.block_on(TestLedger::new()),
            runtime: Some(runtime),
            model: Model::default(),
        }
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    fn restart(&mut self) {
        let runtime = self.runtime.as_ref().unwrap();
        runtime.block_on(self.ledger.restart());
    }

    fn batch(&mut self, posts: &[Post]) {
        let waiting = self.hand_in(posts);
        let outcomes = self.runtime().block_on(futures_util::future::join_all(
            waiting.into_iter().map(HandedIn::outcome),
        ));
        for (post, outcome) in posts.iter().zip(outcomes) {
            assert_eq!(self.told(outcome.unwrap()), self.model.post(*post), "{post:?}");
        }
    }

    fn crash(&mut self, posts: &[Post], turns: usize) {
        let waiting = self.hand_in(posts);
        self.runtime().block_on(async {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
        });
        let outcomes: Vec<_> = waiting
            .into_iter()
            .map(|handed| handed.outcome().now_or_never())
            .collect();
        // Every task is gone where it stood, and nobody says goodbye to the database.
        self.runtime.take().unwrap().shutdown_background();
        drop(self.ledger.running.take());
        let before = self.model.clone();
        let mut whole = before.clone();
        let mut acknowledged = before.0.len();
        for (post, outcome) in posts.iter().zip(outcomes) {
            let expected = whole.post(*post);
            let Some(outcome) = outcome else { continue };
            assert_eq!(self.told(outcome.unwrap()), expected, "{post:?}");
            acknowledged = whole.0.len();
        }
        let there = self.open_again();
        assert!(
            (acknowledged..=whole.0.len()).contains(&there),
            "{there} entries: {acknowledged} acknowledged, {} handed in",
            whole.0.len()
        );
        whole.0.truncate(there);
        self.model = whole;
        // The clients whose answers were lost ask again.
        self.batch(posts);
    }

    /// Opens everything anew; gives the number of entries behind the genesis.
    fn open_again(&mut self) -> usize {
        // What the crash caught in the middle of a statement ends it first, as a dying process does.
        self.ledger.sql().run("BEGIN IMMEDIATE; ROLLBACK").unwrap();
        let runtime = runtime();
        let size = runtime.block_on(async {
            self.ledger.store = self.ledger.opened_again().await;
            self.ledger.running = Some(self.ledger.store.start().await.unwrap());
            self.ledger.store.head().await.unwrap().size.get()
        });
        self.runtime = Some(runtime);
        usize::try_from(size).unwrap() - 1
    }

    fn hand_in(&self, posts: &[Post]) -> Vec<HandedIn> {
        let _inside = self.runtime().enter();
        let appender = self.ledger.running.as_ref().unwrap().appender();
        let hand_in = |(number, is_usual): &Post| {
            let mut posted = event(*number);
            posted["items"] = json!([if *is_usual { "氏名" } else { "住所" }]);
            appender.try_hand_in(self.ledger.seal(&posted)).unwrap()
        };
        posts.iter().map(hand_in).collect()
    }

    /// What a caller was told; a receipt must hold.
    fn told(&self, outcome: Recorded) -> Expected {
        match outcome {
            Recorded::New(appended) => {
                self.ledger.check(&appended);
                Expected::New(appended.index.get())
            }
            Recorded::Replayed(existing) => Expected::Replayed(existing.index.get()),
            Recorded::Conflict(existing) => Expected::Conflict(existing.index.get()),
        }
    }

    fn finish(mut self) {
        let all = self.model.0.clone();
        self.batch(&all);
        let entries = u64::try_from(all.len()).unwrap();
        let audited = self.runtime().block_on(self.ledger.audit());
        assert_eq!(audited, (entries + 1, entries));
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}
