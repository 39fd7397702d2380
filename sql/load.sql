-- Reads a dataset of `crm export dataset` into DuckDB: a table for each of its tables.
--     SET VARIABLE dataset = 'dataset';
-- comes first. One command writes all of it as Parquet, for other engines:
--     EXPORT DATABASE 'parquet' (FORMAT parquet);

CREATE OR REPLACE TABLE ledgers AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/ledgers/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        ledger_currency: 'VARCHAR',
        first_day: 'DATE',
        age_limit_1: 'BIGINT',
        age_limit_2: 'BIGINT',
        age_limit_3: 'BIGINT',
        day_minutes: 'BIGINT',
        has_calendar: 'BOOLEAN'
    }
);

CREATE OR REPLACE TABLE reps AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/reps/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        rep: 'VARCHAR',
        rep_name: 'VARCHAR',
        rep_rank: 'BIGINT',
        rep_manager: 'VARCHAR'
    }
);

CREATE OR REPLACE TABLE stages AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/stages/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        pipeline: 'VARCHAR',
        pipeline_no: 'BIGINT',
        is_spare: 'BOOLEAN',
        stage: 'VARCHAR',
        stage_no: 'BIGINT',
        stage_label: 'VARCHAR',
        stage_outcome: 'VARCHAR',
        probability: 'DECIMAL(28,6)'
    }
);

CREATE OR REPLACE TABLE calendar AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/calendar/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        calendar_day: 'DATE',
        day_no: 'BIGINT',
        is_worked: 'BOOLEAN',
        worked_days: 'BIGINT',
        end_minutes: 'BIGINT',
        quarter_from: 'DATE',
        quarter_to: 'DATE',
        year_before: 'DATE'
    }
);

CREATE OR REPLACE TABLE tallies AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/tallies/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        rep: 'VARCHAR',
        tally_day: 'DATE',
        dials: 'BIGINT',
        conversations: 'BIGINT',
        appointments: 'BIGINT'
    }
);

CREATE OR REPLACE TABLE events AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/events/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        is_customer_file: 'BOOLEAN',
        event_seq: 'BIGINT',
        event_key: 'VARCHAR',
        event_on: 'DATE',
        retracted_on: 'DATE',
        event_kind: 'VARCHAR',
        event_by: 'VARCHAR',
        event_time: 'VARCHAR',
        event_owner: 'VARCHAR',
        event_stage: 'VARCHAR',
        event_confirms: 'VARCHAR',
        event_revokes: 'VARCHAR',
        event_close_by: 'DATE',
        event_next: 'VARCHAR',
        event_next_what: 'VARCHAR',
        event_value: 'DECIMAL(28,6)',
        event_value_currency: 'VARCHAR',
        event_amount: 'DECIMAL(28,6)',
        event_amount_currency: 'VARCHAR',
        event_reached: 'BOOLEAN',
        event_score: 'DECIMAL(28,6)',
        event_scale: 'VARCHAR',
        event_ticket: 'VARCHAR',
        event_until: 'DATE',
        event_serves: 'VARCHAR',
        event_set: 'VARCHAR',
        event_cost: 'DECIMAL(28,6)',
        event_cost_currency: 'VARCHAR',
        event_done: 'VARCHAR',
        event_event: 'VARCHAR',
        event_reason: 'VARCHAR',
        event_forced: 'VARCHAR',
        event_note: 'VARCHAR',
        event_number: 'VARCHAR',
        event_status: 'VARCHAR',
        event_starts: 'DATE',
        event_ends: 'DATE',
        event_notice_days: 'BIGINT',
        event_renews: 'VARCHAR',
        event_due: 'DATE',
        event_for: 'VARCHAR',
        event_schedule: 'VARCHAR',
        event_lines: 'VARCHAR',
        event_product: 'VARCHAR',
        event_category: 'VARCHAR',
        event_severity: 'BIGINT',
        event_channel: 'VARCHAR',
        event_solution: 'VARCHAR',
        event_with: 'VARCHAR',
        event_buyer: 'VARCHAR',
        event_milestones: 'VARCHAR',
        event_competitor: 'VARCHAR',
        event_campaign: 'VARCHAR',
        event_control: 'BOOLEAN',
        event_points: 'DECIMAL(28,6)',
        event_what: 'VARCHAR',
        event_taken: 'BOOLEAN'
    }
);

