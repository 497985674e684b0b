"""The receiver of Traces: takes what programs tell of their work (OTLP over HTTP), keeps the latest and shows them.

Started as `python -m infra_kit.providers.local.programs.traces <box>` by `servers/traces.py`, under a supervisor. In
its box, beside what every supervised program has:

    conf/told.json        its port, and whom traces are handed on to, with secrets
    data/traces.sqlite    the latest traces
    listens.json          which version of `told.json` it goes by, once it listens

It answers on 127.0.0.1 alone:

    POST /<component>/v1/traces     spans of a component, as protobuf or JSON
    GET  /                          the latest traces; `/traces.json` the same for programs
    GET  /traces/<id>               one of them, span by span; `/traces/<id>.json` the same
"""
