-- The law as relations beside the facts: temporary tables of one connection, filled from the files
-- of this folder, and the macros that look things up as of a day. Both days of a period are
-- included; one without an end goes to 9999-12-31. What is not known has no row, and a macro
-- gives NULL.

-- Working days of Kazakhstan; n counts those up to and with the day.
CREATE OR REPLACE TEMP TABLE working_day (
  day DATE, working BOOLEAN, n INTEGER, provisional BOOLEAN);

CREATE OR REPLACE TEMP TABLE law_year (
  year INTEGER, mci DOUBLE, confidence VARCHAR, cite VARCHAR);

CREATE OR REPLACE TEMP TABLE law_value (
  key VARCHAR, value DOUBLE, unit VARCHAR,
  valid_from DATE, valid_to DATE, confidence VARCHAR, cite VARCHAR);

-- amount: KZT in that plan year.
CREATE OR REPLACE TEMP TABLE law_limit (
  key VARCHAR, year INTEGER, mci DOUBLE, amount DOUBLE, measure VARCHAR,
  confidence VARCHAR, cite VARCHAR);

CREATE OR REPLACE TEMP TABLE law_term (
  term VARCHAR, method VARCHAR, bound VARCHAR, value INTEGER, unit VARCHAR,
  starts VARCHAR, ends VARCHAR, valid_from DATE, valid_to DATE,
  confidence VARCHAR, rule VARCHAR, cite VARCHAR);

-- Terms of the law before, as others tell them (confidence secondary): for signals, never for a
-- breach.
CREATE OR REPLACE TEMP TABLE law_term_former (
  term VARCHAR, method VARCHAR, bound VARCHAR, value INTEGER, unit VARCHAR,
  starts VARCHAR, ends VARCHAR, valid_from DATE, valid_to DATE,
  confidence VARCHAR, rule VARCHAR, cite VARCHAR);

-- One row per code of the portal.
CREATE OR REPLACE TEMP TABLE law_method (
  code INTEGER, symbol VARCHAR, name VARCHAR, method VARCHAR, regime VARCHAR, class VARCHAR,
  family VARCHAR, valid_from DATE, valid_to DATE, cite VARCHAR);

CREATE OR REPLACE TEMP TABLE law_ground (
  ground VARCHAR, law VARCHAR, article INTEGER, paragraph INTEGER, sub INTEGER, title VARCHAR,
  goods BOOLEAN, works BOOLEAN, services BOOLEAN, offers INTEGER,
  needs_opinion BOOLEAN, by_list BOOLEAN, needs_security BOOLEAN, paper_guarantee BOOLEAN,
  plan_exempt BOOLEAN, portal_exempt BOOLEAN, register_exempt BOOLEAN,
  registration_exempt BOOLEAN, debtor_exempt BOOLEAN, unlisted BOOLEAN,
  valid_from DATE, valid_to DATE, cite VARCHAR);

-- row_key: F1 and so on. single_source: no, sole_bidder, chosen (by the customer), doubtful.
CREATE OR REPLACE TEMP TABLE law_failure (
  row_key VARCHAR, method VARCHAR, attempt_from INTEGER, attempt_to INTEGER,
  bids_from INTEGER, bids_to INTEGER, admitted_from INTEGER, admitted_to INTEGER,
  failed BOOLEAN, single_source VARCHAR, cap VARCHAR, next_step VARCHAR,
  valid_from DATE, valid_to DATE, confidence VARCHAR, cite VARCHAR);

CREATE OR REPLACE TEMP TABLE law_change_reason (
  reason INTEGER, title VARCHAR, word VARCHAR, trivial BOOLEAN,
  valid_from DATE, valid_to DATE, cite VARCHAR);

CREATE OR REPLACE TEMP TABLE law_change (
  change VARCHAR, subject VARCHAR, reason INTEGER, limit_value INTEGER, limit_unit VARCHAR,
  within_year BOOLEAN, within_saving BOOLEAN, valid_from DATE, valid_to DATE, cite VARCHAR);

-- share: the floor is base x (1 - share).
CREATE OR REPLACE TEMP TABLE law_floor (
  kind VARCHAR, method VARCHAR, base VARCHAR, share DOUBLE, below VARCHAR,
  valid_from DATE, valid_to DATE, confidence VARCHAR, cite VARCHAR);

