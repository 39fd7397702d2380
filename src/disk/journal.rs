//! The journal of a commit: the steps of each file, as text. A journal may come from anywhere (a clone, a backup),
//! so only a whole journal about a ledger's own files is valid.

use crate::format::layout::is_of_a_ledger;
use crate::value::hash::StableHasher;
use std::fs;
use std::hash::Hasher;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The last line of a journal: without it, it is not whole.
const END: &str = "end\n";

/// One line of a journal: a file that gets another text. A missing text means that there is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JournalStep {
    /// The new text's file in the folder of temporary files.
    pub temporary: String,
    /// The text it has before.
    pub before: Fingerprint,
    /// The text it gets.
    pub after: Fingerprint,
    /// Relative to the root.
    pub path: PathBuf,
}

/// Which text a file holds; `None` = there is no file.
pub(super) type Fingerprint = Option<u64>;

pub(super) fn fingerprint(text: &[u8]) -> u64 {
    let mut hash = StableHasher::default();
    hash.write(text);
    hash.finish()
}

/// Which text a file holds now.
pub(super) fn fingerprint_of(file: &Path) -> std::io::Result<Fingerprint> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(fingerprint(&bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl JournalStep {
    /// As a line. A path that is not Unicode, or not of a ledger, has none.
    pub fn line(&self) -> std::io::Result<String> {
        let path = self.path.to_str().filter(|path| !path.contains(['\n', '\r']));
        let path = path.filter(|_| is_of_a_ledger(&self.path)).ok_or(ErrorKind::InvalidFilename)?;
        let hex =
            |print: Fingerprint| print.map_or("-".to_owned(), |print| format!("{print:016x}"));
        Ok(format!("{} {} {} {path}\n", self.temporary, hex(self.before), hex(self.after)))
    }

    fn parse(line: &str) -> Option<JournalStep> {
        let mut words = line.splitn(4, ' ');
        let temporary = words.next()?;
        let mut print = || match words.next()? {
            "-" => Some(None),
            hex => u64::from_str_radix(hex, 16).ok().map(Some),
        };
        let (before, after) = (print()?, print()?);
        let path = PathBuf::from(words.next()?);
        let plain = temporary.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (plain && is_of_a_ledger(&path)).then(|| JournalStep {
            temporary: temporary.to_owned(),
            before,
            after,
            path,
        })
    }
}

/// The journal of these steps: a line for each.
pub(super) fn text(steps: &[JournalStep]) -> std::io::Result<String> {
    let lines: std::io::Result<String> = steps.iter().map(JournalStep::line).collect();
    lines.map(|lines| lines + END)
}

/// The steps of a journal, if it is whole.
pub(super) fn parse(text: &str) -> Option<Vec<JournalStep>> {
    parse_beginning(text).filter(|(_, rest)| rest.is_empty()).map(|(steps, _)| steps)
}

/// The steps of the whole journal that a text begins with, and the rest of the text.
pub(super) fn parse_beginning(text: &str) -> Option<(Vec<JournalStep>, &str)> {
    let mut rest = text;
    let mut steps = Vec::new();
    loop {
        if let Some(rest) = rest.strip_prefix(END) {
            return Some((steps, rest));
        }
        let (line, behind) = rest.split_once('\n')?;
        steps.push(JournalStep::parse(line)?);
        rest = behind;
    }
}

/// Does a journal put old texts back?
pub(super) fn takes_back(steps: &[JournalStep]) -> bool {
    steps.iter().all(|step| step.temporary.ends_with(BACK))
}

/// The end of the name of an old text that is put back.
pub(super) const BACK: &str = "-back";

#[cfg(test)]
mod tests {
    use super::*;

    fn step(path: &str) -> JournalStep {
        JournalStep { temporary: "0".into(), before: None, after: Some(7), path: path.into() }
    }

    #[test]
    fn what_is_promised_is_read_back() {
        let steps = [step("prospects/张.toml"), step("activity/a b.toml"), step("crm.toml")];
        let text = text(&steps).unwrap();
        assert!(text.starts_with("0 - 0000000000000007 prospects/张.toml\n"), "{text}");
        assert_eq!(parse(&text).unwrap(), steps);
        for cut in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            assert_eq!(parse(&text[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn only_files_of_a_ledger_are_promised() {
        for path in [
            "prospects",
            "prospects/../x.toml",
            "/x.toml",
            ".git/hooks/x.toml",
            "x.toml",
            "prospects/x",
            "a/crm.toml",
            "prospects/a\nb.toml",
        ] {
            assert!(step(path).line().is_err(), "{path}");
            assert_eq!(parse(&format!("0 - 7 {path}\nend\n")), None, "{path}");
        }
        assert_eq!(parse("../0 - 7 crm.toml\nend\n"), None);
    }
}
