"""A host that has an instrumented library write its coverage: python3 ctypes_host.py LIBRARY

LIVECOV_DIR names the directory. The same works for a Python extension module: ctypes.CDLL(module.__file__).
"""

import ctypes
import os
import sys


def dump_coverage(library, label):
    """Writes what has run so far. Raises OSError if that fails."""
    for status in (library.livecov_set_label(label.encode()), library.livecov_dump()):
        if status < 0:
            raise OSError(-status, os.strerror(-status))


library = ctypes.CDLL(sys.argv[1])
library.run()
try:
    dump_coverage(library, "run")
    print("wrote the coverage of run")
except AttributeError:
    print("no coverage: not built by cargo livecov")
except OSError as error:
    print("no coverage:", error)
