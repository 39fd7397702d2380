//! The remedies that would satisfy a criterion, as data. The text of its option is made in one place, here.

use crate::diag::{Lang, Words, placeholder};
use crate::model::kind::EventKind;
use crate::value::date::Date;
use crate::value::money::Amount;
use crate::value::shell;
use crate::value::text::Text;

/// A remedy that would satisfy a criterion: an option of `advance` and `log`, or an entry that comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// A person confirms it: `--confirm ID`.
    Confirm(Text),
    /// An entry of this kind: `--kind KIND`.
    Entry(EventKind),
    /// A next step, and its purpose where the ledger asks for that.
    NextStep {
        /// The purpose is missing too.
        purpose: bool,
    },
    /// A signing date from one day to another.
    CloseBy(Date, Date),
    /// A payment of so much; `None` = of any amount.
    Payment(Option<Amount>),
    /// A fall-back: it starts the pass afresh.
    FallBack,
    /// A step of the buyer, by its name: an entry with `--buyer STEP`.
    Buyer(&'static str),
    /// A person with this part; `for_us`: one that is for us.
    Person {
        /// The part.
        part: &'static str,
        /// Must the person be for us?
        for_us: bool,
    },
    /// A person of this name, once the stance is this one.
    Stance(Text, &'static str),
    /// A meeting with the person of this name.
    Meet(Text),
}

impl Remedy {
    /// The option of `advance` that this is; `None` for an entry that comes first.
    pub fn option(&self) -> Option<String> {
        match self {
            Remedy::Confirm(id) => Some(format!("--confirm {id}")),
            Remedy::Entry(kind) => Some(format!("--kind {kind}")),
            Remedy::NextStep { purpose: false } => Some("--next DATE".to_owned()),
            Remedy::NextStep { purpose: true } => Some("--next DATE --next-what TEXT".to_owned()),
            Remedy::CloseBy(..) => Some("--close-by DATE".to_owned()),
            Remedy::Payment(_)
            | Remedy::FallBack
            | Remedy::Buyer(_)
            | Remedy::Person { .. }
            | Remedy::Stance(..)
            | Remedy::Meet(_) => None,
        }
    }

    /// The command that comes first, for a prospect; `None` for an option of `advance`.
    pub fn command(&self, id: &str) -> Option<Words> {
        let plain = |command: String| Some(Words::verbatim(command));
        match self {
            Remedy::Payment(amount) => {
                let stated = amount.map(|amount| amount.to_string());
                Some(Words::each(|lang| {
                    let amount = stated.as_deref().unwrap_or(placeholder("AMOUNT", lang));
                    format!("crm log {id} payment --amount {amount}")
                }))
            }
            Remedy::Buyer(step) => plain(format!("crm log {id} note --buyer {step}")),
            Remedy::Person { part, for_us } => {
                let stance = if *for_us { " --stance for" } else { "" };
                Some(Words::each(|lang| {
                    let name = placeholder("NAME", lang);
                    format!("crm contact add {id} {name} --part {part}{stance}")
                }))
            }
            Remedy::Stance(name, stance) => {
                let command =
                    format!("crm contact edit {id} {} --stance {stance}", shell::word(name));
                Some(words!(
                    "win {name} over; when the stance has changed: {command}",
                    "争取 {name}；态度改变后：{command}"
                ))
            }
            Remedy::Meet(name) => {
                plain(format!("crm log {id} meeting --with {}", shell::word(name)))
            }
            Remedy::FallBack => Some(words!(
                "`crm back {id}` starts the pass afresh",
                "`crm back {id}` 退回起点，重新开始"
            )),
            _ => None,
        }
    }

    /// The remedy in short, beside a criterion.
    pub fn words(&self) -> Words {
        match self {
            Remedy::CloseBy(from, to) => {
                words!("--close-by DATE, from {from} to {to}", "--close-by 日期，{from} 至 {to}")
            }
            other => {
                let option = other.option().map(|option| Words::command(&option));
                let first = || {
                    let of = |lang| other.command(placeholder("ID", lang)).unwrap_or_default();
                    Words::both(of(Lang::En).en(), of(Lang::Zh).zh())
                };
                option.unwrap_or_else(first)
            }
        }
    }
}
