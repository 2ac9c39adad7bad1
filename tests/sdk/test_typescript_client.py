"""The TypeScript client as a stranger's program uses it, in node, over a line with faults."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.sdk.make import make_typescript
from tests.gateway.builders import alert, process
from tests.gateway.receiver import opened_receiver
from tests.gateway.test_webhooks import Sending
from tests.sdk.conftest import ONE, Site, export

NODE = shutil.which("node") if shutil.which("npm") else None
pytestmark = [
    pytest.mark.extra,
    pytest.mark.skipif(NODE is None, reason="there are no node and npm on this machine"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built; its compiler comes from the network."""
    made = tmp_path_factory.mktemp("sdk") / "typescript"
    try:
        assert make_typescript(made)
    except subprocess.CalledProcessError as failed:
        if "ci" not in failed.cmd:
            raise
        pytest.skip("npm cannot fetch the compiler that package-lock.json names")
    return made


async def node(*words: str, **told: str) -> tuple[int | None, str]:
    """Run a program to its end; return its status and all that it said."""
    process = await asyncio.create_subprocess_exec(
        "node",
        *words,
        env=os.environ | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()


async def deliveries(site: Site) -> list[dict[str, Any]]:
    """What the dispatcher sent to two endpoints, one for each kind of signature."""
    async with opened_receiver() as receiver:
        sending = Sending(site.house, site.office, receiver)
        wanted = {"types": ["alert.created"]}
        made = {
            each: await sending.endpoint(f"/{each}", signing=each, **wanted)
            for each in ("v1", "v1a")
        }
        await site.house.fill("alerts", alert(2, process("o-2")))
        await sending.pass_on()
    return [
        {
            "secret": made[scheme]["secret"] or made[scheme]["public_key"],
            "headers": each.headers,
            "body": each.body.decode(),
        }
        for each in receiver.got
        for scheme in [each.path.rpartition("/")[2]]
    ]


async def test_the_client_does_in_node_what_the_page_says(
    site: Site, folder: Path, tmp_path: Path
) -> None:
    told = {
        "url": site.url,
        "key": site.house.key,
        "keys": site.office.keys,
        "reader": site.office.members["reader"],
        "organisation": site.office.id,
        "purchase": ONE,
        "export": await export(site),
        "deliveries": await deliveries(site),
    }
    path = tmp_path / "told.json"
    path.write_text(json.dumps(told))

    status, said = await node(
        "--test",
        "--test-reporter=tap",
        str(folder / "dist/tests/client.test.js"),
        QADAGA_TOLD=str(path),
    )

    assert len(told["deliveries"]) == 2
    assert status == 0, said
    assert "# pass 14\n# fail 0\n" in said, said


async def test_the_three_examples_run(
    site: Site, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.line, "pause", b"0")

    async def example(name: str, *words: str) -> str:
        status, said = await node(
            str(folder / f"dist/examples/{name}.js"),
            *words,
            QADAGA_URL=site.url,
            QADAGA_KEY=site.house.key,
        )
        assert status == 0, said
        return said

    kept = str(tmp_path / "seen.json")
    assert "no risky purchase" in await example("partner", "71")
    assert ONE in await example("partner")
    site.line.faults += ["cut", 503]
    first = await example("agency", kept, "public")
    assert first.endswith("events, nothing missed\n")
    assert await example("agency", kept, "public") == first
    site.line.faults += ["cut", 503]
    assert await example("mobile", ONE) == f"1 changed, 0 since then\n{ONE} high\n"


async def test_the_types_refuse_what_the_document_does_not_know(folder: Path) -> None:
    wrong = folder / "examples/wrong.ts"
    wrong.write_text(
        'import { Client } from "../src/index.js";\n'
        'const client = new Client({ url: "" });\n'
        'await client.call("read_proces");\n'
        'await client.call("list_processes", { query: { limit: "many" } });\n'
        'for await (const one of client.rows("list_processes")) one.titel;\n'
        'client.file("read_process", {});\n'
    )
    try:
        status, said = await node(
            str(folder / "node_modules/typescript/bin/tsc"), "--noEmit", "-p", str(folder)
        )
    finally:
        wrong.unlink()

    assert status != 0
    flawed = [
        line.partition("(")[2].partition(",")[0] for line in said.splitlines() if "wrong.ts" in line
    ]
    assert flawed == ["3", "4", "5", "6"], said
