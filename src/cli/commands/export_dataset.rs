//! `crm export dataset DIR`: the ledger, or each ledger of a company, as a partition of a folder of typed tables.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Words, counted};
use crate::disk::dataset_folder::DatasetFolder;
use crate::disk::ledger::Ledger;
use crate::export::dataset::{DatasetEnds, DatasetTable, SCHEMA, dataset, head};
use crate::format::dataset_manifest::DatasetManifest;
use crate::rules::book::{Files, Keep};
use crate::rules::query::Query;
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

/// Writes the partition of the ledger, or of each ledger of the company, or removes them.
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
    if let Some(company) = context.company_file() {
        return of_company(folder, company, partition, context);
    }
    let ledger = context.ledger()?;
    let name = name(ledger, called)?;
    let out = DatasetFolder::open(Path::new(folder), Some(&ledger.root))?;
    let known = out.manifest(&name).as_deref().and_then(DatasetManifest::parse);
    let root = real(&ledger.root);
    if let Some(other) = known.as_ref().filter(|known| known.folder != root && called.is_none()) {
        let other = another(folder, &name, &other.folder);
        return Err(other
            .help(words!(
                "name this one: --as NAME; --as {name} if the ledger has moved",
                "请为此账本命名：--as 名称；如果账本只是换了位置：--as {name}"
            ))
            .into());
    }
    match remove {
        true => removed(&out, folder, &name, context),
        false => Writing { out: &out, folder, company: None, unseal }.write(&name, ledger, context),
    }
}

/// Writes a partition for each ledger of a company, under the ids that these have there, and removes those which it wrote before
/// for ledgers that it lists no more. With `remove`, all that it wrote.
fn of_company(
    folder: &str,
    company: &Path,
    Partition { called, remove, unseal }: Partition,
    context: &Context,
) -> Result<(), Failure> {
    if called.is_some() {
        let message = words!("a company names its ledgers itself", "公司的账本名称由公司文件决定");
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!("leave --as out", "请去掉 --as"))
            .into());
    }
    let company = real(company);
    let listed: Vec<(&str, &Ledger)> = match context.joined()? {
        Some(joined) if !remove => {
            let ids = joined.members.iter().map(|member| member.id.as_str());
            ids.zip(context.every_ledger()?).collect()
        }
        _ => Vec::new(),
    };
    let mut out = DatasetFolder::open(Path::new(folder), None)?;
    for (name, ledger) in &listed {
        out = DatasetFolder::open(Path::new(folder), Some(&ledger.root))?;
        let known = out.manifest(name).as_deref().and_then(DatasetManifest::parse);
        let is_other = |known: &&DatasetManifest| {
            known.folder != real(&ledger.root) && known.company.as_ref() != Some(&company)
        };
        if let Some(other) = known.as_ref().filter(is_other) {
            return Err(another(folder, name, &other.folder)
                .help(Words::verbatim(format!("crm export dataset {folder} --remove --as {name}")))
                .into());
        }
    }
    for (name, ledger) in &listed {
        let company = Some(company.as_str());
        Writing { out: &out, folder, company, unseal }.write(name, ledger, context)?;
    }
    for (name, manifest) in out.manifests()? {
        let is_its = DatasetManifest::parse(&manifest)
            .is_some_and(|known| known.company.as_ref() == Some(&company));
        if is_its && listed.iter().all(|(id, _)| *id != name) {
            removed(&out, folder, &name, context)?;
        }
    }
    Ok(())
}

/// The writing of partitions into a folder.
#[derive(Clone, Copy)]
struct Writing<'a> {
    out: &'a DatasetFolder,
    /// The folder, as it was typed.
    folder: &'a str,
    /// The file of the company whose ledgers are written.
    company: Option<&'a str>,
    unseal: bool,
}

impl Writing<'_> {
    /// Writes the partition of a ledger. One that would not change is left alone.
    fn write(self, name: &str, ledger: &Ledger, context: &Context) -> Result<(), Failure> {
        let Writing { out, folder, company, unseal } = self;
        let mut ledger = ledger.clone();
        if !unseal {
            ledger.open_with(Vec::new());
        }
        let mut book = ledger.load(Date::MAX);
        book.keep = Keep::Everything;
        context.strictly(&book)?;
        let digest = match unseal {
            // Other keys open other values, so that such a partition is written each time.
            true => format!("unsealed-{}", ledger.digest()?),
            false => ledger.digest()?,
        };
        let made = DatasetManifest {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            digest,
            folder: real(&ledger.root),
            company: company.map(str::to_owned),
            left_out: None,
            tables: Vec::new(),
        };
        let known = out.manifest(name).as_deref().and_then(DatasetManifest::parse);
        if let Some(known) = known.filter(|_| !unseal)
            && let Some(unread) = known.left_out
            && known.tables.len() == DatasetTable::ALL.len()
            && out.has(name, &known.tables)
            && (DatasetManifest { left_out: None, tables: Vec::new(), ..known }) == made
        {
            let is =
                words!("{folder}: ledger={name} is as it was", "{folder}：ledger={name} 没有变化");
            context.say(with_left_out(is, unread));
            return Ok(());
        }
        let spool = out.spool()?;
        let read = |path: &Path| ledger.read(path).ok().map(|loaded| loaded.prospect);
        let ends = DatasetEnds { read: &read, put: &|texts| spool.put(texts) };
        let places = context.reading(&book, || dataset(&book, &ends))?;
        let tables: Vec<(&str, Vec<u8>)> =
            DatasetTable::ALL.iter().map(|table| (table.name(), head(*table))).collect();
        let unread = book.unread() as u64;
        if unseal {
            context.gives_out(|disclosed, member, privacy| {
                if member.is_none_or(|member| member == name) {
                    let all = (Files::Everybody, &Query::everything());
                    disclosed.add_files(&book, all, &[], None, privacy);
                }
            });
            context.record_access(None)?;
        }
        out.replace(name, &tables, (spool, &places), |tables| {
            DatasetManifest { left_out: Some(unread), tables, ..made }.text()
        })?;
        let n = tables.len();
        let written = counted(n, "table", "tables");
        let is = words!("{folder}: ledger={name}, {written}", "{folder}：ledger={name}，{n} 张表");
        context.say(with_left_out(is, unread));
        Ok(())
    }
}

/// A message about a partition, with the files that are not in it because they could not be read.
fn with_left_out(is: Words, unread: u64) -> Words {
    if unread == 0 {
        return is;
    }
    let files = counted(usize::try_from(unread).unwrap_or(usize::MAX), "file", "files");
    let (en, zh) = (is.en(), is.zh());
    Words::both(format!("{en}, {files} left out"), format!("{zh}，{unread} 个文件未计入"))
}

/// The path of a file or folder wherever it is named.
fn real(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string()
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
    Diagnostic::new(Code::BadArgument, message)
}
