//! One entry of a prospect's journal: the event, and the facts that it changes.

use super::kind::EventKind;
use super::paper::{Instalment, LineItem};
use super::profile::FactValue;
use crate::value::date::{Date, Moment, Time};
use crate::value::money::{Amount, Money};
use crate::value::text::Text;
use std::cmp::Ordering;
use std::fmt;
use std::sync::LazyLock;

/// An event's key, `DATE[-N][-SUFFIX]`: its id, and its place in the order of replay.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventKey {
    /// The day it happened.
    pub date: Date,
    /// The day's count, 1, 2, …; none = 0.
    pub n: u32,
    /// The key as written.
    pub text: Text,
}

impl EventKey {
    /// Reads `2009-12-03`, `2009-12-03-2`, `2009-12-03-1-k2p`, `2009-12-03-call`.
    pub fn parse(text: &str) -> Option<EventKey> {
        let date = Date::parse(text.get(..10)?)?;
        let tail = text.as_bytes().get(10..)?;
        let key = |n| Some(EventKey { date, n, text: text.into() });
        let (first, suffix) = match tail {
            [] => return key(0),
            [b'-', tail @ ..] => match tail.iter().position(|b| *b == b'-') {
                Some(dash) => (&tail[..dash], Some(&tail[dash + 1..])),
                None => (tail, None),
            },
            _ => return None,
        };
        if first.is_empty() || suffix.is_some_and(<[u8]>::is_empty) {
            return None;
        }
        if !first.iter().all(u8::is_ascii_digit) {
            return key(0);
        }
        let digit = |n: u32, b: &u8| n.checked_mul(10)?.checked_add(u32::from(b - b'0'));
        key(first.iter().try_fold(0, digit)?)
    }

    /// Has it characters after the date and N? The program's keys do; they are made from the content.
    pub fn has_suffix(&self) -> bool {
        !self.suffix().is_empty()
    }

    /// The characters after the date and N, which tell two branches' events apart.
    pub fn suffix(&self) -> &str {
        let rest = self.text.get(11..).unwrap_or("");
        match rest.split_once('-') {
            Some((first, suffix)) if first.bytes().all(|b| b.is_ascii_digit()) => suffix,
            None if rest.bytes().all(|b| b.is_ascii_digit()) => "",
            _ => rest,
        }
    }
}

impl Ord for EventKey {
    /// The order of replay: date, N (none = 0), suffix.
    fn cmp(&self, other: &EventKey) -> Ordering {
        let day = self.date.cmp(&other.date).then(self.n.cmp(&other.n));
        day.then_with(|| (self.suffix(), &self.text).cmp(&(other.suffix(), &other.text)))
    }
}

