//! One term of a query, with everything resolved that the settings know: names of fields, columns,
//! reps, kinds, criteria; numbers, days and durations.

use super::fields::{self, FIELDS, Kind, Names, Tense, Texts, Unit};
use super::flags::{self, FLAGS};
use super::lexer::{Op, Word};
use super::matching::{DateTest, Node, NumberTest, Source, StageTest, TextTest, Wanted};
use super::pattern::Pattern;
use super::{Asked, Parsed};
use crate::diag::Diagnostic;
use crate::model::pipeline::{IN_CYCLE, Pipeline, Stage};
use crate::rules::customer::levels::{Level, Scale};
use crate::value::id::fold;
use crate::value::label::Label;
use crate::value::money::Amount;
use crate::value::period::{DATE_FORMS, parse_days, parse_period};
use crate::value::text::Text;
use std::ops::Range;

/// A field or flag, its operator, and the values: any of them will do.
pub(super) struct Term<'a> {
    pub(super) name: &'a Word,
    pub(super) op: Op,
    pub(super) op_span: &'a Range<usize>,
    pub(super) values: Vec<&'a Word>,
}

/// What a name before an operator refers to.
enum Subject {
    Flags,
    /// A field of the table; is it a matter of grading?
    Table(Kind, bool),
    Fact(Text),
}

/// A term as a question.
pub(super) fn term(asked: &Asked<'_>, term: &Term<'_>) -> Parsed<Node> {
    let subject = subject(asked, term.name)?;
    check_operator(asked, term, &subject)?;
    let mut parts = Vec::with_capacity(term.values.len());
    for &value in &term.values {
        parts.push(match &subject {
            Subject::Flags => flag(asked, value)?,
            Subject::Fact(name) => text(Source::Fact(name.clone()), term.op, value)?,
            Subject::Table(Kind::Text(texts), _) => text(Source::Table(*texts), term.op, value)?,
            Subject::Table(Kind::Exact(names, texts), _) => exact(asked, *names, *texts, value)?,
            Subject::Table(Kind::Stage(read), _) => {
                Node::Stage(*read, wanted(value, || stage(asked, term.op, value))?)
            }
            Subject::Table(Kind::Number(unit, read), _) => {
                Node::Number(*read, wanted(value, || number(asked, *unit, term.op, value))?)
            }
            Subject::Table(Kind::Valued(scale, read), _) => match level(*scale, term.op, value) {
                Some(node) => node,
                None => Node::Number(
                    *read,
                    wanted(value, || {
                        number(asked, Unit::Plain, term.op, value).map_err(|wrong| {
                            let levels = scale.levels().iter().map(|level| level.id);
                            Box::new(wrong.nearest(&value.text(), levels))
                        })
                    })?,
                ),
            },
            Subject::Table(Kind::Date(tense, read), _) => {
                Node::Date(*read, wanted(value, || date(asked, *tense, term.op, value))?)
            }
        });
    }
    let node = if term.op == Op::Ne { differs(&subject, parts) } else { any(parts) };
    let graded = matches!(subject, Subject::Table(_, true));
    Ok(if graded { Node::OfCustomer(Box::new(node)) } else { node })
}

/// One of the parts; a single one stands for itself.
pub(super) fn any(mut parts: Vec<Node>) -> Node {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            Node::Any(parts)
        }
        None => Node::Any(parts),
    }
}

/// `!=`. What has no number or day to compare is neither like nor unlike one.
fn differs(subject: &Subject, parts: Vec<Node>) -> Node {
    let compares = parts.iter().any(|part| {
        matches!(part, Node::Number(_, Wanted::Fits(_)) | Node::Date(_, Wanted::Fits(_)))
    });
    let not = Node::Not(Box::new(any(parts)));
    let known = match subject {
        Subject::Table(Kind::Number(_, read) | Kind::Valued(_, read), _) if compares => {
            Node::Number(*read, Wanted::Fits(NumberTest::Known))
        }
        Subject::Table(Kind::Date(_, read), _) if compares => Node::Date(*read, Wanted::Present),
        _ => return not,
    };
    Node::All(vec![known, not])
}

