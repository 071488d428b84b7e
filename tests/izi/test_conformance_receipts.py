"""Contract D.10, V8 and V9: attaching and importing fiscal documents, and D.8.

On the wire (`test_gateway_server`): the colon of a receipt id in a path, literal and `%3A`.
"""

import pytest

from kassa_tui.izi.errors import (
    CrmError,
    InsufficientBalance,
    ReceiptAlreadyAttached,
    ReceiptInconsistent,
    ReceiptInUse,
    ShiftClosed,
    ValidationFailed,
    VersionConflict,
)
from kassa_tui.izi.models.imported import ImportedReceipt
from kassa_tui.izi.models.transaction import FiscalStatusChange
from kassa_tui.izi.port import LookUpBy
from tests.izi.bench import (
    FN,
    IVAN,
    charge,
    chips,
    close,
    draft,
    fresh,
    opened,
    paid,
    post,
    receipt_for,
    refund,
    top_up,
    transactions_of,
    two_hours,
    withdrawal,
)


@pytest.fixture
async def shift(bench):
    return await opened(bench)


@pytest.fixture
async def row(bench, shift):
    return await post(bench, shift.id, top_up(bench, 50_000))


async def attach(bench, row, receipt):
    return await bench.crm.attach_receipt(row.id, receipt)


async def refused(bench, row, receipt, expected: type[CrmError]):
    before = await bench.crm.transaction(row.id)
    with pytest.raises(expected) as caught:
        await attach(bench, row, receipt)
    assert await bench.crm.transaction(row.id) == before
    return caught.value


async def test_an_attached_receipt_issues_the_transaction_and_changes_nothing_else(bench, row):
    before = await bench.crm.client(IVAN)
    receipt = receipt_for(bench, 1042, 50_000)
    written = await attach(bench, row, receipt)
    assert written.created
    assert written.value.receipts == (receipt,)
    assert written.value == row.model_copy(
        update={
            "receipts": (receipt,),
            "fiscal_status": written.value.fiscal_status,
            "version": row.version + 1,
        }
    )
    assert written.value.fiscal_status == "issued"
    assert await bench.crm.client(IVAN) == before


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"receipt_id": f"{FN}:1043"}, "#/receipt_id"),
        ({"fiscal_drive_number": "9999078900000002"}, "#/receipt_id"),
        ({"ofd_url": f"https://ofd.example/?fn={FN}&i=1&fp=2746192837"}, "#/ofd_url"),
        ({"ofd_url": f"https://ofd.example/?fn={FN}&i=1042&fp=1"}, "#/ofd_url"),
        ({"ofd_url": "https://ofd.example/?fn=9999078900000002"}, "#/ofd_url"),
        ({"qr": f"t=20260729T1200&s=500.00&fn={FN}&i=1041&fp=2746192837&n=1"}, "#/qr"),
    ],
)
async def test_rule_a_number_link_and_qr_tell_of_one_document(bench, row, members, pointer):
    receipt = receipt_for(bench, 1042, 50_000, **members)
    error = await refused(bench, row, receipt, ReceiptInconsistent)
    assert pointer in [fault.pointer for fault in error.faults]


@pytest.mark.parametrize(
    "members",
    [
        {"ofd_url": None, "qr": None},
        {"ofd_url": "https://ofd.example/r/abc", "qr": "no query at all"},
        {"ofd_url": "https://[broken", "qr": f"fn={FN}&i=0001042&fp=2746192837"},
    ],
)
async def test_rule_a_compares_only_what_link_and_qr_tell(bench, row, members):
    assert (await attach(bench, row, receipt_for(bench, 1042, 50_000, **members))).created


@pytest.mark.parametrize(
    ("members", "pointer"),
    [({"total_sum": 49_999}, "#/total_sum"), ({"operation_type": 2}, "#/operation_type")],
)
async def test_rule_b_sum_and_operation_are_the_transactions(bench, row, members, pointer):
    error = await refused(bench, row, receipt_for(bench, 1, 50_000, **members), ReceiptInconsistent)
    assert [fault.pointer for fault in error.faults] == [pointer]


