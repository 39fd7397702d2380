//! Accounts and parents that are no customer, circles of parents, documents that are not there, and contacts through a
//! channel that every person refuses.
//!
//! Why: a prospect of a mistyped account is missing from its customer's figures; a group that contains itself has no
//! head; a person who asked not to be telephoned was telephoned.
//! Mend: correct the id or the path; contact people by a channel that they accept.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::kind::EventKind;
use crate::model::privacy::VEIL;
use crate::rules::replay::{in_contact, standing};

pub(super) const CHECK: Check = Check {
    codes: &[
        Code::UnknownCustomer,
        Code::ParentCircle,
        Code::MissingDocument,
        Code::RefusedChannel,
        Code::NoBoard,
    ],
    run,
};

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    customers(subject, found);
    documents(subject, found);
    channels(subject, found);
    if subject.record.prospect.is_customer {
        board(subject, found);
    }
}

fn customers(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let (prospect, around) = (&subject.record.prospect, subject.around);
    let account = prospect.account.as_deref().filter(|_| !prospect.is_customer);
    let named = [("account", account), ("parent", prospect.profile().parent.as_deref())];
    for (key, id) in named {
        let Some(id) = id.filter(|id| !around.may_be_customer(id)) else { continue };
        let message = words!(
            "`{key}`: no customer `{id}` below `customers/`",
            "`{key}`：`customers/` 中没有客户 `{id}`"
        );
        found.push(
            Diagnostic::new(Code::UnknownCustomer, message)
                .at(subject.fact(key))
                .nearest(id, around.customers())
                .help(words!(
                    "make it: crm add --customer NAME --id {id}",
                    "建立该客户：crm add --customer 名称 --id {id}"
                )),
        );
    }
    if let Some(way) = around.circle(&prospect.id).filter(|_| prospect.is_customer) {
        let way = [&way[..], &way[..1]].concat().join(" -> ");
        let message = words!("its parents go in a circle: {way}", "上级客户形成循环：{way}");
        found.push(
            Diagnostic::new(Code::ParentCircle, message)
                .at(subject.fact("parent"))
                .help(words!("take one `parent` of them off", "请去掉其中一个 `parent`")),
        );
    }
}

fn documents(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let Some(root) = &subject.around.root else { return };
    for document in &subject.record.prospect.profile().documents {
        let is_veiled = **document == *VEIL;
        if is_veiled || document.contains("://") || root.join(document.as_str()).exists() {
            continue;
        }
        let message = words!("the document `{document}` is not there", "文档 `{document}` 不存在");
        found.push(
            Diagnostic::new(Code::MissingDocument, message).at(subject.fact("documents")).help(
                words!(
                    "a path goes from the ledger's root; an address begins with https://",
                    "路径从账本根目录算起；网址以 https:// 开头"
                ),
            ),
        );
    }
}

fn channels(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let (prospect, settings) = (&subject.record.prospect, subject.settings);
    for event in standing(&prospect.events, subject.as_of) {
        // A campaign reaches people by its channel, unless they are kept out.
        let of_campaign = || {
            let details = event.details();
            let campaign = settings.campaign(details.campaign.as_deref()?)?;
            campaign.channel.as_ref().filter(|_| details.control != Some(true))
        };
        let kind = match &event.kind {
            EventKind::Campaign => of_campaign(),
            kind => Some(kind).filter(|_| in_contact(settings, event)),
        };
        let Some(kind) = kind.filter(|kind| prospect.is_refused(kind.name(), event.date())) else {
            continue;
        };
        let message = words!("every person there refuses `{kind}`", "这里的联系人都拒绝 `{kind}`");
        found.push(
            Diagnostic::new(Code::RefusedChannel, message).at(subject.event(event, "kind")).help(
                words!(
                    "contact them by another channel; who accepts it again loses `refuses`",
                    "请改用其他渠道；对方重新接受时去掉 `refuses`"
                ),
            ),
        );
    }
}

/// The facts at the top of a customer's file that only a prospect has.
fn board(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let prospect = &subject.record.prospect;
    let stated = ["account", "pipeline"].into_iter().filter(|key| prospect.fact(key).is_some());
    found.extend(stated.map(|key| {
        let message = words!(
            "`{key}` is a fact of prospects; a customer's file has none",
            "`{key}` 是潜在客户的资料项；客户文件没有它"
        );
        Diagnostic::new(Code::NoBoard, message).at(subject.fact(key)).help(words!(
            "take it off; the group of a customer is its `parent`",
            "请去掉；客户所属的集团写 `parent`"
        ))
    }));
}
