//! Column titles and short words in the languages of the program.

use crate::model::label::Lang;
use crate::model::sheet::{Column, Kind};

/// Titles by column id: English, Chinese.
const TITLES: &[(&str, &str, &str)] = &[
    ("id", "Id", "编号"),
    ("name", "Name", "姓名"),
    ("company", "Company", "公司"),
    ("industry", "Industry", "行业"),
    ("region", "Region", "地区"),
    ("size", "Size", "规模"),
    ("needs", "Needs", "需要"),
    ("source", "Source", "来源"),
    ("product", "Product", "产品"),
    ("account", "Account", "客户"),
    ("pipeline", "Pipeline", "流程"),
    ("tags", "Tags", "标签"),
    ("stage", "Stage", "阶段"),
    ("stage-label", "Column", "栏目"),
    ("since", "Since", "自"),
    ("in-stage", "Days", "天数"),
    ("supported", "Evidence", "证据支持"),
    ("verdict", "Verdict", "判断"),
    ("missing", "Missing for the next", "下一步还缺"),
    ("owner", "Owner", "负责人"),
    ("owner-since", "Owned since", "负责自"),
    ("value", "Value", "价值"),
    ("weighted", "Weighted", "加权"),
    ("probability", "P", "概率"),
    ("opened", "Opened", "建档"),
    ("pursuit", "Pursuit", "第几轮"),
    ("first-meeting", "First met", "初次见面"),
    ("age", "Age", "天龄"),
    ("next", "Next step", "下一步"),
    ("next-what", "What for", "事由"),
    ("close-by", "Close by", "签约日"),
    ("pushes", "Pushed", "推迟"),
    ("last-contact", "Last contact", "最近联系"),
    ("last-entry", "Last entry", "最近记录"),
    ("paid", "Paid", "已收"),
    ("booked", "Booked", "承保"),
    ("orders", "Orders", "单数"),
    ("flags", "Flags", "提醒"),
    ("reason", "Reason", "原因"),
    ("phone", "Phone", "电话"),
    ("email", "E-mail", "邮箱"),
    ("count", "Count", "人数"),
    ("share", "Share", "占比"),
    ("total", "Total", "合计"),
    ("date", "Date", "日期"),
    ("what", "What", "事项"),
    ("detail", "Detail", "说明"),
    ("days-left", "In days", "还剩天数"),
    ("shape", "Shape", "形状"),
    ("checkpoint", "Checkpoint", "填表日"),
    ("rep", "Member", "成员"),
    ("cycle", "Cycle", "周期"),
    ("kind", "Kind", "事件"),
    ("by", "By", "记录人"),
    ("event", "Event", "事件号"),
    ("note", "Note", "备注"),
    ("change", "Changes", "变化"),
    ("time", "Time", "时间"),
    ("criterion", "Criterion", "标准"),
    ("met", "Met", "达成"),
    ("why", "Why", "依据"),
    ("fact", "Fact", "项目"),
    ("to", "Until", "至"),
    ("falls-to", "Falls to", "退回"),
    ("overdue", "Overdue", "逾期"),
    ("role", "Role", "角色"),
    ("decides", "Decides", "决策"),
    ("birthday", "Birthday", "生日"),
    ("grade", "Grade", "级别"),
    ("rule", "Rule", "规则"),
    ("when", "When", "条件"),
    ("customers", "Customers", "客户数"),
    ("prospects", "Prospects", "档案数"),
    ("value-level", "Value", "价值"),
    ("relationship", "Relationship", "关系"),
    ("demand", "Demand", "需求"),
    ("loyalty", "Loyalty", "忠诚度"),
    ("lifecycle", "Lifecycle", "生命周期"),
    ("pareto", "Pareto", "帕累托"),
    ("pyramid", "Pyramid", "金字塔"),
    ("rfm", "RFM", "RFM"),
    ("segment", "Segment", "客户群"),
    ("recency", "Recency", "近度"),
    ("frequency", "Frequency", "频度"),
    ("bought", "Bought", "购买额"),
    ("last-order", "Last order", "最近购买"),
    ("dimension", "Dimension", "维度"),
    ("level", "Level", "等级"),
    ("level-label", "Meaning", "含义"),
    ("money-share", "Of the money", "金额占比"),
    ("customer-share", "Of customers", "客户占比"),
    ("score", "Score", "分数"),
    ("from-grade", "From", "原级别"),
    ("to-grade", "To", "现级别"),
    ("channel", "Channel", "方式"),
    ("manager", "Manager", "主管"),
    ("reps", "Reps", "人数"),
    ("span", "Span", "管理幅度"),
];

/// The title of a column; its id where no title is known (the team's own facts).
pub fn title(id: &str, lang: Lang) -> String {
    TITLES
        .iter()
        .find(|(known, ..)| *known == id)
        .map_or_else(|| id.to_owned(), |(_, en, zh)| lang.pick(en, zh).to_owned())
}

/// A column with the title of its id.
pub fn column(id: &str, kind: Kind, lang: Lang) -> Column {
    Column::new(id, title(id, lang), kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_stands_once() {
        let mut ids: Vec<&str> = TITLES.iter().map(|(id, ..)| *id).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
