//! Compiles one term of a query: resolves names of fields, columns, reps, kinds and criteria, and reads numbers,
//! days and durations.

use super::lexer::{Op, Word};
use super::matching::{DateTest, Node, NumberTest, StageTest, TextSource, TextTest, Wanted};
use super::pattern::Pattern;
use super::{Asked, ME, Parsed};
use crate::diag::Diagnostic;
use crate::model::pipeline::{IN_CYCLE, Pipeline, Stage};
use crate::rules::attribute::{
    self, ATTRIBUTES, Attribute, AttributeKind, FLAGS, Flag, Named, OF_CUSTOMER, Steps, Tense,
    Unit, Vocabulary, find_flag,
};
use crate::rules::customer::levels::{Level, Scale};
use crate::value::id::fold;
use crate::value::label::Label;
use crate::value::money::{Amount, Currency, Money, NumberForm};
use crate::value::period::{DATE_FORMS, DATE_FORMS_ZH, parse_days, parse_period};
use crate::value::text::Text;
use std::ops::Range;

/// A field or flag, its operator, and the values: any of them will do.
pub(super) struct QueryTerm<'a> {
    pub(super) name: &'a Word,
    pub(super) op: Op,
    pub(super) op_span: &'a Range<usize>,
    pub(super) values: Vec<&'a Word>,
}

/// The referent of a name before an operator.
enum Referent {
    Attribute(&'static Attribute),
    Fact(Text),
}

/// A term as a question.
pub(super) fn term(asked: &Asked<'_>, term: &QueryTerm<'_>) -> Parsed<Node> {
    let typed = fold(&term.name.text());
    let node = term_of(asked, term)?;
    Ok(match elsewhere(&typed) {
        None => node,
        Some((_, Elsewhere::File)) => Node::OfFile(Box::new(node)),
        Some((_, Elsewhere::Deals)) => Node::OfDeals(Box::new(node)),
    })
}

/// The other files that a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elsewhere {
    /// The customer's file.
    File,
    /// The customer's prospects.
    Deals,
}

/// The beginnings of a name that mean other files.
const ELSEWHERE: [(&str, Elsewhere); 4] = [
    (OF_CUSTOMER[0], Elsewhere::File),
    (OF_CUSTOMER[1], Elsewhere::File),
    ("deal.", Elsewhere::Deals),
    ("机会.", Elsewhere::Deals),
];

/// The name behind such a beginning.
fn elsewhere(typed: &str) -> Option<(&str, Elsewhere)> {
    ELSEWHERE.iter().find_map(|(prefix, files)| Some((typed.strip_prefix(prefix)?, *files)))
}

/// A name without such a beginning.
fn own_name(typed: &str) -> &str {
    elsewhere(typed).map_or(typed, |(name, _)| name)
}

fn term_of(asked: &Asked<'_>, term: &QueryTerm<'_>) -> Parsed<Node> {
    let subject = subject(asked, term.name)?;
    check_operator(asked, term, &subject)?;
    let parts = term.values.iter().map(|value| match &subject {
        Referent::Fact(name) => text(TextSource::Fact(name.clone()), term.op, value),
        Referent::Attribute(row) => part(asked, row.kind, term.op, value),
    });
    let parts: Vec<Node> = parts.collect::<Parsed<_>>()?;
    let node = if term.op == Op::Ne { differs(&subject, parts) } else { any(parts) };
    let graded = matches!(subject, Referent::Attribute(Attribute { is_graded: true, .. }));
    Ok(if graded { Node::OfCustomer(Box::new(node)) } else { node })
}

/// The question of one value of a term about an attribute.
fn part(asked: &Asked<'_>, kind: AttributeKind, op: Op, value: &Word) -> Parsed<Node> {
    Ok(match kind {
        AttributeKind::Flags => flag(asked, value)?,
        AttributeKind::Words(_, read) => text(TextSource::Table(read), op, value)?,
        AttributeKind::Exact(names, read) => exact(asked, names, TextSource::Table(read), value)?,
        AttributeKind::Level(scale) => {
            exact(asked, Vocabulary::Levels(scale), TextSource::Level(scale), value)?
        }
        AttributeKind::Stage(read) => Node::Stage(read, wanted(value, || stage(asked, op, value))?),
        AttributeKind::Number(unit, read) => {
            Node::Number(read, wanted(value, || number(asked, unit, op, value))?)
        }
        AttributeKind::Valued(scale, read) => match level(scale, op, value) {
            Some(node) => node,
            None => Node::Number(
                read,
                wanted(value, || {
                    number(asked, Unit::Money, op, value).map_err(|wrong| {
                        let levels = scale.levels().iter().map(|level| level.id);
                        Box::new(wrong.nearest(&value.text(), levels))
                    })
                })?,
            ),
        },
        AttributeKind::Steps(steps, read) => {
            Node::Number(read.number, wanted(value, || step(asked, steps, op, value))?)
        }
        AttributeKind::Date(tense, day) => {
            Node::Date(day, wanted(value, || date(asked, tense, op, value))?)
        }
    })
}

