//! The changes of the open prospects between two days, split so that the parts add up exactly.

use super::columns::stage_name;
use super::dimension::Dimension;
use super::figures::member;
use crate::model::pipeline::{Outcome, Pipeline};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::derive;
use crate::rules::replay::state::{History, Pursuit, Record, State};
use crate::rules::replay::worth::weigh;
use crate::value::label::Lang;
use crate::value::money::{Amount, Sum};
use crate::value::period::Period;
use crate::value::text::Text;
use std::cmp::Ordering;

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// A pursuit opened.
    New,
    /// Worth more.
    ValueUp,
    /// Worth less.
    ValueDown,
    /// In a later column.
    Advanced,
    /// In an earlier column.
    FellBack,
    /// Expected to close earlier.
    PulledIn,
    /// Expected to close later.
    Pushed,
    /// Back in the pool.
    Recycled,
    /// Another owner.
    Reassigned,
    /// Closed.
    Won,
    /// Left.
    Lost,
    /// An entry from before was retracted.
    Corrected,
}

impl ChangeKind {
    /// Every kind, in the order of the report: stable name, English, Chinese.
    pub const ALL: [(ChangeKind, &'static str, &'static str); 12] = [
        (ChangeKind::New, "new", "新增"),
        (ChangeKind::ValueUp, "value up", "价值上调"),
        (ChangeKind::ValueDown, "value down", "价值下调"),
        (ChangeKind::Advanced, "advanced", "前进"),
        (ChangeKind::FellBack, "fell back", "后退"),
        (ChangeKind::PulledIn, "pulled in", "提前"),
        (ChangeKind::Pushed, "pushed", "推迟"),
        (ChangeKind::Recycled, "recycled", "回收"),
        (ChangeKind::Reassigned, "re-assigned", "转交"),
        (ChangeKind::Won, "won", "成交"),
        (ChangeKind::Lost, "lost", "退出"),
        (ChangeKind::Corrected, "corrected", "更正"),
    ];

    /// The name for people.
    pub fn label(self, lang: Lang) -> &'static str {
        let (_, en, zh) = ChangeKind::ALL[self as usize];
        lang.pick(en, zh)
    }
}

/// An open stock: the measure of opening, changes and closing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stock {
    /// Prospects.
    pub count: i64,
    /// Their value.
    pub value: Sum,
    /// Value x nominal probability, of amounts in the ledger's currency.
    pub weighted: Amount,
}

impl Stock {
    /// The stock of a prospect; none unless it is open.
    pub fn of_record(record: &Record, settings: &Settings) -> Option<Stock> {
        let state = open(Some(&record.state))?;
        Some(Stock::of(&state.value.into(), state.stage, record.pipeline(settings)))
    }

    /// Adds another.
    pub fn add(&mut self, other: &Stock) {
        self.count += other.count;
        self.value.add_sum(&other.value);
        self.weighted = self.weighted.plus(other.weighted);
    }

    /// Takes off another.
    pub fn take(&mut self, other: &Stock) {
        self.count -= other.count;
        self.value.take_sum(&other.value);
        self.weighted = self.weighted.minus(other.weighted);
    }

    fn minus(&self, other: &Stock) -> Stock {
        let mut left = self.clone();
        left.take(other);
        left
    }

    /// One prospect of this value in this column.
    fn of(value: &Sum, stage: usize, pipeline: &Pipeline) -> Stock {
        let weighted = weigh(value.own, pipeline.stages[stage].probability);
        Stock { count: 1, value: value.clone(), weighted }
    }
}

/// One change of one prospect.
#[derive(Debug, Clone)]
pub struct StockChange {
    /// The prospect's id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// The kind of change.
    pub change: ChangeKind,
    /// The group whose stock it changes.
    pub group: String,
    /// By how much.
    pub delta: Stock,
    /// The worth of the prospect.
    pub affected: Sum,
    /// The old and the new value.
    pub detail: String,
}

