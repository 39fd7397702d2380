//! `crm report bridge`: from the open prospects of one day to those of another, change by change.

use super::Request;
use super::breakdown::{by_cell, by_column, join};
use super::changes::{BridgePart, ChangeKind, Stock, StockChange, part};
use super::figures::others;
use crate::diag::{Code, Diagnostic, counted};
use crate::rules::book::Book;
use crate::table::sheet::{
    Cell, Chart, Column, Emphasis, Kind, Picture, Quantity, Row, Sheet, Table,
};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::period::Period;
use std::collections::BTreeMap;

/// The table of `--list`.
pub const LIST_TABLE: &str = "changes";

/// Days that a bridge spans where none are stated.
const DAYS: i64 = 7;

/// The prospects that one kind of change happened to.
#[derive(Debug, Clone, Default)]
struct ChangeTotal {
    prospects: usize,
    delta: Stock,
    affected: Sum,
}

/// The bridge of one group.
#[derive(Debug, Clone, Default)]
pub(super) struct GroupBridge {
    pub(super) opening: Stock,
    lines: BTreeMap<ChangeKind, ChangeTotal>,
    pub(super) closing: Stock,
}

/// The bridge, and with `--list` every change in it.
pub fn bridge(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let period = days(book, request)?;
    let Spans { spans, mut steps } = gather(book, request, period);
    let eve = period.from.plus(-1);
    let currency = book.settings.currency.map(|c| format!("  ·  {c}")).unwrap_or_default();
    let mut sheet = Sheet {
        id: "bridge".into(),
        title: format!("{} {period}", lang.pick("Bridge", "变化桥")),
        about: match lang {
            Lang::En | Lang::Machine => format!(
                "open prospects of every column, from the end of {eve} to the end of {}; weighted: value x nominal probability{currency}",
                period.to
            ),
            Lang::Zh => format!(
                "各栏进行中的客户，从{eve}日终到{}日终；加权 = 价值 x 名义概率{currency}",
                period.to
            ),
        },
        ..Sheet::default()
    };
    if request.list {
        steps.sort_by(|a, b| (a.change, &a.id).cmp(&(b.change, &b.id)));
        sheet.tables.push(list_table(&steps, request, lang));
    }
    sheet.tables.push(span_table(
        &spans,
        request,
        &period.to.to_string(),
        request.by.is_none(),
        lang,
    ));
    if let (None, Some(span)) = (&request.by, spans.values().next()) {
        sheet.pictures.push(picture(span, &period.to_string(), lang));
    }
    sheet.notes.push(
        lang.pick(
            "opening + changes = closing, exactly; a change of date or owner moves no total: `affected` is the value it happened to",
            "期初 + 变化 = 期末，分毫不差；日期与负责人的变化不影响总数：“涉及”为所涉客户的价值",
        )
        .into(),
    );
    let changes: usize =
        spans.values().flat_map(|span| span.lines.values()).map(|l| l.prospects).sum();
    if !request.list && changes > 0 {
        sheet.notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("{}: --list shows each", counted(changes, "change", "changes"))
            }
            Lang::Zh => format!("共{changes}项变化：--list逐项列出"),
        });
    }
    Ok(sheet)
}

/// Bridges by group, and the changes in them that shall be listed.
#[derive(Default)]
pub(super) struct Spans {
    pub(super) spans: BTreeMap<String, GroupBridge>,
    pub(super) steps: Vec<StockChange>,
}

impl Spans {
    /// Adds a prospect's part; its changes are kept if they shall be listed.
    pub(super) fn add(&mut self, part: BridgePart, list: bool) {
        if let Some((group, stock)) = part.opening {
            self.spans.entry(group).or_default().opening.add(&stock);
        }
        if let Some((group, stock)) = part.closing {
            self.spans.entry(group).or_default().closing.add(&stock);
        }
        for step in &part.steps {
            let span = self.spans.entry(step.group.clone()).or_default();
            let line = span.lines.entry(step.change).or_default();
            line.prospects += 1;
            line.delta.add(&step.delta);
            line.affected.add_sum(&step.affected);
        }
        if list {
            self.steps.extend(part.steps);
        }
    }

    /// With the one bridge there is where none are asked for by group, even if nothing is open.
    pub(super) fn complete(mut self, request: &Request) -> Spans {
        if request.by.is_none() {
            self.spans.entry(String::new()).or_default();
        }
        self
    }

    /// Adds the bridge of another thread.
    fn join(&mut self, other: Spans) {
        join(&mut self.spans, other.spans, |span, other| {
            span.opening.add(&other.opening);
            span.closing.add(&other.closing);
            join(&mut span.lines, other.lines, |line, other| {
                line.prospects += other.prospects;
                line.delta.add(&other.delta);
                line.affected.add_sum(&other.affected);
            });
        });
        self.steps.extend(other.steps);
    }
}

/// The part of every prospect, taken apart by the thread that read it.
fn gather(book: &Book, request: &Request, period: Period) -> Spans {
    let spans = request.fold(
        book,
        |spans: &mut Spans, record| {
            spans.add(part(record, book, request.by.as_ref(), period), request.list);
        },
        Spans::join,
    );
    spans.complete(request)
}

