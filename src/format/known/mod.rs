//! The mappings that are shipped with the program: what the exports of other programs mean. A program is one row of
//! one table, and one TOML file beside it.

use crate::diag::{Code, Diagnostic, Words};
use crate::model::header::folded_header;
use crate::value::text::Text;

/// A program whose exports are known.
#[derive(Debug)]
pub struct KnownExport {
    /// Its id on the command line.
    pub id: &'static str,
    en: &'static str,
    zh: &'static str,
    /// A file with all columns of one of these lists is an export of it.
    signs: &'static [&'static [&'static str]],
    /// The mapping file.
    pub mapping: &'static str,
}

impl KnownExport {
    /// Its name.
    pub fn name(&self) -> Words {
        Words::both(self.en.to_owned(), self.zh.to_owned())
    }
}

macro_rules! known {
    ($($id:literal, $en:literal, $zh:literal, $signs:expr;)*) => {
        /// The programs, in the order in which files are compared with them.
        pub const KNOWN_EXPORTS: &[KnownExport] = &[$(
            KnownExport {
                id: $id,
                en: $en,
                zh: $zh,
                signs: &$signs,
                mapping: include_str!(concat!($id, ".toml")),
            },
        )*];
    };
}

known! {
    "hubspot", "HubSpot", "HubSpot",
        [&["Deal Name", "Deal Stage"], &["dealname", "dealstage"], &["交易名称", "交易阶段"]];
    "salesforce", "Salesforce", "Salesforce",
        [&["Opportunity Name", "Stage"], &["StageName", "CloseDate"], &["业务机会名", "阶段"], &["业务机会名称", "阶段"]];
    "pipedrive", "Pipedrive", "Pipedrive",
        [&["Deal - Title"], &["Deal - ID", "Deal - Stage"]];
    "zoho", "Zoho CRM", "Zoho CRM",
        [&["Deal Name", "Closing Date"], &["Record Id", "Deal Owner"]];
    "odoo", "Odoo", "Odoo",
        [&["Expected Revenue", "Salesperson"], &["预期收入", "销售员"]];
    "dynamics", "Dynamics 365 Sales", "Dynamics 365 Sales",
        [&["(Do Not Modify) Opportunity"], &["Topic", "Est. Revenue"]];
    "wukong", "Wukong CRM", "悟空CRM",
        [
            &["商机名称", "商机状态组"],
            &["商机名称", "商机阶段", "下次联系时间"],
            &["客户名称", "成交状态", "下次联系时间"],
            &["线索名称", "线索来源", "下次联系时间"],
        ];
    "fxiaoke", "Fxiaoke", "纷享销客",
        [&["商机名称", "销售流程"], &["商机名称", "生命状态"], &["商机名称", "归属部门"], &["商机名称", "商机阶段", "最后修改时间"]];
    "espocrm", "EspoCRM", "EspoCRM",
        [&["Assigned User", "Stage", "Close Date"], &["assignedUserName", "stage", "closeDate"], &["阶段", "量", "关闭日期"]];
    "twenty", "Twenty", "Twenty",
        [&["Amount / Amount", "Stage"], &["Point of Contact", "Close date", "Stage"]];
    "outlook", "Outlook", "Outlook",
        [&["First Name", "Last Name", "E-mail Address"], &["姓", "名", "电子邮件地址"]];
    "google", "Google Contacts", "谷歌通讯录",
        [&["E-mail 1 - Value"], &["Phone 1 - Value"]];
    "kingdee-receipt", "Kingdee (receipts)", "金蝶（收款单）",
        [&["单据编号", "实收金额"], &["单据编号", "收款金额"], &["单据编号", "本次收款金额"]];
    "kingdee-invoice", "Kingdee (receivables, invoices)", "金蝶（应收单、销售发票）",
        [&["单据编号", "到期日", "价税合计"], &["单据编号", "到期日", "明细价税合计"], &["单据编号", "到期日", "物料编码"]];
    "kingdee-order", "Kingdee (sales orders)", "金蝶（销售订单）",
        [
            &["(基本信息)单据编号", "*(订单明细)物料编码#编码"],
            &["单据编号", "销售员", "价税合计"],
            &["单据编号", "购货单位", "价税合计"],
            &["单据编号", "客户", "含税单价", "价税合计"],
        ];
    "yonyou-invoice", "Yonyou (invoices, receivables)", "用友（销售发票、应收单）",
        [&["发票号", "存货编码"], &["发票号", "存货名称"], &["单据号", "到期日", "存货编码"], &["单据号", "到期日", "存货名称"]];
    "yonyou-receipt", "Yonyou (receipts)", "用友（收款单）",
        [&["单据号", "单据日期", "原币金额"], &["单据号", "单据日期", "结算方式"], &["收款单号", "客户名称"]];
    "yonyou-order", "Yonyou (sales orders)", "用友（销售订单）",
        [&["订单号", "存货编码"], &["订单号", "存货名称"], &["单据号", "存货编码", "业务员"], &["单据号", "存货名称", "业务员"]];
    "zendesk", "Zendesk", "Zendesk",
        [&["Requester", "Via", "Solved at"], &["Ticket ID", "Requester", "Assignee"]];
    "freshdesk", "Freshdesk", "Freshdesk",
        [&["Ticket ID", "Agent", "Created time"], &["Ticket ID", "Initial response time"]];
}

/// The program of an id.
///
/// # Errors
/// Fails if no program has the id.
pub fn known_export(id: &str) -> Result<&'static KnownExport, Diagnostic> {
    KNOWN_EXPORTS.iter().find(|known| known.id == id).ok_or_else(|| {
        let ids: Vec<&str> = KNOWN_EXPORTS.iter().map(|known| known.id).collect();
        let message = words!("no program `{id}` is known", "没有已知的程序 `{id}`");
        Diagnostic::new(Code::BadArgument, message).nearest(id, ids)
    })
}

