"""A pack read from its files and merged with the packs that it extends: all refusals at once, or one Pack."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

import msgspec

from comptroller.model.case_policy import CasePolicy, Sight
from comptroller.model.cite import Cite
from comptroller.model.kind import Kind
from comptroller.model.near import listing, suggest
from comptroller.model.policy import Calendar, LetterForm, Pack, Param, PolicyList, Rule, Source, View
from comptroller.model.refusal import BrokenPack, Refusal, refusal
from comptroller.model.text import Text, message
from comptroller.packs import case_schema, schema
from comptroller.packs.bundle import digest_of
from comptroller.packs.case_policy import case_policy_of
from comptroller.packs.dated_values import param_of
from comptroller.packs.kinds import disagreements, joined_synonyms, kind_of, reading_of
from comptroller.packs.letters import check_letters
from comptroller.packs.rule_loader import rule_of
from comptroller.packs.simple_files import calendar_of, list_of, source_of, stem, text_of
from comptroller.packs.sql_lint import lint_sql
from comptroller.packs.views import ViewForm, views_of
from comptroller.packs.yaml import read_form

_Form = TypeVar("_Form", bound=msgspec.Struct)
_FOLDERS = (
    *("sources", "kinds", "lists", "params", "rules", "views", "calendar"),
    *("moves", "clocks", "routes", "letters"),
)
_UNREAD = ("measures", "schemes", "classes")
"""Folders that earlier versions accepted and that are not read: a pack in a ledger may have them."""
_WITH_SQL = ("rules", "views")


def read_pack(files: Mapping[str, bytes], name: str, *, adopted: bool = False) -> Pack:
    """Return pack `name` with all packs that it extends.

    The same files return the same pack, without a second read. An `adopted` pack is not checked by later lints: a pack
    in a ledger can always be loaded.

    Raises:
        BrokenPack: with all refusals.
    """
    pack, refusals, lints = _read(name, tuple(sorted(files.items())))
    if pack is not None and not adopted:
        lints = [*lints, *lint_sql(pack)]
    if wrong := [*refusals, *(() if adopted else lints)]:
        raise BrokenPack(wrong)
    assert pack is not None, "what is not refused was composed"
    return pack


@lru_cache(maxsize=4)
def _read(name: str, files: tuple[tuple[str, bytes], ...]) -> tuple[Pack | None, list[Refusal], list[Refusal]]:
    """Return the pack, its refusals, and those of the lints alone; the pack is None if layers are missing."""
    reading = _Reading(dict(files))
    layers = reading.layers(name)
    if reading.refusals:
        return None, reading.refusals, []
    pack = reading.compose(name, layers)
    return pack, reading.refusals, reading.lints


class _Reading:
    """One reading of a pack: its files, and the refusals collected."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.refusals: list[Refusal] = []
        self.lints: list[Refusal] = []

    def layers(self, name: str) -> list[str]:
        """Return the packs from `name` down, each once, an upper pack before those that it extends."""
        order: list[str] = []

        def visit(layer: str, above: tuple[str, ...]) -> None:
            if layer in above:
                self.refusals.append(refusal("packs.ring", (f"{layer}/pack.yml", None, "extends"), above))
                return
            form = self.form(f"{layer}/pack.yml", schema.PackForm)
            if form is None:
                return
            if layer in order:
                order.remove(layer)
            order.append(layer)
            for below in form.extends:
                visit(below, (*above, layer))

        visit(name, ())
        return order

    def form(self, path: str, shape: type[_Form]) -> _Form | None:
        """Return a file's form, or None after collecting its refusals."""
        if path not in self.files:
            self.refusals.append(refusal("packs.missing", (path, None, ""), "-"))
            return None
        form, refusals = read_form(self.files, path, shape)
        self.refusals += refusals
        return form

    def each(self, layer: str, folder: str) -> list[tuple[str, str]]:
        """Return (path, full name) of the YAML files of a layer's folder."""
        head = f"{layer}/{folder}/"
        return [(p, p[: -len(".yml")]) for p in sorted(self.files) if p.startswith(head) and p.endswith(".yml")]

    def compose(self, name: str, layers: list[str]) -> Pack:  # noqa: C901, PLR0912 - one branch a folder
        """Return the pack: lower layers first, replaced by upper ones with the same stem."""
        heads = {layer: self.form(f"{layer}/pack.yml", schema.PackForm) for layer in layers}
        kinds: dict[str, Kind] = {}
        params: dict[str, Param] = {}
        lists: dict[str, PolicyList] = {}
        sources: dict[str, Source] = {}
        calendars: dict[tuple[str, int], Calendar] = {}
        words: dict[str, dict[str, Text]] = {"domains": {}, "problems": {}, "lines": {}, "words": {}}
        read = [head for layer in reversed(layers) if (head := heads[layer])]
        reading, synonyms = reading_of(read), joined_synonyms([head.synonyms for head in read])
        for layer in reversed(layers):
            head = heads[layer]
            for what, labels in words.items():
                labels.update({key: text_of(both) for key, both in getattr(head, what).items()})
            self._stray(layer)
            for path, full in self.each(layer, "sources"):
                if (source := self.form(path, schema.SourceForm)) is not None:
                    sources[stem(full)] = source_of(full, source)
            for path, full in self.each(layer, "kinds"):
                if (form := self.form(path, schema.KindForm)) is not None:
                    kind, refusals = kind_of(full, form, reading, synonyms)
                    self.refusals += refusals
                    if kind is not None:
                        kinds[kind.name] = kind
            for path, full in self.each(layer, "params"):
                if (param := self.form(path, schema.ParamForm)) is not None:
                    series, refusals = param_of(full, param)
                    self.refusals += refusals
                    if series is not None:
                        params[stem(full)] = series
            for path, full in self.each(layer, "lists"):
                if (list_form := self.form(path, schema.ListForm)) is not None:
                    lists[stem(full)] = list_of(full, list_form)
            for path, _ in self.each(layer, "calendar"):
                if (year := self.form(path, schema.CalendarForm)) is not None:
                    calendars[year.region, year.year] = calendar_of(path, year)
        self.lints += disagreements(kinds)
        self._cites(params, lists, sources)
        views, wrong = views_of(self._laid(layers, "views", ViewForm), self.files, tables=_tables(kinds), params=params)
        self.refusals += wrong
        rules = self._rules(layers, kinds, params, sources, words, views)
        case_policy = self._casework(layers, kinds, rules, params, words)
        for clock in case_policy.clocks.values():
            for cite in (cite for term in clock.terms for cite in term.cites):
                self.cited(clock.name, cite, sources)
        for route in case_policy.routes:
            for cite in route.cites:
                self.cited(route.name, cite, sources)
        letters = {
            stem(full): LetterForm(full, text_of(form.title), form.template, form.two_officers)
            for full, form in self._laid(layers, "letters", schema.LetterTemplateForm).items()
        }
        self.lints += check_letters(letters, self.files)
        head = heads[name]
        return Pack(
            name=name,
            version=head.version if head else "",
            digest=digest_of(self.files),
            clock_jump_days=min(
                (h.clock_jump_days for h in heads.values() if h and h.clock_jump_days is not None), default=None
            ),
            zone=next((h.zone for layer in layers if (h := heads[layer]) and h.zone), "UTC"),
            title=text_of(head.title) if head else Text(zh="", en=""),
            layers=tuple(layers),
            kinds=kinds,
            rules=rules,
            params=params,
            lists=lists,
            sources=sources,
            calendars=tuple(calendars[key] for key in sorted(calendars)),
            domains=words["domains"],
            problems=words["problems"],
            lines=words["lines"],
            files=self.files,
            case_policy=case_policy,
            words=words["words"],
            views=views,
            letters=letters,
        )

    def _stray(self, layer: str) -> None:
        """Reject files that no reader takes: another extension, another folder, SQL where none is read."""
        for path in self.files:
            owner, _, rest = path.partition("/")
            if owner != layer or rest == "pack.yml":
                continue
            folder = rest.split("/")[0]
            is_text = path.endswith((".yml", ".sql"))
            is_alone = path.endswith(".sql") and f"{path[:-4]}.yml" not in self.files
            is_known = folder in _FOLDERS and "/" in rest
            if is_known and is_text and not is_alone and (path.endswith(".yml") or folder in _WITH_SQL):
                continue
            fix = suggest(folder, _FOLDERS, message("packs.stray:fix"))
            folders = listing(_FOLDERS, len(_FOLDERS))
            was_read = folder in (*_FOLDERS, *_UNREAD) and is_text and not is_alone
            stray = refusal("packs.stray", (path, None, ""), path, mend=fix, folders=folders)
            (self.lints if was_read else self.refusals).append(stray)

    def _cites(
        self, params: Mapping[str, Param], lists: Mapping[str, PolicyList], sources: Mapping[str, Source]
    ) -> None:
        cited = [(p.name, cite) for p in params.values() for v in p.values for cite in v.cites]
        cited += [(item.name, cite) for item in lists.values() for line in item.lines for cite in line.cites]
        for place, cite in cited:
            self.cited(place, cite, sources)

    def cited(self, place: str, cite: Cite, sources: Mapping[str, Source]) -> None:
        """Reject a citation of a source that no layer has."""
        if cite.source not in sources:
            self.refusals.append(refusal("packs.source", (f"{place}.yml", None, "cites"), cite.source))

    def _rules(  # noqa: PLR0913, PLR0917 - what a rule may name
        self,
        layers: list[str],
        kinds: dict[str, Kind],
        params: dict[str, Param],
        sources: dict[str, Source],
        words: dict[str, dict[str, Text]],
        views: dict[str, View],
    ) -> dict[str, Rule]:
        rules: dict[str, Rule] = {}
        tables = _tables(kinds)
        for layer in reversed(layers):
            for path, full in self.each(layer, "rules"):
                form = self.form(path, schema.RuleForm)
                if form is None:
                    continue
                for cite in form.cites:
                    self.cited(full, Cite(cite.source, cite.article), sources)
                texts = (self.files[path], self.files.get(f"{full}.sql"))
                rule, refusals = rule_of(full, form, texts, tables=tables, params=params, words=words, views=views)
                self.refusals += refusals
                if rule is not None:
                    rules[full] = rule
        return rules

    def _casework(
        self,
        layers: list[str],
        kinds: dict[str, Kind],
        rules: dict[str, Rule],
        params: dict[str, Param],
        words: dict[str, dict[str, Text]],
    ) -> CasePolicy:
        """Return moves, clocks and routes; an upper layer's file replaces a lower one's of that stem."""
        sights: dict[str, Sight] = {}
        loss_param, band_params, authority = "", list[str](), dict[str, str]()
        for layer in reversed(layers):
            head = self.form(f"{layer}/pack.yml", schema.PackForm)
            if head is not None:
                sights.update({line: Sight(sight.knows_persons, sight.keeps) for line, sight in head.sights.items()})
                loss_param = head.loss_param or loss_param
                band_params = head.band_params or band_params
                authority.update(head.authority)
        made, refusals = case_policy_of(
            self._laid(layers, "moves", case_schema.MoveForm),
            self._laid(layers, "clocks", case_schema.ClockForm),
            self._laid(layers, "routes", case_schema.RouteForm),
            sights=sights,
            loss_param=loss_param,
            band_params=band_params,
            authority=authority,
            kinds=kinds,
            rules=rules,
            params=params,
            words=words,
        )
        self.refusals += refusals
        return made

    def _laid(self, layers: list[str], folder: str, shape: type[_Form]) -> dict[str, _Form]:
        """Return the forms of a folder by full name; an upper layer's file replaces a lower one's of that stem."""
        forms: dict[str, tuple[str, _Form]] = {}
        for layer in reversed(layers):
            for path, full in self.each(layer, folder):
                if (form := self.form(path, shape)) is not None:
                    forms[stem(full)] = (full, form)
        return dict(forms.values())


def _tables(kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    """Return the kinds by table name, nested lists among them."""
    return {**kinds, **{inner.name: inner for kind in kinds.values() for inner in kind.lists}}
