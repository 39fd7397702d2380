//! `crm rights`: who may read, write and administer what, by rep and by path; since when, and what changed.

use crate::format::sealed::cipher::PublicKey;
use crate::format::sealed::keys::fingerprint;
use crate::git::origin::AuditedCommit;
use crate::model::access::Access;
use crate::model::settings::{Rep, Settings};
use crate::rules::team::rights::leads;
use crate::table::sheet::{Audience, Cell, Emphasis, Kind, Row, Sheet, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::text::Text;
use std::collections::{BTreeMap, BTreeSet};

/// The rights of one rep.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    admin: bool,
    /// The reps whom the rep leads.
    leads: Vec<Text>,
    /// The level up to which the rep reads, and the fingerprint of the key.
    reads: Option<(u32, String)>,
}

impl Held {
    fn of(rep: &Rep, settings: &Settings) -> Held {
        let led = settings.reps.iter().filter(|other| leads(settings, &rep.id, &other.id));
        let readers = settings.privacy.as_deref().map_or(&[][..], |privacy| &privacy.readers);
        let reader = readers.iter().find(|reader| reader.rep == rep.id);
        let print = |key: &str| PublicKey::parse(key).map(|key| fingerprint(&key.to_string()));
        Held {
            admin: rep.admin,
            leads: led.map(|other| other.id.clone()).collect(),
            reads: reader.map(|reader| (reader.level, print(&reader.key).unwrap_or_default())),
        }
    }

    /// The prospects and tallies that the rep may change.
    fn writes(&self, lang: Lang) -> String {
        let own = match lang {
            Lang::Machine => "own, and the pool's",
            Lang::En => "own and pool's",
            Lang::Zh => "自己的和公海的",
        };
        match (self.admin, self.leads.is_empty()) {
            (true, _) => lang.pick("all", "全部").to_owned(),
            (false, true) => own.to_owned(),
            (false, false) => {
                let led = lang.listed(&self.leads);
                match lang {
                    Lang::En | Lang::Machine => format!("{own}; those of {led}"),
                    Lang::Zh => format!("{own}；以及 {led} 的"),
                }
            }
        }
    }

    /// The rights in words: for machines all, for people those that another state, before or after, does not have.
    fn said(&self, other: Option<&Held>, lang: Lang) -> String {
        let other = other.filter(|_| lang != Lang::Machine);
        let reads = match (&self.reads, lang) {
            (None, _) => lang.pick("reads nothing sealed", "不读加密内容").to_owned(),
            (Some((level, print)), Lang::Machine) => {
                format!("reads level {level} with key {print}")
            }
            (Some((level, print)), Lang::En) => format!("reads level {level}: {print}"),
            (Some((level, print)), Lang::Zh) => format!("以密钥 {print} 读到 {level} 级"),
        };
        let admin = match self.admin {
            true => lang.pick("administers", "可管理"),
            false => lang.pick("administers nothing", "不可管理"),
        };
        let differs =
            |is_so: fn(&Held, &Held) -> bool| other.is_none_or(|other| is_so(self, other));
        let parts = [
            differs(|a, b| a.writes(Lang::En) != b.writes(Lang::En)).then(|| self.writes(lang)),
            differs(|a, b| a.reads != b.reads).then_some(reads),
            (other.is_none() && self.admin || other.is_some_and(|other| other.admin != self.admin))
                .then(|| admin.to_owned()),
        ];
        lang.clauses(parts.into_iter().flatten())
    }
}

/// The rights of every rep of some settings.
fn all(settings: &Settings) -> BTreeMap<Text, Held> {
    let of = |rep: &Rep| (rep.id.clone(), Held::of(rep, settings));
    settings.reps.iter().map(of).collect()
}

/// A change of rights in the settings.
struct RightChange {
    date: Option<Date>,
    by: String,
    rep: Text,
    from: Option<Held>,
    to: Option<Held>,
}