async def test_rule_b_the_bonus_part_stands_on_no_receipt(bench, shift):
    sold = charge(bench, [two_hours(bonus=6_600)], balance=15_400, bonus=6_600)
    row = await post(bench, shift.id, sold)
    whole = receipt_for(bench, 1, 22_000)
    assert (await refused(bench, row, whole, ReceiptInconsistent)).faults[0].code == "mismatch"
    rest = receipt_for(bench, 1, 15_400, cash_total_sum=0, prepaid_sum=15_400)
    assert (await attach(bench, row, rest)).value.fiscal_status == "issued"


@pytest.mark.parametrize("kind", ["withdrawal", "refund"])
async def test_rule_b_money_given_back_has_a_return(bench, shift, kind):
    if kind == "withdrawal":
        row = await post(bench, shift.id, withdrawal(bench, 22_000))
    else:
        sold = await post(bench, shift.id, charge(bench, [two_hours()]))
        row = await post(bench, shift.id, refund(bench, sold, cash=22_000))
    await refused(bench, row, receipt_for(bench, 9, 22_000), ReceiptInconsistent)
    assert (await attach(bench, row, receipt_for(bench, 9, 22_000, operation_type=2))).created


async def test_a_transaction_without_receipt_takes_none(bench, shift):
    sent = draft(bench, type="bonus_credit", client_id=IVAN, amount=500, comment="турнир")
    row = await post(bench, shift.id, sent)
    await refused(bench, row, receipt_for(bench, 1, 500), ReceiptInconsistent)


async def test_rule_c_one_receipt_and_any_number_of_corrections(bench, row):
    await attach(bench, row, receipt_for(bench, 1, 50_000))
    error = await refused(bench, row, receipt_for(bench, 2, 50_000), ReceiptAlreadyAttached)
    assert error.receipt_id == f"{FN}:1"
    for number in (3, 4):
        correction = receipt_for(bench, number, 50_000, document_kind="correction")
        written = await attach(bench, row, correction)
    assert [each.document_kind for each in written.value.receipts] == [
        "receipt",
        "correction",
        "correction",
    ]
    assert written.value.fiscal_status == "issued"


async def test_rule_d_a_receipt_belongs_to_one_transaction(bench, shift, row):
    await attach(bench, row, receipt_for(bench, 1, 50_000))
    other = await post(bench, shift.id, top_up(bench, 50_000))
    error = await refused(bench, other, receipt_for(bench, 1, 50_000), ReceiptInUse)
    assert error.transaction_id == row.id


async def test_rule_e_the_same_receipt_again_changes_nothing(bench, row):
    first = await attach(bench, row, receipt_for(bench, 1, 50_000))
    again = await attach(bench, row, receipt_for(bench, 1, 50_000))
    assert not again.created
    assert again.value == first.value


async def test_rule_e_another_content_under_the_same_number_is_refused(bench, row):
    await attach(bench, row, receipt_for(bench, 1, 50_000))
    other = receipt_for(bench, 1, 50_000, request_number=15)
    error = await refused(bench, row, other, ReceiptAlreadyAttached)
    assert error.receipt_id == f"{FN}:1"


async def test_rule_f_a_receipt_is_attached_after_the_shift_has_closed(bench, shift, row):
    closed = await close(bench, shift)
    await attach(bench, row, receipt_for(bench, 1, 50_000))
    now = await bench.crm.shift(shift.id)
    assert (now.totals.receipts.issued, now.totals.receipts.pending) == (1, 0)
    assert now.totals.model_copy(update={"receipts": closed.totals.receipts}) == closed.totals


async def test_a_receipt_of_unknown_kind_is_refused(bench, row):
    with pytest.raises(ValidationFailed) as error:
        await attach(bench, row, receipt_for(bench, 1, 50_000, document_kind="napkin"))
    assert [fault.pointer for fault in error.value.faults] == ["#/document_kind"]


async def test_transactions_are_found_by_receipt_and_by_the_registers_shift(bench, shift, row):
    other = await post(bench, shift.id, top_up(bench, 70_000))
    await attach(bench, row, receipt_for(bench, 1, 50_000))
    await attach(bench, other, receipt_for(bench, 2, 70_000, shift_number=119))

    async def ids(by, value):
        return [
            each.id for each in (await bench.crm.find_transactions(bench.club_id, by, value)).items
        ]

    assert await ids(LookUpBy.RECEIPT_ID, f"{FN}:2") == [other.id]
    assert await ids(LookUpBy.FISCAL_SHIFT, f"{FN}:118") == [row.id]
    assert await ids(LookUpBy.FISCAL_SHIFT, f"{FN}:120") == []


