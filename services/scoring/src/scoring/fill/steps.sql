-- What the statements look things up in, made anew for each batch: the elements of arrays as JSON
-- with their places, and where what has an id stands.
CREATE OR REPLACE TEMP TABLE each_lot AS
SELECT pid, unnest(array_of(tender.lots)) AS e, places(array_of(tender.lots)) AS lot_no
FROM staged WHERE tender.lots IS NOT NULL;

CREATE OR REPLACE TEMP TABLE each_contract AS
SELECT pid, unnest(array_of(contracts)) AS e, places(array_of(contracts)) AS contract_no
FROM staged WHERE contracts IS NOT NULL;

CREATE OR REPLACE TEMP TABLE each_amendment AS
SELECT pid, contract_no, unnest(array_of(json_extract(e, '$.amendments'))) AS e,
  places(array_of(json_extract(e, '$.amendments'))) AS amendment_no
FROM each_contract;

CREATE OR REPLACE TEMP TABLE each_party AS
SELECT pid, party_no, e.id::VARCHAR AS token, e.address.x_kato AS kato,
  concat_ws(' ', e.name, e.name_kk) AS name,
  lower(regexp_replace(e.address."streetAddress", '[^\pL\pN]+', '', 'g')) AS street, e.details AS told
FROM (
  SELECT pid, places(array_of(parties)) AS party_no, unnest(from_json(parties, '[{"id": "JSON",
    "name": "VARCHAR", "name_kk": "VARCHAR",
    "address": {"streetAddress": "VARCHAR", "x_kato": "VARCHAR"},
    "details": {"x_registered": "VARCHAR", "x_legalForm": "VARCHAR", "x_type": "VARCHAR",
      "x_size": "VARCHAR", "x_sector": "VARCHAR", "x_activities": ["VARCHAR"],
      "x_head": "VARCHAR", "x_contact_marks": ["VARCHAR"],
      "x_flags": {"resident": "BOOLEAN", "nationalCompany": "BOOLEAN",
        "stateMonopoly": "BOOLEAN", "naturalMonopoly": "BOOLEAN",
        "disabilityAssociation": "BOOLEAN", "quasiState": "BOOLEAN",
        "singleOrganiser": "BOOLEAN"}}}]')) AS e
  FROM staged WHERE parties IS NOT NULL);

CREATE OR REPLACE TEMP TABLE lot_key AS
SELECT pid, json_extract(e, '$.id')::VARCHAR AS token, min(lot_no) AS lot_no
FROM each_lot GROUP BY pid, json_extract(e, '$.id')::VARCHAR;

CREATE OR REPLACE TEMP TABLE bid_key AS
SELECT pid, e.id::VARCHAR AS token, min(bid_no) AS bid_no
FROM (SELECT pid, unnest(bids.details) AS e, places(bids.details) AS bid_no FROM staged)
GROUP BY pid, e.id::VARCHAR;

CREATE OR REPLACE TEMP TABLE award_key AS
SELECT pid, e.id::VARCHAR AS token, min(award_no) AS award_no
FROM (SELECT pid, unnest(awards) AS e, places(awards) AS award_no FROM staged)
GROUP BY pid, e.id::VARCHAR;