/// A prospect's part in a bridge: its addition to the opening and the closing stock of its groups,
/// and its changes in between.
#[derive(Debug, Default)]
pub struct BridgePart {
    /// In the stock at the end of the day before.
    pub opening: Option<(String, Stock)>,
    /// In the stock at the end of the last day.
    pub closing: Option<(String, Stock)>,
    /// The changes: opening + these = closing, in every group.
    pub steps: Vec<StockChange>,
}

/// Takes a prospect apart between the end of the day before the period and the end of its last day
/// (which is not after the book's day).
pub fn part(record: &Record, book: &Book, by: Option<&Dimension>, period: Period) -> BridgePart {
    let settings = &book.settings;
    let eve = period.from.plus(-1);
    let by = by.map(|by| (by, book));
    let mut taker = Taker::of(record, settings, settings.language, by, Fresh::Days(period));
    // Without an entry since, the prospect is as it was then.
    if record.state.last_entry.is_none_or(|last| last <= eve) {
        let stock = open(Some(&record.state)).map(|state| taker.stock(state));
        return BridgePart { opening: stock.clone(), closing: stock, steps: Vec::new() };
    }
    let derived = (period.to < book.as_of).then(|| derive(&record.prospect, settings, period.to));
    let (after, history) = match &derived {
        None => (&record.state, &record.history),
        Some(Some((state, history, _))) => (state, history),
        Some(None) => return BridgePart::default(),
    };
    let before = derive(&record.prospect, settings, eve).map(|(state, ..)| state);
    let (opening, closing) = (open(before.as_ref()), open(Some(after)));
    taker.take(opening, after, history);
    BridgePart {
        opening: opening.map(|state| taker.stock(state)),
        closing: closing.map(|state| taker.stock(state)),
        steps: taker.steps,
    }
}

/// Splits the difference of two versions of one prospect, of two revisions of a ledger, into steps. Both are replayed
/// up to one day by one settings file.
pub fn between(
    before: Option<&Record>,
    after: Option<&Record>,
    settings: &Settings,
    lang: Lang,
) -> BridgePart {
    let Some(record) = after.or(before) else { return BridgePart::default() };
    let fresh = Fresh::Later(before.map_or(0, |before| before.state.pursuit));
    let stock = |record: Option<&Record>| {
        let record = record?;
        open(Some(&record.state))
            .map(|state| Taker::of(record, settings, lang, None, fresh).stock(state))
    };
    let (opening, closing) = (stock(before), stock(after));
    let mut taken = Taker::of(record, settings, lang, None, fresh);
    let same_board =
        |before: &&Record| after.is_some_and(|after| before.state.pipeline == after.state.pipeline);
    match after {
        Some(after) if before.is_none_or(|before| same_board(&before)) => {
            let state = open(before.map(|before| &before.state));
            taken.take(state, &after.state, &after.history);
        }
        // Gone, or on another board, whose columns are not to be compared.
        _ => {
            if let (Some((group, was)), Some(before)) = (&opening, before) {
                let delta = Stock::default().minus(was);
                let from = stage_name(before, before.state.stage, settings, lang);
                taken.put(ChangeKind::Corrected, group, delta, was, format!("{from} ->"));
            }
            if let (Some((group, is)), Some(after)) = (&closing, after) {
                let to = stage_name(after, after.state.stage, settings, lang);
                taken.put(ChangeKind::Corrected, group, is.clone(), is, format!("-> {to}"));
            }
        }
    }
    BridgePart { opening, closing, steps: taken.steps }
}

/// The state, if it is open.
fn open(state: Option<&State>) -> Option<&State> {
    state.filter(|state| state.outcome == Outcome::Open)
}

/// The change of a figure that went up, or down; none if it stayed.
fn either(order: Ordering, up: ChangeKind, down: ChangeKind) -> Option<ChangeKind> {
    match order {
        Ordering::Greater => Some(up),
        Ordering::Less => Some(down),
        Ordering::Equal => None,
    }
}

