//! The cells of a row as the values of keys: names, numbers, days, lists.

use super::RowReader;
use crate::diag::Words;
use crate::format::read_prospect::{changes_in, days_in, lines_in, roles_in, schedule_in};
use crate::model::event::{Event, EventKey, event_keys};
use crate::model::header::{MoneyUnit, money_unit};
use crate::model::kind::EventKind;
use crate::model::mapping::CURRENCY;
use crate::model::pipeline::Outcome;
use crate::model::prospect::Prospect;
use crate::plan::import::columns::CellText;
use crate::plan::import::unknown::Naming;
use crate::value::date::{Date, Moment, Time};
use crate::value::date_form::DateForm;
use crate::value::money::{
    Amount, BadMoney, Currency, Money, NumberForm, has_blank_between_digits,
};
use crate::value::period::NotADate;
use crate::value::text::{Text, narrow};

/// The value of a cell, for a key of a type in the table of keys.
macro_rules! cell_value {
    (Kind, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.kind($cell)
    };
    (Rep, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.rep($name, $cell)
    };
    (Stage, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.stage($cell, $of)
    };
    (Criteria, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.criteria($name, $cell)
    };
    (Time, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.time($name, $cell)
    };
    (Date, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.date($name, $cell)
    };
    (Moment, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.moment($name, $cell)
    };
    (Money, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.money($name, $cell)
    };
    (Bool, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.boolean($name, $cell)
    };
    (Score, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.score($name, $cell)
    };
    (Status, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.status($name, $cell)
    };
    (Count, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.count($name, $cell)
    };
    (Severity, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.severity($name, $cell)
    };
    (Schedule, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.as_exported(
            $name,
            $cell,
            schedule_in,
            &words!(
                "[{{ due = 2010-01-15, amount = 30000 }}]",
                "[{{ due = 2010-01-15, amount = 30000 }}]"
            ),
        )
    };
    (Lines, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.as_exported(
            $name,
            $cell,
            lines_in,
            &words!(
                "[{{ product = \"p\", quantity = 2 }}]",
                "[{{ product = \"p\", quantity = 2 }}]"
            ),
        )
    };
    (Texts, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.list($name, $cell)
    };
    (Dates, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.as_exported(
            $name,
            $cell,
            days_in,
            &words!("{{ solution = 2010-04-15 }}", "{{ solution = 2010-04-15 }}"),
        )
    };
    (Buyer, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.buyer_step($name, $cell)
    };
    (Roles, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        $reader.as_exported(
            $name,
            $cell,
            roles_in,
            &words!("{{ role = \"rep\" }}", "{{ 角色 = \"业务员\" }}"),
        )
    };
    (Facts, $name:expr, $reader:ident, $cell:ident, $of:ident) => {{
        let settings = $reader.import.settings;
        $reader.as_exported(
            $name,
            $cell,
            |text| changes_in(text, settings),
            &words!("{{ fact = \"value\" }}", "{{ 资料项 = \"值\" }}"),
        )
    }};
    (Reason, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        Some($reader.reason($cell))
    };
    ($words:ident, $name:expr, $reader:ident, $cell:ident, $of:ident) => {
        Some($cell.text.as_str().into())
    };
}

