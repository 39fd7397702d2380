//! Departments: whose reps care for the customers of each lifecycle. The owner comes from the first department that
//! the settings name, helpers from the others.

use crate::diag::Words;
use crate::model::settings::{Department, Settings};
use crate::rules::customer::Customer;
use crate::rules::customer::levels::Lifecycle;
use crate::value::text::Text;

/// The departments of each lifecycle, in the order of [`Lifecycle::ALL`].
#[derive(Clone)]
pub struct Departments(Vec<Vec<Members>>);

/// A department with the places of its members in the team.
#[derive(Clone)]
pub struct Members {
    /// The id of the department.
    pub id: Text,
    /// Its name, for people.
    pub name: Words,
    /// Whether the rep at a place of the team is a member.
    has: Vec<bool>,
}

impl Members {
    /// Is the rep at this place of the team a member?
    pub fn has(&self, place: usize) -> bool {
        self.has.get(place).copied().unwrap_or(false)
    }
}

impl Departments {
    /// Those of the settings.
    pub fn of(settings: &Settings) -> Departments {
        let members = |department: &Department| Members {
            id: department.id.clone(),
            name: Words::each(|lang| department.label.term(lang, &department.id).to_owned()),
            has: settings.reps.iter().map(|rep| department.members.contains(&rep.id)).collect(),
        };
        let of_level = |lifecycle: &Lifecycle| -> Vec<Members> {
            let ids = settings.allocation.lifecycle.get(lifecycle.level().id).into_iter().flatten();
            ids.filter_map(|id| settings.department(id)).map(members).collect()
        };
        Departments(Lifecycle::ALL.iter().map(of_level).collect())
    }

    /// The departments that care for a customer, the owner's first.
    pub fn caring_for(&self, customer: &Customer) -> &[Members] {
        &self.0[customer.lifecycle as usize]
    }

    /// The department that the owner of a customer comes from, if the rep at this place is of another one.
    pub(super) fn closed_to(&self, customer: &Customer, place: usize) -> Option<&Members> {
        self.caring_for(customer).first().filter(|members| !members.has(place))
    }
}