impl PartialOrd for EventKey {
    fn partial_cmp(&self, other: &EventKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The table of an event's keys, in the order in which they are written: name, type, title, Chinese title,
/// meaning. The struct, both readers, the writer, export, import and the schema follow from it: each hands a
/// macro of its own to `event_keys!`, which calls it with all rows. The types are those of `event_type!`. The keys after
/// `@details` are those of money, service, projects and marketing: few entries have one, so they are in a box of their
/// own.
macro_rules! event_keys {
    ($then:ident) => {
        $then! {
            kind: Kind, "Kind", "事件",
                "what happened; a kind of your own needs [kind.NAME] in crm.toml";
            by: Rep, "By", "记录人", "who recorded it";
            time: Time, "Time", "时间", "the time of day; informs only";
            owner: Rep, "Owner", "负责人", "who owns it from now on; empty = released to the pool";
            stage: Stage, "Stage", "阶段", "moves to this column";
            confirms: Criteria, "Confirms", "确认", "criteria that hold from this date on";
            revokes: Criteria, "Revokes", "撤销", "criteria that no longer hold from this date on";
            close_by: Date, "Close by", "签约日", "the expected signing date";
            next: Moment, "Next step", "下一步", "the agreed next step: a date, or a date and time";
            next_what: Text, "What for", "事由", "what the next step is for";
            value: Money, "Value", "价值", "the expected value";
            amount: Money, "Amount", "金额", "money of this event";
            reached: Bool, "Reached", "接通", "on a call: whether it was answered";
            score: Score, "Score", "评分", "on a survey: the answer";
            scale: Text, "Scale", "量表", "on a survey: nps (0-10) or csat (1-5)";
            ticket: Text, "Ticket", "工单", "ties a request or complaint to its resolution";
            until: Date, "Until", "至", "on a hold: the day it resumes";
            serves: Roles, "Serves", "协同", "on an assignment: which rep serves in which role; empty = no longer";
            set: Facts, "Changed facts", "变更", "facts that have these values from this date on";
            cost: Money, "Cost", "费用", "the money that a visit, a gift or care took";
            done: Text, "Step done", "完成步骤", "the step of the plan that is done";
            event: Text, "Event", "事件号", "on a retraction: the key of the event that never happened";
            reason: Reason, "Reason", "原因", "why; required where it leaves";
            forced: Text, "Forced", "破例", "why a rule was overridden";
            note: Note, "Note", "备注", "what was said";
            @details
            number "number": Text, "Number", "编号",
                "the number of a quote, order, contract, invoice or delivery: a later entry of this kind and number replaces the earlier one";
            status "status": Status, "Status", "状态",
                "of a quote, an order or a contract: draft, approved, signed, rejected, delivered, cancelled or archived";
            starts "starts": Date, "Starts", "开始", "the first day of a contract's term";
            ends "ends": Date, "Ends", "到期", "the last day of a contract's term";
            notice_days "notice_days": Count, "Notice", "提前天数",
                "how many days before its end a contract's renewal is due";
            renews "renews": Text, "Renews", "续签", "the number of the contract that this one renews";
            due "due": Date, "Due", "应付日", "the day by which an invoice is to be paid";
            settles "for": Text, "For", "对应单号",
                "the number of the contract that an invoice bills, or of the invoice or contract that a payment, refund or credit settles";
            schedule "schedule": Schedule, "Schedule", "付款计划",
                "the instalments of a contract: due, amount, what";
            lines "lines": Lines, "Lines", "明细",
                "the products of a quote, an order, a contract or an invoice: product, quantity, price";
            product "product": Text, "Product", "产品", "the product that it is about";
            category "category": Text, "Category", "类别", "of a request or complaint: what it is about";
            severity "severity": Severity, "Severity", "严重程度",
                "of a request or complaint: 1, the worst, to 4";
            channel "channel": Text, "Channel", "渠道", "the way by which it came: phone, mail, shop";
            solution "solution": Text, "Solution", "解决办法", "what is being done, or was done, about a case";
            with "with": Texts, "With", "参加人", "the people of the prospect that took part, by name";
            buyer "buyer": Buyer, "Buyer's step", "买方进程",
                "the step that the buyer's own process has reached: need-felt to signature";
            milestones "milestones": Dates, "Milestones", "里程碑",
                "the planned day of each column: it is to be reached by then";
            competitor "competitor": Texts, "Competitors", "竞争对手",
                "the competitors that were met, or that it was lost to";
            campaign "campaign": Text, "Campaign", "营销活动",
                "the campaign that reached it, or that it answers";
            control "control": Bool, "Control", "对照组",
                "of a campaign: kept out at random, to compare with those that it reached";
            points "points": Score, "Points", "积分", "points given (above 0) or redeemed (below 0)";
            what "what": Text, "What", "事项", "what was offered to this customer alone";
            taken "taken": Bool, "Taken", "是否采纳", "of a tailored offer: whether the customer took it";
        }
    };
}
pub(crate) use event_keys;

/// The Rust type of a type in the table of keys.
macro_rules! event_type {
    (Kind) => { EventKind };
    (Criteria) => { Vec<Text> };
    (Time) => { Option<Time> };
    (Date) => { Option<Date> };
    (Moment) => { Option<Moment> };
    (Money) => { Option<Money> };
    (Bool) => { Option<bool> };
    (Score) => { Option<Amount> };
    (Roles) => { Vec<(Text, Text)> };
    (Facts) => { Vec<(Text, FactValue)> };
    (Status) => { Option<Text> };
    (Count) => { Option<u32> };
    (Severity) => { Option<u32> };
    (Schedule) => { Vec<Instalment> };
    (Lines) => { Vec<LineItem> };
    (Texts) => { Vec<Text> };
    (Dates) => { Vec<(Text, Date)> };
    (Buyer) => { Option<Text> };
    // A rep's id, a column's id, words, and words that are left unread where nothing asks for them.
    (Rep) => { Option<Text> };
    (Stage) => { Option<Text> };
    (Reason) => { Option<Text> };
    (Text) => { Option<Text> };
    (Note) => { Option<Text> };
}

/// The type of an event's key, as files have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    /// A kind of event.
    Kind,
    /// A rep's id.
    Rep,
    /// A column's id.
    Stage,
    /// Criteria, one or several.
    Criteria,
    /// A time of day.
    Time,
    /// A day.
    Date,
    /// A day, perhaps with a time.
    Moment,
    /// An amount, perhaps with its currency.
    Money,
    /// Yes or no.
    Bool,
    /// The answer of a survey.
    Score,
    /// Roles, each with a rep's id.
    Roles,
    /// Facts, each with its new value.
    Facts,
    /// A reason: a code of the settings, or words.
    Reason,
    /// The status of a paper.
    Status,
    /// A whole number.
    Count,
    /// A whole number from 1, the worst, to 4.
    Severity,
    /// Instalments.
    Schedule,
    /// Line items.
    Lines,
    /// Several texts.
    Texts,
    /// Names, each with a day.
    Dates,
    /// A step of the buyer's process.
    Buyer,
    /// Words.
    Text,
    /// Words that are left unread where nothing asks for them.
    Note,
}

/// A row of the table of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRow {
    /// The key, as files have it.
    pub name: &'static str,
    /// Its type.
    pub kind: KeyType,
    /// Its title in English.
    pub en: &'static str,
    /// Its title in Chinese.
    pub zh: &'static str,
    /// Its meaning.
    pub about: &'static str,
}

