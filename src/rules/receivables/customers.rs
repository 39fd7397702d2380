//! The accounts of the customers of a book: the files of each are put together, and only those with money are kept.

use super::{Account, FileMoney};
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::dealings::line;
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
use crate::rules::replay::upto;
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::money::{Amount, Money};
use crate::value::text::Text;
use std::collections::HashMap;
use std::path::PathBuf;

/// A file of a customer with money.
#[derive(Debug, Clone, Default)]
pub struct MoneyFile {
    /// Its id.
    pub id: Text,
    /// Its name, for people.
    pub name: Text,
    /// Its path below the ledger's root.
    pub path: PathBuf,
    /// Its owner.
    pub owner: Option<Text>,
    /// How many entries it has up to the day.
    pub entries: usize,
    /// The group that it belongs to, where a report has groups.
    pub group: Option<String>,
    /// Is it one that the report asks for?
    pub is_selected: bool,
    /// Is it the customer's own file?
    is_own: bool,
    is_open: bool,
    /// The customer that it names.
    account: Option<Text>,
    /// The money that the customer may owe at most, as the file states it.
    pub credit_limit: Option<Money>,
    money: FileMoney,
}

/// A customer with money, up to a day.
#[derive(Debug, Clone)]
pub struct CustomerMoney {
    /// The id of its own file; else its account; else the id of the prospect that it is.
    pub id: Text,
    /// The name, for people.
    pub name: Text,
    /// Its owner: that of its own file, else of its first open prospect with one, else of its first prospect with one.
    pub owner: Option<Text>,
    /// The money that it may owe at most.
    pub credit_limit: Option<Money>,
    /// Its files, its own one first, then by id; claims name them by position.
    pub files: Vec<MoneyFile>,
    /// Its account.
    pub account: Account,
}

impl MoneyFile {
    /// That of a record up to a day. Files of customers are kept for their name, owner and credit limit even without
    /// money, prospects with an account are not.
    pub fn of(record: &Record, settings: &Settings, on: Date) -> Option<MoneyFile> {
        let prospect = &record.prospect;
        let money = FileMoney::of(record, settings, on);
        if money.is_none() && !prospect.is_customer {
            return None;
        }
        Some(MoneyFile {
            id: prospect.id.clone(),
            name: prospect.name.clone(),
            path: prospect.path.clone(),
            owner: record.state.owner.clone(),
            entries: upto(&prospect.events, on).len(),
            group: None,
            is_selected: true,
            is_own: prospect.is_customer,
            is_open: record.state.outcome == Outcome::Open,
            account: prospect.account.clone(),
            credit_limit: prospect.profile().credit_limit.map(|limit| settings.own(limit)),
            money: money.unwrap_or_default(),
        })
    }

    /// The key of a customer that may have several files; `None` for a prospect that is its own customer.
    fn key(&self) -> Option<String> {
        if self.is_own { Some(fold(&self.id)) } else { self.account.as_deref().map(fold) }
    }
}

impl CustomerMoney {
    /// The customer of these files; `None` if they have no money.
    pub fn of(mut files: Vec<MoneyFile>, settings: &Settings, on: Date) -> Option<CustomerMoney> {
        files.sort_by(|a, b| (!a.is_own, &a.id).cmp(&(!b.is_own, &b.id)));
        let money: Vec<FileMoney> =
            files.iter_mut().map(|file| std::mem::take(&mut file.money)).collect();
        let account = Account::of(&money, settings, on);
        if account.is_empty() {
            return None;
        }
        let first = files.first()?;
        let (id, name) = match &first.account {
            Some(account) if !first.is_own => (account.clone(), account.clone()),
            _ => (first.id.clone(), first.name.clone()),
        };
        let owned = || files.iter().filter(|file| file.owner.is_some());
        let lead = owned().min_by_key(|file| (!file.is_own, !file.is_open));
        let owner = lead.and_then(|file| file.owner.clone());
        let credit_limit = files.iter().find_map(|file| file.credit_limit);
        Some(CustomerMoney { id, name, owner, credit_limit, files, account })
    }

    /// By how much it owes more than its credit limit; `None` if it does not, or has none.
    pub fn over_limit(&self) -> Option<Money> {
        let limit = self.credit_limit?;
        let owed = line(&self.account.open(), limit.currency);
        let over = Money { amount: owed.minus(limit.amount), ..limit };
        (over.amount > Amount::ZERO).then_some(over)
    }
}

/// The files of a ledger with money, in no order, while they are read.
#[derive(Debug, Default)]
pub struct Gathered {
    done: Vec<CustomerMoney>,
    joint: HashMap<String, Vec<MoneyFile>>,
}

impl Gathered {
    /// Takes in a file. A prospect that is its own customer is settled at once.
    pub fn take(&mut self, file: MoneyFile, settings: &Settings, on: Date) {
        match file.key() {
            Some(key) => self.joint.entry(key).or_default().push(file),
            None => self.done.extend(CustomerMoney::of(vec![file], settings, on)),
        }
    }

    /// Takes in those of another thread.
    pub fn join(&mut self, other: Gathered) {
        self.done.extend(other.done);
        for (key, files) in other.joint {
            self.joint.entry(key).or_default().extend(files);
        }
    }

    /// The customers with money, by id.
    pub fn customers(self, settings: &Settings, on: Date) -> Vec<CustomerMoney> {
        let mut all = self.done;
        let joint = self.joint.into_values();
        all.extend(joint.filter_map(|files| CustomerMoney::of(files, settings, on)));
        all.sort_by(|a, b| (&a.id, &a.files[0].id).cmp(&(&b.id, &b.files[0].id)));
        all
    }
}

/// The customers with money of a book, by id. `look` is called with each of their files.
pub fn customers(book: &Book, look: impl Fn(&mut MoneyFile, &Record) + Sync) -> Vec<CustomerMoney> {
    let (settings, on) = (&book.settings, book.as_of);
    let gathered = book.fold_everybody(
        &Query::everything(),
        |gathered: &mut Gathered, record| {
            if let Some(mut file) = MoneyFile::of(record, settings, on) {
                look(&mut file, record);
                gathered.take(file, settings, on);
            }
        },
        Gathered::join,
    );
    gathered.customers(settings, on)
}
