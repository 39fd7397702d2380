//! `crm schema [FILE]`: the JSON Schema of a ledger's files, for editors.

use crate::cli::context::Context;
use crate::diag::Failure;
use crate::model::buying::BUYER_STEP_NAMES;
use crate::model::event::{KEYS, KeyRow, KeyType};
use crate::model::kind::Kinds;
use crate::model::paper::Status;
use clap::{Args, ValueEnum};

/// The JSON Schema of the ledger's files, for editors that complete and check them
///
/// 账本文件的 JSON Schema，供编辑器补全和检查
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    crm schema > prospect.schema.json\n  \
    crm schema settings -o crm.schema.json\n\n\
An editor with a TOML language server then completes keys; in .taplo.toml: / 有 TOML 语言服务的编辑器即可补全各键；在 .taplo.toml 中写：\n  \
    [[rule]]\n  \
    include = [\"prospects/**/*.toml\"]\n  \
    schema.path = \"prospect.schema.json\"")]
pub struct Schema {
    /// Of which files
    ///
    /// 哪种文件
    #[arg(value_name = "FILE", value_enum, default_value_t = SchemaFile::Prospect)]
    file: SchemaFile,
}

/// The kinds of file in a ledger.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaFile {
    /// A prospect: prospects/**/ID.toml
    #[value(help = "A prospect: prospects/**/ID.toml\n\n潜在客户：prospects/**/ID.toml")]
    Prospect,
    /// The settings: crm.toml
    #[value(help = "The settings: crm.toml\n\n设置：crm.toml")]
    Settings,
    /// A rep's tallies: activity/REP.toml
    #[value(help = "A rep's tallies: activity/REP.toml\n\n业务员的日报：activity/REP.toml")]
    Activity,
    /// A rep's records of access: access/REP.toml
    #[value(
        help = "A rep's records of access: access/REP.toml\n\n业务员的访问记录：access/REP.toml"
    )]
    Access,
    /// A company: company.toml
    #[value(help = "A company: company.toml\n\n公司：company.toml")]
    Company,
}

const PROSPECT: &str = include_str!("schema/prospect.json");
const SETTINGS: &str = include_str!("schema/settings.json");
const ACTIVITY: &str = include_str!("schema/activity.json");
const ACCESS: &str = include_str!("schema/access.json");
const COMPANY: &str = include_str!("schema/company.json");

impl Schema {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        match self.file {
            SchemaFile::Prospect => {
                context.print(&PROSPECT.replace("\"properties\": {}", &event_properties()))
            }
            SchemaFile::Settings => context.print(SETTINGS),
            SchemaFile::Activity => context.print(ACTIVITY),
            SchemaFile::Access => context.print(ACCESS),
            SchemaFile::Company => context.print(COMPANY),
        }
    }
}

/// The properties of an event, from the table of its keys; the schema of a prospect leaves room for them.
fn event_properties() -> String {
    let properties: Vec<String> = KEYS.iter().map(property).collect();
    let indent = " ".repeat(10);
    format!("\"properties\": {{\n{}\n{indent}}}", properties.join(",\n"))
}

fn property(row: &KeyRow) -> String {
    let statuses = || Status::NAMES.map(|name| format!("\"{name}\"")).join(", ");
    let steps = || BUYER_STEP_NAMES.map(|name| format!("\"{name}\"")).join(", ");
    let kinds = || Kinds::default().names().map(|name| format!("\"{name}\"")).collect::<Vec<_>>();
    let (shape, more) = match row.kind {
        KeyType::Kind => (format!(r#""type": "string", "examples": [{}]"#, kinds().join(", ")), ""),
        KeyType::Criteria => {
            let text = r#"{ "type": "string" }"#;
            (format!(r#""oneOf": [{text}, {{ "type": "array", "items": {text} }}]"#), "")
        }
        KeyType::Roles => {
            let values = r#""additionalProperties": { "type": "string" }"#;
            (format!(r#""type": "object", {values}"#), "")
        }
        KeyType::Status => (r#""enum": [STATUS]"#.replace("STATUS", &statuses()), ""),
        KeyType::Buyer => (r#""enum": [STEPS]"#.replace("STEPS", &steps()), ""),
        KeyType::Texts => (r#""type": "array", "items": { "type": "string" }"#.to_owned(), ""),
        KeyType::Dates => {
            let values = r#""additionalProperties": { "type": "string", "format": "date" }"#;
            (format!(r#""type": "object", {values}"#), "")
        }
        KeyType::Count => (r#""type": "integer", "minimum": 0"#.to_owned(), ""),
        KeyType::Severity => (r#""type": "integer", "minimum": 1, "maximum": 4"#.to_owned(), ""),
        KeyType::Schedule | KeyType::Lines => {
            (r#""type": "array", "items": { "type": "object" }"#.to_owned(), "")
        }
        KeyType::Facts => (r#""type": "object""#.to_owned(), ""),
        KeyType::Money => {
            let more = r#"; a number in the ledger's currency, or \"1500.50 USD\""#;
            (r#""type": ["number", "string"]"#.to_owned(), more)
        }
        KeyType::Time => (r#""type": "string", "format": "time""#.to_owned(), ""),
        KeyType::Date => (r#""type": "string", "format": "date""#.to_owned(), ""),
        KeyType::Bool => (r#""type": "boolean""#.to_owned(), ""),
        KeyType::Score => (r#""type": "number""#.to_owned(), ""),
        KeyType::Rep
        | KeyType::Stage
        | KeyType::Moment
        | KeyType::Reason
        | KeyType::Text
        | KeyType::Note => (r#""type": "string""#.to_owned(), ""),
    };
    let (name, about) = (row.name, row.about);
    format!("{}\"{name}\": {{ {shape}, \"description\": \"{about}{more}\" }}", " ".repeat(12))
}
