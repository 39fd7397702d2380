//! `crm report satisfaction`: the answers of surveys and the feedback on cases - CSAT, NPS, and what moved.

use super::Request;
use super::breakdown::{by_cell, by_column, join};
use super::figures::{count, enough, few, rate};
use crate::diag::{Diagnostic, counted};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::rules::book::Book;
use crate::rules::customer::figures::{Mood, Satisfaction, SatisfactionScale};
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::stats::{Net, Proportion};
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::period::Period;
use std::collections::BTreeMap;

/// So many days up to the day of the report, where no period is asked for.
const DAYS: i64 = 90;

/// The answers on one scale.
#[derive(Debug, Clone, Copy, Default)]
struct Answers {
    satisfied: u64,
    dissatisfied: u64,
    n: u64,
}

/// Those of a period and of as many days before it, by the position of the scale.
type InTwo = [[Answers; 2]; 2];

/// What was asked and answered.
#[derive(Default)]
pub(super) struct Heard {
    groups: BTreeMap<String, InTwo>,
    months: BTreeMap<(String, usize), Answers>,
    /// Surveys of the period that were sent: without a score; and those that a later one with a score answers.
    sent: u64,
    answered: u64,
    /// Cases that were resolved in the period, and feedback on cases.
    resolved: u64,
    feedback: u64,
    unknown_scale: u64,
}

const SCALES: [SatisfactionScale; 2] = [SatisfactionScale::Csat, SatisfactionScale::Nps];

/// The answers of a period, against those of as many days before it.
pub fn satisfaction(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let (now, before) = window(request.period, book.as_of);
    request.selection(book);
    let heard = request_fold(book, request, now, before);
    let mut sheet = Sheet {
        id: "satisfaction".into(),
        title: lang.pick("Satisfaction", "满意度").into(),
        about: about(now, before, lang),
        tables: vec![by_group(&heard, request, lang), by_month(&heard, lang)],
        notes: notes(&heard, lang),
        ..Sheet::default()
    };
    sheet.hide_empty();
    Ok(sheet)
}

/// The days of the answers up to a day, and as many before them, if there are any.
pub(super) fn window(asked: Option<Period>, on: Date) -> (Period, Option<Period>) {
    let asked = asked.unwrap_or(Period { from: on.plus(1 - DAYS), to: on });
    let now = Period { from: asked.from, to: asked.to.min(on) };
    let days = now.days().max(1);
    // A period that reaches back to the first day of all has none before it.
    let before = (now.from > Date::MIN)
        .then(|| Period { from: now.from.plus(-days), to: now.from.plus(-1) });
    (now, before)
}

fn request_fold(book: &Book, request: &Request, now: Period, before: Option<Period>) -> Heard {
    let selected = request.selection(book);
    book.fold_everybody(
        &request.query,
        |heard: &mut Heard, record| {
            if !selected.has(record) {
                return;
            }
            heard.hear(record, book, request, now, before);
        },
        Heard::join,
    )
}

impl Heard {
    /// Takes in the answers of a record.
    pub(super) fn hear(
        &mut self,
        record: &Record,
        book: &Book,
        request: &Request,
        now: Period,
        before: Option<Period>,
    ) {
        let said = |event: &Event| {
            matches!(event.kind, EventKind::Survey | EventKind::Feedback | EventKind::Resolved)
        };
        if !record.prospect.events.iter().any(said) {
            return;
        }
        let mut waits = false;
        for event in standing(&record.prospect.events, book.as_of).filter(|event| said(event)) {
            if event.kind == EventKind::Survey {
                let is_sent = event.score.is_none();
                self.answered += u64::from(waits && !is_sent);
                waits = is_sent && now.contains(event.date());
                self.sent += u64::from(waits);
            }
            let at = match event.date() {
                day if now.contains(day) => 0,
                day if before.is_some_and(|before| before.contains(day)) => 1,
                _ => continue,
            };
            let group = || request.group(record, book).unwrap_or_default();
            self.take(event, at, group);
        }
    }

    /// The answers of the period on a scale, of all groups: its name, how many, and the figure with the ends of its
    /// interval, in points; no figure of too few.
    pub(super) fn of(&self, scale: usize) -> (&'static str, u64, Option<[f64; 3]>) {
        let mut all = Answers::default();
        self.groups.values().for_each(|scales| all.join(scales[scale][0]));
        (SCALES[scale].name(), all.n, all.figure(SCALES[scale]))
    }

    /// The scale on which most answers of the period are; the first where there are none.
    pub(super) fn usual(&self) -> usize {
        if self.of(1).1 > self.of(0).1 { 1 } else { 0 }
    }

