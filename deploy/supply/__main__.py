"""The command line of what goes into Qadaga; see the package."""

import sys
import time

from deploy.supply import audit, code, hidden, licences, sbom

CHECKS = {
    "every folder of code is looked at": code.looked_at,
    "no grave weakness by bandit": code.bandit,
    "our own rules hold, and find their examples": code.own_rules,
    "no secret lies in the repository": hidden.secrets,
    "licences are on the list": licences.faults,
    "the parts of each image are those locked and installed": sbom.write,
}


def check() -> int:
    """Run every check and say how each went."""
    failed = False
    for name, look in CHECKS.items():
        started = time.monotonic()
        faults = look()
        failed = failed or bool(faults)
        seconds = f" ({time.monotonic() - started:.0f} s)"
        print(f"{'FAIL' if faults else 'ok'}  {name}{seconds}", *faults, sep="\n      ", flush=True)
    return int(failed)


def main(arguments: list[str]) -> int:
    """Do what is asked; the exit status says how it went."""
    match arguments:
        case []:
            return check()
        case ["licences"]:
            licences.write()
            return 0
        case ["sbom"]:
            faults = sbom.write()
            print(*(faults or [f"{path}" for path in sorted(sbom.FOLDER.iterdir())]), sep="\n")
            return int(bool(faults))
        case ["audit"]:
            verdict = audit.audit()
            print(verdict)
            return verdict.status
    print(sys.modules["deploy.supply"].__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
