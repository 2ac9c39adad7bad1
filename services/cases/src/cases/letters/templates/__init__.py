"""One file a template; see cases.letters.template for their form."""
