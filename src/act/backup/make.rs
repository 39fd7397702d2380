//! Makes a backup.

use super::figures::{Outside, figures};
use super::open::{Opened, open};
use super::state::{Aside, State, is_of};
use super::{BUNDLE, FILES, MANIFEST};
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::container::{ContainerWriter, Packing};
use crate::disk::durable::{folder_of, write_file_by};
use crate::disk::private::repository_of;
use crate::disk::sealed_file::{Identities, Recipients};
use crate::disk::write::Writer;
use crate::format::layout::SETTINGS;
use crate::format::manifest::{Manifest, SCHEMA, StoredFile};
use crate::git::index::is_tracked;
use crate::git::program::Git;
use crate::git::whole::{bundle, is_whole};
use crate::value::date::Date;
use crate::value::digest::Digester;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How often a backup begins anew because the ledger was written meanwhile.
const ATTEMPTS: usize = 3;

/// The order of a backup.
pub struct Order<'o> {
    /// The ledger's root.
    pub root: &'o Path,
    /// The file to write; without one, the backup is for [`Made::stream`].
    pub file: Option<&'o Path>,
    /// The public keys to seal it to.
    pub to: Option<&'o Recipients>,
    /// The private keys, to know older backups by.
    pub identities: Option<&'o Identities>,
    /// The day of its figures.
    pub day: Date,
    /// Replace any file.
    pub force: bool,
    /// The reports and checks.
    pub outside: Outside,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// Its manifest.
    pub manifest: Manifest,
    /// Its size in bytes.
    pub size: u64,
    /// The whole backup, if the order names no file.
    pub stream: Option<File>,
    /// A write of a dead process that was finished for it.
    pub finished: Option<Diagnostic>,
}

/// Makes a backup: one file, written whole or not at all. If the ledger is written meanwhile it begins anew, and from then
/// on holds the ledger's lock, so that only git and editors can disturb it.
///
/// # Errors
/// Fails if the file is there and is no backup of this ledger, if the ledger is written all the time, or if git or the disk
/// fails. Nothing is written then.
pub fn make(order: &Order) -> Result<Made, Failure> {
    if repository_of(order.root).is_some() {
        is_whole(&Git::at(order.root))?;
    }
    order.file.map_or(Ok(()), |file| may_replace(order, file))?;
    // The backup itself may lie in the ledger's folder; it is no part of it.
    let own = order.file.and_then(|file| place_below(order.root, file));
    let aside = Aside { own: own.as_deref(), identities: order.identities };
    let mut lock = None;
    let mut fault = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 && lock.is_none() {
            lock = match Writer::open(order.root) {
                Ok(writer) => Some(writer),
                Err(held) if held.code == Code::Locked => return Err(held.into()),
                // Where the ledger cannot be written, no crm writes it.
                Err(_) => None,
            };
        }
        match made(order, aside) {
            Ok(made) => {
                let finished = lock.and_then(|writer| writer.finished);
                return Ok(Made { finished, ..made });
            }
            Err(Fault::Output(file, error)) => {
                return Err(Diagnostic::unwritable(&file, &error).into());
            }
            Err(Fault::Ledger(problem)) => return Err((*problem).into()),
            Err(Fault::Changed(problem)) => fault = problem,
        }
    }
    Err(fault.map_or_else(written_all_the_time, |problem| *problem).into())
}

fn written_all_the_time() -> Diagnostic {
    let message = words!(
        "the ledger was written again and again while the backup was made",
        "备份期间账本不断被写入"
    );
    Diagnostic::new(Code::Locked, message).help(words!(
        "try again when the other program has finished; no backup was written",
        "请等其他程序结束后重试；没有写出备份"
    ))
}

/// One attempt.
fn made(order: &Order, aside: Aside) -> Result<Made, Fault> {
    // A file that went away between two looks is a change of the ledger, too.
    let changed = |problem| Fault::Changed(Some(Box::new(problem)));
    let state = State::of(order.root, aside).map_err(changed)?;
    let manifest = manifest_of(&state, order);
    let mut fault = None;
    let mut size = 0;
    let mut fill = |out: &mut dyn Write| -> io::Result<()> {
        let mut out = Counting { out, bytes: 0 };
        let filled = match order.to {
            None => fill(&mut out, order.root, &manifest),
            Some(keys) => sealed(&mut out, keys, order.root, &manifest),
        };
        size = out.bytes;
        fault = match filled {
            Err(Unfilled::Output(error)) => return Err(error),
            filled => match (filled, state.is_still_so(order.root, aside)) {
                (_, Ok(false)) => Some(Fault::Changed(None)),
                (Err(Unfilled::Ledger(problem)), _) => Some(Fault::Ledger(problem)),
                (_, Err(problem)) => Some(Fault::Ledger(Box::new(problem))),
                _ => return Ok(()),
            },
        };
        Err(io::Error::other("no backup"))
    };
    let mut stream = None;
    let written = match order.file {
        Some(file) => write_file_by(file, Some(&order.root.join(SETTINGS)), fill),
        None => tempfile::tempfile().and_then(|mut file| {
            fill(&mut file)?;
            file.seek(SeekFrom::Start(0))?;
            stream = Some(file);
            Ok(())
        }),
    };
    match (written, fault) {
        (Ok(()), _) => Ok(Made { manifest, size, stream, finished: None }),
        (Err(_), Some(fault)) => Err(fault),
        (Err(error), None) => {
            let place = order.file.map_or_else(std::env::temp_dir, Path::to_owned);
            Err(Fault::Output(place, error))
        }
    }
}

