//! The finding of a check.

use crate::cli::shell::in_shell;
use crate::diag::{Lang, Words, listed};
use crate::git::hooks::{Hook, HookState, Hooks};

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Fine,
    Advice,
    Wrong,
}

impl Health {
    pub(super) fn term(self, lang: Lang) -> &'static str {
        match self {
            Health::Fine => lang.pick("fine", "正常"),
            Health::Advice => lang.pick("advice", "建议"),
            Health::Wrong => lang.pick("wrong", "有误"),
        }
    }
}

/// The finding of a check, and the remedy.
pub(super) struct Finding {
    pub(super) health: Health,
    pub(super) found: Words,
    pub(super) help: Option<Words>,
}

impl Finding {
    pub(super) fn fine(found: Words) -> Finding {
        Finding { health: Health::Fine, found, help: None }
    }

    pub(super) fn advice(found: Words, help: Words) -> Finding {
        Finding { health: Health::Advice, found, help: Some(help) }
    }

    pub(super) fn wrong(found: Words, help: Words) -> Finding {
        Finding { health: Health::Wrong, found, help: Some(help) }
    }
}

/// That git ignores hooks because their files are not executable; `None` if it ignores none of crm's.
pub(super) fn not_executable(hooks: &Hooks, all: &[Hook]) -> Option<Finding> {
    let ignored = all.iter().filter(|hook| hooks.standing(hook) == HookState::NotExecutable);
    let ignored: Vec<&Hook> = ignored.collect();
    if ignored.is_empty() {
        return None;
    }
    let names = listed(ignored.iter().map(|hook| hook.name));
    let files: Vec<String> = ignored.iter().map(|hook| in_shell(&hooks.path(hook))).collect();
    Some(Finding::wrong(
        words!("not executable, so git ignores it: {names}", "不可执行，会被 git 忽略：{names:#}"),
        Words::verbatim(format!("chmod +x {}", files.join(" "))),
    ))
}
