//! One file of a ledger: its id, its text, and the findings about files that cannot be read.

use crate::diag::{Code, Diagnostic, Place, Words};
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
        let diagnostic = |message: Words| Diagnostic::new(Code::Unreadable, message).at(place());
        match error.kind() {
            ErrorKind::NotFound => diagnostic(words!("the file does not exist", "文件不存在")),
            ErrorKind::PermissionDenied => {
                diagnostic(words!("no permission to read the file", "没有读取该文件的权限")).help(
                    words!(
                        "ask the file's owner, or change its permissions: chmod u+r",
                        "请联系文件所有者，或修改权限：chmod u+r"
                    ),
                )
            }
            _ if is_out_of_files(error) => too_many_files().at(place()),
            _ => diagnostic(words!("the file cannot be read", "无法读取文件").because(error)),
        }
    };
    let meta = std::fs::symlink_metadata(path).map_err(|error| unreadable(&error))?;
    if meta.is_symlink() {
        return Err(symlink(shown));
    }
    // Opening a pipe would wait for another program to write into it.
    if !meta.is_file() {
        let message = words!(
            "not a file but a folder, a pipe or a device",
            "不是文件，而是文件夹、管道或设备"
        );
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

/// The finding about a file that is larger than [`MAX_FILE`].
pub fn too_large(bytes: u64, shown: &Path) -> Diagnostic {
    let message = words!(
        "the file has {} MiB; the limit is 4 MiB",
        "文件有 {} MiB；上限为 4 MiB",
        bytes / 1024 / 1024
    );
    Diagnostic::new(Code::TooLarge, message).at(Place::file(shown)).help(words!(
        "keep large documents outside the ledger and name them in a note",
        "大文件请放在账本之外，在备注中写明"
    ))
}

/// A file's bytes as text.
pub fn utf8(bytes: Vec<u8>, shown: &Path) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Diagnostic::new(Code::NotUtf8, words!("the file is not UTF-8 text", "文件不是 UTF-8 文本"))
            .at(Place::file(shown).span(at..at + 1))
            .help(words!(
                "save it as UTF-8; if an editor saved it as GBK: iconv -f GBK -t UTF-8",
                "请另存为 UTF-8；如果编辑器存成了 GBK：iconv -f GBK -t UTF-8"
            ))
    })
}

/// The finding about a symbolic link, which is not followed.
pub fn symlink(shown: &Path) -> Diagnostic {
    Diagnostic::new(
        Code::Symlink,
        words!(
            "a symbolic link is not followed: it may lead out of the ledger",
            "不跟随符号链接：它可能指向账本之外"
        ),
    )
    .at(Place::file(shown))
    .help(words!("put the file itself there, or remove the link", "请放入文件本身，或删除链接"))
}

/// Did the system refuse to open one more file, for this process or for all?
#[cfg(unix)]
pub fn is_out_of_files(error: &std::io::Error) -> bool {
    use rustix::io::Errno;
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

/// Did the system refuse to open one more file, for this process or for all?
#[cfg(not(unix))]
pub fn is_out_of_files(_: &std::io::Error) -> bool {
    false
}

/// The error of a ledger that cannot be read whole, because the system lets the program open no more files.
pub fn too_many_files() -> Diagnostic {
    let message = words!(
        "the system lets the program open no more files: the ledger is not read whole",
        "系统不允许程序再打开文件：账本未能读全"
    );
    Diagnostic::new(Code::TooManyFiles, message).help(words!(
        "close other programs, or allow more: ulimit -n 256",
        "请关闭其他程序，或放宽限制：ulimit -n 256"
    ))
}
