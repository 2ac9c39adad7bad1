"""Who listens where: the front on its known port, all others on free ones that are remembered."""

import socket

from deploy.local.place import Place, Refusal
from deploy.processes import FRONT, PROCESSES, SANDBOX, SERVERS
from deploy.servers import free_port

HIGHEST = 65535

METRICS = f"{FRONT} metrics"
"""Of the front, whose own port is open to strangers."""


def front_port(wanted: str) -> int:
    """The number given as QADAGA_PORT. Raises Refusal for what is no port."""
    if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= HIGHEST:
        return int(wanted)
    raise Refusal(f"QADAGA_PORT must be a number from 1 to {HIGHEST}, not {wanted!r}.")


def assign(place: Place, front: int) -> dict[str, int]:
    """A port for each process. Raises Refusal when somebody listens on the front's."""
    if not is_free(front):
        raise Refusal(
            f"Port {front} is taken by another program. "
            f"Take another one: QADAGA_PORT={front + 1 if front < HIGHEST else 8000} make up"
        )
    remembered = place.recall("ports", {})
    ports = {FRONT: front}
    others = (process.name for process in (SANDBOX, *PROCESSES) if process.name != FRONT)
    for name in (*SERVERS, *others, METRICS):
        port = remembered.get(name)
        fits = port and port not in ports.values() and is_free(port)
        ports[name] = port if fits else another(set(ports.values()))
    place.remember("ports", ports)
    return ports


def another(taken: set[int]) -> int:
    """A free port that none of ours has."""
    while (port := free_port()) in taken:
        pass
    return port


def is_free(port: int) -> bool:
    """Whether a program could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refusal(
                f"Port {port} is for the administrator only: take one above 1023."
            ) from None
        except OSError:
            return False
    return True
