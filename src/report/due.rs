//! `crm due`: the work list - what is due today, was missed, and comes next.

use super::Request;
use super::words::column;
use crate::model::date::Date;
use crate::model::label::Lang;
use crate::model::pipeline::Outcome;
use crate::model::sheet::{Cell, Emphasis, Kind, Row, Sheet};
use crate::rules::book::Book;
use crate::rules::grading::Customer;
use crate::rules::policy::{Duty, Judge};
use crate::rules::pool::announced;
use crate::rules::practice::{Attention, Practice};
use crate::rules::state::Record;

/// One thing to do.
struct Item<'b> {
    date: Date,
    what: (&'static str, &'static str, &'static str),
    record: &'b Record,
    detail: String,
}

/// Ids and names of what can be due, in the order in which those of one day are listed.
const NEXT: (&str, &str, &str) = ("next-step", "next step", "下一步");
const CLOSE: (&str, &str, &str) = ("close-by", "signing date", "签约日");
const CYCLE: (&str, &str, &str) = ("cycle-ends", "cycle ends", "周期到期");
const RESUMES: (&str, &str, &str) = ("resumes", "hold ends", "恢复跟进");
const RECYCLE: (&str, &str, &str) = ("recycle", "goes to the pool", "回收公海");
const BIRTHDAY: (&str, &str, &str) = ("birthday", "birthday", "生日");

/// What the policy of its grade demands for a prospect.
const VERIFY: (&str, &str, &str) = ("verify", "verify record", "核实资料");
const CONTACT: (&str, &str, &str) = ("contact", "be in touch", "保持联系");
const ANSWER: (&str, &str, &str) = ("answer", "answer", "答复");

/// Everything due up to `days` after the as-of day; what was missed stays until something happens.
pub fn due(book: &Book, request: &Request, days: i64) -> Sheet {
    let lang = book.settings.language;
    let last = book.as_of.plus(days);
    let judge = Judge::of(together(book), &book.settings, book.as_of);
    let mut items: Vec<Item> =
        request.select(book).flat_map(|record| items(record, book, &judge, last)).collect();
    for (record, recycling) in announced(book, &request.query, last) {
        let detail = recycling.cause.words(lang);
        items.push(Item { date: recycling.on, what: RECYCLE, record, detail });
    }
    items.sort_by(|a, b| {
        (a.date, a.what.0, &a.record.prospect.id).cmp(&(b.date, b.what.0, &b.record.prospect.id))
    });
    let columns = vec![
        column("date", Kind::Date, lang),
        column("days-left", Kind::Number, lang),
        column("what", Kind::Text, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("stage", Kind::Text, lang).optional(),
        column("owner", Kind::Text, lang),
        column("detail", Kind::Text, lang),
    ];
    let rows = items.iter().map(|item| row(item, book, lang)).collect();
    let mut sheet = Sheet::single("due", lang.pick("Due", "待办"), columns, rows);
    sheet.about = format!("{}..{last}", book.as_of);
    sheet
}

fn row(item: &Item, book: &Book, lang: Lang) -> Row {
    let left = item.date.days_since(book.as_of);
    let emphasis = if left < 0 { Emphasis::Warn } else { Emphasis::Plain };
    let cells = vec![
        Cell::Date(item.date),
        Cell::Int(left),
        Cell::text(lang.pick(item.what.1, item.what.2)),
        Cell::text(&*item.record.prospect.id),
        Cell::text(&*item.record.prospect.name),
        Cell::text(item.record.stage_id(&book.settings)),
        Cell::maybe(item.record.state.owner.as_deref(), Cell::text),
        Cell::text(item.detail.clone()),
    ];
    Row::with(cells, emphasis)
}

/// The attention that each prospect tells of whose customer has several.
fn together(book: &Book) -> impl Iterator<Item = (&Customer, Attention)> {
    let several = |record| book.customer(record).filter(|customer| customer.prospects > 1);
    let told = |record| Practice::of(record, &book.settings, book.as_of).attention;
    book.records().iter().filter_map(move |record| Some((several(record)?, told(record))))
}

fn items<'b>(record: &'b Record, book: &Book, judge: &Judge, last: Date) -> Vec<Item<'b>> {
    let state = &record.state;
    let mut items = Vec::new();
    let mut put = |date: Date, what, detail: String| {
        if date <= last {
            items.push(Item { date, what, record, detail });
        }
    };
    let held = state.hold.as_ref().filter(|_| state.flags.on_hold);
    if let Some(hold) = held {
        put(hold.until, RESUMES, hold.reason.as_deref().unwrap_or("").to_owned());
    }
    if let Some(next) = &state.evidence.next
        && held.is_none()
    {
        let time = next.at.time.map(|time| time.to_string()[..5].to_owned());
        let what = next.what.as_deref().map(String::from);
        put(next.at.date, NEXT, time.into_iter().chain(what).collect::<Vec<_>>().join(" "));
    }
    if state.outcome == Outcome::Open && held.is_none() {
        if let Some((close, _)) = state.evidence.close_by
            && state.evidence.signed.is_none()
        {
            let pushed =
                if state.pushes > 0 { format!("pushed {} x", state.pushes) } else { String::new() };
            put(close, CLOSE, pushed);
        }
        if let Some(start) = state.clock_start
            && state.stage > 0
        {
            let day = start.plus(i64::from(state.cycle_days));
            put(
                day,
                CYCLE,
                format!("day {} of {}", state.age(book.as_of).unwrap_or(0), state.cycle_days),
            );
        }
    }
    let practice = Practice::of(record, &book.settings, book.as_of);
    let customer = book.customer(record);
    let leads = |customer: &Customer| book.lead(customer).prospect.id == record.prospect.id;
    let duties = customer.map(|customer| judge.duties(&practice, customer, leads(customer)));
    for duty in duties.unwrap_or_default() {
        let what = match &duty {
            Duty::Verify(_) => VERIFY,
            Duty::Contact(_) => CONTACT,
            _ => ANSWER,
        };
        if let Some(day) = duty.due() {
            let grade = customer.and_then(Customer::grade).unwrap_or_default();
            put(day, what, demanded(grade, &duty, book.settings.language));
        }
    }
    for contact in &record.prospect.contacts {
        if let Some(day) = contact.birthday.and_then(|born| next_birthday(born, book.as_of)) {
            put(day, BIRTHDAY, contact.name.to_string());
        }
    }
    items
}

