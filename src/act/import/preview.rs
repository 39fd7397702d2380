//! The prospects of a list as they would be after its import: the first of them, and the figures to be compared with
//! the program that wrote the list.

use crate::model::event::Event;
use crate::model::settings::Settings;
use crate::report::breakdown::{group_name, stage_cell, stage_cells, stage_columns};
use crate::report::figures::others;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Column, Kind, Row, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Money, Sum};
use crate::value::text::Text;
use std::collections::BTreeMap;

/// So many prospects are shown one by one.
const SHOWN: usize = 10;

/// A prospect as it would be.
#[derive(Debug)]
pub(super) struct Foreseen {
    id: Text,
    name: Text,
    pipeline: usize,
    stage: usize,
    owner: Option<Text>,
    value: Option<Money>,
    worth: Sum,
    since: Option<Date>,
    /// The days of the entries that it would get.
    days: Vec<Date>,
}

impl Foreseen {
    /// A prospect after it got these entries.
    pub(super) fn of(record: &Record, fresh: &[Event]) -> Foreseen {
        let (state, prospect) = (&record.state, &record.prospect);
        Foreseen {
            id: prospect.id.clone(),
            name: prospect.name.clone(),
            pipeline: state.pipeline,
            stage: state.stage,
            owner: state.owner.clone(),
            value: state.value,
            worth: record.worth(),
            since: state.since,
            days: fresh.iter().map(Event::date).collect(),
        }
    }
}

/// What the prospects of a list come to.
#[derive(Debug, Default)]
pub(super) struct Preview {
    first: Vec<Foreseen>,
    /// By board and column.
    stages: BTreeMap<(usize, usize), Figures>,
    /// By owner; an empty text is the pool.
    owners: BTreeMap<String, Figures>,
    /// The entries to be written, by year and month.
    months: BTreeMap<String, usize>,
}

/// A number of prospects, and what they are worth.
#[derive(Debug, Default)]
struct Figures {
    count: usize,
    worth: Sum,
}

impl Figures {
    fn add(&mut self, worth: &Sum) {
        self.count += 1;
        self.worth.add_sum(worth);
    }
}

impl Preview {
    /// Counts a prospect.
    pub(super) fn add(&mut self, prospect: Foreseen) {
        let Foreseen { pipeline, stage, owner, worth, days, .. } = &prospect;
        self.stages.entry((*pipeline, *stage)).or_default().add(worth);
        let owner = owner.as_deref().unwrap_or_default();
        self.owners.entry(owner.to_owned()).or_default().add(worth);
        for day in days {
            let month = day.to_string()[..7].to_owned();
            *self.months.entry(month).or_default() += 1;
        }
        if self.first.len() < SHOWN {
            self.first.push(prospect);
        }
    }

    /// Its tables.
    pub(super) fn tables(&self, settings: &Settings) -> Vec<Table> {
        let lang = settings.language;
        let table = |id: &str, title: &str, columns: Vec<Column>, rows: Vec<Row>| Table {
            id: id.into(),
            title: title.into(),
            columns,
            rows: rows.into(),
            ..Table::default()
        };
        vec![
            self.first_prospects(settings, &table),
            self.by_stage(settings, &table),
            self.by_owner(lang, &table),
            self.by_month(lang, &table),
        ]
    }

    /// Its tables, of customers: they are on no board, and worth no deal.
    pub(super) fn tables_of_customers(&self, settings: &Settings) -> Vec<Table> {
        let lang = settings.language;
        let owner = |owner: &Option<Text>| Cell::maybe(owner.clone(), Cell::text);
        let first = self.first.iter().map(|customer| {
            let (id, name) = (customer.id.clone(), customer.name.clone());
            Row::new(vec![Cell::text(id), Cell::text(name), owner(&customer.owner)])
        });
        let owners = self.owners.iter().map(|(owner, figures)| {
            Row::new(vec![group_name(owner, lang), Cell::count(figures.count)])
        });
        let title = lang.pick("The first customers as they would be", "导入后的前几个客户");
        vec![
            Table {
                id: "customers".into(),
                title: title.into(),
                columns: vec![
                    column("id", Kind::Id, lang),
                    column("name", Kind::Text, lang),
                    column("owner", Kind::Text, lang),
                ],
                rows: first.collect(),
                ..Table::default()
            },
            Table {
                id: "owners".into(),
                title: lang.pick("By owner", "按负责人").into(),
                columns: vec![
                    column("owner", Kind::Text, lang),
                    column("customers", Kind::Number, lang),
                ],
                rows: owners.collect(),
                ..Table::default()
            },
        ]
    }

