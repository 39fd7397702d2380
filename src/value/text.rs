//! Short texts: ids, names, reasons. The one home of `smol_str`.

use std::borrow::Cow;

/// A text that does not change. Up to 23 bytes, as nearly all of a ledger's words have, it is stored where it
/// is used and costs no memory of its own; longer ones are shared by their copies.
pub type Text = smol_str::SmolStr;

/// A text with the digits, letters and signs of ASCII in place of the wide forms that East Asian keyboards give:
/// `２０２６／３／５` is `2026/3/5`, and `￥` is `¥`.
pub fn narrow(text: &str) -> Cow<'_, str> {
    let is_wide = |c: char| matches!(c, '\u{3000}' | '\u{ff01}'..='\u{ff5e}' | '￥' | '￡');
    if !text.contains(is_wide) {
        return Cow::Borrowed(text);
    }
    let one = |c: char| match c {
        '\u{3000}' => ' ',
        '￥' => '¥',
        '￡' => '£',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    Cow::Owned(text.chars().map(one).collect())
}

/// Is a text Chinese characters, and nothing else?
pub fn is_han(text: &str) -> bool {
    let is_one = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
    !text.is_empty() && text.chars().all(is_one)
}

/// A text inside of HTML, in an element or in an attribute.
pub fn in_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_has_no_signs_of_a_value() {
        assert_eq!(in_html("<b a=\"'\">&"), "&lt;b a=&quot;&#39;&quot;&gt;&amp;");
    }

    #[test]
    fn chinese_is_chinese_alone() {
        assert!(is_han("张") && is_han("欧阳") && is_han("\u{20000}"));
        assert!(
            !is_han("") && !is_han("张 伟") && !is_han("Li") && !is_han("张a") && !is_han("キ")
        );
    }

    #[test]
    fn wide_forms_are_those_of_ascii() {
        assert_eq!(narrow("２０２６／３／５　（￥１，２００．５０）～"), "2026/3/5 (¥1,200.50)~");
        assert!(matches!(narrow("张先生 9:00"), Cow::Borrowed("张先生 9:00")));
    }
}
