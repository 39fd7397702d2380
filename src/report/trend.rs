//! `crm report trend`: activity, closes, money, new customers and requests by day, week, month or quarter.

use super::Request;
use super::activity::{Activity, measure};
use super::chosen::customers;
use super::dimension::Dimension;
use super::figures::{count, rate, span as span_of, tallies_left_out, without_rate};
use crate::diag::{Code, Diagnostic};
use crate::model::pipeline::Outcome;
use crate::model::profile::Relation;
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::rules::sales::{SaleKind, sales as sales_of};
use crate::rules::service::collect::fold_cases;
use crate::rules::span::Span;
use crate::table::sheet::{
    Audience, Cell, Chart, Column, Kind, Picture, Row, Series, Sheet, Table,
};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::period::Period;

/// So many spans are shown where no period is asked for.
const USUAL: usize = 13;
/// More rows than these are refused.
const MOST: usize = 1_000;

/// The figures of a span.
#[derive(Default)]
struct SpanFigures {
    activity: Activity,
    lost: u64,
    booked: Sum,
    received: Sum,
    new_customers: u64,
    requests: u64,
}

/// A column of the report: its id, its titles, its figure.
struct Measure {
    id: &'static str,
    titles: (&'static str, &'static str),
    figure: Figure,
}

/// A figure of a span.
enum Figure {
    Count(fn(&SpanFigures) -> u64),
    Money(fn(&SpanFigures) -> &Sum),
    /// The share of the pursuits that ended which was won.
    WinRate,
}

impl Figure {
    fn cell(&self, figures: &SpanFigures, lang: Lang) -> Cell {
        match self {
            Figure::Count(of) => count(of(figures)),
            Figure::Money(of) => Cell::sum(of(figures)),
            Figure::WinRate => match figures.activity.closes + figures.lost {
                0 => Cell::Empty,
                ended => rate(figures.activity.closes, ended, lang),
            },
        }
    }

    /// Its quantity for the picture, which has no shares.
    fn quantity(&self, figures: &SpanFigures) -> f64 {
        match self {
            Figure::Count(of) => of(figures) as f64,
            Figure::Money(of) => of(figures).own.to_f64(),
            Figure::WinRate => 0.0,
        }
    }
}

const fn measure_of(
    id: &'static str,
    titles: (&'static str, &'static str),
    figure: Figure,
) -> Measure {
    Measure { id, titles, figure }
}

/// The measures, in the order of the work.
#[rustfmt::skip]
const MEASURES: [Measure; 13] = [
    measure_of("dials", ("Dials", "拨打"), Figure::Count(|f| f.activity.dials)),
    measure_of("conversations", ("Talks", "接通"), Figure::Count(|f| f.activity.conversations)),
    measure_of("appointments", ("Set", "约定"), Figure::Count(|f| f.activity.appointments)),
    measure_of("first-meetings", ("First met", "初次见面"), Figure::Count(|f| f.activity.first_meetings)),
    measure_of("prospects", ("Prospects", "潜在客户"), Figure::Count(|f| f.activity.prospects)),
    measure_of("closes", ("Won", "成交"), Figure::Count(|f| f.activity.closes)),
    measure_of("lost", ("Lost", "退出"), Figure::Count(|f| f.lost)),
    measure_of("win-rate", ("Win rate", "成交率"), Figure::WinRate),
    measure_of("won-value", ("Won value", "成交金额"), Figure::Money(|f| &f.activity.value)),
    measure_of("booked", ("Booked", "承保"), Figure::Money(|f| &f.booked)),
    measure_of("received", ("Received", "回款"), Figure::Money(|f| &f.received)),
    measure_of("new-customers", ("New customers", "新客户"), Figure::Count(|f| f.new_customers)),
    measure_of("requests", ("Requests", "受理"), Figure::Count(|f| f.requests)),
];

