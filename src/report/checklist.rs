//! `crm checklist`: the questions and tasks before a prospect's next column, as a form to take along and fill in.

use super::columns::{criterion, stage_name};
use super::figures::table;
use super::show_project::{last_met, step_name};
use crate::diag::{Lang, counted};
use crate::model::buying::BUYER_STEPS;
use crate::model::prospect::{Contact, PARTS};
use crate::model::settings::Settings;
use crate::rules::project::fitting_step;
use crate::rules::replay::moves::next_stage;
use crate::rules::replay::remedy::Remedy;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Sheet, Table};
use crate::table::terms::{PARTS as PART_TERMS, STANCES, term};
use crate::table::words::column;
use crate::value::date::Date;

/// A blank to write on, in print; machines read an empty cell.
fn blank(lang: Lang) -> Cell {
    match lang {
        Lang::Machine => Cell::Empty,
        Lang::En | Lang::Zh => Cell::text(".".repeat(16)),
    }
}

/// A box to tick, in print.
fn tick(lang: Lang) -> Cell {
    match lang {
        Lang::Machine => Cell::Empty,
        Lang::En | Lang::Zh => Cell::text("( )"),
    }
}

fn head(id: &str, en: &str, zh: &str, lang: Lang) -> Column {
    Column::new(id, lang.pick(en, zh), Kind::Text)
}

/// The form of one prospect: what is missing for its next column, the people to find, their stances and concerns, the
/// buyer's next step, the planned columns.
pub fn checklist(record: &Record, settings: &Settings, as_of: Date) -> Sheet {
    let lang = settings.language;
    let form = Form { record, settings, as_of, lang };
    let next = next_stage(record, settings);
    let about = match (next, lang) {
        (Some(next), _) => {
            let from = stage_name(record, record.state.stage, settings, lang);
            let to = stage_name(record, next, settings, lang);
            format!("{as_of}  ·  {from} → {to}")
        }
        (None, _) => as_of.to_string(),
    };
    let mut sheet = Sheet {
        id: "checklist".into(),
        title: match lang {
            Lang::Zh => format!("{}：待办清单", record.prospect.name),
            _ => format!("{}: checklist", record.prospect.name),
        },
        about,
        ..Sheet::default()
    };
    let Some(next) = next else {
        sheet.tables.push(form.criteria(None));
        sheet.notes.push(
            lang.pick(
                "the pursuit has ended: there is no next column; crm reopen ID begins another one",
                "本轮已结束，没有下一栏；crm reopen 编号 开始新一轮",
            )
            .into(),
        );
        return sheet;
    };
    sheet.tables.push(form.criteria(Some(next)));
    if record.is_project(settings) || record.prospect.is_mapped() {
        sheet.tables.extend([form.missing(), form.stances(), form.concerns()]);
        sheet.tables.extend(form.buyer(next));
    }
    sheet.tables.push(form.milestones());
    sheet.tables.push(form.answers());
    sheet.hide_empty();
    if let Some(criteria) = sheet.tables.first_mut() {
        criteria.audience = Audience::All;
    }
    sheet.notes.push(form.advice(next));
    sheet
}

struct Form<'a> {
    record: &'a Record,
    settings: &'a Settings,
    as_of: Date,
    lang: Lang,
}

