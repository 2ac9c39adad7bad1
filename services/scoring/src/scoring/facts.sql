-- The facts: what the indicators read, one narrow table per kind of thing, integers for names.
-- No keys and no indexes: a change is DELETE and INSERT by pid (measured: the fastest by far).
-- A process keeps its pid for ever, so that recent changes lie together.
--
-- docs/facts.md is read off this file (scoring.declared): a comment above a table says what a row
-- is, one behind a column what stands in it; "internal" ones are not for queries.
-- NULL is "not known" everywhere, never "no" and never 0. ..._at: an instant in UTC. ..._on: the day
-- in Kazakhstan (UTC+5, as the portal writes all times). ..._no: the place in the array of the
-- release, from 0, for pointers of evidence and for joins within a process. ..._code: the portal's
-- own code. Sums are in `currency`.

CREATE TYPE tender_status AS ENUM
  ('planning', 'planned', 'active', 'cancelled', 'unsuccessful', 'complete', 'withdrawn', 'other');
CREATE TYPE bid_status AS ENUM
  ('invited', 'pending', 'valid', 'disqualified', 'withdrawn', 'other');
CREATE TYPE award_status AS ENUM
  ('pending', 'active', 'cancelled', 'unsuccessful', 'other');
CREATE TYPE contract_status AS ENUM
  ('pending', 'active', 'cancelled', 'terminated', 'other');
CREATE TYPE notice_change AS ENUM
  ('cancel', 'pause', 'other');
CREATE TYPE document_place AS ENUM
  ('tender', 'award', 'contract', 'implementation');
CREATE TYPE mark_kind AS ENUM
  ('phone', 'email', 'head', 'address');

-- Dictionary of processes, plan points without a purchase among them.
CREATE TABLE subject (
  pid INTEGER NOT NULL,
  key VARCHAR NOT NULL,       -- the public id ("prc_..."), in offline runs the ocid
  ocid VARCHAR NOT NULL,
  source VARCHAR);

-- Dictionary of organisations, and of natural persons by their pseudonyms.
CREATE TABLE party (
  party INTEGER NOT NULL,
  id VARCHAR NOT NULL,        -- the public id ("org_...", "prs_..."), in offline runs the published one
  weak BOOLEAN NOT NULL,      -- known by name only: no rule about organisations may use it
  person BOOLEAN NOT NULL);

