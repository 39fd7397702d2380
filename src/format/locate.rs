//! Finds the place of a named part in a file. Prospects keep no places; they are looked up here, in the few files
//! that have findings.

use crate::diag::Spot;
use std::cell::OnceCell;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The bytes that a spot means in this text; `None` for the whole of it, or where it is not found.
pub fn locate(text: &str, spot: &Spot) -> Option<Range<usize>> {
    Locator::new(text).locate(spot)
}

/// A text in which many spots are looked up: it is parsed once, and only if a spot needs that.
pub struct Locator<'t> {
    text: &'t str,
    tree: OnceCell<DeTable<'t>>,
}

impl<'t> Locator<'t> {
    /// A locator for this text.
    pub fn new(text: &'t str) -> Locator<'t> {
        Locator { text, tree: OnceCell::new() }
    }

    /// The bytes that a spot means; `None` for the whole text, or where it is not found.
    pub fn locate(&self, spot: &Spot) -> Option<Range<usize>> {
        match spot {
            Spot::Whole => None,
            Spot::Span(from, to) => Some(on_characters(self.text, *from, *to)),
            Spot::Line(line) => line_span(self.text, *line),
            Spot::Fact(key) => self.within(&[key], |_, value| value.span()),
            Spot::Event(key, None) => self.within(&["events", key], |name, _| name),
            Spot::Event(key, Some(field)) => self
                .within(&["events", key, field], |_, value| value.span())
                .or_else(|| self.within(&["events", key], |name, _| name)),
            Spot::Item(key, field, item) => {
                self.within(&["events", key, field], |_, value| match value.get_ref() {
                    DeValue::Array(items) => items
                        .iter()
                        .find(|one| one.get_ref().as_str() == Some(item))
                        .map_or(value.span(), Spanned::span),
                    _ => value.span(),
                })
            }
            Spot::Key(path) => {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                self.within(&path, |name, _| name)
            }
        }
    }

    /// Follows keys from the top of the document; the last one's own bytes and its value decide.
    fn within(
        &self,
        path: &[&str],
        span: impl Fn(Range<usize>, &Spanned<DeValue>) -> Range<usize>,
    ) -> Option<Range<usize>> {
        let parsed = || DeTable::parse_recoverable(self.text).0.into_inner();
        let (last, way) = path.split_last()?;
        let mut here = self.tree.get_or_init(parsed);
        for key in way {
            let DeValue::Table(below) = here.get(*key)?.get_ref() else { return None };
            here = below;
        }
        here.get_key_value(*last).map(|(name, value)| span(name.span(), value))
    }
}

fn line_span(text: &str, line: u64) -> Option<Range<usize>> {
    let mut start = 0;
    for (number, content) in (1u64..).zip(text.split_inclusive('\n')) {
        if number == line {
            return Some(start..start + content.trim_end_matches(['\n', '\r']).len());
        }
        start += content.len();
    }
    None
}

/// The range widened to whole characters, inside the text.
fn on_characters(text: &str, from: usize, to: usize) -> Range<usize> {
    let mut from = from.min(text.len());
    let mut to = to.clamp(from, text.len());
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    while !text.is_char_boundary(to) {
        to += 1;
    }
    from..to
}
