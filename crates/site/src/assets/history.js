// The score history of a person: a line of scores by snapshot date, with the band of their intervals.
"use strict";
(function () {
  const clout = window.clout;
  const { h, svg } = clout;
  const HEIGHT = 200; // Height of the plot in pixels, without the labels below it.
  const TOP = 22;
  const day = (date) => Date.parse(date) / 86400000;

  /** Groups consecutive nights, so that a night without a score leaves a gap. */
  function runs(nights) {
    const found = [];
    for (const night of nights) {
      const last = found[found.length - 1];
      if (last && last[last.length - 1].night + 1 === night.night) {
        last.push(night);
      } else {
        found.push([night]);
      }
    }
    return found;
  }

  function scales(nights) {
    const dates = clout.report.nights.map(([date]) => day(date));
    const [first, last] = [dates[0], dates[dates.length - 1]];
    const low = Math.max(0, Math.floor(Math.min(...nights.map((night) => night.score_low)) / 10) * 10);
    const high = Math.max(low + 10, Math.ceil(Math.max(...nights.map((night) => night.score_high)) / 10) * 10);
    return {
      low,
      high,
      x: (night) => (last === first ? 50 : (100 * (dates[night] - first)) / (last - first)),
      y: (points) => 100 - (100 * (points - low)) / (high - low),
    };
  }

  const at = (x, y) => x.toFixed(2) + "," + y.toFixed(2);

  function shapes(run, { x, y }) {
    const upper = run.map((night) => at(x(night.night), y(night.score_high)));
    const lower = run.map((night) => at(x(night.night), y(night.score_low))).reverse();
    const line = run.map((night) => at(x(night.night), y(night.score)));
    return [
      svg("polygon", { class: "band", points: upper.concat(lower).join(" ") }),
      svg("polyline", { points: line.join(" ") }),
    ];
  }

  const dateOf = (night) => clout.report.nights[night.night][0];
  const interval = (night) => clout.points(night.score_low) + " to " + clout.points(night.score_high);

  function dots(nights, { x, y }) {
    const height = (points) => TOP + (HEIGHT * y(points)) / 100;
    return nights.map((night) => {
      const words = dateOf(night) + ": " + clout.points(night.score) + " points, 90 % interval " + interval(night);
      return [
        // A short history has no visible line, so the interval is drawn as a vertical line.
        nights.length < 4 && svg("line", {
          class: "span", x1: x(night.night) + "%", x2: x(night.night) + "%",
          y1: height(night.score_high), y2: height(night.score_low),
        }),
        svg("circle", { class: nights.length < 4 ? "fill" : "dot", cx: x(night.night) + "%", cy: height(night.score), r: 4 },
          svg("title", {}, words)),
      ].filter(Boolean);
    });
  }

  /** Draws a line at each model change: scores before and after it are not comparable. */
  function models({ x }) {
    const nights = clout.report.nights;
    return nights.flatMap(([date, model], i) =>
      i > 0 && model !== nights[i - 1][1]
        ? [svg("line", { class: "model", x1: x(i) + "%", x2: x(i) + "%", y1: TOP, y2: TOP + HEIGHT },
            svg("title", {}, "model " + model + " from " + date))]
        : [],
    );
  }

  function chart(nights) {
    const scale = scales(nights);
    const dates = clout.report.nights;
    const label = "Score by snapshot date; the table below has the values";
    return svg(
      "svg",
      { class: "history", role: "img", "aria-label": label },
      svg("line", { class: "grid", x1: 0, x2: "100%", y1: TOP, y2: TOP }),
      svg("line", { class: "axis", x1: 0, x2: "100%", y1: TOP + HEIGHT, y2: TOP + HEIGHT }),
      svg("svg", { y: TOP, width: "100%", height: HEIGHT, viewBox: "0 0 100 100", preserveAspectRatio: "none" },
        runs(nights).flatMap((run) => shapes(run, scale))),
      models(scale),
      dots(nights, scale),
      svg("text", { class: "tick", x: 0, y: TOP - 7 }, scale.high + " points"),
      svg("text", { class: "tick", x: 0, y: TOP + HEIGHT - 5 }, String(scale.low)),
      svg("text", { class: "tick", x: 0, y: TOP + HEIGHT + 18 }, dates[0][0]),
      dates.length > 1 &&
        svg("text", { class: "tick", x: "100%", y: TOP + HEIGHT + 18, "text-anchor": "end" }, dates[dates.length - 1][0]),
    );
  }

  /** Builds the section about a person's history. */
  clout.history = (nights) => {
    const all = clout.report.nights;
    const about = "Score with its 90 % interval (band) in " +
      clout.many(all.length, "published snapshot", "published snapshots") + " from " + all[0][0] + " to " + all[all.length - 1][0] + " (UTC).";
    if (nights.length === 0) {
      return clout.section("h-history", "Score history (points)", about, clout.empty("No score in any of these snapshots."));
    }
    const isMixed = new Set(all.map(([, model]) => model)).size > 1;
    const rows = nights.map((night) => [dateOf(night), clout.points(night.score), interval(night), all[night.night][1]]).reverse();
    const columns = [["snapshot date"], ["score", true], ["90 % interval", true], ["model"]];
    return clout.section("h-history", "Score history (points)", about,
      h("figure", {}, chart(nights)),
      isMixed && h("p", { class: "quiet" }, "Dashed lines mark a change of the model. Published scores are not recomputed."),
      h("details", {}, h("summary", {}, "As a table"), clout.table("History", columns, rows)));
  };
})();
