"""What a sentence says of somebody's birth, work and contributions, and what it asks of them.

“我1966年7月生，男，什么时候退休？” “女工人 75年11月的几岁退” “今年五十九” “交了13年社保”.
Nothing here decides anything; an ID number is read for month and sex and kept nowhere.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from cases.ages import Month
from cases.identity_numbers import IdentityNumber, read_identity_number
from dialogs.kinds.dating import Moment, understood
from dialogs.kinds.reading import as_digits, line, small_number, with_digits

Span: TypeAlias = tuple[str, str]
"""First and last month (ISO) that a birth may lie in; alike when the month is known."""
Sex: TypeAlias = Literal["", "male", "female"]
Post: TypeAlias = Literal["", "cadre", "worker", "flexible"]
Wish: TypeAlias = Literal["", "when", "years", "archive"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What one sentence said; everything empty where it said nothing of it."""

    born: Span | None = None
    month: int = 0
    """A month without a year: it narrows a year that was said before."""
    archive: Span | None = None
    sex: Sex = ""
    post: Post = ""
    paid: int | None = None
    """Months of contributions."""
    retires: int = 0
    """The year she means to retire in."""
    about: Literal["", "self", "other"] = ""
    wish: Wish = ""
    follows: bool = False
    """It goes on about what was just told: 那最早呢."""

    @property
    def tells(self) -> bool:
        """Whether it says anything that a calculation may use."""
        told = (self.born, self.month, self.archive, self.sex, self.post, self.paid)
        return any(one not in {None, "", 0} for one in told)


_NUMERAL = "[〇零○一二两三四五六七八九十廿卅]"
_NUMERALS = re.compile(rf"{_NUMERAL}{{2,}}|(?<![哪不同]){_NUMERAL}(?=[月岁号日年])")
_COMING = re.compile(r"(?:今年|明年|后年|去年)(?:年底|\d{1,2}月)")
"""A month of these years is none of a birth."""
_LUNAR = re.compile(r"农历|阴历|旧历|正月|腊月")
_SOLAR = re.compile(r"阳历|公历|新历|国历")
_ID_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_PAID = re.compile(
    r"(?P<what>交|缴|社保|养老保险|参保|累计|干|工作|上班|工龄)[^\d]{0,6}?"
    r"(?P<years>\d{1,2})年(?P<half>半)?(?:零?(?P<months>\d{1,2})个月)?"
    r"(?!生|出生|\d|的(?!社保|养老|保险))"
)
_SHIFT = re.compile(r"(?:提前|延迟|推迟|早|晚|延)[^\d]{0,2}\d{1,2}(?:年|个月|月)")
_RETIRES = re.compile(r"(20[2-5]\d)年?(?:\d{1,2}月份?)?[^\d生]{0,4}退")
_AGES = (
    re.compile(
        r"(?P<nominal>虚岁|虚)?(?:今年|现在|已经|刚满|刚过|快|马上|年龄|周岁|实岁|(?<=虚岁)|(?<=虚))"
        r"(?:是|有|满|到|就|都|虚岁|要)?(?P<age>\d{2})(?![\d年月.-])"
    ),
    re.compile(r"(?P<age>\d{2})(?:周岁|(?P<nominal>虚岁)|岁)(?:了|半|[,，。 ]|$)"),
    re.compile(r"[我俺](?:是|都|有)?(?P<age>\d{2})(?:岁)?(?=[了,，。 男女]|$)(?P<nominal>)"),
)
_YEARS = (
    re.compile(r"(?<!\d)(19[3-9]\d|200\d)(?=年|的|生|出生|[,，。男女 ]|$)"),
    re.compile(r"(?<!\d)([3-9]\d)年(?!\d{1,2}月)"),
    re.compile(r"(?<!\d)([3-9]\d)(?=的|生)"),
)
_MONTH = re.compile(r"(?<![\d年])(1[0-2]|0?[1-9])月")
_YEAR_AND_MONTH = re.compile(r"\d{2,4}\s*[年—./、,\s-]\s*\d{1,2}|\d{6,8}|\d{1,2}[-./]\d{4}")
_SOURCES = re.compile(r"(档案|身份证|户口本|户口)")
_FIRST, _LAST = 1930, 2010

