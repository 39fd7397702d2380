//! The common parts of the sheets of back-tests: the days that were asked, and from what it is known what was known.

use super::known::{KnownDay, Origin};
use crate::diag::counted;
use crate::table::sheet::{Cell, Column, Kind};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;

/// A day that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DayOf {
    /// The day.
    pub on: Date,
    origin: Origin,
}

impl DayOf {
    /// That of a known day.
    pub fn of(known: &KnownDay) -> DayOf {
        DayOf { on: known.day, origin: known.origin.clone() }
    }

    /// The cells of [`day_columns`].
    pub fn cells(&self, lang: Lang) -> Vec<Cell> {
        let mut cells = vec![Cell::Date(self.on)];
        if lang == Lang::Machine {
            cells.extend(match &self.origin {
                Origin::Git { commit } => [Cell::text("git"), Cell::text(&**commit)],
                Origin::Dates => [Cell::text("dates"), Cell::Empty],
            });
        }
        cells
    }
}

/// The columns of a day. Machines also read from what it is known what was known.
pub(super) fn day_columns(lang: Lang) -> Vec<Column> {
    let mut columns = vec![column("date", Kind::Date, lang)];
    if lang == Lang::Machine {
        columns.extend(["known-from", "commit"].map(|id| column(id, Kind::Text, lang)));
    }
    columns
}

/// The days of a back-test.
#[derive(Debug)]
pub(super) struct Days {
    /// The first and the last day on which something was known.
    ends: Option<(Date, Date)>,
    /// Is the ledger in git?
    in_git: bool,
    /// The days on which something was known.
    asked: usize,
    /// The days on which nothing was known yet.
    empty: usize,
    /// Those of the asked days that are known from the entries' own dates.
    by_dates: usize,
    /// The last of them.
    last_by_dates: Option<Date>,
    /// Files of past days that could not be read.
    unread: usize,
}

impl Days {
    /// None yet.
    pub fn new(in_git: bool) -> Days {
        Days { ends: None, in_git, asked: 0, empty: 0, by_dates: 0, last_by_dates: None, unread: 0 }
    }

    /// Adds a day whose book has been read.
    pub fn add(&mut self, known: &KnownDay) {
        self.unread += known.book.unread();
        if known.is_empty() {
            self.empty += 1;
            return;
        }
        self.asked += 1;
        self.ends = Some((self.ends.map_or(known.day, |(first, _)| first), known.day));
        if known.origin == Origin::Dates {
            self.by_dates += 1;
            self.last_by_dates = Some(known.day);
        }
    }

    /// The population: which days were asked, and the day of what came.
    pub fn about(&self, as_of: Date, lang: Lang) -> String {
        let Some((first, last)) = self.ends else {
            return lang.pick("no past day", "没有过去的日子").to_owned();
        };
        let days = counted(self.asked, "past day", "past days");
        match lang {
            Lang::En | Lang::Machine => {
                format!("{days} from {first} to {last}; what came is known as of {as_of}")
            }
            Lang::Zh => format!("{first}至{last}之间的{}天；实际结果截至{as_of}", self.asked),
        }
    }

    /// Remarks: from what it is known what was known, and which days could not be asked.
    pub fn notes(&self, lang: Lang) -> Vec<String> {
        let mut notes = vec![self.known_from(lang)];
        if self.empty > 0 {
            let (n, days) = (self.empty, counted(self.empty, "day", "days"));
            notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!("{days} left out: the ledger had no prospect yet")
                }
                Lang::Zh => format!("略去{n}天：当时账本中还没有潜在客户"),
            });
        }
        if self.unread > 0 {
            let n = self.unread;
            notes.push(match lang {
                Lang::En | Lang::Machine => format!(
                    "files of past days that could not be read, whose prospects are missing there: {n}"
                ),
                Lang::Zh => format!("过去的日子有{n}个文件无法读取，其中的客户未计入"),
            });
        }
        let settings = lang.pick(
            "rules, reps, leave and rates are those of crm.toml today, on every day",
            "规则、业务员、休假和汇率一律用今天的 crm.toml",
        );
        notes.push(settings.into());
        notes
    }

    fn known_from(&self, lang: Lang) -> String {
        let late = lang.pick(
            "an entry that was made late counts from its own date on",
            "补记的流水从其所写日期起算",
        );
        match (self.in_git, self.last_by_dates) {
            (true, None) => lang
                .pick(
                    "what was known on a day is the last commit of that day: an entry that was made late counts from its commit on",
                    "某天所知以当天最后一次提交为准：补记的流水从提交之日起算",
                )
                .to_owned(),
            (true, Some(last)) => {
                let (n, days) = (self.by_dates, counted(self.by_dates, "day", "days"));
                let later = match self.asked > n {
                    true => lang.pick(
                        "; later days are known from their last commit",
                        "；其后各天以当天最后一次提交为准",
                    ),
                    false => "",
                };
                match lang {
                    Lang::En | Lang::Machine => format!(
                        "{days} up to {last}: no commit has the ledger of then, so entries' own dates are used, and {late}{later}"
                    ),
                    Lang::Zh => format!(
                        "{last}及以前的{n}天：没有当时账本的提交，只能按流水所写日期，{late}{later}"
                    ),
                }
            }
            (false, _) => match lang {
                Lang::En | Lang::Machine => {
                    format!("the ledger is not in git: entries' own dates are used, and {late}")
                }
                Lang::Zh => format!("账本不在 git 中：只能按流水所写日期，{late}"),
            },
        }
    }
}