-- One row per purchase. What is missing is counted, so that no query has to look for it.
CREATE TABLE process (
  pid INTEGER NOT NULL,
  seq BIGINT,                 -- place in the feed of releases
  origin VARCHAR,             -- live or backfill
  date_text VARCHAR,          -- date of the release
  tender_status tender_status,
  method VARCHAR,             -- open, selective, limited, direct
  method_details VARCHAR,     -- tender.procurementMethodDetails, as published
  start_text VARCHAR,         -- bidding begins, as published
  end_text VARCHAR,           -- bidding ends, as published
  start_at TIMESTAMP,         -- bidding begins
  end_at TIMESTAMP,           -- bidding ends
  number_of_tenderers BIGINT, -- tender.numberOfTenderers, never counted from bids
  buyer INTEGER,              -- party; NULL where several customers buy together
  entity INTEGER,             -- party that organises (tender.procuringEntity)
  has_bids BOOLEAN NOT NULL,  -- the array is there, if only empty
  submitted INTEGER NOT NULL, -- bids neither invited nor withdrawn
  disqualified INTEGER NOT NULL,
  unknown_bids INTEGER NOT NULL,   -- bids without a status
  unpriced INTEGER NOT NULL,       -- submitted bids without price or currency
  unpriced_valid INTEGER NOT NULL, -- valid ones of them
  unnamed INTEGER NOT NULL,        -- submitted bids without tenderers or their ids
  unnamed_valid INTEGER NOT NULL,  -- valid ones of them
  undated_valid INTEGER NOT NULL,  -- valid bids without a date
  bid_currency VARCHAR,       -- of the priced bids; NULL where they differ
  mixed BOOLEAN NOT NULL,     -- the bids' currencies differ
  has_awards BOOLEAN NOT NULL,     -- the array is there, if only empty
  open_awards INTEGER NOT NULL,    -- not yet final
  active_awards INTEGER NOT NULL,
  unknown_awards INTEGER NOT NULL, -- awards without a status
  unnamed_awards INTEGER NOT NULL, -- active awards without suppliers or their ids
  winner INTEGER,             -- party: the only supplier of the only active award
  value DOUBLE CHECK (isfinite(value)), -- tender.value.amount: the estimate, net of VAT at the portal
  currency VARCHAR,           -- tender.value.currency
  signed INTEGER NOT NULL,    -- contracts that were signed
  running INTEGER NOT NULL,   -- those of them that are at work
  token BIGINT,               -- made of source and ocid; what prior_token of a later attempt says
  prior_token BIGINT,         -- token of the earlier attempt (relatedProcesses "prior"); view chain
  without_notice BOOLEAN,     -- stands for a contract that has no notice (x_without_notice)
  category VARCHAR,           -- tender.mainProcurementCategory: goods, works, services
  notice_number VARCHAR,      -- x_goszakup.number: "87361886-2", what follows the dash is the attempt
  method_code INTEGER,        -- the portal's method (ref_trade_methods): 3 quotations, 6, 23 direct...
  status_code INTEGER,        -- the portal's status of the notice (ref_buy_status)
  kind_code INTEGER,          -- ref_type_trade: first, repeated, single source
  year INTEGER,               -- financial year: of the notice, else of its plan points or contracts
  published_at TIMESTAMP,     -- tender.datePublished
  published_on DATE,
  discussion_start_at TIMESTAMP, -- tender.enquiryPeriod
  discussion_end_at TIMESTAMP,
  second_start_at TIMESTAMP,  -- second window to complete bids (x_second_period)
  second_end_at TIMESTAMP,
  results_at TIMESTAMP,       -- tender.awardPeriod.endDate: the protocol of results
  results_on DATE,
  ground_code INTEGER,        -- ground of a direct purchase (ref_justification)
  ground_article INTEGER,     -- the same as article, paragraph, subparagraph of the law
  ground_paragraph INTEGER,
  ground_sub INTEGER,
  ground_text VARCHAR,        -- the same in words
  invited INTEGER,            -- party: the supplier a direct notice names
  buyer_kato VARCHAR,         -- seat of the buyer, else of the organiser
  kato VARCHAR,               -- first place of delivery (of lots, else of the notice)
  has_plan BOOLEAN,           -- plan points are published with the purchase
  planned DOUBLE CHECK (isfinite(planned)), -- planning.budget.amount.amount: all its plan points
  planned_currency VARCHAR,
  has_lots BOOLEAN,           -- the array is there, if only empty; so for the next ones
  lots INTEGER,
  has_items BOOLEAN,
  items INTEGER,              -- of the tender
  has_contracts BOOLEAN,
  contracts INTEGER,
  has_documents BOOLEAN,
  documents INTEGER,          -- of the tender
  has_complaints BOOLEAN,
  complaints INTEGER,
  construction BOOLEAN,       -- sign of the notice: construction works
  single_organiser BOOLEAN,   -- sign: run by the single organiser
  special_order BOOLEAN,      -- sign: bought in the special order
  first_on DATE,              -- first and last day of what happened in it, publication to payment
  last_on DATE);

-- One bid, for whatever lots.
CREATE TABLE bid (
  pid INTEGER NOT NULL,
  bid_no INTEGER NOT NULL,
  status bid_status,
  amount DOUBLE CHECK (isfinite(amount)), -- of all its lots together
  currency VARCHAR,
  date_text VARCHAR,
  date_at TIMESTAMP,
  sole INTEGER,               -- party: the tenderer where the array has exactly one element
  who BIGINT,                 -- the set of tenderers as one number (one: its party; several: negative)
  tenderers INTEGER,          -- length of the array
  named INTEGER);             -- how many of them have an id

-- One tenderer of a bid.
CREATE TABLE bid_tenderer (
  pid INTEGER NOT NULL,
  bid_no INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  party INTEGER,
  status bid_status,          -- the bid's, copied
  local_id VARCHAR);          -- the publisher's id where it is not the party's id

-- One bid on one lot (lotValues). A bid without lotValues has one row: value_no NULL, its own
-- price, and the lot where it names exactly one.
CREATE TABLE bid_lot (
  pid INTEGER NOT NULL,
  bid_no INTEGER NOT NULL,
  value_no INTEGER,
  lot_no INTEGER,
  status bid_status,          -- of the bid on this lot
  outcome VARCHAR,            -- winner, second, submitted, admitted, disqualified, withdrawn
  status_code INTEGER,        -- ref_po_st
  rank INTEGER,               -- 1 won, 2 is the second place
  amount DOUBLE CHECK (isfinite(amount)),
  currency VARCHAR,
  unit_price DOUBLE CHECK (isfinite(unit_price)),
  discount DOUBLE CHECK (isfinite(discount)),       -- conditional discount, per cent
  conditional DOUBLE CHECK (isfinite(conditional)), -- the price that bids are ranked by
  date_at TIMESTAMP,          -- the next four are the bid's, copied
  sole INTEGER,
  who BIGINT,
  tenderers INTEGER);

