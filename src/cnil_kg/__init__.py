"""Reasoning over the CNIL AI sheets."""
