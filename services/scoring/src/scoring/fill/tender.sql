-- What a tender is made of. Each statement fills one table of the batch, `new_...`, out of `staged`
-- (a row per release), `dictionary` (numbers of parties) and the places of lots, bids and awards.

INSERT INTO new_bid_lot BY NAME
SELECT r.pid, r.bid_no, r.value_no, l.lot_no,
  coalesce(bid_word(v.status), CASE WHEN r.alone THEN b.status END) AS status,
  v.x_goszakup.outcome AS outcome, whole(v.x_goszakup.status) AS status_code, v."rank" AS "rank",
  CASE WHEN r.value_no IS NULL THEN b.amount ELSE v."value".amount END AS amount,
  CASE WHEN r.value_no IS NULL THEN b.currency ELSE v."value".currency END AS currency,
  v."unitPrice".amount AS unit_price, v.x_discount AS discount,
  v.x_conditional.amount AS conditional, b.date_at, b.sole, b.who, b.tenderers
FROM (
  SELECT pid, bid_no, places(array_of(e."lotValues")) AS value_no, NULL AS lot,
    len(array_of(e."lotValues")) = 1 AS alone,
    unnest(from_json(e."lotValues", '[{"relatedLot": "JSON", "status": "VARCHAR",
      "rank": "DOUBLE", "value": {"amount": "DOUBLE", "currency": "VARCHAR"},
      "unitPrice": {"amount": "DOUBLE"}, "x_discount": "DOUBLE",
      "x_conditional": {"amount": "DOUBLE"},
      "x_goszakup": {"status": "VARCHAR", "outcome": "VARCHAR"}}]')) AS v
  FROM (SELECT pid, unnest(bids.details) AS e, places(bids.details) AS bid_no FROM staged)
  UNION ALL
  SELECT pid, bid_no, NULL, sole_of(e."relatedLots"), true, NULL
  FROM (SELECT pid, unnest(bids.details) AS e, places(bids.details) AS bid_no FROM staged)
  WHERE coalesce(len(array_of(e."lotValues")), 0) = 0) r
JOIN new_bid b ON b.pid = r.pid AND b.bid_no = r.bid_no
LEFT JOIN lot_key l ON l.pid = r.pid AND l.token = coalesce(v."relatedLot", r.lot)::VARCHAR;

UPDATE new_award SET lot_no = r.lot_no, bid_no = r.bid_no, date_at = r.date_at,
  date_on = day_of(r.date_at), place = r.place, implied = r.implied
FROM (
  SELECT a.pid, a.award_no, l.lot_no, b.bid_no, a.date_at, a.place, a.implied
  FROM split_award a
  LEFT JOIN lot_key l ON l.pid = a.pid AND l.token = a.lot_token
  LEFT JOIN bid_key b ON b.pid = a.pid AND b.token = a.bid_token) r
WHERE r.pid = new_award.pid AND r.award_no = new_award.award_no;

INSERT INTO new_lot BY NAME
SELECT r.pid, r.lot_no, e.id AS local_id, e.x_number AS number,
  coalesce(whole(o.attempt), whole(regexp_extract(e.x_number, '-[^-0-9]+([0-9]+)$', 1))) AS attempt,
  e.title AS title, e.description AS description,
  tender_word(e.status) AS status, whole(o.status) AS status_code,
  e."value".amount AS amount, e."value".currency AS currency, d.party AS customer,
  code(o."method") AS method_code, code(o."plannedMethod") AS planned_method_code,
  e.x_kato[1] AS kato, len(e.x_kato) AS katos, len(e.x_plan_points) AS plan_points,
  sign_set(o.signs.union_lots) AS united,
  sign_set(o.signs.is_construction_work) AS construction,
  whole(o.signs.psd_sign) AS psd_code, sign_set(o.signs.consulting_services) AS consulting,
  sign_set(o.signs.dumping) AS dumping, o."dumpingPrice" AS dumping_price,
  coalesce(b.submitted, 0) AS submitted, coalesce(b.admitted, 0) AS admitted,
  coalesce(b.disqualified, 0) AS disqualified, coalesce(b.unknown_bids, 0) AS unknown_bids,
  coalesce(a.active_awards, 0) AS active_awards,
  CASE WHEN a.active_awards = 1 THEN a.winner END AS winner,
  CASE WHEN a.active_awards = 1 THEN a.awarded END AS awarded
FROM (
  SELECT *, e.x_goszakup AS o FROM (
    SELECT pid, lot_no, from_json(e, '{"id": "VARCHAR", "title": "VARCHAR",
      "description": "VARCHAR", "status": "VARCHAR", "x_number": "VARCHAR",
      "value": {"amount": "DOUBLE", "currency": "VARCHAR"}, "x_customer": {"id": "JSON"},
      "x_kato": ["VARCHAR"], "x_plan_points": ["VARCHAR"],
      "x_goszakup": {"status": "VARCHAR", "method": "VARCHAR", "plannedMethod": "VARCHAR",
        "attempt": "VARCHAR", "dumpingPrice": "DOUBLE",
        "signs": {"union_lots": "VARCHAR", "dumping": "VARCHAR", "psd_sign": "VARCHAR",
          "consulting_services": "VARCHAR", "is_construction_work": "VARCHAR"}}}') AS e
    FROM each_lot)) r
