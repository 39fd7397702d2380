//! A sealed value as files have it: `sealed:KEY:BODY`, and the names of data keys.

use std::fmt;

/// The beginning of every sealed value.
pub const BEGIN: &str = "sealed:";
/// The digits of the name that the keys of one file share.
const FILE: usize = 10;
/// The digits of a name behind its level.
const SERIAL: usize = 4;
/// The length of a name: file, `-`, level, serial.
const NAME: usize = FILE + 1 + 1 + SERIAL;
/// The fewest characters of a body: a nonce of 24 bytes and a tag of 16 in base 64.
const BODY: usize = 54;

/// The name of a data key: the random name of its file, its level, and a random serial: `k3f9x2a7qd-1m2p4`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// The name of a new key.
    pub fn new(file: &str, level: u32, serial: &str) -> Option<KeyName> {
        KeyName::parse(&format!("{file}-{level}{serial}"))
    }

    /// A name in a text.
    pub fn parse(text: &str) -> Option<KeyName> {
        let bytes = text.as_bytes();
        let digit = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let is_name = bytes.len() == NAME
            && bytes[..FILE].iter().all(digit)
            && bytes[FILE] == b'-'
            && matches!(bytes[FILE + 1], b'1'..=b'9')
            && bytes[FILE + 2..].iter().all(digit);
        is_name.then(|| KeyName(text.to_owned()))
    }

    /// The name that all keys of one file share, and that its file of keys has.
    pub fn file(&self) -> &str {
        &self.0[..FILE]
    }

    /// The level.
    pub fn level(&self) -> u32 {
        u32::from(self.0.as_bytes()[FILE + 1] - b'0')
    }

    /// The name as files have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of a line of `[sealed]`: the name, and behind a `-` the reader.
    pub fn of_line(line: &str) -> Option<(KeyName, &str)> {
        let name = KeyName::parse(line.get(..NAME)?)?;
        let reader = line[NAME..].strip_prefix('-').filter(|reader| !reader.is_empty())?;
        Some((name, reader))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Is a text a sealed value? No other text that people write looks so.
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(BEGIN) && parts(text).is_some()
}

/// The name of the key of a sealed value, and its body.
pub fn parts(text: &str) -> Option<(KeyName, &str)> {
    let rest = text.strip_prefix(BEGIN)?;
    let name = KeyName::parse(rest.get(..NAME)?)?;
    let body = rest[NAME..].strip_prefix(':')?;
    let digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (body.len() >= BODY && body.bytes().all(digit)).then_some((name, body))
}

/// The names of the files of keys that the sealed values anywhere in a text need.
pub fn key_files(text: &str) -> Vec<String> {
    let names = text.match_indices(BEGIN).filter_map(|(at, _)| {
        let from = at + BEGIN.len();
        Some(KeyName::parse(text.get(from..from + NAME)?)?.file().to_owned())
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

/// A sealed value.
pub fn written(name: &KeyName, body: &str) -> String {
    format!("{BEGIN}{name}:{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_sealed_value_is_one() {
        let body = "A".repeat(BODY);
        let whole = format!("sealed:k3f9x2a7qd-1m2p4:{body}");
        let (name, found) = parts(&whole).unwrap();
        assert_eq!((name.file(), name.level(), found), ("k3f9x2a7qd", 1, &*body));
        for other in [
            "sealed: the deal is closed",
            "sealed:k3f9x2a7qd-1m2p4:",
            "sealed:k3f9x2a7qd-0m2p4:AAAA",
            &whole.replace("-1", "-0"),
            &whole.replace("AA", "A A"),
            &whole[..whole.len() - 1],
            &whole[1..],
            "sealed:张张张张张张张张张张",
        ] {
            assert!(!is_sealed(other), "{other}");
        }
    }

    #[test]
    fn a_line_names_key_and_reader() {
        let (name, reader) = KeyName::of_line("k3f9x2a7qd-2m2p4-li-yan").unwrap();
        assert_eq!((name.as_str(), reader), ("k3f9x2a7qd-2m2p4", "li-yan"));
        for other in ["k3f9x2a7qd-2m2p4", "k3f9x2a7qd-2m2p4-", "k3f9x2a7qd-2m2p4x", "x", ""] {
            assert_eq!(KeyName::of_line(other), None, "{other}");
        }
        assert_eq!(KeyName::new("k3f9x2a7qd", 10, "aaaa"), None);
    }
}
