"""The pages: no script, nothing from elsewhere, light and dark, to be used by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from infra_kit.providers.local.programs.mailer.store import Mail

STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 1.5rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
time { white-space: nowrap; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem 1rem; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8884; border-radius: 4px; padding: .8rem; }
"""


def latest(mails: Sequence[Mail], to: str) -> str:
    title = f"Mail to {escape(to)}" if to else "Mail"
    rows = "".join(map(_row, mails))
    none = "<p>No mail yet: none was sent here.</p>" if not mails else ""
    head = "<tr><th>subject</th><th>to</th><th>from</th><th>received</th></tr>"
    return _page(title, f"<h1>{title}</h1><table>{head}{rows}</table>{none}")


def one(mail: Mail) -> str:
    title = escape(mail.subject or "(no subject)")
    facts = {
        "from": mail.message.get("From", mail.sender),
        "to": ", ".join(mail.recipients),
        "received": mail.received,
        "handed over by": mail.username,
        **({"attached": ", ".join(mail.attachments)} if mail.attachments else {}),
    }
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())
    html = f"<a href='/mails/{mail.id}.html'>As HTML</a>, " if mail.html else ""
    text = f"<pre>{escape(mail.text)}</pre>" if mail.text else "<p>It has no plain text.</p>"
    ways = f"<p>{html}<a href='/mails/{mail.id}.eml'>as it came</a></p>"
    return _page(title, f"<p><a href='/'>All mail</a></p><h1>{title}</h1><dl>{lines}</dl>{ways}{text}")


def _row(mail: Mail) -> str:
    subject = escape(mail.subject or "(no subject)")
    to, sender = (escape(it) for it in (", ".join(mail.recipients), mail.sender))
    return (
        f"<tr><td><a href='/mails/{mail.id}'>{subject}</a></td><td>{to}</td><td>{sender}</td>"
        f"<td>{_time(mail.received)}</td></tr>"
    )


def _time(received: str) -> str:
    return f"<time>{datetime.fromisoformat(received).astimezone():%Y-%m-%d %H:%M:%S}</time>"


def _page(title: str, body: str) -> str:
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{title}</title><style>{STYLE}</style><body>{body}</body></html>"
    )
