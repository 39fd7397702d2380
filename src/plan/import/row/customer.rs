//! The customer of a row, as the other program names it.

use super::RowReader;
use crate::diag::{Words, listed};
use crate::model::mapping::{Assignment, BELONGS_TO, Template};
use crate::plan::import::columns::{CellText, Joined};
use crate::value::text::narrow;

impl<'a> RowReader<'_, 'a> {
    /// The customer or prospect of the ledger that has one of the row's texts as its id, name, company or address; the first
    /// text that is known counts. Where none is known, a list of customers adds a customer; any other row is refused.
    pub(super) fn customer(
        &mut self,
        row: &Joined<'a>,
        assignment: &'a Assignment,
    ) -> Option<(String, String)> {
        let texts: Vec<CellText> = self.columns.texts(row, assignment).collect();
        let people = &self.import.people;
        let (Some(first), Some(last)) = (texts.first(), texts.last()) else {
            let columns = assignment.texts.iter().flat_map(Template::columns);
            let columns = listed(columns.map(|column| format!("`{column}`")));
            let why = words!(
                "the row names no customer: {columns} is empty",
                "这一行没有写客户：{columns:#} 为空"
            );
            self.problem(why, None);
            return None;
        };
        for cell in &texts {
            match people.called(&cell.text).as_slice() {
                [] => {}
                [id] => return Some((id.to_string(), id.to_string())),
                several => {
                    let ids = listed(several);
                    let what = words!("`{}` may be {ids}", "`{}` 可能是 {ids:#}", cell.text);
                    self.unsettled(cell, what, None);
                    return None;
                }
            }
        }
        let written: Vec<String> = texts.iter().map(|cell| cell.text.to_lowercase()).collect();
        if let Some((text, file)) = people.in_unread(&written) {
            let file = file.display();
            let why = words!(
                "`{text}` is in {file}, which cannot be read",
                "`{text}` 在 {file} 中，而该文件无法读取"
            );
            let help = words!("mend it: crm check {file}", "请先修正：crm check {file}");
            self.problem(why, Some(help));
            return None;
        }
        if self.import.mapping.customers {
            return self.legal_id(narrow(&first.text).into_owned());
        }
        let what = words!("no customer or prospect `{}`", "没有客户或潜在客户 `{}`", last.text);
        let add = words!(
            "to add those that the ledger does not have: --customers",
            "要添加账本中没有的客户：--customers"
        );
        self.unsettled(last, what, Some(add));
        None
    }

    /// Tells a name that is not one customer's, with the translation that settles it.
    fn unsettled(&mut self, cell: &CellText, what: Words, help: Option<Words>) {
        self.is_faulty = true;
        let text = &cell.text;
        let column = cell.source.map_or("COLUMN", |source| source.column);
        let settle = words!(
            "if the ledger calls it otherwise: --translate '{column}:{text}=ID'",
            "若账本中用的是另一个名称：--translate '{column}:{text}=编号'"
        );
        self.names.fault(BELONGS_TO, cell, what, self.row.line, |_| {
            help.into_iter().chain([settle]).collect()
        });
    }
}