CREATE OR REPLACE TEMP TABLE law_emergency (
  key VARCHAR, title VARCHAR, regions VARCHAR[],
  valid_from DATE, valid_to DATE, confidence VARCHAR, cite VARCHAR);

CREATE OR REPLACE TEMP TABLE law_reading (
  issue VARCHAR, reading VARCHAR, chosen BOOLEAN, title VARCHAR);

-- What an entry is worth under the readings by which we do not count. value is JSON.
CREATE OR REPLACE TEMP TABLE law_alternative (
  issue VARCHAR, reading VARCHAR, relation VARCHAR, key VARCHAR, value VARCHAR,
  valid_from DATE, valid_to DATE);

-- The day on the portal's clock (UTC+5) of an instant in UTC.
CREATE OR REPLACE TEMP MACRO local_day(instant) AS
  CAST(instant + INTERVAL 5 HOUR AS DATE);

-- Working days after an event, up to and with a day; the event's own day is out.
CREATE OR REPLACE TEMP MACRO working_days(event, last_day) AS
  (SELECT max(w_.n) FROM working_day w_ WHERE w_.day = last_day)
  - (SELECT max(w_.n) FROM working_day w_ WHERE w_.day = event);

-- The same with the first day counted in.
CREATE OR REPLACE TEMP MACRO working_days_from(first_day, last_day) AS
  (SELECT max(w_.n) FROM working_day w_ WHERE w_.day = last_day)
  - (SELECT max(w_.n - CAST(w_.working AS INTEGER)) FROM working_day w_ WHERE w_.day = first_day);

CREATE OR REPLACE TEMP MACRO is_working_day(some_day) AS
  (SELECT bool_or(w_.working) FROM working_day w_ WHERE w_.day = some_day);

-- The day on which a term of so many working days ends; 0: the day itself or the next working one.
-- The variable holds the working days in order.
CREATE OR REPLACE TEMP MACRO add_working_days(event, number) AS
  list_extract(getvariable('law_working_days'),
    (SELECT max(w_.n) FROM working_day w_ WHERE w_.day = event)
    + CASE WHEN number = 0 AND NOT is_working_day(event) THEN 1 ELSE number END);

CREATE OR REPLACE TEMP MACRO law_on(law_key, some_day) AS
  (SELECT max(l_.value) FROM law_value l_
   WHERE l_.key = law_key AND some_day BETWEEN l_.valid_from AND l_.valid_to);

CREATE OR REPLACE TEMP MACRO law_share(law_key, some_day) AS
  (SELECT max(CASE WHEN l_.unit = 'percent' THEN l_.value / 100e0 WHEN l_.unit = 'share' THEN l_.value END)
   FROM law_value l_
   WHERE l_.key = law_key AND some_day BETWEEN l_.valid_from AND l_.valid_to);

CREATE OR REPLACE TEMP MACRO mci_of(plan_year) AS
  (SELECT max(l_.mci) FROM law_year l_ WHERE l_.year = plan_year);

CREATE OR REPLACE TEMP MACRO limit_of(law_key, plan_year) AS
  (SELECT max(l_.amount) FROM law_limit l_ WHERE l_.key = law_key AND l_.year = plan_year);

CREATE OR REPLACE TEMP MACRO term_of(term_name, by_method, some_day) AS
  (SELECT max(l_.value) FROM law_term l_
   WHERE l_.term = term_name AND l_.method = by_method
     AND some_day BETWEEN l_.valid_from AND l_.valid_to);

-- The portal's code in front of procurementMethodDetails: "3 ЗЦП Запрос ценовых предложений".
CREATE OR REPLACE TEMP MACRO portal_code(details) AS
  TRY_CAST(regexp_extract(details, '^[0-9]+') AS INTEGER);

-- The law's word for the method, by code, else by the published name.
CREATE OR REPLACE TEMP MACRO method_of(details) AS
  coalesce(
    (SELECT max(m_.method) FROM law_method m_ WHERE m_.code = portal_code(details)),
    (SELECT max(m_.method) FROM law_method m_ WHERE m_.name = details));

CREATE OR REPLACE TEMP MACRO ground_law(ground_article) AS
  (SELECT max(g_.law) FROM law_ground g_ WHERE g_.article = ground_article);
