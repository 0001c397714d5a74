"""Cited, three-valued verdicts on AI projects under the CNIL sheets."""

__version__ = "0.1.0"
