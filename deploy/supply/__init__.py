"""What goes into Qadaga: its code, what that stands on, and what must not lie in it.

    python -m deploy.supply          every check (part of `make check`)
    python -m deploy.supply sbom     the list of parts of each image, into build/sbom
    python -m deploy.supply audit    ask whether a locked version has a published weakness

The tools lie in an environment of their own (deploy/tools). None of them asks the network, but
for `audit`.
"""
