"""The server of a Mailer: takes mail as a real one does (SMTP), delivers none of it, keeps the latest and shows them.

Started as `python -m infra_kit.providers.local.programs.mailer <box>` by `servers/mailer.py`, under a supervisor. In
its box, beside what every supervised program has:

    conf/told.json       its ports, its domain, its own user with the password
    links/               the users of links
    data/mails.sqlite    the latest mails
    listens.json         which version of `told.json` it goes by, once it listens

It answers on 127.0.0.1 alone: SMTP at its first port, and at its second a page:

    GET  /                   the latest mails; `/mails.json` the same for programs, `?to=` those to an address
    GET  /mails/<id>         one of them; `.html` its HTML, `.eml` all of it as it came
"""
