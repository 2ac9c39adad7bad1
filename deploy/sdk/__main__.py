"""Make the clients that other people's programs use, from the gateway's OpenAPI document.

    python -m deploy.sdk [FOLDER]    write FOLDER/python and FOLDER/typescript (build/sdk)

The TypeScript one needs node and npm; where they are missing it is left out, and that is said.
"""

import sys
from pathlib import Path

from deploy.sdk.make import ROOT, make_python, make_typescript


def main() -> None:
    """Write both, or say what was left out."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build/sdk"
    make_python(folder / "python")
    print(folder / "python")
    if make_typescript(folder / "typescript"):
        print(folder / "typescript")
    else:
        print("no TypeScript client: node and npm are not here", file=sys.stderr)


main()
