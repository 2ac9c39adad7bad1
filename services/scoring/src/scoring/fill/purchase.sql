-- The plan, who takes part, and what is known of the purchase as a whole; filled last.

INSERT INTO new_plan BY NAME
SELECT r.pid, r.point_no, {free} AS free, e.root AS root,
  e.id = e.root AS original, l.lot_no, d.party AS customer,
  e."procurementMethod" AS "method", whole(e."method") AS method_code,
  whole(e."justificationCode") AS ground_code, whole(r.ground.article) AS ground_article,
  whole(r.ground.paragraph) AS ground_paragraph, whole(r.ground.sub) AS ground_sub,
  e."year" AS "year", e."month" AS "month", e.amount AS amount, e."unitPrice" AS unit_price,
  e.quantity AS quantity, e.currency AS currency, e.enstru AS class_id, e.unit AS unit,
  e.kato[1] AS kato, len(e.kato) AS katos, e.prepayment AS prepayment,
  whole(e.status) AS status_code, coalesce(e.deleted, false) AS deleted, e.act AS act,
  day(e.created) AS created_on, day(e.approved) AS approved_on, day(e.changed) AS changed_on
FROM (
  SELECT *, regexp_extract(e.justification,
    '(?:пп\.?\s*(\d+)\D+)?п\.?\s*(\d+)\D+ст\.?\s*(\d+)', ['sub', 'paragraph', 'article']) AS ground
  FROM (
    SELECT pid, places(e.x_plan_points) AS point_no, unnest(e.x_plan_points) AS e
    FROM (SELECT pid, from_json(planning, '{"x_plan_points": [{"root": "VARCHAR", "id": "VARCHAR",
            "customer": "JSON", "method": "VARCHAR", "procurementMethod": "VARCHAR",
            "justification": "VARCHAR", "justificationCode": "VARCHAR", "year": "DOUBLE",
            "month": "DOUBLE", "amount": "DOUBLE", "unitPrice": "DOUBLE",
            "currency": "VARCHAR", "quantity": "DOUBLE", "enstru": "VARCHAR",
            "unit": "VARCHAR", "kato": ["VARCHAR"], "prepayment": "DOUBLE",
            "status": "VARCHAR", "deleted": "BOOLEAN", "act": "VARCHAR", "created": "VARCHAR",
            "changed": "VARCHAR", "approved": "VARCHAR"}]}') AS e
          FROM staged))) r
LEFT JOIN dictionary d ON d.pid = r.pid AND d.token = e.customer::VARCHAR
LEFT JOIN (
  SELECT pid, root, min(lot_no) AS lot_no
  FROM (SELECT pid, lot_no, unnest(from_json(e, '{"x_plan_points": ["VARCHAR"]}').x_plan_points)
          AS root
        FROM each_lot)
  GROUP BY pid, root HAVING min(lot_no) = max(lot_no)) l
  ON l.pid = r.pid AND l.root = e.root;

INSERT INTO new_plan_version BY NAME
SELECT pid, point_no, version_no, root, e.id = root AS original,
  e."procurementMethod" AS "method", whole(e."method") AS method_code,
  e."year" AS "year", e."month" AS "month", e.amount AS amount, e."unitPrice" AS unit_price,
  e.quantity AS quantity, whole(e.status) AS status_code, coalesce(e.deleted, false) AS deleted,
  e.act AS act, day(e.created) AS created_on, day(e.approved) AS approved_on, day(e.changed) AS changed_on
FROM (
  SELECT pid, point_no, e.root AS root, places(e.earlier) AS version_no, unnest(e.earlier) AS e
  FROM (
    SELECT pid, places(e.x_plan_points) AS point_no, unnest(e.x_plan_points) AS e
    FROM (SELECT pid, from_json(planning, '{"x_plan_points": [{"root": "VARCHAR", "earlier": [{
            "id": "VARCHAR", "method": "VARCHAR", "procurementMethod": "VARCHAR",
            "year": "DOUBLE", "month": "DOUBLE", "amount": "DOUBLE", "unitPrice": "DOUBLE",
            "quantity": "DOUBLE", "status": "VARCHAR", "deleted": "BOOLEAN", "act": "VARCHAR",
            "created": "VARCHAR", "changed": "VARCHAR", "approved": "VARCHAR"}]}]}') AS e
          FROM staged)));

