//! The sieve of a search: tells from the raw text of a file, without reading it as TOML, that a search finds nothing in
//! it. A file that it lets through may still hold nothing; one that it keeps back holds nothing for certain. A property
//! test holds it to that.

use crate::rules::search::{Search, Word};
use crate::value::id::searchable;
use crate::value::phone::Phone;
use crate::value::sound::Sound;
use memchr::memmem::{self, Finder};

/// The sieve of one search.
#[derive(Debug)]
pub struct Sieve {
    words: Vec<WordSieve>,
    /// The telephone number that all words are together.
    number: Option<Phone>,
}

/// The sieve of one word.
#[derive(Debug)]
struct WordSieve {
    text: String,
    needle: Needle,
    sound: Option<Sound>,
    number: Option<Phone>,
}

/// The part of a word that is looked for in the bytes of a file. It has letters, digits and the signs of ids and
/// addresses only, which TOML writes as they are, in a row. Other signs may be escaped, or have a usual wide form.
#[derive(Debug)]
enum Needle {
    /// The word has no such part: it may be in any file.
    Anything,
    /// Letters, digits and signs of ASCII, in any case.
    Latin(Latin),
    /// Chinese characters.
    Chinese(Box<Finder<'static>>),
}

/// Letters, digits and signs, in lower case.
#[derive(Debug)]
struct Latin {
    letters: Box<[u8]>,
    /// The position of the one that is rarest in files.
    rarest: usize,
}

impl Sieve {
    /// The sieve of a search.
    pub fn of(search: &Search) -> Sieve {
        let number = search.whole.as_ref().and_then(|whole| whole.phone.clone());
        Sieve { words: search.words.iter().map(WordSieve::of).collect(), number }
    }

    /// May the search find something in the file of this id and text?
    pub fn lets_through(&self, id: &str, text: &str) -> bool {
        self.words.iter().all(|word| word.may_be_in(id, text))
            || self.number.as_ref().is_some_and(|number| has_digits(text, number))
            || hides_letters(text)
    }
}

impl WordSieve {
    fn of(word: &Word) -> WordSieve {
        let Word { text, sound, phone } = word.clone();
        WordSieve { needle: Needle::of(&text), text, sound, number: phone }
    }

    fn may_be_in(&self, id: &str, text: &str) -> bool {
        self.needle.is_in(text)
            || searchable(id).contains(&self.text)
            || self.sound.as_ref().is_some_and(|sound| sound.may_be_in(facts_and_people(text)))
            || self.number.as_ref().is_some_and(|number| has_digits(text, number))
    }
}

impl Needle {
    /// The longest part of a word, in bytes, that is written in one way but for the case of its letters.
    fn of(word: &str) -> Needle {
        let latin = word.split(|c: char| !is_plain(c)).max_by_key(|part| part.len());
        let chinese = word.split(|c: char| !is_ideograph(c)).max_by_key(|part| part.len());
        let (latin, chinese) = (latin.unwrap_or_default(), chinese.unwrap_or_default());
        if latin.is_empty() && chinese.is_empty() {
            Needle::Anything
        } else if chinese.len() >= latin.len() {
            Needle::Chinese(Box::new(Finder::new(chinese).into_owned()))
        } else {
            Needle::Latin(Latin::of(latin.as_bytes()))
        }
    }

