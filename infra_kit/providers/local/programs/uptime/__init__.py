"""The visitor of an Uptime: asks for addresses, again and again, and writes down what they answered.

Started as `python -m infra_kit.providers.local.programs.uptime <box>` by `servers/uptime.py`, under a supervisor. In
its box, beside what every supervised program has:

    conf/told.json     the addresses
    uptime.json        what each answered last (`providers/local/uptime_file.py`)
"""
