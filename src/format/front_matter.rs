//! The front matter of a page: lines `key: value` between two lines `---`.

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::model::solution::Solution;
use crate::value::text::Text;
use std::path::Path;

/// The keys of a page's front matter.
const KEYS: [&str; 3] = ["category", "product", "title"];

/// Reads a page; and what of its front matter cannot be read. A page without one has the title of its first heading.
pub fn read_solution(text: &str, path: &Path, shown: &Path) -> (Solution, Vec<Diagnostic>) {
    let mut page = Solution { path: path.to_owned(), ..Solution::default() };
    let mut found = Vec::new();
    let wrong = |line: u64, message| {
        Diagnostic::new(Code::FrontMatter, message)
            .at(Place::file(shown).at(Spot::Line(line)))
            .help(words!(
                "between two lines `---`: category, product and title, each `key: value`",
                "两行 `---` 之间写 category、product、title，每行 `键: 值`"
            ))
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_rule = |line: &str| line.trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let mut at = 0;
    let begins = lines.next().filter(|line| is_rule(line));
    if let Some(first) = begins {
        at = first.len();
        let mut is_closed = false;
        for (here, line) in (2..).zip(lines) {
            at += line.len();
            if is_rule(line) {
                is_closed = true;
                break;
            }
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((key, value)) = line.split_once([':', '：']) else {
                found.push(wrong(
                    here,
                    words!("`{line}` is no `key: value`", "`{line}` 不是 `键: 值`"),
                ));
                continue;
            };
            match key.trim() {
                "category" => page.categories = values(value),
                "product" => page.products = values(value),
                "title" => page.title = plain(value).into(),
                key => found.push(
                    wrong(here, words!("unknown key `{key}`", "未知的键 `{key}`"))
                        .nearest(key, KEYS),
                ),
            }
        }
        if !is_closed {
            found.push(wrong(1, words!("the front matter has no end", "前置信息没有结束行")));
        }
    }
    page.text = text[at.min(text.len())..].trim().to_owned();
    if page.title.is_empty() {
        let heading = page.text.lines().find_map(|line| line.strip_prefix("# "));
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        page.title = heading.map_or_else(|| stem.unwrap_or_default(), str::to_owned).trim().into();
    }
    (page, found)
}

/// `claims`, `claims, billing`, `[claims, "billing"]`
fn values(text: &str) -> Vec<Text> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let each = inner.split([',', '，', '、']).map(plain);
    each.filter(|value| !value.is_empty()).map(Text::from).collect()
}

fn plain(text: &str) -> &str {
    let text = text.trim();
    let quoted = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    quoted('"').or(quoted('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Solution, Vec<String>) {
        let path = Path::new("knowledge/direct-billing.md");
        let (page, found) = read_solution(text, path, path);
        (page, found.iter().map(|found| found.message.en().to_owned()).collect())
    }

    #[test]
    fn front_matter_is_read_in_every_usual_spelling() {
        let (page, found) = read(
            "---\ncategory: [claims, \"direct billing\"]\nproduct: group-health\ntitle: 'Refused'\n---\n\nRemind them.\n",
        );
        assert_eq!(found, [""; 0]);
        assert_eq!(page.categories, ["claims", "direct billing"]);
        assert_eq!((&*page.products[0], &*page.title), ("group-health", "Refused"));
        assert_eq!(page.text, "Remind them.");
        let (page, found) = read("---\r\ncategory: claims\r\n---\r\nText\r\n");
        assert_eq!((page.categories, found), (vec!["claims".into()], vec![]));
    }

    #[test]
    fn a_page_without_front_matter_has_the_title_of_its_heading_or_of_its_file() {
        assert_eq!(&*read("# Refused\n\nText").0.title, "Refused");
        assert_eq!(&*read("Text").0.title, "direct-billing");
        assert_eq!(&*read("").0.title, "direct-billing");
    }

    #[test]
    fn each_line_that_cannot_be_read_is_found() {
        let (page, found) = read("---\ncategory: claims\nbroken\ncategry: x\n---\nText");
        assert_eq!(found, ["`broken` is no `key: value`", "unknown key `categry`"]);
        assert_eq!((page.categories.len(), &*page.text), (1, "Text"));
        assert_eq!(read("---\ncategory: claims\n").1, ["the front matter has no end"]);
    }
}
