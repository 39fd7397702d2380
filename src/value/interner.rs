//! Values that come again and again. The one home of `indexmap`.

use indexmap::IndexSet;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// Keeps each value once, and gives its place instead: a small number. Threads share it; which of two gets
/// the lower place, is the one that comes first.
#[derive(Debug)]
pub struct Interner<T>(Mutex<IndexSet<T>>);

impl<T> Default for Interner<T> {
    fn default() -> Interner<T> {
        Interner(Mutex::default())
    }
}

impl<T: Hash + Eq + Clone> Interner<T> {
    /// The place of a value.
    pub fn place(&self, value: &T) -> u32 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.get_index_of(value);
        let place = place.unwrap_or_else(|| known.insert_full(value.clone()).0);
        // A ledger has fewer than four thousand million of anything.
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// The values, each at its place.
    pub fn into_values(self) -> Box<[T]> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_place() {
        let interner = Interner::default();
        let places = ["a", "b", "a", "", "b"].map(|text| interner.place(&text));
        assert_eq!(places, [0, 1, 0, 2, 1]);
        assert_eq!(*interner.into_values(), ["a", "b", ""]);
    }
}
