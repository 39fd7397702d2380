//! The table of flags: `is:overdue`, and the column `flags`.

use super::view::View;
use crate::model::pipeline::Outcome;
use crate::rules::customer::Customer;

/// A yes or no about a prospect.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// The id: the word behind `is:` in a query, and the machine form in the column.
    pub id: &'static str,
    /// Other names for it in queries.
    pub aliases: &'static [&'static str],
    /// The word for it, in English and in Chinese.
    pub word: (&'static str, &'static str),
    /// Its name, in English and in Chinese.
    pub about: (&'static str, &'static str),
    /// Does the column `flags` list it? Not if every row would have it, or another column shows it.
    pub is_listed: bool,
    /// Whether it reads the graded customer.
    pub is_graded: bool,
    pub(in crate::rules) read: fn(&View<'_>) -> bool,
}

impl Flag {
    /// Is it up?
    pub fn is_up(&self, view: &View<'_>) -> bool {
        (self.read)(view)
    }
}

/// A row of the table.
const fn flag(
    id: &'static str,
    aliases: &'static [&'static str],
    word: (&'static str, &'static str),
    about: (&'static str, &'static str),
    read: fn(&View<'_>) -> bool,
) -> Flag {
    Flag { id, aliases, word, about, is_listed: false, is_graded: false, read }
}

/// A flag that the column `flags` lists.
const fn listed(flag: Flag) -> Flag {
    Flag { is_listed: true, ..flag }
}

/// A flag of the graded customer.
const fn graded(flag: Flag) -> Flag {
    Flag { is_graded: true, ..flag }
}

/// Every flag; the column lists those that it has in this order. A new flag is a row here and a line in
/// `docs/queries.md`.
#[rustfmt::skip]
pub const FLAGS: &[Flag] = &[
    flag("open", &["进行中"], ("open", "进行中"), ("still being pursued", "仍在跟进"),
        |v| v.record.state.outcome == Outcome::Open),
    flag("won", &["成交"], ("won", "成交"), ("closed with an order", "已成交"),
        |v| v.record.state.outcome == Outcome::Won),
    flag("lost", &["退出"], ("lost", "退出"), ("left without an order", "没有成交就退出"),
        |v| v.record.state.outcome == Outcome::Lost),
    flag("owned", &["有负责人"], ("owned", "有负责人"), ("has an owner", "有负责人"),
        |v| v.record.state.owner.is_some()),
    listed(flag("overdue", &["逾期"], ("overdue", "逾期"), ("past the sales cycle", "超过销售周期"),
        |v| v.record.state.flags.overdue)),
    listed(flag("stalled", &["停滞"], ("stalled", "停滞"), ("longer in its column than `max_days`", "在栏内超过 `max_days`"),
        |v| v.record.state.flags.stalled)),
    listed(flag("missed", &["失约"], ("missed", "失约"), ("the next step passed without an entry", "下一步已过而没有流水"),
        |v| v.record.state.flags.missed)),
    listed(flag("hold", &["on-hold", "暂缓"], ("on hold", "暂缓"), ("on hold until a day that is still ahead", "暂缓，恢复日未到"),
        |v| v.record.state.flags.on_hold)),
    listed(flag("forced", &["强制", "破例"], ("forced", "破例"), ("is in its column by a forced move", "破例移动到所在栏"),
        |v| v.record.state.flags.forced)),
    listed(flag("imported", &["导入"], ("imported", "导入"), ("is in its column by an opening position", "由期初位置到所在栏"),
        |v| v.record.state.flags.imported)),
    listed(flag("overstated", &["高估"], ("overstated", "高估"), ("above the column that its evidence supports", "高于证据支持的栏"),
        |v| v.record.state.is_overstated())),
    listed(flag("could-advance", &["可推进"], ("could advance", "可推进"), ("its evidence supports a higher column", "证据支持更高的栏"),
        |v| v.record.state.could_advance())),
    listed(flag("pool", &["公海"], ("pool", "公海"), ("without an owner, and open or a customer", "没有负责人，而仍在跟进或已是客户"),
        |v| v.record.in_pool())),
    flag("met", &["见过"], ("met", "见过"), ("the criterion `met` holds", "标准 `met` 成立"),
        |v| v.holds("met")),
    flag("signed", &["已签"], ("signed", "已签"), ("the criterion `signed` holds", "标准 `signed` 成立"),
        |v| v.holds("signed")),
    flag("paid", &["已收款"], ("paid", "已收款"), ("the criterion `paid` holds", "标准 `paid` 成立"),
        |v| v.holds("paid")),
    flag("booked", &["承保"], ("booked", "承保"), ("the criterion `booked` holds", "标准 `booked` 成立"),
        |v| v.holds("booked")),
    flag("decider", &["决策人"], ("decider", "有决策人"), ("one of its contacts decides", "联系人中有决策人"),
        |v| v.record.prospect.decider().is_some()),
    graded(flag("active", &["活跃"], ("active", "活跃"), ("the customer orders: its lifecycle is new, active or won-back", "客户在购买：生命周期为新客户、活跃或赢回"),
        |v| v.customer.is_some_and(Customer::is_active))),
];

/// The flags that the column lists and that are up.
pub fn listed_flags(view: &View<'_>) -> Vec<&'static Flag> {
    FLAGS.iter().filter(|flag| flag.is_listed && flag.is_up(view)).collect()
}

/// The flag of this id or alias; `could_advance` is `could-advance`.
pub(in crate::rules) fn find_flag(name: &str) -> Option<&'static Flag> {
    let name = name.replace('_', "-");
    FLAGS.iter().find(|flag| flag.id == name || flag.aliases.contains(&name.as_str()))
}
