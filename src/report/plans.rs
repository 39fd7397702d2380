//! `crm report plans`: the plans of customers - goals with their figures, steps, and satisfaction before and after the
//! steps that answer it. `crm show` has the plan of its file.

use super::Request;
use super::breakdown::{by_cell, by_column};
use crate::diag::{Diagnostic, counted};
use crate::model::profile::{Goal, Profile, Step};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::customer::figures::Satisfaction;
use crate::rules::dealings::{Dealings, by_customer};
use crate::rules::plan_of_customer::{Figure, Progress, StepState, doer};
use crate::rules::replay::state::{Record, State};
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::terms::{GOAL_MEASURES, GOAL_STATES, STEP_STATES, term};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A file with a plan.
struct Holder {
    id: Text,
    name: Text,
    group: Option<String>,
    profile: Profile,
    state: State,
    /// Its customer, by the position of the first file.
    customer: Option<u32>,
    /// The dealings through this file alone.
    own: Dealings,
}

/// The plans of the selected files, as of the day.
pub fn plans(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang, on) = (&book.settings, book.settings.language, book.as_of);
    book.graded();
    let mut holders = request.gather_everybody(book, |record| {
        let profile = record.prospect.profile();
        profile.has_plan().then(|| Holder {
            id: record.prospect.id.clone(),
            name: record.prospect.name.clone(),
            group: request.group(record, book),
            profile: profile.clone(),
            state: record.state.clone(),
            customer: record.customer.get().map(|customer| customer.first),
            own: Dealings::of(record, settings, on),
        })
    });
    holders.sort_by(|a, b| a.group.cmp(&b.group));
    let customers: BTreeSet<u32> = holders.iter().filter_map(|holder| holder.customer).collect();
    let dealings = by_customer(book, |first| customers.contains(&first));
    let mut tables = PlanTables::of(request, true, lang);
    for holder in &holders {
        let joint = holder.customer.and_then(|first| dealings.get(&first));
        let mut before: Vec<Cell> = Vec::new();
        before.extend(holder.group.as_deref().and_then(|group| by_cell(request, group, lang)));
        before.extend([Cell::text(holder.id.clone()), Cell::text(holder.name.clone())]);
        let dealings = joint.unwrap_or(&holder.own);
        tables.add(&before, &holder.profile, &holder.state, dealings, settings, on);
    }
    let plans = holders.len();
    let about = match lang {
        Lang::En | Lang::Machine => format!("{on}  ·  {}", counted(plans, "plan", "plans")),
        Lang::Zh => format!("{on}  ·  计划 {plans} 份"),
    };
    let title = lang.pick("Plans of customers", "客户计划").into();
    let (notes, tables) = (tables.notes(lang), tables.tables(lang));
    let mut sheet = Sheet { id: "plans".into(), title, about, tables, notes, ..Sheet::default() };
    sheet.hide_empty();
    // Machines read the head of the first table even if it has no rows.
    if let Some(goals) = sheet.tables.first_mut().filter(|goals| goals.rows.is_empty()) {
        goals.audience = Audience::Machines;
    }
    Ok(sheet)
}

/// The sheet of one file with its plan before the history.
#[must_use]
pub fn with_plan(
    mut sheet: Sheet,
    record: &Record,
    dealings: &Dealings,
    settings: &Settings,
    on: Date,
) -> Sheet {
    let (profile, lang) = (record.prospect.profile(), settings.language);
    if !profile.has_plan() {
        return sheet;
    }
    let request = Request::of(crate::rules::query::Query::everything());
    let mut tables = PlanTables::of(&request, false, lang);
    tables.add(&[], profile, &record.state, dealings, settings, on);
    sheet.notes.extend(tables.notes(lang));
    let behind = |table: &Table| ["columns", "journal"].contains(&&*table.id);
    let place = sheet.tables.iter().position(behind);
    let place = place.unwrap_or(sheet.tables.len());
    let shown = tables.tables(lang).into_iter().filter(|table| !table.rows.is_empty());
    sheet.tables.splice(place..place, shown);
    sheet
}

/// The tables of plans while they are filled.
struct PlanTables {
    /// The columns that say whose plan it is.
    before: Vec<Column>,
    goals: Vec<Row>,
    steps: Vec<Row>,
    loops: Vec<Row>,
    /// Goals of money, with what was bought in other currencies.
    others: Vec<(Text, String)>,
}