/// The measures of each span, in the order of time.
pub fn trend(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let by = request.by.as_ref().and_then(Dimension::span).unwrap_or(Span::Week);
    let customers = customers(book, request);
    // The first entry of the ledger is known now.
    let days = span_of(book, request.period);
    if days.from > book.as_of {
        return Err(still_to_come(request.period.unwrap_or(days)));
    }
    let most = if request.period.is_some() { MOST + 1 } else { USUAL };
    let spans = by.of_period(days, most, settings);
    if spans.len() > MOST {
        return Err(too_many(days));
    }
    let mut figures: Vec<SpanFigures> = spans.iter().map(|_| SpanFigures::default()).collect();
    let at = |day: Date| {
        let at = spans.partition_point(|span| span.to < day);
        spans.get(at).filter(|span| span.contains(day)).map(|_| at)
    };
    let alone = Request {
        query: request.query.clone(),
        files: request.files,
        by: None,
        period: None,
        target: None,
        list: false,
        readers: None,
    };
    let (activity, _) = measure(book, &alone, &spans);
    let mut left_out: Vec<String> = Vec::new();
    for (figures, counts) in figures.iter_mut().zip(activity) {
        figures.activity = counts.all;
        left_out.extend(counts.left_out);
    }
    let ended = alone.fold_everybody(
        book,
        |all: &mut Vec<SpanFigures>, record| {
            all.resize_with(spans.len(), SpanFigures::default);
            ends(record, book, at, all);
        },
        |all, part| {
            all.resize_with(spans.len(), SpanFigures::default);
            for (known, more) in all.iter_mut().zip(part) {
                known.lost += more.lost;
                known.booked.add_sum(&more.booked);
                known.received.add_sum(&more.received);
            }
        },
    );
    for (figures, ended) in figures.iter_mut().zip(ended) {
        (figures.lost, figures.booked, figures.received) =
            (ended.lost, ended.booked, ended.received);
    }
    let first_orders = customers.iter().filter_map(|customer| customer.figures.first_order);
    for span in first_orders.filter_map(at) {
        figures[span].new_customers += 1;
    }
    for span in requests(book, request).into_iter().filter_map(at) {
        figures[span].requests += 1;
    }
    left_out.sort_unstable();
    left_out.dedup();
    Ok(sheet(book, by, &spans, &figures, &left_out, lang))
}

/// That a period has not begun.
fn still_to_come(Period { from, to }: Period) -> Diagnostic {
    let message = words!("the period {from}..{to} is still to come", "期间 {from}..{to} 尚未到来");
    Diagnostic::new(Code::BadArgument, message)
        .help(words!("--period 'last month', or none", "--period 'last month'，或不写"))
}

fn too_many(days: Period) -> Diagnostic {
    let n = days.days();
    Diagnostic::new(
        Code::BadArgument,
        words!("{days} has more than {MOST} rows ({n} days)", "{days}（{n} 天）超过 {MOST} 行"),
    )
    .help(words!("a shorter --period, or --by month", "请缩短 --period，或用 --by month"))
}

/// The pursuits of a record that were lost, and its money, in the spans of their days.
fn ends(record: &Record, book: &Book, at: impl Fn(Date) -> Option<usize>, all: &mut [SpanFigures]) {
    for pursuit in &record.history.pursuits {
        if let Some((day, Outcome::Lost)) = pursuit.ended
            && let Some(span) = at(day)
        {
            all[span].lost += 1;
        }
    }
    // As in the report of sales: partners, agents and suppliers have none.
    if record.prospect.profile().relation != Relation::Customer {
        return;
    }
    for sale in sales_of(record, &book.settings, book.as_of) {
        let Some((span, money)) = at(sale.on).zip(sale.money) else { continue };
        match sale.kind {
            SaleKind::Booked => all[span].booked.add(money),
            SaleKind::Received => all[span].received.add(money),
            SaleKind::Billed => {}
        }
    }
}

/// The days on which cases of the selected files began.
fn requests(book: &Book, request: &Request) -> Vec<Date> {
    let selected = request.selection(book);
    fold_cases(
        book,
        |record| selected.has(record).then_some(()),
        |all: &mut Vec<Date>, case, ()| all.extend(case.first().map(|asking| asking.at.date)),
        |all, part| all.extend(part),
    )
}

