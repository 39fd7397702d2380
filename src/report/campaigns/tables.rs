//! The tables of the campaigns.

use super::{By, Figures, Rows, State};
use crate::model::campaign::CampaignGoal;
use crate::model::kind::KINDS;
use crate::model::settings::Settings;
use crate::report::Request;
use crate::report::breakdown::group_name;
use crate::report::figures::{count, enough, few, per, rate, without_rate};
use crate::rules::book::Book;
use crate::stats::Difference;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::terms::term;
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::money::Sum;

fn head(id: &str, en: &str, zh: &str, lang: Lang) -> Column {
    Column::new(id, lang.pick(en, zh), Kind::Number)
}

/// The column of the rows.
fn by_column(by: By, lang: Lang) -> Column {
    match by {
        By::Segment => Column::new("segment", lang.pick("Segment", "客群"), Kind::Text),
        By::Parent => Column::new("parent", lang.pick("Campaign", "营销活动"), Kind::Text),
        other => column(other.name(), Kind::Text, lang),
    }
}

/// The name of a row: its id for machines, its label for people.
fn name(id: &str, by: By, settings: &Settings) -> Cell {
    let lang = settings.language;
    let label = match by {
        By::Campaign | By::Parent => settings.campaign(id).map(|one| &one.label),
        By::Segment => settings.segment(id).map(|one| &one.label),
        By::Channel if lang != Lang::Machine => return group_name(term(KINDS, id, lang), lang),
        By::Channel | By::Month => None,
    };
    group_name(label.map_or(id, |label| label.term(lang, id)), lang)
}

fn cost_cell(figures: &Figures, lang: Lang) -> Cell {
    match figures.cost {
        _ if figures.is_cost_unknown => Cell::absent(lang.pick("unknown", "未知")),
        Some(cost) => Cell::Amount(cost),
        None => Cell::Empty,
    }
}

fn cost_per(figures: &Figures, n: u64) -> Cell {
    let cost = figures.cost.filter(|_| !figures.is_cost_unknown);
    cost.map_or(Cell::Empty, |cost| per(cost, n))
}

/// A difference in points with its interval; too few in one of the groups say so, and without a group there is none.
fn lift_cells(lift: Difference, lang: Lang) -> [Cell; 3] {
    let (sent, control) = (lift.first.trials, lift.second.trials);
    if control == 0 {
        return [Cell::Empty, Cell::Empty, Cell::Empty];
    }
    let fewest = sent.min(control);
    if !enough(fewest) {
        return [few(fewest, lang), Cell::Empty, Cell::Empty];
    }
    let points = |x: f64| Cell::Number(x * 100.0, 1);
    let (low, high) = lift.newcombe().unzip();
    [lift.rate(), low, high].map(|x| Cell::maybe(x, points))
}

/// The margin; that it is not known where the cost of nothing that was sold is.
fn margin_cell(figures: &Figures, lang: Lang) -> Cell {
    if figures.costed == Sum::default() && figures.booked != Sum::default() {
        return Cell::absent(lang.pick("no cost known", "无成本"));
    }
    Cell::sum(&figures.margin)
}

fn roi_cell(figures: &Figures) -> Cell {
    Cell::maybe(figures.roi(), Cell::Share)
}

/// The report.
pub(super) fn sheet(rows: &Rows, by: By, request: &Request, book: &Book) -> Sheet {
    let settings = &book.settings;
    let lang = settings.language;
    // In the order of the settings; unknown ones last.
    let mut lines: Vec<(&str, &Figures)> = rows.iter().map(|(id, f)| (id.as_str(), f)).collect();
    if matches!(by, By::Campaign | By::Parent) {
        let place = |id: &str| settings.campaigns.iter().position(|one| *one.id == *id);
        lines.sort_by_key(|(id, _)| (place(id).unwrap_or(usize::MAX), *id));
    }
    let mut sheet = Sheet {
        id: "campaigns".into(),
        title: lang.pick("Campaigns", "营销活动").into(),
        about: about(request, book),
        tables: vec![
            machines(&lines, by, settings),
            reach(&lines, by, settings),
            money(&lines, by, settings),
            lift(&lines, by, settings),
        ],
        ..Sheet::default()
    };
    sheet.hide_empty();
    sheet.notes = notes(&lines, settings);
    sheet
}

