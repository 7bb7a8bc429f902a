"""Finds libraries that the system's package manager installed.

A repository made by `system_library` holds one cc_library, named as the
repository, with the compiler and linker flags that pkg-config (or `libs`)
gives for it.
"""

# glibc's own libraries: never linked statically, since the name service and
# the dynamic loader must be the machine's.
_GLIBC = ["-lc", "-lm", "-ldl", "-lrt", "-lpthread", "-pthread"]

def _pkg_config(ctx, arguments):
    tool = ctx.which("pkg-config")
    if not tool:
        fail("pkg-config is missing; run tools/install-dependencies")
    result = ctx.execute([tool] + arguments + ctx.attr.packages)
    if result.return_code != 0:
        fail("%s is missing; run tools/install-dependencies\n%s" % (
            ", ".join(ctx.attr.packages),
            result.stderr,
        ))
    return [flag for flag in result.stdout.strip().split(" ") if flag]

def _static_linkopts(libs, dynamic):
    """Archives in one group, because their order in pkg-config's list is not complete."""
    archives = []
    shared = []
    for flag in libs:
        target = shared if flag in _GLIBC or flag in dynamic else archives
        if flag not in target:
            target.append(flag)
    return (["-Wl,-Bstatic", "-Wl,--start-group"] + archives +
            ["-Wl,--end-group", "-Wl,-Bdynamic"] + shared)

def _system_library_impl(ctx):
    cflags = []
    libs = ctx.attr.libs
    if ctx.attr.packages:
        cflags = _pkg_config(ctx, ["--cflags"])
        if not ctx.attr.libs:
            libs = _pkg_config(ctx, (["--static"] if ctx.attr.static else []) + ["--libs"])
    libs = ctx.attr.extra_libs + libs
    if ctx.attr.static:
        libs = _static_linkopts(libs, ctx.attr.dynamic)

    # Public include folders travel as a relative link, so that they reach
    # whoever depends on the library.
    build = ["package(default_visibility = [\"//visibility:public\"])", ""]
    includes = []
    for index, flag in enumerate([f for f in cflags if f.startswith("-I")]):
        link = "include%d" % index
        ctx.symlink(flag[2:], link)
        includes.append(link)
    build.append("cc_library(")
    build.append("    name = %s," % repr(ctx.name))
    build.append("    hdrs = glob([%s], allow_empty = True)," % ", ".join(
        ["\"%s/**/*.h\"" % link for link in includes],
    ))
    build.append("    includes = %s," % repr(includes))
    build.append("    defines = %s," % repr(
        [f[2:] for f in cflags if f.startswith("-D")] + ctx.attr.defines,
    ))
    build.append("    linkopts = %s," % repr(libs))
    build.append(")")
    ctx.file("BUILD.bazel", "\n".join(build) + "\n")

system_library = repository_rule(
    implementation = _system_library_impl,
    local = True,
    attrs = {
        "packages": attr.string_list(doc = "pkg-config's names."),
        "libs": attr.string_list(doc = "Linker flags, instead of pkg-config's."),
        "extra_libs": attr.string_list(doc = "Linker flags, besides pkg-config's."),
        "static": attr.bool(doc = "Link the archives instead of the shared objects."),
        "dynamic": attr.string_list(doc = "With static: flags that stay shared."),
        "defines": attr.string_list(),
    },
)
