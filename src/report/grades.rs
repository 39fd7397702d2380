//! `crm report grades`: how the customers spread over grades and dimensions, which of them bring the money, and
//! which moved between two dates.

use super::breakdown::{by_cell, by_column, labelled, labelled_cells};
use super::figures::{enough, few, rate};
use super::grade::{foreign, named, rules};
use super::{Request, row_of_each};
use crate::diag::{Diagnostic, counted};
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::{Level, Lifecycle, Scale, Value};
use crate::rules::customer::scores::Scores;
use crate::rules::grading::rfm::{Bins, LEAST};
use crate::stats::{BinConvention, Quintiles, rank_descending, reverse_score};
use crate::table::sheet::{
    Cell, Chart, Column, Emphasis, Kind, Picture, Row, Series, Sheet, Table,
};
use crate::table::words::{column, title};
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::Amount;
use crate::value::period::Period;
use crate::value::text::Text;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A prospect that was selected, or that may stand for a customer that was.
#[derive(Default)]
struct Seen {
    selected: bool,
    /// What is said of it, where a table says something of prospects or is broken down.
    words: Option<Box<Words>>,
}

/// What is said of a prospect.
struct Words {
    id: Text,
    name: Text,
    /// Its value of what is broken down by.
    group: Option<Text>,
}

impl Seen {
    fn id(&self) -> &str {
        self.words.as_ref().map_or("", |words| &words.id)
    }

    fn name(&self) -> &str {
        self.words.as_ref().map_or("", |words| &words.name)
    }

    fn group(&self) -> Option<&str> {
        self.words.as_ref()?.group.as_deref()
    }
}

/// A customer, with the first of its prospects that was selected.
type Found<'b> = [(&'b Customer, &'b Seen)];

/// The spread of the selected customers, each graded against all.
pub fn grades(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let worded = request.by.is_some() || request.period.is_some();
    let selected = request.selection(book);
    let seen = row_of_each(book, |record| {
        let words = || {
            let group = request.group(record, book).map(Into::into);
            let (id, name) = (record.prospect.id.clone(), record.prospect.name.clone());
            Box::new(Words { id, name, group })
        };
        Seen { selected: selected.has(record), words: worded.then(words) }
    });
    let found = customers(&seen, book);
    let sums = cumulated(&found);
    let mut tables = vec![
        by_grade(&found, &seen, book, request),
        dimensions(&found, lang),
        pareto_curve(&sums, lang),
        classes(&found, Scale::Pareto, lang),
        classes(&found, Scale::Pyramid, lang),
    ];
    let bins = bins(book);
    tables.push(segments(if bins.is_some() { &found } else { &[] }, lang));
    tables.push(bin_edges(bins.as_ref(), &found, lang));
    let pairs = request.period.map(|period| (pairs(&found, book, period), period));
    let (pairs, period) = pairs.map_or_else(|| (Vec::new(), None), |(pairs, p)| (pairs, Some(p)));
    tables.push(migration(&pairs, period, book));
    tables.push(moves(&pairs, book));
    let mut sheet = Sheet {
        id: "grades".into(),
        title: lang.pick("Customers by grade", "客户分级").into(),
        about: about(book, &found),
        tables,
        notes: notes(book, &found, bins.is_some()),
        pictures: picture(&sums, lang).into_iter().collect(),
    };
    sheet.hide_empty();
    Ok(sheet)
}

/// The customers of the selected prospects, each once.
fn customers<'b>(seen: &'b [Seen], book: &'b Book) -> Vec<(&'b Customer, &'b Seen)> {
    let graded = book.graded();
    let firsts = graded.first_of_each(|position| seen[position].selected);
    firsts.map(|position| (graded.at(position), &seen[position])).collect()
}

