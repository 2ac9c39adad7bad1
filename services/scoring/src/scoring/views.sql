-- What several indicators share. Created as temporary views in every run, after the tables that
-- shadow the facts, so that they see what the run is about. One statement each.

-- Type 8 (median-unbiased) quantile of a list, p between 0 and 1; the one-element list is a "let".
CREATE OR REPLACE TEMP MACRO quantile8(xs, p) AS
  list_transform([{a: list_sort(xs), n: len(xs), h: (len(xs) + 1e0 / 3) * p + 1e0 / 3}],
    lambda s: CASE WHEN s.n = 0 THEN NULL WHEN s.h < 1 THEN s.a[1] WHEN s.h >= s.n THEN s.a[s.n]
      ELSE s.a[floor(s.h)::BIGINT] + (s.h - floor(s.h))
        * (s.a[floor(s.h)::BIGINT + 1] - s.a[floor(s.h)::BIGINT]) END)[1];

-- The processes with what each group of indicators would miss in them (NULL: nothing), and
-- whether their prices may be compared at all.
CREATE OR REPLACE TEMP VIEW judged AS
SELECT p.*,
  CASE WHEN len(f.compare_only) > 0
         THEN coalesce(list_contains(f.compare_only, p.method_details), false)
       ELSE NOT coalesce(list_contains(f.compare_never, p.method_details), false) END AS comparable,
  CASE WHEN p.has_bids AND p.unknown_bids + p.unpriced_valid + p.unnamed_valid = 0 AND NOT p.mixed
            AND p.has_awards AND p.unknown_awards + p.unnamed_awards = 0 THEN NULL
       ELSE concat_ws(',',
         CASE WHEN NOT p.has_bids THEN 'bids.details' END,
         CASE WHEN p.unknown_bids > 0 THEN 'bids.details.status' END,
         CASE WHEN p.unpriced_valid > 0 OR p.mixed THEN 'bids.details.value' END,
         CASE WHEN p.unnamed_valid > 0 THEN 'bids.details.tenderers.id' END,
         CASE WHEN NOT p.has_awards THEN 'awards' END,
         CASE WHEN p.unknown_awards > 0 THEN 'awards.status' END,
         CASE WHEN p.unnamed_awards > 0 THEN 'awards.suppliers.id' END) END AS lacking_offers,
  CASE WHEN p.has_bids AND p.unknown_bids + p.unpriced = 0 AND NOT p.mixed THEN NULL
       ELSE concat_ws(',',
         CASE WHEN NOT p.has_bids THEN 'bids.details' END,
         CASE WHEN p.unknown_bids > 0 THEN 'bids.details.status' END,
         CASE WHEN p.unpriced > 0 OR p.mixed THEN 'bids.details.value' END) END AS lacking_prices,
  CASE WHEN p.has_bids AND p.unknown_bids + p.unnamed = 0 THEN NULL
       ELSE concat_ws(',',
         CASE WHEN NOT p.has_bids THEN 'bids.details' END,
         CASE WHEN p.unknown_bids > 0 THEN 'bids.details.status' END,
         CASE WHEN p.unnamed > 0 THEN 'bids.details.tenderers.id' END) END AS lacking_bidders,
  CASE WHEN p.has_awards AND p.unknown_awards + p.unnamed_awards = 0 THEN NULL
       ELSE concat_ws(',',
         CASE WHEN NOT p.has_awards THEN 'awards' END,
         CASE WHEN p.unknown_awards > 0 THEN 'awards.status' END,
         CASE WHEN p.unnamed_awards > 0 THEN 'awards.suppliers.id' END) END AS lacking_awards
FROM process p CROSS JOIN profile f;

-- Valid bids of one tenderer with a price that can be compared, where one supplier has won all.
CREATE OR REPLACE TEMP VIEW offer AS
SELECT b.pid, b.bid_no, b.sole, b.amount, p.winner
FROM bid b JOIN judged p ON p.pid = b.pid CROSS JOIN profile f
WHERE b.status = 'valid' AND b.sole IS NOT NULL AND b.amount IS NOT NULL
  AND p.comparable AND p.has_awards AND p.open_awards = 0 AND p.winner IS NOT NULL
  AND b.currency = coalesce(f.main_currency, p.bid_currency)
  AND (NOT f.strict OR p.lacking_offers IS NULL);

-- How far the next offer lies above the winner's, as a share of the winner's price; only where
-- the winner's is the lowest, else the price was not what decided.
CREATE OR REPLACE TEMP VIEW price_gap AS
SELECT pid, winner_low, other_low, (other_low - winner_low) / winner_low AS gap
FROM (
  SELECT pid,
    min(CASE WHEN sole = winner THEN amount END) AS winner_low,
    min(CASE WHEN sole <> winner THEN amount END) AS other_low
  FROM offer GROUP BY pid)