fn subject(asked: &Asked<'_>, name: &Word) -> Parsed<Subject> {
    let text = fold(&name.text());
    let facts = &asked.settings.facts;
    if matches!(text.as_str(), "is" | "是") {
        return Ok(Subject::Flags);
    }
    if let Some(field) = fields::find(&text) {
        asked.asks_notes.set(asked.asks_notes.get() || field.noted);
        if matches!(field.kind, Kind::Exact(Names::Grades, _)) {
            asked.grade_at.borrow_mut().get_or_insert(name.span.clone());
        }
        return Ok(Subject::Table(field.kind, field.graded));
    }
    if let Some(fact) = facts.iter().find(|fact| fold(fact) == text) {
        return Ok(Subject::Fact(fact.clone()));
    }
    let wrong = asked.wrong(&name.span, format!("unknown field `{}`", name.text()));
    if let Some(field) = text.strip_prefix('-').and_then(fields::find) {
        let help = format!("a hyphen does not negate; write `not {}:…`", field.name);
        return Err(Box::new(wrong.help(help)));
    }
    if let Some(flag) = flags::find(&text) {
        return Err(Box::new(wrong.help(format!("a flag is written `is:{}`", flag.name))));
    }
    let names = FIELDS.iter().flat_map(|f| std::iter::once(&f.name).chain(f.aliases));
    let names = names.copied().chain(["is"]).chain(facts.iter().map(|fact| &**fact));
    let wrong = wrong.nearest(&text, names);
    let hinted = !wrong.help.is_empty();
    Err(Box::new(if hinted { wrong } else { wrong.help("`crm help query` lists the fields") }))
}

/// Can this be compared so, with so many values?
fn check_operator(asked: &Asked<'_>, term: &Term<'_>, subject: &Subject) -> Parsed<()> {
    if !term.op.orders() {
        return Ok(());
    }
    let symbol = term.op.symbol();
    let is = match subject {
        Subject::Flags => Some("a flag"),
        Subject::Fact(_) | Subject::Table(Kind::Text(_), _) => Some("text"),
        Subject::Table(Kind::Exact(..), _) => Some("a name"),
        Subject::Table(..) => None,
    };
    if let Some(is) = is {
        let message = format!("`{symbol}` cannot compare `{}`, which is {is}", term.name.text());
        let wrong = asked.wrong(term.op_span, message).help("use `:`, `=` or `!=`");
        return Err(Box::new(wrong));
    }
    match &term.values[..] {
        [value] if value.text().is_empty() || value.pieces.len() > 1 => {
            let message = format!("`{symbol}` needs a value to compare with");
            Err(Box::new(asked.wrong(&value.span, message)))
        }
        [_, second, ..] => {
            let message = format!("`{symbol}` takes one value");
            let help = "write thousands without a comma: `10000` or `10k`";
            Err(Box::new(asked.wrong(&second.span, message).help(help)))
        }
        _ => Ok(()),
    }
}

/// `""` asks for absence, `*` for presence, anything else for `test`.
fn wanted<T>(word: &Word, test: impl FnOnce() -> Parsed<T>) -> Parsed<Wanted<T>> {
    match word.pieces.iter().all(String::is_empty) {
        true if word.glob() => Ok(Wanted::Present),
        true => Ok(Wanted::Absent),
        false => test().map(Wanted::Fits),
    }
}

fn flag(asked: &Asked<'_>, word: &Word) -> Parsed<Node> {
    let text = fold(&word.text());
    if let Some(flag) = flags::find(&text.replace('_', "-")) {
        return Ok(Node::Flag(flag));
    }
    let wrong = asked.wrong(&word.span, format!("unknown flag `{}`", word.text()));
    let names = FLAGS.iter().flat_map(|f| std::iter::once(&f.name).chain(f.aliases));
    let wrong = wrong.nearest(&text, names.copied());
    let hinted = !wrong.help.is_empty();
    Err(Box::new(if hinted { wrong } else { wrong.help("`crm help query` lists the flags") }))
}

