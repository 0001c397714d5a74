"""`cnil-kg serve`: a SPARQL endpoint and a query page, read-only, over one dataset."""
