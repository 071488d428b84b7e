"""A cashier's day by keys alone, whatever register stands behind the till.

The club is the demo's. The script knows what it takes and gives, so that the drawer is
counted as a cashier counts it: without looking at what the till expects.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from tests.terminal.terminal import Terminal, back_to_sale

TOP_UP, TARIFF, GOODS, REFUND, WITHDRAWAL, BONUS = "123456"
CASH, CARD, SBP, BALANCE, SPLIT = "12345"
"""Digits of the rows."""

IVAN, VASYA, SANYA, DMITRY, TIMUR = "6617", "6754", "7028", "7165", "7850"
"""The last digits of telephones; these clients have money on their balance."""
CHIPS, BAR, COFFEE, SANDWICH = "чипсы", "батончик", "американо", "сэндвич"
"""Goods of 130, 70, 120 and 190 roubles, by a word that no others have."""
BAR_CODE = "2000000000053"
TIME = "2 часа"
"""A tariff, found in two zones, the first at 220 roubles."""

_CHOSEN = re.compile(r"баланс -?\d[\d ]*,\d\d, бонусы")

_WAITED = re.compile(r"ФР записывает чек\.\.\. [2-9] с")


@dataclass
class Day:
    """What has been done so far. Sums are roubles."""

    cashier: Terminal
    paid: Counter[str] = field(default_factory=Counter)
    """By method, what was given back taken off."""
    payments: int = 0
    receipts: int = 0

    # Money

    def top_up(self, client: str, total: int, method: str = CASH, tendered: int = 0) -> None:
        self._choose(client)
        self.cashier.paste(f"{total}\r")
        self._pay_by(method)
        if tendered:
            self.cashier.paste(str(tendered))
            self.cashier.until(f"сдача {_sum(tendered - total)}")
        self._confirm("принять", total)
        self._note(method, total)

    def top_up_though_the_answer_is_lost(self, client: str, total: int) -> None:
        """By SBP. The wait is shown with its length, and the receipt comes once."""
        self._choose(client)
        self.cashier.paste(f"{total}\r")
        self._pay_by(SBP)
        self.cashier.until(f"F12 принять {_sum(total)}")
        self.cashier.press("f12")
        self.cashier.until(lambda: _WAITED.search(self.cashier.text()))
        self._take_receipt()
        self._note(SBP, total)

    def top_up_though_the_paper_ended(self, client: str, total: int) -> None:
        """Nothing is taken before the torn receipt is printed, and nothing typed is lost."""
        self._choose(client)
        self.cashier.paste(str(total))
        self.cashier.until(f"F12 принять {_sum(total)}")
        self.cashier.press("f12")
        self.cashier.until("Деньги не приняты")
        self.print_again_on_new_paper()
        self._confirm("принять", total)
        self._note(CASH, total)

    def sell(
        self, *goods: str, total: int, client: str = "", method: str = CASH, bonus: int = 0
    ) -> None:
        """One of each of `goods`, by name or barcode."""
        self._begin(GOODS, client)
        for count, good in enumerate(goods, 1):
            self._pick(good, count)
        self._pay_for_basket(client, total, method, bonus)

    def sell_time(self, total: int, client: str = "", method: str = CASH) -> None:
        """In the first zone."""
        self._begin(TARIFF, client)
        self.cashier.paste(TIME)
        self.cashier.until("Найдено: 2 ")
        self.cashier.press("enter")
        self.cashier.until("Корзина: 1 на")
        self._pay_for_basket(client, total, method, 0)

    def sell_split(self, *goods: str, client: str, card: int, balance: int, cash: int) -> None:
        """By card, from the balance, and the rest in cash."""
        self._begin(GOODS, client)
        for count, good in enumerate(goods, 1):
            self._pick(good, count)
        self._walk_to_method(client)
        self._pay_by(SPLIT)
        self.cashier.paste(f"{card}\r{balance}\r")
        self.cashier.until(f"нал. {_sum(cash)}")
        self._confirm("принять", card + balance + cash)
        self.paid += Counter(card=card, balance=balance, cash=cash)

    def give_back(self, found_by: str, total: int, *methods: tuple[str, int]) -> None:
        """The whole of the one sale that is found by `found_by`."""
        self._choose_operation(REFUND)
        self.cashier.paste(found_by)
        self.cashier.until("Найдено: 1 ")
        self.cashier.press("enter")
        self.cashier.until("К ВОЗВРАТУ")
        self.cashier.paste("\rпередумал")
        self._confirm("вернуть", total)
        for method, amount in methods:
            self.paid[method] -= amount

    def pay_out(self, client: str, total: int) -> None:
        """In cash, from the balance."""
        self._choose_operation(WITHDRAWAL)
        self._choose(client)
        self.cashier.paste(f"{total}\r")
        self._pay_by(CASH)
        self.cashier.paste("закрыл счёт")
        self._confirm("выдать", total)
        self.paid["cash"] -= total

    def give_bonus(self, client: str, total: int) -> None:
        """It moves no money and has no receipt."""
        self._choose_operation(BONUS)
        self._choose(client)
        self.cashier.paste(f"\r{total}\rтурнир")
        self.cashier.until(f"F12 изменить счёт на {_sum(total)}")
        self.cashier.press("f12")
        self.cashier.until("чек не нужен")
        self.payments += 1

    # The register

    def print_again_on_new_paper(self) -> None:
        """From the alarm, once somebody has put a new roll in; some registers go on at once."""
        self.cashier.press("f9")
        self.cashier.until("Вставьте бумагу")
        again, calm = "F12 напечатать документ заново", "Тревог нет"
        self.cashier.until(lambda: again in self.cashier.text() or calm in self.cashier.text())
        if again in self.cashier.text():
            self.cashier.press("f12")
        self.cashier.until(calm)
        back_to_sale(self.cashier)

    def print_x_report(self) -> None:
        self.cashier.press("f3")
        self.cashier.until("Напечатать Х-отчёт")
        self.cashier.press("х")
        self.cashier.until("Х-отчёт печатается")
        back_to_sale(self.cashier)

    def count_and_close(self) -> None:
        """Counted wrong at first: what should be there is told only then, with the lack."""
        cash = self.paid["cash"]
        self.cashier.press("f3")
        self.cashier.until("Закрыть смену")
        self.cashier.press("з")
        self.cashier.until("Итоги сошлись")
        self.cashier.paste(str(cash - 100))
        self.cashier.press("f12")
        self.cashier.until(f"Недостача: {_sum(100)}")
        self.cashier.press("f8")
        self.cashier.paste(str(cash))
        self.cashier.press("f12")
        self.cashier.until("Смена закрыта, отчёт записан")
        self.cashier.until("Итоги сошлись")

    # Parts of a payment

    def _begin(self, operation: str, client: str) -> None:
        self._choose_operation(operation)
        if client:
            self._choose(client)
        else:
            self.cashier.press("enter")
            self.cashier.until("Найдено")

    def _choose_operation(self, digit: str) -> None:
        self.cashier.press("f2", digit)
        self.cashier.until(f"[{digit} ")
        self.cashier.press("enter")

    def _choose(self, client: str) -> None:
        self.cashier.paste(f"{client}\r")
        self.cashier.until(lambda: _CHOSEN.search(self.cashier.text()))

    def _pick(self, good: str, count: int) -> None:
        self.cashier.paste(good)
        self.cashier.until("Найдено: 1 ")
        self.cashier.press("enter")
        self.cashier.until(f"Корзина: {count} на")

    def _pay_for_basket(self, client: str, total: int, method: str, bonus: int) -> None:
        self._walk_to_method(client, bonus)
        self._pay_by(method)
        self._confirm("принять", total - bonus)
        self._note(method, total - bonus)
        if bonus:
            self.paid["bonus"] += bonus

    def _walk_to_method(self, client: str, bonus: int = 0) -> None:
        """Past the lines, and the bonuses of a client who has some."""
        self.cashier.press("enter")
        self.cashier.until("> 1 x")
        self.cashier.press("enter")
        if "до " in self.cashier.text() and "Бонусы  " in self.cashier.text():
            self.cashier.paste(f"{bonus or ''}\r")

    def _pay_by(self, method: str) -> None:
        self.cashier.press(method)
        self.cashier.until(lambda: self.cashier.text().count(f"[{method} ") >= 1)
        self.cashier.press("enter")

    def _confirm(self, verb: str, total: int) -> None:
        self.cashier.until(f"F12 {verb} {_sum(total)}")
        self.cashier.press("f12")
        self._take_receipt()

    def _take_receipt(self) -> None:
        self.cashier.until("ЧЕК ЗАПИСАН В ФН", 60)
        self.payments += 1
        self.receipts += 1
        self.cashier.press("enter")
        self.cashier.until("Последние")

    def _note(self, method: str, total: int) -> None:
        self.paid[{CASH: "cash", CARD: "card", SBP: "card", BALANCE: "balance"}[method]] += total


def _sum(roubles: int) -> str:
    """As the screen has it."""
    return f"{roubles:,},00".replace(",", " ", 1) if roubles >= 1000 else f"{roubles},00"
