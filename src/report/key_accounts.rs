//! `crm report key-accounts`: customers by tier - value, growth, share of wallet, promises, satisfaction, their
//! evaluation, and the gap to be mended first.

use super::figures::{enough, few, rate, said, without_rate};
use super::grade::named;
use super::policy::Judged;
use super::promises::Promises;
use super::{Request, row_of_each};
use crate::diag::{Diagnostic, Lang, counted};
use crate::model::profile::Relation;
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::Lifecycle;
use crate::rules::dealings::{Dealings, MeanSatisfaction, by_customer, year_before, year_to};
use crate::rules::evaluation::{Evaluation, Part};
use crate::rules::policy::{Duty, followed};
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::money::{Amount, Sum};
use crate::value::text::Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The facts of a file that the report asks for.
#[derive(Default)]
struct FileFacts {
    has_plan: bool,
    is_other: bool,
}

/// How the duties of the tier to a customer are met.
#[derive(Default)]
struct TierDuties {
    promises: Promises,
    /// Roles that are filled, and that are demanded.
    team: (u64, u64),
    /// Money spent, and the budget.
    budget: Option<(Amount, Amount)>,
}

/// A customer of the report.
struct Account {
    /// The grade's position.
    rank: usize,
    grade: Text,
    id: Text,
    name: String,
    owner: Option<Text>,
    bought: Sum,
    before: Amount,
    wallet: Option<(Amount, Amount)>,
    duties: TierDuties,
    satisfaction: Option<MeanSatisfaction>,
    complaints: u32,
    open_complaints: u32,
    lapsed: bool,
    evaluation: Evaluation,
}

/// The key accounts of the selected prospects, by tier and one by one.
pub fn key_accounts(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let (accounts, all_bought) = accounts(book, request);
    let mut sheet = Sheet {
        id: "key-accounts".into(),
        title: lang.pick("Key accounts", "大客户").into(),
        about: match lang {
            Lang::En | Lang::Machine => {
                let n = counted(accounts.len(), "customer", "customers");
                format!("{}  ·  {n}; money of the 365 days up to it", book.as_of)
            }
            Lang::Zh => format!("{}  ·  客户 {} 个；金额为此前365天", book.as_of, accounts.len()),
        },
        tables: vec![
            short(&accounts, all_bought.own, book),
            full(&accounts, all_bought.own, book),
            mend(&accounts, book),
            tiers(&accounts, all_bought.own, book),
        ],
        ..Sheet::default()
    };
    sheet.notes.extend(without_rate(&all_bought, settings));
    sheet.hide_empty();
    // Machines read the head of their table even if it has no rows.
    let full = sheet.tables.iter_mut().filter(|table| table.id == "key-accounts");
    full.for_each(|table| table.audience = Audience::Machines);
    Ok(sheet)
}

