"""The work: money is taken, receipts are recorded, what is uncertain is found out."""
