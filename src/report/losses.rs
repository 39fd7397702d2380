//! `crm report losses`: why pursuits were lost, from which column, and the facts that the won had in common
//! against the lost.

use super::Request;
use super::breakdown::{by_cell, by_column, group_name, join, stage_cells, stage_columns};
use super::figures::{FEW, count, enough, rate};
use crate::diag::{Diagnostic, counted};
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::competitors::{Met, met};
use crate::rules::replay::state::{Pursuit, Record};
use crate::stats::Proportion;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::{column, title};
use crate::value::label::Lang;
use crate::value::money::Sum;
use crate::value::text::Text;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The name of the breakdown by competitor.
const COMPETITOR: &str = "competitor";

/// Won and lost.
#[derive(Debug, Clone, Copy, Default)]
struct Score {
    won: u64,
    lost: u64,
}

impl Score {
    fn of(self) -> Proportion {
        Proportion { successes: self.won, trials: self.trials() }
    }

    fn trials(self) -> u64 {
        self.won + self.lost
    }

    /// Its row beside all others; marked where its interval does not hold the rate of all.
    fn row(self, name: &str, value: Cell, all: Score, lang: Lang) -> Row {
        let trials = self.trials();
        let interval = self.of().wilson().filter(|_| enough(trials));
        let emphasis = match (interval, all.of().rate()) {
            (Some((low, _)), Some(all)) if low > all => Emphasis::Good,
            (Some((_, high)), Some(all)) if high < all => Emphasis::Warn,
            _ => Emphasis::Plain,
        };
        let cells = vec![
            Cell::text(name),
            value,
            count(self.won),
            count(self.lost),
            rate(self.won, trials, lang),
            Cell::maybe(interval, |(low, _)| Cell::Share(low)),
            Cell::maybe(interval, |(_, high)| Cell::Share(high)),
        ];
        Row::with(cells, emphasis)
    }

    fn add(&mut self, won: bool) {
        if won { self.won += 1 } else { self.lost += 1 }
    }

    fn join(&mut self, other: Score) {
        self.won += other.won;
        self.lost += other.lost;
    }
}

/// Lost pursuits by group and by the attribute of the table: how many, and their value.
type Counted<K> = BTreeMap<(String, K), (u64, Sum)>;

/// The totals of the pursuits that ended in the period.
#[derive(Default)]
struct Ended {
    all: Score,
    /// The lost ones by reason.
    reasons: Counted<Text>,
    /// The lost ones by board and the column they left from.
    left_from: Counted<(usize, usize)>,
    /// By the values of each trait, in the order of [`traits`].
    common: Vec<BTreeMap<Text, Score>>,
    /// By competitor: the pursuits in which it was met.
    competitors: BTreeMap<Text, Rival>,
}

/// The pursuits in which a competitor was met.
#[derive(Debug, Clone, Copy, Default)]
struct Rival {
    met: u64,
    /// Won against it, and lost to it.
    score: Score,
}

impl Rival {
    fn join(&mut self, other: Rival) {
        self.met += other.met;
        self.score.join(other.score);
    }
}

impl Ended {
    /// Adds a pursuit that ended.
    fn add(&mut self, record: &Record, pursuit: &Pursuit, groups: &[String], traits: &[Trait]) {
        let won = pursuit.ended.is_some_and(|(_, outcome)| outcome == Outcome::Won);
        self.all.add(won);
        self.common.resize_with(traits.len(), BTreeMap::new);
        for (scores, (_, values)) in self.common.iter_mut().zip(traits) {
            for value in values(record, pursuit) {
                scores.entry(value).or_default().add(won);
            }
        }
        if !won {
            let count = |(n, sum): &mut (u64, Sum)| {
                *n += 1;
                sum.add_sum(&pursuit.worth);
            };
            let column = (record.state.pipeline, pursuit.left_from.unwrap_or(0));
            for group in groups {
                let reason = pursuit.reason.clone().unwrap_or_default();
                count(self.reasons.entry((group.clone(), reason)).or_default());
                count(self.left_from.entry((group.clone(), column)).or_default());
            }
        }
    }