/// Takes one prospect apart.
struct Taker<'a> {
    record: &'a Record,
    settings: &'a Settings,
    pipeline: &'a Pipeline,
    lang: Lang,
    by: Option<(&'a Dimension, &'a Book)>,
    fresh: Fresh,
    steps: Vec<StockChange>,
}

/// Which pursuits count as new.
#[derive(Debug, Clone, Copy)]
enum Fresh {
    /// Those opened on these days.
    Days(Period),
    /// Those with a higher number.
    Later(u32),
}

impl Fresh {
    fn has(self, pursuit: &Pursuit) -> bool {
        match self {
            Fresh::Days(period) => period.contains(pursuit.opened),
            Fresh::Later(known) => pursuit.number > known,
        }
    }
}

impl<'a> Taker<'a> {
    fn of(
        record: &'a Record,
        settings: &'a Settings,
        lang: Lang,
        by: Option<(&'a Dimension, &'a Book)>,
        fresh: Fresh,
    ) -> Taker<'a> {
        let pipeline = record.pipeline(settings);
        Taker { record, settings, pipeline, lang, by, fresh, steps: Vec::new() }
    }

    fn group(&self, owner: Option<&str>) -> String {
        self.by.map_or_else(String::new, |(by, book)| by.of_owner(self.record, book, owner))
    }

    fn stock(&self, state: &State) -> (String, Stock) {
        let stock = Stock::of(&state.value.into(), state.stage, self.pipeline);
        (self.group(state.owner.as_deref()), stock)
    }

    fn stage(&self, stage: usize) -> &str {
        let stage = &self.pipeline.stages[stage];
        stage.label.term(self.lang, &stage.id)
    }

    fn put(
        &mut self,
        change: ChangeKind,
        group: &str,
        delta: Stock,
        worth: &Stock,
        detail: String,
    ) {
        self.steps.push(StockChange {
            id: self.record.prospect.id.clone(),
            name: self.record.prospect.name.clone(),
            change,
            group: group.to_owned(),
            delta,
            affected: worth.value.clone(),
            detail,
        });
    }

    fn take(&mut self, opening: Option<&State>, after: &State, history: &History) {
        let closing = open(Some(after));
        let same = opening.zip(closing).filter(|(a, b)| a.pursuit == b.pursuit);
        if let Some((before, after)) = same {
            self.stayed(before, after);
        } else if let Some(before) = opening {
            self.ended(before, history);
        }
        let fresh = |pursuit: &&Pursuit| self.fresh.has(pursuit);
        let met: Vec<Pursuit> = history.pursuits.iter().filter(fresh).cloned().collect();
        // Opened and ended in between: in and out again.
        let known = opening.map(|state| state.pursuit);
        for pursuit in met.iter().filter(|pursuit| Some(pursuit.number) != known) {
            if let (Some((on, outcome)), Some(from)) = (pursuit.ended, pursuit.left_from) {
                let stock = Stock::of(&pursuit.worth, from, self.pipeline);
                let group = self.group(history.owner_on(on));
                let detail = format!("{} {}", pursuit.opened, self.stage(from));
                self.put(ChangeKind::New, &group, stock.clone(), &stock, detail);
                self.exit(&group, &stock, outcome, from, pursuit.reason.as_deref());
            }
        }
        if let (None, Some(after)) = (same, closing) {
            let (group, stock) = self.stock(after);
            let opened = met.iter().find(|pursuit| pursuit.number == after.pursuit);
            let stage = self.stage(after.stage);
            let (change, detail) = match opened {
                Some(pursuit) => (ChangeKind::New, format!("{} {stage}", pursuit.opened)),
                None => (ChangeKind::Corrected, format!("-> {stage}")),
            };
            self.put(change, &group, stock.clone(), &stock, detail);
        }
    }

    /// One pursuit, open on both days.
    fn stayed(&mut self, before: &State, after: &State) {
        let group = self.moved_owner(before, after.owner.as_deref());
        let (_, start) = self.stock(before);
        let revalued = Stock::of(&after.value.into(), before.stage, self.pipeline);
        self.revalued(&group, &start, &revalued);
        let (_, end) = self.stock(after);
        let order = after.stage.cmp(&before.stage);
        if let Some(change) = either(order, ChangeKind::Advanced, ChangeKind::FellBack) {
            let detail = format!("{} -> {}", self.stage(before.stage), self.stage(after.stage));
            self.put(change, &group, end.minus(&revalued), &end, detail);
        }
        let date = |state: &State| state.evidence.close_by.map(|(day, _)| day);
        if let (Some(was), Some(is)) = (date(before), date(after))
            && let Some(change) = either(is.cmp(&was), ChangeKind::Pushed, ChangeKind::PulledIn)
        {
            self.put(change, &group, Stock::default(), &end, format!("{was} -> {is}"));
        }
    }

    /// Open before, and that pursuit has ended since.
    fn ended(&mut self, before: &State, history: &History) {
        let pursuit = history.pursuits.iter().find(|pursuit| pursuit.number == before.pursuit);
        let ended = pursuit.and_then(|pursuit| pursuit.ended);
        let (Some(pursuit), Some((on, outcome))) = (pursuit, ended) else {
            let (group, stock) = self.stock(before);
            let detail = format!("{} ->", self.stage(before.stage));
            self.put(ChangeKind::Corrected, &group, Stock::default().minus(&stock), &stock, detail);
            return;
        };
        let group = self.moved_owner(before, history.owner_on(on));
        let (_, start) = self.stock(before);
        let end = Stock::of(&pursuit.worth, before.stage, self.pipeline);
        self.revalued(&group, &start, &end);
        let from = pursuit.left_from.unwrap_or(before.stage);
        self.exit(&group, &end, outcome, from, pursuit.reason.as_deref());
    }

    /// Out of the stock: won or lost.
    fn exit(
        &mut self,
        group: &str,
        stock: &Stock,
        outcome: Outcome,
        from: usize,
        reason: Option<&str>,
    ) {
        let change = if outcome == Outcome::Won { ChangeKind::Won } else { ChangeKind::Lost };
        let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        let detail = format!("{} ->{why}", self.stage(from));
        self.put(change, group, Stock::default().minus(stock), stock, detail);
    }

    /// Another owner, perhaps another group's: out of the one stock, into the other. The group after.
    fn moved_owner(&mut self, before: &State, owner: Option<&str>) -> String {
        let (was, stock) = self.stock(before);
        let is = self.group(owner);
        if before.owner.as_deref() != owner {
            let change =
                if owner.is_none() { ChangeKind::Recycled } else { ChangeKind::Reassigned };
            let name = |owner: Option<&str>| match owner {
                Some(id) if self.lang != Lang::Machine => member(id, self.settings),
                owner => owner.unwrap_or("-").to_owned(),
            };
            let detail = format!("{} -> {}", name(before.owner.as_deref()), name(owner));
            if was == is {
                self.put(change, &is, Stock::default(), &stock, detail);
            } else {
                let out = Stock::default().minus(&stock);
                self.put(change, &was, out, &stock, detail.clone());
                self.put(change, &is, stock.clone(), &stock, detail);
            }
        }
        is
    }

    /// Another value: stated anew, or realised when the pursuit ended.
    fn revalued(&mut self, group: &str, start: &Stock, end: &Stock) {
        let (was, is) = (&start.value, &end.value);
        if was == is {
            return;
        }
        let amount = |sum: &Sum| sum.foreign().fold(sum.own, |all, line| all.plus(line.amount));
        let up = amount(is) >= amount(was);
        let change = if up { ChangeKind::ValueUp } else { ChangeKind::ValueDown };
        let text = |sum: &Sum| if sum.is_zero() { "-".into() } else { sum.to_string() };
        self.put(change, group, end.minus(start), end, format!("{} -> {}", text(was), text(is)));
    }
}
