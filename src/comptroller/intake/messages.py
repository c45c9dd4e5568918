"""What intake says when it does not take a file: one entry for each code, in Chinese and in English."""

from collections.abc import Iterable

from comptroller.intake.limits import Limits
from comptroller.model.refusal import Refusal, refusal

Place = tuple[str, int | None, str]
"""File (with member or sheet), line, field."""

WORDS: dict[str, tuple[str, str, str, str]] = {
    # code: expected (zh, en), mend (zh, en)
    "intake.file.media": (
        "{media}",
        "one of {media}",
        "换成其中一种格式再报送",
        "Send the file in one of these formats.",
    ),
    "intake.file.size": (
        "不超过 {limit} 字节",
        "at most {limit} bytes",
        "分成几份报送",
        "Send it in several reports.",
    ),
    "intake.file.empty": (
        "至少一条事项",
        "at least one fact",
        "检查导出的文件是否为空",
        "Look whether the export was empty.",
    ),
    "intake.file.damaged": (
        "完整可读的 {media} 文件",
        "a whole, readable {media} file",
        "重新导出后再报送",
        "Export the file again and send that.",
    ),
    "intake.file.encoding": (
        "UTF-8 编码{also}",
        "text in UTF-8{also}",
        "另存为 UTF-8 编码后再报送",
        "Save the file as UTF-8 and send that.",
    ),
    "intake.file.nul": ("不含 NUL 字符的文本", "text without NUL", "去掉该字符后再报送", "Take the NUL out."),
    "intake.rows.many": (
        "一份报送不超过 {limit} 行",
        "at most {limit} rows in one report",
        "分成几份报送",
        "Send it in several reports.",
    ),
    "intake.columns.many": (
        "不超过 {limit} 列",
        "at most {limit} columns",
        "只保留该类事项的字段",
        "Keep only the fields of the kind.",
    ),
    "intake.refusals.more": (
        "不再逐条列出",
        "not listed any more",
        "先改正已列出的各条",
        "Mend those listed, then send again.",
    ),
    "intake.header.empty": (
        "每列都有列名",
        "a name over each column",
        "补上列名,或删去该列",
        "Name the column, or take it out.",
    ),
    "intake.header.twice": ("列名不重复", "each name once", "改名或删去一列", "Rename or take out one of them."),
    "intake.header.long": (
        "列名不超过 {limit} 个可见字符",
        "a name of at most {limit} printable characters",
        "改短列名",
        "Shorten the name.",
    ),
    "intake.cell.long": (
        "一格不超过 {limit} 个字符",
        "at most {limit} characters in one value",
        "改短,或作为附件另存",
        "Shorten it, or keep it elsewhere as a document.",
    ),
    "intake.cell.formula": (
        "值,而不是公式",
        "a value, not a formula",
        "复制后选择性粘贴为“数值”",
        "Copy it and paste it as a value.",
    ),
    "intake.cell.error": (
        "值,而不是表格软件的错误",
        "a value, not an error of the spreadsheet",
        "改正该单元格",
        "Mend the cell.",
    ),
    "intake.cell.cut": (
        "不超过 15 位的数字,更长的编号为文本",
        "a number of at most 15 digits; longer codes as text",
        "把该列设为文本格式后重新录入:表格软件已丢失末位数字",
        "Format the column as text and enter it again: the spreadsheet has already lost the last digits.",
    ),
    "intake.csv.ragged": (
        "{limit} 个值,与列名一样多",
        "{limit} values, as many as there are names",
        "补齐或删去多余的分隔符;含分隔符的值用双引号括起",
        "Add what is missing or take out what is too much; put a value that holds the separator in quotes.",
    ),
    "intake.csv.quote": (
        "成对的双引号",
        "quotes in pairs, around whole values",
        "值内的双引号写两次",
        "Write a quote within a value twice.",
    ),
    "intake.json.syntax": ("合法的 JSON", "JSON that parses", "改正此处", "Mend it there."),
    "intake.json.shape": (
        '事项对象、事项列表,或 {{"kind": …, "facts": …}}',
        'a fact, a list of facts, or {{"kind": …, "facts": …}}',
        "按此组织内容",
        "Arrange it so.",
    ),
    "intake.json.depth": (
        "嵌套不超过 {limit} 层",
        "at most {limit} lists and objects within each other",
        "展平内容",
        "Flatten it.",
    ),
    "intake.json.number": (
        "不超过 {limit} 位的数字",
        "a number of at most {limit} digits",
        "改正数字;编号写成字符串",
        "Mend the number; write codes as strings.",
    ),
    "intake.json.twice": (
        "同一对象内字段名不重复",
        "each name once in an object",
        "删去其中一个",
        "Take out one of them.",
    ),
    "intake.json.kind": ("事项种类的名称", "the name of a kind", "写成字符串", "Write it as a string."),
    "intake.zip.bomb": (
        "解压后不超过 {limit} 字节,且不超过原大小的 {ratio} 倍",
        "at most {limit} bytes unpacked, and at most {ratio} times the packed size",
        "分成几份报送",
        "Send it in several reports.",
    ),
    "intake.zip.nested": (
        "压缩包内不再有压缩包",
        "no archive within an archive",
        "把内层文件直接放入",
        "Put the inner files in directly.",
    ),
    "intake.zip.path": (
        "包内的相对路径,不含 ..",
        "a path within the archive, without ..",
        "重新压缩,只放文件",
        "Pack it again, files only.",
    ),
    "intake.zip.encrypted": (
        "不加密的压缩包",
        "an archive without a password",
        "去掉密码后再报送",
        "Take the password off.",
    ),
    "intake.zip.members": (
        "不超过 {limit} 个文件",
        "at most {limit} files",
        "分成几份报送",
        "Send it in several reports.",
    ),
    "intake.zip.twice": ("包内文件名不重复", "each member once", "重新压缩", "Pack it again."),
    "intake.sheet.password": (
        "不加密的 xlsx 工作簿",
        "an xlsx workbook without a password",
        "去掉密码,另存为 xlsx",
        "Take the password off and save it as xlsx.",
    ),
    "intake.sheet.macro": ("不含宏的 xlsx 工作簿", "a workbook without macros", "另存为 xlsx", "Save it as xlsx."),
    "intake.sheet.area": (
        "首末单元格之间不超过 {limit} 格",
        "at most {limit} cells between the first and the last",
        "删去表格之外的空行空列和零散单元格",
        "Delete the empty rows, empty columns and stray cells around the table.",
    ),
    "intake.xml.entity": (
        "不含 DTD 和实体声明的 XML",
        "XML without a document type or entities",
        "去掉 DOCTYPE 后再报送",
        "Take the DOCTYPE out.",
    ),
    "intake.xml.syntax": ("合法的 XML", "XML that parses", "重新导出", "Export it again."),
    "intake.xes.log": (
        "XES 日志:log 下有 trace 和 event",
        "an XES log: events in traces in a log",
        "导出为 XES",
        "Export it as XES.",
    ),
    "intake.mapping.syntax": (
        "每段一条 SELECT,前面一行 -- kind: <种类>",
        "SELECTs, each with a line before it: -- kind: <kind>",
        "改正映射文件",
        "Mend the mapping.",
    ),
    "intake.mapping.reach": (
        "只读 raw,且同样的输入总得同样的结果",
        "a SELECT over raw alone, that always gives the same for the same file",
        "从映射中去掉它",
        "Take it out of the mapping.",
    ),
    "intake.mapping.failed": (
        "能在此文件上运行的 SELECT;文件的列:{columns}",
        "a SELECT that runs over this file; its columns are {columns}",
        "改正映射,或换用这种文件的映射",
        "Mend the mapping, or take the one for this kind of file.",
    ),
    "intake.mapping.line": (
        "line 列为正整数",
        "a column `line` of whole numbers from 1",
        "从 raw 取 line",
        "Take `line` from raw.",
    ),
}
"""Every refusal that this room can give before it knows the kind."""


def reject(code: str, place: Place, seen: object, **figures: object) -> Refusal:
    """Give the refusal of that code; `figures` fill the places in its words.

    >>> refuse("intake.rows.many", ("a.csv", None, ""), 12, limit=10).expected.en
    'at most 10 rows in one report'
    """
    zh, en, mend_zh, mend_en = WORDS[code]
    shown = {name: _printable(value) for name, value in figures.items()}
    expected = (zh.format(**shown), en.format(**shown))
    file, line, field = place
    return refusal(code, (_printable(file), line, _printable(field)), _printable(seen), expected, (mend_zh, mend_en))


def bounded(refusals: Iterable[Refusal], limits: Limits, name: str) -> list[Refusal]:
    """List refusals up to the limit, and say how many more there are."""
    listed: list[Refusal] = []
    more = 0
    for one in refusals:
        if len(listed) < limits.refusals:
            listed.append(one)
        else:
            more += 1
    if more:
        listed.append(reject("intake.refusals.more", (name, None, ""), more))
    return listed


def _printable(value: object) -> str:
    """Give text that any page, terminal and JSON can hold."""
    text = value if isinstance(value, str) else str(value)
    text = text[:2000].encode("utf-8", "backslashreplace").decode("utf-8")
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
