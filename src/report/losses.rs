//! `crm report losses`: why pursuits were lost, from which column, and what the won had in common
//! against the lost.

use super::Request;
use super::breakdown::group_name;
use super::figures::{FEW, count, rate};
use super::words::{column, title};
use crate::diag::Diagnostic;
use crate::model::label::Lang;
use crate::model::money::Sum;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::model::sheet::{Audience, Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::rules::book::Book;
use crate::rules::state::{Pursuit, Record};
use crate::stats::Proportion;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A pursuit that ended in the period.
struct Ended<'b> {
    record: &'b Record,
    pursuit: &'b Pursuit,
    won: bool,
}

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
        let interval = self.of().wilson().filter(|_| trials >= FEW);
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
}

/// The losses of a period.
pub fn losses(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let inside = |pursuit: &Pursuit| {
        let day = pursuit.ended.map(|(day, _)| day);
        day.is_some_and(|day| request.period.is_none_or(|period| period.contains(day)))
    };
    let records =
        request.gather(book, |one| one.history.pursuits.iter().any(inside).then(|| one.lean()));
    let ended = ended(&records, inside);
    let lost: Vec<&Ended> = ended.iter().filter(|one| !one.won).collect();
    let mut all = Score::default();
    ended.iter().for_each(|one| all.add(one.won));
    let mut sheet = Sheet {
        id: "losses".into(),
        title: lang.pick("Losses", "流失").into(),
        about: about(&all, book, request),
        tables: vec![
            reasons(&lost, request, settings),
            left_from(&lost, request, settings),
            common(&ended, all, settings, Audience::Machines),
            common(&ended, all, settings, Audience::People),
        ],
        ..Sheet::default()
    };
    if ended.is_empty() {
        sheet.notes.push(lang.pick("no pursuit ended in these days", "期间没有结束的跟进").into());
        return Ok(sheet);
    }
    if let Some((low, high)) = all.of().wilson().filter(|_| all.trials() >= FEW) {
        let (won, trials) = (all.won, all.trials());
        let [rate, low, high] =
            [all.of().rate().unwrap_or(0.0), low, high].map(|x| format!("{:.1} %", x * 100.0));
        sheet.notes.push(match lang {
            Lang::En => format!("won {won} of {trials} that ended: {rate} (95 %: {low} to {high})"),
            Lang::Zh => format!("结束的{trials}个中成交{won}个：{rate}（95%区间：{low}至{high}）"),
        });
    }
    let note = "marked: the interval does not hold the rate of all; of twenty rows about one is marked by chance";
    sheet.notes.push(lang.pick(note, "标记：区间不含总成交率；每二十行约有一行属偶然").into());
    Ok(sheet)
}

fn about(all: &Score, book: &Book, request: &Request) -> String {
    let (won, lost) = (all.won, all.lost);
    let days = request.period.map_or_else(|| format!("..{}", book.as_of), |p| p.to_string());
    match book.settings.language {
        Lang::En => format!("pursuits that ended in {days}: {lost} lost, {won} won"),
        Lang::Zh => format!("{days} 结束的跟进：流失{lost}，成交{won}"),
    }
}

fn ended(records: &[Record], inside: impl Fn(&Pursuit) -> bool) -> Vec<Ended<'_>> {
    let mut found = Vec::new();
    for record in records {
        for pursuit in record.history.pursuits.iter().filter(|pursuit| inside(pursuit)) {
            let won = pursuit.ended.is_some_and(|(_, outcome)| outcome == Outcome::Won);
            found.push(Ended { record, pursuit, won });
        }
    }
    found
}

/// Lost pursuits by group and by what is asked of them.
type Counted<K> = BTreeMap<(String, K), (u64, Sum)>;

fn tally<K: Ord>(
    lost: &[&Ended],
    request: &Request,
    settings: &Settings,
    key: impl Fn(&Ended) -> K,
) -> Counted<K> {
    let mut counted = Counted::new();
    for one in lost {
        let group = request.group(one.record, settings).unwrap_or_default();
        let slot: &mut (u64, Sum) = counted.entry((group, key(one))).or_default();
        slot.0 += 1;
        one.record.state.value.into_iter().for_each(|value| slot.1.add(value));
    }
    counted
}

/// How many were lost in each group.
fn totals<K>(counted: &Counted<K>) -> BTreeMap<&str, u64> {
    let mut totals = BTreeMap::new();
    for ((group, _), (n, _)) in counted {
        *totals.entry(group.as_str()).or_default() += n;
    }
    totals
}