fn about(request: &Request, book: &Book) -> String {
    let on = book.as_of;
    match (request.period, book.settings.language) {
        (None, Lang::En | Lang::Machine) => format!("all campaigns, as of {on}"),
        (None, Lang::Zh) => format!("全部活动，截至 {on}"),
        (Some(period), Lang::En | Lang::Machine) => {
            format!("files reached and prospects opened in {period}, as of {on}")
        }
        (Some(period), Lang::Zh) => format!("{period} 触达的客户与建档的线索，截至 {on}"),
    }
}

fn machines(lines: &[(&str, &Figures)], by: By, settings: &Settings) -> Table {
    let lang = settings.language;
    let mut columns = vec![by_column(by, lang)];
    for id in [
        "sent",
        "control",
        "answered",
        "response-rate",
        "unasked",
        "goal",
        "leads",
        "became",
        "won",
        "orders",
        "booked",
        "margin",
        "costed",
        "budget",
        "cost",
        "cost-per-lead",
        "cost-per-close",
        "roi",
        "acted",
        "control-acted",
        "lift",
        "lift-low",
        "lift-high",
        "ordered",
        "control-ordered",
        "order-lift",
        "order-lift-low",
        "order-lift-high",
    ] {
        columns.push(Column::new(id, id, Kind::Number));
    }
    let rows = lines.iter().map(|(id, figures)| {
        let mut cells = vec![
            Cell::text(*id),
            count(figures.sent),
            count(figures.control),
            count(figures.answered),
            rate(figures.answered, figures.sent, lang),
            count(figures.unasked),
            Cell::maybe(figures.goal, count),
            count(figures.leads),
            count(figures.became),
            count(figures.won),
            count(figures.orders),
            Cell::sum(&figures.booked),
            margin_cell(figures, lang),
            Cell::sum(&figures.costed),
            Cell::maybe(figures.budget, Cell::Amount),
            cost_cell(figures, lang),
            cost_per(figures, figures.leads),
            cost_per(figures, figures.won),
            roi_cell(figures),
        ];
        for done in [figures.acted, figures.ordered] {
            cells.extend(done.map(count));
            cells.extend(match figures.is_one() {
                true => lift_cells(figures.lift(done), lang),
                false => [Cell::Empty, Cell::Empty, Cell::Empty],
            });
        }
        Row::new(cells)
    });
    let (rows, audience) = (rows.collect(), Audience::Machines);
    Table { id: "campaigns".into(), rows, columns, audience, ..Table::default() }
}

/// Whom they reached, and who answered.
fn reach(lines: &[(&str, &Figures)], by: By, settings: &Settings) -> Table {
    let lang = settings.language;
    let has_goal = lines.iter().any(|(_, figures)| figures.goal.is_some());
    let mut columns = vec![
        by_column(by, lang),
        head("sent", "Sent", "触达", lang),
        head("control", "Control", "对照组", lang),
        head("answered", "Answered", "回应", lang),
        head("response-rate", "Of those sent", "回应率", lang),
    ];
    columns.extend(has_goal.then(|| head("goal", "Goal", "目标", lang)));
    columns.extend(["leads", "became", "won"].map(|id| column(id, Kind::Number, lang)));
    let rows = lines.iter().map(|(id, figures)| {
        let mut cells = vec![
            name(id, by, settings),
            count(figures.sent),
            count(figures.control),
            count(figures.answered),
            if figures.sent == 0 {
                Cell::Empty
            } else {
                rate(figures.answered, figures.sent, lang)
            },
        ];
        cells.extend(has_goal.then(|| Cell::maybe(figures.goal, count)));
        cells.extend([figures.leads, figures.became, figures.won].map(count));
        let is_reached = figures.goal.is_some_and(|goal| figures.answered >= goal);
        Row::with(cells, if is_reached { Emphasis::Good } else { Emphasis::Plain })
    });
    let (rows, audience) = (rows.collect(), Audience::People);
    Table { id: "reach".into(), rows, columns, audience, ..Table::default() }
}

