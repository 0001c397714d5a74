// The query page: the library on the left, what is asked on the right. All text enters as text, never as markup.
import { editor } from "./editor.js";

const SHOWN = 1000;
const START = "SELECT ?s ?p ?o\nWHERE { GRAPH <urn:cnil-kg:stated> { ?s ?p ?o } }\nLIMIT 100\n";
const data = JSON.parse(document.getElementById("data").textContent);
const texts = data.texts;
const $ = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const number = (n) => n.toLocaleString(data.lang);
let chosen = null; // the question whose form is open
let last = null; // what was asked last: {url, options, name, graph}
let waiting = null; // its AbortController

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// ---- the library

function list() {
  const words = plain($("search").value).split(/\s+/).filter(Boolean);
  const kept = data.questions.filter((q) => {
    const text = plain(`${q.id} ${q.name} ${q.text}`);
    return words.every((word) => text.includes(word));
  });
  $("list").replaceChildren(
    ...kept.map((q) => {
      const button = element("button", { type: "button", onclick: () => choose(q) });
      button.append(element("span", { textContent: q.id }), element("span", { textContent: q.text }));
      button.setAttribute("aria-pressed", String(q === chosen));
      return element("li", {}, button);
    }),
  );
  $("none").hidden = kept.length > 0;
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function choose(question) {
  chosen = question;
  history.replaceState(null, "", `#${question.id}`);
  for (const button of $("list").querySelectorAll("button"))
    button.setAttribute("aria-pressed", String(button.firstChild.textContent === question.id));
  $("asked").textContent = `${question.id} · ${question.text}`;
  const fields = question.parameters.map(field);
  $("fields").replaceChildren(...(fields.length ? fields : [element("p", { textContent: texts.noParameter })]));
  $("question").hidden = false;
  $("asked").focus();
}

function field(parameter) {
  const id = `p-${parameter.name}`;
  const label = element("label", { htmlFor: id, textContent: `${parameter.text} ` });
  label.append(element("code", { textContent: parameter.name }));
  return element("div", {}, label, control(parameter, id));
}

function control(parameter, id) {
  const values = parameter.type === "boolean" ? ["true", "false"] : parameter.words;
  const common = { id, name: parameter.name };
  if (values.length) {
    const codes = data.codes[parameter.name] ?? (parameter.type === "boolean" ? data.truth : {});
    const options = values.map((value) => new Option(codes[value] ?? value, value));
    const select = element("select", common, new Option(texts.all, ""), ...options);
    select.value = parameter.default ?? "";
    return select;
  }
  const types = { date: "date", integer: "number" };
  const placeholder = parameter.type === "iri" ? texts.iriHint : texts.all;
  const value = parameter.default ?? "";
  return element("input", { ...common, type: types[parameter.type] ?? "text", placeholder, value, spellcheck: false });
}

// ---- asking

function askQuestion(event) {
  event.preventDefault();
  const given = new URLSearchParams();
  for (const parameter of chosen.parameters) {
    const value = $(`p-${parameter.name}`).value.trim();
    if (value || parameter.default !== null) given.append(parameter.name, value || "any");
  }
  const query = given.size ? `?${given}` : "";
  ask({ url: `questions/${chosen.id}${query}`, options: {}, name: `${chosen.id}-${chosen.name}`, question: chosen });
}

function askSparql() {
  const options = { method: "POST", headers: { "content-type": "application/sparql-query" }, body: code.text };
  ask({ url: "sparql", options, name: "cnil-kg", question: null });
}

const accepting = (asked, accept) => ({ ...asked.options, headers: { ...asked.options.headers, accept } });

async function ask(asked) {
  waiting?.abort();
  const mine = (waiting = new AbortController());
  state({ status: texts.running, busy: true });
  try {
    const accept = "application/sparql-results+json, text/turtle";
    const response = await fetch(asked.url, { ...accepting(asked, accept), signal: mine.signal });
    const body = await response.text();
    if (!response.ok) return state({ status: texts.refused, error: body.trim() });
    last = asked;
    show(response, body, asked);
  } catch (error) {
    if (mine === waiting) state(mine.signal.aborted ? { status: texts.stopped } : { status: texts.unreachable });
  }
}

function state({ status, error = "", busy = false, files = [], answer = [] }) {
  $("status").textContent = status;
  $("error").textContent = error;
  $("error").hidden = !error;
  $("stop").hidden = !busy;
  $("result").setAttribute("aria-busy", String(busy));
  $("answer").replaceChildren(...answer);
  $("links").replaceChildren(...files.map((kind) => saver(...kind)));
  $("files").hidden = !files.length;
  if (!busy) $("result").scrollIntoView({ block: "nearest" });
}

// ---- answers

const ROWS = [
  ["CSV", "text/csv", "csv"],
  ["JSON", "application/sparql-results+json", "json"],
  ["XML", "application/sparql-results+xml", "xml"],
];
const TRIPLES = [
  ["Turtle", "text/turtle", "ttl"],
  ["JSON-LD", "application/ld+json", "jsonld"],
  ["RDF/XML", "application/rdf+xml", "rdf"],
];

function saver(title, accept, ending) {
  const button = element("button", { type: "button", textContent: title, onclick: () => save(accept, ending) });
  button.setAttribute("aria-label", `${texts.save} ${title}`);
  return button;
}

async function save(accept, ending) {
  try {
    const response = await fetch(last.url, accepting(last, accept));
    if (!response.ok) throw new Error(await response.text());
    const url = URL.createObjectURL(await response.blob());
    element("a", { href: url, download: `${last.name}.${ending}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (error) {
    $("error").textContent = error instanceof TypeError ? texts.unreachable : error.message.trim();
    $("error").hidden = false;
  }
}

function show(response, body, asked) {
  if (response.headers.get("content-type").startsWith("text/turtle"))
    return state({ status: "", files: TRIPLES, answer: [element("pre", { textContent: body, tabIndex: 0 })] });
  const result = JSON.parse(body);
  if ("boolean" in result) {
    const text = result.boolean ? texts.answerYes : texts.answerNo;
    return state({ status: "", files: ROWS, answer: [element("p", { className: "big", textContent: text })] });
  }
  const rows = result.results.bindings;
  const [, n, u] = /^(\d+); undetermined=(\d+)$/.exec(response.headers.get("cnil-kg-left-out") ?? "") ?? [];
  const said = [];
  if (n) said.push(fill(texts.leftOut, { n: number(+n), u: number(+u) }));
  if (!rows.length) said.unshift(n || !asked.question ? texts.noRow : asked.question.none, `${texts.examinedWord} ${data.examined}.`);
  if (rows.length > SHOWN) said.push(fill(texts.shown, { n: number(SHOWN) }));
  const answer = said.map((text) => element("p", { className: "hint", textContent: text }));
  if (rows.length) answer.push(table(result.head.vars, rows));
  const status = rows.length === 1 ? texts.oneRow : fill(texts.rows, { n: number(rows.length) });
  state({ status, files: ROWS, answer });
}

function table(names, rows) {
  const body = element("tbody");
  const cells = rows.map((row) => names.map((name) => cell(name, row[name])));
  const draw = () => body.replaceChildren(...cells.slice(0, SHOWN).map((row) => element("tr", {}, ...row.map(drawn))));
  const heads = names.map((name, i) => {
    const button = element("button", { type: "button", textContent: data.columns[name] ?? name });
    button.title = fill(texts.sort, { column: button.textContent });
    const head = element("th", { scope: "col" }, button);
    button.onclick = () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const compare = new Intl.Collator(data.lang, { numeric: true }).compare;
      cells.sort((a, b) => compare(a[i].text, b[i].text) * (down ? -1 : 1));
      draw();
    };
    return head;
  });
  draw();
  const made = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body);
  made.setAttribute("aria-labelledby", "resultTitle");
  const scroll = element("div", { className: "scroll", tabIndex: 0 }, made);
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-labelledby", "resultTitle");
  return scroll;
}

const drawn = ({ text, title, iri }) => element("td", { textContent: text, title, className: iri ? "iri" : "" });

function cell(column, term) {
  if (!term) return { text: "", title: "", iri: false };
  if (term.type === "uri") {
    const own = Object.hasOwn(data.labels, term.value) ? data.labels[term.value] : data.paths[term.value];
    return { text: own ?? shrunk(term.value), title: term.value, iri: true };
  }
  if (term.type === "triple") {
    const parts = ["subject", "predicate", "object"].map((part) => cell(column, term.value[part]).text);
    return { text: `<< ${parts.join(" ")} >>`, title: "", iri: false };
  }
  const truth = (term.datatype ?? "").endsWith("#boolean") ? data.truth[term.value] : undefined;
  const codes = data.codes[column] ?? {};
  const code = Object.hasOwn(codes, term.value) ? codes[term.value] : truth;
  const kind = term["xml:lang"] ? `@${term["xml:lang"]}` : term.datatype ?? "";
  return { text: code ?? term.value, title: kind, iri: false };
}

function shrunk(iri) {
  let best = "";
  for (const [prefix, base] of Object.entries(data.prefixes))
    if (iri.startsWith(base) && base.length > (data.prefixes[best] ?? "").length) best = prefix;
  const local = best ? iri.slice(data.prefixes[best].length) : "";
  return best && /^[\p{L}\p{N}._-]+$/u.test(local) ? `${best}:${local}` : iri;
}

// ---- start

const code = editor($("editor"), {
  text: START,
  label: texts.sparql,
  describedBy: "help",
  nonce: document.body.dataset.nonce,
  run: askSparql,
});
$("examined").textContent = `${texts.examinedWord} ${data.examined}`;
$("graphs").replaceChildren(...data.graphs.map((iri) => element("li", {}, element("code", { textContent: iri }))));
$("search").addEventListener("input", list);
$("question").addEventListener("submit", askQuestion);
$("run").addEventListener("click", askSparql);
$("stop").addEventListener("click", () => waiting?.abort());
$("open").addEventListener("click", () => {
  code.text = chosen.sparql.replace(/^(#.*\n)+/, "");
  $("note").hidden = !chosen.parameters.length;
  $("sparql").open = true;
  code.focus();
});
list();
const [, id] = /^#(Q\w+)$/.exec(location.hash) ?? [];
const wanted = data.questions.find((q) => q.id === id);
if (wanted) choose(wanted);
