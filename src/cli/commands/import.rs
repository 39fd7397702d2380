//! `crm import FILE.csv`: rows of another program's export as prospects and entries.

use crate::check::{Subject, check};
use crate::cli::context::Context;
use crate::cli::diagnose::render;
use crate::cli::entry::{Session, changed, created, insert};
use crate::diag::{Code, Diagnostic, Failure, Place, Severity, Source, Spot};
use crate::model::date::Date;
use crate::model::id;
use crate::model::mapping::{
    Assignment, ENTRY_FIELDS, Entry, Mapping, Part, Template, Values, prospect_fields, separator,
    thousands,
};
use crate::model::money::Amount;
use crate::model::prospect::Prospect;
use crate::model::rows::Rows;
use crate::model::settings::Settings;
use crate::model::sheet::{Cell, Kind, Row, Sheet};
use crate::plan::import::{self, Candidate, bad_row, compare};
use crate::report::words::column;
use crate::rules::replay::replay;
use crate::store::find::new_path;
use crate::store::load::{Ledger, id_of, utf8};
use crate::store::read_csv::read_csv;
use crate::store::read_mapping::{bad_date_format, read_mapping, unknown_field};
use crate::store::write::Change;
use clap::Args;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// So many bad rows are shown in full.
const SHOWN: usize = 20;

/// Rows of a CSV file as prospects and entries; all or nothing
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm import leads.csv --map Name=name --map Firm=company --date today --dry-run\n  \
    crm import deals.csv --map Id=id --map Customer=name --map Stage=stage --map Closed=date \\\n      \
    --translate Stage:Won=closed --date-format %d/%m/%Y\n  \
    crm import orders.csv --map customer=id --map customer=name --map day=date --map sum=amount \\\n      \
    --kind order --group\n  \
    crm import deals.csv --mapping deals.toml\n\n\
    Without --map and --mapping, columns that are named like a field are taken. A second import of the\n\
    same file changes nothing if the file has ids. docs/import.md explains mapping files.")]
pub struct Import {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A column and the field it becomes; several columns of one field: the first that is not empty
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    /// Instead of --map: a file that says it all, to be kept beside the ledger
    #[arg(long, value_name = "FILE", conflicts_with_all = ["map", "translate", "kind", "group"])]
    mapping: Option<PathBuf>,
    /// What is read instead of a column's value
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
    /// The day of rows that have no date at all
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    date: Option<String>,
    /// What stands between thousands of amounts
    #[arg(long, value_name = "CHARACTER")]
    thousands: Option<String>,
    /// What separates cells: `,` `;` tab [default: found out]
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// Leave bad rows out, and import the others
    #[arg(long)]
    skip_bad: bool,
    /// Print a summary of what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// What is to be done with one prospect.
enum Step {
    /// A new file, and the board and column it stands in then.
    Add { change: Change, entries: usize, stands: (usize, usize) },
    /// A known file that says something new, or nothing new.
    Known { change: Option<Change>, entries: usize, differing: usize },
    /// Nothing: the ledger's rules speak against it.
    Bad(Diagnostic),
}

impl Import {
    /// Runs it; the status of a dry run is 1 where the import would be refused.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        let session = Session::open(context, self.dry_run)?;
        let ledger = session.ledger;
        let date = self.date.as_deref().map(|text| context.date("--date", text)).transpose()?;
        let (mapping, rows) = self.read(context, &ledger.settings)?;
        let today = context.today;
        let joins = mapping.joins.iter();
        let joined: Vec<Rows> = joins
            .map(|join| read_csv(&self.file.with_file_name(&*join.file), None))
            .collect::<Result<_, _>>()?;
        let (paths, _) = ledger.paths();
        let taken: HashMap<String, PathBuf> =
            paths.into_iter().map(|path| (id::fold(&id_of(&path)), path)).collect();
        let by = import::Import {
            settings: &ledger.settings,
            mapping: &mapping,
            file: &self.file,
            date,
            today,
        };
        let imported = import::import(&rows, &joined, &taken, &by).map_err(Failure)?;
        let steps: Vec<Step> = imported
            .candidates
            .into_par_iter()
            .map(|candidate| step(ledger, candidate, &self.file, today))
            .collect();
        let mut bad = imported.bad;
        let mut counts = Counts { rows: rows.rows.len(), ..Counts::default() };
        let changes: Vec<Change> =
            steps.into_iter().filter_map(|step| counts.take(step, &mut bad)).collect();
        counts.bad = bad.len();
        let refused = !bad.is_empty() && !self.skip_bad;
        let shown = self.shown(bad, counts.rows);
        if refused && !self.dry_run {
            return Err(Failure(shown));
        }
        for diagnostic in &shown {
            context.say(&render(diagnostic, false));
        }
        if imported.ids_from_names {
            context.say("ids are made from names: the same file again would add everybody again");
        }
        if self.dry_run {
            context.emit(&counts.sheet(&ledger.settings))?;
        } else {
            session.write(&changes)?;
            context.say(&counts.told());
        }
        Ok(u8::from(refused))
    }

