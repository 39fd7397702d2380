//! A long list that grows without being copied.

use super::narrow;
use std::ops::{Index, IndexMut};

/// The number of elements in a block.
const BLOCK: usize = 1024;

/// Chunked vector: push and append never reallocate, which halves peak memory. Places are given in the order of
/// adding, with gaps between appended lists.
#[derive(Debug)]
pub(super) struct Blocks<T>(Vec<Vec<T>>);

impl<T> Default for Blocks<T> {
    fn default() -> Blocks<T> {
        Blocks(Vec::new())
    }
}

impl<T> Blocks<T> {
    /// Adds an element and returns its place.
    pub(super) fn push(&mut self, one: T) -> u32 {
        if self.0.last().is_none_or(|last| last.len() == BLOCK) {
            self.0.push(Vec::with_capacity(BLOCK));
        }
        let block = self.0.len() - 1;
        self.0[block].push(one);
        narrow(block * BLOCK + self.0[block].len() - 1)
    }

    /// Every element.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().flatten()
    }

    /// Moves all elements of another list behind the own ones, and returns by how much their places rise.
    pub(super) fn append(&mut self, mut other: Blocks<T>) -> u32 {
        let higher = narrow(self.0.len() * BLOCK);
        self.0.append(&mut other.0);
        higher
    }
}

impl<T> Index<u32> for Blocks<T> {
    type Output = T;

    fn index(&self, place: u32) -> &T {
        &self.0[place as usize / BLOCK][place as usize % BLOCK]
    }
}

impl<T> IndexMut<u32> for Blocks<T> {
    fn index_mut(&mut self, place: u32) -> &mut T {
        &mut self.0[place as usize / BLOCK][place as usize % BLOCK]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stays_at_its_place() {
        let filled = |from: usize, count: usize| {
            let mut blocks = Blocks::default();
            let places: Vec<u32> = (from..from + count).map(|n| blocks.push(n)).collect();
            (blocks, places)
        };
        for (one, other) in [(0, 0), (0, 5), (5, 0), (BLOCK, 1), (2 * BLOCK + 7, BLOCK + 3)] {
            let (mut blocks, places) = filled(0, one);
            assert!(places.iter().copied().eq(0..narrow(one)), "without gaps in one list");
            let (others, more) = filled(one, other);
            let higher = blocks.append(others);
            let places = places.into_iter().chain(more.into_iter().map(|place| place + higher));
            let last = places.enumerate().map(|(n, place)| assert_eq!(blocks[place], n)).count();
            assert_eq!(last, one + other);
            let next = blocks.push(7);
            blocks[next] += 1;
            assert_eq!(blocks[next], 8);
        }
    }
}
