-- What every figure is taken from, once per round: purchases, deals, lots, entries. One statement
-- each, in this order; st_today and st_seat are made before. What changes between two statements is
-- counted in the next round.
-- A figure counts what is told; what is not told is left out under a reason, and counted there.

-- Natural persons and sole traders: nothing is published about them, and nobody is shown with them.
CREATE OR REPLACE TEMP TABLE st_private AS
SELECT party FROM party WHERE person
UNION SELECT party FROM participant WHERE type_code IN (2, 3);

-- Who may be shown: organisations whose identity is sure.
CREATE OR REPLACE TEMP TABLE st_shown AS
SELECT party, id FROM party WHERE NOT weak AND party NOT IN (FROM st_private);

CREATE OR REPLACE TEMP TABLE st_purchase AS
SELECT p.pid, coalesce(p.buyer, p.entity) AS buyer, s.region,
  coalesce(p.year, year(coalesce(p.published_on, p.first_on)))::INTEGER AS year,
  date_trunc('month', coalesce(p.published_on, p.first_on))::DATE AS month,
  p.method, p.category, p.submitted, p.has_bids, instant(p.date_text) AS dated,
  CASE WHEN p.tender_status IN ('cancelled', 'withdrawn') THEN 'cancelled'
       WHEN p.tender_status IN ('planning', 'planned') OR p.end_at > t.moment
         OR (p.tender_status = 'active' AND p.end_at IS NULL AND p.active_awards = 0)
         THEN 'still_open' END AS unfinished
FROM process p CROSS JOIN st_today t LEFT JOIN st_seat s ON s.kato = p.buyer_kato;

-- A deal: a contract that was concluded; where the publisher tells of no contracts, an award that
-- stands. Sums are net of VAT where that is told. why: the reason to leave its sum out.
CREATE OR REPLACE TEMP TABLE st_deal AS
SELECT d.pid, d.contract_no, d.lot_no, p.buyer, p.region, coalesce(d.year, p.year) AS year,
  coalesce(date_trunc('month', d.signed_on)::DATE, p.month) AS month,
  p.method, p.category, d.supplier,
  CASE WHEN d.amount > 0 AND d.currency = 'KZT' THEN d.amount END AS amount,
  CASE WHEN d.amount IS NULL OR d.amount <= 0 THEN 'no_sum'
       WHEN d.currency IS DISTINCT FROM 'KZT' THEN 'other_currency' END AS why
FROM (
  SELECT pid, contract_no, lot_no, supplier, year, signed_on, currency,
    TRY_CAST(coalesce(net, value) AS DECIMAL(20, 2)) AS amount
  FROM contract WHERE status IN ('active', 'terminated') OR (status IS NULL AND signed_at IS NOT NULL)
  UNION ALL
  SELECT a.pid, NULL, a.lot_no, a.sole, NULL, a.date_on, a.currency,
    TRY_CAST(a.amount AS DECIMAL(20, 2))
  FROM award a JOIN process p ON p.pid = a.pid
  WHERE a.status = 'active' AND NOT coalesce(p.has_contracts, false)) d
JOIN st_purchase p ON p.pid = d.pid;

-- What was competed for: a lot; the whole purchase where its bids name no lots.
-- no_bids, no_price: the reason not to count how many bid, or what was saved.
CREATE OR REPLACE TEMP TABLE st_lot AS
WITH bid_for AS (SELECT pid, sum(submitted) AS submitted FROM lot GROUP BY pid),
given AS (
  SELECT pid, count(*) AS awards, count(amount) AS priced, sum(amount) AS amount,
    count(CASE WHEN currency = 'KZT' THEN 1 END) AS tenge
  FROM award WHERE status = 'active' GROUP BY pid),
competed AS (
  SELECT l.pid, l.lot_no, l.status, l.amount AS planned, l.currency, l.active_awards AS awards,
    CASE WHEN l.active_awards = 1 THEN l.awarded END AS awarded,
    l.submitted AS bidders, l.disqualified, l.unknown_bids
  FROM lot l JOIN bid_for b ON b.pid = l.pid JOIN process p ON p.pid = l.pid
  WHERE b.submitted > 0 OR p.submitted = 0
  UNION ALL
  SELECT p.pid, NULL, p.tender_status, p.value,
    CASE WHEN g.tenge = g.awards THEN p.currency END, coalesce(g.awards, 0),
    CASE WHEN g.priced = g.awards THEN g.amount END,
    p.submitted, p.disqualified, p.unknown_bids
  FROM process p LEFT JOIN bid_for b ON b.pid = p.pid LEFT JOIN given g ON g.pid = p.pid
  WHERE b.pid IS NULL OR (b.submitted = 0 AND p.submitted > 0)),
