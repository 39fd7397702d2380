-- crm report service: cases, and how long they wait for an answer and for their end: Kaplan-Meier, those that wait still
-- are censored at the end of the day. Times are working hours if everything that was done has a time of day, else working
-- days. Whether promises were kept depends on grades, which are none of a dataset.
WITH clocks AS (
    SELECT ledger, MIN(CASE WHEN is_timed THEN 1 ELSE 0 END) AS in_hours FROM askings_now GROUP BY ledger
),
waits AS (
    SELECT
        q.ledger AS ledger, k.in_hours, l.day_minutes, q.answer_days, q.resolve_days, q.answer_minutes, q.resolve_minutes,
        q.answered_on, q.resolved_on,
        d.as_of_worked - c.worked_days AS days_now,
        CASE
            WHEN q.asked_on = d.as_of_day THEN q.end_minutes
            ELSE q.first_minutes + n.end_minutes
                + (d.as_of_worked - CASE WHEN n.is_worked THEN 1 ELSE 0 END - c.worked_days) * l.day_minutes
        END AS minutes_now
    FROM askings_now q
    JOIN clocks k ON k.ledger = q.ledger
    JOIN ledgers l ON l.ledger = q.ledger
    JOIN days_now d ON d.ledger = q.ledger
    JOIN calendar n ON n.ledger = q.ledger AND n.calendar_day = d.as_of_day
    JOIN calendar c ON c.ledger = q.ledger AND c.calendar_day = q.asked_on
    WHERE q.begins_case
),
-- Each case waits for two things: an answer, and its end.
begun AS (
    SELECT ledger, in_hours, day_minutes, days_now, minutes_now, 'answer' AS wanted,
        answered_on AS done_on, answer_days AS done_days, answer_minutes AS done_minutes
    FROM waits
    UNION ALL
    SELECT ledger, in_hours, day_minutes, days_now, minutes_now, 'resolve', resolved_on, resolve_days, resolve_minutes
    FROM waits
),
times AS (
    SELECT
        ledger, wanted,
        CASE WHEN done_on IS NULL THEN 0 ELSE 1 END AS done,
        CASE
            WHEN in_hours = 0 THEN CASE WHEN done_on IS NULL THEN days_now ELSE done_days END
            WHEN done_on IS NULL THEN COALESCE(minutes_now, days_now * day_minutes)
            ELSE COALESCE(done_minutes, done_days * day_minutes)
        END AS took
    FROM begun
),
steps AS (
    SELECT
        t.ledger AS ledger, t.wanted AS wanted, t.took, t.done, z.n - COALESCE(SUM(t.leaving) OVER (
            PARTITION BY t.ledger, t.wanted ORDER BY t.took ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS at_risk
    FROM (
        SELECT ledger, wanted, took, COUNT(*) AS leaving, SUM(done) AS done
        FROM times
        GROUP BY ledger, wanted, took
    ) t
    JOIN (SELECT ledger, wanted, COUNT(*) AS n FROM times GROUP BY ledger, wanted) z
        ON z.ledger = t.ledger AND z.wanted = t.wanted
),
curve AS (
    SELECT
        ledger, wanted, took,
        CASE WHEN at_risk = done THEN 0E0 ELSE EXP(SUM(
            CASE WHEN at_risk > done THEN LN(CAST(at_risk - done AS DOUBLE) / CAST(at_risk AS DOUBLE)) ELSE 0E0 END
        ) OVER (PARTITION BY ledger, wanted ORDER BY took ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) END AS waiting
    FROM steps
    WHERE done > 0
),
quantiles AS (
    SELECT
        ledger,
        MIN(CASE WHEN wanted = 'answer' AND waiting <= 0.5E0 + 1E-12 THEN took END) AS answer_median,
        MIN(CASE WHEN wanted = 'answer' AND waiting <= 0.1E0 + 1E-12 THEN took END) AS answer_p90,
        MIN(CASE WHEN wanted = 'resolve' AND waiting <= 0.5E0 + 1E-12 THEN took END) AS resolve_median,
        MIN(CASE WHEN wanted = 'resolve' AND waiting <= 0.1E0 + 1E-12 THEN took END) AS resolve_p90
    FROM curve
    GROUP BY ledger
),
sizes AS (
    SELECT ledger, COUNT(*) AS asked, CASE WHEN MIN(in_hours) = 1 THEN 60E0 ELSE 1E0 END AS unit
    FROM waits
    GROUP BY ledger
),
begins AS (
    SELECT ledger, file_id, case_name, COUNT(*) AS times FROM askings_now WHERE begins_case GROUP BY ledger, file_id, case_name
),
counts AS (
    SELECT
        c.ledger AS ledger,
        COUNT(*) AS case_count,
        SUM(CASE WHEN c.is_complaint THEN 1 ELSE 0 END) AS complaints,
        SUM(CASE WHEN c.case_state IN ('open', 'in-hand') THEN 1 ELSE 0 END) AS open_count,
        SUM(CASE WHEN b.times > 1 THEN 1 ELSE 0 END) AS reopened
    FROM cases_now c
    LEFT JOIN begins b ON b.ledger = c.ledger AND b.file_id = c.file_id AND b.case_name = c.case_name
    GROUP BY c.ledger
)
SELECT
    c.ledger,
    c.case_count,
    c.complaints,
    c.open_count,
    CASE WHEN c.case_count >= 5
        THEN FLOOR(CAST(c.reopened AS DOUBLE) / CAST(c.case_count AS DOUBLE) * 1E6 + 0.5000001E0) / 1E6
        END AS reopened,
    s.asked,
    CASE WHEN s.asked >= 5 THEN FLOOR(q.answer_median / s.unit * 1E6 + 0.5000001E0) / 1E6 END AS answer_median,
    CASE WHEN s.asked >= 5 THEN FLOOR(q.answer_p90 / s.unit * 1E6 + 0.5000001E0) / 1E6 END AS answer_p90,
    CASE WHEN s.asked >= 5 THEN FLOOR(q.resolve_median / s.unit * 1E6 + 0.5000001E0) / 1E6 END AS resolve_median,
    CASE WHEN s.asked >= 5 THEN FLOOR(q.resolve_p90 / s.unit * 1E6 + 0.5000001E0) / 1E6 END AS resolve_p90
FROM counts c
JOIN sizes s ON s.ledger = c.ledger
LEFT JOIN quantiles q ON q.ledger = c.ledger
ORDER BY c.ledger;
