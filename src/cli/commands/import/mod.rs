//! `crm import FILE`: files of other programs as prospects and entries.

mod forms;
mod found;
mod meaning;
mod options;

use crate::act::import::summary::{ImportSummary, number};
use crate::act::import::{ImportList, JudgedImport, judge};
use crate::act::session::Session;
use crate::cli::context::Context;
use crate::cli::diagnose;
use crate::diag::{Code, Diagnostic, Failure, Severity, counted};
use crate::format::write_mapping::write_mapping;
use crate::model::mapping::Mapping;
use crate::plan::import::BadRows;
use crate::value::date::Date;
use clap::Args;
use meaning::Meaning;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// So many faults that rows share are shown.
const FAULTS_SHOWN: usize = 50;
/// So many rows may last longer than a second.
const MANY: usize = 1_000;

/// Files of other programs (CSV, workbooks, JSON, vCards, calendars, mail) as prospects and entries; all or nothing
///
/// 其他程序的文件（CSV、工作簿、JSON、名片、日历、邮件）导入为潜在客户和记录；要么全部导入，要么不导入
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm import leads.csv --map Name=name --map Firm=company --date today --dry-run\n  \
    crm import deals.csv --map Id=id --map Customer=name --map Stage=stage --map Closed=date \\\n      \
    --translate Stage:Won=closed --date-format %d/%m/%Y\n  \
    crm import orders.csv --map customer=id --map customer=name --map day=date --map sum=amount \\\n      \
    --kind order --group\n  \
    crm import deals.csv --from hubspot --map Team=region --save-mapping deals.toml\n  \
    crm import deals.csv --mapping deals.toml\n  \
    crm import clients.xlsx --customers\n  \
    crm import receivables.xlsx --from kingdee-invoice\n  \
    crm import --from salesforce --show > deals.toml\n\n\
    Programs: hubspot, salesforce, pipedrive, zoho, odoo, dynamics, outlook, google, fxiaoke, wukong,\n\
    espocrm, twenty; kingdee-order, kingdee-invoice, kingdee-receipt, yonyou-order, yonyou-invoice,\n\
    yonyou-receipt; zendesk, freshdesk. Without --from and --mapping, columns are found by their names, in English or\n\
    Chinese; --map comes before them. A second import of a file changes nothing if the file has ids.\n\
    docs/import.md is the guide.\n\n\
    可写的程序：hubspot、salesforce、pipedrive、zoho、odoo、dynamics、outlook、google、fxiaoke（纷享销客）、wukong（悟空）、espocrm、twenty；kingdee-order、kingdee-invoice、kingdee-receipt（金蝶）、yonyou-order、yonyou-invoice、yonyou-receipt（用友）；zendesk、freshdesk。不写 --from 和 --mapping 时，按中英文列名识别各列；--map 优先。文件里有编号时，再次导入不会有任何改动。详见 docs/import.md。")]