/// At least one of the parts; a single part needs no node around it.
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

/// `!=`. Without a number or day to compare, neither `:` nor `!=` holds.
fn differs(subject: &Referent, parts: Vec<Node>) -> Node {
    let compares = parts.iter().any(|part| {
        matches!(part, Node::Number(_, Wanted::Fits(_)) | Node::Date(_, Wanted::Fits(_)))
    });
    let not = Node::Not(Box::new(any(parts)));
    let known = match subject {
        Referent::Attribute(row) if compares => match row.kind {
            AttributeKind::Number(_, read) | AttributeKind::Valued(_, read) => {
                Node::Number(read, Wanted::Fits(NumberTest::Known))
            }
            AttributeKind::Date(_, day) => Node::Date(day, Wanted::Present),
            _ => return not,
        },
        _ => return not,
    };
    Node::All(vec![known, not])
}

fn subject(asked: &Asked<'_>, name: &Word) -> Parsed<Referent> {
    match attribute::named(own_name(&fold(&name.text())), asked.settings) {
        Some(Named::Attribute(row)) => {
            asked.asks_notes.set(asked.asks_notes.get() || row.is_noted);
            if matches!(row.kind, AttributeKind::Exact(Vocabulary::Grades, _)) {
                asked.grade_at.borrow_mut().get_or_insert(name.span.clone());
            }
            Ok(Referent::Attribute(row))
        }
        Some(Named::Fact(fact)) => Ok(Referent::Fact(fact.clone())),
        None => Err(Box::new(unknown_field(asked, name))),
    }
}

fn unknown_field(asked: &Asked<'_>, name: &Word) -> Diagnostic {
    let text = fold(&name.text());
    let typed = name.text();
    let wrong = asked.wrong(&name.span, words!("unknown field `{typed}`", "没有字段 `{typed}`"));
    let negated =
        text.strip_prefix('-').filter(|rest| attribute::named(rest, asked.settings).is_some());
    if let Some(name) = negated {
        return wrong.help(words!(
            "a hyphen does not negate; write `not {name}:…`",
            "连字符不表示否定；请写 `not {name}:…`"
        ));
    }
    if let Some(Flag { id, .. }) = find_flag(&text) {
        return wrong.help(words!("a flag is written `is:{id}`", "提醒写作 `is:{id}`"));
    }
    let facts = asked.settings.facts.iter().map(|fact| &**fact);
    let mut names: Vec<&str> = ATTRIBUTES.iter().flat_map(Attribute::names).collect();
    names.extend(facts);
    let wrong = wrong.nearest(own_name(&text), names);
    if wrong.help.is_empty() {
        return wrong
            .help(words!("`crm help query` lists the fields", "`crm help query` 列出全部字段"));
    }
    wrong
}

