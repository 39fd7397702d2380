//! `crm report projects`: the open projects - how far we and the buyer are, the planned columns, the support of each
//! department, and the likelihood of a contract with what speaks for it and against it.

use super::Request;
use super::breakdown::{by_cell, by_column, interval, interval_columns, join, percent};
use super::calibration::{Moves, Odds};
use super::columns::stage_name;
use super::figures::{count, enough, table, without_rate};
use super::show_project::{milestone_columns, step_name};
use crate::diag::{Diagnostic, Lang, Words, counted};
use crate::model::pipeline::{DEPARTMENTS, Outcome};
use crate::model::prospect::part_words;
use crate::rules::book::Book;
use crate::rules::project::{Lag, Milestone, Support};
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::terms::{PARTS, term};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::money::{Amount, Money, Sum};
use crate::value::text::Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// An open project.
struct Project {
    group: String,
    id: Text,
    name: Text,
    owner: Option<Text>,
    board: usize,
    stage: usize,
    stage_name: Text,
    since: Option<Date>,
    value: Option<Money>,
    buyer: Option<(usize, Date)>,
    lag: Option<Lag>,
    milestones: Vec<(Text, Milestone)>,
    support: Vec<Support>,
    missing: Vec<&'static str>,
    speaks_for: Vec<Text>,
    speaks_against: Vec<Text>,
}

impl Project {
    fn of(record: &Record, book: &Book, request: &Request) -> Project {
        let (settings, day) = (&book.settings, book.as_of);
        let lang = settings.language;
        let (prospect, state) = (&record.prospect, &record.state);
        let milestones = record.milestones(settings, day).into_iter();
        let named = |at| -> Text { stage_name(record, at, settings, lang).into() };
        let words = |said: Vec<Words>| -> Vec<Text> {
            said.iter().map(|words| words.get(lang).into()).collect()
        };
        Project {
            group: request.group(record, book).unwrap_or_default(),
            id: prospect.id.clone(),
            name: prospect.name.clone(),
            owner: state.owner.clone(),
            board: state.pipeline,
            stage: state.stage,
            stage_name: named(state.stage),
            since: state.since,
            value: state.value,
            buyer: state.buyer,
            lag: record.buyer_lag(settings),
            milestones: milestones.map(|m| (named(m.column), m)).collect(),
            support: DEPARTMENTS.iter().map(|part| prospect.support(part, day)).collect(),
            missing: prospect.missing_parts(day).collect(),
            speaks_for: words(record.speaks_for(settings, day)),
            speaks_against: words(record.speaks_against(settings, day)),
        }
    }

    /// The first planned column that is not reached.
    fn next(&self) -> Option<&(Text, Milestone)> {
        self.milestones.iter().find(|(_, milestone)| milestone.reached.is_none())
    }

    fn overdue(&self) -> usize {
        self.milestones.iter().filter(|(_, milestone)| milestone.overdue).count()
    }
}

/// What one pass over the ledger finds.
#[derive(Default)]
struct ProjectScan {
    /// The moves of all prospects on boards for projects, by board.
    moves: BTreeMap<usize, Moves>,
    /// The open projects that are selected.
    open: Vec<Project>,
}

/// The likelihood of a contract from a column, and on what it rests.
#[derive(Clone, Copy)]
struct Likelihood {
    share: Amount,
    /// Moves out of the column in the ledger's own history.
    n: u64,
    /// Is it from that history? Of fewer than five moves it is the nominal one.
    measured: bool,
    interval: Option<(f64, f64)>,
}

impl Likelihood {
    fn of(odds: &Odds) -> Likelihood {
        let measured = enough(odds.departures);
        let interval = odds.estimate.filter(|_| measured).and_then(|estimate| estimate.interval);
        let share = if measured { odds.calibrated } else { odds.nominal };
        Likelihood { share, n: odds.departures, measured, interval }
    }
}

