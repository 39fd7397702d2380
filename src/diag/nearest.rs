//! The name that a wrong one was meant to be: the nearest of some candidates, and slips of the keyboard.

use super::{Words, listed};

/// The candidate that looks most like a wrong name, if one does. One of which two letters that follow each other are
/// exchanged comes first, however short it is.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = wrong.to_lowercase();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(name) = candidates.iter().find(|name| is_exchanged(&lower, &name.to_lowercase())) {
        return Some(name);
    }
    let scored =
        candidates.into_iter().map(|c| (strsim::jaro_winkler(&lower, &c.to_lowercase()), c));
    let near = scored.filter(|(score, _)| *score >= 0.78);
    near.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1))).map(|(_, name)| name)
}

/// Are two texts one, but for two letters that follow each other and are exchanged? Digits are none: `21` is not `12`.
fn is_exchanged(one: &str, other: &str) -> bool {
    let mut differing = one.chars().zip(other.chars()).enumerate().filter(|(_, (a, b))| a != b);
    let (first, second, third) = (differing.next(), differing.next(), differing.next());
    let is_pair = match (first, second) {
        (Some((at, (a, b))), Some((next, (c, d)))) => {
            let are_letters = !a.is_ascii_digit() && !b.is_ascii_digit();
            next == at + 1 && a == d && b == c && are_letters
        }
        _ => false,
    };
    is_pair && third.is_none() && one.chars().count() == other.chars().count()
}

/// The help line for a wrong name: the nearest valid one, else the whole list when it is short.
pub fn suggest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<Words> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(wrong, candidates.iter().copied()) {
        Some(name) => Some(words!("did you mean `{name}`?", "是否指 `{name}`？")),
        None if candidates.is_empty() => None,
        None if candidates.len() <= 12 => {
            let all = listed(candidates);
            Some(words!("valid: {all}", "可用：{all:#}"))
        }
        None => None,
    }
}

/// The candidate that a text misses by one letter (added, left out, changed, two exchanged) or by case alone.
/// Short words of which one letter decides are no slips: four letters are the least.
pub fn one_letter_off<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if candidates.contains(&text) {
        return None;
    }
    let lower = text.to_lowercase();
    candidates.into_iter().find(|candidate| {
        let known = candidate.to_lowercase();
        let near = || strsim::damerau_levenshtein(&lower, &known) == 1;
        known == lower || known.chars().count() >= 4 && near()
    })
}

/// Is a value nothing but a slip of the keyboard for a name? One edit is (a letter added, left out, changed, two
/// exchanged), or two where both have eight letters. A value with another number or word than the name is none, nor one
/// that has the name in it (`unqualified` is not `qualified`), nor a Chinese one, whose every character is a word.
pub fn is_slip(value: &str, name: &str) -> bool {
    let plain = |text: &str| text.trim().to_lowercase();
    let (value, name) = (plain(value), plain(name));
    let is_cjk = |c: char| ('\u{2e80}'..='\u{ffdc}').contains(&c) || c >= '\u{20000}';
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let words = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count()
    };
    let length = |text: &str| text.chars().count();
    let is_other = length(&value) < 3
        || !value.contains(char::is_alphabetic)
        || value.contains(is_cjk)
        || digits(&value) != digits(&name)
        || words(&value) != words(&name);
    if is_other {
        return false;
    }
    match strsim::damerau_levenshtein(&value, &name) {
        0 => true,
        1 => !value.contains(&name),
        2 => {
            let are_long = length(&value) >= 8 && length(&name) >= 8;
            are_long && !value.contains(&name) && !name.contains(&value)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_edit_or_two_from_eight_letters_on() {
        for (value, name, is) in [
            ("lst", "lost", true),
            ("ls", "lost", false),
            ("Closde", "closed", true),
            ("qualifid", "qualified", true),
            ("qualifd", "qualified", false),
            ("qualifeid", "qualified", true),
            ("unqualified", "qualified", false),
            ("closed-lost", "closed", false),
            ("stage 2", "stage 1", false),
            ("250", "25", false),
            ("未成交", "成交", false),
        ] {
            assert_eq!(is_slip(value, name), is, "{value} {name}");
        }
    }

    #[test]
    fn one_letter_off_is_one() {
        let known = ["price", "competitor", "fit", "价格"];
        for (text, expected) in [
            ("price", None),
            ("Price", Some("price")),
            ("prise", Some("price")),
            ("prcie", Some("price")),
            ("pric", Some("price")),
            ("prises", None),
            ("fat", None),
            ("价值", None),
        ] {
            assert_eq!(one_letter_off(text, known), expected, "{text}");
        }
    }

    #[test]
    fn two_letters_exchanged_name_even_a_short_name() {
        assert_eq!(nearest("yb", ["to", "by"]), Some("by"));
        assert_eq!(nearest("lgo", ["log", "list"]), Some("log"));
        assert_eq!(nearest("fro", ["force", "for"]), Some("for"));
        assert_eq!(nearest("Nexx", ["next"]), Some("next"));
        assert!(
            !is_exchanged("by", "by") && !is_exchanged("yb", "byx") && !is_exchanged("xyb", "byx")
        );
    }

    #[test]
    fn suggestion_names_the_nearest() {
        assert_eq!(
            suggest("apointment", ["appointment", "closed"]).unwrap().en(),
            "did you mean `appointment`?"
        );
        assert_eq!(suggest("zzz", ["25", "50"]).unwrap().en(), "valid: 25, 50");
        assert_eq!(suggest("zzz", []), None);
    }
}
