//! A change of facts in the text of a file, without a change of anything else in it.

use crate::diag::{Diagnostic, Place};
use crate::format::tree::parse;
use std::ops::Range;

/// Gives new values, written as TOML, to facts at the top of a file. A fact that the file does not state is left out.
/// Comments, spacing and line ends stay as in the file.
///
/// # Errors
/// Fails if the text is not TOML. The caller checks that the result reads back as meant.
pub fn edit_facts(
    text: &str,
    facts: &[(&str, String)],
    place: &Place,
) -> Result<String, Diagnostic> {
    let table = parse(text, place).map_err(|mut problems| problems.swap_remove(0))?;
    let edit = |(name, value): &(&str, String)| Some((table.get(*name)?.span(), value.clone()));
    let mut edits: Vec<(Range<usize>, String)> = facts.iter().filter_map(edit).collect();
    // From the last to the first, so that the places of the others stay.
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut out = text.to_owned();
    edits.into_iter().for_each(|(range, new)| out.replace_range(range, &new));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_replaced_and_the_rest_stays() {
        let text =
            "\u{feff}# a\r\nname = \"x\" # who\r\naccount   = 'old' # of\r\n\r\n[events]\r\n";
        let facts = [
            ("account", "\"new\"".to_owned()),
            ("parent", "\"p\"".into()),
            ("name", "\"y\"".into()),
        ];
        let after = edit_facts(text, &facts, &Place::file("x.toml")).unwrap();
        assert_eq!(after, text.replace("'old'", "\"new\"").replace("\"x\"", "\"y\""));
        assert!(edit_facts("name = ", &facts, &Place::file("x.toml")).is_err());
    }
}
