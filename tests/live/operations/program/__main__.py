"""A database, files, copies of both in another store, and the proof of them."""

import pulumi

from infra_kit import Backup, ObjectStore, Postgres, RestoreDrill, SqlCheck

db = Postgres("db", memory_gb=0.25)
files = ObjectStore("files", versioning=True)
offsite = ObjectStore("offsite", versioning=True, retention_lock=1)
safe = Backup("safe", of=[db, files], to=offsite, key=pulumi.Config().require_secret("backup-key"), locked="1h")
drill = RestoreDrill("drill", of=safe, checks={"entries": SqlCheck("SELECT count(*) > 0 FROM ledger")})

pulumi.export("db", db.url)
pulumi.export("safe", {"place": safe.place, "report": safe.report, "log": safe.log})
pulumi.export("drill", {"report": drill.report})
