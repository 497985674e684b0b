"""The web application of a Panel: a page with what an environment has, how it stands, and how to get there.

It knows nothing of infra_kit beside this package, so that a container can hold it alone. What it shows comes from a
`Source` (`facts.py`): servers of this machine (`providers/local/programs/panel`), or a host's Prometheus
(`prometheus.py`).
"""
