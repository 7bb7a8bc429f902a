"""Where Brant does not answer as Alembic does, and why.

Each deviation is a function that says whether it explains a difference. It
looks at both answers as narrowly as it can; what none of them explains is a
bug. docs/revision-identifiers.md tells users about them.
"""

import dataclasses
import re

WALKS = ("upgrade", "downgrade")
_IDENTIFIER = re.compile(r"^(?:(?P<branch>[^@]*)@)?(?P<symbol>.*?)(?P<steps>[+-]\d+)?$")


@dataclasses.dataclass
class Case:
    graph: object
    # upgrade, downgrade, stamp, history, heads, branches, show or current.
    command: str
    rows: set
    # An identifier; for stamp a list of them; for history a range.
    target: object
    # The words of Brant's answer: ok and its text, or error, reason, message.
    brant: list
    # ok or error, and Alembic's result or exception.
    kind: str
    theirs: object

    @property
    def refused(self):
        """Brant's reason and message, where Alembic has a result."""
        return self.brant[0] == "error" and self.kind == "ok"

    @property
    def did(self):
        """Brant has a result where Alembic has none."""
        return self.brant[0] == "ok" and self.kind == "error"

    @property
    def reason(self):
        return self.brant[1].replace("ERROR_REASON_", "") if self.brant[0] == "error" else ""

    @property
    def message(self):
        return self.brant[2] if self.brant[0] == "error" else ""

    def identifiers(self):
        """Matches of all identifiers of the command."""
        texts = self.target if isinstance(self.target, list) else self.target.split(":")
        return [_IDENTIFIER.match(text) for text in texts]

    def find(self, name):
        """The ids that an id, label or prefix can stand for."""
        graph = self.graph
        if name in graph.by_id:
            return {name}
        if name in graph.labels:
            return {graph.labels[name]}
        return {i for i in graph.by_id if i.startswith(name)} | {
            i for label, i in graph.labels.items() if label.startswith(name)
        }


def unknown_branch(case):
    """Alembic ignores a branch that is not there: `downgrade typo@base`."""
    return (
        case.refused
        and "No such branch" in case.message
        and any(m["branch"] and not case.find(m["branch"]) for m in case.identifiers())
    )


def not_a_member(case):
    """Alembic ignores that the revision is not of the branch: `downgrade left@of_right`."""
    return (
        case.refused
        and "is not a member of branch" in case.message
        and any(
            m["branch"]
            and not case.find(m["symbol"]) & case.graph.lineage(next(iter(case.find(m["branch"]))))
            for m in case.identifiers()
        )
    )


def short_prefix(case):
    """Alembic asks for four characters in its messages, and takes fewer."""
    return (
        case.refused
        and case.reason == "REVISION_NOT_FOUND"
        and any(
            0 < len(name) < 4 and name not in case.graph.by_id
            for m in case.identifiers()
            for name in (m["branch"] or "", m["symbol"])
        )
    )


def several_current(case):
    """Alembic counts `-N` from any of several rows, and warns."""
    return (
        case.refused
        and case.command == "downgrade"
        and case.reason == "REVISION_AMBIGUOUS"
        and len(case.rows) > 1
        and re.match(r"^-\d+$", case.target)
    )


def relative_everywhere(case):
    """Alembic takes relative forms in upgrade and downgrade only."""
    return (
        case.did
        and case.command in ("stamp", "show", "history")
        and "Can't locate revision" in str(case.theirs)
        and any(m["steps"] and m["symbol"] for m in case.identifiers())
    )


def overlapping_stamp(case):
    """Alembic stamps revisions of which one needs the other."""
    return case.refused and case.command == "stamp" and "overlaps" in case.message


def _walk(case):
    """Ids that Brant ran, and the rows after them."""
    moves = [word.split(":") for word in case.brant[1].split()]
    rows = set(case.rows)
    for _, removed, added in moves:
        rows = (rows - set(removed.split(","))) | set(filter(None, added.split(",")))
    return {id_ for id_, _, _ in moves}, rows