/// The customers of the report, the best grades and the most money first; and the money that all customers of the ledger
/// bought in the year.
fn accounts(book: &Book, request: &Request) -> (Vec<Account>, Sum) {
    let (settings, on) = (&book.settings, book.as_of);
    let judged = Judged::of(book, request);
    let graded = &judged.graded;
    let facts = row_of_each(book, |record| {
        let profile = record.prospect.profile();
        FileFacts { has_plan: profile.has_plan(), is_other: profile.relation != Relation::Customer }
    });
    let mut members: HashMap<u32, Vec<usize>> = HashMap::new();
    for (position, customer) in graded.of_each().enumerate() {
        members.entry(customer.first).or_default().push(position);
    }
    let others = |first: u32| members[&first].iter().any(|at| facts[*at].is_other);
    let dealings = by_customer(book, |first| !others(first));
    let mut all_bought = Sum::default();
    let mut buyers = 0;
    for dealings in dealings.values() {
        let bought = dealings.bought(year_to(on));
        buyers += u64::from(!bought.is_zero());
        all_bought.add_sum(&bought);
    }
    // Of fewer than five customers there is no share.
    if !enough(buyers) {
        all_bought.own = Amount::ZERO;
    }
    let grades = settings.grading.grades();
    let selected = |at: usize| judged.seen[at].selected;
    let chosen: HashSet<u32> =
        graded.first_of_each(selected).map(|at| graded.at(at).first).collect();
    let mut found: Vec<Account> = Vec::new();
    for customer in graded.customers().filter(|customer| chosen.contains(&customer.first)) {
        let Some(dealings) = dealings.get(&customer.first) else { continue };
        let files = &members[&customer.first];
        let planned = files.iter().any(|at| facts[*at].has_plan);
        let lead = customer.lead as usize;
        let practice = judged.practice(lead);
        let is_meant = customer.figures.is_buyer() || customer.has_file || planned;
        if !is_meant || !followed(practice.lost, customer) {
            continue;
        }
        let rank = customer.grade().and_then(|g| grades.iter().position(|known| *known == g));
        let duties = TierDuties::of(&judged, files, book);
        found.push(Account {
            rank: rank.unwrap_or(grades.len()),
            grade: customer.grade().unwrap_or_default().into(),
            id: graded.id(lead).clone(),
            name: named(customer, &judged.seen[lead].name),
            owner: practice.owner,
            bought: dealings.bought(year_to(on)),
            before: dealings.bought(year_before(on)).own,
            wallet: dealings.wallet(on),
            satisfaction: dealings.satisfaction(on),
            complaints: dealings.complaints(year_to(on)),
            open_complaints: dealings.open_complaints(),
            lapsed: customer.lifecycle == Lifecycle::Lapsed,
            evaluation: evaluation(customer, dealings, &duties.promises, on),
            duties,
        });
    }
    found.sort_by(|a, b| {
        let key =
            |account: &Account| (account.rank, Reverse(account.bought.own), account.id.clone());
        key(a).cmp(&key(b))
    });
    (found, all_bought)
}

fn evaluation(
    customer: &Customer,
    dealings: &Dealings,
    promises: &Promises,
    on: Date,
) -> Evaluation {
    let satisfaction = dealings.satisfaction(on);
    let kept = promises.kept as f64 / promises.all as f64;
    Evaluation {
        satisfaction: satisfaction.map(|mean| mean.scale.share(mean.mean()) * 100.0),
        value: Evaluation::of_value(customer.value),
        promises: (promises.all > 0).then_some(kept * 100.0),
    }
}

impl TierDuties {
    /// Those to a customer that is these files.
    fn of(judged: &Judged, files: &[usize], book: &Book) -> TierDuties {
        let mut duties = TierDuties::default();
        for position in files {
            let practice = judged.practice(*position);
            for duty in judged.duties(&practice, *position) {
                duties.promises.add(&duty, book.as_of, book.settings.language);
                match &duty {
                    Duty::Role { filled, .. } => {
                        duties.team.0 += u64::from(*filled);
                        duties.team.1 += 1;
                    }
                    Duty::Budget { spent, budget } => duties.budget = Some((*spent, *budget)),
                    _ => {}
                }
            }
        }
        duties
    }
}

impl Account {
    /// Its share of all money.
    fn share(&self, all: Amount) -> Option<f64> {
        (!all.is_zero()).then(|| self.bought.own.to_f64() / all.to_f64())
    }

    /// The growth on the year before; none where nothing was bought in that.
    fn growth(&self) -> Option<f64> {
        growth(self.bought.own, self.before)
    }

