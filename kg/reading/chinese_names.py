"""Names written in Chinese characters: which character is the family name, where that is certain."""

from __future__ import annotations

import re

from kg.model import Person
from kg.source import Found

_COMPOUND = frozenset(
    (
        "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯",
        "长孙", "宇文", "端木", "南宫", "歐陽", "諸葛", "東方", "尉遲", "公孫",
    )
)  # fmt: skip
_SINGLE = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜"
    "戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文肖闫洪施樊颜"
    "温倪严牛葛齐庞柳章鲁韦俞翁梅童伍安左聂向"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鐘范譚鄒陸顧龍萬錢湯賴龔聞嚴齊龐魯"
)
_HAN = r"[\u3400-\u9fff\uf900-\ufaff·]"
_NAME = re.compile(rf"{_HAN}{{2,4}}")
_ORGANISATION = re.compile(r"[会會组組院所局部社司]$|大学|大學|中心|医院|醫院|委员|委員|协作|協作|编辑|編輯")


def is_han(text: str) -> bool:
    """Whether a text is written in Chinese characters alone, white space apart."""
    return re.fullmatch(rf"(?:{_HAN}|\s)+", text) is not None


def has_han(text: str) -> bool:
    """Whether a Chinese character is among the characters."""
    return re.search(_HAN.replace("·", ""), text) is not None


def chinese_person(name: Found[str]) -> Person | None:
    """Family and given name of two to four Chinese characters; `None` where the parting is not certain.

    >>> person = chinese_person(Found("欧阳文静", "欧阳文静", 0))
    >>> person.family.raw, person.given.raw
    ('欧阳', '文静')
    """
    if not _NAME.fullmatch(name.raw) or _ORGANISATION.search(name.raw):
        return None
    if name.raw[:2] in _COMPOUND and len(name.raw) > 2:
        cut = 2
    elif name.raw[0] in _SINGLE and len(name.raw) < 4:
        cut = 1
    else:
        return None
    return Person(family=name.part(0, cut), given=name.part(cut, len(name.raw)))
