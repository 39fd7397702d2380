//! Kinds of event: those that every ledger knows, the ledger's own, and how each counts.

use crate::value::text::Text;
use std::fmt;
use std::ops::Deref;

/// How a kind of event counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counts {
    /// Words for the file; nothing happened between us and them.
    Note,
    /// A contact (a call that was not answered is none).
    Contact,
    /// We met; a contact too.
    Meeting,
    /// Papers and money changed hands.
    Paper,
}

impl Counts {
    /// The names that settings may use.
    pub const ALL: [(&'static str, Counts); 4] = [
        ("note", Counts::Note),
        ("contact", Counts::Contact),
        ("meeting", Counts::Meeting),
        ("paper", Counts::Paper),
    ];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        Counts::ALL[self as usize].0
    }
}

/// One row of the table of kinds.
macro_rules! kinds {
    ($($variant:ident $name:literal $counts:ident;)*) => {
        /// A kind of event: one that every ledger knows, or a name of the ledger's own.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
            /// A name that is none of these; only [`From`] makes it, so that one kind is one value.
            Own(Text),
        }

        impl EventKind {
            /// The name in files.
            pub fn name(&self) -> &str {
                match self {
                    $(EventKind::$variant => $name,)*
                    EventKind::Own(name) => name,
                }
            }

            /// The position in the table of built-in kinds.
            fn position(&self) -> Option<usize> {
                enum Position { $($variant,)* }
                match self {
                    $(EventKind::$variant => Some(Position::$variant as usize),)*
                    EventKind::Own(_) => None,
                }
            }

            fn built_in(name: &str) -> Option<EventKind> {
                match name {
                    $($name => Some(EventKind::$variant),)*
                    _ => None,
                }
            }
        }

        /// The built-in kinds and how each counts, the usual ones first.
        const BUILT_IN: &[(EventKind, Counts)] = &[$((EventKind::$variant, Counts::$counts),)*];
    };
}

kinds! {
    Opened "opened" Note;
    Call "call" Contact;
    Message "message" Contact;
    Email "email" Contact;
    Visit "visit" Meeting;
    Meeting "meeting" Meeting;
    Demo "demo" Meeting;
    Quote "quote" Paper;
    Contract "contract" Paper;
    Payment "payment" Paper;
    Booking "booking" Paper;
    Order "order" Paper;
    Refund "refund" Paper;
    Invoice "invoice" Paper;
    Credit "credit" Paper;
    Delivery "delivery" Paper;
    Moved "moved" Note;
    Assigned "assigned" Note;
    Changed "changed" Note;
    Gift "gift" Note;
    Hold "hold" Note;
    Verified "verified" Note;
    Note "note" Note;
    Request "request" Contact;
    Complaint "complaint" Contact;
    Handled "handled" Contact;
    Resolved "resolved" Contact;
    Feedback "feedback" Contact;
    Survey "survey" Contact;
    Care "care" Contact;
    Tailored "tailored" Note;
    Campaign "campaign" Note;
    Response "response" Contact;
    Points "points" Note;
    Lapsed "lapsed" Note;
    Imported "imported" Note;
    Retracted "retracted" Note;
}

impl From<&str> for EventKind {
    fn from(name: &str) -> EventKind {
        EventKind::built_in(name).unwrap_or_else(|| EventKind::Own(name.into()))
    }
}

impl Deref for EventKind {
    type Target = str;

    fn deref(&self) -> &str {
        self.name()
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The kinds of event that a ledger knows, and how each counts; the built-in ones first, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds(Vec<(EventKind, Counts)>);

impl Default for Kinds {
    /// The built-in ones.
    fn default() -> Kinds {
        Kinds(BUILT_IN.to_vec())
    }
}

impl Kinds {
    /// How a kind counts, if it is known.
    pub fn get(&self, kind: &EventKind) -> Option<Counts> {
        let row = match kind.position() {
            Some(position) => self.0.get(position),
            None => self.0.iter().find(|(known, _)| known == kind),
        };
        row.map(|(_, counts)| *counts)
    }

    /// Is the name that of a known kind?
    pub fn contains(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// The names, the built-in ones first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(kind, _)| kind.name())
    }

    /// Adds a kind, or changes how it counts.
    pub fn insert(&mut self, kind: EventKind, counts: Counts) {
        match self.0.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, slot)) => *slot = counts,
            None => self.0.push((kind, counts)),
        }
    }
}

/// The words for the built-in kinds of event: the id, English, Chinese.
#[rustfmt::skip]
pub const KINDS: &[(&str, &str, &str)] = &[
    ("opened",    "opened",         "建档"),
    ("call",      "call",           "电话"),
    ("message",   "message",        "消息"),
    ("email",     "e-mail",         "邮件"),
    ("visit",     "visit",          "拜访"),
    ("meeting",   "meeting",        "见面"),
    ("demo",      "demo",           "演示"),
    ("quote",     "quote",          "报价"),
    ("contract",  "contract",       "合同"),
    ("payment",   "payment",        "付款"),
    ("booking",   "booking",        "承保"),
    ("order",     "order",          "订单"),
    ("refund",    "refund",         "退款"),
    ("invoice",   "invoice",        "发票"),
    ("credit",    "credit note",    "红字"),
    ("delivery",  "delivery",       "交付"),
    ("moved",     "moved",          "移动"),
    ("assigned",  "assigned",       "分配"),
    ("changed",   "changed",        "变更"),
    ("gift",      "gift",           "赠礼"),
    ("hold",      "hold",           "暂缓"),
    ("verified",  "verified",       "核实"),
    ("note",      "note",           "备注"),
    ("request",   "request",        "请求"),
    ("complaint", "complaint",      "投诉"),
    ("handled",   "handled",        "处理"),
    ("resolved",  "resolved",       "已解决"),
    ("feedback",  "feedback",       "反馈"),
    ("survey",    "survey",         "调查"),
    ("care",      "care",           "关怀"),
    ("tailored",  "tailored offer", "定制方案"),
    ("campaign",  "campaign",       "营销活动"),
    ("response",  "response",       "活动回应"),
    ("points",    "points",         "积分"),
    ("lapsed",    "lapsed",         "流失"),
    ("imported",  "imported",       "导入"),
    ("retracted", "retracted",      "撤回"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_one_kind() {
        for (kind, _) in BUILT_IN {
            assert_eq!(EventKind::from(kind.name()), *kind);
        }
        assert_eq!(EventKind::from("golf"), EventKind::Own("golf".into()));
    }

    #[test]
    fn counts_names_stand_in_order() {
        for (name, counts) in Counts::ALL {
            assert_eq!(counts.name(), name);
        }
    }
}
