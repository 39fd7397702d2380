-- crm report bridge: from the open prospects of seven days before to those of the day, change by change. Opening and
-- changes add up to the closing. Money in currencies without a rate is in no sum, and its changes are no lines. `corrected` is a line of the report
-- only where an entry from before the period was retracted.
WITH span AS (
    SELECT
        CAST(as_of_day - INTERVAL '6' DAY AS DATE) AS from_day,
        CAST(as_of_day - INTERVAL '7' DAY AS DATE) AS eve_day,
        as_of_day
    FROM as_of
),
opening AS (
    SELECT
        t.ledger AS ledger, t.file_id, t.pipeline, t.pursuit_no, t.stage_no, t.owner, t.close_by,
        CASE WHEN t.value_currency IS NULL THEN COALESCE(t.value_amount, 0) ELSE 0 END AS own_value,
        COALESCE(t.weighted, 0) AS weighted
    FROM states t CROSS JOIN span p
    WHERE t.stage_outcome = 'open'
        AND t.valid_from <= p.eve_day AND (t.valid_to IS NULL OR p.eve_day < t.valid_to)
),
closing AS (
    SELECT
        t.ledger AS ledger, t.file_id, t.pipeline, t.pursuit_no, t.stage_no, t.owner, t.close_by,
        CASE WHEN t.value_currency IS NULL THEN COALESCE(t.value_amount, 0) ELSE 0 END AS own_value,
        COALESCE(t.weighted, 0) AS weighted
    FROM states_now t
    WHERE t.stage_outcome = 'open'
),
-- Open on both days, in one pursuit.
stayed AS (
    SELECT
        o.ledger AS ledger, o.pipeline, o.stage_no AS from_no, c.stage_no AS to_no, o.owner AS from_owner, c.owner AS to_owner,
        o.close_by AS from_close, c.close_by AS to_close, o.own_value AS from_value, c.own_value AS to_value,
        o.weighted AS from_weighted, c.weighted AS to_weighted,
        CAST(ROUND(c.own_value * CAST(g.probability AS DECIMAL(9, 6)), 2) AS DECIMAL(28, 6)) AS revalued
    FROM opening o
    JOIN closing c ON c.ledger = o.ledger AND c.file_id = o.file_id AND c.pursuit_no = o.pursuit_no
    JOIN stages g ON g.ledger = o.ledger AND g.pipeline = o.pipeline AND g.stage_no = o.stage_no
),
-- Open before, and not in that pursuit any more. A pursuit that has not ended is one whose entries were retracted.
gone AS (
    SELECT
        o.ledger AS ledger, o.file_id, o.owner AS from_owner, p.end_owner AS to_owner, p.end_outcome, o.own_value AS from_value,
        o.weighted AS from_weighted, p.worth_amount AS to_value,
        CAST(ROUND(p.worth_amount * CAST(g.probability AS DECIMAL(9, 6)), 2) AS DECIMAL(28, 6)) AS to_weighted
    FROM opening o
    JOIN stages g ON g.ledger = o.ledger AND g.pipeline = o.pipeline AND g.stage_no = o.stage_no
    LEFT JOIN closing c ON c.ledger = o.ledger AND c.file_id = o.file_id AND c.pursuit_no = o.pursuit_no
    LEFT JOIN pursuits_now p
        ON p.ledger = o.ledger AND p.file_id = o.file_id AND p.pursuit_no = o.pursuit_no AND p.ended_on IS NOT NULL
    WHERE c.file_id IS NULL
),
-- Opened and ended in between.
passed AS (
    SELECT
        p.ledger AS ledger, p.end_outcome, p.worth_amount AS own_value,
        CAST(ROUND(p.worth_amount * CAST(g.probability AS DECIMAL(9, 6)), 2) AS DECIMAL(28, 6)) AS weighted
    FROM pursuits_now p
    CROSS JOIN span d
    JOIN stages g ON g.ledger = p.ledger AND g.pipeline = p.pipeline AND g.stage_no = p.left_stage_no
    LEFT JOIN opening o ON o.ledger = p.ledger AND o.file_id = p.file_id AND o.pursuit_no = p.pursuit_no
    WHERE o.file_id IS NULL AND p.ended_on IS NOT NULL AND p.opened_on BETWEEN d.from_day AND d.as_of_day
),
-- Open now, in another pursuit than before or in none.
came AS (
    SELECT
        c.ledger AS ledger, c.own_value AS own_value, c.weighted AS weighted,
        CASE WHEN p.opened_on BETWEEN d.from_day AND d.as_of_day THEN 1 ELSE 0 END AS is_new
    FROM closing c
    CROSS JOIN span d
    LEFT JOIN opening o ON o.ledger = c.ledger AND o.file_id = c.file_id AND o.pursuit_no = c.pursuit_no
    LEFT JOIN pursuits_now p ON p.ledger = c.ledger AND p.file_id = c.file_id AND p.pursuit_no = c.pursuit_no
    WHERE o.file_id IS NULL
),
changes AS (
    SELECT ledger, 1 AS kind, 1 AS delta_count, own_value AS delta_value, weighted AS delta_weighted, own_value AS affected
    FROM passed
    UNION ALL
    SELECT ledger, 1, 1, own_value, weighted, own_value FROM came WHERE is_new = 1
    UNION ALL
    SELECT ledger, CASE WHEN to_value > from_value THEN 2 ELSE 3 END, 0, to_value - from_value, revalued - from_weighted, to_value
    FROM stayed
    WHERE to_value <> from_value
    UNION ALL
    SELECT ledger, CASE WHEN to_value > from_value THEN 2 ELSE 3 END, 0, to_value - from_value, to_weighted - from_weighted, to_value
    FROM gone
    WHERE end_outcome IS NOT NULL AND to_value <> from_value
    UNION ALL
    SELECT ledger, CASE WHEN to_no > from_no THEN 4 ELSE 5 END, 0, 0, to_weighted - revalued, to_value
    FROM stayed
    WHERE to_no <> from_no
    UNION ALL
    SELECT ledger, CASE WHEN to_close < from_close THEN 6 ELSE 7 END, 0, 0, 0, to_value
    FROM stayed
    WHERE to_close <> from_close
    UNION ALL
    SELECT ledger, CASE WHEN to_owner IS NULL THEN 8 ELSE 9 END, 0, 0, 0, from_value
    FROM stayed
    WHERE COALESCE(from_owner, '') <> COALESCE(to_owner, '')
    UNION ALL
    SELECT ledger, CASE WHEN to_owner IS NULL THEN 8 ELSE 9 END, 0, 0, 0, from_value
    FROM gone
    WHERE end_outcome IS NOT NULL AND COALESCE(from_owner, '') <> COALESCE(to_owner, '')
    UNION ALL
    SELECT ledger, CASE WHEN end_outcome = 'won' THEN 10 ELSE 11 END, -1, -to_value, -to_weighted, to_value
    FROM gone
    WHERE end_outcome IS NOT NULL
    UNION ALL
    SELECT ledger, CASE WHEN end_outcome = 'won' THEN 10 ELSE 11 END, -1, -own_value, -weighted, own_value FROM passed
    UNION ALL
    SELECT ledger, 12, -1, -from_value, -from_weighted, from_value FROM gone WHERE end_outcome IS NULL
    UNION ALL
    SELECT ledger, 12, 1, own_value, weighted, own_value FROM came WHERE is_new = 0
),
names AS (
    SELECT 1 AS kind, 'new' AS change_name UNION ALL SELECT 2, 'value up' UNION ALL SELECT 3, 'value down'
    UNION ALL SELECT 4, 'advanced' UNION ALL SELECT 5, 'fell back' UNION ALL SELECT 6, 'pulled in'
    UNION ALL SELECT 7, 'pushed' UNION ALL SELECT 8, 'recycled' UNION ALL SELECT 9, 're-assigned'
    UNION ALL SELECT 10, 'won' UNION ALL SELECT 11, 'lost' UNION ALL SELECT 12, 'corrected'
),
bridge_lines AS (
    SELECT l.ledger, 0 AS kind, 'opening' AS change_name, NULLIF(CAST(0 AS BIGINT), 0) AS prospect_count,
        COUNT(o.file_id) AS open_count, SUM(o.own_value) AS value_sum, SUM(o.weighted) AS weighted_sum,
        NULLIF(CAST(0 AS DECIMAL(28, 6)), 0) AS affected_sum
    FROM ledgers l
    LEFT JOIN opening o ON o.ledger = l.ledger
    GROUP BY l.ledger
    UNION ALL
    SELECT l.ledger, n.kind, n.change_name, COUNT(c.kind), COALESCE(SUM(c.delta_count), 0), SUM(c.delta_value),
        SUM(c.delta_weighted), COALESCE(SUM(c.affected), 0)
    FROM ledgers l
    CROSS JOIN names n
    LEFT JOIN changes c ON c.ledger = l.ledger AND c.kind = n.kind
    GROUP BY l.ledger, n.kind, n.change_name
    UNION ALL
    SELECT l.ledger, 13, CONCAT('closing ', d.as_of_day), NULLIF(CAST(0 AS BIGINT), 0), COUNT(c.file_id),
        SUM(c.own_value), SUM(c.weighted), NULLIF(CAST(0 AS DECIMAL(28, 6)), 0)
    FROM ledgers l
    CROSS JOIN as_of d
    LEFT JOIN closing c ON c.ledger = l.ledger
    GROUP BY l.ledger, d.as_of_day
)
SELECT
    ledger,
    change_name,
    prospect_count,
    open_count,
    ROUND(COALESCE(value_sum, 0), 2) AS value_sum,
    ROUND(COALESCE(weighted_sum, 0), 2) AS weighted_sum,
    ROUND(affected_sum, 2) AS affected_sum
FROM bridge_lines
WHERE kind <> 12 OR prospect_count > 0
ORDER BY ledger, kind;
