//! `company.toml`: text -> [`CompanyFile`].

use crate::diag::{Code, Diagnostic, Place};
use crate::format::settings::ledger::{currency, rates, timezone, weekday};
use crate::format::settings::report::reports;
use crate::format::settings::{needs_id, one_of, unknown, unknown_name};
use crate::format::tree::{Reader, TomlTable, TomlValue, parse};
use crate::model::company::{CompanyFile, ListedLedger};
use crate::model::settings::Settings;
use crate::value::id::{BadId, fold, validate};
use crate::value::label::Lang;
use crate::value::period::FiscalYear;
use crate::value::text::Text;
use std::ops::Range;
use std::path::Path;

/// The tables of the file.
pub const SECTIONS: [&str; 4] = ["company", "rates", "report", "ledger"];

/// The keys of `[company]`.
pub const COMPANY_KEYS: [&str; 6] =
    ["name", "language", "currency", "timezone", "fiscal_year", "week_start"];

/// The keys of `[[ledger]]`.
pub const LEDGER_KEYS: [&str; 2] = ["id", "path"];

/// Reads the file of a company; all that is wrong is reported together.
///
/// # Errors
/// Fails with each unknown key, each value of a wrong type, each ledger without an id or a path, each id that two
/// ledgers have, and if there is no ledger.
pub fn read_company(text: &str, shown: &Path) -> Result<CompanyFile, Vec<Diagnostic>> {
    let place = Place::file(shown);
    let toml = parse(text, &place).map_err(|problems| {
        problems.into_iter().map(|p| p.recoded(Code::Company)).collect::<Vec<_>>()
    })?;
    let mut reader = Reader::new(place.clone(), Code::Company);
    let mut file = CompanyFile::default();
    for (key, value) in &toml {
        let name: &str = key.get_ref();
        match name {
            "company" => {
                if let Some(table) = reader.table(name, value) {
                    company(&mut reader, &mut file, table);
                }
            }
            "rates" => {
                if let Some(table) = reader.table(name, value) {
                    let mut settings = Settings::default();
                    rates(&mut reader, &mut settings, table);
                    file.rates = Some(settings.rates);
                }
            }
            "report" => {
                if let Some(table) = reader.table(name, value) {
                    let mut settings = Settings::default();
                    reports(&mut reader, &mut settings, table);
                    file.reports = settings.reports;
                }
            }
            "ledger" => ledgers(&mut reader, &mut file, name, value),
            _ => {
                let message = words!("unknown section `{name}`", "没有 `{name}` 这一段设置");
                let problem = Diagnostic::new(Code::Company, message);
                unknown_name(&mut reader, key.span(), problem, name, &SECTIONS);
            }
        }
    }
    if file.ledgers.is_empty() && reader.problems.is_empty() {
        let message = words!("the company has no ledger", "公司没有账本");
        reader.problems.push(Diagnostic::new(Code::Company, message).at(place).help(words!(
            "list each ledger: [[ledger]], then id = \"shanghai\" and path = \"shanghai\"",
            "请列出每个账本：[[ledger]]，其下写 id = \"shanghai\" 和 path = \"shanghai\""
        )));
    }
    if reader.problems.is_empty() {
        return Ok(file);
    }
    reader.problems.sort_by(|a, b| a.place.cmp(&b.place));
    // Values that the settings of a ledger have too are read by their readers.
    let of_company = |problem: Diagnostic| match problem.code {
        Code::BadSetting => problem.recoded(Code::Company),
        _ => problem,
    };
    Err(reader.problems.into_iter().map(of_company).collect())
}

fn company(reader: &mut Reader, file: &mut CompanyFile, table: &TomlTable) {
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "name" => file.name = reader.text(name, value),
            "language" => file.language = one_of(reader, name, value, &Lang::ALL),
            "currency" => file.currency = currency(reader, name, value),
            "timezone" => file.timezone = timezone(reader, name, value),
            "fiscal_year" => {
                let month = reader.number(name, value, 1, 12);
                file.fiscal_year = month.and_then(FiscalYear::beginning);
            }
            "week_start" => file.week_start = weekday(reader, name, value),
            _ => unknown(reader, key.span(), "[company]", name, &COMPANY_KEYS),
        }
    }
}

