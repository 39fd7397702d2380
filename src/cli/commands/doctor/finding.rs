//! The finding of a check.

use crate::diag::{Lang, Words};

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
