//! Campaigns: the files that one reached or kept out, their answers, and the draw that keeps some out.

use crate::model::campaign::Campaign;
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::settings::Settings;
use crate::rules::purchases::orders;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::hash::StableHasher;
use crate::value::id::fold;
use crate::value::money::Amount;
use crate::value::text::Text;
use std::hash::Hasher;

/// A file's part in a campaign, up to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Involvement {
    /// The id of the campaign.
    pub campaign: Text,
    /// The day of its first entry `campaign`; `None` for a file that answered without one.
    pub reached: Option<Date>,
    /// Does that entry keep it out?
    pub is_control: bool,
    /// The day of its first `response` that names the campaign, on or after the day of that entry.
    pub answered: Option<Date>,
    /// The day of its first order on or after the day of that entry; of a file without one, on or after its answer.
    pub ordered: Option<Date>,
}

impl Involvement {
    /// Did it answer, or order? Those that were kept out can be compared by it: they were asked nothing.
    pub fn acted(&self) -> bool {
        self.answered.is_some() || self.ordered.is_some()
    }
}

/// The campaigns that the entries of a file name, in the order in which they first do.
pub fn involvements(record: &Record, settings: &Settings, on: Date) -> Vec<Involvement> {
    let mut found: Vec<Involvement> = Vec::new();
    let named = |event: &&Event| {
        event.details.is_some() && matches!(event.kind, EventKind::Campaign | EventKind::Response)
    };
    let entries: Vec<&Event> = standing(&record.prospect.events, on).filter(named).collect();
    for event in &entries {
        let Some(campaign) = &event.details().campaign else { continue };
        let known = found.iter().position(|one| one.campaign == *campaign);
        let position = known.unwrap_or(found.len());
        if known.is_none() {
            found.push(Involvement {
                campaign: campaign.clone(),
                reached: None,
                is_control: false,
                answered: None,
                ordered: None,
            });
        }
        let one = &mut found[position];
        if event.kind == EventKind::Campaign && one.reached.is_none() {
            one.reached = Some(event.date());
            one.is_control = event.details().control == Some(true);
        }
    }
    if found.is_empty() {
        return found;
    }
    let ordered: Vec<Date> =
        orders(record, settings, on).into_iter().map(|order| order.on).collect();
    for one in &mut found {
        let answers = entries.iter().filter(|event| {
            event.kind == EventKind::Response
                && event.details().campaign.as_ref() == Some(&one.campaign)
        });
        let mut answers = answers.map(|event| event.date());
        one.answered = answers.find(|day| one.reached.is_none_or(|reached| reached <= *day));
        let since = one.reached.or(one.answered);
        one.ordered = since.and_then(|since| ordered.iter().find(|day| since <= **day).copied());
    }
    found
}

/// Does the draw keep a customer out of a campaign? `file`: the id of its account, else of its only file, so that all of
/// its files are in one group. It depends on the ids of the two and on nothing else, so that it comes
/// out alike whenever it is asked for, and whichever other files there are.
pub fn is_kept_out(campaign: &Campaign, file: &str) -> bool {
    is_below(draw(&campaign.id, file), campaign.control)
}

