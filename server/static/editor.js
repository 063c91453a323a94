// Makes the query's text area an editor: line numbers, colours, names of this graph's own terms, the place of an error.
// The page is whole without it. Names come from `terms.json` beside the page, asked for once somebody types.

const area = document.getElementById("query");
const form = area.form;
const words = area.dataset; // what the editor says, in the language of the page
const MOST = 12; // suggestions that are shown at a time

const frame = document.createElement("div");
frame.className = "editing";
const gutter = document.createElement("pre");
gutter.setAttribute("aria-hidden", "true");
const list = document.createElement("ul");
list.id = "suggestions";
list.hidden = true;
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", words.suggestions);
const status = document.createElement("p");
status.className = "quiet keys";
status.setAttribute("role", "status");
status.textContent = words.keys;
const layers = document.createElement("div");
layers.className = "layers";
const colours = document.createElement("pre"); // what the text area's own letters, which are clear, let through
colours.setAttribute("aria-hidden", "true");
area.replaceWith(frame);
layers.append(colours, area);
frame.append(gutter, layers);
frame.after(list, status);
area.wrap = "off";
area.setAttribute("aria-autocomplete", "list");
area.setAttribute("aria-controls", list.id);

const problem = document.querySelector("[data-line]");
const wrong = problem ? Number(problem.dataset.line) : 0;

