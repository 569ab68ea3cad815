// The phones: chat, typing, photos, voice, menu, pages inside the phone, service notices.
import { ask, byId, clock, make, pick, tell } from "./wire.js";

const PICTURES = [
  ["retirement_paper", "退休审批表（示例图）"],
  ["id_card", "身份证（示例图）"],
  ["bank_card", "银行卡（示例图）"],
  ["residence_booklet", "户口本（示例图）"],
  ["photo", "别的纸张（示例图）"],
  ["file", "从这台电脑选一张…"],
];

const PAUSE_SECONDS = 120;

let phones = [];
let current = "";
let shownKey = "";
let drawing = 0;
let messages = [];

const path = (rest = "") => `platform/phones/${current}${rest}`;

export async function start() {
  byId("typing").addEventListener("submit", (event) => { event.preventDefault(); sendText(); });
  byId("text").addEventListener("keydown", sendOnEnter);
  byId("text").addEventListener("input", grow);
  byId("photo").addEventListener("click", choosePhoto);
  byId("file").addEventListener("change", sendFile);
  byId("voice").addEventListener("click", () => say({ type: "voice" }));
  byId("more").addEventListener("click", chooseMore);
  byId("web-close").addEventListener("click", closePage);
  byId("web").addEventListener("keydown", (event) => { if (event.key === "Escape") closePage(); });
  byId("account-name").textContent = (await ask("platform/account")).body.name;
  await refreshList();
  await select(phones[0].openid);
}

export async function refresh(openid) {
  await refreshList();
  if (!openid || openid === current) await draw();
}

async function refreshList() {
  phones = (await ask("platform/phones")).body;
  byId("phone-tabs").replaceChildren(...phones.map(tab));
}

function tab(phone) {
  const chosen = phone.openid === current;
  return make("button", {
    type: "button", role: "tab", class: "tab", "aria-selected": String(chosen),
    "aria-controls": "phone", tabindex: chosen || !current ? 0 : -1, "data-openid": phone.openid,
    onclick: () => select(phone.openid), onkeydown: moveTab,
  }, make("b", {}, phone.name), make("span", {}, phone.role));
}

function moveTab(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const index = phones.findIndex((phone) => phone.openid === current);
  const next = phones[(index + step + phones.length) % phones.length];
  select(next.openid).then(() => byId("phone-tabs").querySelector('[aria-selected="true"]').focus());
}

async function select(openid) {
  current = openid;
  shownKey = "";
  closePage();
  byId("phone-tabs").replaceChildren(...phones.map(tab));
  await draw();
}

async function draw() {
  drawing += 1;
  const mine = drawing;
  const { body: phone } = await ask(path());
  const key = JSON.stringify(phone);
  if (mine !== drawing || key === shownKey) return; // a later question has the newer answer
  shownKey = key;
  messages = phone.messages;
  byId("account-menu").replaceChildren(...phone.menu.map(menuButton));
  drawChat(phone);
  drawNotices(phone);
}

function drawChat(phone) {
  const chat = byId("chat");
  chat.querySelectorAll(".welcome").forEach((element) => element.remove());
  // Only new lines are added, so that a screen reader hears them once and focus stays where it is.
  const kept = chat.childElementCount <= phone.messages.length && chat.dataset.openid === phone.openid
    ? chat.childElementCount : 0;
  if (!kept) chat.replaceChildren();
  const lines = phone.messages.slice(kept).map((message, index) =>
    line(message, phone.messages[kept + index - 1], kept > 0));
  chat.append(...lines);
  chat.dataset.openid = phone.openid;
  if (!phone.messages.length) chat.append(welcome());
  if (!phone.following) chat.append(followButton());
  chat.scrollTop = chat.scrollHeight;
}

function welcome() {
  return make("div", { class: "welcome" },
    make("p", {}, "还没有消息。说一句话就可以开始："),
    make("button", { type: "button", class: "main", id: "begin",
      onclick: () => say({ type: "text", text: "办理退休" }) }, "办理退休"));
}

/** How far the chat is: nothing said, asked to open a page just now, or some page was offered. */
export function progress() {
  const heard = messages.filter((message) => message.segments);
  const offers = (message) => message.segments.some((part) => part.kind === "link");
  return { begun: messages.length > 0, page: heard.length > 0 && offers(heard.at(-1)), paged: heard.some(offers) };
}

function followButton() {
  return make("div", { class: "welcome" },
    make("button", { type: "button", class: "main", onclick: () => say({ type: "follow" }) }, "关注公众号"));
}

/** One line of the chat, under the time of day when there was a pause before it. */
function line(message, before, fresh) {
  const paused = !before || message.at - before.at > PAUSE_SECONDS;
  return make("div", { class: `turn${fresh ? " fresh" : ""}` },
    paused ? make("time", { class: "pause" }, clock(message.at)) : "", bubble(message));
}