_OTHERS: Final = (
    (re.compile(r"老公|丈夫|[我俺]爸|爸爸|父亲|公公|岳父|[我俺]哥|[我俺]弟|儿子"), "male"),
    (
        re.compile(r"老婆|媳妇|妻子|[我俺]妈|妈妈|母亲|婆婆|岳母|[我俺]姐|[我俺]妹|闺女|女儿"),
        "female",
    ),
    (re.compile(r"老伴|爱人|[我俺]对象|邻居|同事|朋友|(?<!其)[他她]"), ""),
)
_SELF = re.compile(r"[我俺咱]|本人")
_CADRE = re.compile(
    r"(?<!不是)(?<!非)(?:干部|管理岗|管理人员|管理层|技术岗|专业技术|高级职称|工程师|教师|老师|公务员)"
)
_WORKER = re.compile(r"工人|女工(?!程)|车间|一线|操作工|生产岗|工勤|不是干部|非干部")
_FLEXIBLE = re.compile(r"灵活就?业?|个体|自由职业|没有?单位|自己[交缴买]|自缴")

_RETIRE = re.compile(r"退|到龄")
_WHEN = re.compile(
    r"什么时[候间]|啥时[候间]?|何时|几时|多会|哪[一1]?年|哪个?月|几几年|几岁|多大|多少岁|几年|多久"
    r"|多长时间|还[有差要得]|最早|最晚|能退|可以退|该退|退[得不]了|退了[吗没不]|年龄|够不够|几月|到点"
)
_NEVER = re.compile(r"金|工资|钱|医保|失业|津贴|独生|特殊工种|井下|高温|高空|病|补贴|费用|转退休")
"""Then it is something else that is asked, whatever else is said."""
_PERHAPS = re.compile(r"办|申请|手续|材料|提交|申报|表")
"""Then it is something else that is asked, unless a birth is told with it."""
_HOW_LONG = re.compile(
    r"[交缴].{0,5}(?:几年|多少年|多久|多长|够|满)|还[要得差][交缴]?几年|缴费年限|最低.{0,2}年限|年限不?够"
    r"|没?[交缴][够满]"
)
_INSURANCE = re.compile(r"社保|养老|保险|[交缴].{0,6}退|退.{0,6}[交缴]|缴费年限|还[要得差][交缴]")
_DIFFERS = re.compile(r"不一|不同|对不上|不符|差[了着]?\d*[年岁个]|[大小早晚]")
_FOLLOWS = re.compile(r"^那?我?(?:最?[早晚]|提前|延迟|弹性).{0,8}[呢吗?？]?$|^那.{0,12}呢[?？]?$")


_WORDS = re.compile(r"[退龄档保老交缴还]")
"""What asks for anything here has one of them."""


def may_ask(text: str) -> bool:
    """False where `hear` would find no wish: most messages answer a question of the form."""
    return _WORDS.search(text) is not None


def hear(text: str, today: date) -> Heard:
    """Everything that `text` says and asks of when somebody may retire."""
    plain = _plain(text)
    born, archive = _births(plain, today)
    lunar = _LUNAR.search(plain) is not None
    number = _ID_NUMBER.search(plain)
    known = read_identity_number(number[0]) if number is not None else None
    sex, about = _sex(plain), _about(plain)
    if isinstance(known, IdentityNumber):
        first = str(Month(known.birth_date.year, known.birth_date.month))
        born, sex = born or (first, first), sex or known.sex
    return Heard(
        born=born,
        month=0 if born or archive or lunar else _lonely_month(plain),
        archive=archive,
        sex=sex,
        post=_post(plain),
        paid=_paid(plain),
        retires=_retires(plain),
        about=about,
        wish=_wish(plain, told=born is not None),
        follows=_FOLLOWS.search(plain) is not None and len(plain) <= 14,
    )


def _plain(text: str) -> str:
    """Half-width, numerals as digits, blanks kept."""
    narrow = _SOLAR.sub("", with_digits(line(text))).replace("月份", "月")
    return _COMING.sub(" ", _NUMERALS.sub(lambda run: _number(run[0]), narrow))


