//! The text of `crm help query`, made from the tables.

use crate::diag::Lang;
use crate::rules::attribute::{ATTRIBUTES, Attribute, FLAGS};
use std::fmt::Write;

const GRAMMAR: (&str, &str) = (
    "\
Which prospects? Terms side by side must all hold; `or`, `not` (or `!`) and parentheses combine them.

  zhang                    in the name, company, id, a contact's name or a note
  stage:50                 a field and its value; `stage:25,50` is either; `*` fits anything
  value>=10k               = != < <= > >= for numbers (10k, 1.5M, 5万), days and columns
  close-by<=2009Q4         dates: 2009-12-18, 2009-12, 2009Q4, today, -14d, \"last month\", FROM..TO
  last-contact>14d         more than 14 days ago; next<7d: in less than 7 days
  owner:\"\"                 nothing there; owner:* something there
  is:overdue               a flag
  customer.region:east     in the file of its customer
  deal.stage:50            of a customer: one of its prospects is so
  @vip                     a query with a name: [segment.vip] when = \"tag:vip\" in crm.toml
  (tag:vip or value>=50k) not is:pool

Text needs a part of the value, `=` the whole; exact fields always need the whole.
",
    "\
选哪些潜在客户？并列的条件要全部成立；`or`、`not`（或 `!`）和括号用来组合。

  zhang                    姓名、公司、编号、联系人或备注里有这个词
  stage:50                 字段和取值；`stage:25,50` 为其中之一；`*` 代表任意内容
  value>=10k               = != < <= > >= 用于数字（10k、1.5M、5万）、日期和栏
  close-by<=2009Q4         日期：2009-12-18、2009-12、2009Q4、today、-14d、\"last month\"、FROM..TO
  last-contact>14d         14 天以前；next<7d：7 天之内
  owner:\"\"                 没有取值；owner:* 有取值
  is:overdue               提醒
  客户.地区:上海           它的客户的文件里如此
  机会.阶段:50             客户的潜在客户中有一个如此
  @vip                     有名称的查询（客群）：crm.toml 中 [segment.vip] when = \"tag:vip\"
  (tag:vip or value>=50k) not is:pool

文本字段含有所写内容即可，用 `=` 则要相同；整词字段总要相同。
",
);

/// The grammar, the fields, which of them are columns and groups, and the flags.
pub fn help(lang: Lang) -> String {
    let mut out = String::from(lang.pick(GRAMMAR.0, GRAMMAR.1));
    let _ = writeln!(out, "\n{}", lang.pick("Fields", "字段"));
    for row in ATTRIBUTES {
        let (kind, about) = (row.kind_name(), lang.pick(row.about.0, row.about.1));
        let kind = lang.pick(kind.0, kind.1);
        // A Chinese character is two columns wide.
        let width = 10 - kind.chars().filter(|c| !c.is_ascii()).count();
        let also = also(row.aliases, lang);
        let _ = writeln!(out, "  {:<13} {kind:<width$}  {about}{also}; {}", row.id, row.example);
    }
    let _ = writeln!(
        out,
        "  {}\n",
        lang.pick(
            "… and the facts that crm.toml names in `facts`, as text",
            "……以及 crm.toml 的 `facts` 里列出的资料，作为文本"
        )
    );
    let _ = writeln!(
        out,
        "{}\n  {}",
        lang.pick(
            "Columns of lists (--columns, --sort), besides your own facts",
            "列表的列（--columns、--sort），自己的资料也可以"
        ),
        listed(|row| row.is_column)
    );
    let _ = writeln!(
        out,
        "{}\n  {}",
        lang.pick(
            "Rows of reports (--by), besides your own facts",
            "报表的分行（--by），自己的资料也可以"
        ),
        listed(|row| row.is_group)
    );
    let _ = writeln!(out, "\n{}", lang.pick("Flags", "提醒"));
    for flag in FLAGS {
        let about = lang.pick(flag.about.0, flag.about.1);
        let _ = writeln!(out, "  is:{:<13} {about}{}", flag.id, also(flag.aliases, lang));
    }
    out
}

/// The ids of the chosen rows, in lines.
fn listed(chosen: fn(&Attribute) -> bool) -> String {
    in_lines(ATTRIBUTES.iter().filter(|row| chosen(row)).map(|row| row.id))
}

/// Lines that fit a terminal: one of more than 80 columns is full.
fn in_lines<'i>(ids: impl Iterator<Item = &'i str>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for id in ids {
        match lines.last_mut().filter(|line| line.len() <= 80) {
            Some(line) => line.extend([", ", id]),
            None => lines.push(id.to_owned()),
        }
    }
    lines.join(",\n  ")
}

fn also(aliases: &[&str], lang: Lang) -> String {
    match (lang.listed(aliases), lang) {
        (none, _) if none.is_empty() => none,
        (names, Lang::Zh) => format!("（也可写 {names}）"),
        (names, _) => format!(" (also {names})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_80_columns_takes_one_more_and_one_of_81_is_full() {
        let (full, over) = ("x".repeat(80), "x".repeat(81));
        assert_eq!(in_lines([].into_iter()), "");
        assert_eq!(in_lines(["a", "b"].into_iter()), "a, b");
        assert_eq!(in_lines([&*full, "b", "c"].into_iter()), format!("{full}, b,\n  c"));
        assert_eq!(in_lines([&*over, "b", "c"].into_iter()), format!("{over},\n  b, c"));
    }
}