impl PlanTables {
    fn of(request: &Request, several: bool, lang: Lang) -> PlanTables {
        let mut before: Vec<Column> = by_column(request, lang).into_iter().collect();
        if several {
            before.extend([column("id", Kind::Id, lang), column("name", Kind::Text, lang)]);
        }
        let (goals, steps, loops) = (Vec::new(), Vec::new(), Vec::new());
        PlanTables { before, goals, steps, loops, others: Vec::new() }
    }

    /// Adds a plan; `before` are the cells that say whose it is.
    fn add(
        &mut self,
        before: &[Cell],
        profile: &Profile,
        state: &State,
        dealings: &Dealings,
        settings: &Settings,
        on: Date,
    ) {
        let lang = settings.language;
        let cells = |own: Vec<Cell>| before.iter().cloned().chain(own).collect::<Vec<_>>();
        for (id, goal) in profile.named_goals() {
            let progress = Progress::of(goal, dealings, settings, on);
            if let Some(Figure::Bought(_, others)) = &progress.figure
                && !others.is_zero()
            {
                self.others.push((id.clone(), others.grouped()));
            }
            let (own, emphasis) = goal_row(&id, goal, &progress, lang);
            self.goals.push(Row::with(cells(own), emphasis));
        }
        for (id, step) in profile.named_steps() {
            let done = StepState::of(&id, step, state, on);
            let (own, emphasis) = step_row(&id, step, done, state, lang);
            self.steps.push(Row::with(cells(own), emphasis));
            if let Some(answers) = &step.answers {
                let own = loop_row(&id, step, answers, done, dealings, on);
                self.loops.push(Row::new(cells(own)));
            }
        }
    }

    /// The money in other currencies than the goals'.
    fn notes(&self, lang: Lang) -> Vec<String> {
        let note = |(goal, money): &(Text, String)| match lang {
            Lang::En | Lang::Machine => {
                format!("goal {goal}: not counted, of another currency: {money}")
            }
            Lang::Zh => format!("目标 {goal}：币种不同，未计入：{money}"),
        };
        self.others.iter().map(note).collect()
    }

    fn tables(self, lang: Lang) -> Vec<Table> {
        let head = |id: &str, en: &str, zh: &str, kind| Column::new(id, lang.pick(en, zh), kind);
        let goals = vec![
            head("goal", "Goal", "目标", Kind::Text).optional(2),
            column("what", Kind::Text, lang).wraps(),
            head("measure", "Measure", "衡量", Kind::Text).optional(3),
            head("now", "Now", "现值", Kind::Number),
            head("target", "Target", "目标值", Kind::Number),
            head("progress", "Progress", "进度", Kind::Number),
            head("counted-from", "From", "起算日", Kind::Date).optional(5),
            head("goal-by", "By", "期限", Kind::Date),
            column("days-left", Kind::Number, lang).optional(4),
            head("state", "State", "状态", Kind::Text),
        ];
        let steps = vec![
            column("step", Kind::Text, lang).whole(),
            column("what", Kind::Text, lang).wraps(),
            head("goal", "Goal", "目标", Kind::Text).optional(2),
            head("who", "Who", "执行人", Kind::Text),
            head("step-by", "By", "期限", Kind::Date),
            head("state", "State", "状态", Kind::Text),
            head("done-on", "Done on", "完成日", Kind::Date).optional(3),
        ];
        let loops = vec![
            column("step", Kind::Text, lang).whole(),
            column("what", Kind::Text, lang).wraps(),
            head("answers", "Answers", "针对", Kind::Text),
            head("done-on", "Done on", "完成日", Kind::Date),
            head("scale", "Scale", "量表", Kind::Text),
            head("before", "Before", "之前", Kind::Number),
            head("before-on", "On", "日期", Kind::Date),
            head("after", "After", "之后", Kind::Number),
            head("after-on", "On", "日期", Kind::Date),
            head("gain", "Change", "变化", Kind::Number),
        ];
        let before = self.before;
        let table = |id: &str, title: &str, own: Vec<Column>, rows: Vec<Row>| {
            let columns = before.iter().cloned().chain(own).collect();
            let (id, title) = (id.into(), title.into());
            Table { id, title, columns, rows: rows.into(), ..Table::default() }
        };
        vec![
            table("goals", lang.pick("Goals", "目标"), goals, self.goals),
            table("steps", lang.pick("Steps", "步骤"), steps, self.steps),
            table(
                "improvement",
                lang.pick("Satisfaction before and after", "改进前后的满意度"),
                loops,
                self.loops,
            ),
        ]
    }
}

