"""A family of two small stand-in processes, kept by the code that keeps the real ones.

Run as a program of its own: `python standin.py FOLDER PORT PORT [stubborn]`. Each child answers
every question with 200; a stubborn one does not end when asked.
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

from deploy.local import probes
from deploy.local.children import Plan
from deploy.local.console import say
from deploy.local.family import Family, keep
from deploy.local.place import Place, Refusal
from deploy.servers import die_with_parent

SERVE = """
import http.server, signal, sys
if {stubborn}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('{{"level": "warning", "event": "stand-in speaks"}}', flush=True)

class Yes(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", {port}), Yes).serve_forever()
"""


def plan(name: str, port: int, *, stubborn: bool) -> Plan:
    code = SERVE.format(port=port, stubborn=stubborn)
    return Plan(
        name,
        [sys.executable, "-c", code],
        partial(probes.http_ready, port, "/"),
        {"preexec_fn": die_with_parent},
    )


async def begin(family: Family, ports: list[int], *, stubborn: bool) -> None:
    await family.up([plan("first", ports[0], stubborn=stubborn)])
    await family.up([plan("second", ports[1], stubborn=stubborn)])
    family.listen()
    say("all ready")


def main() -> None:
    folder, first, second, *options = sys.argv[1:]
    place = Place(Path(folder))
    place.make()
    try:
        with place.held():
            if left := place.clear_leftovers():
                say(f"cleared {' '.join(sorted(left))}")
            family = Family(place)
            ports = [int(first), int(second)]
            start = partial(begin, family, ports, stubborn="stubborn" in options)
            asyncio.run(keep(family, start))
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
