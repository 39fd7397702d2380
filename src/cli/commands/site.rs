//! `crm site -o DIR`: the whole ledger as a folder of pages.

use super::dashboard::{fits, start_page};
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Words, counted};
use crate::disk::pages::PageFolder;
use crate::render::{Place, SCRIPT, STYLE, page};
use crate::report::site::{Site as Pages, file_of, report_page};
use crate::report::{REPORTS, Request};
use crate::rules::book::{Book, Files, Keep};
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::table::page::Page;
use crate::value::id::fold;
use clap::Args;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::PathBuf;

/// The whole ledger as a folder of pages: the dashboard, every report, each prospect, customer and rep, a search
///
/// 把整个账本写成一个网页文件夹：看板、全部报表、每个客户与成员的页面、搜索
#[derive(Debug, Args)]
#[command(
    after_help = "The folder is for a shared drive or a web server: the pages need no network and no script to be\n\
    read; the search needs a script. A second run replaces the pages and removes those that are gone.\n\n\
    文件夹可放在共享盘或网页服务器上：阅读无需网络和脚本，搜索需要脚本。再次执行会更新页面，并删除已不存在的页面。\n\n\
    Examples:\n  crm site -o site\n  crm site -o /srv/www/crm --as-of 2009-12-18"
)]
pub struct Site {
    /// The folder of `-o`.
    #[arg(skip)]
    pub folder: Option<PathBuf>,
}

impl Site {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        if context.format().is_some_and(|format| format != crate::render::Format::Html) {
            let message = words!("a site is a folder of HTML pages", "网站是一组 HTML 网页");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("leave -f out", "请去掉 -f"))
                .into());
        }
        let Some(folder) = &self.folder else {
            let message = words!("the pages need a folder", "网页需要一个文件夹");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(Words::verbatim("crm site -o site"))
                .into());
        };
        let ledger = context.ledger()?;
        let out = PageFolder::open(folder, &ledger.root)?;
        let mut book = context.unread_book()?;
        book.keep = Keep::Everything;
        let fits = fits(std::slice::from_ref(ledger));
        context.gives_out(|disclosed, member, privacy| {
            let all = (Files::Everybody, &Query::everything());
            disclosed.add_files(&book, all, &[], member, privacy);
        });
        context.record_access(None)?;
        let writer = Writer { out: &out, options: context.render_options() };
        context.reading(&book, || writer.write(&book, fits))??;
        let (pages, removed) = out.finish()?;
        let shown = folder.display();
        let written = counted(pages, "file", "files");
        context.say(match removed {
            0 => words!("{shown}: {written} written", "{shown}：写入 {pages} 个文件"),
            n => words!(
                "{shown}: {written} written, {n} removed",
                "{shown}：写入 {pages} 个文件，删除 {n} 个"
            ),
        });
        Ok(())
    }
}

/// Draws the pages and puts them into the folder.
struct Writer<'w> {
    out: &'w PageFolder,
    options: crate::render::Options,
}

impl Writer<'_> {
    fn write(&self, book: &Book, fits: bool) -> Result<(), Diagnostic> {
        let site = Pages::of(book);
        let main = site.main_pages();
        let beside = ["page.css", "page.js", "index.js"].map(String::from);
        self.out.announce(site.files().into_iter().chain(beside))?;
        self.out.write("page.css", STYLE.as_bytes());
        self.out.write("page.js", SCRIPT.as_bytes());
        self.out.write("index.js", site.index().as_bytes());
        self.prospects(&site, &main, book);
        let mut request = Request::of(Query::everything());
        let start = start_page(book, &mut request, fits, "", &|_| None)?;
        self.put(&site, "index.html", &start, &main, None);
        self.customers(&site, &main, book);
        let put = |(file, page): (String, Page)| self.put(&site, &file, &page, &main, None);
        REPORTS.par_iter().for_each(|report| put(report_page(report, book)));
        site.rep_pages(book)?.into_par_iter().for_each(put);
        let with_pager: Vec<(String, String)> = main.iter().cloned().chain(site.pager()).collect();
        for (file, page) in site.list_pages(book)? {
            self.put(&site, &file, &page, &with_pager, None);
        }
        if main.iter().any(|(_, file)| file == "reps.html") {
            self.put(&site, "reps.html", &site.reps_page(book), &main, None);
        }
        self.put(&site, "reports.html", &site.reports_page(), &main, None);
        self.put(&site, "search.html", &site.search_page(), &main, Some("index.js"));
        Ok(())
    }

    /// A page for each prospect, drawn by the thread that read it.
    fn prospects(&self, site: &Pages, main: &[(String, String)], book: &Book) {
        let each =
            |(): &mut (), record: &Record| self.put_record(site, main, record, Vec::new(), book);
        book.fold(&Query::everything(), each, |(), ()| ());
    }

    /// A page for each customer's file, with the prospects that name it.
    fn customers(&self, site: &Pages, main: &[(String, String)], book: &Book) {
        if book.customers().is_empty() {
            return;
        }
        let named = book.gather_in(Files::Prospects, &Query::everything(), |record| {
            Some((fold(record.prospect.account.as_deref()?), record.clone()))
        });
        let mut prospects: HashMap<String, Vec<Record>> = HashMap::new();
        for (account, record) in named {
            prospects.entry(account).or_default().push(record);
        }
        book.customers().par_iter().for_each(|file| {
            let own = prospects.get(&fold(&file.prospect.id)).cloned().unwrap_or_default();
            self.put_record(site, main, file, own, book);
        });
    }

    fn put_record(
        &self,
        site: &Pages,
        main: &[(String, String)],
        record: &Record,
        prospects: Vec<Record>,
        book: &Book,
    ) {
        let file = file_of(&record.prospect.id, record.prospect.is_customer);
        let own = site.own_links(record, &book.settings);
        let links: Vec<(String, String)> = main.iter().cloned().chain(own).collect();
        let page = site.page_of(record, prospects, book);
        self.put(site, &file, &page, &links, None);
    }

    fn put(
        &self,
        site: &Pages,
        file: &str,
        of: &Page,
        pages: &[(String, String)],
        data: Option<&str>,
    ) {
        let root = if file.contains('/') { "../" } else { "" };
        let link = |column: &str, text: &str, id: Option<&str>| site.link(column, text, id);
        let place = Place { root, file, pages, link: &link, data };
        self.out.write(file, page(of, &self.options, Some(place)).as_bytes());
    }
}
