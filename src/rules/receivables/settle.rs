//! The settlement of claims, day by day: a claim arises and uses what was paid in advance; a payment or credit settles
//! what it names, else the oldest claim; a refund gives back.

use super::claims::Journal;
use super::{Account, Claim, Origin, Prepaid, Stray, StrayReason};
use crate::model::kind::EventKind;
use crate::model::settings::Settings;
use crate::rules::papers::{Paper, money};
use crate::value::date::Date;
use crate::value::money::{Amount, Currency, Money};
use crate::value::text::Text;

/// The claims that money may settle.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    /// The oldest one.
    Any,
    /// That of an invoice or of an order.
    Paper(Text),
    /// Those of a contract.
    Contract(Text),
    /// None: no paper has the number.
    None,
}

impl Target {
    /// May it settle this claim, apart from the currency?
    fn has(&self, claim: &Claim) -> bool {
        match self {
            Target::Any => true,
            Target::Paper(name) => claim.origin != Origin::Instalment && claim.name == *name,
            Target::Contract(name) => claim.contract.as_ref() == Some(name),
            Target::None => false,
        }
    }
}

/// Money that came in, or was credited.
struct Fund {
    target: Target,
    currency: Option<Currency>,
    /// The part that has settled nothing.
    left: Amount,
    file: usize,
    is_payment: bool,
}

/// What happens on a day, in this order.
enum Step {
    Claim(usize),
    Fund(Fund),
    Refund(Target, Money, usize),
}

/// A part of a claim that a fund settled.
struct Part {
    claim: usize,
    fund: usize,
    amount: Amount,
}

/// Settles the claims of an account with the money of a journal.
pub(super) fn settle(account: &mut Account, journal: &Journal, settings: &Settings) {
    let mut steps: Vec<(Date, Step)> = Vec::new();
    let mut claims = std::mem::take(&mut account.claims);
    // An invoice, an instalment or an order of less than nothing is a credit.
    claims.retain(|claim| {
        if claim.money.amount.is_negative() {
            let money = claim.money.negated();
            account.credited.add(money);
            let target = claim.contract.clone().map_or(Target::Any, Target::Contract);
            steps.push((claim.arose, fund(target, money, claim.file, false)));
        }
        !claim.money.amount.is_negative() && !claim.money.amount.is_zero()
    });
    for (file, event) in &journal.entries {
        let is_payment = event.kind == EventKind::Payment;
        if !is_payment && event.kind != EventKind::Refund {
            continue;
        }
        let Some(money) = money(event, settings) else { continue };
        let total = if is_payment { &mut account.received } else { &mut account.refunded };
        total.add(money);
        let target = target(event.details().settles.as_ref(), journal, &claims);
        let names = event.details().settles.clone();
        stray(account, (&target, names, money), (*file, &event.key.text, &event.kind), &claims);
        let gives_back = is_payment == money.amount.is_negative();
        let step = match (gives_back, money.amount.is_negative()) {
            (false, true) => fund(target, money.negated(), *file, true),
            (false, false) => fund(target, money, *file, true),
            (true, true) => Step::Refund(target, money.negated(), *file),
            (true, false) => Step::Refund(target, money, *file),
        };
        steps.push((event.date(), step));
    }
    for credit in journal.binding(EventKind::Credit) {
        let Some(money) = credit.money else { continue };
        account.credited.add(money);
        let target = target(credit.details.settles.as_ref(), journal, &claims);
        let file = journal.file(credit);
        let names = credit.details.settles.clone();
        stray(account, (&target, names, money), (file, &credit.key, &credit.kind), &claims);
        let step = match money.amount.is_negative() {
            true => Step::Refund(target, money.negated(), file),
            false => fund(target, money, file, false),
        };
        steps.push((credit.bound.unwrap_or(credit.on), step));
    }
    steps.extend(claims.iter().enumerate().map(|(at, claim)| (claim.arose, Step::Claim(at))));
    steps.sort_by_key(|(day, step)| {
        let rank = match step {
            Step::Claim(_) => 0,
            Step::Fund(_) => 1,
            Step::Refund(..) => 2,
        };
        (*day, rank)
    });
    let mut book = Settlement { claims, ..Settlement::default() };
    for (day, step) in steps {
        match step {
            Step::Claim(at) => book.arise(at, day),
            Step::Fund(fund) => book.receive(fund, day),
            Step::Refund(target, money, file) => book.give_back(&target, money, file),
        }
    }
    book.close(account);
}

fn fund(target: Target, money: Money, file: usize, is_payment: bool) -> Step {
    let (left, currency) = (money.amount, money.currency);
    Step::Fund(Fund { target, currency, left, file, is_payment })
}

/// The claims that a number names: an invoice's, else a contract's, else an order's. A paper that does not bind is known all the same.
fn target(names: Option<&Text>, journal: &Journal, claims: &[Claim]) -> Target {
    let Some(names) = names else { return Target::Any };
    let has = |kind: EventKind| {
        let with = |paper: &&Paper| paper.kind == kind && paper.name() == names;
        journal.papers.iter().any(|paper| with(&paper))
    };
    if has(EventKind::Invoice) {
        Target::Paper(names.clone())
    } else if has(EventKind::Contract) {
        Target::Contract(names.clone())
    } else if claims.iter().any(|c| c.origin == Origin::Order && c.name == *names) {
        Target::Paper(names.clone())
    } else {
        Target::None
    }
}

