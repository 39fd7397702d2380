//! `crm pool` and `crm report pool`: the prospects and customers that wait, since when, their earlier owners, and the reps that could
//! have them.

use super::Request;
use super::figures::called;
use crate::diag::Diagnostic;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::care::Care;
use crate::rules::replay::state::Record;
use crate::rules::team::Team;
use crate::rules::team::allocation::{Strategies, Wants};
use crate::rules::team::eligibility::{Barrier, Eligibility, Obstacles};
use crate::rules::team::pool::{grade_of, waiting};
use crate::rules::team::survey::Survey;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Rows, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Money, Sum};
use crate::value::text::Text;

fn about(book: &Book, prospects: usize, customers: usize) -> String {
    let (day, lang) = (book.as_of, book.settings.language);
    match (customers, lang) {
        (0, lang) => {
            format!("{day}  ·  {}{prospects}", lang.pick("in the pool: ", "公海：潜在客户 "))
        }
        (customers, Lang::En | Lang::Machine) => {
            format!("{day}  ·  in the pool: {prospects} prospects, {customers} customers")
        }
        (customers, Lang::Zh) => {
            format!("{day}  ·  公海：潜在客户{prospects}个，客户{customers}个")
        }
    }
}

/// The list: the open prospects in the pool, then the customers; since when, and their earlier owners.
pub fn pool(book: &Book, request: &Request) -> Sheet {
    let lang = book.settings.language;
    book.graded();
    let selected = request.selection(book);
    let mut list = book.fold_everybody(
        &Query::everything(),
        |list: &mut Vec<Listed>, record| {
            let care = record.care().filter(|_| record.in_pool() && selected.has(record));
            list.extend(care.map(|care| Listed::of(record, care, book)));
        },
        |all, part| all.extend(part),
    );
    list.sort_unstable_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
    let (customers, prospects): (Vec<Listed>, Vec<Listed>) =
        list.into_iter().partition(|listed| listed.care == Care::Customer);
    let title = lang.pick("Pool", "公海");
    let count = customers.len();
    let mut sheet = Sheet::single("pool", title, columns(Care::Prospect, lang), Rows::default());
    sheet.about = about(book, prospects.len(), count);
    let rows = |list: Vec<Listed>| list.into_iter().map(|listed| Row::new(listed.cells)).collect();
    sheet.tables[0].rows = rows(prospects);
    sheet.tables.push(Table {
        id: "customers".into(),
        title: lang.pick("Customers", "客户").into(),
        columns: columns(Care::Customer, lang),
        rows: rows(customers),
        audience: Audience::of(count > 0),
    });
    sheet
}

/// The columns of the list: of a prospect the value that is expected, of a customer the money of its orders.
fn columns(care: Care, lang: Lang) -> Vec<Column> {
    let mut columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("grade", Kind::Text, lang).optional(2),
        column("region", Kind::Text, lang).optional(2),
        column("needs", Kind::Text, lang).optional(2),
    ];
    columns.extend(match care {
        Care::Prospect => vec![column("value", Kind::Number, lang)],
        Care::Customer => {
            vec![column("bought", Kind::Number, lang), column("last-order", Kind::Date, lang)]
        }
    });
    columns.extend([
        column("since", Kind::Date, lang),
        column("waiting", Kind::Number, lang),
        column("before", Kind::Text, lang),
        column("reason", Kind::Text, lang).wraps(),
    ]);
    columns
}

/// A prospect or a customer of the list.
struct Listed {
    care: Care,
    /// The day it came to the pool.
    since: Option<Date>,
    id: Text,
    cells: Vec<Cell>,
}

impl Listed {
    fn of(record: &Record, care: Care, book: &Book) -> Listed {
        let prospect = &record.prospect;
        let waits = waiting(record, book.as_of);
        let days = |since| Cell::Int(book.as_of.days_since(since));
        let mut cells = vec![
            Cell::text(prospect.id.clone()),
            Cell::text(prospect.name.clone()),
            Cell::maybe(grade_of(book, record), Cell::text),
            Cell::maybe(prospect.region.clone(), Cell::Text),
            Cell::list(prospect.needs.iter().cloned()),
        ];
        cells.extend(match (care, book.customer(record)) {
            (Care::Prospect, _) => vec![Cell::maybe(record.state.value, Cell::Money)],
            (Care::Customer, customer) => vec![
                Cell::maybe(customer, |customer| Cell::Amount(customer.figures.bought.own)),
                Cell::maybe(customer.and_then(|customer| customer.figures.last_order), Cell::Date),
            ],
        });
        cells.extend([
            Cell::maybe(waits.since, Cell::Date),
            Cell::maybe(waits.since, days),
            Cell::list(waits.before.iter().cloned()),
            Cell::maybe(waits.reason, Cell::text),
        ]);
        Listed { care, since: waits.since, id: prospect.id.clone(), cells }
    }
}

