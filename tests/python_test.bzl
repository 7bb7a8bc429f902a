"""Tests written in Python, on the system's python3 and its standard library."""

def python_test(name, src, data = [], **kwargs):
    """Runs a program of unittests from the root of the workspace.

    Args:
      name: the test.
      src: the program; it imports modules by their path from the root.
      data: what it needs at run time, its modules among them.
      **kwargs: as sh_test's.
    """
    native.sh_test(
        name = name,
        srcs = ["//tests:run_python"],
        args = ["$(location %s)" % src],
        data = [src] + data,
        **kwargs
    )