/// Notes an entry that names no paper, or one with claims in other currencies alone.
fn stray(
    account: &mut Account,
    (target, names, money): (&Target, Option<Text>, Money),
    (file, key, kind): (usize, &Text, &EventKind),
    claims: &[Claim],
) {
    let Some(names) = names else { return };
    let mut named = claims.iter().filter(|claim| target.has(claim)).peekable();
    let why = match target {
        Target::None => StrayReason::Unknown,
        _ if named.peek().is_some() && named.all(|c| c.money.currency != money.currency) => {
            StrayReason::Currency
        }
        _ => return,
    };
    account.strays.push(Stray { file, key: key.clone(), kind: kind.clone(), names, why });
}

/// The claims and the money of a customer as the days go by.
#[derive(Default)]
struct Settlement {
    claims: Vec<Claim>,
    funds: Vec<Fund>,
    /// The claims that are open, the oldest first.
    open: Vec<usize>,
    /// The funds with something left, in the order in which they came.
    left: Vec<usize>,
    /// What was settled, in order.
    parts: Vec<Part>,
    /// What was given back beyond all that had come in.
    overdrawn: Vec<Prepaid>,
}

impl Settlement {
    /// A claim arises: money that was paid for it settles it, then money that was paid for nothing in particular.
    fn arise(&mut self, at: usize, day: Date) {
        let age = |claim: &Claim| (claim.due, claim.arose);
        let place = self.open.partition_point(|open| {
            (age(&self.claims[*open]), *open) < (age(&self.claims[at]), at)
        });
        self.open.insert(place, at);
        for is_named in [true, false] {
            for fund in self.left.clone() {
                if (self.funds[fund].target != Target::Any) == is_named {
                    self.put(fund, at, day);
                }
            }
        }
        self.tidy();
    }

    /// Money comes in.
    fn receive(&mut self, fund: Fund, day: Date) {
        let at = self.funds.len();
        self.funds.push(fund);
        self.left.push(at);
        for claim in self.open.clone() {
            self.put(at, claim, day);
            if self.funds[at].left.is_zero() {
                break;
            }
        }
        self.tidy();
    }

    /// Settles as much of a claim as a fund has, if it may.
    fn put(&mut self, at: usize, of: usize, day: Date) {
        let (fund, claim) = (&mut self.funds[at], &mut self.claims[of]);
        let amount = fund.left.min(claim.open);
        let may = fund.currency == claim.money.currency && fund.target.has(claim);
        if !may || amount.is_zero() {
            return;
        }
        fund.left = fund.left.minus(amount);
        claim.open = claim.open.minus(amount);
        claim.paid |= fund.is_payment;
        if claim.open.is_zero() {
            claim.settled = Some(day);
        }
        self.parts.push(Part { claim: of, fund: at, amount });
    }

    /// Takes settled claims and used funds off the lists.
    fn tidy(&mut self) {
        self.open.retain(|at| !self.claims[*at].open.is_zero());
        self.left.retain(|at| !self.funds[*at].left.is_zero());
    }

    /// A refund takes what settled nothing, the latest first: what was paid for the paper that it names, or else for
    /// none in particular. Then it takes payments off the claims that it names, else off those settled last.
    fn give_back(&mut self, target: &Target, money: Money, file: usize) {
        let mut amount = money.amount;
        let any = *target == Target::Any;
        for exact in [true, false] {
            for at in self.left.clone().into_iter().rev() {
                let fund = &mut self.funds[at];
                let fits = if exact { fund.target == *target } else { any };
                if fits && fund.currency == money.currency {
                    let taken = fund.left.min(amount);
                    fund.left = fund.left.minus(taken);
                    amount = amount.minus(taken);
                }
            }
        }
        self.tidy();
        for at in (0..self.parts.len()).rev() {
            if amount.is_zero() {
                return;
            }
            let part = &mut self.parts[at];
            let (claim, fund) = (&mut self.claims[part.claim], &self.funds[part.fund]);
            if !fund.is_payment || fund.currency != money.currency || !target.has(claim) {
                continue;
            }
            let taken = part.amount.min(amount);
            // An earlier refund has taken all of this payment.
            if taken.is_zero() {
                continue;
            }
            part.amount = part.amount.minus(taken);
            amount = amount.minus(taken);
            claim.open = claim.open.plus(taken);
            claim.settled = None;
            let reopened = part.claim;
            if !self.open.contains(&reopened) {
                self.reopen(reopened);
            }
        }
        if !amount.is_zero() {
            let money = Money { amount, ..money }.negated();
            self.overdrawn.push(Prepaid { file, money, is_named: !any });
        }
    }

    fn reopen(&mut self, at: usize) {
        let age = |at: usize| (self.claims[at].due, self.claims[at].arose, at);
        let place = self.open.partition_point(|open| age(*open) < age(at));
        self.open.insert(place, at);
    }

    /// Puts the results into the account.
    fn close(self, account: &mut Account) {
        for contract in &mut account.contracts {
            let target = Target::Contract(contract.name.clone());
            let mut received = |money: Money| contract.received.add(money);
            for claim in self.claims.iter().filter(|claim| target.has(claim)) {
                received(Money { amount: claim.money.amount.minus(claim.open), ..claim.money });
            }
            for fund in self.funds.iter().filter(|fund| fund.target == target) {
                received(Money { amount: fund.left, currency: fund.currency });
            }
        }
        let left = self.funds.iter().filter(|fund| !fund.left.is_zero()).map(|fund| Prepaid {
            file: fund.file,
            money: Money { amount: fund.left, currency: fund.currency },
            is_named: matches!(fund.target, Target::Paper(_) | Target::Contract(_)),
        });
        account.prepaid = left.chain(self.overdrawn).collect();
        account.claims = self.claims;
    }
}
