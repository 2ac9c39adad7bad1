"""Carries a suspicion to a counted outcome: tips, cases, evidence, complaints, outcomes."""
