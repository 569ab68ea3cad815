// What the desks' staff call the codes on the wire, and what each item may be returned for.
// words.json is what departments agreed with the service; tests/sandbox compares it with the plan.

const WORDS = await (await fetch("/static/words.json")).json();

/** What of her papers and answers this item may be returned for, as [kind, code]. */
export function mayBeMissing(task) {
  const has = {
    document: new Set((task.documents ?? []).map((one) => one.kind)),
    answer: new Set(Object.keys(task.answers ?? {}).map((key) => key.split(".")[0])),
  };
  has.result = { has: (code) => !(task.previous_results ?? []).some((one) => one.item === code) };
  return Object.entries(WORDS.may_be_missing[task.item] ?? {})
    .flatMap(([kind, codes]) => codes.filter((code) => has[kind].has(code)).map((code) => [kind, code]));
}

export const provinceName = (province) => WORDS.provinces[province] ?? province;
export const itemName = (code) => WORDS.items[code] ?? code;
export const documentName = (kind) => WORDS.documents[kind] ?? kind;

/** `children.0.born` → 子女1 出生年月. */
export function questionName(key) {
  const [group, place, part] = key.split(".");
  if (part === undefined) return WORDS.questions[key] ?? key;
  return `${WORDS.questions[group] ?? group}${Number(place) + 1} ${WORDS.of_a_child[part] ?? part}`;
}

/** An answer as a clerk reads it; the codes beside an address's names are for machines. */
export function readable(value) {
  if (value === null || value === undefined || value === "") return "—";
  if (Array.isArray(value)) return value.map(readable).join("；");
  if (typeof value === "object") {
    return Object.entries(value).filter(([key]) => !key.endsWith("_code")).map(([, one]) => readable(one)).join(" ");
  }
  return WORDS.values[value] ?? String(value);
}
