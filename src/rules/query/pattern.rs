//! Text against text: whatever the case and the Unicode form, with `*` for anything.

use super::lexer::Word;
use crate::model::id::fold;
use std::borrow::Cow;

/// A text to look for, folded once; cut at each `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Vec<String>,
}

impl Pattern {
    /// What a word of the query asks for.
    pub(super) fn of(word: &Word) -> Pattern {
        Pattern { pieces: word.pieces.iter().map(|piece| fold(piece)).collect() }
    }

    /// Exactly this text.
    pub(super) fn exact(text: &str) -> Pattern {
        Pattern { pieces: vec![fold(text)] }
    }

    /// Is the whole of `text` that?
    pub(super) fn whole(&self, text: &str) -> bool {
        self.fits(&folded(text))
    }

    /// Does `text` have it in it? With a `*` the whole of `text` must fit.
    pub(super) fn within(&self, text: &str) -> bool {
        let text = folded(text);
        match &self.pieces[..] {
            [part] => text.contains(part),
            _ => self.fits(&text),
        }
    }

    fn fits(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &self.pieces[..] else {
            return self.pieces.first().is_some_and(|whole| whole == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for piece in middle {
            match rest.split_once(piece.as_str()) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

/// The text as patterns are compared with it: [`fold`], without its cost for most texts. A hundred
/// thousand files of Chinese notes are searched while somebody waits.
fn folded(text: &str) -> Cow<'_, str> {
    if !text.chars().all(folds_like_ascii) {
        Cow::Owned(fold(text))
    } else if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// ASCII, and the ideographs and punctuation that neither case nor Unicode form changes.
fn folds_like_ascii(c: char) -> bool {
    c.is_ascii()
        || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{3011}' | '\u{ff01}'..='\u{ff20}'
            | '\u{2010}'..='\u{2027}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern { pieces: text.split('*').map(fold).collect() }
    }

    #[test]
    fn whole_and_part() {
        for (wanted, text, whole, within) in [
            ("zhang", "ZHANG", true, true),
            ("zhang", "Zhang Wei", false, true),
            ("张", "张先生", false, true),
            ("ÉTÉ", "l'e\u{301}te\u{301}", false, true),
            ("zh*g", "zhang", true, true),
            ("zh*g", "a zhang", false, false),
            ("*连锁*", "时装连锁店 A", true, true),
            ("a*b*c", "abbc", true, true),
            ("a*a", "a", false, false),
            ("*", "", true, true),
        ] {
            assert_eq!(pattern(wanted).whole(text), whole, "{wanted} = {text}");
            assert_eq!(pattern(wanted).within(text), within, "{wanted} in {text}");
        }
    }

    #[test]
    fn the_short_cut_folds_as_fold_does() {
        let unchanged = ('\0'..=char::MAX).filter(|c| folds_like_ascii(*c) && !c.is_ascii());
        for c in unchanged {
            assert_eq!(fold(&c.to_string()), c.to_string(), "{c:?}");
        }
        assert_eq!(folded("Ａé"), fold("Ａé"));
    }
}
