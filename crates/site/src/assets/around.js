// Who is around a person: those who react to them on the left, those they react to on the right.
"use strict";
(function () {
  const clout = window.clout;
  const { h, svg } = clout;
  const ROW = 34; // Pixels, as in report.css.
  const MOST = 8; // People on a side; the table has all that are published.

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

  function everybody(rows) {
    const columns = [["person"], ["direction"], ["points", true], ["counted reactions", true]];
    const words = (row) => (row.direction === "influenced_by" ? "reacts to this person" : "this person reacts to them");
    const cells = rows.map((row) => [clout.who(row.other_person_id), words(row), clout.points(row.points), clout.count(row.reactions)]);
    return h("details", {}, h("summary", {}, "As a table, " + clout.many(rows.length, "person", "people")), clout.table("Neighbours", columns, cells));
  }

  /** The section about a person's neighbours. */
  clout.around = (person) => {
    const date = clout.report.snapshot_date;
    const about = "On the left who reacts to this person, by the points they give to the score; on the right to whom this person " +
      "reacts, by the points given to their scores, on " + date + ".";
    const say = (...children) => clout.section("h-around", "Around", about, ...children);
    if (person.influences === null) {
      return say(clout.empty("Neighbours were not published on " + date + "."));
    }
    const rows = person.influences;
    if (rows.length === 0) {
      return say(clout.empty("Neighbours are published for the people with the highest percentiles, and this is none of them. " +
        "clout explain answers for anyone."));
    }
    const of = (direction) => rows.filter((row) => row.direction === direction);
    const [from, to] = [of("influenced_by"), of("influences")];
    const [left, right] = [from.slice(0, MOST), to.slice(0, MOST)];
    const words = from.length > 0 &&
      h("p", { class: "quiet" }, "The " + clout.many(from.length, "person", "people") + " published here give " +
        clout.points(total(from)) + " of " + clout.points(person.scores.score) + " points.");
    return say(
      h("div", { class: left.length > 0 && right.length > 0 ? "around" : "around alone" },
        left.length > 0 && side(left, "in", "Who reacts to this person"),
        lines(left, right),
        right.length > 0 && side(right, "out", "To whom this person reacts")),
      words,
      everybody(rows));
  };
})();
