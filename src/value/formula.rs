//! Text that a spreadsheet would run as a formula: neutralised by a `'` on the way out, restored on the way in.

use std::borrow::Cow;

/// Would a spreadsheet run this text? East Asian keyboards give the full-width signs, and some
/// spreadsheets read them as the plain ones.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A `'`, or several, before a formula: the result of neutralising one.
fn is_neutralised(text: &str) -> bool {
    text.starts_with('\'') && is_formula(text.trim_start_matches('\''))
}

/// The text with a `'` in front where a spreadsheet would run it. A text that looks neutralised gets one too, so
/// that [`restored`] gives every text back.
pub fn neutralised(text: Cow<'_, str>) -> Cow<'_, str> {
    if is_formula(&text) || is_neutralised(&text) { format!("'{text}").into() } else { text }
}

/// The text as it was before [`neutralised`].
pub fn restored(text: &str) -> &str {
    if is_neutralised(text) { &text[1..] } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for (text, out) in [
            ("+86 21 5555", "'+86 21 5555"),
            ("=1+1", "'=1+1"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("''=1", "'''=1"),
            ("'tis", "'tis"),
            ("'", "'"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(neutralised(text.into()), out);
            assert_eq!(restored(out), text);
        }
    }
}
