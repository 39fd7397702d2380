//! Comments, blank lines and spacing: merged without conflicts, and no comment is lost.

use super::document::Line;
use super::order::Lists;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// The result of merging a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergedValue<T> {
    /// One side changed it, both changed it alike, or neither did.
    To(T),
    /// Two different changes.
    Two,
}

/// The three-way rule for one value.
pub fn change<T: PartialEq>(base: Option<T>, ours: T, theirs: T) -> MergedValue<T> {
    if ours == theirs || base.as_ref() == Some(&theirs) {
        MergedValue::To(ours)
    } else if base.as_ref() == Some(&ours) {
        MergedValue::To(theirs)
    } else {
        MergedValue::Two
    }
}

/// The three-way rule if either of two changes will do: the shorter one wins, of equally long ones the first by
/// its bytes.
pub fn either<'t>(base: Option<&'t str>, ours: &'t str, theirs: &'t str) -> &'t str {
    match change(base, ours, theirs) {
        MergedValue::To(text) => text,
        MergedValue::Two if (ours.len(), ours) <= (theirs.len(), theirs) => ours,
        MergedValue::Two => theirs,
    }
}

/// Merges comment lines and blank lines: the result has each side's removals and additions.
pub fn merge_lines<'t>(base: &[Line<'t>], ours: &[Line<'t>], theirs: &[Line<'t>]) -> Vec<Line<'t>> {
    let [base_keys, our_keys, their_keys] = [base, ours, theirs].map(keys);
    if our_keys == their_keys || base_keys == their_keys {
        return ours.to_vec();
    }
    if base_keys == our_keys {
        return theirs.to_vec();
    }
    let known = |keys: &[Key<'t>], lines: &[Line<'t>]| -> HashMap<Key<'t>, Line<'t>> {
        keys.iter().copied().zip(lines.iter().copied()).collect()
    };
    let (our_lines, their_lines) = (known(&our_keys, ours), known(&their_keys, theirs));
    let lists = Lists { base: &base_keys, ours: &our_keys, theirs: &their_keys };
    let in_both = |key: &Key| our_lines.contains_key(key) && their_lines.contains_key(key);
    let order = lists.merge(in_both, Ord::cmp);
    let line = |key| our_lines.get(key).or_else(|| their_lines.get(key)).copied();
    order.keys.iter().filter_map(line).collect()
}

/// A line's text, and which of the lines of this text it is.
type Key<'t> = (&'t str, usize);

fn keys<'t>(lines: &[Line<'t>]) -> Vec<Key<'t>> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let number = |line: &Line<'t>| {
        let count = seen.entry(line.text).or_default();
        *count += 1;
        (line.text, *count)
    };
    lines.iter().map(number).collect()
}

/// Merges the text after a value: two different comments are both kept.
pub fn merge_comment<'t>(base: Option<&'t str>, ours: &'t str, theirs: &'t str) -> Cow<'t, str> {
    if let MergedValue::To(text) = change(base, ours, theirs) {
        return Cow::Borrowed(text);
    }
    let [was, our, their] = [base.unwrap_or(""), ours, theirs].map(remarks);
    let stays =
        |remark: &&str| !was.contains(remark) || our.contains(remark) && their.contains(remark);
    let merged: BTreeSet<&str> = our.union(&their).copied().filter(stays).collect();
    match (merged == our, merged == their) {
        (true, true) => Cow::Borrowed(either(None, ours, theirs)),
        (true, false) => Cow::Borrowed(ours),
        (false, true) => Cow::Borrowed(theirs),
        (false, false) if merged.is_empty() => Cow::Borrowed(""),
        (false, false) => {
            let remarks: Vec<&str> = merged.into_iter().collect();
            Cow::Owned(format!("  # {}", remarks.join(" # ")))
        }
    }
}

/// The remarks of a comment: its parts between ` # `.
pub(super) fn remarks(after: &str) -> BTreeSet<&str> {
    let comment = after.trim().trim_start_matches('#');
    comment.split(" # ").map(str::trim).filter(|remark| !remark.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value() {
        assert_eq!(change(Some(1), 1, 2), MergedValue::To(2));
        assert_eq!(change(Some(1), 2, 1), MergedValue::To(2));
        assert_eq!(change(None, 2, 2), MergedValue::To(2));
        assert_eq!(change(Some(1), 2, 3), MergedValue::Two);
        assert_eq!(either(None, "b ", "a "), "a ");
    }

    #[test]
    fn comments_behind_values() {
        for (base, ours, theirs, expected) in [
            ("", "  # a", "", "  # a"),
            ("", "  # b", " # a", "  # a # b"),
            ("", "  # a # b", " # a", "  # a # b"),
            (" # x", "", " # x # y", "  # y"),
            (" # x", "", " # y", " # y"),
            ("", " #a", "  # a", " #a"),
        ] {
            assert_eq!(merge_comment(Some(base), ours, theirs), expected);
            assert_eq!(merge_comment(Some(base), theirs, ours), expected);
        }
    }

    #[test]
    fn comments_on_lines_of_their_own() {
        let merged = |base: &str, ours: &str, theirs: &str| {
            let [base, ours, theirs] = [base, ours, theirs].map(|text| {
                text.split(',').map(|text| Line { text, newline: "\n" }).collect::<Vec<_>>()
            });
            let one = merge_lines(&base, &ours, &theirs);
            let texts = |lines: &[Line]| lines.iter().map(|l| l.text).collect::<Vec<_>>().join(",");
            assert_eq!(texts(&one), texts(&merge_lines(&base, &theirs, &ours)));
            texts(&one)
        };
        assert_eq!(merged("a,,b", "a,,b,c", ",b"), ",b,c");
        assert_eq!(merged("a", "a,x", "a,b"), "a,b,x");
        assert_eq!(merged("a", "a,x,x", "a,x"), "a,x,x");
    }
}