    fn take(&mut self, event: &Event, at: usize, group: impl Fn() -> String) {
        let is_now = u64::from(at == 0);
        match event.kind {
            EventKind::Resolved => return self.resolved += is_now,
            EventKind::Feedback => self.feedback += is_now,
            _ => {}
        }
        let Some(said) = Satisfaction::of(event) else {
            self.unknown_scale += is_now * u64::from(event.score.is_some());
            return;
        };
        let scale = SCALES.iter().position(|scale| *scale == said.survey).unwrap_or(0);
        self.groups.entry(group()).or_default()[scale][at].add(said.mood);
        if at == 0 {
            let month = format!("{:04}-{:02}", said.on.year(), said.on.month());
            self.months.entry((month, scale)).or_default().add(said.mood);
        }
    }

    /// Takes in the answers that another thread has read.
    pub(super) fn join(&mut self, other: Heard) {
        join(&mut self.groups, other.groups, |known, more| {
            for (known, more) in known.iter_mut().flatten().zip(more.iter().flatten()) {
                known.join(*more);
            }
        });
        join(&mut self.months, other.months, |known, more| known.join(more));
        self.sent += other.sent;
        self.answered += other.answered;
        self.resolved += other.resolved;
        self.feedback += other.feedback;
        self.unknown_scale += other.unknown_scale;
    }
}

impl Answers {
    fn add(&mut self, mood: Mood) {
        self.n += 1;
        self.satisfied += u64::from(mood == Mood::Satisfied);
        self.dissatisfied += u64::from(mood == Mood::Dissatisfied);
    }

    fn join(&mut self, other: Answers) {
        self.n += other.n;
        self.satisfied += other.satisfied;
        self.dissatisfied += other.dissatisfied;
    }

    /// The figure of a scale with the ends of its interval, in points: the share of 4 and 5, or promoters less
    /// detractors. `None` of too few.
    fn figure(self, scale: SatisfactionScale) -> Option<[f64; 3]> {
        if !enough(self.n) {
            return None;
        }
        let points = match scale {
            SatisfactionScale::Csat => {
                let share = Proportion { successes: self.satisfied, trials: self.n };
                let (low, high) = share.wilson()?;
                [share.rate()?, low, high]
            }
            SatisfactionScale::Nps => {
                let net = Net { up: self.satisfied, down: self.dissatisfied, n: self.n };
                let (net, half) = net.estimate()?;
                [net, (net - half).max(-1.0), (net + half).min(1.0)]
            }
        };
        Some(points.map(|share| share * 100.0))
    }

    fn cells(self, scale: SatisfactionScale, lang: Lang) -> [Cell; 4] {
        match self.figure(scale) {
            Some([value, low, high]) => {
                [count(self.n), Cell::Number(value, 1), Cell::Number(low, 1), Cell::Number(high, 1)]
            }
            None => [count(self.n), few(self.n, lang), Cell::Empty, Cell::Empty],
        }
    }
}

/// The change from before, with its 95 % interval: that of the difference of two independent figures, from the
/// distances of each to the ends of its own interval (Newcombe's method).
fn change(now: [f64; 3], before: [f64; 3]) -> [f64; 3] {
    let [value, low, high] = now;
    let [was, was_low, was_high] = before;
    let difference = value - was;
    let down = ((value - low).powi(2) + (was_high - was).powi(2)).sqrt();
    let up = ((high - value).powi(2) + (was - was_low).powi(2)).sqrt();
    [difference, difference - down, difference + up]
}

/// A row for each group and scale: the period, the days before it, and the change.
fn by_group(heard: &Heard, request: &Request, lang: Lang) -> Table {
    let head = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let mut columns: Vec<Column> = by_column(request, lang).into_iter().collect();
    columns.extend([
        column("scale", Kind::Text, lang),
        head("n", "n", "n"),
        head("figure", "Figure", "数值"),
        head("low", "Low", "下限"),
        head("high", "High", "上限"),
        head("before-n", "n before", "前期 n"),
        head("before", "Before", "前期"),
        head("moved", "Change", "变动"),
        head("moved-low", "Low", "下限"),
        head("moved-high", "High", "上限"),
    ]);
    let mut rows = Vec::new();
    for (group, scales) in &heard.groups {
        for (scale, [now, before]) in SCALES.into_iter().zip(scales) {
            if now.n + before.n == 0 {
                continue;
            }
            let mut cells: Vec<Cell> = by_cell(request, group, lang).into_iter().collect();
            cells.push(Cell::text(scale_name(scale, lang)));
            cells.extend(now.cells(scale, lang));
            let [n, figure, ..] = before.cells(scale, lang);
            cells.extend([n, figure]);
            let moved = now.figure(scale).zip(before.figure(scale));
            let moved = moved.map(|(now, before)| change(now, before));
            let ends = moved.unwrap_or_default().map(|points| Cell::Number(points, 1));
            cells.extend(ends.map(|cell| if moved.is_some() { cell } else { Cell::Empty }));
            let emphasis = match moved {
                Some([_, _, high]) if high < 0.0 => Emphasis::Warn,
                Some([_, low, _]) if low > 0.0 => Emphasis::Good,
                _ => Emphasis::Plain,
            };
            rows.push(Row::with(cells, emphasis));
        }
    }
    Table { id: "satisfaction".into(), columns, rows: rows.into(), ..Table::default() }
}

