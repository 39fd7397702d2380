//! The meaning of the columns of an imported file: from options and mapping files to a [`Mapping`].

use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Place, Source, Spot};
use crate::disk::file::utf8;
use crate::disk::rows_file::read_rows;
use crate::format::encoding::Charset;
use crate::format::read_mapping::{bad_date_format, read_mapping, unknown_field};
use crate::model::mapping::{
    Assignment, ENTRY_FIELDS, EntryTemplate, Mapping, Template, TemplatePart, Values,
    prospect_fields, separator, thousands,
};
use crate::model::rows::SourceRows;
use crate::model::settings::Settings;
use crate::value::date::Date;
use clap::Args;
use std::path::{Path, PathBuf};

/// The meaning of the columns, and the form of the file.
#[derive(Debug, Args)]
pub struct Meaning {
    /// A column and the field it becomes; several columns of one field: the first that is not empty
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    /// Instead of --map: a file with the whole mapping, to be kept beside the ledger
    #[arg(long, value_name = "FILE", conflicts_with_all = ["map", "translate", "kind", "group"])]
    mapping: Option<PathBuf>,
    /// A value to read instead of a column's value
    #[arg(long, value_name = "COLUMN:FROM=TO")]
    translate: Vec<String>,
    /// The kind of the entries [default: imported]
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Rows of one id are entries of one prospect
    #[arg(long)]
    group: bool,
    /// How the file writes dates, if not 2009-12-18: %d/%m/%Y
    #[arg(long, value_name = "STRFTIME")]
    date_format: Option<String>,
    /// The separator of thousands in amounts
    #[arg(long, value_name = "CHARACTER")]
    thousands: Option<String>,
    /// The separator of cells: `,` `;` tab [default: found out]
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// The file's encoding: gbk, gb18030, big5, utf-16le, windows-1252, … [default: UTF-8, or that of its mark]
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// The lines above the header, such as a title
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000))]
    skip_lines: Option<u32>,
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
        let mut mapping = match &self.mapping {
            Some(path) => {
                let bytes =
                    std::fs::read(path).map_err(|error| Diagnostic::unreadable(path, &error))?;
                read_mapping(&utf8(bytes, path)?, path, settings).map_err(Failure)?
            }
            None => Mapping {
                group: self.group,
                entries: vec![EntryTemplate::default()],
                ..Mapping::default()
            },
        };
        if let Some(text) = &self.delimiter {
            mapping.form.delimiter =
                Some(separator(text).ok_or_else(|| character("--delimiter", text))?);
        }
        if let Some(text) = &self.thousands {
            mapping.thousands =
                Some(thousands(text).ok_or_else(|| character("--thousands", text))?);
        }
        if let Some(format) = &self.date_format {
            if !Date::is_format(format) {
                return Err(bad_date_format(format).at(typed("--date-format", format)).into());
            }
            mapping.date_format = Some(format.as_str().into());
        }
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
        mapping.form.zone = settings.timezone.clone();
        mapping.form.today = Some(context.today());
        let rows = read_rows(file, &mapping.form)?;
        if self.mapping.is_none() {
            if self.map.is_empty() {
                let left = map_by_names(file, settings, &rows, &mut mapping)?;
                if !left.is_empty() {
                    let columns = left.join(", ");
                    context.say(words!("columns not imported: {columns}", "未导入的列：{columns}"));
                }
            }
            for text in &self.map {
                map(&mut mapping, settings, text)?;
            }
            if let Some(kind) = &self.kind {
                let template = Template(vec![TemplatePart::Text(kind.as_str().into())]);
                assign(&mut mapping, settings, "kind", template, typed("--kind", kind));
            }
            for text in &self.translate {
                translate(&mut mapping, text)?;
            }
        }
        Ok((mapping, rows))
    }
}