    /// The gap to be mended first: an open complaint, else that of the part which takes most from the evaluation.
    fn gap(&self, book: &Book) -> Option<String> {
        let lang = book.settings.language;
        let open = self.open_complaints;
        if open > 0 {
            return Some(match lang {
                Lang::En | Lang::Machine => {
                    format!("settle {}", counted(open, "open complaint", "open complaints"))
                }
                Lang::Zh => format!("处理 {open} 件未结投诉"),
            });
        }
        match self.evaluation.weakest(&book.settings.grading.evaluation)? {
            Part::Satisfaction => self.satisfaction.map(|mean| {
                let (scale, mean) = (mean.scale.name(), mean.mean());
                match lang {
                    Lang::En | Lang::Machine => {
                        format!("satisfaction: {scale} {mean:.1} on average")
                    }
                    Lang::Zh => format!("满意度：{scale} 平均 {mean:.1}"),
                }
            }),
            Part::Promises => self.duties.promises.worst().map(str::to_owned),
            Part::Value => Some(self.value_gap(lang)),
        }
    }

    fn value_gap(&self, lang: Lang) -> String {
        let (bought, before) = (said(self.bought.own, lang), said(self.before, lang));
        match (self.lapsed, self.wallet, lang) {
            (true, _, Lang::En | Lang::Machine) => "no order within its gap: win it back".into(),
            (true, _, Lang::Zh) => "超过购买间隔没有订单：需赢回".into(),
            (false, Some((_, all)), Lang::En | Lang::Machine) => {
                format!("value: bought {bought} of a potential of {}", said(all, lang))
            }
            (false, Some((_, all)), Lang::Zh) => {
                format!("价值：购买 {bought}，潜力 {}", said(all, lang))
            }
            (false, None, Lang::En | Lang::Machine) => {
                format!("value: bought {bought} in the year, {before} in the year before")
            }
            (false, None, Lang::Zh) => format!("价值：本年度购买 {bought}，上年度 {before}"),
        }
    }
}

fn growth(now: Amount, before: Amount) -> Option<f64> {
    let some = !before.is_zero() && !before.is_negative();
    some.then(|| now.minus(before).to_f64() / before.to_f64())
}

fn head(id: &str, en: &str, zh: &str, lang: Lang) -> Column {
    Column::new(id, lang.pick(en, zh), Kind::Number)
}

fn share(part: Option<f64>) -> Cell {
    Cell::maybe(part, Cell::Share)
}

/// The share of wallet.
fn wallet(account: &Account) -> Option<f64> {
    account.wallet.map(|(bought, all)| bought.to_f64() / all.to_f64())
}

/// `done of all`, as people read it; nothing where there is nothing to do.
fn of(done: u64, all: u64) -> Cell {
    if all == 0 { Cell::Empty } else { Cell::text(format!("{done}/{all}")) }
}

fn score(account: &Account, book: &Book) -> Cell {
    let score = account.evaluation.score(&book.settings.grading.evaluation);
    Cell::maybe(score, |score| Cell::Number(score, 0))
}