told AS (
  SELECT c.*, p.buyer, p.region, p.year, p.month, p.has_bids, p.method,
    CASE WHEN c.status IN ('cancelled', 'withdrawn') THEN 'cancelled' ELSE p.unfinished END
      AS unfinished,
    TRY_CAST(c.planned AS DECIMAL(20, 2)) AS estimate, TRY_CAST(c.awarded AS DECIMAL(20, 2)) AS price
  FROM competed c JOIN st_purchase p ON p.pid = c.pid WHERE p.method IS DISTINCT FROM 'direct')
SELECT pid, lot_no, buyer, region, year, month, bidders, disqualified, estimate, price,
  CASE WHEN method IS NULL THEN 'no_method' WHEN unfinished IS NOT NULL THEN unfinished
       WHEN NOT has_bids OR unknown_bids > 0 THEN 'no_bids_told' END AS no_bids,
  CASE WHEN method IS NULL THEN 'no_method' WHEN unfinished IS NOT NULL THEN unfinished
       WHEN awards = 0 THEN 'not_awarded' WHEN estimate IS NULL OR estimate <= 0 THEN 'no_plan'
       WHEN price IS NULL OR price <= 0 THEN 'no_price'
       WHEN currency IS DISTINCT FROM 'KZT' THEN 'other_currency' END AS no_price
FROM told;

-- Who took part in a purchase with a bid, and whether anything in it went to them; hidden: why it is
-- not shown. In the order of parties, so that a slice of them is found without reading all.
CREATE OR REPLACE TEMP TABLE st_entry AS
SELECT e.pid, e.party, w.party IS NOT NULL AS won,
  (count(*) OVER (PARTITION BY e.pid))::INTEGER AS entrants,
  CASE WHEN v.party IS NOT NULL THEN 'natural_persons' WHEN o.party IS NULL THEN 'name_only' END
    AS hidden
FROM (
  SELECT DISTINCT pid, party FROM bid_tenderer
  WHERE party IS NOT NULL AND coalesce(status NOT IN ('invited', 'withdrawn'), true)) e
LEFT JOIN (
  SELECT pid, party FROM award_supplier WHERE status = 'active' AND party IS NOT NULL
  UNION SELECT pid, supplier FROM st_deal WHERE supplier IS NOT NULL) w
  ON w.pid = e.pid AND w.party = e.party
LEFT JOIN st_private v ON v.party = e.party LEFT JOIN st_shown o ON o.party = e.party
ORDER BY e.party;

-- Contracts whose planned end has passed on the newest day, and what became of them; why: the reason
-- not to count one.
CREATE OR REPLACE TEMP TABLE st_due AS
SELECT d.pid, d.contract_no, d.buyer, d.region, d.supplier, d.year,
  CASE WHEN c.planned_on IS NULL THEN 'no_planned_day'
       WHEN c.executed_on IS NULL AND c.ended_on IS NULL AND c.status = 'terminated'
         THEN 'no_executed_day' END AS why,
  CASE WHEN c.executed_on <= c.planned_on THEN 'in_time'
       WHEN c.executed_on IS NOT NULL THEN 'late'
       WHEN c.ended_on IS NOT NULL THEN 'ended_early'
       WHEN c.status IS DISTINCT FROM 'terminated' THEN 'overdue' END AS outcome,
  CASE WHEN c.executed_on > c.planned_on THEN c.executed_on - c.planned_on END AS days_late,
  c.planned_on > c.first_planned_on AS moved
FROM contract c JOIN st_deal d ON d.pid = c.pid AND d.contract_no = c.contract_no
CROSS JOIN st_today t
WHERE c.planned_on IS NULL OR c.planned_on <= t.day OR c.executed_on IS NOT NULL;

CREATE OR REPLACE TEMP TABLE st_bought AS
SELECT buyer, sum(amount) AS amount FROM st_deal WHERE buyer IS NOT NULL GROUP BY buyer;

-- Who bid in the same purchase with a contact in common.
CREATE OR REPLACE TEMP TABLE st_same AS
WITH marked AS (
  SELECT DISTINCT m.pid, m.party, m.kind, m.mark FROM participant_mark m
  JOIN st_entry e ON e.pid = m.pid AND e.party = m.party)
SELECT a.pid, a.party, b.party AS other, a.kind FROM marked a
JOIN marked b ON b.pid = a.pid AND b.kind = a.kind AND b.mark = a.mark AND b.party <> a.party;
