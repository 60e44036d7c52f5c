//! Sets of rows, by their place in the table.

/// A set of rows of one table, ordered and compared as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowSet(Vec<u64>);

const BITS: usize = 64;

impl RowSet {
    /// The first `count` rows.
    pub fn full(count: usize) -> Self {
        Self(vec![u64::MAX; count.div_ceil(BITS)]).filter(|place| place < count)
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The rows in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            (0..BITS).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * BITS + bit)
        })
    }

    #[must_use]
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut kept = Self(vec![0; self.0.len()]);
        for place in self.iter().filter(|place| keep(*place)) {
            kept.0[place / BITS] |= 1 << (place % BITS);
        }
        kept
    }

    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_reach_over_word_bounds() {
        let all = RowSet::full(130);
        assert_eq!(all.iter().count(), 130);
        let even = all.filter(|place| place % 2 == 0);
        let late = all.filter(|place| place >= 120);
        assert_eq!(even.intersection(&late).iter().collect::<Vec<_>>(), [120, 122, 124, 126, 128]);
        assert!(RowSet::full(0).is_empty() && !late.is_empty());
    }
}
