//! The container of a backup: a zip archive that any `unzip` opens, whose last characters are the digest of all bytes
//! before them, so that a change of a single bit is seen wherever it is.
//!
//! It is written and sealed as a stream, so that no open copy of it lies on a disk.

use crate::diag::{Code, Diagnostic, Words};
use crate::value::digest::{Digester, LENGTH};
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path};
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The comment of the archive, before the digest.
const COMMENT: &str = "crm backup, sha256 of all before: ";

/// A container while it is written.
pub struct ContainerWriter<W: Write>(ZipWriter<StreamWriter<Signed<W>>>);

/// How a part of a container is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As it is: it is packed already, and may be large.
    AsItIs,
    /// Compressed.
    Compressed,
}

impl<W: Write> ContainerWriter<W> {
    /// Begins a container in `out`.
    pub fn new(out: W) -> ContainerWriter<W> {
        let signed = Signed { out, digester: Digester::default(), held: Vec::new() };
        ContainerWriter(ZipWriter::new_stream(signed))
    }

    /// Adds a part, whose bytes `fill` writes.
    ///
    /// # Errors
    /// Fails if the container cannot be written, or `fill` fails.
    pub fn add(
        &mut self,
        name: &str,
        packing: Packing,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let options = match packing {
            Packing::AsItIs => SimpleFileOptions::default()
                .compression_method(CompressionMethod::Stored)
                .large_file(true),
            Packing::Compressed => {
                SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
            }
        };
        self.0.start_file(name, options.unix_permissions(0o600)).map_err(io::Error::from)?;
        fill(&mut self.0)
    }

    /// Ends the container.
    ///
    /// # Errors
    /// Fails if its end cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        let place = "0".repeat(LENGTH);
        self.0.set_comment(format!("{COMMENT}{place}")).map_err(io::Error::from)?;
        self.0.finish().map_err(io::Error::from)?.into_inner().finish()
    }
}

/// A writer that puts the digest of all bytes in the place of the last ones.
struct Signed<W> {
    out: W,
    digester: Digester,
    /// The last bytes so far, which are not written yet.
    held: Vec<u8>,
}

impl<W: Write> Write for Signed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        let ready = self.held.len().saturating_sub(LENGTH);
        self.out.write_all(&self.held[..ready])?;
        self.digester.write_all(&self.held[..ready])?;
        self.held.drain(..ready);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Signed<W> {
    fn finish(mut self) -> io::Result<W> {
        self.out.write_all(self.digester.finish().as_bytes())?;
        Ok(self.out)
    }
}

/// A container that is read.
pub struct Container<R: Read + Seek> {
    archive: ZipArchive<R>,
    /// The position of each part, by its name.
    parts: BTreeMap<String, usize>,
}

impl<R: Read + Seek> Container<R> {
    /// Opens a container. All of it is read once, to compare its digest.
    ///
    /// # Errors
    /// Fails if it is none, is not whole, or has a part that is a link, is locked, or leads out of a folder.
    pub fn open(mut file: R) -> Result<Container<R>, Diagnostic> {
        if !is_whole(&mut file).map_err(|error| unread(&error))? {
            return Err(changed());
        }
        let mut archive = ZipArchive::new(file).map_err(|error| bad(&error))?;
        if archive.has_duplicate_names() {
            return Err(changed());
        }
        let mut parts = BTreeMap::new();
        for position in 0..archive.len() {
            let part = archive.by_index_raw(position).map_err(|error| bad(&error))?;
            let name = part.name().map_err(|error| bad(&error))?.into_owned();
            if !part.is_file() || part.encrypted() || !is_below(&name) {
                return Err(not_a_file(&name));
            }
            parts.insert(name, position);
        }
        Ok(Container { archive, parts })
    }

