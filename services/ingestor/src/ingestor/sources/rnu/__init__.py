"""The register of unfair participants in public procurement."""
