//! Chinese names in pinyin, for ids. Ids are permanent, so the reading of a surname and of a place matters.

use pinyin::ToPinyin;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Surnames that are read in another way than the character in general; two characters before one.
const SURNAMES: &[(&str, &str)] = &[
    ("万俟", "mo qi"),
    ("尉迟", "yu chi"),
    ("单于", "chan yu"),
    ("长孙", "zhang sun"),
    ("澹台", "tan tai"),
    ("令狐", "ling hu"),
    ("曾", "zeng"),
    ("单", "shan"),
    ("翟", "zhai"),
    ("查", "zha"),
    ("覃", "qin"),
    ("解", "xie"),
    ("区", "ou"),
    ("朴", "piao"),
    ("仇", "qiu"),
    ("盖", "ge"),
    ("冼", "xian"),
    ("乐", "yue"),
    ("缪", "miao"),
    ("种", "chong"),
    ("折", "she"),
    ("员", "yun"),
    ("繁", "po"),
    ("秘", "bi"),
    ("黑", "he"),
    ("逄", "pang"),
    ("乜", "nie"),
    ("隗", "wei"),
    ("郗", "xi"),
    ("那", "na"),
    ("洗", "xian"),
    ("祭", "zhai"),
    ("召", "shao"),
    ("长", "zhang"),
];

/// Words with a character that has another reading in them: places, and words in names of companies.
const WORDS: &[(&str, &str)] = &[
    ("重庆", "chong qing"),
    ("厦门", "xia men"),
    ("大厦", "da sha"),
    ("长沙", "chang sha"),
    ("长春", "chang chun"),
    ("长江", "chang jiang"),
    ("长城", "chang cheng"),
    ("长安", "chang an"),
    ("长治", "chang zhi"),
    ("长宁", "chang ning"),
    ("长虹", "chang hong"),
    ("六安", "lu an"),
    ("蚌埠", "beng bu"),
    ("乐清", "yue qing"),
    ("丽水", "li shui"),
    ("番禺", "pan yu"),
    ("朝阳", "chao yang"),
    ("成都", "cheng du"),
    ("首都", "shou du"),
    ("大都", "da du"),
    ("西藏", "xi zang"),
    ("铅山", "yan shan"),
    ("东阿", "dong e"),
    ("大埔", "da bu"),
    ("单县", "shan xian"),
    ("银行", "yin hang"),
    ("行业", "hang ye"),
    ("商行", "shang hang"),
    ("音乐", "yin yue"),
    ("会计", "kuai ji"),
    ("重阳", "chong yang"),
];

/// Words that follow a person's name.
const TITLES: &[&str] = &[
    "先生", "女士", "小姐", "太太", "夫人", "老师", "医生", "教授", "律师", "经理", "总监", "主任",
    "主席", "校长", "院长", "局长", "处长", "科长", "部长", "厂长", "店长", "站长", "总", "董",
    "工", "哥", "姐",
];

/// A text with its Chinese characters in pinyin, each syllable between blanks; the rest is as it was. The
/// surname of a person is read as a surname.
pub fn romanised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (c, reading) in readings(text) {
        match reading {
            Some(reading) => {
                out.push(' ');
                out.push_str(&reading);
                out.push(' ');
            }
            None => out.push(c),
        }
    }
    out
}

/// The characters of a text, the Chinese ones with their readings. The surname of a person is read as a surname.
pub(super) fn readings(text: &str) -> Vec<(char, Option<Cow<'static, str>>)> {
    let mut all = Vec::new();
    let mut rest = text;
    if let Some((surname, reading)) = surname(text) {
        all.extend(word(surname, reading));
        rest = &text[surname.len()..];
    }
    while let Some(c) = rest.chars().next() {
        if let Some((known, reading)) = WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
            all.extend(word(known, reading));
            rest = &rest[known.len()..];
            continue;
        }
        all.push((c, usual(c)));
        rest = &rest[c.len_utf8()..];
    }
    all
}

/// The characters of a word, with their readings.
fn word(
    word: &str,
    reading: &'static str,
) -> impl Iterator<Item = (char, Option<Cow<'static, str>>)> {
    let readings = reading.split_whitespace().map(|syllable| Some(Cow::Borrowed(syllable)));
    word.chars().zip(readings)
}

/// The reading of a character in general.
fn usual(c: char) -> Option<Cow<'static, str>> {
    let reading = c.to_pinyin()?.plain();
    Some(if reading.contains('ü') { reading.replace('ü', "v").into() } else { reading.into() })
}

/// Every reading that a character may have in some text: the usual one, and those as a surname and in words.
pub(super) fn possible(c: char) -> impl Iterator<Item = Cow<'static, str>> {
    let at = SPECIAL.partition_point(|(special, _)| *special < c);
    let special = SPECIAL[at..].iter().take_while(move |(special, _)| *special == c);
    usual(c).into_iter().chain(special.map(|(_, reading)| Cow::Borrowed(*reading)))
}

/// The readings as surnames and in words by their characters, sorted.
static SPECIAL: LazyLock<Vec<(char, &str)>> = LazyLock::new(|| {
    let words = SURNAMES.iter().chain(WORDS);
    let mut all: Vec<(char, &str)> =
        words.flat_map(|(word, reading)| word.chars().zip(reading.split_whitespace())).collect();
    all.sort_unstable();
    all
});

/// The surname at the start of a person's name, where it has a reading of its own. A person's name is a
/// surname and one or two characters, or a surname and a title.
fn surname(text: &str) -> Option<&'static (&'static str, &'static str)> {
    let found = SURNAMES.iter().find(|(surname, _)| text.starts_with(surname))?;
    let given = &text[found.0.len()..];
    let bare = TITLES.iter().find_map(|title| given.strip_suffix(title)).unwrap_or(given);
    let is_name = bare.chars().count() <= 2 && text.chars().all(|c| c.to_pinyin().is_some());
    let is_word = WORDS.iter().any(|(word, _)| text.starts_with(word));
    (is_name && !is_word).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        romanised(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn surnames_have_readings_of_their_own() {
        for (name, reading) in [
            ("曾先生", "zeng xian sheng"),
            ("单雄信", "shan xiong xin"),
            ("翟女士", "zhai nv shi"),
            ("查良镛", "zha liang yong"),
            ("覃总", "qin zong"),
            ("解缙", "xie jin"),
            ("区小姐", "ou xiao jie"),
            ("朴经理", "piao jing li"),
            ("尉迟恭", "yu chi gong"),
            ("仇和", "qiu he"),
            ("盖叫天", "ge jiao tian"),
            ("张先生", "zhang xian sheng"),
            ("沈万三", "shen wan san"),
            ("叶问", "ye wen"),
        ] {
            assert_eq!(read(name), reading, "{name}");
        }
    }

    #[test]
    fn a_company_has_no_surname() {
        assert_eq!(read("区块链技术公司"), "qu kuai lian ji shu gong si");
        assert_eq!(read("解放路商场"), "jie fang lu shang chang");
        assert_eq!(read("长春电子"), "chang chun dian zi");
    }

    #[test]
    fn places_are_read_as_places() {
        assert_eq!(read("重庆银行"), "chong qing yin hang");
        assert_eq!(read("厦门Acme"), "xia men Acme");
        assert_eq!(read("广汉洁具厂"), "guang han jie ju chang");
    }
}
