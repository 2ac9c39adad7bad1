-- Contracts and what follows them.

INSERT INTO new_contract_supplier BY NAME
SELECT r.pid, r.contract_no, r.pos, d.party, r.status, d.local_id
FROM (
  SELECT pid, contract_no, contract_word(e.status) AS status, places(e.suppliers) AS pos,
    unnest(e.suppliers) AS s
  FROM (SELECT pid, contract_no,
          from_json(e, '{"status": "VARCHAR", "suppliers": [{"id": "JSON"}]}') AS e
        FROM each_contract)) r
LEFT JOIN dictionary d ON d.pid = r.pid AND d.token = s.id::VARCHAR;

-- Where a contract names no suppliers, those of its award are its suppliers (OCDS 1.1). What it was
-- at first is told by the first change of it; where an amendment hides its changes, nobody knows.
INSERT INTO new_contract BY NAME
SELECT r.pid, r.contract_no, c.id AS local_id, contract_word(c.status) AS status,
  whole(o.status) AS status_code, whole(o."type") AS type_code, code(o."method") AS method_code,
  whole(o."cancelCode") AS cancel_code, k.award_no,
  CASE WHEN c."awardID" IS NOT NULL THEN coalesce(len(c.x_awards), 1) END AS awards,
  l.lot_no, coalesce(len(c."relatedLots"), 0) AS lots, b.party AS buyer,
  CASE WHEN c.suppliers IS NULL THEN w.sole ELSE s.party END AS supplier,
  CASE WHEN c.suppliers IS NULL THEN w.suppliers ELSE len(c.suppliers) END AS suppliers,
  c."value".amount AS "value",
  CASE WHEN c.x_basis = 'net' OR (c.x_net IS NULL AND c.x_with_vat IS NULL) THEN NULL
       ELSE c."value".amount END AS gross,
  c.x_net.amount AS net, c."value".currency AS currency, c.x_with_vat AS with_vat,
  c.x_paid.amount AS paid, moment(c."dateSigned") AS signed_at, day(c."dateSigned") AS signed_on,
  day(c.period."startDate") AS start_on, day(c.period."endDate") AS end_on,
  day(t.created) AS created_on, day(t.planned) AS planned_on, day(t.executed) AS executed_on,
  day(t.ended) AS ended_on, day(t."reportCreated") AS report_created_on,
  day(t."reportSigned") AS report_signed_on, o."reportStatus" AS report_code,
  o."year" AS "year", o."stateInstitution" AS state_institution, o."security" AS "security",
  CASE WHEN f.sum IS NOT NULL THEN sum_in(f.sum)
       WHEN f.hidden IS DISTINCT FROM true THEN c."value".amount END AS first_value,
  CASE WHEN f.net IS NOT NULL THEN sum_in(f.net)
       WHEN f.hidden IS DISTINCT FROM true THEN c.x_net.amount END AS first_net,
  CASE WHEN f.planned IS NOT NULL THEN day(f.planned ->> '$')
       WHEN f.hidden IS DISTINCT FROM true THEN day(t.planned) END AS first_planned_on,
  CASE WHEN f.ends IS NOT NULL THEN day(f.ends ->> '$')
       WHEN f.hidden IS DISTINCT FROM true THEN day(c.period."endDate") END AS first_end_on,
  c.items IS NOT NULL AS has_items, coalesce(len(c.items), 0) AS items,
  c.amendments IS NOT NULL AS has_amendments, coalesce(len(c.amendments), 0) AS amendments,
  c.x_acts IS NOT NULL AS has_acts, coalesce(len(c.x_acts), 0) AS acts,
  c.implementation.transactions IS NOT NULL AS has_payments,
  coalesce(len(c.implementation.transactions), 0) AS payments,
  c.x_acts IS NOT NULL OR coalesce(list_contains(c.x_asked, 'acts'), false) AS acts_known,
  c.implementation.transactions IS NOT NULL OR coalesce(list_contains(c.x_asked, 'payments'), false)
    AS payments_known
