//! The pages of a whole ledger: which there are, where each is, and what is on it. Nothing is counted here: every page
//! shows sheets of the reports.

use super::columns::stage_name;
use super::dashboard::{cut, to_do};
use super::figures::member;
use super::list::{DEFAULT, List};
use super::plans::with_plan;
use super::show::show;
use super::show_customer::show_with;
use super::{REPORTS, Report, Request, find};
use crate::diag::Diagnostic;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::dealings::{Dealings, by_customer};
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::table::page::{Page, Part, Room};
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::id::{fold, slug};
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::{HashMap, HashSet};

/// A longer table of a report is cut: pages of many megabytes are slow.
const ROWS: usize = 1_000;

/// So many prospects are on a page of the list.
const ON_A_PAGE: usize = 1_000;

/// A prospect or customer, as links and the search know it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// Is it a customer's file?
    pub is_customer: bool,
    /// The words by which the search finds it, beside its name.
    pub words: Vec<String>,
    /// Has it a plan, whose figures are of all files of its customer?
    customer_with_plan: Option<u32>,
}

impl Entry {
    fn of(record: &Record, settings: &Settings) -> Entry {
        let (prospect, lang) = (&record.prospect, settings.language);
        let mut words = vec![prospect.id.to_string()];
        words.extend(prospect.company.iter().map(|company| company.to_string()));
        if !prospect.is_customer {
            words.push(stage_name(record, record.state.stage, settings, lang).to_owned());
        }
        words.extend(record.state.owner.iter().map(|owner| member(owner, settings)));
        for contact in &prospect.contacts {
            let ways = [Some(&contact.name), contact.phone.as_ref(), contact.email.as_ref()];
            words.extend(ways.into_iter().flatten().map(|way| way.to_string()));
        }
        words.extend(
            ["phone", "email", "region"]
                .iter()
                .filter_map(|fact| prospect.fact(fact))
                .map(String::from),
        );
        words.extend(prospect.tags.iter().map(|tag| tag.to_string()));
        words.retain(|word| !word.is_empty());
        let first = record.customer.get().map(|customer| customer.first);
        Entry {
            id: prospect.id.clone(),
            name: prospect.name.clone(),
            is_customer: prospect.is_customer,
            words,
            customer_with_plan: first.filter(|_| prospect.profile().has_plan()),
        }
    }

    fn file(&self) -> String {
        file_of(&self.id, self.is_customer)
    }
}

/// The pages of a ledger.
#[derive(Debug)]
pub struct Site {
    /// The prospects and customers, by id.
    pub entries: Vec<Entry>,
    places: HashMap<String, usize>,
    /// The file of each rep's page, by the rep's id and name.
    reps: HashMap<String, String>,
    /// The id and the name of each rep.
    team: Vec<(String, String)>,
    /// The dealings of the customers with plans, by the position of their first file.
    dealings: HashMap<u32, Dealings>,
    lang: Lang,
}

impl Site {
    /// Reads the ledger: twice, and once more where customers have plans. Grades the book.
    pub fn of(book: &Book) -> Site {
        let settings = &book.settings;
        book.graded();
        let entries =
            book.gather_everybody(&Query::everything(), |record| Some(Entry::of(record, settings)));
        let places = entries.iter().map(|entry| fold(&entry.id)).zip(0..).collect();
        let planned: HashSet<u32> =
            entries.iter().filter_map(|entry| entry.customer_with_plan).collect();
        let dealings = match planned.is_empty() {
            true => HashMap::new(),
            false => by_customer(book, |first| planned.contains(&first)),
        };
        let team = settings.reps.iter().map(|rep| (rep.id.to_string(), rep.display().to_owned()));
        let (team, lang) = (team.collect(), settings.language);
        Site { entries, places, reps: reps(settings), team, dealings, lang }
    }

