//! Telephone numbers, however they are spelt: `+86 21 6888-1234`, `021-68881234` and `(021) 6888 1234` are one number.

/// So many digits at the end are a number by themselves: one of a town without the code of its region.
const LEAST: usize = 7;

/// The digits of a telephone number, as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

/// A sign between the digits of a number.
fn is_between(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '+' | '-' | '(' | ')' | '.' | '/' | '（' | '）' | '＋' | '－' | '\u{2010}'..='\u{2015}'
        )
}

impl Phone {
    /// The number that a text is; `None` if it has other signs than a number, or fewer than seven digits.
    pub fn of(text: &str) -> Option<Phone> {
        let is_number = text.chars().all(|c| c.is_ascii_digit() || is_between(c));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        (is_number && digits.len() >= LEAST).then_some(Phone(digits))
    }

    /// The last digits, which any other spelling of the number has as well.
    pub fn tail(&self) -> &str {
        &self.0[self.0.len() - LEAST..]
    }

    /// Where a text has the number, in any spelling, counted in characters.
    pub fn within(&self, text: &str) -> Option<usize> {
        let mut at = 0;
        for part in text.split_inclusive(|c: char| !c.is_ascii_digit() && !is_between(c)) {
            let number = part.trim_end_matches(|c: char| !c.is_ascii_digit());
            if Phone::of(number).is_some_and(|number| self.is_same(&number)) {
                let before = number.chars().take_while(|c| c.is_whitespace()).count();
                return Some(at + before);
            }
            at += part.chars().count();
        }
        None
    }

    /// Do two spellings mean one number? Their last digits agree, seven at least; before those one of them has nothing,
    /// or both have equal digits but for the zeros that are dialled inside a country (`021`, `+86 (0)21`) and before
    /// the code of another (`0086`). Or the other one goes on behind this one, with an extension.
    pub fn is_same(&self, other: &Phone) -> bool {
        let (a, b) = (self.0.as_str(), other.0.as_str());
        let same = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
        let head = |digits: &str| digits[..digits.len() - same].trim_matches('0').to_owned();
        let agree = same >= LEAST && {
            let (a, b) = (head(a), head(b));
            a.is_empty() || b.is_empty() || a == b
        };
        let begun = a.trim_start_matches('0');
        agree || begun.len() >= LEAST && b.contains(begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        match (Phone::of(a), Phone::of(b)) {
            (Some(a), Some(b)) => a.is_same(&b),
            _ => false,
        }
    }

    #[test]
    fn spellings_of_one_number_find_each_other() {
        let spellings = [
            "+86 21 6888-1234",
            "021-68881234",
            "(021) 6888 1234",
            "（021）6888 1234",
            "0086-21-68881234",
            "+86 (0)21 68881234",
            "86 021 6888.1234",
            "21 6888 1234",
            "68881234",
            "888 1234",
        ];
        for one in spellings {
            for other in spellings {
                assert!(same(one, other), "{one} {other}");
            }
        }
    }

    #[test]
    fn seven_digits_are_a_number_and_six_are_none() {
        assert!(same("8881234", "+86 21 6888-1234"));
        assert_eq!(Phone::of("881234"), None);
        assert!(!same("881234", "+86 21 6888-1234"));
        assert!(!same("9881234", "+86 21 6888-1234"));
    }

    #[test]
    fn other_regions_and_other_numbers_are_others() {
        assert!(!same("+86 10 6888 1234", "021-68881234"));
        assert!(!same("13912345678", "13812345678"));
        assert!(!same("+1 212 555 0101", "+86 21 5555 0101"));
        assert!(same("010-68881234", "+86 10 6888 1234"));
    }

    #[test]
    fn an_extension_may_follow() {
        assert!(same("021-68881234", "021-68881234-801"));
        assert!(same("68881234", "+86 21 6888 1234 转 801".split(" 转").next().unwrap()));
        assert!(!same("68881234801", "68881234"));
    }

    #[test]
    fn a_number_is_found_in_a_text() {
        let number = Phone::of("13912345678").unwrap();
        assert_eq!(number.within("新号码：139 1234 5678，旧的不用了"), Some(4));
        assert_eq!(number.within("a 139-1234-5678"), Some(2));
        assert_eq!(number.within("139-1234-567 8x"), None.or(Some(0)));
        assert_eq!(number.within("1391234567"), None);
        assert_eq!(number.tail(), "2345678");
    }

    #[test]
    fn a_name_is_no_number() {
        for text in ["", "+86", "2009年", "room 2341234", "1234567a"] {
            assert_eq!(Phone::of(text), None, "{text}");
        }
    }
}