impl Form<'_> {
    /// The criteria of the next column that do not hold: why, and how each is satisfied.
    fn criteria(&self, next: Option<usize>) -> Table {
        let lang = self.lang;
        let case = self.record.case(self.settings, self.as_of);
        let open = next.map(|next| case.requirements(next)).unwrap_or_default();
        let rows = open.iter().filter(|status| !status.met).map(|status| {
            let id = &self.record.prospect.id;
            let how = status.remedy.as_ref().map(|remedy| match remedy.command(id) {
                Some(command) => command.get(lang).to_owned(),
                // A kind of entry is the command's own word, not an option of it.
                None => match remedy {
                    Remedy::Entry(kind) => format!("crm log {id} {kind}"),
                    _ => format!("crm log {id} note {}", remedy.words().get(lang)),
                },
            });
            let mut cells = vec![
                Cell::text(criterion(&status.id, self.settings)),
                Cell::text(status.why.get(lang)),
                Cell::maybe(how, Cell::text),
            ];
            cells.insert(0, tick(lang));
            Row::with(cells, Emphasis::Warn)
        });
        let rows = rows.collect();
        let columns = vec![
            head("done", "", "", lang),
            column("criterion", Kind::Text, lang),
            column("why", Kind::Text, lang),
            head("how", "Recorded by", "记录方法", lang),
        ];
        table("criteria", lang.pick("Still missing", "尚缺的标准"), columns, rows)
    }

    /// A line to fill in for each part that nobody has.
    fn missing(&self) -> Table {
        let lang = self.lang;
        let rows = self.record.prospect.missing_parts(self.as_of).map(|part| {
            let blanks = [blank(lang), blank(lang), blank(lang)];
            Row::new(
                std::iter::once(Cell::text(term(PART_TERMS, part, lang))).chain(blanks).collect(),
            )
        });
        let rows = rows.collect();
        let columns = vec![
            column("part", Kind::Text, lang),
            column("contact", Kind::Text, lang),
            column("phone", Kind::Text, lang),
            column("stance", Kind::Text, lang),
        ];
        table("missing-parts", lang.pick("People to find", "待认识的人"), columns, rows)
    }

    fn people(&self) -> impl Iterator<Item = (&Contact, Option<Date>)> {
        let map = self.record.prospect.map(self.settings, self.as_of);
        map.into_iter().map(|person| (person.contact, person.met))
    }

    fn part(&self, person: &Contact) -> Cell {
        Cell::maybe(person.part.as_deref(), |part| Cell::text(term(PART_TERMS, part, self.lang)))
    }

    /// The people whose stance is not known.
    fn stances(&self) -> Table {
        let lang = self.lang;
        let people = self.people().filter(|(person, _)| person.stance.is_none());
        let rows = people.map(|(person, met)| {
            let choice = STANCES.iter().map(|row| format!("( ) {}", lang.pick(row.1, row.2)));
            let choice = match lang {
                Lang::Machine => Cell::Empty,
                _ => Cell::text(choice.collect::<Vec<_>>().join("  ")),
            };
            let met = Cell::maybe(met, Cell::Date);
            Row::new(vec![self.part(person), Cell::text(&*person.name), met, choice])
        });
        let rows = rows.collect();
        let columns = vec![
            column("part", Kind::Text, lang),
            column("contact", Kind::Text, lang),
            last_met(lang),
            column("stance", Kind::Text, lang),
        ];
        table("stances", lang.pick("For us or against?", "态度不明的人"), columns, rows)
    }

    /// The concerns of people who are not for us.
    fn concerns(&self) -> Table {
        let lang = self.lang;
        let people = self.people().filter(|(person, _)| !person.has_stance("for"));
        let rows = people.filter_map(|(person, _)| {
            let concern = person.concern.as_deref()?;
            let cells = vec![
                self.part(person),
                Cell::text(&*person.name),
                Cell::text(concern),
                blank(lang),
            ];
            Some(Row::new(cells))
        });
        let rows = rows.collect();
        let columns = vec![
            column("part", Kind::Text, lang),
            column("contact", Kind::Text, lang),
            column("concern", Kind::Text, lang),
            head("answer", "Our answer", "我方答复", lang),
        ];
        table("concerns", lang.pick("Concerns to answer", "待答复的顾虑"), columns, rows)
    }

    /// The step that the buyer is to take next: the one after the last, and the one that fits our next column.
    fn buyer(&self, next: usize) -> Option<Table> {
        let lang = self.lang;
        let state = &self.record.state;
        let reached = state.buyer.map(|(step, _)| step);
        let after = reached.map_or(0, |step| step + 1);
        let pipeline = self.record.pipeline(self.settings);
        let wanted = fitting_step(&pipeline.stages[next].id).unwrap_or(after).max(after);
        let wanted = wanted.min(BUYER_STEPS.len() - 1);
        if after > wanted {
            return None;
        }
        let rows = (after..=wanted).map(|step| {
            Row::new(vec![tick(lang), Cell::text(step_name(step, lang)), blank(lang), blank(lang)])
        });
        let rows = rows.collect();
        let columns = vec![
            head("done", "", "", lang),
            head("buyer", "Buyer's step", "买方步骤", lang),
            head("who", "Decided by", "由谁决定", lang),
            head("by", "By when", "预计日期", lang),
        ];
        Some(table("buyer", lang.pick("The buyer's next steps", "买方下一步"), columns, rows))
    }

    /// The planned columns that are not reached.
    fn milestones(&self) -> Table {
        let lang = self.lang;
        let open = self.record.milestones(self.settings, self.as_of);
        let rows = open.iter().filter(|milestone| milestone.reached.is_none()).map(|milestone| {
            let cells = vec![
                tick(lang),
                Cell::text(stage_name(self.record, milestone.column, self.settings, lang)),
                Cell::Date(milestone.planned),
                Cell::Int(milestone.late),
                blank(lang),
            ];
            let emphasis = if milestone.overdue { Emphasis::Warn } else { Emphasis::Plain };
            Row::with(cells, emphasis)
        });
        let rows = rows.collect();
        let columns = vec![
            head("done", "", "", lang),
            column("stage", Kind::Text, lang),
            Column::new("planned", lang.pick("Planned", "计划"), Kind::Date),
            Column::new("days-late", lang.pick("Days late", "逾期天数"), Kind::Number),
            head("new-date", "New date", "新日期", lang),
        ];
        table("milestones", lang.pick("Milestones", "里程碑"), columns, rows)
    }

    /// Room for the visit itself; on paper alone.
    fn answers(&self) -> Table {
        let lang = self.lang;
        let asked: [(&str, &str); 3] = [
            ("Met today, with whom", "今天见了谁"),
            ("What was agreed", "达成了什么"),
            ("Next step, and its day", "下一步与日期"),
        ];
        let rows = asked.iter().filter(|_| lang != Lang::Machine).map(|(en, zh)| {
            Row::new(vec![Cell::text(lang.pick(en, zh)), Cell::text(".".repeat(40))])
        });
        let rows = rows.collect();
        let columns =
            vec![head("asked", "Of this visit", "本次拜访", lang), head("answer", "", "", lang)];
        table("visit", lang.pick("The visit", "拜访记录"), columns, rows)
    }

    fn advice(&self, next: usize) -> String {
        let lang = self.lang;
        let case = self.record.case(self.settings, self.as_of);
        let requirements = case.requirements(next);
        let missing = requirements.iter().filter(|status| !status.met).count();
        let to = stage_name(self.record, next, self.settings, lang);
        let all = requirements.len();
        let parts = PARTS.len() - self.record.prospect.missing_parts(self.as_of).count();
        let people = match (self.record.is_project(self.settings), lang) {
            (false, _) => String::new(),
            (true, Lang::Zh) => format!("；{} 种职能认识 {parts} 种", PARTS.len()),
            (true, _) => format!("; {parts} of {} parts are known", PARTS.len()),
        };
        match (missing, lang) {
            (0, Lang::Zh) => format!("{to}：{all} 项要求全部满足，可以推进{people}"),
            (0, _) => {
                let all = counted(all, "requirement holds", "requirements hold");
                format!("{to}: {all}, it could advance{people}")
            }
            (_, Lang::Zh) => format!("{to}：{all} 项要求缺 {missing} 项{people}"),
            (_, _) => format!("{to}: {missing} of {all} requirements missing{people}"),
        }
    }
}
