-- The facts: what the indicators read, one narrow table per kind of thing, integers for names.
-- No keys and no indexes: a change is DELETE and INSERT by pid (measured: the fastest by far).
-- A process keeps its pid for ever, so that recent changes lie together.

CREATE TYPE tender_status AS ENUM
  ('planning', 'planned', 'active', 'cancelled', 'unsuccessful', 'complete', 'withdrawn', 'other');
CREATE TYPE bid_status AS ENUM
  ('invited', 'pending', 'valid', 'disqualified', 'withdrawn', 'other');
CREATE TYPE award_status AS ENUM
  ('pending', 'active', 'cancelled', 'unsuccessful', 'other');

-- Dictionary of processes. key: the public id ("prc_..."), in offline runs the ocid.
CREATE TABLE subject (
  pid INTEGER NOT NULL, key VARCHAR NOT NULL, ocid VARCHAR NOT NULL, source VARCHAR);

-- Dictionary of organisations. id: the public id ("org_..."), in offline runs the published one.
CREATE TABLE party (
  party INTEGER NOT NULL, id VARCHAR NOT NULL, weak BOOLEAN NOT NULL, person BOOLEAN NOT NULL);

-- has_bids, has_awards: the array is there, if only empty. submitted: bids neither invited nor
-- withdrawn. What is missing is counted, so that no query has to look for it: bids without a
-- status, submitted (and valid) ones without price or currency, without tenderers or ids, valid
-- ones without a date; awards without status, active ones without suppliers or ids.
-- bid_currency: of the priced bids, NULL where they differ (`mixed`). open_awards: not yet final.
-- winner: the only supplier of the only active award. value, currency: of the tender. signed,
-- running: contracts that were signed, and those of them that are at work.
CREATE TABLE process (
  pid INTEGER NOT NULL, seq BIGINT, origin VARCHAR, date_text VARCHAR,
  tender_status tender_status, method VARCHAR, method_details VARCHAR,
  start_text VARCHAR, end_text VARCHAR, start_at TIMESTAMP, end_at TIMESTAMP,
  number_of_tenderers BIGINT, buyer INTEGER, entity INTEGER,
  has_bids BOOLEAN NOT NULL, submitted INTEGER NOT NULL, disqualified INTEGER NOT NULL,
  unknown_bids INTEGER NOT NULL, unpriced INTEGER NOT NULL, unpriced_valid INTEGER NOT NULL,
  unnamed INTEGER NOT NULL, unnamed_valid INTEGER NOT NULL, undated_valid INTEGER NOT NULL,
  bid_currency VARCHAR, mixed BOOLEAN NOT NULL,
  has_awards BOOLEAN NOT NULL, open_awards INTEGER NOT NULL, active_awards INTEGER NOT NULL,
  unknown_awards INTEGER NOT NULL, unnamed_awards INTEGER NOT NULL, winner INTEGER,
  value DOUBLE CHECK (isfinite(value)), currency VARCHAR,
  signed INTEGER NOT NULL, running INTEGER NOT NULL);

-- sole: the tenderer where the array has exactly one element. who: the set of tenderers as one
-- number (one party: its number; several: a negative hash). tenderers: length of the array;
-- named: how many of them have an id.
CREATE TABLE bid (
  pid INTEGER NOT NULL, bid_no INTEGER NOT NULL, status bid_status,
  amount DOUBLE CHECK (isfinite(amount)), currency VARCHAR, date_text VARCHAR, date_at TIMESTAMP,
  sole INTEGER, who BIGINT, tenderers INTEGER, named INTEGER);

-- status: the bid's, copied. local_id: the publisher's id where it is not the party's id.
CREATE TABLE bid_tenderer (
  pid INTEGER NOT NULL, bid_no INTEGER NOT NULL, pos INTEGER NOT NULL, party INTEGER,
  status bid_status, local_id VARCHAR);

CREATE TABLE award (
  pid INTEGER NOT NULL, award_no INTEGER NOT NULL, status award_status, sole INTEGER,
  suppliers INTEGER, named INTEGER, items INTEGER,
  amount DOUBLE CHECK (isfinite(amount)), currency VARCHAR);

CREATE TABLE award_supplier (
  pid INTEGER NOT NULL, award_no INTEGER NOT NULL, pos INTEGER NOT NULL, party INTEGER,
  status award_status, local_id VARCHAR);

-- status and sole: the award's, copied. class_id: the item's classification.
CREATE TABLE award_item (
  pid INTEGER NOT NULL, award_no INTEGER NOT NULL, item_no INTEGER NOT NULL, class_id VARCHAR,
  status award_status, sole INTEGER);

-- One row: how far the feed has been read; stored in the transaction of its effect.
CREATE TABLE progress (facts_seq BIGINT NOT NULL, epoch VARCHAR);
INSERT INTO progress VALUES (0, NULL);

-- Processes that were taken back, until they come again: their findings have to be withdrawn.
CREATE TABLE gone (pid INTEGER NOT NULL, seq BIGINT NOT NULL);
