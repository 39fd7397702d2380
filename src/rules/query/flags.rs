//! The table of flags: `is:overdue`.

use super::view::View;
use crate::model::pipeline::Outcome;
use crate::rules::customer::Customer;

/// Something that a prospect is or is not.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// What stands after `is:`.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What it says, in a few words.
    pub about: &'static str,
    pub(super) read: fn(&View<'_>) -> bool,
    /// Is it a matter of grading?
    pub(super) graded: bool,
}

/// Shortens the rows of the table.
const fn flag(
    name: &'static str,
    aliases: &'static [&'static str],
    about: &'static str,
    read: fn(&View<'_>) -> bool,
) -> Flag {
    Flag { name, aliases, about, read, graded: false }
}

/// What is known of the customer that the prospect belongs to.
const fn graded(flag: Flag) -> Flag {
    Flag { graded: true, ..flag }
}

/// Every flag. A new one is a row here, and a line in `docs/queries.md`.
#[rustfmt::skip]
pub const FLAGS: &[Flag] = &[
    flag("open", &["进行中"], "still being pursued", |v| v.record.state.outcome == Outcome::Open),
    flag("won", &["成交"], "closed with an order", |v| v.record.state.outcome == Outcome::Won),
    flag("lost", &["退出"], "left", |v| v.record.state.outcome == Outcome::Lost),
    flag("pool", &["公海"], "open, and owned by nobody", |v| v.record.state.in_pool()),
    flag("owned", &[], "owned by somebody", |v| v.record.state.owner.is_some()),
    flag("overdue", &["逾期"], "past the sales cycle", |v| v.record.state.flags.overdue),
    flag("stalled", &["停滞"], "longer in its column than `max_days`", |v| v.record.state.flags.stalled),
    flag("missed", &["失约"], "the next step passed without an entry", |v| v.record.state.flags.missed),
    flag("forced", &["强制"], "stands where it stands by a forced move", |v| v.record.state.flags.forced),
    flag("imported", &["导入"], "stands where it stands by an opening position", |v| v.record.state.flags.imported),
    flag("hold", &["on-hold", "暂缓"], "a known stall, not over yet", |v| v.record.state.flags.on_hold),
    flag("overstated", &["高估"], "stands higher than its evidence", |v| v.record.state.is_overstated()),
    flag("could-advance", &["可推进"], "its evidence supports a higher column", |v| v.record.state.could_advance()),
    flag("met", &["见过"], "the criterion `met` holds", |v| v.holds("met")),
    flag("signed", &["已签"], "the criterion `signed` holds", |v| v.holds("signed")),
    flag("paid", &["已收款"], "the criterion `paid` holds", |v| v.holds("paid")),
    flag("booked", &["承保"], "the criterion `booked` holds", |v| v.holds("booked")),
    flag("decider", &["决策人"], "a contact decides", |v| v.record.prospect.decider().is_some()),
    graded(flag("active", &["活跃"], "the customer orders: its lifecycle is new, active or won-back", |v| v.customer.is_some_and(Customer::is_active))),
];

/// The flag of this name or alias.
pub(super) fn find(name: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.name == name || flag.aliases.contains(&name))
}