    /// Adds the competitors of a pursuit.
    fn meet(&mut self, met: &[Met], won: bool) {
        for one in met {
            let rival = self.competitors.entry(one.name.clone()).or_default();
            rival.met += 1;
            if won || one.won_it {
                rival.score.add(won);
            }
        }
    }

    /// Adds the totals of another thread.
    fn join(&mut self, other: Ended) {
        fn count((n, sum): &mut (u64, Sum), (others, more): (u64, Sum)) {
            *n += others;
            sum.add_sum(&more);
        }
        self.all.join(other.all);
        join(&mut self.reasons, other.reasons, count);
        join(&mut self.left_from, other.left_from, count);
        join(&mut self.competitors, other.competitors, Rival::join);
        self.common.resize_with(self.common.len().max(other.common.len()), BTreeMap::new);
        for (scores, others) in self.common.iter_mut().zip(other.common) {
            join(scores, others, Score::join);
        }
    }
}

/// The losses of a period.
pub fn losses(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let inside = |pursuit: &Pursuit| {
        let day = pursuit.ended.map(|(day, _)| day);
        day.is_some_and(|day| request.period.is_none_or(|period| period.contains(day)))
    };
    let traits = traits(settings);
    let by_rival = request.by.as_ref().is_some_and(|by| by.name() == COMPETITOR);
    let ended = request.fold(
        book,
        |ended: &mut Ended, record| {
            for pursuit in record.history.pursuits.iter().filter(|pursuit| inside(pursuit)) {
                if !by_rival {
                    let group = request.group(record, book).unwrap_or_default();
                    ended.add(record, pursuit, &[group], &traits);
                    continue;
                }
                let met = met(record, pursuit, settings);
                let won = pursuit.ended.is_some_and(|(_, outcome)| outcome == Outcome::Won);
                ended.meet(&met, won);
                // A loss is each one's that it was lost to, or no competitor's.
                let to = met.iter().filter(|one| one.won_it).map(|one| one.name.to_string());
                let mut groups: Vec<String> = to.collect();
                if groups.is_empty() {
                    groups.push(String::new());
                }
                ended.add(record, pursuit, &groups, &traits);
            }
        },
        Ended::join,
    );
    let Ended { all, reasons: why, left_from: whence, common: values, competitors: rivals } = ended;
    let common = |audience| common(&traits, &values, all, lang, audience);
    let mut sheet = Sheet {
        id: "losses".into(),
        title: lang.pick("Losses", "退出").into(),
        about: about(&all, book, request),
        tables: vec![
            reasons(&why, request, settings),
            left_from(&whence, request, settings),
            common(Audience::Machines),
            common(Audience::People),
        ],
        ..Sheet::default()
    };
    if by_rival {
        sheet.tables.insert(0, competitors(&rivals, lang));
    }
    if all.trials() == 0 {
        sheet.notes.push(lang.pick("no pursuit ended in these days", "期间没有结束的跟进").into());
        return Ok(sheet);
    }
    if let Some((low, high)) = all.of().wilson().filter(|_| enough(all.trials())) {
        let (won, trials) = (all.won, all.trials());
        let [rate, low, high] =
            [all.of().rate().unwrap_or(0.0), low, high].map(|x| format!("{:.1} %", x * 100.0));
        sheet.notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("won {won} of {trials} that ended: {rate} (95 %: {low} to {high})")
            }
            Lang::Zh => format!("结束的{trials}个中成交{won}个：{rate}（95%区间：{low}至{high}）"),
        });
    }
    if by_rival {
        let note = "a pursuit counts for each competitor that was met in it: the rows do not add up; lost to: those that the loss names, else all that were met";
        let zh = "一次跟进遇到几个竞争对手就各计一次，各行不能相加；输给：退出记录写明的对手，未写明则为遇到的全部对手";
        sheet.notes.push(lang.pick(note, zh).into());
    }
    let note = "marked: the interval does not hold the rate of all; of twenty rows about one is marked by chance";
    sheet.notes.push(lang.pick(note, "标记：区间不含总成交率；每二十行约有一行属偶然").into());
    Ok(sheet)
}