fn about(book: &Book, found: &Found<'_>) -> String {
    let buyers = found.iter().filter(|(customer, _)| customer.figures.is_buyer()).count();
    let (day, n, all) = (book.as_of, found.len(), book.graded().customers().count());
    let currency = book.settings.currency.map(|c| format!("  ·  {c}")).unwrap_or_default();
    match book.settings.language {
        Lang::En if n == all => {
            let customers = counted(n, "customer", "customers");
            format!("{day}  ·  {customers}, {buyers} of them bought{currency}")
        }
        Lang::En | Lang::Machine => format!(
            "{day}  ·  {n} of {}, {buyers} of them bought; graded against all{currency}",
            counted(all, "customer", "customers")
        ),
        Lang::Zh if n == all => format!("{day}  ·  客户 {n} 个，其中 {buyers} 个已购{currency}"),
        Lang::Zh => {
            format!(
                "{day}  ·  {all} 个客户中的 {n} 个，其中 {buyers} 个已购；等级按全体计{currency}"
            )
        }
    }
}

/// Sums as whole numbers: shares are of them, so that nothing is rounded on the way.
fn money(customer: &Customer) -> Amount {
    if customer.figures.is_buyer() { customer.figures.bought.own } else { Amount::ZERO }
}

fn total<'b>(customers: impl Iterator<Item = &'b Customer>) -> Amount {
    customers.fold(Amount::ZERO, |sum, customer| sum.plus(money(customer)))
}

/// How many customers have each level of a dimension, and the money that they brought.
fn tally<'b>(
    customers: impl Iterator<Item = &'b Customer>,
    scale: Scale,
) -> impl Iterator<Item = (&'static Level, (usize, Amount))> {
    let mut tallies = vec![(0, Amount::ZERO); scale.levels().len()];
    for customer in customers {
        if let Some(place) = scale.place(customer) {
            let (n, sum) = &mut tallies[place];
            (*n, *sum) = (*n + 1, sum.plus(money(customer)));
        }
    }
    scale.levels().iter().zip(tallies)
}

/// A share of the money of so many customers; none where there is none to share, or they are too few.
fn share(part: Amount, whole: Amount, customers: usize, lang: Lang) -> Cell {
    match whole.micros() > 0 {
        false => Cell::Empty,
        true if !enough(customers as u64) => few(customers as u64, lang),
        true => Cell::Share(part.to_f64() / whole.to_f64()),
    }
}

/// Count, share and money of each grade, in each group.
fn by_grade(found: &Found<'_>, seen: &[Seen], book: &Book, request: &Request) -> Table {
    let settings = &book.settings;
    let lang = settings.language;
    let grades = settings.grading.grades();
    let place = |customer: &Customer| {
        let grade = customer.grade().and_then(|grade| grades.iter().position(|g| *g == grade));
        grade.unwrap_or(grades.len())
    };
    // Those without a grade come last.
    let mut groups: BTreeMap<Option<&str>, Vec<(usize, Amount)>> = BTreeMap::new();
    for (customer, _) in found {
        let group = groups.entry(seen[customer.lead as usize].group());
        let tallies = group.or_insert_with(|| vec![(0, Amount::ZERO); grades.len() + 1]);
        let (n, sum) = &mut tallies[place(customer)];
        (*n, *sum) = (*n + 1, sum.plus(money(customer)));
    }
    let mut columns: Vec<Column> = Vec::new();
    columns.extend(by_column(request, lang));
    columns.push(column("grade", Kind::Text, lang));
    for id in ["customers", "customer-share", "bought", "money-share"] {
        columns.push(column(id, Kind::Number, lang));
    }
    let mut rows = Vec::new();
    for (group, tallies) in &groups {
        let members: usize = tallies.iter().map(|(n, _)| n).sum();
        let all = tallies.iter().fold(Amount::ZERO, |all, (_, sum)| all.plus(*sum));
        let row = |name: Cell, (n, sum): (usize, Amount), emphasis| {
            let mut cells: Vec<Cell> = Vec::new();
            cells.extend(group.and_then(|group| by_cell(request, group, lang)));
            cells.extend([name, Cell::count(n), rate(n as u64, members as u64, lang)]);
            cells.extend([Cell::Amount(sum), share(sum, all, members, lang)]);
            Row::with(cells, emphasis)
        };
        for (grade, tally) in grades.iter().zip(tallies) {
            rows.push(row(Cell::text(*grade), *tally, Emphasis::Plain));
        }
        if let Some(ungraded) = tallies.last().filter(|(n, _)| *n > 0) {
            let none = Cell::Absent(lang.pick("none", "无").into());
            rows.push(row(none, *ungraded, Emphasis::Warn));
        }
        let total = Cell::text(lang.pick("all", "合计"));
        rows.push(row(total, (members, all), Emphasis::Total));
    }
    Table { id: "grades".into(), columns, rows: rows.into(), ..Table::default() }
}

