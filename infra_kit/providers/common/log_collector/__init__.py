"""What gathers log lines, on local as a program under a supervisor, on a VPS as one of the host's own.

It follows files of logs (`sources`), says of each line whose it is and of which class (`lines`), and puts it into a
file of its class (`kept`). From there it is posted to sinks (`shipping`) and archived (`archive`), and there it is
deleted when its time is over: a sink that is away fills no disk of its own, and what it lacks is read when it is back.

On a host it runs by the distribution's Python 3.10 or later, so it needs nothing but the standard library.
"""
