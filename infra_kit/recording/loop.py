"""The event loop of a recorded program."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from pulumi.runtime._callbacks import _CallbackServicer

_PULUMIS = "pulumi.runtime."


class Loop(asyncio.SelectorEventLoop):
    """What Pulumi asks its engine in a thread of its own, so that waiting for it stops nothing, is answered at once
    where it is asked: nothing here is waited for, and going from thread to thread costs more than the answer.

    Where the program has transforms it is a thread again: they run in this loop before the answer is there.
    """

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        is_pulumis = executor is None and getattr(func, "__module__", "").startswith(_PULUMIS)
        if not is_pulumis or _CallbackServicer._servicers:
            return super().run_in_executor(executor, func, *args)
        answered = self.create_future()
        try:
            answered.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  as an executor's thread does: whoever awaits it gets it
            answered.set_exception(error)
        return answered