/// How many customers have each level of the dimensions that every customer has.
fn dimensions(found: &Found<'_>, lang: Lang) -> Table {
    let mut columns = vec![column("dimension", Kind::Text, lang)];
    columns.extend(labelled("level", "level-label", lang));
    columns.extend(["customers", "customer-share"].map(|id| column(id, Kind::Number, lang)));
    let mut rows = Vec::new();
    for scale in
        [Scale::Value, Scale::Relationship, Scale::Demand, Scale::Loyalty, Scale::Lifecycle]
    {
        let name = if scale == Scale::Value { "value-level" } else { scale.name() };
        let customers = found.iter().map(|(customer, _)| *customer);
        for (level, (n, _)) in tally(customers, scale) {
            let mut cells = vec![Cell::text(title(name, lang))];
            cells.extend(labelled_cells(level.id, level.label(lang), lang));
            cells.extend([Cell::count(n), rate(n as u64, found.len() as u64, lang)]);
            rows.push(Row::new(cells));
        }
    }
    let title = lang.pick("Dimensions", "各维度").into();
    Table { id: "dimensions".into(), title, columns, rows: rows.into(), ..Table::default() }
}

/// Count and money of each Pareto class, or of each level of the pyramid.
fn classes(found: &Found<'_>, scale: Scale, lang: Lang) -> Table {
    let mut columns = labelled("level", "level-label", lang);
    let figures = ["customers", "customer-share", "bought", "money-share"];
    columns.extend(figures.map(|id| column(id, Kind::Number, lang)));
    let buyers: Vec<&Customer> = buyers(found);
    let all = total(buyers.iter().copied());
    let row = |(level, (n, sum)): (&Level, (usize, Amount))| {
        let mut cells = labelled_cells(level.id, level.label(lang), lang);
        cells.extend([Cell::count(n), rate(n as u64, buyers.len() as u64, lang)]);
        cells.extend([Cell::Amount(sum), share(sum, all, buyers.len(), lang)]);
        Row::new(cells)
    };
    let levels = tally(buyers.iter().copied(), scale);
    let rows = levels.filter(|_| !buyers.is_empty()).map(row).collect();
    let (id, title) = match scale {
        Scale::Pareto => ("pareto", lang.pick("Pareto classes", "帕累托分类")),
        _ => ("pyramid", lang.pick("Pyramid", "客户金字塔")),
    };
    Table { id: id.into(), title: title.into(), columns, rows, ..Table::default() }
}

fn buyers<'b>(found: &Found<'b>) -> Vec<&'b Customer> {
    found.iter().map(|(customer, _)| *customer).filter(|c| c.figures.is_buyer()).collect()
}

/// Customers by money, the largest first, with the sum up to each; negative ones bring nothing.
fn cumulated(found: &Found<'_>) -> Vec<Amount> {
    let buyers = buyers(found);
    let sums: Vec<Amount> = buyers.iter().map(|customer| money(customer)).collect();
    let ranked = rank_descending(&sums.iter().map(|sum| sum.micros()).collect::<Vec<_>>());
    let mut sum = Amount::ZERO;
    let add = |at: usize| {
        if !sums[at].is_negative() {
            sum = sum.plus(sums[at]);
        }
        sum
    };
    ranked.into_iter().map(add).collect()
}

/// Points of the curve, in percent of the customers that bought.
const POINTS: [usize; 13] = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100];

