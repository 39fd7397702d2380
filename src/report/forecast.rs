//! `crm report forecast`: the money that open prospects will bring, month by month, and whether it is enough.

use super::Request;
use super::breakdown::{
    UsedBoard, boards, by_cell, by_column, complete, interval, interval_columns, stage_cell,
};
use super::calibration::Odds;
use super::dimension::Dimension;
use super::expectation::Expectation;
use super::figures::without_rate;
use super::measures::{Measures, measures};
use super::outlook::{ForecastItem, ForecastLine, OpenProspect, Outlook};
use crate::diag::Diagnostic;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::table::sheet::{
    Cell, Chart, Column, Emphasis, Kind, Picture, Quantity, Row, Sheet, Table,
};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::{Amount, Money};
use crate::value::period::Period;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The forecast.
pub fn forecast(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let period = request
        .period
        .unwrap_or_else(|| settings.forecast.per.around(book.as_of, settings.fiscal_year));
    let expected = Expectation::of(book, request, period);
    let items: Vec<ForecastItem> = expected.items().collect();
    let due = expected.due();
    let boards = boards(settings, |position| expected.boards.contains(&position));
    let Expectation { odds, open, unweighed, .. } = &expected;
    let measures = measures(book, request, &expected.results, open, &due, period);
    let mut sheet = Sheet {
        id: "forecast".into(),
        title: lang.pick("Forecast", "预测").into(),
        about: about(book, settings, lang),
        ..Sheet::default()
    };
    let (lines, bucket) = line_table(&items, request, lang);
    sheet.tables.push(lines);
    sheet.tables.push(measures.table(lang));
    let tables = boards.iter().filter_map(|b| Some(odds_table(b, odds.get(&b.position)?, lang)));
    let mut tables: Vec<Table> = tables.collect();
    complete(&mut tables, &boards, settings);
    sheet.tables.extend(tables);
    sheet.pictures.extend(picture(&due, &measures, period, lang));
    for board in &boards {
        let Some(odds) = odds.get(&board.position) else { continue };
        let weighed = board.pipeline.open().iter().zip(odds);
        for (stage, odds) in weighed.filter(|(stage, _)| !stage.probability.is_zero()) {
            let sentence = odds.sentence(stage.label.get(lang, &stage.id), lang);
            sheet.notes.extend(sentence.map(|sentence| board.note(sentence, lang)));
        }
    }
    if request.by == Some(Dimension::OWNER) && settings.forecast.target.is_some() {
        let note = "the target is of the whole ledger: there is none for one owner";
        sheet.notes.push(lang.pick(note, "目标是全账本的：没有单个负责人的目标").into());
    }
    sheet.notes.extend(notes(open, *unweighed, bucket, lang));
    sheet.notes.extend(without_rate(&measures.foreign(open), settings));
    Ok(sheet)
}

fn about(book: &Book, settings: &Settings, lang: Lang) -> String {
    let currency = settings.currency.map(|c| format!("  ·  {c}")).unwrap_or_default();
    let weight = settings.forecast.weight.trimmed();
    match lang {
        Lang::En | Lang::Machine => format!(
            "open prospects on {} in columns with a probability; calibrated on all moves of the ledger, the nominal probability counting as {weight} more{currency}",
            book.as_of
        ),
        Lang::Zh => format!(
            "截至{}，有概率的各栏中进行中的客户；按账本全部移动校准，名义概率折合{weight}次移动{currency}",
            book.as_of
        ),
    }
}

/// A row for each month to come, their sum, and a row for each kind of prospect that is not added up;
/// with the widest step that a distribution had to be rounded to.
fn line_table(items: &[ForecastItem], request: &Request, lang: Lang) -> (Table, Option<u64>) {
    let mut groups: BTreeMap<&str, BTreeMap<ForecastLine, Vec<ForecastItem>>> = BTreeMap::new();
    if request.by.is_none() {
        groups.entry("").or_default();
    }
    for item in items {
        groups.entry(&item.open.group).or_default().entry(item.open.line).or_default().push(*item);
    }
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.push(column("closing", Kind::Text, lang));
    for id in ["count", "value", "nominal", "expected", "p10", "p50", "p90"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let columns = Column::giving_way(columns, &["nominal", "p10", "p90"]);
    let mut lines: Vec<(&str, Option<ForecastLine>, Vec<ForecastItem>)> = Vec::new();
    for (group, known) in groups {
        let (months, others): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|(line, _)| matches!(line, ForecastLine::Month(..)));
        let all = (months.len() != 1)
            .then(|| months.iter().flat_map(|(_, items)| items).copied().collect());
        lines.extend(months.into_iter().map(|(line, items)| (group, Some(line), items)));
        lines.extend(all.map(|items| (group, None, items)));
        lines.extend(others.into_iter().map(|(line, items)| (group, Some(line), items)));
    }
    let outlooks: Vec<Outlook> =
        lines.par_iter().map(|(.., items)| Outlook::of(items.iter().copied())).collect();
    let steps = outlooks.iter().filter_map(|outlook| outlook.distribution.as_ref()?.bucket());
    let bucket = steps.max();
    let rows = lines.iter().zip(&outlooks).map(|((group, line, _), outlook)| {
        let mut row: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
        let label = line
            .map_or_else(|| lang.pick("to come", "将到期合计").to_owned(), |line| line.label(lang));
        row.push(Cell::text(label));
        row.extend(cells(outlook, *line, lang));
        let emphasis = match line {
            None => Emphasis::Total,
            Some(ForecastLine::Month(..)) => Emphasis::Plain,
            Some(_) => Emphasis::Warn,
        };
        Row::with(row, emphasis)
    });
    let rows = rows.collect();
    let title = lang.pick("By month of expected close", "按预计签约月份");
    let table =
        Table { id: "forecast".into(), title: title.into(), columns, rows, ..Table::default() };
    (table, bucket)
}

