"""The channels of reports; a kind names the channels that its facts may come through."""

CONSOLE = "console"
"""Pages and calls for a signed-in officer: the act is in that officer's name."""
REPORTER = "reporter"
"""Files, calls and forms of an enterprise. The channel with the fewest rights, and the default."""
PUBLIC = "public"
"""Pages for visitors who are not signed in."""
ENGINE = "engine"
"""Records of the node itself, such as its answers and the acts of its users."""
OPERATOR = "operator"
"""The node's operator on its own machine, who enters what was done elsewhere; no page and no API call uses this
channel.
"""
DECLARED = (CONSOLE, REPORTER, PUBLIC, ENGINE)
"""Channels that a kind's file may name. No kind names the operator's channel, which may report every reportable
kind.
"""
OFFICER_FIELDS = ("by", "by_line", "office", "granted_by")
"""A kind with one of these fields is for the console alone, unless its file states otherwise."""
FIXED = {
    **dict.fromkeys(("desk_act", "advice"), (ENGINE,)),
    **dict.fromkeys(("access_grant", "desk_user", "line_key"), (CONSOLE,)),
    **dict.fromkeys(("case_step", "material_request", "case_evidence", "loss_estimate"), (CONSOLE,)),
    **dict.fromkeys(("letter", "responsibility", "suppression"), (CONSOLE,)),
    "enterprise_answer": (REPORTER, CONSOLE),
    "decision": (REPORTER,),
    "tip": (PUBLIC,),
    **dict.fromkeys(("tip_message", "tip_register", "public_lead"), (PUBLIC, CONSOLE)),
}
"""Kinds that the product itself writes: no pack may add channels to them; a pack that names none gets these."""
