//! The duties that the policy of its grade has for each prospect, for `crm due`.

use crate::rules::book::Book;
use crate::rules::grading::{Graded, narrow};
use crate::rules::policy::practice::Practice;
use crate::rules::policy::{Duty, PracticeJudge};
use crate::rules::query::Query;
use crate::rules::service::collect::Journals;
use std::sync::Arc;

/// The duties that the policy of its grade has for each prospect.
pub(super) struct Demands {
    graded: Arc<Graded>,
    pub(super) judge: PracticeJudge,
}

impl Demands {
    /// Has any grade of a ledger a policy?
    pub(super) fn are_made(book: &Book) -> bool {
        !book.settings.policies.is_empty()
    }

    /// Grades all customers once; not where no grade has a policy.
    pub(super) fn of(book: &Book) -> Option<Demands> {
        if !Demands::are_made(book) {
            return None;
        }
        // Only of customers that are several prospects one tells of another.
        let journals = Journals::default();
        let graded = Arc::clone(book.graded());
        let attention = book.gather_everybody(&Query::everything(), |record| {
            journals.take(record, &book.settings, book.as_of);
            let told = || Practice::of(record, &book.settings, book.as_of).attention;
            let joint = record.prospect.account.is_some() || record.prospect.is_customer;
            joint.then(|| (record.prospect.id.clone(), told()))
        });
        let several = attention.into_iter().filter_map(|(id, told)| Some((graded.of(&id)?, told)));
        let several = several.filter(|(customer, _)| customer.members > 1);
        let judge = PracticeJudge::of(several, journals.cases(), &book.settings, book.as_of);
        Some(Demands { graded, judge })
    }

    /// Those on one prospect, in order, given the practice with it; and its grade.
    pub(super) fn on<'d>(
        &'d self,
        practice: &'d Practice,
        id: &'d str,
    ) -> (&'d str, Vec<Duty<'d>>) {
        let Some(position) = self.graded.position(id) else { return ("", Vec::new()) };
        let customer = self.graded.at(position);
        let leads = customer.lead == narrow(position);
        (customer.grade().unwrap_or_default(), self.judge.duties(practice, customer, leads, id))
    }

    /// Does the policy ask for care on the birthdays of this prospect's people?
    pub(super) fn ask_for_birthdays(&self, practice: &Practice, id: &str) -> bool {
        let customer = self.graded.of(id);
        practice.owner.is_some()
            && customer.is_some_and(|c| self.judge.asks_for_birthdays(practice, c))
    }
}
