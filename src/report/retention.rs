//! `crm report retention`: customers at the beginning of a period, new, won back and lapsed ones, those at its end; how
//! many stay, how long, and why the others left.

use super::Request;
use super::breakdown::{by_cell, by_column, interval, interval_columns};
use super::chosen::{Chosen, chosen};
use super::figures::{count, enough, few, rate, reached, without_rate};
use crate::diag::{Diagnostic, counted};
use crate::model::kind::EventKind;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::buyers::{Buyer, buyers};
use crate::rules::dealings::year_to;
use crate::rules::query::Query;
use crate::rules::replay::standing;
use crate::rules::retention::{BalanceDays, CustomerBalance, Headcount, Joining, Movement, tenure};
use crate::stats::{KaplanMeier, Observation, Proportion};
use crate::table::sheet::{
    Cell, Chart, Column, Emphasis, Kind, Picture, Row, Series, Sheet, Table,
};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::text::Text;
use std::collections::{BTreeMap, HashMap};

/// The days after the first order for which the curve is shown.
const MARKS: [u32; 4] = [90, 180, 365, 730];
/// First orders over more quarters than these are put together by year.
const QUARTERS: usize = 12;

/// A selected customer that bought.
struct Member<'c, 'b> {
    chosen: &'c Chosen<'b>,
    days: Vec<Date>,
    movement: Movement,
}

/// The balance of a period, the rates, the curve by cohort, and the reasons of the lapsed.
pub fn retention(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let days = BalanceDays::of(request.period.unwrap_or_else(|| year_to(book.as_of)), book.as_of);
    let all = chosen(book, request);
    let bought = buyers(book);
    let nobody = Buyer::default();
    let of = |one: &Chosen| bought.get(&one.customer.first).unwrap_or(&nobody);
    let members: Vec<Member> = all
        .iter()
        .filter(|one| one.customer.figures.is_buyer())
        .map(|chosen| {
            let buyer = of(chosen);
            let movement = Movement::of(buyer, &settings.grading, days);
            Member { chosen, days: buyer.days(), movement }
        })
        .collect();
    let mut groups: BTreeMap<String, CustomerBalance> = BTreeMap::new();
    for member in &members {
        let group = member.chosen.group.clone().unwrap_or_default();
        groups.entry(group).or_default().add(&member.movement);
    }
    let mut total = CustomerBalance::default();
    groups.values().for_each(|balance| total.join(balance));
    if request.by.is_none() {
        groups.entry(String::new()).or_default();
    }
    let cohorts = cohorts(&members, settings, days.last);
    let mut sheet = Sheet {
        id: "retention".into(),
        title: lang.pick("Customers kept", "客户留存").into(),
        about: about(days, &total, lang),
        tables: vec![
            balances(&groups, request, lang),
            rates(&total, lang),
            curve(&cohorts, lang),
            reasons(&members, book),
        ],
        ..Sheet::default()
    };
    sheet.tables.push(changes(&members, request, lang));
    sheet.hide_empty();
    sheet.pictures.extend(picture(&cohorts, lang));
    sheet.notes = notes(&total, request, lang);
    let mut foreign = Sum::default();
    members.iter().for_each(|member| foreign.add_sum(&of(member.chosen).foreign()));
    sheet.notes.extend(without_rate(&foreign, settings));
    Ok(sheet)
}

fn about(days: BalanceDays, total: &CustomerBalance, lang: Lang) -> String {
    let BalanceDays { eve, last } = days;
    let (opening, closing) = (total.opening.customers, total.closing.customers);
    match lang {
        Lang::En | Lang::Machine => format!(
            "from the end of {eve} ({}) to the end of {last} ({closing}); money: bought in the 365 days up to each",
            counted(opening, "customer", "customers")
        ),
        Lang::Zh => format!(
            "从 {eve} 日终（客户 {opening} 个）到 {last} 日终（{closing} 个）；金额为截至各日的365天内购买额"
        ),
    }
}

