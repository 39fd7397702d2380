//! Letters: a template, the draft that it gives for each prospect or customer, and the files that hold the drafts.

use crate::diag::{Code, Diagnostic, Failure, Place, Spot, Words, listed};
use crate::disk::durable::{folder_of, write_own};
use crate::disk::root::ledger_file;
use crate::export::addresses::is_address;
use crate::export::letter::EmailDraft;
use crate::format::layout::SETTINGS;
use crate::model::mapping::{Filter, Template, TemplatePart};
use crate::model::privacy::{Privacy, VEIL};
use crate::model::prospect::Contact;
use crate::model::settings::Settings;
use crate::report::Request;
use crate::report::columns::Choice;
use crate::report::disclosed::shown_by;
use crate::rules::attribute::{Named, named};
use crate::rules::book::Book;
use crate::rules::campaign::involvements;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Kind, Row, Sheet};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::id::slug;
use crate::value::label::Lang;
use crate::value::text::in_html;
use crate::value::text::{Text, is_han};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// The form of the drafts, by the ending of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterForm {
    /// An e-mail for a mail program.
    Eml,
    /// A text.
    Txt,
    /// A page; values are escaped.
    Html,
}

impl LetterForm {
    /// The endings.
    const ALL: [(&'static str, LetterForm); 3] =
        [("eml", LetterForm::Eml), ("txt", LetterForm::Txt), ("html", LetterForm::Html)];

    /// That of a file.
    ///
    /// # Errors
    /// Fails for any other ending.
    pub fn of(file: &Path) -> Result<LetterForm, Diagnostic> {
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let known = LetterForm::ALL.iter().find(|(name, _)| ending.as_deref() == Some(*name));
        known.map(|(_, form)| *form).ok_or_else(|| {
            let file = file.display();
            let message =
                words!("the ending of `{file}` is none of a letter", "`{file}` 的扩展名不是信件");
            Diagnostic::new(Code::BadArgument, message).help(words!(
                "a template ends in .eml, .txt or .html",
                "模板以 .eml、.txt 或 .html 结尾"
            ))
        })
    }

    /// The ending of a draft.
    pub fn ending(self) -> &'static str {
        LetterForm::ALL[self as usize].0
    }
}

/// The fields of a letter that are no column: the person that it is for, the owner, the day.
const OWN_FIELDS: [&str; 7] =
    ["contact", "email", "phone", "role", "owner.name", "owner.email", "date"];

/// The field of a letter that a name means: its own, or the attribute of prospects that it is another name of.
fn own_field(name: &str, settings: &Settings) -> Option<&'static str> {
    let id = match named(name, settings) {
        Some(Named::Attribute(attribute)) => attribute.id,
        _ => name,
    };
    OWN_FIELDS.into_iter().find(|field| *field == id)
}

/// The fields that a template names, each once.
#[derive(Default)]
struct LetterFields {
    /// Those of [`OWN_FIELDS`], by the names that are typed.
    own: Vec<(Text, &'static str)>,
    /// The columns.
    columns: Vec<Text>,
}

/// A template of letters.
pub struct LetterTemplate {
    form: LetterForm,
    /// The first line of an e-mail.
    subject: Template,
    body: Template,
    fields: LetterFields,
    choice: Choice,
    /// The language of values.
    lang: Lang,
}

impl LetterTemplate {
    /// Reads a template. `shown`: the file, for messages; `lang`: the language of the words in its values.
    ///
    /// # Errors
    /// Fails with every field that is none, and where an e-mail has no subject.
    pub fn read(
        text: &str,
        form: LetterForm,
        shown: &Path,
        settings: &Settings,
        lang: Lang,
    ) -> Result<LetterTemplate, Failure> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let (subject, body, first) = match form {
            LetterForm::Eml => subject_of(&text, shown)?,
            LetterForm::Txt | LetterForm::Html => ("", text.as_str(), 1_u64),
        };
        let mut problems = Vec::new();
        let mut fields = LetterFields::default();
        let lines = std::iter::once((1, subject)).chain((first..).zip(body.split('\n')));
        for (number, line) in lines {
            for wrong in fields_of(line, &mut fields, settings) {
                problems.push(wrong.at(Place::file(shown).at(Spot::Line(number))));
            }
        }
        let read = |text: &str| {
            Template::parse(text).map_err(|bad| {
                let wrong = Diagnostic::new(Code::BadTemplate, bad.words());
                wrong.at(Place::file(shown)).help(braces())
            })
        };
        let (subject, body) = match (read(subject), read(body)) {
            (Ok(subject), Ok(body)) if problems.is_empty() => (subject, body),
            (_, Err(wrong)) | (Err(wrong), _) if problems.is_empty() => return Err(wrong.into()),
            _ => return Err(Failure(problems)),
        };
        let choice = Choice::of(fields.columns.iter().map(|name| &**name), settings, lang)?;
        Ok(LetterTemplate { form, subject, body, fields, choice, lang })
    }

