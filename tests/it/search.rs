//! `crm search`: what is found, in which order, and that the quick look at raw text loses nothing.

use crate::common::{Sandbox, contains, day};
use crm::format::read_prospect::read_prospect;
use crm::format::sieve::Sieve;
use crm::model::settings::Settings;
use crm::rules::replay::replay;
use crm::rules::search::Search;
use proptest::prelude::*;
use std::path::Path;

/// A ledger with people, telephones and notes.
fn ledger() -> Sandbox {
    let sandbox = Sandbox::ledger();
    sandbox
        .prospect(
            "zhang",
            "name = \"张先生\"\ncompany = \"时装连锁店\"\ntags = [\"vip\"]\n\n[[contact]]\nname = \"王芳\"\n\
             phone = \"+86 21 6888-1234\"\nemail = \"Wang.Fang@Acme.example\"\n",
            "2009-12-01-1-abc = { kind = \"opened\", owner = \"liuyan\" }\n\
             2009-12-03-1-abc = { kind = \"call\", note = \"Ｇｏｌｆ with the zhangs\" }\n\
             2009-12-04-1-abc = { kind = \"note\", note = \"a slip of the pen\" }\n\
             2009-12-05-1-abc = { kind = \"retracted\", event = \"2009-12-04-1-abc\" }\n",
        )
        .prospect(
            "zhangjiang",
            "name = \"Pharma Valley\"\n",
            "2009-12-02-1-abc = { kind = \"imported\", stage = \"25\", note = \"plays golf\" }\n",
        )
        .prospect(
            "p3",
            "name = \"小张\"\n",
            "2009-12-08-1-abc = { kind = \"opened\", note = \"asked for a later day\" }\n",
        );
    sandbox
}