/// The program that writes such a header, if it is one of those that are known.
pub fn recognised(header: &[Text]) -> Option<&'static KnownExport> {
    let header: Vec<String> = header.iter().map(|name| folded_header(name)).collect();
    let has = |name: &&str| header.contains(&folded_header(name));
    KNOWN_EXPORTS.iter().find(|known| known.signs.iter().any(|sign| sign.iter().all(has)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::read_mapping::read_mapping;
    use crate::model::mapping::EntryTemplate;
    use crate::model::settings::Settings;
    use std::path::Path;

    #[test]
    fn each_is_a_mapping_that_names_only_columns_of_its_table_and_uses_all_of_them() {
        for known in KNOWN_EXPORTS {
            let settings = Settings::default();
            let mapping = read_mapping(known.mapping, Path::new(known.id), &settings);
            let mapping = mapping.unwrap_or_else(|problems| panic!("{}: {problems:?}", known.id));
            let entries = || mapping.entries.iter();
            let fields =
                mapping.prospect.iter().chain(entries().flat_map(EntryTemplate::assignments));
            let mut used: Vec<&str> =
                fields.flat_map(|field| &field.texts).flat_map(|text| text.columns()).collect();
            used.extend(entries().flat_map(|entry| &entry.when).map(|when| &*when.column));
            used.extend(mapping.values.iter().map(|values| &*values.column));
            used.sort_unstable();
            used.dedup();
            let mut named: Vec<&str> = mapping.columns.iter().map(|names| &*names.column).collect();
            named.sort_unstable();
            assert_eq!(used, named, "{}", known.id);
            // The values of columns lead to columns of the board that every new ledger has; a status may be open.
            let board = settings.pipeline(None).unwrap();
            for values in mapping.values.iter().filter(|v| matches!(&*v.column, "stage" | "status"))
            {
                for (from, to) in &values.pairs {
                    let is_open = &*values.column == "status" && &**to == "open";
                    assert!(is_open || board.find(to).is_some(), "{}: {from} = {to}", known.id);
                }
            }
        }
    }

    #[test]
    fn a_header_is_of_one_program_and_an_unknown_one_of_none() {
        for known in KNOWN_EXPORTS {
            for sign in known.signs {
                let header: Vec<Text> = sign.iter().map(|name| (*name).into()).collect();
                assert_eq!(recognised(&header).map(|found| found.id), Some(known.id), "{sign:?}");
            }
        }
        let header: Vec<Text> = ["id", "name", "stage", "owner", "姓名"].map(Into::into).into();
        assert!(recognised(&header).is_none() && recognised(&[]).is_none());
        assert!(known_export("hubspt").unwrap_err().help[0].en().contains("hubspot"));
    }
}
