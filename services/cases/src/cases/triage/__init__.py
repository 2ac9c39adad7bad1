"""Triage: what an organisation does about the alerts that scoring raises."""