    /// Every page of HTML, by its file.
    pub fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = self.entries.iter().map(Entry::file).collect();
        files.extend(self.main_pages().into_iter().chain(self.pager()).map(|(_, file)| file));
        files.extend(REPORTS.iter().map(report_file));
        files.extend(self.reps.values().cloned());
        files
    }

    /// The main pages: name and file.
    pub fn main_pages(&self) -> Vec<(String, String)> {
        let pages = [
            ("Dashboard", "看板", "index.html"),
            ("Prospects", "潜在客户", "prospects.html"),
            ("Customers", "客户", "customers.html"),
            ("Team", "团队", "reps.html"),
            ("Reports", "报表", "reports.html"),
            ("Search", "搜索", "search.html"),
        ];
        let has_customers = self.entries.iter().any(|entry| entry.is_customer);
        let pages = pages.into_iter().filter(|(.., file)| match *file {
            "customers.html" => has_customers,
            "reps.html" => !self.reps.is_empty(),
            _ => true,
        });
        pages.map(|(en, zh, file)| (self.lang.pick(en, zh).to_owned(), file.to_owned())).collect()
    }

    /// The entry of an id.
    fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.get(*self.places.get(&fold(id))?)
    }

    /// The address, from the folder's root, of the page that a cell leads to: by its column, its text, and the id of its
    /// row's prospect where the cell names that.
    pub fn link(&self, column: &str, text: &str, id: Option<&str>) -> Option<String> {
        let file = match (id, column) {
            (Some(id), _) => self.entry(id)?.file(),
            (None, "account" | "customer") => self.entry(text)?.file(),
            (None, "owner" | "rep" | "member" | "manager" | "by") => self.reps.get(text)?.clone(),
            (None, "report") => report_file(find(text)?),
            _ => return None,
        };
        Some(address(&file))
    }

    /// The page of a prospect, or of a customer's file with those of its prospects.
    pub fn page_of(&self, record: &Record, prospects: Vec<Record>, book: &Book) -> Page {
        let (settings, on) = (&book.settings, book.as_of);
        let sheet = match record.prospect.is_customer {
            true => show_with(record, prospects, book),
            false => show(record, settings, on),
        };
        let sheet = match record.prospect.profile().has_plan() {
            true => {
                let first = book.graded().of(&record.prospect.id).map(|customer| customer.first);
                let joint = first.and_then(|first| self.dealings.get(&first));
                let own = || Dealings::of(record, settings, on);
                let joint = joint.cloned().unwrap_or_else(own);
                with_plan(sheet, record, &joint, settings, on)
            }
            false => sheet,
        };
        page_of(sheet)
    }

    /// The links that the page of a prospect has of its own: its customer and its owner.
    pub fn own_links(&self, record: &Record, settings: &Settings) -> Vec<(String, String)> {
        let account = record.prospect.account.as_deref().and_then(|id| self.entry(id));
        let account = account.map(|entry| (entry.name.to_string(), address(&entry.file())));
        let owner = record.state.owner.as_deref();
        let owner = owner.and_then(|id| Some((member(id, settings), address(self.reps.get(id)?))));
        account.into_iter().chain(owner).collect()
    }

    /// The pages of reps: file and page.
    ///
    /// # Errors
    /// Fails if the list of a rep cannot be made.
    pub fn rep_pages(&self, book: &Book) -> Result<Vec<(String, Page)>, Diagnostic> {
        let settings = &book.settings;
        let mut pages = Vec::new();
        for rep in &settings.reps {
            let Some(file) = self.reps.get(&*rep.id) else { continue };
            let query = format!("owner:\"{}\"", rep.id);
            let Ok(query) = Query::parse(&query, "owner", settings, book.as_of) else { continue };
            let request = Request::of(query);
            let mut list = List::of(&DEFAULT, &[], settings)?.sheet(book, &request);
            list.title = self.lang.pick("Prospects", "潜在客户").into();
            let mut parts = vec![Part { sheet: to_do(book, &request, true), room: Room::Wide }];
            for name in ["funnel", "cycle"] {
                let Some(report) = find(name) else { continue };
                parts.push(Part { sheet: made(report, book, &request), room: Room::Half });
            }
            parts.push(Part { sheet: list, room: Room::Wide });
            let title = rep.display().to_owned();
            let about = format!("{}  ·  {}", rep.id, book.as_of);
            pages.push((file.clone(), Page { title, about, parts, ..Page::default() }));
        }
        Ok(pages)
    }

    /// The lists of prospects, a page for each thousand, and of customers: file and page.
    ///
    /// # Errors
    /// Fails if a list cannot be made.
    pub fn list_pages(&self, book: &Book) -> Result<Vec<(String, Page)>, Diagnostic> {
        let (settings, request) = (&book.settings, Request::of(Query::everything()));
        let lang = self.lang;
        let mut all = List::of(&DEFAULT, &[], settings)?.sheet(book, &request);
        all.title = lang.pick("Prospects", "潜在客户").into();
        let mut pages = Vec::new();
        let rows = all.tables.first().map_or(0, |table| table.rows.len());
        for (n, from) in (0..rows.max(1)).step_by(ON_A_PAGE).enumerate() {
            let mut sheet = all.clone();
            let to = rows.min(from + ON_A_PAGE);
            if let (Some(table), Some(whole)) = (sheet.tables.first_mut(), all.tables.first()) {
                table.rows = whole.rows.part(from..to).map(|row| row.into_owned()).collect();
            }
            if rows > ON_A_PAGE {
                sheet.about = format!("{} - {to} / {rows}", from + 1);
            }
            pages.push((list_file(n), page_of(sheet)));
        }
        if self.entries.iter().any(|entry| entry.is_customer) {
            let mut sheet = self.customers();
            sheet.about = book.as_of.to_string();
            pages.push(("customers.html".to_owned(), page_of(sheet)));
        }
        Ok(pages)
    }

    /// The other pages of the list of prospects: name and file; none where one is enough.
    pub fn pager(&self) -> Vec<(String, String)> {
        let rows = self.entries.iter().filter(|entry| !entry.is_customer).count();
        if rows <= ON_A_PAGE {
            return Vec::new();
        }
        let page = |(n, from): (usize, usize)| {
            (format!("{} - {}", from + 1, rows.min(from + ON_A_PAGE)), list_file(n))
        };
        (0..rows).step_by(ON_A_PAGE).enumerate().map(page).collect()
    }

    fn customers(&self) -> Sheet {
        let lang = self.lang;
        let columns = vec![column("id", Kind::Id, lang), column("name", Kind::Text, lang)];
        let customers = self.entries.iter().filter(|entry| entry.is_customer);
        let rows = customers.map(|entry| {
            Row::new(vec![Cell::text(entry.id.clone()), Cell::text(entry.name.clone())])
        });
        Sheet::single("customers", lang.pick("Customers", "客户"), columns, rows.collect())
    }

    /// The page that lists the reps: each with its name and what it holds.
    pub fn reps_page(&self, book: &Book) -> Page {
        let report = find("allocation");
        let request = Request::of(Query::everything());
        let sheet = report.map(|report| made(report, book, &request));
        page_of(sheet.unwrap_or_default())
    }

    /// The page that lists the reports.
    pub fn reports_page(&self) -> Page {
        let lang = self.lang;
        let columns = vec![
            Column::new("report", lang.pick("Report", "报表"), Kind::Text),
            Column::new("about", lang.pick("What it shows", "内容"), Kind::Text),
        ];
        let rows = REPORTS.iter().map(|report| {
            let (en, zh) = report.about;
            Row::new(vec![Cell::text(report.name), Cell::text(lang.pick(en, zh))])
        });
        page_of(Sheet::single("reports", lang.pick("Reports", "报表"), columns, rows.collect()))
    }

    /// The page with the search; a script makes its list.
    pub fn search_page(&self) -> Page {
        Page { title: self.lang.pick("Search", "搜索").to_owned(), ..Page::default() }
    }

    /// The index of the search, as a script: an address, a name and words for each prospect, customer, rep and report.
    pub fn index(&self) -> String {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for entry in &self.entries {
            let mut row = vec![address(&entry.file()), entry.name.to_string()];
            row.extend(entry.words.iter().cloned());
            rows.push(row);
        }
        rows.extend(self.team.iter().map(|(id, name)| {
            let file = self.reps.get(id).map(|file| address(file)).unwrap_or_default();
            vec![file, name.clone(), id.clone()]
        }));
        rows.extend(REPORTS.iter().map(|report| {
            let (en, zh) = report.about;
            vec![report_file(report), report.name.to_owned(), self.lang.pick(en, zh).to_owned()]
        }));
        let lines: Vec<String> = rows.iter().map(|row| script_list(row)).collect();
        format!("const CRM = [\n{}\n];\n", lines.join(",\n"))
    }
}