/// Columns that are named like a field are that field; gives the others.
fn map_by_names<'r>(
    file: &Path,
    settings: &Settings,
    rows: &'r SourceRows,
    mapping: &mut Mapping,
) -> Result<Vec<&'r str>, Diagnostic> {
    let place = Place::file(file).at(Spot::Line(1));
    let mut left: Vec<&str> = Vec::new();
    for column in rows.header.iter().filter(|column| !column.is_empty()) {
        let name = column.to_lowercase().replace(' ', "_");
        if !assign(mapping, settings, &name, Template::cell(column), place.clone()) {
            left.push(column);
        }
    }
    if mapping.prospect.is_empty() && mapping.entries.iter().all(|entry| entry.fields.is_empty()) {
        let first = left.first().copied().unwrap_or("COLUMN");
        let columns = left.join(", ");
        let message = words!("no column is named like a field", "没有一列的名称与字段相同");
        return Err(Diagnostic::new(Code::BadMapping, message)
            .at(place)
            .help(words!("columns: {columns}", "各列：{columns}"))
            .help(words!(
                "map them to fields: --map '{first}=name' …",
                "请指明各列对应的字段：--map '{first}=name' ……"
            )));
    }
    Ok(left)
}

fn character(option: &str, text: &str) -> Diagnostic {
    let message = words!(
        "{option} needs one character, not `{text}`",
        "{option} 应为一个字符，而不是 `{text}`"
    );
    Diagnostic::new(Code::BadArgument, message)
}

/// The place of something typed.
fn typed(origin: &str, text: &str) -> Place {
    let source = Source::Text { origin: origin.to_owned(), text: text.to_owned() };
    Place { source, spot: Spot::Span(0, text.len()) }
}

/// `COLUMN=FIELD`; the column may be a text with `{column}` in it.
fn map(mapping: &mut Mapping, settings: &Settings, text: &str) -> Result<(), Diagnostic> {
    let place = || typed("--map", text);
    let Some((column, field)) = text.rsplit_once('=') else {
        let message = words!("`{text}` names no field", "`{text}` 没有写字段");
        return Err(Diagnostic::new(Code::BadMapping, message).at(place()).help(words!(
            "write --map COLUMN=FIELD, such as --map 'Close Date=date'",
            "请写成 --map 列=字段，例如 --map '成交日期=date'"
        )));
    };
    let template = match column.contains('{') {
        true => Template::parse(column)
            .map_err(|bad| Diagnostic::new(Code::BadMapping, bad.words()).at(place()))?,
        false => Template::cell(column.trim()),
    };
    if assign(mapping, settings, field.trim(), template, place()) {
        return Ok(());
    }
    let fields: Vec<&str> = prospect_fields(settings).into_iter().chain(ENTRY_FIELDS).collect();
    Err(unknown_field(field, &fields, settings).at(place()))
}

/// Assigns a field of the prospect or of its entry; `false` where there is no such field. `close-by`, as
/// lists and exports call it, is `close_by`.
fn assign(
    mapping: &mut Mapping,
    settings: &Settings,
    name: &str,
    template: Template,
    place: Place,
) -> bool {
    let written = name.replace('-', "_");
    for field in [name, &written] {
        let of = if prospect_fields(settings).contains(&field) {
            &mut mapping.prospect
        } else if let (true, Some(entry)) =
            (ENTRY_FIELDS.contains(&field), mapping.entries.first_mut())
        {
            &mut entry.fields
        } else {
            continue;
        };
        match of.iter_mut().find(|assignment| &*assignment.field == field) {
            Some(assignment) => assignment.texts.push(template),
            None => of.push(Assignment { field: field.into(), texts: vec![template], place }),
        }
        return true;
    }
    false
}

/// `COLUMN:FROM=TO`
fn translate(mapping: &mut Mapping, text: &str) -> Result<(), Diagnostic> {
    let place = typed("--translate", text);
    let parts = text.split_once(':').and_then(|(column, pair)| {
        let (from, to) = pair.rsplit_once('=')?;
        Some((column.trim(), from.trim(), to.trim()))
    });
    let Some((column, from, to)) = parts else {
        let message = words!("`{text}` is no translation", "`{text}` 不是对照");
        return Err(Diagnostic::new(Code::BadMapping, message).at(place).help(words!(
            "write --translate COLUMN:FROM=TO, such as --translate Stage:Won=closed",
            "请写成 --translate 列:原值=新值，例如 --translate 阶段:成交=closed"
        )));
    };
    let pair = (from.into(), to.into());
    match mapping.values.iter_mut().find(|values| &*values.column == column) {
        Some(values) => values.pairs.push(pair),
        None => mapping.values.push(Values { column: column.into(), pairs: vec![pair], place }),
    }
    Ok(())
}
