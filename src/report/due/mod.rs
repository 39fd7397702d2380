//! `crm due`: the work list - things due today, missed, and to come.

mod demands;
mod items;
mod money;

use super::Request;
use super::columns::stage_name;
use crate::diag::counted;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::dealings::year_to;
use crate::rules::purchases::purchases;
use crate::rules::query::Query;
use crate::rules::receivables::customers::{Gathered, MoneyFile};
use crate::rules::receivables::sum;
use crate::rules::replay::state::Record;
use crate::rules::service::collect::JointCases;
use crate::rules::team::pool::{announced, answering};
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Rows, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Money};
use crate::value::text::Text;
use demands::Demands;
pub(super) use items::{BIRTHDAY, NEXT};
use items::{DueItem, RECYCLE, RIGHTS, items, untold};
use money::{MoneyDue, due_of, is_money};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// With whom.
struct Whom {
    id: Text,
    name: Text,
    stage: Text,
    owner: Option<Text>,
}

/// The id in the row of a thing that concerns the settings.
const SETTINGS_ID: &str = "crm.toml";

/// The rows that people see unless they ask for all: with its heads they fill a screen of 24 lines.
const SCREEN: usize = 18;

/// Everything due up to `days` after the as-of day; a missed thing stays until an entry settles it.
/// The keeper of the pool answers for its things, and a query for the keeper's selects them.
///
/// Machines read all of it by day. People read what is due by now before what is to come, in each the most money at
/// stake first, and no more than a screen of it unless the request asks for the whole list.
pub fn due(book: &Book, request: &Request, days: i64) -> Sheet {
    let lang = book.settings.language;
    let last = book.as_of.plus(days);
    let found = match book.ledgers() {
        [] => found(book, request, last),
        ledgers => {
            if request.query.asks_grades() || ledgers.iter().any(Demands::are_made) {
                book.graded();
            }
            ledgers.iter().flat_map(|ledger| found(ledger, request, last)).collect()
        }
    };
    let (with, items): (Vec<Whom>, Vec<Vec<DueItem>>) = found.into_iter().unzip();
    let items = (0..).zip(items).flat_map(|(at, items)| items.into_iter().map(move |i| (i, at)));
    let mut items: Vec<(DueItem, u32)> = items.collect();
    items.par_sort_by(|(a, first), (b, second)| {
        let id = |at: u32| &with[at as usize].id;
        let key = |item: &DueItem| (item.date, !is_money(item.what), item.what.0);
        (key(a), id(*first)).cmp(&(key(b), id(*second)))
    });
    let as_of = book.as_of;
    let mut by_money: Vec<&(DueItem, u32)> = items.iter().collect();
    // Stable: of equal money the order of days stays.
    by_money.par_sort_by_key(|(item, _)| (item.date > as_of, Reverse(in_own(item.stake))));
    let shown = if request.list { by_money.len() } else { by_money.len().min(SCREEN) };
    let rows = by_money.iter().take(shown).map(|(item, whom)| {
        let Row { mut cells, emphasis } = row(item, &with[*whom as usize], as_of, lang);
        let stake = cells.pop().unwrap_or(Cell::Empty);
        cells.insert(2, stake);
        Row { cells, emphasis }
    });
    let people = Table {
        id: "due-list".into(),
        rows: rows.collect(),
        columns: heads(
            &["date", "days-left", "at-stake", "what", "id", "name", "stage", "owner", "detail"],
            lang,
        ),
        audience: Audience::People,
        ..Table::default()
    };
    let (found, all) = (items.len(), counted_things(items.len(), lang));
    let rows = Rows::made(items.len(), move |at| {
        let (item, whom) = &items[at];
        row(item, &with[*whom as usize], as_of, lang)
    });
    let machines = Table {
        id: "due".into(),
        rows,
        columns: heads(
            &["date", "days-left", "what", "id", "name", "stage", "owner", "detail", "at-stake"],
            lang,
        ),
        audience: Audience::Machines,
        ..Table::default()
    };
    let mut sheet = Sheet {
        id: "due".into(),
        title: lang.pick("Due", "待办").into(),
        about: format!("{as_of}..{last}"),
        tables: vec![machines, people],
        ..Sheet::default()
    };
    if shown < found {
        sheet.notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!(
                    "{shown} of {all}, the most money at stake first; all of them: crm due --all"
                )
            }
            Lang::Zh => format!("共{all}，只列涉及金额最大的 {shown} 项；全部：crm due --all"),
        });
    }
    sheet
}

