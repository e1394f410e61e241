// Creates elements and formats texts and numbers. Texts from the data become text nodes only.
"use strict";
(function () {
  const clout = (window.clout = window.clout || {});
  const SVG = "http://www.w3.org/2000/svg";
  const ID_CHARS = 48;

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) {
        element.setAttribute(name, value === true ? "" : value);
      }
    }
    for (const child of children.flat(2)) {
      if (child !== null && child !== undefined && child !== false && child !== "") {
        element.append(child);
      }
    }
    return element;
  }

  /** Creates an HTML element. Children are elements or texts; attribute values never come from texts in the data. */
  clout.h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

  /** Creates an SVG element. */
  clout.svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  // Control, direction and zero-width characters, except the joiners that scripts and emoji need, as in
  // src/report/text.rs.
  const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
  const visible = (c) => {
    const code = c.codePointAt(0);
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : "⟨" + code.toString(16).toUpperCase().padStart(4, "0") + "⟩";
  };

  /** Makes invisible characters visible and cuts the text to `most` characters. */
  clout.shown = (text, most = ID_CHARS) => {
    // Slicing first avoids splitting a text of megabytes to show its beginning.
    const all = Array.from(text.slice(0, 2 * most + 2));
    const cut = all.length > most ? all.slice(0, most).join("") + "…" : all.join("");
    return /\S/u.test(text) ? cut.replace(HIDDEN, visible) : "␠".repeat(Math.min(text.length, most));
  };

  clout.link = (id) => "#person=" + encodeURIComponent(id);

  /** Creates a link to a person's page. */
  clout.who = (id) => clout.h("a", { class: "who", href: clout.link(id) }, clout.h("bdi", {}, clout.shown(id)));

  /** Creates a directionally isolated element for a text from the data. */
  clout.apart = (text, most = 400) => clout.h("bdi", {}, clout.shown(text, most));

  const two = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
  clout.points = (value) => (value === null || value === undefined ? "–" : two.format(value).replace("-", "−"));
  clout.count = (value) => whole.format(value);
  clout.tenth = (value) => one.format(value);
  clout.percent = (share) => one.format(100 * share) + " %";
  clout.many = (count, single, plural) => clout.count(count) + " " + (count === 1 ? single : plural);

  /** Formats a change in points with sign, mark and colour. */
  clout.delta = (value) => {
    if (value === null || value === undefined) {
      return clout.h("span", { class: "quiet" }, "unknown");
    }
    const text = clout.points(Math.abs(value));
    if (text === "0.00") {
      return clout.h("span", {}, text);
    }
    const [name, mark, sign] = value > 0 ? ["up", "▲", "+"] : ["down", "▼", "−"];
    return clout.h("span", { class: name }, clout.h("span", { "aria-hidden": "true" }, mark), " " + sign + text);
  };

  /** Creates a section with a heading, a description and children. */
  clout.section = (id, title, about, ...children) =>
    clout.h(
      "section",
      { "aria-labelledby": id },
      clout.h("h2", { id }, title),
      about && clout.h("p", { class: "about" }, about),
      ...children,
    );

  clout.empty = (text) => clout.h("p", { class: "empty" }, text);

  /** Creates a table from columns of [heading, is a number] and rows of cells. */
  clout.table = (name, columns, rows) => {
    const cell = (child, index) => clout.h("td", { class: columns[index][1] ? "number" : null }, child);
    const head = columns.map(([title, isNumber]) => clout.h("th", { scope: "col", class: isNumber ? "number" : null }, title));
    const body = rows.map((row) => clout.h("tr", {}, row.map(cell)));
    const table = clout.h("table", {}, clout.h("thead", {}, clout.h("tr", {}, head)), clout.h("tbody", {}, body));
    return clout.h("div", { class: "scroll", role: "region", "aria-label": name, tabindex: "0" }, table);
  };
})();
