-- crm report funnel: how many prospects are in each column of a board, their worth, and how many are past the sales
-- cycle. Worth in currencies without a rate is in no sum.
SELECT
    g.ledger,
    g.pipeline,
    g.stage,
    g.stage_label,
    COUNT(s.file_id) AS prospect_count,
    COALESCE(SUM(s.worth_amount), 0) AS worth_sum,
    CASE WHEN g.stage_outcome = 'open' THEN COALESCE(SUM(s.weighted), 0) END AS weighted_sum,
    COUNT(CASE WHEN s.overdue_from <= a.as_of_day THEN 1 END) AS overdue_count
FROM stages g
JOIN boards_now b ON b.ledger = g.ledger AND b.pipeline = g.pipeline
CROSS JOIN as_of a
LEFT JOIN states_now s ON s.ledger = g.ledger AND s.pipeline = g.pipeline AND s.stage_no = g.stage_no
GROUP BY g.ledger, g.pipeline, g.pipeline_no, g.stage, g.stage_no, g.stage_label, g.stage_outcome
ORDER BY g.ledger, g.pipeline_no, g.stage_no;
