-- How the statements read JSON and texts. Short, for each is written out wherever it is used, and
-- planning is most of the cost of a small batch. What is not of the shape that is asked for is NULL.
-- A code begins a text ("190 Действует"); a sign is any mark but "0"; a day is one in Kazakhstan.
CREATE OR REPLACE TEMP MACRO array_of(leaf) AS from_json(leaf, '["JSON"]');
CREATE OR REPLACE TEMP MACRO places(list) AS generate_subscripts(list, 1) - 1;
CREATE OR REPLACE TEMP MACRO sole_of(list) AS CASE WHEN len(list) = 1 THEN list[1] END;
CREATE OR REPLACE TEMP MACRO moment(written) AS
  TRY_CAST(written AS TIMESTAMPTZ) AT TIME ZONE 'UTC';
CREATE OR REPLACE TEMP MACRO day_of(instant_at) AS CAST(instant_at + INTERVAL 5 HOUR AS DATE);
CREATE OR REPLACE TEMP MACRO day(written) AS
  CAST(TRY_CAST(written AS TIMESTAMPTZ) AT TIME ZONE 'UTC' + INTERVAL 5 HOUR AS DATE);
CREATE OR REPLACE TEMP MACRO code(written) AS
  TRY_CAST(regexp_extract(written, '^[0-9]{1,9}') AS INTEGER);
CREATE OR REPLACE TEMP MACRO whole(written) AS TRY_CAST(written AS INTEGER);
CREATE OR REPLACE TEMP MACRO sign_set(written) AS written <> '0';
CREATE OR REPLACE TEMP MACRO number_of(words) AS
  CASE WHEN words IS NOT NULL THEN CAST(hash(words) >> 1 AS BIGINT) END;
CREATE OR REPLACE TEMP MACRO tender_word(written) AS
  CASE WHEN written IS NOT NULL THEN coalesce(TRY_CAST(written AS tender_status), 'other') END;
CREATE OR REPLACE TEMP MACRO bid_word(written) AS
  CASE WHEN written IS NOT NULL THEN coalesce(TRY_CAST(written AS bid_status), 'other') END;
CREATE OR REPLACE TEMP MACRO contract_word(written) AS
  CASE WHEN written IS NOT NULL THEN coalesce(TRY_CAST(written AS contract_status), 'other') END;
CREATE OR REPLACE TEMP MACRO sum_in(leaf) AS
  TRY_CAST(coalesce(leaf ->> '$.amount', leaf ->> '$') AS DOUBLE);
CREATE OR REPLACE TEMP MACRO told(leaf) AS
  sum_in(leaf) IS NOT NULL OR day(leaf ->> '$') IS NOT NULL;

-- The office of an akim below the district, by its Russian or Kazakh name: the law gives it higher
-- limits. An office of a whole district or city is none, nor is what merely belongs to an office.
CREATE OR REPLACE TEMP MACRO village_office(named) AS
  regexp_matches(lower(named), concat(
    '^[^\pL]*(?:(?:кгу|гу|(?:коммунальное )?государственное учреждение)[^\pL]+)?аппарат акима ',
    '(?:.*[^\pL])?(?:сельского округа|аульного округа|поселкового округа|пос[её]лка|села|аула|',
    'районного значения|города .*района)'))
  OR regexp_matches(lower(named), concat(
    '(?:ауылдық округі|ауылы|аулы|селосы|кенті|кенттік округі|',
    'аудандық маңызы бар [^"]* қаласы) әкімінің аппараты'));
