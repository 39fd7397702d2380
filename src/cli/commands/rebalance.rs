//! `crm rebalance`: the fewest moves that even out the load; with `--apply` they are made.

use super::report::Selection;
use crate::cli::context::Context;
use crate::cli::proposal::{Apply, Proposed};
use crate::diag::{Code, Diagnostic, Failure};
use crate::plan::rebalance::{Rebalance as Plan, Stays, Wish, rebalance};
use crate::report::allocation::{fairness, utilisation};
use crate::report::breakdown::stage_cell;
use crate::rules::book::Book;
use crate::rules::team::fairness::capacities;
use crate::table::sheet::{Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::label::Lang;
use crate::value::period::parse_days;
use clap::Args;

/// The fewest moves that bring every rep's load within a tolerance of the team's
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm rebalance\n  crm rebalance --tolerance 5% --untouched 30d\n  \
    crm rebalance --apply --by wangfang\n\n\
    Load is the rep's prospects over the capacity. Those at 50 or beyond stay, and those touched lately,\n\
    unless the options let them move; absence, exclusions, accounts and do-not-assign are never broken."
)]
pub struct Rebalance {
    #[command(flatten)]
    selection: Selection,
    /// How far a rep's load may be from the team's, in points of a hundred
    #[arg(long, value_name = "PERCENT", default_value = "10%")]
    tolerance: String,
    /// Prospects touched in the last so many days stay
    #[arg(long, value_name = "DAYS", default_value = "14d")]
    untouched: String,
    /// Prospects touched lately may move, too
    #[arg(long, conflicts_with = "untouched")]
    touched: bool,
    /// Those at 50 or beyond may move, too
    #[arg(long)]
    any_stage: bool,
    #[command(flatten)]
    apply: Apply,
}

impl Rebalance {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let wish = self.wish()?;
        let session = self.apply.session(self.apply.apply, context)?;
        let request = self.selection.request(context)?;
        let book = context.book_for(&request, true)?;
        let plan = context.reading(&book, || rebalance(&book, &request.query, wish))??;
        let id = |place: usize| &plan.team.members[place].rep.id;
        let moves = plan.moves.iter().map(|step| Proposed {
            path: &step.prospect.path,
            stage: None,
            owner: Some(id(step.to).clone()),
            reason: context.spoken().pick("rebalanced", "负荷平衡").into(),
            moved: words!("{} -> {}", "{} -> {}", id(step.from), id(step.to)),
        });
        let sheet = sheet(&plan, &book, self.apply.apply);
        self.apply.carry_out(context, session.as_ref(), sheet, "assigned", moves)
    }

    fn wish(&self) -> Result<Wish, Diagnostic> {
        let tolerance = thousandths(&self.tolerance).ok_or_else(|| {
            let text = &self.tolerance;
            let message = words!(
                "--tolerance: `{text}` is not a percentage from 0 to 100",
                "--tolerance：`{text}` 不是 0 到 100 的百分数"
            );
            Diagnostic::new(Code::BadArgument, message)
                .help(words!("write 10% or 2.5%", "请写成 10% 或 2.5%"))
        })?;
        let days = parse_days(&self.untouched).and_then(|days| u32::try_from(days).ok());
        let days = days.ok_or_else(|| {
            let text = &self.untouched;
            let message = words!(
                "--untouched: `{text}` is not a number of days",
                "--untouched：`{text}` 不是天数"
            );
            Diagnostic::new(Code::BadArgument, message)
                .help(words!("write 14d or 2w", "请写成 14d 或 2w"))
        })?;
        let untouched_days = if self.touched { None } else { Some(days) };
        Ok(Wish { tolerance, untouched_days, any_stage: self.any_stage })
    }
}

/// A percentage with at most one decimal, in thousandths.
fn thousandths(text: &str) -> Option<u32> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || whole.len() > 3 || tenth.len() != 1 {
        return None;
    }
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok());
    let (whole, tenth): (u32, u32) = (digits(whole)??, digits(tenth)??);
    Some(whole * 10 + tenth).filter(|sum| *sum <= 1000)
}