macro_rules! define_set {
    (
        $($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*
        @details
        $($of:ident $key:literal: $of_type:ident, $of_en:literal, $of_zh:literal, $of_about:literal;)*
    ) => {
        impl RowReader<'_, '_> {
            /// Sets the key of an entry to a cell's value; the mapping's reader refuses other keys.
            pub(super) fn set(&mut self, event: &mut Event, key: &str, cell: &CellText, of: &Prospect) {
                match key {
                    $(stringify!($name) => {
                        event.$name = cell_value!($type, stringify!($name), self, cell, of);
                    })*
                    $($key => {
                        let value = cell_value!($of_type, $key, self, cell, of);
                        event.details_mut().$of = value;
                    })*
                    _ => {}
                }
            }
        }
    };
}
event_keys!(define_set);

impl RowReader<'_, '_> {
    /// The key of an entry of this day in the ledger that the row comes from.
    pub(super) fn key(&mut self, text: &str, date: Date) -> Option<EventKey> {
        let key = EventKey::parse(text).filter(|key| key.date == date);
        if key.is_none() {
            let why = words!(
                "`key`: `{text}` is no key of an entry of {date}",
                "`key`：`{text}` 不是 {date} 的记录的键"
            );
            let help = words!(
                "a key is that of our own exports, {date}-1-k2p; leave other columns of that name out",
                "键来自本程序导出的文件，形如 {date}-1-k2p；其他同名的列请去掉"
            );
            self.problem(why, Some(help));
        }
        key
    }

    /// Gives amounts the currency that has a column of its own.
    pub(super) fn currency<'m>(
        &mut self,
        field: &str,
        cell: &CellText,
        amounts: impl Iterator<Item = &'m mut Money>,
    ) {
        let (named, text) = (cell.named(field), &cell.text);
        let Some(currency) = Currency::parse(text) else {
            let why = BadMoney::Currency(text.clone()).words().about(&named);
            return self.problem(why, None);
        };
        // One column for all amounts mostly repeats the ledger's own currency.
        let is_own = field == CURRENCY && Some(currency) == self.import.settings.currency;
        for money in amounts {
            if money.currency.is_none_or(|stated| stated == currency) {
                money.currency = Some(currency).filter(|_| !is_own);
            } else {
                let why = words!(
                    "{named} is {currency}, but the amount is `{money}`",
                    "{named} 是 {currency}，而金额写的是 `{money}`"
                );
                self.problem(why, None);
            }
        }
    }

    pub(super) fn kind(&mut self, cell: &CellText) -> EventKind {
        let named = self.named(Naming::Kind, "kind", cell);
        named.as_deref().unwrap_or("imported").into()
    }

    /// A rep, as spreadsheets have them: by id, name or e-mail. A ledger without reps accepts any name.
    pub(super) fn rep(&mut self, field: &str, cell: &CellText) -> Option<Text> {
        match self.import.settings.reps.is_empty() {
            true => Some(cell.text.as_str().into()),
            false => self.named(Naming::Rep, field, cell),
        }
    }

    pub(super) fn stage(&mut self, cell: &CellText, of: &Prospect) -> Option<Text> {
        let at = self.board(of)?;
        // A workbook keeps 25 % as 0.25, and shows the share.
        let share = Amount::parse(&cell.text)
            .ok()
            .filter(|share| cell.typed && *share > Amount::ZERO && *share < Amount::from_int(1));
        let share = share.map(|share| share.times(Amount::from_int(100)).trimmed().to_string());
        let mut stages =
            self.import.settings.pipelines.get(at).into_iter().flat_map(|board| &board.stages);
        if let Some(known) = share.and_then(|share| stages.find(|stage| stage.id == share)) {
            return Some(known.id.clone());
        }
        self.named(Naming::Stage(at), "stage", cell)
    }

    /// The position of a prospect's board.
    fn board(&self, of: &Prospect) -> Option<usize> {
        let pipelines = &self.import.settings.pipelines;
        let is = |id: &str| pipelines.iter().position(|pipeline| &*pipeline.id == id);
        of.pipeline.as_deref().map_or(Some(0), is)
    }

    /// The end of a pursuit that a text names on the prospect's board, as mappings for all boards call it.
    pub(super) fn end_named(&self, text: &str, of: &Prospect) -> Option<&'static str> {
        let board = self.import.settings.pipelines.get(self.board(of)?)?;
        match board.stage_named(text).ok()?.outcome {
            Outcome::Open => None,
            Outcome::Won => Some("closed"),
            Outcome::Lost => Some("lost"),
        }
    }

    /// A reason: the code that a label of the settings has; any other words are those of the file.
    pub(super) fn reason(&self, cell: &CellText) -> Text {
        self.import.settings.reason_code(&cell.text).unwrap_or(&cell.text).into()
    }

    /// Criteria by id or label; what is none is left to the rules of the ledger, which refuse it.
    pub(super) fn criteria(&mut self, field: &str, cell: &CellText) -> Vec<Text> {
        let settings = self.import.settings;
        let id =
            |name: Text| settings.criterion_named(&name).map_or(name, |known| known.id.clone());
        self.list(field, cell).into_iter().map(id).collect()
    }

    /// Several words in one cell, as exports write them. A comma in one of them is refused unless the separator is
    /// stated: it may be in a word, or between two.
    pub(super) fn list(&mut self, field: &str, cell: &CellText) -> Vec<Text> {
        let stated = self.import.mapping.list_separator;
        let is_between =
            |c: char| stated.map_or(matches!(c, ';' | '；' | '、'), |sign| c == sign);
        let items = cell.text.split(is_between).map(str::trim).filter(|item| !item.is_empty());
        let items: Vec<Text> = items.map(Into::into).collect();
        if stated.is_none() && items.iter().any(|item| item.contains([',', '，'])) {
            self.is_faulty = true;
            let what = words!(
                "a comma may be in a word or between two",
                "逗号可能在词中，也可能在两词之间"
            );
            let sample = Words::both(&*cell.text, &*cell.text);
            self.names.fault(field, cell, what, self.row.line, |_| {
                let (sample, comma) = (sample.en(), if sample.en().contains(',') { ',' } else { '，' });
                vec![words!(
                    "`{sample}` is several: --list-separator '{comma}'; it is one: --list-separator ';'",
                    "`{sample}` 是多个词：--list-separator '{comma}'；是一个词：--list-separator ';'"
                )]
            });
        }
        items
    }

    /// An amount. One whose column is in yuan is one of yuan; one whose column is in a multiple of them must state it.
    pub(super) fn money(&mut self, field: &str, cell: &CellText) -> Option<Money> {
        let own = self.import.settings.currency;
        let unit = cell.source.and_then(|source| money_unit(source.column));
        if unit == Some(MoneyUnit::Multiple) && !cell.text.contains(['万', '亿']) {
            self.is_faulty = true;
            let what = words!(
                "the column is in multiples of 元, its cells are plain numbers",
                "此列的单位不是元，而单元格中只有数字"
            );
            self.names.fault(field, cell, what, self.row.line, |_| {
                vec![words!(
                    "state the unit in the cells (`5万`), or the amounts in 元",
                    "请在单元格中写明单位（如 `5万`），或把金额换算为元"
                )]
            });
            return None;
        }
        let read = match cell.typed {
            true => Money::parse(&cell.text),
            false => Money::read(&cell.text, self.numbers(), own),
        };
        read.map_err(|bad| {
            let help = number_help(&bad, own.is_some());
            self.problem(bad.words().about(&cell.named(field)), Some(help));
        })
        .ok()
        .map(|money| {
            // The ledger's own currency need not be named.
            let yuan = Currency::parse("CNY");
            let is_foreign = unit == Some(MoneyUnit::Yuan) && own.is_some() && own != yuan;
            let stated = if is_foreign { yuan } else { None };
            Money { currency: money.currency.or(stated), ..money }
        })
    }

    pub(super) fn score(&mut self, field: &str, cell: &CellText) -> Option<Amount> {
        let read = match cell.typed {
            true => Amount::parse(&cell.text),
            false => self.numbers().amount(&cell.text),
        };
        read.map_err(|bad| self.problem(bad.words().about(&cell.named(field)), None)).ok()
    }

    /// The signs in the file's numbers.
    pub(super) fn numbers(&self) -> NumberForm {
        NumberForm::new(self.import.mapping.decimal, self.import.mapping.thousands)
    }

    pub(super) fn boolean(&mut self, field: &str, cell: &CellText) -> Option<bool> {
        match narrow(&cell.text).to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "是" | "对" | "✓" | "✔" | "√" => Some(true),
            "false" | "no" | "n" | "0" | "否" | "✗" | "✘" | "×" => Some(false),
            _ => {
                let (named, text) = (cell.named(field), &cell.text);
                let why = words!(
                    "{named} is yes or no, not `{text}`",
                    "{named} 应为是或否，而不是 `{text}`"
                );
                self.problem(why, None);
                None
            }
        }
    }

    /// A time of day, or that of a date-time; a day alone has none.
    pub(super) fn time(&mut self, field: &str, cell: &CellText) -> Option<Time> {
        let text = &cell.text;
        let moment = self.read_moment(cell);
        let time = Time::parse_typed(text).or_else(|| moment?.time);
        if time.is_none() && moment.is_none() {
            let named = cell.named(field);
            let why = words!(
                "{named}: `{text}` is not a time such as 14:00",
                "{named}：`{text}` 不是 14:00 这样的时间"
            );
            self.problem(why, None);
        }
        time
    }

    /// A day on which something happened.
    pub(super) fn past(&mut self, field: &str, cell: &CellText) -> Option<Date> {
        let date = self.date(field, cell)?;
        if date > self.import.today {
            let (today, named) = (self.import.today, cell.named(field));
            let why = words!("{named}: {date} is still to come", "{named}：{date} 还没有到");
            let help = words!(
                "today is {today}; choose another day with --as-of",
                "今天是 {today}；可用 --as-of 指定另一天"
            );
            self.problem(why, Some(self.pivot(cell).unwrap_or(help)));
        }
        Some(date)
    }

    /// The meaning of years of two digits, where the column of a cell has them.
    pub(super) fn pivot(&self, cell: &CellText) -> Option<Words> {
        self.columns.date_form(cell).filter(|form| form.has_short_years()).map(|_| pivot())
    }

    /// A day: the time that a cell may have besides is read over.
    pub(super) fn date(&mut self, field: &str, cell: &CellText) -> Option<Date> {
        self.moment(field, cell).map(|moment| moment.date)
    }

    /// A day, perhaps with a time, in the form of its column, else with the year in front: a date that could be read in
    /// two ways is not guessed.
    pub(super) fn moment(&mut self, field: &str, cell: &CellText) -> Option<Moment> {
        let Some(moment) = self.read_moment(cell) else {
            let (why, help) = self.no_date(field, cell);
            self.problem(why, help);
            return None;
        };
        let (year, last) = (moment.date.year(), self.import.today.year() + YEARS_AHEAD);
        if (FIRST_YEAR..=last).contains(&year) {
            return Some(moment);
        }
        let (named, text, date) = (cell.named(field), &cell.text, moment.date);
        let why = words!(
            "{named}: `{text}` is {date}, which is not between {FIRST_YEAR} and {last}",
            "{named}：`{text}` 即 {date}，不在 {FIRST_YEAR} 年至 {last} 年之间"
        );
        let help = words!("mend the year in the file", "请修改文件中的年份");
        self.problem(why, Some(self.pivot(cell).unwrap_or(help)));
        None
    }

    /// A typed cell is a day as ISO has it, or a number that the form of its column explains.
    pub(super) fn read_moment(&self, cell: &CellText) -> Option<Moment> {
        let written = || Moment::parse_written(&cell.text);
        match self.columns.date_form(cell) {
            None => written(),
            Some(form) if cell.typed => written().or_else(|| form.read(&cell.text)),
            Some(form) => form.read(&cell.text),
        }
    }

    /// Why a cell is no date, and what would mend it.
    pub(super) fn no_date(&self, field: &str, cell: &CellText) -> (Words, Option<Words>) {
        let (named, text) = (cell.named(field), &*cell.text);
        if let Some(form) = self.columns.date_form(cell) {
            let why = words!(
                "{named}: `{text}` is no date of the form `{form}`",
                "{named}：`{text}` 不是 `{form}` 形式的日期"
            );
            let short = DateForm::parse(&form.to_string().replace("%Y", "%y"));
            let is_short = !form.has_short_years() && short.is_some_and(|f| f.read(text).is_some());
            return (why, is_short.then(pivot));
        }
        if Date::not_in_calendar(text).is_some() {
            return (NotADate::of(text).words().about(&named), None);
        }
        let why = words!(
            "{named}: `{text}` is not an ISO date (2009-12-18), and is not guessed",
            "{named}：`{text}` 不是 2009-12-18 这样的日期，不作猜测"
        );
        let help = match DateForm::Excel.read(text) {
            Some(Moment { date, .. }) => words!(
                "if it is a serial number of Excel, it is {date}: --date-format excel",
                "若是 Excel 的日期序列号，即 {date}：--date-format excel"
            ),
            None => year_in_front(text).unwrap_or_else(|| words!(
                "say how the file writes dates: --date-format '%d/%m/%Y' (day first) or '%m/%d/%Y' (month first)",
                "请说明日期的写法：--date-format '%d/%m/%Y'（日在前）或 '%m/%d/%Y'（月在前）"
            )),
        };
        (why, Some(help))
    }
}

