"""The commands of the command line by name: where the function is, and what it does. A new command is one line here."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A command: its name (a group first, where it has one), its function as `module:function`, and its first sentence."""

    name: str
    target: str
    summary: str


GROUPS = {
    "cases": "List cases and what is due; show one case; count outcomes.",
    "ownership": "Show who owns and controls an entity, with the chains.",
    "authority": "Check who may approve a matter.",
    "ledger": "Verify the ledger; show an entry or its receipt; witnesses, erasure and salvage.",
    "pack": "Test, compare, adopt and extend policy packs.",
    "user": "Add users of the console.",
}
"""What each group of commands is for."""

COMMANDS = (
    Entry("init", "write:init", "Create a node in DIR: its ledger, key, books and first policy."),
    Entry("report", "write:report", "Report files: each is accepted or rejected as a whole, then judged."),
    Entry("tick", "write:tick", "Advance the clock and evaluate deadlines and missing reports."),
    Entry("findings", "findings:findings", "List findings, current or as of a day or an entry."),
    Entry("explain", "findings:explain", "Explain a finding: clause, rule, parameters, the rows read, and what would be lawful."),
    Entry("scoreboard", "findings:scoreboard", "Count for each rule: judged, found, clear, not applicable, not judged and why."),
    Entry("query", "query:query", "Run one read-only SELECT over the documented tables."),
    Entry("cases list", "cases:cases", "List cases, the earliest due first, and count them by state."),
    Entry("cases show", "cases:case", "Show one case: its state, findings, clocks, requests and history."),
    Entry("cases due", "cases:due", "List what is due from a supervision line or an entity, the oldest first."),
    Entry("cases outcomes", "cases:outcomes", "Show the outcome of each rule's findings, the workload of each line, and requests saved."),
    Entry("ownership who", "ownership:who", "Show who controls an entity, with the basis and the chain of control."),
    Entry("ownership owners", "ownership:owners", "Show the owners of an entity, level by level, and each ultimate owner's share."),
    Entry("ownership holdings", "ownership:holdings", "Show what a party holds, level by level, and what it controls."),
    Entry("ownership related", "ownership:related", "List the related parties of a party, with their ties and category."),
    Entry("ownership path", "ownership:path", "Show the chain of stakes between A and B, its percentages, and whether it carries control."),
    Entry("ownership cycles", "ownership:cycles", "List circles of payments, of goods and of guarantees."),
    Entry("authority check", "authority:may", "Check whether a post may approve a matter, and record the answer in the ledger."),
    Entry("authority list", "authority:powers", "List who may approve what in an entity, with gaps and overlaps."),
    Entry("ledger verify", "verifying:verify", "Check every hash, the tree and every checkpoint; name the first bad entry."),
    Entry("ledger entry", "ledger:entry", "Show an entry of the ledger with its receipt: the proof that it is in the tree."),
    Entry("ledger receipt", "ledger:receipt", "Write the receipt of an entry as JSON, for a check without Comptroller."),
    Entry("ledger checkpoint", "custody:checkpoint", "Print the newest checkpoint, to be stored outside the node."),
    Entry("ledger witness", "custody:witness", "Name a second file, on another disk, for each new checkpoint."),
    Entry("ledger erase", "custody:erase", "Erase payloads by law: an entry records officers, reason and law."),
    Entry("ledger salvage", "custody:salvage", "Save the readable part of a damaged ledger to a new node that names what is lost."),
    Entry("passphrase", "custody:passphrase", "Set, change or remove the passphrase of the node's key."),
    Entry("clock", "clock:clock", "Show the clock; accept a jump; name entries that a wrong clock made."),
    Entry("rebuild", "write:rebuild", "Delete the books and build them again from the ledger."),
    Entry("pack prove", "author:prove", "Run the examples that rules carry."),
    Entry("pack check", "author:check", "Check that a pack can be read, without running its examples."),
    Entry("pack replay", "author:replay", "Replay the node's history under another pack and show which findings differ."),
    Entry("pack adopt", "write:adopt", "Adopt a policy: record it as an entry and judge everything again."),
    Entry("pack new", "author:new", "Create a rule, a kind or a view from a template."),
    Entry("pack template", "template:template", "Write the sheet for reports of a kind."),
    Entry("user add", "serve:admit", "Add a user with one grant and a password."),
    Entry("serve", "serve:serve", "Start engine, API and console on one node."),
    Entry("demo", "demo:demo", "Build a node from the made-up harbour city and compare its findings with the planted ones."),
)  # fmt: skip
"""Every command, in the order of the help page."""

DEFAULTS = {"cases": "list"}
"""The command of a group that runs where none is named."""

DEPRECATED = {
    "admit": "user add",
    "checkpoint": "ledger checkpoint",
    "erase": "ledger erase",
    "salvage": "ledger salvage",
    "witness": "ledger witness",
    "adopt": "pack adopt",
    "case": "cases show",
    "cycles": "ownership cycles",
    "due": "cases due",
    "entry": "ledger entry",
    "holdings": "ownership holdings",
    "may": "authority check",
    "new": "pack new",
    "outcomes": "cases outcomes",
    "owners": "ownership owners",
    "path": "ownership path",
    "powers": "authority list",
    "prove": "pack prove",
    "related": "ownership related",
    "template": "pack template",
    "verify": "ledger verify",
    "who": "ownership who",
}
"""Earlier names of commands, which still work and are not listed in the help."""


def entries_of(group: str) -> dict[str, Entry]:
    """Return the commands of a group by their own word; of '' those that belong to no group.

    >>> list(entries_of("user"))
    ['add']
    """
    parted = [(entry.name.rpartition(" "), entry) for entry in COMMANDS]
    return {word: entry for (head, _, word), entry in parted if head == group}
