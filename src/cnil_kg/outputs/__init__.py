"""Descriptions written: the YAML form, its JSON Schema, Turtle."""