fn reasons(lost: &[&Ended], request: &Request, settings: &Settings) -> Table {
    let lang = settings.language;
    let counted = tally(lost, request, settings, |one| {
        one.pursuit.reason.as_deref().unwrap_or("").to_owned()
    });
    let mut columns = Vec::new();
    columns.extend(request.by.as_ref().map(|by| column(by.name(), Kind::Text, lang)));
    columns.push(column("reason", Kind::Text, lang));
    for id in ["lost", "share", "value"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let totals = totals(&counted);
    let mut lines: Vec<_> = counted.iter().collect();
    lines.sort_by_key(|((group, reason), (n, _))| (group, Reverse(*n), reason));
    let rows = lines.into_iter().map(|((group, reason), (n, value))| {
        let mut cells = Vec::new();
        cells.extend(request.by.as_ref().map(|_| group_name(group, lang)));
        let label = settings.reasons.iter().find(|(id, _)| **id == **reason);
        cells.push(match label {
            Some((id, label)) => Cell::text(label.get(lang, id)),
            None => group_name(reason, lang),
        });
        cells.push(count(*n));
        cells.push(Cell::Rate(*n, totals.get(group.as_str()).copied().unwrap_or(0)));
        cells.push(Cell::Amount(value.own));
        Row::new(cells)
    });
    Table { id: "reasons".into(), rows: rows.collect(), columns, ..Table::default() }
}

fn left_from(lost: &[&Ended], request: &Request, settings: &Settings) -> Table {
    let lang = settings.language;
    let counted = tally(lost, request, settings, |one| {
        (one.record.state.pipeline, one.pursuit.left_from.unwrap_or(0))
    });
    let mut columns = Vec::new();
    columns.extend(request.by.as_ref().map(|by| column(by.name(), Kind::Text, lang)));
    columns.push(column("stage", Kind::Text, lang));
    columns.push(column("stage-label", Kind::Text, lang));
    for id in ["lost", "share", "value"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let totals = totals(&counted);
    let rows = counted.iter().map(|((group, (board, stage)), (n, value))| {
        let stage = &settings.pipelines[*board].stages[*stage];
        let mut cells = Vec::new();
        cells.extend(request.by.as_ref().map(|_| group_name(group, lang)));
        cells.push(Cell::text(&*stage.id));
        cells.push(Cell::text(stage.label.get(lang, &stage.id)));
        cells.push(count(*n));
        cells.push(Cell::Rate(*n, totals.get(group.as_str()).copied().unwrap_or(0)));
        cells.push(Cell::Amount(value.own));
        Row::new(cells)
    });
    Table {
        id: "left-from".into(),
        title: lang.pick("From which column", "从哪一栏流失").into(),
        rows: rows.collect(),
        columns,
        ..Table::default()
    }
}

/// A dimension's name, and the values of it that a pursuit has.
type Trait<'s> = (String, Box<dyn Fn(&Ended) -> Vec<String> + 's>);

/// What pursuits have in common: facts, needs, who owned them when they ended, whether somebody who
/// decides was known.
fn traits(settings: &Settings) -> Vec<Trait<'_>> {
    let mut traits: Vec<Trait> = Vec::new();
    let own = settings.facts.iter().map(|fact| &**fact);
    for fact in ["source", "industry", "region", "size", "product"].into_iter().chain(own) {
        let name = fact.to_owned();
        let value = move |one: &Ended| {
            one.record.prospect.fact(&name).map(String::from).into_iter().collect()
        };
        traits.push((fact.to_owned(), Box::new(value)));
    }
    traits.push((
        "needs".to_owned(),
        Box::new(|one| one.record.prospect.needs.iter().map(ToString::to_string).collect()),
    ));
    traits.push((
        "owner".to_owned(),
        Box::new(|one| {
            let day = one.pursuit.ended.map(|(day, _)| day);
            let owner = day.and_then(|day| one.record.history.owner_on(day));
            vec![owner.unwrap_or("").to_owned()]
        }),
    ));
    let lang = settings.language;
    traits.push((
        "decides".to_owned(),
        Box::new(move |one| {
            let known = one.record.prospect.decider().is_some();
            let word = if known { ("yes", "是") } else { ("no", "否") };
            vec![lang.pick(word.0, word.1).to_owned()]
        }),
    ));
    traits
}

/// Each value's won and lost, its rate and interval; too few says so. For people, the values of which
/// there are too few to say anything share a row.
fn common(ended: &[Ended], all: Score, settings: &Settings, audience: Audience) -> Table {
    let lang = settings.language;
    let mut columns = vec![column("trait", Kind::Text, lang), column("is", Kind::Text, lang)];
    for id in ["won", "lost", "win-rate", "low", "high"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let mut rows = Vec::new();
    for (name, values) in traits(settings) {
        let mut scores: BTreeMap<String, Score> = BTreeMap::new();
        for one in ended {
            for value in values(one) {
                scores.entry(value).or_default().add(one.won);
            }
        }
        // What everybody has in common tells nobody apart.
        if scores.len() < 2 {
            continue;
        }
        let mut scores: Vec<(String, Score)> = scores.into_iter().collect();
        scores.sort_by_key(|(value, score)| (Reverse(score.trials()), value.clone()));
        let told = match audience {
            Audience::People => scores.partition_point(|(_, score)| score.trials() >= FEW),
            _ => scores.len(),
        };
        // A single one needs no row for the rest.
        let told = if told + 1 == scores.len() { scores.len() } else { told };
        let (told, others) = scores.split_at(told);
        let trait_ = title(&name, lang);
        rows.extend(
            told.iter()
                .map(|(value, score)| score.row(&trait_, group_name(value, lang), all, lang)),
        );
        if !others.is_empty() {
            let n = others.len();
            let word = match lang {
                Lang::En => format!("{n} others, fewer than {FEW} each"),
                Lang::Zh => format!("其他{n}项，各少于{FEW}"),
            };
            let sum = others.iter().fold(Score::default(), |sum, (_, score)| Score {
                won: sum.won + score.won,
                lost: sum.lost + score.lost,
            });
            let mut row = sum.row(&trait_, Cell::absent(word), all, lang);
            row.cells.truncate(4);
            row.cells.resize(7, Cell::Empty);
            rows.push(Row::new(row.cells));
        }
    }
    let id = if audience == Audience::People { "common-list" } else { "common" };
    let title = lang.pick("Won against lost", "成交与流失对比").into();
    Table { id: id.into(), title, columns, rows, audience }
}
