"""People's questions find their answers, and no answer to the form is taken for a question."""

import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
from ruamel.yaml import YAML

from dialogs.knowledge import Entry, Knowledge
from storage.definitions import read
from tests.services.rows import SERVICES

PROVINCES = ("henan", "hebei")
TOPICS = ("渠道", "事项", "材料", "受理", "办理", "出件", "时限", "退休年龄")
"""The plan's seven (附件5 五（一）), and what everybody asks besides."""
POLICIES = "政策依据"
"""The fourteen policies of Hebei's plan stand under this."""
LONGEST = 120
NEXT_STEP = re.compile(r"回复“|请|先|拨|窗口|按|备齐|再|选上|核对|即可|就行|就能|告知|满60周岁后")

EVERYDAY = [
    "是",
    "不是",
    "对",
    "不对",
    "好",
    "好的",
    "可以",
    "行",
    "嗯",
    "有",
    "没有",
    "无",
    "要",
    "不要",
    "没错",
    "全部正确",
    "都对",
    "正确",
    "不知道",
    "不清楚",
    "我不知道",
    "不记得了",
    "确认",
    "确认提交",
    "同意",
    "我同意",
    "不同意",
    "本人",
    "我本人",
    "自己办",
    "替父亲办",
    "替我妈办",
    "单位",
    "人事代理机构",
    "用人单位",
    "我是单位的",
    "家属",
    "王秀英",
    "李建国",
    "买买提·吐尔逊",
    "欧阳静",
    "女儿",
    "儿子",
    "老伴",
    "男",
    "女",
    "男的",
    "女的",
    "汉族",
    "回族",
    "我是满族",
    "初婚",
    "再婚",
    "离异",
    "丧偶",
    "未婚",
    "城镇",
    "农村",
    "城镇户口",
    "农业户口",
    "非农业",
    "企业正常退休",
    "正常退休",
    "提前退休",
    "特殊工种提前退休",
    "因病提前退休",
    "企业职工",
    "机关事业单位",
    "灵活就业人员",
    "个体工商户",
    "法定退休年龄退休",
    "弹性提前退休",
    "弹性延迟退休",
    "到龄退休",
    "退休",
    "退职",
    "已经退休了",
    "我要办退休",
    "我想办退休",
    "申请退休",
    "410105196606129011",
    "13803711234",
    "0371-65901234",
    "6217000010000000128",
    "1966年6月12日",
    "66年6月",
    "2026-12",
    "2026年12月",
    "今年12月",
    "下个月",
    "一九六六年六月",
    "阴历六月初三",
    "提取",
    "不提取",
    "要提取公积金",
    "不提取公积金",
    "提公积金",
    "取公积金",
    "要取公积金",
    "公积金不取",
    "公积金不提",
    "公积金要提",
    "没交过公积金",
    "单位没交公积金",
    "失业金没有了",
    "儿子替我填",
    "闺女帮我弄的",
    "给我寄到家里",
    "我户口在郑州市金水区",
    "没有公积金",
    "有公积金",
    "我有公积金",
    "公积金",
    "郑州公积金",
    "省直的",
    "独生子女",
    "申请",
    "不申请",
    "有一个女儿",
    "一个儿子",
    "生子女",
    "养子女",
    "孤儿",
    "残疾儿童",
    "福利院抚养儿童",
    "其他",
    "健在",
    "已故",
    "2001年去世",
    "自行领取",
    "邮寄送达",
    "自己取",
    "邮寄",
    "寄到家里",
    "去政务中心取",
    "郑州市政务服务中心",
    "社保卡",
    "银行卡",
    "用社保卡",
    "用别的卡",
    "建设银行",
    "河南省郑州市金水区文化路街道文化路社区3号院",
    "郑州市",
    "金水区",
    "文化路街道",
    "文博社区",
    "3号院2号楼1单元5楼",
    "张村第三村民小组",
    "进度",
    "帮助",
    "人工",
    "投诉",
    "上一步",
    "修改电话",
    "修改",
    "电话",
    "暂停",
    "重新开始",
    "换人",
    "申请",
    "继续",
    "跳过",
    "谢谢",
    "收到",
    "知道了",
    "你好",
    "在吗",
    "拍好了",
    "发完了",
    "正在领",
    "没有领",
    "领过",
    "没领过失业金",
    "在领失业金",
    "正在领失业金",
    "没有工伤",
    "有伤残津贴",
    "没有伤残津贴",
    "没领",
    "是的我在领",
    "退休手续已经盖章了",
    "已盖章",
    "还没有",
    "手续办好了",
    "没盖章",
    "材料都有",
    "都准备好了",
    "档案在人才中心",
    "没有档案",
    "河南省企业职工基本养老保险参保人员退休办理表",
    "提前退休核准表",
    "养老保险待遇申领表",
    "授权委托书",
    "承诺书",
    "身份证",
    "郑州宇通客车股份有限公司",
    "河南省人民医院",
    "郑州市第一中学",
    "91410105731234567D",
]

