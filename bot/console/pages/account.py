"""One's own password, second factor and sessions."""

from __future__ import annotations

import zxingcpp
from sanic import HTTPResponse
from sanic.response import redirect

from bot.console import cookies
from bot.console.audit import Act
from bot.console.errors import ConsoleError
from bot.console.gate import Gate, Visit
from bot.console.roles import Permission

QR_SCALE = 5  # pixels a square


def register(gate: Gate) -> None:
    """Add the pages.

    Args:
        gate: The way into them.
    """
    house = gate.house

    @gate.page("/account", may=Permission.ACCOUNT)
    def overview(visit: Visit) -> HTTPResponse:
        return visit.render("account.html", sessions=house.sessions.count(visit.account.name), done=visit.query("done"), offer=None)

    @gate.page("/account/password", may=Permission.ACCOUNT, post=True)
    def change_password(visit: Visit) -> HTTPResponse:
        if visit.form("new") != visit.form("again"):
            raise ConsoleError("passwords_differ")
        house.accounts.change_password(visit.account.name, visit.form("old"), visit.form("new"))
        visit.note(Act.PASSWORD_CHANGED)
        answer = redirect("/login", status=303)
        cookies.forget(answer, cookies.SESSION, house.settings.secure_cookies)
        return answer

    @gate.page("/account/sessions", may=Permission.ACCOUNT, post=True)
    def end_others(visit: Visit) -> HTTPResponse:
        house.sessions.close_others(visit.session)
        visit.note(Act.SESSIONS_ENDED)
        return redirect("/account?done=sessions", status=303)

    @gate.page("/account/second-factor", may=Permission.ACCOUNT, post=True)
    def offer(visit: Visit) -> HTTPResponse:
        # The password again: a borrowed screen must not be enough to put someone else's phone on the account.
        house.accounts.check_password(visit.account.name, visit.form("old"))
        address = house.accounts.offer_totp(visit.account.name)
        picture = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode).to_svg(scale=QR_SCALE)
        return visit.render(
            "account.html", sessions=house.sessions.count(visit.account.name), done="", offer={"address": address, "picture": picture}
        )

    @gate.page("/account/second-factor/confirm", may=Permission.ACCOUNT, post=True)
    def confirm(visit: Visit) -> HTTPResponse:
        house.accounts.confirm_totp(visit.account.name, visit.form("code"))
        visit.note(Act.TOTP_ON)
        return redirect("/account?done=totp_on", status=303)

    @gate.page("/account/second-factor/remove", may=Permission.ACCOUNT, post=True)
    def remove(visit: Visit) -> HTTPResponse:
        house.accounts.check_password(visit.account.name, visit.form("old"))
        house.accounts.remove_totp(visit.account.name)
        visit.note(Act.TOTP_OFF)
        return redirect("/account?done=totp_off", status=303)
