//! Text broken into lines: between words, and between Chinese characters but where punctuation forbids it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Signs that begin no line.
const CLOSING: &str = "，。、；：！？）」』》】”’…—,.;:!?)]}";
/// Signs that end no line.
const OPENING: &str = "（「『《【“‘([{";

/// The columns that a text takes on a terminal.
pub fn width_of(text: &str) -> usize {
    text.width()
}

/// The lines of a text, none wider than `width` where a break is allowed. Line breaks of the text stay.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| wrap_line(line, width.max(10))).collect()
}

fn wrap_line(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut now = String::new();
    for unit in units(line) {
        let fits = now.width() + unit.trim_end().width() <= width;
        if !fits && !now.trim().is_empty() {
            lines.push(std::mem::take(&mut now).trim_end().to_owned());
        }
        now.push_str(unit);
    }
    lines.push(now.trim_end().to_owned());
    lines
}

/// The parts of a line that are never broken, each with the blanks behind it.
fn units(line: &str) -> Vec<&str> {
    let mut ends = Vec::new();
    let mut letters = line.char_indices().peekable();
    let mut started = false;
    while let Some((at, letter)) = letters.next() {
        let Some(&(_, next)) = letters.peek() else { break };
        let end = at + letter.len_utf8();
        started |= letter != ' ';
        // Blanks at the beginning of a line are its indent.
        let breaks = match (letter, next) {
            (' ', ' ') => false,
            (' ', _) => started,
            (_, ' ') => false,
            _ => {
                is_wide(letter) && !OPENING.contains(letter)
                    || is_wide(next) && !OPENING.contains(letter)
            }
        };
        if breaks && !CLOSING.contains(next) {
            ends.push(end);
        }
    }
    ends.push(line.len());
    let mut from = 0;
    let mut parts = Vec::new();
    for end in ends {
        parts.push(&line[from..end]);
        from = end;
    }
    parts
}

/// Is it a character between which and any other a line may break?
fn is_wide(letter: char) -> bool {
    letter.width() == Some(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_chinese_breaks_anywhere_but_before_a_closing_sign() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("客户离开看板，写明原因", 12), ["客户离开看", "板，写明原因"]);
        assert_eq!(wrap("客户离开看板，写明", 14), ["客户离开看板，", "写明"]);
        assert_eq!(wrap("用crm log记录", 10), ["用crm log", "记录"]);
        assert_eq!(wrap("负责人（所有人）在", 10), ["负责人（所", "有人）在"]);
        // An opening sign goes to the next line with its word. Ten columns are the least.
        assert_eq!(wrap("各负责人（所有）", 10), ["各负责人", "（所有）"]);
        assert_eq!(wrap("", 20), [""]);
        assert_eq!(wrap("a\n\nb", 20), ["a", "", "b"]);
        assert_eq!(wrap("  crm list is:overdue", 12), ["  crm list", "is:overdue"]);
    }

    #[test]
    fn a_word_wider_than_the_line_is_not_cut() {
        assert_eq!(wrap("a customer-who-is-known b", 12), ["a", "customer-who-is-known", "b"]);
    }
}