    /// Does a field need grades?
    pub fn asks_grades(&self) -> bool {
        self.choice.asks_grades()
    }

    /// The private fields that a letter has.
    pub fn private_fields(&self, privacy: &Privacy) -> Vec<Text> {
        let own = self.fields.own.iter().map(|(_, field)| *field);
        let columns = self.fields.columns.iter().map(|column| &**column);
        let address = (self.form == LetterForm::Eml).then_some("email");
        shown_by(own.chain(columns).chain(address), privacy)
    }
}

fn braces() -> Words {
    words!(
        "for a brace itself write it twice: {{{{ and }}}}",
        "要写花括号本身，请写两个：{{{{ 和 }}}}"
    )
}

/// The subject of an e-mail, its text, and the line with which that begins.
fn subject_of<'t>(text: &'t str, shown: &Path) -> Result<(&'t str, &'t str, u64), Diagnostic> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let subject = first.split_once([':', '：']);
    let subject = subject.filter(|(key, _)| key.trim().eq_ignore_ascii_case("subject"));
    let Some((_, subject)) = subject.filter(|(_, subject)| !subject.trim().is_empty()) else {
        let message = words!("the first line is no subject", "第一行不是主题");
        let wrong = Diagnostic::new(Code::BadTemplate, message);
        return Err(wrong.at(Place::file(shown).at(Spot::Line(1))).help(words!(
            "the first line of an .eml template is `Subject: …`, then comes the text",
            ".eml 模板的第一行写 `Subject: …`，其后是正文"
        )));
    };
    Ok(match rest.strip_prefix('\n') {
        Some(body) => (subject.trim(), body, 3),
        None => (subject.trim(), rest, 2),
    })
}

/// Notes the fields of a line, and gives those that are none.
fn fields_of(line: &str, fields: &mut LetterFields, settings: &Settings) -> Vec<Diagnostic> {
    // A brace may be closed on a later line; then the whole template is looked at.
    let Ok(template) = Template::parse(line) else { return Vec::new() };
    let mut problems = Vec::new();
    for name in template.columns() {
        let LetterFields { own, columns } = &mut *fields;
        if own.iter().map(|(known, _)| known).chain(&*columns).any(|known| known == name) {
            continue;
        }
        if let Some(field) = own_field(name, settings) {
            own.push((name.into(), field));
            continue;
        }
        match Choice::of([name], settings, settings.language) {
            Ok(_) => columns.push(name.into()),
            Err(wrong) => {
                let message = words!("no field `{name}`", "没有字段 `{name}`");
                let near = wrong.help.first().cloned().filter(|_| wrong.help.len() > 1);
                let mut found = Diagnostic::new(Code::BadTemplate, message);
                found.help.extend(near);
                problems.push(
                    found
                        .help(words!(
                            "fields: contact, email, phone, role, owner.name, owner.email, date, customer.FIELD, and the columns of `crm help query`",
                            "字段有：contact、email、phone、role、owner.name、owner.email、date、customer.字段，以及 `crm help query` 的列"
                        ))
                        .help(braces()),
                );
            }
        }
    }
    problems
}

/// One letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The id of the prospect or customer.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// Its file in the ledger.
    pub path: PathBuf,
    /// The person that it is for, where the prospect has people.
    pub person: Option<Text>,
    /// The name of the draft's file.
    pub file: String,
    /// The draft.
    pub text: String,
    /// The subject of an e-mail.
    pub subject: Option<String>,
}

/// The letters of a selection.
#[derive(Debug, Default)]
pub struct Letters {
    /// The drafts, by id.
    pub drafts: Vec<Draft>,
    /// The ids of those where every person refuses the channel.
    pub refused: Vec<Text>,
    /// The campaigns that keep some of the drafts' files out, to compare with, and how many.
    pub controls: BTreeMap<Text, usize>,
}

/// What becomes of one prospect.
enum Outcome {
    Draft(Box<Draft>),
    Refused(Text),
    Missing(Vec<Diagnostic>),
}