/// The open projects of the ledger.
pub fn projects(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let selected = request.selection(book);
    let mut found = book.fold(
        &Query::everything(),
        |found: &mut ProjectScan, record| {
            if !record.is_project(settings) {
                return;
            }
            let board = record.state.pipeline;
            let moves = found.moves.entry(board).or_default();
            moves.count(record, record.pipeline(settings));
            if record.state.outcome == Outcome::Open && selected.has(record) {
                found.open.push(Project::of(record, book, request));
            }
        },
        |all, part| {
            join(&mut all.moves, part.moves, |moves, more| moves.add(&more));
            all.open.extend(part.open);
        },
    );
    let weight = settings.forecast.weight;
    let odds: BTreeMap<usize, Vec<Likelihood>> = found
        .moves
        .into_iter()
        .map(|(board, moves)| {
            let odds = moves.odds(&settings.pipelines[board], weight);
            (board, odds.iter().map(Likelihood::of).collect())
        })
        .collect();
    // The furthest come first within their group and board.
    found.open.sort_by(|a, b| {
        let place = |p: &Project| (p.group.clone(), p.board, Reverse(p.stage));
        (place(a), &a.id).cmp(&(place(b), &b.id))
    });
    let likelihood = |p: &Project| odds.get(&p.board).and_then(|odds| odds.get(p.stage)).copied();
    let open: Vec<(Project, Option<Likelihood>)> = found
        .open
        .into_iter()
        .map(|project| {
            let odds = likelihood(&project);
            (project, odds)
        })
        .collect();
    let mut sheet = Sheet {
        id: "projects".into(),
        title: lang.pick("Projects", "项目").into(),
        about: match lang {
            Lang::Zh => format!("{}  ·  进行中 {} 个", book.as_of, open.len()),
            _ => format!("{}  ·  {} open", book.as_of, counted(open.len(), "project", "projects")),
        },
        tables: vec![
            full(&open, request, lang),
            short(&open, request, lang),
            signals(&open, lang),
            departments(&open, lang),
            support(&open, lang),
            milestones(&open, lang),
            groups(&open, request, lang),
        ],
        notes: notes(&open, book),
        ..Sheet::default()
    };
    sheet.hide_empty();
    // Machines read the head of their table even if it has no rows.
    let first = sheet.tables.iter_mut().filter(|table| table.id == "projects");
    first.for_each(|table| table.audience = Audience::Machines);
    let mut value = Sum::default();
    open.iter().filter_map(|(project, _)| project.value).for_each(|money| value.add(money));
    sheet.notes.extend(without_rate(&value, settings));
    Ok(sheet)
}

fn head(id: &str, en: &str, zh: &str, kind: Kind, lang: Lang) -> Column {
    Column::new(id, lang.pick(en, zh), kind)
}

/// The column of the groups, unless the table has a column of it anyhow.
fn by_other(request: &Request, own: &[&str], lang: Lang) -> Option<Column> {
    by_column(request, lang).filter(|column| !own.contains(&&*column.id))
}

/// Every figure, for machines.
fn full(open: &[(Project, Option<Likelihood>)], request: &Request, lang: Lang) -> Table {
    let text = |id: &str, en: &str, zh: &str| head(id, en, zh, Kind::Text, lang);
    let own = ["id", "name", "owner", "stage", "since", "value", "buyer"];
    let mut columns: Vec<Column> = by_other(request, &own, lang).into_iter().collect();
    let has_group = !columns.is_empty();
    columns.extend([
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("owner", Kind::Text, lang),
        column("stage", Kind::Text, lang),
        column("since", Kind::Date, lang),
        column("value", Kind::Number, lang),
        column("buyer", Kind::Text, lang),
        head("buyer-since", "Since", "买方自", Kind::Date, lang),
        text("buyer-fitting", "Fitting step", "应到步骤"),
        text("buyer-behind", "Behind", "落后"),
        head("likelihood", "Likelihood", "可能性", Kind::Number, lang),
        text("likelihood-from", "From", "依据"),
    ]);
    columns.extend(interval_columns("likelihood", lang));
    columns.extend([
        column("n", Kind::Number, lang),
        head("overdue-milestones", "Overdue", "逾期里程碑", Kind::Number, lang),
        text("next-milestone", "Next milestone", "下一里程碑"),
        head("next-planned", "Planned", "计划", Kind::Date, lang),
        text("missing-parts", "Missing parts", "缺少的职能"),
        text("for", "For", "有利"),
        text("against", "Against", "不利"),
    ]);
    let rows = open.iter().map(|(project, odds)| {
        let group = by_cell(request, &project.group, lang).filter(|_| has_group);
        let mut cells: Vec<Cell> = group.into_iter().collect();
        cells.extend([
            Cell::text(project.id.clone()),
            Cell::text(project.name.clone()),
            Cell::maybe(project.owner.as_deref(), Cell::text),
            Cell::text(project.stage_name.clone()),
            Cell::maybe(project.since, Cell::Date),
            Cell::maybe(project.value, Cell::Money),
            Cell::maybe(project.buyer, |(step, _)| Cell::text(step_name(step, lang))),
            Cell::maybe(project.buyer, |(_, day)| Cell::Date(day)),
            Cell::maybe(project.lag, |lag| Cell::text(step_name(lag.fitting, lang))),
            Cell::Bool(project.lag.is_some()),
            Cell::maybe(*odds, |odds| Cell::Share(odds.share.to_f64())),
            Cell::maybe(*odds, |odds| Cell::text(basis(odds.measured, lang))),
        ]);
        cells.extend(interval(odds.and_then(|odds| odds.interval)));
        let next = project.next();
        cells.extend([
            Cell::maybe(*odds, |odds| count(odds.n)),
            Cell::count(project.overdue()),
            Cell::maybe(next, |(name, _)| Cell::text(name.clone())),
            Cell::maybe(next, |(_, milestone)| Cell::Date(milestone.planned)),
            Cell::list(project.missing.iter().map(|part| term(PARTS, part, lang))),
            Cell::list(project.speaks_for.iter().cloned()),
            Cell::list(project.speaks_against.iter().cloned()),
        ]);
        Row::new(cells)
    });
    let rows = rows.collect();
    Table { audience: Audience::Machines, ..table("projects", "", columns, rows) }
}

