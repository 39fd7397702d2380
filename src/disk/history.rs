//! The last writes of a clone, so that a command can be taken back: for each file the text that it had before, and
//! which text it got. They are beside the journal: they belong to one clone and are in no commit.

use crate::diag::{Code, Diagnostic, Place};
use crate::disk::durable::failed;
use crate::disk::journal::{self, Fingerprint, JournalStep, fingerprint_of};
use crate::disk::private::Private;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// How many writes are kept.
const KEPT: usize = 20;
/// Older writes go while all take more bytes than this; the last one stays.
const MOST_BYTES: u64 = 64 << 20;

/// The place of a write among those of a clone: the first is 1.
pub type Number = u64;

/// The meaning of a write for those that take writes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deed {
    /// A command of its own.
    #[default]
    Did,
    /// It took back the write of this number.
    Undid(Number),
    /// It took back the taking back of this number.
    Redid(Number),
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Its place.
    pub number: Number,
    /// The command: its name, and the first words behind it.
    pub command: String,
    /// Its meaning.
    pub deed: Deed,
    steps: Vec<JournalStep>,
    /// The old text of each file; `None` = there was no file.
    befores: Vec<Option<String>>,
}

impl Past {
    /// The files, with the old text of each, below the root.
    pub fn files(&self) -> impl Iterator<Item = (&Path, Option<&str>)> {
        let befores = self.befores.iter().map(Option::as_deref);
        self.steps.iter().map(|step| &*step.path).zip(befores)
    }

    /// The command that did what this write did, took back or did again.
    pub fn first_command(&self, root: &Path) -> String {
        let folder = Private::of(root).past();
        let (mut at, mut deed, mut command) = (self.number, self.deed, self.command.clone());
        while let Deed::Undid(earlier) | Deed::Redid(earlier) = deed
            && earlier < at
            && let Ok(past) = read(&folder, earlier)
        {
            (at, deed, command) = (earlier, past.deed, past.command);
        }
        command
    }

    /// The files that do not have the text any more that the write gave them.
    ///
    /// # Errors
    /// Fails if a file cannot be read.
    pub fn changed_since(&self, root: &Path) -> Result<Vec<&Path>, Diagnostic> {
        self.with_another_text(root, |step| step.after)
    }

    /// Did the write not take place? It was noted, and all files still have their old text.
    fn is_void(&self, root: &Path) -> Result<bool, Diagnostic> {
        Ok(self.with_another_text(root, |step| step.before)?.is_empty())
    }

    fn with_another_text(
        &self,
        root: &Path,
        text: impl Fn(&JournalStep) -> Fingerprint,
    ) -> Result<Vec<&Path>, Diagnostic> {
        let mut others = Vec::new();
        for step in &self.steps {
            let file = root.join(&step.path);
            if fingerprint_of(&file).map_err(|error| Diagnostic::unreadable(&file, &error))?
                != text(step)
            {
                others.push(&*step.path);
            }
        }
        Ok(others)
    }
}

/// The write that `undo` takes back, and that of `redo`: the last one that is not taken back, and the last taking back
/// that no other write followed.
///
/// # Errors
/// Fails if the notes cannot be read.
pub fn last(root: &Path, redo: bool) -> Result<Option<Past>, Diagnostic> {
    let folder = Private::of(root).past();
    let (mut done, mut undone): (Vec<Past>, Vec<Past>) = (Vec::new(), Vec::new());
    for number in numbers(&folder) {
        let past = read(&folder, number)?;
        if past.is_void(root)? {
            continue;
        }
        match past.deed {
            Deed::Did => undone.clear(),
            Deed::Undid(other) => done.retain(|past| past.number != other),
            Deed::Redid(other) => undone.retain(|past| past.number != other),
        }
        match past.deed {
            Deed::Undid(_) => undone.push(past),
            Deed::Did | Deed::Redid(_) => done.push(past),
        }
    }
    Ok(if redo { undone.pop() } else { done.pop() })
}

/// Every write whose note is whole, the last one first.
pub fn all(root: &Path) -> Vec<Past> {
    let folder = Private::of(root).past();
    numbers(&folder).into_iter().rev().filter_map(|number| read(&folder, number).ok()).collect()
}