/// What they brought and cost.
fn money(lines: &[(&str, &Figures)], by: By, settings: &Settings) -> Table {
    let lang = settings.language;
    let has_budget = lines.iter().any(|(_, figures)| figures.budget.is_some());
    let mut columns = vec![by_column(by, lang)];
    columns.extend(["orders", "booked", "margin"].map(|id| column(id, Kind::Number, lang)));
    columns.extend(has_budget.then(|| head("budget", "Budget", "预算", lang)));
    columns.extend(
        ["cost", "cost-per-lead", "cost-per-close"].map(|id| column(id, Kind::Number, lang)),
    );
    columns.push(head("roi", "ROI", "投资回报率", lang));
    let rows = lines.iter().map(|(id, figures)| {
        let mut cells = vec![
            name(id, by, settings),
            count(figures.orders),
            Cell::sum(&figures.booked),
            margin_cell(figures, lang),
        ];
        cells.extend(has_budget.then(|| Cell::maybe(figures.budget, Cell::Amount)));
        cells.extend([
            cost_cell(figures, lang),
            cost_per(figures, figures.leads),
            cost_per(figures, figures.won),
            roi_cell(figures),
        ]);
        let over = figures.is_over_budget();
        Row::with(cells, if over { Emphasis::Warn } else { Emphasis::Plain })
    });
    Table {
        id: "money".into(),
        title: lang.pick("Money", "金额").into(),
        rows: rows.collect(),
        columns,
        audience: Audience::People,
    }
}

/// How much more often those that were reached answered or ordered than those that were kept out.
fn lift(lines: &[(&str, &Figures)], by: By, settings: &Settings) -> Table {
    let lang = settings.language;
    let columns = vec![
        by_column(by, lang),
        Column::new("measure", lang.pick("What they did", "行为"), Kind::Text),
        head("sent-rate", "Of those sent", "触达组", lang),
        head("control-rate", "Of the control group", "对照组", lang),
        head("lift", "Lift, points", "提升（百分点）", lang),
        column("low", Kind::Number, lang),
        column("high", Kind::Number, lang),
    ];
    let mut rows = Vec::new();
    for (id, figures) in lines.iter().filter(|(_, figures)| figures.control > 0 && figures.is_one())
    {
        let measures = [
            (lang.pick("answered or ordered", "回应或下单"), figures.acted),
            (lang.pick("ordered", "下单"), figures.ordered),
        ];
        for (what, done) in measures {
            let lift = figures.lift(done);
            let mut cells = vec![
                name(id, by, settings),
                Cell::text(what),
                rate(done[0], figures.sent, lang),
                rate(done[1], figures.control, lang),
            ];
            cells.extend(lift_cells(lift, lang));
            let sure = enough(figures.sent.min(figures.control));
            let emphasis = match lift.newcombe().filter(|_| sure) {
                Some((low, _)) if low > 0.0 => Emphasis::Good,
                Some((_, high)) if high < 0.0 => Emphasis::Warn,
                _ => Emphasis::Plain,
            };
            rows.push(Row::with(cells, emphasis));
        }
    }
    Table {
        id: "lift".into(),
        title: lang.pick("Against the control group", "与对照组相比").into(),
        rows: rows.into(),
        columns,
        audience: Audience::People,
    }
}

