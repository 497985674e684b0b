"""The server of a DocumentStore: SecantusDB, which speaks MongoDB's protocol over WiredTiger, with users from its first
moment on.

Started as `python -m documents <box>`, and told by `conf/documents.json` there. It imports nothing of infra_kit, which
would cost each server 0.4 s and 40 MB (Pulumi's SDK).
"""