/// The letters for the prospects and customers that a request selects; of a campaign, for those that it reached alone.
///
/// # Errors
/// Fails with every field that a prospect lacks.
pub fn letters(
    template: &LetterTemplate,
    book: &Book,
    request: &Request,
    channel: Option<&str>,
    campaign: Option<&str>,
) -> Result<Letters, Failure> {
    if template.asks_grades() {
        book.graded();
    }
    book.read_others(template.choice.others());
    let outcomes = request.gather_everybody(book, |record| {
        let all = involvements(record, &book.settings, book.as_of);
        let is_reached = campaign.is_none_or(|id| {
            all.iter().any(|one| one.campaign == id && one.reached.is_some() && !one.is_control)
        });
        let kept_out = all.into_iter().filter(|one| one.is_control).map(|one| one.campaign);
        is_reached.then(|| (template.letter(record, book, channel), kept_out.collect::<Vec<_>>()))
    });
    let (mut letters, mut problems) = (Letters::default(), Vec::new());
    for (outcome, kept_out) in outcomes {
        match outcome {
            Outcome::Draft(draft) => {
                letters.drafts.push(*draft);
                for campaign in kept_out {
                    *letters.controls.entry(campaign).or_default() += 1;
                }
            }
            Outcome::Refused(id) => letters.refused.push(id),
            Outcome::Missing(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(letters) } else { Err(Failure(problems)) }
}

impl LetterTemplate {
    fn letter(&self, record: &Record, book: &Book, channel: Option<&str>) -> Outcome {
        let (prospect, on) = (&record.prospect, book.as_of);
        if channel.is_some_and(|channel| prospect.is_refused(channel, on)) {
            return Outcome::Refused(prospect.id.clone());
        }
        let has_address =
            |person: &&Contact| person.email.as_deref().is_some_and(|a| is_address(a.trim()));
        let people = || prospect.accepting(channel, on);
        // The letter goes to one person, whether the user has a key or not.
        let may_have_address =
            |person: &&Contact| has_address(person) || person.email.as_deref() == Some(VEIL);
        let person = match self.form {
            LetterForm::Eml => people().find(may_have_address).or_else(|| people().next()),
            LetterForm::Txt | LetterForm::Html => people().next(),
        };
        let (values, sealed) = self.values(record, person, book);
        let mut missing: Vec<&str> = Vec::new();
        let subject = self.filled(&self.subject, &values, false, &mut missing);
        let escapes = self.form == LetterForm::Html;
        let body = self.filled(&self.body, &values, escapes, &mut missing);
        let address = person.filter(has_address).and_then(|person| person.email.as_deref());
        if self.form == LetterForm::Eml && address.is_none() && !missing.contains(&"email") {
            missing.push("email");
        }
        if !missing.is_empty() {
            let is_sealed = |field: &&str| {
                let is_address = *field == "email" && self.form == LetterForm::Eml;
                sealed.contains(field)
                    || is_address && person.and_then(|p| p.email.as_deref()) == Some(VEIL)
            };
            let (sealed, missing): (Vec<&str>, Vec<&str>) =
                missing.into_iter().partition(is_sealed);
            let sealed = (!sealed.is_empty()).then(|| has_sealed(record, &sealed));
            let missing = (!missing.is_empty()).then(|| lacks(record, &missing));
            return Outcome::Missing(sealed.into_iter().chain(missing).collect());
        }
        let name = person.map_or(&prospect.name, |person| &person.name);
        let text = match (self.form, address) {
            (LetterForm::Eml, Some(address)) => {
                let owner = record.state.owner.as_deref().and_then(|id| book.settings.rep(id));
                let from = owner.and_then(|rep| Some((rep.display(), rep.email.as_deref()?)));
                let from = from.filter(|(_, address)| is_address(address));
                let to = (&**name, address.trim());
                EmailDraft { from, to, subject: &subject, date: on, body: &body }.file()
            }
            _ => body,
        };
        Outcome::Draft(Box::new(Draft {
            id: prospect.id.clone(),
            name: prospect.name.clone(),
            path: prospect.path.clone(),
            person: person.map(|person| person.name.clone()),
            file: format!("{}.{}", prospect.id, self.form.ending()),
            text,
            subject: (self.form == LetterForm::Eml).then_some(subject),
        }))
    }

    /// The value of each field that the prospect has, and the fields that are sealed for the user.
    fn values(
        &self,
        record: &Record,
        person: Option<&Contact>,
        book: &Book,
    ) -> (HashMap<&str, String>, BTreeSet<&str>) {
        let owner = record.state.owner.as_deref();
        let rep = owner.and_then(|id| book.settings.rep(id));
        let day = book.as_of.to_string();
        let own = |field: &str| match field {
            "contact" => Some(&**person.map_or(&record.prospect.name, |person| &person.name)),
            "email" => person.and_then(|person| person.email.as_deref()),
            "phone" => person.and_then(|person| person.phone.as_deref()),
            "role" => person.and_then(|person| person.role.as_deref()),
            "owner.name" => rep.map(|rep| rep.display()).or(owner),
            "owner.email" => rep.and_then(|rep| rep.email.as_deref()),
            _ => Some(&*day),
        };
        let mut values: HashMap<&str, String> = HashMap::new();
        let mut sealed: BTreeSet<&str> = BTreeSet::new();
        let mut put = |name, value: Option<&str>| match value.map(str::trim) {
            None | Some("") => {}
            Some(VEIL) => {
                sealed.insert(name);
            }
            Some(value) => {
                values.insert(name, cleaned(value));
            }
        };
        for (name, field) in &self.fields.own {
            put(name, own(field));
        }
        let cells = self.choice.cells(record, book);
        for (name, cell) in self.fields.columns.iter().zip(cells) {
            let value = if cell.is_veiled() { VEIL.to_owned() } else { said(&cell, self.lang) };
            put(name, Some(&value));
        }
        (values, sealed)
    }

    /// A template with the values in it; notes the fields without one.
    fn filled<'t>(
        &self,
        template: &'t Template,
        values: &HashMap<&str, String>,
        escapes: bool,
        missing: &mut Vec<&'t str>,
    ) -> String {
        let mut out = String::new();
        for part in &template.0 {
            match part {
                TemplatePart::Text(words) => out.push_str(words),
                TemplatePart::Cell { column, filter } => {
                    let value = values.get(&**column).map(|value| match filter {
                        Filter::None => value.clone(),
                        Filter::Slug => slug(value),
                        Filter::Han if is_han(value) => value.clone(),
                        Filter::Han => String::new(),
                    });
                    match value.filter(|value| !value.is_empty()) {
                        Some(value) if escapes => out.push_str(&in_html(&value)),
                        Some(value) => out.push_str(&value),
                        None if missing.contains(&&**column) => {}
                        None => missing.push(column),
                    }
                }
            }
        }
        out
    }
}

/// A value without control characters but line breaks and tabs.
fn cleaned(value: &str) -> String {
    let kept = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c };
    value.replace("\r\n", "\n").chars().map(kept).collect()
}

