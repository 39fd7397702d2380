//! Reads the file of an import, or the files of a folder.

use crate::diag::{Code, Diagnostic};
use crate::format::layout::SETTINGS;
use crate::format::rows::read;
use crate::model::mapping::{FIND, Form};
use crate::model::rows::{SourceCell, SourceRow, SourceRows};
use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest file that is imported.
pub const MAX_IMPORTED: u64 = 1024 * 1024 * 1024;

/// The name that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// The folders below an imported one are read down to here.
const DEEPEST: usize = 8;

/// Reads the rows of a file, or of the files of a folder; `-` is standard input. `path` is also what diagnostics
/// print.
///
/// # Errors
/// Fails if a file cannot be read, is larger than [`MAX_IMPORTED`], not of its encoding, or no table, and if the
/// files of a folder do not have the columns of the first.
pub fn read_rows(path: &Path, form: &Form) -> Result<SourceRows, Diagnostic> {
    if !path.is_dir() {
        return read_file(path, form);
    }
    if path.join(SETTINGS).is_file() {
        return Err(is_ledger(path));
    }
    let mut files = Vec::new();
    gather(path, DEEPEST, &mut files)?;
    let mut all: Option<SourceRows> = None;
    // A message may be in two files.
    let mut messages: HashSet<Vec<SourceCell>> = HashSet::new();
    for file in files {
        let rows = read_file(&file, form)?;
        let all = all.get_or_insert_with(|| SourceRows {
            header: rows.header.clone(),
            undated: rows.undated,
            no_use: rows.no_use.clone(),
            ..SourceRows::default()
        });
        if all.header != rows.header {
            let (file, folder) = (file.display(), path.display());
            let message = words!(
                "{file} does not have the columns of the files before it in {folder}",
                "{file} 的列与 {folder} 中前面的文件不同"
            );
            return Err(Diagnostic::new(Code::BadMapping, message)
                .help(words!("import them one by one", "请分别导入")));
        }
        let has_messages = all.column(FIND).is_some();
        let is_new = |row: &SourceRow| !has_messages || messages.insert(row.cells.clone());
        add(all, rows, &Arc::new(file), is_new);
    }
    all.ok_or_else(|| {
        let message = words!("{} has no files", "{} 中没有文件", path.display());
        Diagnostic::new(Code::Unreadable, message)
    })
}

/// That a folder is a ledger.
fn is_ledger(path: &Path) -> Diagnostic {
    let path = path.display();
    let message = words!(
        "{path} is a ledger, no folder of files to import",
        "{path} 是账本，不是存放导入文件的文件夹"
    );
    Diagnostic::new(Code::BadArgument, message)
        .help(words!(
            "export it, and import that file: crm --ledger {path} export prospects -o prospects.csv",
            "请先导出，再导入该文件：crm --ledger {path} export prospects -o prospects.csv"
        ))
        .help(words!(
            "with its entries and people: `export events` and `export people` before it (docs/import.md)",
            "连同流水与联系人：先导入 `export events` 和 `export people` 的文件（见 docs/import.md）"
        ))
}

/// The files below a folder, in the order of their paths. Hidden ones and links are left out.
fn gather(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    let unreadable = |error: std::io::Error| Diagnostic::unreadable(folder, &error);
    let mut below = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            below.push((entry.path(), entry.file_type().map_err(unreadable)?));
        }
    }
    below.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (path, kind) in below {
        if kind.is_dir() && depth > 0 {
            gather(&path, depth - 1, files)?;
        } else if kind.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// Adds the new rows of a further file.
fn add(
    all: &mut SourceRows,
    mut further: SourceRows,
    file: &Arc<PathBuf>,
    mut is_new: impl FnMut(&SourceRow) -> bool,
) {
    for mut row in further.rows {
        if !is_new(&row) {
            continue;
        }
        all.origins.push((Arc::clone(file), row.line));
        let uid = further.uids.remove(&row.line);
        row.line = all.origins.len() as u64;
        all.uids.extend(uid.map(|uid| (row.line, uid)));
        all.rows.push(row);
    }
    // What one of the files has a use for is of use.
    all.no_use.retain(|option| further.no_use.contains(option));
    all.notes.extend(further.notes);
    for left in further.left_out {
        match all.left_out.iter_mut().find(|known| known.en == left.en) {
            Some(known) => known.count += left.count,
            None => all.left_out.push(left),
        }
    }
}

fn read_file(path: &Path, form: &Form) -> Result<SourceRows, Diagnostic> {
    let unreadable = |error: std::io::Error| {
        Diagnostic::new(
            Code::Unreadable,
            words!("{} cannot be read", "无法读取 {}", path.display()).because(&error),
        )
    };
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = if path.as_os_str() == STANDARD_INPUT {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(path).map_err(unreadable)?)
    };
    source.take(MAX_IMPORTED + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_IMPORTED {
        let message = words!("{} is larger than 1 GiB", "{} 超过 1 GiB", path.display());
        return Err(Diagnostic::new(Code::TooLarge, message)
            .help(words!("import it in parts", "请分批导入")));
    }
    read(bytes, form, path)
}
