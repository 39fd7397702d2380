//! Encodings of files that other programs write: a mark or valid UTF-8 decides; else the user names one, and an error
//! names the one that fits. Nothing is decoded by a guess. The one home of `encoding_rs` and `chardetng`.

use crate::diag::{Code, Diagnostic, Place};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use std::path::Path;

/// So many bytes are looked at for a guess.
const LOOKED_AT: usize = 64 * 1024;
/// So many characters of the first line are shown as they would read.
const SHOWN: usize = 60;
/// The encodings that an error suggests for a name it does not know.
const USUAL: [&str; 8] =
    ["utf-8", "gbk", "gb18030", "big5", "utf-16le", "windows-1252", "shift_jis", "euc-kr"];

/// An encoding of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Charset {
    /// The encoding of this name: `gbk`, `GB2312`, `utf-16le`, `latin1`, as the web knows them.
    ///
    /// # Errors
    /// Fails with the nearest of the usual names.
    pub fn named(name: &str) -> Result<Charset, Diagnostic> {
        if let Some(found) = Encoding::for_label(name.as_bytes()) {
            return Ok(Charset(found));
        }
        let message = words!("no encoding `{name}`", "没有编码 `{name}`");
        Err(Diagnostic::new(Code::BadArgument, message).nearest(&name.to_lowercase(), USUAL))
    }
}

/// The text of a file. A byte-order mark counts more than a stated encoding; without either the file must be UTF-8.
///
/// # Errors
/// Fails if the bytes are not of the encoding; without a stated one, the error names the encoding that fits, with the
/// first line as it would read.
pub fn decoded(
    bytes: Vec<u8>,
    stated: Option<Charset>,
    shown: &Path,
) -> Result<String, Diagnostic> {
    let marked = Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    match marked.or(stated.map(|charset| charset.0)) {
        // A zero is valid UTF-8, but no text has one: it is of UTF-16.
        None if bytes.contains(&0) => Err(not_utf8(&bytes, shown)),
        None => String::from_utf8(bytes).map_err(|error| not_utf8(error.as_bytes(), shown)),
        Some(encoding) => {
            let (text, malformed) = encoding.decode_with_bom_removal(&bytes);
            if malformed {
                return Err(not_of(encoding, &bytes, shown));
            }
            Ok(text.into_owned())
        }
    }
}

/// The encoding that fits bytes which are not UTF-8, if one is likely.
fn likely(bytes: &[u8]) -> Option<&'static Encoding> {
    let looked_at = &bytes[..bytes.len().min(LOOKED_AT)];
    // UTF-16 without a mark: every other byte of Latin text, digits and line ends is 0.
    let zeros = |odd: usize| looked_at.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if 5 * (even + odd) > looked_at.len() || even + odd > 0 && even.min(odd) == 0 {
        return Some(if even > odd { UTF_16BE } else { UTF_16LE });
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(looked_at, looked_at.len() == bytes.len());
    let guess = detector.guess(None, Utf8Detection::Deny);
    // GB18030 is GBK and the characters that GBK lacks.
    let candidates = [guess, if guess == GBK { GB18030 } else { guess }];
    candidates.into_iter().find(|encoding| !encoding.decode_without_bom_handling(bytes).1)
}

fn not_utf8(bytes: &[u8], shown: &Path) -> Diagnostic {
    let zero = bytes.iter().position(|byte| *byte == 0);
    let malformed = std::str::from_utf8(bytes).err().map(|error| error.valid_up_to());
    let at = zero.into_iter().chain(malformed).min().unwrap_or(0);
    let message = words!("the file is not UTF-8 text", "文件不是 UTF-8 文本");
    suggested(
        Diagnostic::new(Code::NotUtf8, message).at(Place::file(shown).span(at..at + 1)),
        bytes,
    )
}

