//! The names of columns: how they are compared, and which fields they mean in the files of other programs.

use crate::value::id;

/// Field, and the names that other programs and people have for it, in the form of [`folded_header`].
///
/// A name that means several things in the files of several programs is not here: `close date` is the day of the
/// signing of one deal and the day on which another was lost.
const SYNONYMS: &[(&str, &[&str])] = &[
    (
        "id",
        &[
            "dealid",
            "opportunityid",
            "leadid",
            "recordid",
            "customerid",
            "商机编号",
            "线索编号",
            "客户编号",
            "编号",
        ],
    ),
    (
        "name",
        &[
            "fullname",
            "contactname",
            "leadname",
            "dealname",
            "opportunityname",
            "customername",
            "customer",
            "姓名",
            "名称",
            "名字",
            "客户",
            "客户姓名",
            "客户名称",
            "联系人姓名",
            "商机名称",
            "线索名称",
        ],
    ),
    (
        "company",
        &[
            "companyname",
            "organization",
            "organisation",
            "organizationname",
            "accountname",
            "employer",
            "公司",
            "公司名称",
            "单位",
            "单位名称",
            "企业名称",
        ],
    ),
    ("contact", &["contactperson", "联系人", "首要联系人"]),
    ("role", &["jobtitle", "position", "职位", "职务"]),
    (
        "phone",
        &[
            "phonenumber",
            "telephone",
            "tel",
            "mobile",
            "mobilephone",
            "cell",
            "cellphone",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "联系电话",
            "电话号码",
        ],
    ),
    ("email", &["emailaddress", "mail", "邮箱", "电子邮箱", "邮件", "电子邮件", "邮箱地址"]),
    ("birthday", &["birthdate", "dateofbirth", "生日", "出生日期"]),
    (
        "stage",
        &[
            "dealstage",
            "salesstage",
            "leadstage",
            "pipelinestage",
            "status",
            "leadstatus",
            "阶段",
            "销售阶段",
            "商机阶段",
            "跟进阶段",
            "客户阶段",
            "状态",
            "客户状态",
            "跟进状态",
        ],
    ),
    (
        "owner",
        &[
            "salesrep",
            "salesperson",
            "rep",
            "assignedto",
            "assignee",
            "dealowner",
            "leadowner",
            "accountowner",
            "opportunityowner",
            "负责人",
            "销售",
            "业务员",
            "销售员",
            "销售人员",
            "跟进人",
            "所属销售",
        ],
    ),
    (
        "value",
        &[
            "expectedvalue",
            "expectedrevenue",
            "dealvalue",
            "dealamount",
            "金额",
            "价值",
            "预计金额",
            "预期金额",
            "商机金额",
            "预计销售金额",
            "预计成交金额",
            "预期收入",
        ],
    ),
    ("currency", &["currencycode", "dealcurrency", "currencyisocode", "币种", "货币"]),
    (
        "next",
        &[
            "nextcontact",
            "nextfollowup",
            "nextactivity",
            "nextactivitydate",
            "nextstep",
            "followupdate",
            "nextcontactdate",
            "下次联系",
            "下次联系时间",
            "下次联系日期",
            "下次跟进",
            "下次跟进时间",
            "下次跟进日期",
            "下一步",
        ],
    ),
    ("next_what", &["下步计划", "下一步内容"]),
    (
        "close_by",
        &[
            "expectedclose",
            "expectedclosedate",
            "expectedclosing",
            "预计成交日期",
            "预计成交时间",
            "预计签约日期",
            "预计签单日期",
        ],
    ),
    (
        "date",
        &[
            "created",
            "createdate",
            "createdat",
            "createdtime",
            "createdon",
            "createddate",
            "dateadded",
            "创建时间",
            "创建日期",
            "日期",
            "录入时间",
            "录入日期",
            "登记日期",
            "建档日期",
        ],
    ),
    (
        "changed",
        &[
            "lastmodified",
            "lastmodifieddate",
            "modifiedtime",
            "modifiedon",
            "updatedat",
            "lastupdated",
            "更新时间",
            "修改时间",
            "最后修改时间",
            "最近更新时间",
        ],
    ),
    ("source", &["leadsource", "来源", "客户来源", "线索来源", "商机来源"]),
    ("industry", &["sector", "行业", "客户行业", "所属行业"]),
    ("region", &["territory", "地区", "区域", "所在地区"]),
    ("size", &["companysize", "employees", "规模", "公司规模", "人员规模"]),
    ("product", &["products", "产品", "意向产品", "产品名称"]),
    ("needs", &["need", "需求", "客户需求"]),
    ("tags", &["tag", "labels", "标签", "客户标签"]),
    ("parent", &["parentaccount", "parentcustomer", "上级客户"]),
    ("potential", &["annualpotential", "年采购潜力"]),
    ("credit_limit", &["信用额度"]),
    ("customer_since", &["clientsince", "成为客户之日", "成为客户日期"]),
    ("relation", &["关系类型"]),
    ("challenge", &["challenges", "难题"]),
    ("wants", &["看重"]),
    ("strategic", &["战略意义"]),
    ("documents", &["文档"]),
    ("competitor", &["competitors", "竞争对手", "竞品"]),
    ("note", &["notes", "comment", "comments", "description", "备注", "描述", "说明", "跟进记录"]),
];

