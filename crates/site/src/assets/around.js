// The neighbours of a person: reactors on the left, people the person reacts to on the right.
"use strict";
(function () {
  const clout = window.clout;
  const { h, svg } = clout;
  const ROW = 34; // Pixels, as in report.css.
  const MOST = 8; // People per side; the table lists all published neighbours.

  const total = (rows) => rows.reduce((sum, row) => sum + row.points, 0);

  function side(rows, name, label) {
    const item = (row) => {
      const figure = h("span", { class: "figure" }, clout.points(row.points));
      const parts = [clout.who(row.other_person_id), figure];
      return h("li", { title: clout.points(row.points) + " points, " + clout.many(row.reactions, "counted reaction", "counted reactions") },
        name === "in" ? parts.reverse() : parts);
    };
    return h("ol", { class: name, "aria-label": label }, rows.map(item));
  }

  function lines(from, to) {
    const height = ROW * Math.max(from.length, to.length, 1);
    const middle = height / 2;
    const widest = Math.max(...from.concat(to).map((row) => row.points), 1e-9);
    const curve = (rows, edge) =>
      rows.map((row, i) => {
        const y = (height - ROW * rows.length) / 2 + ROW * (i + 0.5);
        const bend = (edge + 50) / 2;
        const width = 1 + (9 * row.points) / widest;
        return svg("path", {
          d: `M${edge},${y} C${bend},${y} ${bend},${middle} 50,${middle}`,
          "stroke-width": width.toFixed(2),
          "vector-effect": "non-scaling-stroke",
        });
      });
    return svg("svg", { height, "aria-hidden": "true" },
      svg("svg", { width: "100%", height, viewBox: `0 0 100 ${height}`, preserveAspectRatio: "none" }, curve(from, 0), curve(to, 100)),
      svg("circle", { class: "fill", cx: "50%", cy: middle, r: 9 }));
  }

  function fullTable(rows) {
    const columns = [["person"], ["direction"], ["points", true], ["counted reactions", true]];
    const words = (row) => (row.direction === "influenced_by" ? "reacts to this person" : "receives this person's reactions");
    const cells = rows.map((row) => [clout.who(row.other_person_id), words(row), clout.points(row.points), clout.count(row.reactions)]);
    return h("details", {}, h("summary", {}, "As a table, " + clout.many(rows.length, "person", "people")), clout.table("Neighbours", columns, cells));
  }

  /** Builds the section about a person's neighbours. */
  clout.around = (person) => {
    const date = clout.report.snapshot_date;
    const about = "Left: people reacting to this person, with the points that they contribute to this person's score. " +
      "Right: people this person reacts to, with the points contributed to their scores. Date: " + date + ".";
    const say = (...children) => clout.section("h-around", "Neighbours (points)", about, ...children);
    if (person.influences === null) {
      return say(clout.empty("Neighbours were not published on " + date + "."));
    }
    const rows = person.influences;
    if (rows.length === 0) {
      return say(clout.empty("Neighbours are published only for people above the percentile limit of the job. " +
        "Run clout explain to see this person's reactors."));
    }
    const of = (direction) => rows.filter((row) => row.direction === direction);
    const [from, to] = [of("influenced_by"), of("influences")];
    const [left, right] = [from.slice(0, MOST), to.slice(0, MOST)];
    const words = from.length > 0 &&
      h("p", { class: "quiet" }, "The " + clout.many(from.length, "person", "people") + " in this list contribute " +
        clout.points(total(from)) + " of " + clout.points(person.scores.score) + " points.");
    return say(
      h("div", { class: left.length > 0 && right.length > 0 ? "around" : "around alone" },
        left.length > 0 && side(left, "in", "Reactors"),
        lines(left, right),
        right.length > 0 && side(right, "out", "People this person reacts to")),
      words,
      fullTable(rows));
  };
})();