FROM (
  SELECT *, c.x_goszakup AS o, c.x_dates AS t FROM (
    SELECT pid, contract_no, from_json(e, '{"id": "VARCHAR", "awardID": "JSON",
      "status": "VARCHAR", "dateSigned": "VARCHAR",
      "period": {"startDate": "VARCHAR", "endDate": "VARCHAR"},
      "value": {"amount": "DOUBLE", "currency": "VARCHAR"}, "buyer": {"id": "JSON"},
      "suppliers": [{"id": "JSON"}], "relatedLots": ["JSON"], "items": ["JSON"],
      "amendments": ["JSON"], "implementation": {"transactions": ["JSON"]},
      "x_awards": ["JSON"], "x_net": {"amount": "DOUBLE"}, "x_with_vat": "BOOLEAN",
      "x_basis": "VARCHAR", "x_paid": {"amount": "DOUBLE"}, "x_acts": ["JSON"],
      "x_asked": ["VARCHAR"],
      "x_dates": {"created": "VARCHAR", "planned": "VARCHAR", "executed": "VARCHAR",
        "ended": "VARCHAR", "reportCreated": "VARCHAR", "reportSigned": "VARCHAR"},
      "x_goszakup": {"status": "VARCHAR", "type": "VARCHAR", "method": "VARCHAR",
        "cancelCode": "VARCHAR", "year": "DOUBLE", "stateInstitution": "BOOLEAN",
        "security": "BOOLEAN", "reportStatus": "VARCHAR"}}') AS c
    FROM each_contract)) r
LEFT JOIN award_key k ON k.pid = r.pid AND k.token = c."awardID"::VARCHAR
LEFT JOIN new_award w ON w.pid = r.pid AND w.award_no = k.award_no
LEFT JOIN lot_key l ON l.pid = r.pid AND l.token = sole_of(c."relatedLots")::VARCHAR
LEFT JOIN dictionary b ON b.pid = r.pid AND b.token = c.buyer.id::VARCHAR
LEFT JOIN dictionary s ON s.pid = r.pid AND s.token = sole_of(c.suppliers).id::VARCHAR
LEFT JOIN (
  SELECT pid, contract_no, bool_or(x.property IS NULL OR x.former_value IS NULL) AS hidden,
    first(x.former_value ORDER BY amendment_no) FILTER (x.property = 'value') AS sum,
    first(x.former_value ORDER BY amendment_no) FILTER (x.property = 'x_net') AS net,
    first(x.former_value ORDER BY amendment_no) FILTER (x.property = 'x_dates.planned')
      AS planned,
    first(x.former_value ORDER BY amendment_no) FILTER (x.property = 'period.endDate') AS ends
  FROM (
    SELECT pid, contract_no, amendment_no,
      unnest(CASE WHEN e.x_changes IS NULL THEN [NULL] ELSE e.x_changes END) AS x
    FROM (SELECT pid, contract_no, amendment_no, from_json(e,
            '{"x_changes": [{"property": "VARCHAR", "former_value": "JSON"}]}') AS e
          FROM each_amendment))
  GROUP BY pid, contract_no) f ON f.pid = r.pid AND f.contract_no = r.contract_no;

INSERT INTO new_contract_item BY NAME
SELECT r.pid, r.contract_no, r.item_no, l.lot_no, i.classification.id AS class_id,
  i.quantity AS quantity, coalesce(i.unit.id, i.unit.name) AS unit,
  i.unit."value".amount AS unit_price, i.x_unit_net.amount AS unit_net,
  i.x_total.amount AS total, i.x_total_net.amount AS total_net,
  coalesce(i.unit."value".currency, i.x_total.currency) AS currency, i.x_plan_point AS plan_root
FROM (
  SELECT pid, contract_no, places(e.items) AS item_no, unnest(e.items) AS i
  FROM (SELECT pid, contract_no, from_json(e, '{"items": [{"relatedLot": "JSON",
          "classification": {"id": "VARCHAR"}, "quantity": "DOUBLE",
          "unit": {"id": "VARCHAR", "name": "VARCHAR",
            "value": {"amount": "DOUBLE", "currency": "VARCHAR"}},
          "x_unit_net": {"amount": "DOUBLE"}, "x_total_net": {"amount": "DOUBLE"},
          "x_total": {"amount": "DOUBLE", "currency": "VARCHAR"},
          "x_plan_point": "VARCHAR"}]}') AS e
        FROM each_contract)) r
LEFT JOIN lot_key l ON l.pid = r.pid AND l.token = i."relatedLot"::VARCHAR;

