"""Takes in what the state publishes about every purchase."""