    /// The mapping and the rows. The mapping may say how the file is read, and the file's header what
    /// the mapping is.
    fn read(&self, context: &Context, settings: &Settings) -> Result<(Mapping, Rows), Failure> {
        let mut mapping = match &self.mapping {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| {
                    let message = format!("{} cannot be read: {error}", path.display());
                    Diagnostic::new(Code::Unreadable, message)
                })?;
                read_mapping(&utf8(bytes, path)?, path, settings).map_err(Failure)?
            }
            None => {
                Mapping { group: self.group, entries: vec![Entry::default()], ..Mapping::default() }
            }
        };
        if let Some(text) = &self.delimiter {
            mapping.delimiter =
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
        let rows = read_csv(&self.file, mapping.delimiter)?;
        if self.mapping.is_none() {
            if self.map.is_empty() {
                self.map_by_names(context, settings, &rows, &mut mapping)?;
            }
            for text in &self.map {
                map(&mut mapping, settings, text)?;
            }
            if let Some(kind) = &self.kind {
                let template = Template(vec![Part::Text(kind.as_str().into())]);
                assign(&mut mapping, settings, "kind", template, typed("--kind", kind));
            }
            for text in &self.translate {
                translate(&mut mapping, text)?;
            }
        }
        Ok((mapping, rows))
    }

    /// Columns that are named like a field are that field.
    fn map_by_names(
        &self,
        context: &Context,
        settings: &Settings,
        rows: &Rows,
        mapping: &mut Mapping,
    ) -> Result<(), Diagnostic> {
        let place = Place::file(&self.file).at(Spot::Line(1));
        let mut left: Vec<&str> = Vec::new();
        for column in rows.header.iter().filter(|column| !column.is_empty()) {
            let name = column.to_lowercase().replace(' ', "_");
            if !assign(mapping, settings, &name, Template::cell(column), place.clone()) {
                left.push(column);
            }
        }
        if left.len() == rows.header.len() {
            let message = "no column is named like a field";
            return Err(Diagnostic::new(Code::BadMapping, message)
                .at(place)
                .help(format!("columns: {}", left.join(", ")))
                .help(format!("say what they are: --map '{}=name' …", left[0])));
        }
        if !left.is_empty() {
            context.say(&format!("columns not imported: {}", left.join(", ")));
        }
        Ok(())
    }

    /// The first bad rows in full, and how many there are.
    fn shown(&self, mut bad: Vec<Diagnostic>, rows: usize) -> Vec<Diagnostic> {
        if bad.is_empty() {
            return bad;
        }
        bad.sort_by(|a, b| a.place.cmp(&b.place));
        let message =
            format!("{} of {} cannot be imported", number(bad.len()), plural(rows, "row"));
        let more = bad.len().saturating_sub(SHOWN);
        bad.truncate(SHOWN);
        let (severity, outcome) = match (self.skip_bad, self.dry_run) {
            (true, true) => (Severity::Warning, "would be left out"),
            (true, false) => (Severity::Warning, "left out"),
            (false, true) => (Severity::Error, "nothing would be written"),
            (false, false) => (Severity::Error, "nothing was written"),
        };
        let mut last = Diagnostic::new(Code::BadRow, format!("{message}; {outcome}"));
        if more > 0 {
            last = last.note(format!("{} more like the {SHOWN} above", number(more)));
        }
        if !self.skip_bad {
            last = last.help("mend them, or leave them out: --skip-bad");
        }
        bad.push(last);
        bad.iter_mut().for_each(|diagnostic| diagnostic.severity = severity);
        bad
    }
}