/// The changes of rights that commits brought, the oldest first; `now`: the settings as they are, which a commit may not
/// have yet.
fn changes(past: &[(AuditedCommit, Settings)], now: &Settings) -> Vec<RightChange> {
    let mut found = Vec::new();
    let mut before: BTreeMap<Text, Held> = BTreeMap::new();
    let commits = past.iter().map(|(commit, settings)| (Some(commit), settings));
    for (commit, settings) in commits.chain([(None, now)]) {
        let after = all(settings);
        let reps: BTreeSet<&Text> = before.keys().chain(after.keys()).collect();
        for rep in reps.into_iter().filter(|rep| before.get(*rep) != after.get(*rep)) {
            let by = commit.map_or(String::new(), |commit| {
                let known = now.rep_by_email(&commit.email).map(|rep| rep.id.to_string());
                known.unwrap_or_else(|| format!("{} <{}>", commit.author, commit.email))
            });
            found.push(RightChange {
                date: commit.and_then(|commit| Date::parse(&commit.date)),
                by,
                rep: rep.clone(),
                from: before.get(rep).cloned(),
                to: after.get(rep).cloned(),
            });
        }
        before = after;
    }
    found
}

/// The sheet. `past`: the settings of each commit, the oldest first; `reviewed`: changes and records of access up to this
/// day are left out.
pub fn rights(
    settings: &Settings,
    past: &[(AuditedCommit, Settings)],
    accesses: &[(Text, Access)],
    reviewed: Option<Date>,
) -> Sheet {
    let lang = settings.language;
    let changes = changes(past, settings);
    let rows = settings.reps.iter().map(|rep| {
        let held = Held::of(rep, settings);
        let last = changes.iter().rfind(|change| change.rep == rep.id);
        let cells = vec![
            Cell::text(rep.id.clone()),
            Cell::text(held.writes(lang)),
            Cell::Bool(held.admin),
            Cell::maybe(held.reads.as_ref(), |(level, _)| Cell::Int(i64::from(*level))),
            Cell::maybe(held.reads.as_ref(), |(_, print)| Cell::text(print.as_str())),
            Cell::maybe(last.and_then(|change| change.date), Cell::Date),
            Cell::maybe(last.filter(|change| !change.by.is_empty()), |c| Cell::text(&*c.by)),
        ];
        let gone = rep.left.is_some() && (held.admin || held.reads.is_some());
        Row::with(cells, if gone { Emphasis::Warn } else { Emphasis::Plain })
    });
    let columns = vec![
        column("rep", Kind::Text, lang),
        column("writes", Kind::Text, lang),
        column("administers", Kind::Text, lang),
        column("reads", Kind::Number, lang),
        column("key-print", Kind::Text, lang),
        column("since", Kind::Date, lang),
        column("changed-by", Kind::Text, lang),
    ];
    let title = lang.pick("Rights", "权限");
    let mut sheet = Sheet::single("rights", title, columns, rows.collect());
    sheet.tables.push(by_path(settings, lang));
    let new = changes.iter().filter(|change| match (change.date, reviewed) {
        (Some(date), Some(reviewed)) => date > reviewed,
        _ => true,
    });
    sheet.tables.push(changed(new, lang));
    let later = |(_, access): &&(Text, Access)| reviewed.is_none_or(|day| access.key.date > day);
    sheet.tables.push(accessed(accesses.iter().filter(later), lang));
    sheet.about = match (reviewed, lang) {
        (None, _) => {
            lang.pick("by the settings, and their history in git", "按设置及其 git 历史").to_owned()
        }
        (Some(day), Lang::En | Lang::Machine) => format!("last looked at on {day}"),
        (Some(day), Lang::Zh) => format!("上次查看：{day}"),
    };
    let notes = [
        lang.pick(
            "reading: all that a clone has, but sealed values above the level",
            "读：克隆里的一切，高于级别的加密内容除外",
        ),
        lang.pick("writing: what the guard of a server accepts", "写：以服务器守卫接受的为准"),
    ];
    sheet.notes.extend(notes.map(str::to_owned));
    sheet
}

