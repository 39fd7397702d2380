//! One file of a ledger: its id, its text, and the findings about files that cannot be read.

use crate::diag::{Code, Diagnostic, Place};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The largest file of a ledger that is read, in bytes.
pub const MAX_FILE: u64 = 4 * 1024 * 1024;

/// The id of a prospect's path: the file's stem.
pub fn id_of(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads a file of the ledger as text: not a link, not too large, UTF-8.
pub fn read_text(path: &Path, shown: &Path) -> Result<String, Diagnostic> {
    let place = || Place::file(shown);
    let unreadable = |error: &std::io::Error| {
        let diagnostic = |message: String| Diagnostic::new(Code::Unreadable, message).at(place());
        match error.kind() {
            ErrorKind::NotFound => diagnostic("the file is not there".to_owned()),
            ErrorKind::PermissionDenied => diagnostic("you may not read the file".to_owned())
                .help("ask its owner, or change its rights: chmod u+r"),
            _ => diagnostic(format!("the file cannot be read: {error}")),
        }
    };
    let meta = std::fs::symlink_metadata(path).map_err(|error| unreadable(&error))?;
    if meta.is_symlink() {
        return Err(symlink(shown));
    }
    // Opening a pipe would wait for somebody to write into it.
    if !meta.is_file() {
        let message = "not a file but a folder, a pipe or a device";
        return Err(Diagnostic::new(Code::Unreadable, message).at(place()));
    }
    if meta.len() > MAX_FILE {
        return Err(too_large(meta.len(), shown));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    utf8(bytes, shown)
}

/// That a file is larger than any prospect's.
pub fn too_large(bytes: u64, shown: &Path) -> Diagnostic {
    let message = format!("the file has {} MiB; at most 4 are read", bytes / 1024 / 1024);
    Diagnostic::new(Code::TooLarge, message)
        .at(Place::file(shown))
        .help("keep large documents beside the ledger and name them in a note")
}

/// A file's bytes as text.
pub fn utf8(bytes: Vec<u8>, shown: &Path) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Diagnostic::new(Code::NotUtf8, "the file is not UTF-8 text")
            .at(Place::file(shown).span(at..at + 1))
            .help("save it as UTF-8; if an editor saved it as GBK: iconv -f GBK -t UTF-8")
    })
}

/// What there is to say about a symbolic link.
pub fn symlink(shown: &Path) -> Diagnostic {
    Diagnostic::new(Code::Symlink, "a symbolic link is not followed: it may lead out of the ledger")
        .at(Place::file(shown))
        .help("put the file itself there, or remove the link")
}