/// On what a likelihood rests.
fn basis(measured: bool, lang: Lang) -> &'static str {
    match measured {
        true => lang.term("history", "history", "历史"),
        false => lang.term("nominal", "nominal", "名义"),
    }
}

/// The figures that people compare.
fn short(open: &[(Project, Option<Likelihood>)], request: &Request, lang: Lang) -> Table {
    let own = ["name", "stage", "value", "buyer"];
    let mut columns: Vec<Column> = by_other(request, &own, lang).into_iter().collect();
    let has_group = !columns.is_empty();
    columns.extend([
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang),
        column("value", Kind::Number, lang),
        column("buyer", Kind::Text, lang),
        head("likelihood", "Likelihood", "可能性", Kind::Text, lang),
        head("next-milestone", "Next milestone", "下一里程碑", Kind::Text, lang),
    ]);
    let rows = open.iter().map(|(project, odds)| {
        let group = by_cell(request, &project.group, lang).filter(|_| has_group);
        let mut cells: Vec<Cell> = group.into_iter().collect();
        let buyer = project.buyer.map(|(step, _)| step_name(step, lang));
        let behind = project.lag.is_some().then_some(lang.pick(" (behind)", "（落后）"));
        let buyer = match (buyer, behind) {
            (None, None) => Cell::Empty,
            (None, Some(_)) => Cell::text(lang.pick("not recorded", "未记录")),
            (Some(step), behind) => Cell::text(format!("{step}{}", behind.unwrap_or_default())),
        };
        cells.extend([
            Cell::text(project.name.clone()),
            Cell::text(project.stage_name.clone()),
            Cell::maybe(project.value, Cell::Money),
            buyer,
            Cell::maybe(*odds, |odds| Cell::text(said(odds, lang))),
            Cell::maybe(project.next(), |(name, milestone)| {
                Cell::text(planned(name, milestone, lang))
            }),
        ]);
        let is_bad = project.lag.is_some() || project.overdue() > 0;
        Row::with(cells, if is_bad { Emphasis::Warn } else { Emphasis::Plain })
    });
    let rows = rows.collect();
    Table { audience: Audience::People, ..table("overview", "", columns, rows) }
}

/// `62 %, n = 12`, or `55 %, nominal`.
fn said(odds: Likelihood, lang: Lang) -> String {
    let share = percent(odds.share.to_f64());
    match (odds.measured, lang) {
        (true, Lang::Zh) => format!("{share}，n = {}", odds.n),
        (true, _) => format!("{share}, n = {}", odds.n),
        (false, Lang::Zh) => format!("{share}，名义"),
        (false, _) => format!("{share}, nominal"),
    }
}

/// `Contract 2010-09-30`, with the days that it is overdue.
fn planned(name: &str, milestone: &Milestone, lang: Lang) -> String {
    let day = milestone.planned;
    match (milestone.overdue, lang) {
        (false, _) => format!("{name} {day}"),
        (true, Lang::Zh) => format!("{name} {day}，逾期 {} 天", milestone.late),
        (true, _) => {
            format!("{name} {day}, {} overdue", counted(milestone.late, "day", "days"))
        }
    }
}