async def set_status(bench, row, status, version=None, error=None):
    if status == "failed":
        error = {"code": "paper_out", "message": "нет бумаги"}
    change = FiscalStatusChange.model_validate({"status": status, "error": error})
    now = await bench.crm.transaction(row.id)
    return await bench.crm.set_fiscal_status(row.id, change, version=version or now.version)


@pytest.mark.parametrize(
    ("way", "allowed"),
    [
        (["failed"], True),
        (["failed", "pending"], True),
        (["failed", "pending", "deferred"], True),
        (["deferred"], True),
        (["failed", "deferred"], False),
        (["deferred", "pending"], False),
        (["deferred", "failed"], False),
        (["issued"], False),
        (["not_required"], False),
        (["burnt"], False),
    ],
)
async def test_the_fiscal_status_moves_along_its_machine(bench, row, way, allowed):
    *before, last = way
    for status in before:
        await set_status(bench, row, status)
    if allowed:
        assert (await set_status(bench, row, last)).fiscal_status == last
    else:
        with pytest.raises(ValidationFailed) as error:
            await set_status(bench, row, last)
        assert [fault.pointer for fault in error.value.faults] == ["#/status"]


@pytest.mark.parametrize("before", ["pending", "failed", "deferred"])
async def test_every_status_but_the_final_ones_leads_to_issued_and_stays(bench, row, before):
    if before != "pending":
        await set_status(bench, row, before)
    assert (await attach(bench, row, receipt_for(bench, 1, 50_000))).value.fiscal_status == "issued"
    with pytest.raises(ValidationFailed):
        await set_status(bench, row, "failed")


async def test_a_failure_says_why_and_is_forgotten_when_the_receipt_comes(bench, row):
    change = FiscalStatusChange(status="failed")
    with pytest.raises(ValidationFailed):
        await bench.crm.set_fiscal_status(row.id, change, version=1)
    failed = await set_status(bench, row, "failed")
    assert failed.fiscal_error.code == "paper_out"
    assert (await attach(bench, row, receipt_for(bench, 1, 50_000))).value.fiscal_error is None


async def test_a_stale_status_is_refused_and_a_repeated_one_changes_nothing(bench, row):
    failed = await set_status(bench, row, "failed")
    with pytest.raises(VersionConflict):
        await set_status(bench, row, "pending", version=row.version)
    assert await set_status(bench, row, "failed") == failed


def imported(bench, receipt, type_="top_up", **more):
    told = {
        "type": type_,
        "client_id": IVAN,
        "payments": paid(
            cash=receipt.cash_total_sum, card=receipt.ecash_total_sum, balance=receipt.prepaid_sum
        ),
        "comment": "чек с ленты",
    }
    return ImportedReceipt.model_validate(
        {"external_id": fresh(), "receipt": receipt, "transaction": told | more}
    )


async def bring(bench, shift, sent):
    return await bench.crm.import_receipt(shift.id, sent, key=fresh())


async def test_an_imported_receipt_makes_its_transaction_in_one_step(bench, shift):
    receipt = receipt_for(bench, 7, 30_000)
    made = (await bring(bench, shift, imported(bench, receipt))).value
    assert (made.origin, made.fiscal_status, made.amount) == ("fr_document", "issued", 30_000)
    assert (made.receipts, made.occurred_at) == ((receipt,), receipt.date_time)
    assert (await bench.crm.client(IVAN)).balance == 155_000
    assert (await bench.crm.shift(shift.id)).totals.channels.cash.revenue == 30_000


async def test_a_repeated_import_is_the_same_row(bench, shift):
    sent = imported(bench, receipt_for(bench, 7, 30_000))
    first = await bring(bench, shift, sent)
    again = await bring(bench, shift, sent)
    assert (again.value.id, again.created) == (first.value.id, False)
    assert len(await transactions_of(bench, shift.id)) == 1


async def test_a_known_receipt_is_not_imported_again(bench, shift, row):
    await attach(bench, row, receipt_for(bench, 1, 50_000))
    with pytest.raises(ReceiptInUse) as refused:
        await bring(bench, shift, imported(bench, receipt_for(bench, 1, 50_000)))
    assert refused.value.transaction_id == row.id
    assert len(await transactions_of(bench, shift.id)) == 1