    /// The names of its parts, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// Has it a part of this name?
    pub fn has(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    /// Writes a part to `out`, of at most `limit` bytes, and returns how many there are.
    ///
    /// # Errors
    /// Fails if there is no such part, if it is damaged or larger than that, or if `out` fails.
    pub fn copy(&mut self, name: &str, limit: u64, out: &mut dyn Write) -> Result<u64, Diagnostic> {
        let Some(position) = self.parts.get(name) else { return Err(missing(name)) };
        let part = self.archive.by_index(*position).map_err(|error| bad(&error))?;
        let mut part = part.take(limit.saturating_add(1));
        match io::copy(&mut part, out).map_err(|error| unread(&error))? {
            copied if copied > limit => Err(too_large(name, limit)),
            copied => Ok(copied),
        }
    }
}

/// Do the last characters of a file tell the digest of all before them?
fn is_whole(file: &mut (impl Read + Seek)) -> io::Result<bool> {
    let size = file.seek(SeekFrom::End(0))?;
    let Some(before) = size.checked_sub(LENGTH as u64) else { return Ok(false) };
    file.seek(SeekFrom::Start(0))?;
    let mut digester = Digester::default();
    let mut reader = BufReader::with_capacity(1 << 16, &mut *file);
    io::copy(&mut reader.by_ref().take(before), &mut digester)?;
    let mut told = [0; LENGTH];
    reader.read_exact(&mut told)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(told == *digester.finish().as_bytes())
}

/// Does a file end as a container does? One that was damaged before its end does so, too.
///
/// # Errors
/// Fails if it cannot be read.
pub fn ends_as_container(file: &mut (impl Read + Seek)) -> io::Result<bool> {
    let length = COMMENT.len() + LENGTH;
    let size = file.seek(SeekFrom::End(0))?;
    let Some(before) = size.checked_sub(length as u64) else { return Ok(false) };
    file.seek(SeekFrom::Start(before))?;
    let mut end = vec![0; length];
    file.read_exact(&mut end)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(end.starts_with(COMMENT.as_bytes()))
}

/// Is this the name of a file below a folder, whatever the system?
fn is_below(name: &str) -> bool {
    let plain = |part| matches!(part, Component::Normal(_));
    !name.is_empty()
        && !name.contains(['\\', '\0'])
        && !name.ends_with('/')
        && Path::new(name).components().all(plain)
        && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// That a file is no whole backup.
pub fn refused(message: Words) -> Diagnostic {
    Diagnostic::new(Code::BadBackup, message)
        .help(words!("take another copy of it, or an older backup", "请换一份副本，或用更早的备份"))
}

fn changed() -> Diagnostic {
    refused(words!(
        "this is no backup, or it was cut short or changed since it was written",
        "这不是备份，或者写成之后被截断或改动过"
    ))
}

fn missing(name: &str) -> Diagnostic {
    refused(words!("the backup has no part `{name}`", "备份中缺少 `{name}`"))
}

fn too_large(name: &str, limit: u64) -> Diagnostic {
    refused(words!(
        "`{name}` in the backup is larger than the {limit} bytes that are told of it",
        "备份中的 `{name}` 超过所记的 {limit} 字节"
    ))
}

fn not_a_file(name: &str) -> Diagnostic {
    let name: String = name.chars().take(100).collect();
    refused(words!(
        "`{name}` in the backup is no file below a folder: a link, a way out, or locked",
        "备份中的 `{name}` 不是文件夹内的文件：它是链接、指向外部，或已加密"
    ))
}

fn bad(error: &ZipError) -> Diagnostic {
    let reason = Words::verbatim(error.to_string());
    refused(words!("the backup cannot be unpacked", "无法解开备份")).note(reason)
}

fn unread(error: &io::Error) -> Diagnostic {
    refused(words!("the backup cannot be read", "无法读取备份").because(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn container(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ContainerWriter::new(Vec::new());
        for (name, bytes) in parts {
            writer.add(name, Packing::Compressed, |out| out.write_all(bytes)).unwrap();
        }
        writer.add("bundle", Packing::AsItIs, |out| out.write_all(b"packed")).unwrap();
        writer.finish().unwrap()
    }

    fn read(bytes: &[u8], name: &str) -> Result<Vec<u8>, Diagnostic> {
        let mut out = Vec::new();
        Container::open(Cursor::new(bytes))?.copy(name, 1_000_000, &mut out)?;
        Ok(out)
    }

    #[test]
    fn parts_are_read_back() {
        let long = b"zhang ".repeat(10_000);
        let bytes = container(&[("manifest.toml", b"a = 1\n"), ("files/prospects/张.toml", &long)]);
        assert!(bytes.len() < 10_000);
        assert_eq!(read(&bytes, "manifest.toml").unwrap(), b"a = 1\n");
        assert_eq!(read(&bytes, "files/prospects/张.toml").unwrap(), long);
        assert_eq!(read(&bytes, "bundle").unwrap(), b"packed");
        let names = Container::open(Cursor::new(&bytes)).unwrap();
        assert_eq!(names.names().count(), 3);
        assert!(read(&bytes, "else").is_err());
        let mut all = Container::open(Cursor::new(&bytes)).unwrap();
        let size = long.len() as u64;
        assert!(all.copy("files/prospects/张.toml", size - 1, &mut io::sink()).is_err());
        assert_eq!(all.copy("files/prospects/张.toml", size, &mut io::sink()).unwrap(), size);
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        let bytes = container(&[("manifest.toml", b"a = 1\n"), ("files/a", b"text")]);
        assert!(Container::open(Cursor::new(&bytes)).is_ok());
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Container::open(Cursor::new(&flipped)).is_err(), "bit {bit}");
        }
        for cut in 0..bytes.len() {
            assert!(Container::open(Cursor::new(&bytes[..cut])).is_err(), "cut at {cut}");
        }
        let longer = [&bytes[..], b"0"].concat();
        assert!(Container::open(Cursor::new(&longer)).is_err());
    }

    #[test]
    fn a_container_is_known_by_its_end() {
        let ends = |bytes: &[u8]| ends_as_container(&mut Cursor::new(bytes)).unwrap();
        let mut bytes = container(&[("manifest.toml", b"a = 1\n")]);
        assert!(ends(&bytes));
        bytes[0] ^= 1;
        assert!(ends(&bytes), "damaged at its beginning");
        assert!(!ends(&bytes[..bytes.len() - 1]) && !ends(b"") && !ends(b"PK"));
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in
            ["../a", "files/../../a", "/etc/passwd", "files/./a", "files//a", "a\\..\\b", "files/"]
        {
            let bytes = container(&[(name, b"x")]);
            assert!(Container::open(Cursor::new(&bytes)).is_err(), "{name}");
        }
        let mut writer = ContainerWriter::new(Vec::new());
        writer.0.add_symlink("files/a", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        assert!(Container::open(Cursor::new(writer.finish().unwrap())).is_err());
    }
}