/// A cell in a sentence; nothing where it has no value.
fn said(cell: &Cell, lang: Lang) -> String {
    match cell {
        Cell::Empty | Cell::Absent(_) => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::List(words) | Cell::Lines(words) => words.join(lang.pick(", ", "、")),
        Cell::Int(n) => n.to_string(),
        Cell::Number(x, digits) => format!("{x:.digits$}"),
        Cell::Money(money) => money.grouped(),
        Cell::Amount(amount) => amount.grouped(),
        Cell::Rate(n, of) => format!("{n}/{of}"),
        Cell::Share(share) => format!("{:.0} %", share * 100.0),
        Cell::Date(date) => date.to_string(),
        Cell::Moment(moment) => moment.shown(),
        Cell::Bool(yes) => if *yes { lang.pick("yes", "是") } else { lang.pick("no", "否") }.into(),
    }
}

/// That a letter needs values that the user cannot read: nobody shall type them anew.
fn has_sealed(record: &Record, sealed: &[&str]) -> Diagnostic {
    let (id, columns, is) =
        (&record.prospect.id, listed(sealed), if sealed.len() == 1 { "is" } else { "are" });
    let message = words!(
        "`{id}`: {columns} {is} sealed, and no key of yours opens that",
        "`{id}` 的 {columns:#} 已加密，您没有能打开的密钥"
    );
    let column = sealed.first().copied().unwrap_or("name");
    Diagnostic::new(Code::NoKey, message)
        .at(Place::file(&record.prospect.path))
        .help(words!(
            "the key of a reader is needed: CRM_IDENTITY=FILE; crm rights lists the readers",
            "需要读者的密钥：CRM_IDENTITY=文件；crm rights 列出读者"
        ))
        .help(words!(
            "the value is there: nothing may be typed over `{column}`",
            "值已经有了：请勿另写 `{column}` 把它覆盖"
        ))
}

fn lacks(record: &Record, missing: &[&str]) -> Diagnostic {
    let (id, columns) = (&record.prospect.id, listed(missing));
    let message = words!("`{id}` has no {columns}", "`{id}` 没有 {columns:#}");
    let column = missing.first().copied().unwrap_or("name");
    Diagnostic::new(Code::MissingField, message).at(Place::file(&record.prospect.path)).help(
        words!(
            "state it, or select those that have it: `{column}:*`",
            "请补上，或只选有此项的：`{column}:*`"
        ),
    )
}

