"""The contract between records, demos and the build: no torch, no files written.

record: what a frame claims. judge: how replicates become a verdict. result: what a run leaves.
strictyaml: the dialect records are written in. corpus: where they are. reach: what code imports.
"""