CREATE OR REPLACE TABLE contacts AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/contacts/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        is_customer_file: 'BOOLEAN',
        contact_seq: 'BIGINT',
        contact_name: 'VARCHAR',
        contact_role: 'VARCHAR',
        is_decider: 'BOOLEAN',
        contact_phone: 'VARCHAR',
        contact_email: 'VARCHAR',
        birthday: 'DATE',
        contact_part: 'VARCHAR',
        stance: 'VARCHAR',
        concern: 'VARCHAR',
        prefers: 'VARCHAR',
        refuses: 'VARCHAR',
        left_on: 'DATE'
    }
);

CREATE OR REPLACE TABLE prospects AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/prospects/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        is_customer_file: 'BOOLEAN',
        prospect_name: 'VARCHAR',
        company: 'VARCHAR',
        industry: 'VARCHAR',
        region: 'VARCHAR',
        company_size: 'VARCHAR',
        lead_source: 'VARCHAR',
        product: 'VARCHAR',
        account: 'VARCHAR',
        needs: 'VARCHAR',
        tags: 'VARCHAR',
        relation: 'VARCHAR',
        own_facts: 'VARCHAR',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE states AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/states/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        pipeline: 'VARCHAR',
        stage: 'VARCHAR',
        stage_no: 'BIGINT',
        stage_outcome: 'VARCHAR',
        pursuit_no: 'BIGINT',
        opened_on: 'DATE',
        since_on: 'DATE',
        owner: 'VARCHAR',
        value_amount: 'DECIMAL(28,6)',
        value_currency: 'VARCHAR',
        worth_amount: 'DECIMAL(28,6)',
        worth_others: 'VARCHAR',
        weighted: 'DECIMAL(28,6)',
        close_by: 'DATE',
        overdue_from: 'DATE',
        hold_until: 'DATE',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE stage_spells AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/stage_spells/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        spell_no: 'BIGINT',
        pipeline: 'VARCHAR',
        pursuit_no: 'BIGINT',
        stage: 'VARCHAR',
        stage_no: 'BIGINT',
        spell_from: 'DATE',
        spell_to: 'DATE',
        forced_why: 'VARCHAR',
        move_reason: 'VARCHAR',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE owner_spells AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/owner_spells/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        is_customer_file: 'BOOLEAN',
        spell_no: 'BIGINT',
        owner: 'VARCHAR',
        spell_from: 'DATE',
        spell_to: 'DATE',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE pursuits AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/pursuits/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        pipeline: 'VARCHAR',
        pursuit_no: 'BIGINT',
        opened_on: 'DATE',
        ended_on: 'DATE',
        end_outcome: 'VARCHAR',
        left_stage_no: 'BIGINT',
        clock_start: 'DATE',
        clock_ran: 'BOOLEAN',
        end_reason: 'VARCHAR',
        worth_amount: 'DECIMAL(28,6)',
        worth_others: 'VARCHAR',
        end_owner: 'VARCHAR',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE clock_passes AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/clock_passes/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        pass_no: 'BIGINT',
        pipeline: 'VARCHAR',
        opened_on: 'DATE',
        started_on: 'DATE',
        ended_on: 'DATE',
        started_no: 'BIGINT',
        ended_no: 'BIGINT',
        pass_end: 'VARCHAR',
        cycle_days: 'BIGINT',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE acts AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/acts/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        act_no: 'BIGINT',
        act_step: 'VARCHAR',
        act_on: 'DATE',
        rep: 'VARCHAR',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE orders AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/orders/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        sale_no: 'BIGINT',
        sale_on: 'DATE',
        is_first: 'BOOLEAN',
        sale_amount: 'DECIMAL(28,6)',
        sale_currency: 'VARCHAR',
        standard_amount: 'DECIMAL(28,6)',
        margin_amount: 'DECIMAL(28,6)',
        quantity_sold: 'DECIMAL(28,6)',
        product: 'VARCHAR',
        sale_channel: 'VARCHAR',
        owner: 'VARCHAR',
        relation: 'VARCHAR',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE invoices AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/invoices/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        sale_no: 'BIGINT',
        sale_on: 'DATE',
        is_first: 'BOOLEAN',
        sale_amount: 'DECIMAL(28,6)',
        sale_currency: 'VARCHAR',
        standard_amount: 'DECIMAL(28,6)',
        margin_amount: 'DECIMAL(28,6)',
        quantity_sold: 'DECIMAL(28,6)',
        product: 'VARCHAR',
        sale_channel: 'VARCHAR',
        owner: 'VARCHAR',
        relation: 'VARCHAR',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE payments AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/payments/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        sale_no: 'BIGINT',
        sale_on: 'DATE',
        is_first: 'BOOLEAN',
        sale_amount: 'DECIMAL(28,6)',
        sale_currency: 'VARCHAR',
        standard_amount: 'DECIMAL(28,6)',
        margin_amount: 'DECIMAL(28,6)',
        quantity_sold: 'DECIMAL(28,6)',
        product: 'VARCHAR',
        sale_channel: 'VARCHAR',
        owner: 'VARCHAR',
        relation: 'VARCHAR',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE claims AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/claims/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        customer_id: 'VARCHAR',
        customer_key: 'VARCHAR',
        file_id: 'VARCHAR',
        claim_no: 'BIGINT',
        customer_name: 'VARCHAR',
        owner: 'VARCHAR',
        credit_limit: 'DECIMAL(28,6)',
        credit_limit_currency: 'VARCHAR',
        claim_state: 'VARCHAR',
        claim_origin: 'VARCHAR',
        claim_name: 'VARCHAR',
        contract_name: 'VARCHAR',
        product: 'VARCHAR',
        arose_on: 'DATE',
        due_on: 'DATE',
        settled_on: 'DATE',
        arose_no: 'BIGINT',
        due_no: 'BIGINT',
        settled_no: 'BIGINT',
        claim_amount: 'DECIMAL(28,6)',
        open_amount: 'DECIMAL(28,6)',
        claim_currency: 'VARCHAR',
        was_paid: 'BOOLEAN',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE cases AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/cases/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        case_name: 'VARCHAR',
        case_state: 'VARCHAR',
        is_complaint: 'BOOLEAN',
        case_category: 'VARCHAR',
        severity: 'BIGINT',
        product: 'VARCHAR',
        case_channel: 'VARCHAR',
        owner: 'VARCHAR',
        began_on: 'DATE',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE askings AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/askings/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        file_id: 'VARCHAR',
        case_name: 'VARCHAR',
        asking_no: 'BIGINT',
        asking_kind: 'VARCHAR',
        begins_case: 'BOOLEAN',
        asked_at: 'VARCHAR',
        asked_on: 'DATE',
        answered_at: 'VARCHAR',
        answered_on: 'DATE',
        resolved_at: 'VARCHAR',
        resolved_on: 'DATE',
        answer_days: 'BIGINT',
        resolve_days: 'BIGINT',
        answer_minutes: 'BIGINT',
        resolve_minutes: 'BIGINT',
        first_minutes: 'BIGINT',
        end_minutes: 'BIGINT',
        is_timed: 'BOOLEAN',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);

CREATE OR REPLACE TABLE customers AS
SELECT * FROM read_csv(
    getvariable('dataset') || '/customers/*/part.csv',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false,
    hive_partitioning = true, hive_types = {ledger: VARCHAR},
    columns = {
        customer_id: 'VARCHAR',
        customer_name: 'VARCHAR',
        owner: 'VARCHAR',
        lifecycle: 'VARCHAR',
        deal_count: 'BIGINT',
        bought_amount: 'DECIMAL(28,6)',
        bought_others: 'VARCHAR',
        last_order_on: 'DATE',
        next_at: 'VARCHAR',
        valid_from: 'DATE',
        valid_to: 'DATE'
    }
);
