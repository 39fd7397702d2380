//! Workbooks: what `-f xlsx` writes, read back cell by cell, and opened by LibreOffice.

use crate::common::{Sandbox, day, run};
use calamine::{Data, Range, Reader, Xlsx};
use crm::render::{Format, Options, Rendering};
use crm::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crm::value::date::{Moment, Time};
use crm::value::label::Lang;
use crm::value::money::{Amount, Money};
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

/// The bytes of a sheet as a workbook.
fn bytes(sheet: &Sheet) -> Vec<u8> {
    let options = Options { day: Some(day("2009-12-18")), lang: Lang::En, ..Options::default() };
    let mut out = Vec::new();
    Rendering::of(sheet.clone(), Format::Xlsx, options).unwrap().write(&mut out).unwrap();
    out
}

/// The worksheets of a workbook with their names.
fn pages(bytes: &[u8]) -> Vec<(String, Range<Data>)> {
    Xlsx::new(Cursor::new(bytes)).unwrap().worksheets()
}

/// The rows of the only worksheet.
fn rows(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut pages = pages(bytes);
    assert_eq!(pages.len(), 1);
    pages.remove(0).1.rows().map(<[Data]>::to_vec).collect()
}

/// A sheet of one column without words around it.
fn of_cells(cells: Vec<Cell>) -> Sheet {
    let column = vec![Column::new("x", "X", Kind::Number)];
    let rows = cells.into_iter().map(|cell| Row::new(vec![cell])).collect();
    Sheet::single("s", "", column, rows)
}

/// The cells of that column, below its header.
fn read(cells: Vec<Cell>) -> Vec<Data> {
    rows(&bytes(&of_cells(cells))).into_iter().skip(1).map(|mut row| row.remove(0)).collect()
}

fn text(words: &str) -> Data {
    Data::String(words.to_owned())
}

#[test]
fn every_kind_of_cell_is_typed() {
    let moment =
        |time: &str| Cell::Moment(Moment { date: day("2009-12-15"), time: Time::parse(time) });
    let found = read(vec![
        Cell::text("021-5555"),
        Cell::text("=1+1"),
        Cell::text("+86 21 5555"),
        Cell::text("王经理\r\n\u{1b}[2J_x0041_"),
        Cell::list(["a", "b"]),
        Cell::Int(-12_000),
        Cell::Number(1.25, 1),
        Cell::Amount(Amount::parse("1500.50").unwrap()),
        Cell::Rate(1, 4),
        Cell::Share(0.5),
        Cell::Bool(true),
        Cell::absent("n = 3, too few"),
    ]);
    assert_eq!(
        found,
        [
            text("021-5555"),
            text("=1+1"),
            text("+86 21 5555"),
            text("王经理\n\\u{1b}[2J_x0041_"),
            text("a; b"),
            Data::Float(-12_000.0),
            Data::Float(1.25),
            Data::Float(1500.5),
            Data::Float(0.25),
            Data::Float(0.5),
            Data::Bool(true),
            text("(n = 3, too few)"),
        ]
    );
    let days = read(vec![
        Cell::Date(day("2009-12-15")),
        moment("14:30"),
        moment("14:30:05"),
        Cell::Date(day("1900-01-01")),
    ]);
    let serials: Vec<f64> = days
        .iter()
        .map(|cell| match cell {
            Data::DateTime(moment) => moment.as_f64(),
            other => panic!("{other:?} is no day"),
        })
        .collect();
    assert_eq!(serials[0], 40_162.0);
    assert!((serials[1] - 40_162.0 - 14.5 / 24.0).abs() < 1e-9, "{serials:?}");
    assert!((serials[2] - serials[1] - 5.0 / 86_400.0).abs() < 1e-9, "{serials:?}");
    assert_eq!(serials[3], 1.0);
    // Worksheets have no day before 1900.
    assert_eq!(read(vec![Cell::Date(day("1899-12-31"))]), [text("1899-12-31")]);
}

#[test]
fn an_amount_keeps_all_its_digits() {
    let amount = |text: &str| Cell::Amount(Amount::parse(text).unwrap());
    let found = read(vec![
        amount("123456789012.345"),
        amount("123456789012.3456"),
        amount("0.000001"),
        amount("100000000000000.00"),
    ]);
    assert_eq!(
        found,
        [
            Data::Float(123_456_789_012.345),
            text("123456789012.3456"),
            Data::Float(0.000_001),
            Data::Float(100_000_000_000_000.0),
        ]
    );
}

#[test]
fn currencies_that_differ_have_a_column_of_their_own() {
    let money = |text: &str| Cell::Money(Money::parse(text).unwrap());
    let found = rows(&bytes(&of_cells(vec![money("1500.50 USD"), money("7"), Cell::Empty])));
    assert_eq!(
        found,
        [
            vec![text("X"), text("X currency")],
            vec![Data::Float(1500.5), text("USD")],
            vec![Data::Float(7.0), Data::Empty],
        ]
    );
    let found = rows(&bytes(&of_cells(vec![money("1500.50"), money("7")])));
    assert_eq!(found[0], [text("X")]);
}