def _number(run: str) -> str:
    if len(run) > 1 and not set(run) & set("十廿卅"):
        return as_digits(run)
    number = small_number(run)
    return run if number is None else str(number)


# ---- births --------------------------------------------------------------------------------


def _births(plain: str, today: date) -> tuple[Span | None, Span | None]:
    """Born as the ID card has it (or as she says), and as the archive has it."""
    if "档案" not in plain:
        return _birth(plain, today), None
    parts = _SOURCES.split(plain)
    found: dict[str, Span] = {}
    for source, said in zip(parts[1::2], parts[2::2], strict=False):
        span = _birth(said, today)
        if span is not None:
            found.setdefault("archive" if source == "档案" else "card", span)
    return found.get("card") or _birth(parts[0], today), found.get("archive")


def _birth(plain: str, today: date) -> Span | None:
    """The months in which this birth may lie."""
    text = _ID_NUMBER.sub(" ", _SHIFT.sub(" ", _PAID.sub(" ", _RETIRES.sub("退", plain))))
    age = _age(text, today)
    if age is not None:
        return age
    moment = understood(text, today, "past")
    if isinstance(moment, Moment) and _YEAR_AND_MONTH.search(text) and _plausible(moment.year):
        exact = str(Month(moment.year, moment.month))
        return exact, exact
    return _year(text.replace("年", "年 ") if _LUNAR.search(text) else text)


def _plausible(year: int) -> bool:
    return _FIRST <= year <= _LAST


def _age(text: str, today: date) -> Span | None:
    for pattern in _AGES:
        found = pattern.search(text)
        if found is None:
            continue
        age = int(found["age"]) - (1 if found["nominal"] else 0)
        if 40 <= age <= 75:
            now = Month(today.year, today.month)
            return str(now.plus(-12 * (age + 1))), str(now.plus(-12 * age))
    return None


def _year(text: str) -> Span | None:
    for pattern in _YEARS:
        found = pattern.search(text)
        if found is not None:
            year = int(found[1]) if len(found[1]) == 4 else 1900 + int(found[1])
            return f"{year}-01", f"{year}-12"
    return None


def _lonely_month(plain: str) -> int:
    found = _MONTH.search(plain)
    return int(found[1]) if found is not None else 0


# ---- the person ----------------------------------------------------------------------------


def _sex(plain: str) -> Sex:
    male, female = "男" in plain, "女" in plain
    if male != female:
        return "male" if male else "female"
    for pattern, sex in _OTHERS:
        if not male and sex and pattern.search(plain):
            return "male" if sex == "male" else "female"
    return ""


def _about(plain: str) -> Literal["", "self", "other"]:
    if any(pattern.search(plain) for pattern, _ in _OTHERS):
        return "other"
    return "self" if _SELF.search(plain) else ""


def _post(plain: str) -> Post:
    said: list[Post] = []
    if _FLEXIBLE.search(plain):
        said.append("flexible")
    if _CADRE.search(plain):
        said.append("cadre")
    elif _WORKER.search(plain):
        said.append("worker")
    return said[0] if said else ""


def _paid(plain: str) -> int | None:
    found = _PAID.search(plain)
    if found is None or found["what"] in {"干", "工作", "上班", "工龄"}:
        return None
    return int(found["years"]) * 12 + (6 if found["half"] else int(found["months"] or 0))


def _retires(plain: str) -> int:
    found = _RETIRES.search(plain)
    return int(found[1]) if found is not None else 0


def _wish(plain: str, *, told: bool) -> Wish:
    """What is asked: the differing archive, the years of contribution, or when."""
    if "档案" in plain and _SOURCES.search(plain.replace("档案", "")) and _DIFFERS.search(plain):
        return "archive"
    if _NEVER.search(plain):
        return ""
    if _HOW_LONG.search(plain) and _INSURANCE.search(plain):
        return "years"
    if _RETIRE.search(plain) and _WHEN.search(plain) and (told or not _PERHAPS.search(plain)):
        return "when"
    return ""