/// The path of a file from the ledger's root, if it lies below it.
fn place_below(root: &Path, file: &Path) -> Option<PathBuf> {
    let real = file.canonicalize().ok();
    let real =
        real.or_else(|| Some(folder_of(file).canonicalize().ok()?.join(file.file_name()?)))?;
    Some(real.strip_prefix(root.canonicalize().ok()?).ok()?.to_owned())
}

fn manifest_of(state: &State, order: &Order) -> Manifest {
    Manifest {
        schema: SCHEMA,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        day: order.day.to_string(),
        ledger: state.prefix.clone(),
        marks: state.marks.clone(),
        left_out: state.left_out.clone(),
        removed: state.removed.clone(),
        figures: figures(order.root, order.day, order.outside),
        git: state.git.clone(),
        files: state.files.clone(),
    }
}

/// Why an attempt has come to nothing.
enum Fault {
    /// The file cannot be written.
    Output(PathBuf, io::Error),
    /// The ledger cannot be read, and has not changed.
    Ledger(Box<Diagnostic>),
    /// The ledger has changed, which may have been seen as a problem.
    Changed(Option<Box<Diagnostic>>),
}

/// Why a container was not filled.
enum Unfilled {
    /// It cannot be written.
    Output(io::Error),
    /// The ledger cannot be read, or is not as it was.
    Ledger(Box<Diagnostic>),
}

impl From<Diagnostic> for Unfilled {
    fn from(problem: Diagnostic) -> Unfilled {
        Unfilled::Ledger(Box::new(problem))
    }
}

/// Writes the container, sealed.
fn sealed(
    out: &mut dyn Write,
    keys: &Recipients,
    root: &Path,
    manifest: &Manifest,
) -> Result<(), Unfilled> {
    let mut sealing = keys.seal(out).map_err(Unfilled::Output)?;
    fill(&mut sealing, root, manifest)?;
    sealing.finish().map_err(Unfilled::Output)?;
    Ok(())
}

/// Writes the container.
fn fill(out: &mut dyn Write, root: &Path, manifest: &Manifest) -> Result<(), Unfilled> {
    let mut container = ContainerWriter::new(out);
    let text = manifest.write()?;
    container
        .add(MANIFEST, Packing::Compressed, |out| out.write_all(text.as_bytes()))
        .map_err(Unfilled::Output)?;
    if let Some(git) = manifest.git.as_ref().filter(|git| git.has_bundle()) {
        let mut problem = None;
        let added = container.add(BUNDLE, Packing::AsItIs, |out| {
            bundle(&Git::at(root), git, out).map_err(|found| {
                problem = Some(found);
                io::Error::other("git")
            })
        });
        match (added, problem) {
            (Ok(()), _) => {}
            (_, Some(problem)) if problem.code == Code::WriteFailed => {
                return Err(Unfilled::Output(io::Error::other(problem.message.en().to_owned())));
            }
            (_, Some(problem)) => return Err(problem.into()),
            (Err(error), None) => return Err(Unfilled::Output(error)),
        }
    }
    for file in &manifest.files {
        let mut problem = None;
        let added = container.add(&format!("{FILES}{}", file.path), Packing::Compressed, |out| {
            problem = copied(&root.join(&file.path), file, out)?;
            Ok(())
        });
        added.map_err(Unfilled::Output)?;
        if let Some(problem) = problem {
            return Err(problem.into());
        }
    }
    container.finish().map_err(Unfilled::Output)?;
    Ok(())
}

/// Copies a file, and returns what is wrong if it is not as it was. An error is one of the output.
fn copied(path: &Path, told: &StoredFile, out: &mut dyn Write) -> io::Result<Option<Diagnostic>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Some(Diagnostic::unreadable(path, &error))),
    };
    let mut digester = Digester::default();
    digester.write_all(&bytes)?;
    out.write_all(&bytes)?;
    Ok((digester.finish() != told.sha256).then(|| {
        let shown = path.display();
        let message = words!("{shown} changed meanwhile", "{shown} 同时被改动");
        Diagnostic::new(Code::Unreadable, message)
    }))
}

/// A writer that counts.
struct Counting<'o> {
    out: &'o mut dyn Write,
    bytes: u64,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Fails if a file is in the place of the backup that is none of this ledger, or a thing that is no file.
fn may_replace(order: &Order, file: &Path) -> Result<(), Diagnostic> {
    let Ok(meta) = fs::metadata(file) else { return Ok(()) };
    let shown = file.display();
    if !meta.is_file() {
        let message = words!(
            "{shown} is a device or a pipe, which keeps no backup",
            "{shown} 是设备或管道，不能保存备份"
        );
        return Err(Diagnostic::new(Code::BadArgument, message).help(words!(
            "name a file, or `-` for standard output: crm backup - | ssh HOST 'cat > monday.zip'",
            "请指定文件，或用 `-` 写到标准输出：crm backup - | ssh 主机 'cat > monday.zip'"
        )));
    }
    let is_own = |opened: Opened| is_of(order.root, &opened.manifest.marks);
    if open(file, order.identities).and_then(is_own).unwrap_or(false) {
        return Ok(());
    }
    if is_tracked(order.root, file) {
        let message = words!(
            "{shown} is a file that git tracks: the backup would be of a ledger without it",
            "{shown} 是 git 跟踪的文件：备份的将是没有它的账本"
        );
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!("choose another name", "请换一个文件名")));
    }
    if order.force {
        return Ok(());
    }
    let message = words!(
        "{shown} is there, and cannot be told to be a backup of this ledger",
        "{shown} 已经存在，且无法确认它是本账本的备份"
    );
    Err(Diagnostic::new(Code::BadArgument, message).help(words!(
        "choose another name, or replace it with --force",
        "请换一个文件名，或用 --force 覆盖"
    )))
}
