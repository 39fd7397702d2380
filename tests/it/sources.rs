//! Files of other programs: workbooks, JSON and odd CSV, and such as are made to do harm.

use crate::common::{Sandbox, contains, run};
use std::fmt::Write as _;
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An archive of such parts.
fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook of Excel with sheets of such names and XML of `<sheetData>`; `before` is put above it.
fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATED: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let (mut names, mut related) = (String::new(), String::new());
    let mut parts = vec![(
        "_rels/.rels".to_owned(),
        format!(
            "<Relationships xmlns='{PACKAGE}'><Relationship Id='r' Type='{RELATED}/officeDocument' \
             Target='xl/workbook.xml'/></Relationships>"
        ),
    )];
    for (number, (name, rows)) in (1..).zip(sheets) {
        write!(names, "<sheet name='{name}' sheetId='{number}' r:id='r{number}'/>").unwrap();
        write!(
            related,
            "<Relationship Id='r{number}' Type='{RELATED}/worksheet' Target='worksheets/sheet{number}.xml'/>"
        )
        .unwrap();
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!(
                "<worksheet xmlns='{MAIN}'><dimension ref='A1:XFD1048576'/><sheetData>{rows}</sheetData></worksheet>"
            ),
        ));
    }
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!("<workbook xmlns='{MAIN}' xmlns:r='{RELATED}'><sheets>{names}</sheets></workbook>"),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships xmlns='{PACKAGE}'>{related}</Relationships>"),
    ));
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zipped(&parts)
}

/// A row of texts.
fn row(number: u32, cells: &[&str]) -> String {
    let cells = cells.iter().map(|text| format!("<c t='inlineStr'><is><t>{text}</t></is></c>"));
    format!("<row r='{number}'>{}</row>", cells.collect::<String>())
}

/// A workbook of OpenDocument with this XML of sheets.
fn ods(tables: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content xmlns:office='o' xmlns:table='t' xmlns:text='x'><office:body>\
         <office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    let mime = b"application/vnd.oasis.opendocument.spreadsheet";
    zipped(&[("mimetype", mime), ("content.xml", content.as_bytes())])
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/workbooks");
    std::fs::read(folder.join(name)).unwrap()
}

/// What an import of a file says when it is refused; nothing is written, and quickly.
#[track_caller]
fn refused(name: &str, bytes: &[u8], options: &str) -> String {
    let sandbox = Sandbox::ledger();
    sandbox.write(name, bytes);
    let before = sandbox.snapshot();
    let started = std::time::Instant::now();
    let run = sandbox.crm(&format!("import {name} --date today {options}"));
    assert!(run.status == 1 || run.status == 2, "{}", run.stderr);
    assert!(before == sandbox.snapshot(), "{name} wrote something");
    assert!(started.elapsed().as_secs() < 60, "{name} took too long");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    run.stderr
}

#[test]
fn a_workbook_keeps_its_types_whatever_wrote_it() {
    for format in ["xlsx", "ods", "xls"] {
        let sandbox = Sandbox::ledger();
        // The content counts, not the name.
        sandbox.write("deals.csv", fixture(&format!("typed.{format}")));
        let map = "import deals.csv --skip-lines 2 --map Id=id --map Name=company --map Id=name --map Day=date \
             --map Next=next --map Value=value --map Phone=phone --map Share=note --map Typed=reason";
        let said = sandbox.crm(map).fails(1);
        contains(&said, &["line 5: the cell of `Value` is the error `#N/A`", "--> deals.csv\n"]);
        assert!(!said.contains('\u{fffd}'), "{said}");
        let said = sandbox.crm(&format!("{map} --skip-bad")).done().1;
        contains(&said, &["4 rows: 1 prospect added", "3 bad rows left out"]);
        contains(
            &sandbox.read("prospects/15.toml"),
            &[
                "\"Möbel & Söhne\\nsecond line\"",
                "\"13800000000\"",
                "2009-03-05-1-",
                "next = 2009-12-21T14:00:00",
                "value = 0.3",
                "note = \"0.25\"",
                "reason = \"2009-03-05\"",
            ],
        );
    }
}

