//! `crm report policy`: what each grade is promised, and where practice falls short of it.

use super::Request;
use super::words::column;
use crate::diag::Diagnostic;
use crate::model::date::Date;
use crate::model::grading::Policy;
use crate::model::label::Lang;
use crate::model::money::Amount;
use crate::model::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::rules::book::Book;
use crate::rules::policy::{Duty, duties, followed, lead};
use crate::rules::state::Record;
use std::collections::BTreeMap;

/// A duty of a selected prospect.
struct Held<'b> {
    record: &'b Record,
    grade: &'b str,
    group: String,
    duty: Duty<'b>,
}

/// The policy, how well it is kept, and every shortfall. With a period, answers and discounts are those
/// of that period; the rest is as of the day.
pub fn policy(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let held = held(book, request);
    let mut tables = vec![
        kept(&held, book, request),
        shortfalls(&held, book),
        promises(book),
        span(book, request),
    ];
    tables.retain(|table| !table.rows.is_empty());
    let missed = held.iter().filter(|held| !held.duty.is_met(book.as_of)).count();
    let about = match lang {
        Lang::En => format!("{}  ·  {} demands, {missed} not met", book.as_of, held.len()),
        Lang::Zh => format!("{}  ·  要求 {} 项，未达到 {missed} 项", book.as_of, held.len()),
    };
    Ok(Sheet {
        id: "policy".into(),
        title: lang.pick("Policy by grade", "分级服务标准").into(),
        about,
        tables,
        notes: vec![worth_it(book, request)],
        ..Sheet::default()
    })
}

fn held<'b>(book: &'b Book, request: &'b Request) -> Vec<Held<'b>> {
    let inside = |duty: &Duty| match (request.period, duty) {
        (Some(period), Duty::Answer(answer)) => period.contains(answer.asked.date()),
        (Some(period), Duty::Discount { on, .. }) => period.contains(*on),
        _ => true,
    };
    let mut held = Vec::new();
    for record in request.select(book) {
        let Some(grade) = book.customer(record).and_then(|customer| customer.grade()) else {
            continue;
        };
        let group = request.group(record, &book.settings);
        for duty in duties(record, book).into_iter().filter(inside) {
            held.push(Held { record, grade, group: group.clone().unwrap_or_default(), duty });
        }
    }
    held
}