function bubble(message) {
  if (message.type === "system") {
    return make("p", { class: message.fault ? "system fault" : "system" }, message.text);
  }
  const body = message.image ? picture(message) : make("div", { class: "words" }, ...words(message));
  const who = message.kind === "out" ? "本人" : "公众号";
  return make("div", { class: `line ${message.kind}`, "data-via": message.via },
    make("span", { class: "hidden" }, `${who}：`),
    make("div", { class: message.image ? "bubble bare" : "bubble" }, body));
}

function picture(message) {
  return make("a", { href: message.image, target: "_blank", rel: "noopener" },
    make("img", { src: message.image, alt: message.kind === "out" ? "发出的照片" : "收到的图片" }));
}

function words(message) {
  if (message.kind === "out") {
    return [message.type === "voice" ? `)))  ${message.text}` : message.text];
  }
  return message.segments.map(segment);
}

function segment(part) {
  if (part.kind === "tap") {
    return make("button", {
      type: "button", class: "tap", "data-menu-id": part.menu_id,
      onclick: () => say({ type: "tap", menu_id: part.menu_id, content: part.content }),
    }, part.label);
  }
  if (part.kind === "link") {
    return make("a", { href: part.url, class: "page-link",
      onclick: (event) => { event.preventDefault(); openPage(part.url); } }, part.label);
  }
  return part.label;
}

function drawNotices(phone) {
  byId("notices-whose").textContent = phone.name;
  byId("notice-count").textContent = phone.notices.length || "";
  const cards = phone.notices.map(noticeCard).reverse();
  byId("notices").replaceChildren(...(cards.length ? cards : [
    make("p", { class: "empty" }, "还没有通知。部门有了答复，会送到这里。")]));
}

function noticeCard(notice) {
  return make("article", { class: "notice" },
    make("header", {}, make("h3", {}, notice.title), make("time", {}, clock(notice.at))),
    make("dl", {}, ...notice.fields.flatMap((field) => [
      make("dt", {}, field.label), make("dd", {}, field.value)])),
    notice.url && make("a", { href: notice.url, class: "page-link",
      onclick: (event) => { event.preventDefault(); openPage(notice.url); } }, "查看详情 ›"));
}

function menuButton(button) {
  return make("button", { type: "button", class: "plain",
    onclick: () => useMenu(button) }, button.name);
}

async function useMenu(button) {
  const entries = button.sub_button ?? [];
  let chosen = button;
  if (entries.length) {
    const name = await pick(button.name, entries.map((entry) => [entry.name, entry.name]));
    chosen = entries.find((entry) => entry.name === name);
  }
  if (!chosen) return;
  await say({ type: "menu", name: chosen.name, key: chosen.key });
  if (chosen.type === "view") openPage(chosen.url);
}

async function say(said) {
  byId("sending").textContent = "正在送达…";
  const answer = await tell(path("/say"), said);
  byId("sending").textContent = answer.ok ? "" : (answer.body?.error ?? "没有送到");
  await refresh(current);
}

async function sendText() {
  const box = byId("text");
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  grow();
  box.focus();
  await say({ type: "text", text });
}

function sendOnEnter(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    sendText();
  }
}

function grow() {
  const box = byId("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 4, 140)}px`;
}

async function choosePhoto() {
  const picture = await pick("发一张照片", PICTURES);
  if (picture === "file") byId("file").click();
  else if (picture) await say({ type: "photo", picture });
}

async function sendFile(event) {
  const file = event.target.files[0];
  if (!file) return;
  byId("sending").textContent = "正在送达…";
  await ask(path("/say"), { method: "POST", headers: { "Content-Type": file.type }, body: file });
  event.target.value = "";
  byId("sending").textContent = "";
  await refresh(current);
}

async function chooseMore() {
  const kind = await pick("其他", [
    ["location", "发送位置"], ["sticker", "发送表情"], ["video", "发送视频"],
    ["unfollow", "取消关注公众号"], ["follow", "关注公众号"],
  ]);
  if (kind) await say({ type: kind });
}

/** Put words into the typing box without sending them. */
export function propose(text) {
  document.body.dataset.view = "chat";
  byId("text").value = text;
  grow();
  byId("text").focus();
}

export function openPage(url) {
  document.cookie = `sandbox_phone=${current}; path=/; SameSite=Lax`;
  document.body.dataset.view = "chat";
  byId("web-outside").href = url;
  byId("web-frame").src = url;
  byId("web").hidden = false;
  byId("web-close").focus();
}

function closePage() {
  if (byId("web").hidden) return;
  byId("web").hidden = true;
  byId("web-frame").src = "about:blank";
  byId("text").focus();
}
