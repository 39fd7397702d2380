//! Columns of lists of prospects: the rows of the table of attributes as typed cells, and the words in them.

use crate::diag::{Code, Diagnostic};
use crate::model::pipeline::{IN_CYCLE, IN_CYCLE_LABEL, Outcome};
use crate::model::settings::Settings;
use crate::rules::attribute::{
    self, ATTRIBUTES, Attribute, AttributeKind, Figure, Flag, Named, Value, View, Vocabulary,
    listed_flags, named,
};
use crate::rules::book::Book;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Column, Emphasis, Kind};
use crate::table::words::title;
use crate::value::label::Lang;
use crate::value::text::Text;

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
    Attribute(&'static Attribute),
    /// Money without its currency, which has a column of its own beside it.
    Amount(&'static Attribute),
    Currency(&'static Attribute),
    Fact(Text),
}

/// The attributes that are money in any currency.
const MONEY: [&str; 3] = ["value", "paid", "booked"];

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
        for name in &names {
            let (id, kind, getter) = match (named(name, settings), money_of(name)) {
                (Some(Named::Attribute(row)), _) if row.is_column => {
                    let apart = names.iter().any(|name| money_of(name) == Some(row.id));
                    let getter = if apart { Getter::Amount(row) } else { Getter::Attribute(row) };
                    (row.id.to_owned(), kind(row), getter)
                }
                (Some(Named::Fact(fact)), _) => {
                    (fact.to_string(), Kind::Text, Getter::Fact(fact.clone()))
                }
                (_, Some(money)) => {
                    let row = ATTRIBUTES.iter().find(|row| row.id == money);
                    let row = row.ok_or_else(|| no_column(name.trim(), settings))?;
                    (currency_column(money), Kind::Text, Getter::Currency(row))
                }
                _ => return Err(no_column(name.trim(), settings)),
            };
            let column = Column::new(&*id, title(&id, lang), kind);
            // The company is the first to go where a terminal is narrow, unless it was asked for alone.
            columns.push((if id == "company" { column.optional() } else { column }, getter));
        }
        Ok(Choice { columns, lang })
    }

    /// The columns' heads.
    pub fn heads(&self) -> Vec<Column> {
        self.columns.iter().map(|(column, _)| column.clone()).collect()
    }

    /// A prospect's cells. Those of its customer are empty if the book is not graded.
    pub fn cells(&self, record: &Record, book: &Book) -> Vec<Cell> {
        let view = View::of(record, &book.settings, book.as_of);
        self.columns
            .iter()
            .map(|(_, getter)| match getter {
                Getter::Attribute(row) => cell(row, &view, self.lang),
                Getter::Amount(row) => cell(row, &view, self.lang).without_currency(),
                Getter::Currency(row) => cell(row, &view, self.lang).currency_alone(),
                Getter::Fact(name) => Cell::maybe(record.prospect.fact(name), Cell::text),
            })
            .collect()
    }

    /// Does a column need grades?
    pub fn asks_grades(&self) -> bool {
        let graded = |getter: &Getter| matches!(getter, Getter::Attribute(row) if row.is_graded);
        self.columns.iter().any(|(_, getter)| graded(getter))
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
        for id in MONEY {
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
