//! Writes a record of access before private fields are given out. It is a record among honest people, no control; but
//! where it cannot be written, nothing is given out.

use super::names::{rep, rep_of_git};
use super::session::{Face, Session};
use crate::diag::{Code, Diagnostic, Failure, Place};
use crate::disk::file::read_text;
use crate::disk::ledger::Ledger;
use crate::disk::write::{FileChange, Writer};
use crate::format::access_file::{TABLE, access_line, read_accesses};
use crate::format::append::append;
use crate::format::layout::ACCESS;
use crate::format::sealed::cipher::random_name;
use crate::format::sealed::keys::fingerprint;
use crate::git::commit::Committer;
use crate::git::index::text_at;
use crate::model::access::Access;
use crate::model::event::EventKey;
use crate::report::disclosed::Disclosed;
use crate::value::date::Date;
use crate::value::id;
use crate::value::text::Text;
use std::path::{Path, PathBuf};

/// A command writes a record if it gives out fields of so many people: reading about one is everyday work.
const SEVERAL: usize = 2;
/// The random digits of a key.
const SUFFIX: usize = 3;

/// The occasion on which private fields are given out.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// The command, without queries and values.
    pub command: String,
    /// The day on which it is run.
    pub day: Date,
    /// The record is committed, with those before it that are in no commit.
    pub commits: bool,
}

/// Records that a command gives out private fields, if they are of several people. `session`: the one that has the ledger's
/// lock, if the command has opened one.
///
/// # Errors
/// Fails if the rep is not known, or the record cannot be written or committed; nothing is written then.
pub fn record(
    face: &dyn Face,
    session: Option<&Session>,
    ledger: &Ledger,
    occasion: &Occasion,
    disclosed: &Disclosed,
) -> Result<(), Failure> {
    if disclosed.people() < SEVERAL {
        return Ok(());
    }
    let rep = reader(face, ledger)?;
    let path = Path::new(ACCESS).join(format!("{rep}.toml"));
    let committer = occasion.commits.then(|| Committer::ready(&ledger.root)).transpose()?;
    let own;
    let writer = match session.and_then(Session::writer) {
        Some(writer) => writer,
        None => {
            own = Writer::open(&ledger.root)?;
            &own
        }
    };
    let change = added(ledger, path, |known| Access {
        key: key(occasion.day, known),
        command: occasion.command.as_str().into(),
        fields: disclosed.fields().cloned().collect(),
        people: u32::try_from(disclosed.people()).unwrap_or(u32::MAX),
    })?;
    writer.commit_for_good(&change)?;
    let Some(committer) = committer else { return Ok(()) };
    let file = [&*change.path];
    let is_new = text_at(&ledger.root, "HEAD", &change.path).is_none();
    let new = if is_new { &file[..] } else { &[] };
    if let Err(refused) = committer.commit(&file, new, &format!("access: {rep}")) {
        let (before, after) = (change.after, change.before);
        writer.commit_for_good(&FileChange { before, after, path: change.path })?;
        return Err(refused.into());
    }
    Ok(())
}

/// The rep whose key opens values: the reader of that key, else the user.
fn reader(face: &dyn Face, ledger: &Ledger) -> Result<Text, Failure> {
    let settings = &ledger.settings;
    let own = ledger.sealing.iter().flat_map(|sealing| sealing.own.iter());
    let prints: Vec<String> = own.filter_map(|key| Some(fingerprint(&key.public()?))).collect();
    let mut readers = ledger.sealing.iter().flat_map(|sealing| sealing.readers(1));
    let rep = match (readers.find(|(.., print)| prints.contains(print)), face.user()) {
        (Some((reader, ..)), _) => Some(reader.into()),
        (None, Some(user)) => Some(rep(settings, "CRM_USER", user)?),
        (None, None) => rep_of_git(settings, &ledger.root),
    };
    let rep = rep.ok_or_else(|| {
        let message = words!(
            "private fields of several people are given out, and it is not known by whom",
            "将给出多人的隐私字段，但不知道是谁执行的"
        );
        Diagnostic::new(Code::BadArgument, message)
            .help(words!("name yourself: CRM_USER=REP", "请写明本人：CRM_USER=业务员"))
    })?;
    id::validate(&rep)
        .map_err(|bad| Diagnostic::new(Code::BadId, bad.words().about("REP")).typed())?;
    Ok(rep)
}

/// The file with one more record; `made` makes it, given its place among those of the day.
fn added(
    ledger: &Ledger,
    path: PathBuf,
    made: impl FnOnce(&[Access]) -> Access,
) -> Result<FileChange, Failure> {
    let (file, shown) = (ledger.root.join(&path), ledger.show(&path));
    let before = if file.exists() { Some(read_text(&file, &shown)?) } else { None };
    let text = before.clone().unwrap_or_else(|| format!("[{TABLE}]\n"));
    let (known, problems) = read_accesses(&text, &shown);
    if !problems.is_empty() {
        return Err(Failure(problems.into_iter().map(Diagnostic::refused).collect()));
    }
    let access = made(&known);
    let after = append(&text, TABLE, &[access_line(&access)], &Place::file(&shown))?;
    let (back, _) = read_accesses(&after, &shown);
    if !back.contains(&access) || back.len() != known.len() + 1 {
        let message = words!(
            "the record of access would not read back; nothing was written",
            "访问记录写入后读不回原意；未作任何写入"
        );
        return Err(Diagnostic::new(Code::WriteFailed, message).at(Place::file(&shown)).into());
    }
    Ok(FileChange { path, before, after: Some(after) })
}

/// The key of a record. Two clones that each write one on a day never write the key of the other.
fn key(day: Date, known: &[Access]) -> EventKey {
    let of_day = known.iter().filter(|access| access.key.date == day);
    let n = of_day.map(|access| access.key.n).max().unwrap_or(0) + 1;
    EventKey { date: day, n, text: format!("{day}-{n}-{}", random_name(SUFFIX)).into() }
}