CROSS JOIN profile f
WHERE other_low >= winner_low AND (NOT f.strict OR winner_low > 0);

-- One row per tenderer and process with one winner: won is 1 or 0, NULL where it cannot be told.
CREATE OR REPLACE TEMP VIEW entry AS
SELECT e.pid, e.party,
  CASE WHEN f.strict AND (e.unsure OR p.lacking_awards IS NOT NULL) THEN NULL
       WHEN e.party = p.winner THEN 1 ELSE 0 END AS won
FROM (
  SELECT b.pid, b.sole AS party, count(b.status) < count(*) AS unsure
  FROM bid b CROSS JOIN profile f
  WHERE b.sole IS NOT NULL AND (b.status = 'valid' OR (f.strict AND b.status IS NULL))
  GROUP BY b.pid, b.sole) e
JOIN judged p ON p.pid = e.pid CROSS JOIN profile f
WHERE p.has_bids AND p.has_awards AND p.open_awards = 0
  AND (p.winner IS NOT NULL
    OR (f.strict AND p.active_awards < 2 AND p.lacking_awards IS NOT NULL));

-- The lots with more than one valid bid: how many bids, of how many bidders (unnamed: bids of whom
-- is not told), at what prices.
CREATE OR REPLACE TEMP VIEW rivalry AS
SELECT pid, lot_no, count(*) AS bids, count(amount) AS n, count(DISTINCT who) AS who,
  count(*) - count(who) AS unnamed,
  min(amount) AS lowest, max(amount) AS highest, sum(amount) AS total, avg(amount) AS mean,
  stddev_samp(amount) AS spread, coalesce(min(currency) <> max(currency), false) AS mixed
FROM bid_lot WHERE status = 'valid' GROUP BY pid, lot_no HAVING count(*) > 1;

-- Of whom in a purchase a head is known, and of whom a contact: a phone or an e-mail (1, else 0).
CREATE OR REPLACE TEMP VIEW known_mark AS
SELECT pid, party, max(CASE WHEN kind = 'head' THEN 1 ELSE 0 END) AS head,
  max(CASE WHEN kind = 'head' THEN 0 ELSE 1 END) AS contact
FROM participant_mark WHERE kind IN ('phone', 'email', 'head') GROUP BY pid, party;

-- Which two parties of a purchase have such a mark in common.
CREATE OR REPLACE TEMP VIEW common_mark AS
SELECT x.pid, x.kind, x.party AS one, y.party AS other
FROM participant_mark x JOIN participant_mark y
  ON y.pid = x.pid AND y.kind = x.kind AND y.mark = x.mark AND y.party > x.party
WHERE x.kind IN ('phone', 'email', 'head') AND y.kind IN ('phone', 'email', 'head')
GROUP BY x.pid, x.kind, x.party, y.party;

-- Whom a purchase was given to, by an award or a contract: supplier, day, and what is not known.
CREATE OR REPLACE TEMP VIEW dealing AS
SELECT w.pid, s.party, coalesce(w.date_on, p.results_on) AS on_day, true AS awarded,
  CASE WHEN w.status IS NULL THEN 'awards.status'
       WHEN s.party IS NULL THEN 'awards.suppliers.id'
       WHEN coalesce(o.weak, true) THEN 'parties.identifier.scheme'
       WHEN coalesce(w.date_on, p.results_on) IS NULL THEN 'awards.date' END AS lacking
FROM award w JOIN process p ON p.pid = w.pid
LEFT JOIN award_supplier s ON s.pid = w.pid AND s.award_no = w.award_no
LEFT JOIN party o ON o.party = s.party
WHERE w.status IS NULL OR w.status = 'active'
UNION ALL
SELECT c.pid, s.party, c.signed_on, false,
  CASE WHEN c.status IS NULL THEN 'contracts.status'
       WHEN s.party IS NULL THEN 'contracts.suppliers.id'
       WHEN coalesce(o.weak, true) THEN 'parties.identifier.scheme'
       WHEN c.signed_on IS NULL THEN 'contracts.dateSigned' END
FROM contract c
LEFT JOIN contract_supplier s ON s.pid = c.pid AND s.contract_no = c.contract_no
LEFT JOIN party o ON o.party = s.party
WHERE c.status IS NULL OR c.status NOT IN ('pending', 'cancelled');

