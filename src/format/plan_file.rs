//! An edited plan of allocation: a CSV file with the columns `id` and `rep`, others as they come.

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::value::formula::restored;
use std::path::Path;

/// A line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// The line of the file, from 1.
    pub number: u64,
    /// The prospect's id.
    pub id: String,
    /// The rep's id; empty = the prospect stays in the pool.
    pub rep: String,
}

/// Reads a plan; `file` is the path that diagnostics print. A spreadsheet may have put a byte-order mark before it,
/// and semicolons or tabs between its cells.
pub fn read_plan(text: &str, file: &Path) -> Result<Vec<PlanLine>, Vec<Diagnostic>> {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|wanted| head.bytes().filter(|byte| byte == wanted).count())
        .filter(|delimiter| head.as_bytes().contains(delimiter))
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let at = |number: u64| Place::file(file).at(Spot::Line(number));
    let broken = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        let message =
            words!("the plan cannot be read as CSV: {error}", "方案不是可读的 CSV：{error}");
        vec![Diagnostic::new(Code::BadPlan, message).at(at(line))]
    };
    let header = reader.headers().map_err(|error| broken(&error))?.clone();
    let column = |name: &str| {
        header.iter().position(|title| title.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let message = words!("the plan has no column `{name}`", "方案没有 `{name}` 列");
            vec![Diagnostic::new(Code::BadPlan, message).at(at(1)).help(words!(
                "a plan is a file as `crm allocate -o plan.csv` writes it: columns id and rep",
                "方案是 `crm allocate -o plan.csv` 写出的文件：有 id 和 rep 两列"
            ))]
        })
    };
    let (id, rep) = (column("id")?, column("rep")?);
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        let number = record.position().map_or(1, csv::Position::line);
        let cell = |column: usize| restored(record.get(column).unwrap_or_default()).to_owned();
        let line = PlanLine { number, id: cell(id), rep: cell(rep) };
        if !line.id.is_empty() {
            lines.push(line);
        } else if !line.rep.is_empty() {
            let message = words!(
                "a line for `{}` names no prospect",
                "分给 `{}` 的一行没有写明潜在客户",
                line.rep
            );
            return Err(vec![Diagnostic::new(Code::BadPlan, message).at(at(number))]);
        }
    }
    Ok(lines)
}