ASKED = {
    "我想问一下退休去哪里办呀": "channel.where",
    "请问在哪办退休": "channel.where",
    "去哪办？": "channel.where",
    "退休的事网上能不能办": "channel.online",
    "这个在手机上能办吗": "channel.online",
    "俺闺女能替我填不": "channel.family",
    "我老伴也要退休能不能一起办": "channel.several",
    "我是灵活就业的怎么办退休": "channel.flexible",
    "咨询电话多少": "channel.phone",
    "我年纪大了不会用手机": "channel.no_phone",
    "退休一件事都包括哪些": "items.all",
    "我一个月能领多少钱养老金": "items.pension",
    "医保怎么转成退休": "items.medical",
    "退休了公积金怎么取": "items.fund",
    "住房公积金怎么提取出来": "items.fund",
    "独生子女费咋领": "items.one_child",
    "我离婚了还能领独生子女费吗": "items.one_child_else",
    "办退休需要什么材料": "materials.person",
    "去的时候要带什么东西": "materials.person",
    "都需要准备啥材料": "materials.person",
    "要不要户口本": "materials.household",
    "户口本用不用拍照": "materials.household",
    "没有独生子女证咋办": "materials.one_child",
    "提前几个月申请退休": "accept.when",
    "什么时候能申请": "accept.when",
    "材料不全怎么办": "accept.missing",
    "前面填错了咋改": "accept.change",
    "不会刷脸咋办": "accept.identity",
    "办这个要钱吗": "accept.fee",
    "身份证号填上安全吗": "accept.privacy",
    "我的退休办到哪一步了": "process.progress",
    "退休办理流程": "process.flow",
    "用不用本人去现场": "process.trips",
    "结果可以邮寄吗": "result.paper",
    "能不能让别人代领": "result.by_other",
    "办好了会不会通知我": "result.told",
    "大概多长时间能办好": "limit.total",
    "几天能办好啊": "limit.total",
    "公积金几天能到账": "limit.fund",
    "公积金要多久": "limit.fund",
    "养老金啥时候发": "limit.pension",
    "第一个月退休金什么时候到账": "limit.pension",
    "女的多大年龄退休": "age.women",
    "男的多大岁数退休": "age.men",
    "延迟退休咋算": "age.delay",
    "我到底什么时候能退休": "age.delay",
    "想提前退休可以吗": "age.earlier",
    "特殊工种能提前几年退休": "age.trade",
    "社保没交够15年怎么办": "age.years",
    "档案和身份证年龄不一样咋办": "age.birth",
    "退休手续去哪个地方办啊": "channel.where",
    "人在外地能不能在网上办退休": "channel.online",
    "我女儿在上海能不能帮我办": "channel.family",
    "让我儿子替我弄中不中": "channel.family",
    "我眼睛花了不会弄手机": "channel.no_phone",
    "有没有电话可以问问": "channel.phone",
    "办退休都要拿啥东西": "materials.person",
    "需要提供哪些证明材料": "materials.person",
    "要不要带身份证和户口本": "materials.household",
    "我户口在河北能办吗": "materials.household",
    "照片拍得不清楚行不行": "materials.photo",
    "没有社保卡怎么办": "materials.card",
    "钱会打到哪个卡里": "materials.card",
    "公积金能取多少": "items.fund",
    "公积金里的钱怎么拿出来": "items.fund",
    "退休以后医保还要继续交吗": "items.medical",
    "失业金是不是就没有了": "items.unemployment",
    "独生子女的钱怎么领": "items.one_child",
    "独生子女补助多少钱一个月": "items.one_child",
    "我今年58能领独生子女费吗": "items.one_child_age",
    "退休金一个月多少": "items.pension",
    "什么时候能拿到退休金": "limit.pension",
    "第一笔养老金啥时候发": "limit.pension",
    "一般多长时间能批下来": "limit.total",
    "还得等多久": "limit.total",
    "要等几天": "limit.total",
    "公积金多少天能到卡上": "limit.fund",
    "提前多长时间去办": "accept.when",
    "还差两个月退休现在能申请吗": "accept.when",
    "超过退休年龄了还能办吗": "accept.late",
    "我填错名字了怎么改": "accept.change",
    "不想提交了能撤回不": "accept.withdraw",
    "填不完明天接着填可以吗": "accept.pause",
    "这是不是骗人的": "accept.privacy",
    "要不要手续费": "accept.fee",
    "人脸识别过不去咋办": "accept.identity",
    "要不要本人亲自去": "process.trips",
    "我的申请现在到哪了": "process.progress",
    "进度在哪里看": "process.progress",
    "为什么没通过": "process.denied",
    "能给我寄过来吗": "result.paper",
    "让我闺女去拿行不行": "result.by_other",
    "女的50能退休吗": "age.women",
    "我是66年的男的哪年退休": "age.delay",
    "延迟退休延多久": "age.delay",
    "我能不能55岁就退": "age.earlier",
    "到了年龄不想退行吗": "age.later",
    "交了13年社保能退休吗": "age.years",
    "身份证比档案大一岁咋办": "age.birth",
    "退休到哪个单位去办呢": "channel.where",
    "俺们县里能办不": "channel.where",
    "在家用手机能不能办这个": "channel.online",
    "俺儿子在外地打工他替我办行吗": "channel.family",
    "单位早就倒闭了我咋办": "channel.flexible",
    "客服电话是多少": "channel.phone",
    "我需要带哪些资料过去": "materials.person",
    "都要啥手续": "materials.person",
    "户口本要不要拍照片": "materials.household",
    "照片模糊能行吗": "materials.photo",
    "公积金怎么能取出来": "items.fund",
    "没交公积金的话怎么办": "items.fund_none",
    "退休后医保还用不用交": "items.medical",
    "领着失业金能不能办退休": "items.unemployment",
    "独生子女有没有补贴": "items.one_child",
    "女的55岁独生子女费能领不": "items.one_child_age",
    "我能领到多少退休金": "items.pension",
    "退休金几号到账": "limit.pension",
    "办下来得多长时间": "limit.total",
    "公积金啥时候能到卡里": "limit.fund",
    "医保几天能办好": "limit.medical",
    "提前几个月能办": "accept.when",
    "下个月退休现在能不能申请": "accept.when",
    "电话写错了咋改": "accept.change",
    "填到一半有事怎么办": "accept.pause",
    "会不会是骗子": "accept.privacy",
    "这个收费不收费": "accept.fee",
    "刷脸老是不成功": "accept.identity",
    "还要不要跑窗口": "process.trips",
    "我的退休办到哪了": "process.progress",
    "怎么看进度": "process.progress",
    "没给我批是为啥": "process.denied",
    "结果能寄到家里不": "result.paper",
    "我闺女能替我去领吗": "result.by_other",
    "办完了会告诉我吗": "result.told",
    "男的现在多大退休": "age.men",
    "女工人多大退休": "age.women",
    "我71年的女的啥时候退休": "age.delay",
    "想早两年退行不行": "age.earlier",
    "社保只交了12年咋办": "age.years",
    "星期六算工作日不": "limit.workday",
    "都过了一个月了还没办好": "limit.overdue",
}
"""Questions as they might come; phrasings were added until each was found."""


