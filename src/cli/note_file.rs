//! The note of an entry, written in an editor.

use crate::diag::{Diagnostic, Failure, Lang};
use crate::disk::file::read_text;
use crate::disk::sealed_file::Recipients;
use crate::format::sealed::keys::Sealing;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file in which an editor writes a note.
pub struct NoteFile(tempfile::NamedTempFile);

impl NoteFile {
    /// An empty note, with a comment about the entry.
    ///
    /// # Errors
    /// Fails if no temporary file can be written.
    pub fn new(named: &str, kind: &str, lang: Lang) -> Result<NoteFile, Diagnostic> {
        let about = lang.pick(
            "Lines that begin with # are left out; an empty text is no note.",
            "以 # 开头的行不会写入；留空即没有备注。",
        );
        let text = format!("\n# {named}: {kind}\n# {about}\n");
        let made = tempfile::Builder::new().prefix("crm-note-").suffix(".txt").tempfile();
        let written = made.and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            Ok(NoteFile(file))
        });
        written.map_err(|error| Diagnostic::unwritable(&std::env::temp_dir(), &error))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The note; `None` for an empty one.
    ///
    /// # Errors
    /// Fails if the file cannot be read.
    pub fn text(&self) -> Result<Option<String>, Diagnostic> {
        let typed = read_text(self.path(), self.path())?;
        Ok(note_in(&typed))
    }

    /// A failure to record the entry, after which the text is kept: sealed for its readers where notes are private.
    pub fn kept(self, mut failure: Failure, sealing: Option<&Sealing>) -> Failure {
        let Ok(Some(note)) = self.text() else { return failure };
        let level = sealing.and_then(|sealing| Some((sealing, sealing.privacy.level("note")?)));
        let help = match level {
            Some((sealing, level)) => match sealed(&note, sealing, level) {
                Some(path) => {
                    let path = path.display();
                    words!(
                        "your note is kept, sealed for its readers: age -d -i KEY {path}",
                        "备注已为其读者加密保留：age -d -i 密钥 {path}"
                    )
                }
                None => words!(
                    "your note could not be sealed, and is not kept",
                    "备注无法加密，未予保留"
                ),
            },
            None => match self.0.keep() {
                Ok((_, path)) => {
                    let path = path.display();
                    words!(
                        "your note is kept: -m \"$(cat {path})\"",
                        "备注已保留：-m \"$(cat {path})\""
                    )
                }
                Err(_) => return failure,
            },
        };
        if let Some(last) = failure.0.last_mut() {
            last.help.push(help);
        }
        failure
    }
}

/// A temporary file with a note that the readers of a level open; `None` if it cannot be written.
fn sealed(note: &str, sealing: &Sealing, level: u32) -> Option<PathBuf> {
    let readers = sealing.readers(level).into_iter().map(|(_, key, _)| key).collect();
    let file = tempfile::Builder::new().prefix("crm-note-").suffix(".age").tempfile().ok()?;
    let mut writer = Recipients::of(readers).seal(file.as_file()).ok()?;
    writer.write_all(note.as_bytes()).ok()?;
    writer.finish().ok()?;
    file.keep().ok().map(|(_, path)| path)
}

/// A text without its comments and outer blank lines; `None` where nothing is left.
fn note_in(typed: &str) -> Option<String> {
    let lines: Vec<&str> = typed.lines().filter(|line| !line.starts_with('#')).collect();
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_what_is_left_without_comments() {
        assert_eq!(note_in("\n# zhang: call\n"), None);
        assert_eq!(note_in(""), None);
        assert_eq!(note_in("Wants it\n# x\n\nsoon\n").as_deref(), Some("Wants it\n\nsoon"));
        assert_eq!(note_in("no # comment").as_deref(), Some("no # comment"));
    }
}
