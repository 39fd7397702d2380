//! The columns of a table that a terminal has room for, and how wide each of them is.
//!
//! First the columns of the highest ranks give way, one by one, until the words of the others have a fair width;
//! then words are cut; then the columns of rank 1 give way. Ids, numbers and dates are whole.

use crate::table::sheet::{Cell, Column, Excess, Kind};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Between two columns.
pub(super) const GAP: usize = 2;
/// A column of words is not narrowed below this.
const NARROWEST: usize = 8;
/// Optional columns give way until words have this width, or as much as they need.
const FAIR: usize = 16;
/// The same of sentences.
const SENTENCE: usize = 48;
/// A word is not broken if it is not longer than this.
const WORD: usize = 12;
/// A word of a title is not broken if it is not longer than this.
const TITLE: usize = 16;
/// The least width that a table is drawn for.
pub(super) const TERMINAL: usize = 20;
/// Nothing is drawn wider than this, terminal or not: `comfy-table` counts in 16 bits.
pub(super) const WIDEST: usize = 60_000;
/// The rank of a column that gives way only where the table would not fit with its words cut.
const LAST: u8 = 1;

/// The width that a column needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    /// To be read at all.
    pub least: usize,
    /// For optional columns to stay beside it.
    pub fair: usize,
    /// For every cell to be on one line.
    pub most: usize,
}

impl Need {
    /// The need of a column's title, which may be on several lines.
    pub fn of_title(title: &str) -> Need {
        let word = title.split(' ').filter(|word| word.is_ascii()).map(str::len).max();
        let word = word.filter(|word| *word <= TITLE).unwrap_or(0);
        let least = breakable(title, title.width()).max(word);
        Need { least, fair: least, most: title.width() }
    }

    /// Adds the need of a cell.
    pub fn take(&mut self, cell: &Cell, text: &str, column: &Column, is_list: bool) {
        let width = text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0).min(WIDEST);
        let (least, fair) = match Wider::of(cell, column, is_list) {
            Wider::Stays => (width, width),
            Wider::Wraps if column.excess == Excess::Wraps => (breakable(text, width), SENTENCE),
            Wider::Wraps => (breakable(text, width), FAIR),
            Wider::IsCut => (width.min(NARROWEST), FAIR),
        };
        self.join(Need { least, fair: width.min(fair).max(least), most: width });
    }

    /// Adds the needs of another part.
    pub fn join(&mut self, other: Need) {
        *self = Need {
            least: self.least.max(other.least),
            fair: self.fair.max(other.fair),
            most: self.most.max(other.most),
        };
    }
}

/// The least width of words that may go on in the next line: a short word of ASCII letters is not broken, other text may
/// be.
fn breakable(text: &str, width: usize) -> usize {
    let word =
        text.split([' ', '\n']).filter(|word| word.is_ascii()).map(str::len).max().unwrap_or(0);
    width.min(NARROWEST).max(if word <= WORD { word } else { NARROWEST })
}

/// What becomes of a cell that is wider than its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wider {
    /// Its column is as wide as it is: ids, numbers and dates.
    Stays,
    /// It goes on in the next line.
    Wraps,
    IsCut,
}

impl Wider {
    /// A row of a list of things with ids is one line, but for columns of sentences.
    pub fn of(cell: &Cell, column: &Column, is_list: bool) -> Wider {
        match (cell, column.excess) {
            (Cell::Lines(_), _) => Wider::Wraps,
            (Cell::Absent(_), _) => Wider::IsCut,
            (Cell::Text(_) | Cell::List(_), excess) if column.kind != Kind::Id => match excess {
                Excess::Stays => Wider::Stays,
                Excess::Usual if is_list => Wider::IsCut,
                Excess::Usual | Excess::Wraps => Wider::Wraps,
            },
            _ => Wider::Stays,
        }
    }
}