/// The ids that are found, the best first.
fn ids(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let run = sandbox.crm(&format!("search {line} -f ids"));
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_best_come_first() {
    let sandbox = ledger();
    for (line, found) in [
        // Equal, begins, contains.
        ("zhang", vec!["zhang", "zhangjiang", "p3"]),
        ("张", vec!["zhang", "p3"]),
        ("小张", vec!["p3"]),
        ("xiaozhang", vec!["p3"]),
        ("ZXS", vec!["zhang"]),
        // Notes, the newest first.
        ("golf", vec!["zhang", "zhangjiang"]),
        ("zhang golf", vec!["zhang", "zhangjiang"]),
        ("'pharma valley'", vec!["zhangjiang"]),
        ("valley pharma", vec!["zhangjiang"]),
        ("pharma golf tennis", vec![]),
        ("wangfang", vec!["zhang"]),
        ("WANG.FANG@acme", vec!["zhang"]),
        ("连锁", vec!["zhang"]),
        ("vip", vec!["zhang"]),
        // Telephones: seven digits find, six do not.
        ("021-68881234", vec!["zhang"]),
        ("'(021) 6888 1234'", vec!["zhang"]),
        ("0086 21 6888 1234", vec!["zhang"]),
        ("8881234", vec!["zhang"]),
        ("881234", vec![]),
        // Retracted, and of another day.
        ("slip", vec![]),
        // Keys are no texts.
        ("name", vec![]),
    ] {
        assert_eq!(ids(&sandbox, line), found, "{line}");
    }
    assert_eq!(ids(&sandbox, "golf --where stage:25"), ["zhangjiang"]);
    assert_eq!(ids(&sandbox, "golf --as-of 2009-12-02"), ["zhangjiang"]);
    assert_eq!(ids(&sandbox, "slip --as-of 2009-12-04"), ["zhang"]);
    assert_eq!(ids(&sandbox, "later --as-of 2009-12-07"), [""; 0]);
}

#[test]
fn a_row_tells_what_was_found_and_where() {
    let sandbox = ledger();
    assert_eq!(
        sandbox.crm("search zhang golf -f csv").ok(),
        "id,name,sort,found-in,excerpt,owner,stage\n\
         zhang,张先生,prospect,id;note,zhang;Ｇｏｌｆ with the zhangs,liuyan,opportunity\n\
         zhangjiang,Pharma Valley,prospect,id;note,zhangjiang;plays golf,,25\n"
    );
    // Two words of one text are shown once.
    contains(
        &sandbox.crm("search plays golf -f csv").ok(),
        &["Valley,prospect,note,plays golf,,25\n"],
    );
    let table = sandbox.crm("search 68881234").ok();
    contains(&table, &["2009-12-18  ·  found: 1", "Phone", "王芳: +86 21 6888-1234", "liuyan"]);
    let json = sandbox.crm("search vip -f json").ok();
    contains(&json, &["\"found-in\"", "\"tags\"", "\"excerpt\""]);
    sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n");
    let table = sandbox.crm("search vip").ok();
    contains(&table, &["找到：1", "所在", "内容", "标签"]);
}

#[test]
fn customers_are_found_beside_prospects() {
    let sandbox = ledger();
    sandbox.write(
        "customers/pujiang.toml",
        "name = \"浦江五金\"\nparent = \"group\"\n\n[[contact]]\nname = \"张强\"\nphone = \"021 6888 1234\"\n\n[events]\n\
         2009-12-01-1-abc = { kind = \"assigned\", owner = \"liuyan\" }\n\
         2009-12-10-1-abc = { kind = \"changed\", set = { company = \"重庆机械\" } }\n",
    );
    assert_eq!(ids(&sandbox, "68881234"), ["pujiang", "zhang"]);
    assert_eq!(
        sandbox.crm("search 浦江 -f csv").ok().lines().nth(1),
        Some("pujiang,浦江五金,customer,name,浦江五金,liuyan,")
    );
    contains(&sandbox.crm("search group").ok(), &["Parent", "customer"]);
    // Facts are those of the day.
    assert_eq!(ids(&sandbox, "chongqing"), ["pujiang"]);
    assert_eq!(ids(&sandbox, "chongqing --as-of 2009-12-09"), [""; 0]);
    // One id twice: the first by path counts, once.
    sandbox.write("customers/zhang.toml", "name = \"Zhang\"\n");
    let run = sandbox.crm("search zhang -f csv");
    contains(&run.stderr, &["1 finding in the ledger"]);
    assert_eq!(run.stdout.lines().filter(|line| line.starts_with("zhang,")).count(), 1);
    std::fs::remove_file(sandbox.path().join("customers/zhang.toml")).unwrap();
    sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n");
    contains(&sandbox.crm("search 浦江").ok(), &["找到：1", "类别", "客户"]);
}

#[test]
fn what_is_beyond_the_limit_is_told() {
    let sandbox = ledger();
    let run = sandbox.crm("search zhang -n 1");
    assert_eq!((run.status, run.stderr.as_str()), (0, "2 more: -n 0 shows all\n"));
    contains(&run.stdout, &["found: 3"]);
    assert!(!run.stdout.contains("zhangjiang"));
    assert_eq!(sandbox.crm("search zhang -n 3").stderr, "");
    for n in 0..18 {
        sandbox.prospect(&format!("q{n}"), "name = \"Zhang\"\n", "");
    }
    assert_eq!(sandbox.crm("search zhang").stderr, "1 more: -n 0 shows all\n");
    assert_eq!(sandbox.crm("search zhang -n 0").stderr, "");
    assert_eq!(sandbox.crm("search zhang -f ids").ok().lines().count(), 21);
}

#[test]
fn nothing_found_is_no_failure_and_has_a_hint() {
    let sandbox = ledger();
    for (line, said) in [
        ("zhagn", "nothing found for `zhagn`\ndid you mean 张先生 (`zhang`)?\n"),
        ("鹏", "nothing found for `鹏`\n"),
        ("881234", "nothing found for `881234`\na telephone is found by its last 7 digits\n"),
    ] {
        let run = sandbox.crm(&format!("search {line}"));
        assert_eq!((run.status, run.stderr.as_str()), (0, said));
    }
    let said = sandbox.refused("search ' '", 2);
    contains(&said, &["error[bad-argument]: there is no word to search for"]);
    sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n");
    contains(
        &sandbox.crm("search zhagn").stderr,
        &["没有找到 `zhagn`", "是否指 张先生（`zhang`）？"],
    );
}

#[test]
fn a_broken_file_is_told_and_the_rest_is_found() {
    let sandbox = ledger();
    sandbox.write("prospects/broken.toml", "name = \"张\nx = 1\n");
    sandbox.write("prospects/gbk.toml", b"name = \"\xd5\xc5\"\n");
    let run = sandbox.crm("search 张 -f ids");
    assert_eq!((run.status, run.stdout.as_str()), (0, "zhang\np3\n"));
    contains(&run.stderr, &["2 files could not be read"]);
}

#[test]
fn every_spelling_of_toml_is_found() {
    let sandbox = Sandbox::ledger();
    for (id, name) in [
        ("a", "\"\\u5f20\\u5148\\u751f\""),
        ("b", "'张先生'"),
        ("c", "\"\"\"张\\\n   先生\"\"\""),
        ("d", "\"张先生\"\r"),
        ("e", "\"Ｚｈａｎｇ 张先生\""),
    ] {
        sandbox.write(&format!("prospects/{id}.toml"), format!("\u{feff}name = {name}\n"));
    }
    for (word, found) in [("张先生", 5), ("zhang", 5), ("zxs", 4)] {
        assert_eq!(ids(&sandbox, word).len(), found, "{word}");
    }
}

/// A text as TOML: plain, or in one of the ways that hide it.
fn spelt(text: &str, way: usize) -> String {
    let plain = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    match way {
        0 => format!(
            "\"{}\"",
            text.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect::<String>()
        ),
        1 if !text.contains('\'') && !text.contains('\n') => format!("'{text}'"),
        2 => format!("\"\"\"\n{plain}\"\"\""),
        _ => format!("\"{plain}\""),
    }
}

/// The same within an entry, which is one line.
fn one_line(text: &str, way: usize) -> String {
    spelt(text, if way == 2 { 3 } else { way })
}

const TEXT: &str = "[a-cA-CkKzhang0-9é张王先重庆女曾か ,+()\"\\\\'\u{301}\u{212a}\u{17f}\u{130}Ａ２ＺÉ\u{f914}樂\n-]{0,9}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// The sieve lets every file through in which the search finds something.
    #[test]
    fn the_sieve_loses_nothing(
        (name, company, person, note, later) in (TEXT, TEXT, TEXT, TEXT, TEXT),
        phone in "[+(0]{0,2}86 ?[0-9 -]{6,12}",
        ways in prop::collection::vec(0usize..8, 6),
        id in "[a-c张z]{1,3}",
        words in prop::collection::vec((0usize..11, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..3),
    ) {
        let text = format!(
            "name = {}\ncompany = {}\n[[contact]]\nname = {}\nphone = {}\n[events]\n\
             2009-12-03 = {{ kind = \"call\", note = {} }}\n\
             2009-12-04 = {{ kind = \"changed\", set = {{ company = {} }} }}\n",
            spelt(&format!("x{name}"), ways[0]),
            spelt(&company, ways[1]),
            spelt(&person, ways[2]),
            spelt(&phone, ways[3]),
            one_line(&note, ways[4]),
            one_line(&later, ways[5]),
        );
        let (path, settings) = (Path::new("x.toml"), Settings::default());
        let Some(prospect) = read_prospect(&text, &id, path, path, &settings).0 else { return Ok(()) };
        let read = |text: &str| crm::value::id::slug(text).replace('-', "");
        let words: Vec<String> = words
            .into_iter()
            .map(|(of, from, to)| {
                let whole = match of {
                    0 | 1 => name.clone(),
                    2 => company.clone(),
                    3 => person.clone(),
                    4 => note.clone(),
                    5 => phone.clone(),
                    6 => id.clone(),
                    7 => read(&name),
                    8 => read(&later),
                    9 => later.clone(),
                    _ => read(&person),
                };
                let letters: Vec<char> = whole.chars().collect();
                let (from, to) = (from.index(letters.len() + 1), to.index(letters.len() + 1));
                letters[from.min(to)..from.max(to)].iter().collect()
            })
            .collect();
        let Some(search) = Search::of(&words) else { return Ok(()) };
        let Some(record) = replay(prospect, &settings, day("2009-12-18")) else { return Ok(()) };
        if search.find(&record.prospect, day("2009-12-18")).is_some() {
            prop_assert!(Sieve::of(&search).lets_through(&id, &text), "{words:?} in {text}");
        }
    }
}