/// The customers for people.
fn short(accounts: &[Account], all: Amount, book: &Book) -> Table {
    let lang = book.settings.language;
    let columns = vec![
        column("grade", Kind::Text, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("owner", Kind::Text, lang),
        head("bought", "Bought", "购买额", lang),
        head("of-all", "Of all", "占比", lang),
        head("growth", "Growth", "增长", lang),
        head("wallet", "Of wallet", "采购份额", lang),
        head("team", "Team", "团队", lang),
        head("budget", "Budget used", "预算使用", lang),
        head("kept", "Kept", "履约", lang),
        head("satisfaction", "Satisfaction", "满意度", lang),
        head("complaints", "Complaints", "投诉", lang),
        head("evaluation", "Evaluation", "评价", lang),
    ];
    let row = |account: &Account| {
        let TierDuties { promises: Promises { kept, all: duties, .. }, team, budget } =
            &account.duties;
        let cells = vec![
            Cell::text(account.grade.clone()),
            Cell::text(account.id.clone()),
            Cell::text(account.name.clone()),
            Cell::maybe(account.owner.clone(), Cell::Text),
            Cell::Amount(account.bought.own),
            share(account.share(all)),
            share(account.growth()),
            share(wallet(account)),
            of(team.0, team.1),
            Cell::maybe(*budget, |(spent, budget)| {
                Cell::text(format!("{}/{}", said(spent, lang), said(budget, lang)))
            }),
            of(*kept, *duties),
            Cell::maybe(account.satisfaction, |mean| {
                Cell::text(format!("{} {:.1}", mean.scale.name(), mean.mean()))
            }),
            match (account.complaints, account.open_complaints) {
                (n, 0) => Cell::Int(i64::from(n)),
                (n, open) => Cell::text(format!("{n} ({open} {})", lang.pick("open", "未结"))),
            },
            score(account, book),
        ];
        let warn = account.open_complaints > 0 || kept < duties;
        Row::with(cells, if warn { Emphasis::Warn } else { Emphasis::Plain })
    };
    let rows = accounts.iter().map(row).collect();
    let columns = Column::giving_way(
        columns,
        &["team", "budget", "wallet", "complaints", "satisfaction", "owner", "growth"],
    );
    Table { id: "accounts".into(), columns, rows, audience: Audience::People, ..Table::default() }
}

/// The customers for machines: every figure in a column of its own.
fn full(accounts: &[Account], all: Amount, book: &Book) -> Table {
    let lang = book.settings.language;
    let mut columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("grade", Kind::Text, lang),
        column("owner", Kind::Text, lang),
    ];
    let numbers = [
        "bought",
        "of-all",
        "bought-before",
        "growth",
        "potential",
        "wallet",
        "team",
        "team-demanded",
        "spent",
        "budget",
        "kept",
        "promised",
        "satisfaction",
        "scale",
        "surveys",
        "complaints",
        "open-complaints",
        "evaluation",
    ];
    columns.extend(numbers.map(|id| Column::new(id, id, Kind::Number)));
    columns.push(Column::new("mend-first", "mend-first", Kind::Text));
    let int = |n: u64| Cell::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let row = |account: &Account| {
        let TierDuties { promises, team, budget } = &account.duties;
        let mean = account.satisfaction;
        Row::new(vec![
            Cell::text(account.id.clone()),
            Cell::text(account.name.clone()),
            Cell::text(account.grade.clone()),
            Cell::maybe(account.owner.clone(), Cell::Text),
            Cell::Amount(account.bought.own),
            share(account.share(all)),
            Cell::Amount(account.before),
            share(account.growth()),
            Cell::maybe(account.wallet, |(_, all)| Cell::Amount(all)),
            share(wallet(account)),
            int(team.0),
            int(team.1),
            Cell::maybe(*budget, |(spent, _)| Cell::Amount(spent)),
            Cell::maybe(*budget, |(_, budget)| Cell::Amount(budget)),
            int(promises.kept),
            int(promises.all),
            Cell::maybe(mean, |mean| Cell::Number(mean.mean(), 2)),
            Cell::maybe(mean, |mean| Cell::text(mean.scale.id())),
            Cell::maybe(mean, |mean| Cell::Int(i64::from(mean.count))),
            Cell::Int(i64::from(account.complaints)),
            Cell::Int(i64::from(account.open_complaints)),
            score(account, book),
            Cell::maybe(account.gap(book), Cell::text),
        ])
    };
    let rows = accounts.iter().map(row).collect();
    let (id, audience) = ("key-accounts".into(), Audience::Machines);
    Table { id, columns, rows, audience, ..Table::default() }
}

