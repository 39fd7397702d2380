-- The ledgers of a dataset as they were known at the end of one day.
--
-- The day is that of `as_of`, a view or table of one row that comes first:
--     CREATE OR REPLACE TEMP VIEW as_of AS SELECT DATE '2010-03-31' AS as_of_day;
-- Some engines settle a view when it is made: run this file again after each change of the day.
--
-- A row of a dated table is true from `valid_from` on and before `valid_to`: of each of these tables, the rows that are true
-- on the day. Nothing else is decided here: what counts on a day was decided by `crm export dataset`.

CREATE OR REPLACE TEMP VIEW prospects_now AS
SELECT t.* FROM prospects t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW states_now AS
SELECT t.* FROM states t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW stage_spells_now AS
SELECT t.* FROM stage_spells t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW owner_spells_now AS
SELECT t.* FROM owner_spells t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW pursuits_now AS
SELECT t.* FROM pursuits t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW clock_passes_now AS
SELECT t.* FROM clock_passes t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW acts_now AS
SELECT t.* FROM acts t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW orders_now AS
SELECT t.* FROM orders t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW invoices_now AS
SELECT t.* FROM invoices t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW payments_now AS
SELECT t.* FROM payments t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW claims_now AS
SELECT t.* FROM claims t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW cases_now AS
SELECT t.* FROM cases t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW askings_now AS
SELECT t.* FROM askings t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

CREATE OR REPLACE TEMP VIEW customers_now AS
SELECT t.* FROM customers t CROSS JOIN as_of a
WHERE t.valid_from <= a.as_of_day AND (t.valid_to IS NULL OR a.as_of_day < t.valid_to);

-- The day in each ledger.
CREATE OR REPLACE TEMP VIEW days_now AS
SELECT
    l.ledger AS ledger, a.as_of_day AS as_of_day, c.day_no AS as_of_no, c.worked_days AS as_of_worked,
    c.quarter_from AS quarter_from, c.quarter_to AS quarter_to
FROM ledgers l
CROSS JOIN as_of a
LEFT JOIN calendar c ON c.ledger = l.ledger AND c.calendar_day = a.as_of_day;

-- The boards with prospects on that day; of a ledger without any, its first.
CREATE OR REPLACE TEMP VIEW boards_now AS
SELECT b.ledger AS ledger, b.pipeline AS pipeline, b.pipeline_no AS pipeline_no, b.won_no AS won_no
FROM (
    SELECT g.ledger, g.pipeline, g.pipeline_no,
        MAX(CASE WHEN g.stage_outcome = 'won' THEN g.stage_no END) AS won_no
    FROM stages g
    GROUP BY g.ledger, g.pipeline, g.pipeline_no
) b
LEFT JOIN (SELECT ledger, pipeline, COUNT(*) AS held FROM states_now GROUP BY ledger, pipeline) h
    ON h.ledger = b.ledger AND h.pipeline = b.pipeline
LEFT JOIN (SELECT ledger, COUNT(*) AS held FROM states_now GROUP BY ledger) n ON n.ledger = b.ledger
WHERE h.held IS NOT NULL OR (n.held IS NULL AND b.pipeline_no = 0);
