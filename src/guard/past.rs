//! The common past of the sides of a merge, and which of their values a merge may have.

use super::repository::Repository;
use crate::diag::Diagnostic;

/// The common past of two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Past {
    /// They began apart.
    Nothing,
    /// One of [`Pasts::ancestors`].
    At(usize),
    /// Of several best common ancestors: two of them, and their own common past.
    Joined(Box<[Past; 3]>),
}

/// The common pasts of every two sides of a merge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pasts {
    /// The common ancestors, each once.
    pub ancestors: Vec<String>,
    /// Of two sides, the first one before the second.
    pairs: Vec<((usize, usize), Past)>,
}

/// Criss-crosses of criss-crosses are followed so deep; below, sides count as having begun apart.
const DEPTH: usize = 8;

impl Pasts {
    /// Of these sides.
    pub fn of(repository: &dyn Repository, sides: &[String]) -> Result<Pasts, Diagnostic> {
        let mut pasts = Pasts::default();
        for (i, one) in sides.iter().enumerate() {
            for (j, other) in sides.iter().enumerate().skip(i + 1) {
                let past = pasts.past(repository, one, other, DEPTH)?;
                pasts.pairs.push(((i, j), past));
            }
        }
        Ok(pasts)
    }

    fn past(
        &mut self,
        repository: &dyn Repository,
        one: &str,
        other: &str,
        depth: usize,
    ) -> Result<Past, Diagnostic> {
        let bases = repository.bases(one, other)?;
        let mut past = Past::Nothing;
        for base in bases.iter().take(DEPTH) {
            let here = self.at(base);
            past = match past {
                Past::Nothing => here,
                before if depth > 0 => {
                    let below = self.past(repository, &bases[0], base, depth - 1)?;
                    Past::Joined(Box::new([before, here, below]))
                }
                before => Past::Joined(Box::new([before, here, Past::Nothing])),
            };
        }
        Ok(past)
    }

    fn at(&mut self, commit: &str) -> Past {
        let known = self.ancestors.iter().position(|ancestor| ancestor == commit);
        Past::At(known.unwrap_or_else(|| {
            self.ancestors.push(commit.to_owned());
            self.ancestors.len() - 1
        }))
    }

    fn between(&self, one: usize, other: usize) -> &Past {
        let pair = (one.min(other), one.max(other));
        let found = self.pairs.iter().find(|(sides, _)| *sides == pair);
        found.map_or(&Past::Nothing, |(_, past)| past)
    }

    /// The one commit in which all sides parted; `None` where it is not one.
    pub fn only(&self) -> Option<usize> {
        match self.pairs.as_slice() {
            [(_, Past::At(ancestor))] => Some(*ancestor),
            _ => None,
        }
    }

    /// The values that a merge of the sides may have without a change of its own: those that no other side has
    /// changed since. `sides` has the value of some of the sides; `before` is that of a common ancestor.
    pub fn live<V: PartialEq + Clone>(
        &self,
        sides: &[(usize, V)],
        nothing: &V,
        before: impl Fn(usize) -> V,
    ) -> Vec<V> {
        let outdated = |(one, value): &&(usize, V)| {
            sides.iter().any(|(other, is)| {
                is != value
                    && self.between(*one, *other).value(nothing, &before).as_ref() == Some(value)
            })
        };
        let mut found = Vec::new();
        for (_, value) in sides.iter().filter(|side| !outdated(side)) {
            if !found.contains(value) {
                found.push(value.clone());
            }
        }
        found
    }
}

impl Past {
    /// The value then; `None` where the past itself had two different changes.
    fn value<V: PartialEq + Clone>(&self, nothing: &V, at: &impl Fn(usize) -> V) -> Option<V> {
        match self {
            Past::Nothing => Some(nothing.clone()),
            Past::At(ancestor) => Some(at(*ancestor)),
            Past::Joined(parts) => {
                let [one, other, below] = parts.as_ref();
                let (one, other) = (one.value(nothing, at), other.value(nothing, at));
                let below = below.value(nothing, at);
                if one == other || other == below {
                    one
                } else if one == below {
                    other
                } else {
                    None
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Pasts {
        Pasts { ancestors: vec!["b".into()], pairs: vec![((0, 1), Past::At(0))] }
    }

    #[test]
    fn of_two_sides_the_changed_one_and_both_where_both_changed() {
        let live = |base: &'static str, ours: &'static str, theirs: &'static str| {
            two().live(&[(0, ours), (1, theirs)], &"", |_| base).join(",")
        };
        assert_eq!(live("a", "a", "b"), "b");
        assert_eq!(live("a", "b", "a"), "b");
        assert_eq!(live("a", "a", "a"), "a");
        assert_eq!(live("a", "b", "b"), "b");
        assert_eq!(live("a", "b", "c"), "b,c");
    }

    /// The owner wrote 1, then 2. A third side that began before both must not make 1 a change again.
    #[test]
    fn of_three_sides_every_two_are_compared() {
        let pairs = vec![((0, 1), Past::At(0)), ((0, 2), Past::At(1)), ((1, 2), Past::At(1))];
        let pasts = Pasts { ancestors: vec!["one".into(), "zero".into()], pairs };
        let before = |ancestor: usize| if ancestor == 0 { "1" } else { "0" };
        assert_eq!(pasts.live(&[(0, "2"), (1, "1"), (2, "0")], &"", before), ["2"]);
    }

    #[test]
    fn of_a_criss_cross_the_merged_past_counts() {
        let past = |below| Past::Joined(Box::new([Past::At(0), Past::At(1), below]));
        let live = |below, values: [&'static str; 3], sides: [&'static str; 2]| {
            let pasts = Pasts { ancestors: Vec::new(), pairs: vec![((0, 1), past(below))] };
            pasts.live(&[(0, sides[0]), (1, sides[1])], &"", |n| values[n]).join(",")
        };
        // One ancestor changed 0 to 1: the past is 1.
        assert_eq!(live(Past::At(2), ["1", "0", "0"], ["1", "0"]), "0");
        assert_eq!(live(Past::At(2), ["0", "1", "0"], ["2", "1"]), "2");
        // Both did, differently: there is no past to compare with.
        assert_eq!(live(Past::At(2), ["1", "2", "0"], ["1", "2"]), "1,2");
        assert_eq!(live(Past::Nothing, ["1", "2", ""], ["1", "2"]), "1,2");
    }
}
