//! The back-test of allocation: the rep to whom the plan of a past day gives a prospect of the pool, against the rep who
//! was given it, and how these ended.

use super::afterwards::{Afterwards, Fate};
use super::ends::{Ends, share_cells};
use super::known::KnownDay;
use super::sheet::{DayOf, Days, day_columns};
use crate::diag::Words;
use crate::plan::allocate::{Allocated, Method, allocate};
use crate::report::Request;
use crate::report::figures::{count, rate};
use crate::rules::book::Book;
use crate::stats::Proportion;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::HashSet;

/// How the plan compares with what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// The rep of the plan was given it.
    Agrees,
    /// Another rep was.
    Differs,
    /// The plan left it in the pool, and a rep was given it.
    Unplaced,
    /// No rep was given it.
    NotGiven,
}

impl Comparison {
    /// Those of prospects that were given to a rep.
    const GIVEN: [Comparison; 3] = [Comparison::Agrees, Comparison::Differs, Comparison::Unplaced];

    fn of(planned: Option<&Text>, given: Option<&Text>) -> Comparison {
        match (planned, given) {
            (_, None) => Comparison::NotGiven,
            (None, Some(_)) => Comparison::Unplaced,
            (Some(planned), Some(given)) if planned == given => Comparison::Agrees,
            (Some(_), Some(_)) => Comparison::Differs,
        }
    }

    fn word(self, lang: Lang) -> &'static str {
        match self {
            Comparison::Agrees => lang.pick("agrees", "一致"),
            Comparison::Differs => lang.pick("differs", "不一致"),
            Comparison::Unplaced => lang.pick("not placed", "方案未分配"),
            Comparison::NotGiven => lang.pick("not given", "未分出"),
        }
    }
}

/// A prospect of the pool on the first past day that has it there.
#[derive(Debug, Clone)]
struct Case {
    on: Date,
    id: Text,
    planned: Option<Text>,
    given: Option<(Text, Date)>,
    fate: Fate,
}

impl Case {
    fn comparison(&self) -> Comparison {
        Comparison::of(self.planned.as_ref(), self.given.as_ref().map(|(rep, _)| rep))
    }
}

/// The plan of one day.
#[derive(Debug, Clone)]
struct DayPlan {
    day: DayOf,
    /// Prospects in the pool, those that the plan places, those of them that a rep was given, and those where it was the
    /// rep of the plan; or why there is no plan.
    plan: Result<[u64; 4], Words>,
}

/// The test of allocation.
pub(super) struct Test<'r> {
    request: &'r Request,
    days: Vec<DayPlan>,
    cases: Vec<Case>,
    /// Id, pursuit, and the day on which it was given to a rep: once for each time in the pool.
    seen: HashSet<(Text, u32, Option<Date>)>,
}

impl<'r> Test<'r> {
    /// No day asked yet.
    pub fn of(request: &'r Request) -> Test<'r> {
        Test { request, days: Vec::new(), cases: Vec::new(), seen: HashSet::new() }
    }

    fn compare(&mut self, allocated: &Allocated, day: Date, after: &Afterwards) -> [u64; 4] {
        let plan = &allocated.prospects;
        let mut counts = [plan.prospects.len() as u64, 0, 0, 0];
        for (position, candidate) in plan.prospects.iter().enumerate() {
            let (id, pursuit) = (&candidate.prospect.id, candidate.prospect.pursuit);
            let member = plan.member_of(position);
            let given = after.of_id(id).and_then(|known| known.given_after(day));
            let case = Case {
                on: day,
                id: id.clone(),
                planned: member.map(|place| plan.team.members[place].rep.id.clone()),
                given: given.map(|(rep, on)| (rep.clone(), on)),
                fate: after.fate(id, pursuit),
            };
            let placed = case.planned.is_some();
            counts[1] += u64::from(placed);
            counts[2] += u64::from(placed && case.given.is_some());
            counts[3] += u64::from(case.comparison() == Comparison::Agrees);
            if self.seen.insert((id.clone(), pursuit, given.map(|(_, on)| on))) {
                self.cases.push(case);
            }
        }
        counts
    }
}

impl super::Test for Test<'_> {
    fn ask(&mut self, known: &KnownDay, after: &Afterwards) {
        let allocated = allocate(&known.book, &self.request.query, Method::Auto);
        if known.is_empty() {
            return;
        }
        let plan = match &allocated {
            Ok(allocated) => Ok(self.compare(allocated, known.day, after)),
            Err(failure) => {
                Err(failure.0.first().map(|why| why.message.clone()).unwrap_or_default())
            }
        };
        self.days.push(DayPlan { day: DayOf::of(known), plan });
    }

