"""Real processes, really killed: `python -m tests.real_kills --kills N [--json]`, over HTTP
with `--register kkmserver`.

`kassa virtual-register` is one process, `kassa station` of a club with its own settings and its
own CRM another, and payers run `kassa pay --json -` in a loop, each payment with an
`external_id` of its own and asked for again with the same one until it is answered. The station
is killed with SIGKILL at random moments and started again, now and then the register is, and a
payer. At the end nobody is killed any more, the payers hear of all their payments, and journal,
CRM, answers and the register's tape are compared.
"""
