//! `crm export dataset DIR`: the ledger as a partition of a folder of typed tables.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Words, counted};
use crate::disk::dataset_folder::DatasetFolder;
use crate::disk::ledger::Ledger;
use crate::export::dataset::{DatasetEnds, DatasetTable, SCHEMA, dataset, head};
use crate::format::dataset_manifest::DatasetManifest;
use crate::rules::book::Keep;
use crate::value::date::Date;
use crate::value::id;
use std::path::Path;

/// How a partition is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Partition<'a> {
    /// The stated name of the ledger.
    pub called: Option<&'a str>,
    /// It is taken away.
    pub remove: bool,
    /// Sealed values that the user's own keys open are written open.
    pub unseal: bool,
}

/// Writes the partition of the ledger, or removes it. One that would not change is left alone.
pub(super) fn export_dataset(
    words: &SelectionArgs,
    partition: Partition,
    context: &Context,
) -> Result<(), Failure> {
    let Partition { called, remove, unseal } = partition;
    let folder = folder(words, context)?;
    if let Some(name) = called.filter(|_| remove) {
        // The ledger may be gone.
        let out = DatasetFolder::open(Path::new(folder), None)?;
        return removed(&out, folder, &valid(name)?, context);
    }
    let mut ledger = context.ledger()?.clone();
    if !unseal {
        ledger.open_with(Vec::new());
    }
    let name = name(&ledger, called)?;
    let out = DatasetFolder::open(Path::new(folder), Some(&ledger.root))?;
    let known = out.manifest(&name).as_deref().and_then(DatasetManifest::parse);
    let root = ledger.root.canonicalize().unwrap_or_else(|_| ledger.root.clone());
    let root = root.display().to_string();
    if let Some(other) = known.as_ref().filter(|known| known.folder != root && called.is_none()) {
        return Err(another(folder, &name, &other.folder).into());
    }
    if remove {
        return removed(&out, folder, &name, context);
    }
    let digest = match unseal {
        // Other keys open other values, so that such a partition is written each time.
        true => format!("unsealed-{}", ledger.digest()?),
        false => ledger.digest()?,
    };
    let made = DatasetManifest {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest,
        folder: root,
        tables: Vec::new(),
    };
    if let Some(known) = known.filter(|_| !unseal)
        && known.tables.len() == DatasetTable::ALL.len()
        && (DatasetManifest { tables: Vec::new(), ..known.clone() }) == made
        && out.has(&name, &known.tables)
    {
        context.say(words!(
            "{folder}: ledger={name} is as it was",
            "{folder}：ledger={name} 没有变化"
        ));
        return Ok(());
    }
    let mut book = ledger.load(Date::MAX);
    book.keep = Keep::Everything;
    let spool = out.spool()?;
    let read = |path: &Path| ledger.read(path).ok().map(|loaded| loaded.prospect);
    let ends = DatasetEnds { read: &read, put: &|texts| spool.put(texts) };
    let places = context.reading(&book, || dataset(&book, &ends))?;
    let tables: Vec<(&str, Vec<u8>)> =
        DatasetTable::ALL.iter().map(|table| (table.name(), head(*table))).collect();
    out.replace(&name, &tables, (spool, &places), |tables| {
        DatasetManifest { tables, ..made }.text()
    })?;
    let n = tables.len();
    let written = counted(n, "table", "tables");
    context.say(words!("{folder}: ledger={name}, {written}", "{folder}：ledger={name}，{n} 张表"));
    Ok(())
}

/// Removes a partition.
fn removed(
    out: &DatasetFolder,
    folder: &str,
    name: &str,
    context: &Context,
) -> Result<(), Failure> {
    let tables: Vec<&str> = DatasetTable::ALL.iter().map(|table| table.name()).collect();
    context.say(match out.remove(name, &tables)? {
        true => words!("{folder}: ledger={name} removed", "{folder}：已移除 ledger={name}"),
        false => words!("{folder}: no ledger={name}", "{folder}：没有 ledger={name}"),
    });
    Ok(())
}

/// The folder: the one word behind `dataset`. A dataset has every day and format of its own, so it takes no such options.
fn folder<'w>(words: &'w SelectionArgs, context: &Context) -> Result<&'w str, Diagnostic> {
    let global = &context.global;
    let stated = [
        ("--as-of", global.as_of.is_some()),
        ("--format", global.format.is_some()),
        ("--output", global.output.is_some()),
        ("--table", global.table.is_some()),
    ];
    if let Some((option, _)) = stated.iter().find(|(_, stated)| *stated) {
        let message = words!(
            "{option} is not for `dataset`, which has every day and a form of its own",
            "{option} 不用于 `dataset`：数据集包括每一天，格式固定"
        );
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!("leave {option} out", "请去掉 {option}")));
    }
    match words.only_word().filter(|word| !word.is_empty()) {
        Some(folder) => Ok(folder),
        None => {
            let message = words!("a dataset needs one folder", "数据集需要一个文件夹");
            Err(Diagnostic::new(Code::BadArgument, message)
                .help(Words::verbatim("crm export dataset ../dataset")))
        }
    }
}

/// The name of the ledger in a dataset: the stated one, else that of its folder.
fn name(ledger: &Ledger, called: Option<&str>) -> Result<String, Diagnostic> {
    if let Some(name) = called {
        return valid(name);
    }
    let root = ledger.root.canonicalize().unwrap_or_else(|_| ledger.root.clone());
    let folder = root.file_name().map(|name| name.to_string_lossy().into_owned());
    let folder = folder.unwrap_or_default();
    let name = if id::validate(&folder).is_ok() { folder } else { id::slug(&folder) };
    if name.is_empty() {
        let message = words!("the ledger's folder has no name", "账本的文件夹没有名称");
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!("name the ledger: --as NAME", "请指定账本的名称：--as 名称")));
    }
    Ok(name)
}

/// A name that is stated.
fn valid(name: &str) -> Result<String, Diagnostic> {
    let Err(bad) = id::validate(name) else { return Ok(name.to_owned()) };
    let bad = bad.words();
    let message = Words::both(format!("--as: {}", bad.en()), format!("--as：{}", bad.zh()));
    Err(Diagnostic::new(Code::BadArgument, message).help(words!(
        "letters and digits of any script, `-`, `_` and `.`",
        "可用各种文字的字母和数字，以及 `-`、`_`、`.`"
    )))
}

fn another(folder: &str, name: &str, other: &str) -> Diagnostic {
    let message = words!(
        "ledger={name} in {folder} is of another ledger: {other}",
        "{folder} 中的 ledger={name} 属于另一个账本：{other}"
    );
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "name this one: --as NAME; --as {name} if the ledger has moved",
        "请为此账本命名：--as 名称；如果账本只是换了位置：--as {name}"
    ))
}
