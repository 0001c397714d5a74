"""Questions in SPARQL over what was read and concluded: the library, the guard, the dataset, one run."""