/// A row of a balance: id, English, Chinese, and its number and money.
type BalanceLine = (&'static str, &'static str, &'static str, fn(&CustomerBalance) -> Headcount);

/// The rows of a balance, in the order in which they add up.
const LINES: [BalanceLine; 7] = [
    ("opening", "opening", "期初", |b| b.opening),
    ("new", "+ new", "+ 新客户", |b| b.new),
    ("won-back", "+ won back", "+ 赢回", |b| b.won_back),
    ("lapsed", "- lapsed", "- 流失", |b| b.lapsed),
    ("grown", "+ bought more", "+ 购买增加", |b| b.grown),
    ("shrunk", "- bought less", "- 购买减少", |b| b.shrunk),
    ("closing", "= closing", "= 期末", |b| b.closing),
];

fn balances(groups: &BTreeMap<String, CustomerBalance>, request: &Request, lang: Lang) -> Table {
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.extend([
        column("change", Kind::Text, lang),
        column("customers", Kind::Number, lang),
        Column::new("money", lang.pick("Money", "金额"), Kind::Number),
        Column::new("stayed", lang.pick("Of those that stayed", "留存客户中"), Kind::Number),
    ]);
    let mut rows = Vec::new();
    for (group, balance) in groups {
        for (id, en, zh, of) in LINES {
            let head = of(balance);
            let mut cells: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
            cells.push(Cell::text(lang.term(id, en, zh)));
            // More or less money is no change of the number.
            let stayed = matches!(id, "grown" | "shrunk");
            let number = count(head.customers);
            let (customers, of_stayed) =
                if stayed { (Cell::Empty, number) } else { (number, Cell::Empty) };
            cells.extend([customers, Cell::Amount(head.money), of_stayed]);
            let emphasis = match id {
                "closing" if request.by.is_none() => Emphasis::Good,
                _ => Emphasis::Plain,
            };
            rows.push(Row::with(cells, emphasis));
        }
    }
    Table { id: "retention".into(), columns, rows: rows.into(), ..Table::default() }
}

fn rates(total: &CustomerBalance, lang: Lang) -> Table {
    let mut columns = vec![
        column("measure", Kind::Text, lang),
        Column::new("rate", lang.pick("Of the opening", "占期初"), Kind::Number),
    ];
    columns.extend(interval_columns("rate", lang));
    let row = |id: &str, en: &str, zh: &str, share: Proportion| {
        let mut cells = vec![Cell::text(lang.term(id, en, zh))];
        cells.push(rate(share.successes, share.trials, lang));
        cells.extend(interval(share.wilson().filter(|_| enough(share.trials))));
        Row::new(cells)
    };
    let opening = total.opening.customers;
    let growth = match enough(opening) {
        true => {
            let (now, was) = (total.closing.customers as f64, opening as f64);
            Cell::Share((now - was) / was)
        }
        false => few(opening, lang),
    };
    let rows = vec![
        row("churn", "lapsed (churn)", "流失率", total.churn()),
        row("kept", "stayed", "留存率", total.kept()),
        row("repurchase", "ordered again", "复购率", total.repurchase()),
        Row::new(vec![
            Cell::text(lang.term("growth", "growth of the number", "客户数增长")),
            growth,
            Cell::Empty,
            Cell::Empty,
        ]),
    ];
    let title = lang.pick("Rates", "比率").into();
    Table { id: "rates".into(), title, columns, rows: rows.into(), ..Table::default() }
}

/// The tenures of each cohort, by its name; of all together last.
fn cohorts(members: &[Member], settings: &Settings, on: Date) -> Vec<(String, Vec<Observation>)> {
    let fiscal = settings.fiscal_year;
    let known = members.iter().filter_map(|member| {
        let days = &member.days[..member.days.partition_point(|day| *day <= on)];
        Some((*days.first()?, tenure(days, &settings.grading, on)?))
    });
    let known: Vec<(Date, Observation)> = known.collect();
    let group = |name: &dyn Fn(Date) -> String| {
        let mut groups: BTreeMap<String, Vec<Observation>> = BTreeMap::new();
        known.iter().for_each(|(day, one)| groups.entry(name(*day)).or_default().push(*one));
        groups
    };
    let mut groups = group(&|day| fiscal.quarter_name(day));
    if groups.len() > QUARTERS {
        groups = group(&|day| format!("{:04}", fiscal.quarter_of(day).0));
    }
    let mut all: Vec<(String, Vec<Observation>)> = groups.into_iter().collect();
    if all.len() > 1 {
        all.push((String::new(), known.iter().map(|(_, one)| *one).collect()));
    }
    all
}

fn curve(cohorts: &[(String, Vec<Observation>)], lang: Lang) -> Table {
    let head = |id: String, title: String| Column::new(id, title, Kind::Number);
    let mut columns = vec![
        Column::new("cohort", lang.pick("First order", "首单"), Kind::Text),
        column("n", Kind::Number, lang),
        head("lapsed".into(), lang.pick("Lapsed", "流失").into()),
    ];
    for mark in MARKS {
        let title = match lang {
            Lang::En | Lang::Machine => format!("{mark} days"),
            Lang::Zh => format!("{mark} 天"),
        };
        columns.push(head(format!("day-{mark}"), title));
        let ends = interval_columns(&format!("day-{mark}"), lang);
        columns.extend(ends.map(|end| end.optional(2)));
    }
    columns.push(head("median".into(), lang.pick("Median days", "中位天数").into()));
    let several = cohorts.len() > 1;
    let rows = cohorts.iter().filter_map(|(name, observed)| {
        let curve = KaplanMeier::of(observed)?;
        let (n, is_all) = (curve.n as u64, several && name.is_empty());
        let name = if is_all { lang.pick("all", "合计") } else { name };
        let mut cells = vec![Cell::text(name), count(n), Cell::count(curve.events)];
        for mark in MARKS {
            let at = curve.at(mark).filter(|_| enough(n) && mark <= curve.t_max);
            cells.push(match at {
                Some(share) => Cell::Share(share.value),
                None if enough(n) => Cell::absent(format!("> {}", curve.t_max)),
                None => few(n, lang),
            });
            cells.extend(interval(at.and_then(|share| share.interval)));
        }
        cells.push(if enough(n) { reached(curve.median(), &curve) } else { few(n, lang) });
        Some(Row::with(cells, if is_all { Emphasis::Total } else { Emphasis::Plain }))
    });
    let title = lang.pick(
        "Not lapsed so many days after the first order (Kaplan-Meier)",
        "首单后各天数仍未流失的比例（Kaplan-Meier）",
    );
    Table {
        id: "cohorts".into(),
        title: title.into(),
        rows: rows.collect(),
        columns,
        ..Table::default()
    }
}

fn picture(cohorts: &[(String, Vec<Observation>)], lang: Lang) -> Option<Picture> {
    let (_, observed) = cohorts.last()?;
    let curve = KaplanMeier::of(observed).filter(|curve| enough(curve.n as u64))?;
    let mut points = vec![(0.0, 1.0)];
    points.extend(curve.points.iter().map(|p| (f64::from(p.time), p.survival.value)));
    points.push((f64::from(curve.t_max), points.last().map_or(1.0, |last| last.1)));
    let label = lang.pick("not lapsed", "未流失");
    let median = match curve.median() {
        Some(day) => day.to_string(),
        None => format!("> {}", curve.t_max),
    };
    Some(Picture {
        title: lang.pick("Customers that have not lapsed", "未流失的客户").into(),
        description: match lang {
            Lang::En | Lang::Machine => format!("median {median} days, n = {}", curve.n),
            Lang::Zh => format!("中位数 {median} 天，n = {}", curve.n),
        },
        chart: Chart::Steps {
            x_title: lang.pick("days", "天").into(),
            y_title: label.into(),
            series: vec![Series { label: label.into(), points, band: Vec::new() }],
        },
    })
}

/// The last reason that is recorded for each customer since its last order, by its first file.
fn recorded(book: &Book) -> HashMap<u32, (Date, Text)> {
    let found = book.gather_everybody(&Query::everything(), |record| {
        let customer = record.customer.get()?;
        let since = customer.figures.last_order.unwrap_or(Date::MIN);
        let entries = standing(&record.prospect.events, book.as_of);
        let said = entries.filter(|event| event.kind == EventKind::Lapsed && event.date() >= since);
        let last = said.filter(|event| !event.is_without_reason()).last()?;
        Some((customer.first, last.date(), last.reason.clone()?))
    });
    let mut all: HashMap<u32, (Date, Text)> = HashMap::new();
    for (first, on, reason) in found {
        if all.get(&first).is_none_or(|(known, _)| *known <= on) {
            all.insert(first, (on, reason));
        }
    }
    all
}

/// How many of the lapsed left for each reason, and the money of a year that left with them.
fn reasons(members: &[Member], book: &Book) -> Table {
    let (settings, lang) = (&book.settings, book.settings.language);
    let lapsed: Vec<&Member> = members.iter().filter(|one| one.movement.lapsed()).collect();
    let recorded = if lapsed.is_empty() { HashMap::new() } else { recorded(book) };
    let mut groups: BTreeMap<Option<&Text>, Headcount> = BTreeMap::new();
    for member in &lapsed {
        let reason = recorded.get(&member.chosen.customer.first).map(|(_, reason)| reason);
        let head = groups.entry(reason).or_default();
        let [before, after] = member.movement.money;
        let money = if member.movement.was { before } else { after };
        (head.customers, head.money) = (head.customers + 1, head.money.plus(money));
    }
    let mut sorted: Vec<(Option<&Text>, Headcount)> = groups.into_iter().collect();
    // Those without a reason come last.
    sorted.sort_by_key(|(reason, head)| (reason.is_none(), std::cmp::Reverse(head.customers)));
    let rows = sorted.into_iter().map(|(reason, head)| {
        let label = |code: &Text| {
            let known = settings.reasons.iter().find(|(id, _)| id == code);
            known.map_or(code.to_string(), |(id, label)| label.term(lang, id).to_owned())
        };
        let name = match reason {
            Some(code) => Cell::text(label(code)),
            None => Cell::absent(lang.pick("no reason recorded", "未记录原因")),
        };
        let share = rate(head.customers, lapsed.len() as u64, lang);
        Row::new(vec![name, count(head.customers), share, Cell::Amount(head.money)])
    });
    Table {
        id: "reasons".into(),
        title: lang.pick("Why they lapsed", "流失原因").into(),
        rows: rows.collect(),
        columns: vec![
            column("reason", Kind::Text, lang),
            column("customers", Kind::Number, lang),
            column("share", Kind::Number, lang),
            Column::new("money", lang.pick("Money", "金额"), Kind::Number),
        ],
        ..Table::default()
    }
}

/// Every customer that came, came back or lapsed; without `--list` an empty table.
fn changes(members: &[Member], request: &Request, lang: Lang) -> Table {
    let mut columns = vec![column("change", Kind::Text, lang), column("id", Kind::Id, lang)];
    columns.push(column("name", Kind::Text, lang));
    columns.extend([
        column("last-order", Kind::Date, lang),
        Column::new("money-before", lang.pick("Money before", "期初金额"), Kind::Number),
        Column::new("money-after", lang.pick("Money after", "期末金额"), Kind::Number),
    ]);
    let mut rows: Vec<(usize, Amount, Row)> = Vec::new();
    for member in members.iter().filter(|_| request.list) {
        let Movement { joined, money, .. } = member.movement;
        let joined = joined.map(|joined| match joined {
            Joining::New => 1,
            Joining::WonBack => 2,
        });
        let lapsed = member.movement.lapsed().then_some(3);
        for at in joined.into_iter().chain(lapsed) {
            let (id, en, zh, _) = LINES[at];
            let row = Row::new(vec![
                Cell::text(lang.term(
                    id,
                    en.trim_start_matches(['+', '-', ' ']),
                    zh.trim_start_matches(['+', '-', ' ']),
                )),
                Cell::text(member.chosen.id.clone()),
                Cell::text(member.chosen.name.as_str()),
                Cell::maybe(member.chosen.customer.figures.last_order, Cell::Date),
                Cell::Amount(money[0]),
                Cell::Amount(money[1]),
            ]);
            rows.push((at, money[usize::from(!member.movement.was)], row));
        }
    }
    rows.sort_by_key(|(at, money, _)| (*at, std::cmp::Reverse(*money)));
    let title = lang.pick("Who they are", "明细").into();
    let rows = rows.into_iter().map(|(_, _, row)| row).collect();
    Table { id: "changes".into(), title, columns, rows, ..Table::default() }
}

fn notes(total: &CustomerBalance, request: &Request, lang: Lang) -> Vec<String> {
    let mut notes = vec![
        lang.pick(
            "opening + new + won back - lapsed = closing; the money of those that stayed changes by what they bought more or less",
            "期初 + 新客户 + 赢回 - 流失 = 期末；留存客户的金额按购买增减变动",
        )
        .to_owned(),
    ];
    let again = total.lapsed.customers.saturating_sub(total.churned);
    if again > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "of the lapsed, {again} came or came back in the period itself and are not in the churn rate"
            ),
            Lang::Zh => format!("流失者中有 {again} 个是期间内新增或赢回的，不计入流失率"),
        });
    }
    let moved = total.new.customers + total.won_back.customers + total.lapsed.customers;
    if !request.list && moved > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("{}: --list shows each", counted(moved, "change", "changes"))
            }
            Lang::Zh => format!("共 {moved} 项变化：--list 逐项列出"),
        });
    }
    notes
}
