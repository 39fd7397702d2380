//! The cells of a row as facts of a prospect or customer, and as a goal or a step of its plan.

use super::RowReader;
use crate::model::mapping::FACT_CURRENCIES;
use crate::model::profile::{FactKind, FactValue, Goal, MEASURES, Relation, Step, TERMS};
use crate::model::prospect::Prospect;
use crate::plan::import::columns::CellText;
use crate::value::text::{Text, narrow};

impl RowReader<'_, '_> {
    /// States a fact.
    pub(super) fn fact(
        &mut self,
        prospect: &mut Prospect,
        field: &str,
        kind: FactKind,
        cell: &CellText,
    ) {
        let value = match kind {
            FactKind::Text => Some(FactValue::Text(cell.text.as_str().into())),
            FactKind::Texts => Some(FactValue::Texts(self.list(field, cell))),
            FactKind::Money => self.not_negative(field, cell),
            FactKind::Date => self.date(field, cell).map(FactValue::Date),
            FactKind::Relation => self.relation(field, cell),
        };
        if let Some(value) = value {
            prospect.state(field, &value);
        }
    }

    fn not_negative(&mut self, field: &str, cell: &CellText) -> Option<FactValue> {
        let money = self.money(field, cell)?;
        if money.amount.is_negative() {
            let named = cell.named(field);
            let why = words!("{named}: {money} is less than nothing", "{named}：{money} 小于零");
            self.problem(why, None);
        }
        Some(FactValue::Money(money))
    }

    /// A relation, by its id or its Chinese word.
    fn relation(&mut self, field: &str, cell: &CellText) -> Option<FactValue> {
        let typed = narrow(&cell.text);
        let named = Relation::ALL.iter().find(|row| row.3 == typed).map(|row| Text::from(row.0));
        let name = named.or_else(|| self.word(field, cell, &Relation::ALL.map(|row| row.0)))?;
        Some(FactValue::Text(name))
    }

    /// Gives a fact of money the currency that has a column of its own.
    pub(super) fn fact_currency(&mut self, prospect: &mut Prospect, field: &str, cell: &CellText) {
        let fact = FACT_CURRENCIES.iter().find(|(_, currency)| *currency == field);
        if let Some((fact, _)) = fact
            && let FactValue::Money(mut money) = prospect.value_of(fact)
        {
            self.currency(field, cell, std::iter::once(&mut money));
            prospect.state(fact, &FactValue::Money(money));
        }
    }

    /// Sets a field of a goal.
    pub(super) fn goal(&mut self, goal: &mut Goal, field: &str, cell: &CellText) {
        let text = || Text::from(cell.text.as_str());
        match field {
            "goal" => goal.id = text(),
            "goal_what" => goal.what = text(),
            "goal_measure" => goal.measure = self.word(field, cell, &MEASURES),
            "goal_target" => goal.target = self.money(field, cell),
            "goal_by" => goal.by = self.date(field, cell),
            "goal_term" => goal.term = self.word(field, cell, &TERMS),
            _ => {}
        }
    }

    /// Sets a field of a step.
    pub(super) fn step(&mut self, step: &mut Step, field: &str, cell: &CellText) {
        let text = || Text::from(cell.text.as_str());
        match field {
            "step" => step.id = text(),
            "step_what" => step.what = text(),
            "step_by" => step.by = self.date(field, cell),
            "step_goal" => step.goal = Some(text()),
            "step_who" => step.who = self.rep(field, cell),
            "step_answers" => step.answers = Some(text()),
            _ => {}
        }
    }
}
