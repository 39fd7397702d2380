//! `crm check [PATHS]`: every file and rule.

use crate::check::budget::over_budget;
use crate::check::doubles::{Compared, doubles};
use crate::check::money::money;
use crate::check::points::points;
use crate::check::seals::{copied, is_sealed, keys_missing, seals, without_privacy};
use crate::check::since::since;
use crate::check::surroundings::Surroundings;
use crate::check::{Subject, check};
use crate::cli::context::Context;
use crate::cli::diagnose::{Look, Resolved, render_at, resolve_all, short_at};
use crate::diag::{Code, Diagnostic, Failure, Lang, Place, Severity, Source, Words, counted};
use crate::disk::file::id_of;
use crate::disk::find::{below_folder, find};
use crate::disk::ledger::{Ledger, Loaded};
use crate::disk::private::repository_of;
use crate::format::layout::{
    CUSTOMERS, Danger, JOURNALS, OF_REPS, SETTINGS, danger, is_of_a_customer,
};
use crate::format::newer::newer;
use crate::format::tree::is_toml;
use crate::git::kept::{ignored, tracked_state};
use crate::git::program::Git;
use crate::guard::dangerous;
use crate::render::Format;
use crate::report::saved;
use crate::rules::replay::replay;
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet};
use crate::value::date::Date;
use clap::Args;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Every file and every rule; all findings, not the first
///
/// 检查全部文件和规则；列出所有问题，而不只是第一个
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm check || exit 1            in a pre-commit hook, in CI / 在 pre-commit 钩子和 CI 中\n  \
    crm check --lines              file:line:col, for editors / 文件:行:列，供编辑器使用\n  \
    crm check prospects/zhang.toml -f json\n  \
    crm check prospects/north         every file below a folder / 文件夹下的全部文件\n  \
    crm check --staged --since HEAD   what is about to be committed / 将要提交的内容\n  \
    crm check --since origin/main     what changed there; old entries must be unchanged / 那里改动的内容；旧记录必须未变\n\n\
    Errors end with status 1; warnings only under --strict; information never.\n\n\
    有错误时状态为 1；有警告时仅在 --strict 下为 1；信息不影响状态。")]
pub struct Check {
    /// Only these files, folders or ids
    ///
    /// 只检查这些文件、文件夹或编号
    #[arg(value_name = "PATHS", conflicts_with_all = ["staged", "since"])]
    paths: Vec<String>,
    /// The files staged in git's index, not those of the work tree
    ///
    /// 检查 git 暂存区的文件，而不是工作区的
    #[arg(long)]
    staged: bool,
    /// Only files that changed since a revision, and whether all entries of then are unchanged; repeatable
    ///
    /// 只检查某个版本以来改动的文件，并核对当时的记录是否未变；可重复
    #[arg(long, value_name = "REV")]
    since: Vec<String>,
    /// List the checks
    ///
    /// 列出各项检查
    #[arg(long)]
    list: bool,
    /// One line a finding, for editors: `file:line:col: severity[code]: message`
    ///
    /// 每个问题一行，供编辑器使用：`file:line:col: severity[code]: message`
    #[arg(long)]
    lines: bool,
    /// Errors only, and no output where there are none: for hooks
    ///
    /// 只报错误，没有错误则不输出：供钩子使用
    #[arg(short, long, conflicts_with = "all")]
    quiet: bool,
    /// Show every piece of information, not only how many there are
    ///
    /// 逐条列出信息，而不只是条数
    #[arg(long)]
    all: bool,
}

