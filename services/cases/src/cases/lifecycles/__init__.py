"""One file a life cycle; see cases.lifecycle for their form."""
