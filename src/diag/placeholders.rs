//! The names of values in commands, as help and hints write them: `--close-by DATE`, `--close-by 日期`.

use super::Lang;

/// The name of a value in English and in Chinese. A name that both languages have (`N`) needs no row.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("ADDRESS", "邮箱"),
    ("AMOUNT", "金额"),
    ("BASE", "共同祖先"),
    ("BOARD", "看板"),
    ("BOOL", "真假"),
    ("CAMPAIGN", "活动"),
    ("CHANNEL", "渠道"),
    ("CHANNELS", "渠道"),
    ("CHARACTER", "字符"),
    ("COLUMN:FROM=TO", "列:原值=新值"),
    ("COLUMN=FIELD", "列=字段"),
    ("COLUMNS", "列"),
    ("COMMAND", "命令"),
    ("COMMIT", "提交"),
    ("CRITERIA", "标准"),
    ("DATE", "日期"),
    ("DATE=MONEY[=WHAT]", "日期=金额[=内容]"),
    ("DAYS", "天数"),
    ("DIR", "文件夹"),
    ("EVENT", "流水"),
    ("FIELD", "字段"),
    ("FILE", "文件"),
    ("FILES", "文件"),
    ("FOLDER", "文件夹"),
    ("FORMAT", "格式"),
    ("ID", "编号"),
    ("KEEP", "留下的"),
    ("KEY", "键"),
    ("KEY=VALUE", "键=值"),
    ("KIND", "类型"),
    ("LABEL", "标签"),
    ("LANG", "语言"),
    ("MESSAGE", "说明"),
    ("MONEY", "金额"),
    ("NAME", "名称"),
    ("NAME=TEXT", "名称=文字"),
    ("NAME|N", "名称|序号"),
    ("NEW", "新编号"),
    ("NUMBER", "号码"),
    ("OLD", "旧提交"),
    ("OPTIONS", "选项"),
    ("OTHER", "另一个"),
    ("OURS", "我方"),
    ("PACKAGE", "软件包"),
    ("PART", "职能"),
    ("PATH", "路径"),
    ("PATHS", "路径"),
    ("PERCENT", "百分比"),
    ("PERIOD", "期间"),
    ("PIPELINE", "看板"),
    ("PRODUCT", "产品"),
    ("PRODUCT[=QUANTITY[xPRICE]]", "产品[=数量[x单价]]"),
    ("PROGRAM", "软件"),
    ("QUERY", "查询"),
    ("REASON", "原因"),
    ("REF", "分支"),
    ("REP", "业务员"),
    ("REV", "版本"),
    ("SCALE", "量表"),
    ("SOURCE", "来源"),
    ("SPAN", "间隔"),
    ("STAGE", "栏"),
    ("STAGE=DATE", "栏=日期"),
    ("STANCE", "态度"),
    ("STATUS", "状态"),
    ("STEP", "步骤"),
    ("TABLE", "表"),
    ("TEMPLATE", "模板"),
    ("TEXT", "文字"),
    ("THEIRS", "对方"),
    ("TIME", "时刻"),
    ("TOPIC", "主题"),
    ("VERSION", "版本"),
    ("WHAT", "内容"),
    ("WHEN", "何时"),
    ("WORD", "词"),
    ("WORDS", "词"),
    ("[COLUMN=]STRFTIME", "[列=]格式"),
];

/// The name of a value in a language, as `COLUMN=FIELD` is `列=字段`; a name without a row stays.
pub fn placeholder(name: &str, lang: Lang) -> &str {
    match (lang, PLACEHOLDERS.iter().find(|(en, _)| *en == name)) {
        (Lang::Zh, Some((_, zh))) => zh,
        _ => name,
    }
}

/// A command, or a part of one, with the names of its values in a language: `crm lose zhang --reason 原因`.
pub fn command_in(command: &str, lang: Lang) -> String {
    let is_sign = |c: char| matches!(c, ' ' | '=' | '<' | '>' | '[' | ']' | '.' | '`');
    let parts = command.split_inclusive(is_sign).map(|part| {
        let name = part.trim_end_matches(is_sign);
        format!("{}{}", placeholder(name, lang), &part[name.len()..])
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_the_names_of_its_values_in_a_language() {
        let zh = |command| command_in(command, Lang::Zh);
        assert_eq!(zh("crm lose zhang --reason TEXT"), "crm lose zhang --reason 文字");
        assert_eq!(zh("--next DATE --next-what TEXT"), "--next 日期 --next-what 文字");
        assert_eq!(zh("crm call [OPTIONS] <ID>..."), "crm call [选项] <编号>...");
        assert_eq!(zh("crm set ID name=NAME"), "crm set 编号 name=名称");
        assert_eq!(zh("crm report funnel UPDATED N"), "crm report funnel UPDATED N");
        assert_eq!(command_in("--next DATE", Lang::En), "--next DATE");
        assert_eq!(command_in("--next DATE", Lang::Machine), "--next DATE");
    }

    #[test]
    fn rows_are_in_order_and_differ_from_the_english() {
        assert!(PLACEHOLDERS.windows(2).all(|two| two[0].0 < two[1].0));
        assert!(PLACEHOLDERS.iter().all(|(en, zh)| en != zh && !zh.is_ascii()));
    }
}
