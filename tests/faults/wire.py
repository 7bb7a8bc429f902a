"""Protocol buffers and gRPC by their bytes, for the few messages that tests read or send without brant."""

# Numbers of RunEvent's fields (proto/brant/v1/run.proto), and their names in JSON.
EVENT_KINDS = {
    10: "runWaiting", 11: "runStarted", 12: "stepStarted", 13: "statementStarted",
    14: "statementFinished", 15: "stepFinished", 16: "runNotice", 17: "heartbeat",
    18: "runFinished", 19: "relayed", 20: "statementBlocked", 21: "statementProgress",
    22: "attemptFailed",
}


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, value) of each field: an integer, or the bytes of what has a length."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            value, at = _varint(data, at)
        elif tag & 7 == 2:
            length, at = _varint(data, at)
            value, at = data[at:at + length], at + length
        else:
            size = {1: 8, 5: 4}[tag & 7]
            value, at = data[at:at + size], at + size
        yield tag >> 3, value


def field(data, number, default=None):
    """The last value of a field."""
    value = default
    for found, content in fields(data):
        if found == number:
            value = content
    return value


def text_field(number, text):
    """A string field with its tag; at most 127 bytes."""
    data = text.encode()
    assert len(data) < 128
    return bytes([number << 3 | 2, len(data)]) + data


def delimited(data):
    """Messages that stand one after the other, each after its length."""
    at = 0
    while at < len(data):
        length, at = _varint(data, at)
        yield data[at:at + length]
        at += length


def run_event(data):
    """(number, kind) of a RunEvent."""
    kinds = [EVENT_KINDS[number] for number, _ in fields(data) if number in EVENT_KINDS]
    return field(data, 2, 0), kinds[0]


def unary(channel, method):
    """A call that is sent and answered in bytes; `method` as `/grpc.health.v1.Health/Check`."""
    return channel.unary_unary(method, request_serializer=None, response_deserializer=None)


def stream(channel, method):
    """The same with a stream of answers."""
    return channel.unary_stream(method, request_serializer=None, response_deserializer=None)


# grpc.health.v1.HealthCheckResponse.status.
SERVING, NOT_SERVING = 1, 2


def health(channel, timeout=10):
    """What grpc.health.v1 says of the whole agent."""
    return field(unary(channel, "/grpc.health.v1.Health/Check")(b"", timeout=timeout), 1, 0)
