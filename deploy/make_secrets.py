"""Makes the secrets that docker-compose.yml mounts: one file each, in ./secrets, made once.

    python3 deploy/make_secrets.py [FOLDER]

Needs nothing but Python. The folder is closed to everybody but its owner; the files in it can be
read by the containers' users. What is there already is kept: a lost key is lost data. A password
of PostgreSQL that you change goes into its address here, then `docker compose up provision`.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

ROLES = ("ingestor", "ingestor_raw", "scoring", "cases", "cases_vault", "gateway")
KEYS = (
    "internal_key",
    "raw_key",
    "pseudonym_key",
    "cursor_key",
    "receipt_key",
    "seal_key",
    "audit_key",
    "link_key",
    "postgres_password",
    "grafana_password",
)
SERVER = "postgres:5432/qadaga"


def key() -> str:
    """A secret of 256 bits that needs no quoting in an address."""
    return secrets.token_hex(32)


def missing(folder: Path) -> dict[str, str]:
    """The files that are not there yet, with new contents that fit the ones that are."""
    made = {name: read(folder, name) or key() for name in KEYS}
    made["admin_database_url"] = f"postgresql://postgres:{made['postgres_password']}@{SERVER}"
    for role in ROLES:
        made[f"{role}_database_url"] = f"postgresql://{role}:{key()}@{SERVER}"
    valkey = read(folder, "valkey_conf").partition(" ")[2] or key()
    made["valkey_conf"] = f"requirepass {valkey}"
    made["redis_url"] = f"redis://:{valkey}@valkey:6379/0"
    return {name: text for name, text in made.items() if not (folder / name).exists()}


def read(folder: Path, name: str) -> str:
    """A secret made earlier; empty when there is none."""
    path = folder / name
    return path.read_text().strip() if path.exists() else ""


def main() -> None:
    """Make what is missing and say its names, never its contents."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "secrets")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, text in missing(folder).items():
        (folder / name).write_text(text + "\n")
        (folder / name).chmod(0o444)
        print(f"made {folder / name}")


if __name__ == "__main__":
    main()
