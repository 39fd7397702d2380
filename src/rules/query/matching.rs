//! A query's tree, asked about one prospect.

use super::Others;
use super::lexer::Op;
use super::pattern::Pattern;
use crate::model::pipeline::Outcome;
use crate::rules::attribute::{DayReader, Figure, Flag, Numbers, Read, Tense, View};
use crate::rules::customer::levels::Scale;
use crate::value::date::Date;
use crate::value::money::{Amount, Money, Sum};
use crate::value::period::Period;
use crate::value::text::Text;

/// The answers of one prospect to the questions of a query that was split: a bit each.
#[derive(Debug, Default)]
pub(in crate::rules) struct Answers(pub(super) Box<[u64]>);

impl Answers {
    /// The answer to one question.
    fn get(&self, question: usize) -> bool {
        self.0.get(question / 64).is_some_and(|bits| bits >> (question % 64) & 1 == 1)
    }
}

/// A question, everything in it resolved.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Every part holds; without parts, always.
    All(Vec<Node>),
    /// At least one part holds.
    Any(Vec<Node>),
    /// The part does not hold.
    Not(Box<Node>),
    /// A flag is up.
    Flag(&'static Flag),
    /// Words anywhere in names, company, id, contacts and notes.
    Plain(Pattern),
    /// A text.
    Text(TextSource, Wanted<TextTest>),
    /// A column.
    Stage(fn(&View<'_>) -> Option<usize>, Wanted<StageTest>),
    /// A number.
    Number(Numbers, Wanted<NumberTest>),
    /// A day.
    Date(DayReader, Wanted<DateTest>),
    /// A part that reads the graded customer alone.
    OfCustomer(Box<Node>),
    /// A part that looks into the file of the prospect's customer; into the prospect where there is none.
    OfFile(Box<Node>),
    /// A part that holds for one of the prospects of the customer at least; one without `account` is its own customer.
    OfDeals(Box<Node>),
    /// An answer that was given before: the bit of a question (see `apart`).
    Answer(usize),
}

/// The question about a value.
#[derive(Debug, Clone)]
pub(super) enum Wanted<T> {
    /// That there is none: `""`.
    Absent,
    /// That there is one: `*`.
    Present,
    /// That it passes a test.
    Fits(T),
}

impl<T> Wanted<T> {
    /// Does a value, or its absence, answer?
    fn by<V>(&self, value: Option<V>, fits: impl FnOnce(&T, V) -> bool) -> bool {
        match (self, value) {
            (Wanted::Absent, value) => value.is_none(),
            (Wanted::Present, value) => value.is_some(),
            (Wanted::Fits(test), Some(value)) => fits(test, value),
            (Wanted::Fits(_), None) => false,
        }
    }
}

/// A number to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// There is none.
    Absent,
    /// Money in a currency without a rate: there, but neither more nor less than any number.
    NoRate,
    /// More than this, by an amount in a currency without a rate: less than no number.
    Above(Amount),
    /// A number.
    Of(Amount),
}

impl Reading {
    fn of(figure: Figure<'_>) -> Reading {
        match figure {
            Figure::None => Reading::Absent,
            Figure::Count(count) => Reading::Of(Amount::from_int(count)),
            Figure::Amount(amount) => Reading::Of(amount),
            Figure::Money(Money { amount, currency: None }) => Reading::Of(amount),
            Figure::Money(money) => Reading::sum(&Some(money).into()),
            Figure::Sum(sum) => Reading::sum(sum),
            Figure::Share(share) => Reading::Of(share.times(Amount::from_int(100))),
            Figure::Foreign { positive: true } => Reading::Above(Amount::ZERO),
            Figure::Foreign { positive: false } => Reading::NoRate,
        }
    }

    fn sum(sum: &Sum) -> Reading {
        match sum.foreign().next() {
            None => Reading::Of(sum.own),
            Some(_) if sum.foreign().any(|line| line.amount.is_negative()) => Reading::NoRate,
            Some(_) => Reading::Above(sum.own),
        }
    }
}

/// Where texts are read.
#[derive(Debug, Clone)]
pub(super) enum TextSource {
    /// By a row of the table of attributes.
    Table(Read),
    /// The id of the customer's level of a dimension of grading.
    Level(Scale),
    /// A fact of the team's own.
    Fact(Text),
}

/// The question about a text.
#[derive(Debug, Clone)]
pub(super) enum TextTest {
    /// The whole of it.
    Whole(Pattern),
    /// A part of it.
    Within(Pattern),
}

/// The question about a column.
#[derive(Debug, Clone)]
pub(super) enum StageTest {
    /// One of these: pipeline and position.
    In(Vec<(usize, usize)>),
    /// Before or after the position it has in each pipeline.
    Order(Op, Vec<Option<usize>>),
}

/// The question about a number.
#[derive(Debug, Clone)]
pub(super) enum NumberTest {
    /// That it can be compared at all.
    Known,
    /// From..to, both included.
    In(Amount, Amount),
    /// Less or more.
    Order(Op, Amount),
}

/// The question about a day.
#[derive(Debug, Clone)]
pub(super) enum DateTest {
    /// Inside a period.
    In(Period),
    /// Before or after a period.
    Order(Op, Period),
    /// So many days from the as-of day.
    Days(Tense, Op, i64),
}

impl Node {
    /// Does it hold? `answers` are those to the questions of a query that was split (see `apart`).
    pub(super) fn matches(&self, view: &View<'_>, answers: &Answers) -> bool {
        match self {
            Node::All(parts) => parts.iter().all(|part| part.matches(view, answers)),
            Node::Any(parts) => parts.iter().any(|part| part.matches(view, answers)),
            Node::Not(part) => !part.matches(view, answers),
            Node::Flag(flag) => flag.is_up(view),
            Node::Plain(pattern) => plain(pattern, view),
            Node::Text(source, wanted) => match wanted {
                Wanted::Absent => !source.any(view, &|text| !text.is_empty()),
                Wanted::Present => source.any(view, &|text| !text.is_empty()),
                Wanted::Fits(TextTest::Whole(pattern)) => source.any(view, &|t| pattern.whole(t)),
                Wanted::Fits(TextTest::Within(pattern)) => source.any(view, &|t| pattern.within(t)),
            },
            Node::Stage(read, wanted) => wanted.by(read(view), |test, at| test.passes(at, view)),
            Node::Number(read, wanted) => match (Reading::of(read(view)), wanted) {
                (Reading::NoRate, wanted) => matches!(wanted, Wanted::Present),
                (Reading::Above(least), wanted) => match wanted {
                    Wanted::Present => true,
                    Wanted::Fits(NumberTest::Order(Op::Gt | Op::Ge, limit)) => least >= *limit,
                    Wanted::Absent | Wanted::Fits(_) => false,
                },
                (Reading::Absent, wanted) => matches!(wanted, Wanted::Absent),
                (Reading::Of(amount), wanted) => wanted.by(Some(amount), NumberTest::passes),
            },
            Node::Date(read, wanted) => {
                wanted.by(read.date(view), |test, date| test.passes(date, view.as_of))
            }
            Node::OfCustomer(part) => part.matches(view, answers),
            Node::OfFile(part) => part.matches(&view.of_file(), answers),
            Node::OfDeals(part) => match view.record.deals.get() {
                None => !view.record.prospect.is_customer && part.matches(view, answers),
                Some(deals) => deals.iter().any(|deal| part.matches(&view.of_other(deal), answers)),
            },
            Node::Answer(question) => answers.get(*question),
        }
    }
}

impl Node {
    /// Does any part of it ask for grades?
    pub(super) fn asks_grades(&self) -> bool {
        match self {
            Node::All(parts) | Node::Any(parts) => parts.iter().any(Node::asks_grades),
            Node::Not(part) | Node::OfFile(part) | Node::OfDeals(part) => part.asks_grades(),
            Node::Flag(flag) => flag.is_graded,
            Node::OfCustomer(_) => true,
            _ => false,
        }
    }
}

impl Node {
    /// The other files that it looks into.
    pub(super) fn others(&self) -> Others {
        match self {
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().map(Node::others).fold(Others::default(), Others::and)
            }
            Node::Not(part) | Node::OfCustomer(part) => part.others(),
            Node::OfFile(_) => Others { file: true, ..Others::default() },
            Node::OfDeals(_) => Others { deals: true, ..Others::default() },
            _ => Others::default(),
        }
    }
}

