-- crm report sales: money booked, billed and received in the fiscal quarter up to the day, by the owner of the day of each,
-- beside the same days a year before. Reps come in the order of the team. Money in currencies without a rate is in no sum.
-- Sales of partners, agents and suppliers do not count. A half is rounded away from zero.
WITH span AS (
    SELECT d.ledger AS ledger, d.quarter_from AS quarter_from, d.as_of_day AS as_of_day, f.year_before AS before_from, t.year_before AS before_to
    FROM days_now d
    JOIN calendar f ON f.ledger = d.ledger AND f.calendar_day = d.quarter_from
    JOIN calendar t ON t.ledger = d.ledger AND t.calendar_day = d.as_of_day
),
sold AS (
    SELECT ledger, 'booked' AS kind, relation, sale_on, is_first, sale_amount, sale_currency, standard_amount, margin_amount,
        quantity_sold, owner
    FROM orders_now
    UNION ALL
    SELECT ledger, 'billed', relation, sale_on, is_first, sale_amount, sale_currency, standard_amount, margin_amount,
        quantity_sold, owner
    FROM invoices_now
    UNION ALL
    SELECT ledger, 'received', relation, sale_on, is_first, sale_amount, sale_currency, standard_amount, margin_amount,
        quantity_sold, owner
    FROM payments_now
),
dated AS (
    SELECT
        s.ledger AS ledger, s.kind, s.is_first, s.margin_amount, s.quantity_sold, COALESCE(s.owner, '') AS seller,
        CASE WHEN s.sale_currency IS NULL THEN s.sale_amount END AS amount,
        CASE WHEN s.sale_currency IS NULL THEN s.standard_amount END AS standard,
        CASE WHEN s.sale_on BETWEEN p.quarter_from AND p.as_of_day THEN 1 ELSE 0 END AS is_inside,
        CASE WHEN s.sale_on BETWEEN p.before_from AND p.before_to THEN 1 ELSE 0 END AS is_earlier
    FROM sold s
    JOIN span p ON p.ledger = s.ledger
    WHERE s.relation = 'customer'
),
sums AS (
    SELECT
        ledger, seller,
        SUM(CASE WHEN is_inside = 1 AND kind = 'booked' AND is_first THEN 1 ELSE 0 END) AS order_count,
        SUM(CASE WHEN is_inside = 1 AND kind = 'booked' THEN COALESCE(amount, 0) ELSE 0 END) AS booked,
        SUM(CASE WHEN is_inside = 1 AND kind = 'booked' THEN COALESCE(standard, 0) ELSE 0 END) AS standard,
        SUM(CASE WHEN is_inside = 1 AND kind = 'billed' THEN COALESCE(amount, 0) ELSE 0 END) AS billed,
        SUM(CASE WHEN is_inside = 1 AND kind = 'received' THEN COALESCE(amount, 0) ELSE 0 END) AS received,
        SUM(CASE WHEN is_inside = 1 AND kind = 'booked' AND amount IS NOT NULL THEN COALESCE(margin_amount, 0) ELSE 0 END)
            AS margin,
        SUM(CASE WHEN is_inside = 1 AND kind = 'booked' AND margin_amount IS NOT NULL THEN COALESCE(amount, 0) ELSE 0 END)
            AS costed,
        SUM(CASE WHEN is_inside = 1 AND kind = 'booked' THEN quantity_sold END) AS quantity,
        SUM(CASE WHEN is_earlier = 1 AND kind = 'booked' THEN COALESCE(amount, 0) ELSE 0 END) AS year_before
    FROM dated
    WHERE is_inside = 1 OR (is_earlier = 1 AND kind = 'booked')
    GROUP BY ledger, seller
),
rates AS (
    SELECT
        s.*,
        CASE WHEN s.costed > 0 THEN CAST(s.margin AS DOUBLE) / CAST(s.costed AS DOUBLE) END AS margin_rate,
        CASE WHEN s.year_before > 0
            THEN (CAST(s.booked AS DOUBLE) - CAST(s.year_before AS DOUBLE)) / CAST(s.year_before AS DOUBLE)
            END AS growth
    FROM sums s
)
SELECT
    s.ledger,
    s.seller,
    s.order_count,
    s.booked,
    ROUND(s.standard, 2) AS standard,
    s.billed,
    s.received,
    s.margin,
    SIGN(s.margin_rate) * FLOOR(ABS(s.margin_rate) * 1E6 + 0.5000001E0) / 1E6 AS margin_rate,
    s.costed,
    s.quantity,
    s.year_before,
    SIGN(s.growth) * FLOOR(ABS(s.growth) * 1E6 + 0.5000001E0) / 1E6 AS growth
FROM rates s
LEFT JOIN reps r ON r.ledger = s.ledger AND r.rep = s.seller
ORDER BY s.ledger, COALESCE(r.rep_rank, 999999999), s.seller;
