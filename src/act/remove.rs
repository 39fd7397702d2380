//! A prospect or customer leaves the ledger; git keeps its file.

use super::references::references;
use super::session::{Done, Session};
use super::target::Target;
use crate::diag::{Code, Diagnostic, Failure, Severity, counted, first_of};
use crate::disk::write::FileChange;
use crate::format::content::content;
use crate::git::index::{is_committed, text_at};

/// How many files a message names.
const NAMED: usize = 10;

/// Removes files. `force`: although the last commit of git has not the very text.
///
/// # Errors
/// Fails if another file names one of them, or git could not give one back; nothing was written then.
pub fn remove(session: &Session, targets: &[Target], force: bool) -> Result<Done, Failure> {
    let ledger = session.ledger;
    let going: Vec<_> = targets.iter().map(|target| &*target.loaded.prospect.path).collect();
    let mut refused = Vec::new();
    for target in targets {
        let loaded = &target.loaded;
        if loaded.prospect.is_customer {
            let naming = references(ledger, target.id(), &going)?;
            let ids: Vec<&str> = naming.iter().map(|one| &*one.loaded.prospect.id).collect();
            refused.extend((!ids.is_empty()).then(|| is_named(target, &ids)));
        }
        if !force && !is_committed(&ledger.root, &loaded.prospect.path, &loaded.text) {
            refused.push(is_not_kept(target));
        }
    }
    if !refused.is_empty() {
        return Err(Failure(refused));
    }
    let change = |target: &Target| FileChange {
        path: target.loaded.prospect.path.clone(),
        before: Some(target.loaded.text.clone()),
        after: None,
    };
    let changes: Vec<FileChange> = targets.iter().map(change).collect();
    let differences = session.write(&changes)?;
    let mut said = Vec::new();
    if !session.is_dry() {
        said.extend(targets.iter().map(|target| {
            let (named, file) = (target.named(), ledger.show(&target.loaded.prospect.path));
            let file = file.display();
            match force {
                false => words!(
                    "{named}: removed; to have it back: git checkout HEAD -- {file}",
                    "{named}：已删除；恢复：git checkout HEAD -- {file}"
                ),
                true => words!("{named}: removed", "{named}：已删除"),
            }
        }));
    }
    let lost = targets.iter().filter_map(|target| is_lost(session, target));
    let mut doubts: Vec<Diagnostic> = lost.collect();
    doubts.extend(session.doubts([], None));
    Ok(Done { said, differences, doubts, ..Done::default() })
}

/// That history shrinks with a file whose entries the last commit has: neither hook nor guard accepts that.
fn is_lost(session: &Session, target: &Target) -> Option<Diagnostic> {
    let committed = text_at(&session.ledger.root, "HEAD", &target.loaded.prospect.path)?;
    let n = content(&committed).0.events.len();
    if n == 0 {
        return None;
    }
    let (named, entries) = (target.named(), counted(n, "entry", "entries"));
    let message = words!(
        "{named}: the last commit has its {entries}, and history only grows: hooks and guard refuse a commit without them",
        "{named}：其 {n} 条记录已提交，而历史只增不减：钩子和守卫会拒绝没有它们的提交"
    );
    let warning = Diagnostic::new(Code::HistoryLost, message).help(words!(
        "if it should never have been: git commit --no-verify, and an admin pushes with git push -o force=REASON",
        "若确属误建：git commit --no-verify，并由管理员用 git push -o force=理由 推送"
    ));
    Some(Diagnostic { severity: Severity::Warning, ..warning })
}

fn is_named(target: &Target, ids: &[&str]) -> Diagnostic {
    let (named, id) = (target.named(), target.id());
    let message = words!(
        "{named} is named by files that stay: {}",
        "{named} 仍被其他文件引用：{} 个",
        ids.len()
    );
    let shown = first_of(ids, NAMED);
    Diagnostic::new(Code::CannotRemove, message).note(words!("{shown}", "{shown:#}")).help(words!(
        "remove them with it, or let them name another one: crm join KEEP {id}",
        "请一并删除，或改为归属另一客户：crm join 保留者 {id}"
    ))
}

fn is_not_kept(target: &Target) -> Diagnostic {
    let (named, id) = (target.named(), target.id());
    let message = words!(
        "{named} is not committed as it is: git could not give it back",
        "{named} 的现有内容尚未提交：git 无法恢复"
    );
    Diagnostic::new(Code::CannotRemove, message)
        .help(words!("commit it first, or add --force", "请先提交，或加 --force"))
        .help(words!(
            "one that leaves the board keeps its history: crm lose {id} --reason TEXT",
            "退出看板而保留历史：crm lose {id} --reason 原因"
        ))
}