/// A level of a dimension where a number may stand too: `value:high`.
fn level(scale: Scale, op: Op, word: &Word) -> Option<Node> {
    let texts: Texts = match scale {
        Scale::Value => |view, is| view.level(Scale::Value, is),
        _ => return None,
    };
    let wanted = fold(&word.text());
    let named = |level: &&Level| [level.id, level.en, level.zh].contains(&wanted.as_str());
    let level = scale.levels().iter().find(named).filter(|_| !op.orders())?;
    let test = Wanted::Fits(TextTest::Whole(Pattern::exact(level.id)));
    Some(Node::OfCustomer(Box::new(Node::Text(Source::Table(texts), test))))
}

fn text(source: Source, op: Op, word: &Word) -> Parsed<Node> {
    let pattern = Pattern::of(word);
    let test = if op == Op::Has { TextTest::Within(pattern) } else { TextTest::Whole(pattern) };
    Ok(Node::Text(source, wanted(word, || Ok(test))?))
}

/// A name that is compared as a whole. Where the settings list the names, any other is an error, and
/// the name that people read stands for the id. A `*` asks for whatever fits.
fn exact(asked: &Asked<'_>, names: Names, texts: Texts, word: &Word) -> Parsed<Node> {
    let source = Source::Table(texts);
    let known = known(asked, names);
    if word.glob() || word.text().is_empty() || known.is_empty() && names != Names::Reps {
        return text(source, Op::Eq, word);
    }
    let wanted = fold(&word.text());
    let fits = |pattern| Node::Text(source.clone(), Wanted::Fits(TextTest::Whole(pattern)));
    if let Some((id, _)) = known.iter().find(|(id, _)| fold(id) == wanted) {
        return Ok(fits(Pattern::exact(id)));
    }
    if names == Names::Reps && wanted == "none" {
        return Ok(Node::Text(source, Wanted::Absent));
    }
    if known.is_empty() {
        return Ok(fits(Pattern::of(word)));
    }
    let named = known.iter().filter(|(_, labels)| labels.iter().any(|l| fold(l) == wanted));
    let parts: Vec<Node> = named.map(|(id, _)| fits(Pattern::exact(id))).collect();
    if parts.is_empty() {
        let what = match names {
            Names::Any => "value",
            Names::Reps => "rep",
            Names::Pipelines => "pipeline",
            Names::Kinds => "kind of entry",
            Names::Criteria => "criterion",
            Names::Levels(_) => "level",
            Names::Grades => "grade",
        };
        return Err(unknown(asked, what, word, known.iter().map(|(id, _)| *id)));
    }
    Ok(any(parts))
}

fn unknown<'a>(
    asked: &Asked<'_>,
    what: &str,
    word: &Word,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Box<Diagnostic> {
    let wrong = asked.wrong(&word.span, format!("unknown {what} `{}`", word.text()));
    Box::new(wrong.nearest(&word.text(), candidates))
}

/// The ids that the settings list, with the names that people read.
fn known<'a>(asked: &Asked<'a>, names: Names) -> Vec<(&'a str, Vec<&'a str>)> {
    let settings = asked.settings;
    let label = |label: &'a Label| label.en.iter().chain(&label.zh).map(String::as_str).collect();
    match names {
        Names::Any => Vec::new(),
        Names::Reps => settings
            .reps
            .iter()
            .map(|r| (&*r.id, r.name.as_deref().into_iter().collect()))
            .collect(),
        Names::Pipelines => settings.pipelines.iter().map(|p| (&*p.id, label(&p.label))).collect(),
        Names::Kinds => settings.kinds.names().map(|kind| (kind, Vec::new())).collect(),
        Names::Criteria => {
            let criteria = settings.criteria.iter().map(|c| (&*c.id, label(&c.label)));
            criteria.chain([(IN_CYCLE, Vec::new())]).collect()
        }
        Names::Levels(scale) => {
            scale.levels().iter().map(|level| (level.id, vec![level.en, level.zh])).collect()
        }
        Names::Grades => {
            settings.grading.grades().into_iter().map(|grade| (grade, Vec::new())).collect()
        }
    }
}