macro_rules! define_event {
    (
        kind: Kind, $kind_en:literal, $kind_zh:literal, $kind_about:literal;
        $($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*
        @details
        $($of:ident $key:literal: $of_type:ident, $of_en:literal, $of_zh:literal, $of_about:literal;)*
    ) => {
        /// An event as the file states it. Every field but the key and the kind is optional.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Event {
            /// When, and which of that day's.
            pub key: EventKey,
            #[doc = $kind_about]
            pub kind: EventKind,
            $(#[doc = $about] pub $name: event_type!($type),)*
            /// The rarer keys, if it has any: [`Event::details`] reads them.
            pub details: Option<Box<Details>>,
            /// Keys that this version does not know; kept in the file, reported by `check`.
            pub unknown: Vec<Text>,
        }

        impl Event {
            /// An event of this key and kind that changes nothing.
            pub fn new(key: EventKey, kind: impl Into<EventKind>) -> Event {
                Event {
                    key,
                    kind: kind.into(),
                    $($name: Default::default(),)*
                    details: None,
                    unknown: Vec::new(),
                }
            }
        }

        /// The rarer keys of an event: money, service, projects, marketing. Most events have none.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Details {
            $(#[doc = $of_about] pub $of: event_type!($of_type),)*
        }

        impl Details {
            /// Takes over each key that a later entry states.
            pub fn take(&mut self, later: &Details) {
                $(if later.$of != Details::default().$of {
                    self.$of.clone_from(&later.$of);
                })*
            }
        }

        /// The keys that an event may have, in the order in which they are written.
        pub const KEYS: &[KeyRow] = &[
            KeyRow { name: "kind", kind: KeyType::Kind, en: $kind_en, zh: $kind_zh, about: $kind_about },
            $(KeyRow {
                name: stringify!($name),
                kind: KeyType::$type,
                en: $en,
                zh: $zh,
                about: $about,
            },)*
            $(KeyRow {
                name: $key,
                kind: KeyType::$of_type,
                en: $of_en,
                zh: $of_zh,
                about: $of_about,
            },)*
        ];
    };
}
event_keys!(define_event);

/// The owner of an event that releases its prospect to the pool, in exports and imports, as queries call it.
pub const NO_OWNER: &str = "none";

/// The names of the keys that an event may have.
pub const FIELDS: [&str; KEYS.len()] = {
    let mut names = [""; KEYS.len()];
    let mut at = 0;
    while at < KEYS.len() {
        names[at] = KEYS[at].name;
        at += 1;
    }
    names
};

impl Event {
    /// The rarer keys; empty ones where it has none.
    pub fn details(&self) -> &Details {
        static NONE: LazyLock<Details> = LazyLock::new(Details::default);
        self.details.as_deref().unwrap_or(&NONE)
    }

    /// The rarer keys, to set them.
    pub fn details_mut(&mut self) -> &mut Details {
        self.details.get_or_insert_default()
    }

    /// Is there no reason, or one without words?
    pub fn is_without_reason(&self) -> bool {
        self.reason.as_deref().is_none_or(|reason| reason.trim().is_empty())
    }

    /// The day it happened.
    pub fn date(&self) -> Date {
        self.key.date
    }

    /// Did this entry claim the prospect from the pool? A claim is signed by the new owner and gives no
    /// reason: assignments always give one.
    pub fn is_claim(&self) -> bool {
        self.kind == EventKind::Assigned
            && self.reason.is_none()
            && self.by.is_some()
            && self.by == self.owner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_signed_by_the_new_owner_and_gives_no_reason() {
        let event = |kind: &str, by: Option<&str>, owner: Option<&str>, reason: Option<&str>| {
            let mut event = Event::new(EventKey::parse("2009-12-03").unwrap(), kind);
            event.by = by.map(Into::into);
            event.owner = owner.map(Into::into);
            event.reason = reason.map(Into::into);
            event
        };
        assert!(event("assigned", Some("ann"), Some("ann"), None).is_claim());
        assert!(!event("assigned", Some("ann"), Some("ann"), Some("fair share")).is_claim());
        assert!(!event("assigned", Some("bob"), Some("ann"), None).is_claim());
        assert!(!event("assigned", None, None, None).is_claim());
        assert!(!event("opened", Some("ann"), Some("ann"), None).is_claim());
    }

    #[test]
    fn order_is_date_then_n_then_suffix() {
        let order = [
            "2009-12-03",
            "2009-12-03-call",
            "2009-12-03-1-9fx",
            "2009-12-03-1-k2p",
            "2009-12-03-2",
            "2009-12-03-10",
            "2009-12-04",
        ];
        let mut keys: Vec<EventKey> =
            order.iter().rev().map(|t| EventKey::parse(t).unwrap()).collect();
        keys.sort();
        assert_eq!(keys.iter().map(ToString::to_string).collect::<Vec<_>>(), order);
    }

    #[test]
    fn what_is_no_key() {
        for wrong in [
            "",
            "2009-12",
            "2009-02-30",
            "2009-12-03x",
            "2009-12-03-",
            "2009-12-03-1-",
            "2009-12-03-99999999999",
        ] {
            assert_eq!(EventKey::parse(wrong), None, "{wrong}");
        }
    }
}