/// The paths of a ledger, with those who may read and write them.
fn by_path(settings: &Settings, lang: Lang) -> Table {
    let admins: Vec<&str> =
        settings.reps.iter().filter(|rep| rep.admin).map(|rep| &*rep.id).collect();
    let admins = match admins.is_empty() {
        true => lang.pick("admins of the server", "服务器的管理员").to_owned(),
        false => lang.listed(admins),
    };
    let clone = lang.pick("all who have a clone", "有克隆的人").to_owned();
    let owner = lang.pick("owner, manager, admins", "负责人、其上级、管理员").to_owned();
    let itself = lang.pick("the rep, manager, admins", "本人、其上级、管理员").to_owned();
    let alone = lang.pick("the rep alone", "仅本人").to_owned();
    let mut rows = vec![
        ("crm.toml".to_owned(), clone.clone(), admins),
        ("prospects, customers".to_owned(), clone.clone(), owner.clone()),
        ("activity/REP.toml".to_owned(), clone.clone(), itself),
        ("access/REP.toml".to_owned(), clone, alone),
    ];
    for (field, level) in settings.privacy.iter().flat_map(|privacy| &privacy.fields) {
        let readers = settings.privacy.iter().flat_map(|privacy| privacy.readers_of(*level));
        let readers: Vec<&str> = readers.map(|reader| &*reader.rep).collect();
        let place = lang.pick("sealed", "加密");
        rows.push((format!("{field} ({place}, {level})"), lang.listed(readers), owner.clone()));
    }
    let columns = vec![
        column("place", Kind::Text, lang),
        column("read-by", Kind::Text, lang),
        column("written-by", Kind::Text, lang),
    ];
    let row = |(place, read, write): (String, String, String)| {
        Row::new(vec![Cell::text(place), Cell::text(read), Cell::text(write)])
    };
    Table {
        id: "paths".into(),
        title: lang.pick("By path", "按路径").into(),
        columns,
        rows: rows.into_iter().map(row).collect(),
        ..Table::default()
    }
}

/// The records of access.
fn accessed<'a>(accesses: impl Iterator<Item = &'a (Text, Access)>, lang: Lang) -> Table {
    let mut all: Vec<&(Text, Access)> = accesses.collect();
    all.sort_by_key(|(rep, access)| (access.key.date, rep, access.key.n));
    let row = |(rep, access): &&(Text, Access)| {
        Row::new(vec![
            Cell::Date(access.key.date),
            Cell::text(rep.clone()),
            Cell::text(access.command.clone()),
            Cell::list(access.fields.iter().cloned()),
            Cell::Int(i64::from(access.people)),
        ])
    };
    let columns = [
        ("date", Kind::Date),
        ("rep", Kind::Text),
        ("command", Kind::Text),
        ("fields", Kind::Text),
        ("people", Kind::Number),
    ];
    Table {
        id: "access".into(),
        title: lang.pick("Access since the last look", "上次查看以来的访问").into(),
        columns: columns.map(|(id, kind)| column(id, kind, lang)).into(),
        audience: Audience::of(!all.is_empty()),
        rows: all.iter().map(row).collect(),
    }
}

/// The changes.
fn changed<'c>(changes: impl Iterator<Item = &'c RightChange>, lang: Lang) -> Table {
    let nothing = || lang.pick("no rep", "不是业务员").to_owned();
    let said = |held: &Option<Held>, other: &Option<Held>| {
        held.as_ref().map_or_else(nothing, |held| held.said(other.as_ref(), lang))
    };
    let row = |change: &RightChange| {
        let committed = lang.pick("not committed", "未提交");
        Row::new(vec![
            change.date.map_or(Cell::text(committed), Cell::Date),
            Cell::text(change.rep.clone()),
            Cell::text(said(&change.from, &change.to)),
            Cell::text(said(&change.to, &change.from)),
            Cell::maybe(Some(&change.by).filter(|by| !by.is_empty()), |by| Cell::text(&**by)),
        ])
    };
    let ids = ["date", "rep", "rights-before", "rights-after", "changed-by"];
    Table {
        id: "changes".into(),
        title: lang.pick("Changes since the last look", "上次查看以来的变化").into(),
        columns: ids.iter().map(|id| column(id, Kind::Text, lang)).collect(),
        rows: changes.map(row).collect(),
        ..Table::default()
    }
}
