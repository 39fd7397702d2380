//! The requirements of an entry, and the doubts about one: a rule per question, asked before an entry is
//! written by a command or an import, and by `check`.

use super::replay::standing;
use crate::diag::{Code, Diagnostic, counted, one_letter_off};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::customer::figures::DEFAULT_SCALE;
use crate::value::date::Date;
use crate::value::money::Amount;

/// A flaw of an entry, with the field that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw<'e> {
    /// The entry.
    pub event: &'e Event,
    /// The field; `None` = the entry as a whole.
    pub field: Option<&'static str>,
    /// The finding; it has no place yet.
    pub what: Diagnostic,
}

/// Flaws of which `check` only warns, because files of earlier versions may have them; no command or import adds one.
pub const REFUSED: [Code; 6] = [
    Code::NoBoard,
    Code::EmptyReason,
    Code::BadScore,
    Code::MissingAmount,
    Code::BeforeOpening,
    Code::UnknownTicket,
];

/// Everything that is wrong with the entries of a prospect that are not retracted.
pub fn flaws(prospect: &Prospect) -> Vec<Flaw<'_>> {
    let standing: Vec<&Event> = standing(&prospect.events, Date::MAX).collect();
    let each = standing.iter().flat_map(|event| {
        empty_reasons(event).into_iter().chain(bad_score(event)).chain(missing_amount(event))
    });
    each.chain(openings(&standing)).collect()
}

/// A reason, or a force, without a word.
pub fn empty_reasons(event: &Event) -> Vec<Flaw<'_>> {
    let texts = [("reason", &event.reason), ("forced", &event.forced)];
    let empty = texts.into_iter().filter(|(_, text)| is_empty(text.as_deref()));
    empty
        .map(|(field, _)| {
            let message = match field {
                "reason" => words!("the reason has no words", "原因是空的"),
                _ => words!("a rule was forced without a reason", "破例没有写原因"),
            };
            let help = words!("say why, in a few words", "请用几个字写明原因");
            let what = Diagnostic::new(Code::EmptyReason, message).help(help);
            Flaw { event, field: Some(field), what }
        })
        .collect()
}

/// Is a text stated that has no words?
fn is_empty(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.trim().is_empty())
}

/// The scales of surveys: lowest and highest answer.
const SCALES: [(&str, i64, i64); 2] = [("nps", 0, 10), ("csat", 1, 5)];

/// A score outside of its scale, or of an unknown scale. Without a scale it is `nps`.
pub fn bad_score(event: &Event) -> Option<Flaw<'_>> {
    let name = event.scale.as_deref().unwrap_or(DEFAULT_SCALE);
    let Some((_, from, to)) = SCALES.iter().find(|(scale, ..)| *scale == name) else {
        let scales = SCALES.iter().map(|(scale, ..)| *scale);
        let message = words!("no scale `{name}`", "没有评分标准 `{name}`");
        let what = Diagnostic::new(Code::BadScore, message).nearest(name, scales);
        return Some(Flaw { event, field: Some("scale"), what });
    };
    let score = event.score?;
    if (Amount::from_int(*from)..=Amount::from_int(*to)).contains(&score) {
        return None;
    }
    let message = words!(
        "a score of {score} is outside of `{name}`, {from} to {to}",
        "评分 {score} 超出 `{name}` 的范围（{from} 到 {to}）"
    );
    let what = Diagnostic::new(Code::BadScore, message);
    Some(Flaw { event, field: Some("score"), what })
}

/// A payment or refund without its amount, money that no report counts; or points without their number.
pub fn missing_amount(event: &Event) -> Option<Flaw<'_>> {
    let kind = &event.kind;
    let (message, help) = match kind {
        EventKind::Payment | EventKind::Refund if event.amount.is_none() => (
            words!("a `{kind}` without an amount", "`{kind}` 没有金额"),
            words!(
                "say how much: amount = 1500, --amount 1500",
                "请写明金额：amount = 1500，--amount 1500"
            ),
        ),
        EventKind::Points if event.details().points.is_none() => (
            words!("`points` without their number", "`points` 没有积分数"),
            words!(
                "say how many: points = 500, --points -500",
                "请写明积分：points = 500，--points -500"
            ),
        ),
        _ => return None,
    };
    Some(Flaw {
        event,
        field: None,
        what: Diagnostic::new(Code::MissingAmount, message).help(help),
    })
}

/// An opening that is not the first of the entries that are not retracted, or a second one.
pub fn openings<'e>(standing: &[&'e Event]) -> Vec<Flaw<'e>> {
    let opened: Vec<&Event> =
        standing.iter().copied().filter(|event| event.kind == EventKind::Opened).collect();
    let (Some(first), Some(opening)) = (standing.first().copied(), opened.first()) else {
        return Vec::new();
    };
    let second = opened.iter().skip(1).map(|event| {
        let message =
            words!("the account was opened before, by `{}`", "账户此前已由 `{}` 开立", opening.key);
        let what = Diagnostic::new(Code::TwoOpenings, message)
            .note(words!(
                "a merge of two files of one id joins two people into one",
                "合并两个同名文件会把两个人并成一个客户"
            ))
            .help(words!(
                "one person: `crm undo ID EVENT` of this opening; two people: a file for each",
                "同一个人：用 `crm undo 编号 记录` 撤回这条建档；两个人：各建一个文件"
            ));
        Flaw { event, field: Some("kind"), what }
    });
    let early = (first != *opening).then(|| {
        let message = words!(
            "an entry of {} before the account was opened on {}",
            "{} 的记录早于 {} 建档",
            first.date(),
            opening.date()
        );
        let what = Diagnostic::new(Code::BeforeOpening, message).help(words!(
            "correct one of the two dates; the first entry opens the account",
            "请更正其中一个日期；第一条记录即建档"
        ));
        Flaw { event: first, field: None, what }
    });
    second.chain(early).collect()
}