#[test]
fn the_sheet_is_named_where_there_are_several() {
    let rows = |name: &str| row(1, &["id", "name"]) + &row(2, &[name, "Acme"]);
    let book = xlsx(&[("Notes", ""), ("Deals 2026", &rows("a")), ("Old &amp; gone", &rows("b"))]);
    let said = refused("x.xlsx", &book, "");
    contains(&said, &["2 sheets with cells: `Deals 2026`, `Old & gone`", "--sheet 'Deals 2026'"]);
    let said = refused("x.xlsx", &book, "--sheet Nothing");
    contains(&said, &["no sheet `Nothing`", "`Notes`, `Deals 2026`"]);
    contains(&refused("x.xlsx", &book, "--sheet 4"), &["no sheet `4`"]);
    contains(&refused("x.xlsx", &book, "--sheet 0"), &["no sheet `0`"]);
    contains(&refused("x.xlsx", &book, "--sheet 1"), &["the sheet has no header"]);
    for (sheet, id) in [("'Deals 2026'", "a"), ("2", "a"), ("3", "b")] {
        let sandbox = Sandbox::ledger();
        sandbox.write("x.xlsx", &book);
        let mut command = sandbox.command();
        command.args(["import", "x.xlsx", "--date", "today", "--sheet", sheet.trim_matches('\'')]);
        run(&mut command).done();
        assert!(sandbox.path().join(format!("prospects/{id}.toml")).exists());
    }
    let sandbox = Sandbox::ledger();
    sandbox.write("x.xlsx", xlsx(&[("Notes", ""), ("Deals", &rows("a"))]));
    sandbox.write("map.toml", "sheet = \"2\"\n[prospect]\nid = \"{id}\"\nname = \"{name}\"\n");
    sandbox.crm("import x.xlsx --date today --mapping map.toml").done();
}

#[test]
fn a_sheet_that_claims_every_cell_needs_no_memory_for_them() {
    let rows = row(1, &["id", "name"])
        + "<row r='1048576'><c r='A1048576'><v>7</v></c><c r='B1048576' t='inlineStr'><is><t>Acme</t></is></c>\
           <c r='XFD1048576' t='inlineStr'><is><t> </t></is></c></row>";
    let sandbox = Sandbox::ledger();
    sandbox.write("x.xlsx", xlsx(&[("S", &rows)]));
    sandbox.crm("import x.xlsx --date today").done();
    assert!(sandbox.read("prospects/7.toml").contains("Acme"));
    let far = row(1, &["id"]) + "<row r='2'><c r='XFE2'><v>7</v></c></row>";
    refused("x.xlsx", &xlsx(&[("S", &far)]), "");
}

#[test]
fn a_bomb_is_not_unpacked() {
    // 200 MiB of zeros pack to 200 KiB.
    let bomb = zipped(&[("xl/workbook.xml", &vec![0; 200 << 20])]);
    assert!(bomb.len() < 1 << 20);
    let said = refused("x.xlsx", &bomb, "");
    contains(&said, &["error[too-large]", "unpacks to more than 1 GiB", "200 times its size"]);
}

#[test]
fn repeated_cells_have_an_end() {
    let cell = "<table:table-cell office:value-type='string'";
    let row = format!(
        "<table:table-row table:number-rows-repeated='1000000'>{cell} table:number-columns-repeated='16000'>\
         <text:p>{}</text:p></table:table-cell></table:table-row>",
        "x".repeat(1000)
    );
    let book = ods(&format!("<table:table table:name='S'>{row}</table:table>"));
    contains(&refused("x.ods", &book, ""), &["fill more than 1 GiB"]);
    let text = "<text:s text:c='4000000000'/>".repeat(1000);
    let wide = format!("{cell}><text:p>id{text}</text:p></table:table-cell>");
    let book = ods(&format!(
        "<table:table table:name='S'><table:table-row>{wide}</table:table-row></table:table>"
    ));
    // Spaces that are repeated for ever are not the text of a name.
    let sandbox = Sandbox::ledger();
    sandbox.write("x.ods", book);
    sandbox.crm("import x.ods --date today --dry-run").ok();
}

