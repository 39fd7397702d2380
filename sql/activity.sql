-- crm report ratios: dials, conversations, first meetings set, first meetings held, prospects and closes of each rep, and
-- each as a share of the step before; of fewer than 5 there is no share. Dials, conversations and appointments of a day
-- that a rep counted by hand are those of the tally.
WITH tallied AS (
    SELECT t.ledger, t.rep, t.tally_day, t.dials, t.conversations, t.appointments
    FROM tallies t CROSS JOIN as_of a
    WHERE t.tally_day <= a.as_of_day
),
counted AS (
    SELECT
        x.ledger, COALESCE(x.rep, '') AS rep_id,
        CASE WHEN x.act_step = 'dials' THEN 1 ELSE 0 END AS dials,
        CASE WHEN x.act_step = 'conversations' THEN 1 ELSE 0 END AS conversations,
        CASE WHEN x.act_step = 'appointments' THEN 1 ELSE 0 END AS appointments,
        CASE WHEN x.act_step = 'first-meetings' THEN 1 ELSE 0 END AS first_meetings,
        CASE WHEN x.act_step = 'prospects' THEN 1 ELSE 0 END AS prospects,
        CASE WHEN x.act_step = 'closes' THEN 1 ELSE 0 END AS closes
    FROM acts_now x
    LEFT JOIN tallied t
        ON t.ledger = x.ledger AND t.rep = x.rep AND t.tally_day = x.act_on
        AND x.act_step IN ('dials', 'conversations', 'appointments')
    WHERE t.tally_day IS NULL
    UNION ALL
    SELECT ledger, rep, dials, conversations, appointments, 0, 0, 0 FROM tallied
),
sums AS (
    SELECT
        ledger, rep_id,
        SUM(dials) AS dials, SUM(conversations) AS conversations, SUM(appointments) AS appointments,
        SUM(first_meetings) AS first_meetings, SUM(prospects) AS prospects, SUM(closes) AS closes
    FROM counted
    GROUP BY ledger, rep_id
),
steps AS (
    SELECT ledger, rep_id, 1 AS step_no, 'dials' AS step_name, dials AS step_count, NULL AS before_count FROM sums
    UNION ALL SELECT ledger, rep_id, 2, 'conversations', conversations, dials FROM sums
    UNION ALL SELECT ledger, rep_id, 3, 'appointments', appointments, conversations FROM sums
    UNION ALL SELECT ledger, rep_id, 4, 'first-meetings', first_meetings, appointments FROM sums
    UNION ALL SELECT ledger, rep_id, 5, 'prospects', prospects, first_meetings FROM sums
    UNION ALL SELECT ledger, rep_id, 6, 'closes', closes, prospects FROM sums
)
SELECT
    ledger,
    rep_id,
    step_name,
    step_count,
    CASE WHEN before_count >= 5
        THEN FLOOR(CAST(step_count AS DOUBLE) / CAST(before_count AS DOUBLE) * 1E6 + 0.5000001E0) / 1E6
        END AS step_rate
FROM steps
ORDER BY ledger, rep_id, step_no;