impl Check {
    /// Runs it; the status is 1 if there are errors.
    pub fn run(self, context: &Context) -> Result<u8, Failure> {
        if self.list {
            context.learn_language();
            context.emit(codes(context.lang()))?;
            return Ok(0);
        }
        let (paths, found) = if self.staged || !self.since.is_empty() {
            self.tracked(context)?
        } else {
            self.of_ledgers(context)?
        };
        // Under --strict a warning stops the commit, so it is shown.
        let least = if context.global.strict { Severity::Warning } else { Severity::Error };
        let mut found = found;
        found.retain(|diagnostic| !self.quiet || diagnostic.severity >= least);
        let severities: Vec<Severity> = found.iter().map(|d| d.severity).collect();
        match context.format() {
            Some(Format::Table) | None => self.text(found, context)?,
            Some(_) => context.emit(sheet(&in_order(found), context.lang()))?,
        }
        let count = |severity| severities.iter().filter(|s| **s == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        if !self.quiet {
            let infos = count(Severity::Info);
            let customers = paths.iter().filter(|path| is_of_a_customer(path)).count();
            let prospects = paths.len() - customers;
            let of_customers = match customers {
                0 => String::new(),
                n => format!("、{n} 个客户"),
            };
            context.say_last(Words::both(
                format!(
                    "{} checked: {}, {}, {infos} for information",
                    both(prospects, customers),
                    counted(errors, "error", "errors"),
                    counted(warnings, "warning", "warnings"),
                ),
                format!(
                    "已检查 {prospects} 个潜在客户{of_customers}：{errors} 处错误，{warnings} 处警告，{infos} 条信息"
                ),
            ));
        }
        Ok(u8::from(errors > 0 || context.global.strict && warnings > 0))
    }

    /// The files looked at in the ledger, or in every ledger of the company, and all findings.
    fn of_ledgers(&self, context: &Context) -> Result<(Vec<PathBuf>, Vec<Diagnostic>), Failure> {
        if !self.paths.is_empty() {
            return self.found(context.ledger()?, context);
        }
        let (mut paths, mut problems) = (Vec::new(), Vec::new());
        for ledger in context.every_ledger()? {
            let (looked_at, found) = self.found(ledger, context)?;
            paths.extend(looked_at);
            problems.extend(found);
        }
        Ok((paths, problems))
    }

    /// The files looked at, and all findings.
    fn found(
        &self,
        ledger: &Ledger,
        context: &Context,
    ) -> Result<(Vec<PathBuf>, Vec<Diagnostic>), Failure> {
        let today = context.today();
        if self.paths.is_empty() {
            let Whole { paths, mut found, compared } = whole(ledger, today);
            found.extend(in_git(ledger));
            found.extend(doubles(compared).into_iter().map(|mut double| {
                ledger.show_place(&mut double);
                double
            }));
            return Ok((paths, found));
        }
        let (mut paths, mut problems) = (Vec::new(), Vec::new());
        let around = &surroundings(ledger, today);
        for typed in &self.paths {
            match below_folder(ledger, typed) {
                Some(below) => paths.extend(below),
                None => paths.push(find(ledger, typed)?),
            }
        }
        let each = |path: &PathBuf| findings(ledger, path, today, around);
        problems.par_extend(paths.par_iter().flat_map_iter(each));
        Ok((paths, problems))
    }

    /// The files, and all findings of the files that are staged, or that changed since some revisions.
    fn tracked(&self, context: &Context) -> Result<(Vec<PathBuf>, Vec<Diagnostic>), Failure> {
        let tracked = context.tracked()?;
        let mut staged = if self.staged { Some(tracked.staged()?) } else { None };
        let mut ledger = match &staged {
            Some(staged) => context.ledger_of(staged.clone())?,
            None => context.ledger()?.clone(),
        };
        let mut problems = Vec::new();
        let mut chosen = BTreeSet::new();
        for revision in &self.since {
            let since = since(&tracked, &ledger, staged.as_mut(), revision)?;
            chosen.extend(since.changed);
            problems.extend(since.found);
        }
        if let Some(staged) = &mut staged {
            staged.fetch_below(&OF_REPS)?;
            if self.since.is_empty() {
                staged.fetch_below(&JOURNALS)?;
            }
            let paths = staged.unmerged().iter();
            problems.extend(paths.map(|path| unmerged(&ledger.show(path))));
            problems.extend(staged.entries().keys().filter_map(|path| {
                Some(dangerous(danger(path)?).at(Place::file(ledger.show(path))))
            }));
            ledger = ledger.with(staged.clone());
        }
        let ledger = context.settle(ledger);
        let today = context.today();
        let (paths, found) = general(ledger, today);
        let wanted = |path: &&PathBuf| self.since.is_empty() || chosen.contains(*path);
        let paths: Vec<PathBuf> = paths.iter().filter(wanted).cloned().collect();
        let around = &surroundings(ledger, today);
        let each = |path: &PathBuf| findings(ledger, path, today, around);
        let found = found.into_par_iter().chain(paths.par_iter().flat_map_iter(each));
        problems.par_extend(found.map(|diagnostic| ledger.sourced(diagnostic)));
        Ok((paths, problems))
    }

    /// Errors and warnings in full; information as a count of each code, unless all is asked for.
    fn text(&self, found: Vec<Diagnostic>, context: &Context) -> Result<(), Failure> {
        let options = context.render_options();
        let (full, counted): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|d| self.all || d.severity > Severity::Info);
        for (place, diagnostic) in in_order(full) {
            let text = if self.lines {
                short_at(&diagnostic, place.as_ref(), context.spoken())
            } else {
                let (color, width) = (options.color, options.width);
                let look = Look { color, width, lang: context.spoken() };
                format!("{}\n", render_at(&diagnostic, place.as_ref(), look))
            };
            context.print(&format!("{text}\n"))?;
        }
        if self.lines {
            return Ok(());
        }
        let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
        for diagnostic in &counted {
            *counts.entry(diagnostic.code).or_default() += 1;
        }
        for (code, count) in counts {
            let lang = context.spoken();
            let severity = Severity::Info.words();
            let (severity, id) = (severity.get(lang), code.id());
            let words = words!(
                "{severity}[{id}]: {count} x {} (--all shows them)",
                "{severity}[{id}]：{count} 处，{}（--all 列出）",
                code.about(lang)
            );
            context.print(&format!("{}\n", words.get(lang)))?;
        }
        Ok(())
    }
}