#[test]
fn entities_of_a_document_are_not_expanded() {
    let mut laughs = "<!DOCTYPE x [<!ENTITY a0 'ha'>".to_owned();
    for level in 1..30 {
        let below = format!("&a{};", level - 1).repeat(10);
        write!(laughs, "<!ENTITY a{level} '{below}'>").unwrap();
    }
    laughs.push_str("]>");
    let content = "<table:table table:name='S'><table:table-row><table:table-cell office:value-type='string'>\
         <text:p>&a29;</text:p></table:table-cell></table:table-row></table:table>";
    let content = format!(
        "{laughs}<office:document-content><office:body>{content}</office:body></office:document-content>"
    );
    let book = zipped(&[("content.xml", content.as_bytes())]);
    contains(&refused("x.ods", &book, ""), &["the workbook cannot be read: entity `a29`"]);
    let strings = row(1, &["&a29;"]);
    refused("x.xlsx", &xlsx(&[("S", &strings)]), "");
}

#[test]
fn a_damaged_workbook_is_refused_in_words() {
    for name in ["typed.xlsx", "typed.ods", "typed.xls"] {
        let whole = fixture(name);
        for length in [8, 100, whole.len() / 2, whole.len() - 30] {
            let said = refused(name, &whole[..length], "");
            contains(&said, &["the workbook cannot be read", "save it as .xlsx or CSV"]);
        }
    }
    let said = refused("x.docx", &zipped(&[("word/document.xml", b"<x/>")]), "");
    contains(&said, &["the workbook cannot be read"]);
}

#[test]
fn json_is_rows() {
    let sandbox = Sandbox::ledger();
    sandbox.write(
        "x.json",
        r#"{"results": [{"id": 7, "company": {"name": "Acme & Co"}, "tags": ["a", "b"], "value": 15.0},
            {"id": "0042", "company": {"name": "Zoë"}, "value": null}]}"#,
    );
    let map = "--map id=id --map company.name=name --map tags=note --map value=value --date today";
    sandbox.crm(&format!("import x.json {map}")).done();
    contains(&sandbox.read("prospects/7.toml"), &["Acme & Co", "note = \"a;b\"", "value = 15"]);
    assert!(sandbox.read("prospects/0042.toml").contains("Zoë"));
    let sandbox = Sandbox::ledger();
    sandbox.write("x.txt", "{\"id\": 1, \"name\": \"A\"}\n{\"id\": 2, \"name\": \"B\"}\n");
    let mut command = sandbox.command();
    command.args(["import", "-", "--date", "today"]);
    command.stdin(std::fs::File::open(sandbox.path().join("x.txt")).unwrap());
    run(&mut command).done();
    assert!(sandbox.read("prospects/2.toml").contains('B'));
    let said = refused("x.json", b"[{\"name\": \"A\"},\n {\"name\": \"B\", \"name\": \"C\"}]", "");
    contains(&said, &["x.json:2", "an object has `name` twice"]);
}

#[test]
fn odd_rows_of_csv() {
    let sandbox = Sandbox::ledger();
    sandbox.write(
        "x.csv",
        "id,name,,Note,Note,value\na,R&amp;D &#39;x&#39;\nb,\u{a0}Bé\u{200b},ignored,1,2,,,\nc,C,,,,3,4\n",
    );
    let map = "--map id=id --map name=name --map 'Note 2'=note --map value=value --date today";
    let import = format!("import x.csv {map} --skip-bad");
    let mut command = sandbox.command();
    command.args(
        "import x.csv --map id=id --map name=name --map value=value --date today --skip-bad --map"
            .split(' ')
            .chain(["Note 2=note"]),
    );
    let said = run(&mut command).done().1;
    contains(&said, &["line 4: 7 cells, but the header has 6", "2 prospects added"]);
    contains(&said, &["columns of one name have a number from the second on: Note 2\n"]);
    assert_eq!(said.matches("columns of one name").count(), 1, "{import}");
    contains(&sandbox.read("prospects/a.toml"), &["name = \"R&D 'x'\""]);
    contains(&sandbox.read("prospects/b.toml"), &["name = \"Bé\"", "note = \"2\""]);
}

