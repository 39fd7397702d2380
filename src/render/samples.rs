//! Sheets to test with.

use super::{Format, Options, RenderError, Rendering};
use crate::table::sheet::{
    Cell, Chart, Column, Emphasis, Kind, Picture, Quantity, Row, Series, Sheet, Table,
};
use crate::value::date::Date;
use crate::value::money::{Amount, Money};

/// A sheet as text.
pub(super) fn rendered(
    sheet: &Sheet,
    format: Format,
    options: &Options,
) -> Result<String, RenderError> {
    bytes(sheet, format, options).map(|bytes| String::from_utf8(bytes).unwrap())
}

/// A sheet as bytes.
pub(super) fn bytes(
    sheet: &Sheet,
    format: Format,
    options: &Options,
) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    Rendering::of(sheet.clone(), format, options.clone())?.write(&mut bytes).unwrap();
    Ok(bytes)
}

/// One of everything, small.
pub(super) fn sheet() -> Sheet {
    let columns = vec![
        Column::new("id", "Id", Kind::Id),
        Column::new("name", "Name", Kind::Text),
        Column::new("value", "Value", Kind::Number),
        Column::new("won", "Won", Kind::Number),
        Column::new("since", "Since", Kind::Date),
    ];
    let money = |text: &str| Cell::Money(Money::parse(text).unwrap());
    let rows = vec![
        Row::with(
            vec![
                Cell::text("wang"),
                Cell::text("王经理"),
                money("18000"),
                Cell::Rate(4238, 6711),
                Cell::Date(Date::new(2009, 12, 15).unwrap()),
            ],
            Emphasis::Good,
        ),
        Row::new(vec![
            Cell::text("zhang"),
            Cell::text("Zhang, Wei | \"Z\""),
            money("1500.50 USD"),
            Cell::Absent("n = 3, too few".into()),
            Cell::Empty,
        ]),
        Row::with(
            vec![
                Cell::Empty,
                Cell::text("all"),
                Cell::Amount(Amount::from_int(19_500)),
                Cell::Empty,
                Cell::Empty,
            ],
            Emphasis::Total,
        ),
    ];
    let mut sheet = Sheet::single("won", "Won", columns, rows.into());
    sheet.about = "as of 2009-12-15".into();
    sheet.notes = vec!["Hold it.".into()];
    sheet.tables.push(Table {
        id: "money".into(),
        title: "Money".into(),
        columns: vec![
            Column::new("what", "What", Kind::Text),
            Column::new("sum", "Sum", Kind::Number),
        ],
        rows: vec![Row::new(vec![Cell::text("booked"), Cell::Int(12)])].into(),
        ..Table::default()
    });
    sheet
}

/// A sheet with one text wherever a text can be.
pub(super) fn of_text(text: &str) -> Sheet {
    let columns = vec![
        Column::new("a", text, Kind::Text),
        Column::new("b", "B", Kind::Number),
        Column::new("c", text, Kind::Text),
    ];
    let row = |emphasis| {
        let list = Cell::list([text, text]);
        Row::with(vec![Cell::text(text), Cell::absent(text), list], emphasis)
    };
    let rows = vec![row(Emphasis::Plain), row(Emphasis::Total)];
    let mut sheet = Sheet::single("s", text, columns, rows.into());
    sheet.about = text.to_owned();
    sheet.notes = vec![text.to_owned()];
    sheet.pictures = pictures_of(text, text).to_vec();
    sheet
}

/// One picture of each sort.
pub(super) fn pictures() -> [Picture; 3] {
    pictures_of("New", "报价")
}

fn pictures_of(one: &str, other: &str) -> [Picture; 3] {
    let picture = |title: &str, chart| Picture {
        title: title.to_owned(),
        description: format!("{one} against {other}"),
        chart,
    };
    let bars = vec![
        Quantity::new(one, 24.0, "24"),
        Quantity::new(other, 12.0, "12").with(Emphasis::Warn),
        Quantity::new(one, 0.1, "0.1"),
    ];
    let curve = |label: &str, f: fn(f64) -> f64| Series {
        label: label.to_owned(),
        points: (0..=30).map(|i| f64::from(i) * 4.0).map(|x| (x, f(x))).collect(),
        band: (0..=30)
            .map(|i| f64::from(i) * 4.0)
            .map(|x| (x, (f(x) - 0.05).max(0.0), (f(x) + 0.05).min(1.0)))
            .collect(),
    };
    let steps = Chart::Steps {
        x_title: "days".to_owned(),
        y_title: "share".to_owned(),
        series: vec![
            curve(one, |x| (-x / 60.0).exp()),
            curve(other, |x| 0.6 * (1.0 - (-x / 30.0).exp())),
        ],
    };
    let range = Chart::Range {
        low: Quantity::new("p10", 12_000.0, "12,000"),
        middle: Quantity::new("p50", 18_000.0, "18,000"),
        high: Quantity::new("p90", 30_000.0, "30,000"),
        marks: vec![Quantity::new(other, 40_000.0, "40,000").with(Emphasis::Good)],
    };
    [picture("Bars", Chart::Bars(bars)), picture("Steps", steps), picture("Range", range)]
}
