//! A standing as the few bytes that a cache remembers of it, and back.

use crate::model::date::Date;
use crate::model::money::{Amount, Sum};
use crate::model::settings::Settings;
use crate::rules::standing::{Clock, Standing, Stay};

/// A day as its number; 0 = none.
fn number(day: Option<Date>) -> [u8; 4] {
    day.map_or(0, Date::to_number).to_le_bytes()
}

/// Puts a standing into bytes. `None` if it is not worth remembering: later entries change it, it is worth
/// something in several currencies, or stands in a column beyond all numbers.
pub fn write(standing: &Standing, bytes: &mut Vec<u8>) -> Option<()> {
    if standing.since.is_none() || !standing.worth.others.is_empty() {
        return None;
    }
    let small = |position: usize| u16::try_from(position).ok().map(u16::to_le_bytes);
    bytes.extend(small(standing.pipeline)?);
    bytes.extend(small(standing.stage)?);
    bytes.extend(number(standing.opened));
    bytes.extend(number(standing.since));
    bytes.extend(standing.worth.own.to_bytes());
    bytes.push(u8::from(standing.clock.is_some()));
    let clock = standing.clock.unwrap_or_default();
    bytes.extend(number(clock.start));
    bytes.extend(clock.cycle_days.to_le_bytes());
    bytes.extend(number(clock.hold));
    for stay in &standing.stays {
        bytes.extend(small(stay.stage)?);
        bytes.extend(number(Some(stay.from)));
        bytes.extend(number(stay.to));
    }
    Some(())
}

/// The standing in such bytes, put into one that is used again and again. `None` if these settings have
/// no such column, or it is none at all.
pub fn read(bytes: &[u8], settings: &Settings, standing: &mut Standing) -> Option<()> {
    let mut rest = Bytes(bytes);
    standing.pipeline = rest.small()?;
    let columns = settings.pipelines.get(standing.pipeline)?.stages.len();
    let column = |rest: &mut Bytes| rest.small().filter(|stage| *stage < columns);
    standing.stage = column(&mut rest)?;
    standing.opened = rest.day()?;
    standing.since = rest.day()?;
    standing.worth = Sum { own: Amount::from_bytes(rest.take()?), ..Sum::default() };
    let [runs] = rest.take()?;
    let clock = Clock {
        start: rest.day()?,
        cycle_days: u32::from_le_bytes(rest.take()?),
        hold: rest.day()?,
    };
    standing.clock = (runs > 0).then_some(clock);
    standing.stays.clear();
    while !rest.0.is_empty() {
        let stage = column(&mut rest)?;
        standing.stays.push(Stay { stage, from: rest.day()??, to: rest.day()? });
    }
    Some(())
}

/// What is left to be read.
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn small(&mut self) -> Option<usize> {
        self.take().map(|bytes| usize::from(u16::from_le_bytes(bytes)))
    }

    /// A day, or none; nothing at all if it is a number without a day.
    fn day(&mut self) -> Option<Option<Date>> {
        match u32::from_le_bytes(self.take()?) {
            0 => Some(None),
            number => Date::from_number(number).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::Currency;
    use proptest::prelude::*;

    fn any_day() -> impl Strategy<Value = Option<Date>> {
        prop::option::of((0i64..4_000_000).prop_map(|n| Date::MIN.plus(n)))
    }

    fn any_standing() -> impl Strategy<Value = Standing> {
        let stay = (0usize..6, any_day(), any_day()).prop_map(|(stage, from, to)| Stay {
            stage,
            from: from.unwrap_or(Date::MAX),
            to,
        });
        let clock = (any_day(), any::<u32>(), any_day())
            .prop_map(|(start, cycle_days, hold)| Clock { start, cycle_days, hold });
        let stays = prop::collection::vec(stay, 0..5);
        let worth = (any::<i32>(), 0u32..7)
            .prop_map(|(n, decimals)| Amount::of_digits(i64::from(n), decimals));
        let since = any_day().prop_map(|day| day.or(Some(Date::MIN)));
        (any_day(), since, 0usize..6, worth, prop::option::of(clock), stays).prop_map(
            |(opened, since, stage, own, clock, stays)| Standing {
                opened,
                since,
                pipeline: 0,
                stage,
                worth: Sum { own, ..Sum::default() },
                clock,
                stays,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(standing in any_standing(), before in any_standing()) {
            let mut bytes = Vec::new();
            prop_assert_eq!(write(&standing, &mut bytes), Some(()));
            // Nothing of what stood in the room before is left.
            let mut back = before;
            prop_assert_eq!(read(&bytes, &Settings::default(), &mut back), Some(()));
            prop_assert_eq!(back, standing);
        }

        #[test]
        fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let settings = Settings::default();
            let mut standing = Standing::default();
            if read(&bytes, &settings, &mut standing).is_some() {
                let columns = settings.pipelines[standing.pipeline].stages.len();
                prop_assert!(standing.stage < columns);
                prop_assert!(standing.stays.iter().all(|stay| stay.stage < columns));
            }
        }
    }

    #[test]
    fn money_in_several_currencies_is_not_remembered() {
        let mut standing = Standing { since: Some(Date::MIN), ..Standing::default() };
        assert!(write(&standing, &mut Vec::new()).is_some());
        let usd = Currency::parse("USD").unwrap();
        standing.worth.others.insert(usd, Amount::from_int(1));
        assert_eq!(write(&standing, &mut Vec::new()), None);
    }
}
