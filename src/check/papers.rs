//! Papers that contradict themselves: a schedule or lines that do not add up to the amount; keys on kinds of entry that
//! have no use for them.
//!
//! Why: what a schedule leaves out is never billed; a `status` on a payment changes nothing.
//! Mend: `crm undo ID EVENT` and the entry again, or a later entry of this number with the right figures.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::rules::papers::{Paper, is_paper, papers, sum_alike, sum_of_lines};
use crate::rules::replay::standing;

pub(super) const CHECK: Check =
    Check { codes: &[Code::ScheduleSum, Code::LinesSum, Code::IdleKey], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let entries = standing(&subject.record.prospect.events, subject.as_of);
    for paper in papers(entries.filter(|event| event.details.is_some()), subject.settings) {
        schedule(subject, &paper, found);
    }
    let events = standing(&subject.record.prospect.events, subject.as_of);
    for event in events.filter(|event| event.details.is_some()) {
        lines(subject, event, found);
        keys(subject, event, found);
    }
}

/// The schedule of a contract, as all entries of its number make it.
fn schedule(subject: &Subject, paper: &Paper, found: &mut Vec<Diagnostic>) {
    let settings = subject.settings;
    let Some(amount) = paper.money else { return };
    let instalments = paper.details.schedule.iter().filter_map(|one| one.amount);
    let sum = sum_alike(instalments.map(|money| settings.own(money)));
    let Some(sum) = sum.filter(|sum| *sum != amount) else { return };
    let (sum, amount) = (sum.grouped(), amount.grouped());
    let message = words!(
        "the schedule adds up to {sum}, and the amount is {amount}",
        "付款计划合计 {sum}，而金额为 {amount}"
    );
    let help = words!(
        "correct one of the two; what a schedule leaves out has no day on which it is due",
        "请更正其中之一；计划之外的金额没有应付日"
    );
    let mut entries = subject.record.prospect.events.iter();
    let Some(first) = entries.find(|event| event.key.text == paper.key) else { return };
    let place = subject.event(first, "schedule");
    found.push(Diagnostic::new(Code::ScheduleSum, message).at(place).help(help));
}

fn lines(subject: &Subject, event: &Event, found: &mut Vec<Diagnostic>) {
    let settings = subject.settings;
    let Some(amount) = event.amount.map(|amount| settings.own(amount)) else { return };
    let Some(sum) = sum_of_lines(&event.details().lines, settings) else { return };
    if sum == amount {
        return;
    }
    let (sum, amount) = (sum.grouped(), amount.grouped());
    let message = words!(
        "the lines add up to {sum}, and the amount is {amount}",
        "明细合计 {sum}，而金额为 {amount}"
    );
    let help = words!(
        "correct one of the two, or leave the amount out: then the lines are the amount",
        "请更正其中之一；或不写金额，以明细合计为准"
    );
    let place = subject.event(event, "lines");
    found.push(Diagnostic::new(Code::LinesSum, message).at(place).help(help));
}

/// A key, whether an entry has it, and the kinds that use it.
type KeyUse = (&'static str, fn(&Event) -> bool, fn(&EventKind) -> bool, &'static str);

/// The keys of papers, with the kinds that use them.
const USES: [KeyUse; 9] = [
    ("number", |e| e.details().number.is_some(), is_paper, PAPERS),
    ("status", |e| e.details().status.is_some(), is_paper, PAPERS),
    ("schedule", |e| !e.details().schedule.is_empty(), is_contract, "contract"),
    ("starts", |e| e.details().starts.is_some(), is_contract, "contract"),
    ("ends", |e| e.details().ends.is_some(), is_contract, "contract"),
    ("notice_days", |e| e.details().notice_days.is_some(), is_contract, "contract"),
    ("renews", |e| e.details().renews.is_some(), is_contract, "contract"),
    ("for", |e| e.details().settles.is_some(), settles, "invoice, payment, refund, credit"),
    ("lines", |e| !e.details().lines.is_empty(), is_paper, PAPERS),
];

const PAPERS: &str = "quote, contract, order, booking, invoice, credit, delivery";

fn is_contract(kind: &EventKind) -> bool {
    *kind == EventKind::Contract
}

fn settles(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Invoice | EventKind::Payment | EventKind::Refund | EventKind::Credit)
}

fn keys(subject: &Subject, event: &Event, found: &mut Vec<Diagnostic>) {
    for (key, has, uses, kinds) in USES {
        if !has(event) || uses(&event.kind) {
            continue;
        }
        let kind = &event.kind;
        let message =
            words!("`{key}` changes nothing on a `{kind}`", "`{key}` 对 `{kind}` 不起作用");
        let help = words!("it is a key of: {kinds}", "它属于：{kinds}");
        found
            .push(Diagnostic::new(Code::IdleKey, message).at(subject.event(event, key)).help(help));
    }
}
