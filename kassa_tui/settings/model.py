"""Every setting of a club, with the words that explain it.

The description of a field becomes its comment in the file that `kassa config init` writes;
its example (or its default) becomes the value there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    PlainSerializer,
    SecretStr,
    Tag,
    ValidationInfo,
    field_validator,
)

from drivers.ffd.enumerations import TaxSystem, VatRate
from kassa_tui.settings import tax
from kassa_tui.settings.fields import (
    AccountPassword,
    Email,
    FullPath,
    GatewayUrl,
    Inn,
    ListenAddress,
    OrganisationInn,
    PersonInn,
    RegisterPassword,
    RegisterUrl,
    Roubles,
    Section,
    ServicePassword,
    Token,
    Zone,
    printed_text,
    wrong,
)
from kassa_tui.settings.tax import Purpose, TaxCode, TaxPair
from kassa_tui.words import N_, _


class Station(Section):
    name: Annotated[str, printed_text(64)] = Field(
        description=N_("What this till is called on screens and in the CRM."),
        examples=["Касса 1"],
    )
    language: Literal["auto", "ru", "en"] = Field(
        default="auto",
        description=N_("Language of the screens: ru, en, or auto (that of the system)."),
    )
    state_directory: FullPath | None = Field(
        default=None,
        description=N_(
            "Where the journal and its backups are kept: a full path."
            " When not given: the system's usual place."
        ),
        examples=["/var/lib/kassa"],
    )
    theme: Literal["auto", "default", "contrast", "console", "mono"] = Field(
        default="auto",
        description=N_(
            "Colours: default, contrast (strong), console (the sixteen of a Linux console), mono"
            " (none), or auto: console where the terminal is one, mono where NO_COLOR is set."
        ),
    )
    low_bandwidth: bool = Field(
        default=False, description=N_("Draw sparingly: for a slow SSH line or an old computer.")
    )
    training: bool = Field(
        default=False,
        description=N_(
            "Training: a register in software takes the place of the real one,"
            " and no document has fiscal force."
        ),
    )


class Register(Section):
    url: RegisterUrl = Field(
        description=N_(
            "Where the fiscal register is: serial:///dev/ttyACM0?baudrate=115200,"
            " serial://COM3?baudrate=115200, socket://192.168.1.50:7778, or behind KkmServer:"
            " http://192.168.1.20:5893?num_device=1 (https; or kkt_number, or inn)."
        ),
        examples=["serial:///dev/ttyACM0?baudrate=115200"],
    )
    protocol: Literal["auto", "v1", "v2"] = Field(
        default="auto",
        description=N_("Version of the exchange protocol: v1, v2, or auto (found out)."),
    )
    operator_password: RegisterPassword = Field(
        default=SecretStr("30"),
        description=N_(
            "The register's password under which is sold, as set in the register; its row gets"
            " the cashier's name. Opening a shift takes the system administrator's."
            " May be given as KASSA_REGISTER_OPERATOR_PASSWORD instead."
        ),
        examples=["30"],
    )
    admin_password: RegisterPassword = Field(
        default=SecretStr("30"),
        description=N_(
            "The register's password of the system administrator."
            " May be given as KASSA_REGISTER_ADMIN_PASSWORD instead."
        ),
        examples=["30"],
    )
    user: Literal["User", "Admin"] = Field(
        default="User", description=N_("KkmServer: the login under which commands are sent.")
    )
    password: ServicePassword = Field(
        default=SecretStr(""),
        description=N_(
            "KkmServer: the password of that login."
            " May be given as KASSA_REGISTER_PASSWORD instead."
        ),
        examples=["your-password"],
    )
    ca_file: FullPath | None = Field(
        default=None,
        description=N_(
            "KkmServer with https: a file of certificates to trust instead of the system's,"
            " a full path."
        ),
        examples=["/etc/kassa/kkmserver-ca.pem"],
    )
    timezone: Zone = Field(
        description=N_("Time zone of the register's clock, for example Asia/Yekaterinburg."),
        examples=["Europe/Moscow"],
    )


class Crm(Section):
    kind: Literal["embedded", "gateway", "graphql"] = Field(
        default="embedded",
        description=N_(
            "Who keeps clients and balances: graphql (IZI, by its public API), gateway (a CRM"
            " behind its gateway) or embedded (this program alone)."
        ),
    )
    url: GatewayUrl | None = Field(
        default=None,
        validate_default=True,
        description=N_(
            "Address of the gateway; needed for kind = gateway."
            " For graphql, when not given: IZI's own, https://api.izi.is/graphql."
        ),
        examples=["https://crm.example.ru/kassa"],
    )
    token: Token | None = Field(
        default=None,
        validate_default=True,
        description=N_(
            "The gateway's access token; needed for kind = gateway."
            " Better given as KASSA_CRM_TOKEN, so that it stands in no file."
        ),
        examples=["paste-the-token-here"],
    )
    login: Email | None = Field(
        default=None,
        validate_default=True,
        description=N_(
            "E-mail of the account in IZI; needed for kind = graphql. Give this till an account"
            " of its own: IZI counts requests by account."
        ),
        examples=["till-1@example.ru"],
    )
    password: AccountPassword | None = Field(
        default=None,
        validate_default=True,
        description=N_(
            "The account's password; needed for kind = graphql."
            " Better given as KASSA_CRM_PASSWORD, so that it stands in no file."
        ),
        examples=["your-password"],
    )
    club_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")] | None = Field(
        default=None,
        validate_default=True,
        description=N_(
            "The club in the CRM; needed when the token is good for several,"
            " and for kind = graphql."
        ),
        examples=["club_7"],
    )
    adapter: Literal["none", "kkm"] | None = Field(
        default=None,
        validate_default=True,
        description=N_(
            "What IZI itself prints receipts by; needed for kind = graphql. Look in IZI: Settings,"
            " Integrations, Cash Register, Adapter. With kkm each receipt would come out twice, and"
            " the till does not start."
        ),
        examples=["none"],
    )
    webhook_listen: ListenAddress | None = Field(
        default=None,
        description=N_(
            "Where IZI's webhooks are listened for: host:port of this computer, behind a proxy"
            " that speaks HTTPS. They only make the till look at IZI at once."
        ),
        examples=["127.0.0.1:8090"],
    )
    webhook_secret: AccountPassword | None = Field(
        default=None,
        validate_default=True,
        description=N_(
            "The secret that IZI told when the webhook was made; needed for webhook_listen."
            " Better given as KASSA_CRM_WEBHOOK_SECRET."
        ),
        examples=["paste-the-secret-here"],
    )
    ca_file: FullPath | None = Field(
        default=None,
        description=N_(
            "Certificates (PEM) of the authority that vouches for the gateway or for IZI."
            " When not given: those that the system trusts."
        ),
        examples=["/etc/kassa/ca.pem"],
    )

    fiscalise_its_payments: bool = Field(
        default=False,
        description=N_(
            "What is paid in the CRM's own screens or its app gets its receipt from this till"
            " by itself; false: each is issued from the reconciliation. Tills of one CRM need"
            " different names: each receipt is made by one of them."
        ),
    )

    @field_validator("url", "token")
    @classmethod
    def _needed_by_gateway(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.data.get("kind") == "gateway":
            raise wrong(_('is needed for kind = "gateway"'))
        return value

    @field_validator("login", "password", "club_id", "adapter")
    @classmethod
    def _needed_by_graphql(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.data.get("kind") == "graphql":
            raise wrong(_('is needed for kind = "graphql"'))
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _needed_by_listener(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.data.get("webhook_listen") is not None:
            raise wrong(_("is needed for webhook_listen"))
        return value


class Cashier(Section):
    name: Annotated[str, printed_text(64)] = Field(
        description=N_("Position and name, as the receipt shows them (tag 1021)."),
        examples=["Кассир Иванова А.А."],
    )
    inn: PersonInn | None = Field(
        default=None,
        description=N_("The cashier's INN, 12 digits (tag 1203), when there is one."),
        examples=["770000000156"],
    )


class LegalEntity(Section):
    name: Annotated[str, printed_text(256)] = Field(
        description=N_("Name of the organisation or entrepreneur (tag 1048)."),
        examples=['ООО "Ромашка"'],
    )
    inn: Inn = Field(
        description=N_("Its INN, 10 or 12 digits (tag 1018)."), examples=["7700000016"]
    )
    address: Annotated[str, printed_text(256)] = Field(
        description=N_("Address of settlements (tag 1009)."),
        examples=["101000, г. Москва, ул. Примерная, д. 1"],
    )
    place: Annotated[str, printed_text(256)] = Field(
        description=N_("Place of settlements (tag 1187)."), examples=['Клуб "Ромашка"']
    )
    sender_email: Email | None = Field(
        default=None,
        description=N_("E-mail from which electronic receipts are sent (tag 1117)."),
        examples=["check@example.ru"],
    )


class Ofd(Section):
    name: Annotated[str, printed_text(256)] = Field(
        description=N_("Name of the fiscal data operator (tag 1046)."), examples=["ООО Оператор"]
    )
    inn: OrganisationInn = Field(
        description=N_("Its INN, 10 digits (tag 1017)."), examples=["7700000023"]
    )


def _shape(value: object) -> str:
    return "(pair)" if isinstance(value, (dict, TaxPair)) else "(code)"


Regime = Annotated[
    Annotated[TaxCode, Tag("(code)")] | Annotated[TaxPair, Tag("(pair)")], Discriminator(_shape)
]
"""A tax setting of IZI: one of its codes, or tax system and rate outright."""


class Tax(Section):
    top_up: Regime = Field(
        description=N_(
            "Tax regime of balance top-ups: a code of IZI, or for example"
            ' { tax_system = "general", vat_rate = "22" }. VAT payers get the calculated rate'
            " (22/122) by themselves, and the main rate follows the day: 20 and 22 mean the same."
        ),
        examples=["USN_INCOME"],
    )
    services: Regime = Field(
        description=N_("Tax regime of services (game time)."), examples=["USN_INCOME"]
    )
    goods: Regime = Field(description=N_("Tax regime of goods (the bar)."), examples=["USN_INCOME"])
    mapping: Annotated[
        Mapping[TaxCode, TaxPair],
        Field(max_length=100),
        AfterValidator(MappingProxyType),
        PlainSerializer(dict, return_type=dict[str, TaxPair]),
    ] = Field(
        default_factory=lambda: MappingProxyType({}),
        description=N_(
            "What a code means that the program does not know, or that says too little:"
            " USN_5 does not tell income from income minus expenses. tax_system is one of"
            " general, simplified_income, simplified_income_minus_expenses, agricultural,"
            " patent; vat_rate one of none, 0, 5, 7, 10, 20, 22, 5/105, 7/107, 10/110,"
            " 20/120, 22/122."
        ),
    )

    def resolve(self, purpose: Purpose, on: date) -> tuple[TaxSystem, VatRate]:
        """Tax system and rate of a settlement of the day `on`; raises `TaxRegimeError`.

        See `tax.resolve`, also for a code that comes from the CRM.
        """
        regimes: Mapping[Purpose, TaxCode | TaxPair] = {
            Purpose.TOP_UP: self.top_up,
            Purpose.SERVICES: self.services,
            Purpose.GOODS: self.goods,
        }
        return tax.resolve(regimes[purpose], on, purpose, self.mapping)


class Sales(Section):
    payment_methods: Annotated[tuple[Literal["cash", "card"], ...], Field(strict=False)] = Field(
        default=("cash", "card"), description=N_("Ways to pay at the desk: cash, card.")
    )
    fiscalise_balance_charges: bool = Field(
        default=True,
        description=N_(
            "Paying from the balance makes a receipt of its own (offset of the advance,"
            " tag 1215). The law wants it; false only if another system prints it."
        ),
    )

    @field_validator("payment_methods")
    @classmethod
    def _some_each_once(cls, methods: tuple[str, ...]) -> tuple[str, ...]:
        if not methods or len(set(methods)) < len(methods):
            raise wrong(_("at least one way to pay is needed, and each once"))
        return methods


class Limits(Section):
    """Sums are kopecks here and roubles in the file."""

    max_receipt: Roubles = Field(
        default=10_000_000,
        alias="max_receipt_roubles",
        description=N_("No receipt may be larger: it catches a mistyped zero. Roubles."),
    )
    max_top_up: Roubles = Field(
        default=3_000_000,
        alias="max_top_up_roubles",
        description=N_("No top-up may be larger. Roubles."),
    )
    drawer_cash: Roubles = Field(
        default=10_000_000,
        alias="drawer_cash_roubles",
        description=N_("More cash in the drawer asks for a collection. Roubles."),
    )
    personal_data_days: int = Field(
        default=30,
        ge=1,
        le=1825,
        description=N_("Days after which a client's phone or e-mail leaves the journal."),
    )
    backup_count: int = Field(
        default=30, ge=1, le=1000, description=N_("How many backups of the journal are kept.")
    )


class Printing(Section):
    paper: Literal["always", "on_request"] = Field(
        default="always",
        description=N_(
            "Paper receipt: always, or on_request (left out when the client has given a phone"
            " or e-mail for the electronic receipt and wants no paper)."
        ),
    )


class Settings(Section):
    """One station's settings."""

    station: Station = Field(description=N_("This till."))
    fiscal_register: Register = Field(
        alias="register",  # the attribute of this name belongs to every class
        description=N_("The fiscal register."),
    )
    crm: Crm = Field(default=Crm(), description=N_("The CRM."))
    cashiers: Annotated[tuple[Cashier, ...], Field(strict=False, max_length=200)] = Field(
        description=N_("Who may stand at this till: one [[cashiers]] for each.")
    )
    legal_entity: LegalEntity = Field(
        description=N_("The seller, word for word as in the register's registration report.")
    )
    ofd: Ofd | None = Field(
        default=None,
        description=N_("The fiscal data operator; needed only when the register does not tell it."),
    )
    tax: Tax = Field(description=N_("Taxes. Ask the accountant: Kassa prints what stands here."))
    sales: Sales = Field(default=Sales(), description=N_("Selling."))
    limits: Limits = Field(
        default=Limits(), description=N_("Limits that guard against slips of the hand.")
    )
    printing: Printing = Field(default=Printing(), description=N_("Paper."))

    @field_validator("cashiers")
    @classmethod
    def _some_each_once(cls, cashiers: tuple[Cashier, ...]) -> tuple[Cashier, ...]:
        if not cashiers:
            raise wrong(_("at least one is needed"))
        if len({cashier.name for cashier in cashiers}) < len(cashiers):
            raise wrong(_("two cashiers have the same name"))
        return cashiers