#[test]
fn utf_16_without_a_mark_is_named() {
    let text: Vec<u8> = "id,name\r\na,张伟\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    contains(&refused("x.csv", &text, ""), &["--encoding utf-16le", "`id,name`"]);
    let sandbox = Sandbox::ledger();
    sandbox.write("x.csv", text);
    sandbox.crm("import x.csv --date today --encoding utf-16le").done();
    assert!(sandbox.read("prospects/a.toml").contains("张伟"));
}

#[test]
fn what_has_no_rows_is_named() {
    let said = refused("x.xls", b"<html><table><tr><td>id</td></tr></table></html>", "");
    contains(&said, &["x.xls is HTML or XML", "save it as .xlsx or CSV"]);
}

#[test]
fn a_bad_row_of_a_folder_names_its_file_and_line() {
    let sandbox = Sandbox::ledger();
    sandbox.write("lists/a.csv", "id,name,date\na,A,2009-12-01\n");
    sandbox.write("lists/b.csv", "id,name,date,\nb,B,2009-12-01\nc,C,tomorrow\na,A,2009-12-01\n");
    let said = sandbox.crm("import lists").fails(2);
    contains(&said, &["lists/b.csv does not have the columns of the files before it in lists"]);
    sandbox.write("lists/b.csv", "id,name,date\nb,B,2009-12-01\nc,C,3.3.3\na,A,2009-12-01\n");
    let said = sandbox.crm("import lists").fails(1);
    contains(
        &said,
        &[
            "line 3: `date`: `3.3.3`",
            " --> lists/b.csv:3:1",
            "line 4: the id `a` is in lists/a.csv, line 2, already",
            " --> lists/b.csv:4:1",
        ],
    );
    sandbox.write("lists/b.csv", "id,name,date\nb,B,2009-12-01\n");
    let (_, said) = sandbox.crm("import lists").done();
    contains(&said, &["2 rows: 2 prospects added"]);
}

#[test]
fn an_option_that_a_file_has_no_use_for_is_refused() {
    let csv: &[u8] = b"id,name,date\na,A,2009-12-01\n";
    let json: &[u8] = br#"[{"id": "a", "name": "A"}]"#;
    let card: &[u8] = b"BEGIN:VCARD\nVERSION:3.0\nFN:A\nEND:VCARD\n";
    let book = xlsx(&[("S", &row(1, &["id", "name"]))]);
    let mail: &[u8] = b"From: a@x\nTo: b@x\nDate: Fri, 18 Dec 2009 10:00:00 +0800\n\n";
    for (name, bytes, option, kind) in [
        ("x.csv", csv, "--sheet 1", "a workbook"),
        ("x.json", json, "--delimiter ;", "CSV"),
        ("x.json", json, "--skip-lines 1", "CSV and workbooks"),
        ("x.xlsx", &book[..], "--encoding gbk", "files of text"),
        ("x.eml", mail, "--encoding gbk", "files of text"),
        ("x.vcf", card, "--date-format %d/%m/%Y", "CSV, workbooks and JSON"),
        ("x.eml", mail, "--decimal ,", "CSV, workbooks and JSON"),
        ("x.vcf", card, "--thousands .", "CSV, workbooks and JSON"),
        ("x.vcf", card, "--list-separator ,", "CSV, workbooks and JSON"),
    ] {
        let sandbox = Sandbox::ledger();
        sandbox.write(name, bytes);
        let before = sandbox.snapshot();
        let said = sandbox.crm(&format!("import {name} {option}")).fails(2);
        let option = option.split(' ').next().unwrap();
        contains(
            &said,
            &[&format!("{option} has no use for {name}"), &format!("it is for {kind}")],
        );
        assert!(before == sandbox.snapshot());
    }
    // In a folder, what one of the files has a use for.
    let sandbox = Sandbox::ledger();
    sandbox
        .write("in/a.csv", "id;name;date\na;A;2009-12-01\n")
        .write("in/b.json", r#"[{"id": "b", "name": "B", "date": "2009-12-01"}]"#);
    sandbox.crm("import in --delimiter ;").done();
}

#[test]
fn a_file_of_no_bytes_and_a_folder_that_is_a_ledger_are_named() {
    for name in ["x.xlsx", "x.csv"] {
        contains(
            &refused(name, b"", ""),
            &[&format!("{name} is empty: 0 bytes"), "export it again"],
        );
    }
    let sandbox = Sandbox::ledger();
    sandbox.prospect("a", "name = \"A\"\n", "2009-12-01 = { kind = \"opened\" }\n");
    let said = sandbox.crm("import .").fails(2);
    contains(&said, &[". is a ledger", "crm --ledger . export prospects -o prospects.csv"]);
}

/// A record of a binary workbook.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut all = match kind {
        0..0x80 => vec![kind.to_le_bytes()[0]],
        _ => vec![kind.to_le_bytes()[0] | 0x80, (kind >> 7).to_le_bytes()[0]],
    };
    assert!(data.len() < 0x80);
    all.push(u8::try_from(data.len()).unwrap());
    [all, data.to_vec()].concat()
}