fn sheet(
    book: &Book,
    by: Span,
    spans: &[Period],
    figures: &[SpanFigures],
    left_out: &[String],
    lang: Lang,
) -> Sheet {
    let settings = &book.settings;
    let name = Span::NAMES[by as usize];
    let mut columns = vec![column(name, Kind::Text, lang)];
    columns.extend(MEASURES.iter().map(|measure| {
        let (en, zh) = measure.titles;
        Column::new(measure.id, lang.pick(en, zh), Kind::Number)
    }));
    let rows = spans.iter().zip(figures).map(|(span, figures)| {
        let mut cells = vec![Cell::text(by.name(span.from, settings))];
        cells.extend(MEASURES.iter().map(|measure| measure.figure.cell(figures, lang)));
        Row::new(cells)
    });
    // Machines read the head even of nothing.
    let audience = if spans.is_empty() { Audience::Machines } else { Audience::All };
    let (id, rows, title) = ("trend".into(), rows.collect(), String::new());
    let table = Table { id, title, columns, rows, audience };
    let mut sheet = Sheet {
        id: "trend".into(),
        title: lang.pick("Trend", "趋势").into(),
        about: about(name, spans, lang),
        tables: vec![table],
        pictures: picture(name, figures, lang).into_iter().collect(),
        ..Sheet::default()
    };
    if let Some(last) = spans.last() {
        let whole = by.around(last.to, settings);
        if whole.to > last.to {
            let (from, to) = (last.from, last.to);
            sheet.notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!("the last row is not a whole {name}: {from} to {to}")
                }
                Lang::Zh => format!("最后一行不是完整的一期：{from} 至 {to}"),
            });
        }
    }
    let mut money = Sum::default();
    for figures in figures {
        money.add_sum(&figures.activity.value);
        money.add_sum(&figures.booked);
        money.add_sum(&figures.received);
    }
    sheet.notes.extend(without_rate(&money, settings));
    let left_out: Vec<&str> = left_out.iter().map(|rep| &**rep).collect();
    sheet.notes.extend(tallies_left_out(&left_out, lang));
    sheet
}

fn about(name: &str, spans: &[Period], lang: Lang) -> String {
    let zh = match name {
        "day" => "日",
        "week" => "周",
        "month" => "月",
        _ => "季度",
    };
    let days = spans.first().zip(spans.last()).map(|(first, last)| {
        let (from, to) = (first.from, last.to);
        Period { from, to }.to_string()
    });
    let days = days.unwrap_or_default();
    match lang {
        Lang::En | Lang::Machine => format!("{days}, by {name}; each act counts on its day"),
        Lang::Zh => format!("{days}，按{zh}；每项按发生日计"),
    }
}

/// The course of each measure that has anything, as a share of its own highest; the label gives its range.
fn picture(name: &str, figures: &[SpanFigures], lang: Lang) -> Option<Picture> {
    let mut series = Vec::new();
    let mut labels = Vec::new();
    for measure in &MEASURES {
        let values: Vec<f64> =
            figures.iter().map(|figures| measure.figure.quantity(figures)).collect();
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = values.iter().copied().fold(0.0, f64::max);
        if highest <= 0.0 || values.len() < 2 {
            continue;
        }
        let (en, zh) = measure.titles;
        let said = |value: f64| Amount::of_f64(value).round(0).grouped();
        let label = format!("{} {} - {}", lang.pick(en, zh), said(lowest), said(highest));
        let share = |value: f64| (value / highest).max(0.0);
        let mut points: Vec<(f64, f64)> =
            values.iter().enumerate().map(|(at, value)| (at as f64, share(*value))).collect();
        points.extend(values.last().map(|last| (values.len() as f64, share(*last))));
        labels.push(label.clone());
        series.push(Series { label, points, band: Vec::new() });
    }
    (!series.is_empty()).then(|| Picture {
        title: lang.pick("Course", "走势").into(),
        description: lang.listed(labels),
        chart: Chart::Steps {
            x_title: match lang {
                Lang::En | Lang::Machine => format!("{name}s"),
                Lang::Zh => "期".into(),
            },
            y_title: lang.pick("share of the highest", "占最高值").into(),
            series,
        },
    })
}