fn ledgers(reader: &mut Reader, file: &mut CompanyFile, key: &str, value: &TomlValue) {
    for (table, span) in reader.tables(key, value) {
        let (mut id, mut path) = (None, None);
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "id" => id = reader.text(name, value).map(|id| (id, value.span())),
                "path" => path = reader.text(name, value).map(|path| (path, value.span())),
                _ => unknown(reader, key.span(), "[[ledger]]", name, &LEDGER_KEYS),
            }
        }
        let valid = |(id, _): &(Text, Range<usize>)| validate(id);
        let wrong = id.as_ref().map_or(Err(BadId::Empty), valid);
        let at = id.as_ref().map_or(span.clone(), |(_, at)| at.clone());
        if let Err(bad) = wrong {
            let needs = needs_id(&words!("ledger", "账本"), &bad);
            reader.problem(at, needs.recoded(Code::Company));
            continue;
        }
        let Some((id, at)) = id else { continue };
        if file.ledgers.iter().any(|known| fold(&known.id) == fold(&id)) {
            let message = words!("two ledgers have the id `{id}`", "两个账本的 id 都是 `{id}`");
            let help = words!("give each ledger an id of its own", "请让每个账本有自己的 id");
            reader.problem(at, Diagnostic::new(Code::Company, message).help(help));
            continue;
        }
        match path {
            Some((path, at)) if !path.is_empty() => {
                let place = reader.place.clone().span(at);
                file.ledgers.push(ListedLedger { id, path: path.as_str().into(), place });
            }
            _ => {
                let message = words!("the ledger `{id}` needs a `path`", "账本 `{id}` 要有 `path`");
                let help = words!(
                    "path = \"…\": its folder, from that of this file",
                    "path = \"…\"：其文件夹，从本文件所在的文件夹起"
                );
                reader.problem(span, Diagnostic::new(Code::Company, message).help(help));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<CompanyFile, Vec<String>> {
        read_company(text, Path::new("company.toml"))
            .map_err(|found| found.iter().map(|problem| problem.message.en().to_owned()).collect())
    }

    #[test]
    fn everything_is_read() {
        let file = read(
            "[company]\nname = \"华东\"\nlanguage = \"zh\"\ncurrency = \"CNY\"\n\
             timezone = \"Asia/Shanghai\"\nfiscal_year = 4\nweek_start = \"mon\"\n\
             [rates]\nUSD = 7.12\n\
             [[ledger]]\nid = \"shanghai\"\npath = \"a\"\n[[ledger]]\nid = \"苏州\"\npath = \"../b\"\n",
        )
        .unwrap();
        assert_eq!((file.name.as_deref(), file.language), (Some("华东"), Some(Lang::Zh)));
        assert_eq!(file.currency.map(|c| c.to_string()).as_deref(), Some("CNY"));
        assert_eq!(file.fiscal_year, FiscalYear::beginning(4));
        assert_eq!(file.rates.map(|rates| rates.len()), Some(1));
        let ledgers: Vec<_> =
            file.ledgers.iter().map(|one| (&*one.id, one.path.to_str())).collect();
        assert_eq!(ledgers, [("shanghai", Some("a")), ("苏州", Some("../b"))]);
        let least = read("[[ledger]]\nid = \"a\"\npath = \"a\"\n").unwrap();
        assert_eq!((least.currency, least.rates, least.week_start), (None, None, None));
    }

    #[test]
    fn what_is_wrong_is_reported_together_in_the_order_of_the_file() {
        let problems = read(
            "[company]\nnam = \"x\"\ncurrency = \"yuan\"\n[rates]\nUSD = 0\n\
             [[ledger]]\npath = \"a\"\n[[ledger]]\nid = \"a/b\"\npath = \"b\"\n\
             [[ledger]]\nid = \"c\"\n[[ledger]]\nid = \"d\"\npath = 3\n\
             [[ledger]]\nid = \"e\"\npath = \"e\"\n[[ledger]]\nid = \"E\"\npath = \"f\"\n[extra]\n",
        );
        assert_eq!(
            problems.unwrap_err(),
            [
                "unknown setting `nam` of `[company]`",
                "`yuan` is not a currency",
                "the rate of `USD` is not more than 0",
                "a ledger needs an `id`",
                "a ledger cannot have this `id`: an id cannot contain '/'",
                "the ledger `c` needs a `path`",
                "the ledger `d` needs a `path`",
                "`path` must be a text, not 3",
                "two ledgers have the id `E`",
                "unknown section `extra`",
            ]
        );
        assert_eq!(read("").unwrap_err(), ["the company has no ledger"]);
        assert_eq!(read("[[ledger]\n").unwrap_err().len(), 1);
    }
}