/// Refuses a folder of the ledger's own, and drafts that would replace a file. `root`: the ledger's.
///
/// # Errors
/// Fails with every file that is there, unless `force`.
pub fn can_be_written(
    folder: &Path,
    drafts: &[Draft],
    force: bool,
    root: &Path,
) -> Result<(), Failure> {
    let shown = folder.display();
    if folder.exists() && !folder.is_dir() {
        let message = words!("-o {shown} is a file", "-o {shown} 是文件");
        let help = words!("drafts need a folder: -o letters", "草稿要放在文件夹里：-o letters");
        return Err(Diagnostic::new(Code::BadArgument, message).help(help).into());
    }
    if folder.join(SETTINGS).is_file() {
        let message =
            words!("-o {shown} is the ledger's own folder", "-o {shown} 是账本自己的文件夹");
        let help = words!(
            "drafts need a folder of their own: -o letters",
            "草稿要放在单独的文件夹里：-o letters"
        );
        return Err(Diagnostic::new(Code::BadArgument, message).help(help).into());
    }
    if !folder_of(folder).is_dir() {
        let message =
            words!("-o {shown}: there is no folder for it", "-o {shown}：上级文件夹不存在");
        return Err(Diagnostic::new(Code::WriteFailed, message).into());
    }
    let files = drafts.iter().map(|draft| folder.join(&draft.file));
    let paths = std::iter::once(folder.to_owned()).chain(files.clone());
    if let Some(own) = paths.into_iter().find_map(|path| ledger_file(&path, Some(root))) {
        let own = own.display();
        let message = words!(
            "-o {shown} would write among the files of the ledger: {own}",
            "-o {shown} 会写到账本自己的文件中：{own}"
        );
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!(
                "choose a folder outside of prospects/, customers/, activity/, .crm/ and .git/",
                "请选择 prospects/、customers/、activity/、.crm/ 和 .git/ 之外的文件夹"
            ))
            .into());
    }
    let there: Vec<Diagnostic> = files
        .filter(|file| file.symlink_metadata().is_ok() && !force)
        .map(|file| {
            let file = file.display();
            let message = words!("{file} is there already", "{file} 已经存在");
            Diagnostic::new(Code::BadArgument, message)
                .help(words!("--force replaces it", "--force 会覆盖它"))
        })
        .collect();
    if there.is_empty() { Ok(()) } else { Err(Failure(there)) }
}

/// The files of drafts, so that they can be taken back.
#[derive(Debug, Default)]
pub struct WrittenDrafts {
    new: Vec<PathBuf>,
    folder: Option<PathBuf>,
}

impl WrittenDrafts {
    /// Writes the drafts into a folder, which is made if it is not there.
    ///
    /// # Errors
    /// Fails if one cannot be written; the new ones are taken back then.
    pub fn write(folder: &Path, drafts: &[Draft]) -> Result<WrittenDrafts, Failure> {
        let mut written = WrittenDrafts::default();
        let failed = |path: &Path, error: &std::io::Error| {
            let path = path.display();
            let message = words!("{path} cannot be written", "无法写入 {path}").because(error);
            Failure::from(Diagnostic::new(Code::WriteFailed, message))
        };
        if drafts.is_empty() {
            return Ok(written);
        }
        if !folder.is_dir() {
            std::fs::create_dir(folder).map_err(|error| failed(folder, &error))?;
            written.folder = Some(folder.to_owned());
        }
        for draft in drafts {
            let path = folder.join(&draft.file);
            let is_new = path.symlink_metadata().is_err();
            if let Err(error) = write_own(&path, draft.text.as_bytes()) {
                written.take_back();
                return Err(failed(&path, &error));
            }
            if is_new {
                written.new.push(path);
            }
        }
        Ok(written)
    }

    /// Removes the files and the folder that are new.
    pub fn take_back(self) {
        for path in self.new {
            let _ = std::fs::remove_file(path);
        }
        if let Some(folder) = self.folder {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// The drafts: for whom, and in which file.
pub fn sheet(letters: &Letters, folder: &Path, on: Date, lang: Lang) -> Sheet {
    let rows = letters.drafts.iter().map(|draft| {
        Row::new(vec![
            Cell::text(draft.id.clone()),
            Cell::text(draft.name.clone()),
            Cell::maybe(draft.person.clone(), Cell::Text),
            Cell::text(folder.join(&draft.file).display().to_string()),
        ])
    });
    let columns = vec![
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("contact", Kind::Text, lang),
        column("file", Kind::Text, lang),
    ];
    let mut sheet = Sheet::single("letters", lang.pick("Letters", "信件"), columns, rows.collect());
    sheet.about = on.to_string();
    sheet
}
