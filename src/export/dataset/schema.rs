//! The tables of a dataset and their columns: one place that the writer, the SQL text and the documents follow.

use crate::model::event::{KEYS, KeyType};

/// The version of the tables. It rises when a column changes its name, type or meaning, or goes; a new column or table
/// is none of these.
pub const SCHEMA: u32 = 1;

/// The type of a column. An empty field is NULL in each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text as it is in the ledger; times are text too.
    Text,
    /// A day, `2009-12-18`.
    Day,
    /// A whole number.
    Count,
    /// A decimal number: money, a quantity, a probability.
    Decimal,
    /// `true` or `false`.
    Flag,
}

impl ColumnType {
    /// The name of the type in SQL.
    pub fn sql(self) -> &'static str {
        match self {
            ColumnType::Text => "VARCHAR",
            ColumnType::Day => "DATE",
            ColumnType::Count => "BIGINT",
            ColumnType::Decimal => "DECIMAL(28,6)",
            ColumnType::Flag => "BOOLEAN",
        }
    }
}

/// The columns at the end of each dated table: the first day on which the row is true, and the first on which it is true
/// no more; NULL = still true.
const VALIDITY: [(&str, ColumnType); 2] =
    [("valid_from", ColumnType::Day), ("valid_to", ColumnType::Day)];

macro_rules! tables {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $dated:literal: $($column:ident $type:ident),*;)*) => {
        /// A table of a dataset.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum DatasetTable {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl DatasetTable {
            /// Every table, in the order of the documents.
            pub const ALL: &'static [DatasetTable] = &[$(DatasetTable::$variant,)*];

            /// The name in SQL, and of the folder.
            pub fn name(self) -> &'static str {
                match self {
                    $(DatasetTable::$variant => $name,)*
                }
            }

            /// Has each of its rows the days on which it is true?
            pub fn is_dated(self) -> bool {
                match self {
                    $(DatasetTable::$variant => $dated,)*
                }
            }

            /// The columns of its own, without those of an event's keys and of the days.
            fn stated(self) -> &'static [(&'static str, ColumnType)] {
                match self {
                    $(DatasetTable::$variant => &[$((stringify!($column), ColumnType::$type),)*],)*
                }
            }
        }
    };
}

tables! {
    /// The ledger itself: one row.
    Ledgers "ledgers" false:
        ledger_currency Text, first_day Day, age_limit_1 Count, age_limit_2 Count, age_limit_3 Count,
        day_minutes Count, has_calendar Flag;
    /// The reps of the settings.
    Reps "reps" false: rep Text, rep_name Text, rep_rank Count, rep_manager Text;
    /// The columns of every board.
    Stages "stages" false:
        pipeline Text, pipeline_no Count, is_spare Flag, stage Text, stage_no Count, stage_label Text,
        stage_outcome Text, probability Decimal;
    /// Every day from the year of the first entry to five years after that of the last.
    Calendar "calendar" false:
        calendar_day Day, day_no Count, is_worked Flag, worked_days Count, end_minutes Count, quarter_from Day, quarter_to Day, year_before Day;
    /// The daily tallies of reps.
    Tallies "tallies" false:
        rep Text, tally_day Day, dials Count, conversations Count, appointments Count;
    /// Every entry as its file has it.
    Events "events" false:
        file_id Text, is_customer_file Flag, event_seq Count, event_key Text, event_on Day, retracted_on Day;
    /// The people of every file.
    Contacts "contacts" false:
        file_id Text, is_customer_file Flag, contact_seq Count, contact_name Text, contact_role Text, is_decider Flag,
        contact_phone Text, contact_email Text, birthday Day, contact_part Text, stance Text, concern Text,
        prefers Text, refuses Text, left_on Day;
    /// The facts of every file.
    Prospects "prospects" true:
        file_id Text, is_customer_file Flag, prospect_name Text, company Text, industry Text, region Text,
        company_size Text, lead_source Text, product Text, account Text, needs Text, tags Text, relation Text,
        own_facts Text;
    /// Where each prospect is, whose it is, and the money that it stands for.
    States "states" true:
        file_id Text, pipeline Text, stage Text, stage_no Count, stage_outcome Text, pursuit_no Count, opened_on Day,
        since_on Day, owner Text, value_amount Decimal, value_currency Text, worth_amount Decimal, worth_others Text,
        weighted Decimal, close_by Day, overdue_from Day, hold_until Day;
    /// The stretches in columns.
    StageSpells "stage_spells" true:
        file_id Text, spell_no Count, pipeline Text, pursuit_no Count, stage Text, stage_no Count, spell_from Day,
        spell_to Day, forced_why Text, move_reason Text;
    /// The stretches with owners.
    OwnerSpells "owner_spells" true:
        file_id Text, is_customer_file Flag, spell_no Count, owner Text, spell_from Day, spell_to Day;
    /// The passes over the board, each from its opening to its end.
    Pursuits "pursuits" true:
        file_id Text, pipeline Text, pursuit_no Count, opened_on Day, ended_on Day, end_outcome Text,
        left_stage_no Count, clock_start Day, clock_ran Flag, end_reason Text, worth_amount Decimal, worth_others Text,
        end_owner Text;
    /// The runs of the clock.
    ClockPasses "clock_passes" true:
        file_id Text, pass_no Count, pipeline Text, opened_on Day, started_on Day, ended_on Day, started_no Count,
        ended_no Count, pass_end Text, cycle_days Count;
    /// What reps did, and the steps that pursuits took.
    Acts "acts" true: file_id Text, act_no Count, act_step Text, act_on Day, rep Text;
    /// Orders and bookings since the day on which they bind, a row for each line.
    Orders "orders" true:
        file_id Text, sale_no Count, sale_on Day, is_first Flag, sale_amount Decimal, sale_currency Text,
        standard_amount Decimal, margin_amount Decimal, quantity_sold Decimal, product Text, sale_channel Text,
        owner Text, relation Text;
    /// Invoices less credit notes, likewise.
    Invoices "invoices" true:
        file_id Text, sale_no Count, sale_on Day, is_first Flag, sale_amount Decimal, sale_currency Text,
        standard_amount Decimal, margin_amount Decimal, quantity_sold Decimal, product Text, sale_channel Text,
        owner Text, relation Text;
    /// Payments less refunds, likewise.
    Payments "payments" true:
        file_id Text, sale_no Count, sale_on Day, is_first Flag, sale_amount Decimal, sale_currency Text,
        standard_amount Decimal, margin_amount Decimal, quantity_sold Decimal, product Text, sale_channel Text,
        owner Text, relation Text;
    /// What customers owe, what is to come, and what they paid in advance.
    Claims "claims" true:
        customer_id Text, customer_key Text, file_id Text, claim_no Count, customer_name Text, owner Text, credit_limit Decimal,
        credit_limit_currency Text, claim_state Text, claim_origin Text, claim_name Text, contract_name Text,
        product Text, arose_on Day, due_on Day, settled_on Day, arose_no Count, due_no Count, settled_no Count,
        claim_amount Decimal, open_amount Decimal, claim_currency Text, was_paid Flag;
    /// The requests and complaints of customers, from each that began one to its answer and its end.
    Cases "cases" true:
        file_id Text, case_name Text, case_state Text, is_complaint Flag, case_category Text, severity Count,
        product Text, case_channel Text, owner Text, began_on Day;
    /// Each time that a case began or was reopened, or was asked about again.
    Askings "askings" true:
        file_id Text, case_name Text, asking_no Count, asking_kind Text, begins_case Flag, asked_at Text, asked_on Day,
        answered_at Text, answered_on Day, resolved_at Text, resolved_on Day, answer_days Count, resolve_days Count,
        answer_minutes Count, resolve_minutes Count, first_minutes Count, end_minutes Count, is_timed Flag;
    /// The customers: those with a file, and those that have bought.
    Customers "customers" true:
        customer_id Text, customer_name Text, owner Text, lifecycle Text, deal_count Count, bought_amount Decimal,
        bought_others Text, last_order_on Day, next_at Text;
}

