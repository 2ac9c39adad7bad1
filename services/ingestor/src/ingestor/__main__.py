"""The ingestor command."""


def main() -> None:
    """Say what the command can do."""
