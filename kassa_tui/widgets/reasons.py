"""Why something was refused, and what to do, in words."""

from __future__ import annotations

from drivers.register import Reason
from kassa_tui.station.answers import Objection
from kassa_tui.words import N_, _

_CALL_SERVICE = N_("Call the service engineer.")
_TRY_AGAIN = N_("Wait a few seconds and try again.")

_WORDS: dict[Reason | Objection, tuple[str, str]] = {
    Reason.SHIFT_CLOSED: (N_("the shift is closed"), N_("Open the shift: F3.")),
    Reason.SHIFT_OPEN: (N_("the shift is open already"), N_("Nothing needs to be done.")),
    Reason.SHIFT_EXPIRED: (
        N_("the shift is open for more than 24 hours"),
        N_("Close the shift and open a new one: F3."),
    ),
    Reason.PAPER_OUT: (N_("the register is out of paper"), N_("Put paper into the register.")),
    Reason.COVER_OPEN: (N_("the register's cover is open"), N_("Close the cover.")),
    Reason.PRINTER_FAULT: (N_("the register's printer is out of order"), _CALL_SERVICE),
    Reason.WAITS_FOR_CONTINUE: (
        N_("the last document has not been printed to its end"),
        N_("Let it be printed: F9, then F12."),
    ),
    Reason.FN_FULL: (N_("the FN is full"), N_("The FN must be replaced.")),
    Reason.FN_EXPIRED: (N_("the FN's term is over"), N_("The FN must be replaced.")),
    Reason.FN_FAULT: (N_("the FN is out of order"), _CALL_SERVICE),
    Reason.FN_CLOSED: (
        N_("the FN is not in fiscal mode"),
        N_("Register the FN or put another in."),
    ),
    Reason.OFD_BLOCKED: (
        N_("the OFD has had no documents for 30 days"),
        N_("Mend the register's connection to the OFD."),
    ),
    Reason.CLOCK_WRONG: (N_("the register's clock is wrong"), N_("Set the register's clock.")),
    Reason.WRONG_SUM: (N_("the register finds the sums wrong"), _CALL_SERVICE),
    Reason.NOT_ENOUGH_CASH: (
        N_("there is too little cash in the drawer"),
        N_("Put cash in, or pay out less."),
    ),
    Reason.UNSUPPORTED_RATE: (N_("the register does not know the VAT rate"), _CALL_SERVICE),
    Reason.UNSUPPORTED: (N_("the register cannot do this"), _CALL_SERVICE),
    Reason.BUSY: (N_("the register is busy"), _TRY_AGAIN),
    Reason.DOCUMENT_OPEN: (N_("an unfinished document is in the way"), _TRY_AGAIN),
    Reason.NOT_FOUND: (N_("the register has no such document"), _TRY_AGAIN),
    Reason.WRONG_PASSWORD: (
        N_("the register does not take the password"),
        N_("Check the password in the settings."),
    ),
    Reason.BAD_REQUEST: (N_("the register did not understand the request"), _CALL_SERVICE),
    Reason.INVALID_RECEIPT: (
        N_("the receipt breaks a rule of its format"),
        N_("Check the settings of the club."),
    ),
    Reason.UNREACHABLE: (
        N_("the register does not answer"),
        N_("Check power and cable of the register."),
    ),
    Reason.SERVER_UNAVAILABLE: (
        N_("KkmServer does not answer"),
        N_("Is it running, is its address right, the firewall open?"),
    ),
    Reason.DEVICE_MISSING: (
        N_("KkmServer does not see the register"),
        N_("Check power and cable of the register, then start KkmServer again."),
    ),
    Reason.SERVICE_NEEDED: (N_("the register is out of order"), _CALL_SERVICE),
    Reason.OTHER: (N_("the register gave no reason"), _TRY_AGAIN),
    Objection.WRONG_SUM: (N_("the sum is wrong"), N_("Type the sum again.")),
    Objection.TENDERED_TOO_SMALL: (
        N_("less was handed over than is to be paid"),
        N_("Type what the client gave."),
    ),
    Objection.UNSETTLED: (
        N_("the outcome of the receipt before is not known yet"),
        N_("Wait until the register has told it."),
    ),
    Objection.QUEUE_FULL: (N_("too many requests are waiting"), _TRY_AGAIN),
    Objection.NO_SUCH_PAYMENT: (
        N_("there is no such payment"),
        N_("Nothing needs to be done."),
    ),
    Objection.ALREADY_RECORDED: (
        N_("the payment has its receipt already"),
        N_("Nothing needs to be done."),
    ),
    Objection.JOURNAL_FAILED: (
        N_("the journal cannot be written"),
        N_("Check that the disk has room."),
    ),
    Objection.FILE_FAILED: (
        N_("there is no room for it, or no right to write"),
        N_("Check the disk and the journal's folder."),
    ),
    Objection.VIEW_ONLY: (
        N_("this screen may look on only"),
        N_("Start the program without --view."),
    ),
    Objection.ID_TAKEN: (
        N_("the caller's id has paid for something else"),
        N_("Give another id."),
    ),
    Objection.WRONG_ID: (N_("the caller's id is none"), N_("Give another id.")),
    Objection.WRONG_LINES: (
        N_("the basket does not add up"),
        N_("Check the lines and the sums."),
    ),
    Objection.COMMENT_NEEDED: (N_("it must be said why"), N_("Type a comment.")),
    Objection.COUNT_NEEDED: (
        N_("the cash has not been counted"),
        N_("Count the cash in the drawer and type the sum."),
    ),
    Objection.CLIENT_NEEDED: (
        N_("it is not known whose balance it is"),
        N_("Type the client's telephone or its last digits."),
    ),
    Objection.CLIENT_NOT_FOUND: (
        N_("no client, or more than one, has this telephone"),
        N_("Type more digits of the telephone."),
    ),
    Objection.MARKED_GOODS: (
        N_("marked goods cannot be sold at this till"),
        N_("Take them out of the basket."),
    ),
    Objection.AGE_NOT_CONFIRMED: (
        N_("the buyer's age has not been confirmed"),
        N_("Look at a document and confirm the age."),
    ),
    Objection.CONTACT_NEEDED: (
        N_("there is no address for the electronic receipt"),
        N_("Ask for a telephone or an e-mail, or print the receipt."),
    ),
    Objection.TAX_UNMAPPED: (
        N_("a tax setting says nothing that can be printed"),
        N_("Check the settings of the club."),
    ),
    Objection.ARTICLE_NEEDED: (
        N_("the movement of cash has no article"),
        N_("Say what it is booked under."),
    ),
    Objection.MORE_THAN_LEFT: (
        N_("more is given back than was paid this way"),
        N_("Give back less, or another way."),
    ),
    Objection.NOT_ENOUGH_CASH: (
        N_("there is too little cash in the drawer"),
        N_("Put cash in, or pay out less."),
    ),
    Objection.CRM_NEEDED: (N_("the CRM does not answer"), N_("Wait until it is back.")),
    Objection.NOT_ALLOWED: (
        N_("the CRM gives you no right to it"),
        N_("Ask the administrator for the right, or to do it."),
    ),
    Objection.CRM_REFUSED: (N_("the CRM refuses"), N_("Read its words and decide.")),
    Objection.CRM_SHIFT_CLOSED: (
        N_("the shift is closed in the CRM"),
        N_("Open the shift: F3."),
    ),
    Objection.NOT_ENDED: (
        N_("the payment has not come to its end yet"),
        N_("Wait until it has its receipt and the CRM knows of it."),
    ),
    Objection.ENDED: (
        N_("the payment has ended without taking place"),
        N_("Hand the money back."),
    ),
    Objection.NO_RECEIPT_DUE: (
        N_("no receipt belongs to this payment"),
        N_("Nothing needs to be done."),
    ),
    Objection.NOTHING_TO_SETTLE: (
        N_("there is nothing for a person to decide"),
        N_("Nothing needs to be done."),
    ),
    Objection.DOCUMENT_UNFIT: (
        N_("this document cannot be the payment's"),
        N_("Check its number and its sum."),
    ),
    Objection.STALE: (
        N_("something has changed since the comparison"),
        N_("Compare the shift again."),
    ),
    Objection.NOT_FOR_THIS_ROW: (
        N_("the comparison does not allow this here"),
        N_("Read what the row says and choose another way."),
    ),
    Objection.ANOTHER_TILLS: (
        N_("another till makes the receipt"),
        N_("Look at the other till."),
    ),
    Objection.CORRECTION_NEEDED: (
        N_("an ordinary receipt is too late"),
        N_("Issue a correction receipt."),
    ),
    Objection.STOPPED: (N_("the station does not work"), N_("Start the program again.")),
}


def why(reason: Reason | Objection) -> str:
    """A clause without a capital and a full stop."""
    return _(_WORDS[reason][0])


def what_to_do(reason: Reason | Objection) -> str:
    """A sentence."""
    return _(_WORDS[reason][1])
