//! The things of money that `crm due` lists: claims, instalments to come, contracts to be renewed.

use crate::rules::receivables::customers::{CustomerMoney, MoneyFile};
use crate::rules::receivables::{Claim, Origin};
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::Money;
use crate::value::text::Text;

/// A kind of thing that can be due: its id, English, Chinese.
pub(super) type DueKind = (&'static str, &'static str, &'static str);

const INVOICE: DueKind = ("invoice", "invoice due", "发票到期");
const INSTALMENT: DueKind = ("instalment", "instalment due", "分期到期");
const ORDER: DueKind = ("order", "order to be paid", "订单待收款");
const TO_INVOICE: DueKind = ("to-invoice", "to be invoiced", "待开票");
const RENEWAL: DueKind = ("renewal", "renewal", "续签");

/// The kinds of things that are money: of one day, they come first.
const MONEY: [&DueKind; 5] = [&INVOICE, &INSTALMENT, &ORDER, &TO_INVOICE, &RENEWAL];

/// Is it a thing of money?
pub(super) fn is_money(kind: &DueKind) -> bool {
    MONEY.iter().any(|known| known.0 == kind.0)
}

/// A thing of money that is due.
pub(super) struct MoneyDue<'c> {
    pub(super) file: &'c MoneyFile,
    pub(super) date: Date,
    pub(super) what: &'static DueKind,
    /// A few words.
    pub(super) detail: Text,
    /// The money that is open; of a contract to be renewed, its money where that is in one currency.
    pub(super) money: Option<Money>,
}

/// The things of a customer that are due up to a day. Of files that are not selected there are none. `with_orders`:
/// claims of orders too.
pub(super) fn due_of(
    customer: &CustomerMoney,
    on: Date,
    last: Date,
    with_orders: bool,
    lang: Lang,
) -> Vec<MoneyDue<'_>> {
    let account = &customer.account;
    let mut found: Vec<(usize, Date, &'static DueKind, String, Option<Money>)> = Vec::new();
    let open = account.claims.iter().filter(|claim| !claim.open.is_zero());
    for claim in open.filter(|claim| with_orders || claim.origin != Origin::Order) {
        let kind = match claim.origin {
            Origin::Invoice => &INVOICE,
            Origin::Instalment => &INSTALMENT,
            Origin::Order => &ORDER,
        };
        found.push((claim.file, claim.due, kind, claimed(claim, lang), Some(claim.open_money())));
    }
    for one in &account.to_come {
        let kind = if one.needs_invoice { &TO_INVOICE } else { &INSTALMENT };
        let words = words(&one.contract, one.what.as_deref(), one.money, lang);
        found.extend(one.due.map(|due| (one.file, due, kind, words, Some(one.money))));
    }
    for (contract, day) in account.renewals(on, last) {
        let ends = contract.ends.map(|ends| ends.to_string()).unwrap_or_default();
        let words = match lang {
            Lang::En | Lang::Machine => format!("{} ends on {ends}", contract.name),
            Lang::Zh => format!("{} 于 {ends} 到期", contract.name),
        };
        found.push((contract.file, day, &RENEWAL, words, contract.money.leading()));
    }
    let shown = found.into_iter().filter(|(_, day, ..)| *day <= last);
    let shown = shown.map(|(file, date, what, words, money)| MoneyDue {
        file: &customer.files[file],
        date,
        what,
        detail: words.into(),
        money,
    });
    shown.filter(|due| due.file.is_selected).collect()
}

/// `I-7, first third: 12,000`.
fn words(name: &str, what: Option<&str>, money: Money, lang: Lang) -> String {
    let (comma, colon) = (lang.pick(", ", "，"), lang.pick(": ", "："));
    let names: Vec<&str> = [Some(name), what].into_iter().flatten().collect();
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    let said = names.join(comma);
    let colon = if said.is_empty() { "" } else { colon };
    format!("{said}{colon}{}", money.grouped())
}

/// What is open of a claim, and of how much, where some of it is settled.
fn claimed(claim: &Claim, lang: Lang) -> String {
    let open = words(&claim.name, claim.what.as_deref(), claim.open_money(), lang);
    if claim.open == claim.money.amount {
        return open;
    }
    let all = claim.money.grouped();
    match lang {
        Lang::En | Lang::Machine => format!("{open} of {all}"),
        Lang::Zh => format!("{open}（共 {all}）"),
    }
}
