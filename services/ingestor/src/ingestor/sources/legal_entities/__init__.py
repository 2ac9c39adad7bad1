"""The register of legal entities, and the portal's own register of participants."""