fn about(all: &Score, book: &Book, request: &Request) -> String {
    let (won, lost) = (all.won, all.lost);
    let days = request.period.map_or_else(|| format!("..{}", book.as_of), |p| p.to_string());
    match book.settings.language {
        Lang::En | Lang::Machine => {
            format!("pursuits that ended in {days}: {lost} lost, {won} won")
        }
        Lang::Zh => format!("{days} 结束的跟进：退出{lost}，成交{won}"),
    }
}

/// How many were lost in each group.
fn totals<K>(counted: &Counted<K>) -> BTreeMap<&str, u64> {
    let mut totals = BTreeMap::new();
    for ((group, _), (n, _)) in counted {
        *totals.entry(group.as_str()).or_default() += n;
    }
    totals
}

/// Each competitor: how often it was met, won against and lost to.
fn competitors(rivals: &BTreeMap<Text, Rival>, lang: Lang) -> Table {
    let head = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let columns = vec![
        column(COMPETITOR, Kind::Text, lang),
        head("met", "Met", "遇到"),
        head("won", "Won against", "胜过"),
        head("lost", "Lost to", "输给"),
        head("win-rate", "Won of both", "胜率"),
        column("low", Kind::Number, lang),
        column("high", Kind::Number, lang),
    ];
    let mut lines: Vec<(&Text, &Rival)> = rivals.iter().collect();
    lines.sort_by_key(|(name, rival)| (Reverse(rival.met), *name));
    let rows = lines.into_iter().map(|(name, rival)| {
        let (score, trials) = (rival.score, rival.score.trials());
        let interval = score.of().wilson().filter(|_| enough(trials));
        let mut cells = vec![
            Cell::text(name.clone()),
            count(rival.met),
            count(score.won),
            count(score.lost),
            rate(score.won, trials, lang),
        ];
        cells.extend(super::breakdown::interval(interval));
        Row::new(cells)
    });
    Table {
        id: "competitors".into(),
        title: lang.pick("Competitors", "竞争对手").into(),
        rows: rows.collect(),
        columns,
        ..Table::default()
    }
}

