//! Merges the orders that two sides gave one list.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// Three versions of a list of keys; no list has a key twice.
#[derive(Debug, Clone, Copy)]
pub struct Lists<'k, K> {
    /// The common ancestor's.
    pub base: &'k [K],
    /// One side's.
    pub ours: &'k [K],
    /// The other's.
    pub theirs: &'k [K],
}

/// A merged list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order<K> {
    /// Every key that stays.
    pub keys: Vec<K>,
    /// Both sides added keys at one place; neither side gives their order, so they are sorted.
    pub mingled: Vec<K>,
    /// Both sides changed the order of old keys, differently; so they are sorted.
    pub is_resorted: bool,
}

impl<K: Clone + Eq + Ord + Hash> Lists<'_, K> {
    /// The keys of the base that stay (by `stays`), in the order that a side gave them, and after each key the new
    /// keys at that place: in the order of the only side that added any, or of both if they agree, else sorted by
    /// `rank`. Swapping the sides does not change the result.
    pub fn merge(self, stays: impl Fn(&K) -> bool, rank: impl Fn(&K, &K) -> Ordering) -> Order<K> {
        let kept: Vec<&K> = self.base.iter().filter(|key| stays(key)).collect();
        let kept_set: HashSet<&K> = kept.iter().copied().collect();
        // Places that lost a key: the new keys before and after it are now neighbours.
        let mut closed: HashSet<Option<&K>> = HashSet::new();
        let mut places: HashMap<&K, Option<&K>> = HashMap::with_capacity(self.base.len());
        let mut place = None;
        for key in self.base {
            if kept_set.contains(key) {
                place = Some(key);
            } else {
                closed.insert(place);
            }
            places.insert(key, place);
        }
        let ours = added(self.ours, &places, &lacking(&kept, self.ours));
        let theirs = added(self.theirs, &places, &lacking(&kept, self.theirs));
        let (skeleton, is_resorted) = self.skeleton(&kept, &rank);
        let mut order = Order { keys: Vec::new(), mingled: Vec::new(), is_resorted };
        let mut placed: HashSet<&K> = HashSet::new();
        let none = Vec::new();
        for place in std::iter::once(None).chain(skeleton.into_iter().map(Some)) {
            if let Some(key) = place {
                order.keys.push(key.clone());
            }
            let (a, b) = (ours.get(&place).unwrap_or(&none), theirs.get(&place).unwrap_or(&none));
            let mut new: Vec<&K> = a.clone();
            let both = !a.is_empty() && !b.is_empty() && a != b;
            let known: HashSet<&K> = a.iter().copied().collect();
            new.extend(b.iter().filter(|key| !known.contains(*key)));
            if both || (closed.contains(&place) && new.len() > 1 && a != b) {
                new.sort_by(|x, y| rank(x, y));
                order.mingled.extend(new.iter().map(|key| (*key).clone()));
            }
            // Two sides may have put one key at two places.
            order.keys.extend(new.into_iter().filter(|key| placed.insert(key)).cloned());
        }
        order
    }

    /// The keys of the base that stay, in the order of the side that changed it; sorted if both did, differently.
    fn skeleton<'k>(
        &self,
        kept: &[&'k K],
        rank: &impl Fn(&K, &K) -> Ordering,
    ) -> (Vec<&'k K>, bool) {
        let ours = reordered(kept, self.ours);
        let theirs = reordered(kept, self.theirs);
        match (ours == kept, theirs == kept) {
            (true, _) => (theirs, false),
            (_, true) => (ours, false),
            _ if ours == theirs => (ours, false),
            _ => {
                let mut sorted = kept.to_vec();
                sorted.sort_by(|x, y| rank(x, y));
                (sorted, true)
            }
        }
    }
}

/// Keys that stay and that a side lacks, by the key before them that the side has.
type Lacking<'k, K> = HashMap<Option<&'k K>, Vec<&'k K>>;

fn lacking<'k, K: Eq + Hash>(kept: &[&'k K], side: &[K]) -> Lacking<'k, K> {
    let present: HashSet<&K> = side.iter().collect();
    let mut found: Lacking<K> = HashMap::new();
    let mut place = None;
    for key in kept {
        if present.contains(key) {
            place = Some(*key);
        } else {
            found.entry(place).or_default().push(key);
        }
    }
    found
}

/// New keys of a side, by the staying key before them; staying keys that the side lacks there come first.
fn added<'k, K: Eq + Hash>(
    side: &'k [K],
    places: &HashMap<&K, Option<&'k K>>,
    lacking: &Lacking<'k, K>,
) -> HashMap<Option<&'k K>, Vec<&'k K>> {
    let behind = |place| lacking.get(&place).and_then(|keys| keys.last().copied()).or(place);
    let mut found: HashMap<Option<&K>, Vec<&K>> = HashMap::new();
    let mut place = behind(None);
    for key in side {
        match places.get(key) {
            Some(known) => place = behind(*known),
            None => found.entry(place).or_default().push(key),
        }
    }
    found
}

/// The keys that stay in the order of a side; those that it lacks follow the one they followed.
fn reordered<'k, K: Eq + Hash>(kept: &[&'k K], side: &[K]) -> Vec<&'k K> {
    let stay: HashMap<&K, &'k K> = kept.iter().map(|key| (*key, *key)).collect();
    let mut lacking = lacking(kept, side);
    let mut order = lacking.remove(&None).unwrap_or_default();
    for key in side.iter().filter_map(|key| stay.get(key).copied()) {
        order.push(key);
        order.extend(lacking.remove(&Some(key)).unwrap_or_default());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, ours: &str, theirs: &str, gone: &str) -> String {
        let keys = |text: &str| text.chars().collect::<Vec<char>>();
        let (base, ours, theirs) = (keys(base), keys(ours), keys(theirs));
        let merge = |ours: &[char], theirs: &[char]| {
            let lists = Lists { base: &base, ours, theirs };
            lists.merge(|key| !gone.contains(*key), Ord::cmp).keys.into_iter().collect::<String>()
        };
        let one = merge(&ours, &theirs);
        assert_eq!(one, merge(&theirs, &ours));
        one
    }

    #[test]
    fn new_keys_come_where_their_side_put_them() {
        for (base, ours, theirs, gone, expected) in [
            ("", "ba", "", "", "ba"),
            ("", "ba", "ba", "", "ba"),
            ("", "bc", "a", "", "abc"),
            ("pqr", "pqrz", "pqra", "", "pqraz"),
            ("pqr", "pzqr", "pqra", "", "pzqra"),
            ("pqr", "pzr", "pqyr", "q", "pyzr"),
            ("pqr", "zpr", "pqyr", "", "zpqyr"),
            ("pqr", "rqpx", "pqr", "", "rqpx"),
            ("pqr", "rqp", "pqra", "", "raqp"),
            ("pqr", "rqp", "qrp", "", "pqr"),
            ("pq", "xpq", "pqx", "", "xpq"),
        ] {
            assert_eq!(merged(base, ours, theirs, gone), expected, "{base} {ours} {theirs}");
        }
    }
}
