//! A standing as the few bytes that a cache remembers of it, and back.

use crate::model::settings::Settings;
use crate::rules::replay::standing::{Standing, Stay};
use crate::value::date::Day;
use crate::value::money::{Amount, Sum};

/// Pipeline, column, three days, worth.
const HEAD: usize = 2 * 2 + 3 * 4 + 16;
/// Column, two days.
const STAY: usize = 2 + 2 * 4;

/// A day that is none.
const NONE: i32 = i32::MIN;

fn number(day: Option<Day>) -> [u8; 4] {
    day.map_or(NONE, Day::number).to_le_bytes()
}

/// Puts a standing into bytes. `None` if it is not worth remembering: later entries change it, it is worth
/// something in several currencies, or stands in a column beyond all numbers.
pub fn write(standing: &Standing, bytes: &mut Vec<u8>) -> Option<()> {
    if standing.since.is_none() || standing.worth.others().next().is_some() {
        return None;
    }
    let small = |position: usize| u16::try_from(position).ok().map(u16::to_le_bytes);
    bytes.extend(small(standing.pipeline)?);
    bytes.extend(small(standing.stage)?);
    bytes.extend(number(standing.opened));
    bytes.extend(number(standing.since));
    bytes.extend(number(standing.overdue_from));
    bytes.extend(standing.worth.own.to_bytes());
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
    let (head, stays) = bytes.split_first_chunk::<HEAD>()?;
    let (stays, []) = stays.as_chunks::<STAY>() else { return None };
    let mut head = Bytes(head);
    standing.pipeline = head.small()?;
    let columns = settings.pipelines.get(standing.pipeline)?.stages.len();
    standing.stage = head.small()?;
    standing.opened = head.day()?;
    standing.since = head.day()?;
    standing.overdue_from = head.day()?;
    standing.worth = Sum::of(Amount::from_bytes(head.take()?));
    standing.stays.clear();
    for stay in stays {
        let mut rest = Bytes(stay);
        let (stage, from) = (rest.small()?, rest.day()??);
        standing.stays.push(Stay { stage, from, to: rest.day()? });
    }
    let known = |stage: usize| stage < columns;
    let all_known = known(standing.stage) && standing.stays.iter().all(|stay| known(stay.stage));
    all_known.then_some(())
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

    /// A day, or none.
    fn day(&mut self) -> Option<Option<Day>> {
        let number = i32::from_le_bytes(self.take()?);
        Some((number != NONE).then_some(Day::of_number(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::money::Money;
    use proptest::prelude::*;

    fn any_day() -> impl Strategy<Value = Option<Day>> {
        prop::option::of((1..=i32::MAX).prop_map(Day::of_number))
    }

    fn any_standing() -> impl Strategy<Value = Standing> {
        let stay = (0usize..6, any_day(), any_day()).prop_map(|(stage, from, to)| Stay {
            stage,
            from: from.unwrap_or_default(),
            to,
        });
        let stays = prop::collection::vec(stay, 0..5);
        let worth = (any::<i32>(), 0u32..7)
            .prop_map(|(n, decimals)| Amount::of_digits(i64::from(n), decimals));
        let since = any_day().prop_map(|day| day.or(Some(Day::default())));
        (any_day(), since, any_day(), 0usize..6, worth, stays).prop_map(
            |(opened, since, overdue_from, stage, own, stays)| Standing {
                opened,
                since,
                pipeline: 0,
                stage,
                worth: Sum::of(own),
                overdue_from,
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
        let mut standing = Standing { since: Some(Day::default()), ..Standing::default() };
        assert!(write(&standing, &mut Vec::new()).is_some());
        standing.worth.add(Money::parse("1 USD").unwrap());
        assert_eq!(write(&standing, &mut Vec::new()), None);
    }
}