    fn first_prospects(&self, settings: &Settings, table: &MakeTable) -> Table {
        let lang = settings.language;
        let kinds = [
            ("id", Kind::Id),
            ("name", Kind::Text),
            ("stage", Kind::Text),
            ("owner", Kind::Text),
            ("value", Kind::Number),
            ("since", Kind::Date),
        ];
        let rows = self.first.iter().map(|prospect| {
            let stage = &settings.pipelines[prospect.pipeline].stages[prospect.stage];
            Row::new(vec![
                Cell::text(prospect.id.clone()),
                Cell::text(prospect.name.clone()),
                stage_cell(stage, lang),
                Cell::maybe(prospect.owner.clone(), Cell::text),
                Cell::maybe(prospect.value, Cell::Money),
                Cell::maybe(prospect.since, Cell::Date),
            ])
        });
        let columns = kinds.map(|(id, kind)| column(id, kind, lang));
        let title = lang.pick("The first prospects as they would be", "导入后的前几个客户");
        table("prospects", title, columns.into(), rows.collect())
    }

    fn by_stage(&self, settings: &Settings, table: &MakeTable) -> Table {
        let lang = settings.language;
        let is_used = |at: usize| self.stages.keys().any(|(board, _)| *board == at);
        let several = settings.boards(is_used).count() > 1;
        let mut columns = Vec::new();
        columns.extend(several.then(|| column("pipeline", Kind::Text, lang)));
        columns.extend(stage_columns(lang));
        columns.extend(figure_columns(self.is_foreign(), lang));
        let rows = self.stages.iter().map(|((board, stage), figures)| {
            let pipeline = &settings.pipelines[*board];
            let mut cells = Vec::new();
            cells.extend(several.then(|| Cell::text(pipeline.label.term(lang, &pipeline.id))));
            cells.extend(stage_cells(&pipeline.stages[*stage], lang));
            cells.extend(figure_cells(figures, self.is_foreign()));
            Row::new(cells)
        });
        table("stages", lang.pick("By column", "按栏"), columns, rows.collect())
    }

    fn by_owner(&self, lang: Lang, table: &MakeTable) -> Table {
        let columns = std::iter::once(column("owner", Kind::Text, lang));
        let rows = self.owners.iter().map(|(owner, figures)| {
            let figures = figure_cells(figures, self.is_foreign());
            let cells = std::iter::once(group_name(owner, lang)).chain(figures);
            Row::new(cells.collect())
        });
        let columns = columns.chain(figure_columns(self.is_foreign(), lang)).collect();
        table("owners", lang.pick("By owner", "按负责人"), columns, rows.collect())
    }

    fn by_month(&self, lang: Lang, table: &MakeTable) -> Table {
        let columns = vec![
            column("month", Kind::Text, lang),
            Column::new("entries", lang.pick("Entries", "记录数"), Kind::Number),
        ];
        let rows = self
            .months
            .iter()
            .map(|(month, count)| Row::new(vec![Cell::text(month.as_str()), Cell::count(*count)]));
        let title = lang.pick("New entries by month", "新增记录，按月");
        table("months", title, columns, rows.collect())
    }

    /// Is something worth money of another currency?
    fn is_foreign(&self) -> bool {
        self.stages.values().any(|figures| figures.worth.others().next().is_some())
    }

    /// What all are worth together.
    pub(super) fn worth(&self) -> Sum {
        let mut all = Sum::default();
        self.stages.values().for_each(|figures| all.add_sum(&figures.worth));
        all
    }
}

/// A table of an id, a title, columns and rows.
type MakeTable<'m> = dyn Fn(&str, &str, Vec<Column>, Vec<Row>) -> Table + 'm;

fn figure_columns(foreign: bool, lang: Lang) -> Vec<Column> {
    let mut columns =
        vec![column("prospects", Kind::Number, lang), column("value", Kind::Number, lang)];
    columns.extend(foreign.then(|| column("other-currencies", Kind::Text, lang)));
    columns
}

fn figure_cells(figures: &Figures, foreign: bool) -> Vec<Cell> {
    let mut cells = vec![Cell::count(figures.count), Cell::sum(&figures.worth)];
    cells.extend(foreign.then(|| Cell::list(others(&figures.worth))));
    cells
}
