//! Entities of HTML in texts (`&amp;` `&#39;` `&nbsp;`): many programs export what they show on a page. An import reads
//! them as the characters that they are; an export writes a text that holds one so that it comes back.

use std::borrow::Cow;

/// The text with its entities as characters; a no-break space becomes a blank then.
pub fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    match html_escape::decode_html_entities(text) {
        same if same == text => text.into(),
        other => other.replace('\u{a0}', " ").into(),
    }
}

/// The text for an export: [`decoded`] gives it back.
pub fn encoded(text: Cow<'_, str>) -> Cow<'_, str> {
    if decoded(&text) == text { text } else { text.replace('&', "&amp;").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for (text, out) in [
            ("R&D", "R&D"),
            ("R&amp;D", "R&amp;amp;D"),
            ("a & b &lt; c", "a &amp; b &amp;lt; c"),
            ("&nbsp;", "&amp;nbsp;"),
            ("&amp;amp;", "&amp;amp;amp;"),
            ("&unknown;", "&unknown;"),
            ("", ""),
        ] {
            assert_eq!(encoded(text.into()), out);
            assert_eq!(decoded(out), text);
        }
        assert_eq!(decoded("R&amp;D &#39;x&#39;&nbsp;y"), "R&D 'x' y");
    }
}