@cache
def knowledge(province: str = "henan") -> Knowledge:
    raw: list[dict[str, Any]] = YAML(typ="safe").load(SERVICES / province / "knowledge.yaml")
    return Knowledge([Entry(**one | {"phrasings": tuple(one["phrasings"])}) for one in raw])


def found(typed: str, province: str = "henan") -> str:
    entry = knowledge(province).find(typed)
    return entry.id if entry is not None else ""


ENTRIES = [(province, entry) for province in PROVINCES for entry in knowledge(province).entries]


@pytest.mark.parametrize("province", PROVINCES)
def test_there_is_an_answer_for_every_topic_of_the_plan(province: str) -> None:
    counted = Counter(entry.topic for entry in knowledge(province).entries)
    assert [topic for topic in counted if topic != POLICIES] == list(TOPICS)
    assert min(counted.values()) >= 4
    assert counted.total() >= 60


def test_every_policy_of_the_plan_of_hebei_is_an_answer_and_the_superseded_one_says_so() -> None:
    policies = [entry for entry in knowledge("hebei").entries if entry.id.startswith("policy.")]
    cited = {row for one in policies for row in re.findall(r"规范 四(\d+)", one.source)}
    assert cited == {str(row) for row in range(1, 15)}
    old = knowledge("hebei").entry("policy.workers_1978")
    assert "不再施行" in old.answer
    assert "已废止" in old.source


