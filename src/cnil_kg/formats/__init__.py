"""One module a format: `render(report, lang) -> str`."""
