"""Debian's rules_cc, made to load in Debian's Bazel.

rules_cc 0.0.4 loads `use_cpp_toolchain`, which Bazel 4.2 has not; naming the
toolchain type itself says the same.
"""

_SOURCE = "/usr/share/bazel/rules/cc"
_PATCHED = [
    "cc/private/rules_impl/compiler_flag.bzl",
    "cc/private/rules_impl/cc_flags_supplier.bzl",
]

def _debian_rules_cc_impl(ctx):
    result = ctx.execute(["cp", "-r", _SOURCE + "/.", "."])
    if result.return_code != 0:
        fail("bazel-rules-cc is missing; run tools/install-dependencies\n" + result.stderr)
    for path in _PATCHED:
        text = ctx.read(path)
        text = text.replace(", \"use_cpp_toolchain\")", ")")
        text = text.replace("use_cpp_toolchain()", "[\"@bazel_tools//tools/cpp:toolchain_type\"]")
        ctx.file(path, text)

debian_rules_cc = repository_rule(
    implementation = _debian_rules_cc_impl,
    local = True,
)
