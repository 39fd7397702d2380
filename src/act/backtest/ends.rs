//! How many of some pursuits were won, were lost and are open, with the rate of the won.

use super::afterwards::Fate;
use crate::report::breakdown::{interval, interval_columns};
use crate::report::figures::{count, enough, rate};
use crate::stats::Proportion;
use crate::table::sheet::{Cell, Column, Kind};
use crate::table::words::column;
use crate::value::label::Lang;

/// The ends of some pursuits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// All.
    pub all: u64,
    /// Won.
    pub won: u64,
    /// Lost.
    pub lost: u64,
    /// Open today.
    pub open: u64,
    /// Not in the ledger of today.
    pub gone: u64,
}

impl Ends {
    /// Adds a pursuit.
    pub fn add(&mut self, fate: Fate) {
        self.all += 1;
        match fate {
            Fate::Won(_) => self.won += 1,
            Fate::Lost(_) => self.lost += 1,
            Fate::Open => self.open += 1,
            Fate::Gone => self.gone += 1,
        }
    }

    /// The columns: how they ended.
    pub fn columns(lang: Lang) -> [Column; 4] {
        ["closed-later", "lost-later", "still-open", "gone"]
            .map(|id| column(id, Kind::Number, lang))
    }

    /// The cells of these columns.
    pub fn cells(&self) -> [Cell; 4] {
        [self.won, self.lost, self.open, self.gone].map(count)
    }

    /// The columns of the share of the won among those that ended, with its interval.
    pub fn rate_columns(id: &str, lang: Lang) -> Vec<Column> {
        let mut columns = vec![column(id, Kind::Number, lang)];
        columns.extend(interval_columns(id, lang));
        columns
    }

    /// The cells of these columns; nothing is said of too few.
    pub fn rate_cells(&self, lang: Lang) -> Vec<Cell> {
        share_cells(Proportion { successes: self.won, trials: self.won + self.lost }, lang)
    }
}

/// A share with its Wilson interval, or that there are too few.
pub(super) fn share_cells(share: Proportion, lang: Lang) -> Vec<Cell> {
    let mut cells = vec![rate(share.successes, share.trials, lang)];
    cells.extend(interval(share.wilson().filter(|_| enough(share.trials))));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::date::Date;

    #[test]
    fn of_four_that_ended_there_is_no_rate_and_of_five_there_is() {
        let ends = |won: usize, lost: usize| {
            let mut ends = Ends::default();
            (0..won).for_each(|_| ends.add(Fate::Won(Date::MIN)));
            (0..lost).for_each(|_| ends.add(Fate::Lost(Date::MIN)));
            ends.add(Fate::Open);
            ends.add(Fate::Gone);
            ends
        };
        for (won, lost) in [(0, 0), (1, 0), (4, 0)] {
            let few = Cell::absent(format!("n = {won}, too few"));
            let cells = ends(won, lost).rate_cells(Lang::En);
            assert_eq!(cells, [few, Cell::Empty, Cell::Empty]);
        }
        let five = ends(3, 2);
        assert_eq!(five.rate_cells(Lang::En)[0], Cell::Rate(3, 5));
        assert!(matches!(five.rate_cells(Lang::En)[1], Cell::Share(low) if low > 0.2));
        assert_eq!(five.cells(), [3, 2, 1, 1].map(Cell::Int));
        assert_eq!(five.all, 7);
    }
}
