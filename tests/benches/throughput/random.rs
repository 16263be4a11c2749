//! Seeded random numbers: the same seed gives the same events on every machine.

/// `SplitMix64` (Steele, Lea and Flood, 2014): small, fast, and good enough for made-up people.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `limit` - 1; `limit` is not 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`, which are not empty.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.place(choices.len())]
    }

    /// `count` different ones of `choices`, in random order; all of them if there are no more.
    pub(crate) fn sample<T: Clone>(&mut self, choices: &[T], count: usize) -> Vec<T> {
        let mut rest = choices.to_vec();
        let take = |_| {
            let place = self.place(rest.len());
            rest.swap_remove(place)
        };
        (0..count.min(choices.len())).map(take).collect()
    }

    fn place(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).expect("no slice is longer than 2^64");
        usize::try_from(self.below(length)).expect("it is smaller than a slice's length")
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