    fn is_in(&self, text: &str) -> bool {
        match self {
            Needle::Anything => true,
            Needle::Latin(latin) => latin.is_in(text.as_bytes()),
            Needle::Chinese(finder) => finder.find(text.as_bytes()).is_some(),
        }
    }
}

/// The letters and digits of ledgers, the frequent ones first: English notes, and the keys and dates of entries.
const FREQUENT: &[u8] = b"ea-n0tdi12rlokscmhpuy.gbwf93v548x67q_jz@";

impl Latin {
    fn of(letters: &[u8]) -> Latin {
        let rank = |letter: &u8| FREQUENT.iter().position(|known| known == letter);
        let rarest = (0..letters.len()).max_by_key(|at| rank(&letters[*at])).unwrap_or(0);
        Latin { letters: letters.into(), rarest }
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        let letter = self.letters[self.rarest];
        let here = |at: usize| {
            let begin = at.checked_sub(self.rarest)?;
            bytes.get(begin..begin + self.letters.len())
        };
        let mut places = memchr::memchr2_iter(letter, letter.to_ascii_uppercase(), bytes);
        places.any(|at| here(at).is_some_and(|part| part.eq_ignore_ascii_case(&self.letters)))
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '@' | '_')
}

fn is_ideograph(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Are the last digits of the number in the text, whatever is between them?
fn has_digits(text: &str, number: &Phone) -> bool {
    let mut digits = vec![0; text.len()];
    let mut count = 0;
    for byte in text.bytes() {
        digits[count] = byte;
        count += usize::from(byte.is_ascii_digit());
    }
    memmem::find(&digits[..count], number.tail().as_bytes()).is_some()
}

/// The part of a file that has the facts and the people: up to the journal, in the order of nearly every file. In an
/// entry only `set` has facts.
fn facts_and_people(text: &str) -> &str {
    let bytes = text.as_bytes();
    let Some(end) = memmem::find(bytes, b"\n[events]") else { return text };
    let (before, after) = (&bytes[..end], &bytes[end..]);
    let many_lines = |quotes: &[u8]| memmem::find(before, quotes).is_some();
    let in_journal = |key: &[u8]| memmem::find(after, key).is_some();
    let is_odd =
        many_lines(b"\"\"\"") || many_lines(b"'''") || in_journal(b"contact") || in_journal(b"set");
    if is_odd { text } else { &text[..end] }
}

/// Has the text letters, digits, signs of addresses or Chinese characters that are not written as themselves: as an
/// escape of TOML, in a wide form, as a look-alike that folding makes one of them? Quick, and true at least where
/// that is so.
fn hides_letters(text: &str) -> bool {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let mut escaped = usize::MAX;
    let mut common = memchr::memchr3_iter(b'\\', 0xef, 0xf0, bytes);
    common.any(|at| match (byte(at), byte(at + 1), byte(at + 2)) {
        (b'\\', ..) if at == escaped => false,
        (b'\\', b'\\', _) => {
            escaped = at + 1;
            false
        }
        (b'\\', next, _) => !matches!(next, b'"' | b'n' | b't'),
        // Wide forms, and ideographs that are others under a second number.
        (0xef, 0xbc, 0x8d | 0x8e | 0x90..=0x99 | 0xa0..=0xba | 0xbf)
        | (0xef, 0xbd, 0x81..=0x9a) => true,
        (0xef, 0xa4..=0xab, _) | (0xf0, 0xaf, _) => true,
        _ => false,
    }) || memchr::memchr3_iter(0xc4, 0xc5, 0xe2, bytes).any(|at| {
        // İ, ſ, and the sign of kelvin.
        matches!(
            (byte(at), byte(at + 1), byte(at + 2)),
            (0xc4, 0xb0, _) | (0xc5, 0xbf, _) | (0xe2, 0x84, 0xaa)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(words: &[&str], id: &str, text: &str) -> bool {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        Sieve::of(&Search::of(&words).unwrap()).lets_through(id, text)
    }

    const FILE: &str = "name = \"张先生\"\ncompany = \"Blue River\"\n\n[[contact]]\nphone = \"+86 (21) 6888 1234\"\n\n\
        [events]\n2009-12-03-1-abc = { kind = \"call\", note = \"李 said \\\"well\\\"\" }\n";

    #[test]
    fn what_is_in_a_file_goes_through_and_other_things_do_not() {
        for (word, goes) in [
            ("张", true),
            ("zhang", true),
            ("zxs", true),
            ("张经理", false),
            ("李", true),
            // The sound of notes is not searched.
            ("li", false),
            ("BLUE", true),
            ("river!", true),
            ("rivers", false),
            ("021-68881234", true),
            ("021-68881235", false),
            ("id-7", true),
            ("id-8", false),
            ("\"well\"", true),
            ("!", true),
        ] {
            assert_eq!(through(&[word], "id-7", FILE), goes, "{word}");
        }
        assert!(through(&["021", "6888", "1234"], "id-7", FILE));
        assert!(through(&["张", "blue"], "id-7", FILE) && !through(&["张", "red"], "id-7", FILE));
    }

    #[test]
    fn hidden_letters_are_seen() {
        for hidden in [
            "\\u5f20",
            "\\U00005f20",
            "\\\\\\u0041",
            "\\e",
            "\\x41",
            "Ａ",
            "ｚ",
            "９",
            "\u{f914}",
            "\u{2f804}",
        ] {
            assert!(hides_letters(&format!("name = \"x{hidden}\"")), "{hidden}");
        }
        for plain in ["张，（）！", "C:\\\\offers\\\\2009", "\\\"a\\\" \\n \\t", "“é” œ", "ok"]
        {
            assert!(!hides_letters(plain), "{plain}");
        }
    }

    #[test]
    fn every_look_alike_is_seen() {
        for c in ('\u{80}'..=char::MAX).filter(|c| !is_ideograph(*c)) {
            let text = c.to_string();
            let looks = searchable(&text).contains(|c: char| is_plain(c) || is_ideograph(c));
            assert!(!looks || hides_letters(&text), "{c:?} {:x}", u32::from(c));
        }
    }

    #[test]
    fn people_behind_the_journal_are_not_cut_off() {
        let head = "name = \"x\"\n";
        assert_eq!(
            facts_and_people(&format!("{head}[events]\n2009-12-03 = {{}}\n")),
            head.trim_end()
        );
        for whole in [
            "name = \"x\"".to_owned(),
            format!("{head}[events]\n[[contact]]\nname = \"张\"\n"),
            format!(
                "{head}[events]\n2010-01-02 = {{ kind = \"changed\", set = {{ name = \"李\" }} }}\n"
            ),
            "tags = \"\"\"\n[events]\n\"\"\"\nname = \"张\"\n[events]\n".to_owned(),
        ] {
            assert_eq!(facts_and_people(&whole), whole);
        }
    }
}
