-- crm report conversion: of the pursuits that entered a column, the share that ever reached a later one, with its Wilson
-- interval. A pursuit counts once in each column, by its first entry there. Of fewer than 5 there is no rate.
-- A half is rounded up, which ROUND does not do in every engine, and so is what binary numbers leave just below it.
WITH spells AS (
    SELECT
        s.ledger, s.pipeline, s.file_id, s.pursuit_no, s.stage_no, b.won_no,
        ROW_NUMBER() OVER (
            PARTITION BY s.ledger, s.file_id, s.pursuit_no, s.stage_no ORDER BY s.spell_no
        ) AS nth_entry,
        MAX(CASE WHEN s.stage_no <= b.won_no THEN s.stage_no END) OVER (
            PARTITION BY s.ledger, s.file_id, s.pursuit_no ORDER BY s.spell_no
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS best_stage_no
    FROM stage_spells_now s
    JOIN boards_now b ON b.ledger = s.ledger AND b.pipeline = s.pipeline
),
entries AS (
    SELECT
        s.ledger, s.pipeline, s.stage_no, p.end_outcome,
        CASE WHEN s.best_stage_no > s.stage_no THEN 1 ELSE 0 END AS advanced
    FROM spells s
    JOIN pursuits_now p ON p.ledger = s.ledger AND p.file_id = s.file_id AND p.pursuit_no = s.pursuit_no
    WHERE s.nth_entry = 1 AND s.stage_no < s.won_no
),
counts AS (
    SELECT
        ledger, pipeline, stage_no,
        COUNT(*) AS entered,
        SUM(advanced) AS advanced_count,
        SUM(CASE WHEN advanced = 0 AND end_outcome IS NULL THEN 1 ELSE 0 END) AS still_open,
        SUM(CASE WHEN advanced = 0 AND end_outcome IS NOT NULL THEN 1 ELSE 0 END) AS lost_count,
        SUM(CASE WHEN end_outcome = 'won' THEN 1 ELSE 0 END) AS won_count
    FROM entries
    GROUP BY ledger, pipeline, stage_no
),
rates AS (
    SELECT
        c.*,
        CAST(c.entered AS DOUBLE) AS n,
        CAST(c.advanced_count AS DOUBLE) / c.entered AS p,
        1.959963984540054E0 AS z
    FROM counts c
)
SELECT
    g.ledger,
    g.pipeline,
    g.stage,
    COALESCE(r.entered, 0) AS entered,
    CASE WHEN r.entered >= 5 THEN FLOOR(r.p * 1E6 + 0.5000001E0) / 1E6 END AS advanced_share,
    CASE
        WHEN r.entered < 5 THEN NULL
        WHEN r.advanced_count = 0 THEN 0E0
        ELSE FLOOR((r.p + r.z * r.z / (2 * r.n) - r.z * SQRT(r.p * (1 - r.p) / r.n + r.z * r.z / (4 * r.n * r.n)))
            / (1 + r.z * r.z / r.n) * 1E6 + 0.5000001E0) / 1E6
    END AS advanced_low,
    CASE
        WHEN r.entered < 5 THEN NULL
        WHEN r.advanced_count = r.entered THEN 1E0
        ELSE FLOOR((r.p + r.z * r.z / (2 * r.n) + r.z * SQRT(r.p * (1 - r.p) / r.n + r.z * r.z / (4 * r.n * r.n)))
            / (1 + r.z * r.z / r.n) * 1E6 + 0.5000001E0) / 1E6
    END AS advanced_high,
    COALESCE(r.still_open, 0) AS still_open,
    COALESCE(r.lost_count, 0) AS lost_count,
    COALESCE(r.won_count, 0) AS won_count
FROM stages g
JOIN boards_now b ON b.ledger = g.ledger AND b.pipeline = g.pipeline
LEFT JOIN rates r ON r.ledger = g.ledger AND r.pipeline = g.pipeline AND r.stage_no = g.stage_no
WHERE g.stage_outcome = 'open'
ORDER BY g.ledger, b.pipeline_no, g.stage_no;
