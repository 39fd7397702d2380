-- crm customers: the customers with a file and those that have bought, with their phase, what they bought, and the next
-- step. The grade is none of a dataset: it compares every customer with all others of its ledger. Money in currencies
-- without a rate is not in the sum.
SELECT
    c.ledger,
    c.customer_id,
    c.customer_name,
    c.owner,
    c.lifecycle,
    c.deal_count,
    c.bought_amount,
    c.last_order_on,
    c.next_at
FROM customers_now c
ORDER BY c.ledger, c.customer_id;