/// Files of a ledger that git keeps and should not, and those that it does not keep. Empty where there is no git.
fn in_git(ledger: &Ledger) -> Vec<Diagnostic> {
    if repository_of(&ledger.root).is_none() {
        return Vec::new();
    }
    let git = Git::at(&ledger.root);
    let tracked = tracked_state(&git).unwrap_or_default();
    let tracked = tracked.iter().map(|path| (path, dangerous(Danger::State)));
    let unknown = ignored(&git).unwrap_or_default();
    let unknown = unknown.iter().map(|path| {
        let message =
            words!("git ignores this file: no commit has it", "git 忽略了此文件：任何提交都不含它");
        let help = words!(
            "find the line: git check-ignore -v {}",
            "查找是哪一行：git check-ignore -v {}",
            path.display()
        );
        (path, Diagnostic::new(Code::Ignored, message).help(help))
    });
    let placed = |(path, found): (&PathBuf, Diagnostic)| found.at(Place::file(ledger.show(path)));
    tracked.chain(unknown).map(placed).collect()
}

/// The files in words: prospects, and customers if there are any.
fn both(prospects: usize, customers: usize) -> String {
    let of_prospects = counted(prospects, "prospect", "prospects");
    let of_customers = counted(customers, "customer", "customers");
    match (prospects, customers) {
        (_, 0) => of_prospects,
        (0, _) => of_customers,
        _ => format!("{of_prospects} and {of_customers}"),
    }
}

/// The paths of the ledger's prospects and customers, and the findings about the ledger as a whole.
fn general(ledger: &Ledger, today: Date) -> (Vec<PathBuf>, Vec<Diagnostic>) {
    let (paths, mut problems) = ledger.paths();
    problems.extend(ledger.duplicate_ids(&paths));
    problems.extend(ledger.solutions().1);
    let book = ledger.load(today);
    let saved = saved::problems(&ledger.settings, today);
    let of_customers =
        saved.into_iter().chain(over_budget(&book)).chain(money(&book)).chain(points(&book));
    if let Some(sealing) = &ledger.sealing {
        let text = |path: &PathBuf| Some((ledger.show(path), ledger.text(path).ok()?));
        problems.extend(copied(paths.iter().filter_map(text)));
        let text = |path: &PathBuf| Some((id_of(path), ledger.text(path).ok()?));
        let missing = keys_missing(sealing, paths.iter().filter_map(text));
        problems.extend(missing.into_iter().map(|found| found.at(of_settings(ledger))));
    }
    problems.extend(of_customers.map(|mut found| {
        ledger.show_place(&mut found);
        found
    }));
    problems.extend(crate::disk::tally::read_tallies(ledger, today).1);
    problems.extend(ledger.accesses().1);
    let of_reps = ledger.files_below(&OF_REPS).0;
    for path in of_reps.into_iter().chain([SETTINGS.into()]) {
        // A text that cannot be read has been told of.
        if let Some(text) = ledger.text(&path).ok().filter(|text| is_toml(text)) {
            problems.extend(newer(&text, &Place::file(ledger.show(&path))));
        }
    }
    (paths, problems)
}

