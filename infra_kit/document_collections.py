"""What a collection of documents is asked for: its indexes, and what expires."""

from __future__ import annotations

from pydantic import Field, model_validator

from infra_kit.durations import Duration
from infra_kit.spec import Items, Options
from infra_kit.texts import DocumentField, IndexField


class Index(Options):
    """An index of a collection."""

    fields: Items[IndexField] = Field(min_length=1, max_length=32)
    """In their order; a `-` before one has it descend: `["tenant_id", "-timestamp"]`. At most MongoDB's 32
    (https://www.mongodb.com/docs/manual/reference/limits/)."""
    unique: bool = False
    """No two documents have the same values in them."""

    @model_validator(mode="after")
    def _check(self) -> Index:
        named = [field.removeprefix("-") for field in self.fields]
        if len(set(named)) < len(named):
            raise ValueError(f"fields: one is named twice in {', '.join(self.fields)}")
        return self


class Ttl(Options):
    """Documents go by themselves, within a minute or so (MongoDB looks once a minute)."""

    field: DocumentField
    """Where a document has a date. One that has none, or something else there, stays."""
    after: Duration | None = None
    """How long after that date, e.g. `90d`. Default: at it."""


class Collection(Options):
    """A collection of documents."""

    indexes: Items[Index] = ()
    """Made where they are not there. One that is not named any more stays: an application may have come to need it."""
    ttl: Ttl | None = None
    """What expires, and when. Default: nothing; taken away again, nothing does any more."""

    @model_validator(mode="after")
    def _check(self) -> Collection:
        fields = [tuple(index.fields) for index in self.indexes]
        if len(set(fields)) < len(fields):
            raise ValueError("indexes: two are of the same fields; name each once")
        if self.ttl and ((self.ttl.field,) in fields or (f"-{self.ttl.field}",) in fields):
            raise ValueError(
                f"indexes: {self.ttl.field} has an index already, by which it expires: leave out the one of its own"
            )
        return self
