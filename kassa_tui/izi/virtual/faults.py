"""What can go wrong between a station and its CRM; written as `drivers.virtual.faults` says.

The command of a fault is a call's name: `hang-after-commit@post_transaction:2`.
"""

FAULTS = {
    "token-expired": "the token is of no use any more: 401, nothing was done",
    "rate-limited": "too many requests: 429 with Retry-After, nothing was done",
    "error-before-commit": "503, nothing was done",
    "hang-before-commit": "nothing is done, and no answer ever comes",
    "duplicate-delivery": "the request arrives twice; the second answer is given",
    "stale-page": "a list is told as it was when it was last asked for",
    "error-after-commit": "done, and 500 for an answer",
    "foreign-error-after-commit": "done, and the answer is a proxy's page of HTML, 502",
    "hang-after-commit": "done, and no answer ever comes",
}
"""In the order in which they are asked for within one request."""
