"""What every engine reads of its own package at its start, read where processes are forked from."""

from scoring import law
from scoring.indicator import catalogue

catalogue()
law.relations()