/// Why it is due, in a few words: the day itself says when it last happened.
fn demanded(grade: &str, duty: &Duty, lang: Lang) -> String {
    match (duty, lang) {
        (Duty::Answer { answer, .. }, Lang::En) => {
            format!("{grade}: {} of {}", answer.kind, answer.on())
        }
        (Duty::Answer { answer, .. }, Lang::Zh) => {
            format!("{grade}：{} {}", answer.on(), answer.kind)
        }
        (Duty::Verify(deadline) | Duty::Contact(deadline), Lang::En) => match deadline.last {
            Some(_) => format!("{grade}: every {} days", deadline.every),
            None => format!("{grade}: never yet"),
        },
        (Duty::Verify(deadline) | Duty::Contact(deadline), Lang::Zh) => match deadline.last {
            Some(_) => format!("{grade}：每{}天", deadline.every),
            None => format!("{grade}：从未"),
        },
        _ => grade.to_owned(),
    }
}

/// The coming birthday; one on 29 February is kept on the 28th in common years.
fn next_birthday(born: Date, today: Date) -> Option<Date> {
    let of = |year: i32| {
        Date::new(year, born.month(), born.day()).or_else(|| Date::new(year, born.month(), 28))
    };
    of(today.year()).filter(|day| *day >= today).or_else(|| of(today.year() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birthdays_come_round() {
        let d = |text: &str| Date::parse(text).unwrap();
        assert_eq!(next_birthday(d("1971-05-02"), d("2009-12-18")), Some(d("2010-05-02")));
        assert_eq!(next_birthday(d("1971-12-18"), d("2009-12-18")), Some(d("2009-12-18")));
        assert_eq!(next_birthday(d("1972-02-29"), d("2009-01-01")), Some(d("2009-02-28")));
    }
}
