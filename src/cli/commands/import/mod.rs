//! `crm import FILE.csv`: rows of another program's export as prospects and entries.

mod meaning;
mod summary;

use crate::act::change::{changed, created, insert};
use crate::act::session::Session;
use crate::check::{Subject, check};
use crate::cli::context::Context;
use crate::cli::diagnose;
use crate::diag::{Code, Diagnostic, Failure, Severity, Words};
use crate::disk::csv_file::read_csv;
use crate::disk::file::id_of;
use crate::disk::find::new_path;
use crate::disk::ledger::Ledger;
use crate::disk::write::Change;
use crate::model::mapping::Form;
use crate::model::prospect::Prospect;
use crate::model::rows::Rows;
use crate::plan::import::{self, Candidate, bad_row, compare};
use crate::rules::replay::replay;
use crate::value::date::Date;
use crate::value::id;
use clap::Args;
use meaning::Meaning;
use rayon::prelude::*;
use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use summary::{Counts, number, plural};

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

/// The change to one prospect.
enum Step {
    /// A new file, and the board and column of its prospect.
    Add { change: Change, entries: usize, stands: (usize, usize) },
    /// A known file with new content, or without.
    Known { change: Option<Change>, entries: usize, differing: usize },
    /// Nothing: the ledger's rules refuse it.
    Bad(Diagnostic),
}

impl Import {
    /// Runs it; the status of a dry run is 1 where the import would be refused.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        let session = Session::open(context, self.dry_run)?;
        let ledger = session.ledger;
        let date = self.date.as_deref().map(|text| context.date("--date", text)).transpose()?;
        let (mapping, rows) = self.meaning.read(&self.file, context, &ledger.settings)?;
        let today = context.today();
        // A joined file comes from the same program: it has the encoding of the first one.
        let encoding = mapping.form.encoding.clone();
        let joined_form = Form { encoding, ..Form::default() };
        let joins = mapping.joins.iter();
        let joined: Vec<Rows> = joins
            .map(|join| read_csv(&self.file.with_file_name(&*join.file), &joined_form))
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
        let seen = date.unwrap_or(today);
        let steps: Vec<Step> = imported
            .candidates
            .into_par_iter()
            .map(|candidate| step(ledger, candidate, &self.file, seen, today))
            .collect();
        let mut bad = imported.bad;
        let mut counts = Counts::of(rows.rows.len());
        let changes: Vec<Change> =
            steps.into_iter().filter_map(|step| counts.take(step, &mut bad)).collect();
        counts.bad = bad.len();
        let refused = !bad.is_empty() && !self.skip_bad;
        let shown = self.shown(bad, counts.rows);
        if refused && !self.dry_run {
            return Err(Failure(shown));
        }
        diagnose::show(&shown, context.look_of_messages());
        if imported.ids_from_names {
            context.say(words!(
                "ids are made from names: importing this file again would add every prospect again",
                "编号由名称生成：再次导入此文件会重复添加所有潜在客户"
            ));
        }
        if self.dry_run {
            context.emit(counts.sheet(&ledger.settings))?;
        } else {
            if changes.len() >= MANY && std::io::stderr().is_terminal() {
                let (n, files) = (number(changes.len()), plural(changes.len(), "file"));
                context.say(words!("writing {files} …", "正在写入 {n} 个文件……"));
            }
            session.write(&changes)?;
            context.say(counts.told());
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
        let (en_rows, zh_rows) = (plural(rows, "row"), number(rows));
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

/// The change that a candidate makes in this ledger.
fn step(ledger: &Ledger, candidate: Candidate, file: &Path, seen: Date, today: Date) -> Step {
    let line = candidate.line;
    let done = match candidate.there.clone() {
        Some(path) => known(ledger, &candidate, &path, seen, today),
        None => add(ledger, candidate, today),
    };
    done.unwrap_or_else(|failure| {
        let why: Vec<Words> = failure.0.iter().map(|found| found.message.clone()).collect();
        let mut bad = bad_row(file, line, Words::joined(&why, "; "));
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
    seen: Date,
    today: Date,
) -> Result<Step, Failure> {
    let loaded = ledger.read(path).map_err(Failure)?;
    let broken = |problem: &&Diagnostic| problem.is_error();
    let broken: Vec<Diagnostic> = loaded.problems.iter().filter(broken).cloned().collect();
    if !broken.is_empty() {
        return Err(Failure(broken));
    }
    let (fresh, differing) = compare(&loaded.prospect, candidate, &ledger.settings, seen);
    if fresh.is_empty() {
        return Ok(Step::Known { change: None, entries: 0, differing });
    }
    let (change, _) = changed(ledger, &loaded, &fresh)?;
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

/// The errors that `crm check` would find; such a prospect is not written.
fn errors(ledger: &Ledger, prospect: &Prospect, today: Date) -> Vec<Diagnostic> {
    let shown = ledger.show(&prospect.path);
    let Some(record) = replay(prospect.clone(), &ledger.settings, today) else { return Vec::new() };
    let subject = Subject { record: &record, settings: &ledger.settings, as_of: today, shown };
    let mut found = check(&subject);
    found.retain(|finding| finding.is_error());
    found
}