-- Which purchases are attempts at one and the same: the earlier ones of each. A release names the
-- attempt before it, or only the first; so all that lead to one first attempt are of a family.
-- named: it is the one that the release names.
CREATE OR REPLACE TEMP VIEW earlier_attempt AS
WITH link AS (
  SELECT p.pid, q.pid AS earlier FROM process p JOIN process q ON q.token = p.prior_token
  WHERE q.pid <> p.pid),
led AS (
  SELECT a.pid, coalesce(d.earlier, c.earlier, b.earlier, a.earlier) AS first
  FROM link a LEFT JOIN link b ON b.pid = a.earlier LEFT JOIN link c ON c.pid = b.earlier
  LEFT JOIN link d ON d.pid = c.earlier),
family AS (
  SELECT pid, first FROM led UNION SELECT first, first FROM led)
SELECT a.pid, b.pid AS earlier, coalesce(q.token = p.prior_token, false) AS named
FROM family a JOIN family b ON b.first = a.first AND b.pid <> a.pid
JOIN process p ON p.pid = a.pid JOIN process q ON q.pid = b.pid
WHERE q.token = p.prior_token OR (q.published_at < p.published_at
  AND coalesce(p.token <> q.prior_token, true));

-- Of each lot that is bought from a single source after failure: the competitive attempts at it
-- before, the last one first (back = 1), those that were called off behind the others. Lots go by
-- the roots of their numbers; the only lot of an attempt is taken for it, unless its number is of
-- another. An attempt that tells the numbers of all its lots is of other lots where none of them is
-- this one, unless the release names it; a united lot has a number of its own, which tells nothing.
-- earlier_lot is NULL where nobody can tell which lot it was, or whether it was there at all.
-- attempts leaves out those that were called off, announced does not.
CREATE OR REPLACE TEMP VIEW lot_attempt AS
WITH child AS (
  SELECT p.pid, l.lot_no, split_part(l.number, '-', 1) AS root, contains(l.number, 'ОЛ') AS united
  FROM process p JOIN law_method m ON m.code = p.method_code AND m.method = 'after_failure'
  LEFT JOIN lot l ON l.pid = p.pid),
numbered AS (
  SELECT l.pid, count(*) AS lots
  FROM lot l JOIN (SELECT earlier FROM earlier_attempt GROUP BY earlier) a ON a.earlier = l.pid
  GROUP BY l.pid
  HAVING count(*) > 1 AND count(CASE WHEN NOT contains(l.number, 'ОЛ') THEN 1 END) = count(*)),
attempt AS (
  SELECT k.pid, k.lot_no, q.pid AS earlier, m.method, m.family, q.has_bids, q.published_at,
    q.results_on, e.lot_no AS earlier_lot, e.attempt, e.submitted, e.admitted, e.unknown_bids,
    e.status, coalesce(q.tender_status IN ('cancelled', 'withdrawn'), false) AS stopped
  FROM child k JOIN earlier_attempt a ON a.pid = k.pid JOIN process q ON q.pid = a.earlier
  LEFT JOIN law_method m ON m.code = q.method_code
  LEFT JOIN lot e ON e.pid = q.pid AND (q.lots = 1 OR split_part(e.number, '-', 1) = k.root)
  LEFT JOIN numbered n ON n.pid = q.pid AND n.lots = q.lots
  WHERE (m.class = 'competitive' OR q.method_code IS NULL)
    AND (a.named OR NOT coalesce(q.lots = 1 AND NOT contains(e.number, 'ОЛ')
      AND split_part(e.number, '-', 1) <> k.root, false))
    AND (a.named OR n.pid IS NULL OR e.lot_no IS NOT NULL OR coalesce(k.united, true)))
SELECT t.*,
  greatest(count(CASE WHEN NOT t.stopped THEN 1 END) OVER (PARTITION BY t.pid, t.lot_no),
    max(CASE WHEN NOT t.stopped THEN coalesce(t.attempt, 1) END)
      OVER (PARTITION BY t.pid, t.lot_no)) AS attempts,
  greatest(count(*) OVER (PARTITION BY t.pid, t.lot_no),
    max(coalesce(t.attempt, 1)) OVER (PARTITION BY t.pid, t.lot_no)) AS announced,
  row_number() OVER (PARTITION BY t.pid, t.lot_no
    ORDER BY CASE WHEN t.stopped THEN 1 ELSE 0 END, t.published_at DESC NULLS FIRST,
      t.earlier DESC) AS back
FROM attempt t;

-- Which purchases are attempts at one and the same, by what they say of the attempt before, be that
-- at hand or not: all that lead to one first attempt bear one number, the lowest pid of them.
CREATE OR REPLACE TEMP VIEW attempt_family AS
WITH link AS (
  SELECT pid, token, prior_token FROM process WHERE prior_token IS NOT NULL),
