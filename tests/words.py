"""The Russian catalogue as its source says it, compiled or not."""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PO = Path(__file__).parents[1] / "kassa_tui" / "locale" / "ru" / "LC_MESSAGES" / "kassa.po"


@cache
def russian_catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="ru")


@cache
def russian() -> gettext.GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, russian_catalogue())
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
