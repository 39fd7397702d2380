//! `crm import FILE.csv`: rows of another program's export as prospects and entries.

mod meaning;

use crate::act::import::summary::number;
use crate::act::import::{ImportList, JudgedImport, judge};
use crate::act::session::Session;
use crate::cli::context::Context;
use crate::cli::diagnose;
use crate::diag::{Code, Diagnostic, Failure, Severity, counted};
use clap::Args;
use meaning::Meaning;
use std::io::IsTerminal;
use std::path::PathBuf;

/// So many bad rows are shown in full.
const SHOWN: usize = 20;
/// Writing so many files may last longer than a second.
const MANY: usize = 1_000;

/// Rows of a CSV file as prospects and entries; all or nothing
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm import leads.csv --map Name=name --map Firm=company --date today --dry-run\n  \
    crm import deals.csv --map Id=id --map Customer=name --map Stage=stage --map Closed=date \\\n      \
    --translate Stage:Won=closed --date-format %d/%m/%Y\n  \
    crm import orders.csv --map customer=id --map customer=name --map day=date --map sum=amount \\\n      \
    --kind order --group\n  \
    crm import deals.csv --mapping deals.toml\n\n\
    Without --map and --mapping, columns that are named like a field are read. A second import of a\n\
    file changes nothing if the file has ids. docs/import.md explains mapping files.")]
pub struct Import {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    meaning: Meaning,
    /// The day of the list: that of rows without a date, and of changes since the last import [default: the as-of day]
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    date: Option<String>,
    /// Leave bad rows out, and import the others
    #[arg(long)]
    skip_bad: bool,
    /// Print a summary of the changes, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Import {
    /// Runs it; the status of a dry run is 1 where the import would be refused.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        let session = Session::open(context, self.dry_run)?;
        let ledger = session.ledger;
        let date = self.date.as_deref().map(|text| context.date("--date", text)).transpose()?;
        let (mapping, rows) = self.meaning.read(&self.file, context, &ledger.settings)?;
        // The cards of an address book have no day of their own.
        let date = date.or(rows.undated.then(|| context.today()));
        let list = ImportList { file: &self.file, rows: &rows, mapping: &mapping, date };
        let JudgedImport { changes, bad, summary, ids_from_names, left_out } =
            judge(ledger, &list, context.today())?;
        let refused = !bad.is_empty() && !self.skip_bad;
        let shown = self.shown(bad, summary.rows);
        if refused && !self.dry_run {
            return Err(Failure(shown));
        }
        diagnose::show(&shown, context.look_of_messages());
        left_out.into_iter().for_each(|words| context.say(words));
        if ids_from_names {
            context.say(words!(
                "ids are made from names: importing this file again would add every prospect again",
                "编号由名称生成：再次导入此文件会重复添加所有潜在客户"
            ));
        }
        if self.dry_run {
            context.emit(summary.sheet(&ledger.settings))?;
        } else {
            if changes.len() >= MANY && std::io::stderr().is_terminal() {
                let n = number(changes.len());
                let files = counted(&n, "file", "files");
                context.say(words!("writing {files} …", "正在写入 {n} 个文件……"));
            }
            session.write(&changes)?;
            context.say(summary.told());
        }
        Ok(u8::from(refused))
    }

    /// The first bad rows in full, and how many there are.
    fn shown(&self, mut bad: Vec<Diagnostic>, rows: usize) -> Vec<Diagnostic> {
        if bad.is_empty() {
            return bad;
        }
        bad.sort_by(|a, b| a.place.cmp(&b.place));
        let count = number(bad.len());
        let zh_rows = number(rows);
        let en_rows = counted(&zh_rows, "row", "rows");
        let more = bad.len().saturating_sub(SHOWN);
        bad.truncate(SHOWN);
        let (severity, en, zh) = match (self.skip_bad, self.dry_run) {
            (true, true) => (Severity::Warning, "would be left out", "将被略过"),
            (true, false) => (Severity::Warning, "left out", "已略过"),
            (false, true) => (Severity::Error, "nothing would be written", "不会写入任何内容"),
            (false, false) => (Severity::Error, "nothing was written", "未作任何写入"),
        };
        let message = words!(
            "{count} of {en_rows} cannot be imported; {en}",
            "{zh_rows} 行中有 {count} 行无法导入；{zh}"
        );
        let mut last = Diagnostic::new(Code::BadRow, message);
        if more > 0 {
            let more = number(more);
            last = last.note(words!(
                "{more} more like the {SHOWN} above",
                "与以上 {SHOWN} 行类似的还有 {more} 行"
            ));
        }
        if !self.skip_bad {
            last = last.help(words!(
                "mend them, or leave them out: --skip-bad",
                "请修改这些行，或略过它们：--skip-bad"
            ));
        }
        bad.push(last);
        bad.iter_mut().for_each(|diagnostic| diagnostic.severity = severity);
        bad
    }
}