fn notes(lines: &[(&str, &Figures)], settings: &Settings) -> Vec<String> {
    let lang = settings.language;
    let mut all = Figures::default();
    lines.iter().for_each(|(_, figures)| all.add(figures));
    let mut notes = Vec::new();
    if lines.is_empty() {
        notes.push(
            lang.pick(
                "no campaign in crm.toml: [[campaign]]",
                "crm.toml 中没有营销活动：[[campaign]]",
            )
            .into(),
        );
        return notes;
    }
    notes.push(
        lang.pick(
            "answered: a `response` that names the campaign, from the day of its entry on; won: leads that closed, and others that ordered after they answered; orders and money are theirs, and count in each campaign that they belong to",
            "回应：自活动记录当天起、写明该活动的 `response`；成交：成交的线索，以及回应后下单的其他客户；订单与金额为其所下，属于几个活动的各计一次",
        )
        .into(),
    );
    if all.control > 0 {
        notes.push(
            lang.pick(
                "lift: the difference of the two shares, with Newcombe's 95 % interval; one that holds 0 does not tell the groups apart",
                "提升：两组占比之差，附 Newcombe 95% 区间；区间含 0 则两组无法区分",
            )
            .into(),
        );
    }
    if all.unasked > 0 {
        let n = all.unasked;
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("answers of files that no entry of the campaign had reached: {n}")
            }
            Lang::Zh => format!("没有活动记录的回应：{n}"),
        });
    }
    let uncosted = all.booked.own.minus(all.costed.own);
    if !all.costed.own.is_zero() && !uncosted.is_zero() {
        let money = uncosted.grouped();
        notes.push(match lang {
            Lang::En | Lang::Machine => format!(
                "the margin is of orders whose lines name a product with a cost: {money} are without one"
            ),
            Lang::Zh => format!("毛利只计明细有产品成本的订单：另有 {money} 没有成本"),
        });
    }
    if all.is_cost_unknown {
        notes.push(
            lang.pick(
                "a campaign's cost falls on a period by days: it needs `cost`, `from` and `to`, or `costs`",
                "活动费用按天分摊到期间：需要 cost、from 和 to，或 costs",
            )
            .into(),
        );
    }
    notes.extend(without_rate(&all.booked, settings));
    notes
}

/// `crm campaign`: each campaign of the settings, its terms, and how far it is.
pub(super) fn list(rows: &Rows, book: &Book) -> Sheet {
    let (settings, lang) = (&book.settings, book.settings.language);
    let text = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Text);
    let mut columns = vec![
        text("campaign", "Campaign", "营销活动"),
        text("label", "Name", "名称"),
        column("state", Kind::Text, lang),
        column("from", Kind::Date, lang),
        Column::new("to", lang.pick("To", "至"), Kind::Date),
        column("channel", Kind::Text, lang),
        text("segment", "Segment", "客群"),
        head("control-share", "Control", "对照比例", lang),
        head("sent", "Sent", "触达", lang),
        head("control", "Kept out", "对照组", lang),
        head("answered", "Answered", "回应", lang),
        text("goal", "Goal", "目标"),
    ];
    columns[3].title = lang.pick("From", "自").into();
    let none = Figures::default();
    let line = |campaign: &crate::model::campaign::Campaign| {
        let figures = rows.get(&*campaign.id).unwrap_or(&none);
        let state = State::of(campaign, figures, book.as_of);
        let channel = campaign.channel.as_ref();
        let cells = vec![
            Cell::text(campaign.id.clone()),
            Cell::text(campaign.label.get(lang, "")),
            Cell::text(state.word(lang)),
            Cell::maybe(campaign.from, Cell::Date),
            Cell::maybe(campaign.to, Cell::Date),
            Cell::maybe(channel, |kind| Cell::text(term(KINDS, kind.name(), lang))),
            Cell::maybe(campaign.segment.clone(), Cell::Text),
            if campaign.control.is_zero() {
                Cell::Empty
            } else {
                Cell::Share(campaign.control.to_f64())
            },
            count(figures.sent),
            count(figures.control),
            count(figures.answered),
            match &campaign.goal {
                Some(CampaignGoal::Answers(n)) => Cell::text(match lang {
                    Lang::Machine => n.to_string(),
                    Lang::En => format!("{n} answers"),
                    Lang::Zh => format!("{n} 个回应"),
                }),
                Some(CampaignGoal::Words(words)) => Cell::text(words.clone()),
                None => Cell::Empty,
            },
        ];
        Row::new(cells)
    };
    let rows: Vec<Row> = settings.campaigns.iter().map(line).collect();
    let is_empty = rows.is_empty();
    let title = lang.pick("Campaigns", "营销活动");
    let mut sheet = Sheet::single("campaigns", title, columns, rows.into());
    sheet.about = book.as_of.to_string();
    if is_empty {
        let note = lang.pick("none in crm.toml: [[campaign]]", "crm.toml 中没有：[[campaign]]");
        sheet.notes.push(note.into());
    }
    sheet
}