def overlapping_rows(case):
    """Alembic leaves rows that another row implies, when a revision is undone."""
    if case.command not in WALKS or case.brant[0] != "ok" or case.kind != "ok":
        return False
    ran, rows = _walk(case)
    graph = case.graph
    return (
        ran == set(case.theirs[0])
        and rows < case.theirs[1]
        and graph.closure(rows) == graph.closure(case.theirs[1])
    )


def dies_in_the_middle(case):
    """Alembic loses track of its rows half-way."""
    return case.did and case.command in WALKS and isinstance(case.theirs, (KeyError, AssertionError))


def label_with_dash_and_steps(case):
    """Alembic's pattern for relative forms knows no label with a dash."""
    return case.did and any(
        m["steps"] and m["symbol"] in case.graph.labels and "-" in m["symbol"]
        for m in case.identifiers()
    )


def below_base(case):
    """Alembic takes `base-N` for N below the heads."""
    return case.kind == "ok" and any(
        m["symbol"] == "base" and (m["steps"] or "").startswith("-") for m in case.identifiers()
    )


def head_of_a_branch(case):
    """Alembic drops the branch of `downgrade label@head`: it takes the heads of all.

    Brant knows which head is meant. Nothing is undone in any case.
    """
    return (
        case.command == "downgrade"
        and (
            case.brant[1:] == [""]
            or "not a valid downgrade target" in case.message
            or case.reason == "MULTIPLE_HEADS"
        )
        and not (case.kind == "ok" and case.theirs[0])
    ) and any(
        m["branch"] and m["symbol"] in ("head", "heads") and not m["steps"]
        for m in case.identifiers()
    )


def from_head_of_a_branch(case):
    """Alembic drops the branch of `label@head+N`: it counts from the heads of all."""
    return (
        (case.command == "history" or case.did and "Multiple head" in str(case.theirs))
        and any(
            m["branch"] and m["symbol"] in ("head", "heads") and m["steps"]
            for m in case.identifiers()
        )
    )


def stamp_beside(case):
    """Alembic's `stamp label@x` drops rows beside x that only share the label's lineage."""
    if case.command != "stamp" or case.brant[0] != "ok" or case.kind != "ok":
        return False
    removed, added = (set(filter(None, part.split(","))) for part in case.brant[1].split(":"))
    rows = (case.rows - removed) | added
    graph = case.graph
    return (
        len(case.target) == 1
        and "@" in case.target[0]
        and case.theirs < rows
        and all(
            row not in graph.closure([new]) and new not in graph.closure([row])
            for row in rows - case.theirs
            for new in added
        )
    )


def current_of_nothing(case):
    """Alembic takes `:current` for all revisions where nothing is applied."""
    return (
        case.command == "history"
        and not case.rows
        and case.target.endswith(":current")
        and (case.brant == ["ok", ""] or "does not refer to" in case.message)
    )


def relative_stamp(case):
    """Alembic takes `stamp -N` for base, or N below each head."""
    return (
        case.refused
        and case.command == "stamp"
        and "didn't produce" in case.message
        and any(m["steps"] and not m["symbol"] for m in case.identifiers())
    )


def relative_start_of_history(case):
    """Alembic counts the start `-N` of a range from all heads, Brant from its end."""
    return case.command == "history" and re.match(r"^([^@:]+@)?-\d+:", case.target)


def revision_as_branch_in_history(case):
    """Alembic takes a revision before `@` for its label, and wants it to have just one."""
    branch = case.identifiers()[0]["branch"] if case.command == "history" else None
    return branch and branch not in case.graph.labels


def heads_of_a_branch_in_show(case):
    """Alembic counts `label@-N` only from heads that nothing depends on.

    And it wants a label: for a revision before `@` it shows nothing.
    """
    match = _IDENTIFIER.match(case.target) if case.command == "show" else None
    return (
        match
        and match["branch"]
        and not match["symbol"]
        and (match["steps"] or "").startswith("-")
        and any(case.graph.needed_elsewhere(head) for head in case.graph.heads())
    ) or (
        match
        and match["branch"]
        and match["branch"] not in case.graph.labels
        and (case.kind, case.theirs) == ("ok", "")
    )