/// A row for each duty of each grade (of each group): how often it was met.
fn kept(held: &[Held], book: &Book, request: &Request) -> Table {
    let lang = book.settings.language;
    let grades = book.settings.grading.grades();
    let rank = |grade: &str| grades.iter().position(|known| *known == grade);
    // Group, grade, duty: met, and all.
    let mut tallies: BTreeMap<(&str, Option<usize>, usize), (u64, u64)> = BTreeMap::new();
    for item in held {
        let key = (item.group.as_str(), rank(item.grade), item.duty.position());
        let (met, all) = tallies.entry(key).or_default();
        *met += u64::from(item.duty.is_met(book.as_of));
        *all += 1;
    }
    let mut columns: Vec<Column> = Vec::new();
    columns.extend(request.by.as_ref().map(|by| column(by.name(), Kind::Text, lang)));
    columns.push(column("grade", Kind::Text, lang));
    columns.push(Column::new("duty", lang.pick("Duty", "项目"), Kind::Text));
    columns.push(column("what", Kind::Text, lang));
    columns.push(Column::new("kept", lang.pick("Kept", "达到"), Kind::Number));
    let rows = tallies.into_iter().map(|((group, grade, duty), (met, all))| {
        let mut cells: Vec<Cell> = Vec::new();
        cells.extend(request.by.is_some().then(|| match group {
            "" => Cell::Absent(lang.pick("none", "无").into()),
            group => Cell::text(group),
        }));
        let (id, en, zh) = Duty::NAMES[duty];
        cells.push(Cell::maybe(grade.map(|at| grades[at]), Cell::text));
        cells.extend([Cell::text(id), Cell::text(lang.pick(en, zh)), Cell::Rate(met, all)]);
        Row::with(cells, if met < all { Emphasis::Warn } else { Emphasis::Good })
    });
    let title = lang.pick("Kept", "执行情况").into();
    Table { id: "kept".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

/// Every duty that is not met: the best grades first, then what is latest.
fn shortfalls(held: &[Held], book: &Book) -> Table {
    let lang = book.settings.language;
    let grades = book.settings.grading.grades();
    let rank = |grade: &str| grades.iter().position(|known| *known == grade);
    let mut missed: Vec<&Held> = held.iter().filter(|held| !held.duty.is_met(book.as_of)).collect();
    missed.sort_by_key(|item| {
        let due = item.duty.due().unwrap_or(Date::MAX);
        (rank(item.grade), item.duty.position(), due, &item.record.prospect.id)
    });
    let columns = vec![
        column("grade", Kind::Text, lang),
        column("what", Kind::Text, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("owner", Kind::Text, lang),
        Column::new("late", lang.pick("Days late", "逾期天数"), Kind::Number),
        column("detail", Kind::Text, lang),
    ];
    let rows = missed.into_iter().map(|item| {
        let (_, en, zh) = Duty::NAMES[item.duty.position()];
        let cells = vec![
            Cell::text(item.grade),
            Cell::text(lang.pick(en, zh)),
            Cell::text(&*item.record.prospect.id),
            Cell::text(&*item.record.prospect.name),
            Cell::maybe(item.record.state.owner.as_deref(), Cell::text),
            Cell::maybe(item.duty.due(), |due| Cell::Int(book.as_of.days_since(due))),
            Cell::text(detail(&item.duty, lang)),
        ];
        Row::with(cells, Emphasis::Warn)
    });
    let title = lang.pick("Where it falls short", "未达标").into();
    Table { id: "shortfalls".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

/// The figures of a duty, in words.
fn detail(duty: &Duty, lang: Lang) -> String {
    match duty {
        Duty::Verify(deadline) | Duty::Contact(deadline) => {
            let every = deadline.every;
            match (deadline.last, lang) {
                (Some(last), Lang::En) => format!("every {every} days, last {last}"),
                (Some(last), Lang::Zh) => format!("每 {every} 天，上次 {last}"),
                (None, Lang::En) => format!("every {every} days, never yet"),
                (None, Lang::Zh) => format!("每 {every} 天，从未"),
            }
        }
        Duty::Channel { kind, on, .. } => match lang {
            Lang::En => format!("last contact {on}: {kind}"),
            Lang::Zh => format!("最近联系 {on}：{kind}"),
        },
        Duty::Level { has, needs } => match lang {
            Lang::En => format!("{has} rep, takes {needs}"),
            Lang::Zh => format!("{has}，应为 {needs}"),
        },
        Duty::Answer(answer) => {
            let (kind, on, hours) = (&answer.asked.kind, answer.asked.date(), answer.hours);
            let done = answer.answered.map(|event| event.date().to_string());
            match (done, lang) {
                (Some(done), Lang::En) => {
                    format!("{kind} of {on} answered {done}, promised in {hours} h")
                }
                (Some(done), Lang::Zh) => format!("{on} {kind}，{done} 答复，承诺 {hours} 小时"),
                (None, Lang::En) => format!("{kind} of {on} open, promised in {hours} h"),
                (None, Lang::Zh) => format!("{on} {kind} 未答复，承诺 {hours} 小时"),
            }
        }
        Duty::Discount { quoted, agreed, on, ceiling } => {
            let percent = ceiling.times(Amount::from_int(100)).round(2);
            match lang {
                Lang::En => format!("{on}: {agreed} of {quoted} quoted, at most {percent} % off"),
                Lang::Zh => format!("{on}：报价 {quoted}，成交 {agreed}，折扣上限 {percent}%"),
            }
        }
    }
}

/// What the settings promise each grade.
fn promises(book: &Book) -> Table {
    let lang = book.settings.language;
    let number = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let columns = vec![
        column("grade", Kind::Text, lang),
        number("verify-days", "Verified every", "核实（天）"),
        Column::new("rep-level", lang.pick("Rep's level", "业务员级别"), Kind::Text),
        number("contact-days", "In touch every", "联系（天）"),
        column("channel", Kind::Text, lang),
        number("response-hours", "Answer, hours", "答复（小时）"),
        number("discount", "Discount", "折扣上限"),
    ];
    let days = |days: Option<u32>| Cell::maybe(days, |days| Cell::Int(i64::from(days)));
    let row = |(grade, policy): (&str, &Policy)| {
        Row::new(vec![
            Cell::text(grade),
            days(policy.verify_days),
            Cell::maybe(policy.level.as_deref(), Cell::text),
            days(policy.contact_days),
            Cell::list(policy.channel.iter().cloned()),
            days(policy.response_hours),
            Cell::maybe(policy.discount, |share| Cell::Share(share.to_f64())),
        ])
    };
    let grades = book.settings.grading.grades();
    let stated = grades.iter().filter_map(|g| Some((*g, book.settings.policy(g)?)));
    let rows = stated.map(row).collect();
    let title = lang.pick("What each grade is promised", "各级服务标准").into();
    Table { id: "promises".into(), title, columns, rows, ..Table::default() }
}

/// The customers that are followed, by who leads their owner.
fn by_manager<'b>(book: &'b Book, request: &'b Request) -> BTreeMap<&'b str, usize> {
    let settings = &book.settings;
    let leads = |id: &str| settings.reps.iter().any(|rep| rep.manager.as_deref() == Some(id));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (customer, record) in super::grade::customers(book, request) {
        if !followed(record, customer) {
            continue;
        }
        let owner = lead(customer, book.records()).state.owner.as_deref();
        // Whoever leads others follows their own customers too.
        let manager = owner.and_then(|id| match leads(id) {
            true => Some(id),
            false => settings.rep(id).and_then(|rep| rep.manager.as_deref()),
        });
        *counts.entry(manager.unwrap_or("")).or_default() += 1;
    }
    counts
}

fn span(book: &Book, request: &Request) -> Table {
    let settings = &book.settings;
    let lang = settings.language;
    let span = settings.grading.span;
    let columns = vec![
        column("manager", Kind::Text, lang),
        column("reps", Kind::Number, lang),
        column("customers", Kind::Number, lang),
        column("span", Kind::Number, lang),
        Column::new("beyond", lang.pick("Beyond it", "超出"), Kind::Number),
    ];
    let rows = by_manager(book, request).into_iter().map(|(manager, customers)| {
        let led = |rep: &&crate::model::settings::Rep| rep.manager.as_deref() == Some(manager);
        let beyond = customers.saturating_sub(span as usize);
        let cells = vec![
            match manager {
                "" => Cell::Absent(lang.pick("nobody", "无").into()),
                id => Cell::text(id),
            },
            Cell::count(settings.reps.iter().filter(led).count()),
            Cell::count(customers),
            Cell::Int(i64::from(span)),
            Cell::count(beyond),
        ];
        Row::with(cells, if beyond > 0 { Emphasis::Warn } else { Emphasis::Plain })
    });
    let title = lang.pick("What a manager can follow", "管理幅度").into();
    Table { id: "span".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

/// Whether customers outnumber what the managers can follow, so that grading pays.
fn worth_it(book: &Book, request: &Request) -> String {
    let lang = book.settings.language;
    let span = book.settings.grading.span as usize;
    let counts = by_manager(book, request);
    let customers: usize = counts.values().sum();
    let over = counts.values().filter(|count| **count > span).count();
    let managers = counts.keys().filter(|id| !id.is_empty()).count().max(1);
    match (over > 0, lang) {
        (true, Lang::En) => format!(
            "grading is worth it: {customers} customers, and a manager can follow {span} (managers: {managers})"
        ),
        (true, Lang::Zh) => {
            format!("值得分级：客户 {customers} 个，每位主管可管 {span} 个（主管 {managers} 位）")
        }
        (false, Lang::En) => format!(
            "{customers} customers, and a manager can follow {span} (managers: {managers}): everybody can still be followed without grades"
        ),
        (false, Lang::Zh) => format!(
            "客户 {customers} 个，每位主管可管 {span} 个（主管 {managers} 位）：不分级也管得过来"
        ),
    }
}
