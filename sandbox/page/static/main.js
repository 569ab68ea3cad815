// Puts the page together: views, event stream, platform tools.
import { ask, byId, clock, make, tell } from "./wire.js";
import * as desks from "./desks.js";
import * as guide from "./guide.js";
import * as phone from "./phone.js";

const CODES_EVERY_MS = 5000;
const DESKS_EVERY_MS = 1500;

function chooseView(view) {
  document.body.dataset.view = view;
  for (const button of document.querySelectorAll(".views button")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

async function refreshViolations() {
  const { body } = await ask("platform/violations");
  byId("rules-summary").textContent = body.length ? `平台规则：违反 ${body.length} 次` : "平台规则：没有违反";
  byId("rules").classList.toggle("alarm", body.length > 0);
  byId("violations").replaceChildren(...body.slice(-50).reverse().map((one) =>
    make("li", {}, make("b", {}, one.rule), ` ${one.detail} `, make("time", {}, clock(one.at)))));
}

async function orderFailure(event) {
  event.preventDefault();
  const wanted = new FormData(event.target);
  const answer = await tell("platform/failures", {
    what: wanted.get("what"), errcode: Number(wanted.get("errcode")),
    seconds: Number(wanted.get("seconds")), times: Number(wanted.get("times")),
  });
  byId("failure-note").textContent = answer.ok ? "好，下一次就会发生。" : answer.body.error;
}

/** The invented people one can play, with the numbers to type when nobody logs in. */
async function showCitizens() {
  const { ok, body } = await ask("citizens");
  byId("people").hidden = !ok || !Array.isArray(body);
  if (byId("people").hidden) return;
  byId("citizens").replaceChildren(...body.map((one) => make("li", {},
    make("b", {}, one.shown_name ?? one.name), make("p", { class: "about" }, one.case ?? ""),
    make("div", { class: "row" }, ...["name", "id_number", "phone"].filter((key) => one[key]).map((key) =>
      make("button", { type: "button", class: "plain",
        onclick: () => { byId("people").open = false; phone.propose(one[key]); } }, one[key]))))));
}

/** Who may try the desk; the codes change every half minute, so they are asked for anew. */
async function showStaff() {
  const { ok, body } = await ask("staff");
  byId("staff").hidden = !ok;
  if (!ok) return;
  byId("desk-link").href = body.desk;
  byId("accounts").replaceChildren(...body.people.map((one) => make("tr", {},
    ...["name", "login", "password", "code"].map((key) => make("td", {}, one[key])))));
}

function listen() {
  const stream = new EventSource("/control/platform/events");
  stream.onopen = () => refreshAll();
  stream.onmessage = (event) => {
    const { kind, openid } = JSON.parse(event.data);
    if (kind === "violation") refreshViolations();
    else refreshPhone(openid);
    refreshDesks();
  };
}

function refreshAll() {
  return Promise.all([refreshPhone(""), refreshDesks(), refreshViolations()]);
}

async function refreshPhone(openid) {
  await phone.refresh(openid);
  guide.show(phone.progress(), desks.progress());
}

async function refreshDesks() {
  await desks.refresh();
  guide.show(phone.progress(), desks.progress());
}

function closeOtherTools(event) {
  if (!event.target.open) return;
  for (const tools of document.querySelectorAll("details.tools")) {
    if (tools !== event.target) tools.open = false;
  }
}

async function start() {
  // Pages inside the phone come from 127.0.0.1; under another name their cookies would be foreign.
  if (location.hostname === "localhost") { location.hostname = "127.0.0.1"; return; }
  for (const button of document.querySelectorAll(".views button")) {
    button.addEventListener("click", () => chooseView(button.dataset.view));
  }
  for (const tools of document.querySelectorAll("details.tools")) {
    tools.addEventListener("toggle", closeOtherTools);
  }
  byId("failure-form").addEventListener("submit", orderFailure);
  byId("clear-failures").addEventListener("click", async () => {
    await ask("platform/failures", { method: "DELETE" });
    byId("failure-note").textContent = "已全部取消。";
  });
  byId("forget-violations").addEventListener("click", async () => {
    await ask("platform/violations", { method: "DELETE" });
    await refreshViolations();
  });
  desks.start();
  guide.start();
  await phone.start();
  await showCitizens();
  await showStaff();
  setInterval(() => byId("staff").open && showStaff(), CODES_EVERY_MS);
  byId("staff").addEventListener("toggle", showStaff);
  listen();
  setInterval(refreshDesks, DESKS_EVERY_MS);
}

start();
