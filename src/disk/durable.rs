//! Writing single files durably: new or old, never half.

use crate::diag::{Code, Diagnostic};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The beginning of the name of a new text beside the file that it will replace.
pub const UNFINISHED: &str = ".crm-new-";

/// Writes a file that is not there yet, never through a link.
pub(super) fn write_durably(
    path: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> std::io::Result<()> {
    write_new(path, bytes, permissions)?.sync_all()
}

/// [`write_durably`], but for a power loss: [`sync_files`] makes many files durable together.
pub(super) fn write_new(
    path: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> std::io::Result<File> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    // A file keeps the permissions it had, and its text is never more readable than that.
    permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Makes new files of one folder durable, with all that their file system has not written yet: one call for all of
/// them, where one for each would wait for the disk as often.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn sync_files(folder: &Path, _: impl Iterator<Item = PathBuf>) -> std::io::Result<()> {
    let folder = File::open(folder)?;
    rustix::io::retry_on_intr(|| rustix::fs::syncfs(&folder))?;
    Ok(())
}

/// Makes new files durable, each by itself: other systems have no call for all of them.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn sync_files(
    _: &Path,
    mut files: impl Iterator<Item = PathBuf>,
) -> std::io::Result<()> {
    files.try_for_each(|file| OpenOptions::new().write(true).open(file)?.sync_all())
}

/// Makes the changes in a folder durable. Does nothing on systems that cannot.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    let cannot = [ErrorKind::PermissionDenied, ErrorKind::InvalidInput, ErrorKind::Unsupported];
    // The parent of a relative path of one name is written as nothing.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !cannot.contains(&error.kind()) => Err(error),
        _ => Ok(()),
    }
}

/// That a file cannot be written.
pub(super) fn failed(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(
        Code::WriteFailed,
        words!("{} cannot be written", "无法写入 {}", path.display()).because(error),
    )
    .help(words!(
        "nothing was changed; repair the disk or its permissions and run the command again",
        "未作任何改动；请检查磁盘或权限，然后重新执行命令"
    ))
}

/// Adds a line to a record outside the ledger, durably; it is never shortened.
pub fn append_line(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()
}

/// Writes a file of this program's own beside or outside the ledger: new or old, never half. A link in its place is
/// refused, because it may lead anywhere.
pub fn write_own(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if path.is_symlink() {
        return Err(std::io::Error::other("it is a symbolic link"));
    }
    write_file(path, bytes)
}

/// The folder that a path is in: `.` of a bare name.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file outside the ledger: new or old, never half. A link is followed, and a device or pipe
/// (`/dev/stdout`) is written into, not replaced.
pub fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_file_by(path, None, |out| out.write_all(bytes))
}

/// [`write_file`] with the bytes that `fill` writes. A file that is there keeps its permissions; a new one gets those
/// that the umask leaves, and none that the file `like` lacks.
pub fn write_file_by(
    path: &Path,
    like: Option<&Path>,
    fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        fill(&mut out)?;
        return out.flush();
    }
    let followed = path.canonicalize();
    let path = followed.as_deref().unwrap_or(path);
    let mut file = temporary(folder_of(path), like)?;
    let mut out = BufWriter::new(&mut file);
    fill(&mut out)?;
    out.flush()?;
    drop(out);
    if let Ok(meta) = fs::metadata(path) {
        file.as_file().set_permissions(meta.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Puts a file in place of `path`: new or old, never half, but for a power loss. A link in its place is replaced, not
/// followed. The file has no permission that the file `like` lacks.
pub(super) fn replace_quickly(
    path: &Path,
    like: Option<&Path>,
    bytes: &[u8],
) -> std::io::Result<()> {
    let mut file = temporary(path.parent().unwrap_or(Path::new(".")), like)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Fails if nothing could be written in place of `path` (see [`write_file`]), as far as a look tells.
pub fn try_file(path: &Path) -> std::io::Result<()> {
    match fs::metadata(path) {
        Ok(meta) if !meta.is_file() => try_open(&OpenOptions::new().write(true).open(path)?),
        _ => {
            let followed = path.canonicalize();
            tempfile::tempfile_in(folder_of(followed.as_deref().unwrap_or(path))).map(drop)
        }
    }
}

/// Fails if nothing can be written to an open file, as far as a write of no bytes tells.
#[cfg(unix)]
pub fn try_open(file: &impl std::os::fd::AsFd) -> std::io::Result<()> {
    rustix::io::write(file, &[])?;
    Ok(())
}

/// Other systems tell with the first byte.
#[cfg(not(unix))]
pub fn try_open<T>(_: &T) -> std::io::Result<()> {
    Ok(())
}

/// A new file, as readable as the umask and the file `like` let it be.
#[cfg(unix)]
fn temporary(folder: &Path, like: Option<&Path>) -> std::io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let of_file = |file: &Path| fs::metadata(file).ok().map(|meta| meta.permissions().mode());
    let mode = 0o666 & like.and_then(of_file).unwrap_or(0o666);
    let permissions = Permissions::from_mode(mode | 0o600);
    tempfile::Builder::new().prefix(UNFINISHED).permissions(permissions).tempfile_in(folder)
}

/// A new file, with the rights that its folder gives.
#[cfg(not(unix))]
fn temporary(folder: &Path, _: Option<&Path>) -> std::io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_in_the_folder_where_one_is() {
        let of = |path| folder_of(Path::new(path)).to_str();
        assert_eq!(["a", "b/a", "/a", "./a"].map(of), [Some("."), Some("b"), Some("/"), Some(".")]);
    }
}