/// A next step or signing date before the day of its own entry. It is accepted: history may be late.
pub fn past_dates(event: &Event) -> Vec<Flaw<'_>> {
    let next = event.next.map(|next| ("next", words!("next step", "下次联系"), next.date));
    let close = event.close_by.map(|date| ("close_by", words!("signing date", "预计签约日"), date));
    let dates = [next, close].into_iter().flatten();
    dates
        .filter(|(.., date)| *date < event.date())
        .map(|(field, what, date)| {
            let days = event.date().days_since(date);
            let lies = counted(days, "day", "days");
            let (en, zh) = (what.en(), what.zh());
            let message = words!(
                "the {en} {date} is {lies} before the entry",
                "{zh} {date} 比记录早 {days} 天"
            );
            let help = words!("is the year right?", "年份对吗？");
            let what = Diagnostic::new(Code::PastDate, message).help(help);
            Flaw { event, field: Some(field), what }
        })
        .collect()
}

/// A reason that is one letter off one of the settings.
pub fn nearly_known_reason<'e>(event: &'e Event, settings: &Settings) -> Option<Flaw<'e>> {
    let reason = event.reason.as_deref()?;
    let known = one_letter_off(reason, settings.reasons.iter().map(|(code, _)| &**code))?;
    let message =
        words!("the reason `{reason}` is not `{known}`", "原因 `{reason}` 不是 `{known}`");
    Some(Flaw { event, field: Some("reason"), what: near_miss(message, known) })
}

/// A source that is one letter off a campaign of the settings.
pub fn nearly_known_source(prospect: &Prospect, settings: &Settings) -> Option<Diagnostic> {
    let source = prospect.fact("source")?;
    let known = one_letter_off(source, settings.campaigns.iter().map(|campaign| &*campaign.id))?;
    Some(near_miss(
        words!("the source `{source}` is not `{known}`", "来源 `{source}` 不是 `{known}`"),
        known,
    ))
}

fn near_miss(message: crate::diag::Words, known: &str) -> Diagnostic {
    let help = words!("did you mean `{known}`?", "是否指 `{known}`？");
    Diagnostic::new(Code::NearMiss, message).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;

    fn event(key: &str, kind: &str) -> Event {
        Event::new(EventKey::parse(key).unwrap(), kind)
    }

    fn codes<'e>(flaws: impl IntoIterator<Item = Flaw<'e>>) -> Vec<&'static str> {
        flaws.into_iter().map(|flaw| flaw.what.code.id()).collect()
    }

    #[test]
    fn scores_end_with_their_scale() {
        let flawed = |score: &str, scale: Option<&str>| {
            let mut event = event("2009-12-03", "survey");
            event.score = Some(Amount::parse(score).unwrap());
            event.scale = scale.map(Into::into);
            bad_score(&event).is_some()
        };
        for (score, scale, expected) in [
            ("0", Some("nps"), false),
            ("-1", Some("nps"), true),
            ("10", Some("nps"), false),
            ("10.5", Some("nps"), true),
            ("11", None, true),
            ("10", None, false),
            ("0", Some("csat"), true),
            ("1", Some("csat"), false),
            ("5", Some("csat"), false),
            ("6", Some("csat"), true),
            ("5", Some("csta"), true),
        ] {
            assert_eq!(flawed(score, scale), expected, "{score} {scale:?}");
        }
    }

    #[test]
    fn payments_and_refunds_need_an_amount_and_bookings_do_not() {
        for (kind, expected) in
            [("payment", true), ("refund", true), ("booking", false), ("call", false)]
        {
            assert_eq!(missing_amount(&event("2009-12-03", kind)).is_some(), expected, "{kind}");
        }
    }

    #[test]
    fn reasons_have_words() {
        let mut lost = event("2009-12-03", "moved");
        assert!(empty_reasons(&lost).is_empty() && lost.is_without_reason());
        lost.reason = Some(" ".into());
        lost.forced = Some("".into());
        assert_eq!(codes(empty_reasons(&lost)), ["empty-reason", "empty-reason"]);
        assert!(lost.is_without_reason());
        lost.reason = Some("价格".into());
        assert!(!lost.is_without_reason());
    }

    #[test]
    fn the_day_of_the_entry_is_not_past_and_the_day_before_is() {
        let mut log = event("2009-12-18", "call");
        log.close_by = Date::parse("2009-12-18");
        assert!(past_dates(&log).is_empty());
        log.close_by = Date::parse("2009-12-17");
        let found = past_dates(&log);
        assert_eq!(codes(found.clone()), ["past-date"]);
        assert_eq!(
            found[0].what.message.en(),
            "the signing date 2009-12-17 is 1 day before the entry"
        );
    }

    #[test]
    fn an_opening_is_the_first_entry_and_the_only_one() {
        let of = |events: &[Event]| {
            let prospect = Prospect { events: events.to_vec(), ..Prospect::default() };
            codes(flaws(&prospect))
        };
        let opened = event("2009-12-03-1", "opened");
        assert!(of(&[opened.clone(), event("2009-12-03-2", "call")]).is_empty());
        assert!(of(&[event("2009-12-01", "imported"), event("2009-12-02", "imported")]).is_empty());
        assert_eq!(of(&[event("2009-12-02", "imported"), opened.clone()]), ["before-opening"]);
        let second = event("2009-12-04-1", "opened");
        assert_eq!(of(&[opened.clone(), second.clone()]), ["two-openings"]);
        let mut undo = event("2009-12-05", "retracted");
        undo.event = Some("2009-12-04-1".into());
        assert!(of(&[opened, second, undo]).is_empty());
    }
}
