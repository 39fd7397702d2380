//! The back-test of recycling: what other rules of the pool would have taken back on past days, and what became of it with
//! its owner.

use super::afterwards::{Afterwards, Fate};
use super::ends::share_cells;
use super::known::KnownDay;
use super::sheet::{DayOf, Days, day_columns};
use crate::model::settings::Settings;
use crate::report::Request;
use crate::report::figures::count;
use crate::rules::book::Book;
use crate::rules::replay::care::Care;
use crate::rules::replay::state::Record;
use crate::rules::team::pool::recycling;
use crate::stats::Proportion;
use crate::table::sheet::{Audience, Cell, Column, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::HashSet;

/// A rule of recycling: the settings with its days; `None` for the settings as they are.
struct Rule {
    days: Option<u32>,
    settings: Settings,
}

impl Rule {
    /// The rule of the settings, with these days without a contact for all grades.
    fn of(settings: &Settings, days: Option<u32>) -> Rule {
        let mut settings = settings.clone();
        if days.is_some() {
            settings.pool.all.recycle_days = days;
            settings.pool.grades.values_mut().for_each(|grade| grade.recycle_days = None);
        }
        Rule { days, settings }
    }

    /// As a word: `stated`, `30`.
    fn word(&self, lang: Lang) -> String {
        self.days.map_or_else(|| lang.pick("stated", "现行").into(), |days| days.to_string())
    }

    /// Would the rule have taken it back from its owner by the book's day?
    fn takes(&self, record: &Record, book: &Book) -> bool {
        let grade = record.customer.get().and_then(|customer| customer.grade());
        let due = recycling(record, &self.settings, grade);
        due.is_some_and(|due| due.on <= book.as_of)
    }
}

/// A prospect with its owner on a past day.
struct Owned {
    id: Text,
    owner: Text,
    since: Option<Date>,
    pursuit: u32,
    /// The last contact with the owner that was known.
    last_contact: Date,
    /// Which rules would have taken it back.
    taken: Vec<bool>,
}

/// What became of a prospect with its owner of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WithOwner {
    Closed,
    Lost,
    /// The owner gave it up before it ended.
    OtherHands,
    Open,
    Gone,
}

impl WithOwner {
    fn of(id: &str, owner: &str, pursuit: u32, day: Date, after: &Afterwards) -> WithOwner {
        let fate = after.fate(id, pursuit);
        let given_up = after.of_id(id).and_then(|known| known.given_up(owner, day));
        // What ends on the day on which it goes to another was the owner's.
        let is_owners = |on: Date| given_up.is_none_or(|given_up| on <= given_up);
        match fate {
            Fate::Won(on) if is_owners(on) => WithOwner::Closed,
            Fate::Lost(on) if is_owners(on) => WithOwner::Lost,
            Fate::Gone => WithOwner::Gone,
            Fate::Open if given_up.is_none() => WithOwner::Open,
            Fate::Won(_) | Fate::Lost(_) | Fate::Open => WithOwner::OtherHands,
        }
    }
}

/// How many were taken back, and what became of them.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    all: u64,
    contacted: u64,
    closed: u64,
    lost: u64,
    other_hands: u64,
    open: u64,
    gone: u64,
}

impl Taken {
    fn add(&mut self, fate: WithOwner, contacted: bool) {
        self.all += 1;
        self.contacted += u64::from(contacted);
        match fate {
            WithOwner::Closed => self.closed += 1,
            WithOwner::Lost => self.lost += 1,
            WithOwner::OtherHands => self.other_hands += 1,
            WithOwner::Open => self.open += 1,
            WithOwner::Gone => self.gone += 1,
        }
    }

    fn columns(lang: Lang) -> [Column; 5] {
        ["closed-later", "lost-later", "other-hands", "still-open", "gone"]
            .map(|id| column(id, Kind::Number, lang))
    }

    fn cells(&self) -> [Cell; 5] {
        [self.closed, self.lost, self.other_hands, self.open, self.gone].map(count)
    }
}

/// The takings of one rule on all days.
#[derive(Debug, Default)]
struct Takings {
    /// Id, owner, and the day since which it was that owner's.
    seen: HashSet<(Text, Text, Option<Date>)>,
    taken: Taken,
}

/// The takings of one rule on one day: all, and those that no earlier day would have taken.
#[derive(Debug, Clone, Default)]
struct DayTaken {
    all: Taken,
    new: u64,
}

/// The test of recycling.
pub(super) struct Test<'r> {
    request: &'r Request,
    rules: Vec<Rule>,
    within: u32,
    takings: Vec<Takings>,
    days: Vec<(DayOf, Vec<DayTaken>)>,
}

