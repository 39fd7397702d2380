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
    ("key", "Key", "事件号"),
    ("confirms", "Confirms", "确认"),
    ("revokes", "Revokes", "撤销"),
    ("amount", "Amount", "金额"),
    ("reached", "Reached", "接通"),
    ("forced", "Forced", "破例"),
    ("until", "Until", "至"),
    ("score", "Score", "评分"),
    ("scale", "Scale", "评分制"),
    ("ticket", "Ticket", "工单"),
    ("retracted", "Retracted", "已撤回"),
    ("covers-from", "From", "覆盖自"),
    ("covers-to", "To", "覆盖至"),
    ("appointment", "Appointment", "约见日"),
    ("manager", "Manager", "主管"),
    ("month", "Month", "月份"),
    ("quarter", "Quarter", "季度"),
    ("step", "Step", "步骤"),
    ("rate", "Of the step before", "占上一步"),
    ("ratio", "Ratio", "比例"),
    ("held", "Prospects now", "现有潜在客户"),
    ("per-close", "Per close", "每成交消耗"),
    ("left", "Left after one", "成交1个后剩"),
    ("meetings-per-close", "First meetings per close", "每成交初次见面"),
    ("hold-weekly", "A week, to hold", "每周保持"),
    ("this-week", "This week", "本周已有"),
    ("target-weekly", "A week, for the target", "每周达标"),
    ("lever", "Lever", "杠杆"),
    ("from", "Now", "现在"),
    ("raised", "Raised", "提高后"),
    ("closes-yearly", "Closes a year", "年成交"),
    ("money-yearly", "Money a year", "年金额"),
    ("gain", "Gain", "增加"),
    ("daily", "A day", "每天"),
    ("weekly", "A week", "每周"),
    ("yearly", "A year", "每年"),
    ("each", "Per one before", "每一上步"),
    ("over", "Over", "超过"),
    ("max-days", "Max days", "上限"),
    ("clock", "Clock", "周期位置"),
    ("stalled", "Stalled", "停滞"),
    ("leads", "Leads", "线索"),
    ("became", "Became prospects", "成为潜在客户"),
    ("won", "Won", "成交"),
    ("lost", "Lost", "流失"),
    ("open", "Open", "进行中"),
    ("win-rate", "Won of ended", "成交率"),
    ("won-of-leads", "Won of all", "总成交率"),
    ("value-per-close", "Per close", "件均"),
    ("cost", "Cost", "费用"),
    ("cost-per-lead", "Cost per lead", "每线索费用"),
    ("cost-per-close", "Cost per close", "每成交费用"),
    ("return", "Return", "回报"),
    ("trait", "What", "特征"),
    ("is", "Is", "取值"),
    ("low", "Low, 95 %", "下限95%"),
    ("high", "High, 95 %", "上限95%"),
    ("from-or-supported", "From/proven", "原栏/证据"),
    ("moves", "Moves", "移动"),
    ("forced-rate", "Of moves", "占移动"),
    ("overstated", "Overstated", "高估"),
    ("overstated-rate", "Of open", "占进行中"),
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