INSERT INTO new_amendment BY NAME
SELECT pid, contract_no, amendment_no, day(e."date") AS dated_on, e.x_signed AS signed,
  e.x_in_force AS in_force, code(e.x_status) AS status_code,
  array_to_string(e.x_reasons, ',') AS reasons, e.rationale AS rationale,
  e.x_value.amount AS "value", e.x_net.amount AS net, e.x_value.currency AS currency,
  e.x_changes IS NOT NULL AND len(list_filter(e.x_changes, lambda x: x.property IS NULL
    OR NOT told(x.former_value) OR NOT told(x."value"))) = 0 AS changes_told
FROM (SELECT pid, contract_no, amendment_no, from_json(e, '{"date": "VARCHAR",
        "rationale": "VARCHAR", "x_signed": "BOOLEAN", "x_in_force": "BOOLEAN",
        "x_status": "VARCHAR", "x_reasons": ["VARCHAR"], "x_net": {"amount": "DOUBLE"},
        "x_value": {"amount": "DOUBLE", "currency": "VARCHAR"}, "x_changes": [{
          "property": "VARCHAR", "former_value": "JSON", "value": "JSON"}]}') AS e
      FROM each_amendment);

INSERT INTO new_amendment_change BY NAME
SELECT r.pid, r.contract_no, r.amendment_no, r.change_no, x.property AS property,
  sum_in(x.former_value) AS former, sum_in(x."value") AS later,
  day(x.former_value ->> '$') AS former_on, day(x."value" ->> '$') AS later_on,
  l.lot_no, x.x_plan_point AS plan_root
FROM (
  SELECT pid, contract_no, amendment_no, places(e.x_changes) AS change_no,
    unnest(e.x_changes) AS x
  FROM (SELECT pid, contract_no, amendment_no, from_json(e, '{"x_changes": [{
          "property": "VARCHAR", "former_value": "JSON", "value": "JSON",
          "relatedLot": "JSON", "x_plan_point": "VARCHAR"}]}') AS e
        FROM each_amendment)) r
LEFT JOIN lot_key l ON l.pid = r.pid AND l.token = x."relatedLot"::VARCHAR
WHERE x.property IS NOT NULL;

INSERT INTO new_act BY NAME
SELECT r.pid, r.contract_no, r.act_no, day(x."date") AS dated_on,
  day(x."createdDate") AS created_on, moment(x."approvedDate") AS approved_at,
  day(x."approvedDate") AS approved_on, day(x."revokedDate") AS revoked_on,
  x.amount AS amount, x.currency AS currency, x.advance AS advance,
  x."overdueDays" AS overdue_days, x.fine AS fine, whole(x.status) AS status_code,
  x.paper AS paper, x."final" AS "final", c.supplier
FROM (
  SELECT pid, contract_no, places(e.x_acts) AS act_no, unnest(e.x_acts) AS x
  FROM (SELECT pid, contract_no, from_json(e, '{"x_acts": [{"date": "VARCHAR",
          "createdDate": "VARCHAR", "approvedDate": "VARCHAR", "revokedDate": "VARCHAR",
          "amount": "DOUBLE", "currency": "VARCHAR", "advance": "DOUBLE",
          "overdueDays": "DOUBLE", "fine": "DOUBLE", "status": "VARCHAR",
          "paper": "BOOLEAN", "final": "BOOLEAN"}]}') AS e
        FROM each_contract)) r
JOIN new_contract c ON c.pid = r.pid AND c.contract_no = r.contract_no;

INSERT INTO new_payment BY NAME
SELECT r.pid, r.contract_no, r.payment_no, day(x."date") AS paid_on, x."value".amount AS amount,
  x."value".currency AS currency, x.x_prepaid AS prepaid, p.party AS payer, q.party AS payee
FROM (
  SELECT pid, contract_no, places(e.implementation.transactions) AS payment_no,
    unnest(e.implementation.transactions) AS x
  FROM (SELECT pid, contract_no, from_json(e, '{"implementation": {"transactions": [{
          "date": "VARCHAR", "value": {"amount": "DOUBLE", "currency": "VARCHAR"},
          "payer": {"id": "JSON"}, "payee": {"id": "JSON"}, "x_prepaid": "DOUBLE"}]}}') AS e
        FROM each_contract)) r
LEFT JOIN dictionary p ON p.pid = r.pid AND p.token = x.payer.id::VARCHAR
LEFT JOIN dictionary q ON q.pid = r.pid AND q.token = x.payee.id::VARCHAR;
