"""The register of the made-up city: the owner, two groups, sixty entities over six levels, investees and outsiders."""

from dataclasses import dataclass

OWNER = "WG0001"
PORT, CITY = "HB0001", "CJ0001"

# code, who manages it, name, share held by it in percent, form, marks (p party committee, b board, s small or medium)
_TREE = """
HB0001 WG0001 望港港航物流集团有限公司 100 sole_state pb
CJ0001 WG0001 望港城市建设集团有限公司 100 sole_state pb
HB0002 HB0001 望港港务有限公司 100 sole_state pb
HB0003 HB0001 望港远潮航运有限公司 65 controlled pb
HB0004 HB0001 望港联运物流有限公司 100 sole_state pb
HB0005 HB0001 望港港航投资有限公司 100 sole_state pb
CJ0002 CJ0001 望港建工有限公司 100 sole_state pb
CJ0003 CJ0001 望港城投置业有限公司 80 controlled pb
CJ0004 CJ0001 望港水务有限公司 100 sole_state pb
CJ0005 CJ0001 望港公共交通有限公司 100 sole_state pb
HB0006 HB0002 望港东港区码头有限公司 100 state_owned_wholly p
HB0007 HB0002 望港西港区码头有限公司 100 state_owned_wholly p
HB0008 HB0003 望港近海航运有限公司 100 controlled -
HB0009 HB0003 望港船员服务有限公司 70 controlled s
HB0010 HB0004 望港保税仓储有限公司 100 state_owned_wholly ?b
HB0011 HB0004 望港冷链物流有限公司 60 controlled s
HB0012 HB0005 望港航运供应有限公司 100 state_owned_wholly -
HB0013 HB0005 望港港口设备有限公司 75 controlled s
CJ0006 CJ0002 望港市政工程有限公司 100 state_owned_wholly p
CJ0007 CJ0002 望港园林绿化有限公司 100 state_owned_wholly s
CJ0008 CJ0003 望港安居建设有限公司 100 controlled -
CJ0009 CJ0003 望港滨江开发有限公司 90 controlled -
CJ0010 CJ0004 望港供水有限公司 100 state_owned_wholly p
CJ0011 CJ0004 望港污水处理有限公司 100 state_owned_wholly -
CJ0012 CJ0005 望港巴士有限公司 100 state_owned_wholly p
CJ0013 CJ0005 望港出租汽车有限公司 100 state_owned_wholly s
HB0014 HB0006 望港东港装卸有限公司 100 state_owned_wholly -
HB0015 HB0006 望港东港理货有限公司 84 controlled s
HB0016 HB0007 望港西港装卸有限公司 100 state_owned_wholly -
HB0017 HB0008 望港沿海集运有限公司 100 controlled -
HB0018 HB0009 望港船员培训有限公司 100 controlled s
HB0019 HB0010 望港跨境仓配有限公司 100 state_owned_wholly s
HB0020 HB0011 望港冷链配送有限公司 100 controlled s
HB0021 HB0012 望港船舶燃料有限公司 100 state_owned_wholly -
HB0022 HB0013 望港起重设备有限公司 100 controlled s
CJ0014 CJ0006 望港道路养护有限公司 100 state_owned_wholly s
CJ0015 CJ0006 望港桥隧养护有限公司 100 state_owned_wholly s
CJ0016 CJ0007 望港苗圃有限公司 100 state_owned_wholly s
CJ0017 CJ0008 望港安居物业有限公司 100 controlled s
CJ0018 CJ0009 望港滨江商业有限公司 100 controlled -
CJ0019 CJ0010 望港管网有限公司 100 state_owned_wholly -
CJ0020 CJ0011 望港环保科技有限公司 70 controlled s
CJ0021 CJ0012 望港巴士维修有限公司 100 state_owned_wholly s
HB0023 HB0014 望港东港拖轮有限公司 100 state_owned_wholly -
HB0024 HB0015 望港理货信息有限公司 100 controlled s
HB0025 HB0017 望港集运代理有限公司 100 controlled s
HB0026 HB0019 望港仓配科技有限公司 100 state_owned_wholly s
HB0027 HB0021 望港燃料配送有限公司 100 state_owned_wholly s
HB0028 HB0022 望港起重安装有限公司 100 controlled s
CJ0022 CJ0014 望港道路标线有限公司 100 state_owned_wholly s
CJ0023 CJ0017 望港安居家政有限公司 100 controlled s
CJ0024 CJ0018 望港滨江酒店有限公司 100 controlled s
CJ0025 CJ0019 望港管网检测有限公司 100 state_owned_wholly s
CJ0026 CJ0020 望港水质检测有限公司 100 controlled s
HB0029 HB0023 望港拖轮服务有限公司 100 state_owned_wholly s
HB0030 HB0025 望港集运信息有限公司 100 controlled s
HB0031 HB0027 望港燃料检测有限公司 100 state_owned_wholly s
CJ0027 CJ0022 望港标线材料有限公司 100 state_owned_wholly s
CJ0028 CJ0024 望港滨江洗涤有限公司 100 controlled s
CJ0029 CJ0025 望港管网修复有限公司 100 state_owned_wholly s
"""

# Investees and outsiders: code, form, name, who holds it and how much
_OTHERS = """
CG0001 investee 望港湾区港机制造有限公司 HB0005 30
CG0002 investee 望港新区置业有限公司 CJ0003 40
CG0003 investee 望港航联保险经纪有限公司 HB0001 20
WB0001 private 望港鑫澜贸易有限公司 - 0
WB0002 private 望港岳帆实业有限公司 - 0
WB0003 private 望港汐谦商贸有限公司 - 0
"""

SILENT = ("HB0031", "CJ0029")
"""Entities without any report at the end; planted."""
LAST_DAY_HEARD = "CJ0028"
"""The entity that reports on the last day that is in time."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One supervised entity as the register has it."""

    code: str
    parent: str
    name: str
    share: int
    form: str
    party: bool | None
    board: bool
    small: bool
    level: int

    @property
    def group(self) -> str:
        """Return the group's head."""
        return PORT if self.code.startswith("HB") else CITY


@dataclass(frozen=True, slots=True)
class Other:
    """An investee or an outsider that the register knows."""

    code: str
    form: str
    name: str
    holder: str
    share: int


def _read() -> dict[str, Entity]:
    entities: dict[str, Entity] = {}
    for line in _TREE.split("\n"):
        if line:
            code, parent, name, share, form, marks = line.split()
            level = entities[parent].level + 1 if parent in entities else 1
            party = None if "?" in marks else "p" in marks
            entities[code] = Entity(code, parent, name, int(share), form, party, "b" in marks, "s" in marks, level)
    return entities


ENTITIES = _read()
OTHERS = [Other(c, f, n, h, int(s)) for c, f, n, h, s in (line.split() for line in _OTHERS.split("\n") if line)]


def reporter_of(code: str) -> str:
    """Return who reports for an entity: the second-level entity above it, or itself above that level."""
    firm = ENTITIES[code]
    while firm.level > 2:
        firm = ENTITIES[firm.parent]
    return firm.code


def below(code: str) -> list[str]:
    """Return the entities that one manages directly."""
    return [firm.code for firm in ENTITIES.values() if firm.parent == code]