/// Can this be compared so, with so many values?
fn check_operator(asked: &Asked<'_>, term: &QueryTerm<'_>, subject: &Referent) -> Parsed<()> {
    if !term.op.orders() {
        return Ok(());
    }
    let (symbol, name) = (term.op.symbol(), term.name.text());
    let is = match subject {
        Referent::Fact(_) => Some(("text", "文本")),
        Referent::Attribute(row) => match row.kind {
            AttributeKind::Flags => Some(("a flag", "提醒")),
            AttributeKind::Words(..) => Some(("text", "文本")),
            AttributeKind::Exact(..) | AttributeKind::Level(_) => Some(("a name", "名称")),
            AttributeKind::Stage(_)
            | AttributeKind::Steps(..)
            | AttributeKind::Number(..)
            | AttributeKind::Valued(..)
            | AttributeKind::Date(..) => None,
        },
    };
    if let Some((en, zh)) = is {
        let message = words!(
            "`{symbol}` cannot compare `{name}`, which is {en}",
            "`{symbol}` 不能比较 `{name}`：它是{zh}"
        );
        let wrong = asked.wrong(term.op_span, message);
        return Err(Box::new(wrong.help(words!("use `:`, `=` or `!=`", "请用 `:`、`=` 或 `!=`"))));
    }
    match &term.values[..] {
        [value] if value.text().is_empty() || value.pieces.len() > 1 => {
            let message =
                words!("`{symbol}` needs a value to compare with", "`{symbol}` 后面要有比较的值");
            Err(Box::new(asked.wrong(&value.span, message)))
        }
        [_, second, ..] => {
            let message = words!("`{symbol}` takes one value", "`{symbol}` 后面只能有一个值");
            Err(Box::new(asked.wrong(&second.span, message).help(words!(
                "write thousands without a comma: `10000` or `10k`",
                "千位不加逗号：`10000` 或 `10k`"
            ))))
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

/// A flag; `*` asks for any that the column `flags` lists, `""` for none of them.
fn flag(asked: &Asked<'_>, word: &Word) -> Parsed<Node> {
    if word.pieces.iter().all(String::is_empty) {
        let listed = any(FLAGS.iter().filter(|flag| flag.is_listed).map(Node::Flag).collect());
        return Ok(if word.glob() { listed } else { Node::Not(Box::new(listed)) });
    }
    let (typed, text) = (word.text(), fold(&word.text()));
    if let Some(flag) = find_flag(&text) {
        return Ok(Node::Flag(flag));
    }
    let wrong = asked.wrong(&word.span, words!("unknown flag `{typed}`", "没有提醒 `{typed}`"));
    let names =
        FLAGS.iter().flat_map(|flag| [flag.id].into_iter().chain(flag.aliases.iter().copied()));
    let wrong = wrong.nearest(&text, names);
    let hinted = !wrong.help.is_empty();
    Err(Box::new(if hinted {
        wrong
    } else {
        wrong.help(words!("`crm help query` lists the flags", "`crm help query` 列出全部提醒"))
    }))
}

/// A level of a dimension where a number is possible too: `value:high`.
fn level(scale: Scale, op: Op, word: &Word) -> Option<Node> {
    let wanted = fold(&word.text());
    let named = |level: &&Level| [level.id, level.en, level.zh].contains(&wanted.as_str());
    let level = scale.levels().iter().find(named).filter(|_| !op.orders())?;
    let test = Wanted::Fits(TextTest::Whole(Pattern::exact(level.id)));
    Some(Node::OfCustomer(Box::new(Node::Text(TextSource::Level(scale), test))))
}

fn text(source: TextSource, op: Op, word: &Word) -> Parsed<Node> {
    let pattern = Pattern::of(word);
    let test = if op == Op::Has { TextTest::Within(pattern) } else { TextTest::Whole(pattern) };
    Ok(Node::Text(source, wanted(word, || Ok(test))?))
}

/// A name that is compared as a whole. Where the settings list the names, any other is an error, and
/// the name that people read is as good as the id. A `*` asks for any name that fits.
fn exact(asked: &Asked<'_>, names: Vocabulary, source: TextSource, word: &Word) -> Parsed<Node> {
    let known = known(asked, names);
    if word.glob() || word.text().is_empty() || known.is_empty() && names != Vocabulary::Reps {
        return text(source, Op::Eq, word);
    }
    let wanted = fold(&word.text());
    let fits = |pattern| Node::Text(source.clone(), Wanted::Fits(TextTest::Whole(pattern)));
    if let Some((id, _)) = known.iter().find(|(id, _)| fold(id) == wanted) {
        return Ok(fits(Pattern::exact(id)));
    }
    if names == Vocabulary::Reps && wanted == "none" {
        return Ok(Node::Text(source, Wanted::Absent));
    }
    if names == Vocabulary::Reps && wanted == ME {
        let me = asked.settings.me.as_deref().ok_or_else(|| nobody(asked, word))?;
        return Ok(fits(Pattern::exact(me)));
    }
    if known.is_empty() {
        return Ok(fits(Pattern::of(word)));
    }
    let named = known.iter().filter(|(_, labels)| labels.iter().any(|l| fold(l) == wanted));
    let mut parts: Vec<Node> = named.map(|(id, _)| fits(Pattern::exact(id))).collect();
    if parts.is_empty() && names == Vocabulary::Kinds {
        let kind = asked.settings.kinds.named(&word.text()).ok();
        parts.extend(kind.map(|kind| fits(Pattern::exact(kind))));
    }
    if parts.is_empty() {
        let what = match names {
            Vocabulary::Any | Vocabulary::Reasons => ("value", "取值"),
            Vocabulary::Reps => ("rep", "业务员"),
            Vocabulary::Departments => ("department", "部门"),
            Vocabulary::Campaigns => ("campaign", "营销活动"),
            Vocabulary::Ledgers => ("ledger", "账本"),
            Vocabulary::Pipelines => ("pipeline", "看板"),
            Vocabulary::Kinds => ("kind of entry", "流水类型"),
            Vocabulary::Criteria => ("criterion", "标准"),
            Vocabulary::Levels(_) => ("level", "等级"),
            Vocabulary::Grades => ("grade", "级别"),
            Vocabulary::Words(_, what) => *what,
        };
        let listed: Vec<&str> = match names {
            Vocabulary::Pipelines => asked.settings.named_boards().map(|p| &*p.id).collect(),
            Vocabulary::Criteria => {
                let criteria = asked.settings.named_criteria().map(|c| &*c.id);
                criteria.chain([IN_CYCLE]).collect()
            }
            _ => known.iter().map(|(id, _)| *id).collect(),
        };
        return Err(unknown(asked, what, word, listed));
    }
    Ok(any(parts))
}

/// That nothing says which rep asks.
fn nobody(asked: &Asked<'_>, word: &Word) -> Box<Diagnostic> {
    let message = words!("nothing says which rep `me` is", "无从得知 `me` 是哪位业务员");
    Box::new(asked.wrong(&word.span, message).help(words!(
        "set CRM_USER, or `user` in ~/.config/crm/config.toml, or the rep's `email` as git has it",
        "请设置 CRM_USER，或 ~/.config/crm/config.toml 的 `user`，或让业务员的 `email` 与 git 的一致"
    )))
}

fn unknown<'a>(
    asked: &Asked<'_>,
    (en, zh): (&str, &str),
    word: &Word,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Box<Diagnostic> {
    let text = word.text();
    let wrong = asked.wrong(&word.span, words!("unknown {en} `{text}`", "没有{zh} `{text}`"));
    Box::new(wrong.nearest(&text, candidates))
}

/// The ids that the settings list, with the names that people read.
fn known<'a>(asked: &Asked<'a>, names: Vocabulary) -> Vec<(&'a str, Vec<&'a str>)> {
    let settings = asked.settings;
    let label = |label: &'a Label| label.en.iter().chain(&label.zh).map(String::as_str).collect();
    match names {
        Vocabulary::Any | Vocabulary::Reasons => Vec::new(),
        Vocabulary::Reps => settings
            .reps
            .iter()
            .map(|r| (&*r.id, r.name.iter().chain(&r.email).map(|name| &**name).collect()))
            .collect(),
        Vocabulary::Ledgers => settings.ledgers.iter().map(|id| (&**id, Vec::new())).collect(),
        Vocabulary::Campaigns => {
            settings.campaigns.iter().map(|c| (&*c.id, label(&c.label))).collect()
        }
        Vocabulary::Departments => {
            settings.departments.iter().map(|d| (&*d.id, label(&d.label))).collect()
        }
        Vocabulary::Pipelines => {
            settings.pipelines.iter().map(|p| (&*p.id, label(&p.label))).collect()
        }
        Vocabulary::Kinds => settings.kinds.names().map(|kind| (kind, Vec::new())).collect(),
        Vocabulary::Criteria => {
            let criteria = settings.criteria.iter().map(|c| (&*c.id, label(&c.label)));
            criteria.chain([(IN_CYCLE, Vec::new())]).collect()
        }
        Vocabulary::Levels(scale) => {
            scale.levels().iter().map(|level| (level.id, vec![level.en, level.zh])).collect()
        }
        Vocabulary::Words(words, _) => {
            words.iter().map(|(id, en, zh)| (*id, vec![*en, *zh])).collect()
        }
        Vocabulary::Grades => {
            settings.grading.grades().into_iter().map(|grade| (grade, Vec::new())).collect()
        }
    }
}

/// A column, in every pipeline that has it: by its id, else by its label.
fn stage(asked: &Asked<'_>, op: Op, word: &Word) -> Parsed<StageTest> {
    let pipelines = &asked.settings.pipelines;
    let pattern = Pattern::of(word);
    let by_id = |stage: &Stage| pattern.whole(&stage.id);
    let by_label = |stage: &Stage| stage.names().any(|name| pattern.whole(name));
    let named = |fits: &dyn Fn(&Stage) -> bool| {
        let of = |p: &Pipeline| if p.is_spare { Vec::new() } else { positions(p, fits) };
        pipelines.iter().map(of).collect::<Vec<_>>()
    };
    let mut found = named(&by_id);
    if found.iter().all(Vec::is_empty) {
        found = named(&by_label);
    }
    // A built-in board that the ledger does not name takes no name from those that it does.
    for (own, pipeline) in found.iter_mut().zip(pipelines).filter(|(_, p)| p.is_spare) {
        *own = positions(pipeline, by_id);
        if own.is_empty() {
            *own = positions(pipeline, by_label);
        }
    }
    if found.iter().all(Vec::is_empty) && !word.glob() {
        // As it is typed elsewhere: `25%`, `won`, in another width.
        let text = word.text();
        let at = |p: &Pipeline| p.position_named(&text).filter(|_| !p.is_spare);
        found = pipelines.iter().map(|p| at(p).into_iter().collect()).collect();
    }
    if found.iter().all(Vec::is_empty) {
        let mut ids: Vec<&str> = Vec::new();
        for stage in asked.settings.named_stages() {
            if !ids.contains(&&*stage.id) {
                ids.push(&stage.id);
            }
        }
        return Err(unknown(asked, ("stage", "栏"), word, ids));
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
        let text = word.text();
        let message = words!(
            "`{text}` is a way out, neither above nor below a column",
            "`{text}` 是退出栏，不在任何栏之上或之下"
        );
        let help = words!("write `stage:{text}`", "请写 `stage:{text}`");
        return Err(Box::new(asked.wrong(&word.span, message).help(help)));
    }
    Ok(StageTest::Order(op, limits))
}

/// A step of a process whose steps are in order: by its id or its word.
fn step(asked: &Asked<'_>, steps: Steps, op: Op, word: &Word) -> Parsed<NumberTest> {
    let wanted = fold(&word.text());
    let at = steps.iter().position(|row| [row.0, row.1, row.2].contains(&wanted.as_str()));
    let Some(at) = at.and_then(|at| i64::try_from(at).ok()) else {
        let ids = steps.iter().map(|row| row.0);
        return Err(unknown(asked, ("step", "步骤"), word, ids));
    };
    let at = Amount::from_int(at);
    Ok(if op.orders() { NumberTest::Order(op, at) } else { NumberTest::In(at, at) })
}

fn positions(pipeline: &Pipeline, fits: impl Fn(&Stage) -> bool) -> Vec<usize> {
    pipeline.stages.iter().enumerate().filter(|(_, stage)| fits(stage)).map(|(at, _)| at).collect()
}

fn number(asked: &Asked<'_>, unit: Unit, op: Op, word: &Word) -> Parsed<NumberTest> {
    let text = word.text();
    let settings = asked.settings;
    let own = settings.stated_in.or(settings.currency);
    let stated = |amount: Amount| match unit {
        Unit::Money => settings.own_stated(amount),
        Unit::Plain | Unit::Percent | Unit::Days => amount,
    };
    let read = |text: &str| amount(text.trim(), unit, own).map(stated);
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
            Unit::Plain | Unit::Money => words!(
                "such as 10000, 10k, 1.5M, 5万, or 10k..50k after `:`",
                "例如 10000、10k、1.5M、5万；`:` 后面可写 10k..50k"
            ),
            Unit::Percent => words!("percent, such as 50 or 50%", "百分数，例如 50 或 50%"),
            Unit::Days => words!("days, such as 14, 14d, 2w", "天数，例如 14、14d、2w"),
        };
        let message = words!("`{text}` is not a number", "`{text}` 不是数字");
        Box::new(asked.wrong(&word.span, message).help(help))
    })
}

