"""Proofs and lineages as pictures: `draw` writes what `proofs` and `lineage` make into boxes and arrows."""