fn pareto_curve(sums: &[Amount], lang: Lang) -> Table {
    let columns = vec![
        Column::new("top", lang.pick("The first", "前"), Kind::Number),
        column("customer-share", Kind::Number, lang),
        column("bought", Kind::Number, lang),
        column("money-share", Kind::Number, lang),
    ];
    let n = sums.len();
    let mut rows: Vec<Row> = Vec::new();
    let mut before = 0;
    for percent in POINTS {
        let k = (n * percent).div_ceil(100);
        let (Some(sum), Some(all)) = (sums.get(k.saturating_sub(1)), sums.last()) else { continue };
        // A few customers make fewer points.
        if k > before {
            let of_all = rate(k as u64, n as u64, lang);
            let money = share(*sum, *all, n, lang);
            let cells = vec![Cell::count(k), of_all, Cell::Amount(*sum), money];
            rows.push(Row::new(cells));
            before = k;
        }
    }
    let title = lang.pick("Pareto curve", "帕累托曲线").into();
    Table { id: "curve".into(), title, columns, rows: rows.into(), ..Table::default() }
}

#[allow(clippy::cast_precision_loss, reason = "positions on a picture")]
fn picture(sums: &[Amount], lang: Lang) -> Option<Picture> {
    let all = sums.last().filter(|all| all.micros() > 0 && enough(sums.len() as u64))?;
    let point = |(at, sum): (usize, &Amount)| ((at + 1) as f64, sum.to_f64() / all.to_f64());
    let mut points = vec![(0.0, 0.0)];
    points.extend(sums.iter().enumerate().map(point));
    let (_, top) = points[sums.len().div_ceil(5)];
    let description = match lang {
        Lang::En | Lang::Machine => {
            format!("The first fifth of the customers brings {:.0} %.", top * 100.0)
        }
        Lang::Zh => format!("前五分之一的客户带来 {:.0}%。", top * 100.0),
    };
    let label = lang.pick("share of the money", "金额占比").to_owned();
    Some(Picture {
        title: lang.pick("Who brings the money", "谁带来金额").into(),
        description,
        chart: Chart::Steps {
            x_title: lang.pick("customers", "客户数").into(),
            y_title: label.clone(),
            series: vec![Series { label, points, band: Vec::new() }],
        },
    })
}

/// The bins of all customers that bought, as they were scored.
fn bins(book: &Book) -> Option<Bins> {
    let figures = book.graded().customers().map(|customer| &customer.figures);
    Bins::of(figures, &book.settings.grading, book.as_of)
}

fn segments(found: &Found<'_>, lang: Lang) -> Table {
    let mut columns = labelled("segment", "level-label", lang);
    let figures = ["customers", "customer-share", "bought"];
    columns.extend(figures.map(|id| column(id, Kind::Number, lang)));
    let buyers = buyers(found);
    let levels = tally(buyers.iter().copied(), Scale::Segment);
    let rows = levels.filter(|_| !buyers.is_empty()).map(|(level, (n, sum))| {
        let mut cells = labelled_cells(level.id, level.label(lang), lang);
        cells.extend([Cell::count(n), rate(n as u64, buyers.len() as u64, lang)]);
        cells.push(Cell::Amount(sum));
        Row::new(cells)
    });
    let rows = rows.collect();
    let title = lang.pick("Segments by RFM", "RFM 客户群").into();
    Table { id: "rfm".into(), title, columns, rows, ..Table::default() }
}

