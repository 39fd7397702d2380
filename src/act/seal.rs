//! Brings the files of a ledger to its settings: open values sealed, readers added and taken away.

use super::edit::all_kept;
use super::session::{Done, Session};
use crate::diag::{Code, Diagnostic, Failure, Listed, Place, Severity, Words, counted, first_of};
use crate::disk::file::id_of;
use crate::disk::history::forget_all;
use crate::disk::keys::FolderOfKeys;
use crate::disk::write::FileChange;
use crate::format::sealed::close::{Closed, Extent, Unsealable};
use crate::format::sealed::keys::{KeyFolder, Sealing};
use std::path::{Path, PathBuf};

/// How many values or files a message names.
const NAMED: usize = 5;

/// Seals the files at these paths as the settings demand, all or none. Afterwards no note of the clone has the text of
/// an open value.
///
/// # Errors
/// Fails if the settings name no reader, or a file cannot be read or written.
pub fn seal(session: &Session, paths: &[PathBuf]) -> Result<Done, Failure> {
    let ledger = session.ledger;
    let Some(sealing) = ledger.sealing.as_deref().filter(|s| !s.privacy.readers.is_empty()) else {
        return Err(no_readers().into());
    };
    let (mut changes, mut files, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    let (mut said, mut left) = (Vec::new(), Left::default());
    for path in paths {
        match closed(session, sealing, path) {
            Ok((before, closed)) => {
                let is_changed = closed.text != before || !closed.files.is_empty();
                if is_changed {
                    said.push(told(path, &closed));
                }
                left.add(path, &closed);
                files.extend(closed.files);
                if closed.text != before {
                    let (path, after) = (path.clone(), Some(closed.text));
                    changes.push(FileChange { path, before: Some(before), after });
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure(problems));
    }
    let folder = FolderOfKeys::of(&ledger.settings, &ledger.root);
    // A folder that is not there is new, unless a value has its key in it: then it is elsewhere.
    let lacks = |path: &PathBuf| ledger.text(path).is_ok_and(|text| sealing.lacks_keys(&text));
    let absent = folder.as_ref().filter(|folder| !folder.is_there());
    let new_folder = absent.filter(|_| !ledger.paths().0.iter().any(lacks));
    if new_folder.is_some() {
        let keys = ledger.settings.privacy.as_deref().and_then(|privacy| privacy.keys.as_deref());
        let keys = keys.unwrap_or_default();
        said.push(words!("the folder of keys is new: {keys}", "新建密钥文件夹：{keys}"));
    } else if let Some(folder) = &folder {
        files.iter().try_for_each(|new| folder.takes(new).map(drop))?;
    }
    let mut doubts = left.doubts();
    if said.is_empty() && doubts.is_empty() {
        said.push(words!("everything is sealed as the settings demand", "均已按设置加密"));
    }
    if session.is_dry() {
        return Ok(Done { said, doubts, ..Done::default() });
    }
    if let Some(folder) = new_folder {
        folder.make()?;
    }
    if let Some(folder) = &folder {
        files.iter().try_for_each(|new| folder.write(new))?;
    }
    if !changes.is_empty() {
        session.write(&changes)?;
    }
    forget_all(&ledger.root)?;
    doubts.extend(all_kept(&ledger.root).into_iter().map(|kept| {
        let place = kept.file.display();
        let message = words!(
            "a text that was not written may have open values: {place}",
            "有一份未写入的文本，其中可能有明文：{place}"
        );
        let found = Diagnostic::new(Code::NotSealed, message);
        Diagnostic { severity: Severity::Warning, ..found }
    }));
    Ok(Done { said, doubts, ..Done::default() })
}

/// The text of a file, and what it comes to.
fn closed(
    session: &Session,
    sealing: &Sealing,
    path: &Path,
) -> Result<(String, Closed), Diagnostic> {
    let before = session.ledger.text(path)?;
    let closed = sealing.closed(Some(&before), &before, Extent::Whole);
    let closed = closed.map_err(|why| match why {
        Unsealable::NoToml => Diagnostic::new(Code::NotSealed, why.words())
            .at(Place::file(session.ledger.show(path)))
            .help(words!("crm check tells what is wrong in it", "crm check 会指出其中的错误")),
        _ => Diagnostic::new(Code::NoKey, why.words()),
    })?;
    Ok((before, closed))
}

/// What was done in a file.
fn told(path: &Path, closed: &Closed) -> Words {
    let (id, values, (came, went)) = (id_of(path), closed.sealed.len(), closed.lines);
    let (sealed, keys) = (counted(values, "value", "values"), counted(came, "key", "keys"));
    words!(
        "{id}: {sealed} sealed, {keys} added, {went} taken away",
        "{id}：加密 {values} 个值，新增 {came} 把密钥，撤去 {went} 把"
    )
}

/// The values that are left as they are, each by its file and its way.
#[derive(Default)]
struct Left {
    /// Those that no own key opens.
    unable: Vec<String>,
    /// Those whose keys are nowhere.
    keyless: Vec<String>,
    /// Those that do not open with their keys.
    broken: Vec<String>,
}

impl Left {
    fn add(&mut self, path: &Path, closed: &Closed) {
        let id = id_of(path);
        let named =
            |ways: &[String]| ways.iter().map(|way| format!("{id} {way}")).collect::<Vec<_>>();
        self.unable.extend(named(&closed.unable));
        self.keyless.extend(named(&closed.keyless));
        self.broken.extend(named(&closed.broken));
    }

    /// A warning for each reason.
    fn doubts(&self) -> Vec<Diagnostic> {
        let warning = |code, values: &[String], made: fn(String, Listed, usize) -> Words, help| {
            let (n, places) = (values.len(), first_of(values, NAMED));
            let found = Diagnostic::new(code, made(counted(n, "value", "values"), places, n));
            let found = Diagnostic { severity: Severity::Warning, ..found }.help(help);
            (n > 0).then_some(found)
        };
        let unable = warning(
            Code::NoKey,
            &self.unable,
            |values, places, n| {
                words!(
                    "no key of yours opens {values}; left as found: {places}",
                    "有 {n} 个值，您没有能打开它们的密钥，保持原样：{places:#}"
                )
            },
            words!("a reader of their level can do it: crm seal", "请由该级别的读者执行：crm seal"),
        );
        let keyless = warning(
            Code::KeysMissing,
            &self.keyless,
            |values, places, n| {
                words!(
                    "the keys of {values} are nowhere; left as found: {places}",
                    "有 {n} 个值的密钥找不到，保持原样：{places:#}"
                )
            },
            words!("crm check tells where the keys should be", "crm check 会指出密钥应在何处"),
        );
        let broken = warning(
            Code::BrokenSeal,
            &self.broken,
            |values, places, n| {
                words!(
                    "the own keys of {values} do not open them; left as found: {places}",
                    "有 {n} 个值用自己的密钥也打不开，保持原样：{places:#}"
                )
            },
            words!("crm check tells how to mend them", "crm check 会指出如何修复"),
        );
        [unable, keyless, broken].into_iter().flatten().collect()
    }
}

fn no_readers() -> Diagnostic {
    let message = words!("the settings name no reader", "设置中没有读者");
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "[privacy] fields and [[privacy.reader]] in crm.toml say what is sealed, and for whom",
        "请在 crm.toml 中写明 [privacy] fields 和 [[privacy.reader]]：加密什么，谁能读"
    ))
}
