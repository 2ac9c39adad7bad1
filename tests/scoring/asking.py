"""Two small indicators for tests: one asks a register, one looks at earlier attempts."""

import msgspec

from scoring.indicator import catalogue

_R018 = catalogue()["R018"]

VAT = msgspec.structs.replace(
    _R018,
    code="VAT",
    version="vat",
    fields=["contracts.suppliers.id", "registers.vat_payers"],
    parameters=[],
    query="""
    WITH told AS (
      SELECT c.pid, max(register_on('vat_payers', c.supplier, c.signed_on)) AS most,
        min(register_on('vat_payers', c.supplier, c.signed_on)) AS least
      FROM contract c GROUP BY c.pid)
    SELECT j.pid AS subject,
      CASE WHEN t.pid IS NULL THEN 'not_applicable' WHEN t.least = 'no' THEN 'flagged'
           WHEN t.most = 'unknown' THEN 'not_computable' ELSE 'clear' END AS status,
      CAST(NULL AS DOUBLE) AS value, CAST(NULL AS DOUBLE) AS threshold,
      CASE WHEN t.least = 'unknown' THEN 'registers.vat_payers' END AS missing
    FROM judged j LEFT JOIN told t ON t.pid = j.pid
    """,
    evidence="""
    SELECT f.subject, c.pid, 'register:vat_payers' AS path, 'no' AS text,
      CAST(NULL AS DOUBLE) AS number
    FROM flagged f JOIN contract c ON c.pid = f.subject
    """,
)
"""A contract's supplier was no payer of VAT on the day of signing."""

AGAIN = msgspec.structs.replace(
    _R018,
    code="AGAIN",
    version="again",
    parameters=[],
    query="""
    SELECT j.pid AS subject,
      CASE WHEN count(e.earlier) = 0 THEN 'not_applicable'
           WHEN count(CASE WHEN p.tender_status = 'cancelled' THEN 1 END) > 0 THEN 'flagged'
           ELSE 'clear' END AS status,
      CAST(count(CASE WHEN p.tender_status = 'cancelled' THEN 1 END) AS DOUBLE) AS value,
      1e0 AS threshold, CAST(NULL AS VARCHAR) AS missing
    FROM judged j LEFT JOIN earlier_attempt e ON e.pid = j.pid
    LEFT JOIN process p ON p.pid = e.earlier GROUP BY j.pid
    """,
    evidence="""
    SELECT f.subject, p.pid, '/tender/status' AS path, 'cancelled' AS text,
      CAST(NULL AS DOUBLE) AS number
    FROM flagged f JOIN earlier_attempt e ON e.pid = f.subject JOIN process p ON p.pid = e.earlier
    WHERE p.tender_status = 'cancelled'
    """,
)
"""An earlier attempt at the purchase was cancelled; the value is how many were."""

PLANNED = msgspec.structs.replace(
    catalogue()["R048"],
    code="PLANNED",
    version="planned",
    subject="buyer",
    parameters=[],
    population=None,
    involved=None,
    query="""
    SELECT p.customer AS subject, CASE WHEN count(*) > 1 THEN 'flagged' ELSE 'clear' END AS status,
      CAST(count(*) AS DOUBLE) AS value, 2e0 AS threshold, CAST(NULL AS VARCHAR) AS missing
    FROM plan p WHERE p.customer IS NOT NULL GROUP BY p.customer
    """,
    evidence="""
    SELECT f.subject, p.pid, concat('/planning/x_plan_points/', p.point_no, '/amount') AS path,
      CAST(NULL AS VARCHAR) AS text, p.amount AS number
    FROM flagged f JOIN plan p ON p.customer = f.subject
    """,
)
"""A buyer has several plan points."""
