//! Compares texts without regard to case and Unicode form, with `*` for any characters.

use super::lexer::Word;
use crate::value::id::{fold, folded};

/// A text to look for, folded once; cut at each `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Vec<String>,
}

impl Pattern {
    /// The request of a word of the query.
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
}
