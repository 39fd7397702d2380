//! Columns of lists of prospects: the rows of the table of attributes as typed cells, and the words in them.

use crate::diag::{Code, Diagnostic};
use crate::format::line::written_facts;
use crate::model::pipeline::{IN_CYCLE, IN_CYCLE_LABEL, Outcome};
use crate::model::profile::{CHANGEABLE, FactKind, FactValue, fact_kind};
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::attribute::{
    self, ATTRIBUTES, Attribute, AttributeKind, Figure, Flag, Named, OF_CUSTOMER, Value, View,
    Vocabulary, listed_flags, named, of_customer,
};
use crate::rules::book::Book;
use crate::rules::query::Others;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Column, Emphasis, Kind};
use crate::table::words::title;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::BTreeSet;

/// The kind of the column of an attribute.
fn kind(row: &Attribute) -> Kind {
    match row.kind {
        AttributeKind::Exact(..) if row.id == "id" => Kind::Id,
        AttributeKind::Number(..) | AttributeKind::Valued(..) => Kind::Number,
        AttributeKind::Date(..) => Kind::Date,
        _ => Kind::Text,
    }
}

/// The cell of an attribute.
fn cell(row: &Attribute, view: &View<'_>, lang: Lang) -> Cell {
    let names = match row.kind {
        AttributeKind::Words(names, _) | AttributeKind::Exact(names, _) => names,
        _ => Vocabulary::Any,
    };
    if let (AttributeKind::Steps(steps, read), true) = (row.kind, lang != Lang::Machine) {
        let step = (read.at)(view).and_then(|at| steps.get(at));
        return Cell::maybe(step, |(id, en, zh)| Cell::text(lang.term(id, en, zh)));
    }
    match row.value(view) {
        Value::None => Cell::Empty,
        Value::Text(text) if names == Vocabulary::Reasons => {
            Cell::text(reason(&text, view.settings, lang))
        }
        Value::Text(text) => Cell::text(&*text),
        Value::Texts(ids) if names == Vocabulary::Criteria => {
            Cell::list(ids.iter().map(|id| criterion_in(id, view.settings, lang)))
        }
        Value::Texts(texts) => Cell::list(texts),
        Value::Stage(at) => Cell::text(stage_name(view.record, at, view.settings, lang)),
        Value::Number(figure) => number(figure),
        Value::Level(level) => Cell::text(level.short(lang)),
        Value::Date(date) => Cell::Date(date),
        Value::Moment(moment) => Cell::Moment(moment),
        Value::Flags(flags) => Cell::list(flags.into_iter().map(|flag| word(flag, lang))),
    }
}

fn number(figure: Figure<'_>) -> Cell {
    match figure {
        Figure::None | Figure::Foreign { .. } => Cell::Empty,
        Figure::Count(count) => Cell::Int(count),
        Figure::Amount(amount) => Cell::Amount(amount),
        Figure::Money(money) => Cell::Money(money),
        Figure::Sum(sum) => Cell::sum(sum),
        Figure::Share(share) => Cell::Share(share.to_f64()),
    }
}

fn word(flag: &Flag, lang: Lang) -> &'static str {
    lang.term(flag.id, flag.word.0, flag.word.1)
}

/// A column of the prospect's own board: its id for machines, its label for people.
pub fn stage_name<'s>(
    record: &Record,
    stage: usize,
    settings: &'s Settings,
    lang: Lang,
) -> &'s str {
    let stage = &record.pipeline(settings).stages[stage];
    stage.label.term(lang, &stage.id)
}

/// A criterion, or the rule of the cycle: its id for machines, its label for people.
pub fn criterion<'s>(id: &'s str, settings: &'s Settings) -> &'s str {
    criterion_in(id, settings, settings.language)
}

