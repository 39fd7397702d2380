//! Words in Latin letters that are the sound of Chinese ones: `zhang`, `zhangx` and `zxs` for 张先生.

use super::pinyin::{possible, readings};
use std::str::Chars;

/// A word as it sounds: letters only, two at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound(String);

/// Where a text sounds like a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// The position of the first character, counted in characters.
    pub at: usize,
    /// Do the word and the text end together?
    pub to_the_end: bool,
    /// Are these the first letters of the syllables alone?
    pub initials: bool,
}

impl Sound {
    /// The sound of a folded word; `None` if it has other signs than letters from a to z, hyphens, apostrophes and
    /// blanks, or fewer than two letters.
    pub fn of(word: &str) -> Option<Sound> {
        let letters: String = word.chars().filter(|c| !matches!(c, '-' | '\'' | ' ')).collect();
        let is_sound = letters.len() > 1 && letters.bytes().all(|b| b.is_ascii_lowercase());
        is_sound.then_some(Sound(letters))
    }

    /// Where a text sounds like the word: the word begins with a Chinese character and covers the whole of its reading
    /// at least, or it is the initials of the first characters.
    pub fn heard_in(&self, text: &str) -> Option<Heard> {
        if !self.may_be_in(text) {
            return None;
        }
        let read = readings(text);
        let spoken = (0..read.len()).find_map(|at| {
            let to_the_end = self.spoken_from(&read[at..])?;
            Some(Heard { at, to_the_end, initials: false })
        });
        spoken.or_else(|| {
            let initials = read.iter().map_while(|(_, reading)| reading.as_ref()?.chars().next());
            let initials: String = initials.collect();
            let are = initials.starts_with(&self.0);
            are.then_some(Heard { at: 0, to_the_end: false, initials: true })
        })
    }

    /// Does the text sound so from its first character on? If so: to its end?
    fn spoken_from<R: AsRef<str>>(&self, read: &[(char, Option<R>)]) -> Option<bool> {
        let mut word = self.0.as_str();
        for (at, (c, reading)) in read.iter().enumerate() {
            let mut letter = [0; 4];
            let syllable = match reading {
                Some(reading) => reading.as_ref(),
                None if at == 0 => return None,
                None if c.is_whitespace() => continue,
                None => c.to_ascii_lowercase().encode_utf8(&mut letter),
            };
            match word.strip_prefix(syllable) {
                Some("") => return Some(at + 1 == read.len()),
                Some(rest) => word = rest,
                None => return (at > 0 && syllable.starts_with(word)).then_some(false),
            }
        }
        None
    }

    /// May a text with this in it sound like the word? Quick, and true at least wherever [`Sound::heard_in`] hears it
    /// in a part of the text.
    pub fn may_be_in(&self, text: &str) -> bool {
        let mut chars = text.chars();
        loop {
            let here = chars.clone();
            match chars.next() {
                None => return false,
                Some(c) if c.is_ascii() => {}
                Some(_) => {
                    if may_begin(&self.0, here.clone(), true) || may_be_initials(&self.0, here) {
                        return true;
                    }
                }
            }
        }
    }
}

/// May the characters sound like the word?
fn may_begin(word: &str, mut chars: Chars, is_first: bool) -> bool {
    let Some(c) = chars.next() else { return false };
    let mut is_chinese = false;
    let goes_on = possible(c).any(|syllable| {
        is_chinese = true;
        match word.strip_prefix(&*syllable) {
            Some("") => true,
            Some(rest) => may_begin(rest, chars.clone(), false),
            None => !is_first && syllable.starts_with(word),
        }
    });
    // Beyond the first character of another script the text is not followed.
    goes_on || !is_first && !is_chinese && (c.is_alphanumeric() || c.is_whitespace() || c == '\\')
}

/// May the characters begin with the letters of the word?
fn may_be_initials(word: &str, mut chars: Chars) -> bool {
    let mut letters = word.chars();
    letters.all(|letter| {
        chars.next().is_some_and(|c| possible(c).any(|syllable| syllable.starts_with(letter)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(word: &str, text: &str) -> Option<(usize, bool, bool)> {
        let sound = Sound::of(word)?;
        let heard = sound.heard_in(text);
        if heard.is_some() {
            assert!(sound.may_be_in(text), "{word} {text}");
        }
        heard.map(|Heard { at, to_the_end, initials }| (at, to_the_end, initials))
    }

    #[test]
    fn a_word_sounds_like_names_from_a_whole_syllable_on() {
        for (word, text, expected) in [
            ("zhang", "张先生", Some((0, false, false))),
            ("zhangxiansheng", "张先生", Some((0, true, false))),
            ("zhang-xian sheng", "张 先生", Some((0, true, false))),
            ("zhangx", "张先生", Some((0, false, false))),
            ("xian", "张先生", Some((1, false, false))),
            ("sheng", "张先生", Some((2, true, false))),
            ("zhan", "张先生", None),
            ("hang", "张先生", None),
            ("zhangxiao", "张先生", None),
            ("zhangxianshengs", "张先生", None),
            ("zxs", "张先生", Some((0, false, true))),
            ("zx", "张先生", Some((0, false, true))),
            ("xs", "张先生", None),
            ("zeng", "曾先生", Some((0, false, false))),
            ("ceng", "曾先生", None),
            ("chongqing", "重庆银行", Some((0, false, false))),
            ("nv", "女士", Some((0, false, false))),
            ("xiamenac", "厦门Acme", Some((0, false, false))),
            ("acme", "厦门Acme", None),
            ("lee", "Ann Lee", None),
        ] {
            assert_eq!(heard(word, text), expected, "{word} {text}");
        }
    }

    #[test]
    fn a_sound_has_two_letters_and_no_other_signs() {
        for none in ["z", "-z", "", "zhang1", "张", "é", "zh.w"] {
            assert_eq!(Sound::of(none), None, "{none}");
        }
        assert!(Sound::of("zh").is_some() && Sound::of("xi'an").is_some());
    }
}