led AS (
  SELECT a.pid, coalesce(d.prior_token, c.prior_token, b.prior_token, a.prior_token) AS root
  FROM link a LEFT JOIN link b ON b.token = a.prior_token LEFT JOIN link c ON c.token = b.prior_token
  LEFT JOIN link d ON d.token = c.prior_token),
member AS (
  SELECT pid, root FROM led
  UNION ALL
  SELECT p.pid, p.token FROM process p JOIN (SELECT DISTINCT root FROM led) r ON r.root = p.token
  WHERE p.prior_token IS NULL)
SELECT pid, min(pid) OVER (PARTITION BY root) AS family FROM member;

-- On which days, both included, an entry of a register is known to be in force. One that its source
-- still lists is known as long as that source is covered, for everybody or for its party.
CREATE OR REPLACE TEMP VIEW register_span AS
SELECT key, register, source, party, first_day,
  CASE WHEN valid_to <= known THEN valid_to - 1 ELSE known END AS last_day,
  valid_from, valid_to, ended, attributes
FROM (
  SELECT e.*, greatest(e.known_from, coalesce(e.valid_from, e.known_from)) AS first_day,
    coalesce(e.known_to, greatest(a.known_to, o.known_to), e.retrieved_on) AS known
  FROM register_entry e
  LEFT JOIN (
    SELECT register, source, max(known_to) AS known_to FROM register_coverage
    WHERE party IS NULL GROUP BY register, source) a
    ON a.register = e.register AND a.source = e.source
  LEFT JOIN (
    SELECT register, source, party, max(known_to) AS known_to FROM register_coverage
    WHERE party IS NOT NULL GROUP BY register, source, party) o
    ON o.register = e.register AND o.source = e.source AND o.party = e.party)
WHERE first_day <= CASE WHEN valid_to <= known THEN valid_to - 1 ELSE known END;

-- Whether a party stood in a register on a day. What no source covers is unknown, which is not "no".
CREATE OR REPLACE TEMP MACRO register_on(which, who, day) AS
  CASE WHEN who IS NULL OR day IS NULL THEN 'unknown'
       WHEN EXISTS (
         SELECT 1 FROM register_span r WHERE r.register = which AND r.party = who
           AND r.first_day <= day AND day <= r.last_day) THEN 'yes'
       WHEN EXISTS (
         SELECT 1 FROM register_coverage c WHERE c.register = which AND c.party IS NULL
           AND c.known_from <= day AND day <= c.known_to) THEN 'no'
       WHEN EXISTS (
         SELECT 1 FROM register_coverage c WHERE c.register = which AND c.party = who
           AND c.known_from <= day AND day <= c.known_to) THEN 'no'
       ELSE 'unknown' END;

-- What register_on says of them, for the registers that are asked of all of them.
CREATE OR REPLACE TEMP VIEW dealing_register AS
SELECT d.pid, d.party, d.on_day, d.awarded, d.lacking, a.register,
  CASE WHEN l.party IS NOT NULL THEN 'yes'
       WHEN (e.on_day IS NOT NULL AND d.party IS NOT NULL) OR o.party IS NOT NULL THEN 'no'
       ELSE 'unknown' END AS answer
FROM dealing d CROSS JOIN (
  SELECT 'bankrupts' AS register UNION ALL SELECT 'false_enterprises'
  UNION ALL SELECT 'inactive_taxpayers' UNION ALL SELECT 'invalid_registration'
  UNION ALL SELECT 'politically_exposed_companies' UNION ALL SELECT 'sanctions'
  UNION ALL SELECT 'tax_arrears' UNION ALL SELECT 'unfair_participants'
  UNION ALL SELECT 'wrong_address') a
LEFT JOIN (
  SELECT DISTINCT r.register, b.party, b.on_day FROM dealing b JOIN register_span r
    ON r.party = b.party AND b.on_day BETWEEN r.first_day AND r.last_day) l
  ON l.register = a.register AND l.party = d.party AND l.on_day = d.on_day
LEFT JOIN (
  SELECT DISTINCT c.register, b.on_day
  FROM (SELECT DISTINCT on_day FROM dealing) b CROSS JOIN register_coverage c
  WHERE c.party IS NULL AND b.on_day BETWEEN c.known_from AND c.known_to) e
  ON e.register = a.register AND e.on_day = d.on_day
LEFT JOIN (
  SELECT DISTINCT c.register, b.party, b.on_day FROM dealing b JOIN register_coverage c
    ON c.party = b.party AND b.on_day BETWEEN c.known_from AND c.known_to) o
  ON o.register = a.register AND o.party = d.party AND o.on_day = d.on_day;