LEFT JOIN dictionary d ON d.pid = r.pid AND d.token = e.x_customer.id::VARCHAR
LEFT JOIN (
  SELECT pid, lot_no, count(*) FILTER (status NOT IN ('invited', 'withdrawn')) AS submitted,
    count(*) FILTER (status = 'valid') AS admitted,
    count(*) FILTER (status = 'disqualified') AS disqualified,
    count(*) FILTER (status IS NULL) AS unknown_bids
  FROM new_bid_lot WHERE lot_no IS NOT NULL GROUP BY pid, lot_no) b
  ON b.pid = r.pid AND b.lot_no = r.lot_no
LEFT JOIN (
  SELECT pid, lot_no, count(*) AS active_awards, max(sole) AS winner, max(amount) AS awarded
  FROM new_award WHERE lot_no IS NOT NULL AND status = 'active' GROUP BY pid, lot_no) a
  ON a.pid = r.pid AND a.lot_no = r.lot_no;

INSERT INTO new_item BY NAME
SELECT r.pid, r.item_no, l.lot_no, e.classification.id AS class_id, e.quantity AS quantity,
  coalesce(e.unit.id, e.unit.name) AS unit, e.unit."value".amount AS unit_price,
  e.unit."value".currency AS currency, e."deliveryAddress".x_kato AS kato
FROM (
  SELECT pid, places(array_of(tender.items)) AS item_no,
    unnest(from_json(tender.items, '[{"relatedLot": "JSON", "classification": {"id": "VARCHAR"},
      "quantity": "DOUBLE", "unit": {"id": "VARCHAR", "name": "VARCHAR",
        "value": {"amount": "DOUBLE", "currency": "VARCHAR"}},
      "deliveryAddress": {"x_kato": "VARCHAR"}}]')) AS e
  FROM staged) r
LEFT JOIN lot_key l ON l.pid = r.pid AND l.token = e."relatedLot"::VARCHAR;

INSERT INTO new_tender_change BY NAME
SELECT pid, change_no,
  CASE WHEN e.id LIKE 'cancel-%' THEN 'cancel' WHEN e.id LIKE 'pause-%' THEN 'pause'
       ELSE 'other' END AS kind,
  moment(e."date") AS dated_at, moment(e.x_decided) AS decided_at,
  coalesce(e.x_code, e.x_status) AS code
FROM (
  SELECT pid, places(array_of(tender.amendments)) AS change_no,
    unnest(from_json(tender.amendments, '[{"id": "VARCHAR", "date": "VARCHAR",
      "x_decided": "VARCHAR", "x_code": "VARCHAR", "x_status": "VARCHAR"}]')) AS e
  FROM staged);

INSERT INTO new_enquiry BY NAME
SELECT r.pid, r.enquiry_no, l.lot_no, moment(e."date") AS asked_at,
  moment(e."dateAnswered") AS answered_at
FROM (
  SELECT pid, places(array_of(tender.enquiries)) AS enquiry_no,
    unnest(from_json(tender.enquiries,
      '[{"date": "VARCHAR", "dateAnswered": "VARCHAR", "relatedLot": "JSON"}]')) AS e
  FROM staged) r
LEFT JOIN lot_key l ON l.pid = r.pid AND l.token = e."relatedLot"::VARCHAR;

INSERT INTO new_complaint BY NAME
SELECT pid, complaint_no, moment(e."date") AS applied_at, day(e."date") AS applied_on,
  moment(e."decisionDate") AS decided_at, day(e."decisionDate") AS decided_on,
  day(e.period."startDate") AS start_on, day(e.period."endDate") AS end_on,
  e.addressee AS addressee, whole(e.x_goszakup.status) AS status_code,
  whole(e.x_goszakup."type") AS type_code
FROM (
  SELECT pid, places(array_of(complaints)) AS complaint_no,
    unnest(from_json(complaints, '[{"date": "VARCHAR", "decisionDate": "VARCHAR",
      "addressee": "VARCHAR", "period": {"startDate": "VARCHAR", "endDate": "VARCHAR"},
      "x_goszakup": {"status": "VARCHAR", "type": "VARCHAR"}}]')) AS e
  FROM staged);

INSERT INTO new_document BY NAME
SELECT r.pid, r.place, r.owner_no, r.document_no, e."documentType" AS "type", l.lot_no,
  moment(e."datePublished") AS published_at, moment(e."dateModified") AS modified_at
FROM (
  SELECT pid, place, owner_no, places(array_of(documents)) AS document_no,
    unnest(from_json(documents, '[{"documentType": "VARCHAR", "datePublished": "VARCHAR",
      "dateModified": "VARCHAR", "relatedLots": ["JSON"]}]')) AS e
  FROM (
    SELECT pid, 'tender' AS place, NULL AS owner_no, tender.documents AS documents FROM staged
    UNION ALL
    SELECT pid, 'award', award_no, e.documents
    FROM (SELECT pid, unnest(awards) AS e, places(awards) AS award_no FROM staged)
    UNION ALL
    SELECT pid, 'contract', contract_no, json_extract(e, '$.documents') FROM each_contract
    UNION ALL
    SELECT pid, 'implementation', contract_no, json_extract(e, '$.implementation.documents')
    FROM each_contract)) r
LEFT JOIN lot_key l ON l.pid = r.pid AND l.token = sole_of(e."relatedLots")::VARCHAR;
