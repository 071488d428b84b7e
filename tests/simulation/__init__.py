"""The station on a machine made of software: its clock, disk, wire and death are ours.

`python -m tests.simulation --seeds N` runs the real station, journal, driver (Shtrih, or
KkmServer with `--register kkmserver`) and virtual register on one event loop whose time jumps,
with faults drawn from one seed. The product is not changed and not told: the network and the
threads are those of the loop (`machine.VirtualLoop`), the disk is real SQLite whose synced bytes
are remembered (`disk`).
"""