/// A sheet as a page.
fn page_of(sheet: Sheet) -> Page {
    let (title, about) = (sheet.title.clone(), sheet.about.clone());
    let sheet = Sheet { about: String::new(), ..sheet };
    let parts = vec![Part { sheet, room: Room::Wide }];
    Page { title, about, parts, ..Page::default() }
}

/// A report without options; of one that cannot be made the reason.
fn made(report: &Report, book: &Book, request: &Request) -> Sheet {
    let lang = book.settings.language;
    let mut sheet = (report.make)(book, request).unwrap_or_else(|why| Sheet {
        id: report.name.to_owned(),
        title: report.name.to_owned(),
        notes: vec![why.message.get(lang).to_owned()],
        ..Sheet::default()
    });
    cut(&mut sheet, ROWS, report.name, lang);
    sheet
}

/// The page of a report, without a query and without options: its file and the page.
pub fn report_page(report: &Report, book: &Book) -> (String, Page) {
    let request = Request::of(Query::everything());
    (report_file(report), page_of(made(report, book, &request)))
}

/// The file of the page of a prospect, or of a customer's file, below the folder.
pub fn file_of(id: &str, is_customer: bool) -> String {
    let folder = if is_customer { "c" } else { "p" };
    format!("{folder}/{id}.html")
}