CREATE TABLE award (
  pid INTEGER NOT NULL,
  award_no INTEGER NOT NULL,
  status award_status,
  sole INTEGER,               -- party: the supplier where the array has exactly one element
  suppliers INTEGER,          -- length of the array
  named INTEGER,              -- how many of them have an id
  items INTEGER,
  amount DOUBLE CHECK (isfinite(amount)),
  currency VARCHAR,
  lot_no INTEGER,             -- the lot where it names exactly one
  bid_no INTEGER,             -- the bid it was given to (relatedBid)
  date_at TIMESTAMP,
  date_on DATE,
  place INTEGER,              -- 1 winner, 2 second winner
  implied BOOLEAN);           -- made of a contract whose lot has no award of its own

CREATE TABLE award_supplier (
  pid INTEGER NOT NULL,
  award_no INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  party INTEGER,
  status award_status,        -- the award's, copied
  local_id VARCHAR);

CREATE TABLE award_item (
  pid INTEGER NOT NULL,
  award_no INTEGER NOT NULL,
  item_no INTEGER NOT NULL,
  class_id VARCHAR,           -- the item's classification
  status award_status,        -- the award's, copied; so is sole
  sole INTEGER);

-- One lot of a tender. Amounts are net of VAT at the portal.
CREATE TABLE lot (
  pid INTEGER NOT NULL,
  lot_no INTEGER NOT NULL,
  local_id VARCHAR,           -- its id at the publisher
  number VARCHAR,             -- x_number: "87361886-ЗЦП2"
  attempt INTEGER,            -- the number behind the method in it: 2 is the second attempt
  title VARCHAR,
  description VARCHAR,
  status tender_status,
  status_code INTEGER,        -- ref_lots_status
  amount DOUBLE CHECK (isfinite(amount)),
  currency VARCHAR,
  customer INTEGER,           -- party
  method_code INTEGER,        -- by which it is bought
  planned_method_code INTEGER, -- by which the plan wanted it bought
  kato VARCHAR,               -- first place of delivery
  katos INTEGER,              -- number of places
  plan_points INTEGER,        -- number of plan points behind it
  united BOOLEAN,             -- sign: several plan points in one
  construction BOOLEAN,       -- sign: construction works
  psd_code INTEGER,           -- sign: 1 works with design documents, 2 design work
  consulting BOOLEAN,         -- sign: consulting services
  dumping BOOLEAN,            -- sign: a bid fell below the floor
  dumping_price DOUBLE CHECK (isfinite(dumping_price)),
  submitted INTEGER NOT NULL,    -- bids on it neither invited nor withdrawn
  admitted INTEGER NOT NULL,     -- of them valid
  disqualified INTEGER NOT NULL, -- of them disqualified
  unknown_bids INTEGER NOT NULL, -- bids on it without a status
  active_awards INTEGER NOT NULL,
  winner INTEGER,             -- party: the only supplier of the only active award on it
  awarded DOUBLE);            -- amount of that award

-- What is asked for in a tender. Prices are planned ones, net of VAT at the portal.
CREATE TABLE item (
  pid INTEGER NOT NULL,
  item_no INTEGER NOT NULL,
  lot_no INTEGER,
  class_id VARCHAR,           -- ENSTRU code
  quantity DOUBLE CHECK (isfinite(quantity)),
  unit VARCHAR,               -- code of the unit (MKEI), else its name
  unit_price DOUBLE CHECK (isfinite(unit_price)),
  currency VARCHAR,
  kato VARCHAR);              -- place of delivery