/// A selected prospect or customer of the pool, as far as the report looks at it.
struct Waiter {
    care: Care,
    id: Text,
    name: Text,
    region: Option<Text>,
    value: Option<Money>,
    /// The day it came to the pool.
    since: Option<Date>,
    wants: Wants,
    obstacles: Obstacles,
}

/// The prospects of the pool.
#[derive(Default)]
struct PoolScan<'b> {
    survey: Survey<'b>,
    waiters: Vec<Waiter>,
}

impl Waiter {
    fn of(record: &Record, care: Care, obstacles: Obstacles) -> Waiter {
        let (prospect, state) = (&record.prospect, &record.state);
        Waiter {
            care,
            id: prospect.id.clone(),
            name: prospect.name.clone(),
            region: prospect.region.clone(),
            value: state.value.filter(|_| care == Care::Prospect),
            since: state.owner_since,
            wants: Wants::of(prospect),
            obstacles,
        }
    }

    /// How many days it has waited.
    fn days(&self, book: &Book) -> Option<i64> {
        self.since.map(|since| book.as_of.days_since(since))
    }
}

impl<'b> PoolScan<'b> {
    /// Everything that the report needs of the prospects.
    fn of(
        book: &'b Book,
        request: &Request,
        eligibility: &Eligibility,
        idle: &Team,
    ) -> PoolScan<'b> {
        let selected = request.selection(book);
        let mut seen = book.fold_everybody(
            &Query::everything(),
            |seen: &mut PoolScan, record| {
                seen.survey.take(record, book, idle);
                if let Some(care) = record.care().filter(|_| record.in_pool())
                    && selected.has(record)
                {
                    let obstacles = eligibility.obstacles(record, idle);
                    seen.waiters.push(Waiter::of(record, care, obstacles));
                }
            },
            |all, part| {
                all.survey.join(part.survey);
                all.waiters.extend(part.waiters);
            },
        );
        seen.waiters.sort_unstable_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
        seen
    }
}

/// The report: each prospect and customer with the reps that could have it or why none can, and how long they wait.
pub fn pool_report(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let idle = Team::idle(book);
    let mut eligibility = Eligibility::without_accounts(book, &idle)?;
    let strategies = Strategies::of(&book.settings);
    let PoolScan { survey, waiters } = PoolScan::of(book, request, &eligibility, &idle);
    let (team, holders, _) = survey.done(book);
    eligibility.learn(holders);
    let mut stuck = 0_usize;
    let mut rows = [Vec::new(), Vec::new()];
    for waiter in &waiters {
        let (whom, none) = for_whom(waiter, book, &eligibility, &strategies, &team);
        stuck += usize::from(none);
        let cells = vec![
            Cell::text(&*waiter.id),
            Cell::text(&*waiter.name),
            Cell::maybe(waiter.region.as_deref(), Cell::text),
            Cell::maybe(waiter.value, Cell::Money),
            Cell::maybe(waiter.since, Cell::Date),
            Cell::maybe(waiter.days(book), Cell::Int),
            Cell::text(whom),
        ];
        let emphasis = if none { Emphasis::Warn } else { Emphasis::Plain };
        rows[usize::from(waiter.care == Care::Customer)].push(Row::with(cells, emphasis));
    }
    let [prospects, customers] = rows;
    let (count, of_customers) = (prospects.len(), customers.len());
    let mut tables = vec![waiting_table("waiting", "", prospects, lang)];
    let title = lang.pick("Customers", "客户");
    let audience = Audience::of(of_customers > 0);
    tables.push(Table { audience, ..waiting_table("customers", title, customers, lang) });
    tables.push(how_long(book, &waiters, lang));
    let mut notes = Vec::new();
    if stuck > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("no rep can have {stuck} of {} as things are", waiters.len())
            }
            Lang::Zh => format!("{}个客户中有{stuck}个目前无人可接", waiters.len()),
        });
    }
    if waiters.len() > stuck {
        notes.push(lang.pick("`crm allocate` shows a plan", "crm allocate 给出分配方案").into());
    }
    Ok(Sheet {
        id: "pool".into(),
        title: lang.pick("The pool", "公海").into(),
        about: about(book, count, of_customers),
        tables,
        notes,
        ..Sheet::default()
    })
}