impl TextSource {
    fn any(&self, view: &View<'_>, is: &dyn Fn(&str) -> bool) -> bool {
        match self {
            TextSource::Table(read) => read.any(view, is),
            TextSource::Level(scale) => view.level(*scale).is_some_and(|level| is(level.id)),
            TextSource::Fact(name) => view.record.prospect.fact(name).is_some_and(is),
        }
    }
}

/// The cheap ones first: notes are the bulk of a file.
fn plain(pattern: &Pattern, view: &View<'_>) -> bool {
    let prospect = &view.record.prospect;
    pattern.within(&prospect.name)
        || pattern.within(&prospect.id)
        || prospect.company.as_deref().is_some_and(|text| pattern.within(text))
        || prospect.contacts.iter().any(|contact| pattern.within(&contact.name))
        || view.entries().any(|e| e.note.as_deref().is_some_and(|text| pattern.within(text)))
}

impl StageTest {
    fn passes(&self, at: usize, view: &View<'_>) -> bool {
        let pipeline = view.record.state.pipeline;
        match self {
            StageTest::In(stages) => stages.contains(&(pipeline, at)),
            // A way out comes after the last column in the settings, but is not above it.
            StageTest::Order(op, limits) => {
                let lost = view.pipeline().stages[at].outcome == Outcome::Lost;
                let limit = limits.get(pipeline).copied().flatten();
                !lost && limit.is_some_and(|limit| ordered(*op, at, limit))
            }
        }
    }
}

impl NumberTest {
    fn passes(&self, amount: Amount) -> bool {
        match self {
            NumberTest::Known => true,
            NumberTest::In(from, to) => *from <= amount && amount <= *to,
            NumberTest::Order(op, limit) => ordered(*op, amount, *limit),
        }
    }
}

impl DateTest {
    fn passes(&self, date: Date, as_of: Date) -> bool {
        match self {
            DateTest::In(period) => period.contains(date),
            DateTest::Order(op, period) => match op {
                Op::Lt | Op::Ge => ordered(*op, date, period.from),
                _ => ordered(*op, date, period.to),
            },
            DateTest::Days(tense, op, days) => {
                let distance = match tense {
                    Tense::Past => as_of.days_since(date),
                    Tense::Ahead => date.days_since(as_of),
                };
                // `next<7d` means the coming days, not those that have passed.
                distance >= 0 && ordered(*op, distance, *days)
            }
        }
    }
}

/// `value OP limit`; a plain comparison with a duration means no more than it, and `!=` the prospects that this
/// leaves out.
fn ordered<T: Ord>(op: Op, value: T, limit: T) -> bool {
    match op {
        Op::Lt => value < limit,
        Op::Le | Op::Has | Op::Eq | Op::Ne => value <= limit,
        Op::Gt => value > limit,
        Op::Ge => value >= limit,
    }
}
