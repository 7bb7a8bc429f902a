"""A stand-in for the coverage tools that every cc_test refers to.

Bazel would download them; Brant measures coverage with the compiler's own.
"""

def _no_coverage_tools_impl(ctx):
    ctx.file("true.sh", "#!/bin/sh\nexit 0\n", executable = True)
    ctx.file("BUILD.bazel", """\
sh_binary(
    name = "coverage_report_generator",
    srcs = ["true.sh"],
    visibility = ["//visibility:public"],
)
""")

no_coverage_tools = repository_rule(implementation = _no_coverage_tools_impl)