#[test]
fn a_worksheet_for_each_table_and_the_words_below_the_first() {
    let column = || vec![Column::new("x", "X", Kind::Number)];
    let table = |title: &str| Table {
        id: "t".into(),
        title: title.into(),
        columns: column(),
        rows: vec![Row::new(vec![Cell::Int(1)])].into(),
        ..Table::default()
    };
    let total = Row::with(vec![Cell::Int(3)], Emphasis::Total);
    let rows = vec![Row::new(vec![Cell::Int(3)]), total];
    let mut sheet = Sheet::single("s", "Won / lost [2009]", column(), rows.into());
    sheet.about = "as of 2009-12-18".into();
    sheet.notes = vec!["=Hold it.".into()];
    let long = "一".repeat(40);
    sheet.tables.extend(["won lost 2009", "History", "'q'", &long, &long].map(table));
    let pages = pages(&bytes(&sheet));
    let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    let (cut, numbered) = ("一".repeat(31), format!("{} 2", "一".repeat(29)));
    assert_eq!(
        names,
        ["Won lost 2009", "won lost 2009 2", "History 1", "q", cut.as_str(), numbered.as_str()]
    );
    let first: Vec<Data> = pages[0].1.rows().map(|row| row[0].clone()).collect();
    assert_eq!(
        first,
        [
            text("X"),
            Data::Float(3.0),
            Data::Float(3.0),
            Data::Empty,
            text("Won / lost [2009]"),
            text("as of 2009-12-18"),
            text("=Hold it."),
        ]
    );
    assert_eq!(pages[1].1.rows().count(), 2);
    // The same sheet is the same bytes, whatever the clock says.
    let first = bytes(&sheet);
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    assert!(first == bytes(&sheet));
}

#[test]
fn limits_are_named_before_a_byte_is_written() {
    let refused = |sheet: Sheet| {
        Rendering::of(sheet, Format::Xlsx, Options::default()).err().map(|error| error.to_string())
    };
    let of = |length: usize| of_cells(vec![Cell::Int(1), Cell::text("𠮷".repeat(length / 2))]);
    assert_eq!(refused(of(32_766)), None);
    assert_eq!(
        refused(of(32_768)).as_deref(),
        Some("`x` in row 2 is longer than the 32767 characters that a cell of a worksheet holds")
    );
    let of = |count: usize| {
        let rows = crm::table::sheet::Rows::made(count, |_| Row::new(Vec::new()));
        Sheet::single("s", "", vec![Column::new("x", "X", Kind::Number)], rows)
    };
    assert_eq!(refused(of(1_048_575)), None);
    assert_eq!(
        refused(of(1_048_576)).as_deref(),
        Some("`s` needs 1048577 rows, and a worksheet has 1048576")
    );
}

/// A small ledger with what spreadsheets spoil.
fn ledger() -> Sandbox {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\nfacts = [\"branch\"]\n");
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"\ncompany = \"=1+1\"\nbranch = \"007\"\n[[contact]]\nname = \"张\"\nphone = \"02155550123\"\n",
        "2009-12-03-1-abc = { kind = \"opened\", owner = \"liuyan\", value = 18000.50, next = 2009-12-21T14:00:00 }\n",
    );
    sandbox
}

#[test]
fn exports_are_workbooks_for_programs_and_reports_for_people() {
    let sandbox = ledger();
    sandbox.crm("export prospects -o x.xlsx").ok();
    let book = std::fs::read(sandbox.path().join("x.xlsx")).unwrap();
    let found = rows(&book);
    let cell = |title: &str| {
        let at = found[0].iter().position(|head| *head == text(title)).unwrap();
        found[1][at].clone()
    };
    assert_eq!(found.len(), 2);
    assert_eq!(cell("name"), text("张先生"));
    assert_eq!(cell("company"), text("=1+1"));
    assert_eq!(cell("phone"), text("02155550123"));
    assert_eq!(cell("branch"), text("007"));
    assert_eq!(cell("value"), Data::Float(18_000.5));
    assert!(matches!(cell("next"), Data::DateTime(_)));
    sandbox.crm("list -c name,next -o x.xlsx").ok();
    let listed = rows(&std::fs::read(sandbox.path().join("x.xlsx")).unwrap());
    assert_eq!(listed[0][..2], [text("姓名"), text("下一步")]);
    for line in
        ["report board", "report forecast", "list", "show zhang", "due", "check --format xlsx"]
    {
        let output = run(sandbox.command().args(crate::common::split(line)).args(["-o", "y.xlsx"]));
        assert_eq!(output.status, 0, "{line}: {}", output.stderr);
        assert!(
            !pages(&std::fs::read(sandbox.path().join("y.xlsx")).unwrap()).is_empty(),
            "{line}"
        );
    }
    // What is written is a workbook too; plain text is none, and one workbook holds one result.
    sandbox.crm("log zhang call -o y.xlsx").done();
    let found = rows(&std::fs::read(sandbox.path().join("y.xlsx")).unwrap());
    assert!(found[1].contains(&text("zhang")), "{found:?}");
    assert!(sandbox.crm("help stages -o z.xlsx").fails(2).contains("纯文本"));
    assert!(sandbox.crm("show zhang zhang -o z.xlsx").status == 2);
    assert!(!sandbox.path().join("z.xlsx").exists());
    // Into a pipe it goes as it is.
    let piped = sandbox.command().args(["export", "people", "-f", "xlsx"]).output().unwrap();
    assert_eq!(rows(&piped.stdout)[1][2..4], [text("张"), Data::Empty]);
    assert!(piped.stderr.is_empty());
}

