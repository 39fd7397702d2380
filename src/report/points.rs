//! `crm report points`: the points of each customer, and what they are worth (会员积分).

use super::Request;
use crate::diag::{Diagnostic, counted};
use crate::rules::book::Book;
use crate::rules::points::{CustomerPoints, Points, customers};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::Amount;

/// The customers with points of which the request selects a file, the largest balance first.
pub fn points(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let selection = request.selection(book);
    let mut known = customers(book, |record| selection.has(record));
    known.retain(|customer| customer.is_selected);
    known.sort_by_key(|one| (std::cmp::Reverse(one.points.balance(settings)), one.id.clone()));
    let worth = settings.points.and_then(|terms| terms.worth);
    let head = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let mut columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        head("earned", "Earned", "消费所得"),
        head("given", "Given", "赠送"),
        head("redeemed", "Redeemed", "兑换"),
        head("balance", "Balance", "余额"),
    ];
    if worth.is_some() || lang == Lang::Machine {
        columns.push(head("liability", "Liability", "负债"));
    }
    let cells = |points: &Points| {
        let balance = points.balance(settings);
        // A balance below zero is a mistake, and no claim of ours.
        let owed = worth.map(|worth| worth.times(balance.max(Amount::ZERO)).round(2));
        let mut cells = vec![
            Cell::Amount(points.earned(settings)),
            Cell::Amount(points.given),
            Cell::Amount(points.redeemed),
            Cell::Amount(balance),
        ];
        if worth.is_some() || lang == Lang::Machine {
            cells.push(Cell::maybe(owed, Cell::Amount));
        }
        (cells, owed.unwrap_or(Amount::ZERO))
    };
    let mut total = [Amount::ZERO; 5];
    let mut rows = Vec::new();
    for CustomerPoints { id, name, points, .. } in &known {
        let (figures, owed) = cells(points);
        let balance = points.balance(settings);
        let parts = [points.earned(settings), points.given, points.redeemed, balance, owed];
        total.iter_mut().zip(parts).for_each(|(sum, part)| *sum = sum.plus(part));
        let mut row = vec![Cell::text(id.clone()), Cell::text(name.clone())];
        row.extend(figures);
        let below = balance.is_negative();
        rows.push(Row::with(row, if below { Emphasis::Warn } else { Emphasis::Plain }));
    }
    let mut last = vec![Cell::text(lang.pick("all", "合计")), Cell::Empty];
    last.extend(total.map(Cell::Amount));
    last.truncate(columns.len());
    if worth.is_none() && lang == Lang::Machine {
        last[columns.len() - 1] = Cell::Empty;
    }
    rows.push(Row::with(last, Emphasis::Total));
    let mut sheet = Sheet::single("points", lang.pick("Points", "会员积分"), columns, rows.into());
    sheet.about = match lang {
        Lang::En | Lang::Machine => {
            let n = counted(known.len(), "customer", "customers");
            format!("{}  ·  {n} with points", book.as_of)
        }
        Lang::Zh => format!("{}  ·  有积分的客户 {} 个", book.as_of, known.len()),
    };
    sheet.notes.extend(notes(book));
    Ok(sheet)
}

fn notes(book: &Book) -> Vec<String> {
    let lang = book.settings.language;
    let mut notes = Vec::new();
    match book.settings.points.map(|terms| (terms.per, terms.worth)) {
        Some((Some(per), worth)) => {
            let per = per.grouped();
            notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!("one point for each full {per} ordered, refunds off, of all orders of a customer together")
                }
                Lang::Zh => format!("每满 {per} 积 1 分：按客户全部订单合计，扣除退款"),
            });
            if let Some(worth) = worth {
                notes.push(match lang {
                    Lang::En | Lang::Machine => {
                        format!("liability: the balance at {worth} a point")
                    }
                    Lang::Zh => format!("负债：余额按每分 {worth} 计"),
                });
            }
        }
        _ => notes.push(
            lang.pick(
                "orders give no points: set per = 100 under [points] in crm.toml",
                "订单不产生积分：请在 crm.toml 的 [points] 下设 per = 100",
            )
            .into(),
        ),
    }
    notes
}