def past_base(case):
    """Alembic crashes on what is relative and stands for base."""
    return (
        case.did
        and case.command in ("show", "history")
        and isinstance(case.theirs, (AttributeError, AssertionError))
        and any((m["steps"] or "").startswith("-") for m in case.identifiers())
    ) or (
        case.did
        and case.command == "history"
        and any(
            m["symbol"] == "base" and (m["steps"] or "").startswith("-")
            for m in case.identifiers()
        )
    )


def _narrows_prefix(case):
    return "Can't locate revision" in str(case.theirs) and any(
        m["branch"] and len(m["symbol"]) >= 4 and len(case.find(m["symbol"])) > 1
        for m in case.identifiers()
    )


def prefix_within_a_branch(case):
    """Alembic lets a branch narrow a prefix in upgrade only."""
    return case.did and _narrows_prefix(case)


def several_stamps(case):
    """Alembic loses rows, or dies, when it stamps several revisions."""
    if case.command != "stamp" or case.brant[0] != "ok":
        return False
    removed, added = (set(filter(None, part.split(","))) for part in case.brant[1].split(":"))
    rows = (case.rows - removed) | added
    graph = case.graph
    lost = case.rows - rows
    return (
        (len(case.target) > 1 or "heads" in case.target[0])
        and (case.kind == "ok" or isinstance(case.theirs, (AssertionError, KeyError)))
        # Brant removed only rows that one of the new ones needs or that needs one.
        and all(
            any(row in graph.closure([new]) or new in graph.closure([row]) for new in rows)
            for row in lost
            if not any("base" in text for text in case.target)
        )
    )


def history_through_dependents(case):
    """Alembic's sorting asserts when what it lists ends at a dependency."""
    if case.command != "history" or not case.did:
        return False
    return isinstance(case.theirs, AssertionError) and any(
        case.graph.needed_elsewhere(id_) for id_ in case.graph.by_id if id_ in case.brant[1]
    )


# What people search for. Where Alembic says one of these, so does Brant.
_PHRASES = [
    "Multiple head revisions are present for given argument",
    "Can't locate revision identified by",
    "is not a valid upgrade target from current head(s)",
    "is not a valid downgrade target from current head(s)",
    "didn't produce",
    "does not refer to ancestor/descendant revisions along the same branch",
    "Ambiguous walk",
    "Ambiguous upgrade from multiple current revisions",
    "overlaps with other requested revisions",
]


def lost_phrase(case):
    """A phrase of Alembic's message that is missing in Brant's, without a good reason."""
    # A branch or an id that is not there, or a prefix of several, is told first.
    if case.reason in ("REVISION_NOT_FOUND", "REVISION_AMBIGUOUS"):
        return None
    if _narrows_prefix(case):
        return None
    if any(m["branch"] and m["symbol"] in ("head", "heads") for m in case.identifiers()):
        return None  # See head_of_a_branch.
    if any(m["symbol"] == "base" and m["steps"] for m in case.identifiers()):
        return None  # See below_base.
    if any(m["steps"] for m in case.identifiers()) and case.command not in WALKS:
        return None  # See relative_everywhere.
    if any(m["steps"] and m["symbol"] in case.graph.labels for m in case.identifiers()):
        return None  # See label_with_dash_and_steps.
    for phrase in _PHRASES:
        if phrase in str(case.theirs) and phrase not in case.message:
            return phrase
    return None


DEVIATIONS = [
    unknown_branch,
    not_a_member,
    short_prefix,
    several_current,
    relative_everywhere,
    overlapping_stamp,
    overlapping_rows,
    dies_in_the_middle,
    label_with_dash_and_steps,
    below_base,
    head_of_a_branch,
    from_head_of_a_branch,
    stamp_beside,
    current_of_nothing,
    relative_stamp,
    relative_start_of_history,
    revision_as_branch_in_history,
    heads_of_a_branch_in_show,
    past_base,
    prefix_within_a_branch,
    several_stamps,
    history_through_dependents,
]


def explain(case):
    """Why the answers differ; None if there is no good reason."""
    for deviation in DEVIATIONS:
        if deviation(case):
            return deviation.__name__
    return None