/// The positions of the columns that are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fit {
    pub shown: Vec<usize>,
    /// The width of each; `None` if even the least of those that must stay does not fit.
    pub widths: Option<Vec<usize>>,
}

/// The columns that fit a width, by their needs and ranks; all of them where there is no width.
pub(super) fn fit(needs: &[Need], ranks: &[u8], width: Option<usize>) -> Fit {
    let mut shown: Vec<usize> = (0..needs.len()).collect();
    let Some(width) = width.map(|width| width.max(TERMINAL)) else {
        return Fit { widths: Some(needs.iter().map(|need| need.most).collect()), shown };
    };
    give_way(&mut shown, ranks, LAST + 1, |shown| total(needs, shown, |n| n.fair) <= width);
    give_way(&mut shown, ranks, LAST, |shown| total(needs, shown, |n| n.least) <= width);
    let kept: Vec<Need> = shown.iter().map(|at| needs[*at]).collect();
    let spare = width.checked_sub(total(needs, &shown, |need| need.least));
    Fit { widths: spare.map(|spare| widened(&kept, spare)), shown }
}

/// Removes the columns of the lowest rank that may go or above it, the highest first and of one rank the last first,
/// until the rest fits.
fn give_way(shown: &mut Vec<usize>, ranks: &[u8], lowest: u8, fits: impl Fn(&[usize]) -> bool) {
    while !fits(shown) {
        let next = (0..shown.len()).max_by_key(|place| ranks[shown[*place]]);
        match next.filter(|place| ranks[shown[*place]] >= lowest) {
            Some(place) => drop(shown.remove(place)),
            None => break,
        }
    }
}

/// The width of some columns, with the gaps between them.
fn total(needs: &[Need], shown: &[usize], of: impl Fn(&Need) -> usize) -> usize {
    let widths: usize = shown.iter().map(|at| of(&needs[*at])).sum();
    widths + GAP * shown.len().saturating_sub(1)
}

/// The least widths, and what is to spare: the narrowest column that wants more gets the next cell, so that the
/// widest give way.
fn widened(needs: &[Need], mut spare: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = needs.iter().map(|need| need.least).collect();
    while spare > 0 {
        let wanting = widths.iter_mut().zip(needs).filter(|(width, need)| **width < need.most);
        let Some((narrowest, _)) = wanting.min_by_key(|(width, _)| **width) else { break };
        *narrowest += 1;
        spare -= 1;
    }
    widths
}

/// A reason for no number within a width; its brackets stay.
pub(super) fn cut_reason(text: &str, width: usize, sign: &str) -> String {
    match text.strip_suffix(')').filter(|_| text.width() > width && width > 0) {
        Some(inner) => cut(inner, width - 1, sign) + ")",
        None => cut(text, width, sign),
    }
}