/// Notes a write that is about to take place, and drops those that are too old.
pub(super) fn note(
    private: &Private,
    (command, deed): (&str, Deed),
    steps: &[JournalStep],
    befores: &[Option<String>],
) -> Result<(), Diagnostic> {
    let folder = private.past();
    if steps.iter().any(|step| step.line().is_err()) {
        // A path that no note can name: the writes before it can be taken back no more.
        let _ = fs::remove_dir_all(&folder);
        return Ok(());
    }
    let numbers = numbers(&folder);
    let file = folder.join((numbers.last().copied().unwrap_or(0) + 1).to_string());
    let written = fs::create_dir_all(&folder)
        .and_then(|()| fs::File::create(&file))
        .and_then(|mut out| out.write_all(&text(command, deed, steps, befores)?));
    written.map_err(|error| failed(&file, &error))?;
    let mut bytes = 0;
    for (place, number) in numbers.iter().rev().enumerate() {
        let old = folder.join(number.to_string());
        bytes += fs::metadata(&old).map_or(0, |meta| meta.len());
        if place + 1 >= KEPT || bytes > MOST_BYTES {
            let _ = fs::remove_file(old);
        }
    }
    Ok(())
}

/// Drops all notes: they have the old texts of files, in which values may be open that are sealed now.
///
/// # Errors
/// Fails if a note is there and cannot be removed.
pub fn forget_all(root: &Path) -> Result<(), Diagnostic> {
    let folder = Private::of(root).past();
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(&folder, &error)),
        _ => Ok(()),
    }
}

/// The last write that is noted.
///
/// # Errors
/// Fails if its note cannot be read.
pub(super) fn newest(private: &Private) -> Result<Option<Past>, Diagnostic> {
    let folder = private.past();
    numbers(&folder).last().map(|number| read(&folder, *number)).transpose()
}

/// Removes the notes from a number on.
pub(super) fn forget_from(private: &Private, number: Number) {
    let folder = private.past();
    // The later note goes first: without it, the earlier one is of a write that did not take place.
    for number in numbers(&folder).into_iter().rev().take_while(|noted| *noted >= number) {
        let _ = fs::remove_file(folder.join(number.to_string()));
    }
}

/// The numbers of the writes that are noted, in rising order.
fn numbers(folder: &Path) -> Vec<Number> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    let number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    let mut numbers: Vec<Number> = names.filter_map(number).collect();
    numbers.sort_unstable();
    numbers
}

/// A note: a line for the command, one for the deed, a journal in which the first word of each step is the length of
/// its old text, then these texts.
fn text(
    command: &str,
    deed: Deed,
    steps: &[JournalStep],
    befores: &[Option<String>],
) -> std::io::Result<Vec<u8>> {
    let deed = match deed {
        Deed::Did => "did".to_owned(),
        Deed::Undid(number) => format!("undid {number}"),
        Deed::Redid(number) => format!("redid {number}"),
    };
    let lengths = befores.iter().map(|before| before.as_ref().map_or(0, String::len));
    let steps: Vec<JournalStep> = (steps.iter().zip(lengths))
        .map(|(step, length)| JournalStep { temporary: length.to_string(), ..step.clone() })
        .collect();
    let command = command.replace(['\n', '\r'], " ");
    let mut all = format!("{command}\n{deed}\n{}", journal::text(&steps)?).into_bytes();
    befores.iter().flatten().for_each(|before| all.extend_from_slice(before.as_bytes()));
    Ok(all)
}

fn read(folder: &Path, number: Number) -> Result<Past, Diagnostic> {
    let file = folder.join(number.to_string());
    let bytes = fs::read(&file).map_err(|error| Diagnostic::unreadable(&file, &error))?;
    String::from_utf8(bytes)
        .ok()
        .and_then(|text| parse(&text, number))
        .ok_or_else(|| not_whole(file))
}

fn parse(text: &str, number: Number) -> Option<Past> {
    let (command, rest) = text.split_once('\n')?;
    let (deed, rest) = rest.split_once('\n')?;
    let deed = match deed.split_once(' ') {
        None if deed == "did" => Deed::Did,
        Some(("undid", number)) => Deed::Undid(number.parse().ok()?),
        Some(("redid", number)) => Deed::Redid(number.parse().ok()?),
        _ => return None,
    };
    let (steps, mut rest) = journal::parse_beginning(rest)?;
    let mut befores = Vec::new();
    for step in &steps {
        let (before, behind) = rest.split_at_checked(step.temporary.parse().ok()?)?;
        befores.push(step.before.map(|_| before.to_owned()));
        rest = behind;
    }
    rest.is_empty().then(|| Past { number, command: command.to_owned(), deed, steps, befores })
}