pub struct Import {
    /// The file, or a folder of files; - is standard input
    ///
    /// 文件，或一个文件夹的文件；- 表示标准输入
    #[arg(value_name = "FILE", required_unless_present = "show")]
    file: Option<PathBuf>,
    #[command(flatten)]
    meaning: Meaning,
    /// The day of the list: that of rows without a date, and of changes since the last import [default: the as-of day]
    ///
    /// 名单的日期：用于没有日期的行，以及上次导入以来的改动 [默认：截止日]
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    date: Option<String>,
    /// Leave bad rows out, and import the others
    ///
    /// 略过有错的行，导入其余的
    #[arg(long)]
    skip_bad: bool,
    /// Keep the meaning of the columns, as it was found and stated, for the next --mapping; the file must be new
    ///
    /// 保存各列的对应关系（识别的和写明的），供下次 --mapping 使用；文件必须是新的
    #[arg(long, value_name = "FILE")]
    save_mapping: Option<PathBuf>,
    /// Print the mapping of the program that --from names, to be kept and changed
    ///
    /// 输出 --from 所指程序的对应关系，供保存和修改
    #[arg(long, requires = "from", conflicts_with = "file")]
    show: bool,
    /// Print the first prospects, counts and sums as they would be, and write nothing
    ///
    /// 显示前几个潜在客户、条数和合计将是怎样，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// The day of the list, which is not still to come.
fn past(text: &str, context: &Context) -> Result<Date, Diagnostic> {
    let (date, today) = (context.date("--date", text)?, context.today());
    if date <= today {
        return Ok(date);
    }
    let message = words!("--date: {date} is still to come", "--date：{date} 还没有到");
    Err(Diagnostic::new(Code::BadArgument, message).help(words!(
        "today is {today}; choose another day with --as-of",
        "今天是 {today}；可用 --as-of 指定另一天"
    )))
}

/// The refusal to write over a file.
fn taken(path: &Path) -> Diagnostic {
    let path = path.display();
    let message = words!("{path} is there already", "{path} 已经存在");
    Diagnostic::new(Code::BadArgument, message.about("--save-mapping"))
        .help(words!("choose another name", "请换一个文件名"))
}

/// Fails if there is a file of this name.
fn absent(path: &Path) -> Result<(), Diagnostic> {
    if path.symlink_metadata().is_ok() { Err(taken(path)) } else { Ok(()) }
}

/// Writes a mapping file, never over another file.
fn save(path: &Path, mapping: &Mapping) -> Result<(), Diagnostic> {
    let file = std::fs::File::create_new(path);
    let written = file.and_then(|mut file| file.write_all(write_mapping(mapping).as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => taken(path),
        _ => {
            let path = path.display();
            let message = words!("{path} cannot be written", "无法写入 {path}").because(&error);
            Diagnostic::new(Code::Unreadable, message)
        }
    })
}

impl Import {
    /// Runs it; the status of a dry run is 1 where the import would be refused.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        let Some(file) = &self.file else {
            context.print(self.meaning.shipped()?.unwrap_or_default())?;
            return Ok(0);
        };
        let session = Session::open(context, self.dry_run)?;
        let ledger = session.ledger;
        let date = self.date.as_deref().map(|text| past(text, context)).transpose()?;
        let (mapping, rows) = self.meaning.read(file, context, &ledger.settings)?;
        let kept = self.save_mapping.as_deref();
        if let Some(path) = kept {
            context.can_be_written("--save-mapping", path)?;
            absent(path)?;
        }
        // The cards of an address book have no day of their own.
        let date = date.or(rows.undated.then(|| context.today()));
        let (skip_bad, preview) = (self.skip_bad, self.dry_run);
        let list = ImportList { file, rows: &rows, mapping: &mapping, date, skip_bad, preview };
        if rows.rows.len() >= MANY && std::io::stderr().is_terminal() {
            let n = number(rows.rows.len());
            let many = counted(&n, "row", "rows");
            context.say(words!("judging {many} …", "正在处理 {n} 行……"));
        }
        let mut batch = session.batch();
        let JudgedImport { bad, faults, summary, ids_from_names, left_out } =
            judge(ledger, &list, context.today(), batch.as_mut())?;
        let refused = summary.bad > 0 && !self.skip_bad;
        let shown = self.shown(faults, bad, &summary);
        if refused && !self.dry_run {
            return Err(Failure(shown));
        }
        diagnose::show(&shown, context.look_of_messages());
        left_out.into_iter().for_each(|words| context.say(words));
        if ids_from_names {
            context.say(match mapping.customers {
                true => words!(
                    "ids are made from names: importing this file again would add every customer again",
                    "编号由名称生成：再次导入此文件会重复添加所有客户"
                ),
                false => words!(
                    "ids are made from names: importing this file again would add every prospect again",
                    "编号由名称生成：再次导入此文件会重复添加所有潜在客户"
                ),
            });
        }
        let Some(batch) = batch else {
            context.emit(summary.sheet(&ledger.settings))?;
            return Ok(u8::from(refused));
        };
        if let Some(path) = kept {
            save(path, &mapping)?;
        }
        session.finish(batch, &summary.told()).inspect_err(|_| {
            // Nothing was written: the mapping goes as well.
            let _ = kept.map(std::fs::remove_file);
        })?;
        context.say(summary.told());
        Ok(0)
    }

    /// The faults that rows share, the first of the other bad rows in full, and how many there are.
    fn shown(
        &self,
        mut faults: Vec<Diagnostic>,
        bad: BadRows,
        summary: &ImportSummary,
    ) -> Vec<Diagnostic> {
        if summary.bad == 0 {
            return Vec::new();
        }
        let bad_rows = bad.count;
        let mut bad = bad.first();
        let count = number(summary.bad);
        let zh_rows = number(summary.rows);
        let en_rows = counted(&zh_rows, "row", "rows");
        let more_faults = faults.len().saturating_sub(FAULTS_SHOWN);
        let shown = bad.len();
        let more = bad_rows - shown;
        faults.truncate(FAULTS_SHOWN);
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
        if more_faults > 0 {
            let more = number(more_faults);
            last = last.note(words!(
                "{more} more values like the {FAULTS_SHOWN} above",
                "与以上 {FAULTS_SHOWN} 个类似的值还有 {more} 个"
            ));
        }
        if more > 0 {
            let more = number(more);
            last = last.note(words!(
                "{more} more like the {shown} above",
                "与以上 {shown} 行类似的还有 {more} 行"
            ));
        }
        if !self.skip_bad {
            last = last.help(words!(
                "mend them, or leave them out: --skip-bad",
                "请修改这些行，或略过它们：--skip-bad"
            ));
        }
        let mut shown = faults;
        shown.append(&mut bad);
        shown.push(last);
        shown.iter_mut().for_each(|diagnostic| diagnostic.severity = severity);
        shown
    }
}
