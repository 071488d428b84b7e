"""A tax regime on a day: what a receipt of that day carries."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.enumerations import TaxSystem, VatRate
from kassa_tui.settings.tax import (
    AMBIGUOUS_CODES,
    KNOWN_CODES,
    TAX_SYSTEMS,
    VAT_RATES,
    Purpose,
    RateNotInForce,
    TaxPair,
    TaxRegimeError,
    UnmappedTaxCode,
    resolve,
)

IN_2025 = date(2025, 12, 31)
IN_2026 = date(2026, 1, 1)

pairs = st.builds(
    TaxPair,
    tax_system=st.sampled_from(list(TAX_SYSTEMS.values())),
    vat_rate=st.sampled_from(list(VAT_RATES.values())),
)
regimes = st.one_of(
    st.sampled_from(sorted(KNOWN_CODES)),
    st.sampled_from(sorted(AMBIGUOUS_CODES)),
    st.text(min_size=1, max_size=20),
    pairs,
)


@pytest.mark.parametrize(
    ("code", "tax_system", "rate"),
    [
        ("PSN", 32, 6),
        ("USN_INCOME", 2, 6),
        ("USN_INCOME_EXPENSE", 4, 6),
        ("AUSN_INCOME", 2, 6),
        ("AUSN_INCOME_EXPENSE", 4, 6),
        ("OSNO_20", 1, 1),
        ("OSNO_10", 1, 2),
        ("OSNO_0", 1, 5),
        ("OSNO_20_120", 1, 3),
        ("OSNO_10_110", 1, 4),
        ("USN_INCOME_5", 2, 7),
        ("USN_INCOME_EXPENSE_7", 4, 8),
        ("USN_INCOME_5_105", 2, 9),
        ("USN_INCOME_EXPENSE_7_107", 4, 10),
    ],
)
def test_each_code_of_the_crm_has_its_tax_system_and_rate_in_2025(code, tax_system, rate):
    assert resolve(code, IN_2025, Purpose.SERVICES) == (tax_system, rate)


@pytest.mark.parametrize("code", ["OSNO_20", "OSNO_22"])
def test_the_main_rate_is_20_percent_until_2025_and_22_percent_since(code):
    assert resolve(code, IN_2025, Purpose.GOODS) == (TaxSystem.GENERAL, VatRate.VAT_20)
    assert resolve(code, IN_2026, Purpose.GOODS) == (TaxSystem.GENERAL, VatRate.VAT_22)


@pytest.mark.parametrize("name", ["20", "22"])
def test_the_main_rate_said_outright_follows_the_day_as_well(name):
    regime = TaxPair(tax_system="simplified_income", vat_rate=name)
    assert resolve(regime, IN_2025, Purpose.GOODS)[1] is VatRate.VAT_20
    assert resolve(regime, IN_2026, Purpose.GOODS)[1] is VatRate.VAT_22


@pytest.mark.parametrize(
    ("plain", "calculated"),
    [("5", "5/105"), ("7", "7/107"), ("10", "10/110"), ("22", "22/122")],
)
def test_an_advance_of_a_vat_payer_carries_the_calculated_rate(plain, calculated):
    regime = TaxPair(tax_system="general", vat_rate=plain)
    assert resolve(regime, IN_2026, Purpose.TOP_UP)[1] is VAT_RATES[calculated]
    assert resolve(regime, IN_2026, Purpose.SERVICES)[1] is VAT_RATES[plain]


@pytest.mark.parametrize("name", ["none", "0"])
def test_an_advance_without_tax_stays_without_it(name):
    regime = TaxPair(tax_system="general", vat_rate=name)
    assert resolve(regime, IN_2026, Purpose.TOP_UP)[1] is VAT_RATES[name]


def test_a_calculated_rate_chosen_for_goods_stays():
    assert resolve("OSNO_22_122", IN_2026, Purpose.GOODS)[1] is VatRate.VAT_22_122


def test_the_document_of_an_earlier_settlement_gets_the_rate_of_its_day():
    assert resolve("OSNO_22", date(2025, 6, 1), Purpose.TOP_UP)[1] is VatRate.VAT_20_120


def test_an_unknown_code_refuses_with_itself_and_its_key():
    with pytest.raises(UnmappedTaxCode, match="did you mean USN_INCOME") as refusal:
        resolve("USN_INCOM", IN_2026, Purpose.GOODS)
    assert (refusal.value.code, refusal.value.key) == ("USN_INCOM", "tax.goods")


@pytest.mark.parametrize("code", ["USN_5", "USN_7"])
def test_a_code_that_says_too_little_refuses_until_it_is_mapped(code):
    with pytest.raises(UnmappedTaxCode, match="does not tell income from income minus expenses"):
        resolve(code, IN_2026, Purpose.SERVICES)
    mapping = {code: TaxPair(tax_system="simplified_income", vat_rate=code[-1])}
    system, rate = resolve(code, IN_2026, Purpose.SERVICES, mapping)
    assert (system, rate) == (TaxSystem.SIMPLIFIED_INCOME, VAT_RATES[code[-1]])


def test_a_mapping_goes_before_what_is_known():
    mapping = {"AUSN_INCOME": TaxPair(tax_system="agricultural", vat_rate="none")}
    assert resolve("AUSN_INCOME", IN_2026, Purpose.GOODS, mapping)[0] is TaxSystem.AGRICULTURAL


def test_a_rate_before_its_time_refuses_with_the_rate_and_the_day():
    with pytest.raises(RateNotInForce, match=r"tax\.goods: .*2024-12-31") as refusal:
        resolve("USN_INCOME_5", date(2024, 12, 31), Purpose.GOODS)
    assert (refusal.value.rate, refusal.value.on) == (VatRate.VAT_5, date(2024, 12, 31))
    assert (refusal.value.code, refusal.value.key) == ("USN_INCOME_5", "tax.goods")


@given(regimes, st.dates(), st.sampled_from(Purpose))
def test_every_regime_on_every_day_has_a_rate_in_force_or_a_typed_refusal(regime, on, purpose):
    try:
        tax_system, rate = resolve(regime, on, purpose)
    except TaxRegimeError as error:
        refusal = error
    else:
        assert rate.is_valid_on(on)
        assert tax_system in TAX_SYSTEMS.values()
        return
    assert refusal.key == f"tax.{purpose.value}"
    assert refusal.code


@given(
    st.one_of(st.sampled_from(sorted(KNOWN_CODES)), pairs),
    st.dates(min_value=date(2025, 1, 1)),
    st.sampled_from(Purpose),
)
def test_since_2025_every_known_regime_resolves(regime, on, purpose):
    tax_system, rate = resolve(regime, on, purpose)
    said = regime if isinstance(regime, TaxPair) else KNOWN_CODES[regime]
    assert tax_system is said.tax_system
    assert (rate.percent is None) == (said.vat_rate.percent is None)
    assert rate.is_valid_on(on)