async def test_a_refused_import_leaves_neither_receipt_nor_transaction(bench, shift):
    receipt = receipt_for(bench, 7, 125_001, operation_type=2)
    sent = imported(bench, receipt, "withdrawal")
    with pytest.raises(InsufficientBalance):
        await bring(bench, shift, sent)
    assert await transactions_of(bench, shift.id) == []
    found = await bench.crm.find_transactions(
        bench.club_id, LookUpBy.RECEIPT_ID, receipt.receipt_id
    )
    assert found.items == ()
    await post(bench, shift.id, top_up(bench, 50_000))
    assert (await bring(bench, shift, sent)).created


async def test_an_imported_charge_may_come_without_lines_and_paid_from_the_balance(bench, shift):
    receipt = receipt_for(bench, 7, 30_000, cash_total_sum=10_000, prepaid_sum=20_000)
    made = (await bring(bench, shift, imported(bench, receipt, "charge"))).value
    assert made.client_after.balance == 105_000


async def test_an_imported_charge_asks_neither_stock_nor_price(bench, shift):
    receipt = receipt_for(bench, 7, 1_000_000)
    lines = [chips("100") | {"price": 10_000, "sum": 1_000_000}]
    sent = imported(bench, receipt, "charge", lines=lines, client_id=None)
    assert (await bring(bench, shift, sent)).created


async def test_an_imported_refund_names_its_charge(bench, shift):
    sold = await post(bench, shift.id, charge(bench, [two_hours()]))
    receipt = receipt_for(bench, 7, 22_000, operation_type=2)
    with pytest.raises(ValidationFailed) as refused:
        await bring(bench, shift, imported(bench, receipt, "refund"))
    assert [f.pointer for f in refused.value.faults] == ["#/transaction/original_transaction_id"]
    sent = imported(bench, receipt, "refund", original_transaction_id=sold.id)
    assert (await bring(bench, shift, sent)).value.fiscal_status == "issued"


@pytest.mark.parametrize(
    ("members", "told", "pointer"),
    [
        ({"operation_type": 3}, {}, "#/receipt/operation_type"),
        ({"operation_type": 2}, {}, "#/transaction/type"),
        ({}, {"type": "withdrawal"}, "#/transaction/type"),
        ({}, {"payments": [{"method": "card", "amount": 30_000}]}, "#/transaction/payments"),
        ({"cash_total_sum": 29_999}, {}, "#/receipt/total_sum"),
        ({"receipt_id": f"{FN}:8"}, {}, "#/receipt/receipt_id"),
    ],
)
async def test_an_import_that_is_not_what_the_document_says_is_refused(
    bench, shift, members, told, pointer
):
    receipt = receipt_for(bench, 7, 30_000, **members)
    with pytest.raises(ReceiptInconsistent) as refused:
        await bring(bench, shift, imported(bench, receipt, **told))
    assert pointer in [fault.pointer for fault in refused.value.faults]
    assert await transactions_of(bench, shift.id) == []


async def test_an_import_says_why(bench, shift):
    with pytest.raises(ValidationFailed) as refused:
        await bring(bench, shift, imported(bench, receipt_for(bench, 7, 1), comment=" "))
    assert [fault.pointer for fault in refused.value.faults] == ["#/transaction/comment"]


async def test_a_document_of_a_closed_shift_is_posted_late_to_the_open_one(bench, shift):
    receipt = receipt_for(bench, 7, 30_000)
    bench.clock.advance(hours=2)
    await close(bench, shift)
    with pytest.raises(ShiftClosed):
        await bring(bench, shift, imported(bench, receipt))
    new = await opened(bench, shift_number=119, fiscal=None)
    made = (await bring(bench, new, imported(bench, receipt))).value
    assert (made.late_posted, made.shift_id) == (True, new.id)
    same_shift_of_the_register = receipt_for(bench, 8, 100)
    assert (await bring(bench, new, imported(bench, same_shift_of_the_register))).value.late_posted
    todays = receipt_for(bench, 9, 100, shift_number=119)
    assert not (await bring(bench, new, imported(bench, todays))).value.late_posted