@pytest.mark.parametrize("province", PROVINCES)
def test_an_id_stands_for_one_entry(province: str) -> None:
    ids = [entry.id for entry in knowledge(province).entries]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("province", PROVINCES)
def test_no_other_province_is_spoken_of(province: str) -> None:
    other = {"henan": "冀|河北省人社厅", "hebei": "豫|河南"}[province]
    said = [
        (one.id, text) for one in knowledge(province).entries for text in (one.answer, one.source)
    ]
    assert [one for one, text in said if re.search(other, text)] == []


@pytest.mark.parametrize(("province", "entry"), ENTRIES, ids=lambda one: getattr(one, "id", one))
def test_an_entry_is_short_sourced_and_says_what_to_do(province: str, entry: Entry) -> None:
    assert province
    assert len(entry.phrasings) >= 4
    assert len(entry.answer) <= LONGEST
    assert entry.source
    *_, last = entry.answer.rstrip("。").split("。")
    assert NEXT_STEP.search(last), last
    assert "{" not in entry.answer


@pytest.mark.parametrize("province", PROVINCES)
@pytest.mark.parametrize("wrapped", ["{}", "请问{}", "我想问一下{}？", "{}啊", "你好，{}"])
def test_every_phrasing_finds_its_own_entry(wrapped: str, province: str) -> None:
    wrong = [
        (phrasing, entry.id, found(wrapped.format(phrasing), province))
        for entry in knowledge(province).entries
        for phrasing in entry.phrasings
        if found(wrapped.format(phrasing), province) != entry.id
    ]
    assert wrong == []


@pytest.mark.parametrize(("typed", "entry"), ASKED.items())
def test_questions_in_other_words_find_their_entry(typed: str, entry: str) -> None:
    assert found(typed) == entry


@pytest.mark.parametrize("province", PROVINCES)
def test_everyday_answers_are_no_questions(province: str) -> None:
    assert {typed: found(typed, province) for typed in EVERYDAY if found(typed, province)} == {}


@pytest.mark.parametrize("province", PROVINCES)
def test_no_name_on_a_list_is_a_question(province: str) -> None:
    """An option's words answer its question first, whatever else they mean: test_options.py."""
    definition = read(SERVICES, province)
    words = {
        word for rows in definition.lists.values() for row in rows for word in (row.name, *row.also)
    }
    assert {word: found(word, province) for word in words if found(word, province)} == {}
