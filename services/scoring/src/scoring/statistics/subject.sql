-- Whom profiles are of. A subject is one number: party * 4 for a buyer, + 1 for a supplier; a region
-- * 4 + 2. n numbers those that are published, so that a slice of them lies together everywhere.

-- Which purchases are a subject's: those it buys in, bids in or has a contract in.
CREATE OR REPLACE TEMP TABLE st_share AS
SELECT buyer * 4 AS subject, pid FROM st_purchase WHERE buyer IS NOT NULL
UNION ALL
SELECT region::INTEGER * 4 + 2, pid FROM st_purchase WHERE region IS NOT NULL
UNION ALL
SELECT * FROM (
  SELECT party * 4 + 1, pid FROM st_entry
  UNION SELECT supplier * 4 + 1, pid FROM st_deal WHERE supplier IS NOT NULL);

CREATE OR REPLACE TEMP TABLE st_subject AS
SELECT row_number() OVER (ORDER BY s.subject) - 1 AS n, s.subject, s.newest,
  CASE s.subject % 4 WHEN 0 THEN 'buyer' WHEN 1 THEN 'supplier' ELSE 'region' END AS type,
  CASE WHEN s.subject % 4 = 2 THEN lpad((s.subject // 4)::VARCHAR, 2, '0') ELSE o.id END AS id
FROM (SELECT s.subject, max(p.dated) AS newest FROM st_share s JOIN st_purchase p ON p.pid = s.pid
      GROUP BY s.subject) s
LEFT JOIN st_shown o ON o.party = s.subject // 4 AND s.subject % 4 < 2
WHERE o.party IS NOT NULL OR s.subject % 4 = 2;

-- A mark of all that a supplier's network is counted from: while it stays, so does the network.
CREATE OR REPLACE TEMP TABLE st_input AS
WITH entrants AS (
  SELECT pid, sum(hash(party, won, hidden)) AS mark FROM st_entry GROUP BY pid),
met AS (
  SELECT e.party, sum(hash(e.pid, n.mark)) AS mark FROM st_entry e JOIN entrants n ON n.pid = e.pid
  GROUP BY e.party),
sold AS (
  SELECT d.supplier AS party, sum(hash(d.pid, d.contract_no, d.buyer, d.amount, b.amount)) AS mark
  FROM st_deal d LEFT JOIN st_bought b ON b.buyer = d.buyer WHERE d.supplier IS NOT NULL
  GROUP BY d.supplier),
same AS (SELECT party, sum(hash(pid, other, kind)) AS mark FROM st_same GROUP BY party)
SELECT s.subject // 4 AS party, hash(s.newest, m.mark, d.mark, a.mark) AS mark
FROM st_subject s LEFT JOIN met m ON m.party = s.subject // 4
LEFT JOIN sold d ON d.party = s.subject // 4 LEFT JOIN same a ON a.party = s.subject // 4
WHERE s.type = 'supplier';

CREATE OR REPLACE TEMP VIEW st_deal_of AS
SELECT buyer * 4 AS subject, * FROM st_deal WHERE buyer IS NOT NULL
UNION ALL SELECT supplier * 4 + 1, * FROM st_deal WHERE supplier IS NOT NULL
UNION ALL SELECT region::INTEGER * 4 + 2, * FROM st_deal WHERE region IS NOT NULL;

CREATE OR REPLACE TEMP VIEW st_lot_of AS
SELECT buyer * 4 AS subject, * FROM st_lot WHERE buyer IS NOT NULL
UNION ALL SELECT region::INTEGER * 4 + 2, * FROM st_lot WHERE region IS NOT NULL;

CREATE OR REPLACE TEMP VIEW st_due_of AS
SELECT buyer * 4 AS subject, * FROM st_due WHERE buyer IS NOT NULL
UNION ALL SELECT supplier * 4 + 1, * FROM st_due WHERE supplier IS NOT NULL
UNION ALL SELECT region::INTEGER * 4 + 2, * FROM st_due WHERE region IS NOT NULL;

-- Deals by both sides: whom a subject deals with, and why somebody is not shown.
CREATE OR REPLACE TEMP VIEW st_met AS
SELECT m.subject, m.side, o.id,
  CASE WHEN m.other IS NULL THEN 'unnamed' WHEN v.party IS NOT NULL THEN 'natural_persons'
       WHEN o.party IS NULL THEN 'name_only' END AS hidden,
  m.contracts, m.amount
FROM (
  SELECT subject, side, other, count(*) AS contracts, sum(amount) AS amount
  FROM (
    SELECT buyer * 4 AS subject, 'suppliers' AS side, supplier AS other, amount
    FROM st_deal WHERE buyer IS NOT NULL
    UNION ALL SELECT supplier * 4 + 1, 'buyers', buyer, amount FROM st_deal
    WHERE supplier IS NOT NULL
    UNION ALL SELECT region::INTEGER * 4 + 2, 'suppliers', supplier, amount FROM st_deal
    WHERE region IS NOT NULL
    UNION ALL SELECT region::INTEGER * 4 + 2, 'buyers', buyer, amount FROM st_deal
    WHERE region IS NOT NULL)
  GROUP BY subject, side, other) m
LEFT JOIN st_shown o ON o.party = m.other LEFT JOIN st_private v ON v.party = m.other;