/// The first year of dates in a ledger; an earlier one is a slip, or the first day of a program's calendar.
const FIRST_YEAR: i32 = 1900;
/// So many years after the as-of day nothing is agreed.
const YEARS_AHEAD: i32 = 50;

/// The forms that read a date which may begin with its year, `20261101` and `26/11/1`, if one does.
fn year_in_front(text: &str) -> Option<Words> {
    let reads = |form: &str| DateForm::parse(form).and_then(|form| form.read(text));
    if text.len() == 8
        && let Some(Moment { date, .. }) = reads("%Y%m%d")
    {
        return Some(words!(
            "if it is {date}: --date-format '%Y%m%d'",
            "若是 {date}：--date-format '%Y%m%d'"
        ));
    }
    let sign = text.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let form = |form: &str| form.replace('/', &sign.to_string());
    let first = form("%y/%m/%d");
    reads(&first)?;
    let others = [("%d/%m/%y", "day", "日"), ("%m/%d/%y", "month", "月")];
    let others = others.map(|(other, en, zh)| (form(other), en, zh));
    let others = others.into_iter().filter(|(other, ..)| reads(other).is_some());
    let mut forms = vec![words!("'{first}' (year first)", "'{first}'（年在前）")];
    forms.extend(
        others.map(|(other, en, zh)| words!("'{other}' ({en} first)", "'{other}'（{zh}在前）")),
    );
    let forms = Words::listed(&forms);
    let (en, zh) = (forms.en(), forms.zh());
    Some(words!(
        "say how the file writes dates: --date-format {en}",
        "请说明日期的写法：--date-format {zh}"
    ))
}