-- One contract as it stands after its newest amendment in force; first_...: as it was first signed.
CREATE TABLE contract (
  pid INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  local_id VARCHAR,           -- its root's id at the publisher
  status contract_status,
  status_code INTEGER,        -- ref_contract_status: 390 executed, 340 broken by one side...
  type_code INTEGER,          -- ref_contract_type
  method_code INTEGER,        -- the method it was really made by
  cancel_code INTEGER,        -- ground of the termination (ref_contract_cancel)
  award_no INTEGER,           -- the award it carries out
  awards INTEGER,             -- how many awards it carries out
  lot_no INTEGER,             -- the lot where it names exactly one
  lots INTEGER,
  buyer INTEGER,              -- party
  supplier INTEGER,           -- party: the only supplier
  suppliers INTEGER,          -- length of the array
  value DOUBLE CHECK (isfinite(value)), -- as published: with VAT, unless only the net sum is told
  gross DOUBLE CHECK (isfinite(gross)), -- the sum with VAT; NULL where only the net sum is told
  net DOUBLE CHECK (isfinite(net)),     -- the sum without VAT
  currency VARCHAR,
  with_vat BOOLEAN,           -- the supplier says it charges VAT
  paid DOUBLE CHECK (isfinite(paid)),   -- x_paid: what the portal says was paid
  signed_at TIMESTAMP,
  signed_on DATE,
  start_on DATE,              -- period
  end_on DATE,                -- until when it is in force
  created_on DATE,
  planned_on DATE,            -- planned end of execution
  executed_on DATE,           -- real end of execution
  ended_on DATE,              -- early end
  report_created_on DATE,     -- public report on a direct purchase
  report_signed_on DATE,
  report_code VARCHAR,
  year INTEGER,               -- financial year
  state_institution BOOLEAN,  -- the customer is a state institution
  security BOOLEAN,           -- with security of execution
  first_value DOUBLE CHECK (isfinite(first_value)), -- NULL where an amendment hides what it changed
  first_net DOUBLE CHECK (isfinite(first_net)),
  first_planned_on DATE,
  first_end_on DATE,
  has_items BOOLEAN,          -- the array is there, if only empty; so for the next ones
  items INTEGER,
  has_amendments BOOLEAN,
  amendments INTEGER,
  has_acts BOOLEAN,
  acts INTEGER,
  has_payments BOOLEAN,
  payments INTEGER,
  acts_known BOOLEAN,         -- they are told, or were asked for: none is none
  payments_known BOOLEAN);    -- of the treasury; whom it does not pay for is not told of there

-- One supplier of a contract (nearly always the only one).
CREATE TABLE contract_supplier (
  pid INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  party INTEGER,
  status contract_status,     -- the contract's, copied
  local_id VARCHAR);

-- One line of a contract as it stands.
CREATE TABLE contract_item (
  pid INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  item_no INTEGER NOT NULL,
  lot_no INTEGER,
  class_id VARCHAR,           -- ENSTRU code
  quantity DOUBLE CHECK (isfinite(quantity)),
  unit VARCHAR,               -- code of the unit (MKEI), else its name
  unit_price DOUBLE CHECK (isfinite(unit_price)), -- with VAT
  unit_net DOUBLE CHECK (isfinite(unit_net)),     -- without VAT
  total DOUBLE CHECK (isfinite(total)),
  total_net DOUBLE CHECK (isfinite(total_net)),
  currency VARCHAR,
  plan_root VARCHAR);         -- root record of its plan point: plan.root

-- One amendment: the contract as it is to be from then on. Oldest first.
CREATE TABLE amendment (
  pid INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  amendment_no INTEGER NOT NULL,
  dated_on DATE,
  signed BOOLEAN,             -- it is signed
  in_force BOOLEAN,           -- it is the version in force
  status_code INTEGER,        -- ref_contract_status
  reasons VARCHAR,            -- codes of ref_amendm_agreem_justif with commas: "3,12"
  rationale VARCHAR,          -- the same in words
  value DOUBLE CHECK (isfinite(value)), -- the sum from then on, as contract.value
  net DOUBLE CHECK (isfinite(net)),
  currency VARCHAR,
  changes_told BOOLEAN NOT NULL); -- what it changed is known: amendment_change has all of it

-- One thing that an amendment changed, with the value before and after (x_changes).
CREATE TABLE amendment_change (
  pid INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  amendment_no INTEGER NOT NULL,
  change_no INTEGER NOT NULL,
  property VARCHAR NOT NULL,  -- value, x_net, period.endDate, x_dates.planned; of a line: unitPrice, quantity
  former DOUBLE CHECK (isfinite(former)), -- numbers and sums; unit prices are net of VAT
  later DOUBLE CHECK (isfinite(later)),
  former_on DATE,             -- dates
  later_on DATE,
  lot_no INTEGER,             -- of a line: its lot and plan point
  plan_root VARCHAR);

