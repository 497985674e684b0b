"""The checker of Alerts: looks at each component that is watched, judges, and tells routes.

Started as `python -m infra_kit.providers.local.programs.alerts <box>` by `servers/alerts.py`, under a supervisor. In
its box, beside what every supervised program has:

    conf/told.json     what is watched, the rules, the routes with their secrets
    alerts.json        how each rule stands (`providers/local/alerts_file.py`)
    data/told.json     which alerts each route was told of that are not over: a crash forgets none
"""