fn report_file(report: &Report) -> String {
    format!("report/{}.html", report.name)
}

fn list_file(n: usize) -> String {
    if n == 0 { "prospects.html".to_owned() } else { format!("prospects-{}.html", n + 1) }
}

/// The file of each rep, by its id and, where no other rep has it, by its name. Ids of reps may have any character, so
/// that the file has a name made from it.
fn reps(settings: &Settings) -> HashMap<String, String> {
    let mut files: HashMap<String, String> = HashMap::new();
    let mut taken: HashSet<String> = HashSet::new();
    let name = |rep: &str| settings.reps.iter().filter(|other| other.display() == rep).count() == 1;
    for (n, rep) in settings.reps.iter().enumerate() {
        let mut file = slug(&rep.id);
        if file.is_empty() || !taken.insert(file.clone()) {
            file = format!("{file}-{}", n + 1);
            taken.insert(file.clone());
        }
        let file = format!("r/{file}.html");
        if name(rep.display()) {
            files.entry(rep.display().to_owned()).or_insert_with(|| file.clone());
        }
        files.insert(rep.id.to_string(), file);
    }
    files
}

/// A file's name as an address: every byte that has a meaning in addresses, or is none of ASCII, is escaped.
fn address(file: &str) -> String {
    let escaped = file.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    });
    escaped.collect()
}

/// Texts as a list of a script, in which nothing ends the script or a line.
fn script_list(texts: &[String]) -> String {
    let text = |text: &String| {
        let mut out = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                    out.push_str(&format!("\\u{:04x}", c as u32));
                }
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
        }
        out.push('"');
        out
    };
    format!("[{}]", texts.iter().map(text).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::settings::Rep;

    #[test]
    fn an_address_has_nothing_but_ascii() {
        assert_eq!(address("p/zhang-san.html"), "p/zhang-san.html");
        assert_eq!(address("p/何 ?#%.html"), "p/%E4%BD%95%20%3F%23%25.html");
    }

    #[test]
    fn a_text_never_ends_the_script() {
        let list = script_list(&["</script>\"\\\n\u{2028}何".to_owned()]);
        assert_eq!(list, "[\"\\u003c/script\\u003e\\u0022\\u005c \\u2028何\"]");
    }

    #[test]
    fn two_reps_never_share_a_page() {
        let rep =
            |id: &str, name: &str| Rep { id: id.into(), name: Some(name.into()), ..Rep::default() };
        let reps_of = vec![rep("he", "何"), rep("HE", "何"), rep("???", "Li")];
        let files = reps(&Settings { reps: reps_of, ..Settings::default() });
        assert_eq!((files["he"].as_str(), files["HE"].as_str()), ("r/he.html", "r/he-2.html"));
        assert_eq!(files["Li"], files["???"]);
        assert!(!files.contains_key("何"));
    }

    #[test]
    fn pages_of_the_list_are_numbered_from_the_second_on() {
        assert_eq!(
            [0, 1, 2].map(list_file),
            ["prospects.html", "prospects-2.html", "prospects-3.html"]
        );
    }
}
