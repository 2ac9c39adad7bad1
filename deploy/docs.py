"""Pages that are read off the code: indicators and their index, the law, the API document.

python -m deploy.docs            writes docs/indicators/*.md, docs/law.md, docs/quality.md ...
python -m deploy.docs --check    says which of them are stale; exit status 1
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy import (
    data_map,
    facts_page,
    harness_page,
    law,
    lifecycles_page,
    observability,
    promises,
    routes_page,
    sources_page,
    statistics_page,
    webhooks_page,
)
from deploy.quality import page as quality_page
from scoring.indicator import Indicator, LegalBasis, Parameter, Text, catalogue

ROOT = Path(__file__).resolve().parent.parent
INDICATORS = ROOT / "docs" / "indicators"
LAW = ROOT / "docs" / "law.md"
API = ROOT / "docs" / "openapi.json"
FACTS = ROOT / "docs" / "facts.md"
QUALITY = ROOT / "docs" / "quality.md"
STATISTICS = ROOT / "docs" / "statistics.md"
SOURCES = ROOT / "docs" / "sources.md"
WEBHOOKS = ROOT / "docs" / "webhooks.md"
LIFE_CYCLES = ROOT / "docs" / "lifecycles.md"
ROUTES = ROOT / "docs" / "routes.md"
HARNESS = ROOT / "docs" / "harness.md"
DATA_MAP = ROOT / "docs" / "data-map.md"
SECTIONS = (
    ("Meaning", "meaning"),
    ("Why it matters", "why"),
    ("Ordinary explanations", "innocent"),
    ("How to check", "how_to_check"),
    ("What would clear it", "would_clear"),
)


def main() -> int:
    """Write the pages, or with --check name those that differ from the code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name stale pages")
    check: bool = parser.parse_args().check
    wanted = dict(pages())
    stale = [path for path, text in wanted.items() if _current(path) != text]
    gone = [path for path in INDICATORS.glob("*.md") if path not in wanted]
    if check:
        for path in stale + gone:
            print(f"stale: {path.relative_to(ROOT)} (make docs writes it)")
        return 1 if stale or gone else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    for path in gone:
        path.unlink()
    return 0


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page: its path and its text."""
    indicators = list(catalogue().values())
    yield INDICATORS / "README.md", index(indicators)
    for indicator in indicators:
        yield INDICATORS / f"{indicator.code}.md", page(indicator)
    yield LAW, law.page()
    described = api()
    yield API, described
    yield promises.KEPT, promises.page(json.loads(described))
    yield FACTS, facts_page.page()
    yield QUALITY, quality_page.page()
    yield STATISTICS, statistics_page.page()
    yield SOURCES, sources_page.page()
    yield WEBHOOKS, webhooks_page.page()
    yield LIFE_CYCLES, lifecycles_page.page()
    yield ROUTES, routes_page.page()
    yield from observability.pages()
    yield HARNESS, harness_page.page()
    yield DATA_MAP, data_map.page()


def index(indicators: list[Indicator]) -> str:
    """Name all indicators in one table, with what each is and what it is worth."""
    rows = [
        f"| [{i.code}]({i.code}.md) | {i.title.en} | {i.kind} | {i.subject} | {i.family} "
        f"| {i.severity} ({i.points}) |"
        for i in indicators
    ]
    head = "# Indicators\n\nGenerated from the declarations by `make docs`.\n\n"
    table = (
        "| code | title | kind | subject | family | severity (points) |\n|---|---|---|---|---|---|"
    )
    return "\n".join([head + table, *rows]) + "\n"


def page(indicator: Indicator) -> str:
    """Say all that one indicator's declaration says, in three languages, with its query."""
    parts = [
        f"# {indicator.code}: {indicator.title.en}",
        f"*{indicator.title.kk}* · *{indicator.title.ru}*",
        _facts(indicator),
        *(_section(title, getattr(indicator, name)) for title, name in SECTIONS),
        "## Needs\n\n" + "\n".join(f"* `{field}`" for field in indicator.fields),
        *_parameters(indicator.parameters),
        *_law(indicator.legal_basis),
        *_references(indicator),
        *_query("Population", indicator.population),
        *_query("Query", indicator.query),
        "## Worked examples\n\n" + "\n".join(f"* {e.story.strip()}" for e in indicator.examples),
    ]
    return "\n\n".join(parts) + "\n"


def api() -> str:
    """Print the gateway's own OpenAPI document as the repository keeps it."""
    command = [str(Path(sys.executable).parent / "gateway"), "openapi"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.dumps(json.loads(printed), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _facts(indicator: Indicator) -> str:
    weight = f"{indicator.severity}, {indicator.points} points"
    words = (
        indicator.kind,
        indicator.subject,
        f"stage {indicator.stage}",
        indicator.family,
        weight,
    )
    return " · ".join(words)


def _section(title: str, text: Text) -> str:
    languages = (("en", text.en), ("ru", text.ru), ("kk", text.kk))
    return f"## {title}\n\n" + "\n\n".join(
        f"**{code}** {words.strip()}" for code, words in languages
    )


def _parameters(parameters: list[Parameter]) -> list[str]:
    if not parameters:
        return []
    rows = [
        f"| `{p.name}` | {p.default} | {_said(p.unit)} | {_said(p.origin)} |" for p in parameters
    ]
    return [
        "## Parameters\n\n| name | default | unit | origin |\n|---|---|---|---|\n" + "\n".join(rows)
    ]


def _said(text: Text | str) -> str:
    return text if isinstance(text, str) else text.en


def _law(entries: list[LegalBasis]) -> list[str]:
    if not entries:
        return []
    rows = [f"* {e.article.en} (from {e.valid_from} to {e.valid_to or 'today'})" for e in entries]
    return ["## Legal basis\n\n" + "\n".join(rows)]


def _references(indicator: Indicator) -> list[str]:
    if not indicator.cross_references:
        return []
    named = ", ".join(f"{r.catalogue} {r.code}" for r in indicator.cross_references)
    return [f"## Elsewhere\n\n{named}"]


def _query(title: str, sql: str | None) -> list[str]:
    return [f"## {title}\n\n```sql\n{sql.strip()}\n```"] if sql else []


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