#[test]
fn csv_begins_with_a_mark_where_it_is_asked_for() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect("zhang", "name = \"张先生\"\n", "2009-12-03 = { kind = \"opened\" }\n");
    let plain = sandbox.crm("export prospects -c id,name").ok();
    assert_eq!(plain, "id,name\nzhang,张先生\n");
    let marked = format!("\u{feff}{plain}");
    assert_eq!(sandbox.crm("export prospects -c id,name --bom").ok(), marked);
    sandbox.crm("list -c id,name --bom -o x.tsv").ok();
    assert_eq!(sandbox.read("x.tsv"), "\u{feff}id\tname\nzhang\t张先生\n");
    assert!(!sandbox.crm("export prospects -f json --bom").ok().contains('\u{feff}'));
    sandbox.write("crm.toml", "[ledger]\ncsv_bom = true\n");
    assert_eq!(sandbox.crm("export prospects -c id,name").ok(), marked);
    assert!(sandbox.crm("report board -f csv").ok().starts_with('\u{feff}'));
    assert!(!sandbox.crm("export prospects -f jsonl").ok().contains('\u{feff}'));
    // Our own import reads it.
    let other = Sandbox::ledger();
    other.write("x.csv", &marked);
    other.crm("import x.csv --date 2009-12-03").done();
    assert_eq!(other.crm("export prospects -c id,name").ok(), plain);
}

/// A workbook as LibreOffice converts it.
fn converted(folder: &Path, name: &str, form: &str) -> Vec<u8> {
    let output = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}/profile", folder.display()))
        .args(["--headless", "--convert-to", form, "--outdir"])
        .arg(folder)
        .arg(folder.join(name))
        .output()
        .expect("there must be a `soffice` in PATH");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let ending = form.split(':').next().unwrap();
    std::fs::read(folder.join(name).with_extension(ending)).unwrap()
}

#[test]
#[ignore = "needs LibreOffice"]
fn libreoffice_reads_days_as_days_and_money_as_numbers() {
    let sandbox = ledger();
    let columns = "id,name,company,phone,branch,value,opened,next";
    sandbox.crm(&format!("export prospects -c {columns} -o x.xlsx")).ok();
    // Comma, quotes, UTF-8, from line 1; cells as they are shown.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false";
    let csv = String::from_utf8(converted(sandbox.path(), "x.xlsx", filter)).unwrap();
    assert_eq!(
        csv.lines().nth(1),
        Some("zhang,张先生,=1+1,02155550123,007,\"18,000.50\",2009-12-03,2009-12-21 14:00")
    );
    let ods = converted(sandbox.path(), "x.xlsx", "ods");
    let mut book: calamine::Ods<_> = calamine::Ods::new(Cursor::new(ods)).unwrap();
    let (_, page) = book.worksheets().remove(0);
    let row: Vec<Data> = page.rows().nth(1).unwrap().to_vec();
    assert_eq!(row[..5], ["zhang", "张先生", "=1+1", "02155550123", "007"].map(text));
    assert_eq!(row[5], Data::Float(18_000.5));
    assert!(matches!(&row[6], Data::DateTimeIso(day) if day.starts_with("2009-12-03")), "{row:?}");
    assert!(matches!(&row[7], Data::DateTimeIso(at) if at == "2009-12-21T14:00:00"), "{row:?}");
}

#[test]
fn headers_are_on_the_side_of_what_is_below_them() {
    let right = |kind: Kind| {
        let column = vec![Column::new("x", "X", kind)];
        let book = bytes(&Sheet::single("s", "", column, Vec::<Row>::new().into()));
        let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
        let styles = std::io::read_to_string(archive.by_name("xl/styles.xml").unwrap()).unwrap();
        styles.contains("horizontal=\"right\"")
    };
    assert!(right(Kind::Number) && right(Kind::Date));
    assert!(!right(Kind::Text) && !right(Kind::Id));
}