/// The settings, as messages show them.
fn of_settings(ledger: &Ledger) -> Place {
    Place::file(ledger.show(Path::new(SETTINGS)))
}

/// A whole ledger that was looked at.
struct Whole {
    /// The paths of its prospects and customers.
    paths: Vec<PathBuf>,
    /// All findings about its files, whatever git does with them.
    found: Vec<Diagnostic>,
    /// Its files, to compare them with each other.
    compared: Vec<Compared>,
}

fn whole(ledger: &Ledger, today: Date) -> Whole {
    let (paths, mut found) = general(ledger, today);
    let around = &surroundings(ledger, today);
    let each = |path: &PathBuf| examined(ledger, path, today, around);
    let files: Vec<Examined> = paths.par_iter().map(each).collect();
    let (mut compared, mut stray) = (Vec::with_capacity(files.len()), Vec::new());
    for (path, file) in paths.iter().zip(files) {
        found.extend(file.found);
        compared.extend(file.compared);
        stray.extend(file.is_stray.then(|| id_of(path)));
    }
    found.extend(without_privacy(&stray).map(|found| found.at(of_settings(ledger))));
    Whole { paths, found, compared }
}

/// All findings about the files of a ledger, whatever git does with them.
pub(super) fn of_files(ledger: &Ledger, today: Date) -> Vec<Diagnostic> {
    whole(ledger, today).found
}

fn unmerged(shown: &Path) -> Diagnostic {
    let message = words!("a merge left several versions of this file", "合并后此文件留有多个版本");
    Diagnostic::new(Code::Unmerged, message).at(Place::file(shown)).help(words!(
        "settle it: crm resolve, or mend it by hand; then git add",
        "请用 crm resolve 处理，或手工修改；然后 git add"
    ))
}

/// By file, and in a file from top to bottom, with their places.
fn in_order(found: Vec<Diagnostic>) -> Vec<(Option<Resolved>, Diagnostic)> {
    let places = resolve_all(&found);
    let mut placed: Vec<(Option<Resolved>, Diagnostic)> = places.into_iter().zip(found).collect();
    placed.sort_by(|a, b| key(a).cmp(&key(b)));
    placed
}

/// The order of findings: file, line and column, code, message.
fn key(
    (place, found): &(Option<Resolved>, Diagnostic),
) -> (Option<&Source>, Option<(usize, usize)>, Code, &str) {
    let source = found.place.as_ref().map(|place| &place.source);
    let at = place.as_ref().map(|place| (place.line, place.column));
    (source, at, found.code, found.message.en())
}

/// The customers of the ledger, and the folder of its documents.
fn surroundings(ledger: &Ledger, today: Date) -> Surroundings {
    let (paths, _) = ledger.files_below(&[CUSTOMERS]);
    let customer = |path: &PathBuf| {
        let Loaded { prospect, .. } = ledger.read(path).ok()?;
        Some((prospect.id.clone(), prospect.profile().parent.clone()))
    };
    let customers: Vec<_> = paths.par_iter().filter_map(customer).collect();
    let root = ledger.stored.is_none().then(|| ledger.root.clone());
    Surroundings::of(customers, root, Some(ledger.load(today)))
}

/// A file that was examined.
struct Examined {
    /// Everything about it.
    found: Vec<Diagnostic>,
    /// What it is compared by, if it counts on the day.
    compared: Option<Compared>,
    /// It has sealed values, though the settings have no `[privacy]`.
    is_stray: bool,
}