/// Those that wait, with the reps that could have them.
fn waiting_table(id: &str, title: &str, rows: Vec<Row>, lang: Lang) -> Table {
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("region", Kind::Text, lang).optional(2),
        column("value", Kind::Number, lang),
        column("since", Kind::Date, lang),
        column("waiting", Kind::Number, lang),
        column("for-whom", Kind::Text, lang).wraps(),
    ];
    Table { id: id.into(), title: title.into(), columns, rows: rows.into(), ..Table::default() }
}

/// The reps that could have a prospect, the best fit first; or, with `true`, why none can.
fn for_whom(
    waiter: &Waiter,
    book: &Book,
    eligibility: &Eligibility,
    strategies: &Strategies,
    team: &Team,
) -> (String, bool) {
    let lang = book.settings.language;
    let customer = book.graded().of(&waiter.id);
    let fits = strategies.fits(&waiter.wants, customer.map(|customer| customer.value));
    let mut able: Vec<usize> = Vec::new();
    let mut barriers: Vec<(usize, Barrier)> = Vec::new();
    for place in 0..team.members.len() {
        match eligibility.refusal(&waiter.obstacles, customer, team, place) {
            None => able.push(place),
            Some(barrier) => barriers.push((place, barrier)),
        }
    }
    able.sort_by(|a, b| {
        let score = |place: &usize| std::cmp::Reverse(fits[*place].score(strategies.weights()));
        score(a).cmp(&score(b)).then_with(|| team.members[*a].waited(&team.members[*b]))
    });
    let id = |place: &usize| called(&team.members[*place].rep.id, &book.settings);
    match (able.as_slice(), barriers.as_slice()) {
        ([], []) => (lang.pick("no rep in the settings", "未设置业务员").into(), true),
        ([], [(_, tag @ Barrier::DoNotAssign(_)), ..]) => (tag.words().get(lang).to_owned(), true),
        ([], _) => {
            let why =
                barriers.iter().map(|(at, barrier)| lang.about(&id(at), barrier.words().get(lang)));
            let why: Vec<String> = why.collect();
            (lang.about(lang.pick("nobody", "无人"), &lang.clauses(why)), true)
        }
        ([a, b, c, _, ..], _) => {
            let more = format!("+{}", able.len() - 3);
            (lang.listed([id(a), id(b), id(c), more]), false)
        }
        _ => (lang.listed(able.iter().map(id)), false),
    }
}

/// The prospects by the days they have waited, with their worth.
fn how_long(book: &Book, list: &[Waiter], lang: Lang) -> Table {
    const SPANS: [(i64, i64, &str); 4] =
        [(0, 7, "0-7"), (8, 14, "8-14"), (15, 30, "15-30"), (31, i64::MAX, "31+")];
    let columns: Vec<Column> = vec![
        column("waiting", Kind::Text, lang),
        column("count", Kind::Number, lang),
        column("value", Kind::Number, lang),
    ];
    let row = |inside: &dyn Fn(i64) -> bool| {
        let (mut count, mut value) = (0, Sum::default());
        for waiter in list {
            if inside(waiter.days(book).unwrap_or(0)) {
                count += 1;
                waiter.value.into_iter().for_each(|money| value.add(money));
            }
        }
        [Cell::Int(count), Cell::Amount(value.own)]
    };
    let mut rows: Vec<Row> = SPANS
        .iter()
        .map(|(from, to, name)| {
            let [count, value] = row(&|days| (*from..=*to).contains(&days));
            Row::new(vec![Cell::text(*name), count, value])
        })
        .collect();
    let [count, value] = row(&|_| true);
    rows.push(Row::with(
        vec![Cell::text(lang.pick("total", "合计")), count, value],
        Emphasis::Total,
    ));
    let title = lang.pick("How long", "等待时间").to_owned();
    Table { id: "how-long".into(), title, columns, rows: rows.into(), ..Table::default() }
}
