//! The attributes that figures can be broken down by: `--by`.

use super::figures::member_names;
use crate::diag::{Code, Diagnostic};
use crate::model::profile::Relation;
use crate::model::settings::Settings;
use crate::rules::attribute::{
    self, Attribute, AttributeKind, MANAGER, Named, OF_CUSTOMER, OWNER, SOURCE, View, Vocabulary,
    named, of_customer,
};
use crate::rules::book::Book;
use crate::rules::query::Others;
use crate::rules::replay::state::Record;
use crate::rules::span::Span;
use crate::value::date::Date;
use crate::value::label::{Label, Lang};
use crate::value::text::Text;

/// An attribute of which each prospect has one value, or one of the team's own facts.
#[derive(Debug, Clone)]
pub struct Dimension {
    source: DimensionSource,
    /// The labels of values, where the settings have them: by id.
    labels: Vec<(Text, Label)>,
    /// The name, where the value is that of the customer's file: `customer.region`.
    of_file: Option<Text>,
}

#[derive(Debug, Clone)]
enum DimensionSource {
    Attribute(&'static Attribute),
    Fact(Text),
    /// What no prospect has one value of: an attribute of a case or of a campaign, or competitors.
    Elsewhere(&'static str),
}

/// The attributes of cases that no prospect has.
const OF_CASES: [&str; 3] = ["category", "severity", "channel"];

/// Two are equal if they have one name.
impl PartialEq for Dimension {
    fn eq(&self, other: &Dimension) -> bool {
        self.name() == other.name()
    }
}

impl Dimension {
    /// The owner; the pool where there is none.
    pub const OWNER: Dimension = Dimension::of_row(&OWNER);
    /// The owner's manager.
    pub const MANAGER: Dimension = Dimension::of_row(&MANAGER);
    /// The source.
    pub const SOURCE: Dimension = Dimension::of_row(&SOURCE);

    const fn of_row(row: &'static Attribute) -> Dimension {
        Dimension { source: DimensionSource::Attribute(row), labels: Vec::new(), of_file: None }
    }

    /// The dimension of a name, perhaps of the customer's file: `customer.region`.
    ///
    /// # Errors
    /// If no attribute has the name, or if `--by` does not take the attribute; the nearest name is suggested.
    pub fn parse(name: &str, settings: &Settings) -> Result<Dimension, Diagnostic> {
        let (is_of_file, own) = of_customer(name);
        let dimension = Dimension::own(own, settings)?;
        let of_file = is_of_file.then(|| format!("{}{}", OF_CUSTOMER[0], dimension.name()).into());
        Ok(Dimension { of_file, ..dimension })
    }

    fn own(name: &str, settings: &Settings) -> Result<Dimension, Diagnostic> {
        let wrong = |message| Diagnostic::new(Code::BadArgument, message);
        let wrong = match named(name, settings) {
            Some(Named::Fact(fact)) => {
                let source = DimensionSource::Fact(fact.clone());
                return Ok(Dimension { source, labels: Vec::new(), of_file: None });
            }
            Some(Named::Attribute(row)) if row.is_group => {
                return Ok(Dimension { labels: labels(row, settings), ..Dimension::of_row(row) });
            }
            Some(Named::Attribute(Attribute { id, .. })) => wrong(words!(
                "--by cannot take `{id}`: it has too many values, or several for one prospect",
                "--by 不能用 `{id}`：取值太多，或一位潜在客户有几个取值"
            )),
            None => wrong(words!("unknown --by field `{name}`", "没有名为 `{name}` 的 --by 字段"))
                .nearest(name, attribute::ids(settings, |row| row.is_group)),
        };
        Err(wrong.help(words!(
            "`crm help query` lists the fields for --by",
            "`crm help query` 列出可用于 --by 的字段"
        )))
    }

    /// That of a name which only cases have.
    pub fn of_case(name: &str) -> Option<Dimension> {
        OF_CASES.into_iter().find(|known| *known == name).map(Dimension::elsewhere)
    }

    /// That of an attribute that only the report itself knows of.
    pub fn elsewhere(name: &'static str) -> Dimension {
        Dimension { source: DimensionSource::Elsewhere(name), labels: Vec::new(), of_file: None }
    }

    /// Its name: the id of the column.
    pub fn name(&self) -> &str {
        if let Some(name) = &self.of_file {
            return name;
        }
        match &self.source {
            DimensionSource::Attribute(row) => row.id,
            DimensionSource::Fact(name) => name,
            DimensionSource::Elsewhere(name) => name,
        }
    }

    /// The word for one of its values that people read; machines read the value.
    pub fn word<'v>(&'v self, value: &'v str, lang: Lang) -> &'v str {
        let level = match self.source {
            DimensionSource::Attribute(Attribute { kind: AttributeKind::Level(scale), .. }) => {
                scale.levels().iter().find(|level| level.id == value)
            }
            _ => None,
        };
        let label = || self.labels.iter().find(|(id, _)| **id == *value);
        match level {
            Some(level) => level.short(lang),
            None => label().map_or(value, |(id, label)| label.term(lang, id)),
        }
    }

    /// Whether it needs grades; [`Request::selection`](super::Request::selection) then has the book graded first.
    pub fn asks_grades(&self) -> bool {
        matches!(self.source, DimensionSource::Attribute(Attribute { is_graded: true, .. }))
    }

    /// The length of time, if it is one: in some reports its value is that of an act's day.
    pub fn span(&self) -> Option<Span> {
        match self.source {
            DimensionSource::Attribute(row) if self.of_file.is_none() => Span::parse(row.id),
            _ => None,
        }
    }

    /// The other files that it looks into.
    pub fn others(&self) -> Others {
        Others { file: self.of_file.is_some(), ..Others::default() }
    }

    /// A prospect's value; empty where it has none.
    pub fn of(&self, record: &Record, book: &Book) -> String {
        self.value(self.view(record, book))
    }

    /// The value of one of a prospect's pursuits: its month and quarter are those in which the pursuit
    /// was opened.
    pub fn of_pursuit(&self, record: &Record, book: &Book, opened: Date) -> String {
        let opened = Some(opened);
        self.value(View { opened, ..self.view(record, book) })
    }

    /// A prospect's value while it belonged to an owner; the rest is as on the as-of day.
    pub fn of_owner(&self, record: &Record, book: &Book, owner: Option<&str>) -> String {
        self.value(View { owner, ..self.view(record, book) })
    }

    fn view<'a>(&self, record: &'a Record, book: &'a Book) -> View<'a> {
        book.attach(record, self.others());
        View::of(record, &book.settings, book.as_of)
    }

    /// A prospect's value on a day on which it had this owner: its month and quarter are those of the day.
    pub fn of_day(&self, record: &Record, book: &Book, on: Date, owner: Option<&str>) -> String {
        self.value(View { owner, opened: Some(on), ..View::of(record, &book.settings, book.as_of) })
    }

    fn value(&self, view: View<'_>) -> String {
        // Only customers are graded: partners, agents and suppliers are not.
        let may_lack = view.record.prospect.profile().relation != Relation::Customer;
        debug_assert!(
            !self.asks_grades() || view.customer.is_some() || may_lack,
            "the book is not graded"
        );
        let view = if self.of_file.is_some() { view.of_file() } else { view };
        match &self.source {
            DimensionSource::Attribute(row) => row.group(&view),
            DimensionSource::Fact(name) => view.record.prospect.fact(name).unwrap_or("").to_owned(),
            DimensionSource::Elsewhere(_) => String::new(),
        }
    }
}

/// The labels that the settings have for the values of a row.
fn labels(row: &Attribute, settings: &Settings) -> Vec<(Text, Label)> {
    match row.kind {
        AttributeKind::Stage(_) => {
            let stages = settings.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
            stages.map(|stage| (stage.id.clone(), stage.label.clone())).collect()
        }
        AttributeKind::Words(Vocabulary::Reasons, _) => settings.reasons.clone(),
        _ if [OWNER.id, MANAGER.id].contains(&row.id) => {
            let names = member_names(settings).into_iter();
            names.map(|(id, name)| (id.into(), Label::same(&name))).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::attribute::ATTRIBUTES;

    #[test]
    fn each_attribute_that_is_a_group_is_taken_by_all_its_names_and_the_others_are_refused() {
        let settings = Settings { facts: vec!["branch".into()], ..Settings::default() };
        for row in ATTRIBUTES {
            for name in row.names() {
                let parsed = Dimension::parse(name, &settings);
                assert_eq!(parsed.is_ok(), row.is_group, "{name}");
                assert!(parsed.is_err() || parsed.is_ok_and(|by| by.name() == row.id));
            }
        }
        assert!(Dimension::parse("branch", &settings).is_ok_and(|by| by.name() == "branch"));
        assert_eq!(Dimension::parse("rep", &settings).ok(), Some(Dimension::OWNER));
        for name in ["customer.region", "客户.地区", " Customer.REGION"] {
            assert!(
                Dimension::parse(name, &settings).is_ok_and(|by| by.name() == "customer.region")
            );
        }
        assert_ne!(Dimension::parse("customer.owner", &settings).ok(), Some(Dimension::OWNER));
    }

    #[test]
    fn an_unknown_name_is_refused_in_both_languages_with_the_nearest_and_one_line_of_help() {
        let settings = Settings::default();
        let wrong = Dimension::parse("ower", &settings).unwrap_err();
        assert_eq!(wrong.message.en(), "unknown --by field `ower`");
        assert_eq!(wrong.message.zh(), "没有名为 `ower` 的 --by 字段");
        let help: Vec<&str> = wrong.help.iter().map(|help| help.en()).collect();
        assert_eq!(help, ["did you mean `owner`?", "`crm help query` lists the fields for --by"]);
        let several = Dimension::parse("tags", &settings).unwrap_err();
        assert!(several.message.en().starts_with("--by cannot take `tags`"));
    }

    #[test]
    fn people_read_the_label_of_a_value_and_machines_its_id() {
        let settings = Settings::default();
        let stage = Dimension::parse("stage", &settings).unwrap();
        assert_eq!(stage.word("opportunity", Lang::Machine), "opportunity");
        assert_ne!(stage.word("opportunity", Lang::Zh), "opportunity");
        let lifecycle = Dimension::parse("lifecycle", &settings).unwrap();
        assert_eq!(lifecycle.word("won-back", Lang::En), "won back");
        assert_eq!(Dimension::OWNER.word("opportunity", Lang::Zh), "opportunity");
    }
}
