// The report's data: scripts that hand over rows, one loaded when it is needed. Ids are values and never keys of
// objects.
"use strict";
(function () {
  const clout = window.clout;
  const base = document.currentScript.src.replace(/[^/]*$/, "");
  const KEY_CHARS = 64;
  const waiting = new Map();
  const loads = new Map();

  /** What plan.js hands over: shards, nights, columns. It comes last, and with it the page starts. */
  clout.plan = (plan) => {
    clout.report = plan;
    clout.start();
  };

  /** What a shard hands over. */
  clout.take = (kind, number, rows) => {
    const taker = waiting.get(kind + "/" + number);
    if (taker) {
      taker(rows);
    }
  };

  /** The rows of a shard. */
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
        reject(new Error("A file of this report cannot be read: " + file + ". Was the whole folder copied?"));
      };
      waiting.set(name, resolve);
      script.addEventListener("error", missing);
      script.addEventListener("load", () => {
        waiting.delete(name);
        script.remove();
        missing(); // Nothing happens here if the rows have come.
      });
      script.src = base + file;
      document.head.append(script);
    });
  }

  /** Texts by code point, as the shards are sorted. */
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

  /** A person by id, as an object of lists of rows; null where nobody has the id. */
  clout.person = async (id) => {
    const keys = clout.report.people;
    const wanted = cut(id);
    let shard = keys.length - 1;
    while (shard > 0 && compare(keys[shard], wanted) > 0) {
      shard -= 1;
    }
    // Ids that share a long beginning share their cut keys: the one before may hold the person, too.
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
    clout.report.tables.forEach(([name, columns], place) => {
      const rows = row[place + 1];
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

  /** The shards of the index that hold ids with a beginning. */
  clout.beginning = (text) => {
    const keys = clout.report.ids;
    const wanted = cut(folded(text));
    const has = (key, i) =>
      (i + 1 === keys.length || compare(keys[i + 1], wanted) >= 0) && (compare(key, wanted) <= 0 || key.startsWith(wanted));
    return keys.flatMap((key, i) => (has(key, i) ? [i] : []));
  };

  /** Loads shards of the index one after the other; `each` may stop it by answering false. */
  clout.index = async (shards, each) => {
    for (const [done, shard] of shards.entries()) {
      const rows = await clout.load("ids", shard);
      if (each(rows, done + 1) === false) {
        return;
      }
    }
  };
})();
