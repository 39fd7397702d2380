-- crm report receivables: what each customer owes by age, what is to come, and what is prepaid; a row for each currency,
-- those who owe most past its due day first. Ages are those of the settings, as far as these have three limits.
WITH owed AS (
    SELECT
        c.ledger AS ledger, c.customer_id, c.customer_key, c.customer_name, c.owner, c.claim_state, c.open_amount, c.claim_currency,
        CASE WHEN COALESCE(c.claim_currency, '') = COALESCE(c.credit_limit_currency, '') THEN c.credit_limit END
            AS credit_limit,
        CASE
            WHEN c.claim_state <> 'claim' OR d.as_of_no <= c.due_no THEN 0
            WHEN d.as_of_no - c.due_no <= l.age_limit_1 THEN 1
            WHEN d.as_of_no - c.due_no <= l.age_limit_2 THEN 2
            WHEN d.as_of_no - c.due_no <= l.age_limit_3 THEN 3
            ELSE 4
        END AS age_no
    FROM claims_now c
    JOIN days_now d ON d.ledger = c.ledger
    JOIN ledgers l ON l.ledger = c.ledger
),
sums AS (
    SELECT
        ledger, customer_id, customer_key, customer_name, owner, claim_currency, MAX(credit_limit) AS credit_limit,
        SUM(CASE WHEN claim_state = 'to-come' THEN open_amount ELSE 0 END) AS to_come,
        SUM(CASE WHEN claim_state = 'claim' AND age_no = 0 THEN open_amount ELSE 0 END) AS not_due,
        SUM(CASE WHEN claim_state = 'claim' AND age_no = 1 THEN open_amount ELSE 0 END) AS age_1,
        SUM(CASE WHEN claim_state = 'claim' AND age_no = 2 THEN open_amount ELSE 0 END) AS age_2,
        SUM(CASE WHEN claim_state = 'claim' AND age_no = 3 THEN open_amount ELSE 0 END) AS age_3,
        SUM(CASE WHEN claim_state = 'claim' AND age_no = 4 THEN open_amount ELSE 0 END) AS age_4,
        SUM(CASE WHEN claim_state = 'claim' THEN open_amount ELSE 0 END) AS open_sum,
        SUM(CASE WHEN claim_state = 'prepaid' THEN open_amount ELSE 0 END) AS prepaid,
        SUM(CASE WHEN claim_state = 'claim' AND age_no > 0 THEN open_amount ELSE 0 END) AS past_due
    FROM owed
    GROUP BY ledger, customer_id, customer_key, customer_name, owner, claim_currency
)
SELECT
    ledger,
    customer_id,
    customer_name,
    owner,
    to_come,
    not_due,
    age_1,
    age_2,
    age_3,
    age_4,
    open_sum,
    prepaid,
    credit_limit
FROM sums
WHERE open_sum <> 0 OR to_come <> 0 OR prepaid <> 0
ORDER BY ledger, COALESCE(claim_currency, ''), past_due DESC, open_sum DESC, customer_id, customer_key;
