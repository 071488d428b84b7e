"""Do the proofs fail when they should? `python -m tests.planted_bugs [--bug NAME] [--json]`.

A planted bug is a wrong edit that a programmer might make, put in the place of the right piece of
the product in a process of its own. Then the proofs run there as they stand: the seeds of the
simulation, the crash points, or tests of behaviour where neither of those can see it, until one
finds a violation of the kind that the bug must show. A bug that none finds is a hole in a proof.
The product as it is goes the same way first, and must show nothing.
"""
