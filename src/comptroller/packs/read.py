"""A pack read from its files and composed with what it extends; all refusals at once, or one Pack."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from comptroller.model.kind import Kind
from comptroller.model.policy import Calendar, Cite, ListLine, Pack, Param, PolicyList, Rule, Source
from comptroller.model.refusal import BrokenPack, Refusal, Text, refusal
from comptroller.packs import forms
from comptroller.packs.bundle import digest_of
from comptroller.packs.kinds import disagreements, kind_of
from comptroller.packs.rulebook import rule_of
from comptroller.packs.series import param_of
from comptroller.packs.yaml import read_form

_Form = TypeVar("_Form", bound=msgspec.Struct)
_FOLDERS = ("sources", "kinds", "lists", "params", "rules", "calendar", "measures", "schemes", "classes", "routes")


def gather_files(roots: Iterable[Path], name: str) -> dict[str, bytes]:
    """Give the files of pack `name` and of all packs beneath it, by path from `<pack>/`.

    Refuses (BrokenPack) a pack that no root holds, and packs that extend one another in a ring.
    """
    files: dict[str, bytes] = {}
    waiting, places = [name], list(roots)
    while waiting:
        one = waiting.pop(0)
        if f"{one}/pack.yml" in files:
            continue
        folder = next((root / one for root in places if (root / one / "pack.yml").is_file()), None)
        if folder is None:
            held = sorted({p.parent.name for root in places for p in root.glob("*/pack.yml")})
            wanted = (f"已有政策包之一:{held}", f"one of the packs that are here: {held}")
            mend = ("核对政策包名称", "Check the pack's name.")
            raise BrokenPack([refusal("packs.unknown", (one, None, ""), one, wanted, mend)])
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                files[f"{one}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
        form, refusals = read_form(files, f"{one}/pack.yml", forms.PackForm)
        if form is None:
            raise BrokenPack(refusals)
        waiting.extend(form.extends)
    return files


def read_pack(files: Mapping[str, bytes], name: str, *, adopted: bool = False) -> Pack:
    """Give pack `name` with all it extends; raises BrokenPack with every refusal found.

    The same files give the same pack, without being read again. One that was `adopted` is not held to the lint of a
    later day: what a ledger holds can always be folded.
    """
    return _read(name, tuple(sorted(files.items())), adopted)


@lru_cache(maxsize=4)
def _read(name: str, files: tuple[tuple[str, bytes], ...], adopted: bool) -> Pack:  # noqa: FBT001 - of this file alone
    reading = _Reading(dict(files))
    layers = reading.layers(name)
    if reading.refusals:
        raise BrokenPack(reading.refusals)
    pack = reading.compose(name, layers)
    refusals = reading.refusals + ([] if adopted else reading.lints)
    if refusals:
        raise BrokenPack(refusals)
    return pack


class _Reading:
    """One reading of a pack: its files, and the refusals collected on the way."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.refusals: list[Refusal] = []
        self.lints: list[Refusal] = []

    def layers(self, name: str) -> list[str]:
        """Give the packs from `name` down, each once, an upper before what it extends."""
        order: list[str] = []

        def visit(one: str, above: tuple[str, ...]) -> None:
            if one in above:
                wanted = ("不成环的继承", "packs that do not extend one another in a ring")
                mend = ("去掉其中一个 extends", "Take one `extends` away.")
                self.refusals.append(refusal("packs.ring", (f"{one}/pack.yml", None, "extends"), above, wanted, mend))
                return
            form = self.form(f"{one}/pack.yml", forms.PackForm)
            if form is None:
                return
            if one in order:
                order.remove(one)
            order.append(one)
            for below in form.extends:
                visit(below, (*above, one))

        visit(name, ())
        return order

    def form(self, path: str, shape: type[_Form]) -> _Form | None:
        """Give a file's form, or None and keep its refusals."""
        if path not in self.files:
            wanted = ("该文件存在", "that file to be there")
            self.refusals.append(
                refusal("packs.missing", (path, None, ""), "-", wanted, ("补上该文件", "Add the file."))
            )
            return None
        form, refusals = read_form(self.files, path, shape)
        self.refusals += refusals
        return form

    def each(self, layer: str, folder: str) -> list[tuple[str, str]]:
        """Give (path, full name) of the YAML files of a layer's folder."""
        head = f"{layer}/{folder}/"
        return [(p, p[: -len(".yml")]) for p in sorted(self.files) if p.startswith(head) and p.endswith(".yml")]

    def compose(self, name: str, layers: list[str]) -> Pack:  # noqa: C901, PLR0912 - one branch a folder
        """Give the pack: lower layers first, upper ones laid over them by stem."""
        heads = {layer: self.form(f"{layer}/pack.yml", forms.PackForm) for layer in layers}
        kinds: dict[str, Kind] = {}
        params: dict[str, Param] = {}
        lists: dict[str, PolicyList] = {}
        sources: dict[str, Source] = {}
        calendars: dict[tuple[str, int], Calendar] = {}
        words: dict[str, dict[str, Text]] = {"domains": {}, "problems": {}, "lines": {}}
        for layer in reversed(layers):
            head = heads[layer]
            for what, found in words.items():
                found.update({key: text_of(both) for key, both in getattr(head, what).items()})
            self._stray(layer)
            for path, full in self.each(layer, "sources"):
                if (source := self.form(path, forms.SourceForm)) is not None:
                    sources[_stem(full)] = _source(full, source)
            for path, full in self.each(layer, "kinds"):
                if (form := self.form(path, forms.KindForm)) is not None:
                    kind, refusals = kind_of(full, form)
                    self.refusals += refusals
                    if kind is not None:
                        kinds[kind.name] = kind
            for path, full in self.each(layer, "params"):
                if (param := self.form(path, forms.ParamForm)) is not None:
                    series, refusals = param_of(full, param)
                    self.refusals += refusals
                    if series is not None:
                        params[_stem(full)] = series
            for path, full in self.each(layer, "lists"):
                if (listed := self.form(path, forms.ListForm)) is not None:
                    lists[_stem(full)] = _list(full, listed)
            for path, _ in self.each(layer, "calendar"):
                if (year := self.form(path, forms.CalendarForm)) is not None:
                    calendars[year.region, year.year] = _calendar(path, year)
        self.lints += disagreements(kinds)
        self._cites(params, lists, sources)
        rules = self._rules(layers, kinds, params, sources, words)
        head = heads[name]
        return Pack(
            name=name,
            version=head.version if head else "",
            digest=digest_of(self.files),
            zone=next((h.zone for layer in layers if (h := heads[layer]) and h.zone), "UTC"),
            title=text_of(head.title) if head else Text("", ""),
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
        )

    def _stray(self, layer: str) -> None:
        """Refuse files that no reader takes: another extension, another folder."""
        for path in self.files:
            owner, _, rest = path.partition("/")
            if owner != layer or rest == "pack.yml":
                continue
            folder = rest.split("/")[0]
            is_alone = path.endswith(".sql") and f"{path[:-4]}.yml" not in self.files
            if folder not in _FOLDERS or not path.endswith((".yml", ".sql")) or is_alone:
                wanted = (f"位于 {_FOLDERS} 的 .yml 或 .sql", f"a .yml or .sql file in one of {_FOLDERS}")
                mend = ("移动或删除该文件", "Move the file or take it away.")
                self.refusals.append(refusal("packs.stray", (path, None, ""), path, wanted, mend))

    def _cites(
        self, params: Mapping[str, Param], lists: Mapping[str, PolicyList], sources: Mapping[str, Source]
    ) -> None:
        cited = [(p.name, cite) for p in params.values() for v in p.values for cite in v.cites]
        cited += [(one.name, cite) for one in lists.values() for line in one.lines for cite in line.cites]
        for place, cite in cited:
            self.cited(place, cite, sources)

    def cited(self, place: str, cite: Cite, sources: Mapping[str, Source]) -> None:
        """Refuse a citation of a source that no layer has."""
        if cite.source not in sources:
            wanted = ("sources/ 中的依据", "a source under sources/")
            mend = ("先补该依据文件", "Write that source first.")
            self.refusals.append(refusal("packs.source", (f"{place}.yml", None, "cites"), cite.source, wanted, mend))

    def _rules(
        self,
        layers: list[str],
        kinds: dict[str, Kind],
        params: dict[str, Param],
        sources: dict[str, Source],
        words: dict[str, dict[str, Text]],
    ) -> dict[str, Rule]:
        rules: dict[str, Rule] = {}
        tables = dict(kinds)
        for kind in kinds.values():
            tables.update({inner.name: inner for inner in kind.lists})
        for layer in reversed(layers):
            for path, full in self.each(layer, "rules"):
                form = self.form(path, forms.RuleForm)
                if form is None:
                    continue
                for cite in form.cites:
                    self.cited(full, Cite(cite.source, cite.article), sources)
                texts = (self.files[path], self.files.get(f"{full}.sql"))
                rule, refusals = rule_of(full, form, texts, tables=tables, params=params, words=words)
                self.refusals += refusals
                if rule is not None:
                    rules[full] = rule
        return rules