-- One act of acceptance (x_acts), revoked ones too.
CREATE TABLE act (
  pid INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  act_no INTEGER NOT NULL,
  dated_on DATE,              -- date of the act, else of its making
  created_on DATE,
  approved_at TIMESTAMP,
  approved_on DATE,
  revoked_on DATE,            -- not NULL: it counts no longer
  amount DOUBLE CHECK (isfinite(amount)),
  currency VARCHAR,
  advance DOUBLE CHECK (isfinite(advance)), -- advance set off
  overdue_days DOUBLE CHECK (isfinite(overdue_days)),
  fine DOUBLE CHECK (isfinite(fine)),
  status_code INTEGER,
  paper BOOLEAN,              -- not electronic
  final BOOLEAN,              -- the last one
  supplier INTEGER);          -- party: the contract's, copied

-- One payment (implementation.transactions).
CREATE TABLE payment (
  pid INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  payment_no INTEGER NOT NULL,
  paid_on DATE,
  amount DOUBLE CHECK (isfinite(amount)),
  currency VARCHAR,
  prepaid DOUBLE CHECK (isfinite(prepaid)), -- of it advance
  payer INTEGER,              -- party
  payee INTEGER);             -- party

-- One plan point: of a purchase (x_plan_points), or one that no purchase has taken up (free).
-- A free one has a pid of its own, and no row in process.
CREATE TABLE plan (
  pid INTEGER NOT NULL,
  point_no INTEGER NOT NULL,
  free BOOLEAN NOT NULL,
  root VARCHAR,               -- root record, the same in all its versions
  original BOOLEAN,           -- this version is the first one
  lot_no INTEGER,             -- the lot of the purchase that names it
  customer INTEGER,           -- party
  method VARCHAR,             -- open, selective, limited, direct
  method_code INTEGER,
  ground_code INTEGER,        -- ref_justification
  ground_article INTEGER,
  ground_paragraph INTEGER,
  ground_sub INTEGER,
  year INTEGER,
  month INTEGER,              -- 1 to 12; 99 last year
  amount DOUBLE CHECK (isfinite(amount)), -- net of VAT
  unit_price DOUBLE CHECK (isfinite(unit_price)),
  quantity DOUBLE CHECK (isfinite(quantity)),
  currency VARCHAR,
  class_id VARCHAR,           -- ENSTRU code
  unit VARCHAR,
  kato VARCHAR,               -- first place of delivery
  katos INTEGER,
  prepayment DOUBLE CHECK (isfinite(prepayment)), -- advance, per cent
  status_code INTEGER,        -- ref_pln_point_status
  deleted BOOLEAN,
  act VARCHAR,                -- number of the act that approved this version
  created_on DATE,
  approved_on DATE,
  changed_on DATE);

-- One earlier version of a plan point that a purchase names, oldest first; plan has the newest. The
-- plan as of a day is the last version approved by then, if the first one (original) is at hand.
CREATE TABLE plan_version (
  pid INTEGER NOT NULL,
  point_no INTEGER NOT NULL,
  version_no INTEGER NOT NULL,
  root VARCHAR,               -- root record, the same in all its versions
  original BOOLEAN,           -- this version is the first one
  method VARCHAR,             -- open, selective, limited, direct
  method_code INTEGER,
  year INTEGER,
  month INTEGER,              -- 1 to 12; 99 last year
  amount DOUBLE CHECK (isfinite(amount)), -- net of VAT
  unit_price DOUBLE CHECK (isfinite(unit_price)),
  quantity DOUBLE CHECK (isfinite(quantity)),
  status_code INTEGER,        -- ref_pln_point_status
  deleted BOOLEAN,
  act VARCHAR,                -- number of the act that approved this version
  created_on DATE,
  approved_on DATE,
  changed_on DATE);

-- One document of the tender, an award, a contract or its implementation.
CREATE TABLE document (
  pid INTEGER NOT NULL,
  place document_place NOT NULL,
  owner_no INTEGER,           -- award_no or contract_no; NULL for the tender
  document_no INTEGER NOT NULL,
  type VARCHAR,               -- technicalSpecifications, biddingDocuments, contractDraft...
  lot_no INTEGER,             -- the lot where it names exactly one
  published_at TIMESTAMP,
  modified_at TIMESTAMP);

-- What befell a notice by decision (tender.amendments).
CREATE TABLE tender_change (
  pid INTEGER NOT NULL,
  change_no INTEGER NOT NULL,
  kind notice_change NOT NULL,
  dated_at TIMESTAMP,
  decided_at TIMESTAMP,
  code VARCHAR);