fn not_whole(file: PathBuf) -> Diagnostic {
    let message = words!(
        "the note of a write is not whole, so it cannot be taken back",
        "上次写入的记录不完整，无法撤销"
    );
    Diagnostic::new(Code::NothingToUndo, message).at(Place::file(file)).help(words!(
        "`crm undo ID` retracts the last entry of one prospect",
        "`crm undo 编号` 撤回某个客户的最后一条记录"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::write::{FileChange, Writer};

    /// Writes a file's text as a command does; `None` removes it.
    fn write(root: &Path, deed: Deed, name: &str, before: Option<&str>, after: Option<&str>) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let change = FileChange { path: name.into(), before: owned(before), after: owned(after) };
        let mut writer = Writer::open(root).unwrap();
        writer.is_for("crm log", deed);
        writer.commit(&[change]).unwrap();
    }

    fn taken(root: &Path, redo: bool) -> Option<(Number, Vec<Option<String>>)> {
        last(root, redo).unwrap().map(|past| (past.number, past.befores))
    }

    #[test]
    fn a_write_is_read_back_and_a_note_that_is_cut_is_not() {
        let step = |path: &str, before, after| JournalStep {
            temporary: "0".into(),
            before,
            after,
            path: path.into(),
        };
        let steps = [
            step("prospects/a.toml", Some(1), Some(2)),
            step("prospects/b.toml", None, Some(3)),
            step("prospects/c.toml", Some(4), None),
        ];
        let befores = [Some("甲\n".to_owned()), None, Some(String::new())];
        let noted = text("crm log\nx", Deed::Undid(7), &steps, &befores).unwrap();
        let noted = String::from_utf8(noted).unwrap();
        let past = parse(&noted, 9).unwrap();
        assert_eq!(
            (past.number, past.command.as_str(), past.deed),
            (9, "crm log x", Deed::Undid(7))
        );
        assert_eq!(past.befores, befores);
        for cut in (0..noted.len()).filter(|at| noted.is_char_boundary(*at)) {
            assert_eq!(parse(&noted[..cut], 9), None, "{cut}");
        }
    }

    #[test]
    fn undo_goes_back_and_redo_forth_until_another_write() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let file = "prospects/a.toml";
        assert_eq!(taken(root, false), None);
        write(root, Deed::Did, file, None, Some("1"));
        write(root, Deed::Did, file, Some("1"), Some("2"));
        assert_eq!(taken(root, false), Some((2, vec![Some("1".into())])));
        assert_eq!(taken(root, true), None);
        write(root, Deed::Undid(2), file, Some("2"), Some("1"));
        assert_eq!(taken(root, false), Some((1, vec![None])));
        assert_eq!(taken(root, true), Some((3, vec![Some("2".into())])));
        write(root, Deed::Redid(3), file, Some("1"), Some("2"));
        assert_eq!(taken(root, false), Some((4, vec![Some("1".into())])));
        assert_eq!(taken(root, true), None);
        write(root, Deed::Undid(4), file, Some("2"), Some("1"));
        write(root, Deed::Did, file, Some("1"), Some("3"));
        assert_eq!(taken(root, true), None);
        write(root, Deed::Did, file, Some("3"), None);
        assert!(!root.join(file).exists());
        assert_eq!(taken(root, false), Some((7, vec![Some("3".into())])));
    }

    #[test]
    fn a_write_that_never_took_place_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, Deed::Did, "prospects/a.toml", None, Some("1"));
        write(root, Deed::Did, "prospects/a.toml", Some("1"), Some("2"));
        std::fs::remove_file(root.join("prospects/a.toml")).unwrap();
        write(root, Deed::Did, "prospects/a.toml", None, Some("1"));
        // The second write's old text is there again: as if it had been cut short before its rename.
        assert_eq!(taken(root, false).map(|past| past.0), Some(3));
    }

    #[test]
    fn the_last_twenty_writes_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for n in 0..22 {
            let before = (n > 0).then(|| n.to_string());
            write(
                root,
                Deed::Did,
                "prospects/a.toml",
                before.as_deref(),
                Some(&(n + 1).to_string()),
            );
        }
        let kept = numbers(&Private::of(root).past());
        assert_eq!((kept.first(), kept.last(), kept.len()), (Some(&3), Some(&22), KEPT));
    }
}
