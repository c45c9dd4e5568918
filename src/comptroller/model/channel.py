"""The channels through which a report arrives; a kind names the channels from which its facts are accepted."""

CONSOLE = "console"
"""Pages and calls for an officer who is signed in: the act is in that officer's name."""
REPORTER = "reporter"
"""What an enterprise sends: files, calls, forms. The least that a report can be, and the default."""
PUBLIC = "public"
"""Pages for people who did not sign in."""
ENGINE = "engine"
"""What the node itself records, such as its answers and what its users did."""
OPERATOR = "operator"
"""The node's operator on its own machine, who enters what was done elsewhere; no page and no API call uses this
channel.
"""
DECLARED = (CONSOLE, REPORTER, PUBLIC, ENGINE)
"""What a kind's file may name. The operator's channel is named by no kind: it may report every kind that has reports."""
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
"""Kinds that the product itself writes: no pack accepts them from more channels, and one that names none gets these."""