/// The meaning of years of two digits.
fn pivot() -> Words {
    words!(
        "`%y` reads years of two digits: 70 to 99 are 1970 to 1999, 00 to 69 are 2000 to 2069",
        "两位数的年份用 `%y`：70 至 99 为 1970 至 1999 年，00 至 69 为 2000 至 2069 年"
    )
}

/// What would mend an amount.
fn number_help(bad: &BadMoney, has_currency: bool) -> Words {
    match bad {
        BadMoney::NotANumber(text) | BadMoney::Unsaid(text, _)
            if has_blank_between_digits(text) =>
        {
            let decimal = if text.contains(',') { " --decimal ','" } else { "" };
            words!(
                "a blank may be between thousands: --thousands ' '{decimal}",
                "空格可作千位分隔符：--thousands ' '{decimal}"
            )
        }
        BadMoney::Unsaid(_, ',') => words!(
            "say which: --thousands ',' reads 1,500; --decimal ',' reads 1500,50",
            "请说明：--thousands ',' 可读 1,500；--decimal ',' 可读 1500,50"
        ),
        BadMoney::Unsaid(..) | BadMoney::Groups(_, '.') => words!(
            "1.500,50 is read with --decimal ',' --thousands '.'",
            "1.500,50 须加 --decimal ',' --thousands '.'"
        ),
        BadMoney::Groups(_, ',') => words!(
            "1,500.50 is read with --thousands ','; 1.500,50 with --decimal ',' --thousands '.'",
            "1,500.50 须加 --thousands ','；1.500,50 须加 --decimal ',' --thousands '.'"
        ),
        BadMoney::Shared(..) if !has_currency => words!(
            "name the ledger's currency in crm.toml ([ledger] currency = \"USD\"), or write the code: 1500 USD",
            "请在 crm.toml 中写明账本的币种（[ledger] currency = \"CNY\"），或写代码：1500 CNY"
        ),
        _ => words!(
            "an amount is 1500, 1500.50 or 1500.50 USD; --thousands ',' reads 1,500 too",
            "金额写作 1500、1500.50 或 1500.50 USD；加 --thousands ',' 可读 1,500"
        ),
    }
}
