//! A new customer: its file, and the prospects that become its own.

use super::add::{free_id, refuse_alike};
use super::change::{Origin, created, insert, with_facts};
use super::session::{Done, Session};
use super::target::Target;
use super::written::Written;
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::disk::file::id_of;
use crate::disk::find::{find, new_customer_path};
use crate::disk::ledger::Ledger;
use crate::disk::write::FileChange;
use crate::format::layout::is_of_a_customer;
use crate::model::event::Event;
use crate::model::profile::FactValue;
use crate::model::prospect::Prospect;
use crate::plan::import::MissingFacts;
use crate::rules::replay::replay;
use crate::value::id::fold;
use crate::value::money::Money;

/// The facts that a new customer takes over from its prospects, where none is stated.
const TAKEN_OVER: [&str; 4] = ["company", "industry", "region", "size"];

/// Makes a customer's file from stated facts, without id and events, and points prospects at it. The facts that are not
/// stated, and the owner, are those of the first of these prospects that has them. Gives it as it was written.
///
/// # Errors
/// Fails if its id exists, another customer looks like it, a prospect belongs to another customer, its parent is not
/// there, or the entry breaks a rule; nothing was written then.
pub fn add_customer(
    session: &Session,
    mut customer: Prospect,
    mut event: Event,
    id: Option<&str>,
    anyway: bool,
    from: &[Target],
) -> Result<(Prospect, Done), Failure> {
    let ledger = session.ledger;
    refuse_board(&customer)?;
    customer.is_customer = true;
    customer.id = free_id(id, &customer.name, ledger)?.into();
    customer.path = new_customer_path(ledger, &customer.id);
    take_over(&mut customer, from);
    if event.owner.is_none() {
        event.owner = owner_of(session, from, &event);
    }
    if let Some(parent) = customer.profile().parent.as_deref() {
        known_parent(ledger, &customer.id, parent)?;
    }
    if let Some(potential) = customer.profile().potential {
        not_negative("--potential", potential)?;
    }
    if let Some(limit) = customer.profile().credit_limit {
        not_negative("--credit-limit", limit)?;
    }
    insert(&mut customer, event);
    if !anyway {
        refuse_alike(ledger, &customer, |other| {
            !other.is_customer && (is_from(other, from) || other.belongs_to(&customer.id))
        })?;
    }
    let mut changes = vec![created(ledger, &customer, Origin::Here)?];
    let mut problems = Vec::new();
    for target in from {
        match pointed(ledger, target, &customer) {
            Ok(change) => changes.extend(change),
            Err(found) => problems.extend(found.0),
        }
    }
    if !problems.is_empty() {
        return Err(Failure(problems));
    }
    let differences = session.write(&changes)?;
    let shown = ledger.show(&customer.path);
    let written = |event| Written::of(&customer.id, event, shown.clone());
    let written = customer.events.iter().map(written).collect();
    let mut said = Vec::new();
    if !session.is_dry() {
        let (name, file, n) = (&customer.name, shown.display(), from.len());
        said.push(match n {
            0 => words!("{name}: a customer in {file}", "{name}：客户已建档 {file}"),
            n => words!(
                "{name}: a customer in {file}, with {n} of its prospects",
                "{name}：客户已建档 {file}，含 {n} 个潜在客户"
            ),
        });
    }
    let doubts = session.doubts(&customer.events, None);
    Ok((customer, Done { said, written, differences, doubts }))
}

/// Refuses the facts that only a prospect has.
fn refuse_board(customer: &Prospect) -> Result<(), Diagnostic> {
    let stated = ["account", "pipeline"].into_iter().find(|key| customer.fact(key).is_some());
    let Some(key) = stated else { return Ok(()) };
    let message = words!("--{key} is for prospects", "--{key} 只用于潜在客户");
    let refused = Diagnostic::new(Code::BadArgument, message).typed();
    Err(match key {
        "account" => refused.help(words!(
            "a customer of a group names it with --parent ID",
            "集团下属的客户请用 --parent 编号"
        )),
        _ => refused.help(words!("a customer's file has no board", "客户文件没有看板")),
    })
}

fn take_over(customer: &mut Prospect, from: &[Target]) {
    let prospects = || from.iter().map(|target| &target.loaded.prospect);
    for fact in TAKEN_OVER {
        let known = prospects().find_map(|prospect| prospect.fact(fact));
        if let Some(known) = known.filter(|_| customer.fact(fact).is_none()) {
            customer.set_fact(fact, known);
        }
    }
    for need in prospects().flat_map(|prospect| &prospect.needs) {
        if !customer.needs.contains(need) {
            customer.needs.push(need.clone());
        }
    }
}