/// What speaks for each project and against it.
fn signals(open: &[(Project, Option<Likelihood>)], lang: Lang) -> Table {
    let columns = vec![
        column("name", Kind::Text, lang),
        head("side", "Side", "方向", Kind::Text, lang),
        head("speaks", "What speaks", "依据", Kind::Text, lang),
    ];
    let rows = open.iter().flat_map(|(project, _)| {
        let row = |side: &str, said: &Text, emphasis| {
            let cells =
                vec![Cell::text(project.name.clone()), Cell::text(side), Cell::text(said.clone())];
            Row::with(cells, emphasis)
        };
        let (pro, contra) = (lang.pick("for", "有利"), lang.pick("against", "不利"));
        let good = project.speaks_for.iter().map(|said| row(pro, said, Emphasis::Good));
        let bad = project.speaks_against.iter().map(|said| row(contra, said, Emphasis::Warn));
        good.chain(bad).collect::<Vec<Row>>()
    });
    let rows = rows.collect();
    let title = lang.pick("What speaks for a contract and against it", "有利与不利");
    Table { audience: Audience::People, ..table("signals", title, columns, rows) }
}

/// The people of each department by their stance, a row for each project.
fn departments(open: &[(Project, Option<Likelihood>)], lang: Lang) -> Table {
    let mut columns = vec![column("name", Kind::Text, lang)];
    columns.extend(DEPARTMENTS.iter().map(|part| {
        let (en, zh) = part_words(part);
        head(part, en, zh, Kind::Text, lang)
    }));
    let rows = open.iter().map(|(project, _)| {
        let mut cells = vec![Cell::text(project.name.clone())];
        cells.extend(project.support.iter().map(|support| {
            let Support { pro, neutral, against, unknown } = *support;
            if support.people() == 0 {
                return Cell::text(lang.pick("nobody known", "无人"));
            }
            let counts = format!("{pro} / {neutral} / {against}");
            Cell::text(match (unknown, lang) {
                (0, _) => counts,
                (_, Lang::Zh) => format!("{counts}，不明 {unknown}"),
                (_, _) => format!("{counts}, {unknown} not known"),
            })
        }));
        let is_opposed = project.support.iter().any(|support| support.against > 0);
        Row::with(cells, if is_opposed { Emphasis::Warn } else { Emphasis::Plain })
    });
    let rows = rows.collect();
    let title = lang.pick(
        "People of each department: for / neutral / against",
        "各部门人员：支持 / 中立 / 反对",
    );
    Table { audience: Audience::People, ..table("departments", title, columns, rows) }
}

/// The people of each department by their stance, a row for each department.
fn support(open: &[(Project, Option<Likelihood>)], lang: Lang) -> Table {
    let mut columns = vec![column("id", Kind::Id, lang), column("part", Kind::Text, lang)];
    if lang != Lang::Machine {
        columns[0] = column("name", Kind::Text, lang);
    }
    columns.extend([
        head("for", "For", "支持", Kind::Number, lang),
        head("neutral", "Neutral", "中立", Kind::Number, lang),
        head("against", "Against", "反对", Kind::Number, lang),
        head("unknown", "Not known", "不明", Kind::Number, lang),
    ]);
    let rows = open.iter().flat_map(|(project, _)| {
        DEPARTMENTS.iter().zip(&project.support).map(move |(part, support)| {
            let whose = if lang == Lang::Machine { &project.id } else { &project.name };
            let counts = [support.pro, support.neutral, support.against, support.unknown];
            let mut cells = vec![Cell::text(whose.clone()), Cell::text(term(PARTS, part, lang))];
            cells.extend(counts.map(|n| Cell::Int(i64::from(n))));
            let emphasis = match (support.people(), support.against, support.pro) {
                (0, ..) => Emphasis::Warn,
                (_, against, _) if against > 0 => Emphasis::Warn,
                (_, _, pro) if pro > 0 => Emphasis::Good,
                _ => Emphasis::Plain,
            };
            Row::with(cells, emphasis)
        })
    });
    let rows = rows.collect();
    let title = lang.pick("Support by department", "各部门的态度");
    Table { audience: Audience::Machines, ..table("support", title, columns, rows) }
}