fn criterion_in<'s>(id: &'s str, settings: &'s Settings, lang: Lang) -> &'s str {
    match settings.criterion(id) {
        Some(criterion) => criterion.label.term(lang, id),
        None if id == IN_CYCLE => lang.term(id, IN_CYCLE_LABEL.0, IN_CYCLE_LABEL.1),
        None => id,
    }
}

/// A reason for leaving: as it is written for machines, its label for people where it has one.
pub fn reason<'s>(text: &'s str, settings: &'s Settings, lang: Lang) -> &'s str {
    let known = settings.reasons.iter().find(|(id, _)| **id == *text);
    known.map_or(text, |(id, label)| label.term(lang, id))
}

/// The listed flags that are up: their ids for machines, their words for people.
pub fn flag_cell(view: &View<'_>) -> Cell {
    Cell::list(listed_flags(view).into_iter().map(|flag| word(flag, view.settings.language)))
}

/// The emphasis of a prospect's row.
pub fn emphasis(record: &Record) -> Emphasis {
    let flags = &record.state.flags;
    if flags.overdue || flags.missed || flags.stalled {
        Emphasis::Warn
    } else if record.state.outcome == Outcome::Won {
        Emphasis::Good
    } else {
        Emphasis::Plain
    }
}

/// A choice of columns.
pub struct Choice {
    columns: Vec<(Column, Getter)>,
    lang: Lang,
}

