//! `[ledger]`, `[rates]`, `[reasons]`: the ledger as a whole.

use super::{label, one_of, positive, set, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlTable, TomlValue};
use crate::model::settings::Settings;
use crate::value::date::Weekday;
use crate::value::label::Lang;
use crate::value::money::Currency;
use crate::value::period::FiscalYear;
use crate::value::zone::Zone;
use toml::de::DeValue;

/// Keys of `[ledger]`.
pub const LEDGER_KEYS: [&str; 16] = [
    "title",
    "currency",
    "language",
    "timezone",
    "cycle_days",
    "fiscal_year",
    "week_start",
    "checkpoints",
    "team_checkpoints",
    "next_grace_days",
    "next_what",
    "paid_threshold",
    "stuck_factor",
    "fan_out",
    "csv_bom",
    "facts",
];

pub(in crate::format) fn ledger(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "title" => settings.title = reader.text(name, value),
            "currency" => settings.currency = currency(reader, name, value),
            "language" => {
                settings.language = one_of(reader, name, value, &Lang::ALL).unwrap_or_default();
            }
            "timezone" => settings.timezone = timezone(reader, name, value),
            "cycle_days" => set(&mut settings.cycle_days, positive(reader, name, value)),
            "fiscal_year" => {
                let month = reader.number(name, value, 1, 12);
                set(&mut settings.fiscal_year, month.and_then(FiscalYear::beginning));
            }
            "week_start" => set(&mut settings.week_start, weekday(reader, name, value)),
            "checkpoints" => set(&mut settings.checkpoints, weekdays(reader, name, value)),
            "team_checkpoints" => {
                set(&mut settings.team_checkpoints, weekdays(reader, name, value))
            }
            "next_grace_days" => {
                set(&mut settings.next_grace_days, reader.count(name, value, 3650))
            }
            "next_what" => set(&mut settings.next_what, reader.boolean(name, value)),
            "paid_threshold" => settings.paid_threshold = reader.amount(name, value),
            "stuck_factor" => set(&mut settings.stuck_factor, positive(reader, name, value)),
            "fan_out" => set(&mut settings.fan_out, reader.boolean(name, value)),
            "csv_bom" => set(&mut settings.csv_bom, reader.boolean(name, value)),
            "facts" => settings.facts = reader.texts(name, value),
            _ => unknown(reader, key.span(), "[ledger]", name, &LEDGER_KEYS),
        }
    }
}

pub(in crate::format) fn currency(
    reader: &mut Reader,
    key: &str,
    value: &TomlValue,
) -> Option<Currency> {
    let text = reader.text(key, value)?;
    let currency = Currency::parse(&text);
    if currency.is_none() {
        let message = words!("`{text}` is not a currency", "`{text}` 不是币种");
        let diagnostic = Diagnostic::new(Code::BadSetting, message).help(words!(
            "three capital letters: currency = \"CNY\"",
            "三个大写字母：currency = \"CNY\""
        ));
        reader.problem(value.span(), diagnostic);
    }
    currency
}

pub(in crate::format) fn timezone(
    reader: &mut Reader,
    key: &str,
    value: &TomlValue,
) -> Option<Zone> {
    let text = reader.text(key, value)?;
    let zone = Zone::parse(&text);
    if zone.is_none() {
        let message = words!("`{text}` is no time zone", "`{text}` 不是时区");
        let diagnostic = Diagnostic::new(Code::BadSetting, message);
        let diagnostic = match Zone::like(&text) {
            Some(name) => {
                diagnostic.help(words!("did you mean `{name}`?", "您是否想写 `{name}`？"))
            }
            None => diagnostic.nearest(&text, Zone::names()),
        };
        reader.problem(
            value.span(),
            diagnostic.help(words!(
                "a name of the IANA list: timezone = \"Asia/Shanghai\"",
                "请写 IANA 时区名：timezone = \"Asia/Shanghai\""
            )),
        );
    }
    zone
}

pub(in crate::format) fn weekday(
    reader: &mut Reader,
    key: &str,
    value: &TomlValue,
) -> Option<Weekday> {
    let text = reader.text(key, value)?;
    let day = Weekday::parse(&text);
    if day.is_none() {
        let diagnostic = Diagnostic::new(
            Code::BadSetting,
            words!("`{text}` is not a day of the week", "`{text}` 不是星期几"),
        )
        .nearest(&text, Weekday::ALL.iter().map(|(name, _)| *name));
        reader.problem(value.span(), diagnostic);
    }
    day
}

pub(super) fn weekdays(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<Vec<Weekday>> {
    match value.get_ref() {
        DeValue::Array(days) => {
            Some(days.iter().filter_map(|day| weekday(reader, key, day)).collect())
        }
        _ => weekday(reader, key, value).map(|day| vec![day]),
    }
}

pub(in crate::format) fn rates(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    for (key, value) in table {
        match (Currency::parse(key.get_ref()), reader.amount(key.get_ref(), value)) {
            (Some(currency), Some(rate)) if rate.is_zero() || rate.is_negative() => {
                let wrong = words!(
                    "the rate of `{currency}` is not more than 0",
                    "`{currency}` 的汇率应大于 0"
                );
                let help = words!(
                    "one unit of it in the ledger's own currency: {currency} = 7.12",
                    "1 单位该货币合多少本币：{currency} = 7.12"
                );
                reader.problem(value.span(), Diagnostic::new(Code::BadSetting, wrong).help(help));
            }
            (Some(currency), Some(rate)) => {
                settings.rates.insert(currency, rate);
            }
            (None, _) => {
                let diagnostic = Diagnostic::new(
                    Code::BadSetting,
                    words!("`{}` is not a currency", "`{}` 不是币种", key.get_ref()),
                )
                .help(words!("three capital letters: USD = 7.12", "三个大写字母：USD = 7.12"));
                reader.problem(key.span(), diagnostic);
            }
            (Some(_), None) => {}
        }
    }
}

pub(in crate::format) fn reasons(reader: &mut Reader, settings: &mut Settings, table: &TomlTable) {
    for (key, value) in table {
        let label = label(reader, key.get_ref(), value);
        settings.reasons.push((key.get_ref().as_ref().into(), label));
    }
}