impl<'r> Test<'r> {
    /// No day asked yet. `within`: in how many days after a past day a contact is looked for.
    pub fn of(request: &'r Request, settings: &Settings, days: &[u32], within: u32) -> Test<'r> {
        let days = std::iter::once(None).chain(days.iter().copied().map(Some));
        let rules: Vec<Rule> = days.map(|days| Rule::of(settings, days)).collect();
        let takings = rules.iter().map(|_| Takings::default()).collect();
        Test { request, rules, within, takings, days: Vec::new() }
    }
}

impl super::Test for Test<'_> {
    fn ask(&mut self, known: &KnownDay, after: &Afterwards) {
        let book = &known.book;
        if book.settings.pool.asks_grades() {
            book.graded();
        }
        let rows = self.request.gather(book, |record| {
            let state = &record.state;
            let owner = state.owner.clone().filter(|_| record.care() == Some(Care::Prospect))?;
            let taken: Vec<bool> = self.rules.iter().map(|rule| rule.takes(record, book)).collect();
            let since = state.owner_since;
            taken.contains(&true).then(|| Owned {
                id: record.prospect.id.clone(),
                owner,
                since,
                pursuit: state.pursuit,
                last_contact: state.last_contact.max(since).unwrap_or(Date::MIN),
                taken,
            })
        });
        if known.is_empty() {
            return;
        }
        let mut day = vec![DayTaken::default(); self.rules.len()];
        for Owned { id, owner, since, pursuit, last_contact, taken } in rows {
            let fate = WithOwner::of(&id, &owner, pursuit, known.day, after);
            let contacted = after.of_id(&id).is_some_and(|later| {
                let last = known.day.plus(i64::from(self.within));
                let given_up = later.given_up(&owner, known.day);
                later.contact(last_contact, given_up.map_or(last, |given_up| last.min(given_up)))
            });
            let key = (id, owner, since);
            let rules = day.iter_mut().zip(&mut self.takings).zip(taken);
            for ((today, takings), _) in rules.filter(|(_, taken)| *taken) {
                today.all.add(fate, contacted);
                if takings.seen.insert(key.clone()) {
                    today.new += 1;
                    takings.taken.add(fate, contacted);
                }
            }
        }
        self.days.push((DayOf::of(known), day));
    }

    fn sheet(&self, days: &Days, now: &Book) -> Sheet {
        let lang = now.settings.language;
        let within = self.within;
        let mut notes = vec![
            lang.pick(
                "each day is asked by itself: what a rule takes on a day before is still the owner's; a prospect counts once for each time that a rep has it, on the first day that takes it",
                "每天单独判断，前一天的收回不影响后一天；每位业务员每次持有只在首次应收回的那天计一次",
            )
            .to_owned(),
            match lang {
                Lang::En | Lang::Machine => format!(
                    "contacted: by the owner, up to {within} days after that day; in error: closed by the owner, of those that the owner closed or lost"
                ),
                Lang::Zh => format!(
                    "有联系：该日后{within}天内由原负责人联系；误判：原负责人成交或退出者中成交的比例"
                ),
            },
            lang.pick(
                "a rule of so many days counts for every grade, with recycle_overdue as it is; open prospects only",
                "各天数规则不分等级，recycle_overdue 不变；只看进行中的潜在客户",
            )
            .to_owned(),
        ];
        notes.extend(days.notes(lang));
        Sheet {
            id: "backtest-policy".into(),
            title: lang.pick("Back-test of recycling", "公海回收回测").into(),
            about: days.about(now.as_of, lang),
            tables: vec![self.rule_table(lang), self.people_table(lang), self.day_table(lang)],
            notes,
            ..Sheet::default()
        }
    }
}

impl Test<'_> {
    /// A row for each rule.
    fn rule_table(&self, lang: Lang) -> Table {
        let mut columns = vec![column("recycle-days", Kind::Text, lang)];
        columns.extend(["taken-back", "contacted"].map(|id| column(id, Kind::Number, lang)));
        columns.extend(Taken::columns(lang));
        columns.extend(super::ends::Ends::rate_columns("in-error", lang));
        let rows = self.rules.iter().zip(&self.takings).map(|(rule, takings)| {
            let taken = &takings.taken;
            let mut cells = vec![Cell::text(rule.word(lang))];
            let contacted = Proportion { successes: taken.contacted, trials: taken.all };
            cells.extend([count(taken.all), share_cells(contacted, lang).swap_remove(0)]);
            cells.extend(taken.cells());
            let closed = Proportion { successes: taken.closed, trials: taken.closed + taken.lost };
            cells.extend(share_cells(closed, lang));
            Row::new(cells)
        });
        let rows = rows.collect();
        let title = lang.pick("By days without a contact", "按未联系天数");
        Table { id: "rules".into(), title: title.into(), columns, rows, ..Table::default() }
    }

    /// How many each rule would have taken back on each day, for people.
    fn people_table(&self, lang: Lang) -> Table {
        let mut columns = day_columns(lang);
        columns.extend(self.rules.iter().map(|rule| {
            Column::new(
                format!("taken-{}", rule.word(Lang::Machine)),
                rule.word(lang),
                Kind::Number,
            )
        }));
        let rows = self.days.iter().map(|(day, taken)| {
            let mut cells = day.cells(lang);
            cells.extend(taken.iter().map(|taken| count(taken.all.all)));
            Row::new(cells)
        });
        let rows = rows.collect();
        let title = lang.pick(
            "Taken back on each day, by days without a contact",
            "各日应收回数，按未联系天数",
        );
        let audience = Audience::People;
        Table { id: "taken".into(), title: title.into(), columns, rows, audience }
    }

    /// A row for each day and rule, for machines.
    fn day_table(&self, lang: Lang) -> Table {
        let mut columns = day_columns(lang);
        columns.push(column("recycle-days", Kind::Text, lang));
        let numbers = ["taken-back", "first-time", "contacted"];
        columns.extend(numbers.map(|id| column(id, Kind::Number, lang)));
        columns.extend(Taken::columns(lang));
        let mut rows = Vec::new();
        for (day, taken) in &self.days {
            for (rule, taken) in self.rules.iter().zip(taken) {
                let mut cells = day.cells(lang);
                cells.push(Cell::text(rule.word(lang)));
                cells.extend([taken.all.all, taken.new, taken.all.contacted].map(count));
                cells.extend(taken.all.cells());
                rows.push(Row::new(cells));
            }
        }
        let title = lang.pick("By day and rule", "按日与规则");
        let audience = Audience::Machines;
        Table { id: "days".into(), title: title.into(), columns, rows: rows.into(), audience }
    }
}