/// A number that is as likely to be any other: the FNV-1a hash of both ids, the finalizer of SplitMix64 behind it (Steele,
/// Lea, Flood 2014). Without that the upper bits hardly depend on the last letter of an id.
fn draw(campaign: &str, file: &str) -> u64 {
    let mut hash = StableHasher::default();
    hash.write(campaign.as_bytes());
    hash.write(&[0]);
    hash.write(fold(file).as_bytes());
    let mut bits = hash.finish();
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Is a draw inside of the lowest `share` of all draws?
fn is_below(draw: u64, share: Amount) -> bool {
    let millionths = u128::try_from(share.micros()).unwrap_or(0);
    u128::from(draw) < (millionths << 64) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;
    use crate::model::prospect::Prospect;
    use crate::rules::replay::replay;
    use crate::value::money::Money;

    fn share(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn a_share_of_0_keeps_none_out_and_the_limit_itself_is_not_below() {
        assert!(!is_below(0, share("0")));
        assert!(is_below(0, share("0.000001")));
        let half = 1 << 63;
        assert!(is_below(half - 1, share("0.5")) && !is_below(half, share("0.5")));
        let quarter = 1 << 62;
        assert!(is_below(quarter - 1, share("0.25")) && !is_below(quarter, share("0.25")));
    }

    #[test]
    fn the_draw_is_a_fixed_number_and_even_for_ids_that_differ_in_their_last_letter() {
        let campaign =
            Campaign { id: "spring".into(), control: share("0.2"), ..Campaign::default() };
        let kept = |ids: std::ops::Range<u32>| {
            ids.filter(|n| is_kept_out(&campaign, &format!("p-{n}"))).count()
        };
        // 4 standard deviations of 10,000 draws are 160; of each 1,000, 51.
        assert!(kept(0..10_000).abs_diff(2_000) < 160);
        assert!((0..10).all(|k| kept(k * 1_000..(k + 1) * 1_000).abs_diff(200) < 51));
        assert_eq!(draw("spring", "Zhang"), draw("spring", "zhang"));
        assert_ne!(draw("spring", "zhang"), draw("autumn", "zhang"));
        assert_ne!(draw("a", "bc"), draw("ab", "c"));
        // Ledgers remember groups that were drawn: this number must never change.
        assert_eq!(draw("spring", "zhang"), DRAWN);
    }

    const DRAWN: u64 = 17_927_182_509_255_709_700;

    fn of(entries: &[(&str, &str, bool)]) -> Vec<String> {
        let event = |(key, kind, control): &(&str, &str, bool)| {
            let mut event = Event::new(EventKey::parse(key).unwrap(), *kind);
            match *kind {
                "order" => event.amount = Money::parse("100").ok(),
                _ => {
                    event.details_mut().campaign = Some("spring".into());
                    event.details_mut().control = control.then_some(true);
                }
            }
            event
        };
        let events = entries.iter().map(event).collect();
        let prospect = Prospect { events, ..Prospect::default() };
        let on = Date::parse("2010-12-31").unwrap();
        let settings = Settings::default();
        let record = replay(prospect, &settings, on).unwrap();
        let day = |day: Option<Date>| day.map_or("-".to_owned(), |day| day.to_string());
        let shown = |one: Involvement| {
            let (reached, group) =
                (day(one.reached), if one.is_control { "control" } else { "sent" });
            format!("{reached} {group} {} {}", day(one.answered), day(one.ordered))
        };
        involvements(&record, &settings, on).into_iter().map(shown).collect()
    }

    #[test]
    fn an_answer_counts_on_the_day_of_the_entry_and_not_on_the_day_before() {
        let sent = ("2010-03-05", "campaign", false);
        let answer = |day: &'static str| of(&[sent, (day, "response", false)]);
        assert_eq!(answer("2010-03-05-1"), ["2010-03-05 sent 2010-03-05 -"]);
        assert_eq!(answer("2010-03-06"), ["2010-03-05 sent 2010-03-06 -"]);
        let early = of(&[("2010-03-04", "response", false), sent]);
        assert_eq!(early, ["2010-03-05 sent - -"]);
    }

    #[test]
    fn an_order_counts_likewise_in_both_groups() {
        let kept = ("2010-03-05", "campaign", true);
        let order = |day: &'static str| (day, "order", false);
        assert_eq!(of(&[kept, order("2010-03-05-1")]), ["2010-03-05 control - 2010-03-05"]);
        assert_eq!(of(&[order("2010-03-04"), kept]), ["2010-03-05 control - -"]);
        let both = of(&[kept, order("2010-03-07"), ("2010-03-08", "campaign", false)]);
        assert_eq!(both, ["2010-03-05 control - 2010-03-07"], "the first entry decides");
    }

    #[test]
    fn an_answer_without_an_entry_of_the_campaign_is_one() {
        let answer = ("2010-03-05", "response", false);
        let late = ("2010-03-06", "order", false);
        let early = ("2010-03-04", "order", false);
        assert_eq!(of(&[early, answer, late]), ["- sent 2010-03-05 2010-03-06"]);
    }
}