/// The gap of each customer that is to be mended first.
fn mend(accounts: &[Account], book: &Book) -> Table {
    let lang = book.settings.language;
    let columns = vec![
        column("grade", Kind::Text, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("owner", Kind::Text, lang).optional(2),
        head("evaluation", "Evaluation", "评价", lang),
        Column::new("mend-first", lang.pick("Mend first", "首先改进"), Kind::Text).wraps(),
    ];
    let row = |account: &Account| {
        let gap = account.gap(book)?;
        Some(Row::new(vec![
            Cell::text(account.grade.clone()),
            Cell::text(account.id.clone()),
            Cell::text(account.name.clone()),
            Cell::maybe(account.owner.clone(), Cell::Text),
            score(account, book),
            Cell::text(gap),
        ]))
    };
    let rows = accounts.iter().filter_map(row).collect();
    let title = lang.pick("What to mend first", "首先改进什么").into();
    Table { id: "mend".into(), title, columns, rows, audience: Audience::People }
}

/// A row for each grade.
fn tiers(accounts: &[Account], all: Amount, book: &Book) -> Table {
    let lang = book.settings.language;
    let columns = vec![
        column("grade", Kind::Text, lang),
        column("customers", Kind::Number, lang),
        head("bought", "Bought", "购买额", lang),
        head("of-all", "Of all", "占比", lang),
        head("growth", "Growth", "增长", lang),
        head("team", "Team", "团队", lang),
        head("spent", "Spent", "花费", lang),
        head("budget", "Budget", "预算", lang),
        head("kept", "Kept", "履约", lang),
        head("complaints", "Complaints", "投诉", lang),
        head("open-complaints", "Open", "未结", lang),
        head("evaluation", "Evaluation", "评价", lang),
    ];
    let mut grades: BTreeMap<(usize, Text), Vec<&Account>> = BTreeMap::new();
    for account in accounts {
        grades.entry((account.rank, account.grade.clone())).or_default().push(account);
    }
    let row = |((_, grade), of_grade): ((usize, Text), Vec<&Account>)| {
        let sum = |amount: &dyn Fn(&Account) -> Amount| {
            of_grade.iter().fold(Amount::ZERO, |sum, account| sum.plus(amount(account)))
        };
        let count = |n: &dyn Fn(&Account) -> u64| of_grade.iter().map(|a| n(a)).sum::<u64>();
        let (bought, before) = (sum(&|a| a.bought.own), sum(&|a| a.before));
        let budgets = of_grade.iter().any(|account| account.duties.budget.is_some());
        let budget = |amount: Amount| if budgets { Cell::Amount(amount) } else { Cell::Empty };
        let weights = &book.settings.grading.evaluation;
        let scores: Vec<f64> =
            of_grade.iter().filter_map(|account| account.evaluation.score(weights)).collect();
        let n = scores.len() as u64;
        let mean = scores.iter().sum::<f64>() / n as f64;
        Row::new(vec![
            Cell::text(grade),
            Cell::count(of_grade.len()),
            Cell::Amount(bought),
            share((!all.is_zero()).then(|| bought.to_f64() / all.to_f64())),
            share(growth(bought, before)),
            of(count(&|a| a.duties.team.0), count(&|a| a.duties.team.1)),
            budget(sum(&|a| a.duties.budget.map_or(Amount::ZERO, |(spent, _)| spent))),
            budget(sum(&|a| a.duties.budget.map_or(Amount::ZERO, |(_, budget)| budget))),
            rate(count(&|a| a.duties.promises.kept), count(&|a| a.duties.promises.all), lang),
            Cell::Int(i64::try_from(count(&|a| u64::from(a.complaints))).unwrap_or(i64::MAX)),
            Cell::Int(i64::try_from(count(&|a| u64::from(a.open_complaints))).unwrap_or(i64::MAX)),
            if enough(n) { Cell::Number(mean, 0) } else { few(n, lang) },
        ])
    };
    let rows = grades.into_iter().map(row).collect();
    let title = lang.pick("By tier", "按级别").into();
    let columns =
        Column::giving_way(columns, &["team", "budget", "spent", "open-complaints", "growth"]);
    Table { id: "tiers".into(), title, columns, rows, ..Table::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_bought_in_the_year_before_has_no_growth() {
        let growth = |now, before| growth(Amount::from_int(now), Amount::from_int(before));
        assert_eq!(growth(5, 0), None);
        assert_eq!(growth(5, -1), None);
        assert_eq!(growth(150, 100), Some(0.5));
        assert_eq!(growth(0, 100), Some(-1.0));
    }
}
