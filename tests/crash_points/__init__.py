"""Every point at which a process can be cut: `python -m tests.crash_points [--script NAME]`.

A script is run once whole and its steps are counted: every turn of a task, every statement and
commit of the disk, every byte that leaves and every piece that comes, every word to a face.
Then it is run again and again, cut at step 1, 2, ... N, once as by `kill -9` and once with the
loss of what was not synced, recovered, and the invariants of the simulation are checked.

Cuts between which nothing has left the process, no byte, no statement, no word, are one cut:
the world cannot tell them apart. Where a power cut finds nothing unsynced it is the kill.
"""
