"""What each part is told, from a club's settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kassa_tui.bootstrap.clock import local_now

if TYPE_CHECKING:
    from kassa_tui.izi.models.settings import FiscalSettings
    from kassa_tui.settings.model import Settings
    from kassa_tui.station.settings import StationSettings


def settings_of(config: Path | None) -> Settings:
    """The settings of a real till; None: the usual file. Raises `SettingsError`."""
    from kassa_tui.settings.file import config_path, load

    return load(config_path(config, os.environ), os.environ).settings


def station_settings(settings: Settings, cashier: int = 0) -> StationSettings:
    """What a station must be told, from a club's settings; `cashier` counts from 0."""
    from kassa_tui.settings.tax import Purpose
    from kassa_tui.station.settings import StationSettings

    at_till = settings.cashiers[cashier]
    tax_system, vat_rate = settings.tax.resolve(Purpose.TOP_UP, local_now().date())
    return StationSettings(
        club=settings.legal_entity.place,
        till=settings.station.name,
        cashier=at_till.name,
        cashier_inn=at_till.inn,
        tax_system=tax_system,
        vat_rate=vat_rate,
        taxes=settings.tax.resolve,
        fiscalise_balance_charges=settings.sales.fiscalise_balance_charges,
        fiscalise_elsewhere=settings.crm.fiscalise_its_payments,
        anonymous_top_ups=False,
        paper_on_request=settings.printing.paper == "on_request",
        max_payment=settings.limits.max_receipt,
        max_top_up=settings.limits.max_top_up,
        backups_kept=settings.limits.backup_count,
        personal_data_days=settings.limits.personal_data_days,
    )


def club_settings(settings: Settings) -> FiscalSettings:
    """What the embedded CRM must know of the club. Raises `TaxRegimeError`."""
    from kassa_tui.izi.models.settings import Adapter, FiscalSettings, TaxRegime, TaxRegimes
    from kassa_tui.izi.models.transaction import PaymentMethod
    from kassa_tui.settings.tax import Purpose

    seller, now = settings.legal_entity, local_now()

    def regime(purpose: Purpose) -> TaxRegime:
        system, rate = settings.tax.resolve(purpose, now.date())
        return TaxRegime(code=f"{system:d}:{rate:d}", taxation_type=system, nds=rate)

    return FiscalSettings(
        fiscal_enabled=True,
        adapter=Adapter.NONE,
        utc_offset=f"{now:%z}"[:3] + ":" + f"{now:%z}"[3:5],
        user=seller.name,
        user_inn=seller.inn,
        retail_place=seller.place,
        retail_place_address=seller.address,
        tax=TaxRegimes(
            top_up=regime(Purpose.TOP_UP),
            services=regime(Purpose.SERVICES),
            goods=regime(Purpose.GOODS),
        ),
        payment_methods=(
            *map(PaymentMethod, settings.sales.payment_methods),
            PaymentMethod.BALANCE,
            PaymentMethod.BONUS,
        ),
        fiscalise_balance_charges=settings.sales.fiscalise_balance_charges,
    )
