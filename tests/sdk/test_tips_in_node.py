"""Tips are sealed alike by the page's program and by the Python client: each opens the other's."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from argon2.low_level import Type, hash_secret_raw

from cases.vault import receipts, sealing
from deploy.sdk.make import OF_THE_PAGE, SEALING
from deploy.sdk.python.qadaga_client import tips

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node on this machine")

MEMORY_KIB = 256
"""Of Argon2id here: that of receipts takes a program in JavaScript a second or two."""

PROGRAM = """
import { readFileSync } from "node:fs";
import * as tips from "./sealing.js";
const { channels, receipt, content, key, own, reader } = JSON.parse(readFileSync(0, "utf8"));
const raw = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const text = (bytes) => Buffer.from(bytes).toString("base64");
const derived = await tips.derive(channels, receipt);
const mine = await tips.loadPrivate(raw(own));
const sent = await tips.sealTip(channels, { text: "Көпір" }, ["own_a"], { excluded: ["tky_out"] });
const again = await tips.session(channels, sent.receipt);
const found = await tips.ownKey({ wrapped_key: sent.body.wrapped_key }, again.derived);
const changed = receipt.replace(/.$/, (one) => (one === "0" ? "1" : "0"));
const slips = await Promise.allSettled(
  [receipt.slice(1), changed].map((one) => tips.derive(channels, one)),
);
console.log(JSON.stringify({
  derived: [derived.lookup, derived.proof, derived.wrapping].map(text),
  read: await tips.openPiece(content, key, mine),
  resealed: await tips.reseal(key, mine, reader),
  sent,
  own: (await tips.openPiece(sent.body.content, sent.body.keys.tip, found)).text,
  session: again.body,
  parts: await tips.sealFile(channels, raw(text(new Uint8Array(2000).fill(7))), { a: reader }),
  slips: slips.map((one) => one.status),
  long: [...tips.argon2id(raw("cGFzc3dvcmQ="), raw(channels.receipt.salt), 2, 64, 100)],
}));
"""


def test_the_program_of_the_page_and_the_python_client_open_each_others_seals(
    tmp_path: Path,
) -> None:
    private, public = tips.new_pair()
    colleague, other = tips.new_pair()
    key = {"id": "tky_in", "public_key": public}
    out = {"id": "tky_out", "public_key": other}
    channels: dict[str, Any] = {
        "sizes": list(sealing.SIZES),
        "chunk": 1024,
        "receipt": {
            "alphabet": receipts.ALPHABET,
            "characters": receipts.LENGTH,
            "salt": base64.b64encode(b"s" * 16).decode(),
            "memory_kib": MEMORY_KIB,
            "iterations": 3,
            "lanes": 1,
        },
        "work": {
            "challenge": base64.b64encode(b"c" * 16).decode(),
            "bits": 3,
            "memory_kib": 64,
            "iterations": 1,
        },
        "organisations": [{"id": "own_a", "keys": [key, out]}, {"id": "own_b", "keys": [out]}],
    }
    receipt = tips.new_receipt(channels)
    piece = tips.seal(channels, {"text": "Жол"}, {"me": public})
    asked = {
        "channels": channels,
        "receipt": receipt.lower(),
        "content": piece["content"],
        "key": piece["keys"]["me"],
        "own": base64.b64encode(private).decode(),
        "reader": other,
    }
    said = asked_of_node(tmp_path, PROGRAM, asked)

    own, theirs = tips.load_private(private), tips.load_private(colleague)
    derived, sent = tips.derive(channels, receipt), said["sent"]["body"]
    found = tips.derive(channels, said["sent"]["receipt"])
    parts = [{**each, **each["sealed"]} for each in said["parts"]]
    assert [base64.b64decode(each) for each in said["derived"]] == [
        derived.lookup,
        derived.proof,
        derived.wrapping,
    ]
    assert said["read"] == {"text": "Жол"}
    assert tips.open_piece(piece["content"], said["resealed"], theirs) == {"text": "Жол"}
    assert sorted(sent["keys"]) == ["tip", "tky_in"]
    assert tips.open_piece(sent["content"], sent["keys"]["tky_in"], own) == {"text": "Көпір"}
    assert said["own"] == "Көпір"
    assert tips.own_key(sent, found).public_key() == tips._public(sent["public_key"])
    assert said["session"]["proof"] == base64.b64encode(found.proof).decode() == sent["proof"]
    work, once = sent["work"], base64.b64decode(sent["once"])
    assert _worked(channels, once, work["counter"])
    assert tips.open_file(parts, {"a": theirs}) == bytes([7]) * 2000
    assert len(parts) == 2
    assert said["slips"] == ["rejected", "rejected"]
    assert bytes(said["long"]) == hash_secret_raw(b"password", b"s" * 16, 2, 64, 1, 100, Type.ID)


def asked_of_node(folder: Path, program: str, asked: Any) -> Any:
    """What a program says that has those of the page beside it."""
    for name in SEALING:
        shutil.copy(OF_THE_PAGE / name, folder / name)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "ask.js").write_text(program)
    command = [str(NODE), str(folder / "ask.js")]
    given = json.dumps(asked).encode()
    return json.loads(subprocess.run(command, input=given, capture_output=True, check=True).stdout)


def _worked(channels: dict[str, Any], subject: bytes, counter: int) -> bool:
    """Whether this counter is the work that is asked for: as many leading bits are nought."""
    rule = channels["work"]
    challenge = base64.b64decode(rule["challenge"])
    costs = (rule["iterations"], rule["memory_kib"], 1, 16, Type.ID)
    digest = hash_secret_raw(subject + counter.to_bytes(4, "big"), challenge, *costs)
    return bool(int.from_bytes(digest, "big") >> (128 - rule["bits"]) == 0)
