"""Real processes, really killed: `python -m tests.real_kills --kills N [--json]`.

`kassa virtual-register` is one process and a till that takes payments without end (`till`) the
other; the till is killed with SIGKILL at random moments and started again, and now and then the
register is. At the end a till without a murderer puts things in order, and the journal is compared
with the register's tape.
"""