fn by_month(heard: &Heard, lang: Lang) -> Table {
    let head = |id: &str, en: &str, zh: &str| Column::new(id, lang.pick(en, zh), Kind::Number);
    let columns = vec![
        column("month", Kind::Text, lang),
        column("scale", Kind::Text, lang),
        head("n", "n", "n"),
        head("figure", "Figure", "数值"),
        head("low", "Low", "下限"),
        head("high", "High", "上限"),
        head("satisfied", "Satisfied", "满意"),
        head("dissatisfied", "Dissatisfied", "不满意"),
    ];
    let rows = heard.months.iter().map(|((month, scale), answers)| {
        let scale = SCALES[*scale];
        let mut cells = vec![Cell::text(month.clone()), Cell::text(scale_name(scale, lang))];
        cells.extend(answers.cells(scale, lang));
        cells.push(rate(answers.satisfied, answers.n, lang));
        cells.push(rate(answers.dissatisfied, answers.n, lang));
        Row::new(cells)
    });
    let title = lang.pick("By month", "按月").into();
    Table { id: "months".into(), title, columns, rows: rows.collect(), ..Table::default() }
}

fn scale_name(scale: SatisfactionScale, lang: Lang) -> &'static str {
    if lang == Lang::Machine { scale.id() } else { scale.name() }
}

fn about(now: Period, before: Option<Period>, lang: Lang) -> String {
    let against = before.map(|before| match lang {
        Lang::En | Lang::Machine => format!(", against {before}"),
        Lang::Zh => format!("，对比 {before}"),
    });
    let against = against.unwrap_or_default();
    match lang {
        Lang::En | Lang::Machine => format!("answers of {now}{against}"),
        Lang::Zh => format!("{now} 的回答{against}"),
    }
}

fn notes(heard: &Heard, lang: Lang) -> Vec<String> {
    let mut notes = Vec::new();
    let answers: u64 = heard.groups.values().flatten().map(|[now, _]| now.n).sum();
    if answers == 0 {
        notes.push(
            lang.pick("no survey and no feedback with a score in these days", "期间没有评分")
                .into(),
        );
    } else {
        let note = "CSAT: the share of 4 and 5; NPS: promoters (9, 10) less detractors (0 to 6), in points; 95 % intervals";
        notes.push(
            lang.pick(
                note,
                "CSAT：4、5 分占比；NPS：推荐者（9、10）减贬损者（0至6），单位为点；95%区间",
            )
            .into(),
        );
    }
    let (sent, answered) = (heard.sent, heard.answered);
    notes.push(match (sent, lang) {
        (0, Lang::En | Lang::Machine) => {
            "response rate unknown: no survey was recorded when it was sent (without a score)"
                .into()
        }
        (0, Lang::Zh) => "回应率未知：没有在发出时记录的调查（不带评分）".into(),
        (_, Lang::En | Lang::Machine) => {
            format!("answered: {answered} of {}", counted(sent, "survey sent", "surveys sent"))
        }
        (_, Lang::Zh) => format!("回应：发出 {sent} 次调查，{answered} 次有回答"),
    });
    let (resolved, feedback) = (heard.resolved, heard.feedback);
    if resolved + feedback > 0 {
        notes.push(match lang {
            Lang::En | Lang::Machine => {
                format!("cases were resolved {resolved} times, and feedback came {feedback} times, in these days")
            }
            Lang::Zh => format!("受理：期间解决 {resolved} 次，反馈 {feedback} 次"),
        });
    }
    if heard.unknown_scale > 0 {
        let n = heard.unknown_scale;
        notes.push(match lang {
            Lang::En | Lang::Machine => format!("scores without a known scale, left out: {n}"),
            Lang::Zh => format!("量表不明，未计入：{n}"),
        });
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_two_shares_has_newcombes_interval() {
        // 36 of 400 against 4 of 100: 5.0 points, -1.3 to 9.0.
        let figure = |satisfied, n| {
            let answers = Answers { satisfied, dissatisfied: 0, n };
            answers.figure(SatisfactionScale::Csat).unwrap()
        };
        let moved = change(figure(36, 400), figure(4, 100));
        assert_eq!(moved.map(|points| format!("{points:.1}")), ["5.0", "-1.3", "9.0"]);
    }

    #[test]
    fn of_four_answers_nothing_is_said() {
        let answers = |n| Answers { satisfied: n, dissatisfied: 0, n };
        assert_eq!(answers(4).figure(SatisfactionScale::Nps), None);
        assert_eq!(answers(5).figure(SatisfactionScale::Nps), Some([100.0, 100.0, 100.0]));
    }
}
