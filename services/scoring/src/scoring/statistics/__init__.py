"""Figures over all facts: statistics as tiles, profiles of buyers, suppliers, regions, networks."""