impl DatasetTable {
    /// Its columns in order, each with its type; the partition's own name, `ledger`, is that of the folder.
    pub fn columns(self) -> Vec<(String, ColumnType)> {
        let own = self.stated().iter().map(|(name, of)| ((*name).to_owned(), *of));
        let keys = KEYS.iter().filter(|_| self == DatasetTable::Events).flat_map(|key| {
            let name = format!("event_{}", key.name);
            match key.kind {
                KeyType::Money => {
                    let currency = (format!("{name}_currency"), ColumnType::Text);
                    vec![(name, ColumnType::Decimal), currency]
                }
                other => vec![(name, type_of(other))],
            }
        });
        let days = VALIDITY.iter().filter(|_| self.is_dated());
        own.chain(keys).chain(days.map(|(name, of)| ((*name).to_owned(), *of))).collect()
    }
}

/// The type of the column of an event's key.
fn type_of(key: KeyType) -> ColumnType {
    match key {
        KeyType::Date => ColumnType::Day,
        KeyType::Bool => ColumnType::Flag,
        KeyType::Count | KeyType::Severity => ColumnType::Count,
        KeyType::Money | KeyType::Score => ColumnType::Decimal,
        _ => ColumnType::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_column_comes_twice_and_none_needs_quotes() {
        // Of one word: no keyword of DuckDB, Spark or ClickHouse.
        let words = [
            "account",
            "appointments",
            "birthday",
            "company",
            "concern",
            "conversations",
            "dials",
            "industry",
            "lifecycle",
            "needs",
            "owner",
            "pipeline",
            "prefers",
            "probability",
            "product",
            "refuses",
            "region",
            "relation",
            "rep",
            "severity",
            "stage",
            "stance",
            "tags",
            "weighted",
        ];
        for table in DatasetTable::ALL {
            let columns = table.columns();
            let names: HashSet<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names.len(), columns.len(), "{}", table.name());
            for name in names {
                let is_plain =
                    name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
                assert!(is_plain && (name.contains('_') || words.contains(&name)), "{name}");
            }
        }
    }

    #[test]
    fn money_has_its_currency_beside_it() {
        let columns = DatasetTable::Events.columns();
        let at = columns.iter().position(|(name, _)| name == "event_value").unwrap();
        assert_eq!(columns[at].1.sql(), "DECIMAL(28,6)");
        assert_eq!(columns[at + 1].0, "event_value_currency");
    }
}
