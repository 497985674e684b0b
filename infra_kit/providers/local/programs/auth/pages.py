"""The login page: no script, nothing from elsewhere, to be used by keyboard."""

from __future__ import annotations

from html import escape

STYLE = """
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
body { margin: 12vh auto; max-width: 22rem; padding: 0 1rem; }
form { display: grid; gap: .8rem; } label { display: grid; gap: .2rem; }
input, button { font: inherit; padding: .5rem .6rem; }
.bad { color: #dc2626; }
"""


def login(client: str, *, sign_up: bool, why: str = "") -> str:
    bad = f"<p class=bad role=alert>{escape(why)}</p>" if why else ""
    more = "<button name=do value=sign-up>Sign up</button>" if sign_up else ""
    form = (
        "<form method=post><label>E-mail<input type=email name=email autocomplete=username required autofocus></label>"
        "<label>Password<input type=password name=password autocomplete=current-password required></label>"
        f"<button name=do value=log-in>Log in</button>{more}</form>"
    )
    return page("Log in", f"<h1>Log in to {escape(client)}</h1>{bad}{form}")


def told(title: str, text: str) -> str:
    return page(title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>")


def page(title: str, body: str) -> str:
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{title}</title><style>{STYLE}</style><body>{body}</body></html>"
    )