fn reasons(counted: &Counted<Text>, request: &Request, settings: &Settings) -> Table {
    let lang = settings.language;
    let mut columns = Vec::new();
    columns.extend(by_column(request, lang));
    columns.push(column("reason", Kind::Text, lang));
    for id in ["lost", "share", "value"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let totals = totals(counted);
    let mut lines: Vec<_> = counted.iter().collect();
    lines.sort_by_key(|((group, reason), (n, _))| (group, Reverse(*n), reason));
    let rows = lines.into_iter().map(|((group, reason), (n, value))| {
        let mut cells = Vec::new();
        cells.extend(by_cell(request, group, lang));
        let label = settings.reasons.iter().find(|(id, _)| **id == **reason);
        cells.push(match label {
            Some((id, label)) => Cell::text(label.term(lang, id)),
            None => group_name(reason, lang),
        });
        cells.push(count(*n));
        cells.push(rate(*n, totals.get(group.as_str()).copied().unwrap_or(0), lang));
        cells.push(Cell::sum(value));
        Row::new(cells)
    });
    Table { id: "reasons".into(), rows: rows.collect(), columns, ..Table::default() }
}

fn left_from(counted: &Counted<(usize, usize)>, request: &Request, settings: &Settings) -> Table {
    let lang = settings.language;
    let mut columns = Vec::new();
    columns.extend(by_column(request, lang));
    columns.extend(stage_columns(lang));
    for id in ["lost", "share", "value"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let totals = totals(counted);
    let rows = counted.iter().map(|((group, (board, stage)), (n, value))| {
        let stage = &settings.pipelines[*board].stages[*stage];
        let mut cells = Vec::new();
        cells.extend(by_cell(request, group, lang));
        cells.extend(stage_cells(stage, lang));
        cells.push(count(*n));
        cells.push(rate(*n, totals.get(group.as_str()).copied().unwrap_or(0), lang));
        cells.push(Cell::sum(value));
        Row::new(cells)
    });
    Table {
        id: "left-from".into(),
        title: lang.pick("From which column", "从哪一栏退出").into(),
        rows: rows.collect(),
        columns,
        ..Table::default()
    }
}

/// A dimension's name, and the values of it that a pursuit has.
type Trait<'s> = (Text, Box<dyn Fn(&Record, &Pursuit) -> Vec<Text> + Sync + 's>);

/// The traits of pursuits: facts, needs, the owner when they ended, whether a deciding contact was known.
fn traits(settings: &Settings) -> Vec<Trait<'_>> {
    let mut traits: Vec<Trait> = Vec::new();
    let own = settings.facts.iter().map(|fact| &**fact);
    for fact in ["source", "industry", "region", "size", "product"].into_iter().chain(own) {
        traits.push((
            fact.into(),
            Box::new(move |record, _| {
                record.prospect.fact(fact).map(Text::from).into_iter().collect()
            }),
        ));
    }
    traits.push(("needs".into(), Box::new(|record, _| record.prospect.needs.clone())));
    traits.push((
        "owner".into(),
        Box::new(|record, pursuit| {
            let day = pursuit.ended.map(|(day, _)| day);
            let owner = day.and_then(|day| record.history.owner_on(day));
            vec![owner.unwrap_or("").into()]
        }),
    ));
    let lang = settings.language;
    traits.push((
        "decides".into(),
        Box::new(move |record, _| {
            let known = record.prospect.decider().is_some();
            let word = if known { ("yes", "是") } else { ("no", "否") };
            vec![lang.pick(word.0, word.1).into()]
        }),
    ));
    traits
}

/// Each value's won and lost, its rate and interval; too few says so. For people, the values of which
/// there are too few to say anything share a row.
fn common(
    traits: &[Trait],
    values: &[BTreeMap<Text, Score>],
    all: Score,
    lang: Lang,
    audience: Audience,
) -> Table {
    let mut columns = vec![column("trait", Kind::Text, lang), column("is", Kind::Text, lang)];
    for id in ["won", "lost", "win-rate", "low", "high"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let mut rows = Vec::new();
    for ((name, _), scores) in traits.iter().zip(values) {
        // A trait that all have distinguishes none.
        if scores.len() < 2 {
            continue;
        }
        let mut scores: Vec<(&Text, &Score)> = scores.iter().collect();
        scores.sort_by_key(|(value, score)| (Reverse(score.trials()), *value));
        let told = match audience {
            Audience::People => scores.partition_point(|(_, score)| enough(score.trials())),
            _ => scores.len(),
        };
        // A single one needs no row for the rest.
        let told = if told + 1 == scores.len() { scores.len() } else { told };
        let (told, others) = scores.split_at(told);
        let trait_ = title(name, lang);
        rows.extend(
            told.iter()
                .map(|(value, score)| score.row(&trait_, group_name(value, lang), all, lang)),
        );
        if !others.is_empty() {
            let n = others.len();
            let word = match lang {
                Lang::En | Lang::Machine => {
                    format!("{}, fewer than {FEW} each", counted(n, "other", "others"))
                }
                Lang::Zh => format!("其他{n}项，各少于{FEW}"),
            };
            let mut sum = Score::default();
            others.iter().for_each(|(_, score)| sum.join(**score));
            let mut row = sum.row(&trait_, Cell::absent(word), all, lang);
            row.cells.truncate(4);
            row.cells.resize(7, Cell::Empty);
            rows.push(Row::new(row.cells));
        }
    }
    let id = if audience == Audience::People { "common-list" } else { "common" };
    let title = lang.pick("Won against lost", "成交与退出对比").into();
    Table { id: id.into(), title, columns, rows: rows.into(), audience }
}