/// The figures of a line; those of another currency carry its name.
fn cells(outlook: &Outlook, line: Option<ForecastLine>, lang: Lang) -> Vec<Cell> {
    let currency = match line {
        Some(ForecastLine::Foreign(currency)) => Some(currency),
        _ => None,
    };
    let money = |amount: Amount| match currency {
        Some(_) => Cell::Money(Money { amount, currency }),
        None => Cell::Amount(amount),
    };
    let mut cells = vec![Cell::count(outlook.count), money(outlook.value)];
    cells.extend([outlook.nominal, outlook.expected].map(|amount| money(amount.round(2))));
    for p in [0.1, 0.5, 0.9] {
        cells.push(
            outlook
                .quantile(p)
                .map_or_else(|| Cell::Absent(lang.pick("a value below 0", "有负值").into()), money),
        );
    }
    cells
}

fn odds_table(board: &UsedBoard, odds: &[Odds], lang: Lang) -> Table {
    let mut columns = vec![column("stage", Kind::Text, lang)];
    columns.extend(["nominal", "calibrated"].map(|id| column(id, Kind::Number, lang)));
    columns.extend(interval_columns("calibrated", lang));
    columns.extend(["n", "still-there"].map(|id| column(id, Kind::Number, lang)));
    let rows = board.pipeline.open().iter().zip(odds).map(|(stage, odds)| {
        let mut row = vec![stage_cell(stage, lang), Cell::Share(odds.nominal.to_f64())];
        row.push(Cell::Share(odds.calibrated.to_f64()));
        // Without a departure it is the nominal one: an assumption, which has no interval.
        let measured = odds.estimate.filter(|_| odds.departures > 0);
        row.extend(interval(measured.and_then(|estimate| estimate.interval)));
        row.push(Cell::Int(i64::try_from(odds.departures).unwrap_or(i64::MAX)));
        row.push(Cell::count(odds.standing));
        Row::new(row)
    });
    let rows = rows.collect();
    let title = lang.pick(
        "Probability of winning from each column; n: moves out of it",
        "各栏成交概率；n：移出次数",
    );
    Table { columns, rows, ..board.table("probability", title, lang) }
}

fn picture(due: &Outlook, measures: &Measures, period: Period, lang: Lang) -> Option<Picture> {
    if due.count == 0 {
        return None;
    }
    let quantity = |label: &str, amount: Amount| {
        Quantity::new(label, amount.to_f64(), amount.trimmed().grouped())
    };
    let [low, middle, high] = [0.1, 0.5, 0.9].map(|p| due.quantile(p));
    let (low, middle, high) = (low?, middle?, high?);
    let mut marks = vec![quantity(lang.pick("expected", "期望"), due.expected.round(0))];
    let missing = measures.missing().filter(|missing| !missing.is_negative());
    marks.extend(missing.map(|missing| {
        quantity(lang.pick("missing to the target", "距目标"), missing).with(if missing > high {
            Emphasis::Warn
        } else {
            Emphasis::Plain
        })
    }));
    let (a, b, c) = (low.grouped(), middle.grouped(), high.grouped());
    Some(Picture {
        title: format!("{} {period}", lang.pick("Still to come in", "期内尚可成交")),
        description: match lang {
            Lang::En | Lang::Machine => {
                format!("{a} with 90 % certainty, {b} as likely as not, {c} with 10 %")
            }
            Lang::Zh => format!("九成把握{a}，一半可能{b}，一成可能{c}"),
        },
        chart: Chart::Range {
            low: quantity("p10", low),
            middle: quantity("p50", middle),
            high: quantity("p90", high),
            marks,
        },
    })
}

fn notes(open: &[OpenProspect], unweighed: usize, bucket: Option<u64>, lang: Lang) -> Vec<String> {
    let mut notes = Vec::new();
    let without = open.iter().filter(|one| !one.valued).count();
    if without > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("open prospects without a value, which count as 0: {without}")
            }
            Lang::Zh => format!("{without}个没有价值，按0计"),
        });
    }
    if unweighed > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "open prospects in columns with probability 0, which are not in the forecast: {unweighed}"
            ),
            Lang::Zh => format!("{unweighed}个进行中的客户所在栏概率为0，不在预测内"),
        });
    }
    if let Some(bucket) = bucket {
        let width = Amount::from_hundredths(bucket).grouped();
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!(
                    "too many sums to tell apart: p10, p50 and p90 are in steps of up to {width}"
                )
            }
            Lang::Zh => format!("组合过多：p10、p50、p90以至多{width}为一档"),
        });
    }
    if open.iter().any(|one| !matches!(one.line, ForecastLine::Month(..))) {
        notes.push(
            lang.pick(
                "lines without a month to come are on their own and not added up: late (the date has gone by), undated, overdue (past the sales cycle), on-hold, other currencies",
                "没有未来月份的各行单列，不计入合计：日期已过、无日期、逾期（超过销售周期）、暂缓、其他货币",
            )
            .into(),
        );
    }
    notes
}