/// The unit of amounts that the name of a column may end with, in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyUnit {
    /// `（元）`, `(CNY)`, `(RMB)`: no part of the name.
    Yuan,
    /// `（万元）`, `（亿元）`: a multiple, which cells mostly leave out.
    Multiple,
}

/// The unit in the name of a column.
pub fn money_unit(name: &str) -> Option<MoneyUnit> {
    split_unit(name).map(|(_, unit)| unit)
}

/// The name of a column before its unit, and the unit.
fn split_unit(name: &str) -> Option<(&str, MoneyUnit)> {
    let bracketed = name.trim_end().strip_suffix([')', '）'])?;
    let (before, unit) = bracketed.rsplit_once(['(', '（'])?;
    let unit = match unit.trim().to_lowercase().as_str() {
        "元" | "人民币" | "人民币元" | "cny" | "rmb" => MoneyUnit::Yuan,
        "万" | "万元" | "亿" | "亿元" => MoneyUnit::Multiple,
        _ => return None,
    };
    Some((before, unit))
}

/// The form in which the names of columns are compared: letters and digits only, in one case, full-width ones as
/// narrow ones; without the unit yuan.
pub fn folded_header(name: &str) -> String {
    let name = match split_unit(name) {
        Some((before, MoneyUnit::Yuan)) => before,
        _ => name,
    };
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    let kept: String = name.chars().map(narrow).filter(|c| c.is_alphanumeric()).collect();
    id::fold(&kept)
}

/// The field that a column of this name usually is, and how many names of that field are more usual; `None` if the
/// name means no field, or several.
pub fn usual_field(name: &str) -> Option<(&'static str, usize)> {
    let folded = folded_header(name);
    SYNONYMS.iter().find_map(|(field, names)| {
        names.iter().position(|known| *known == folded).map(|rank| (*field, rank))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mapping::{ENTRY_FIELDS, OF_JOURNALS, prospect_fields};
    use crate::model::settings::Settings;

    #[test]
    fn each_name_means_one_field_that_exists() {
        let settings = Settings::default();
        let fields: Vec<&str> =
            prospect_fields(&settings).into_iter().chain(ENTRY_FIELDS).collect();
        let mut all: Vec<&str> = Vec::new();
        for (field, names) in SYNONYMS {
            assert!(fields.contains(field), "{field}");
            for name in *names {
                assert_eq!(folded_header(name), *name, "not in its compared form");
                let is_alone = !fields.contains(name) || OF_JOURNALS.contains(name);
                assert!(is_alone, "{name} is a field itself");
                assert!(!all.contains(name), "{name} means two fields");
                all.push(name);
            }
        }
    }

    #[test]
    fn case_blanks_punctuation_and_width_do_not_count() {
        for (name, field) in [
            ("E-Mail Address", "email"),
            ("FULL_NAME", "name"),
            ("  下次联系时间 ", "next"),
            ("Ｃｏｍｐａｎｙ　Ｎａｍｅ", "company"),
            ("手机号码", "phone"),
            ("商机金额(元)", "value"),
            ("预计成交金额（元）", "value"),
            ("金额 （CNY） ", "value"),
        ] {
            assert_eq!(usual_field(name).map(|(field, _)| field), Some(field), "{name}");
        }
        assert_eq!(usual_field("金额（万元）"), None);
        assert_eq!(money_unit("金额（万元）"), Some(MoneyUnit::Multiple));
        assert_eq!(
            (usual_field("Close Date"), usual_field(""), usual_field("x")),
            (None, None, None)
        );
    }
}