enum Getter {
    /// Of the file of the prospect's customer: `customer.region`.
    OfFile(Box<Getter>),
    /// The values at the top of the file, where entries have changed them.
    OpeningFacts,
    Attribute(&'static Attribute),
    /// Money without its currency, which has a column of its own beside it.
    Amount(&'static Attribute),
    Currency(&'static Attribute),
    /// The competitors of the fact: import reads the column back. The attribute has those of entries, too.
    Competitors,
    Fact(Text),
}

/// The attributes that are money in any currency.
const MONEY: [&str; 5] = ["value", "paid", "booked", "potential", "credit-limit"];

/// The column of the values at the top of the file, where entries have changed them: `{ region = "east" }`.
const OPENING: &str = "opening-facts";

/// The columns of `crm export customers` behind the facts.
const OF_CUSTOMERS: [&str; 21] = [
    "owner",
    "owner-since",
    "next",
    "next-what",
    "last-contact",
    "last-entry",
    "grade",
    "value-level",
    "relationship",
    "demand",
    "loyalty",
    "lifecycle",
    "pareto",
    "pyramid",
    "segment",
    "rfm",
    "recency",
    "frequency",
    "deals",
    "last-order",
    "bought",
];

/// The column of the currency of a column of money.
pub fn currency_column(id: &str) -> String {
    format!("{id}-currency")
}

/// The column of money that a column of currencies belongs to.
fn money_of(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase().replace('_', "-");
    MONEY.into_iter().find(|id| currency_column(id) == name)
}

impl Choice {
    /// The columns of these names, in this order: attributes, and the team's own facts.
    ///
    /// # Errors
    /// If a name is that of no column; the nearest one is suggested.
    pub fn of<'n>(
        names: impl IntoIterator<Item = &'n str>,
        settings: &Settings,
        lang: Lang,
    ) -> Result<Choice, Diagnostic> {
        let names: Vec<&str> = names.into_iter().collect();
        let mut columns = Vec::new();
        for typed in &names {
            let (is_of_file, name) = of_customer(typed);
            let (id, kind, getter) = match (named(name, settings), money_of(name)) {
                (Some(Named::Attribute(row)), _) if row.is_column => {
                    let apart =
                        !is_of_file && names.iter().any(|name| money_of(name) == Some(row.id));
                    let getter = match row.id {
                        "competitor" => Getter::Competitors,
                        _ if apart => Getter::Amount(row),
                        _ => Getter::Attribute(row),
                    };
                    (row.id.to_owned(), kind(row), getter)
                }
                (Some(Named::Fact(fact)), _) => {
                    (fact.to_string(), Kind::Text, Getter::Fact(fact.clone()))
                }
                _ if name == OPENING => (OPENING.to_owned(), Kind::Text, Getter::OpeningFacts),
                (_, Some(money)) => {
                    let row = ATTRIBUTES.iter().find(|row| row.id == money);
                    let row = row.ok_or_else(|| no_column(name, settings))?;
                    (currency_column(money), Kind::Text, Getter::Currency(row))
                }
                _ => return Err(no_column(name, settings)),
            };
            let (id, kind, getter) = match is_of_file {
                true => {
                    // The ids of a list are those of its rows.
                    let kind = if kind == Kind::Id { Kind::Text } else { kind };
                    (format!("{}{id}", OF_CUSTOMER[0]), kind, Getter::OfFile(Box::new(getter)))
                }
                false => (id, kind, getter),
            };
            let column = Column::new(&*id, title(&id, lang), kind);
            columns.push((column, getter));
        }
        Ok(Choice { columns, lang })
    }

    /// The columns' heads.
    pub fn heads(&self) -> Vec<Column> {
        self.columns.iter().map(|(column, _)| column.clone()).collect()
    }

    /// The other files that its columns look into.
    pub fn others(&self) -> Others {
        let file = self.columns.iter().any(|(_, getter)| matches!(getter, Getter::OfFile(_)));
        Others { file, ..Others::default() }
    }

    /// A prospect's cells. Those of its customer are empty if the book is not graded.
    pub fn cells(&self, record: &Record, book: &Book) -> Vec<Cell> {
        book.attach(record, self.others());
        let view = View::of(record, &book.settings, book.as_of);
        self.columns.iter().map(|(_, getter)| getter.cell(&view, self.lang)).collect()
    }

    /// Does a column need grades?
    pub fn asks_grades(&self) -> bool {
        self.columns.iter().any(|(_, getter)| getter.asks_grades())
    }
}

impl Getter {
    fn cell(&self, view: &View<'_>, lang: Lang) -> Cell {
        let prospect = &view.record.prospect;
        match self {
            Getter::OfFile(getter) => getter.cell(&view.of_file(), lang),
            Getter::OpeningFacts => {
                Cell::maybe(written_facts(&opening_facts(prospect)), Cell::text)
            }
            Getter::Attribute(row) => cell(row, view, lang),
            Getter::Amount(row) => cell(row, view, lang).without_currency(),
            Getter::Currency(row) => cell(row, view, lang).currency_alone(),
            Getter::Competitors => Cell::list(prospect.profile().competitor.iter().cloned()),
            Getter::Fact(name) => Cell::maybe(prospect.fact(name), Cell::text),
        }
    }

    fn asks_grades(&self) -> bool {
        match self {
            Getter::OfFile(getter) => getter.asks_grades(),
            Getter::Attribute(row) => row.is_graded,
            _ => false,
        }
    }
}

fn no_column(name: &str, settings: &Settings) -> Diagnostic {
    let known = attribute::ids(settings, |row| row.is_column);
    Diagnostic::new(Code::BadArgument, words!("no column `{name}`", "没有名为 `{name}` 的列"))
        .nearest(name, known)
        .help(words!("`crm help query` lists the columns", "`crm help query` 列出全部列"))
}

/// The names of the columns of `export`, currencies behind their amounts, and the team's own facts last.
pub fn all(settings: &Settings) -> Vec<String> {
    let with_currency = |id: &str| {
        let currency = MONEY.contains(&id).then(|| currency_column(id));
        std::iter::once(id.to_owned()).chain(currency).collect::<Vec<_>>()
    };
    attribute::ids(settings, |row| row.is_exported).flat_map(with_currency).collect()
}

/// The id of the column of a fact: `customer-since`.
fn id_of(fact: &str) -> String {
    fact.replace('_', "-")
}

/// The facts that `all` does not have, currencies behind their amounts, and the opening values.
pub fn more_facts() -> Vec<String> {
    let facts = CHANGEABLE.iter().filter(|row| !is_plain(row.0)).flat_map(|row| {
        let (id, kind) = (id_of(row.0), row.1);
        let currency = (kind == FactKind::Money).then(|| currency_column(&id));
        std::iter::once(id).chain(currency)
    });
    facts.chain([OPENING.to_owned()]).collect()
}

/// The names of the columns of `crm export customers`: every fact, the team's own, and how they are.
pub fn of_customers(settings: &Settings) -> Vec<String> {
    let plain = CHANGEABLE.iter().filter(|row| is_plain(row.0)).map(|row| id_of(row.0));
    let own = settings.facts.iter().map(ToString::to_string);
    let known = OF_CUSTOMERS.map(str::to_owned);
    let id = std::iter::once("id".to_owned());
    id.chain(plain).chain(own).chain(more_facts()).chain(known).collect()
}

/// Is it a fact that exports of prospects always have?
fn is_plain(fact: &str) -> bool {
    let id = id_of(fact);
    ATTRIBUTES.iter().any(|row| row.is_exported && row.id == id)
}

/// Does it state a fact of [`more_facts`]?
pub fn states_more(prospect: &Prospect) -> bool {
    let is_more = |(fact, _): &(Text, FactValue)| {
        fact_kind(fact).is_some() && !is_plain(fact) && prospect.fact(fact).is_none()
    };
    !opening_facts(prospect).is_empty()
        || prospect.stated_profile.is_some() && prospect.stated().iter().any(is_more)
}

/// The facts that entries have changed, with their values at the top of the file.
fn opening_facts(prospect: &Prospect) -> Vec<(Text, FactValue)> {
    let Some(opening) = prospect.opening.as_deref() else { return Vec::new() };
    let own = opening.facts.iter().chain(&prospect.facts).map(|(fact, _)| &**fact);
    let names: BTreeSet<&str> = CHANGEABLE.iter().map(|row| row.0).chain(own).collect();
    let changed =
        names.into_iter().filter(|fact| opening.value_of(fact) != prospect.value_of(fact));
    changed.map(|fact| (fact.into(), opening.value_of(fact))).collect()
}

/// The positions of chosen columns of an export among all of them.
///
/// # Errors
/// If a name is that of no column; the nearest one is suggested.
pub fn positions(names: &[&str], all: &[String], export: &str) -> Result<Vec<usize>, Diagnostic> {
    let position = |name: &&str| {
        let name = name.trim();
        all.iter().position(|known| known == name).ok_or_else(|| {
            Diagnostic::new(
                Code::BadArgument,
                words!("no column `{name}`", "没有名为 `{name}` 的列"),
            )
            .nearest(name, all.iter().map(String::as_str))
            .help(words!(
                "`crm export {export}` without --columns has every column",
                "不带 --columns 的 `crm export {export}` 有全部列"
            ))
        })
    };
    names.iter().map(position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_of_the_cycle_has_a_label_for_people_and_what_is_no_criterion_has_none() {
        let settings = Settings::default();
        assert_eq!(criterion_in(IN_CYCLE, &settings, Lang::En), IN_CYCLE_LABEL.0);
        assert_eq!(criterion_in(IN_CYCLE, &settings, Lang::Machine), IN_CYCLE);
        assert_eq!(criterion_in("charm", &settings, Lang::En), "charm");
    }
    use crate::value::label::Label;

    fn is_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    #[test]
    fn every_attribute_has_a_title_in_both_languages() {
        for row in ATTRIBUTES.iter().filter(|row| row.is_column || row.is_group) {
            let (en, zh) = (title(row.id, Lang::En), title(row.id, Lang::Zh));
            assert_ne!(en, row.id, "no title");
            assert!(is_chinese(&zh) || row.id == "rfm", "{}: {zh}", row.id);
        }
    }

    #[test]
    fn money_has_its_currency_beside_it_or_in_its_cell() {
        let settings = Settings::default();
        let every = all(&settings);
        let money = MONEY.iter().filter(|id| every.iter().any(|name| name == *id));
        for id in money {
            let at = every.iter().position(|name| name == id).unwrap();
            assert_eq!(every[at + 1], currency_column(id));
        }
        let apart = |names: &[&str]| {
            let choice = Choice::of(names.iter().copied(), &settings, Lang::Machine).ok().unwrap();
            matches!(choice.columns[0].1, Getter::Amount(_))
        };
        assert!(apart(&["value", "value_currency"]) && apart(&["value", "VALUE-currency"]));
        assert!(!apart(&["value"]) && !apart(&["value", "paid-currency"]));
    }

    #[test]
    fn every_fact_of_a_customer_is_exported_with_the_currency_of_money() {
        let settings = Settings { facts: vec!["sector".into()], ..Settings::default() };
        let columns = of_customers(&settings);
        for (fact, kind, ..) in CHANGEABLE {
            let at = columns.iter().position(|name| *name == id_of(fact));
            let at = at.unwrap_or_else(|| panic!("{fact}"));
            let is_money = columns[at + 1] == currency_column(&id_of(fact));
            assert_eq!(is_money, kind == FactKind::Money, "{fact}");
        }
        assert!(columns.contains(&"sector".to_owned()));
        let names = columns.iter().map(String::as_str);
        assert!(Choice::of(names, &settings, Lang::Machine).is_ok());
        let prospects = all(&settings);
        assert!(more_facts().iter().all(|name| !prospects.contains(name)));
    }

    #[test]
    fn more_is_stated_by_a_fact_of_a_customer_and_by_a_change() {
        let stating = |fact: &str, value: &str| {
            let mut prospect = Prospect::default();
            prospect.state(fact, &FactValue::Text(value.into()));
            prospect
        };
        assert!(!states_more(&stating("region", "east")) && !states_more(&stating("own", "x")));
        assert!(!states_more(&stating("relation", "customer")));
        assert!(states_more(&stating("relation", "agent")) && states_more(&stating("parent", "x")));
        let changed = |to: &str| {
            let opening = Some(Box::new(stating("region", "east")));
            Prospect { opening, ..stating("region", to) }
        };
        assert!(states_more(&changed("west")) && !states_more(&changed("east")));
    }

    #[test]
    fn a_reason_has_its_own_label_and_one_that_is_not_listed_has_none() {
        let label = |zh: &str| Label { zh: Some(zh.into()), ..Label::default() };
        let reasons = vec![("price".into(), label("价格")), ("rival".into(), label("对手"))];
        let settings = Settings { reasons, ..Settings::default() };
        let shown = |text| reason(text, &settings, Lang::Zh);
        assert_eq!(
            [shown("price"), shown("rival"), shown("moved away")],
            ["价格", "对手", "moved away"]
        );
    }

    #[test]
    fn a_column_that_is_no_column_is_refused_with_the_nearest_and_one_line_of_help() {
        let settings = Settings { facts: vec!["branch".into()], ..Settings::default() };
        let wrong = |name: &str| match Choice::of([name], &settings, Lang::En) {
            Ok(_) => Vec::new(),
            Err(wrong) => wrong.help.iter().map(|help| help.zh().to_owned()).collect(),
        };
        let listed = "`crm help query` 列出全部列";
        assert_eq!(wrong("stge"), ["是否指 `stage`？", listed]);
        assert_eq!(wrong("brnch"), ["是否指 `branch`？", listed]);
        // Entries have notes, prospects have none.
        assert_eq!(wrong("note"), [listed]);
        for name in ["Stage", "rep", " owner ", "branch", "next_what", "负责人"] {
            assert_eq!(wrong(name), [""; 0], "{name}");
        }
    }
}