-- One question about a tender (tender.enquiries; the portal publishes none).
CREATE TABLE enquiry (
  pid INTEGER NOT NULL,
  enquiry_no INTEGER NOT NULL,
  lot_no INTEGER,
  asked_at TIMESTAMP,
  answered_at TIMESTAMP);

-- One complaint. What its status codes mean is not published.
CREATE TABLE complaint (
  pid INTEGER NOT NULL,
  complaint_no INTEGER NOT NULL,
  applied_at TIMESTAMP,
  applied_on DATE,
  decided_at TIMESTAMP,
  decided_on DATE,
  start_on DATE,              -- period of its review
  end_on DATE,
  addressee VARCHAR,          -- organiser, supplier, stateAudit
  status_code INTEGER,
  type_code INTEGER);

-- What the release of a purchase says of one party: roles and attributes, as of then.
CREATE TABLE participant (
  pid INTEGER NOT NULL,
  party INTEGER NOT NULL,
  party_no INTEGER,           -- place in release.parties
  buyer BOOLEAN NOT NULL,
  entity BOOLEAN NOT NULL,
  tenderer BOOLEAN NOT NULL,
  supplier BOOLEAN NOT NULL,
  registered_on DATE,         -- registration with the state or portal (x_registered)
  kato VARCHAR,               -- seat
  legal_form VARCHAR,
  type_code INTEGER,          -- 1 legal entity, 2 person, 3 sole trader
  size_code VARCHAR,          -- KRP
  sector_code VARCHAR,        -- KSE
  activities VARCHAR,         -- OKED codes with commas
  resident BOOLEAN,
  national_company BOOLEAN,
  state_monopoly BOOLEAN,
  natural_monopoly BOOLEAN,
  disability_association BOOLEAN,
  quasi_state BOOLEAN,
  single_organiser BOOLEAN,
  village_office BOOLEAN);     -- of a buyer: office of the akim of a village, rural district or small town

-- What two parties of a purchase may share. A mark is a number made of a keyed pseudonym (phone,
-- e-mail, head) or of the normalised address: equal marks, equal contacts; nothing else can be read.
CREATE TABLE participant_mark (
  pid INTEGER NOT NULL,
  party INTEGER NOT NULL,
  party_no INTEGER,
  kind mark_kind NOT NULL,
  mark_no INTEGER,            -- place in details.x_contact_marks; NULL for head and address
  mark BIGINT NOT NULL);

-- Who stood in which register, since when (feed registers). Ask through register_on and the view
-- register_span, which know for which days an entry is known.
CREATE TABLE register_entry (
  key VARCHAR NOT NULL,
  seq BIGINT NOT NULL,
  register VARCHAR NOT NULL,  -- vat_payers, unfair_participants, false_enterprises...
  source VARCHAR NOT NULL,
  party INTEGER,              -- NULL: it binds everybody, as a norm
  valid_from DATE,            -- NULL: since before it was first seen
  valid_to DATE,              -- first day on which it no longer holds; NULL: no end is known
  known_from DATE NOT NULL,   -- both included: on which days it is known
  known_to DATE,              -- NULL: as long as its source is covered
  ended VARCHAR,              -- stated: the source gave the end; absent: it ceased to list the party
  retrieved_on DATE NOT NULL,
  attributes VARCHAR);        -- JSON: attributes ->> '$.reason'

-- Days on which a source's answer is known: whoever has no entry then was not listed.
CREATE TABLE register_coverage (
  key VARCHAR NOT NULL,
  seq BIGINT NOT NULL,
  register VARCHAR NOT NULL,
  source VARCHAR NOT NULL,
  party INTEGER,              -- NULL: for everybody
  known_from DATE NOT NULL,   -- both included
  known_to DATE NOT NULL);

-- internal: how far each feed has been read; stored in the transaction of its effect.
CREATE TABLE progress (
  feed VARCHAR NOT NULL,
  facts_seq BIGINT NOT NULL,
  epoch VARCHAR);
INSERT INTO progress VALUES ('releases', 0, NULL), ('plans', 0, NULL), ('registers', 0, NULL);

-- internal: processes taken back, until they come again: their findings have to be withdrawn.
CREATE TABLE gone (
  pid INTEGER NOT NULL,
  seq BIGINT NOT NULL);

-- internal: of whom, and of which days, registers say something else since that place in their
-- feed: the purchases concerned have to be judged anew. party NULL: everybody.
CREATE TABLE register_touched (
  seq BIGINT NOT NULL,
  party INTEGER,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL);
