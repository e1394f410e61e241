// Loads the report's data: scripts that pass rows to the page, each loaded on demand. Ids are values, never object
// keys.
"use strict";
(function () {
  const clout = window.clout;
  const base = document.currentScript.src.replace(/[^/]*$/, "");
  const KEY_CHARS = 64;
  const waiting = new Map();
  const loads = new Map();

  /** Receives plan.js: shards, nights, columns. It is loaded last and starts the page. */
  clout.plan = (plan) => {
    clout.report = plan;
    clout.start();
  };

  /** Receives the rows of a shard. */
  clout.take = (kind, number, rows) => {
    const taker = waiting.get(kind + "/" + number);
    if (taker) {
      taker(rows);
    }
  };

  /** Returns a promise of the rows of a shard. */
  clout.load = (kind, number) => {
    const name = kind + "/" + number;
    if (!loads.has(name)) {
      loads.set(name, request(kind, number, name));
    }
    return loads.get(name);
  };

  function request(kind, number, name) {
    const file = kind + "/" + String(number).padStart(5, "0") + ".js";
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const missing = () => {
        loads.delete(name);
        reject(new Error("Cannot read a file of this report: " + file + ". Copy the whole folder of the report."));
      };
      waiting.set(name, resolve);
      script.addEventListener("error", missing);
      script.addEventListener("load", () => {
        waiting.delete(name);
        script.remove();
        missing(); // Has no effect if the rows have arrived: the promise is resolved.
      });
      script.src = base + file;
      document.head.append(script);
    });
  }

  /** Compares texts by code point, which is the sort order of the shards. */
  function compare(a, b) {
    const [x, y] = [Array.from(a), Array.from(b)];
    for (let i = 0; i < Math.min(x.length, y.length); i += 1) {
      if (x[i] !== y[i]) {
        return x[i].codePointAt(0) - y[i].codePointAt(0);
      }
    }
    return x.length - y.length;
  }

  const cut = (text) => Array.from(text.slice(0, 2 * KEY_CHARS)).slice(0, KEY_CHARS).join("");
  const folded = (text) => Array.from(text, (c) => c.toLowerCase()).join("");

  /** Returns a person by id, as an object with lists of rows; null if the id is unknown. */
  clout.person = async (id) => {
    const keys = clout.report.people;
    const wanted = cut(id);
    let shard = keys.length - 1;
    while (shard > 0 && compare(keys[shard], wanted) > 0) {
      shard -= 1;
    }
    // Ids with a long common beginning have equal cut keys: the previous shard may contain the person, too.
    for (; shard >= 0; shard -= 1) {
      const rows = await clout.load("people", shard);
      const row = rows.find((other) => other[0] === id);
      if (row) {
        return record(row);
      }
      if (keys[shard] !== wanted) {
        return null;
      }
    }
    return null;
  };

  function record(row) {
    const person = { id: row[0], isFull: row.length > 3, more: {} };
    clout.report.tables.forEach(([name, columns], index) => {
      const rows = row[index + 1];
      const object = (values) => Object.fromEntries(columns.map((column, i) => [column, values[i]]));
      if (columns === null || rows === undefined) {
        person[name] = null;
      } else if (name === "scores") {
        person.scores = object(rows);
      } else {
        person[name] = rows.filter(Array.isArray).map(object);
        person.more[name] = rows.find(Number.isInteger) || 0;
      }
    });
    return person;
  }

  /** Returns the shards of the index that may contain ids with this beginning. */
  clout.beginning = (text) => {
    const keys = clout.report.ids;
    const wanted = cut(folded(text));
    const has = (key, i) =>
      (i + 1 === keys.length || compare(keys[i + 1], wanted) >= 0) && (compare(key, wanted) <= 0 || key.startsWith(wanted));
    return keys.flatMap((key, i) => (has(key, i) ? [i] : []));
  };

  /** Loads shards of the index one after the other; `each` stops the loading by returning false. */
  clout.index = async (shards, each) => {
    for (const [done, shard] of shards.entries()) {
      const rows = await clout.load("ids", shard);
      if (each(rows, done + 1) === false) {
        return;
      }
    }
  };
})();
