-- crm report cycle: the share of passes on the clock that was won, lost, or fell back by a day, the three competing
-- (Aalen-Johansen), with intervals on the log-log scale (variance of Marubini and Valsecchi). Of fewer than 5 passes there
-- is no share. `fell_back` is a column of the report only where a pass fell back. A half is rounded up.
WITH passes AS (
    SELECT
        p.ledger, p.pipeline, p.cycle_days, p.pass_end,
        COALESCE(p.ended_no, d.as_of_no) - p.started_no AS days
    FROM clock_passes_now p
    JOIN days_now d ON d.ledger = p.ledger
    WHERE p.started_on <= COALESCE(p.ended_on, d.as_of_day)
),
sizes AS (
    SELECT ledger, pipeline, COUNT(*) AS n, MAX(days) AS t_max
    FROM passes
    GROUP BY ledger, pipeline
),
-- What happened on each day, and how many had been left to it.
steps AS (
    SELECT
        t.ledger, t.pipeline, t.days, t.won, t.lost, t.fell, t.won + t.lost + t.fell AS ended,
        z.n - COALESCE(SUM(t.leaving) OVER (
            PARTITION BY t.ledger, t.pipeline ORDER BY t.days ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS at_risk
    FROM (
        SELECT
            ledger, pipeline, days,
            COUNT(*) AS leaving,
            SUM(CASE WHEN pass_end = 'won' THEN 1 ELSE 0 END) AS won,
            SUM(CASE WHEN pass_end = 'lost' THEN 1 ELSE 0 END) AS lost,
            SUM(CASE WHEN pass_end = 'fell-back' THEN 1 ELSE 0 END) AS fell
        FROM passes
        GROUP BY ledger, pipeline, days
    ) t
    JOIN sizes z ON z.ledger = t.ledger AND z.pipeline = t.pipeline
),
logs AS (
    SELECT
        s.ledger, s.pipeline, s.days, s.ended, s.won, s.lost, s.fell,
        CAST(s.at_risk AS DOUBLE) AS n,
        SUM(CASE WHEN s.at_risk > s.ended THEN LN(CAST(s.at_risk - s.ended AS DOUBLE) / s.at_risk) ELSE 0E0 END) OVER (
            PARTITION BY s.ledger, s.pipeline ORDER BY s.days ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS ln_after,
        CASE WHEN s.at_risk > s.ended THEN LN(CAST(s.at_risk - s.ended AS DOUBLE) / s.at_risk) ELSE 0E0 END AS ln_own
    FROM steps s
    WHERE s.ended > 0
),
-- The share that is left before and after each day, and what each kind has taken by it.
curve AS (
    SELECT
        l.*,
        EXP(l.ln_after - l.ln_own) AS share_before,
        CASE WHEN l.n > l.ended THEN EXP(l.ln_after) ELSE 0E0 END AS share_after,
        SUM(EXP(l.ln_after - l.ln_own) * l.won / l.n) OVER (
            PARTITION BY l.ledger, l.pipeline ORDER BY l.days ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS won_share,
        SUM(EXP(l.ln_after - l.ln_own) * l.lost / l.n) OVER (
            PARTITION BY l.ledger, l.pipeline ORDER BY l.days ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS lost_share,
        SUM(EXP(l.ln_after - l.ln_own) * l.fell / l.n) OVER (
            PARTITION BY l.ledger, l.pipeline ORDER BY l.days ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS fell_share
    FROM logs l
),
wanted AS (
    SELECT DISTINCT ledger, pipeline, by_day
    FROM (
        SELECT z.ledger AS ledger, z.pipeline AS pipeline, w.by_day AS by_day
        FROM sizes z
        CROSS JOIN (
            SELECT 7 AS by_day UNION ALL SELECT 14 UNION ALL SELECT 28 UNION ALL SELECT 60
            UNION ALL SELECT 90 UNION ALL SELECT 180 UNION ALL SELECT 365 UNION ALL SELECT 730
        ) w
        WHERE z.n >= 5 AND w.by_day <= z.t_max
        UNION ALL
        SELECT p.ledger, p.pipeline, p.cycle_days
        FROM passes p
        JOIN sizes z ON z.ledger = p.ledger AND z.pipeline = p.pipeline
        WHERE z.n >= 5 AND p.cycle_days <= z.t_max
        UNION ALL
        SELECT ledger, pipeline, t_max FROM sizes WHERE n >= 5
    ) every_day
),
-- The curve at each wanted day.
found AS (
    SELECT w.ledger, w.pipeline, w.by_day,
        MAX(c.days) AS step_day
    FROM wanted w
    LEFT JOIN curve c ON c.ledger = w.ledger AND c.pipeline = w.pipeline AND c.days <= w.by_day
    GROUP BY w.ledger, w.pipeline, w.by_day
),
shares AS (
    SELECT
        f.ledger, f.pipeline, f.by_day,
        COALESCE(c.won_share, 0E0) AS won_share,
        COALESCE(c.lost_share, 0E0) AS lost_share,
        COALESCE(c.fell_share, 0E0) AS fell_share,
        COALESCE(c.share_after, 1E0) AS open_share
    FROM found f
    LEFT JOIN curve c ON c.ledger = f.ledger AND c.pipeline = f.pipeline AND c.days = f.step_day
),
variances AS (
    SELECT
        s.ledger, s.pipeline, s.by_day,
        SUM(CASE WHEN c.n > c.ended
                THEN (s.won_share - c.won_share) * (s.won_share - c.won_share) * c.ended / (c.n * (c.n - c.ended))
                ELSE 0E0 END
            + c.share_before * c.share_before * c.won * (c.n - c.won) / (c.n * c.n * c.n)
            - 2 * (s.won_share - c.won_share) * c.share_before * c.won / (c.n * c.n)) AS won_variance,
        SUM(CASE WHEN c.n > c.ended
                THEN (s.lost_share - c.lost_share) * (s.lost_share - c.lost_share) * c.ended / (c.n * (c.n - c.ended))
                ELSE 0E0 END
            + c.share_before * c.share_before * c.lost * (c.n - c.lost) / (c.n * c.n * c.n)
            - 2 * (s.lost_share - c.lost_share) * c.share_before * c.lost / (c.n * c.n)) AS lost_variance
    FROM shares s
    JOIN curve c ON c.ledger = s.ledger AND c.pipeline = s.pipeline AND c.days <= s.by_day
    GROUP BY s.ledger, s.pipeline, s.by_day
),
spreads AS (
    SELECT
        s.*,
        CASE WHEN s.won_share > 0 AND s.won_share < 1
            THEN 1.959963984540054E0 * SQRT(CASE WHEN v.won_variance > 0 THEN v.won_variance ELSE 0E0 END)
                / (s.won_share * ABS(LN(s.won_share))) END AS won_spread,
        CASE WHEN s.lost_share > 0 AND s.lost_share < 1
            THEN 1.959963984540054E0 * SQRT(CASE WHEN v.lost_variance > 0 THEN v.lost_variance ELSE 0E0 END)
                / (s.lost_share * ABS(LN(s.lost_share))) END AS lost_spread
    FROM shares s
    LEFT JOIN variances v ON v.ledger = s.ledger AND v.pipeline = s.pipeline AND v.by_day = s.by_day
),
lasting AS (
    SELECT s.ledger, s.pipeline, s.by_day, COUNT(*) AS at_risk
    FROM spreads s
    JOIN passes p ON p.ledger = s.ledger AND p.pipeline = s.pipeline AND p.days >= s.by_day
    GROUP BY s.ledger, s.pipeline, s.by_day
)
SELECT
    b.ledger,
    b.pipeline,
    s.by_day,
    FLOOR(s.won_share * 1E6 + 0.5000001E0) / 1E6 AS won_share,
    FLOOR(POWER(s.won_share, EXP(s.won_spread)) * 1E6 + 0.5000001E0) / 1E6 AS won_low,
    FLOOR(POWER(s.won_share, EXP(-s.won_spread)) * 1E6 + 0.5000001E0) / 1E6 AS won_high,
    FLOOR(s.lost_share * 1E6 + 0.5000001E0) / 1E6 AS lost_share,
    FLOOR(POWER(s.lost_share, EXP(s.lost_spread)) * 1E6 + 0.5000001E0) / 1E6 AS lost_low,
    FLOOR(POWER(s.lost_share, EXP(-s.lost_spread)) * 1E6 + 0.5000001E0) / 1E6 AS lost_high,
    FLOOR(s.fell_share * 1E6 + 0.5000001E0) / 1E6 AS fell_back,
    FLOOR(s.open_share * 1E6 + 0.5000001E0) / 1E6 AS still_open,
    l.at_risk
FROM boards_now b
LEFT JOIN spreads s ON s.ledger = b.ledger AND s.pipeline = b.pipeline
LEFT JOIN lasting l ON l.ledger = s.ledger AND l.pipeline = s.pipeline AND l.by_day = s.by_day
ORDER BY b.ledger, b.pipeline_no, s.by_day;