/// A text within a width, with a sign where it is cut: whole characters only, as a reader sees them.
pub(super) fn cut(text: &str, width: usize, sign: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(sign.width());
    let mut kept = String::new();
    for character in text.graphemes(true) {
        // The width of a text is not always that of its characters together.
        let before = kept.len();
        kept.push_str(character);
        if kept.width() > room {
            kept.truncate(before);
            break;
        }
    }
    let is_between = |c: char| c.is_whitespace() || [',', '，', '、', ';', '；'].contains(&c);
    kept.truncate(kept.trim_end_matches(is_between).len());
    kept + sign
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(width: usize) -> Need {
        Need { least: width.min(NARROWEST), fair: width.min(FAIR), most: width }
    }

    fn whole(width: usize) -> Need {
        Need { least: width, fair: width, most: width }
    }

    fn shown(needs: &[Need], ranks: &[u8], width: usize) -> Vec<usize> {
        fit(needs, ranks, Some(width)).shown
    }

    #[test]
    fn the_highest_rank_gives_way_first_and_of_one_rank_the_last() {
        let needs = [whole(10), whole(10), whole(10), whole(10)];
        let ranks = [0, 2, 3, 2];
        assert_eq!(shown(&needs, &ranks, 46), [0, 1, 2, 3], "exactly at the limit");
        assert_eq!(shown(&needs, &ranks, 45), [0, 1, 3], "one cell too narrow");
        assert_eq!(shown(&needs, &ranks, 34), [0, 1, 3]);
        assert_eq!(shown(&needs, &ranks, 33), [0, 1]);
        assert_eq!(shown(&needs, &ranks, 21), [0]);
        assert_eq!(shown(&needs, &[0; 4], 45), [0, 1, 2, 3]);
        assert_eq!(fit(&needs, &[0; 4], Some(45)).widths, None, "nothing may give way");
    }

    #[test]
    fn optional_columns_give_way_before_words_have_less_than_a_fair_width() {
        let needs = [words(40), whole(10)];
        let at = |width| fit(&needs, &[0, 2], Some(width));
        assert_eq!(at(28), Fit { shown: vec![0, 1], widths: Some(vec![16, 10]) });
        assert_eq!(at(27), Fit { shown: vec![0], widths: Some(vec![27]) });
    }

    #[test]
    fn a_column_of_the_last_rank_stays_until_words_are_at_their_least() {
        let needs = [words(40), whole(12)];
        let at = |width| fit(&needs, &[0, 1], Some(width));
        assert_eq!(at(22), Fit { shown: vec![0, 1], widths: Some(vec![8, 12]) });
        assert_eq!(at(21), Fit { shown: vec![0], widths: Some(vec![21]) });
    }

    #[test]
    fn the_narrowest_column_is_widened_first_and_none_beyond_its_need() {
        let at = |width| fit(&[words(40), words(12)], &[0, 0], Some(width)).widths.unwrap();
        assert_eq!(at(20), [9, 9]);
        assert_eq!(at(26), [12, 12]);
        assert_eq!(at(27), [13, 12], "the other one has all that it needs");
        assert_eq!(at(54), [40, 12]);
        assert_eq!(at(80), [40, 12], "nothing is wider than it needs");
    }

    #[test]
    fn nothing_is_drawn_narrower_than_the_least_terminal() {
        let at = |width| fit(&[words(40)], &[0], Some(width)).widths;
        assert_eq!(at(TERMINAL + 1), Some(vec![TERMINAL + 1]));
        assert_eq!(at(TERMINAL), Some(vec![TERMINAL]));
        assert_eq!(at(5), Some(vec![TERMINAL]));
    }

    /// The need of a column of words with one cell.
    fn need(cell: &Cell, text: &str, excess: Excess, is_list: bool) -> (usize, usize, usize) {
        let column = Column { excess, ..Column::new("words", "W", Kind::Text) };
        let mut need = Need::of_title("W");
        need.take(cell, text, &column, is_list);
        (need.least, need.fair, need.most)
    }

    #[test]
    fn a_cell_needs_what_becomes_of_it_where_it_is_too_wide() {
        let text = "a sentence of more than forty-eight characters, all in all";
        let of = |excess, is_list| need(&Cell::text(text), text, excess, is_list);
        assert_eq!(text.width(), 58);
        assert_eq!(of(Excess::Usual, true), (NARROWEST, FAIR, 58), "cut");
        // Its longest word is not broken.
        assert_eq!(of(Excess::Usual, false), (11, FAIR, 58), "on several lines");
        assert_eq!(of(Excess::Wraps, true), (11, SENTENCE, 58), "a sentence");
        assert_eq!(of(Excess::Stays, true), (58, 58, 58), "a name that is typed");
        let reason = "(n = 3, too few of all)";
        let absent = Cell::Absent(reason.into());
        assert_eq!(need(&absent, reason, Excess::Usual, false), (NARROWEST, FAIR, 23));
        // Of several lines the widest counts.
        let lines = Cell::Lines([].into());
        assert_eq!(need(&lines, "one\nand a half\ntwo", Excess::Usual, true), (8, 10, 10));
        assert_eq!(need(&Cell::Int(1), "1234567890", Excess::Usual, true), (10, 10, 10));
    }

    #[test]
    fn a_word_is_broken_from_a_length_on() {
        assert_eq!(breakable(&format!("a {}", "b".repeat(WORD)), WORD + 2), WORD);
        assert_eq!(breakable(&format!("a {}", "b".repeat(WORD + 1)), WORD + 3), NARROWEST);
        assert_eq!(Need::of_title(&format!("a {}", "b".repeat(TITLE))).least, TITLE);
        assert_eq!(Need::of_title(&format!("a {}", "b".repeat(TITLE + 1))).least, NARROWEST);
        assert_eq!(breakable("时装连锁店的采购", 16), NARROWEST, "Chinese is broken anywhere");
    }

    #[test]
    fn without_a_terminal_all_is_as_wide_as_it_needs() {
        let all = fit(&[words(400), whole(10)], &[9, 9], None);
        assert_eq!(all, Fit { shown: vec![0, 1], widths: Some(vec![400, 10]) });
    }

    #[test]
    fn no_character_is_cut_in_half() {
        assert_eq!(cut("时装连锁店", 10, "…"), "时装连锁店");
        assert_eq!(cut("时装连锁店", 9, "…"), "时装连锁…");
        // Half of the next one would fit.
        assert_eq!(cut("时装连锁店", 8, "…"), "时装连…");
        assert_eq!(cut("时装连锁店", 8, "..."), "时装...");
        assert_eq!(cut("Becker Precision", 8, "…"), "Becker…", "no blank before the sign");
        assert_eq!(cut("overdue, missed", 9, "…"), "overdue…", "nor a comma");
        assert_eq!(cut_reason("(n = 3, too few)", 9, "…"), "(n = 3…)");
        assert_eq!(cut_reason("(n = 3, too few)", 16, "…"), "(n = 3, too few)");
        assert_eq!(cut("cafe\u{301} noir", 5, "…"), "cafe\u{301}…");
        assert_eq!(cut("👩‍💻👩‍💻👩‍💻", 5, "…"), "👩‍💻👩‍💻…");
        // A vowel sign that has a width of its own.
        assert_eq!(cut("नीनीनी", 4, "…"), "नी…");
        assert_eq!(cut("", 0, "…"), "");
    }

    proptest! {
        #[test]
        fn what_is_shown_fits_and_nothing_gave_way_for_nothing(
            columns in proptest::collection::vec((1usize..40, any::<bool>(), 0u8..4), 1..9),
            width in 20usize..120,
        ) {
            let needs: Vec<Need> =
                columns.iter().map(|(n, cut, _)| if *cut { words(*n) } else { whole(*n) }).collect();
            let ranks: Vec<u8> = columns.iter().map(|column| column.2).collect();
            let fit = fit(&needs, &ranks, Some(width));
            let left_out: Vec<usize> = (0..needs.len()).filter(|at| !fit.shown.contains(at)).collect();
            let lowest = left_out.iter().map(|at| ranks[*at]).min();
            prop_assert!(lowest != Some(0));
            if let Some(widths) = &fit.widths {
                prop_assert!(widths.iter().sum::<usize>() + GAP * (widths.len().max(1) - 1) <= width);
            } else {
                prop_assert!(fit.shown.iter().all(|at| ranks[*at] == 0));
            }
            // No shown column outranks one that was left out.
            if let Some(lowest) = lowest {
                prop_assert!(fit.shown.iter().all(|at| ranks[*at] <= lowest));
            }
        }

        #[test]
        fn a_cut_text_is_never_wider_than_its_room(text in "\\PC{0,30}", width in 1usize..20) {
            prop_assert!(cut(&text, width, "…").width() <= width);
        }
    }
}