/// The planned columns of each project.
fn milestones(open: &[(Project, Option<Likelihood>)], lang: Lang) -> Table {
    let mut columns = vec![match lang {
        Lang::Machine => column("id", Kind::Id, lang),
        _ => column("name", Kind::Text, lang),
    }];
    columns.extend(milestone_columns(lang));
    let rows = open.iter().flat_map(|(project, _)| {
        project.milestones.iter().map(move |(name, milestone)| {
            let whose = if lang == Lang::Machine { &project.id } else { &project.name };
            let cells = vec![
                Cell::text(whose.clone()),
                Cell::text(name.clone()),
                Cell::Date(milestone.planned),
                Cell::maybe(milestone.reached, Cell::Date),
                Cell::Int(milestone.late),
            ];
            let is_late = milestone.late > 0;
            Row::with(cells, if is_late { Emphasis::Warn } else { Emphasis::Plain })
        })
    });
    let rows = rows.collect();
    let title = lang.pick("Milestones: planned and reached", "里程碑：计划与实际");
    table("milestones", title, columns, rows)
}

/// The projects of each group together, where figures are broken down.
fn groups(open: &[(Project, Option<Likelihood>)], request: &Request, lang: Lang) -> Table {
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.extend([
        column("count", Kind::Number, lang),
        column("value", Kind::Number, lang),
        column("expected", Kind::Number, lang),
        head("behind", "Buyer behind", "买方落后", Kind::Number, lang),
        head("overdue", "Milestones overdue", "里程碑逾期", Kind::Number, lang),
    ]);
    let mut found: BTreeMap<&str, Vec<&(Project, Option<Likelihood>)>> = BTreeMap::new();
    for project in open.iter().filter(|_| request.by.is_some()) {
        found.entry(&project.0.group).or_default().push(project);
    }
    let rows = found.into_iter().map(|(group, projects)| {
        let mut cells: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
        let own = projects.iter().filter_map(|(project, odds)| {
            let money = project.value.filter(|money| money.currency.is_none())?;
            Some((money.amount, (*odds)?.share))
        });
        let (mut value, mut expected) = (Amount::ZERO, Amount::ZERO);
        for (amount, share) in own {
            value = value.plus(amount);
            expected = expected.plus(amount.times(share));
        }
        let overdue: usize = projects.iter().map(|(project, _)| project.overdue()).sum();
        cells.extend([
            Cell::count(projects.len()),
            Cell::Amount(value),
            Cell::Amount(expected.round(2)),
            Cell::count(projects.iter().filter(|(project, _)| project.lag.is_some()).count()),
            Cell::count(overdue),
        ]);
        Row::new(cells)
    });
    let rows = rows.collect();
    table("groups", lang.pick("Together", "合计"), columns, rows)
}

/// On what the likelihoods rest; or the first thing to record where there is no project.
fn notes(open: &[(Project, Option<Likelihood>)], book: &Book) -> Vec<String> {
    let settings = &book.settings;
    let lang = settings.language;
    if open.is_empty() {
        return vec![
            lang.pick(
                "no open project; begin one: crm add NAME --pipeline project, then its people: crm contact add ID NAME --part recommender",
                "没有进行中的项目；先建一个：crm add 名称 --pipeline project，再记录人员：crm contact add 编号 姓名 --part recommender",
            )
            .into(),
        ];
    }
    let mut notes = Vec::new();
    let mut seen = BTreeSet::new();
    for (project, odds) in open {
        let Some(odds) = odds.filter(|_| seen.insert((project.board, project.stage))) else {
            continue;
        };
        let stage = &settings.pipelines[project.board].stages[project.stage];
        let label = stage.label.get(lang, &stage.id);
        let (share, n) = (percent(odds.share.to_f64()), odds.n);
        notes.push(match (odds.interval, lang) {
            (Some((low, high)), Lang::Zh) => {
                let (low, high) = (percent(low), percent(high));
                format!("{label}：签约可能性{share}，据本账本历史，n = {n}（95%区间{low}至{high}）")
            }
            (Some((low, high)), _) => {
                let (low, high) = (percent(low), percent(high));
                format!(
                    "{label}: {share} win, by this ledger's history, n = {n} moves out of it (95 % interval {low} to {high})"
                )
            }
            (None, Lang::Zh) => format!("{label}：签约可能性{share}为名义值，历史移出 n = {n}，太少"),
            (None, _) => format!("{label}: {share} is the nominal probability; n = {n} moves out of it, too few"),
        });
    }
    let parts: Vec<&str> = DEPARTMENTS
        .iter()
        .map(|part| {
            let (en, zh) = part_words(part);
            lang.pick(en, zh)
        })
        .collect();
    notes.push(match lang {
        Lang::Zh => format!("部门：{}；只计在职人员", lang.listed(parts)),
        _ => format!("departments: {}; people who left do not count", lang.listed(parts)),
    });
    notes
}