    fn sheet(&self, days: &Days, now: &Book) -> Sheet {
        let lang = now.settings.language;
        let mut notes = vec![
            lang.pick(
                "a prospect counts once for each time in the pool, with the plan of the first day that has it there",
                "每次在公海只计一次，以首次出现那天的方案为准",
            )
            .to_owned(),
            lang.pick(
                "prospects only; customers are planned too and are not compared",
                "只比较潜在客户；客户也在方案内，但不比较",
            )
            .to_owned(),
        ];
        let without = self.days.iter().filter(|one| one.plan.is_err()).count();
        if without > 0 {
            notes.push(match lang {
                Lang::En | Lang::Machine => format!(
                    "days without a plan, because the reps and capacities of today do not fit what was held then: {without}"
                ),
                Lang::Zh => format!("没有方案的日子（今天的业务员和容量与当时的持有不符）：{without}"),
            });
        }
        notes.extend(days.notes(lang));
        Sheet {
            id: "backtest-allocation".into(),
            title: lang.pick("Back-test of allocation", "客户分配回测").into(),
            about: days.about(now.as_of, lang),
            tables: vec![self.end_table(lang), self.day_table(lang), self.case_table(lang)],
            notes,
            ..Sheet::default()
        }
    }
}

impl Test<'_> {
    /// How those ended where plan and fact agree, differ, or the plan had no rep.
    fn end_table(&self, lang: Lang) -> Table {
        let given = self.cases.iter().filter(|case| case.comparison() != Comparison::NotGiven);
        let given = given.count() as u64;
        let mut columns = vec![column("comparison", Kind::Text, lang)];
        columns.extend(["given-later", "share"].map(|id| column(id, Kind::Number, lang)));
        columns.extend(crate::report::breakdown::interval_columns("share", lang));
        columns.extend(Ends::columns(lang));
        columns.extend(Ends::rate_columns("win-rate", lang));
        let rows = Comparison::GIVEN.map(|comparison| {
            let mut ends = Ends::default();
            let these = self.cases.iter().filter(|case| case.comparison() == comparison);
            these.for_each(|case| ends.add(case.fate));
            let mut cells = vec![Cell::text(comparison.word(lang)), count(ends.all)];
            cells.extend(share_cells(Proportion { successes: ends.all, trials: given }, lang));
            cells.extend(ends.cells());
            cells.extend(ends.rate_cells(lang));
            Row::new(cells)
        });
        let title = lang.pick(
            "The rep of the plan and the rep who was given it",
            "方案中的业务员与实际分给的业务员",
        );
        let rows = rows.to_vec().into();
        Table { id: "agreement".into(), title: title.into(), columns, rows, ..Table::default() }
    }

    fn day_table(&self, lang: Lang) -> Table {
        let mut columns = day_columns(lang);
        let numbers = ["in-pool", "planned", "given-later", "agree"];
        columns.extend(numbers.map(|id| column(id, Kind::Number, lang)));
        columns.push(column("no-plan", Kind::Text, lang));
        let rows = self.days.iter().map(|one| {
            let mut cells = one.day.cells(lang);
            match &one.plan {
                Ok([pool, placed, given, agree]) => {
                    cells.extend([pool, placed, given].map(|n| count(*n)));
                    cells.extend([rate(*agree, *given, lang), Cell::Empty]);
                    Row::new(cells)
                }
                Err(why) => {
                    cells.extend([(); 4].map(|()| Cell::Empty));
                    cells.push(Cell::text(why.get(lang)));
                    Row::with(cells, Emphasis::Warn)
                }
            }
        });
        let rows = rows.collect();
        let title = lang.pick("The plan of each day", "各日的方案");
        Table { id: "days".into(), title: title.into(), columns, rows, ..Table::default() }
    }

    fn case_table(&self, lang: Lang) -> Table {
        let columns = vec![
            column("id", Kind::Id, lang),
            column("date", Kind::Date, lang),
            column("plan-rep", Kind::Text, lang),
            column("given-to", Kind::Text, lang),
            column("given-on", Kind::Date, lang),
            column("comparison", Kind::Text, lang),
            column("outcome", Kind::Text, lang),
            column("ended-on", Kind::Date, lang),
        ];
        let rows = self.cases.iter().map(|case| {
            let (outcome, ended) = match case.fate {
                Fate::Won(on) => (lang.pick("won", "成交"), Some(on)),
                Fate::Lost(on) => (lang.pick("lost", "退出"), Some(on)),
                Fate::Open => (lang.pick("open", "进行中"), None),
                Fate::Gone => (lang.pick("gone", "已不在"), None),
            };
            let given = case.given.as_ref();
            Row::new(vec![
                Cell::text(&*case.id),
                Cell::Date(case.on),
                Cell::maybe(case.planned.as_ref(), |rep| Cell::text(&**rep)),
                Cell::maybe(given, |(rep, _)| Cell::text(&**rep)),
                Cell::maybe(given, |(_, on)| Cell::Date(*on)),
                Cell::text(case.comparison().word(lang)),
                Cell::text(outcome),
                Cell::maybe(ended, Cell::Date),
            ])
        });
        let rows = rows.collect();
        let title = lang.pick("Each prospect", "逐个客户");
        Table { id: "prospects".into(), title: title.into(), columns, rows, ..Table::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plan_and_fact_are_compared_where_a_rep_was_given_it() {
        let rep = |id: &str| -> Option<Text> { (!id.is_empty()).then(|| id.into()) };
        for (planned, given, comparison) in [
            ("he", "he", Comparison::Agrees),
            ("he", "li", Comparison::Differs),
            ("", "li", Comparison::Unplaced),
            ("he", "", Comparison::NotGiven),
            ("", "", Comparison::NotGiven),
        ] {
            assert_eq!(Comparison::of(rep(planned).as_ref(), rep(given).as_ref()), comparison);
        }
    }
}