def text_of(both: forms.Both) -> Text:
    """Give the text a form says."""
    return Text(both.zh, both.en)


def _stem(full: str) -> str:
    return full.rsplit("/", 1)[-1]


def cites_of(said: Any) -> tuple[Cite, ...]:
    """Give the citations that a form says, one or many."""
    many = said if isinstance(said, list) else [said]
    return tuple(Cite(one.source, one.article) for one in many)


def _source(full: str, form: forms.SourceForm) -> Source:
    period = form.in_force
    return Source(
        name=full,
        title=text_of(form.title),
        number=form.number,
        issued_by=text_of(form.issued_by),
        issued_on=form.issued_on,
        valid_from=period.since if period else None,
        valid_until=period.until if period else None,
        note=text_of(form.note),
    )


def _list(full: str, form: forms.ListForm) -> PolicyList:
    lines = tuple(
        ListLine(
            item=line.item,
            title=text_of(line.title),
            limit_cny=line.limit,
            share_pct=line.share_pct,
            body=line.body or "",
            position=line.position,
            legal_review=line.legal_review,
            valid_from=line.since,
            valid_until=line.until,
            verified=line.verified,
            cites=cites_of(line.cites),
        )
        for line in form.lines
    )
    return PolicyList(full, text_of(form.title), form.tightens, lines)


def _calendar(path: str, form: forms.CalendarForm) -> Calendar:
    days = (tuple(sorted(form.holidays)), tuple(sorted(form.workdays)))
    return Calendar(path, form.region, form.year, days[0], days[1], cites_of(form.cites))
