//! The meaning of the columns of an imported file: from options and mapping files to a [`Mapping`].

use super::forms::{Forms, character};
use super::found::{find_by_names, nothing_found, propose, tell_found, tell_left};
use super::options::{Said, translate};
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::file::utf8;
use crate::disk::rows_file::read_rows;
use crate::format::encoding::Charset;
use crate::format::known::known_export;
use crate::format::read_mapping::read_mapping;
use crate::model::mapping::{EntryTemplate, Mapping, separator};
use crate::model::rows::SourceRows;
use crate::model::settings::Settings;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use std::path::{Path, PathBuf};

/// The meaning of the columns, and the form of the file.
#[derive(Debug, Args)]
pub struct Meaning {
    /// A column and the field it becomes; several columns of one field: the first that is not empty. Without a field the
    /// column is left out
    ///
    /// 一列及其对应的字段；一个字段有几列时取第一个不为空的。不写字段则略去该列
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    /// The program that wrote the file: its columns are known
    ///
    /// 写出这个文件的程序：它的各列是已知的
    #[arg(long, value_name = "PROGRAM", conflicts_with = "mapping", value_parser = NonEmptyStringValueParser::new())]
    from: Option<String>,
    /// A file with the whole mapping, to be kept beside the ledger; --map, --translate, --kind and --group come before it
    ///
    /// 写有全部对应关系的文件，可与账本放在一起；--map、--translate、--kind 和 --group 优先于它
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// A value to read instead of a column's value
    ///
    /// 读到某列的某个值时改用另一个值
    #[arg(long, value_name = "COLUMN:FROM=TO")]
    translate: Vec<String>,
    /// The kind of the entries [default: imported]
    ///
    /// 记录的类型 [默认：imported]
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Rows of one id are entries of one prospect
    ///
    /// 同一编号的各行是同一潜在客户的记录
    #[arg(long)]
    group: bool,
    /// Rows are of customers: new ones get files below `customers`
    ///
    /// 各行是客户：新客户的文件放在 `customers` 下
    #[arg(long)]
    customers: bool,
    #[command(flatten)]
    forms: Forms,
    /// The separator of cells: `,` `;` tab [default: found out]
    ///
    /// 各格之间的分隔符：`,` `;` tab [默认：自动识别]
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// The file's encoding: gbk, gb18030, big5, utf-16le, windows-1252, … [default: UTF-8, or that of its mark]
    ///
    /// 文件编码：gbk、gb18030、big5、utf-16le、windows-1252…… [默认：UTF-8，或文件标记所示]
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// The lines above the header, such as a title
    ///
    /// 表头以上的行数，例如标题
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000))]
    skip_lines: Option<u32>,
    /// The sheet of a workbook, by name or number [default: the only one with cells]
    ///
    /// 工作簿的工作表，写名称或序号 [默认：唯一有内容的那张]
    #[arg(long, value_name = "NAME|N")]
    sheet: Option<String>,
}

impl Meaning {
    /// The mapping and the rows. The mapping may describe how to read the file, and the file's header may name the
    /// fields.
    pub(super) fn read(
        &self,
        file: &Path,
        context: &Context,
        settings: &Settings,
    ) -> Result<(Mapping, SourceRows), Failure> {
        let mut mapping = self.base(settings)?;
        if let Some(text) = &self.delimiter {
            mapping.form.delimiter =
                Some(separator(text).ok_or_else(|| character("--delimiter", text))?);
        }
        self.forms.state(&mut mapping)?;
        if let Some(name) = &self.encoding {
            Charset::named(name).map_err(|unknown| Diagnostic {
                message: unknown.message.about("--encoding"),
                ..unknown
            })?;
            mapping.form.encoding = Some(name.as_str().into());
        }
        if let Some(lines) = self.skip_lines {
            mapping.form.skip_lines = lines;
        }
        if let Some(sheet) = &self.sheet {
            mapping.form.sheet = Some(sheet.as_str().into());
        }
        mapping.form.zone = settings.timezone.clone();
        mapping.form.today = Some(context.today());
        let rows = read_rows(file, &mapping.form)?;
        self.is_of_use(&rows, file)?;
        let header = &rows.header;
        mapping.fit(header);
        mapping.group |= self.group;
        mapping.customers |= self.customers;
        let said = Said::read(&self.map, self.kind.as_ref(), settings)?;
        let by_names = self.from.is_none() && self.mapping.is_none();
        if by_names {
            find_by_names(&mut mapping, header, &said, file, settings);
            if self.map.is_empty() {
                propose(header, context);
            }
            tell_found(&mapping, context);
        }
        if self.mapping.is_none() {
            tell_left(&mapping, header, &said, context);
        }
        said.apply(&mut mapping, header, settings)?;
        if let Some(nothing) = nothing_found(&mapping, header, file) {
            return Err(nothing.into());
        }
        for text in &self.translate {
            translate(&mut mapping, text)?;
        }
        Ok((mapping, rows))
    }

    /// Fails if an option is stated that a file of this kind has no use for.
    fn is_of_use(&self, rows: &SourceRows, file: &Path) -> Result<(), Diagnostic> {
        let stated = [
            ("--sheet", self.sheet.is_some()),
            ("--delimiter", self.delimiter.is_some()),
            ("--skip-lines", self.skip_lines.is_some()),
            ("--encoding", self.encoding.is_some()),
        ];
        let mut stated = stated.into_iter().chain(self.forms.stated());
        let of_no_use = stated.find(|(option, stated)| *stated && rows.no_use.contains(option));
        let Some((option, _)) = of_no_use else { return Ok(()) };
        let message =
            words!("{option} has no use for {}", "{option} 对 {} 不起作用", file.display());
        let (en, zh) = match option {
            "--sheet" => ("a workbook (.xlsx, .xls, .ods)", "电子表格（.xlsx、.xls、.ods）"),
            "--delimiter" => ("CSV", "CSV"),
            "--skip-lines" => ("CSV and workbooks", "CSV 和电子表格"),
            "--encoding" => ("files of text", "文本文件"),
            _ => ("CSV, workbooks and JSON", "CSV、电子表格和 JSON"),
        };
        Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!("leave it out: it is for {en}", "请去掉它：它用于{zh}")))
    }

    /// The mapping of the program that wrote the file.
    pub(super) fn shipped(&self) -> Result<Option<&'static str>, Diagnostic> {
        let known = self.from.as_deref().map(known_export).transpose()?;
        Ok(known.map(|known| known.mapping))
    }

    /// The mapping before the file is read: that of a file, of a program, or an empty one.
    fn base(&self, settings: &Settings) -> Result<Mapping, Failure> {
        if let Some(path) = &self.mapping {
            return kept(path, settings);
        }
        if let (Some(text), Some(id)) = (self.shipped()?, &self.from) {
            return read_mapping(text, Path::new(id), settings).map_err(Failure);
        }
        Ok(Mapping { entries: vec![EntryTemplate::default()], ..Mapping::default() })
    }
}

/// A mapping file of the user's.
fn kept(path: &Path, settings: &Settings) -> Result<Mapping, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Diagnostic::unreadable(path, &error))?;
    read_mapping(&utf8(bytes, path)?, path, settings).map_err(Failure)
}