fn character(option: &str, text: &str) -> Diagnostic {
    Diagnostic::new(Code::BadArgument, format!("{option} takes one character, not `{text}`"))
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
        let message = format!("`{text}` says no field");
        return Err(Diagnostic::new(Code::BadMapping, message)
            .at(place())
            .help("write --map COLUMN=FIELD, such as --map 'Close Date=date'"));
    };
    let template = match column.contains('{') {
        true => Template::parse(column)
            .map_err(|bad| Diagnostic::new(Code::BadMapping, bad.to_string()).at(place()))?,
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
        return Err(Diagnostic::new(Code::BadMapping, format!("`{text}` is no translation"))
            .at(place)
            .help("write --translate COLUMN:FROM=TO, such as --translate Stage:Won=closed"));
    };
    let pair = (from.into(), to.into());
    match mapping.values.iter_mut().find(|values| &*values.column == column) {
        Some(values) => values.pairs.push(pair),
        None => mapping.values.push(Values { column: column.into(), pairs: vec![pair], place }),
    }
    Ok(())
}

/// What a candidate comes to in this ledger.
fn step(ledger: &Ledger, candidate: Candidate, file: &Path, today: Date) -> Step {
    let line = candidate.line;
    let done = match candidate.there.clone() {
        Some(path) => known(ledger, &candidate, &path, today),
        None => add(ledger, candidate, today),
    };
    done.unwrap_or_else(|failure| {
        let why: Vec<&str> = failure.0.iter().map(|found| found.message.as_str()).collect();
        let mut bad = bad_row(file, line, &why.join("; "));
        bad.notes = failure.0.iter().flat_map(|found| found.notes.clone()).collect();
        bad.help = failure.0.into_iter().flat_map(|found| found.help).collect();
        Step::Bad(bad)
    })
}

fn add(ledger: &Ledger, candidate: Candidate, today: Date) -> Result<Step, Failure> {
    let mut prospect = candidate.prospect;
    prospect.path = new_path(ledger, &prospect.id);
    for wanted in candidate.entries {
        insert(&mut prospect, wanted.event);
    }
    let change = created(ledger, &prospect)?;
    let wrong = errors(ledger, &prospect, today);
    if !wrong.is_empty() {
        return Err(Failure(wrong));
    }
    let entries = prospect.events.len();
    let stands = replay(prospect, &ledger.settings, today)
        .map_or((0, 0), |record| (record.state.pipeline, record.state.stage));
    Ok(Step::Add { change, entries, stands })
}

fn known(
    ledger: &Ledger,
    candidate: &Candidate,
    path: &Path,
    today: Date,
) -> Result<Step, Failure> {
    let loaded = ledger.read(path).map_err(Failure)?;
    let broken = |problem: &&Diagnostic| problem.severity == Severity::Error;
    let broken: Vec<Diagnostic> = loaded.problems.iter().filter(broken).cloned().collect();
    if !broken.is_empty() {
        return Err(Failure(broken));
    }
    let (fresh, differing) = compare(&loaded.prospect, candidate);
    if fresh.is_empty() {
        return Ok(Step::Known { change: None, entries: 0, differing });
    }
    let change = changed(ledger, &loaded, &fresh)?;
    let mut after = loaded.prospect.clone();
    let entries = fresh.len();
    for event in fresh {
        insert(&mut after, event);
    }
    let before = errors(ledger, &loaded.prospect, today);
    let wrong = errors(ledger, &after, today).into_iter().filter(|error| !before.contains(error));
    let wrong: Vec<Diagnostic> = wrong.collect();
    if !wrong.is_empty() {
        return Err(Failure(wrong));
    }
    Ok(Step::Known { change: Some(change), entries, differing })
}

