"""The supervisor of one Service, Worker or Job: starts its instances, watches them, and lets new versions take over.

Started as `python -m supervisor <box>` by the servers of the local target, and told by files in that box:

    conf/workload.json     what is wanted (`wanted.py`); a SIGHUP says that it has changed
    data/serving.json      what is served, with its secrets: the version to go back to
    state.json             what is served and how many instances of it are well, for `up`
    runs.json              of a job: how many runs failed since the last good one
    refused.json           which wanted version was refused, and why, for `up`
    server.log             what it says, and what its instances say

It imports nothing of infra_kit, which would cost every workload 0.4 s and 40 MB (Pulumi's SDK): only the standard
library, cronsim and psutil.
"""
