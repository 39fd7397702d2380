//! Makes a backup.

use super::figures::{Outside, figures};
use super::open::open;
use super::state::State;
use super::{BUNDLE, FILES, MANIFEST};
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::container::{ContainerWriter, Packing};
use crate::disk::durable::write_file_by;
use crate::disk::sealed_file::{Identities, Recipients};
use crate::format::layout::SETTINGS;
use crate::format::manifest::{Manifest, SCHEMA, StoredFile};
use crate::git::program::Git;
use crate::git::whole::bundle;
use crate::value::date::Date;
use crate::value::digest::Digester;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How often a backup begins anew because the ledger was written meanwhile.
const ATTEMPTS: usize = 3;

/// The order of a backup.
pub struct Order<'o> {
    /// The ledger's root.
    pub root: &'o Path,
    /// The file to write.
    pub file: &'o Path,
    /// The public keys to seal it to.
    pub to: Option<&'o Recipients>,
    /// The private keys, to know an older backup by.
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
}

/// Makes a backup: one file, written whole or not at all.
///
/// # Errors
/// Fails if the file is there and is no backup of this ledger, if the ledger is written all the time, or if git or the disk
/// fails. Nothing is written then.
pub fn make(order: &Order) -> Result<Made, Failure> {
    // The backup itself may lie in the ledger's folder; it is no part of it.
    let own = place_below(order.root, order.file);
    let mut state = State::of(order.root, own.as_deref())?;
    if !order.force {
        may_replace(order, &state)?;
    }
    for _ in 0..ATTEMPTS {
        let manifest = manifest_of(&state, order);
        let mut stopped = None;
        let mut after = None;
        let mut size = 0;
        let like = order.root.join(SETTINGS);
        let written = write_file_by(order.file, Some(&like), |out| {
            let mut out = Counting { out, bytes: 0 };
            let done = match order.to {
                None => fill(&mut out, order.root, &manifest),
                Some(keys) => keys.seal(&mut out).map_err(Fault::Output).and_then(|mut sealing| {
                    fill(&mut sealing, order.root, &manifest)?;
                    sealing.finish().map_err(Fault::Output)?;
                    Ok(())
                }),
            };
            size = out.bytes;
            // A file that went away meanwhile, or grew, is a change of the ledger.
            let now = State::of(order.root, own.as_deref());
            match (done, now) {
                (Err(Fault::Output(error)), _) => Err(error),
                (_, Ok(now)) if now != state => {
                    after = Some(now);
                    Err(io::Error::other("the ledger has changed"))
                }
                (Ok(()), Ok(_)) => Ok(()),
                (Err(Fault::Ledger(problem)), _) => {
                    stopped = Some(*problem);
                    Err(io::Error::other("stopped"))
                }
                (_, Err(problem)) => {
                    stopped = Some(problem);
                    Err(io::Error::other("stopped"))
                }
            }
        });
        match (written, stopped, after) {
            (Ok(()), ..) => return Ok(Made { manifest, size }),
            (_, Some(problem), _) => return Err(problem.into()),
            (_, _, Some(now)) => state = now,
            (Err(error), None, None) => {
                return Err(Diagnostic::unwritable(order.file, &error).into());
            }
        }
    }
    let message = words!(
        "the ledger was written again and again while the backup was made",
        "备份期间账本不断被写入"
    );
    Err(Diagnostic::new(Code::Locked, message)
        .help(words!(
            "try again when the other program has finished; no backup was written",
            "请等其他程序结束后重试；没有写出备份"
        ))
        .into())
}

/// The path of a file from the ledger's root, if it lies below it.
fn place_below(root: &Path, file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let real = file.canonicalize().ok();
    let real = real.or_else(|| {
        Some(folder.unwrap_or(Path::new(".")).canonicalize().ok()?.join(file.file_name()?))
    })?;
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

/// Why a container was not filled.
enum Fault {
    /// The file cannot be written.
    Output(io::Error),
    /// The ledger cannot be read, or is not as it was.
    Ledger(Box<Diagnostic>),
}

impl From<Diagnostic> for Fault {
    fn from(problem: Diagnostic) -> Fault {
        Fault::Ledger(Box::new(problem))
    }
}

/// Writes the container.
fn fill(out: &mut dyn Write, root: &Path, manifest: &Manifest) -> Result<(), Fault> {
    let mut container = ContainerWriter::new(out);
    let text = manifest.write()?;
    container
        .add(MANIFEST, Packing::Compressed, |out| out.write_all(text.as_bytes()))
        .map_err(Fault::Output)?;
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
                return Err(Fault::Output(io::Error::other(problem.message.en().to_owned())));
            }
            (_, Some(problem)) => return Err(problem.into()),
            (Err(error), None) => return Err(Fault::Output(error)),
        }
    }
    for file in &manifest.files {
        let mut problem = None;
        let added = container.add(&format!("{FILES}{}", file.path), Packing::Compressed, |out| {
            problem = copied(&root.join(&file.path), file, out)?;
            Ok(())
        });
        added.map_err(Fault::Output)?;
        if let Some(problem) = problem {
            return Err(problem.into());
        }
    }
    container.finish().map_err(Fault::Output)?;
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

/// Fails if a file is in the place of the backup that is none of this ledger. A device or pipe is written into.
fn may_replace(order: &Order, state: &State) -> Result<(), Diagnostic> {
    let file = order.file;
    let is_new = match fs::metadata(file) {
        Ok(meta) => !meta.is_file(),
        Err(_) => true,
    };
    if is_new {
        return Ok(());
    }
    let known = open(file, order.identities);
    if known.is_ok_and(|opened| state.is_of(&opened.manifest.marks)) {
        return Ok(());
    }
    let shown = file.display();
    let message = words!(
        "{shown} is there, and cannot be told to be a backup of this ledger",
        "{shown} 已经存在，且无法确认它是本账本的备份"
    );
    Err(Diagnostic::new(Code::BadArgument, message).help(words!(
        "choose another name, or replace it with --force",
        "请换一个文件名，或用 --force 覆盖"
    )))
}
