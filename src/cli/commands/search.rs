//! `crm search WORDS`.

use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Lang, Words, nearest};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::model::solution::Solution;
use crate::report::Request;
use crate::report::company::check_request;
use crate::report::search::search;
use crate::rules::search::Search as Wanted;
use crate::table::sheet::{Audience, Cell, Kind, Row, Table};
use crate::table::words::column;
use crate::value::id::slug;
use clap::Args;

/// The pages of solutions in which every word is found.
fn solutions(ledger: &Ledger, words: &[String], lang: Lang) -> Table {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let has_all = |page: &&Solution| {
        let about = page.categories.iter().chain(&page.products).map(|text| &**text);
        let texts = about.chain([&*page.title, page.text.as_str()]);
        let all = texts.collect::<Vec<&str>>().join("\n").to_lowercase();
        words.iter().all(|word| all.contains(word))
    };
    let row = |page: &Solution| {
        let path = page.path.display().to_string();
        Row::new(vec![Cell::text(page.title.clone()), Cell::text(path)])
    };
    let (pages, _) = ledger.solutions();
    let rows: Vec<Row> = pages.iter().filter(has_all).map(row).collect();
    Table {
        id: "solutions".into(),
        title: lang.pick("Solutions", "解决办法").into(),
        columns: ["title", "path"].map(|id| column(id, Kind::Text, lang)).into(),
        audience: if rows.is_empty() { Audience::Nobody } else { Audience::People },
        rows: rows.into(),
    }
}

/// That nothing was found for these words.
fn nothing(typed: &str) -> Words {
    words!("nothing found for `{typed}`", "没有找到 `{typed}`")
}

/// So many are shown to people unless a number is asked for.
const SHOWN: usize = 20;

/// Find prospects and customers by name, pinyin, person, telephone, mail, company, tag or note
///
/// 按名称、拼音、联系人、电话、邮箱、公司、标签或备注查找潜在客户和客户
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm search zhang\n  \
    crm search 021-68881234\n  \
    crm search 王 golf --where is:open\n  \
    crm search wang.fang@acme.example -f ids | xargs crm show\n\n\
    Every word must be found; the best come first: by id and name, people, company, notes.\n\n\
    每个词都须匹配；最相近的在前：依次为编号和名称、联系人、公司、备注。")]
pub struct Search {
    /// The words, each of which must be found; a telephone in any spelling
    ///
    /// 要找的词，每个都须匹配；电话的写法不限
    #[arg(required = true, value_name = "WORDS")]
    words: Vec<String>,
    /// Only these: stage:50 owner:he value>=10000 …
    ///
    /// 只要这些：stage:50 owner:he value>=10000……
    #[arg(long = "where", value_name = "QUERY")]
    query: Option<String>,
    /// At most so many rows; 0 for all [default: 20, and all in formats for programs]
    ///
    /// 最多多少行；0 为全部 [默认：20，供程序使用的格式为全部]
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
}

impl Search {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let Some(wanted) = Wanted::of(&self.words) else {
            let message = words!("there is no word to search for", "没有要搜索的词");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("for example: crm search zhang", "例如：crm search 张"))
                .into());
        };
        let query = context.query("--where", self.query.as_deref().unwrap_or_default())?;
        let book = context.book_of_all()?;
        let most = match self.limit {
            Some(0) => None,
            Some(limit) => Some(limit),
            None => (!context.writes_for_machines()).then_some(SHOWN),
        };
        let request = Request::of(query);
        if let Some(company) = context.joined()? {
            check_request(company, &request, false)?;
        }
        let result = context.reading(&book, || search(&book, &request, &wanted, most))??;
        if result.more > 0 {
            let more = result.more;
            context
                .say_last(words!("{more} more: -n 0 shows all", "另有 {more} 个：-n 0 显示全部"));
        }
        let mut sheet = result.sheet;
        if context.reads_company() {
            if result.found == 0 {
                let typed = self.words.join(" ");
                context.say_last(nothing(&typed));
            }
            return context.emit(sheet);
        }
        let pages = solutions(context.ledger()?, &self.words, context.lang());
        if result.found == 0 && pages.rows.is_empty() {
            self.nothing_found(context)?;
        }
        sheet.tables.push(pages);
        context.emit(sheet)
    }

    /// Tells that nothing was found, and the id that was meant perhaps.
    fn nothing_found(&self, context: &Context) -> Result<(), Failure> {
        let ledger = context.ledger()?;
        let typed = self.words.join(" ");
        context.say_last(nothing(&typed));
        let digits = typed.chars().filter(char::is_ascii_digit).count();
        if typed.chars().all(|c| !c.is_alphabetic()) && (3..7).contains(&digits) {
            context.say_last(words!(
                "a telephone is found by its last 7 digits",
                "按电话搜索至少需要末7位"
            ));
        }
        let (paths, _) = ledger.paths();
        let ids: Vec<String> = paths.iter().map(|path| id_of(path)).collect();
        let near = nearest(&slug(&typed), ids.iter().map(String::as_str));
        let position = near.and_then(|near| ids.iter().position(|id| id == near));
        if let Some(loaded) = position.and_then(|at| ledger.read(&paths[at]).ok()) {
            let (id, name) = (&loaded.prospect.id, &loaded.prospect.name);
            context.say_last(words!("did you mean {name} (`{id}`)?", "是否指 {name}（`{id}`）？"));
        }
        Ok(())
    }
}
