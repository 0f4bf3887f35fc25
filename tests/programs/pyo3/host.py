"""A host of extension modules: python3 host.py MODULE. Each line of standard input is an expression; its value, or the
exception that it raises, is a line of standard output. `module` is the module."""

import ctypes, importlib.util, os, signal, sys, threading, time

spec = importlib.util.spec_from_file_location("extension", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


def in_child(run):
    """Runs a function in a child that os.fork makes. Returns the child's status."""
    child = os.fork()
    if child == 0:
        run()
        sys.exit(0)
    return os.waitpid(child, 0)[1]


# A loop of its own, as iteration reads ahead.
while line := sys.stdin.readline():
    try:
        print(repr(eval(line)), flush=True)
    except ValueError as error:
        print(error, flush=True)