fn owner_of(session: &Session, from: &[Target], event: &Event) -> Option<crate::value::text::Text> {
    let settings = &session.ledger.settings;
    from.iter().find_map(|target| {
        replay(target.loaded.prospect.clone(), settings, event.date())?.state.owner
    })
}

/// Fails for money below nothing.
pub(super) fn not_negative(named: &str, money: Money) -> Result<(), Diagnostic> {
    if !money.amount.is_negative() {
        return Ok(());
    }
    let message = words!("{named}: {money} is less than nothing", "{named}：{money} 小于零");
    Err(Diagnostic::new(Code::BadMoney, message).typed())
}

/// Fails if the parent of a customer is no other customer's file of the ledger.
pub(super) fn known_parent(ledger: &Ledger, of: &str, parent: &str) -> Result<(), Diagnostic> {
    match find(ledger, parent) {
        Ok(path) if fold(&id_of(&path)) == fold(of) => {
            let message =
                words!("parent: `{of}` cannot be its own", "上级客户：`{of}` 不能是自己的上级");
            Err(Diagnostic::new(Code::BadArgument, message))
        }
        // The file will name it as it is typed.
        Ok(path) if fold(&id_of(&path)) != fold(parent) => {
            let id = id_of(&path);
            let message =
                words!("parent: `{parent}` is no whole id", "上级客户：`{parent}` 不是完整的编号");
            Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("did you mean `{id}`?", "是否指 `{id}`？")))
        }
        Ok(path) if is_of_a_customer(&path) => Ok(()),
        Ok(_) => {
            let message =
                words!("parent: `{parent}` is a prospect", "上级客户：`{parent}` 是潜在客户");
            Err(Diagnostic::new(Code::BadArgument, message).help(words!(
                "make it a customer first: crm add --customer NAME --from {parent}",
                "请先建立客户：crm add --customer 名称 --from {parent}"
            )))
        }
        Err(problem) => Err(problem),
    }
}

fn is_from(other: &Prospect, from: &[Target]) -> bool {
    from.iter().any(|target| target.loaded.prospect.path == other.path)
}

/// The change that makes a prospect name the customer; `None` if it does already.
fn pointed(
    ledger: &Ledger,
    target: &Target,
    customer: &Prospect,
) -> Result<Option<FileChange>, Failure> {
    let (prospect, named) = (&target.loaded.prospect, target.named());
    if prospect.is_customer {
        let message = words!("{named} is a customer", "{named} 是客户");
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!(
                "--from names prospects; a group is named by --parent",
                "--from 后面是潜在客户；集团请用 --parent"
            ))
            .into());
    }
    if prospect.belongs_to(&customer.id) {
        return Ok(None);
    }
    if let Some(account) = &prospect.account {
        let message =
            words!("{named} belongs to the customer `{account}`", "{named} 属于客户 `{account}`");
        let help = words!(
            "make that customer: --id {account}; or change `account` with crm edit {}",
            "建立该客户：--id {account}；或用 crm edit {} 修改 `account`",
            target.id()
        );
        return Err(Diagnostic::new(Code::AlreadyThere, message).help(help).into());
    }
    let account = ("account".into(), FactValue::Text(customer.id.clone()));
    let facts = MissingFacts { values: vec![account], ..MissingFacts::default() };
    let after = with_facts(ledger, &target.loaded, &facts)?;
    Ok(Some(FileChange {
        path: prospect.path.clone(),
        before: Some(target.loaded.text.clone()),
        after: Some(after.text),
    }))
}

/// That a customer's file has no board to move on.
///
/// # Errors
/// Fails for the target that is a customer's file.
pub fn on_a_board(target: &Target) -> Result<(), Diagnostic> {
    if !target.loaded.prospect.is_customer {
        return Ok(());
    }
    let (named, id) = (target.named(), target.id());
    let message: Words =
        words!("{named} is a customer: it has no board", "{named} 是客户：没有看板");
    Err(Diagnostic::new(Code::NoBoard, message).refused().help(words!(
        "a chance to sell is a prospect of its own: crm add NAME --account {id}",
        "销售机会应另建一个潜在客户：crm add 名称 --account {id}"
    )))
}
