// Draws the charts of a page once they come near. Their tables are there without it.
const library = document.querySelector(".studio").dataset.library;
let loaded;

function load() {
  loaded ??= import(library).then(() => window.vegaEmbed);
  return loaded;
}

async function draw(figure) {
  const place = figure.querySelector(".drawing");
  const spec = JSON.parse(figure.querySelector("script").textContent);
  try {
    const embed = await load();
    await embed(place, spec, {
      mode: "vega-lite",
      renderer: "svg",
      ast: true, // expressions are interpreted: pages may not make code of text
      actions: false,
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
    });
    place.querySelectorAll("[tabindex]").forEach(each => each.removeAttribute("tabindex"));
    figure.dataset.drawn = "yes";
  } catch (error) {
    const picture = new Image();
    picture.src = figure.dataset.picture;
    picture.alt = figure.querySelector("figcaption").textContent;
    place.replaceChildren(picture);
    figure.dataset.drawn = "picture";
    console.info(`a chart is shown as a picture: ${error.message}`);
  }
}

const near = new IntersectionObserver(entries => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    near.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "400px" });
for (const figure of document.querySelectorAll("figure[data-picture]")) near.observe(figure);
