//! The probabilities of columns against how the pursuits ended: Brier scores with their parts.

use super::afterwards::{Afterwards, Fate};
use crate::model::settings::Settings;
use crate::report::breakdown::{UsedBoard, boards, complete, stage_cell};
use crate::report::figures::{count, enough, few, rate};
use crate::report::outlook::ForecastItem;
use crate::stats::{Brier, Proportion};
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::{BTreeMap, HashSet};

/// The forecasts of one column of a board.
#[derive(Debug, Clone, Default)]
struct ColumnForecasts {
    /// Those whose end is known, by the bits of the probability.
    stated: BTreeMap<u64, Proportion>,
    /// Likewise by the nominal probability.
    nominal: BTreeMap<u64, Proportion>,
    /// The pursuits whose end is known.
    pursuits: HashSet<(Text, u32)>,
    /// Forecasts of pursuits that are open today.
    open: u64,
    /// Forecasts of pursuits that the ledger of today does not have.
    gone: u64,
}

/// The forecasts of all columns, by board and column.
#[derive(Debug, Default)]
pub(super) struct Scores {
    columns: BTreeMap<(usize, usize), ColumnForecasts>,
}

impl ColumnForecasts {
    fn add(&mut self, item: ForecastItem, fate: Fate) {
        let won = match fate {
            Fate::Won(_) => 1,
            Fate::Lost(_) => 0,
            Fate::Open => return self.open += 1,
            Fate::Gone => return self.gone += 1,
        };
        self.pursuits.insert((item.open.id.clone(), item.open.pursuit));
        let (stated, nominal) = (item.odds.calibrated.to_f64(), item.odds.nominal.to_f64());
        for (probability, groups) in [(stated, &mut self.stated), (nominal, &mut self.nominal)] {
            let group = groups.entry(probability.to_bits()).or_default();
            group.successes += won;
            group.trials += 1;
        }
    }

    fn join(&mut self, other: &ColumnForecasts) {
        let both = [(&mut self.stated, &other.stated), (&mut self.nominal, &other.nominal)];
        for (groups, others) in both {
            for (probability, came) in others {
                let group = groups.entry(*probability).or_default();
                group.successes += came.successes;
                group.trials += came.trials;
            }
        }
        self.pursuits.extend(other.pursuits.iter().cloned());
        self.open += other.open;
        self.gone += other.gone;
    }

    /// The cells of a row, after its name.
    fn cells(&self, lang: Lang) -> Vec<Cell> {
        let score = |groups: &BTreeMap<u64, Proportion>| {
            let groups = groups.iter().map(|(p, came)| (f64::from_bits(*p), *came));
            Brier::of(groups)
        };
        // Forecasts of one pursuit on many days are one case.
        let cases = self.pursuits.len() as u64;
        let mut cells = vec![count(cases)];
        match (score(&self.stated), score(&self.nominal)) {
            (Some(stated), Some(nominal)) if enough(cases) => {
                let Proportion { successes, trials } = stated.came;
                cells.extend([count(trials), Cell::count(stated.groups)]);
                cells.push(Cell::Share(stated.stated));
                cells.push(rate(successes, trials, lang));
                let parts = [
                    stated.score,
                    stated.reliability,
                    stated.resolution,
                    stated.uncertainty,
                    nominal.score,
                ];
                cells.extend(parts.map(|figure| Cell::Number(figure, 4)));
            }
            (stated, _) => {
                let n = stated.map_or(0, |stated| stated.came.trials);
                cells.extend([count(n), Cell::Empty, Cell::Empty, few(cases, lang)]);
                cells.extend([(); 5].map(|()| Cell::Empty));
            }
        }
        cells.extend([count(self.open), count(self.gone)]);
        cells
    }
}

impl Scores {
    /// Adds a forecast that a past day made.
    pub fn add(&mut self, item: ForecastItem, after: &Afterwards) {
        let open = item.open;
        let fate = after.fate(&open.id, open.pursuit);
        self.columns.entry((open.board, open.stage)).or_default().add(item, fate);
    }

    /// A table for each board that is in use.
    pub fn tables(&self, settings: &Settings) -> Vec<Table> {
        let lang = settings.language;
        let used = |position| self.columns.keys().any(|(board, _)| *board == position);
        let boards = boards(settings, used);
        let mut tables: Vec<Table> =
            boards.iter().map(|board| self.table(board, settings, lang)).collect();
        complete(&mut tables, &boards, settings);
        tables
    }

    fn table(&self, board: &UsedBoard, settings: &Settings, lang: Lang) -> Table {
        let mut columns = vec![column("stage", Kind::Text, lang)];
        let numbers = [
            "pursuits",
            "n",
            "groups",
            "stated",
            "won-of-ended",
            "brier",
            "reliability",
            "resolution",
            "uncertainty",
            "brier-nominal",
            "still-open",
            "gone",
        ];
        columns.extend(numbers.map(|id| column(id, Kind::Number, lang)));
        let mut all = ColumnForecasts::default();
        let mut rows = Vec::new();
        let stages = settings.pipelines[board.position].open().iter().enumerate();
        for (position, stage) in stages.filter(|(_, stage)| !stage.probability.is_zero()) {
            let none = ColumnForecasts::default();
            let found = self.columns.get(&(board.position, position)).unwrap_or(&none);
            all.join(found);
            let mut cells = vec![stage_cell(stage, lang)];
            cells.extend(found.cells(lang));
            rows.push(Row::new(cells));
        }
        let mut cells = vec![Cell::text(lang.pick("all columns", "各栏合计"))];
        cells.extend(all.cells(lang));
        rows.push(Row::with(cells, Emphasis::Total));
        let title = lang.pick(
            "Probabilities of the columns (Brier = reliability - resolution + uncertainty)",
            "各栏概率（Brier = 可靠性 - 分辨力 + 不确定性）",
        );
        Table { columns, rows: rows.into(), ..board.table("brier", title, lang) }
    }
}