/// Where the bins of the scores end, and how many customers are in each.
fn bin_edges(bins: Option<&Bins>, found: &Found<'_>, lang: Lang) -> Table {
    let count = |id: &str| Column::new(id, lang.pick("n", "客户数"), Kind::Number);
    let columns = vec![
        column("score", Kind::Number, lang),
        Column::new("recency", lang.pick("Days since last order", "距上次购买天数"), Kind::Text),
        count("recency-customers"),
        Column::new("frequency", lang.pick("Orders", "单数"), Kind::Text),
        count("frequency-customers"),
        Column::new("money", lang.pick("Money", "金额"), Kind::Text),
        count("money-customers"),
    ];
    let scores: Vec<Scores> = found.iter().filter_map(|(customer, _)| customer.rfm).collect();
    let n = |of: &dyn Fn(&Scores) -> bool| Cell::count(scores.iter().filter(|s| of(s)).count());
    let scored = bins.into_iter().flat_map(|bins| (1..=5_u8).rev().map(move |score| (bins, score)));
    let rows = scored.map(|(bins, score)| {
        Row::new(vec![
            Cell::Int(i64::from(score)),
            Cell::text(edges(&bins.recency, reverse_score(score))),
            n(&|s| s.recency == score),
            Cell::text(edges(&bins.frequency, score)),
            n(&|s| s.frequency == score),
            Cell::text(edges(&bins.money, score)),
            n(&|s| s.money == score),
        ])
    });
    let title = lang.pick("Bins of the scores", "分数区间").into();
    Table { id: "bins".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

/// A bin as an interval: a round bracket leaves the limit out, a square one takes it in. The lowest and
/// the highest have no further limit.
fn edges(quintiles: &Quintiles, bin: u8) -> String {
    let cut = |at: u8| quintiles.cuts.get(usize::from(at)).map(|cut| number(*cut));
    let (low, high) = (bin.checked_sub(2).and_then(cut), cut(bin - 1));
    match (quintiles.convention, low, high) {
        (_, None, None) => String::new(),
        (BinConvention::UpperClosed, None, Some(high)) => format!("≤ {high}"),
        (BinConvention::UpperClosed, Some(low), None) => format!("> {low}"),
        (BinConvention::UpperClosed, Some(low), Some(high)) => format!("({low}, {high}]"),
        (BinConvention::RfmPackage, None, Some(high)) => format!("< {high}"),
        (BinConvention::RfmPackage, Some(low), None) => format!("≥ {low}"),
        (BinConvention::RfmPackage, Some(low), Some(high)) => format!("[{low}, {high})"),
    }
}

/// At most two decimals, and none that say nothing.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A customer at two dates; `None` where it did not exist yet.
struct Pair<'b> {
    customer: &'b Customer,
    prospect: &'b Seen,
    from: Option<Option<Text>>,
    to: Option<Option<Text>>,
}

fn pairs<'b>(found: &Found<'b>, book: &Book, period: Period) -> Vec<Pair<'b>> {
    type Known = BTreeMap<(Text, bool), Option<Text>>;
    let key = |book: &Book, customer: &Customer| {
        (book.graded().name(customer).into(), customer.account.is_some())
    };
    let grades = |day: Date| -> Known {
        let grade = |customer: &Customer| customer.grade().map(Into::into);
        let book = book.earlier(day);
        book.graded().customers().map(|c| (key(&book, c), grade(c))).collect()
    };
    let (before, after) = (grades(period.from), grades(period.to));
    let pair = |(customer, prospect): &(&'b Customer, &'b Seen)| {
        let key = key(book, customer);
        let (from, to) = (before.get(&key).cloned(), after.get(&key).cloned());
        Pair { customer, prospect, from, to }
    };
    found.iter().map(pair).filter(|pair| pair.from.is_some() || pair.to.is_some()).collect()
}

/// Rows: the grade at the first date. Columns: the grade at the second. Empty without a period.
fn migration(pairs: &[Pair], period: Option<Period>, book: &Book) -> Table {
    let lang = book.settings.language;
    let mut grades: Vec<Option<Text>> =
        book.settings.grading.grades().into_iter().map(|grade| Some(grade.into())).collect();
    if pairs.iter().any(|p| p.from == Some(None) || p.to == Some(None)) {
        grades.push(None);
    }
    let none = lang.pick("none", "无");
    let label = |grade: &Option<Text>| grade.as_deref().unwrap_or(none).to_owned();
    let mut columns = vec![column("from-grade", Kind::Text, lang)];
    let id = |grade: &Option<Text>| grade.as_deref().unwrap_or("none").to_owned();
    columns.extend(grades.iter().map(|g| Column::new(id(g), label(g), Kind::Number)));
    columns.push(column("total", Kind::Number, lang));
    let absent = Some(lang.pick("not there yet", "尚未建档").to_owned());
    let starts = grades.iter().map(|g| (Some(g.clone()), None)).chain([(None, absent)]);
    let rows = starts.filter_map(|(from, name)| {
        let row: Vec<&Pair> = pairs.iter().filter(|pair| pair.from == from).collect();
        if row.is_empty() && (from.is_none() || period.is_none()) {
            return None;
        }
        let mut cells = vec![Cell::text(name.unwrap_or_else(|| label(&from.clone().flatten())))];
        for to in &grades {
            let n = row.iter().filter(|pair| pair.to.as_ref() == Some(to)).count();
            cells.push(Cell::count(n));
        }
        cells.push(Cell::count(row.len()));
        Some(Row::new(cells))
    });
    let heading = lang.pick("Moves between grades", "级别变动");
    Table {
        id: "migration".into(),
        title: period.map_or_else(String::new, |period| {
            format!("{heading}  ·  {} -> {}", period.from, period.to.min(book.as_of))
        }),
        rows: rows.collect(),
        columns,
        ..Table::default()
    }
}