/// A text of a binary workbook.
fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = u32::try_from(units.len()).unwrap().to_le_bytes();
    [&length[..], &units.into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat()
}

#[test]
fn a_binary_workbook_is_read() {
    let (text, number, small) = (6, 5, 2);
    let cell = |kind: u16, column: u32, style: u32, value: &[u8]| {
        record(kind, &[&column.to_le_bytes()[..], &style.to_le_bytes(), value].concat())
    };
    let row = |number: u32| record(0, &[&number.to_le_bytes()[..], &[0; 13]].concat());
    let sheet_name = [&[0; 4][..], &1_u32.to_le_bytes(), &wide("rId1"), &wide("客户")].concat();
    let workbook = [
        record(131, &[]),
        record(143, &[]),
        record(156, &sheet_name),
        record(144, &[]),
        record(132, &[]),
    ];
    // The second of the formats of cells is a day.
    let format = |number: u16| record(47, &[&[0, 0][..], &number.to_le_bytes(), &[0; 12]].concat());
    let formats = [record(617, &2_u32.to_le_bytes()), format(0), format(14), record(618, &[])];
    let styles = [vec![record(278, &[])], formats.to_vec(), vec![record(279, &[])]].concat();
    let headers = ["id", "name", "date", "value"];
    let headers = (0..).zip(headers).map(|(at, name)| cell(text, at, 0, &wide(name)));
    let cells = [
        cell(small, 0, 0, &((7 << 2) | 2_u32).to_le_bytes()),
        cell(text, 1, 0, &wide("远航物流")),
        cell(number, 2, 1, &40_148_f64.to_le_bytes()),
        cell(number, 3, 0, &1500.5_f64.to_le_bytes()),
    ];
    let sheet = [
        vec![record(129, &[]), record(148, &[0; 16]), record(145, &[]), row(0)],
        headers.collect(),
        vec![row(3)],
        cells.to_vec(),
        vec![record(146, &[]), record(130, &[])],
    ];
    let rels =
        "<Relationships><Relationship Id='rId1' Target='worksheets/sheet1.bin'/></Relationships>";
    let book = zipped(&[
        ("xl/workbook.bin", &workbook.concat()),
        ("xl/_rels/workbook.bin.rels", rels.as_bytes()),
        ("xl/styles.bin", &styles.concat()),
        ("xl/worksheets/sheet1.bin", &sheet.concat().concat()),
    ]);
    let sandbox = Sandbox::ledger();
    sandbox.write("x.xlsb", book);
    sandbox.crm("import x.xlsb --sheet 客户").done();
    let text = sandbox.read("prospects/7.toml");
    contains(&text, &["name = \"远航物流\"", "2009-12-01-1-", "value = 1500.5"]);
}