fn amount(text: &str, unit: Unit, own: Option<Currency>) -> Option<Amount> {
    if unit == Unit::Days
        && let Some(days) = parse_days(text)
    {
        return Some(Amount::from_int(days));
    }
    let text = if unit == Unit::Percent { text.trim_end_matches('%') } else { text };
    let money = || Money::parse_typed(text, own).ok().filter(|money| money.is_own(own));
    let money =
        || money().filter(|_| matches!(unit, Unit::Plain | Unit::Money)).map(|money| money.amount);
    NumberForm::TYPED.amount(text).ok().or_else(money)
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
    let period = parse_period(text, asked.today, asked.settings.fiscal_year).map_err(|wrong| {
        let help = words!(
            "a date ({DATE_FORMS}) or a duration (14d, 2w, 3m, 1y)",
            "日期（{DATE_FORMS_ZH}）或时长（14d、2w、3m、1y）"
        );
        Box::new(asked.wrong(&word.span, wrong.words()).help(help))
    })?;
    Ok(if op.orders() { DateTest::Order(op, period) } else { DateTest::In(period) })
}

/// `next:7d` is within seven days; so are the days that `next!=7d` leaves out.
fn op_of_distance(op: Op) -> Op {
    if op.orders() { op } else { Op::Le }
}
