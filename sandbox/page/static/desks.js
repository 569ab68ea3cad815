// The departments' desks: tasks as they arrived, and a button for each report.
import { ask, byId, make, tell } from "./wire.js";
import { documentName, itemName, mayBeMissing, provinceName, questionName, readable } from "./words.js";

const STAGES = {
  accepted: "受理", returned: "退回补正", refused: "不予受理", progress: "办理中",
  approved: "审核通过", denied: "不予办理", done: "办结", misrouted: "转办",
};
const STATES = { ...STAGES, received: "待处理", sent: "待处理", withdrawn: "已撤回",
  accepted: "已受理", returned: "已退回补正", misrouted: "已转办", done: "已办结" };
const NEXT = { received: "accepted", sent: "accepted", accepted: "approved", progress: "approved",
  approved: "done", returned: "accepted" };
const ENDED = new Set(["done", "refused", "denied", "withdrawn", "misrouted"]);
const AT_ONCE = new Set(["accepted", "approved"]);
const BEHAVIOURS = { normal: "我来答复", auto: "自动办结", silent: "收下不作声", http_500: "报错 500",
  hang: "卡住不答", garbage: "答非所问" };
const MODES = { push: ["推送", "服务把任务推送过来"], pull: ["自取", "部门自己来取任务"], desk: ["人工", "工作人员手工办理"] };

const MISSING = {
  document: (code) => `材料：${documentName(code)}`,
  answer: (code) => `填写：${questionName(code)}`,
  result: (code) => `别的部门的结果：${itemName(code)}`,
};

const REASONS = {
  returned: "材料不齐全，请补齐后再提交。",
  refused: "经审核，不符合该事项的受理条件。",
  denied: "经审核，不符合该事项的办理条件。",
  progress: "正在核对参保信息。",
  misrouted: "该事项不归本机构办理。",
};

let shownKey = "";
let order = null;
let tasks = [];

export function start() {
  byId("report-form").addEventListener("submit", (event) => { event.preventDefault(); sendForm(); });
  byId("report-cancel").addEventListener("click", () => byId("report").close());
}

export async function refresh() {
  const { ok, body: desks } = await ask("departments");
  if (!ok || !Array.isArray(desks)) return;
  const key = JSON.stringify(desks);
  if (key === shownKey) return;
  shownKey = key;
  const opened = new Set([...document.querySelectorAll(".task details[open]")].map((d) => d.dataset.key));
  const focused = focusedButton();
  byId("desks").replaceChildren(...byProvince(desks).map(([province, its]) => provinceDesks(province, its, opened)));
  if (focused) document.querySelector(focused)?.focus();
  tasks = desks.flatMap((desk) => desk.tasks);
  byId("task-count").textContent = tasks.filter((task) => !task.last_stage).length || "";
}

/** Whether any task has arrived, and whether any desk has spoken yet. */
export const progress = () => ({ arrived: tasks.length > 0, spoken: tasks.some((task) => task.last_stage) });

/** The buttons; for a task with an end they are folded away, but a late word stays possible. */
function stageButtons(desk, task, state, opened) {
  const buttons = make("div", { class: "stages", role: "group", "aria-label": "答复" },
    ...Object.keys(STAGES).map((stage) => stageButton(desk, task, stage, NEXT[state] === stage)));
  if (!ENDED.has(state)) return buttons;
  const key = `${task.key} again`;
  return make("details", { "data-key": key, open: opened.has(key) },
    make("summary", {}, "再发一次答复"), buttons);
}

/** Where the keyboard is among the desks, as a selector that finds it again after drawing. */
function focusedButton() {
  const { activeElement: element } = document;
  const task = element?.closest?.(".task");
  if (!task || !element.dataset.stage) return "";
  return `.task[data-key="${CSS.escape(task.dataset.key)}"] [data-stage="${element.dataset.stage}"]`;
}

/** The desks of each province; where the newest task went comes first. */
function byProvince(desks) {
  const provinces = [...new Set(desks.map((desk) => desk.province))];
  const its = (province) => desks.filter((desk) => desk.province === province);
  const newest = (province) => its(province).flatMap((desk) => desk.tasks)
    .map((task) => String(task.sent_at)).sort().at(-1) ?? "";
  return provinces.sort((one, other) => newest(other).localeCompare(newest(one)))
    .map((province) => [province, its(province)]);
}

function provinceDesks(province, its, opened) {
  return make("section", { class: "province", "data-province": province },
    make("h3", {}, provinceName(province)),
    make("div", { class: "desk-grid" }, ...its.map((desk) => deskCard(desk, opened))));
}

function deskCard(desk, opened) {
  const tasks = [...desk.tasks].sort(newestCaseFirst).map((task) => taskCard(desk, task, opened));
  return make("article", { class: "desk", "data-desk": desk.id, "data-busy": tasks.length ? "yes" : "no" },
    make("header", {},
      make("h4", {}, desk.name),
      desk.mode && badge(desk.mode),
      behaviourSelect(desk)),
    ...(tasks.length ? tasks : [make("p", { class: "empty" }, "暂无任务")]));
}

function badge(mode) {
  const [label, title] = MODES[mode] ?? [mode, ""];
  return make("span", { class: "badge", title }, label);
}

function newestCaseFirst(one, other) {
  return String(other.case_no).localeCompare(String(one.case_no)) || one.item.localeCompare(other.item);
}

function behaviourSelect(desk) {
  const select = make("select", {
    "aria-label": `${desk.name}的表现`,
    onchange: (event) => tell(`departments/${desk.id}/behaviour`, { mode: event.target.value }),
  }, ...Object.entries(BEHAVIOURS).map(([value, label]) => make("option", { value }, label)));
  select.value = desk.behaviour ?? "normal";
  return select;
}