fn sheet(plan: &Plan, book: &Book, applied: bool) -> Sheet {
    let lang = book.settings.language;
    let id = |place: usize| Cell::text(&*plan.team.members[place].rep.id);
    let rows = plan.moves.iter().map(|step| {
        let prospect = &step.prospect;
        Row::new(vec![
            Cell::text(prospect.id.clone()),
            Cell::text(prospect.name.clone()),
            stage_cell(prospect.stage(&book.settings), lang),
            Cell::maybe(step.last_entry, Cell::Date),
            id(step.from),
            id(step.to),
        ])
    });
    let moves = Table {
        id: "moves".into(),
        columns: vec![
            column("id", Kind::Id, lang),
            column("name", Kind::Text, lang),
            column("stage", Kind::Text, lang),
            column("last-entry", Kind::Date, lang).optional(),
            column("from-rep", Kind::Text, lang),
            column("to-rep", Kind::Text, lang),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    let [before, after] = &plan.loads;
    let states = [(lang.pick("before", "之前"), before), (lang.pick("after", "之后"), after)];
    let about = match lang {
        Lang::En | Lang::Machine => format!(
            "{}  ·  {} of {} movable prospects move",
            book.as_of,
            plan.moves.len(),
            plan.movable
        ),
        Lang::Zh => {
            format!("{}  ·  可移动{}个，移动{}个", book.as_of, plan.movable, plan.moves.len())
        }
    };
    Sheet {
        id: "rebalance".into(),
        title: lang.pick("Rebalancing", "负荷平衡").into(),
        about,
        tables: vec![moves, load(plan, lang), fairness(&plan.team, &states, lang)],
        notes: notes(plan, lang, applied),
        ..Sheet::default()
    }
}

fn load(plan: &Plan, lang: Lang) -> Table {
    let [before, after] = &plan.loads;
    let outside = plan.outside();
    let capacities = capacities(&plan.team);
    let rows = (0..plan.bands.len()).filter_map(|place| {
        plan.bands[place]?;
        let member = &plan.team.members[place];
        let int = |n: u32| Cell::Int(i64::from(n));
        let cells = vec![
            Cell::text(&*member.rep.id),
            Cell::text(member.rep.display()),
            int(before.count[place]),
            int(after.count[place]),
            int(capacities[place]),
            utilisation(after.count[place], capacities[place]),
        ];
        let warn = outside.contains(&place);
        Some(Row::with(cells, if warn { Emphasis::Warn } else { Emphasis::Plain }))
    });
    Table {
        id: "load".into(),
        title: lang.pick("Load", "负荷").into(),
        columns: vec![
            column("rep", Kind::Text, lang),
            column("name", Kind::Text, lang),
            column("holds", Kind::Number, lang),
            column("after", Kind::Number, lang),
            column("capacity", Kind::Number, lang),
            column("utilisation", Kind::Number, lang),
        ],
        rows: rows.collect(),
        ..Table::default()
    }
}

fn notes(plan: &Plan, lang: Lang, applied: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let outside = plan.outside();
    if outside.is_empty() {
        notes.push(lang.pick("every rep is within the tolerance", "所有人都在容差之内").to_owned());
    } else {
        let names = outside.iter().map(|place| {
            let (low, high) = plan.bands[*place].unwrap_or_default();
            let held = plan.loads[1].count[*place];
            format!("{} ({held}, {low}-{high})", plan.team.members[*place].rep.id)
        });
        notes.push(format!(
            "{}: {}",
            lang.pick("no move that is allowed brings these closer", "现有条件下无法再接近"),
            names.collect::<Vec<_>>().join(", ")
        ));
    }
    if !plan.stay.is_empty() {
        let stay = plan.stay.iter().map(|(why, count)| format!("{count} {}", words(*why, lang)));
        notes.push(format!(
            "{}: {}",
            lang.pick("not moved", "不移动"),
            stay.collect::<Vec<_>>().join(", ")
        ));
    }
    if !applied && !plan.moves.is_empty() {
        let text = lang.pick("nothing is written yet: --apply writes it", "尚未写入：--apply 写入");
        notes.push(text.to_owned());
    }
    notes
}

fn words(stays: Stays, lang: Lang) -> &'static str {
    match stays {
        Stays::FarAlong => lang.pick("at 50 or beyond", "已到50%或以上"),
        Stays::Touched => lang.pick("touched lately", "近期有跟进"),
        Stays::DoNotAssign => lang.pick("not to be assigned", "不分配"),
        Stays::NotSelected => lang.pick("not selected", "未选"),
        Stays::Account => lang.pick("of an account that stays", "所属客户整体不动"),
    }
}

#[cfg(test)]
mod tests {
    use super::thousandths;

    #[test]
    fn percentages() {
        assert_eq!(thousandths("10%"), Some(100));
        assert_eq!(thousandths("2.5 %"), Some(25));
        assert_eq!(thousandths("0"), Some(0));
        for wrong in ["", "%", "-1", "101", "1.25", "ten"] {
            assert_eq!(thousandths(wrong), None, "{wrong}");
        }
    }
}