/// The days of the bridge: as stated, but not beyond the book's day; else the last week.
fn days(book: &Book, request: &Request) -> Result<Period, Diagnostic> {
    let period =
        request.period.unwrap_or(Period { from: book.as_of.plus(1 - DAYS), to: book.as_of });
    if period.from > book.as_of {
        let (from, as_of) = (period.from, book.as_of);
        let message = words!(
            "the bridge begins on {from}, after the as-of day {as_of}",
            "变化桥从 {from} 开始，晚于截止日 {as_of}"
        );
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!("--as-of names the day to look from", "用 --as-of 指定截止日")));
    }
    // Without a first day the bridge begins before the first entry: at nothing.
    let from = period.from.max(Date::MIN.plus(1));
    Ok(Period { from, to: period.to.min(book.as_of) })
}

fn figure_columns(foreign: bool, lang: Lang) -> Vec<Column> {
    let mut columns: Vec<Column> =
        ["count", "value", "weighted"].map(|id| column(id, Kind::Number, lang)).into();
    if foreign {
        columns.push(column("other-currencies", Kind::Text, lang));
    }
    columns
}

fn stock_cells(stock: &Stock, foreign: bool) -> Vec<Cell> {
    let mut cells = vec![
        Cell::Int(stock.count),
        Cell::Amount(stock.value.own.round(2)),
        Cell::Amount(stock.weighted.round(2)),
    ];
    if foreign {
        cells.push(Cell::list(others(&stock.value)));
    }
    cells
}

fn has_foreign(stock: &Stock) -> bool {
    !others(&stock.value).is_empty()
}

pub(super) fn span_table(
    spans: &BTreeMap<String, GroupBridge>,
    request: &Request,
    end: &str,
    every_kind: bool,
    lang: Lang,
) -> Table {
    // The closing has the money that the opening has or that a line brings.
    let foreign = spans.values().any(|span| {
        has_foreign(&span.opening) || span.lines.values().any(|line| has_foreign(&line.delta))
    });
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.push(column("bridge", Kind::Text, lang));
    columns.push(column("prospects", Kind::Number, lang));
    columns.extend(figure_columns(foreign, lang));
    columns.push(column("affected", Kind::Number, lang));
    let mut rows = Vec::new();
    for (group, span) in spans {
        let mut put = |name: String, prospects: Cell, stock: &Stock, affected: Cell, emphasis| {
            let mut row: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
            row.extend([Cell::text(name), prospects]);
            row.extend(stock_cells(stock, foreign));
            row.push(affected);
            rows.push(Row::with(row, emphasis));
        };
        let opening = lang.pick("opening", "期初").to_owned();
        put(opening, Cell::Empty, &span.opening, Cell::Empty, Emphasis::Plain);
        for (change, ..) in ChangeKind::ALL {
            let line = span.lines.get(&change);
            // The whole shows every kind; a group shows the kinds that it had. Corrections are rare.
            if line.is_none() && (!every_kind || change == ChangeKind::Corrected) {
                continue;
            }
            let line = line.cloned().unwrap_or_default();
            let emphasis = match change {
                ChangeKind::Won => Emphasis::Good,
                ChangeKind::Lost | ChangeKind::Corrected if line.prospects > 0 => Emphasis::Warn,
                _ => Emphasis::Plain,
            };
            let affected = Cell::sum(&line.affected.round(2));
            let name = change.label(lang).to_owned();
            put(name, Cell::count(line.prospects), &line.delta, affected, emphasis);
        }
        let closing = format!("{} {}", lang.pick("closing", "期末"), end);
        put(closing, Cell::Empty, &span.closing, Cell::Empty, Emphasis::Plain);
    }
    Table { id: "bridge".into(), columns, rows: rows.into(), ..Table::default() }
}

pub(super) fn list_table(steps: &[StockChange], request: &Request, lang: Lang) -> Table {
    let foreign = steps.iter().any(|step| has_foreign(&step.delta));
    let mut columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("bridge", Kind::Text, lang),
        column("detail", Kind::Text, lang),
    ];
    columns.extend(by_column(request, lang));
    columns.extend(figure_columns(foreign, lang));
    let rows = steps.iter().map(|step| {
        let mut row = vec![
            Cell::text(step.id.clone()),
            Cell::text(step.name.clone()),
            Cell::text(step.change.label(lang)),
            Cell::text(step.detail.clone()),
        ];
        row.extend(by_cell(request, &step.group, lang));
        row.extend(stock_cells(&step.delta, foreign));
        Row::new(row)
    });
    let rows = rows.collect();
    let title = lang.pick("Every change", "逐项变化").to_owned();
    Table { id: LIST_TABLE.into(), title, columns, rows, ..Table::default() }
}

/// Opening, the changes of value, and closing: each change hangs where the one before ends.
pub(super) fn picture(span: &GroupBridge, days: &str, lang: Lang) -> Picture {
    let bar = |label: &str, amount: Amount, sign: &str| {
        Quantity::new(label, amount.to_f64(), format!("{sign}{}", amount.trimmed().grouped()))
    };
    let mut bars = vec![bar(lang.pick("opening", "期初"), span.opening.value.own, "")];
    for (change, line) in span.lines.iter().filter(|(_, line)| !line.delta.value.own.is_zero()) {
        let amount = line.delta.value.own;
        let sign = if amount.is_negative() { "" } else { "+" };
        let emphasis = match change {
            ChangeKind::Won => Emphasis::Good,
            ChangeKind::Lost | ChangeKind::ValueDown => Emphasis::Warn,
            _ => Emphasis::Plain,
        };
        bars.push(bar(change.label(lang), amount, sign).with(emphasis));
    }
    bars.push(bar(lang.pick("closing", "期末"), span.closing.value.own, ""));
    let said: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.label, bar.text)).collect();
    Picture {
        title: format!("{} {days}", lang.pick("Open value", "进行中的价值")),
        description: lang.listed(said),
        chart: Chart::Waterfall(bars),
    }
}