/// A column, in every pipeline that has it: by its id, else by its label.
fn stage(asked: &Asked<'_>, op: Op, word: &Word) -> Parsed<StageTest> {
    let pipelines = &asked.settings.pipelines;
    let pattern = Pattern::of(word);
    let by_id = |stage: &Stage| pattern.whole(&stage.id);
    let by_label = |stage: &Stage| {
        stage.label.en.iter().chain(&stage.label.zh).any(|label| pattern.whole(label))
    };
    let mut found: Vec<Vec<usize>> = pipelines.iter().map(|p| positions(p, by_id)).collect();
    if found.iter().all(Vec::is_empty) {
        found = pipelines.iter().map(|p| positions(p, by_label)).collect();
    }
    if found.iter().all(Vec::is_empty) {
        let mut ids: Vec<&str> = Vec::new();
        for stage in pipelines.iter().flat_map(|p| &p.stages) {
            if !ids.contains(&&*stage.id) {
                ids.push(&stage.id);
            }
        }
        return Err(unknown(asked, "stage", word, ids));
    }
    if !op.orders() {
        let pairs = found.iter().enumerate().flat_map(|(p, at)| at.iter().map(move |at| (p, *at)));
        return Ok(StageTest::In(pairs.collect()));
    }
    let limits: Vec<Option<usize>> = found
        .iter()
        .zip(pipelines)
        .map(|(at, pipeline)| at.first().copied().filter(|at| *at != pipeline.lost()))
        .collect();
    if limits.iter().all(Option::is_none) {
        let message = format!("`{}` is a way out, neither above nor below a column", word.text());
        let help = format!("write `stage:{}`", word.text());
        return Err(Box::new(asked.wrong(&word.span, message).help(help)));
    }
    Ok(StageTest::Order(op, limits))
}

fn positions(pipeline: &Pipeline, fits: impl Fn(&Stage) -> bool) -> Vec<usize> {
    pipeline.stages.iter().enumerate().filter(|(_, stage)| fits(stage)).map(|(at, _)| at).collect()
}

fn number(asked: &Asked<'_>, unit: Unit, op: Op, word: &Word) -> Parsed<NumberTest> {
    let text = word.text();
    let read = |text: &str| amount(text.trim(), unit);
    let range = text.split_once("..").filter(|_| !op.orders());
    let test = match range {
        Some((from, to)) => read(from)
            .zip(read(to))
            .filter(|(from, to)| from <= to)
            .map(|(from, to)| NumberTest::In(from, to)),
        None if op.orders() => read(&text).map(|limit| NumberTest::Order(op, limit)),
        None => read(&text).map(|amount| NumberTest::In(amount, amount)),
    };
    test.ok_or_else(|| {
        let help = match unit {
            Unit::Plain => "such as 10000, 10k, 1.5M, 5万, or 10k..50k after `:`",
            Unit::Percent => "percent, such as 50 or 50%",
            Unit::Days => "days, such as 14, 14d, 2w",
        };
        Box::new(asked.wrong(&word.span, format!("`{text}` is not a number")).help(help))
    })
}

fn amount(text: &str, unit: Unit) -> Option<Amount> {
    if unit == Unit::Days
        && let Some(days) = parse_days(text)
    {
        return Some(Amount::from_int(days));
    }
    let text = if unit == Unit::Percent { text.trim_end_matches('%') } else { text };
    Amount::parse_typed(text).ok()
}

fn date(asked: &Asked<'_>, tense: Tense, op: Op, word: &Word) -> Parsed<DateTest> {
    let text = word.text();
    let text = text.trim();
    // `14d` is a distance from the as-of day; `2009`, `-14d` and `+14d` are dates.
    if text.ends_with(|c: char| c.is_ascii_alphabetic())
        && let Some(days) = parse_days(text)
    {
        return Ok(DateTest::Days(tense, op_of_distance(op), days));
    }
    let period = parse_period(text, asked.today).map_err(|wrong| {
        let help = format!("a date ({DATE_FORMS}) or a duration (14d, 2w, 3m, 1y)");
        Box::new(asked.wrong(&word.span, wrong.words()).help(help))
    })?;
    Ok(if op.orders() { DateTest::Order(op, period) } else { DateTest::In(period) })
}

/// `next:7d` is within seven days; so is what `next!=7d` leaves out.
fn op_of_distance(op: Op) -> Op {
    if op.orders() { op } else { Op::Le }
}
