"""What the CRM can do, and who asks it."""

from __future__ import annotations

from kassa_tui.izi.values import Id, Name, OpenEnum, Time, Wire


class Feature(OpenEnum):
    """What a CRM may lack; its calls then end in `NotSupported`."""

    SHIFTS_WRITE = "shifts.write"
    TRANSACTIONS_WRITE = "transactions.write"
    TRANSACTIONS_BONUS = "transactions.bonus"
    RECEIPTS_ATTACH = "receipts.attach"
    RECEIPTS_IMPORT = "receipts.import"
    CASH_WRITE = "cash.write"
    CLIENTS_LOGIN = "clients.login"
    CLIENTS_QR = "clients.qr"
    CATALOG_BARCODE = "catalog.barcode"
    CATALOG_MARKING = "catalog.marking"
    FISCAL_MODE = "fiscal_mode"


class Permission(OpenEnum):
    """What an operator may do (contract D.9)."""

    SHIFT_OPEN = "shift.open"
    SHIFT_CLOSE = "shift.close"
    SHIFT_READ = "shift.read"
    SHIFT_FISCAL_MODE = "shift.fiscal_mode"
    TRANSACTION_READ = "transaction.read"
    TRANSACTION_TOP_UP = "transaction.top_up"
    TRANSACTION_CHARGE = "transaction.charge"
    TRANSACTION_REFUND = "transaction.refund"
    TRANSACTION_WITHDRAWAL = "transaction.withdrawal"
    TRANSACTION_ADJUSTMENT = "transaction.adjustment"
    TRANSACTION_BONUS = "transaction.bonus"
    CASH_MOVE = "cash.move"
    CASH_COLLECT = "cash.collect"
    CLIENT_READ = "client.read"
    CLIENT_CONTACT = "client.contact"
    CATALOG_READ = "catalog.read"
    DISCOUNT_APPLY = "discount.apply"
    RECEIPT_ATTACH = "receipt.attach"
    RECEIPT_IMPORT = "receipt.import"
    SETTINGS_READ = "settings.read"


class Capabilities(Wire):
    contract: str
    """Version of the contract, `1.0`."""
    server: str
    features: tuple[Feature, ...]


class Person(Wire):
    """A member of staff, as shown."""

    id: Id
    display_name: Name


class Club(Wire):
    id: Id
    name: Name


class Me(Wire):
    """The holder of the token: one operator at one station."""

    operator: Person
    clubs: tuple[Club, ...]
    permissions: tuple[Permission, ...]
    token_expires_at: Time | None = None
