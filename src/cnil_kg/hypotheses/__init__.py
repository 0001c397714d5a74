"""`cnil-kg whatif`: what follows from a description that differs from the one read by a few statements."""
