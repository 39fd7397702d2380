//! Numbers that no paper of the customer has, numbers in two files of one customer, and customers that owe more than
//! their credit limit.
//!
//! Why: a payment for a mistyped number settles nothing, and its invoice is dunned; an entry in another file with a
//! number that is taken changes that paper.
//! Mend: `crm undo ID EVENT` and the entry again with the right number; collect, or raise the limit.
//!
//! The papers are a customer's, in all of its files: the check is one of the whole ledger.

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::model::kind::EventKind;
use crate::rules::book::Book;
use crate::rules::receivables::customers::{CustomerMoney, MoneyFile, customers};
use crate::rules::receivables::{SharedNumber, Stray, StrayReason};
use crate::value::text::Text;

/// The findings about the money of every customer of a book.
pub fn money(book: &Book) -> Vec<Diagnostic> {
    customers(book, |_, _| ()).iter().flat_map(of_customer).collect()
}

fn of_customer(customer: &CustomerMoney) -> Vec<Diagnostic> {
    let account = &customer.account;
    let mut found: Vec<Diagnostic> =
        account.strays.iter().map(|stray| unsettled(customer, stray)).collect();
    for contract in &account.contracts {
        let Some(renews) = &contract.renews else { continue };
        if !account.contracts.iter().any(|other| other.name == *renews) {
            let file = &customer.files[contract.file];
            let place = at(file, &contract.key, "renews");
            let names = account.contracts.iter().map(|contract| contract.name.as_str());
            let names = names.filter(|name| *name != contract.name);
            found.push(unknown("renews", renews).at(place).nearest(renews, names));
        }
    }
    found.extend(account.shared_numbers.iter().filter_map(|number| shared(customer, number)));
    if let Some((limit, over)) = customer.credit_limit.zip(customer.over_limit()) {
        let (limit, over) = (limit.grouped(), over.grouped());
        let message = words!(
            "it owes {over} more than its credit limit of {limit}",
            "欠款超出信用额度 {limit}，多 {over}"
        );
        let stated = customer.files.iter().find(|file| file.credit_limit.is_some());
        let place =
            stated.map(|file| Place::file(&file.path).at(Spot::Fact("credit_limit".to_owned())));
        let found_here = Diagnostic::new(Code::OverCreditLimit, message).help(words!(
            "collect what is overdue, or raise it: crm set {} credit_limit=AMOUNT",
            "请催收逾期款，或提高额度：crm set {} credit_limit=金额",
            customer.id
        ));
        found.extend(place.map(|place| found_here.at(place)));
    }
    found
}

fn at(file: &MoneyFile, key: &Text, field: &'static str) -> Place {
    Place::file(&file.path).at(Spot::Event(key.to_string(), Some(field)))
}

fn unknown(key: &str, number: &Text) -> Diagnostic {
    let message =
        words!("`{key}`: the customer has no `{number}`", "`{key}`：该客户没有单号 `{number}`");
    Diagnostic::new(Code::UnknownNumber, message)
}

/// An entry whose `for` settles nothing.
fn unsettled(customer: &CustomerMoney, stray: &Stray) -> Diagnostic {
    let place = at(&customer.files[stray.file], &stray.key, "for");
    let number = &stray.names;
    match stray.why {
        StrayReason::Currency => {
            let message = words!(
                "`for`: `{number}` is in another currency, and there is no rate between the two",
                "`for`：`{number}` 是另一种货币，且没有汇率"
            );
            Diagnostic::new(Code::UnknownNumber, message).at(place).help(words!(
                "it settles nothing until crm.toml has the rate: [rates]",
                "crm.toml 的 [rates] 中有汇率之前不冲抵任何应收"
            ))
        }
        StrayReason::Unknown => {
            let account = &customer.account;
            let invoices = account.claims.iter().map(|claim| &*claim.name);
            let contracts = account.contracts.iter().map(|contract| &*contract.name);
            let bills = stray.kind == EventKind::Invoice;
            let names: Vec<&str> = invoices.filter(|_| !bills).chain(contracts).collect();
            let names = names.into_iter().filter(|name| !name.is_empty());
            let found = unknown("for", number).at(place).nearest(number, names);
            if bills {
                found.help(words!(
                    "an invoice is for a contract of the customer; this one bills none",
                    "发票对应该客户的合同；这张未对应任何合同"
                ))
            } else {
                found.help(words!(
                    "it settles nothing until an invoice or a contract has this number",
                    "有发票或合同采用此单号之前，不冲抵任何应收"
                ))
            }
        }
    }
}

/// A number of one kind of paper in several files of a customer: at the second one.
fn shared(customer: &CustomerMoney, shared: &SharedNumber) -> Option<Diagnostic> {
    let [(first, _), (second, key), ..] = &shared.files[..] else { return None };
    let (id, kind, number) = (&customer.files[*first].id, &shared.kind, &shared.number);
    let message = words!(
        "the {kind} `{number}` is in the file of `{id}` too: the two are one paper",
        "`{id}` 的文件里也有 {kind} `{number}`：二者算作同一单据"
    );
    let help = words!(
        "keep the entries of one paper in one file; give another paper a number of its own",
        "同一单据的流水放在同一文件；不同单据请用不同单号"
    );
    let place = at(&customer.files[*second], key, "number");
    Some(Diagnostic::new(Code::SharedNumber, message).at(place).help(help))
}