/// The things of one ledger: each with whom, and what.
fn found(book: &Book, request: &Request, last: Date) -> Vec<(Whom, Vec<DueItem>)> {
    let lang = book.settings.language;
    // Where grades have rules of their own the grades of all customers on every day to come are needed.
    let by_grade = book.settings.pool.asks_grades();
    let announced = if by_grade { announced(book, &request.query, last) } else { Vec::new() };
    let demands = Demands::of(book);
    let no_policy = demands.is_none().then(|| JointCases::of(book));
    let cases = demands.as_ref().map(|demands| &demands.judge.cases).or(no_policy.as_ref());
    let selected = request.selection(book);
    let settings = &book.settings;
    // Where no payment is ever entered, no order is known to be unpaid.
    let pays = AtomicBool::new(false);
    let rows = book.gather_everybody(&Query::everything(), |record| {
        let is_selected = selected.has_with(record, answering(record, settings));
        let mut items =
            if is_selected { items(record, book, demands.as_ref(), last) } else { Vec::new() };
        if let Some(cases) = cases.filter(|_| is_selected) {
            items.extend(untold(record, book, cases));
        }
        if !items.is_empty() {
            let stake = at_stake(record, settings, book.as_of);
            items.iter_mut().for_each(|item| item.stake = stake);
        }
        if !record.state.money_in.is_zero() {
            pays.store(true, Ordering::Relaxed);
        }
        // Other files of a customer may pay for this one.
        let prospect = &record.prospect;
        let matters = is_selected || prospect.is_customer || prospect.account.is_some();
        let mut money = MoneyFile::of(record, settings, book.as_of).filter(|_| matters);
        if let Some(file) = &mut money {
            file.is_selected = is_selected;
            file.owner = answering(record, settings).map(Into::into);
        }
        let some = !items.is_empty() || money.is_some();
        some.then(|| (Whom::of(record, settings), items, money))
    });
    let pays = pays.into_inner();
    let mut found = Vec::new();
    let mut money = Gathered::default();
    let mut columns: HashMap<Text, Text> = HashMap::new();
    for (whom, items, file) in rows {
        if let Some(file) = file {
            columns.insert(whom.id.clone(), whom.stage.clone());
            money.take(file, settings, book.as_of);
        }
        if !items.is_empty() {
            found.push((whom, items));
        }
    }
    for customer in money.customers(settings, book.as_of) {
        for of_money in due_of(&customer, book.as_of, last, pays, lang) {
            let MoneyDue { file, date, what, detail, money } = of_money;
            let (id, name, owner) = (file.id.clone(), file.name.clone(), file.owner.clone());
            let stage = columns.get(&id).cloned().unwrap_or_default();
            let item = DueItem { date, what, detail, who: None, stake: money };
            found.push((Whom { id, name, stage, owner }, vec![item]));
        }
    }
    for (record, recycling) in announced {
        let detail = recycling.cause.words().get(lang).into();
        let stake = at_stake(record, settings, book.as_of);
        let item = DueItem { date: recycling.on, what: &RECYCLE, detail, who: None, stake };
        found.push((Whom::of(record, &book.settings), vec![item]));
    }
    found.extend(review(book, request, last));
    found
}

/// The next look at the rights, which is the keeper's, or without one an admin's.
fn review(book: &Book, request: &Request, last: Date) -> Option<(Whom, Vec<DueItem>)> {
    let settings = &book.settings;
    let by = settings.privacy.as_ref()?.review_by().filter(|by| *by <= last)?;
    if !request.query.is_empty() {
        return None;
    }
    let admin = settings.reps.iter().find(|rep| rep.admin).map(|rep| rep.id.clone());
    let whom = Whom {
        id: SETTINGS_ID.into(),
        name: settings.title.clone().unwrap_or_default(),
        stage: Text::default(),
        owner: settings.pool.keeper.clone().or(admin),
    };
    // Where the rights never were looked at, that is due today.
    let date = if by == Date::MIN { book.as_of } else { by };
    let detail = "crm rights".into();
    Some((whom, vec![DueItem { date, what: &RIGHTS, detail, who: None, stake: None }]))
}

/// `63 things`
fn counted_things(n: usize, lang: Lang) -> String {
    match lang {
        Lang::En | Lang::Machine => counted(n, "thing", "things"),
        Lang::Zh => format!(" {n} 项"),
    }
}

/// The columns of these ids.
fn heads(ids: &[&str], lang: Lang) -> Vec<Column> {
    let kind = |id: &str| match id {
        "date" => Kind::Date,
        "days-left" | "at-stake" => Kind::Number,
        "id" => Kind::Id,
        _ => Kind::Text,
    };
    let heads = ids.iter().map(|id| column(id, kind(id), lang)).collect();
    Column::giving_way(heads, &["stage", "days-left"])
}

/// The cells in the order of the table for machines.
fn row(item: &DueItem, whom: &Whom, as_of: Date, lang: Lang) -> Row {
    let left = item.date.days_since(as_of);
    let emphasis = if left < 0 { Emphasis::Warn } else { Emphasis::Plain };
    let cells = vec![
        Cell::Date(item.date),
        Cell::Int(left),
        Cell::text(lang.pick(item.what.1, item.what.2)),
        Cell::text(whom.id.clone()),
        Cell::text(whom.name.clone()),
        Cell::text(whom.stage.clone()),
        Cell::maybe(item.who.clone().or(whom.owner.clone()), Cell::text),
        Cell::text(item.detail.clone()),
        Cell::maybe(item.stake, Cell::Money),
    ];
    Row::with(cells, emphasis)
}

/// The money at stake with a prospect or customer: the expected value of an open prospect, else the money that the file
/// bought in the 365 days up to the day. `None` where that is nothing.
fn at_stake(record: &Record, settings: &Settings, on: Date) -> Option<Money> {
    if record.state.outcome == Outcome::Open && !record.prospect.is_customer {
        return record.state.value.filter(|money| !money.amount.is_zero());
    }
    let year = year_to(on);
    let bought = purchases(record, settings, on).into_iter();
    let bought = bought.filter(|purchase| year.contains(purchase.on));
    sum(bought.filter_map(|purchase| purchase.money)).leading()
}

/// Money in the ledger's own currency; of another currency without a rate nothing.
fn in_own(money: Option<Money>) -> Amount {
    money.filter(|money| money.currency.is_none()).map_or(Amount::ZERO, |money| money.amount)
}

impl Whom {
    fn of(record: &Record, settings: &Settings) -> Whom {
        let (id, name) = (record.prospect.id.clone(), record.prospect.name.clone());
        let stage = match record.prospect.is_customer {
            true => Text::default(),
            false => stage_name(record, record.state.stage, settings, settings.language).into(),
        };
        let owner = answering(record, settings).map(Into::into);
        Whom { id, name, stage, owner }
    }
}