-- A party may stand under several ids in one release: one of them is looked at.
INSERT INTO new_participant BY NAME
SELECT n.pid, n.party, p.party_no, n.buyer, n.entity, n.tenderer, n.supplier,
  day(told.x_registered) AS registered_on, p.kato, told."x_legalForm" AS legal_form,
  whole(told.x_type) AS type_code, told.x_size AS size_code, told.x_sector AS sector_code,
  array_to_string(told.x_activities, ',') AS activities, told.x_flags.resident AS resident,
  told.x_flags."nationalCompany" AS national_company, told.x_flags."stateMonopoly" AS state_monopoly,
  told.x_flags."naturalMonopoly" AS natural_monopoly,
  told.x_flags."disabilityAssociation" AS disability_association,
  told.x_flags."quasiState" AS quasi_state, told.x_flags."singleOrganiser" AS single_organiser,
  CASE WHEN n.buyer AND p.name <> '' THEN village_office(p.name) END AS village_office
FROM (
  SELECT d.pid, d.party, min(d.token) AS token,
    coalesce(bool_or(list_contains(n.roles, 'buyer')), false) AS buyer,
    coalesce(bool_or(list_contains(n.roles, 'procuringEntity')), false) AS entity,
    coalesce(bool_or(list_contains(n.roles, 'tenderer')), false) AS tenderer,
    coalesce(bool_or(list_contains(n.roles, 'supplier')), false) AS supplier
  FROM dictionary d JOIN named n ON n.pid = d.pid AND n.token = d.token
  GROUP BY d.pid, d.party) n
LEFT JOIN each_party p ON p.pid = n.pid AND p.token = n.token;

INSERT INTO new_participant_mark BY NAME
SELECT d.pid, d.party, m.party_no, m.kind, m.mark_no, number_of(m.mark) AS mark
FROM (
  SELECT pid, token, party_no, mark_no, mark,
    CASE left(mark, 4) WHEN 'tel_' THEN 'phone' WHEN 'eml_' THEN 'email' END AS kind
  FROM (SELECT pid, token, party_no, unnest(told.x_contact_marks) AS mark,
          places(told.x_contact_marks) AS mark_no
        FROM each_party)
  UNION ALL
  SELECT pid, token, party_no, NULL, told.x_head, 'head' FROM each_party
  UNION ALL
  SELECT pid, token, party_no, NULL, concat('adr', kato, street), 'address' FROM each_party
  WHERE length(street) >= 6) m
JOIN dictionary d ON d.pid = m.pid AND d.token = m.token
WHERE m.kind IS NOT NULL AND m.mark IS NOT NULL;

UPDATE new_process SET
  token = e.token, prior_token = e.prior_token, without_notice = e.without_notice,
  category = e.category, notice_number = e.notice_number, method_code = e.method_code,
  status_code = e.status_code, kind_code = e.kind_code, "year" = e."year",
  published_at = e.published_at, published_on = day_of(e.published_at),
  discussion_start_at = e.discussion_start_at, discussion_end_at = e.discussion_end_at,
  second_start_at = e.second_start_at, second_end_at = e.second_end_at,
  results_at = e.results_at, results_on = day_of(e.results_at),
  ground_code = e.ground_code, ground_article = e.ground_article,
  ground_paragraph = e.ground_paragraph, ground_sub = e.ground_sub, ground_text = e.ground_text,
  invited = e.invited, buyer_kato = e.buyer_kato, kato = e.kato,
  has_plan = e.has_plan, planned = e.planned, planned_currency = e.planned_currency,
  has_lots = e.has_lots, lots = e.lots, has_items = e.has_items, items = e.items,
  has_contracts = e.has_contracts, contracts = e.contracts,
  has_documents = e.has_documents, documents = e.documents,
  has_complaints = e.has_complaints, complaints = e.complaints,
  construction = e.construction, single_organiser = e.single_organiser,
  special_order = e.special_order