// The terminals of SPARQL 1.1, section 19.8, as far as they have a colour; a string that is not ended goes on.
const TOKEN = new RegExp([
  /(?<comment>#[^\r\n]*)/,
  /(?<iri><[^<>"{}|^`\\\0-\x20]*>)/,
  /(?<string>"{3}(?:"{0,2}(?:[^"\\]|\\[^]))*(?:"{3}|$)|'{3}(?:'{0,2}(?:[^'\\]|\\[^]))*(?:'{3}|$)|"(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\\\r\n]|\\.)*'?)/,
  /(?<variable>[?$][\p{L}\p{N}_]+)/,
  /(?<string2>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)/,
  /(?<iri2>(?:_|\p{L}[\p{L}\p{N}_.-]*)?:(?:[\p{L}\p{N}_:.-]|%[0-9A-Fa-f]{2}|\\[^\s])*)/,
  /(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/,
  /(?<word>[A-Za-z][A-Za-z0-9_]*)/,
  /\s+|[^]/,
].map((one) => one.source).join("|"), "gu");
const KEYWORDS = new Set(("BASE PREFIX SELECT CONSTRUCT DESCRIBE ASK WHERE FROM NAMED DISTINCT REDUCED AS GROUP BY HAVING "
  + "ORDER ASC DESC LIMIT OFFSET VALUES UNDEF OPTIONAL GRAPH SERVICE SILENT BIND MINUS UNION FILTER NOT IN EXISTS TRUE "
  + "FALSE SEPARATOR").split(" "));
const COLOURED = 20000; // characters; a longer text is left in one colour, for each keystroke paints it anew

function kind({ 0: text, groups }) {
  const name = Object.keys(groups).find((one) => groups[one] !== undefined);
  if (name !== "word") return name?.replace(/\d$/, "");
  return text === "a" || KEYWORDS.has(text.toUpperCase()) ? "keyword" : "plain";
}

function paint() {
  const isShort = area.value.length <= COLOURED;
  area.classList.toggle("coloured", isShort);
  colours.hidden = !isShort;
  if (!isShort) return;
  const parts = document.createDocumentFragment();
  for (const token of area.value.matchAll(TOKEN)) {
    const name = kind(token);
    if (name && name !== "plain") {
      const one = document.createElement("span");
      one.className = name;
      one.textContent = token[0];
      parts.append(one);
    } else {
      parts.append(token[0]);
    }
  }
  parts.append("\n "); // a line break at the end of a `pre` is none
  colours.replaceChildren(parts);
  scroll();
}

function scroll() {
  gutter.scrollTop = area.scrollTop;
  colours.scrollTop = area.scrollTop;
  colours.scrollLeft = area.scrollLeft;
}

function number() {
  paint();
  const count = area.value.split("\n").length;
  gutter.replaceChildren();
  for (let line = 1; line <= count; line += 1) {
    const one = document.createElement(line === wrong ? "mark" : "span");
    one.textContent = `${line}\n`;
    gutter.append(one);
  }
  gutter.scrollTop = area.scrollTop;
}

function goTo(line, column) {
  const before = area.value.split("\n").slice(0, line - 1).join("\n");
  // Columns count characters, and the text area counts UTF-16 units.
  const own = [...(area.value.split("\n")[line - 1] ?? "")].slice(0, column - 1).join("");
  const at = before.length + (line > 1 ? 1 : 0) + own.length;
  area.focus();
  area.setSelectionRange(at, Math.min(area.value.length, at + 1));
}

let prefixes = {};
let asked = null;
function known() {
  asked ??= fetch(words.terms).then((answer) => (answer.ok ? answer.json() : { terms: [], prefixes: {} }));
  return asked.then((said) => { prefixes = said.prefixes; return said.terms; });
}

let shown = [];
let active = -1;

function start() {
  return area.value.slice(0, area.selectionStart).search(/[\p{L}][\p{L}\p{N}_-]*:?[\p{L}\p{N}_-]*$/u);
}

function close() {
  shown = [];
  active = -1;
  list.hidden = true;
  list.replaceChildren();
  area.removeAttribute("aria-activedescendant");
}

async function suggest(forced) {
  const typed = area.value;
  if (typed.slice(start(), area.selectionStart).length < 2 && !forced) return close();
  const all = await known();
  if (area.value !== typed) return; // what was typed meanwhile asks for itself
  const from = start();
  const word = from < 0 ? "" : area.value.slice(from, area.selectionStart).toLowerCase();
  const before = area.value[from - 1];
  if ((word.length < 2 && !forced) || before === "?" || before === "$" || before === "<") return close();
  const bare = word.replace(/-/g, " ");
  const begins = (text) => text.toLowerCase().startsWith(word);
  const holds = (text) => ` ${text.toLowerCase()}`.includes(` ${bare}`);
  const found = all.filter((one) => begins(one.name) || begins(one.name.replace(/^[^:]*:/, "")));
  found.push(...all.filter((one) => !found.includes(one) && (holds(one.label) || holds(one.other))));
  if (found.length === 1 && found[0].name.toLowerCase() === word) return close();
  shown = found.slice(0, MOST);
  active = -1;
  list.replaceChildren(...shown.map((one, place) => {
    const row = document.createElement("li");
    row.id = `suggestion-${place}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    const name = document.createElement("code");
    name.textContent = one.name;
    row.append(name, ` ${one.label}`);
    row.addEventListener("mousedown", (event) => { event.preventDefault(); take(place); });
    return row;
  }));
  list.hidden = shown.length === 0;
  status.textContent = shown.length ? words.found.replace("{n}", shown.length) : words.keys;
}

function choose(place) {
  active = (place + shown.length) % shown.length;
  [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === active)));
  list.children[active].scrollIntoView({ block: "nearest" });
  area.setAttribute("aria-activedescendant", `suggestion-${active}`);
}

function take(place) {
  const one = shown[place];
  const from = start();
  area.setRangeText(one.name, from < 0 ? area.selectionStart : from, area.selectionStart, "end");
  const prefix = one.name.split(":")[0];
  if (!one.name.startsWith("<") && prefixes[prefix] && !new RegExp(`prefix\\s+${prefix}:`, "i").test(area.value)) {
    const line = `PREFIX ${prefix}: <${prefixes[prefix]}>\n`;
    const at = area.selectionStart + line.length;
    area.setRangeText(line, 0, 0);
    area.setSelectionRange(at, at);
  }
  close();
  number();
}

area.addEventListener("input", () => { number(); suggest(false); });
area.addEventListener("scroll", scroll);
area.addEventListener("blur", close);
area.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === " " && event.ctrlKey) {
    event.preventDefault();
    suggest(true);
  } else if (shown.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    choose(event.key === "ArrowDown" ? active + 1 : active < 0 ? shown.length - 1 : active - 1);
  } else if (active >= 0 && event.key === "Enter") {
    event.preventDefault();
    take(active);
  } else if (shown.length && event.key === "Escape") {
    event.preventDefault();
    close();
  }
});

number();
if (wrong) goTo(wrong, Number(problem.dataset.column));
