"""A run in one file: what was given, what came out, with what, so that anyone can work it out again and compare."""
