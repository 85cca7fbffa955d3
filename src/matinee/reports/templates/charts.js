(function () {
  "use strict";
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const looks = JSON.parse(document.getElementById("looks").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const actions = { export: true, source: false, compiled: false, editor: false };
  function draw() {
    for (const [name, spec] of Object.entries(specs)) {
      const sized = {
        ...structuredClone(spec),
        width: "container",
        autosize: { type: "fit-x", contains: "padding" },
        config: dark.matches ? looks.dark : looks.light,
      };
      const place = document.getElementById("chart-" + name);
      const options = {
        mode: "vega-lite",
        renderer: "svg",
        actions,
        downloadFileName: name,
        tooltip: { theme: dark.matches ? "dark" : "light" },
      };
      window.vegaEmbed(place, sized, options).then(
        () => { place.dataset.drawn = "yes"; },
        (error) => { place.textContent = "This chart could not be drawn: " + error.message; },
      );
    }
  }
  draw();
  dark.addEventListener("change", draw);
})();
