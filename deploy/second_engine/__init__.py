"""The indicators' queries on another engine: the way out when one machine is too small."""
