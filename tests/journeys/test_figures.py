"""What a journalist or an auditor lives through who asks for figures instead of purchases."""

import csv
import io

import pytest

from tests.journeys.site import Site

pytestmark = pytest.mark.slow

COUNTED = """
    SELECT count(*) > 0 AND bool_and(
        (convert_from(figures.body, 'UTF8')::jsonb #>> '{volumes,purchases}')::int
        = bought.purchases)
    FROM (SELECT party_id, count(DISTINCT process_id) AS purchases FROM gateway.part
          WHERE role = 'buyer' GROUP BY party_id) AS bought
    JOIN gateway.figures ON figures.kind = 'buyer' AND figures.id = bought.party_id
"""
"""Every purchase that can be read is in the figures of its buyer."""


async def test_figures_of_all_purchases_lead_from_a_table_to_a_buyer_to_a_supplier_and_its_network(
    site: Site,
) -> None:
    await site.settled(COUNTED)
    await site.settled()

    tables = (await site.get("/v1/stats"))["data"]
    table = await site.get("/v1/stats/single-source")
    as_csv = await site.client.get("/v1/stats/single-source", params={"format": "csv"})
    one = (await site.get("/v1/processes", source="sandbox", sort="-score", limit=1))["data"][0]
    buyer = await site.get(f"/v1/buyers/{one['buyers'][0]['id']}")
    chief = buyer["figures"]["suppliers"]["listed"][0]
    supplier = await site.get(f"/v1/suppliers/{chief['id']}")
    network = await site.get(f"/v1/suppliers/{chief['id']}/network")

    assert {"savings", "competition", "categories", "unit-costs"} <= {each["id"] for each in tables}
    whole = table["rows"][0]
    assert (whole["level"], whole["contracts"] > 0) == ("all", True)
    assert [row["contracts"] for row in csv.DictReader(io.StringIO(as_csv.text))] == [
        str(row["contracts"]) for row in table["rows"]
    ]
    assert buyer["figures"]["volumes"]["purchases"] == buyer["processes"]
    assert chief["name"] in {each["name"] for each in supplier["names"]}
    sold_to = {each["id"]: each for each in network["buyers"]}
    assert sold_to[buyer["id"]]["contracts"] == chief["contracts"]
    assert supplier["figures"]["volumes"]["contracts"] >= chief["contracts"]
