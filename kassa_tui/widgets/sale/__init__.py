"""The payment form: a draft of what is typed, its fields, what is found and what is sold."""
