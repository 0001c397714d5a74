"""Reading what the user gave: which documents, their syntax, their terms, their projects."""
