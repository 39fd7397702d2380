//! `crm export calendar|contacts|mail [QUERY]`: for calendars, address books and mail programs.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, counted};
use crate::export::addresses::{self, Addresses, addresses};
use crate::export::calendar::{self, calendar};
use crate::export::contacts::{self, CardVersion, contacts};
use crate::report::Request;
use crate::report::company::check_export;
use crate::rules::book::Files;

/// An export that is no sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextExport {
    Calendar,
    Contacts(CardVersion),
    Mail,
}

impl TextExport {
    /// Prints it. It has one format and no columns.
    pub(super) fn run(
        self,
        name: &str,
        selection: &SelectionArgs,
        files: Files,
        context: &Context,
    ) -> Result<(), Failure> {
        if let Some(format) = context.format() {
            let (format, what) = (format.name(), self.format());
            let message =
                words!("this export is {what}, not {format}", "此导出为 {what}，不是 {format}");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("leave -f out", "请去掉 -f"))
                .into());
        }
        let Request { query, .. } = selection.request(context)?;
        if let Some(company) = context.joined()? {
            check_export(company, name, &Request::of(query.clone()))?;
        }
        let book = context.book_of_all()?;
        let alone = |lines: String| Addresses { lines, ..Addresses::default() };
        let found = context.reading(&book, || {
            if query.asks_grades() {
                book.graded();
            }
            match self {
                TextExport::Calendar => alone(calendar(&book, files, &query)),
                TextExport::Contacts(version) => alone(contacts(&book, files, &query, version)),
                TextExport::Mail => addresses(&book, files, &query),
            }
        })?;
        context.gives_out(|disclosed, member, privacy| {
            disclosed.add_files(&book, (files, &query), self.fields(), member, privacy);
        });
        let Addresses { lines, without, refusing } = found;
        if refusing > 0 {
            let people = counted(refusing.to_string(), "person refuses", "people refuse");
            context.say(words!("{people} mail: left out", "{refusing} 人拒绝邮件，未列出"));
        }
        if without > 0 {
            let people = counted(without.to_string(), "person has", "people have");
            context.say(words!("{people} no e-mail address", "{without} 人没有电子邮件地址"));
        }
        context.print(&lines)
    }

    /// The fields that it has, of those that may be private.
    fn fields(self) -> &'static [&'static str] {
        match self {
            TextExport::Calendar => &calendar::FIELDS,
            TextExport::Contacts(_) => &contacts::FIELDS,
            TextExport::Mail => &addresses::FIELDS,
        }
    }

    fn format(self) -> &'static str {
        match self {
            TextExport::Calendar => "iCalendar",
            TextExport::Contacts(_) => "vCard",
            TextExport::Mail => "plain text",
        }
    }
}
