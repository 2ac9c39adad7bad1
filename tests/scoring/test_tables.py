"""The migrated tables are the declared ones, and can be taken back."""

import asyncio

from shared import migrations


async def test_declared_tables_are_the_migrated_tables(
    platform_database_urls: dict[str, str],
) -> None:
    url = platform_database_urls["scoring"]

    await asyncio.to_thread(migrations.check, url, "scoring")
    await asyncio.to_thread(migrations.downgrade, url, "scoring", "base")
    await asyncio.to_thread(migrations.upgrade, url, "scoring")
