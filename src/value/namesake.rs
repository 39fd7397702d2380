//! Names as two files of one company or person may write them: without case, width, blanks and signs, and without the
//! legal form of a company.

use super::id::searchable;

/// Legal forms behind the name of a company, in Chinese; the longer ones first.
const FORMS_ZH: [&str; 6] =
    ["股份有限公司", "有限责任公司", "有限公司", "股份公司", "总公司", "公司"];

/// Legal forms behind the name of a company, as words.
const FORMS: [&str; 17] = [
    "co",
    "company",
    "corp",
    "corporation",
    "inc",
    "incorporated",
    "ltd",
    "limited",
    "llc",
    "llp",
    "plc",
    "gmbh",
    "ag",
    "kg",
    "sa",
    "bv",
    "pte",
];

/// A name in the form in which it is compared: `上海 未来（有限公司）` is `上海未来`, `ACME Co., Ltd.` is `acme`. Empty for a
/// text without letters and digits.
pub fn namesake(name: &str) -> String {
    let searched = searchable(name);
    let mut words: Vec<&str> =
        searched.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    while words.len() > 1 && words.last().is_some_and(|last| FORMS.contains(last)) {
        words.pop();
    }
    let whole: String = words.concat();
    let bare = FORMS_ZH.iter().find_map(|form| whole.strip_suffix(form));
    bare.filter(|bare| !bare.is_empty()).map_or_else(|| whole.clone(), str::to_owned)
}

/// A text without all that [`namesake`] leaves out but legal forms: it contains each name that is in the text, as
/// `namesake` gives it.
pub fn squeezed(text: &str) -> String {
    searchable(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_several_spellings() {
        for (name, key) in [
            ("王 小明", "王小明"),
            ("王　小明", "王小明"),
            ("上海未来有限公司", "上海未来"),
            ("上海 未来（有限公司）", "上海未来"),
            ("上海未来股份有限公司", "上海未来"),
            ("ACME Co., Ltd.", "acme"),
            ("Ａｃｍｅ　GmbH", "acme"),
            ("acme inc", "acme"),
            ("Müller & Söhne GmbH", "müllersöhne"),
            // A name that is nothing but a form stays one.
            ("有限公司", "有限公司"),
            ("Co", "co"),
            ("Limited Company", "limited"),
            ("上海未来集团", "上海未来集团"),
            ("Cocoa", "cocoa"),
            ("!!", ""),
        ] {
            assert_eq!(namesake(name), key, "{name}");
            assert!(squeezed(&format!("x = \"{name}\"")).contains(&namesake(name)), "{name}");
        }
    }

    #[test]
    fn other_names_are_others() {
        for (one, other) in
            [("王小明", "王小敏"), ("上海未来", "上海未来科技"), ("Acme", "Acme North")]
        {
            assert_ne!(namesake(one), namesake(other));
        }
    }
}
