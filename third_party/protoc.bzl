"""C++ libraries from .proto files, by the system's protoc."""

load("@rules_cc//cc:defs.bzl", "cc_library")

def cc_protos(name, protos, root, deps = [], imports = [], grpc = False, visibility = None):
    """Compiles `protos` into the cc_library `name`.

    Args:
      name: the library.
      protos: .proto files of this package.
      root: the folder, from the workspace, that import paths start from.
      deps: other cc_protos libraries that the files import.
      imports: label and root of each of those: {"//x:protos": "x"}.
      grpc: also generate service stubs.
      visibility: as everywhere.
    """
    native.filegroup(
        name = name + "_files",
        srcs = protos,
        visibility = visibility,
    )
    package = native.package_name()
    stems = [proto[:-len(".proto")] for proto in protos]
    headers = [stem + ".pb.h" for stem in stems]
    sources = [stem + ".pb.cc" for stem in stems]
    plugin = ""
    if grpc:
        headers += [stem + ".grpc.pb.h" for stem in stems]
        sources += [stem + ".grpc.pb.cc" for stem in stems]
        plugin = "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin --grpc_out=$(GENDIR)/%s" % root
    native.genrule(
        name = name + "_code",
        srcs = protos + ([label for label in imports] if imports else []),
        outs = headers + sources,
        cmd = " ".join([
            "/usr/bin/protoc",
            "-I" + root,
            " ".join(["-I" + path for path in (imports.values() if imports else [])]),
            "--cpp_out=$(GENDIR)/" + root,
            plugin,
            " ".join(["%s/%s" % (package, proto) for proto in protos]),
        ]),
    )
    cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        copts = ["-Wno-unused-parameter", "-Wno-array-bounds"],
        # Import paths start at the root, which may lie above this package.
        strip_include_prefix = "/" + root,
        visibility = visibility,
        deps = deps + (["@grpc"] if grpc else ["@protobuf"]),
    )
