"""The page of a Dashboard: looks at each component that is shown, keeps a day of what it saw, and draws it.

Started as `python -m infra_kit.providers.local.programs.dashboard <box>` by `servers/dashboard.py`, under a supervisor.
In its box, beside what every supervised program has:

    conf/told.json       what is shown, and where on the page
    data/figures.sqlite  what was measured in the last day (`store.py`)
"""
