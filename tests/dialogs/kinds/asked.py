"""A question of a kind on a small invented scene, read from what somebody types."""

from collections.abc import Mapping, Sequence
from datetime import date

from cases.values import JSON, Answers
from dialogs.form import Option, Question
from dialogs.kinds import KINDS
from dialogs.kinds.base import Kind, Reading, Row, Scene
from dialogs.said import Spoken, Text

TODAY = date(2026, 11, 21)

CHOICES = (
    Option(id="enterprise", label="企业职工", also=("企业", "工厂")),
    Option(id="flexible", label="灵活就业或个体", also=("灵活就业", "个体户")),
    Option(id="institution", label="机关事业单位", also=("机关", "事业单位")),
)

LISTS: Mapping[str, Sequence[Row]] = {
    "regions": (
        Row("410100", "郑州市", ("郑州",)),
        Row("411300", "南阳市", ("南阳",)),
        Row("419001", "济源市", ("济源",)),
        Row("410102", "中原区", ("中原",), "410100"),
        Row("410104", "管城回族区", ("管城区", "管城"), "410100"),
        Row("410105", "金水区", ("金水",), "410100"),
        Row("410181", "巩义市", ("巩义",), "410100"),
        Row("411328", "唐河县", ("唐河",), "411300"),
        Row("410105002", "花园路街道", (), "410105"),
        Row("410105003", "经八路街道", (), "410105"),
        Row("411328112", "少拜寺镇", (), "411328"),
        Row("419001001", "沁园街道", (), "419001"),
    ),
    "provinces": (
        Row("410000", "河南省"),
        Row("130000", "河北省"),
        Row("110000", "北京市"),
        Row("310000", "上海市"),
        Row("420000", "湖北省"),
        Row("450000", "广西壮族自治区"),
    ),
    "banks": (
        Row("icbc", "中国工商银行", ("工商银行", "工行")),
        Row("boc", "中国银行", ("中行",)),
        Row("zy", "中原银行"),
    ),
    "offices": (
        Row("office-1", "郑州市政务服务中心", ("郑州市", "郑州"), "410100"),
        Row("office-2", "郑州市金水区政务服务中心", ("金水区",), "410100"),
        Row("office-3", "南阳市政务服务中心", ("南阳",), "411300"),
        Row("office-4", "唐河县政务服务中心", (), "411300", {"address": "新春街1号"}),
    ),
    "ethnicities": (
        Row("01", "汉族", ("汉",)),
        Row("03", "回族", ("回",)),
        Row("08", "壮族", ("壮",)),
        Row("36", "毛南族", ("毛南", "毛难", "毛难族")),
        Row("97", "其他", ("其它",)),
    ),
}
LIST_OF = {"bank": "banks", "office": "offices", "ethnicity": "ethnicities", "address": "regions"}


class Asked:
    """One question, open on the scene."""

    def __init__(self, kind: str, key: str = "asked", **more: JSON) -> None:
        fields = {"key": key, "kind": kind, "label": "问题", "list": LIST_OF.get(kind)} | more
        if kind == "phrase":
            fields = {"settings": {"phrase": "本人同意委托"}} | fields
        question = Question.model_validate(fields)
        if kind == "choice" and not question.options:
            question = question.model_copy(update={"options": CHOICES})
        self.question = question
        self.kind: Kind = KINDS[kind]

    def scene(
        self, partial: JSON = None, suggestion: JSON = None, answers: Answers | None = None
    ) -> Scene:
        return Scene(
            answers=answers or {},
            today=TODAY,
            lists=LISTS,
            options=self.question.options,
            partial=partial,
            suggestion=suggestion,
        )

    def read(
        self,
        said: str | Spoken,
        partial: JSON = None,
        suggestion: JSON = None,
        answers: Answers | None = None,
    ) -> Reading:
        spoken = Text(said) if isinstance(said, str) else said
        return self.kind.read(self.question, spoken, self.scene(partial, suggestion, answers))

    def offered(
        self, partial: JSON = None, suggestion: JSON = None, answers: Answers | None = None
    ) -> list[str]:
        scene = self.scene(partial, suggestion, answers)
        return [offer.label for offer in self.kind.offers(self.question, scene)]

    def shown(self, value: JSON) -> str:
        return self.kind.show(self.question, value, self.scene())

    def masked(self, value: JSON) -> str:
        return self.kind.mask(self.question, value, self.scene())