/// The customers that moved: the best grades lost first.
fn moves(pairs: &[Pair], book: &Book) -> Table {
    let lang = book.settings.language;
    let grades = book.settings.grading.grades();
    let rank = |grade: &Option<Text>| {
        let known = |g: &str| grades.iter().position(|known| *known == g);
        grade.as_deref().and_then(known).unwrap_or(grades.len())
    };
    let ranks = |pair: &Pair| Some((rank(pair.from.as_ref()?), rank(pair.to.as_ref()?)));
    let mut moved: Vec<(Ordering, (usize, usize), &Pair)> = pairs
        .iter()
        .filter_map(|pair| ranks(pair).map(|(from, to)| (from.cmp(&to), (from, to), pair)))
        .filter(|(order, ..)| order.is_ne())
        .collect();
    moved.sort_by_key(|(order, ranks, pair)| (*order, *ranks, pair.prospect.id()));
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("from-grade", Kind::Text, lang),
        column("to-grade", Kind::Text, lang),
        column("lifecycle", Kind::Text, lang),
    ];
    let none = || Cell::Absent(lang.pick("none", "无").into());
    let grade = |known: &Option<Option<Text>>| {
        known.as_ref().and_then(|g| g.as_deref()).map_or_else(none, Cell::text)
    };
    let rows = moved.into_iter().map(|(order, _, pair)| {
        let cells = vec![
            Cell::text(pair.prospect.id()),
            Cell::text(named(pair.customer, pair.prospect.name())),
            grade(&pair.from),
            grade(&pair.to),
            Cell::text(pair.customer.lifecycle.level().short(lang)),
        ];
        Row::with(cells, if order.is_gt() { Emphasis::Good } else { Emphasis::Warn })
    });
    let title = lang.pick("Who moved", "变动名单").into();
    Table { id: "moves".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

fn notes(book: &Book, found: &Found<'_>, scored: bool) -> Vec<String> {
    let lang = book.settings.language;
    let mut notes = rules(&book.settings);
    let buyers = buyers(found);
    let ungraded = found.iter().filter(|(customer, _)| customer.grade().is_none()).count();
    if ungraded > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("customers that fit no rule: {ungraded}; a last rule without `when` fits the rest")
            }
            Lang::Zh => format!("{ungraded} 个不符合任何规则：最后加一条不带 when 的规则"),
        });
    }
    let dormant = buyers
        .iter()
        .filter(|c| c.value == Value::High && c.lifecycle == Lifecycle::Lapsed)
        .count();
    if dormant > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "customers of high value that have lapsed: {dormant}; crm grade 'value:high lifecycle:lapsed' lists them"
            ),
            Lang::Zh => {
                format!("{dormant} 个高价值客户已流失：crm grade 'value:high lifecycle:lapsed'")
            }
        });
    }
    if !scored && !buyers.is_empty() {
        let n = book.graded().customers().filter(|customer| customer.figures.is_buyer()).count();
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "RFM: n = {n}, too few: quintiles need {LEAST} customers that bought, limits in [grading] need none"
            ),
            Lang::Zh => format!("RFM：n = {n}，太少：五分位需要 {LEAST} 个已购客户，也可在 [grading] 中设定界限"),
        });
    }
    notes.extend(foreign(found.iter().map(|(customer, _)| *customer), lang));
    notes
}