fn goal_row(id: &Text, goal: &Goal, progress: &Progress, lang: Lang) -> (Vec<Cell>, Emphasis) {
    let (state, emphasis) = match (progress.reached, progress.days_left) {
        (true, _) => ("reached", Emphasis::Good),
        (false, Some(left)) if left < 0 && progress.figure.is_some() => ("missed", Emphasis::Warn),
        (false, Some(left)) if left < 0 => ("ended", Emphasis::Plain),
        _ => ("open", Emphasis::Plain),
    };
    let none = || Cell::absent(lang.pick("none", "无"));
    let now = match &progress.figure {
        None => Cell::Empty,
        Some(Figure::Bought(money, _)) => Cell::Money(*money),
        Some(Figure::Orders(orders)) => Cell::Int(i64::from(*orders)),
        Some(Figure::Satisfaction(said)) => {
            said.map_or_else(none, |(mean, _)| Cell::Number(mean, 1))
        }
        Some(Figure::Wallet(share)) => share.map_or_else(none, Cell::Share),
    };
    let measure = goal.measure.as_deref();
    let target = |target: crate::value::money::Money| match measure {
        Some("share-of-wallet") => Cell::Share(target.amount.to_f64()),
        _ => Cell::Money(target),
    };
    let cells = vec![
        Cell::text(id.clone()),
        Cell::text(goal.what.clone()),
        Cell::maybe(measure, |id| Cell::text(term(GOAL_MEASURES, id, lang))),
        now,
        Cell::maybe(goal.target, target),
        Cell::maybe(progress.share, Cell::Share),
        Cell::maybe(progress.from, Cell::Date),
        Cell::maybe(goal.by, Cell::Date),
        Cell::maybe(progress.days_left, Cell::Int),
        Cell::text(term(GOAL_STATES, state, lang)),
    ];
    (cells, emphasis)
}

fn step_row(
    id: &Text,
    step: &Step,
    done: StepState,
    state: &State,
    lang: Lang,
) -> (Vec<Cell>, Emphasis) {
    let (word, on, emphasis) = match done {
        StepState::Done(on) => ("done", Some(on), Emphasis::Good),
        StepState::Overdue => ("overdue", None, Emphasis::Warn),
        StepState::Open => ("open", None, Emphasis::Plain),
    };
    let cells = vec![
        Cell::text(id.clone()),
        Cell::text(step.what.clone()),
        Cell::maybe(step.goal.clone(), Cell::Text),
        Cell::maybe(doer(step, state).cloned(), Cell::Text),
        Cell::maybe(step.by, Cell::Date),
        Cell::text(term(STEP_STATES, word, lang)),
        Cell::maybe(on, Cell::Date),
    ];
    (cells, emphasis)
}

/// The last survey on or before the day on which a step was done, and the first after it. A difference only where both
/// have one scale.
fn loop_row(
    id: &Text,
    step: &Step,
    answers: &Text,
    done: StepState,
    dealings: &Dealings,
    on: Date,
) -> Vec<Cell> {
    let day = match done {
        StepState::Done(day) => Some(day),
        StepState::Overdue | StepState::Open => None,
    };
    let before = dealings.survey_before(day.unwrap_or(on));
    let after = day.and_then(|day| dealings.survey_after(day));
    let score = |survey: Option<&Satisfaction>| Cell::maybe(survey, |s| Cell::Amount(s.score));
    let date = |survey: Option<&Satisfaction>| Cell::maybe(survey, |s| Cell::Date(s.on));
    let gain = before.zip(after).filter(|(before, after)| before.survey == after.survey);
    let scales: Vec<Cow<str>> =
        [before, after].into_iter().flatten().map(|survey| Cow::from(survey.survey.id())).collect();
    let mut scales = scales;
    scales.dedup();
    vec![
        Cell::text(id.clone()),
        Cell::text(step.what.clone()),
        Cell::text(answers.clone()),
        Cell::maybe(day, Cell::Date),
        Cell::list(scales.iter().map(|scale| &**scale)),
        score(before),
        date(before),
        score(after),
        date(after),
        Cell::maybe(gain, |(before, after)| Cell::Amount(after.score.minus(before.score))),
    ]
}