FROM (
  SELECT s.pid, number_of(concat(u.source, ' ', u.ocid)) AS token,
    number_of(u.source || ' ' || p.prior) AS prior_token,
    t.x_without_notice AS without_notice, t."mainProcurementCategory" AS category,
    o.number AS notice_number,
    CASE WHEN o."method" IS NOT NULL THEN whole(o."method")
         WHEN t.x_without_notice OR t.x_goszakup IS NOT NULL
           THEN code(t."procurementMethodDetails" ->> '$') END AS method_code,
    whole(o.status) AS status_code, whole(o.kind) AS kind_code,
    coalesce(whole(o.years[1]), list_min(g.x_plan_points)."year", c."year") AS "year",
    moment(t."datePublished") AS published_at,
    moment(t."enquiryPeriod"."startDate") AS discussion_start_at,
    moment(t."enquiryPeriod"."endDate") AS discussion_end_at,
    moment(t.x_second_period."startDate") AS second_start_at,
    moment(t.x_second_period."endDate") AS second_end_at,
    moment(t."awardPeriod"."endDate") AS results_at,
    whole(i.code) AS ground_code, i.ground.article AS ground_article,
    i.ground."paragraph" AS ground_paragraph, i.ground.sub AS ground_sub,
    i.justification AS ground_text, d.party AS invited,
    coalesce(a.kato, b.kato) AS buyer_kato, coalesce(l.kato, o.kato[1]) AS kato,
    g.x_plan_points IS NOT NULL AS has_plan, g.budget.amount.amount AS planned,
    g.budget.amount.currency AS planned_currency,
    t.lots IS NOT NULL AS has_lots, coalesce(json_array_length(t.lots), 0) AS lots,
    t.items IS NOT NULL AS has_items, coalesce(json_array_length(t.items), 0) AS items,
    s.contracts IS NOT NULL AS has_contracts,
    coalesce(json_array_length(s.contracts), 0) AS contracts,
    t.documents IS NOT NULL AS has_documents,
    coalesce(json_array_length(t.documents), 0) AS documents,
    s.complaints IS NOT NULL AS has_complaints,
    coalesce(json_array_length(s.complaints), 0) AS complaints,
    sign_set(o.signs.is_construction_work) AS construction,
    sign_set(o.signs.singl_org_sign) AS single_organiser,
    sign_set(o.signs.ref_spec_purchase_type_id) AS special_order
  FROM (
    SELECT pid, tender AS t, contracts, complaints, buyer.id::VARCHAR AS buyer_token,
      tender."procuringEntity".id::VARCHAR AS entity_token,
      from_json(planning, '{"budget": {"amount": {"amount": "DOUBLE", "currency": "VARCHAR"}},
        "x_plan_points": [{"year": "DOUBLE"}]}') AS g,
      from_json(tender.x_goszakup, '{"number": "VARCHAR", "status": "VARCHAR",
        "method": "VARCHAR", "kind": "VARCHAR", "years": ["VARCHAR"], "kato": ["VARCHAR"],
        "signs": {"singl_org_sign": "VARCHAR", "is_construction_work": "VARCHAR",
          "ref_spec_purchase_type_id": "VARCHAR"}}') AS o,
      from_json(tender.x_single_source, '{"justification": "VARCHAR", "code": "VARCHAR",
        "ground": {"article": "DOUBLE", "paragraph": "DOUBLE", "sub": "DOUBLE"},
        "supplier": {"id": "JSON"}}') AS i
    FROM staged) s
  JOIN subject u ON u.pid = s.pid
  LEFT JOIN (
    SELECT pid, min(e.identifier) AS prior
    FROM (SELECT pid, unnest(from_json("relatedProcesses",
            '[{"relationship": ["VARCHAR"], "identifier": "VARCHAR"}]')) AS e FROM staged)
    WHERE list_contains(e.relationship, 'prior') GROUP BY pid) p ON p.pid = s.pid
  LEFT JOIN (
    SELECT pid, arg_min(json_extract_string(e, '$.x_kato[0]'), lot_no) AS kato
    FROM each_lot WHERE json_extract_string(e, '$.x_kato[0]') IS NOT NULL
    GROUP BY pid) l ON l.pid = s.pid
  LEFT JOIN (
    SELECT pid, min(whole(json_extract_string(e, '$.x_goszakup.year'))) AS "year"
    FROM each_contract GROUP BY pid) c ON c.pid = s.pid
  LEFT JOIN dictionary d ON d.pid = s.pid AND d.token = i.supplier.id::VARCHAR
  LEFT JOIN each_party a ON a.pid = s.pid AND a.token = s.buyer_token
  LEFT JOIN each_party b ON b.pid = s.pid AND b.token = s.entity_token) e
WHERE e.pid = new_process.pid;

UPDATE new_process SET first_on = d.first_on, last_on = d.last_on
FROM (
  SELECT pid, min(happened_on) AS first_on, max(happened_on) AS last_on
  FROM (
    SELECT pid, published_on AS happened_on FROM new_process
    UNION ALL SELECT pid, day_of(end_at) FROM new_process
    UNION ALL SELECT pid, results_on FROM new_process
    UNION ALL SELECT pid, day_of(date_at) FROM new_bid
    UNION ALL SELECT pid, date_on FROM new_award
    UNION ALL SELECT pid, signed_on FROM new_contract
    UNION ALL SELECT pid, dated_on FROM new_amendment
    UNION ALL SELECT pid, approved_on FROM new_act
    UNION ALL SELECT pid, paid_on FROM new_payment
    UNION ALL SELECT pid, applied_on FROM new_complaint)
  GROUP BY pid) d
WHERE d.pid = new_process.pid;