/// Everything about one file.
fn findings(ledger: &Ledger, path: &Path, today: Date, around: &Surroundings) -> Vec<Diagnostic> {
    examined(ledger, path, today, around).found
}

fn examined(ledger: &Ledger, path: &Path, today: Date, around: &Surroundings) -> Examined {
    let loaded = match ledger.read(path) {
        Ok(loaded) => loaded,
        Err(found) => return Examined { found, compared: None, is_stray: false },
    };
    let mut found = loaded.problems;
    let shown = ledger.show(path);
    found.extend(newer(&loaded.text, &Place::file(&shown)));
    let is_stray = ledger.sealing.is_none() && is_sealed(&loaded.text);
    if let Some(sealing) = &ledger.sealing {
        found.extend(seals(sealing, &loaded.text, &Place::file(&shown)));
    }
    // A prospect that opens after the day is looked at on the day it opens.
    let opens = loaded.prospect.events.first().map(|event| event.date());
    let day = opens.map_or(today, |opens| opens.max(today));
    let Some(mut record) = replay(loaded.prospect, &ledger.settings, day) else {
        return Examined { found, compared: None, is_stray };
    };
    let compared = (day == today).then(|| Compared::of(&record));
    record.findings.iter_mut().for_each(|finding| ledger.show_place(finding));
    let subject =
        Subject { record: &record, settings: &ledger.settings, as_of: today, shown, around };
    let more = check(&subject);
    // If entries or amounts cannot be read, only that is reported, and not that they are missing.
    let unread = found.iter().any(|problem| problem.is_error());
    let follows = |d: &Diagnostic| matches!(d.code, Code::NoEvents | Code::MissingAmount);
    found.extend(more.into_iter().filter(|d| !(unread && follows(d))));
    found.extend(record.findings);
    Examined { found, compared, is_stray }
}

/// The severity: its id for machines.
fn severity(severity: Severity, lang: Lang) -> String {
    match lang {
        Lang::Machine => severity.to_string(),
        Lang::En | Lang::Zh => severity.words().get(lang).to_owned(),
    }
}

fn sheet(found: &[(Option<Resolved>, Diagnostic)], lang: Lang) -> Sheet {
    let columns = [
        ("severity", "级别", Kind::Text),
        ("code", "代码", Kind::Text),
        ("file", "文件", Kind::Text),
        ("line", "行", Kind::Number),
        ("column", "列", Kind::Number),
        ("message", "问题", Kind::Text),
        ("notes", "提示", Kind::Text),
        ("help", "帮助", Kind::Text),
    ];
    let columns = columns.map(|(id, zh, kind)| Column::new(id, lang.pick(id, zh), kind)).into();
    let rows = found
        .iter()
        .map(|(place, diagnostic)| {
            let number = |n: usize| if n == 0 { Cell::Empty } else { Cell::count(n) };
            Row::new(vec![
                Cell::text(severity(diagnostic.severity, lang)),
                Cell::text(diagnostic.code.id()),
                Cell::maybe(place.as_ref(), |place| Cell::text(place.path.clone())),
                number(place.as_ref().map_or(0, |place| place.line)),
                number(place.as_ref().map_or(0, |place| place.column)),
                Cell::text(diagnostic.message.get(lang)),
                Cell::text(Words::clauses(&diagnostic.notes).get(lang)),
                Cell::text(Words::clauses(&diagnostic.help).get(lang)),
            ])
        })
        .collect();
    Sheet::single("check", "", columns, rows)
}

/// Every code, its weight and its meaning.
fn codes(lang: Lang) -> Sheet {
    let columns =
        [("code", "code", "代码"), ("severity", "severity", "级别"), ("about", "about", "含义")];
    let columns = columns.map(|(id, en, zh)| Column::new(id, lang.pick(en, zh), Kind::Text)).into();
    let rows = Code::ALL
        .iter()
        .map(|code| {
            Row::new(vec![
                Cell::text(code.id()),
                Cell::text(severity(code.severity(), lang)),
                Cell::text(code.about(lang)),
            ])
        })
        .collect();
    Sheet::single("checks", "", columns, rows)
}