fn not_of(encoding: &'static Encoding, bytes: &[u8], shown: &Path) -> Diagnostic {
    let name = encoding.name();
    let message = words!("the file is not text in {name}", "文件不是 {name} 编码的文本");
    let found = Diagnostic::new(Code::NotUtf8, message).at(Place::file(shown));
    if std::str::from_utf8(bytes).is_ok() {
        return found
            .help(words!("it is UTF-8: leave --encoding out", "它是 UTF-8：请去掉 --encoding"));
    }
    suggested(found, bytes)
}

/// The finding, with the encoding that fits and the first line as it would read.
fn suggested(found: Diagnostic, bytes: &[u8]) -> Diagnostic {
    let Some(fits) = likely(bytes).filter(|fits| *fits != UTF_8) else {
        return found.help(words!(
            "name its encoding, such as --encoding gbk, or save it as UTF-8",
            "请指明编码，例如 --encoding gbk，或另存为 UTF-8"
        ));
    };
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let text = fits.decode_without_bom_handling(start).0;
    let line: String = text.lines().next().unwrap_or_default().chars().take(SHOWN).collect();
    let name = fits.name().to_lowercase();
    found.help(words!(
        "it reads as {name}: --encoding {name} makes the first line `{line}`",
        "它像是 {name}：加 --encoding {name}，第一行就是“{line}”"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, WINDOWS_1252};

    const CHINESE: &str = "姓名,公司,电话,阶段,负责人,下次联系\n张伟,上海远景贸易有限公司,13800000000,已成交,刘燕,2026-12-01\n";

    fn read(bytes: &[u8], name: Option<&str>) -> Result<String, String> {
        let charset = name.map(|name| Charset::named(name).unwrap());
        decoded(bytes.to_vec(), charset, Path::new("x.csv")).map_err(|found| {
            let help: Vec<&str> = found.help.iter().map(|help| help.en()).collect();
            format!("{}; {}", found.message.en(), help.join("; "))
        })
    }

    fn utf16(text: &str, mark: bool) -> Vec<u8> {
        let mark = mark.then_some(0xfeff_u16);
        mark.into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn a_mark_or_utf8_needs_no_name() {
        assert_eq!(read(CHINESE.as_bytes(), None).unwrap(), CHINESE);
        assert_eq!(read(&utf16(CHINESE, true), None).unwrap(), CHINESE);
        assert_eq!(
            read(&[b"\xef\xbb\xbf", CHINESE.as_bytes()].concat(), Some("gbk")).unwrap(),
            CHINESE
        );
        assert_eq!(read(b"", None).unwrap(), "");
    }

    #[test]
    fn what_is_not_utf8_is_refused_with_the_encoding_that_fits() {
        for (encoding, text, name) in [
            (GBK, CHINESE, "gbk"),
            (GBK, "姓名\n", "gbk"),
            (
                BIG5,
                "姓名,公司,電話,階段,負責人,業務,聯絡\n張偉,臺灣電腦股份有限公司,0912,成交\n",
                "big5",
            ),
            (WINDOWS_1252, "name,company\nJosé,Müller & Söhne\nZoë,Café Bébé\n", "windows-1252"),
        ] {
            let bytes = encoding.encode(text).0.into_owned();
            let refused = read(&bytes, None).unwrap_err();
            let line = text.lines().next().unwrap();
            let help = format!("--encoding {name} makes the first line `{line}`");
            assert!(refused.contains(&help), "{refused}");
            assert_eq!(read(&bytes, Some(name)).unwrap(), text);
        }
        let bytes = utf16("name,company\n张伟,Acme\n", false);
        assert!(read(&bytes, None).unwrap_err().contains("--encoding utf-16le"));
        assert!(read(&bytes, Some("utf-16le")).unwrap().starts_with("name,"));
    }

    #[test]
    fn a_stated_encoding_is_held_to() {
        let refused = read(CHINESE.as_bytes(), Some("big5")).unwrap_err();
        assert!(
            refused.contains("not text in Big5") && refused.contains("it is UTF-8"),
            "{refused}"
        );
        let unknown = Charset::named("gkb").unwrap_err();
        assert!(unknown.help.iter().any(|help| help.en().contains("gbk")), "{unknown:?}");
    }
}
