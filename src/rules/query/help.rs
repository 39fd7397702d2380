//! The text of `crm help query`, made from the tables.

use super::fields::FIELDS;
use super::flags::FLAGS;
use std::fmt::Write;

const GRAMMAR: &str = "\
Which prospects? Terms side by side must all hold; `or`, `not` (or `!`) and parentheses combine them.

  zhang                    in the name, company, id, a contact's name or a note
  stage:50                 a field and its value; `stage:25,50` is either; `*` stands for anything
  value>=10k               = != < <= > >= for numbers (10k, 1.5M, 5万), days and columns
  close-by<=2009Q4         dates: 2009-12-18, 2009-12, 2009Q4, today, -14d, \"last month\", FROM..TO
  last-contact>14d         more than 14 days ago; next<7d: in less than 7 days
  owner:\"\"                 nothing there; owner:* something there
  is:overdue               a flag
  (tag:vip or value>=50k) not is:pool

Text needs a part of the value, `=` the whole; exact fields always need the whole.
";

/// What can be asked, for the terminal.
pub fn help() -> String {
    let mut out = String::from(GRAMMAR);
    out.push_str("\nFields\n");
    for field in FIELDS {
        let also = also(field.aliases);
        let (name, kind) = (field.name, field.kind());
        let _ = writeln!(out, "  {name:<13} {kind:<10}  {}{also}; {}", field.about, field.example);
    }
    out.push_str("  … and the facts that crm.toml names in `facts`, as text\n\nFlags\n");
    for flag in FLAGS {
        let also = also(flag.aliases);
        let _ = writeln!(out, "  is:{:<13} {}{also}", flag.name, flag.about);
    }
    out
}

fn also(aliases: &[&str]) -> String {
    if aliases.is_empty() { String::new() } else { format!(" (also {})", aliases.join(", ")) }
}