function taskCard(desk, task, opened) {
  const state = task.state ?? task.last_stage ?? "received";
  const parts = [
    make("details", { "data-key": task.key, open: opened.has(task.key) },
      make("summary", {}, "申请内容与材料"), contents(desk, task)),
    stageButtons(desk, task, state, opened),
  ];
  return make("section", { class: "task", "data-key": task.key, "data-state": state },
    make("div", { class: "task-head" },
      make("b", {}, task.item_name ?? task.item),
      make("span", { class: `state ${state}` }, STATES[state] ?? state)),
    make("p", { class: "about" }, ...facts(task)),
    ...(ENDED.has(state) ? [make("div", { class: "folds" }, ...parts)] : parts),
    make("p", { class: "told", role: "status" }, lastWord(task)));
}

function facts(task) {
  const parts = [`办件 ${task.case_no ?? "—"}`];
  if (task.starts_on) parts.push(`起算 ${task.starts_on}`);
  if (task.due_on) parts.push(`应于 ${task.due_on} 前办结`);
  if (task.revision > 1) parts.push(`第 ${task.revision} 次送达`);
  return parts.flatMap((part) => [make("span", {}, part), " "]);
}

function lastWord(task) {
  const last = (task.reports ?? []).at(-1);
  if (!last) return "";
  const fate = last.status < 300 ? "服务已收下" : `服务没有收下（${last.status}）`;
  return `${STAGES[last.stage] ?? last.stage}：${fate}`;
}

function contents(desk, task) {
  const answers = Object.entries(task.answers ?? {});
  return make("div", { class: "contents" },
    make("dl", {}, ...answers.flatMap(([key, value]) => [
      make("dt", {}, questionName(key)), make("dd", {}, readable(value))])),
    make("ul", {}, ...(task.documents ?? []).map((document) => documentLine(desk, task, document))));
}

function documentLine(desk, task, document) {
  const fetched = (task.fetched ?? []).some((one) => one.id === document.id && one.status === 200);
  const url = `/control/departments/${desk.id}/tasks/${task.key}/documents/${document.id}`;
  return make("li", {}, fetched
    ? make("a", { href: url, target: "_blank", rel: "noopener" }, `材料：${documentName(document.kind)}`)
    : `材料：${documentName(document.kind)}（尚未取到）`);
}

function stageButton(desk, task, stage, next) {
  return make("button", {
    type: "button", class: next ? "stage next" : "stage", "data-stage": stage,
    onclick: () => (AT_ONCE.has(stage) ? send(desk, task, { stage }) : openForm(desk, task, stage)),
  }, STAGES[stage]);
}

function openForm(desk, task, stage) {
  order = { desk, task, stage };
  byId("report-title").textContent = STAGES[stage];
  byId("report-about").textContent = `${desk.name} · ${task.item_name ?? task.item}`;
  byId("report-fields").replaceChildren(...fields(task, stage));
  byId("report-error").textContent = "";
  byId("report").showModal();
}

function fields(task, stage) {
  const list = [];
  if (REASONS[stage]) list.push(field("reason", "说明", "textarea", REASONS[stage]));
  if (stage === "returned") list.push(...missingFields(task));
  if (stage === "misrouted") list.push(field("suggested_office", "应由哪个机构办理（编号）", "input", "fund-410100"));
  if (stage === "done") {
    list.push(field("summary", "办理结果", "textarea", "已办结。"));
    if (task.item === "HN03") list.push(allowanceField());
  }
  return list;
}

/** Everything that is missing is named at once (一次性告知). */
function missingFields(task) {
  return [make("fieldset", {}, make("legend", {}, "要补什么（可以多选）"), ...mayBeMissing(task).map(missingChoice)),
    field("note", "要怎样补", "textarea", "不清楚，请重新提供。")];
}

function missingChoice([kind, code], index) {
  return make("label", { class: "tick" },
    make("input", { type: "checkbox", name: "missing", value: `${kind} ${code}`, checked: index === 0 }),
    MISSING[kind](code));
}

function allowanceField() {
  return make("label", {}, "是否正在领取工伤保险伤残津贴",
    make("select", { name: "disability_allowance" },
      make("option", { value: "false" }, "没有领取"),
      make("option", { value: "true" }, "正在领取"),
      make("option", { value: "null" }, "查不到")));
}

function field(name, label, tag, value) {
  const input = make(tag, { name, id: `report-${name}` });
  input.value = value;
  return make("label", {}, label, input);
}

async function sendForm() {
  const form = new FormData(byId("report-form"));
  const report = { stage: order.stage };
  if (form.get("reason")) report.reason = form.get("reason");
  if (form.get("suggested_office")) report.suggested_office = form.get("suggested_office");
  if (form.get("summary")) report.result = { summary: form.get("summary") };
  if (form.has("disability_allowance")) {
    report.facts = { disability_allowance: JSON.parse(form.get("disability_allowance")) };
  }
  if (form.has("missing")) {
    report.missing = form.getAll("missing").map((one) => {
      const [kind, code] = one.split(" ");
      return { kind, code, note: form.get("note") };
    });
  }
  const problem = await send(order.desk, order.task, report);
  byId("report-error").textContent = problem;
  if (!problem) byId("report").close();
}

/** Send a report; gives "" or what went wrong. */
async function send(desk, task, report) {
  const answer = await tell(`departments/${desk.id}/tasks/${task.key}/report`, report);
  await refresh();
  if (!answer.ok) return `没有发出：${answer.body?.detail ?? answer.status}`;
  const status = answer.body?.status ?? 200;
  return status < 300 ? "" : `服务没有收下（${status}）：${answer.body?.body?.detail ?? ""}`;
}
