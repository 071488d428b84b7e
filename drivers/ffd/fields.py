"""Which requisite each field of a `Receipt` becomes."""

from __future__ import annotations

_BUYER = {
    "name": 1227,
    "inn": 1228,
    "birth_date": 1243,
    "citizenship": 1244,
    "document_kind": 1245,
    "document_data": 1246,
    "address": 1254,
}
_INDUSTRY = {"authority": 1262, "act_date": 1263, "act_number": 1264, "value": 1265}
_AGENT_DATA = {
    "transfer_operator_phones": 1075,
    "operation": 1044,
    "agent_phones": 1073,
    "receiving_operator_phones": 1074,
    "transfer_operator_name": 1026,
    "transfer_operator_address": 1005,
    "transfer_operator_inn": 1016,
}
_ITEM = {
    "name": 1030,
    "price": 1079,
    "quantity": 1023,
    "cost": 1043,
    "vat_rate": 1199,
    "payment_method": 1214,
    "payment_subject": 1212,
    "measure": 2108,
    "unit": 1197,
    "agent": 1222,
    "agent_data": 1223,
    **{f"agent_data.{name}": tag for name, tag in _AGENT_DATA.items()},
    "supplier": 1224,
    "supplier.inn": 1226,
    "supplier.name": 1225,
    "supplier.phones": 1171,
    "marking_code": 1163,
    "excise": 1229,
    "country": 1230,
    "customs_declaration": 1231,
    "additional_requisite": 1191,
    "industry_requisites": 1260,
    **{f"industry_requisites.{name}": tag for name, tag in _INDUSTRY.items()},
}
_FIELDS = {
    "calculation_sign": 1054,
    "tax_system": 1055,
    "items": 1059,
    **{f"items.{name}": tag for name, tag in _ITEM.items()},
    "payments": 1020,
    "payments.cash": 1031,
    "payments.cashless": 1081,
    "payments.prepaid": 1215,
    "payments.credit": 1216,
    "payments.consideration": 1217,
    "cash_tendered": 1031,
    "cashier": 1021,
    "cashier.name": 1021,
    "cashier.inn": 1203,
    "buyer_contact": 1008,
    "buyer": 1256,
    **{f"buyer.{name}": tag for name, tag in _BUYER.items()},
    "user_requisite": 1084,
    "user_requisite.name": 1085,
    "user_requisite.value": 1086,
    "additional_requisite": 1192,
    "industry_requisites": 1261,
    **{f"industry_requisites.{name}": tag for name, tag in _INDUSTRY.items()},
    "internet": 1125,
    "correction": 1174,
    "correction.type": 1173,
    "correction.settlement_date": 1178,
    "correction.order_number": 1179,
    "correction.vat": 1115,
    "correction.vat.rate": 1199,
    "correction.vat.amount": 1120,
}


def tag_of(field: str) -> int | None:
    """The tag of a field's path (`items.0.name`), None for a field without one."""
    return _FIELDS.get(".".join(part for part in field.split(".") if not part.isdecimal()))
