"""The scoring command."""


def main() -> None:
    """Say what the command can do."""
