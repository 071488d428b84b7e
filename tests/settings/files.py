"""A small valid settings file, and ways to spoil it."""

GOOD = """\
[station]
name = "Касса 1"
[register]
url = "serial:///dev/ttyACM0?baudrate=115200"
timezone = "Asia/Yekaterinburg"
[[cashiers]]
name = "Кассир Иванова А.А."
[legal_entity]
name = 'ООО "Ромашка"'
inn = "7700000016"
address = "г. Екатеринбург, ул. Примерная, д. 1"
place = "Клуб"
[tax]
top_up = "USN_INCOME"
services = "PSN"
goods = { tax_system = "general", vat_rate = "22" }
"""


def with_line(table: str, line: str) -> str:
    """`GOOD` with one more line in a table that it may lack."""
    header = f"[{table}]\n"
    if header in GOOD:
        return GOOD.replace(header, f"{header}{line}\n")
    return f"{GOOD}{header}{line}\n"


def replaced(old: str, new: str) -> str:
    """`GOOD` with `new` in the place of `old`."""
    assert old in GOOD
    return GOOD.replace(old, new)
