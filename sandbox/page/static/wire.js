// The control routes, and two helpers for building the page without innerHTML.

export async function ask(path, options = {}) {
  const response = await fetch(`/control/${path}`, options);
  const text = await response.text();
  let body = null;
  try { body = text ? JSON.parse(text) : null; } catch { body = text; }
  return { ok: response.ok, status: response.status, body };
}

export function tell(path, body) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** An element with attributes, listeners (onclick …) and children; text is never read as markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

export const byId = (id) => document.getElementById(id);

const CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
  hour12: false,
});

export const clock = (seconds) => CLOCK.format(new Date(seconds * 1000));

/** Ask with a list of named choices; gives the chosen value or "". */
export function pick(title, choices) {
  const dialog = byId("picker");
  byId("picker-title").textContent = title;
  byId("picker-choices").replaceChildren(
    ...choices.map(([value, label]) => make("button", { class: "choice", value }, label)));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