/// What `crm check` would call an error: that is not written.
fn errors(ledger: &Ledger, prospect: &Prospect, today: Date) -> Vec<Diagnostic> {
    let shown = ledger.show(&prospect.path);
    let Some(record) = replay(prospect.clone(), &ledger.settings, today) else { return Vec::new() };
    let subject = Subject { record: &record, settings: &ledger.settings, as_of: today, shown };
    let mut found = check(&subject);
    found.retain(|finding| finding.severity == Severity::Error);
    found
}

/// What an import comes to.
#[derive(Debug, Default)]
struct Counts {
    rows: usize,
    added: usize,
    /// Of those added: board and column -> how many.
    stands: BTreeMap<(usize, usize), usize>,
    entries: usize,
    unchanged: usize,
    extended: usize,
    differing: usize,
    bad: usize,
}

impl Counts {
    fn take(&mut self, step: Step, bad: &mut Vec<Diagnostic>) -> Option<Change> {
        match step {
            Step::Add { change, entries, stands } => {
                self.added += 1;
                self.entries += entries;
                *self.stands.entry(stands).or_default() += 1;
                Some(change)
            }
            Step::Known { change, entries, differing } => {
                self.entries += entries;
                self.differing += differing;
                match change {
                    Some(_) => self.extended += 1,
                    None => self.unchanged += 1,
                }
                change
            }
            Step::Bad(diagnostic) => {
                bad.push(diagnostic);
                None
            }
        }
    }

    /// The summary of a dry run.
    fn sheet(&self, settings: &Settings) -> Sheet {
        let lang = settings.language;
        let row = |what: String, count: usize| Row::new(vec![Cell::Text(what), Cell::count(count)]);
        let mut rows = vec![
            row(lang.pick("rows", "行数").into(), self.rows),
            row(lang.pick("prospects to add", "新增客户").into(), self.added),
        ];
        for ((pipeline, stage), count) in &self.stands {
            let pipeline = &settings.pipelines[*pipeline];
            let stage = &pipeline.stages[*stage].id;
            let at = lang.pick("to add at", "新增于");
            let what = match settings.pipelines.len() {
                1 => format!("{at} {stage}"),
                _ => format!("{at} {} {stage}", pipeline.id),
            };
            rows.push(row(what, *count));
        }
        rows.extend([
            row(lang.pick("entries to write", "新增记录").into(), self.entries),
            row(lang.pick("already there, unchanged", "已有，不变").into(), self.unchanged),
            row(
                lang.pick("already there, with new entries", "已有，新增记录").into(),
                self.extended,
            ),
            row(
                lang.pick("facts that differ, left alone", "不同的资料，不改").into(),
                self.differing,
            ),
            row(lang.pick("bad rows", "错误行").into(), self.bad),
        ]);
        let columns = vec![column("what", Kind::Text, lang), column("count", Kind::Number, lang)];
        Sheet::single("import", lang.pick("Import, dry run", "导入试算"), columns, rows)
    }

    /// What was done, in a line.
    fn told(&self) -> String {
        let mut told = format!(
            "{}: {} added, {} written",
            plural(self.rows, "row"),
            plural(self.added, "prospect"),
            plural(self.entries, "entry")
        );
        for (count, what) in [
            (self.unchanged, "already there"),
            (self.extended, "already there, with new entries"),
            (self.differing, "facts differ and were left alone"),
            (self.bad, "bad rows left out"),
        ] {
            if count > 0 {
                told.push_str(&format!("; {} {what}", number(count)));
            }
        }
        told
    }
}

/// With thousands separators.
fn number(n: usize) -> String {
    Amount::from_int(i64::try_from(n).unwrap_or(i64::MAX)).grouped()
}

/// `1 row`, `8,800 rows`, `2 entries`.
fn plural(n: usize, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{} {stem}ies", number(n)),
        (_, None) => format!("{} {noun}s", number(n)),
    }
}
